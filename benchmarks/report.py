"""The result as a table for people, as JSON for programs, and as a page of the documentation."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "benchmarks.md"
PACKAGES = ("erp-connect", "SQLAlchemy", "pydantic", "psycopg")
TARGET = 1.5
MEMORY_TARGET = 50

Row = Sequence[str]


def surroundings(servers: Sequence[str]) -> dict[str, Any]:
    """Machine, versions and day: a number without them says nothing."""
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "servers": list(servers),
        "packages": {name: version(name) for name in PACKAGES},
    }


def write_json(result: dict[str, Any], folder: Path = RESULTS) -> Path:
    """Keep the result beside earlier ones."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return path


def speed_rows(result: dict[str, Any]) -> list[Row]:
    """A row for each job on each database."""
    return [
        (
            job["database"],
            job["job"],
            f"{job['by_hand_us']:.0f}",
            f"{job['erp_connect_us']:.0f}",
            f"{job['ratio']:.2f}",
            "-" if job.get("bare_ratio") is None else f"{job['bare_ratio']:.1f}",
            f"{job['cpu_ratio']:.2f}",
        )
        for job in result["jobs"]
    ]


SPEED = (
    "database",
    "job",
    "by hand us/order",
    "erp_connect us/order",
    "ratio",
    "to bare driver",
    "CPU ratio",
)


def other_rows(result: dict[str, Any]) -> list[Row]:
    """Reports, memory and import."""
    rows: list[Row] = []
    for each in result.get("reports", ()):
        took = {
            "SQL by hand": each["by_hand_us"],
            "list": each["list_us"],
            "order_report": each["erp_connect_us"],
        }
        to_list = f"{each['list_ratio']:.2f} times list (CPU {each['list_cpu_ratio']:.2f})"
        to_sql = f"{each['ratio']:.1f} times SQL (CPU {each['cpu_ratio']:.1f})"
        rows += [
            (
                f"report on {each['orders']:,} orders, {each['database']}",
                "; ".join(f"{name} {micros * each['orders'] / 1e6:.1f} s" for name, micros in took.items()),
                f"{to_list}, {to_sql}",
            ),
            _memory_row(f"peak memory of report, {each['database']}", each),
        ]
    rows += [
        _memory_row(f"peak memory of list, {each['database']}", each) for each in result.get("memory", ())
    ]
    if "workbook" in result:
        found = result["workbook"]
        seconds, peak = found["seconds"], found["peak_mb"]
        told = (
            f"reading the cells with openpyxl {seconds['bare']:.1f} s, {peak['bare']:.0f} MB; "
            f"checked drafts {seconds['erp_connect']:.1f} s, {peak['erp_connect']:.0f} MB"
        )
        times = f"{found['ratio']:.2f} times the bare reader"
        rows.append((f"import of a workbook, {found['rows']:,} rows", told, times))
    if "import" in result:
        found = result["import"]
        told = "; ".join(f"{name} {took:.0f} ms" for name, took in found.items())
        times = found["erp_connect"] / found["pydantic"]
        rows.append(("import, fresh interpreter", told, f"{times:.1f} times pydantic"))
    return rows


def _memory_row(what: str, measured: dict[str, Any]) -> Row:
    told = "; ".join(
        f"{measured[size]:,} orders: {measured[f'{size}_mb']:.0f} MB" for size in ("few", "many")
    )
    return (what, told, f"grows by {measured['growth_mb']:.1f} MB (at most {MEMORY_TARGET})")


OTHER = ("what", "measured", "result")
JOURNAL = ("where the journal is", "job", "us/order", "the journal's share", "goal")


def journal_rows(result: dict[str, Any]) -> list[Row]:
    """A row for each place and job."""
    return [
        (
            each["place"],
            each["job"],
            f"{each['us']:.0f}",
            f"{each['share']:.1%}",
            "-" if each["goal"] is None else f"{each['goal']:.0%}: {'met' if each['met'] else 'missed'}",
        )
        for each in result.get("journal", ())
    ]


