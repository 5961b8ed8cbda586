"""Amending and cancelling: what changes, what stays, who may write, and what stock says afterwards."""

import threading
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from erp_connect.adapters.sql.schema import ORDER_LINES, ORDERS
from erp_connect.errors import (
    CreditBlocked,
    ErpConnectError,
    InvalidOrder,
    NotFound,
    ProductBlocked,
    TransitionNotAllowed,
    VersionConflict,
)
from erp_connect.models import (
    EMPTY,
    AddLine,
    AddNote,
    Address,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Contact,
    Discount,
    EventKind,
    LineDraft,
    OrderStatus,
    PlaceHold,
    ReleaseHold,
    SplitLine,
    SubstituteProduct,
    UnitPrice,
)
from erp_connect.wire.sql import reading

OSLO = Address(name="Site", lines=("Kai 1",), city="Oslo", postal_code="0150", country="NO")


def valve(quantity=10, **more):
    return LineDraft(**{"product": "VALVE-20", "quantity": quantity, "unit": "H87", **more})


def reserved(erp, product="VALVE-20"):
    return erp.stock.availability(product, Decimal(1), "H87", None).reserved


def amend(erp, write, order, *amendments):
    written = erp.orders.amend(order, amendments, write("orders.amend"))
    assert written.stored == erp.orders.get(order.id)
    return written


def test_every_amendment_is_stored(erp, write, entered):
    order = entered(valve(10), valve(4), valve(6))
    first, second, third = (line.id for line in order.lines)
    written = amend(
        erp,
        write,
        order,
        ChangeQuantity(line=first, to=12),
        ChangePrice(line=first, to=UnitPrice(amount=11, currency="EUR")),
        ChangeDiscount(line=first, to=Discount(percent=5)),
        ChangeDate(line=second, to=date(2026, 4, 1)),
        ChangeWarehouse(line=second, to="MAIN"),
        CancelLine(line=third, reason="not needed"),
        AddLine(line=LineDraft(product="PIPE-1", quantity=Decimal("1.5"), unit="MTR")),
        ChangeAddress(ship_to=OSLO),
        ChangeHeader(
            customer_po="PO-2", payment_terms=EMPTY, contact=Contact(name="Desk 4"), custom={"a": 1}
        ),
        AddNote(text="call first"),
    )
    after = written.stored
    assert after.version == "2"
    assert [line.quantities.ordered for line in after.lines] == [12, 4, 6, Decimal("1.5")]
    assert after.lines[0].price.amount == 11
    assert after.lines[0].discount == Discount(percent=5)
    assert (after.lines[1].requested, after.lines[1].warehouse) == (date(2026, 4, 1), "MAIN")
    assert (after.lines[2].quantities.cancelled, after.lines[2].status) == (6, OrderStatus.CANCELLED)
    assert (after.lines[3].product, after.lines[3].position) == ("PIPE-1", 4)
    assert (after.ship_to, after.customer_po, after.payment_terms) == (OSLO, "PO-2", None)
    assert (after.contact.name, after.custom["a"], after.notes) == ("Desk 4", 1, ("call first",))
    assert after.net.amount == Decimal("125.40") + 50 + Decimal("4.50")
    assert reserved(erp) == 16


def test_what_no_amendment_names_stays_to_the_letter(erp, write, entered):
    order = entered(valve(10, reference="10", custom={"colour": "red"}), notes=("first",), custom={"x": True})
    after = amend(erp, write, order, AddNote(text="second")).stored
    moved = {"version", "modified_at", "notes"}
    for name in type(order).model_fields:
        if name not in moved:
            assert getattr(after, name) == getattr(order, name), name


def test_a_split_line_keeps_its_id_and_names_the_new_one(erp, write, entered):
    order = entered(valve(10))
    written = amend(
        erp, write, order, SplitLine(line=order.lines[0].id, quantity=4, requested=date(2026, 5, 1))
    )
    old, new = written.stored.lines
    assert (old.id, old.quantities.ordered, new.quantities.ordered) == (order.lines[0].id, 6, 4)
    assert new.requested == date(2026, 5, 1)
    assert new.id in written.replaced[old.id]
    assert reserved(erp) == 10


