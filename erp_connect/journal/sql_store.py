"""The journal in a database: a SQLite file on this machine, or any SQLAlchemy URL that hosts share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import fields
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from ..errors import ConfigurationError, JournalUnavailable
from ..wire.sql import (
    CommitUnanswered,
    JsonReady,
    Trouble,
    among,
    classify,
    insert_many,
    keyset_pages,
    open_engine,
    reading,
    sqlite_file,
    writing,
)
from . import damage, tables
from .records import ID_LENGTH, Entry, State, can_be_kept, row_id
from .store import Change, Wanted, has_tombstone, matches

_COLUMNS: Final = tuple(field.name for field in fields(Entry) if field.name != "payload_text")
_OWN: Final = attrgetter(*_COLUMNS)
_STATE: Final = _COLUMNS.index("state")
_PAYLOAD: Final = _COLUMNS.index("payload")
_ALL: Final = (*("row_id", *_COLUMNS), "has_tombstone")
_ROW_ID: Final = tables.entries.c.row_id
_READ: Final = [*(tables.entries.c[name] for name in _COLUMNS), _ROW_ID]
_AGE: Final = attrgetter("created_at", "serial", "row_id")
_BLOCK: Final = 500
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
            _check(url)
        self._timeout = timeout
        self._ready = False
        self._looked_through = False
        self._lock = threading.Lock()

    # -- the store ---------------------------------------------------------------------------------------

    def insert(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Store what is new; rows that are there already are left alone."""
        for attempt in range(_RIVALS):
            try:
                with self._troubles(), writing(self._opened()) as connection:
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
            return frozenset() if _insert_if_new(connection, entries[0]) else frozenset({entries[0].key})
        there = self.keys_on(connection, entries)
        self.insert_all_on(connection, [entry for entry in entries if entry.key not in there])
        return there

    def insert_all_on(self, connection: sa.Connection, entries: Sequence[Entry]) -> None:
        """Store entries of which none may be there, in the caller's transaction."""
        insert_many(connection, tables.entries, map(_values, entries), _ALL)

    def replace_on(self, connection: sa.Connection, row: Entry, entry: Entry) -> Entry:
        """Begin a row anew whose write was not applied, in the caller's transaction; returns it as it is then.

        Its fence moves on: who has read the row before can change it no more.
        """
        fresh = entry.but(fence=row.fence + 1)
        values = {name: getattr(fresh, name) for name in _COLUMNS if name not in ("system", "key")}
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
        while block := [row_id(system, key) for key in islice(waiting, _BLOCK)]:
            with damage.told_as_damage():
                for row in connection.execute(_by_row(connection, block, *_READ)):
                    entry = _entry(row)
                    found[entry.key] = entry
        return found

    def change(self, changes: Sequence[Change]) -> frozenset[str]:
        """Apply changes in one commit."""
        with self._writing() as connection:
            return self.change_on(connection, changes)

    def change_on(self, connection: sa.Connection, changes: Sequence[Change]) -> frozenset[str]:
        """As :meth:`change`, in the caller's transaction; many rows are looked at and written together."""
        if len(changes) > 1 and len({each.entry.row_id for each in changes}) == len(changes):
            return _many_changed(connection, changes)
        lost: set[str] = set()
        for each in changes:
            values = _to_set(each)
            row = {**_as_new(values), "of_row": each.entry.row_id, "of_fence": each.entry.fence}
            if connection.execute(_setting_behind_the_fence(tuple(values)), row).rowcount != 1:
                lost.add(each.entry.key)
        return frozenset(lost)

    def select(self, wanted: Wanted) -> Iterator[Entry]:
        """Stream rows, oldest first, in short transactions; of a damaged file what can be read, before it is told."""
        if not all(can_be_kept(text, ID_LENGTH) for text in (wanted.entity_id, wanted.number, wanted.party)):
            return
        table = tables.entries
        statement = sa.select(*_READ).where(table.c.system == wanted.system)
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
                        entry = _entry(row)
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
                yield from damage.legible(self._engine, _READ, _entry)

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
        while by_row := dict(islice(waiting, _BLOCK)):
            known = connection.scalars(_by_row(connection, list(by_row), _ROW_ID))
            keys.update(by_row[row] for row in known)
        return frozenset(keys)

    def _troubles(self) -> AbstractContextManager[None]:
        return journal_troubles(self._where)

    def _where(self) -> str:
        """Where it stands, for people; without user and password."""
        url = make_url(self._place(writes=False)) if self._engine is None else self._engine.url
        file = sqlite_file(url)
        return (
            str(file)
            if file is not None
            else f"{url.get_backend_name()} {url.host or ''}/{url.database or ''}"
        )


