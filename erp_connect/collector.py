"""Building many values at once without being interrupted by the search for garbage.

A block of orders makes some ten thousand values that are all still needed.  Python's cycle collector, woken by their
number, looks through everything the program holds, again and again, and finds nothing: it can cost as much as the
block itself.  It is paused meanwhile, and goes on afterwards; whoever has switched it off finds it off.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_LOCK: Final = threading.Lock()
_state = {"pauses": 0, "was_on": False}


@contextmanager
def collector_paused() -> Iterator[None]:
    """The collector rests until the last block that asked for it has ended."""
    with _LOCK:
        if _state["pauses"] == 0:
            _state["was_on"] = gc.isenabled()
            gc.disable()
        _state["pauses"] += 1
    try:
        yield
    finally:
        with _LOCK:
            _state["pauses"] -= 1
            if _state["pauses"] == 0 and _state["was_on"]:
                gc.enable()
