"""Entries and the stores that keep them: in memory, in a SQLite file, on PostgreSQL, on MariaDB."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from erp_connect.journal.records import Entry, State
from erp_connect.journal.store import MemoryStore, Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SYSTEM = "sap:prd/100"


@pytest.fixture(params=["memory", "sqlite", "postgres", "mariadb"])
def open_store(request: pytest.FixtureRequest) -> Iterator[Callable[[], Store]]:
    """Opens the same store again and again, as several processes do."""
    opened: list[Store] = []
    if request.param == "memory":
        only = MemoryStore()
        yield lambda: only
        return
    from erp_connect.journal.sql_store import SqlStore

    url = request.getfixturevalue(f"{request.param}_url")

    def again() -> Store:
        store = SqlStore(url=url, timeout=20)
        opened.append(store)
        return store

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    """One store."""
    return open_store()


@pytest.fixture
def entry() -> Callable[..., Entry]:
    """Makes entries, each a second later than the one before."""
    seconds = itertools.count()

    def made(key: str = "k", **more: Any) -> Entry:
        usual: dict[str, Any] = {
            "system": SYSTEM,
            "operation": "orders.create",
            "fingerprint": "1:abc",
            "payload": {"customer": "C-100", "lines": [{"quantity": "12.50"}]},
            "state": State.INTENDED,
            "stamp": "ABCDEFGHIJKL2345",
            "correlation_id": "c0ffee",
            "created_at": NOON + timedelta(seconds=next(seconds)),
        }
        return Entry(**{**usual, "key": key, **more})

    return made
