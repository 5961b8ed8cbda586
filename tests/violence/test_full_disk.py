"""The disk is full in the middle of a write: nothing is half written, nothing confirmed is lost, nothing is doubled.

The disk is a limit of the file's size (``RLIMIT_FSIZE``) or of its pages (``PRAGMA max_page_count``), moved up page by
page, so that every commit of a write is the one that finds no room.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import sqlalchemy as sa

import erp_connect as ec
from erp_connect.wire.sql import sqlite_file

resource = pytest.importorskip("resource", reason="this system limits no file's size")

FRAME = 4096 + 24
"""Bytes by which SQLite's log grows with each page of a commit."""


@contextlib.contextmanager
def no_file_beyond(size: int):
    """A disk on which no file grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def no_pages_beyond(engine: sa.Engine, more: int):
    """A file that takes so many pages more than it has."""
    with engine.connect() as connection:
        limit = connection.exec_driver_sql("PRAGMA page_count").scalar() + more
    allowed = limit

    def on_checkout(connection, _record, _proxy):
        connection.execute(f"PRAGMA max_page_count={allowed}")

    sa.event.listen(engine, "checkout", on_checkout)
    try:
        yield
    finally:
        allowed = 2**30
        engine.connect().close()
        sa.event.remove(engine, "checkout", on_checkout)


def log_size(url: str) -> int:
    """Bytes of the log that SQLite appends to."""
    return Path(f"{sqlite_file(url)}-wal").stat().st_size


def told_truly(error: ec.errors.ErpConnectError, stood: int) -> None:
    """An error's outcome against what stands there."""
    assert stood in {"not_applied": [0], "applied": [1], "unknown": [0, 1]}[error.outcome], error
    assert error.hint


def counted(ends: list[str]) -> str:
    said = ", ".join(f"{ends.count(end)} {end}" for end in dict.fromkeys(ends))
    return f"{len(ends)} places at which the disk was full: {said}"


