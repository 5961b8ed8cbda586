"""Inputs examined within bounds of processor time and memory: for programs that fuzz a reader, and their tests."""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

LONGEST_WAIT = 60
"""Seconds on the wall, for what hangs without computing or outside Python; a busy machine must not look like that."""
MEMORY = 700 << 20
"""Bytes of address space that a reader may take more than the interpreter with its libraries has."""


class Hang(BaseException):
    """The input took too long; no handler of ordinary errors may take it for one."""


def examined(
    numbers: Iterable[int], make: Callable[[int], Path], outcome: Callable[[Path], str], *, seconds: float
) -> dict[str, Any]:
    """What became of each input; what went wrong stands in ``failures`` with its number and traceback.

    ``make`` writes an input into a file, which is gone afterwards; ``outcome`` reads it and may take ``seconds`` of
    the processor.  Read something sound before, and call :func:`bound_memory`.
    """
    outcomes: Counter[str] = Counter()
    failures = []
    slowest = (0.0, -1)
    signal.signal(signal.SIGPROF, _alarm)
    for number in numbers:
        path = make(number)
        faulthandler.dump_traceback_later(LONGEST_WAIT, exit=True)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        began = time.perf_counter()
        try:
            outcomes[outcome(path)] += 1
        except (Exception, Hang):  # noqa: BLE001 (whatever it is, it is what is looked for)
            failures.append({"number": number, "why": traceback.format_exc()[-3000:]})
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            faulthandler.cancel_dump_traceback_later()
        slowest = max(slowest, (time.perf_counter() - began, number))
        path.unlink()
    return {"outcomes": outcomes, "failures": failures, "slowest": slowest, "peak": peak()}


def told_by(program: Path, *inputs: object, folder: Path) -> Any:
    """What a program that fuzzes a reader tells of these inputs, run in a folder that it may write into."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(program), *map(str, inputs), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def _alarm(*_: object) -> None:
    raise Hang


def bound_memory() -> None:
    """From now on this process gets :data:`MEMORY` more and no further, where the system can tell what it has."""
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def peak() -> int:
    """The most memory that this process has had; of this process alone, where the system can tell."""
    import resource

    status = Path("/proc/self/status")
    if status.exists():
        told = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(told.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
