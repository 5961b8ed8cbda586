"""What the simulator calls a journal answers as the journal in a database does, call by call."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from erp_connect.journal.records import Entry, State
from erp_connect.journal.sql_store import SqlStore
from erp_connect.journal.store import Change, Wanted, fenced
from erp_connect.testing.simulator.store import Rowbook
from erp_connect.testing.simulator.transactions import TransactionalStore
from erp_connect.wire.sql import open_engine, writing

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SYSTEM = "sap:prd/100"

pytestmark = pytest.mark.timeout(60)


class AtOnce:
    """A seam that carries out each call at once: what the simulator's store does when nobody interferes."""

    def __init__(self) -> None:
        self.rowbook = Rowbook()
        self.rows: tuple[int, ...] = ()

    def ask(self, call: Any) -> Any:
        self.rows, answer = self.rowbook.carry_out(call, self.rows)
        return answer


@pytest.fixture
def simulated():
    seam = AtOnce()
    return TransactionalStore(seam, seam.rowbook), nullcontext


@pytest.fixture
def in_database(sqlite_url):
    engine = open_engine(sqlite_url, timeout=20, create=True)
    store = SqlStore(engine=engine, timeout=20)
    store.ready()
    yield store, lambda: writing(engine)
    engine.dispose()


def everything(store):
    return [plain(entry) for entry in store.select(Wanted(system=SYSTEM))]


def plain(entry: Entry) -> dict[str, Any]:
    return {each.name: getattr(entry, each.name) for each in fields(entry) if each.name != "payload_text"}


def story(store, transaction, entry):
    """The answers to everything that the write path ever asks of a store, in turn."""
    first, second = entry("k1"), entry("k2")
    told: list[Any] = [store.insert([first]), store.insert([first, second])]
    sending = fenced(first, {"state": State.SENDING, "lease_until": NOON + timedelta(seconds=75)})
    told += [store.change([sending]), store.change([sending])]
    told.append({key: plain(each) for key, each in store.read(SYSTEM, ["k1", "k2", "k3"]).items()})
    row = store.read(SYSTEM, ["k2"])["k2"]
    told.append(store.change([fenced(row, {"state": State.REFUSED, "settled_at": NOON, "owner": None})]))
    row = store.read(SYSTEM, ["k2"])["k2"]
    with transaction() as connection:
        told.append(store.insert_on(connection, [second]))
        afresh = store.replace_on(connection, row, replace(second, payload={"other": 1}, fingerprint="1:def"))
        told += [plain(afresh), store.change_on(connection, [Change(entry=row, values={"number": "late"})])]
        told.append(store.change_on(connection, [Change(entry=afresh, values={"number": "SO-1"})]))
        told.append(plain(store.read_on(connection, SYSTEM, ["k2"])["k2"]))
    told += [store.change([fenced(row, {"state": State.REFUSED})]), everything(store)]
    open_ones = Wanted(system=SYSTEM, states=frozenset({State.SENDING}))
    told.append([entry.key for entry in store.select(open_ones)])
    told += [
        store.delete([first]),
        store.delete(list(store.read(SYSTEM, ["k1"]).values())),
        everything(store),
    ]
    return told


def test_the_store_of_the_simulator_and_the_one_in_a_database_answer_alike(simulated, in_database, entry):
    made: dict[str, Entry] = {}

    def same(key: str) -> Entry:
        return made.setdefault(key, entry(key))

    assert story(*simulated, same) == story(*in_database, same)


def test_whoever_read_a_refused_row_before_it_began_anew_changes_it_no_more(in_database, entry):
    store, transaction = in_database
    store.insert([entry("k", state=State.REFUSED)])
    read_before = store.read(SYSTEM, ["k"])["k"]
    with transaction() as connection:
        afresh = store.replace_on(connection, read_before, entry("k"))
        store.change_on(connection, [Change(entry=afresh, values={"state": State.CONFIRMED})])
    assert store.change([fenced(read_before, {"state": State.REFUSED})]) == {"k"}
    assert store.read(SYSTEM, ["k"])["k"].state is State.CONFIRMED
