"""The fast reader in a process of its own: a sheet's cells as lines of JSON on stdout.

Run by ``fast_reader`` and never imported: a hostile file can make the foreign reader take all memory or abort, and then
takes this process with it and not the user's.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from typing import Any


def main(path: str, sheet: str, most_memory: int) -> None:
    """Write the sheets, the chosen one's place and merged ranges, then its rows; ``sheet`` "" is the first visible."""
    _limit(most_memory)
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_path(path)
    sheets = [(each.name, each.visible == SheetVisibleEnum.Visible) for each in book.sheets_metadata]
    names = [name for name, _ in sheets]
    chosen = sheet or next((name for name, visible in sheets if visible), names[0] if names else "")
    head: dict[str, Any] = {"sheets": sheets, "sheet": chosen}
    if chosen not in names:
        _say(head)
        return
    found = book.get_sheet_by_name(chosen)
    start = found.start or (0, 0)
    head |= {"column": start[1], "merged": found.merged_cell_ranges or []}
    _say(head)
    if found.start is not None:
        for row in found.iter_rows():
            _say([_plain(value) for value in row])


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


def _limit(most_memory: int) -> None:
    try:
        import resource
    except ImportError:
        return  # no such limits on this system
    allowed = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = most_memory if allowed == resource.RLIM_INFINITY else min(most_memory, allowed)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _plain(value: object) -> object:
    if value == "":
        return None
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return {"date": value.isoformat()}
    return {"other": str(value)}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
