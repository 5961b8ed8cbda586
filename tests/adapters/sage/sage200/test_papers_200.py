"""What becomes of an order on Sage 200: held, despatched, billed, taken back, cancelled (sage.md 4.3 to 4.5)."""

from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Write
from erp_connect.models import InvoiceKind, OrderStatus, Package
from erp_connect.models.returns import ReturnStatus
from erp_connect.testing.mocks.business.stock import on_hand
from erp_connect.testing.mocks.sage.sage200.office import dispute, print_invoice, receive_return

from .place200 import draft, hoses, valves


def placed(site, *lines, **more):
    return site.erp.orders.create(draft(*lines, **more), key="order").order


# ---------------------------------------------------------------- despatches


def test_boxes_are_despatched_in_pieces_and_told_in_boxes(site, company):
    """sage.md 4.4: items of a despatch count the stock's unit, lines of an order their own."""
    order = placed(site, valves(2, unit="XBX"))
    shipment = site.erp.shipments.post(order, {order.lines[0]: Decimal(1)}).stored
    assert on_hand(company, "VALVE-20", "MAIN") == 488
    assert [(line.quantity, line.unit) for line in shipment.lines] == [(1, "XBX")]
    now = site.erp.orders.get(order)
    assert (now.status, now.lines[0].quantities.shipped) == (OrderStatus.PARTLY_SHIPPED, 1)
    site.erp.shipments.post(now)
    assert on_hand(company, "VALVE-20", "MAIN") == 476
    assert [[line.quantity for line in each.lines] for each in site.erp.shipments.of(order)] == [[1], [1]]


def test_the_consignment_of_a_despatch_is_told(site, company):
    """sage.md 4.4: courier, consignment number, pieces and weight in the views."""
    numbers = site.server.desk("Harbour Trading").keys
    dhl = numbers.number(company.agents.by("code", "DHL").id, company.agents)
    order = placed(site)
    parcels = (
        Package(tracking_number="JD0001", carrier="DHL", weight=Decimal("3.5")),
        Package(tracking_number="JD0002", carrier="DHL", weight=Decimal(1)),
    )
    with pytest.raises(errors.UnmappedCode) as caught:
        site.erp.shipments.post(order, None, parcels)
    assert "couriers=DHL=" in caught.value.hint
    assert "sop_confirm_despatch" not in site.sent("POST")
    with site.again(couriers=f"DHL={dhl}") as erp:
        shipment = erp.shipments.post(order.id, None, parcels).stored
        assert shipment.tracking_numbers == ("JD0001", "JD0002")
        assert shipment.carrier == "DHL"
        assert erp.orders.track(order.id).shipments[0].tracking_numbers == ("JD0001", "JD0002")


def test_what_is_ready_for_despatch_is_never_asked_for(site):
    """sage.md 4.4: that list may lock its orders."""
    order = placed(site)
    site.erp.shipments.post(order, {order.lines[0]: Decimal(5)})
    site.erp.orders.amend(order.id, ec.ChangeHeader(customer_po="NEW"))
    assert "sop_confirm_despatch" not in site.sent("GET")


def test_more_than_is_allocated_does_not_leave(site):
    order = placed(site, valves(600))
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.shipments.post(order)
    assert caught.value.outcome == "not_applied"
    assert site.erp.shipments.of(order) == ()


# ---------------------------------------------------------------- what is billed, and what comes back


def test_what_was_despatched_is_billed_line_by_line(site, company):
    """sage.md 4.3: invoice views."""
    order = placed(site, valves(), hoses())
    site.erp.shipments.post(order)
    bill = print_invoice(company, order.number)
    (invoice,) = site.erp.invoices.of(order)
    assert (invoice.number, invoice.kind, invoice.currency) == (bill.number, InvoiceKind.INVOICE, "GBP")
    assert [(line.product, line.quantity) for line in invoice.lines] == [("VALVE-20", 12), ("HOSE-20", 10)]
    assert invoice.net == site.erp.orders.get(order).net
    assert site.erp.orders.get(order).status is OrderStatus.COMPLETED


