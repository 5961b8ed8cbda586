"""A nightly import: every workbook of a folder goes into a system, and comes back with a result in each row.

    python nightly_import.py TARGET FOLDER

Any order may fail and any night may be cut short: keys made of customer and PO number make every repeat harmless.
Ends with 1 when a person has to correct rows, with 5 when the next run should go on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import erp_connect as ec
from erp_connect.documents import read_orders, row_results, write_checked_copy

TRIES = 3


def import_file(
    erp: ec.Client, file: Path, answer: Path, *, wait: Callable[[float], None] = time.sleep
) -> tuple[int, int, int]:
    """How many orders of a file stand, how many were refused, and how many wait for the next run."""
    sheet = read_orders(file)
    waiting = {order.key: order.draft for order in sheet.orders}
    stands: dict[str, str] = {}
    refused: dict[str, ec.errors.ErpConnectError] = {}
    unsettled: dict[str, ec.errors.ErpConnectError] = {}
    for attempt in range(1, TRIES + 1):
        result = erp.orders.create_many(list(waiting.values()), list(waiting))
        for receipt in result.succeeded:
            stands[receipt.key] = f"order {receipt.order.number}"
        unsettled = {}
        for failure in result.failed:
            later = failure.error.retryable or failure.error.outcome == "unknown"
            (unsettled if later else refused)[failure.key] = failure.error
        waiting = {key: draft for key, draft in waiting.items() if key in unsettled}
        if not waiting or attempt == TRIES:
            break
        # The same keys once more: the library looks before it sends.
        wait(max((error.retry_after or 1.0) for error in unsettled.values()))
    write_checked_copy(sheet, answer, row_results(sheet, written=stands, failed={**refused, **unsettled}))
    return len(stands), len(refused) + len(sheet.refused), len(unsettled)


def main() -> None:
    """Import every workbook of the folder."""
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    target, folder = sys.argv[1], Path(sys.argv[2])
    files = [file for file in sorted(folder.glob("*.xlsx")) if ".answer" not in file.suffixes]
    to_correct = to_repeat = 0
    with ec.connect(target, actor="nightly_import") as erp:
        for file in files:
            stand, refused, unsettled = import_file(erp, file, file.with_suffix(".answer.xlsx"))
            print(f"{file.name}: {stand} stand, {refused} to correct, {unsettled} for the next run")
            to_correct += refused
            to_repeat += unsettled
        still_open = erp.recover().unknown
    if still_open:
        print(f"open writes: {', '.join(still_open)}")
    raise SystemExit(5 if to_repeat else 1 if to_correct else 0)


if __name__ == "__main__":
    main()
