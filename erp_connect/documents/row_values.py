"""One row of a sheet: the values of its known columns, what is wrong with them, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .evidence import Evidence
from .fields import Field, Holds
from .headers import Layout
from .numbers import WrongValue
from .order_sheet import Locates
from .shape import Merged
from .values import BLANK, Cell, Reading, read

__all__ = ["MergedDown", "Row", "RowReader", "Unread"]


class Unread(NamedTuple):
    """A cell without a value that counts: its field, its column, what is wrong, and what stands there."""

    known: Field
    column: int
    wrong: WrongValue
    cell: Cell


@dataclass(slots=True)
class Row:
    """A row as read: values by field name; ``open`` cells wait for what their column says."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    wrong: list[Unread] = field(default_factory=list)
    open: list[Unread] = field(default_factory=list)

    @property
    def unread(self) -> set[str]:
        """The fields whose cells hold something that is no value yet."""
        return {each.known.name for each in (*self.wrong, *self.open)}


class RowReader:
    """Reads one row after the other, and collects what the columns prove."""

    def __init__(
        self, layout: Layout, how: Reading, fill_down: Iterable[str] = (), *, tells_errors: bool = True
    ) -> None:
        self._columns = [(column.field, column.heading.index - 1) for column in layout.columns]
        self._how = how
        self._above: dict[str, Any] = {}
        self._fill_down = tuple(fill_down)
        self._hidden = {column.field.name for column in layout.columns if column.heading.hidden}
        self._every = () if tells_errors else layout.columns
        self.empty: dict[str, list[int]] = {}
        """Where the file does not tell errors: the rows with an empty cell, by field."""
        self.numbers: dict[str, list[int]] = {}
        """Where the file does not tell number formats: the rows with a number for a code, by field."""
        self.read_hidden: set[str] = set()
        """The fields that got values from columns that nobody sees."""
        self.evidence: Mapping[str, Evidence] = {
            column.field.name: Evidence(column.field.holds)
            for column in layout.columns
            if Evidence.wanted(column.field.holds)
        }

    def read(self, number: int, cells: Sequence[Cell]) -> Row | None:
        """The row's values, or ``None`` for a row without content in the known columns."""
        row = Row(number)
        width = len(cells)
        how = self._how
        for known, index in self._columns:
            if index >= width:
                continue
            cell = cells[index]
            if cell.value is None and not cell.trouble:
                continue
            evidence = self.evidence.get(known.name)
            if evidence is not None:
                evidence.note(cell, number)
            try:
                value = read(cell, known.holds, how)
            except WrongValue as wrong:
                (row.wrong if wrong.open is None else row.open).append(Unread(known, index + 1, wrong, cell))
            else:
                if value is not None:
                    row.values[known.name] = value
        if not (row.values or row.wrong or row.open):
            return None
        for column in self._every:
            self._note_unsaid(column.field, number, cells, column.heading.index - 1)
        if self._hidden:
            self.read_hidden |= self._hidden & (row.values.keys() | row.unread)
        if self._fill_down:
            self._fill(row)
        return row

    def _note_unsaid(self, known: Field, number: int, cells: Sequence[Cell], index: int) -> None:
        value = cells[index].value if index < len(cells) else None
        if value is None:
            self.empty.setdefault(known.name, []).append(number)
        elif known.holds is Holds.CODE and isinstance(value, int | float):
            self.numbers.setdefault(known.name, []).append(number)

    def _fill(self, row: Row) -> None:
        unread = row.unread
        for name in self._fill_down:
            if name in row.values:
                self._above[name] = row.values[name]
            elif name in unread:
                self._above.pop(name, None)
            elif name in self._above:
                row.values[name] = self._above[name]

    def settle(self, unread: Unread, locate: Locates) -> object:
        """The value of an open cell, now that the whole column was seen.

        Raises ``WrongValue``, which names two other cells where the column says both.
        """
        known, column, wrong, cell = unread
        evidence = self.evidence[known.name]
        how = evidence.settle(wrong, cell, self._how)
        if how is not None:
            return read(cell, known.holds, how)
        proofs = evidence.contradiction(wrong, cell)
        if proofs is None:
            raise wrong
        one, other = (locate(proof.row, column) for proof in proofs)
        said = f"; the column says both, at {one.cell or one} and at {other.cell or other}"
        raise WrongValue(wrong.code, wrong.message + said, wrong.fix, expected=wrong.expected)


class MergedDown:
    """Gives each cell of a range that is merged over several rows the value that a person sees there."""

    def __init__(self, merged: Iterable[Merged], columns: Iterable[int]) -> None:
        wanted = frozenset(columns)
        self._waiting = sorted(
            (each for each in merged if each.bottom > each.top and each.left in wanted),
            key=lambda each: each.top,
            reverse=True,
        )
        self._running: dict[int, tuple[int, Cell]] = {}

    def filled(self, number: int, cells: Sequence[Cell]) -> Sequence[Cell]:
        """The row with what is merged into it; rows must come in their order."""
        if not self._waiting and not self._running:
            return cells
        while self._waiting and self._waiting[-1].top <= number:
            merged = self._waiting.pop()
            if merged.top == number and merged.left <= len(cells):
                self._running[merged.left - 1] = (merged.bottom, cells[merged.left - 1])
        over = [index for index, (bottom, _) in self._running.items() if bottom < number]
        for index in over:
            del self._running[index]
        if not cells or not self._running:
            return cells
        whole = list(cells) + [BLANK] * (max(self._running) + 1 - len(cells))
        for index, (_, cell) in self._running.items():
            if whole[index].value is None and not whole[index].trouble:
                whole[index] = cell
        return whole
