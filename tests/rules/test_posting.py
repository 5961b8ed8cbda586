"""Shipments, receipts, confirmations, returns and invoices: what each moves, and how much it may."""

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.errors import InvalidOrder, TransitionNotAllowed
from erp_connect.models import (
    Charge,
    Discount,
    Hold,
    LineConfirmation,
    LineKind,
    LineQuantity,
    Money,
    OrderStatus,
    Package,
    Progress,
    PurchaseOrderLineDraft,
    ReturnDraft,
    ReturnStatus,
    ShipmentStatus,
)
from erp_connect.rules.posting import confirmed, invoiced, received, returned, shipped

S = OrderStatus
LATER, LATEST = date(2026, 5, 5), date(2026, 6, 6)


def some(*lines):
    return [LineQuantity(line=line, quantity=quantity) for line, quantity in lines]


@pytest.fixture
def order(shop):
    return shop.order(shop.line(quantity=10), shop.line("PIPE-3", 4, "MTR"))


@pytest.fixture
def post(shop):
    """The posting with an id, a number and today's date."""

    def call(what, order, *args, **more):
        return what(
            order, *args, **{"id": "x1", "number": "X-1", "today": shop.today, "now": shop.now, **more}
        )

    return call


@pytest.fixture
def refused(post):
    def check(kind, code, path, *args, **more):
        with pytest.raises(kind) as raised:
            post(*args, **more)
        error = raised.value
        assert (error.code, error.path, error.outcome) == (code, path, "not_applied")
        assert error.hint
        return error

    return check


# --------------------------------------------------------------------------- shipping


def test_everything_open_is_shipped(post, order, shop):
    packages = [
        Package(tracking_number="1Z01", carrier="UPS"),
        Package(tracking_number="1Z02", carrier="UPS"),
    ]
    after, shipment = post(shipped, order, [], packages=packages)
    assert (after.status, after.fulfilment, after.invoicing) == (S.SHIPPED, Progress.COMPLETE, Progress.NONE)
    assert [line.quantities.shipped for line in after.lines] == [10, 4]
    assert [line.quantities.allocated for line in after.lines] == [0, 0]
    assert (shipment.order_id, shipment.status, shipment.shipped_on) == (
        "o1",
        ShipmentStatus.SHIPPED,
        shop.today,
    )
    assert (shipment.carrier, shipment.tracking_numbers) == ("UPS", ("1Z01", "1Z02"))
    assert [(line.order_line_id, line.quantity, line.unit) for line in shipment.lines] == [
        ("L1", 10, "H87"),
        ("L2", 4, "MTR"),
    ]
    assert shipment.ship_to == order.ship_to


def test_a_part_is_shipped_and_the_rest_stays_open(post, order):
    after, shipment = post(shipped, order, some(("L1", 4), (2, None)))
    assert (after.status, [line.status for line in after.lines]) == (
        S.PARTLY_SHIPPED,
        [S.PARTLY_SHIPPED, S.SHIPPED],
    )
    first = after.lines[0].quantities
    assert (first.shipped, first.allocated, first.backordered) == (4, 6, 0)
    assert [line.quantity for line in shipment.lines] == [4, 4]
    rest, _ = post(shipped, after, [])
    assert rest.status is S.SHIPPED


def test_a_line_named_twice_is_shipped_once_in_full(post, refused, order):
    after, shipment = post(shipped, order, some(("L1", 4), ("L1", None)))
    assert [line.quantity for line in shipment.lines] == [10]
    assert after.lines[0].quantities.shipped == 10
    refused(
        InvalidOrder, "quantity_too_high", "lines[1].quantity", shipped, order, some(("L1", 6), ("L1", 5))
    )


def test_more_than_is_open_is_refused_with_the_limit(refused, order):
    error = refused(InvalidOrder, "quantity_too_high", "lines[0].quantity", shipped, order, some(("L1", 11)))
    assert (error.findings[0].expected, error.findings[0].actual) == (10, 11)
    assert "at most 10" in error.hint


def test_a_line_that_is_not_there_is_refused(refused, order):
    refused(InvalidOrder, "line_unknown", "lines[0].line", shipped, order, some(("L9", 1)))


def test_nothing_is_shipped_twice(refused, post, order):
    after, _ = post(shipped, order, [])
    refused(TransitionNotAllowed, "transition_not_allowed", "status", shipped, after, [])
    part, _ = post(shipped, order, some(("L1", 10)))
    refused(TransitionNotAllowed, "nothing_open", "lines", shipped, part, some(("L1", None)))


def test_a_held_order_does_not_leave(refused, order):
    held = order.but(status=S.ON_HOLD, holds=(Hold(kind="credit"),))
    error = refused(TransitionNotAllowed, "transition_not_allowed", "status", shipped, held, [])
    assert error.hint == "release the hold first"


