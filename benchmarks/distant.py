"""Back-ends that are far away: many orders created and read, against a loop on the raw client and against the bound.

``sap``: function modules and OData services; ``dynamics`` and ``sage``: their products, each under its
own limits.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import erp_connect as ec

from . import cpu, far_dynamics, far_sage, far_sap, report, x3_parsing
from .far import LATENCY, LINES, Site, Took, opened

ORDERS, LISTED, PROFILED = 500, 20_000, 200
GOALS = {"create": 300, "read": 100}
"""Microseconds of CPU that the library may add to an order."""


@dataclass(frozen=True)
class Family:
    """Back-ends that are measured together, and told of on one page."""

    title: str
    page: str
    kinds: tuple[type[Site], ...]
    parsing: bool = False
    """Whether understanding one answer is measured too."""


FAMILIES: Final = {
    "sap": Family("SAP", "benchmarks-sap.md", (far_sap.Functions, far_sap.Services)),
    "dynamics": Family(
        "Dynamics",
        "benchmarks-dynamics.md",
        (
            far_dynamics.BusinessCentral,
            far_dynamics.FinanceOperations,
            far_dynamics.Sales,
            far_dynamics.Nav,
        ),
    ),
    "sage": Family(
        "Sage", "benchmarks-sage.md", (far_sage.X3, far_sage.Sage200, far_sage.Sage300), parsing=True
    ),
}


def measured(kind: type[Site], count: int, rounds: int) -> dict[str, Any]:
    """One transport: the loops once, the library so many times, each on a system of its own."""
    count = min(count, kind.most or count)
    runs: dict[str, list[Took]] = {"create": [], "read": []}
    with opened(kind) as site:
        site.get_ready()
        by_hand = {
            "create": site.timed(lambda: site.create_by_hand(count)),
            "read": site.timed(lambda: site.read_by_hand(count)),
        }
    for _ in range(rounds):
        with opened(kind) as site, tempfile.TemporaryDirectory() as folder, site.client(folder) as erp:
            erp.orders.find(number="1")  # what is found out once for a system is no order's time
            runs["create"].append(site.timed(lambda: _create(site, erp, count)))
            runs["read"].append(site.timed(lambda: _read(erp, count)))
    rooms = _rooms(kind)
    return {
        "site": kind.name,
        "connections": kind.concurrency,
        "orders": count,
        "jobs": {job: _said(by_hand[job], each, count) | {"rooms": rooms[job]} for job, each in runs.items()},
    }


def _said(by_hand: Took, runs: list[Took], count: int) -> dict[str, Any]:
    return {
        "hand": asdict(by_hand),
        "hand_cpu_us": by_hand.cpu / count * 1e6,
        "seconds": [each.wall for each in runs],
        "trips": runs[0].trips,
        "bound": statistics.median(each.bound for each in runs),
        "ratio": statistics.median(each.wall / each.bound for each in runs),
        "cpu_us": statistics.median(each.cpu for each in runs) / count * 1e6,
    }


def _rooms(kind: type[Site]) -> dict[str, dict[str, float]]:
    """Where the CPU goes, without the waiting."""
    with opened(kind) as site, tempfile.TemporaryDirectory() as folder, site.client(folder) as erp:
        site.say("latency 0")
        erp.orders.find(number="1")
        return {
            "create": cpu.shares(lambda: _create(site, erp, PROFILED)),
            "read": cpu.shares(lambda: _read(erp, PROFILED)),
        }


def _create(site: Site, erp: ec.Client, count: int) -> None:
    made = erp.orders.create_many(site.drafts(count), ec.keys.by_customer_po)
    made.raise_for_failures()
    assert not any(receipt.differences for receipt in made.succeeded)


def _read(erp: ec.Client, count: int) -> None:
    assert sum(len(order.lines) for order in erp.orders.list()) == count * LINES


def listing(kind: type[Site], listed: int) -> list[dict[str, Any]]:
    """Lists of a tenth as many orders and of so many, near and far: peak memory, and time against the bound."""
    found: dict[float, list[tuple[float, Took]]] = {0.0: [], LATENCY: []}
    for size in (listed // 10, listed):
        with opened(kind) as site:
            site.get_ready()
            site.create_by_hand(1)
            site.say(f"orders {size}")
            for latency, runs in found.items():
                runs.append(_listed(site, size, latency))
    return [
        {
            "site": kind.name,
            "latency": latency,
            "few": listed // 10,
            "many": listed,
            "mb": [peak for peak, _ in runs],
            "seconds": runs[-1][1].wall,
            "ratio": runs[-1][1].wall / runs[-1][1].bound,
        }
        for latency, runs in found.items()
    ]


def _listed(site: Site, size: int, latency: float) -> tuple[float, Took]:
    peaks: list[float] = []
    site.say(f"latency {latency}")
    took = site.timed(lambda: peaks.append(site.peak_of_listing(size)), latency)
    return peaks[0], took


# -- telling -----------------------------------------------------------------------------------------------------


PAGES = Path(__file__).parents[1] / "docs" / "reference"
HEAD = (
    *("back-end", "job", "by hand s", "erp_connect s", "round trips", "bound s", "times the bound"),
    f"goal {report.TARGET}",
)
CPU = ("back-end", "job", "bare us/order", "erp_connect us/order", "added", "goal")
MEMORY = (
    *("back-end", "line", "orders", "peak MB", "orders ", "peak MB ", "grows by MB"),
    *("seconds", "times the bound"),
)


def _jobs(found: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    return ((each, job, told) for each in found for job, told in each["jobs"].items())


def rows(found: Sequence[dict[str, Any]]) -> list[report.Row]:
    """The time of each job on each transport."""
    return [
        (
            each["site"],
            f"{job} {each['orders']} orders of {LINES} lines",
            f"{told['hand']['wall']:.1f}",
            f"{statistics.median(told['seconds']):.1f}",
            str(told["trips"]),
            f"{told['bound']:.1f}",
            f"{told['ratio']:.2f}",
            "met" if told["ratio"] <= report.TARGET else "missed",
        )
        for each, job, told in _jobs(found)
    ]


def cpu_rows(found: Sequence[dict[str, Any]]) -> list[report.Row]:
    """The CPU of each job on each transport, against the bare client's."""
    return [
        (
            each["site"],
            job,
            f"{told['hand_cpu_us']:.0f}",
            f"{told['cpu_us']:.0f}",
            f"{added:.0f}",
            _judged(added, GOALS[job]),
        )
        for each, job, told in _jobs(found)
        for added in (told["cpu_us"] - told["hand_cpu_us"],)
    ]