def test_a_return_is_entered_at_the_price_of_the_sale_and_followed(site, company):
    """sage.md 4.3: sop_returns from 2025 R1 on."""
    price = ec.UnitPrice(amount=Decimal("9.25"), currency="GBP")
    order = placed(site, valves(price=price, discount=ec.Discount(percent=Decimal(10))), hoses())
    site.erp.shipments.post(order)
    wanted = ec.ReturnDraft(order=order.id, lines={order.lines[0].id: 2}, reason="crushed")
    back = site.erp.returns.create(wanted, key="back").stored
    assert (back.status, back.reason, back.order_id) == (ReturnStatus.REQUESTED, "crushed", order.id)
    paper = company.find("return_order", back.number)
    assert paper.net == Decimal("16.65")
    receive_return(company, back.number)
    assert site.erp.returns.get(back.id).status is not ReturnStatus.REQUESTED
    with pytest.raises(errors.InvalidOrder):
        site.erp.returns.create(
            ec.ReturnDraft(order=order.id, lines={order.lines[0].id: 11}, reason="crushed"), key="more"
        )
    assert [each.id for each in site.erp.returns.of(order)] == [back.id]
    assert site.erp.returns.create(wanted, key="back").replayed


# ---------------------------------------------------------------- states


def test_an_order_is_held_and_released(site):
    """sage.md 4.5: by the status endpoint only."""
    order = placed(site)
    held = site.erp.orders.amend(order, ec.PlaceHold(kind="on_hold", reason="credit")).stored
    assert (held.status, [hold.kind for hold in held.holds]) == (OrderStatus.ON_HOLD, ["on_hold"])
    with pytest.raises(errors.TransitionNotAllowed):
        site.erp.shipments.post(held)
    free = site.erp.orders.amend(held, ec.ReleaseHold(kind="on_hold")).stored
    assert (free.status, free.holds) == (OrderStatus.CONFIRMED, ())


@pytest.mark.parametrize("kind", ["credit", "delivery"])
def test_other_kinds_of_hold_are_refused_unsent(site, kind):
    order = placed(site)
    sent = len(site.sent("POST"))
    with pytest.raises(errors.ErpConnectError) as caught:
        site.erp.orders.amend(order, ec.PlaceHold(kind=kind))
    assert caught.value.outcome == "not_applied"
    assert len(site.sent("POST")) == sent


@pytest.mark.parametrize("dialect", ["sop_order_id", "id"])
def test_both_bodies_of_the_status_endpoint_can_be_chosen(site, switches, dialect):
    """sage.md 4.5; 10, no. 9."""
    switches.status_dialects = frozenset({dialect})
    order = placed(site)
    with site.again(status_body=dialect) as erp:
        assert erp.orders.cancel(order.id, "not needed").stored.status is OrderStatus.CANCELLED


def test_a_status_that_is_not_understood_is_not_called_a_cancellation(site, switches):
    """An answer of success that has changed nothing: it is looked at, not believed."""
    switches.status_words = {**switches.status_words, "EnumOther": "live"}
    order = placed(site)
    with site.again(status_words="cancel=EnumOther") as erp:
        with pytest.raises(errors.OutcomeUnknown):
            erp.orders.cancel(order.id, "not needed")
        assert erp.orders.get(order.id).status is OrderStatus.CONFIRMED


def test_a_disputed_order_is_on_hold(site, company):
    """sage.md 4.5: EnumDocumentStatusDispute."""
    order = placed(site)
    dispute(company, order.number)
    now = site.erp.orders.get(order)
    assert (now.status, now.holds[0].kind) == (OrderStatus.ON_HOLD, "dispute")


def test_an_order_beyond_the_credit_limit_is_on_hold_and_says_why(site):
    """sage.md 4.4."""
    pump = ec.LineDraft(product="PUMP-A", quantity=6, unit="C62")
    order = placed(site, pump, customer="20000", currency="USD")
    assert (order.status, order.holds[0].reason) == (OrderStatus.ON_HOLD, "over the credit limit")


