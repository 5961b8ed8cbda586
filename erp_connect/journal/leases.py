"""Who is writing under a key, and for how long: leases keep two processes off one key."""

from __future__ import annotations

import os
import socket
import uuid
from datetime import datetime, timedelta
from typing import Final

from .records import Entry

GRACE: Final = 15.0
"""Seconds that a lease lasts beyond the time-out of the request that it covers."""

_token: tuple[int, str] | None = None


def owner() -> str:
    """This process's name in leases: host, process id, and a token of its own; another one after a fork."""
    global _token  # noqa: PLW0603 (one process has one name)
    if _token is None or _token[0] != os.getpid():
        _token = (os.getpid(), uuid.uuid4().hex[:12])
    return f"{socket.gethostname()}/{_token[0]}/{_token[1]}"


def lease(now: datetime, timeout: float) -> datetime:
    """When a lease ends that is taken now for requests of this time-out."""
    return now + timedelta(seconds=timeout + GRACE)


def held(entry: Entry, now: datetime) -> bool:
    """Whether somebody else may still be at work on this entry.

    A lease that has ended is nobody's, and neither is that of a process of this host that has died.
    """
    if entry.owner is None or entry.lease_until is None or entry.lease_until <= now:
        return False
    return not _dead(entry.owner)


def _dead(name: str) -> bool:
    host, _, rest = name.rpartition("/")[0].rpartition("/")
    if host != socket.gethostname():
        return False
    pid = int(rest)
    if pid == os.getpid():
        # The same number and another token: the process before us that had it is gone.
        return name != owner()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
