"""Finding and listing: exact, streamed, and undisturbed by writes."""

from datetime import date
from decimal import Decimal
from itertools import islice

import pytest

from erp_connect.adapters.contract import Find, Listing, Sought
from erp_connect.errors import NotFound
from erp_connect.models import LineDraft, OrderStatus, Ref, Reference, Timeliness


@pytest.fixture
def forty(erp, write, order_draft):
    """Forty orders of two customers, entered on four days."""
    orders = []
    for day in range(4):
        erp.office.clock.sleep(86400)
        drafts = [
            order_draft(
                LineDraft(product="PIPE-1", quantity=n + 1, unit="MTR"),
                customer="10000" if n % 2 else "20000",
                customer_po=f"PO-{day}-{n}",
                references=(Reference(kind="shop", value=f"W-{day}"),),
            )
            for n in range(10)
        ]
        verdicts = erp.orders.create_block([(draft, write()) for draft in drafts])
        orders += [verdict.stored for verdict in verdicts]
    return orders


def numbers(orders):
    return [order.number for order in orders]


def test_every_criterion_given_must_hold(erp, forty):
    find = erp.orders.find
    fifth = forty[5]
    assert find(Find(number=fifth.number)) == [fifth]
    assert find(Find(customer_po=fifth.customer_po)) == [fifth]
    assert find(Find(customer_po=fifth.customer_po, party="10000")) == [fifth]
    assert find(Find(customer_po=fifth.customer_po, party="20000")) == []
    assert find(Find(customer_po=fifth.customer_po.lower())) == []
    assert find(Find(stamp=fifth.stamp)) == [fifth]
    assert numbers(find(Find(reference="W-2"))) == numbers(forty[20:30])
    assert numbers(find(Find(reference="W-2", party=Ref(id=fifth.customer_id)))) == numbers(forty[21:30:2])
    assert numbers(find(Find(party="20000"))) == numbers(forty[::2])
    for nothing in (
        Find(number="007"),
        Find(number="1e5"),
        Find(party="99999"),
        Find(party=Ref(id="x")),
        Find(),
    ):
        assert list(find(nothing)) == []


def test_many_stamps_are_looked_up_at_once(erp, forty):
    sought = [Sought(stamp=order.stamp) for order in forty[:3]] + [Sought(stamp="NOSUCHSTAMP")]
    found = erp.orders.by_stamp(sought)
    assert {stamp: numbers(orders) for stamp, orders in found.items()} == {
        order.stamp: [order.number] for order in forty[:3]
    }


def test_many_orders_are_read_at_once_and_missing_ones_left_out(erp, forty):
    ids = [order.id for order in forty[:3]] + ["1", "x"]
    assert erp.orders.get_many(ids) == {order.id: order for order in forty[:3]}


def test_a_list_holds_what_was_asked_for(erp, write, forty):
    cancelled = erp.orders.cancel(forty[7], None, write("orders.cancel")).stored
    listed = erp.orders.list
    assert len(list(listed(Listing()))) == 40
    assert numbers(listed(Listing(limit=3))) == numbers(forty[:3])
    assert list(listed(Listing(limit=0))) == []
    assert numbers(listed(Listing(party="10000", limit=2))) == numbers(forty[1:4:2])
    assert list(listed(Listing(status=frozenset({OrderStatus.CANCELLED})))) == [cancelled]
    assert numbers(listed(Listing(ordered_from=date(2026, 3, 4), ordered_to=date(2026, 3, 5)))) == numbers(
        forty[10:30]
    )
    since = forty[30].modified_at
    assert numbers(listed(Listing(modified_since=since))) == [cancelled.number, *numbers(forty[30:])]


def test_the_caller_may_write_while_a_list_runs(erp, write, forty, order_draft, monkeypatch):
    monkeypatch.setattr("erp_connect.adapters.sql.orders.PAGE", 15)
    running = erp.orders.list(Listing())
    seen = list(islice(running, 3))
    erp.orders.cancel(forty[20], None, write("orders.cancel"))
    late = erp.orders.create(order_draft(customer_po="late"), write()).stored
    seen += running
    assert numbers(seen) == [*numbers(forty), late.number]
    assert seen[20].status is OrderStatus.CANCELLED


def test_whether_an_order_is_late_depends_on_the_day_of_reading(erp, write, order_draft, clock):
    line = LineDraft(product="VALVE-20", quantity=1, unit="H87", requested=date(2026, 3, 5))
    order = erp.orders.create(order_draft(line), write()).stored
    assert order.timeliness is Timeliness.ON_TIME
    clock.sleep(3 * 86400)
    assert erp.orders.get(order.id).timeliness is Timeliness.DUE
    clock.sleep(86400)
    assert erp.orders.get(order.id).timeliness is Timeliness.LATE
    assert next(erp.orders.list(Listing())).timeliness is Timeliness.LATE


def test_the_day_is_the_companys_not_utc(erp, write, order_draft, clock):
    clock.sleep(13.5 * 3600)  # 22:30 UTC on 2 March is half past eleven in Berlin
    assert erp.orders.create(order_draft(), write()).stored.order_date == date(2026, 3, 2)
    clock.sleep(3600)
    assert erp.orders.create(order_draft(), write()).stored.order_date == date(2026, 3, 3)


def test_a_cursor_whose_events_were_deleted_has_expired(erp, forty):
    import sqlalchemy as sa

    from erp_connect.adapters.sql.schema import EVENTS

    events = list(erp.orders.events(None))
    assert len(events) == 40
    with erp.transaction() as connection:
        connection.execute(sa.delete(EVENTS).where(EVENTS.c.id <= int(events[9].cursor)))
    assert len(list(erp.orders.events(events[9].cursor))) == 30
    for expired in (events[8].cursor, "no cursor"):
        with pytest.raises(NotFound) as refused:
            erp.orders.events(expired)
        assert refused.value.code == "cursor_expired"
    assert list(erp.orders.events(events[-1].cursor)) == []


def test_no_event_is_missed_when_an_earlier_writer_commits_later(
    erp, connect, system_url, write, order_draft
):
    """Numbers drawn from a sequence would let a reader pass by the event of a writer still at work."""
    if erp.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    import threading

    rival = connect(system_url)
    in_flight, go_on = threading.Event(), threading.Event()

    def slow_writer():
        with rival.transaction() as connection:
            rival.orders.create(order_draft(customer_po="slow"), write(transaction=connection))
            in_flight.set()
            go_on.wait(10)

    def quick_writer():
        erp.orders.create(order_draft(LineDraft(product="PIPE-1", quantity=1, unit="MTR")), write())

    slow = threading.Thread(target=slow_writer)
    slow.start()
    in_flight.wait(10)
    quick = threading.Thread(target=quick_writer)
    quick.start()
    before = list(erp.orders.events(None))
    go_on.set()
    slow.join()
    quick.join()
    cursor = before[-1].cursor if before else None
    after = list(erp.orders.events(cursor))
    assert len(before) + len(after) == 2
    numbers = [Decimal(event.cursor) for event in (*before, *after)]
    assert numbers[1] == numbers[0] + 1
