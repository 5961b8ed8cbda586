"""Ctrl-C at a bad moment: what must be done whole, and what has to be put down before anything else.

A signal's handler runs between any two steps of the main thread, and Ctrl-C's raises there.  Struck in the middle of a
COMMIT or of giving a connection back, a transaction would stay open, and its locks would keep out the very call that is
to note what has happened.
"""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

__all__ = ["put_down", "uninterrupted"]

Handler = Callable[[int, FrameType | None], Any]
_SIGNALS: Final[tuple[int, ...]] = tuple(
    int(getattr(signal, name))
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM", "SIGUSR1")
    if hasattr(signal, name)
)
"""Signals whose handlers raise: Ctrl-C, a polite end, and what programs end a call with that takes too long."""


class uninterrupted:  # noqa: N801 (a block is marked with it, as with contextlib's)
    """Run the block whole: a signal's handler is called after it; a second signal's at once.

    Only the main thread is ever interrupted, so in others nothing changes.  Handlers that are not Python's stay.
    """

    def __init__(self) -> None:
        self._handlers: dict[int, Handler] = {}
        self._arrived: tuple[int, FrameType | None] | None = None
        self._holds = True

    def __enter__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        try:
            for each in _SIGNALS:
                handler = signal.getsignal(each)
                if callable(handler):
                    self._handlers[each] = handler
                    signal.signal(each, self._later)
        except BaseException:
            self._holds = False
            raise

    def __exit__(self, *_: object) -> None:
        self._holds = False  # first of all: a signal that strikes below leaves a handler that only passes on
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._arrived is not None:
            self._handlers[self._arrived[0]](*self._arrived)

    def _later(self, number: int, frame: FrameType | None) -> None:
        if self._holds and self._arrived is None:
            self._arrived = number, frame
        else:
            self._handlers[number](number, frame)  # whoever asks twice does not want to wait


def put_down(interruption: BaseException) -> None:
    """Free what the interrupted calls held, such as an open transaction, before anything else is done about it.

    A block that is struck while it is being entered is never left: its ``with`` does not know it yet, and the traceback
    keeps it alive.  Errors of the usual kind strike at no such moment, and keep their frames for a debugger.
    """
    seen: set[int] = set()
    each: BaseException | None = interruption
    while each is not None and id(each) not in seen and not isinstance(interruption, Exception):
        seen.add(id(each))
        traceback.clear_frames(each.__traceback__)
        each = each.__cause__ or each.__context__
