"""What can go wrong on the way to the memory adapter, as switches for tests.

::

    world.faults.lose_reply("orders.create")            # done, but nobody hears of it
    world.faults.refuse("orders.create", CreditBlocked("..."), step=2)   # the second line of a create in steps
    world.faults.commit_late("orders.amend", 180)       # given up by the client, applied three minutes later

``operation`` is the verb of the request, with ``*`` as wildcard: ``orders.create``, ``orders.create_block``,
``orders.amend``, ``orders.cancel``, ``orders.resume``, ``orders.remove``, ``purchase_orders.receive``,
``shipments.post``, ``customers.update``, ``orders.get``, ``orders.find``, ``orders.list`` ...  ``step`` counts the
requests of one write from 0; a create in steps sends its header as 0 and its lines from 1.  A fault strikes
``times`` times (``None``: until :meth:`Faults.clear`) and then is spent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from ...errors import ErpConnectError, RecordLocked, Throttled, TransportError


class FaultKind(StrEnum):
    """What happens to the request."""

    REFUSE = "refuse"
    LOSE_REQUEST = "lose request"
    LOSE_REPLY = "lose reply"
    COMMIT_LATE = "commit late"
    DELAY = "delay"


@dataclass(slots=True)
class Fault:
    """One switch that is on."""

    operation: str
    kind: FaultKind
    error: ErpConnectError | None = None
    seconds: float = 0.0
    step: int | None = None
    times: int | None = 1

    def strikes(self, operation: str, step: int) -> bool:
        """Whether it is meant for this request."""
        return self.step in (None, step) and fnmatchcase(operation, self.operation)


def lost(operation: str, *, write: bool = True) -> TransportError:
    """What a client raises that got no answer."""
    return TransportError(
        "no answer came from the memory back-end",
        operation=operation,
        outcome="unknown" if write else "not_applied",
        code="no_answer",
    )


class Faults:
    """The switches of one world; all of them are off at first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: list[Fault] = []
        self._rivals: list[tuple[str, Callable[[], object]]] = []
        self._locked: set[str] = set()
        self.stale_seconds = 0.0
        """How old the truth is that reads show; set by :meth:`stale_reads`."""

    def refuse(
        self, operation: str, error: ErpConnectError, *, step: int | None = None, times: int | None = 1
    ) -> None:
        """Answer the request with this error, doing nothing."""
        self._add(Fault(operation, FaultKind.REFUSE, error=error, step=step, times=times))

    def throttle(self, operation: str = "*", retry_after: float = 1.0, *, times: int | None = 1) -> None:
        """Ask for a pause of ``retry_after`` seconds instead of answering."""
        error = Throttled("the memory back-end asks for a pause", retry_after=retry_after)
        self._add(Fault(operation, FaultKind.REFUSE, error=error, times=times))

    def lose_request(self, operation: str, *, step: int | None = None, times: int | None = 1) -> None:
        """Let the request get lost before it is done; where the profile commits late, it is done later."""
        self._add(Fault(operation, FaultKind.LOSE_REQUEST, step=step, times=times))

    def lose_reply(self, operation: str, *, step: int | None = None, times: int | None = 1) -> None:
        """Do it, and lose the answer."""
        self._add(Fault(operation, FaultKind.LOSE_REPLY, step=step, times=times))

    def commit_late(
        self, operation: str, seconds: float, *, step: int | None = None, times: int | None = 1
    ) -> None:
        """Let the client give up now, and do it all the same after ``seconds`` of the clock."""
        self._add(Fault(operation, FaultKind.COMMIT_LATE, seconds=seconds, step=step, times=times))

    def delay(
        self, operation: str, seconds: float, *, step: int | None = None, times: int | None = 1
    ) -> None:
        """Take ``seconds`` to answer; past the write's time-out the client gives up and it is done late."""
        self._add(Fault(operation, FaultKind.DELAY, seconds=seconds, step=step, times=times))

    def rival(self, operation: str, action: Callable[[], object]) -> None:
        """Run ``action`` once, when the client has read and is about to write: somebody else's change."""
        with self._lock:
            self._rivals.append((operation, action))

    def lock(self, id: str) -> None:
        """Let another user edit this record: writes to it are ``RecordLocked`` until :meth:`unlock`."""
        with self._lock:
            self._locked.add(id)

    def unlock(self, id: str) -> None:
        """The other user has left the record."""
        with self._lock:
            self._locked.discard(id)

    def stale_reads(self, seconds: float) -> None:
        """Show the truth of ``seconds`` ago to every read; 0 ends it."""
        self.stale_seconds = seconds

    def clear(self) -> None:
        """Turn every switch off."""
        with self._lock:
            self._set.clear()
            self._rivals.clear()
            self._locked.clear()
            self.stale_seconds = 0.0

    def take(self, operation: str, step: int = 0) -> Fault | None:
        """The fault that strikes this request, if any; used by the adapter."""
        if not self._set:
            return None
        with self._lock:
            for fault in self._set:
                if fault.strikes(operation, step):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times <= 0:
                            self._set.remove(fault)
                    return fault
        return None

    def take_rivals(self, operation: str) -> list[Callable[[], object]]:
        """The rivals that act before this request; used by the adapter."""
        if not self._rivals:
            return []
        with self._lock:
            acting = [action for wanted, action in self._rivals if fnmatchcase(operation, wanted)]
            self._rivals = [rival for rival in self._rivals if not fnmatchcase(operation, rival[0])]
        return acting

    def check_lock(self, id: str) -> None:
        """``RecordLocked`` while somebody else edits the record; used by the adapter."""
        if id in self._locked:
            raise RecordLocked(f"record {id} is being edited by another user", hint="try again in a while")

    def _add(self, fault: Fault) -> None:
        with self._lock:
            self._set.append(fault)
