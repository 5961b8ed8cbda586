"""Importing a workbook of 50,000 rows, against reading its cells with the library underneath and nothing else."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .footprint import PEAK

ROWS, LINES = 50_000, 5
_HEADINGS = (
    *("Customer", "PO number", "Product", "Quantity", "Unit", "Currency", "Price", "Requested date"),
    *("Description", "Line"),
)

# Each side in a process of its own: what one has left behind is not counted as the other's.
_MEASURED = """
import json, resource, sys, time
{imports}
began = time.perf_counter()
rows = {job}
took = time.perf_counter() - began
{peak}
print(json.dumps({{"rows": rows, "seconds": took, "peak": peak()}}))
"""
SIDES = {
    "bare": _MEASURED.format(
        peak=PEAK,
        imports="from openpyxl import load_workbook",
        job="sum(1 for row in load_workbook(sys.argv[1], read_only=True, data_only=True).active.iter_rows()"
        " if [cell.value for cell in row]) - 1",
    ),
    "erp_connect": _MEASURED.format(
        peak=PEAK,
        imports="from erp_connect.documents import read_orders\nimport openpyxl, lxml.etree",
        job="(lambda sheet: sum(len(order.draft.lines) for order in sheet.orders) - len(sheet.issues))"
        "(read_orders(sys.argv[1]))",
    ),
}


def write_orders(path: Path, rows: int) -> None:
    """A workbook of orders of five lines each; numbers, texts and dates as people type them."""
    from datetime import date

    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, _HEADINGS)
    for number in range(rows):
        order, line = divmod(number, LINES)
        sheet.write_row(
            number + 1,
            0,
            [
                *(
                    str(10_000 + order % 500),
                    f"PO-{order}",
                    f"VALVE-{number % 900}",
                    1 + number % 40,
                    "PCE",
                    "EUR",
                ),
                *(
                    (number % 7_000) / 100,
                    date(2030, 1 + order % 12, 1 + order % 28),
                    f"Ball valve {number % 900}",
                    line + 1,
                ),
            ],
        )
    book.close()


def measure(rows: int, rounds: int) -> dict[str, Any]:
    """Seconds and peak memory of both sides, the medians of the rounds, which take turns."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in SIDES}
    with tempfile.TemporaryDirectory(prefix="erp-connect-bench-") as folder:
        path = Path(folder) / "orders.xlsx"
        write_orders(path, rows)
        for number in range(rounds):
            for name in list(SIDES) if number % 2 == 0 else list(SIDES)[::-1]:
                done = subprocess.run(
                    [sys.executable, "-c", SIDES[name], str(path)], capture_output=True, check=True, text=True
                )
                told = json.loads(done.stdout)
                assert told["rows"] == rows, told
                found[name].append(told)
    pairs = zip(found["erp_connect"], found["bare"], strict=True)
    return {
        "rows": rows,
        "seconds": {name: statistics.median(each["seconds"] for each in all) for name, all in found.items()},
        "peak_mb": {
            name: statistics.median(each["peak"] for each in all) / 2**20 for name, all in found.items()
        },
        "ratio": statistics.median(mine["seconds"] / theirs["seconds"] for mine, theirs in pairs),
    }
