"""What the library weighs: peak memory while a stream is read, and the time that importing it takes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

PEAK = """
def peak():
    try:
        # Of this program alone: Linux hands the peak of whoever starts a process on to it in ru_maxrss.
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return found if sys.platform == "darwin" else found * 1024
"""
"""What a program of ours puts in front of its own to measure itself; it needs ``resource`` and ``sys``."""
_TOLD = 'print(json.dumps({"seen": seen, "peak": peak()}))\n'
_LISTING = """
import json, resource, sys
import erp_connect as ec
OPENING
with erp:
    seen = sum(1 for order in erp.orders.list(limit=int(sys.argv[2])))
"""
_REPORTING = """
import json, resource, sys
import erp_connect as ec
from datetime import UTC, datetime
from erp_connect.reports import counted
with ec.connect(sys.argv[1]) as erp:
    seen = counted(erp.orders.list(limit=int(sys.argv[2])), today=datetime.now(UTC).date()).orders
"""


def peak_of_listing(url: str, orders: int, opening: str = "erp = ec.connect(sys.argv[1])") -> int:
    """Peak memory (bytes) of a process of its own that reads so many orders one after the other.

    ``opening``: what its program does to connect.
    """
    return _peak(_LISTING.replace("OPENING", opening), url, orders)


def peak_of_reporting(url: str, orders: int) -> int:
    """Peak memory (bytes) of a process of its own that counts up so many orders."""
    return _peak(_REPORTING, url, orders)


def _peak(program: str, url: str, orders: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", program + PEAK + _TOLD, url, str(orders)],
        capture_output=True,
        check=True,
        text=True,
    )
    told = json.loads(done.stdout)
    assert told["seen"] == orders, told
    return int(told["peak"])


def importing(rounds: int) -> dict[str, float]:
    """Milliseconds that each import takes in a fresh interpreter, more than starting one takes."""
    statements = {"nothing": "pass", "pydantic": "import pydantic", "erp_connect": "import erp_connect"}
    # What the library cannot do without; ``import pydantic`` alone loads next to nothing of it.
    statements["pydantic, a model"] = "import pydantic; type('M', (pydantic.BaseModel,), {})"
    times: dict[str, list[float]] = {name: [] for name in statements}
    for _ in range(rounds):
        for name, statement in statements.items():
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True)
            times[name].append((time.perf_counter() - begun) * 1000)
    started = statistics.median(times.pop("nothing"))
    return {name: statistics.median(found) - started for name, found in times.items()}
