"""Calls on one exclusive session, and the unit of work: what was called is committed there, or not at all.

A lost session never commits: after it pyrfc's object looks alive, holds another ABAP session, and a COMMIT on it
reports success while nothing is saved (sap.md 1.3, 1.7).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ...errors import ErpConnectError
from .coercing import Misfit, coerced
from .connecting import Connection
from .interfaces import Interfaces
from .trouble import RfcFailure, Trouble, diagnosed

COMMIT: Final = "BAPI_TRANSACTION_COMMIT"
ROLLBACK: Final = "BAPI_TRANSACTION_ROLLBACK"


class Session:
    """One checked-out connection, for one thread at a time; ``timeout`` in seconds holds for every call."""

    def __init__(self, connection: Connection, interfaces: Interfaces, timeout: float | None) -> None:
        self.connection = connection
        self.interfaces = interfaces
        self.lost = False
        """Whether what was pending is gone; nothing more is sent then."""
        self._timeout = timeout

    def call(
        self,
        function: str,
        *,
        not_requested: Iterable[str] = (),
        timeout: float | None = None,
        **parameters: Any,
    ) -> dict[str, Any]:
        """Call a function module; values are fitted to its interface.  ``None`` leaves a parameter out.

        Raises :class:`RfcFailure` for whatever is no answer of its own.  Nothing is ever repeated here.
        """
        if self.lost:
            raise RfcFailure(
                Trouble.LINE,
                function,
                may_have_run=False,
                said=f"{function} was not called: the session is lost",
            )
        interface = self._interface(function)
        try:
            sent = coerced(interface, parameters)
        except Misfit as misfit:
            raise RfcFailure(
                Trouble.INPUT,
                function,
                may_have_run=False,
                session_lost=False,
                path=misfit.path,
                said=f"{function}: {misfit}",
            ) from misfit
        silent = [name for name in not_requested if interface is not None and interface.knows(name)]
        options: dict[str, Any] = {"not_requested": silent} if silent else {}
        limit = timeout if timeout is not None else self._timeout
        if limit is not None:
            options["timeout"] = limit
        return self._called(function, options, sent)

    def _interface(self, function: str) -> Any:
        try:
            return self.interfaces.of(self.connection, function)
        except RfcFailure as failure:
            self.lost = self.lost or failure.session_lost
            raise

    def _called(self, function: str, options: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        handle = getattr(self.connection, "handle", None)
        try:
            return self.connection.call(function, options, **sent)
        except (RfcFailure, ErpConnectError):
            raise  # a connection that is not pyrfc's, and says itself what has become of the call
        except Exception as failure:
            alive = bool(self.connection.alive)
            reopened = getattr(self.connection, "handle", None) != handle
            told = diagnosed(failure, function, reopened=reopened, alive=alive)
            self.lost = self.lost or told.session_lost
            raise told from failure
        except BaseException:
            self.lost = True
            raise


class UnitOfWork(Session):
    """A session on which something is changed: everything since the last commit stands or falls together."""

    def __init__(self, connection: Connection, interfaces: Interfaces, timeout: float | None) -> None:
        super().__init__(connection, interfaces, timeout)
        self.pending = False
        """Whether something was called that is neither committed nor rolled back."""

    def _called(self, function: str, options: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        self.pending = True
        return super()._called(function, options, sent)

    def commit(self) -> dict[str, Any]:
        """``COMMIT WORK AND WAIT`` on this very session; the answer's RETURN is still to be read (sap.md 2.1).

        Raises :class:`RfcFailure`: with ``may_have_run`` nobody knows whether it is saved.
        """
        answer = self.call(COMMIT, WAIT="X")
        self.pending = False
        return answer

    def roll_back(self) -> None:
        """Forget what is pending; a session that is lost has done so already, and a failure to say so loses it."""
        if self.lost or not self.pending:
            return
        try:
            self.call(ROLLBACK)
        except RfcFailure:
            self.lost = True
        self.pending = False
