"""Sales orders on the memory adapter without limits: creating, reading, finding, listing."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from erp_connect.adapters.contract import Find, Listing, OrderBook, Sought
from erp_connect.errors import (
    CreditBlocked,
    CustomerBlocked,
    DuplicateReference,
    ErpConnectError,
    InsufficientStock,
    InvalidOrder,
    NotFound,
    ProductBlocked,
)
from erp_connect.models import EventKind, OrderStatus, Ref, Reference


def test_an_order_is_stored_with_number_price_and_totals(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=4), shop.line("PUMP-5", 1)))
    assert isinstance(shop.orders, OrderBook)
    assert order.number == "0001"
    assert [line.position for line in order.lines] == [1, 2]
    assert order.lines[0].price == shop.eur("12.50")
    assert order.net.amount == Decimal("290.00")
    assert order.gross.amount == Decimal("345.10")
    assert order.status is OrderStatus.SUBMITTED
    assert order.customer == "C-100"
    assert order.created_at == shop.clock.now()


def test_the_answer_to_a_create_is_the_stored_order(shop) -> None:
    write = shop.write()
    written = shop.orders.create(shop.draft(), write)
    assert written.stored == shop.orders.get(written.id)
    assert written.stored.stamp == write.stamp


def test_the_write_is_announced_before_and_named_after(shop) -> None:
    told = []
    write = shop.write(sending=told.append, made=lambda native, number: told.append(number))
    shop.orders.create(shop.draft(), write)
    assert told == ["orders.create", "0001"]


def test_nothing_is_written_when_the_lease_was_lost(shop) -> None:
    def lost(step: str) -> None:
        raise ErpConnectError("the lease was lost")

    with pytest.raises(ErpConnectError, match="lease"):
        shop.orders.create(shop.draft(), shop.write(sending=lost))
    assert shop.all() == []


def test_a_product_may_be_called_by_any_of_its_codes_or_its_id(shop) -> None:
    product = shop.world.product("VALVE-20")
    order = shop.create(shop.draft(shop.line("4006381333931"), shop.line(Ref(id=product.id))))
    assert [line.product for line in order.lines] == ["VALVE-20", "VALVE-20"]


def test_a_customer_may_be_named_by_id(shop) -> None:
    customer = shop.adapter.customers.find(number="C-100")[0]
    assert shop.create(shop.draft(customer=Ref(id=customer.id))).customer == "C-100"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"customer": "C-404"}, "customer_unknown"),
        ({"lines": ("NOPE", 1, "H87")}, "product_unknown"),
        ({"lines": ("VALVE-20", 1, "KGM")}, "unit_not_sold"),
    ],
)
def test_what_is_not_on_file_is_refused_with_its_place(shop, changes, code) -> None:
    lines = changes.pop("lines", None)
    draft = shop.draft(shop.line(*lines), **changes) if lines else shop.draft(**changes)
    with pytest.raises(InvalidOrder) as caught:
        shop.orders.create(draft, shop.write())
    assert caught.value.code == code
    assert caught.value.outcome == "not_applied"
    assert caught.value.operation == "orders.create"
    assert shop.all() == []


def test_an_unknown_code_comes_back_with_the_nearest_one(shop) -> None:
    with pytest.raises(InvalidOrder) as caught:
        shop.orders.create(shop.draft(shop.line("VALVE-2")), shop.write())
    assert "VALVE-20" in str(caught.value.findings[0].fix)


def test_blocked_customers_and_products_are_refused(shop) -> None:
    with pytest.raises(CustomerBlocked):
        shop.orders.create(shop.draft(customer="C-900"), shop.write())
    with pytest.raises(ProductBlocked):
        shop.orders.create(shop.draft(shop.line("OLD-1")), shop.write())


def test_the_credit_limit_counts_what_is_open_already(shop) -> None:
    shop.create(shop.draft(shop.line("PUMP-5", 20)))
    assert shop.adapter.customers.find(number="C-100")[0].credit_used.amount == Decimal("5712.00")
    with pytest.raises(CreditBlocked):
        shop.orders.create(shop.draft(shop.line("PUMP-5", 20)), shop.write())


def test_credit_is_free_again_when_the_order_is_cancelled(shop) -> None:
    order = shop.create(shop.draft(shop.line("PUMP-5", 20)))
    shop.orders.cancel(order, None, shop.write("orders.cancel", reason="changed plans"))
    assert shop.create(shop.draft(shop.line("PUMP-5", 20))).status is OrderStatus.SUBMITTED


def test_an_order_above_the_credit_limit_is_held_where_the_company_says_so(open_shop) -> None:
    shop = open_shop(credit="hold")
    order = shop.create(shop.draft(shop.line("PUMP-5", 50)))
    assert order.status is OrderStatus.ON_HOLD
    assert [hold.kind for hold in order.holds] == ["credit"]


def test_stock_is_reserved_by_open_orders_and_the_rest_is_backordered(shop) -> None:
    shop.create(shop.draft(shop.line(quantity=70)))
    second = shop.create(shop.draft(shop.line(quantity=70)))
    quantities = second.lines[0].quantities
    assert (quantities.allocated, quantities.backordered) == (30, 40)


def test_a_company_without_backorders_refuses_what_it_has_not(open_shop) -> None:
    shop = open_shop(backorders="no")
    assert not shop.adapter.capabilities.backorders
    with pytest.raises(InsufficientStock):
        shop.orders.create(shop.draft(shop.line(quantity=101)), shop.write())


def test_the_same_stamp_is_accepted_once(shop) -> None:
    write = shop.write()
    shop.orders.create(shop.draft(), write)
    with pytest.raises(DuplicateReference):
        shop.orders.create(shop.draft(), write)
    assert len(shop.all()) == 1


def test_of_many_threads_with_one_stamp_one_makes_the_order(shop) -> None:
    write, outcomes = shop.write(), []
    start = threading.Barrier(8)

    def create() -> None:
        start.wait()
        try:
            shop.orders.create(shop.draft(), write)
            outcomes.append("made")
        except DuplicateReference:
            outcomes.append("refused")

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made"] + ["refused"] * 7
    assert len(shop.all()) == 1


def test_threads_that_create_different_orders_lose_none(shop) -> None:
    start = threading.Barrier(4)

    def create() -> None:
        start.wait()
        for _ in range(25):
            shop.orders.create(shop.draft(shop.line(quantity=1)), shop.write())

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    orders = shop.all()
    assert len({order.number for order in orders}) == len({order.id for order in orders}) == 100
    assert shop.world.levels("VALVE-20")["MAIN"].on_hand == 100
    assert shop.world.levels("VALVE-20")[None].reserved == 100


def test_an_order_that_does_not_exist_is_not_found(shop) -> None:
    with pytest.raises(NotFound):
        shop.orders.get("order-404")


def test_orders_are_found_by_number_po_party_reference_and_stamp(shop) -> None:
    first = shop.create(shop.draft(customer_po="PO-7", references=(Reference(kind="contract", value="K-1"),)))
    shop.create(shop.draft(customer_po="PO-8"))
    for wanted in (
        Find(number=first.number),
        Find(customer_po="PO-7"),
        Find(party="C-100", customer_po="PO-7"),
        Find(party=Ref(id=first.customer_id), reference="K-1"),
        Find(stamp=first.stamp),
    ):
        assert shop.orders.find(wanted) == (first,)
    assert shop.orders.find(Find(party="C-100", customer_po="PO-9")) == ()
    assert shop.orders.find(Find(number=first.number, customer_po="PO-8")) == ()


def test_many_stamps_and_many_ids_are_looked_up_at_once(shop) -> None:
    first, second = shop.create(), shop.create()
    found = shop.orders.by_stamp([Sought(stamp=first.stamp), Sought(stamp="NOBODY")])
    assert found == {first.stamp: [first]}
    assert shop.orders.get_many([second.id, "order-404"]) == {second.id: second}


def test_a_list_is_a_snapshot_that_writes_do_not_disturb(shop) -> None:
    made = [shop.create() for _ in range(3)]
    seen = []
    for order in shop.orders.list(Listing()):
        seen.append(order.id)
        shop.create()
        if order.id == made[0].id:
            shop.orders.cancel(made[2], None, shop.write("orders.cancel", reason="test"))
    assert seen == [order.id for order in made]
    assert len(shop.all()) == 6


def test_lists_filter_by_status_party_date_and_time(shop) -> None:
    early = shop.create()
    shop.clock.sleep(86_400)
    late = shop.create()
    shop.orders.cancel(late, None, shop.write("orders.cancel", reason="test"))
    assert [o.id for o in shop.all(status=frozenset({OrderStatus.CANCELLED}))] == [late.id]
    assert [o.id for o in shop.all(ordered_to=early.order_date)] == [early.id]
    assert [o.id for o in shop.all(ordered_from=late.order_date)] == [late.id]
    assert [o.id for o in shop.all(modified_since=shop.clock.now())] == [late.id]
    assert [o.id for o in shop.all(limit=1)] == [early.id]
    assert shop.all(party="C-900") == []


def test_whether_an_order_is_late_depends_on_the_day_of_reading(shop) -> None:
    order = shop.create(shop.draft(requested=shop.clock.now().date()))
    assert order.timeliness.value == "due"
    shop.clock.sleep(86_400)
    assert shop.orders.get(order.id).timeliness.value == "late"
    assert shop.all()[0].timeliness.value == "late"


def test_a_block_gives_every_order_its_own_verdict(shop) -> None:
    block = [
        (shop.draft(customer_po="A"), shop.write()),
        (shop.draft(customer="C-404"), shop.write()),
        (shop.draft(customer_po="C"), shop.write()),
    ]
    first, second, third = shop.orders.create_block(block)
    assert isinstance(second, InvalidOrder)
    assert second.outcome == "not_applied"
    assert [order.id for order in shop.all()] == [first.id, third.id]


def test_simulating_tells_the_price_and_leaves_nothing_behind(shop) -> None:
    told = shop.orders.simulate(shop.draft(shop.line(quantity=200)))
    assert told.order.net.amount == Decimal("2500.00")
    assert told.messages
    assert shop.all() == []
    assert shop.create().number == "0001"
    with pytest.raises(InvalidOrder):
        shop.orders.simulate(shop.draft(customer="C-404"))


def test_events_come_in_order_and_go_on_after_a_cursor(shop) -> None:
    order = shop.create()
    first = list(shop.orders.events(None))
    shop.orders.cancel(order, None, shop.write("orders.cancel", reason="test"))
    assert [event.kind for event in first] == [EventKind.CREATED]
    rest = list(shop.orders.events(first[-1].cursor))
    assert [event.kind for event in rest] == [EventKind.CANCELLED]
    assert rest[0].order_id == order.id
    assert list(shop.orders.events(rest[-1].cursor)) == []


def test_an_expired_cursor_says_so(shop) -> None:
    shop.create()
    cursor = next(iter(shop.orders.events(None))).cursor
    shop.create()
    shop.create()
    shop.world.forget_events(keep=1)
    with pytest.raises(NotFound) as caught:
        shop.orders.events(cursor)
    assert caught.value.code == "cursor_expired"


def test_tracking_shows_lines_shipments_and_events(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=5)))
    shop.ship(order)
    told = shop.orders.track(shop.ref(order))
    assert told.status is OrderStatus.SHIPPED
    assert told.lines[0].shipped == 5
    assert len(told.shipments) == 1
    assert [event.kind for event in told.events] == [EventKind.CREATED, EventKind.SHIPPED]
