"""Which journal a connection writes into: in memory, beside the orders, in this machine's file, or where told."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote
from weakref import WeakKeyDictionary

from ..adapters.contract import Adapter, Transactional
from ..clock import Clock
from .blocks import BlockWriter
from .journal import Journal
from .store import MemoryStore

FILE_NAME: Final = "journal.db"

_shared: WeakKeyDictionary[object, MemoryStore] = WeakKeyDictionary()
_lock = threading.Lock()


def open_journal(
    adapter: Adapter, *, system: str, clock: Clock, url: str | None = None, timeout: float = 30.0
) -> Journal:
    """The journal of an opened adapter; no file or table is made before the first write.

    ``url`` (any SQLAlchemy URL) names another place than the usual one; what is wrong with it is told as
    ``JournalUnavailable`` by the first write.
    """
    if url is not None:
        return _in_database(url, system, clock, timeout)
    if adapter.target.scheme == "memory":
        # The orders live as long as their world, and so does what is remembered of them.
        store = _beside(getattr(adapter, "world", adapter))
        return Journal(store, BlockWriter(store, system, clock), system=system, clock=clock)
    if isinstance(adapter, Transactional):
        from .sql_store import SqlStore
        from .transactional import TransactionalWriter

        beside = SqlStore(engine=adapter.engine, timeout=timeout)
        return Journal(
            beside, TransactionalWriter(beside, system, clock, adapter), system=system, clock=clock
        )
    return _in_database(journal_place, system, clock, timeout)


def _in_database(url: str | Callable[[bool], str], system: str, clock: Clock, timeout: float) -> Journal:
    from .sql_store import SqlStore

    store = SqlStore(url=url, timeout=timeout)
    return Journal(store, BlockWriter(store, system, clock), system=system, clock=clock)


def _beside(world: object) -> MemoryStore:
    """Connections to the same world share what is remembered of it."""
    with _lock:
        return _shared.setdefault(world, MemoryStore())


def journal_place(writes: bool) -> str:
    """Where a journal is that nobody has put elsewhere: the SQLite file in the user's data folder, or in
    ``ERP_CONNECT_HOME``; the folder is made before a write.
    """
    home = os.environ.get("ERP_CONNECT_HOME")
    if not home:
        from platformdirs import user_data_dir

        home = user_data_dir("erp-connect")
    folder = Path(home).expanduser().absolute()
    if writes:
        folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{quote(str(folder / FILE_NAME))}"
