"""How far a sheet is filled, found without parsing it: a million formatted empty rows cost a look at their bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO, Final

__all__ = ["LAST_ROW", "Extent", "RowsOutOfOrder", "extent"]

LAST_ROW: Final = 1_048_576
"""The last row that a sheet can have."""
_CHUNK: Final = 1 << 20
_LONGEST_ROW: Final = 64 << 20
_OPENING: Final = re.compile(rb"<(\w+:)?sheetData[\s>/]")
_NUMBER: Final = re.compile(rb"""\sr\s*=\s*["'](\d{1,9})["']""")


class RowsOutOfOrder(ValueError):
    """The rows do not follow one another, or lie beyond the end of any sheet: a reader would lose some."""


@dataclass(frozen=True, slots=True)
class Extent:
    """The last row with content, whether any cell holds a formula, and whether one was never calculated."""

    last_row: int = LAST_ROW
    formulas: bool = True
    uncalculated: bool = True


def extent(stream: IO[bytes]) -> Extent:
    """Look through a sheet's bytes; raises ``RowsOutOfOrder``.

    Where the bytes are not what spreadsheet programs write (comments, another encoding), the answer is the widest one,
    and the reader simply reads everything.
    """
    head = stream.read(_CHUNK)
    opening = _OPENING.search(head)
    if opening is None or b"<!--" in head[: opening.start()]:
        return Extent()
    prefix = opening.group(1) or b""
    row = b"<" + prefix + b"row"
    marks = [b"<" + prefix + name + end for name in (b"v", b"is", b"f") for end in (b">", b" ", b"/")]
    formula = b"<" + prefix + b"f"
    uncalculated = re.compile(
        rb"(?:</P:?f>|<P:?f(?:\s[^<>]*)?/>)\s*(?:<P:?v\s*/>|<P:?v>\s*</P:?v>)?\s*</P:?c>".replace(
            b"P:?", prefix
        )
    )
    tag = re.compile(row + rb"[\s>/][^>]*")
    found = Extent(last_row=0, formulas=False, uncalculated=False)
    current = 0
    rest = head[opening.start() :]
    while True:
        more = stream.read(_CHUNK)
        # Up to the last row that begins here: a row is never cut in two.
        cut = rest.rfind(row) if more else len(rest)
        block, rest = (rest[:cut], rest[cut:]) if cut > 0 else (b"", rest)
        if b"<!" in block or len(rest) > _LONGEST_ROW:
            return Extent()  # a comment or CDATA, which bytes alone do not understand
        if block:
            rows = tag.findall(block)
            last, current = _numbers(rows, current, _before_last_mark(block, marks, tag))
            formulas = formula + b">" in block or formula + b" " in block or formula + b"/" in block
            found = Extent(
                last_row=last or found.last_row,
                formulas=found.formulas or formulas,
                uncalculated=found.uncalculated or (formulas and uncalculated.search(block) is not None),
            )
        if not more:
            return found
        rest += more


def _before_last_mark(block: bytes, marks: list[bytes], tag: re.Pattern[bytes]) -> int:
    """How many rows of the block begin before its last piece of content; zero when there is none."""
    end = max(block.rfind(mark) for mark in marks)
    if end < 0:
        return 0
    return sum(1 for _ in tag.finditer(block, 0, end))


def _numbers(rows: list[bytes], current: int, filled: int) -> tuple[int, int]:
    """The number of the last filled row of these (zero: none), and of the last one."""
    last = 0
    for index, tag in enumerate(rows, start=1):
        named = _NUMBER.search(tag)
        number = int(named.group(1)) if named else current + 1
        if number <= current or number > LAST_ROW:
            raise RowsOutOfOrder
        current = number
        if index == filled:
            last = number
    return last, current