def test_a_held_line_stays_while_the_others_leave(refused, post, order):
    held = order.but(lines=(order.lines[0].but(holds=(Hold(kind="q", line_id="L1"),)), order.lines[1]))
    after, shipment = post(shipped, held, [])
    assert [line.order_line_id for line in shipment.lines] == ["L2"]
    assert after.status is S.ON_HOLD  # all that is left waits for the hold
    refused(TransitionNotAllowed, "line_on_hold", "lines", shipped, held, some(("L1", 1)))


def test_an_order_to_be_shipped_in_one_piece(refused, post, shop):
    order = shop.order(shop.line(), shop.line("PIPE-3", 4, "MTR"), partial_shipment=False)
    refused(TransitionNotAllowed, "partial_shipment_not_allowed", "lines", shipped, order, some(("L1", 10)))
    assert post(shipped, order, [])[0].status is S.SHIPPED


def test_texts_and_charges_do_not_travel(post, shop):
    freight = shop.line("FREIGHT", 1, "C62", kind=LineKind.CHARGE, price=shop.price(20))
    after, shipment = post(shipped, shop.order(shop.line(), freight), [])
    assert [line.order_line_id for line in shipment.lines] == ["L1"]
    assert after.status is S.SHIPPED


# --------------------------------------------------------------------------- receiving and confirming


def test_goods_arrive_in_parts(post, refused, shop):
    bought = shop.purchase()
    part, receipt = post(received, bought, some(("L1", 30)))
    assert (receipt.order_id, receipt.received_on) == ("b1", shop.today)
    assert [(line.order_line_id, line.quantity) for line in receipt.lines] == [("L1", 30)]
    assert (part.lines[0].quantities.delivered, part.lines[0].quantities.open) == (30, 70)
    assert (part.status, part.fulfilment) == (S.PARTLY_SHIPPED, Progress.PARTIAL)
    whole, rest = post(received, part, [])
    assert rest.lines[0].quantity == 70
    assert (whole.status, whole.fulfilment) == (S.SHIPPED, Progress.COMPLETE)
    refused(InvalidOrder, "quantity_too_high", "lines[0].quantity", received, part, some(("L1", 71)))
    refused(TransitionNotAllowed, "transition_not_allowed", "status", received, whole, [])


def test_nothing_left_to_receive_of_a_line(post, refused, shop):
    line = PurchaseOrderLineDraft(product="VALVE-20", quantity=1, unit="H87", price=shop.price(7))
    part, _ = post(received, shop.purchase(line, line), some(("L1", None)))
    refused(TransitionNotAllowed, "nothing_open", "lines", received, part, some(("L1", None)))


def confirm(shop, order, *lines):
    return confirmed(order, lines, today=shop.today, now=shop.now)


def test_a_supplier_confirms_everything_as_ordered(shop):
    after = confirm(shop, shop.purchase())
    assert (after.status, after.promised) == (S.CONFIRMED, date(2026, 4, 10))
    assert (after.lines[0].quantities.confirmed, after.lines[0].promised) == (100, date(2026, 4, 10))


def test_a_supplier_confirms_less_or_later(shop):
    less = confirm(shop, shop.purchase(), LineConfirmation(line=1, quantity=80, date=LATER))
    assert (less.status, less.lines[0].quantities.confirmed, less.lines[0].promised) == (
        S.SUBMITTED,
        80,
        LATER,
    )
    late = confirm(shop, less, LineConfirmation(line=1, date=LATEST))
    assert (late.status, late.promised, late.lines[0].schedule) == (S.CONFIRMED, LATEST, ())
    assert late.timeliness.value == "late"


def test_a_supplier_confirms_in_two_deliveries(shop):
    after = confirm(
        shop,
        shop.purchase(),
        LineConfirmation(line="L1", quantity=60, date=LATER),
        LineConfirmation(line="L1", date=LATEST),
    )
    (line,) = after.lines
    assert [(part.quantity, part.promised) for part in line.schedule] == [(60, LATER), (40, LATEST)]
    assert (line.quantities.confirmed, line.promised, after.status) == (100, LATEST, S.CONFIRMED)


def test_a_supplier_cannot_confirm_more_than_was_ordered(shop):
    with pytest.raises(InvalidOrder) as refusal:
        confirm(
            shop,
            shop.purchase(),
            LineConfirmation(line=1, quantity=60),
            LineConfirmation(line=1, quantity=41),
        )
    assert (refusal.value.code, refusal.value.path) == ("quantity_too_high", "lines[1].quantity")
    assert "at most 40" in refusal.value.hint


def test_nothing_is_confirmed_of_an_order_that_has_arrived(post, shop):
    here, _ = post(received, shop.purchase(), [])
    with pytest.raises(TransitionNotAllowed) as refusal:
        confirm(shop, here.but(status=S.UNKNOWN))
    assert (refusal.value.code, refusal.value.path) == ("nothing_open", "lines")


# --------------------------------------------------------------------------- goods that come back


