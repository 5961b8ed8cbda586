"""The documents that follow an order: what the list can be narrowed to, then a read of each (sage.md 2.11, 2.15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from ....errors import InvalidOrder, NotFound
from ....models import LineQuantity, Order, OrderLine, PurchaseOrder
from ....rules.quantities import open_quantity
from ....wire.adonix import Record
from ....wire.reading_ahead import in_turn
from .cells import Row, text
from .office import Office
from .shapes import Shape

__all__ = ["Documents", "line_of", "wanted"]


class Documents:
    """The documents of one kind."""

    def __init__(self, office: Office, kind: str) -> None:
        self.office, self.kind = office, kind

    @property
    def shape(self) -> Shape:
        """The publication."""
        return self.office.shape(self.kind)

    def of(self, sought: Mapping[str, str], fits: Callable[[Record], bool], operation: str) -> list[Record]:
        """The documents that fit, oldest first; ``sought``: what they say, of which the list shows what it shows.

        An order's own number narrows the list best; without such a column it is the party's documents that are read.
        """
        criteria: dict[str, str] = {}
        for word, value in sought.items():
            if value and (column := self.shape.column(word)):
                criteria[column] = value
                break
        rows = self.office.rows(self.shape, criteria, operation)
        numbers = [text(row, self.shape.key) for row in rows]
        found = [record for record in self.read(numbers, operation) if fits(record)]
        return sorted(found, key=lambda record: self.shape.text(record, "number"))

    def read(self, numbers: list[str], operation: str) -> Iterator[Record]:
        """The documents with these numbers; what is gone meanwhile is left out."""
        calls = (partial(self._there, number, operation) for number in numbers)
        for found in in_turn(calls, self.office.at_once):
            if found is not None:
                yield found

    def lines(self, record: Record) -> list[Row]:
        """Its lines."""
        return [dict(row) for row in self.shape.rows(record)]

    def cell(self, row: Row, word: str) -> str:
        """What a line says of a word; ``""`` where it has no such field."""
        place = self.shape.lines.get(word)
        return "" if place is None else text(row, place.field)

    def reader(self, row: Row) -> Callable[[str], str]:
        """What one line says, word by word."""
        return partial(self.cell, row)

    def said(self, record: Record, word: str) -> set[str]:
        """All that header and lines say of a word: an order's number, a delivery's."""
        told = {self.shape.text(record, word), *(self.cell(row, word) for row in self.shape.rows(record))}
        return told - {""}

    def _there(self, number: str, operation: str) -> Record | None:
        try:
            return self.office.read(self.kind, number, operation)
        except NotFound:
            return None


def line_of(told: str, product: str, lines: Any, taken: set[str]) -> str:
    """The id of the order's line that a document's line came from: by its number, else by its product."""
    ordered: list[OrderLine] = list(lines)
    if any(line.id == told for line in ordered):
        return told
    fitting = [line.id for line in ordered if line.product == product]
    found = next((line for line in fitting if line not in taken), fitting[0] if fitting else told or product)
    taken.add(found)
    return found


def wanted(
    order: Order | PurchaseOrder, lines: Sequence[LineQuantity], operation: str
) -> list[tuple[OrderLine, Decimal]]:
    """Lines and how much of them; ``InvalidOrder`` for more than is open, which X3 itself may take."""
    named = lines or tuple(
        LineQuantity(line=line.id) for line in order.lines if open_quantity(line.quantities) > 0
    )
    found: list[tuple[OrderLine, Decimal]] = []
    for place, each in enumerate(named):
        line = order.line(each.line)
        left = open_quantity(line.quantities)
        much = left if each.quantity is None else each.quantity
        if much > left:
            raise InvalidOrder(
                f"no more than {left} of this line is open",
                operation=operation,
                path=f"lines[{place}].quantity",
            )
        found.append((line, much))
    if not found:
        raise InvalidOrder("nothing of the order is open", operation=operation)
    return found
