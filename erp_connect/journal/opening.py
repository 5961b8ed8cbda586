"""Which journal a connection writes into: in memory, beside the orders, in this machine's file, or where told."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final
from urllib.parse import quote

from ..adapters.contract import Adapter, Transactional
from ..clock import Clock
from .blocks import BlockWriter
from .journal import Journal
from .store import MemoryStore

FILE_NAME: Final = "journal.db"

_shared: dict[str, MemoryStore] = {}
_lock = threading.Lock()


def open_journal(
    adapter: Adapter, *, system: str, clock: Clock, url: str | None = None, timeout: float = 30.0
) -> Journal:
    """The journal of an opened adapter; no file or table is made before the first write.

    ``url`` (any SQLAlchemy URL) names another place than the usual one.  Raises ``ConfigurationError`` for a URL
    that cannot be read.
    """
    if url is not None:
        return _in_database(url, system, clock, timeout)
    if adapter.target.scheme == "memory":
        store = _shared_memory(system) if adapter.target.host else MemoryStore()
        return Journal(store, BlockWriter(store, system, clock), system=system, clock=clock)
    if isinstance(adapter, Transactional):
        from .sql_store import SqlStore
        from .transactional import TransactionalWriter

        beside = SqlStore(engine=adapter.engine, timeout=timeout)
        return Journal(
            beside, TransactionalWriter(beside, system, clock, adapter), system=system, clock=clock
        )
    return _in_database(_own_file(), system, clock, timeout)


def _in_database(url: str, system: str, clock: Clock, timeout: float) -> Journal:
    from .sql_store import SqlStore

    store = SqlStore(url=url, timeout=timeout)
    return Journal(store, BlockWriter(store, system, clock), system=system, clock=clock)


def _shared_memory(system: str) -> MemoryStore:
    """Connections to the same named world share what is remembered of it."""
    with _lock:
        return _shared.setdefault(system, MemoryStore())


def _own_file() -> str:
    """The SQLite file in the user's data folder, or in ``ERP_CONNECT_HOME``."""
    home = os.environ.get("ERP_CONNECT_HOME")
    if not home:
        from platformdirs import user_data_dir

        home = user_data_dir("erp-connect")
    folder = Path(home).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{quote(str(folder / FILE_NAME))}"