def dearest(result: dict[str, Any]) -> list[str]:
    """What costs most where the journal's goal was missed."""
    return [
        f"{each['place']}, {each['job']}: {cost}"
        for each in result.get("journal", ())
        for cost in each["costs"]
    ]


def tables(result: dict[str, Any]) -> list[tuple[Row, list[Row]]]:
    """The tables that something was measured for."""
    found = [(SPEED, speed_rows(result)), (OTHER, other_rows(result)), (JOURNAL, journal_rows(result))]
    return [(head, rows) for head, rows in found if rows]


def table(head: Row, rows: Sequence[Row]) -> str:
    """A Markdown table whose columns stand in line in a terminal too."""
    lines = [tuple(head), *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]

    def told(cells: Row) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return "\n".join(
        [told(head), "| " + " | ".join("-" * width for width in widths) + " |", *map(told, rows)]
    )


def write_page(result: dict[str, Any]) -> None:
    """The page of the documentation."""
    where, size = result["surroundings"], result["size"]
    packages = ", ".join(f"{name} {number}" for name, number in where["packages"].items())
    PAGE.write_text(
        f"""# Benchmarks

Generated by `python -m benchmarks --write-docs`; do not edit by hand.

How fast the library is, against a careful hand-written script with SQLAlchemy Core that does the same work on
the same tables: checks, prices, totals, stock, credit, one intent for each order, the driver's fast path, reading
back into typed rows, comparing. What each side does, step by step, stands in `benchmarks/hand_create.py`. Both run
in one process, in turns, on fresh copies of one database; each figure is the median of {result["rounds"]} rounds,
and the ratio is the median of the rounds' own ratios, so that a busy machine slows both.

The aim is a ratio of at most {TARGET}. "To bare driver" compares with executemany of rows that are ready, in one
transaction, and with a select of all columns that nobody looks at.

{table(SPEED, speed_rows(result))}

`create_many`: {size["orders"]:,} orders of {size["lines"]} lines, {size["customers"]} customers, {size["products"]}
products, in blocks of {result["block_size"]}. `get`: {size["gets"]:,} orders one by one, out of {size["listed"]:,}.
`list`: {size["listed"]:,} orders to the end of the stream. `report`: the figures of `order_report`, against the same by
GROUP BY on the tables (`benchmarks/hand_report.py`), and against `list` with nothing done to the orders.

{_about_mapped(result)}{table(OTHER, other_rows(result))}
{_about_the_journal(result)}
Measured on {where["day"]}: {where["machine"]}, Python {where["python"]}, {", ".join(where["servers"])}; {packages}.
Times depend on the machine; ratios are what counts, and no test asserts either.
""",
        encoding="utf-8",
    )


def _about_mapped(result: dict[str, Any]) -> str:
    if "mapped_listed" not in result:
        return ""
    block, listed = result["mapped_block_size"], result["mapped_listed"]
    return f"""`mapped`: the same orders in somebody else's tables (`benchmarks/foreign.py`), by a mapping file and by a
script written for these tables alone (`benchmarks/hand_mapped.py`): in blocks of {block}, the intents in a file of
their own, as no table can be made there; {listed:,} orders are listed, with the sums of their lines' deliveries and
invoices.

"""


def _about_the_journal(result: dict[str, Any]) -> str:
    if not result.get("journal"):
        return ""
    return f"""
## The journal's share

What of the time of a create is spent on making it exactly once. In the orders' own database the same orders are written
with the key's row in their transaction and without it; `benchmarks/journal_share.py` says how, and the library has no
such switch. For a journal in a file the watch runs around every call of its store, while the orders go to a server on
the same machine: with a real back-end, which takes longer for an order, the share is smaller. The aim is at most 15 %
of create_many's time.

{table(JOURNAL, journal_rows(result))}
"""
