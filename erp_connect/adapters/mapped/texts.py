"""Cells as text, and the codes that a mapping has no word for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ...wire.sql.types import plain

__all__ = ["Unmapped", "text_of"]


class Unmapped(str):
    """A native code that the mapping has no word for: kept as it is, with a warning."""

    __slots__ = ()


def text_of(cell: Any) -> str:
    """A cell of any type as the text that people would write."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, Decimal):
        return format(plain(cell), "f")
    if isinstance(cell, bytes | bytearray | memoryview):
        return bytes(cell).decode("utf-8", "replace")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
