"""Stops a test's PostgreSQL server when the process that started it is gone, however it went.

Run as a program of its own: ``python postgres_guard.py FOLDER``.  It waits until its standard input ends,
which the operating system sees to even when the owner is killed, then stops the server and removes FOLDER.
Only the standard library, so that it starts at once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path


def postmaster(folder: Path) -> int | None:
    """The server's process id from its pid file, if it is this folder's and still lives."""
    try:
        lines = (folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid = int(lines[0])
        if Path(lines[1]) != folder / "data":
            return None
    except (OSError, ValueError, IndexError):
        return None
    return pid if alive(pid) else None


def alive(pid: int) -> bool:
    """Whether a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop(folder: Path, patience: float = 10.0) -> None:
    """Stop the server of ``folder`` (fast, then at once) and remove the folder."""
    for how in (signal.SIGINT, signal.SIGQUIT):
        pid = postmaster(folder)
        if pid is None:
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        until = time.monotonic() + patience
        while alive(pid) and time.monotonic() < until:
            time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.stdin.buffer.read()
    stop(Path(sys.argv[1]))