# -- the journal's disk ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("orders", ["postgres", "mariadb"])
def test_a_journal_without_room_sends_nothing_or_tells_what_it_could_not_note(
    company, orders, record_property
):
    """Every commit of the journal in turn finds the disk full, from the intent to the confirmation."""
    place = company(orders, "sqlite")
    ends = []
    with place.connect() as erp:
        first = erp.orders.create(place.draft("first"), key="first")
        for step in range(60):
            po = f"PO-{step}"
            error = None
            with no_file_beyond(log_size(place.journal) + step * FRAME + FRAME // 2):
                try:
                    erp.orders.create(place.draft(po), key=po)
                except ec.errors.JournalUnavailable as failure:
                    error = failure
            stood = place.standing()[po]
            if error is not None:
                told_truly(error, stood)
                assert "disk full" in str(error)
                assert error.place in str(error)
            ends.append("done" if error is None else error.outcome)
            again = erp.orders.create(place.draft(po), key=po)
            assert again.replayed is (stood == 1)
            assert place.standing()[po] == 1
            assert erp.orders.create(place.draft("first"), key="first").order.id == first.order.id
            if error is None:
                break
        assert list(erp.journal.open()) == []
    assert ends[0] == "not_applied"
    assert "applied" in ends
    assert ends[-1] == "done"
    assert set(place.standing().values()) == {1}
    record_property("figures", counted(ends))


def test_a_journal_without_room_stops_a_bulk_write_that_goes_on_later(company, record_property):
    """The same for many orders in one request: an intent for all of them, and an end for all of them."""
    place = company("postgres", "sqlite")
    ends = []
    with place.connect() as erp:
        erp.orders.create(place.draft("first"), key="first")
        for step in range(60):
            names = [f"PO-{step}-{number}" for number in range(20)]
            error = None
            with no_file_beyond(log_size(place.journal) + step * FRAME + FRAME // 2):
                try:
                    erp.orders.create_many(map(place.draft, names), names).raise_for_failures()
                except ec.errors.JournalUnavailable as failure:
                    error = failure
            stood = {place.standing()[po] for po in names}
            assert len(stood) == 1, "the block is one transaction"
            if error is not None:
                told_truly(error, *stood)
            ends.append("done" if error is None else error.outcome)
            again = erp.orders.create_many(map(place.draft, names), names)
            again.raise_for_failures()
            assert {receipt.replayed for receipt in again.succeeded} == {stood == {1}}
            if error is None:
                break
        assert list(erp.journal.open()) == []
    assert ends[0] == "not_applied"
    assert "unknown" in ends
    assert ends[-1] == "done"
    assert set(place.standing().values()) == {1}
    record_property("figures", counted(ends))


def test_a_journal_that_takes_no_more_pages_takes_no_order(tmp_path):
    """The limit of SQLite's own, and orders so long that their intents need pages of their own."""
    journal = f"sqlite:///{tmp_path / 'journal.db'}"
    customer = ec.CustomerDraft(number="C-100", name="Mill & Sons")
    product = ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87")
    lines = [ec.LineDraft(product="VALVE-20", quantity=n, unit="H87") for n in range(1, 301)]

    def draft(po):
        return ec.OrderDraft(customer="C-100", customer_po=po, currency="EUR", lines=lines)

    with ec.connect("memory://", journal=journal) as erp:
        erp.customers.create(customer, key="customer")
        erp.products.create(product, key="product")
        confirmed = {f"PO-{n}": erp.orders.create(draft(f"PO-{n}"), key=f"PO-{n}").order.id for n in range(3)}
        ends = []
        for step in range(40):
            po = f"late-{step}"
            with no_pages_beyond(erp._context.journal._store._engine, step):
                try:
                    confirmed[po] = erp.orders.create(draft(po), key=po).order.id
                    ends.append("done")
                except ec.errors.JournalUnavailable as failure:
                    stood = len(erp.orders.find(customer_po=po))
                    told_truly(failure, stood)
                    ends.append(failure.outcome)
            for known, id in confirmed.items():
                assert erp.orders.create(draft(known), key=known).order.id == id
            confirmed[po] = erp.orders.create(draft(po), key=po).order.id
            assert len(erp.orders.find(customer_po=po)) == 1
            if ends[-1] == "done":
                break
        assert ends[0] == "not_applied"
        assert ends[-1] == "done"
        assert len(list(erp.orders.list())) == len(confirmed)
        assert list(erp.journal.open()) == []


# -- the orders' disk --------------------------------------------------------------------------------------------


def test_the_orders_disk_is_full_and_no_half_order_stands(company, record_property):
    """Every page of a create in turn finds the disk full: key, order and result are one commit."""
    place = company("sqlite")
    refused = 0
    with place.connect() as erp:
        erp.orders.create(place.draft("first", lines=30), key="first")
        for step in range(80):
            po = f"PO-{step}"
            error = None
            with no_file_beyond(log_size(place.url) + step * FRAME + FRAME // 2):
                try:
                    erp.orders.create(place.draft(po, lines=30), key=po)
                except ec.errors.ErpConnectError as failure:
                    error = failure
            stood = place.standing()[po]
            assert place.whole(lines=30)
            if error is None:
                assert stood == 1
                break
            assert (error.code, error.outcome, stood) == ("disk_full", "not_applied", 0)
            assert error.hint
            refused += 1
            assert not erp.orders.create(place.draft(po, lines=30), key=po).replayed
    assert refused > 5
    assert set(place.standing().values()) == {1}
    assert place.whole(lines=30)
    record_property("figures", f"{refused} places in one create")


@pytest.mark.parametrize("kind", ["file size", "pages"])
def test_a_bulk_write_on_a_full_disk_says_what_stands_and_goes_on_later(company, kind, record_property):
    """1,000 orders, and room for a part of them; then for all."""
    place = company("sqlite")
    names = [f"PO-{number:04d}" for number in range(1000)]
    written = []
    with place.connect() as erp:
        erp.orders.create(place.draft("first"), key="first")
        file = sqlite_file(place.url)
        room = file.stat().st_size + log_size(place.url)
        for share in (0.3, 0.7):
            limit = (
                no_file_beyond(int(room + share * 2**20))
                if kind == "file size"
                else no_pages_beyond(erp._context.adapter.engine, int(share * 2**20 / 4096))
            )
            with limit:
                result = erp.orders.create_many(map(place.draft, names), names)
            assert len(result) == 1000
            stands = {receipt.key for receipt in result.succeeded}
            assert {po for po in place.standing() if po != "first"} == stands
            assert {failure.key for failure in result.failed} == set(names) - stands
            assert {(failure.error.code, failure.error.outcome) for failure in result.failed} <= {
                ("disk_full", "not_applied")
            }
            assert place.whole()
            written.append(len(stands))
        result = erp.orders.create_many(map(place.draft, names), names)
        result.raise_for_failures()
        assert sum(receipt.replayed for receipt in result.succeeded) == written[-1]
    assert 0 < written[-1] < 1000
    assert place.standing() == dict.fromkeys([*names, "first"], 1)
    assert place.whole()
    assert len(place.stamps()) == 1001
    record_property("figures", f"room for {written[0]} of 1,000 orders, then for {written[1]}, then for all")
