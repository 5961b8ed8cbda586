"""Finding, listing and following orders: exactly what was asked for, and gone ones told from what is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

import erp_connect as ec
from erp_connect.adapters.contract import FieldSupport
from erp_connect.adapters.memory import profiles


@pytest.fixture
def placed(shop, erp):
    return erp.orders.create(
        shop.order(customer_po="PO-1", references=[ec.Reference(kind="shop", value="W-77")]), key="k"
    ).order


def test_an_order_is_got_by_itself_or_its_id(erp, placed):
    assert erp.orders.get(placed) == erp.orders.get(placed.id) == placed


@pytest.mark.parametrize("wrong", [7, None, object()])
def test_anything_else_names_no_order(erp, wrong):
    with pytest.raises(TypeError):
        erp.orders.get(wrong)


def test_a_purchase_order_is_no_sales_order(shop, erp):
    bought = erp.purchase_orders.create(shop.purchase()).order
    with pytest.raises(TypeError):
        erp.orders.get(bought)
    with pytest.raises(ec.errors.NotFound):
        erp.orders.get(bought.id)


@pytest.mark.parametrize("impossible", ["", "no such", "x" * 5000, "1'; --", "\x00", "../.."])
def test_an_id_that_cannot_exist_is_not_found(erp, placed, impossible):
    for verb in (erp.orders.get, erp.orders.track, lambda which: erp.orders.cancel(which, "no")):
        with pytest.raises(ec.errors.NotFound):
            verb(impossible)


# -- find ------------------------------------------------------------------------------------------------


def test_orders_are_found_by_what_people_know_of_them(shop, erp, placed):
    erp.orders.create(shop.order(customer_po="PO-2"))
    customer = erp.customers.find("C-100")[0]
    reference = ec.Reference(kind="shop", value="W-77")
    for asked in (
        {"number": placed.number},
        {"customer_po": "PO-1"},
        {"customer": "C-100", "customer_po": "PO-1"},
        {"customer": customer, "customer_po": "PO-1"},
        {"customer": ec.Ref(id=customer.id), "customer_po": "PO-1"},
        {"reference": "W-77"},
        {"reference": reference},
        {"key": "k"},
        {"key": "k", "customer": "C-100"},
    ):
        assert erp.orders.find(**asked) == (placed,), asked
    assert len(erp.orders.find(customer="C-100")) == 2


def test_what_does_not_match_exactly_is_not_found(erp, placed):
    for asked in (
        {"number": placed.number + "0"},
        {"customer_po": "PO-"},
        {"customer_po": "po-1"},
        {"customer": "C-900", "customer_po": "PO-1"},
        {"reference": ec.Reference(kind="edi", value="W-77")},
        {"key": "K"},
        {"key": "k", "customer": "C-900"},
    ):
        assert erp.orders.find(**asked) == (), asked


def test_looking_for_nothing_is_refused(erp):
    for asked in ({}, {"number": 7}, {"customer": object()}, {"reference": 7}, {"key": b"k"}):
        with pytest.raises(ec.errors.InvalidOrder):
            erp.orders.find(**asked)
    for find in (erp.customers.find, erp.products.find):
        with pytest.raises(ec.errors.InvalidOrder):
            find(7)


def test_a_key_is_found_by_its_stamp_where_the_journal_does_not_know_it(shop, erp, placed):
    elsewhere = shop.connect(journal="sqlite://")
    assert elsewhere.orders.find(key="k") == (placed,)
    assert elsewhere.orders.find(key="another") == ()


def test_a_number_is_looked_for_in_the_form_in_which_the_back_end_keeps_it(shop, monkeypatch):
    known = dict(profiles.weak())
    known["shouting"] = replace(
        known["one_reference"],
        name="shouting",
        fields={"order.customer_po": FieldSupport(normalisation="upper")},
    )
    monkeypatch.setattr(profiles, "_weak_profiles", lambda: known)
    erp = shop.connect("shouting")
    shop.faults.lose_reply("orders.create")
    placed = erp.orders.create(shop.order(customer_po="Po-7a")).order
    assert placed.customer_po == "PO-7A"
    assert erp.orders.find(customer="C-100", customer_po="Po-7a") == (placed,)
    assert len(shop.standing) == 1


# -- list ------------------------------------------------------------------------------------------------


@pytest.fixture
def ten(shop, erp):
    made = []
    for n in range(10):
        made.append(erp.orders.create(shop.order(order_date=date(2026, 3, 1) + timedelta(days=n))).order)
        shop.later(3600)
    return made


def test_a_list_is_filtered_and_bounded(shop, erp, ten):
    shop.world.load(ec.CustomerDraft(number="C-200", name="Other"))
    other = erp.orders.create(shop.order(customer="C-200")).order
    cancelled = erp.orders.cancel(ten[0], "no").order
    listed = [
        order.id for order in erp.orders.list(ordered_from=date(2026, 3, 3), ordered_to=date(2026, 3, 4))
    ]
    assert listed == [ten[2].id, ten[3].id]
    assert list(erp.orders.list(status=ec.OrderStatus.CANCELLED)) == [cancelled]
    assert len(list(erp.orders.list(status=["cancelled", "submitted"]))) == 11
    assert [order.id for order in erp.orders.list(customer="C-200")] == [other.id]
    assert len(list(erp.orders.list(limit=3))) == 3
    assert list(erp.orders.list(limit=0)) == []
    since = ten[7].created_at
    assert {order.id for order in erp.orders.list(modified_since=since)} == {
        *(order.id for order in ten[7:]),
        other.id,
        cancelled.id,
    }


def test_a_limit_counts_what_was_asked_for_and_not_what_was_looked_at(shop):
    erp = shop.connect("rfc")  # which knows the day of a change and not its time
    erp.orders.create(shop.order())
    shop.later(3600)
    since = shop.clock.now()
    late = erp.orders.create(shop.order()).order
    assert [order.id for order in erp.orders.list(modified_since=since, limit=1)] == [late.id]


def test_what_is_wrong_with_a_list_is_told_at_once(erp):
    for asked in (
        {"limit": -1},
        {"limit": 1.5},
        {"limit": True},
        {"status": 7},
        {"customer": 7},
        {"ordered_from": datetime(2026, 3, 1)},  # noqa: DTZ001 (an instant where a day is meant)
        {"ordered_to": "2026-03-01"},
        {"modified_since": date(2026, 3, 1)},
        {"status": "lost"},
        {"modified_since": datetime(2026, 3, 1)},  # noqa: DTZ001 (what is to be refused)
    ):
        with pytest.raises(ec.errors.InvalidOrder):
            erp.orders.list(**asked)


def test_orders_may_be_written_while_they_are_listed(shop, erp, ten):
    for order in erp.orders.list():
        erp.orders.amend(order, ec.AddNote(text="seen"))
    assert all(order.notes == ("seen",) for order in shop.standing)


# -- events and tracking ---------------------------------------------------------------------------------


def test_events_go_on_after_a_stored_cursor(shop, erp, placed):
    first = list(erp.orders.events())
    assert [(event.kind, event.order_id) for event in first] == [(ec.EventKind.CREATED, placed.id)]
    erp.shipments.post(placed.id)
    rest = list(erp.orders.events(first[-1].cursor))
    assert rest[0].kind is ec.EventKind.SHIPPED
    assert list(erp.orders.events(rest[-1].cursor)) == []


def test_an_expired_cursor_and_one_that_is_none_say_so(shop, erp, placed):
    old = list(erp.orders.events())[-1].cursor
    for text in ("x", "y"):
        erp.orders.amend(placed.id, ec.AddNote(text=text))
    shop.world.forget_events(keep=1)
    for connection, cursor in ((erp, old), (shop.connect("bc"), "no cursor at all")):
        with pytest.raises(ec.errors.NotFound) as expired:
            list(connection.orders.events(cursor))
        assert expired.value.code == "cursor_expired"


def test_tracking_tells_where_an_order_is_on_every_back_end(shop):
    for like in (None, "bc", "fo", "nav", "crm", "rfc", "odata", "x3", "sage200", "sage300"):
        erp = shop.connect(like)
        placed = erp.orders.create(shop.order(customer_po=str(like))).order
        tracking = erp.orders.track(placed)
        assert (tracking.order_id, tracking.status) == (placed.id, placed.status), like


def test_an_order_that_was_posted_and_deleted_is_told_from_its_papers(shop):
    erp = shop.connect("bc")
    placed = erp.orders.create(shop.order(shop.line(price=shop.eur("10")))).order
    erp.shipments.post(placed.id)
    assert shop.standing == ()
    completed = erp.orders.get(placed.id)
    assert completed.status is ec.OrderStatus.COMPLETED
    assert completed.lines[0].quantities.shipped == 5
    assert erp.orders.track(placed.id).status is ec.OrderStatus.COMPLETED
    with pytest.raises(ec.errors.ErpConnectError):
        erp.orders.cancel(placed.id, "too late")


def test_stock_and_prices_are_asked_by_what_people_say(erp):
    product = erp.products.find("VALVE-20")[0]
    found = erp.stock.availability(product, 20, "H87")
    assert found.enough
    assert found.available == 100
    assert erp.prices.quote("C-100", ec.Ref(id=product.id), 1, "H87").price == product.price
