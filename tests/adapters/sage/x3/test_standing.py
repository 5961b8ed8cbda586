"""Where an order stands by X3's status fields: every row of the table (sage.md 2.13)."""

import copy
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.adapters.sage.x3.mapping_orders import order_in

from .place import draft

S = ec.OrderStatus


@pytest.fixture
def shown(site):
    """The order as it reads with these states, and so much delivered of its twelve."""
    order = site.erp.orders.create(draft(), key="one").order
    office = site.erp._context.adapter.office
    record = office.read("order", order.id, "test")

    def read(moved=None, **states):
        told = copy.deepcopy(dict(record))
        told["SOH1_5"].update(states)
        row = told["SOH4_1"][0]
        if moved is None:
            del row["TDLQTY"]
        else:
            row["TDLQTY"] = str(moved)
        return order_in(told, office)

    return read


@pytest.mark.parametrize(
    ("order", "delivery", "invoice", "moved", "status"),
    [
        ("1", "1", "1", 0, S.CONFIRMED),
        ("1", "2", "1", 4, S.PARTLY_SHIPPED),
        ("1", "2", "2", 4, S.PARTLY_SHIPPED),
        ("1", "3", "1", 12, S.SHIPPED),
        ("1", "3", "2", 12, S.SHIPPED),
        ("1", "1", "2", 0, S.CONFIRMED),
        ("1", "1", "3", 0, S.CONFIRMED),
        ("2", "3", "1", 12, S.COMPLETED),
        ("2", "3", "3", 12, S.COMPLETED),
        ("2", "1", "3", 0, S.COMPLETED),
        ("2", "2", "3", 4, S.COMPLETED),
        ("2", "2", "1", 4, S.COMPLETED),
        ("2", "1", "1", 0, S.CANCELLED),
    ],
)
def test_every_row_of_the_table(shown, order, delivery, invoice, moved, status):
    told = shown(moved, ORDSTA=order, DLVSTA=delivery, INVSTA=invoice)
    assert told.status is status


@pytest.mark.parametrize(
    ("delivery", "status", "progress"),
    [("1", S.CONFIRMED, "none"), ("2", S.PARTLY_SHIPPED, "partial"), ("3", S.SHIPPED, "complete")],
)
def test_without_quantities_delivered_the_header_decides(shown, delivery, status, progress):
    told = shown(DLVSTA=delivery)
    assert (told.status, told.fulfilment) == (status, progress)


def test_what_a_closed_order_did_not_deliver_is_cancelled_unless_an_invoice_closed_it(shown):
    assert shown(4, ORDSTA="2", DLVSTA="2").lines[0].quantities.cancelled == 8
    assert shown(0, ORDSTA="2", DLVSTA="1", INVSTA="3").lines[0].quantities.cancelled == 0


@pytest.mark.parametrize("moved", [None, 0], ids=["not told", "told as nothing"])
@pytest.mark.parametrize(
    ("order", "delivery", "status", "progress"),
    [
        ("1", "2", S.PARTLY_SHIPPED, "partial"),
        ("1", "3", S.SHIPPED, "complete"),
        ("2", "2", S.COMPLETED, "partial"),
        ("2", "3", S.COMPLETED, "complete"),
    ],
)
def test_what_the_header_says_has_left_is_not_denied_by_lines(
    shown, order, delivery, status, progress, moved
):
    """2.13: what is not told of lines is neither nothing delivered nor all of it cancelled."""
    told = shown(moved, ORDSTA=order, DLVSTA=delivery)
    assert (told.status, told.fulfilment) == (status, progress)
    assert (told.lines[0].quantities.shipped, told.lines[0].quantities.cancelled) == (None, 0)


def test_an_order_that_was_closed_half_billed_is_not_cancelled(shown):
    """2.13: closed and not shipped is not the same as cancelled."""
    told = shown(0, ORDSTA="2", DLVSTA="1", INVSTA="2")
    assert (told.status, told.lines[0].quantities.cancelled) == (S.COMPLETED, 0)


@pytest.mark.parametrize(("states", "kind"), [({"CDTSTA": "2"}, "credit"), ({"APPFLG": "1"}, "approval")])
def test_credit_and_a_missing_signature_hold_an_order_up(shown, states, kind):
    told = shown(0, **states)
    assert told.status is S.ON_HOLD
    assert [hold.kind for hold in told.holds] == [kind]


def test_states_are_shown_in_the_words_of_the_site(shown):
    assert shown(0).native_status == "Open, Not delivered, Not invoiced"
    assert "7" in shown(0, ORDSTA="7").native_status
    assert shown(0, ORDSTA="7").status is S.SUBMITTED


def test_trailing_blanks_and_long_decimals_are_tidied(shown):
    told = shown("4.0000000000000 ", DLVSTA="2 ")
    assert told.lines[0].quantities.shipped == Decimal(4)
    assert str(told.lines[0].quantities.shipped) == "4"
    assert told.status is S.PARTLY_SHIPPED
