"""Creating orders: what is sent is what stands, what is refused leaves nothing behind, and many end one by one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ... import keys
from ...errors import CustomerBlocked, ErpConnectError, InvalidOrder, ProductBlocked, RequestRefused
from ...models import Order, OrderDraft, OrderStatus, Ref, Severity
from .compare import content, exact, same_price, same_units
from .desk import SKIPPED, Desk, eur
from .suite import Suite

_OPEN = {OrderStatus.SUBMITTED, OrderStatus.CONFIRMED, OrderStatus.DRAFT}


class Creating(Suite):
    """``orders.create``, ``check`` and ``create_many``."""

    def test_an_order_stands_as_it_was_sent(self, desk: Desk) -> None:
        draft = desk.draft(desk.line(), desk.line(desk.pump, 2, price=eur("240")))
        receipt = desk.create(draft, key=desk.key())
        order = receipt.order
        assert isinstance(order, Order)
        assert order.id
        assert order.number
        assert order.customer == desk.customer
        assert order.customer_po == draft.customer_po
        assert order.currency == "EUR"
        assert [(line.product, line.quantities.ordered) for line in order.lines] == [
            (desk.valve, Decimal(12)),
            (desk.pump, Decimal(2)),
        ]
        assert all(same_units(line.unit, "C62") for line in order.lines)
        assert order.status in _OPEN
        exact(order)

    def test_the_receipt_shows_what_a_later_reading_shows(self, desk: Desk) -> None:
        receipt = desk.create(desk.draft(), key=desk.key())
        read = desk.erp.orders.get(receipt.order.id)
        assert content(receipt.order) == content(read)
        assert receipt.order.version == read.version
        assert receipt.order.lines == read.lines
        assert not receipt.replayed
        assert desk.erp.orders.get(read) == read

    def test_what_was_sent_plainly_shows_no_difference(self, desk: Desk) -> None:
        draft = desk.draft(desk.line(), desk.line(desk.pump, 2, price=eur("240")))
        receipt = desk.create(draft, key=desk.key())
        assert receipt.differences == ()

    def test_lines_keep_their_order_with_ids_of_their_own_and_positions_from_one(self, desk: Desk) -> None:
        quantities = list(range(1, 26))
        order = desk.order(*(desk.line(quantity=quantity) for quantity in quantities))
        assert [line.quantities.ordered for line in order.lines] == quantities
        assert len({line.id for line in order.lines}) == len(quantities)
        assert [line.position for line in order.lines] == list(range(1, len(quantities) + 1))

    def test_a_line_is_found_by_its_position_and_its_id(self, desk: Desk) -> None:
        order = desk.two_lines()
        second = order.lines[1]
        assert order.line(second.position) == second
        assert order.line(second.id) == second

    def test_the_price_on_the_order_is_the_one_agreed(self, desk: Desk) -> None:
        if not desk.keeps("order.line.price"):
            pytest.skip(SKIPPED)
        order = desk.order(desk.line(price=eur("11.75")))
        assert same_price(order.lines[0].price, eur("11.75"))
        if order.lines[0].net is not None:
            assert order.lines[0].net.amount == Decimal("141.00")

    def test_a_product_in_boxes_keeps_its_unit(self, desk: Desk) -> None:
        order = desk.order(desk.line(quantity=3, unit="XBX", price=eur("125")))
        assert order.lines[0].unit == "XBX"
        assert order.lines[0].quantities.ordered == 3

    def test_customer_and_product_may_be_named_by_their_ids(self, desk: Desk) -> None:
        desk.needs("customers.find", "products.find")
        customer = desk.erp.customers.find(number=desk.customer)[0]
        product = desk.erp.products.find(code=desk.valve)[0]
        order = desk.order(desk.line(product=None), customer=Ref(id=customer.id))
        assert order.customer == desk.customer
        line = desk.line().but(product=Ref(id=product.id))
        assert desk.order(line).lines[0].product == desk.valve

    @pytest.mark.parametrize("wrong", ["customer", "product", "unit"])
    def test_what_is_not_on_file_is_refused_and_leaves_nothing(self, desk: Desk, wrong: str) -> None:
        good = desk.order()
        draft = {
            "customer": lambda: desk.draft(customer="C404404"),
            "product": lambda: desk.draft(desk.line(), desk.line("P404404")),
            "unit": lambda: desk.draft(desk.line(unit="KGM")),
        }[wrong]()
        with pytest.raises(RequestRefused) as caught:
            desk.create(draft, key=desk.key())
        assert caught.value.outcome == "not_applied"
        assert not caught.value.retryable
        assert [order.id for order in desk.mine()] == [good.id]
        assert list(desk.erp.orders.find(customer_po=draft.customer_po, customer=desk.customer)) == []

    def test_a_refusal_names_the_place_in_the_draft(self, desk: Desk) -> None:
        with pytest.raises(InvalidOrder) as caught:
            desk.create(desk.draft(desk.line(), desk.line("P404404")), key=desk.key())
        assert caught.value.path is not None
        assert "lines[1]" in caught.value.path

    def test_a_blocked_customer_is_refused_as_blocked(self, desk: Desk) -> None:
        if not desk.holds("customer.blocked"):
            pytest.skip(SKIPPED)
        blocked = desk.new_customer(blocked=True)
        with pytest.raises(CustomerBlocked) as caught:
            desk.create(desk.draft(customer=blocked), key=desk.key())
        assert caught.value.outcome == "not_applied"

    def test_a_blocked_product_is_refused_as_blocked(self, desk: Desk) -> None:
        if not desk.holds("product.blocked"):
            pytest.skip(SKIPPED)
        blocked = desk.new_product(blocked=True)
        # Where lines follow the header one by one, what stands is taken back and the whole is an invalid order.
        with pytest.raises((ProductBlocked, InvalidOrder)) as caught:
            desk.create(desk.draft(desk.line(blocked)), key=desk.key())
        assert caught.value.code == "product_blocked"
        assert caught.value.outcome == "not_applied"
        assert list(desk.mine()) == []

    def test_checking_a_good_draft_finds_no_error_and_writes_nothing(self, desk: Desk) -> None:
        findings = desk.erp.orders.check(desk.draft())
        assert findings.errors == ()
        assert list(desk.mine()) == []

    def test_checking_a_bad_draft_says_where(self, desk: Desk) -> None:
        if not desk.can("products.find", "customers.find") and not desk.can("orders.simulate"):
            pytest.skip(SKIPPED)
        findings = desk.erp.orders.check(desk.draft(desk.line(), desk.line("P404404")))
        assert any("lines[1]" in found.path for found in findings if found.severity is Severity.ERROR)
        with pytest.raises(InvalidOrder):
            findings.raise_for_errors()
        assert list(desk.mine()) == []

    def test_many_orders_end_one_by_one(self, desk: Desk) -> None:
        drafts = [desk.draft(desk.line(quantity=number)) for number in range(1, 13)]
        drafts[4] = desk.draft(desk.line("P404404"), customer_po=drafts[4].customer_po)
        done = desk.create_many(drafts, keys.by_customer_po)
        assert [failure.index for failure in done.failed] == [4]
        assert isinstance(done.failed[0].error, ErpConnectError)
        assert done.failed[0].draft == drafts[4]
        wanted = [draft.customer_po for draft in drafts if draft is not drafts[4]]
        assert [receipt.order.customer_po for receipt in done.succeeded] == wanted
        assert sorted(order.customer_po or "" for order in desk.mine()) == sorted(map(str, wanted))

    def test_many_orders_again_are_replayed_and_none_is_doubled(self, desk: Desk) -> None:
        drafts: list[OrderDraft] = [desk.draft() for _ in range(6)]
        names = [desk.key() for _ in drafts]
        first = desk.create_many(drafts, names)
        again = desk.create_many(drafts, names)
        assert len(first.succeeded) == len(again.succeeded) == 6
        assert all(receipt.replayed for receipt in again.succeeded)
        assert [r.order.id for r in first.succeeded] == [r.order.id for r in again.succeeded]
        assert len(desk.mine()) == 6