def test_a_cancelled_order_stays_with_all_of_it_cancelled(site):
    """sage.md 4.5: 2025 R1."""
    order = placed(site)
    gone = site.erp.orders.cancel(order, "not needed").stored
    assert (gone.status, gone.lines[0].quantities.cancelled, gone.lines[0].quantities.open) == (
        OrderStatus.CANCELLED,
        12,
        0,
    )
    with pytest.raises(errors.TransitionNotAllowed):
        site.erp.orders.cancel(order.id, "again")


def test_a_cancelled_line_is_recorded(site):
    """sage.md 4.7, point 7: is_to_delete with create_cancelled_line."""
    order = placed(site, valves(), hoses())
    site.erp.orders.cancel(order, "not needed", lines=[2])
    (row,) = site.erp._context.adapter.office.api.page("sop_cancelled_lines")
    assert (row["item_code"], row["cancelled_quantity"]) == ("HOSE-20", 10)


def test_what_has_left_stays_when_the_rest_is_cancelled(site):
    order = placed(site, valves(), hoses())
    site.erp.shipments.post(order, {order.lines[0]: Decimal(5)})
    now = site.erp.orders.cancel(order.id, "not needed").stored
    assert [(line.product, line.quantities.ordered) for line in now.lines] == [("VALVE-20", 5)]
    assert now.status is OrderStatus.SHIPPED


def test_somebody_who_edits_the_order_is_waited_for(site, company):
    """sage.md 4.4: a lock is a passing obstacle."""
    order = placed(site)
    company.world.locked[company.find("order", order.number).id] = "ANNA"
    with pytest.raises(errors.RecordLocked) as caught:
        site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5))
    assert (caught.value.retryable, caught.value.outcome) == (True, "not_applied")
    assert "ANNA" in str(caught.value.native)


def test_reading_locks_nothing(site):
    """sage.md 4.2: the expansion is_to_lock is not used."""
    order = placed(site)
    list(site.erp.orders.list())
    site.erp.orders.get(order.id)
    with site.again() as other:
        other.orders.amend(order.id, ec.ChangeQuantity(line=1, to=5))


def test_a_draft_stays_one_when_it_is_changed(site):
    """sage.md 4.4: is_editing keeps a draft as draft; whoever changes a line does not confirm the order."""
    order = placed(site)
    office = site.erp._context.adapter.office
    line = {name: order.raw["lines"][0][name] for name in ("line_type", "product_id", "warehouse_id")}
    body = {
        "customer_id": order.raw["customer_id"],
        "is_editing": True,
        "lines": [{**line, "line_quantity": 2}],
    }
    entered = str(office.api.write("POST", "sop_orders", body)["id"])
    assert site.erp.orders.get(entered).status is OrderStatus.DRAFT
    changed = site.erp.orders.amend(entered, ec.ChangeQuantity(line=1, to=5)).stored
    assert (changed.status, changed.lines[0].quantities.ordered) == (OrderStatus.DRAFT, 5)
    assert site.erp.orders.cancel(entered, "not needed").stored.status is OrderStatus.CANCELLED


# ---------------------------------------------------------------- how things are said


@pytest.mark.parametrize("form", ["object", "array", "text"])
def test_what_the_system_says_reaches_the_user_whatever_its_form(site, switches, form):
    """sage.md 4.6; 4.7, point 10: the body of a 400 has no form that anybody has published."""
    switches.error_format = form
    order = placed(site)
    site.server.refuse("The period is closed.", "sop_orders", "PUT")
    with pytest.raises(errors.RequestRefused) as caught:
        site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5))
    assert [each["message"] for each in caught.value.native] == ["The period is closed."]


