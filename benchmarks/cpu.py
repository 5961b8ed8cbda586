"""Where the CPU of a job goes: what every thread spends, by the room of the house that spends it.

A profiler makes calls dearer than they are, so these are shares and no times; what a function of C takes counts to
the room that called it.
"""

from __future__ import annotations

import cProfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any, Final

ROOMS: Final = (
    (
        "journal",
        ("erp_connect/journal/", "erp_connect/wire/sql/", "/sqlalchemy/", "erp_connect/interruption"),
    ),
    (
        "the line",
        (
            *("erp_connect/wire/", "/requests/", "/urllib3/", "/http/", "/email/", "/json/", "/ssl"),
            *("benchmarks/sap_line", "/multiprocessing/", "/socket", "/selectors", "/certifi/", "/charset"),
        ),
    ),
    ("mapping", ("erp_connect/adapters/",)),
    ("values and rules", ("erp_connect/models/", "erp_connect/rules/", "/pydantic/")),
    ("client", ("erp_connect/",)),
)
"""Each room with what its files' names contain; the first that fits counts."""
REST: Final = "Python"


def shares(job: Callable[[], object]) -> dict[str, float]:
    """The part of each room in the CPU that a job takes, on all of the threads that it starts."""
    spent = dict.fromkeys([*(room for room, _ in ROOMS), REST], 0.0)
    with _profiled() as profiles:
        job()
    for profile in profiles:
        for entry in profile.getstats():
            if isinstance(entry.code, CodeType):
                inner = sum(call.inlinetime for call in entry.calls or () if isinstance(call.code, str))
                spent[_room(entry.code.co_filename)] += entry.inlinetime + inner
    whole = sum(spent.values())
    return {room: took / whole for room, took in spent.items()}


def _room(file: str) -> str:
    return next((room for room, parts in ROOMS if any(part in file for part in parts)), REST)


@contextmanager
def _profiled() -> Iterator[list[cProfile.Profile]]:
    profiles: list[cProfile.Profile] = []

    def begin(*_: Any) -> None:
        profile = cProfile.Profile(time.thread_time)
        profiles.append(profile)
        profile.enable()

    threading.setprofile(begin)
    begin()
    try:
        yield profiles
    finally:
        profiles[0].disable()
        threading.setprofile(None)  # type: ignore[arg-type]  # the one way to take it back
