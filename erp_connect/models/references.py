"""How things are pointed at: native ids, references of others, holds, and the place a value came from."""

from __future__ import annotations

from .base import Code, Instant, Text, Value


class Ref(Value):
    """A back-end's own id, where drafts otherwise take the number or code that people say."""

    id: Code


class Reference(Value):
    """A number by which somebody else knows the order or line (contract, project, web shop, EDI)."""

    kind: Code
    value: Code


class Hold(Value):
    """A block that keeps the order or one line from going on."""

    kind: Code
    reason: Text | None = None
    line_id: str | None = None
    id: str | None = None
    native: str | None = None
    since: Instant | None = None


class Place(Value):
    """Where a value was read: file, sheet and cell, or file, line and column."""

    file: str | None = None
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        if self.cell is not None:
            return f"{self.sheet}!{self.cell}" if self.sheet else self.cell
        if self.line is not None:
            column = f", column {self.column}" if self.column is not None else ""
            return f"{self.file or 'file'}, line {self.line}{column}"
        return self.sheet or self.file or "unknown place"
