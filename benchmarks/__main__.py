"""``python -m benchmarks``: measure, print the table, keep the result as JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from . import footprint, journal_share, mapped, measuring, report, workbook
from .company import Size
from .measuring import BARE, HAND, LIBRARY, LISTED, Times

QUICK = Size(orders=1_000, listed=2_000, gets=200, customers=50, products=100)
PARTS = ("create", "read", "report", "memory", "mapped", "import", "journal", "workbook")
WITHOUT_DATABASE = {"import", "workbook"}
DATABASES = ("sqlite", "postgresql")
SINGLES, SINGLES_QUICK = 1_000, 200
"""Orders that are created one by one to find the journal's share."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for."""
    asked = _parser().parse_args(arguments)
    size = QUICK if asked.quick else Size()
    named = {
        name: value for name in ("orders", "listed", "gets") if (value := getattr(asked, name)) is not None
    }
    size = replace(size, **named)
    rounds = asked.rounds or (3 if asked.quick else 5)
    only = frozenset(asked.only or (*PARTS, *DATABASES))
    parts = only & set(PARTS) or set(PARTS)
    result: dict[str, Any] = {"size": asdict(size), "rounds": rounds, "block_size": measuring.block_size()}
    result |= {"jobs": [], "reports": [], "memory": [], "journal": []}
    servers = []
    databases = only & set(DATABASES) or frozenset(DATABASES if parts - WITHOUT_DATABASE else ())
    with measuring.databases(databases) as found:
        for database in found:
            servers.append(database.server)
            database.prepare(size)
            _measure(database, size, rounds, parts, result)
        if "journal" in parts:
            _say("the journal's share")
            singles = SINGLES_QUICK if asked.quick else SINGLES
            result["journal"] = list(journal_share.measured(found, size, singles, rounds))
    if "import" in parts:
        result["import"] = footprint.importing(max(rounds, 3))
    if "workbook" in parts:
        _say("import of a workbook")
        result["workbook"] = workbook.measure(2_000 if asked.quick else workbook.ROWS, min(rounds, 3))
    result["surroundings"] = report.surroundings(servers)
    for head, rows in report.tables(result):
        print(f"{report.table(head, rows)}\n")
    for line in report.dearest(result):
        print(line)
    print(f"kept in {report.write_json(result, asked.results)}")
    if asked.write_docs:
        report.write_page(result)
        print(f"written to {report.PAGE}")
    return 0


def _measure(
    database: measuring.Database,
    size: Size,
    rounds: int,
    parts: set[str] | frozenset[str],
    result: dict[str, Any],
) -> None:
    if "create" in parts:
        _say(f"{database.name}: create_many")
        times = measuring.creating(database, size, rounds)
        result["jobs"].append(_job(database.name, "create_many", times))
    if "mapped" in parts:
        _say(f"{database.name}: somebody else's tables")
        for name, times in mapped.measured(database, size, rounds):
            result["jobs"].append(_job(database.name, name, times))
        result["mapped_block_size"] = mapped.block_size()
        result["mapped_listed"] = min(size.listed, mapped.LISTED)
    if not parts & {"read", "report", "memory"}:
        return
    _say(f"{database.name}: filling {size.listed:,} orders")
    with measuring.filled(database, size, size.listed) as url:
        if "read" in parts:
            _say(f"{database.name}: get and list")
            for name, times in measuring.reading(url, size, rounds).items():
                result["jobs"].append(_job(database.name, name, times))
        if "report" in parts:
            _say(f"{database.name}: report")
            result["reports"].append(_report(database.name, url, size, rounds))
        if "memory" in parts:
            _say(f"{database.name}: memory")
            result["memory"].append(_memory(database.name, url, size))


def _job(database: str, job: str, times: Times) -> dict[str, Any]:
    return {
        "database": database,
        "job": job,
        "by_hand_us": times.micros(HAND),
        "erp_connect_us": times.micros(LIBRARY),
        "ratio": times.ratio(LIBRARY, HAND),
        "cpu_ratio": times.micros(LIBRARY, cpu=True) / times.micros(HAND, cpu=True),
        "bare_us": times.micros(BARE) if BARE in times.wall else None,
        "bare_ratio": times.ratio(LIBRARY, BARE) if BARE in times.wall else None,
        "wall_seconds": times.wall,
        "cpu_seconds": times.cpu,
    }


def _report(database: str, url: str, size: Size, rounds: int) -> dict[str, Any]:
    times = measuring.reporting(url, size, rounds)
    return {
        "orders": size.listed,
        "by_hand_us": times.micros(HAND),
        "list_us": times.micros(LISTED),
        "erp_connect_us": times.micros(LIBRARY),
        "ratio": times.ratio(LIBRARY, HAND),
        "list_ratio": times.ratio(LIBRARY, LISTED),
        "cpu_ratio": times.micros(LIBRARY, cpu=True) / times.micros(HAND, cpu=True),
        "list_cpu_ratio": times.micros(LIBRARY, cpu=True) / times.micros(LISTED, cpu=True),
        "wall_seconds": times.wall,
        "cpu_seconds": times.cpu,
        **_growth(database, url, size, footprint.peak_of_reporting),
    }


def _memory(database: str, url: str, size: Size) -> dict[str, Any]:
    return _growth(database, url, size, footprint.peak_of_listing)


def _growth(database: str, url: str, size: Size, peak_of: Callable[[str, int], int]) -> dict[str, Any]:
    few, many = size.listed // 10, size.listed
    peaks = [peak_of(url, count) / 2**20 for count in (few, many)]
    return {
        "database": database,
        "few": few,
        "many": many,
        "few_mb": peaks[0],
        "many_mb": peaks[1],
        "growth_mb": peaks[1] - peaks[0],
    }


def _say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers: a minute, and rougher figures")
    parser.add_argument(
        "--only", action="append", choices=(*PARTS, *DATABASES), help="may be given several times"
    )
    parser.add_argument("--rounds", type=int, help="rounds of each job (default 5, quick 3)")
    parser.add_argument("--write-docs", action="store_true", help="write docs/reference/benchmarks.md")
    parser.add_argument("--results", type=Path, default=report.RESULTS, help="the folder for the JSON")
    for name, what in (("orders", "created"), ("listed", "listed"), ("gets", "read one by one")):
        parser.add_argument(f"--{name}", type=int, help=f"how many orders are {what}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
