"""What the library weighs: peak memory while a stream is read, and the time that importing it takes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

_LISTING = """
import json, resource, sys
import erp_connect as ec
with ec.connect(sys.argv[1]) as erp:
    seen = sum(1 for order in erp.orders.list(limit=int(sys.argv[2])))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seen": seen, "peak": peak if sys.platform == "darwin" else peak * 1024}))
"""


def peak_of_listing(url: str, orders: int) -> int:
    """Peak memory (bytes) of a process of its own that reads so many orders one after the other."""
    done = subprocess.run(
        [sys.executable, "-c", _LISTING, url, str(orders)], capture_output=True, check=True, text=True
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
