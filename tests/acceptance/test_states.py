"""Sections 4 and 6: how an order stands, and who holds a key."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

import erp_connect as ec


def test_the_first_status_that_holds(shop, erp) -> None:
    order = erp.orders.create(shop.long_draft(), key="k").order
    assert (order.status, order.fulfilment) == (ec.OrderStatus.SUBMITTED, ec.Progress.NONE)
    erp.shipments.post(order, {1: 12})
    partly = erp.orders.get(order)
    assert (partly.status, partly.fulfilment) == (ec.OrderStatus.PARTLY_SHIPPED, ec.Progress.PARTIAL)
    assert partly.lines[0].status in {ec.OrderStatus.SHIPPED, ec.OrderStatus.COMPLETED}
    held = erp.orders.amend(partly, ec.PlaceHold(kind="credit")).order
    assert (held.status, held.fulfilment) == (ec.OrderStatus.ON_HOLD, ec.Progress.PARTIAL)
    erp.orders.amend(held, ec.ReleaseHold(kind="credit"))
    rest = erp.orders.cancel(order.id, reason="enough").order
    assert rest.status in {ec.OrderStatus.SHIPPED, ec.OrderStatus.COMPLETED}
    assert rest.fulfilment is ec.Progress.COMPLETE
    assert erp.orders.track(order.id).status is rest.status
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.orders.cancel(order.id, reason="nothing is open any more")


def test_a_held_order_that_is_cancelled_is_cancelled(shop, erp) -> None:
    order = erp.orders.create(shop.draft(), key="k").order
    erp.orders.amend(order, ec.PlaceHold(kind="credit"))
    assert erp.orders.cancel(order.id, reason="withdrawn").order.status is ec.OrderStatus.CANCELLED


def test_cancelling_every_line_is_cancelling_the_order(shop, erp) -> None:
    order = erp.orders.create(shop.long_draft(), key="k").order
    after = erp.orders.cancel(order, reason="withdrawn", lines=[line.id for line in order.lines]).order
    assert after.status is ec.OrderStatus.CANCELLED
    assert erp.orders.get(order).status is ec.OrderStatus.CANCELLED


def test_a_purchase_order_is_confirmed_and_received(shop, erp) -> None:
    order = erp.purchase_orders.create(shop.purchase(), key="p").stored
    assert order.status is ec.OrderStatus.SUBMITTED
    assert (
        erp.purchase_orders.confirm(order, {1: date(2026, 12, 24)}).stored.status is ec.OrderStatus.CONFIRMED
    )
    erp.purchase_orders.receive(order.id, {1: 20})
    partly = erp.purchase_orders.get(order.id)
    assert partly.lines[0].quantities.delivered == 20 or partly.lines[0].quantities.shipped == 20
    with pytest.raises(ec.errors.RequestRefused):
        erp.purchase_orders.receive(order.id, {1: 31})
    erp.purchase_orders.receive(order.id, None)
    assert erp.purchase_orders.get(order.id).fulfilment is ec.Progress.COMPLETE
    with pytest.raises(ec.errors.RequestRefused):
        erp.purchase_orders.receive(order.id, None)
    assert len(erp.goods_receipts.of(order.id)) == 2


def test_lateness_goes_by_the_companys_day(shop, url, hand_clock) -> None:
    with ec.connect(url, clock=hand_clock) as erp:
        today = hand_clock.now().date()
        order = erp.orders.create(shop.draft(requested=today + timedelta(days=2)), key="k").order
        assert erp.orders.track(order).timeliness is not ec.Timeliness.LATE
        hand_clock.turn(days=3)
        assert erp.orders.get(order.id).timeliness is ec.Timeliness.LATE
        assert erp.orders.track(order).timeliness is ec.Timeliness.LATE


def test_zero_is_zero_and_none_is_not_reported(shop, erp) -> None:
    order = erp.orders.create(shop.draft(), key="k").order
    quantities = order.lines[0].quantities
    assert (quantities.shipped, quantities.cancelled) == (0, 0)
    assert quantities.delivered is None
    assert order.ship_to is None or order.ship_to == shop.address
    assert order.payment_terms is None


def test_entities_carry_what_every_entity_carries(shop, erp) -> None:
    order = erp.orders.create(shop.draft(), key="k").order
    entities = [
        order,
        erp.purchase_orders.create(shop.purchase(), key="p").stored,
        erp.shipments.post(order, {1: 1}).stored,
        erp.customers.find(number="10000")[0],
        erp.suppliers.find(number="V-100")[0],
        erp.products.find(code="PUMP-1")[0],
        erp.returns.create(ec.ReturnDraft(order=order.id, lines={1: 1}, reason="broken")).stored,
    ]
    for entity in entities:
        assert type(entity.id) is str
        assert entity.number is None or type(entity.number) is str
        for name in ("references", "version", "custom", "raw"):
            assert hasattr(entity, name)
        assert type(entity.references) is tuple


def test_what_find_and_list_give_back(shop, erp) -> None:
    erp.orders.create(shop.draft(), key="k")
    found = erp.orders.find(customer_po="PO-4711")
    assert isinstance(found, Sequence)
    assert len(found) == 1
    assert isinstance(erp.orders.list(), Iterator)
    assert isinstance(erp.orders.events(), Iterator)
    assert isinstance(erp.customers.list(), Iterator)
    assert isinstance(erp.shipments.of(found[0]), Sequence)
    assert list(erp.invoices.of(found[0])) == []
    assert isinstance(erp.companies(), Sequence)
    assert erp.ping() is None


def test_a_shipment_of_nothing_is_refused(shop, erp) -> None:
    order = erp.orders.create(shop.draft(), key="k").order
    for lines in ({}, [], {1: 0}, {1: -1}, {1: 1.5}, {9: 1}, {1: Decimal("NaN")}):
        with pytest.raises((ec.errors.ErpConnectError, ValueError, TypeError)):
            erp.shipments.post(order, lines)
    assert list(erp.shipments.of(order)) == []


# ---------------------------------------------------------------- who holds a key


def test_a_key_in_somebodys_hands_is_in_progress(postgres_shop, shop, tmp_path) -> None:
    """The first writer hangs in the database; a rival with the same key waits for its own time-out, and no longer."""
    journal = f"sqlite:///{tmp_path / 'journal.db'}"
    engine = sa.create_engine(
        postgres_shop.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool
    )
    result = []
    with (
        ec.connect(postgres_shop, journal=journal, timeout=20) as slow,
        ec.connect(postgres_shop, journal=journal, timeout=1) as rival,
    ):
        slow.orders.create(shop.draft("PO-0"), key="warm")
        rival.ping()
        with engine.connect() as connection:
            connection.exec_driver_sql("LOCK TABLE erp_orders IN EXCLUSIVE MODE")
            writer = threading.Thread(target=lambda: result.append(slow.orders.create(shop.draft(), key="k")))
            writer.start()
            while not [entry for entry in rival.journal.list() if entry.key == "k" and entry.sent_at]:
                pass
            with pytest.raises(ec.errors.KeyInProgress) as raised:
                rival.orders.create(shop.draft(), key="k")
            assert raised.value.retryable
            assert raised.value.outcome == "not_applied"
            connection.rollback()
        writer.join()
        again = rival.orders.create(shop.draft(), key="k")
        assert again.replayed
        assert again.order.id == result[0].order.id
        assert sorted(str(order.customer_po) for order in rival.orders.list()) == ["PO-0", "PO-4711"]
    engine.dispose()


def test_a_rival_waits_for_the_key_and_gets_the_order(postgres_shop, shop) -> None:
    """In our own schema the unique key is the lease: the rival waits on it and answers with the first's order."""
    engine = sa.create_engine(
        postgres_shop.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool
    )
    with ec.connect(postgres_shop, timeout=20) as one, ec.connect(postgres_shop, timeout=20) as two:
        one.ping()
        two.ping()
        receipts: list[ec.WriteReceipt] = []
        with engine.connect() as connection:
            connection.exec_driver_sql("LOCK TABLE erp_orders IN EXCLUSIVE MODE")
            writers = [
                threading.Thread(
                    target=lambda erp=erp: receipts.append(erp.orders.create(shop.draft(), key="k"))
                )
                for erp in (one, two)
            ]
            for writer in writers:
                writer.start()
            connection.rollback()
        for writer in writers:
            writer.join()
        assert len({receipt.order.id for receipt in receipts}) == 1
        assert sorted(receipt.replayed for receipt in receipts) == [False, True]
    engine.dispose()
