"""What all books of a connection share: the database, what day it is there, and its transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from ...clock import Clock
from ...errors import ErpConnectError, MappingError
from ...wire.sql import reading, writing
from ..contract import Write
from .errors import DATABASE_ERRORS, understood


class _Undone(Exception):
    """The end of a rehearsal."""


class Office:
    """One connection to one foreign database."""

    def __init__(
        self, engine: Engine, clock: Clock, system: str, zone: ZoneInfo | None, mapping: str
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.system = system
        self.zone = zone
        self.mapping = mapping
        self._rehearsal: Connection | None = None

    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    def today(self) -> date:
        """The business date in the company's zone."""
        return self.clock.now().astimezone(self.zone).date() if self.zone else self.clock.now().date()

    @contextmanager
    def reading(self, operation: str) -> Iterator[Connection]:
        """One consistent snapshot."""
        with self.signed(operation), reading(self.engine) as connection:
            yield connection

    @contextmanager
    def writing(self, operation: str, *writes: Write) -> Iterator[Connection]:
        """A writing transaction: committed at the end, rolled back when the block raises."""
        for write in writes:
            write.sending(operation)
        rehearsal = self._rehearsal
        if rehearsal is not None:
            with self.signed(operation), rehearsal.begin_nested():
                yield rehearsal
            return
        with self.signed(operation), writing(self.engine) as connection:
            yield connection

    @contextmanager
    def rehearsing(self) -> Iterator[None]:
        """What the books write inside is read back as ever, and undone at the end; one rehearsal at a time.

        Numbers out of a sequence stay used, as after any transaction that was rolled back.
        """
        with self.signed("rehearse"), suppress(_Undone), writing(self.engine) as connection:
            self._rehearsal = connection
            try:
                yield
            finally:
                self._rehearsal = None
            raise _Undone

    @contextmanager
    def signed(self, operation: str) -> Iterator[None]:
        """Errors leave with the system and the operation; the database's as ours."""
        try:
            yield
        except DATABASE_ERRORS as exc:
            raise understood(exc, system=self.system, operation=operation) from exc
        except ErpConnectError as error:
            self.sign(error, operation)
            raise

    def sign(self, error: ErpConnectError, operation: str) -> ErpConnectError:
        """The error, with system and operation where it has none; a mistake in the mapping names its file too."""
        error.system = error.system or self.system
        if isinstance(error, MappingError):
            error.place = error.place or self.mapping
        error.operation = error.operation or operation
        return error
