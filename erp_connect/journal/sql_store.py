"""The journal in a database: a SQLite file on this machine, or any SQLAlchemy URL that hosts share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import islice
from operator import attrgetter
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from ..errors import ConfigurationError, JournalUnavailable
from ..wire.sql import (
    Alone,
    CommitUnanswered,
    Trouble,
    classify,
    insert_many,
    keyset_pages,
    open_engine,
    reading,
    sqlite_file,
    writing,
)
from . import damage, tables
from .records import ID_LENGTH, Entry, can_be_kept, row_id
from .rows import (
    ALL,
    BLOCK,
    COLUMNS,
    READ,
    ROW_ID,
    behind_the_fence,
    by_row,
    entry_of,
    insert_if_new,
    insert_or_nothing,
    many_changed,
    row_of,
    setting_behind_the_fence,
    values_of,
)
from .store import Change, Wanted, matches

_AGE: Final = attrgetter("created_at", "serial", "row_id")
_RIVALS: Final = 5
_LOST_RACES: Final = frozenset({Trouble.UNIQUE, Trouble.CONFLICT})
_HINTS: Final = {
    Trouble.DISK_FULL: "free some space where the journal is, then repeat the call with the same key",
    Trouble.CORRUPTED: damage.HINT,
    Trouble.READ_ONLY: "make the journal's file and its folder writable for this user, then repeat the call",
    Trouble.DATABASE_MISSING: "see that the journal's database, or its file and folder, exist and may be opened",
    Trouble.PERMISSION: "give the user the right to write the journal's tables",
}


class SqlStore:
    """Entries in a table, which is made at the first write; reading makes nothing.

    ``url`` is where it stands, or a function that makes sure of the place when it is first needed (called with
    whether something is to be written).  ``engine`` lends another's pool, which stays open then.
    """

    def __init__(
        self,
        *,
        url: str | Callable[[bool], str] = "",
        engine: sa.Engine | None = None,
        timeout: float = 30.0,
    ) -> None:
        self._url = url
        self._engine = engine
        self._owns_engine = engine is None
        self._closed = False
        if isinstance(url, str) and url:
            check_url(url)
        self._timeout = timeout
        self._ready = False
        self._looked_through = False
        self._prepared: dict[Any, Alone] = {}
        self._lock = threading.Lock()

    # -- the store ---------------------------------------------------------------------------------------

    def insert(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Store what is new; rows that are there already are left alone."""
        for attempt in range(_RIVALS):
            try:
                with self._troubles():
                    engine = self._opened()
                    if len(entries) == 1 and engine.dialect.name == "sqlite":
                        new = self._alone(engine, insert_or_nothing("sqlite"), row_of(entries[0]))
                        return frozenset() if new else frozenset({entries[0].key})
                    with writing(engine) as connection:
                        return self.insert_on(connection, entries)
            except JournalUnavailable as failure:
                # A rival stored one of these keys between our look and our insert: look again.
                found = classify(failure.__cause__) if failure.__cause__ else None
                if found is None or found.trouble not in _LOST_RACES or attempt == _RIVALS - 1:
                    raise
        raise AssertionError("unreachable")

    def insert_on(self, connection: sa.Connection, entries: Sequence[Entry]) -> frozenset[str]:
        """As :meth:`insert`, in the caller's transaction; a rival's uncommitted row is waited for."""
        if len(entries) == 1:
            return frozenset() if insert_if_new(connection, entries[0]) else frozenset({entries[0].key})
        there = self.keys_on(connection, entries)
        self.insert_all_on(connection, [entry for entry in entries if entry.key not in there])
        return there

    def insert_all_on(self, connection: sa.Connection, entries: Sequence[Entry]) -> None:
        """Store entries of which none may be there, in the caller's transaction."""
        insert_many(connection, tables.entries, map(values_of, entries), ALL)

    def replace_on(self, connection: sa.Connection, row: Entry, entry: Entry) -> Entry:
        """Begin a row anew whose write was not applied, in the caller's transaction; returns it as it is then.

        Its fence moves on: who has read the row before can change it no more.
        """
        fresh = entry.but(fence=row.fence + 1)
        values = {name: getattr(fresh, name) for name in COLUMNS if name not in ("system", "key")}
        self.change_on(connection, [Change(entry=row, values=values)])
        return fresh

    def read(self, system: str, keys: Iterable[str]) -> dict[str, Entry]:
        """The entries of these keys."""
        with self._reading() as connection:
            return {} if connection is None else self.read_on(connection, system, keys)

    def read_on(self, connection: sa.Connection, system: str, keys: Iterable[str]) -> dict[str, Entry]:
        """As :meth:`read`, in the caller's transaction."""
        found: dict[str, Entry] = {}
        waiting = iter(keys)
        while block := [row_id(system, key) for key in islice(waiting, BLOCK)]:
            with damage.told_as_damage():
                for row in connection.execute(by_row(connection, block, *READ)):
                    entry = entry_of(row)
                    found[entry.key] = entry
        return found

    def change(self, changes: Sequence[Change]) -> frozenset[str]:
        """Apply changes in one commit."""
        with self._troubles():
            engine = self._opened()
            if len(changes) == 1 and engine.dialect.name == "sqlite":
                (change,) = changes
                names, row = behind_the_fence(change)
                done = self._alone(engine, setting_behind_the_fence(names), row)
                return frozenset() if done == 1 else frozenset({change.entry.key})
            with writing(engine) as connection:
                return self.change_on(connection, changes)

    def change_on(self, connection: sa.Connection, changes: Sequence[Change]) -> frozenset[str]:
        """As :meth:`change`, in the caller's transaction; many rows are looked at and written together."""
        if len(changes) > 1 and len({each.entry.row_id for each in changes}) == len(changes):
            return many_changed(connection, changes)
        lost: set[str] = set()
        for each in changes:
            names, row = behind_the_fence(each)
            if connection.execute(setting_behind_the_fence(names), row).rowcount != 1:
                lost.add(each.entry.key)
        return frozenset(lost)

    def select(self, wanted: Wanted) -> Iterator[Entry]:
        """Stream rows, oldest first, in short transactions; of a damaged file what can be read, before it is told."""
        if not all(can_be_kept(text, ID_LENGTH) for text in (wanted.entity_id, wanted.number, wanted.party)):
            return
        table = tables.entries
        statement = sa.select(*READ).where(table.c.system == wanted.system)
        if wanted.states is not None:
            statement = statement.where(table.c.state.in_(sorted(state.value for state in wanted.states)))
        if wanted.book is not None:
            statement = statement.where(table.c.operation.startswith(f"{wanted.book}.", autoescape=True))
        if wanted.entity_id is not None:
            statement = statement.where(table.c.entity_id == wanted.entity_id)
        if wanted.number is not None:
            statement = statement.where(table.c.number == wanted.number)
        if wanted.party is not None:
            statement = statement.where(table.c.party == wanted.party)
        if wanted.settled_before is not None:
            statement = statement.where(table.c.settled_at < wanted.settled_before)
        if wanted.tombstones:
            statement = statement.where(table.c.has_tombstone == 1)
        keys = (table.c.created_at, table.c.serial, table.c.row_id)
        last: tuple[Any, ...] = ()
        try:
            with self._troubles(), damage.told_as_damage():
                engine = self._opened_to_read()
                for page in keyset_pages(engine, statement, keys) if engine is not None else ():
                    for row in page:
                        entry = entry_of(row)
                        yield entry
                        last = _AGE(entry)
        except JournalUnavailable as failure:
            if failure.code == damage.CODE:
                yield from (each for each in self._legible() if matches(each, wanted) and _AGE(each) > last)
            raise

    def _legible(self) -> Iterator[Entry]:
        """What can be read of a file that is damaged; nothing where it cannot even be opened."""
        with suppress(JournalUnavailable), self._troubles():
            if self._engine is not None:
                yield from damage.legible(self._engine, READ, entry_of)

    def delete(self, entries: Sequence[Entry]) -> int:
        """Remove rows that still have this fence."""
        table = tables.entries
        gone = 0
        with self._writing() as connection:
            for entry in entries:
                statement = sa.delete(table).where(
                    table.c.row_id == entry.row_id, table.c.fence == entry.fence
                )
                gone += connection.execute(statement).rowcount
        return gone

    def close(self) -> None:
        """Close the pool, if it is our own."""
        with self._lock:
            self._closed = True
            if self._owns_engine and self._engine is not None:
                self._engine.dispose()
                self._engine = None

    # -- opening -----------------------------------------------------------------------------------------

    def ready(self) -> None:
        """Open the database and make the tables, once."""
        with self._troubles():
            self._opened()

    def _opened(self) -> sa.Engine:
        with self._lock:
            if self._engine is None:
                self._engine = self._pool(writes=True)
            if not self._ready:
                tables.make(self._engine)
                self._ready = True
            self._look_through(self._engine)
            return self._engine

    def _opened_to_read(self) -> sa.Engine | None:
        """The pool, or None where nothing was ever written: there is nothing to be remembered then."""
        with self._lock:
            if self._engine is None:
                if not self._closed and self._missing():
                    return None
                self._engine = self._pool(writes=False)
            if not self._ready:
                self._ready = tables.are_there(self._engine)
            if not self._ready:
                return None
            self._look_through(self._engine)
            return self._engine

    def _look_through(self, engine: sa.Engine) -> None:
        """Refuse a file of our own that is damaged, once; the orders' database is its owner's to look after."""
        if self._owns_engine and not self._looked_through:
            damage.refuse_damaged(engine)
            self._looked_through = True

    def _pool(self, *, writes: bool) -> sa.Engine:
        if self._closed:
            raise JournalUnavailable("this journal is closed", hint="connect again")
        return open_engine(self._place(writes=writes), timeout=self._timeout, create=True)

    def _place(self, *, writes: bool) -> str:
        return self._url if isinstance(self._url, str) else self._url(writes)

    def _missing(self) -> bool:
        file = sqlite_file(self._place(writes=False))
        return file is not None and not file.exists()

    def _alone(self, engine: sa.Engine, statement: Any, row: Mapping[str, Any]) -> int:
        """Write one row on SQLite, in a transaction of its own; how many rows that were."""
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = self._prepared[statement] = Alone(engine.dialect, statement)
        return prepared.run(engine, row)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._troubles(), writing(self._opened()) as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection | None]:
        with self._troubles():
            engine = self._opened_to_read()
            if engine is None:
                yield None
            else:
                with reading(engine) as connection:
                    yield connection

    def keys_on(self, connection: sa.Connection, entries: Sequence[Entry]) -> frozenset[str]:
        """Which of these keys have a row already."""
        return self.known_on(connection, {entry.row_id: entry.key for entry in entries})

    def known_on(self, connection: sa.Connection, wanted: Mapping[str, str]) -> frozenset[str]:
        """As :meth:`keys_on`, for keys by the id of their rows."""
        keys: set[str] = set()
        waiting = iter(wanted.items())
        while block := dict(islice(waiting, BLOCK)):
            known = connection.scalars(by_row(connection, list(block), ROW_ID))
            keys.update(block[row] for row in known)
        return frozenset(keys)

    def _troubles(self) -> AbstractContextManager[None]:
        return journal_troubles(self._where)

    def _where(self) -> str:
        return place_of(self._place(writes=False) if self._engine is None else self._engine.url)