def _check(url: str) -> None:
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


def _by_row(connection: sa.Connection, rows: Sequence[str], *columns: sa.Column[Any]) -> sa.Select[Any]:
    return sa.select(*columns).where(among(connection, _ROW_ID, rows))


def _insert_if_new(connection: sa.Connection, entry: Entry) -> bool:
    """Whether the row was new; a rival's uncommitted row is waited for."""
    dialect = connection.dialect.name
    if dialect in ("postgresql", "sqlite"):
        # The row that came in tells; what an INSERT counts is kept by no driver alike.
        return connection.execute(_on_conflict(dialect), _row(entry)).first() is not None
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(tables.entries), _row(entry))
    except sa.exc.IntegrityError as failure:
        if classify(failure).trouble is not Trouble.UNIQUE:
            raise
        return False
    return True


@cache
def _on_conflict(dialect: str) -> Any:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        fresh = postgresql.insert(tables.entries).on_conflict_do_nothing(index_elements=["row_id"])
        return fresh.returning(tables.entries.c.row_id)
    from sqlalchemy.dialects import sqlite

    plain = sqlite.insert(tables.entries).on_conflict_do_nothing(index_elements=["row_id"])
    return plain.returning(tables.entries.c.row_id)


def _to_set(change: Change) -> dict[str, Any]:
    """The columns that a change sets."""
    values = {
        name: value.value if isinstance(value, State) else value for name, value in change.values.items()
    }
    if "result" in values:
        values["has_tombstone"] = int(has_tombstone(change.entry.but(result=values["result"])))
    return values


def _many_changed(connection: sa.Connection, changes: Sequence[Change]) -> frozenset[str]:
    """Change different rows: their fences are read under a lock, so that those in one form can be written at once."""
    fences: dict[str, int] = {}
    waiting = iter(changes)
    while block := [each.entry.row_id for each in islice(waiting, _BLOCK)]:
        locked = _by_row(connection, block, _ROW_ID, tables.entries.c.fence).order_by(_ROW_ID)
        fences.update((row, fence) for row, fence in connection.execute(locked.with_for_update()))
    lost: set[str] = set()
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for each in changes:
        if fences.get(each.entry.row_id) != each.entry.fence:
            lost.add(each.entry.key)
            continue
        values = _to_set(each)
        alike.setdefault(tuple(values), []).append({**_as_new(values), "of_row": each.entry.row_id})
    for names, rows in alike.items():
        connection.execute(_setting(names), rows)
    return frozenset(lost)


@cache
def _setting(names: tuple[str, ...]) -> sa.Update:
    table = tables.entries
    values = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return sa.update(table).where(table.c.row_id == sa.bindparam("of_row")).values(values)


@cache
def _setting_behind_the_fence(names: tuple[str, ...]) -> sa.Update:
    """The same, where nobody has changed the row since it was read."""
    return _setting(names).where(tables.entries.c.fence == sa.bindparam("of_fence"))


def _as_new(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


def _values(entry: Entry) -> tuple[Any, ...]:
    own = list(_OWN(entry))
    own[_STATE] = entry.state.value
    if entry.payload_text is not None:
        own[_PAYLOAD] = JsonReady(entry.payload_text)
    return (entry.row_id, *own, int(has_tombstone(entry)))


def _row(entry: Entry) -> dict[str, Any]:
    return dict(zip(_ALL, _values(entry), strict=True))


def _entry(row: Any) -> Entry:
    """The entry of a row; ``ValueError`` for a row that holds another key than it was stored under."""
    *own, stored_under = row
    values = dict(zip(_COLUMNS, own, strict=True))
    values["state"] = State(values["state"])
    entry = Entry(**values)
    if entry.row_id != stored_under:
        raise ValueError("a row holds another key than it was stored under")
    return entry