def test_a_substituted_product_moves_the_reservation(erp, write, entered):
    erp.world.set_stock("FREE-1", None, 50)
    order = entered(valve(10))
    amend(erp, write, order, SubstituteProduct(line=order.lines[0].id, to="FREE-1"))
    assert (reserved(erp), reserved(erp, "FREE-1")) == (0, 10)


def test_holds_stop_the_order_or_a_line_until_they_are_released(erp, write, entered):
    order = entered(valve(10), valve(5))
    line = order.lines[1].id
    held = amend(erp, write, order, PlaceHold(kind="credit"), PlaceHold(kind="quality", line=line)).stored
    assert (held.status, [hold.kind for hold in held.holds]) == (OrderStatus.ON_HOLD, ["credit"])
    assert [hold.kind for hold in held.lines[1].holds] == ["quality"]
    free = amend(erp, write, held, ReleaseHold(kind="credit"), ReleaseHold(kind="quality", line=line)).stored
    assert (free.status, free.holds, free.lines[1].holds) == (OrderStatus.SUBMITTED, (), ())


@pytest.mark.parametrize(
    ("amendment", "error"),
    [
        (lambda line: ChangeQuantity(line="999999", to=1), InvalidOrder),
        (lambda line: AddLine(line=valve(product="OLD-1")), ProductBlocked),
        (lambda line: SubstituteProduct(line=line, to="NOPE"), InvalidOrder),
        (lambda line: ReleaseHold(kind="nothing"), TransitionNotAllowed),
    ],
)
def test_one_bad_amendment_undoes_the_others(erp, write, entered, amendment, error):
    order = entered(valve(10))
    line = order.lines[0].id
    with pytest.raises(error):
        amend(erp, write, order, ChangeQuantity(line=line, to=3), amendment(line))
    assert erp.orders.get(order.id) == order
    assert reserved(erp) == 10


def test_more_than_the_credit_limit_is_refused_by_an_amendment_too(erp, write, entered):
    order = entered(valve(30), customer="20000")
    with pytest.raises((CreditBlocked, InvalidOrder)):
        erp.orders.create(
            _draft(order, valve(60)), write()
        )  # 446.25 used, 892.50 more does not fit under 1000
    after = amend(erp, write, order, ChangeQuantity(line=order.lines[0].id, to=10)).stored
    assert after.gross.amount == Decimal("148.75")
    assert erp.customers.find(number="20000")[0].credit_used.amount == Decimal("148.75")


def _draft(order, *lines):
    from erp_connect.models import OrderDraft

    return OrderDraft(customer=order.customer, customer_po="PO-9", currency="EUR", lines=lines)


def test_a_change_planned_on_an_old_version_is_refused_with_what_moved(erp, write, entered):
    order = entered(valve(10))
    amend(erp, write, order, ChangeQuantity(line=order.lines[0].id, to=20))
    with pytest.raises(VersionConflict) as refused:
        amend(erp, write, order, ChangeQuantity(line=order.lines[0].id, to=30))
    assert [d.path for d in refused.value.diff if d.path.endswith("ordered") or "quantity" in d.path]
    assert refused.value.outcome == "not_applied"
    assert erp.orders.get(order.id).lines[0].quantities.ordered == 20


def test_force_writes_over_whatever_version_is_there_and_loses_nothing(erp, write, entered):
    order = entered(valve(10), valve(5))
    amend(erp, write, order, ChangeQuantity(line=order.lines[1].id, to=7))
    written = erp.orders.amend(
        order, [ChangeQuantity(line=order.lines[0].id, to=30)], write("orders.amend", force=True)
    )
    assert [line.quantities.ordered for line in written.stored.lines] == [30, 7]
    assert written.stored.version == "3"


