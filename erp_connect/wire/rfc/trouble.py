"""What went wrong in a call: which kind, whether the session is gone, and whether the call may have run.

Told from numbers and names, never from text (sap.md 1.5).  Anything that is not known for certain counts as run.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final


class Trouble(StrEnum):
    """The kinds of failure that want different answers."""

    LINE = "line"
    """The connection broke, the peer closed it, or a look-up found it unusable."""
    LOGON = "logon"
    """Wrong user, password or client."""
    AUTHORITY = "authority"
    """The user may not call this."""
    DUMP = "dump"
    """The program on the other side ended."""
    MESSAGE = "message"
    """A message of type A, E or X outside an exception."""
    RAISED = "raised"
    """A classic exception of the function module; the session is kept."""
    NO_MODULE = "no_module"
    """There is no such function module in this system."""
    TIMED_OUT = "timed_out"
    """We have given it up; the other side may go on."""
    INPUT = "input"
    """Refused before anything was sent."""
    BUSY = "busy"
    """No connection was free in time."""
    OTHER = "other"
    """Something else."""


_BY_CODE: Final[dict[int, Trouble]] = {
    1: Trouble.LINE,
    2: Trouble.LOGON,
    3: Trouble.DUMP,
    4: Trouble.MESSAGE,
    5: Trouble.RAISED,
    6: Trouble.LINE,
    7: Trouble.TIMED_OUT,
    13: Trouble.LINE,
    15: Trouble.DUMP,
    20: Trouble.INPUT,
    22: Trouble.INPUT,
    23: Trouble.INPUT,
    27: Trouble.RAISED,
    29: Trouble.AUTHORITY,
    30: Trouble.AUTHORITY,
}
_KEEPS_SESSION: Final = frozenset({5, 20, 22, 23, 27})
_NEVER_RAN: Final = frozenset({13, 20})
"""An unusable handle, and a parameter that does not exist: refused on this side."""
_NO_AUTHORITY: Final = frozenset({"RFC_NO_AUTHORITY", "CALL_FUNCTION_NOT_REMOTE"})
_MESSAGE: Final = ("msg_class", "msg_type", "msg_number", "msg_v1", "msg_v2", "msg_v3", "msg_v4")


class RfcFailure(Exception):
    """A call that ended without an answer of its own.

    ``may_have_run``: whether the function module may have been executed, or may still be.  ``session_lost``: what
    was pending in the session is gone, although the connection may look alive.  ``native`` is what was said.
    """

    def __init__(
        self,
        trouble: Trouble,
        function: str,
        *,
        code: int | None = None,
        key: str = "",
        native: tuple[Any, ...] = (),
        may_have_run: bool = True,
        session_lost: bool = True,
        path: str | None = None,
        said: str | None = None,
    ) -> None:
        super().__init__(said or f"{function}: {trouble.value} ({key or code or 'no code'})")
        self.trouble = trouble
        self.function = function
        self.code = code
        self.key = key
        self.native = native
        self.may_have_run = may_have_run
        self.session_lost = session_lost
        self.path = path
        self.said = said

    @property
    def message_id(self) -> tuple[str, str]:
        """Class and number of the message that was raised; blank where there was none."""
        told = next((each for each in self.native if isinstance(each, dict)), {})
        return str(told.get("msg_class") or ""), str(told.get("msg_number") or "")


def diagnosed(failure: Exception, function: str, *, reopened: bool, alive: bool) -> RfcFailure:
    """What an exception out of a call means.

    ``reopened``: the handle is another one now, so the session was silently replaced; not ``alive``: that attempt
    failed as well, and the exception is the new logon's and not the call's (sap.md 1.3).
    """
    if isinstance(failure, RfcFailure):
        return failure
    code = getattr(failure, "code", None)
    if not isinstance(code, int):
        return _without_code(failure, function, alive=alive)
    key = str(getattr(failure, "key", "") or "")
    trouble = _BY_CODE.get(code, Trouble.OTHER)
    if trouble is Trouble.RAISED and key == "FU_NOT_FOUND":
        trouble = Trouble.NO_MODULE
    elif key in _NO_AUTHORITY:
        trouble = Trouble.AUTHORITY
    kept = code in _KEEPS_SESSION and alive and not reopened
    ran = not (code in _NEVER_RAN and (alive or code == 13)) and trouble is not Trouble.NO_MODULE
    told = {name: value for name in _MESSAGE if (value := getattr(failure, name, None))}
    return RfcFailure(
        trouble,
        function,
        code=code,
        key=key,
        native=({"code": code, "key": key, "message": _text_of(failure), **told},),
        may_have_run=ran or reopened,
        session_lost=not kept,
    )


def _without_code(failure: Exception, function: str, *, alive: bool) -> RfcFailure:
    """Checks on this side (sap.md 1.3, 1.4), or an exception of a connection that is not pyrfc's."""
    on_this_side = isinstance(failure, TypeError) or type(failure).__name__ == "RFCError"
    if on_this_side:
        trouble = Trouble.INPUT if alive else Trouble.LINE
        return RfcFailure(
            trouble,
            function,
            native=(_text_of(failure),),
            may_have_run=False,
            session_lost=not alive,
        )
    kind = Trouble.LINE if isinstance(failure, OSError) else Trouble.OTHER
    return RfcFailure(kind, function, native=(_text_of(failure),))


def _text_of(failure: Exception) -> str:
    return str(getattr(failure, "message", None) or failure)