@pytest.mark.parametrize("form", ["object", "array"])
def test_the_field_that_a_refusal_names_is_told(site, switches, form):
    switches.error_format = form
    office = site.erp._context.adapter.office
    office.products.remember({"id": 999_999, "code": "GHOST", "stock_unit_id": None})
    ghost = draft(ec.LineDraft(product="GHOST", quantity=1, unit="C62"))
    write = Write(key="k", stamp="ABCDEFGHIJKLM", operation="orders.create", correlation_id="c")
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp._context.adapter.orders.create(ghost, write)
    assert caught.value.native[0]["field"].endswith("product_id")


@pytest.mark.parametrize(
    "changed",
    [
        {"utc_mark": "Z"},
        {"status_prefix": "", "line_status_prefix": "X"},
        {"lines_shown": "always"},
        {"lines_shown": "single"},
        {"over_maximum": "refused"},
        {"price_needs_flag": False},
    ],
)
def test_what_the_reference_leaves_open_changes_nothing(site, switches, changed):
    """sage.md 10: tolerances, not assumptions."""
    for name, value in changed.items():
        setattr(switches, name, value)
    price = ec.UnitPrice(amount=Decimal(9), currency="GBP")
    order = placed(site, valves(price=price), hoses())
    site.erp.shipments.post(order, {order.lines[0]: Decimal(5)})
    now = site.erp.orders.get(order)
    (listed,) = site.erp.orders.list()
    assert (listed, now.lines[0].price, now.status) == (now, price, OrderStatus.PARTLY_SHIPPED)


def test_stock_and_list_prices(site):
    """sage.md 4.3: warehouse_holdings, product_views."""
    stock = site.erp.stock.availability("VALVE-20", 2, "XBX")
    assert (stock.on_hand, stock.available) == (Decimal("41.666"), Decimal("41.666"))
    placed(site)
    pieces = site.erp.stock.availability("VALVE-20", 2, "C62")
    assert (pieces.on_hand, pieces.available, pieces.reserved) == (500, 488, 12)
    quote = site.erp.prices.quote("10000", "VALVE-20", 2, "XBX")
    assert quote.price == ec.UnitPrice(amount=Decimal(150), currency="GBP")
    assert site.erp.prices.quote("20000", "VALVE-20", 2, "C62").price is None
    with pytest.raises(errors.NotFound):
        site.erp.stock.availability("NOTHING", 1, "C62")


def test_events_tell_the_last_change_of_each_order(site, clock):
    """sage.md 4.2: date_time_updated."""
    order = placed(site)
    clock.turn(seconds=60)
    other = site.erp.orders.create(draft(customer_po="P2"), key="b").order
    events = list(site.erp.orders.events())
    assert [each.order_id for each in events] == [order.id, other.id]
    clock.turn(seconds=60)
    site.erp.orders.cancel(order.id, "not needed")
    (event,) = site.erp.orders.events(events[-1].cursor)
    assert (event.order_id, event.kind) == (order.id, "cancelled")
    assert list(site.erp.orders.events(event.cursor)) == []
    with pytest.raises(errors.NotFound):
        list(site.erp.orders.events("nonsense"))


def test_a_purchase_order_is_written_changed_and_read(site, company):
    """sage.md 4.3: pop_orders."""
    placed(site)
    line = ec.PurchaseOrderLineDraft(
        product="VALVE-20", quantity=10, unit="C62", price=ec.UnitPrice(amount=5, currency="GBP")
    )
    wanted = ec.PurchaseOrderDraft(supplier="V100", currency="GBP", lines=(line,), supplier_reference="Q-1")
    order = site.erp.purchase_orders.create(wanted, key="buy").stored
    assert (order.supplier_reference, order.lines[0].price.amount, order.net.amount) == ("Q-1", 5, 50)
    assert [each.id for each in site.erp.purchase_orders.find(key="buy")] == [order.id]
    changed = site.erp.purchase_orders.amend(order, ec.ChangeQuantity(line=1, to=8)).stored
    assert changed.lines[0].quantities.ordered == 8
    assert company.lines_of(company.find("purchase_order", order.number))[0].quantity == 8
