"""Switches that make the mock fail as systems and networks fail (sap.md 1.3, 1.5, 1.6)."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from .errors import (
    ABAPApplicationError,
    ABAPRuntimeError,
    CommunicationError,
    RFCLibError,
    from_sdk,
)

Moment = Literal["before", "after", "metadata", "open", "ping", "update", "hang"]


@dataclass
class Fault:
    """One failure that waits for its function module: at which moment, with which error, and how often."""

    moment: Moment
    function: str = ""
    error: RFCLibError | None = None
    seconds: float = 0
    executed: bool = True
    times: int = 1


class Faults:
    """The switches; each is set once and is spent by the calls that it hits."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._spending = threading.Lock()

    def spend(self, moment: Moment, function: str = "") -> Fault | None:
        """The fault that strikes now, if one does."""
        with self._spending:
            for fault in self._waiting:
                if fault.moment == moment and fault.function in {"", function}:
                    fault.times -= 1
                    if not fault.times:
                        self._waiting.remove(fault)
                    return fault
            return None

    def strike(self, moment: Moment, function: str = "") -> RFCLibError | None:
        """The error that strikes now, if one does."""
        fault = self.spend(moment, function)
        return fault.error if fault is not None else None

    def clear(self) -> None:
        """Set all switches back."""
        self._waiting.clear()

    def lose_request(self, function: str, times: int = 1) -> None:
        """The connection breaks before the call reaches the system: code 1, nothing executed."""
        self._waiting.append(Fault("before", function, _broken_line(), times=times))

    def lose_reply(self, function: str, times: int = 1) -> None:
        """The connection breaks after the call was executed: code 1, and the caller does not know."""
        self._waiting.append(Fault("after", function, _broken_line(), times=times))

    def dump(
        self, function: str, key: str = "TIME_OUT", moment: Literal["before", "after"] = "before"
    ) -> None:
        """A short dump: code 3, the session is lost."""
        self._waiting.append(Fault(moment, function, from_sdk(ABAPRuntimeError, 3, key, key)))

    def message(
        self,
        function: str,
        ident: tuple[str, str, str] = ("SR", "A", "006"),
        text: str = "Method = 0",
        moment: Literal["before", "after"] = "before",
    ) -> None:
        """A message of type A, E or X outside an exception: code 4, the session is lost."""
        self._waiting.append(Fault(moment, function, from_sdk(ABAPRuntimeError, 4, text, text, ident)))

    def raise_exception(self, function: str, key: str) -> None:
        """A classic exception of the function module: code 5, the session is kept."""
        error = from_sdk(ABAPApplicationError, 5, key, "", ("", "", "000"))
        self._waiting.append(Fault("before", function, error))

    def hang(self, function: str, seconds: float, *, executed: bool = True) -> None:
        """The call takes so long.  Past the caller's time-out it is cancelled on this side only: code 7.

        When ``executed``, the system goes on; what a commit saves is there when the seconds are over.
        """
        self._waiting.append(Fault("hang", function, seconds=seconds, executed=executed))

    def break_metadata(self, function: str) -> None:
        """The look-up of an interface not used before fails: the connection stays "alive" and is useless."""
        self._waiting.append(Fault("metadata", function, _broken_line()))

    def break_ping(self) -> None:
        """The next ping fails: the connection stays "alive" and is useless."""
        self._waiting.append(Fault("ping", "", _broken_line()))

    def refuse_connections(self, times: int = 1) -> None:
        """The next attempts to connect fail, those of the silent reconnect too."""
        self._waiting.append(Fault("open", "", _broken_line("partner not reached"), times=times))

    def terminate_update(self, times: int = 1) -> None:
        """The next update tasks end without saving anything."""
        self._waiting.append(Fault("update", times=times))


def _broken_line(text: str = "connection closed without message (CM_NO_DATA_RECEIVED)") -> RFCLibError:
    return from_sdk(CommunicationError, 1, "RFC_COMMUNICATION_FAILURE", text)