def test_of_two_clients_at_once_one_wins_and_the_other_is_told(erp, write, entered):
    order = entered(valve(10))
    start, ends = threading.Barrier(2), []

    def work(quantity):
        mine = write("orders.amend")
        start.wait()
        try:
            ends.append(erp.orders.amend(order, [ChangeQuantity(line=order.lines[0].id, to=quantity)], mine))
        except ErpConnectError as error:
            ends.append(error)

    threads = [threading.Thread(target=work, args=(quantity,)) for quantity in (20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [end for end in ends if not isinstance(end, ErpConnectError)]
    (lost,) = [end for end in ends if isinstance(end, ErpConnectError)]
    assert isinstance(lost, VersionConflict)
    assert erp.orders.get(order.id) == won.stored
    assert reserved(erp) == won.stored.lines[0].quantities.ordered


def test_stock_is_right_after_many_clients_wrote_at_once(erp, write, order_draft):
    writes = [write() for _ in range(12)]

    def work(mine):
        erp.orders.create(order_draft(valve(10)), mine)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in writes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    from erp_connect.adapters.contract import Listing

    lines = [order.lines[0].quantities for order in erp.orders.list(Listing())]
    assert len(lines) == 12
    assert sum(line.allocated for line in lines) == 100
    assert sum(line.backordered for line in lines) == 20
    assert reserved(erp) == 120


def test_a_cancelled_order_stays_and_gives_its_stock_back(erp, write, entered):
    order = entered(valve(10), valve(5))
    written = erp.orders.cancel(order, None, write("orders.cancel", reason="customer changed his mind"))
    after = written.stored
    assert (after.status, after.cancel_reason) == (OrderStatus.CANCELLED, "customer changed his mind")
    assert [(q.ordered, q.cancelled) for q in (line.quantities for line in after.lines)] == [(10, 10), (5, 5)]
    assert reserved(erp) == 0
    with pytest.raises(TransitionNotAllowed):
        erp.orders.cancel(after, None, write("orders.cancel"))


def test_cancelling_a_line_leaves_the_others_open(erp, write, entered):
    order = entered(valve(10), valve(5))
    after = erp.orders.cancel(order, [order.lines[0].id], write("orders.cancel_line", reason="x")).stored
    assert [line.status for line in after.lines] == [OrderStatus.CANCELLED, OrderStatus.SUBMITTED]
    assert (after.status, reserved(erp)) == (OrderStatus.SUBMITTED, 5)


def test_what_happened_is_told_in_order_with_a_cursor_to_go_on_from(erp, write, entered):
    order = entered(valve(10))
    after = amend(erp, write, order, PlaceHold(kind="credit")).stored
    cursor = list(erp.orders.events(None))[-1].cursor
    after = amend(erp, write, after, ReleaseHold(kind="credit")).stored
    erp.orders.cancel(after, None, write("orders.cancel"))
    kinds = [event.kind for event in erp.orders.events(None)]
    assert kinds == [EventKind.CREATED, EventKind.HELD, EventKind.RELEASED, EventKind.CANCELLED]
    assert [event.kind for event in erp.orders.events(cursor)] == kinds[2:]
    assert {event.order_id for event in erp.orders.events(None)} == {order.id}


def test_a_change_can_be_reckoned_without_being_made(erp, entered):
    order = entered(valve(10))
    simulation = erp.orders.simulate_change(order, [ChangeQuantity(line=order.lines[0].id, to=20)])
    assert simulation.order.net.amount == 250
    assert erp.orders.get(order.id) == order


def test_an_order_that_does_not_exist_is_not_found(erp, write, entered):
    order = entered(valve(1))
    for id in ("1", "abc", "", "9" * 30):
        with pytest.raises(NotFound):
            erp.orders.get(id)
        with pytest.raises(NotFound):
            amend(erp, write, order.but(id=id), AddNote(text="x"))


def test_only_the_cells_that_changed_are_written(erp, write, entered):
    """An amendment must not carry a whole line back: what another program keeps in it stays."""
    order = entered(valve(10), valve(5))
    with erp.transaction() as connection:
        connection.execute(sa.update(ORDER_LINES).values(schedule=None))
        connection.execute(sa.update(ORDERS).values(delivery_terms="EXW"))
    amend(erp, write, order, ChangeQuantity(line=order.lines[0].id, to=11))
    with reading(erp.engine) as connection:
        assert connection.execute(sa.select(ORDERS.c.delivery_terms)).scalar() == "EXW"