def test_what_was_shipped_comes_back(post, refused, order):
    gone, _ = post(shipped, order, some(("L1", 10)))
    draft = ReturnDraft(order="o1", lines={"L1": 3}, reason="leaks", custom={"rma": "7"})
    after, back = post(returned, gone, draft, stamp="STAMP")
    assert (back.order_id, back.status, back.reason, back.stamp) == (
        "o1",
        ReturnStatus.REQUESTED,
        "leaks",
        "STAMP",
    )
    assert [(line.order_line_id, line.quantity) for line in back.lines] == [("L1", 3)]
    assert back.custom == {"rma": "7"}
    assert after.lines[0].quantities.returned == 3
    rest, second = post(returned, after, ReturnDraft(order="o1", lines=None, reason="all of it"))
    assert [line.quantity for line in second.lines] == [7]
    again = ReturnDraft(order="o1", lines={"L1": 1}, reason="once more")
    refused(InvalidOrder, "quantity_too_high", "lines[0].quantity", returned, rest, again)
    every = ReturnDraft(order="o1", lines=None, reason="once more")
    refused(TransitionNotAllowed, "nothing_shipped", "lines", returned, rest, every)


def test_nothing_comes_back_that_never_left(refused, order):
    draft = ReturnDraft(order="o1", lines=None, reason="leaks")
    refused(TransitionNotAllowed, "transition_not_allowed", "status", returned, order, draft)


# --------------------------------------------------------------------------- invoices


def test_what_was_shipped_is_billed_and_the_order_is_complete(post, order, shop):
    gone, shipment = post(shipped, order, [])
    after, invoice = post(invoiced, gone, shipment)
    assert (invoice.net, invoice.tax, invoice.gross) == (order.net, order.tax, order.gross)
    assert (invoice.order_ids, invoice.customer, invoice.invoiced_on, invoice.paid) == (
        ("o1",),
        "10000",
        shop.today,
        False,
    )
    assert [(line.order_line_id, line.quantity, line.net.amount) for line in invoice.lines] == [
        ("L1", 10, 125),
        ("L2", 4, 12),
    ]
    assert (after.status, after.invoicing) == (S.COMPLETED, Progress.COMPLETE)


def test_two_shipments_are_two_invoices_and_freight_is_billed_once(post, refused, shop):
    order = shop.order(
        shop.line(quantity=10, discount=Discount(amount=Money(amount=10, currency="EUR"))),
        discounts=[Discount(percent=10), Discount(amount=Money(amount=5, currency="EUR"))],
        charges=[Charge(code="FREIGHT", amount=Money(amount=20, currency="EUR"))],
    )
    part, first = post(shipped, order, some(("L1", 4)))
    whole, second = post(shipped, part, [])
    one, bill = post(invoiced, whole, first)
    assert (one.status, one.invoicing) == (S.SHIPPED, Progress.PARTIAL)
    two, rest = post(invoiced, one, second)
    assert two.status is S.COMPLETED
    # Four valves less their share of the discount are 46, and with 10 % and 5 off and the freight 56.40.
    assert (bill.net.amount, rest.net.amount) == (Decimal("56.40"), Decimal("62.10"))
    assert bill.net.amount + rest.net.amount == order.net.amount
    refused(TransitionNotAllowed, "transition_not_allowed", "status", invoiced, two, None)


def test_only_what_was_shipped_and_is_not_billed_yet(post, refused, order):
    refused(TransitionNotAllowed, "transition_not_allowed", "status", invoiced, order, None)
    part, shipment = post(shipped, order, some(("L1", 4)))
    billed, _ = post(invoiced, part, None)
    refused(TransitionNotAllowed, "nothing_to_invoice", "lines", invoiced, billed, shipment)


def test_a_charge_on_a_line_of_its_own_goes_on_the_first_invoice(post, shop):
    freight = shop.line("FREIGHT", 1, "C62", kind=LineKind.CHARGE, price=shop.price(20))
    order = shop.order(shop.line(), freight, shop.line("as agreed", 1, "C62", kind=LineKind.TEXT))
    part, _ = post(shipped, order, some(("L1", 5)))
    billed, first = post(invoiced, part, None)
    assert [line.order_line_id for line in first.lines] == ["L1", "L2"]
    whole, _ = post(shipped, billed, [])
    done, second = post(invoiced, whole, None)
    assert [line.order_line_id for line in second.lines] == ["L1"]
    assert done.status is S.COMPLETED


def test_an_invoice_without_a_price_has_no_amount(post, shop):
    gone, _ = post(shipped, shop.order(shop.line("ODD-1", 1)), [])
    _, invoice = post(invoiced, gone, None)
    assert (invoice.net, invoice.lines[0].net) == (None, None)


def test_tax_rates_at_hand_go_before_those_that_the_order_shows(post, order):
    gone, _ = post(shipped, order, some(("L1", 10)))
    _, invoice = post(invoiced, gone, None, tax_rates={"L1": Decimal(0)})
    assert invoice.tax.amount == 0