def _judged(added: float, goal: int) -> str:
    """Whether a goal is met; less than nothing is added only where by hand is done otherwise, which proves nothing."""
    return f"{goal}: not to be compared" if added < 0 else f"{goal}: {'met' if added <= goal else 'missed'}"


def room_rows(found: Sequence[dict[str, Any]]) -> list[report.Row]:
    """What part of it is whose."""
    return [
        (each["site"], job, *(f"{share:.0%}" for share in told["rooms"].values()))
        for each, job, told in _jobs(found)
    ]


def listing_rows(found: Sequence[dict[str, Any]]) -> list[report.Row]:
    """Peaks of a short and of a long list, and the time of the long one."""
    return [
        (
            each["site"],
            f"{each['latency'] * 1000:.0f} ms",
            f"{each['few']:,}",
            f"{few:.0f}",
            f"{each['many']:,}",
            f"{many:.0f}",
            f"{many - few:.1f}",
            f"{each['seconds']:.0f}",
            f"{each['ratio']:.2f}",
        )
        for each in found
        for few, many in (each["mb"],)
    ]


def page(result: dict[str, Any]) -> str:
    """The page of the documentation."""
    family, where, sites = FAMILIES[result["family"]], result["surroundings"], result["sites"]
    connections = ", ".join(f"{each['site']} {each['connections']}" for each in sites)
    room_head = ("back-end", "job", *next(iter(sites[0]["jobs"].values()))["rooms"])
    listing = (
        f"""## Long lists

Listing orders with their items, in a process of its own, whose start is counted; the mock is in another one. Flat means
that the long list takes no more memory than the short one.

{report.table(MEMORY, listing_rows(result["listing"]))}

"""
        if result.get("listing")
        else ""
    )
    parsing = x3_parsing.section(result["parsing"]) if "parsing" in result else ""
    return f"""# Benchmarks: {family.title}, far away

Generated by `python -m benchmarks.distant {result["family"]} --write-docs`; do not edit by hand.

A mock system in a process of its own, to which every round trip takes {LATENCY * 1000:.0f} ms longer. Connections at
once: {connections}. By hand is a loop on the raw client (requests; for RFC pyrfc's interface with a line between the
processes): create, read back, next; and for reading requests like the library's, one after the other, with nothing made
of their answers. The bound is the system's own time, and beside it the latency of the round trips that
were made (reading back and resetting sessions counted) and the time for which the system makes its callers wait, shared
by the connections; where the one passes during the other, it can be less. The aim is at most {report.TARGET} times the
bound.

{report.table(HEAD, rows(sites))}

## CPU

What the library spends on an order in its own process: mapping, checks, receipt, the journal in a file that is synced
to the disk. "Bare" is what the same client spends by hand: sending, and parsing the answers. The aim is that the
library adds at most {GOALS["create"]} us to a create and {GOALS["read"]} us to a read. By hand each order of OData is
a request of its own, where the library sends blocks of them: less than nothing added says nothing about the goal.

{report.table(CPU, cpu_rows(sites))}

Where it goes, by the room of the house that spends it (a profiler's shares; what the line and pydantic's C code take
counts to whoever called them):

{report.table(room_head, room_rows(sites))}

{parsing}{listing}Median of {result["rounds"]} rounds, the loops once. Measured on {where["day"]}: {where["machine"]},
Python {where["python"]}, load {where["load"]} at the end: other work may have run beside it. Times depend on the
machine.
{f"{chr(10)}{result['remark']}{chr(10)}" if result.get("remark") else ""}"""


def main() -> int:
    """Measure, print, keep, and write the page if it is wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.distant", description=__doc__)
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--only", help="one back-end: sap+rfc, dynamics+bc, ...")
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--listed", type=int, default=LISTED, help="orders of the long list; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write-docs", action="store_true", help="write the page of the documentation")
    parser.add_argument(
        "--remark", help="what else has to be known of this run; stands at the end of the page"
    )
    asked = parser.parse_args()
    family = FAMILIES[asked.family]
    kinds = [kind for kind in family.kinds if asked.only in {None, kind.name}]
    if not kinds:
        parser.error(f"{asked.family} has no back-end {asked.only}")
    result: dict[str, Any] = {"family": asked.family, "rounds": asked.rounds, "remark": asked.remark}
    result["sites"] = [measured(kind, asked.orders, asked.rounds) for kind in kinds]
    result["listing"] = [
        each for kind in kinds if asked.listed and kind.lists for each in listing(kind, asked.listed)
    ]
    if family.parsing and asked.only in {None, far_sage.X3.name}:
        result["parsing"] = x3_parsing.measured()
    result["surroundings"] = report.surroundings([])
    told = page(result)
    print(told)
    print(f"kept in {report.write_json(result)}")
    if asked.write_docs:
        (PAGES / family.page).write_text(told, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
