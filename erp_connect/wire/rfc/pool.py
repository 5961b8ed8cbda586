"""A bounded pool of connections, each checked out exclusively: pyrfc has none, a shared one crashes (sap.md 1.7)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from .connecting import Connection, Opener
from .interfaces import Interfaces
from .trouble import RfcFailure, Trouble, diagnosed
from .units import Session, UnitOfWork

IDLE: Final = 60.0
"""Seconds of rest after which a connection is asked for a sign of life before it is used."""
LOGON: Final = "the logon"


@dataclass(frozen=True, slots=True)
class _Resting:
    connection: Connection
    since: float


class Pool:
    """At most ``size`` connections to one system, opened as they are needed.

    Safe for several threads.  In a forked child it begins anew and leaves the parent's connections alone.
    ``timeout``: seconds for each call, and for the wait for a free connection.
    """

    def __init__(
        self,
        opener: Opener,
        *,
        size: int = 8,
        timeout: float | None = 60.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.interfaces = Interfaces()
        self._opener = opener
        self.size = size
        """How many connections there are at most."""
        self._timeout = timeout
        self._monotonic = monotonic
        self._closed = False
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._slots = threading.BoundedSemaphore(self.size)
        self._resting: list[_Resting] = []
        self._guard = threading.Lock()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection for reading; given back when the block ends, closed when its session was lost."""
        with self._checked_out() as (connection, used):
            session = Session(connection, self.interfaces, self._timeout)
            used.append(session)
            yield session

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """A connection for a change; what is not committed when the block ends is rolled back.

        Given back with a fresh ABAP session, so that no memory or lock of a function group outlives the work.
        """
        with self._checked_out() as (connection, used):
            unit = UnitOfWork(connection, self.interfaces, self._timeout)
            used.append(unit)
            try:
                yield unit
            finally:
                unit.roll_back()
                if not unit.lost and not _survives(connection, "reset_server_context"):
                    unit.lost = True

    def read(self, function: str, **parameters: Any) -> dict[str, Any]:
        """One call that only reads.

        Repeated once, on a new connection, where the line broke: a rested connection may have died unseen.
        """
        try:
            with self.session() as session:
                return session.call(function, **parameters)
        except RfcFailure as failure:
            if failure.trouble is not Trouble.LINE or self._closed:
                raise
        self._drop_resting()
        with self.session() as session:
            return session.call(function, **parameters)

    def close(self) -> None:
        """Close all that rest; those in use are closed when they come back.  Harmless when called twice."""
        self._closed = True
        if self._process == os.getpid():
            self._drop_resting()

    # -- checking out and in ---------------------------------------------------------------------------------

    @contextmanager
    def _checked_out(self) -> Iterator[tuple[Connection, list[Session]]]:
        if self._process != os.getpid():
            self._inherited = self._resting  # kept: to let go of them would log the parent off
            self._begin()
        if not self._slots.acquire(timeout=self._timeout):
            raise RfcFailure(
                Trouble.BUSY,
                LOGON,
                may_have_run=False,
                said=f"all {self.size} connections are in use",
            )
        try:
            connection = self._lively()
            used: list[Session] = []
            try:
                yield connection, used
            except BaseException as error:
                if not isinstance(error, Exception):
                    _close(connection)  # thrown out in the middle of a call: nobody knows what it is at
                    raise
                self._back(connection, used)
                raise
            self._back(connection, used)
        finally:
            self._slots.release()

    def _lively(self) -> Connection:
        """A rested connection that answers, or a new one."""
        if self._closed:
            raise RfcFailure(Trouble.INPUT, LOGON, may_have_run=False, said="the connection was closed")
        while True:
            with self._guard:
                rested = self._resting.pop() if self._resting else None
            if rested is None:
                return self._opened()
            if self._monotonic() - rested.since < IDLE or _survives(rested.connection, "ping"):
                return rested.connection
            _close(rested.connection)

    def _opened(self) -> Connection:
        try:
            return self._opener()
        except Exception as failure:
            told = diagnosed(failure, LOGON, reopened=False, alive=True)
            told.may_have_run = False
            raise told from failure

    def _back(self, connection: Connection, used: list[Session]) -> None:
        spoilt = self._closed or not connection.alive or any(each.lost for each in used)
        if spoilt:
            _close(connection)
            return
        with self._guard:
            self._resting.append(_Resting(connection, self._monotonic()))

    def _drop_resting(self) -> None:
        with self._guard:
            resting, self._resting = self._resting, []
        for each in resting:
            _close(each.connection)


def _survives(connection: Connection, method: str) -> bool:
    """Whether a call of pyrfc's own goes well, where the connection has it; after a failed one it is of no use."""
    call = getattr(connection, method, None)
    try:
        if call is not None:
            call()
    except Exception:  # noqa: BLE001 (whatever it is, this connection is not used any more)
        return False
    return True


def _close(connection: Connection) -> None:
    with suppress(Exception):
        connection.close()