def place_of(url: str | sa.URL) -> str:
    """Where a journal stands, for people; without user and password."""
    url = make_url(url)
    file = sqlite_file(url)
    return (
        str(file) if file is not None else f"{url.get_backend_name()} {url.host or ''}/{url.database or ''}"
    )


def check_url(url: str) -> None:
    """``ConfigurationError`` for what is no database URL; its text, which may hold a password, is not repeated."""
    try:
        sqlite_file(url)
    except (sa.exc.ArgumentError, ValueError):
        # The text may hold a password: neither it nor the cause that quotes it is repeated.
        raise ConfigurationError(
            "journal= is no database URL", hint="for example sqlite:///journal.db or postgresql://host/name"
        ) from None


@contextmanager
def journal_troubles(where: Callable[[], str]) -> Iterator[None]:
    """Database errors as ``JournalUnavailable``, which names the place: what cannot be noted down is not started."""
    try:
        yield
    except JournalUnavailable as failure:
        failure.place = failure.place or where()
        raise
    except (sa.exc.SQLAlchemyError, CommitUnanswered, OSError, UnicodeDecodeError) as failure:
        found = classify(failure)
        raise JournalUnavailable(
            f"the journal cannot be used: {found.trouble.value.replace('_', ' ')}",
            hint=_HINTS.get(
                found.trouble, "see to the journal's database, then repeat the call with the same key"
            ),
            code=damage.CODE if found.trouble is Trouble.CORRUPTED else None,
            place=where(),
            native=(found.code,) if found.code else (),
            retryable=found.retryable,
        ) from failure
    except ConfigurationError as failure:
        raise JournalUnavailable(failure.message, hint=failure.hint, place=where()) from failure
