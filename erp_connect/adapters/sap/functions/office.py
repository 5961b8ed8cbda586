"""What the books share: the pool, the site's settings, and what was found out about the system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from ....clock import Clock
from ....errors import ErpConnectError, TransportError, UnsupportedOperation
from ....wire.rfc import Pool, RfcFailure, TableReader, UnitOfWork
from ....wire.rfc.read_table import closed_to_us
from ...contract import Write
from ..conventions import Countries, Units
from ..messages import KINDS, Meanings, Message, messages_in
from ..settings import FunctionSettings
from . import modules
from .errors import commit_unanswered, translated, understood

T = TypeVar("T")

NO_WRAPPER: Final = (
    "each SOAP request is a session of its own, so no later COMMIT saves it; no wrapper is set"
)
WRAPPER_HINT: Final = (
    "have a remote-enabled module made that calls the BAPI and then COMMIT WORK AND WAIT, or ROLLBACK, and name it with"
    " wrappers=BAPI_...=Z_...; or use sap+rfc or sap+odata"
)


class Office:
    """One system as its books use it.  Safe for several threads."""

    def __init__(
        self,
        pool: Pool,
        settings: FunctionSettings,
        clock: Clock,
        zone: ZoneInfo | None,
        *,
        wrappers: Mapping[str, str] | None = None,
    ) -> None:
        """``wrappers``: the site's modules that commit what they call, where no session can; ``None``: one can."""
        self.pool = pool
        self._wrappers = wrappers
        self.settings = settings
        self.zone = zone
        """The zone of the system's own clock; ``None`` where nobody says which."""
        self.zone_is_given = zone is not None
        self.units = Units(settings.units)
        self.countries = Countries(settings.countries)
        self.meanings = Meanings(settings.message_classes)
        self.tables = TableReader(self._read_table, settings.table_reader)
        self._clock = clock

    def today(self) -> date:
        """The present day of the company."""
        return self._clock.now().astimezone(self.zone or UTC).date()

    # -- reading ---------------------------------------------------------------------------------------------

    def read(self, function: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call a module that changes nothing; failures leave as this library's errors."""
        with translated(self.meanings, operation):
            return self.pool.read(function, **parameters)

    def asked(self, function: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The same, and RETURN is looked at: a refusal in it is raised."""
        answer = self.read(function, operation, **parameters)
        said = messages_in(answer.get("RETURN"))
        if any(each.refuses for each in said):
            raise self.meanings.refusal(said, operation=operation)
        return answer

    def from_table(self, read: Callable[[], T], otherwise: Callable[[RfcFailure], T], operation: str) -> T:
        """What a table says; ``otherwise`` where this user may not read it (sap.md 2.16: many may not)."""
        with translated(self.meanings, operation):
            try:
                return read()
            except RfcFailure as failure:
                if not closed_to_us(failure):
                    raise
                return otherwise(failure)

    def _read_table(self, function: str, **parameters: Any) -> Mapping[str, Any]:
        return self.pool.read(function, **parameters)

    def knows(self, function: str, parameter: str, field: str | None = None) -> bool:
        """Whether this release is known to have a parameter or a field of it."""
        return self.pool.interfaces.knows(function, parameter, field)

    # -- changing --------------------------------------------------------------------------------------------

    def saved(
        self,
        function: str,
        write: Write,
        judge: Callable[[dict[str, Any]], T],
        *,
        step: str,
        operation: str | None = None,
        **parameters: Any,
    ) -> tuple[T, tuple[Message, ...]]:
        """Call a module that changes something, and COMMIT on its session; what ``judge`` made of its answer.

        ``judge`` raises for a refusal, and tells ``write.made`` where something was numbered: up to the COMMIT nothing
        can be kept by the system, so whatever goes wrong before is ``not_applied``.  The messages of the COMMIT come
        beside it.
        """
        operation = operation or write.operation
        if self._wrappers is not None:
            return self._wrapped(self._wrappers.get(function), write, judge, step, operation, parameters), ()
        with translated(self.meanings, operation), self.pool.unit_of_work() as unit:
            answer = unit.call(function, not_requested=modules.BULKY, **parameters)
            judged = judge(answer)
            return judged, self._committed(unit, write, step)

    def _wrapped(
        self,
        wrapper: str | None,
        write: Write,
        judge: Callable[[dict[str, Any]], T],
        step: str,
        operation: str,
        parameters: Mapping[str, Any],
    ) -> T:
        """Call a module that commits by itself, or rolls back what was refused (sap.md 3, "Commit problem").

        An answer that does not come is ``unknown``, and so is one that tells of a success beside a refusal: whether
        such a module has committed then is the site's own rule.
        """
        if wrapper is None:
            raise UnsupportedOperation(NO_WRAPPER, why=NO_WRAPPER, operation=operation, hint=WRAPPER_HINT)
        write.sending(step)
        try:
            with self.pool.session() as session:
                answer = session.call(wrapper, not_requested=modules.BULKY, **parameters)
        except RfcFailure as failure:
            if failure.may_have_run:
                raise commit_unanswered(failure, operation=operation) from failure
            raise understood(failure, self.meanings, operation=operation) from failure
        judged = judge(answer)
        said = messages_in(answer.get("RETURN"))
        if any(each.refuses for each in said):
            raise TransportError(
                "the system tells of a success and of a refusal, and whether it has committed is not known",
                code="ambiguous",
                operation=operation,
                outcome="unknown",
                native=[each.as_native() for each in said],
            )
        return judged

    def _committed(self, unit: UnitOfWork, write: Write, step: str) -> tuple[Message, ...]:
        """Announce the COMMIT, send it on the session of the work, and read what it says (sap.md 2.1).

        An answer that does not come, or says nothing that is known, is ``TransportError`` with outcome ``unknown``; an
        update that the system broke off is a refusal, since with WAIT it has ended before the answer.
        """
        if unit.lost:
            raise understood(_lost_before_commit(), self.meanings, operation=write.operation)
        write.sending(step)
        try:
            answer = unit.commit()
        except RfcFailure as failure:
            raise commit_unanswered(failure, operation=write.operation) from failure
        said = messages_in(answer.get("RETURN"))
        if not all(each.type in KINDS for each in said):
            raise TransportError(
                "the answer to the COMMIT cannot be understood",
                code="unreadable_answer",
                operation=write.operation,
                outcome="unknown",
                native=[each.as_native() for each in said],
            )
        if any(each.refuses for each in said):
            refusal: ErpConnectError = self.meanings.refusal(said, operation=write.operation)
            raise refusal
        return said


def _lost_before_commit() -> RfcFailure:
    from ....wire.rfc import Trouble

    return RfcFailure(Trouble.LINE, modules.COMMIT, may_have_run=False)
