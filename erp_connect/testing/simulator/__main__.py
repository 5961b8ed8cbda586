"""``python -m erp_connect.testing.simulator``: explore every class, print what was counted and what is assumed."""

from __future__ import annotations

import argparse
import sys

from .bugs import BUGS
from .classes import CLASSES
from .report import assumptions, schedule, table
from .running import all_explored, found


def main() -> int:
    """Explore; 1 when an invariant is broken."""
    parser = argparse.ArgumentParser(prog="python -m erp_connect.testing.simulator", description=__doc__)
    parser.add_argument(
        "--deep", action="store_true", help="more faults and crashes at once; takes many minutes"
    )
    parser.add_argument(
        "--class", dest="name", choices=[each.name for each in CLASSES], help="one class only"
    )
    parser.add_argument(
        "--bug", choices=[bug.name for bug in BUGS], help="plant a bug and print how it shows"
    )
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    say = sys.stdout.write
    if asked.bug:
        (bug,) = [each for each in BUGS if each.name == asked.bug]
        violation = found(bug)
        say(f"{bug.said}\n")
        say("not found\n" if violation is None else "\n".join(schedule(violation)) + "\n")
        return int(violation is None)
    names = [asked.name] if asked.name else [each.name for each in CLASSES]
    results = all_explored(names, deep=asked.deep, processes=asked.processes)
    broken = [told for _, told in results if isinstance(told, str)]
    say("\n".join(table([(habits, told) for habits, told in results if not isinstance(told, str)])) + "\n\n")
    say("\n".join(assumptions()) + "\n")
    for told in broken:
        say(f"\nBROKEN\n{told}\n")
    return int(bool(broken))


if __name__ == "__main__":
    raise SystemExit(main())
