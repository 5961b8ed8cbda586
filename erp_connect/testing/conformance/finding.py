"""Finding and listing: exact, streamed, filtered, and undisturbed by what is written meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ...errors import InvalidOrder, NotFound
from ...models import ChangeQuantity, Order, OrderStatus, Ref, Reference
from .desk import SKIPPED, Desk
from .suite import Suite


class Finding(Suite):
    """``orders.get``, ``find`` and ``list``."""

    def test_an_order_is_found_by_what_people_say(self, desk: Desk) -> None:
        order, decoy = desk.order(), desk.order()
        assert [each.id for each in desk.erp.orders.find(number=order.number)] == [order.id]
        by_po = desk.erp.orders.find(customer_po=order.customer_po, customer=desk.customer)
        assert [each.id for each in by_po] == [order.id]
        assert {each.id for each in desk.erp.orders.find(customer=desk.customer)} == {order.id, decoy.id}

    def test_what_is_not_there_is_not_found(self, desk: Desk) -> None:
        order = desk.order()
        assert list(desk.erp.orders.find(number="0404404404")) == []
        assert list(desk.erp.orders.find(customer_po="PO-404404", customer=desk.customer)) == []
        assert list(desk.erp.orders.find(number=order.number, customer="C404404")) == []

    @pytest.mark.parametrize("cut", ["shorter", "longer", "wildcard"])
    def test_a_near_match_is_no_match(self, desk: Desk, cut: str) -> None:
        order = desk.order(customer_po=f"PO-7-{desk.tag}")
        assert order.customer_po is not None
        near = {
            "shorter": order.customer_po[:-1],
            "longer": order.customer_po + "0",
            "wildcard": order.customer_po[:-1] + "%",
        }[cut]
        assert list(desk.erp.orders.find(customer_po=near, customer=desk.customer)) == []

    def test_one_po_number_of_two_customers_stays_two_orders(self, desk: Desk) -> None:
        other = desk.new_customer()
        po = f"PO-{desk.tag}"
        mine, theirs = desk.order(customer_po=po), desk.order(customer_po=po, customer=other)
        assert [each.id for each in desk.erp.orders.find(customer_po=po, customer=desk.customer)] == [mine.id]
        assert [each.id for each in desk.erp.orders.find(customer_po=po, customer=other)] == [theirs.id]

    def test_an_order_is_found_by_a_reference(self, desk: Desk) -> None:
        if not desk.keeps("order.references"):
            pytest.skip(SKIPPED)
        value = f"PRJ-{desk.tag}"
        order = desk.order(references=(Reference(kind="project", value=value),))
        desk.order()
        assert [each.id for each in desk.erp.orders.find(reference=value)] == [order.id]

    def test_an_id_that_cannot_exist_is_not_found(self, desk: Desk) -> None:
        for never in ("no-such-id", "' or 1=1 --", "../orders", "0", "\N{SNOWMAN}"):
            with pytest.raises(NotFound) as caught:
                desk.erp.orders.get(never)
            assert caught.value.outcome == "not_applied"
            assert caught.value.hint

    def test_finding_nothing_in_particular_is_refused(self, desk: Desk) -> None:
        with pytest.raises(InvalidOrder):
            desk.erp.orders.find()
        assert desk.wire.calls == []

    def test_a_list_holds_every_order_once(self, desk: Desk) -> None:
        orders = [desk.order() for _ in range(7)]
        listed = [order.id for order in desk.erp.orders.list(customer=desk.customer)]
        assert sorted(listed) == sorted(order.id for order in orders)

    def test_a_listed_order_is_the_order(self, desk: Desk) -> None:
        order = desk.two_lines()
        (listed,) = desk.mine()
        read = desk.erp.orders.get(order.id)
        assert listed.lines == read.lines
        assert (listed.version, listed.status, listed.customer_po) == (
            read.version,
            read.status,
            read.customer_po,
        )

    def test_a_customer_may_be_named_by_id(self, desk: Desk) -> None:
        desk.needs("customers.find")
        order = desk.order()
        customer = desk.erp.customers.find(number=desk.customer)[0]
        listed = desk.erp.orders.list(customer=Ref(id=customer.id))
        assert [each.id for each in listed] == [order.id]

    def test_a_limit_is_kept(self, desk: Desk) -> None:
        for _ in range(4):
            desk.order()
        assert len(list(desk.erp.orders.list(customer=desk.customer, limit=3))) == 3
        assert list(desk.erp.orders.list(customer=desk.customer, limit=0)) == []

    def test_writing_while_listing_disturbs_nothing(self, desk: Desk) -> None:
        orders = {desk.order().id for _ in range(5)}
        seen = []
        for order in desk.erp.orders.list(customer=desk.customer):
            seen.append(order.id)
            if order.id in orders and len(seen) <= 5:
                desk.order(customer_po=f"LATE-{len(seen)}")
            assert len(seen) < 100, "the list follows its own writes for ever"
        assert orders <= set(seen)
        assert len(seen) == len(set(seen))

    def test_a_list_that_is_given_up_holds_nothing_back(self, desk: Desk) -> None:
        for _ in range(3):
            desk.order()
        next(iter(desk.erp.orders.list(customer=desk.customer)))
        assert len(desk.mine()) == 3
        desk.order()
        assert len(desk.mine()) == 4

    def test_a_list_by_status_holds_those_only(self, desk: Desk) -> None:
        desk.needs("orders.cancel_line")
        going, changed = desk.two_lines(), desk.two_lines()
        desk.erp.orders.cancel(changed, "not needed", lines=[changed.lines[0]])
        status = desk.erp.orders.get(going.id).status
        found = {order.id for order in desk.erp.orders.list(customer=desk.customer, status=status)}
        assert found == {going.id, changed.id}
        none = desk.erp.orders.list(customer=desk.customer, status=[OrderStatus.REJECTED])
        assert list(none) == []

    def test_a_list_by_order_date_counts_both_ends(self, desk: Desk) -> None:
        if not desk.keeps("order.order_date"):
            pytest.skip(SKIPPED)
        day = desk.today()
        ids = [desk.order(order_date=day - timedelta(days=back)).id for back in range(4)]
        listed = desk.erp.orders.list(
            customer=desk.customer, ordered_from=day - timedelta(days=2), ordered_to=day - timedelta(days=1)
        )
        assert {order.id for order in listed} == {ids[1], ids[2]}

    def test_a_list_of_what_was_modified_misses_nothing(self, desk: Desk) -> None:
        desk.needs("orders.list_modified", "orders.change_quantity")
        if desk.clock is None:
            pytest.skip(SKIPPED)
        old, changed = desk.order(), desk.order()
        desk.wait(3600)
        since = desk.now()
        desk.wait(60)
        new = desk.order()
        desk.erp.orders.amend(changed.id, _fewer(changed))
        found = {order.id for order in desk.erp.orders.list(customer=desk.customer, modified_since=since)}
        assert {new.id, changed.id} <= found
        assert old.id not in found

    def test_modified_since_needs_a_zone(self, desk: Desk) -> None:
        desk.needs("orders.list_modified")
        with pytest.raises(InvalidOrder):
            list(desk.erp.orders.list(modified_since=desk.now().replace(tzinfo=None)))
        assert desk.wire.calls == []


def _fewer(order: Order) -> ChangeQuantity:
    return ChangeQuantity(line=order.lines[0], to=order.lines[0].quantities.ordered - 1)
