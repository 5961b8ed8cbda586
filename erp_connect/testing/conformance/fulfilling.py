"""What follows an order: shipments with tracking numbers, tracking, invoices, returns, events, stock and prices."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ...adapters.contract import Support
from ...errors import InvalidOrder, NotFound, RequestRefused, TransitionNotAllowed
from ...models import ChangeQuantity, EventKind, OrderStatus, Package, PlaceHold, ReturnDraft
from .compare import content, exact, same_price, settled_down
from .desk import SKIPPED, Desk, eur
from .suite import Suite


class Fulfilling(Suite):
    """Shipments, tracking, invoices, returns, events, stock, prices."""

    def test_all_that_is_open_is_shipped(self, desk: Desk) -> None:
        desk.needs("shipments.post")
        order = desk.order()
        desk.erp.shipments.post(order, None, key=desk.key())
        stands = desk.erp.orders.get(order)
        assert settled_down(stands.status) is OrderStatus.SHIPPED
        assert [line.quantities.shipped for line in stands.lines] in ([12], [None])

    def test_a_part_is_shipped_and_the_rest_stays_open(self, desk: Desk) -> None:
        desk.needs("shipments.post", "shipments.of")
        order = desk.order()
        shipment = desk.erp.shipments.post(order, {order.lines[0]: Decimal(5)}, key=desk.key()).stored
        assert [(line.order_line_id, line.quantity) for line in shipment.lines] == [
            (order.lines[0].id, Decimal(5))
        ]
        stands = desk.erp.orders.get(order.id)
        assert stands.status is OrderStatus.PARTLY_SHIPPED
        assert stands.lines[0].quantities.shipped == 5
        assert stands.lines[0].quantities.open == 7
        assert [each.id for each in desk.erp.shipments.of(order)] == [shipment.id]
        exact(shipment)

    def test_posting_twice_under_one_key_ships_once(self, desk: Desk) -> None:
        desk.needs("shipments.post", "shipments.of")
        order, key = desk.order(), desk.key()
        first = desk.erp.shipments.post(order.id, {order.lines[0].id: 5}, key=key)
        again = desk.erp.shipments.post(order.id, {order.lines[0].id: 5}, key=key)
        assert again.replayed
        assert again.stored.id == first.stored.id
        assert len(desk.erp.shipments.of(order)) == 1

    def test_more_than_is_open_is_not_shipped(self, desk: Desk) -> None:
        desk.needs("shipments.post")
        order = desk.order()
        with pytest.raises(RequestRefused) as caught:
            desk.erp.shipments.post(order, {order.lines[0]: Decimal(13)})
        assert isinstance(caught.value, InvalidOrder | TransitionNotAllowed)
        assert content(desk.erp.orders.get(order.id)) == content(order)

    def test_a_held_order_is_not_shipped(self, desk: Desk) -> None:
        desk.needs("shipments.post", "orders.hold")
        kind = (desk.capabilities.operation("orders.hold").values or ("delivery",))[0]
        order = desk.erp.orders.amend(desk.order(), PlaceHold(kind=kind)).stored
        with pytest.raises(TransitionNotAllowed):
            desk.erp.shipments.post(order, None)
        assert not desk.erp.orders.get(order.id).lines[0].quantities.shipped

    def test_tracking_numbers_are_told(self, desk: Desk) -> None:
        desk.needs("shipments.post", "shipments.of", "orders.track")
        order = desk.order()
        parcel = Package(tracking_number=f"TRK{desk.tag}", carrier="UPS")
        receipt = desk.erp.shipments.post(order, None, parcel, key=desk.key())
        if not receipt.stored.packages:
            assert receipt.warnings, "the parcels were dropped without a word"
            pytest.skip(SKIPPED)
        assert receipt.stored.tracking_numbers == (parcel.tracking_number,)
        tracking = desk.erp.orders.track(order.id)
        assert [each.tracking_numbers for each in tracking.shipments] == [(parcel.tracking_number,)]
        assert settled_down(tracking.status) is OrderStatus.SHIPPED

    def test_an_order_is_tracked_line_by_line(self, desk: Desk) -> None:
        desk.needs("orders.track")
        day = desk.today() + timedelta(days=9)
        order = desk.order(desk.line(), desk.line(desk.pump, 2, price=eur("240")), requested=day)
        tracking = desk.erp.orders.track(order)
        assert tracking.order_id == order.id
        assert tracking.status is desk.erp.orders.get(order).status
        assert [(line.line_id, line.product) for line in tracking.lines] == [
            (line.id, line.product) for line in order.lines
        ]
        assert {line.requested for line in tracking.lines} <= {day, None}

    def test_an_order_that_never_was_is_not_tracked(self, desk: Desk) -> None:
        desk.needs("orders.track")
        with pytest.raises(NotFound):
            desk.erp.orders.track("no-such-id")

    def test_what_has_left_is_billed(self, desk: Desk) -> None:
        desk.needs("invoices.of")
        order = desk.order()
        shipped = desk.ship(order)
        if not desk.erp.invoices.of(shipped):
            desk.invoice(shipped)
        (invoice,) = desk.erp.invoices.of(shipped)
        assert order.id in invoice.order_ids
        assert sum(line.quantity or 0 for line in invoice.lines) == 12
        if invoice.net is not None and desk.keeps("order.line.price"):
            assert invoice.net.amount == Decimal("150.00")
        assert desk.erp.orders.get(shipped).status is OrderStatus.COMPLETED
        exact(invoice)

    def test_nothing_was_billed_or_shipped_for_a_new_order(self, desk: Desk) -> None:
        order = desk.order()
        for book in ("shipments", "invoices", "returns"):
            if desk.can(f"{book}.of"):
                assert list(getattr(desk.erp, book).of(order)) == []

    def test_goods_come_back(self, desk: Desk) -> None:
        desk.needs("returns.create", "returns.get", "returns.of")
        order = desk.ship(desk.order())
        draft = ReturnDraft(order=order.id, lines={order.lines[0].id: 3}, reason="damaged")
        key = desk.key()
        back = desk.erp.returns.create(draft, key=key).stored
        assert back.order_id == order.id
        assert [(line.order_line_id, line.quantity) for line in back.lines] == [
            (order.lines[0].id, Decimal(3))
        ]
        assert desk.erp.returns.get(back.id) == back
        assert [each.id for each in desk.erp.returns.of(order)] == [back.id]
        again = desk.erp.returns.create(draft, key=key)
        assert again.replayed
        assert len(desk.erp.returns.of(order)) == 1

    def test_no_more_comes_back_than_has_left(self, desk: Desk) -> None:
        desk.needs("returns.create", "returns.of")
        order = desk.ship(desk.order())
        draft = ReturnDraft(order=order.id, lines={order.lines[0].id: 13}, reason="damaged")
        with pytest.raises(RequestRefused) as caught:
            desk.erp.returns.create(draft)
        assert caught.value.outcome == "not_applied"
        assert list(desk.erp.returns.of(order)) == []

    def test_a_return_that_never_was_is_not_found(self, desk: Desk) -> None:
        desk.needs("returns.get")
        with pytest.raises(NotFound):
            desk.erp.returns.get("no-such-id")

    # -- events ----------------------------------------------------------------------------------------------

    def test_events_tell_what_happened_in_its_order(self, desk: Desk) -> None:
        desk.needs("orders.events", "orders.change_quantity")
        order = desk.order()
        desk.erp.orders.amend(order, ChangeQuantity(line=order.lines[0], to=5))
        told = [event for event in desk.erp.orders.events() if event.order_id == order.id]
        assert told
        assert all(event.cursor for event in told)
        if desk.capabilities.support("orders.events") is Support.NATIVE:
            assert [event.kind for event in told][:2] == [EventKind.CREATED, EventKind.AMENDED]

    def test_a_cursor_goes_on_where_it_stopped(self, desk: Desk) -> None:
        desk.needs("orders.events")
        first = desk.order()
        seen = list(desk.erp.orders.events())
        assert first.id in {event.order_id for event in seen}
        second = desk.order()
        later = list(desk.erp.orders.events(since=seen[-1].cursor))
        assert second.id in {event.order_id for event in later}
        if desk.capabilities.support("orders.events") is Support.NATIVE:
            assert first.id not in {event.order_id for event in later}

    def test_a_cursor_of_somebody_else_is_refused(self, desk: Desk) -> None:
        desk.needs("orders.events")
        with pytest.raises(NotFound) as caught:
            list(desk.erp.orders.events(since="not a cursor"))
        assert caught.value.code == "cursor_expired"

    # -- stock and prices ------------------------------------------------------------------------------------

    def test_stock_that_is_there_can_be_promised(self, desk: Desk) -> None:
        desk.needs("stock.availability")
        desk.stock(desk.valve, 100)
        found = desk.erp.stock.availability(desk.valve, 30, "C62")
        assert found.requested == 30
        assert found.available == 100
        assert found.enough
        assert not desk.erp.stock.availability(desk.valve, 130, "C62").enough
        exact(found)

    def test_stock_that_an_order_needs_is_not_promised_twice(self, desk: Desk) -> None:
        desk.needs("stock.availability")
        if desk.capabilities.support("stock.availability") is not Support.NATIVE:
            pytest.skip(SKIPPED)
        desk.stock(desk.valve, 100)
        desk.order(desk.line(quantity=40))
        assert desk.erp.stock.availability(desk.valve, 1, "C62").available == 60

    def test_stock_is_told_in_the_unit_asked_for(self, desk: Desk) -> None:
        desk.needs("stock.availability")
        desk.stock(desk.valve, 100)
        found = desk.erp.stock.availability(desk.valve, 3, "XBX")
        assert (found.unit, found.requested) == ("XBX", Decimal(3))
        assert found.available == 10

    def test_stock_of_an_unknown_product_is_not_found(self, desk: Desk) -> None:
        desk.needs("stock.availability")
        with pytest.raises(NotFound):
            desk.erp.stock.availability("P404404", 1, "C62")

    def test_a_price_on_file_is_quoted(self, desk: Desk) -> None:
        desk.needs("prices.quote")
        found = desk.erp.prices.quote(desk.customer, desk.valve, 12, "C62")
        if found.price is None:
            pytest.skip(SKIPPED)
        assert same_price(found.price, eur("12.50"))
        assert (found.customer, found.product, found.quantity) == (desk.customer, desk.valve, Decimal(12))
        if found.net is not None:
            assert found.net.amount == Decimal("150.00")
        exact(found)

    def test_a_customers_own_price_goes_first_and_from_its_quantity_on(self, desk: Desk) -> None:
        desk.needs("prices.quote")
        if desk.capabilities.support("prices.quote") is not Support.NATIVE:
            pytest.skip(SKIPPED)
        price = eur("11.00")
        desk.behind("put_price", desk.valve, price, customer=desk.customer, quantity_from=Decimal(50))
        small = desk.erp.prices.quote(desk.customer, desk.valve, 49, "C62").price
        large = desk.erp.prices.quote(desk.customer, desk.valve, 50, "C62").price
        assert same_price(small, eur("12.50"))
        assert same_price(large, price)
        others = desk.erp.prices.quote(desk.new_customer(), desk.valve, 50, "C62").price
        assert same_price(others, eur("12.50"))
