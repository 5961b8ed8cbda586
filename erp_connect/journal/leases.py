"""Who is writing under a key, and for how long: leases keep two processes off one key."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from .records import Entry

GRACE: Final = 15.0
"""Seconds that a lease lasts beyond the time-out of the request that it covers."""

_token: tuple[int, str] | None = None
_naming = threading.Lock()
_under_way: dict[object, frozenset[str]] = {}


def owner() -> str:
    """This process's name in leases: where it runs, its id, and a token of its own; another one after a fork."""
    global _token  # noqa: PLW0603 (one process has one name)
    with _naming:  # two threads must not give one process two names
        if _token is None or _token[0] != os.getpid():
            _token = (os.getpid(), uuid.uuid4().hex[:12])
        return f"{_place()}/{_token[0]}/{_token[1]}"


def _forked() -> None:
    global _naming  # noqa: PLW0603 (the parent may have held it at the fork)
    _naming = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


@cache
def _place() -> str:
    """The host, and the space in which its process ids count.

    Containers of one host have ids of their own, and two hosts of one name (``localhost``) are told apart by the
    number that every start of a machine has.
    """
    try:
        space = str(Path("/proc/self/ns/pid").stat().st_ino)
        start = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:13]
    except (OSError, ValueError):
        space, start = "", ""
    return f"{socket.gethostname()[:100]}:{space}:{start}"


def lease(now: datetime, timeout: float) -> datetime:
    """When a lease ends that is taken now for requests of this time-out."""
    return now + timedelta(seconds=timeout + GRACE)


def held(entry: Entry, now: datetime) -> bool:
    """Whether somebody may still be at work on this entry.

    A lease that has ended is nobody's, and neither is that of a process of this host that has died, nor one of this
    process whose call has ended, however that was thrown out and whether it could note it or not.
    """
    if free(entry.owner, entry.lease_until, now):
        return False
    if entry.owner == owner():
        return any(entry.correlation_id in calls for calls in tuple(_under_way.values()))
    return True


def free(name: str | None, until: datetime | None, now: datetime) -> bool:
    """Whether a lease has ended, or its owner is a process of this host that has died."""
    return name is None or until is None or until <= now or (name != owner() and _dead(name))


@contextmanager
def under_way(*calls: str) -> Iterator[None]:
    """For the time of the block these calls, by their correlation ids, are at work in this process."""
    block = object()
    try:
        _under_way[block] = frozenset(calls)
        yield
    finally:
        _under_way.pop(block, None)


def _dead(name: str) -> bool:
    place, _, rest = name.rpartition("/")[0].rpartition("/")
    if place != _place() or not rest.isdecimal():
        return False
    pid = int(rest)
    if pid == os.getpid():
        # The same number and another token: the process before us that had it is gone.
        return name != owner()
    if os.name == "nt":  # there signal 0 is no question but Ctrl-C: the lease has to end by itself
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _only_a_name_is_left(pid)


def _only_a_name_is_left(pid: int) -> bool:
    """Whether a process has ended and only waits for its parent to ask how (a zombie)."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return said.rpartition(")")[2].split()[:1] in (["Z"], ["X"])


def last_start(until: datetime, timeout: float) -> datetime:
    """The last moment at which a request of this time-out may start under a lease that ends then."""
    return until - timedelta(seconds=timeout)
