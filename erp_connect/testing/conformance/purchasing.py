"""Purchase orders: create, find, list, cancel, the supplier's confirmation, goods that arrive."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ...errors import InvalidOrder, KeyReused, NotFound, RequestRefused, TransitionNotAllowed
from ...models import LineConfirmation, OrderStatus
from .compare import content, exact, settled_down
from .desk import Desk
from .suite import Suite


class Purchasing(Suite):
    """``purchase_orders``, and goods receipts."""

    def test_a_purchase_order_stands_as_it_was_sent(self, desk: Desk) -> None:
        order = desk.two_lines("purchase_orders")
        assert order.supplier == desk.supplier
        assert order.number
        assert [(line.product, line.quantities.ordered) for line in order.lines] == [
            (desk.valve, 12),
            (desk.pump, 2),
        ]
        assert desk.erp.purchase_orders.get(order) == desk.erp.purchase_orders.get(order.id)
        exact(order)

    def test_the_same_key_is_one_purchase_order(self, desk: Desk) -> None:
        desk.needs("purchase_orders.create", "purchase_orders.list")
        draft, key = desk.purchase(), desk.key()
        first = desk.erp.purchase_orders.create(draft, key=key)
        assert desk.erp.purchase_orders.create(draft, key=key).stored.id == first.stored.id
        with pytest.raises(KeyReused):
            desk.erp.purchase_orders.create(desk.purchase(desk.purchase_line(quantity=1)), key=key)
        listed = [order.id for order in desk.erp.purchase_orders.list(supplier=desk.supplier)]
        assert listed == [first.stored.id]

    def test_it_is_found_by_number_and_supplier(self, desk: Desk) -> None:
        desk.needs("purchase_orders.find")
        order = desk.buy()
        found = desk.erp.purchase_orders.find(number=order.number, supplier=desk.supplier)
        assert [each.id for each in found] == [order.id]
        assert list(desk.erp.purchase_orders.find(number=order.number, supplier="S404404")) == []
        with pytest.raises(NotFound):
            desk.erp.purchase_orders.get("no-such-id")

    def test_an_unknown_supplier_is_refused(self, desk: Desk) -> None:
        desk.needs("purchase_orders.create")
        with pytest.raises(RequestRefused) as caught:
            desk.erp.purchase_orders.create(desk.purchase(supplier="S404404"), key=desk.key())
        assert caught.value.outcome == "not_applied"

    def test_it_is_cancelled(self, desk: Desk) -> None:
        desk.needs("purchase_orders.cancel")
        order = desk.buy()
        desk.erp.purchase_orders.cancel(order, "found it cheaper")
        assert desk.erp.purchase_orders.get(order.id).status is OrderStatus.CANCELLED
        with pytest.raises(TransitionNotAllowed):
            desk.erp.purchase_orders.cancel(order.id, "found it cheaper")

    def test_one_line_of_it_is_cancelled(self, desk: Desk) -> None:
        desk.needs("purchase_orders.cancel_line")
        order = desk.two_lines("purchase_orders")
        left = desk.erp.purchase_orders.cancel(order, "not needed", lines=[order.lines[1]]).stored
        assert content(left) == [(desk.valve, Decimal(12))]

    def test_the_supplier_confirms_a_date(self, desk: Desk) -> None:
        desk.needs("purchase_orders.confirm")
        order, key = desk.two_lines("purchase_orders"), desk.key()
        day = desk.today() + timedelta(days=20)
        promise = LineConfirmation(line=order.lines[0], quantity=12, date=day)
        confirmed = desk.erp.purchase_orders.confirm(order, [promise], key=key).stored
        assert confirmed.lines[0].promised == day
        assert confirmed.lines[0].quantities.confirmed == 12
        assert content(confirmed) == content(order)
        again = desk.erp.purchase_orders.confirm(order.id, [promise.but(line=order.lines[0].id)], key=key)
        assert again.replayed

    def test_goods_arrive_in_parts(self, desk: Desk) -> None:
        desk.needs("purchase_orders.receive")
        order, key = desk.buy(), desk.key()
        arrived = desk.erp.purchase_orders.receive(order.id, {order.lines[0].id: 5}, key=key)
        assert [(line.order_line_id, line.quantity) for line in arrived.stored.lines] == [
            (order.lines[0].id, Decimal(5))
        ]
        again = desk.erp.purchase_orders.receive(order.id, {order.lines[0].id: 5}, key=key)
        assert again.replayed
        stands = desk.erp.purchase_orders.get(order)
        assert stands.lines[0].quantities.delivered == 5
        desk.erp.purchase_orders.receive(stands, None, key=desk.key())
        done = desk.erp.purchase_orders.get(order)
        assert settled_down(done.status) is OrderStatus.SHIPPED
        if desk.can("goods_receipts.of"):
            receipts = desk.erp.goods_receipts.of(done)
            assert [sum(line.quantity for line in each.lines) for each in receipts] == [5, 7]

    def test_no_more_arrives_than_was_ordered(self, desk: Desk) -> None:
        desk.needs("purchase_orders.receive")
        order = desk.buy()
        with pytest.raises(RequestRefused) as caught:
            desk.erp.purchase_orders.receive(order, {order.lines[0]: Decimal(13)})
        assert isinstance(caught.value, InvalidOrder | TransitionNotAllowed)
        assert content(desk.erp.purchase_orders.get(order.id)) == content(order)

    def test_a_purchase_order_whose_answer_was_lost_is_not_doubled(self, desk: Desk) -> None:
        from .once import sooner_or_later

        desk.needs("purchase_orders.create", "purchase_orders.list")
        draft, key = desk.purchase(), desk.key()
        desk.wire.lose_reply("purchase_orders.create")
        order = sooner_or_later(
            desk, lambda: desk.erp.purchase_orders.create(draft, key=key), "purchase_orders"
        )
        assert [each.id for each in desk.erp.purchase_orders.list(supplier=desk.supplier)] == [order.id]
