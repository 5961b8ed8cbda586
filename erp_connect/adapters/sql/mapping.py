"""Rows to models and back, from one declaration: what is mapped out is mapped back by the same line.

Three sorts of fields: *plain* ones stand in a column as they are, *converted* ones through a :class:`Codec`, and
*composed* ones (money, prices, quantities) in several columns.  NULL is the model's own default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Generic, NamedTuple, TypeVar

import sqlalchemy as sa

from ...models import Money, Quantities, UnitPrice
from ...models.base import Value
from .codecs import Codec

V = TypeVar("V", bound=Value)
Cells = Sequence[Any]


class Plain(NamedTuple):
    """A field that stands in one column as it is."""

    name: str
    column: str


class Converted(NamedTuple):
    """A field that stands in one column through a codec."""

    name: str
    column: str
    codec: Codec


class Composed(NamedTuple):
    """A field that stands in several columns; ``read`` also gets the currency that the row is in."""

    name: str
    columns: tuple[str, ...]
    read: Callable[[Cells, str | None], Any]
    write: Callable[[Any], Cells]


def same(*names: str) -> tuple[Plain, ...]:
    """Plain fields whose columns are called as they are."""
    return tuple(Plain(name, name) for name in names)


class RowMapping(Generic[V]):
    """The fields of a model in the columns of a table."""

    def __init__(
        self,
        model: type[V],
        table: sa.Table,
        *,
        plain: Sequence[Plain],
        converted: Sequence[Converted] = (),
        composed: Sequence[Composed] = (),
    ) -> None:
        self.model = model
        self.table = table
        self._names = tuple(field.name for field in plain)
        self._plain_columns = tuple(field.column for field in plain)
        self._converted = tuple(converted)
        self._composed = tuple(composed)
        first = len(plain)
        self._reads = tuple(
            (field.name, first + place, field.codec.read) for place, field in enumerate(converted)
        )
        first += len(converted)
        parts = []
        for field in composed:
            parts.append((field.name, slice(first, first + len(field.columns)), field.read))
            first += len(field.columns)
        self._parts = tuple(parts)
        self.width = first
        names = [*self._plain_columns, *(field.column for field in converted)]
        self.column_names: Final = (*names, *(column for field in composed for column in field.columns))

    @property
    def columns(self) -> tuple[sa.Column[Any], ...]:
        """The columns in the order in which :meth:`values` reads them; select them first."""
        return tuple(self.table.c[name] for name in self.column_names)

    def values(self, row: Cells, currency: str | None = None) -> dict[str, Any]:
        """The model's fields out of a row."""
        values: dict[str, Any] = dict(zip(self._names, row, strict=False))
        for name, place, read in self._reads:
            cell = row[place]
            if cell is not None:
                values[name] = read(cell)
        for name, places, compose in self._parts:
            found = compose(row[places], currency)
            if found is not None:
                values[name] = found
        return values

    def read(self, row: Cells, currency: str | None = None) -> V:
        """The model out of a row."""
        return self.model.trusted(**self.values(row, currency))

    def made(self, values: Mapping[str, Any]) -> V:
        """The model out of what :meth:`values` gave, and what was added to it."""
        return self.model.trusted(**values)

    def cells(self, value: V) -> list[Any]:
        """The row out of a model, in the order of :attr:`column_names`."""
        fields = value.__dict__
        cells = [fields[name] for name in self._names]
        for name, _, codec in self._converted:
            field = fields[name]
            cells.append(codec.write(field) if field is not None else None)
        for name, _, _, write in self._composed:
            cells += write(fields[name])
        return cells

    def named(self, value: V) -> dict[str, Any]:
        """The row out of a model, by column."""
        return dict(zip(self.column_names, self.cells(value), strict=True))

    def limits(self) -> Iterable[tuple[str, sa.Column[Any]]]:
        """Each field that has a column of its own, with the column: what the capabilities tell lengths from."""
        for name, column in (*zip(self._names, self._plain_columns, strict=True), *self._singles()):
            yield name, self.table.c[column]

    def _singles(self) -> Iterable[tuple[str, str]]:
        return ((field.name, field.column) for field in self._converted)


# -- what stands in several columns ------------------------------------------------------------------------


def _read_money(cells: Cells, currency: str | None) -> Money | None:
    (amount,) = cells
    return None if amount is None else Money.trusted(amount=amount, currency=currency)


def money(name: str) -> Composed:
    """An amount in the row's currency."""
    return Composed(name, (name,), _read_money, lambda value: (None if value is None else value.amount,))


def _read_price(cells: Cells, currency: str | None) -> UnitPrice | None:
    amount, per = cells
    return None if amount is None else UnitPrice.trusted(amount=amount, currency=currency, per=per)


def _write_price(value: UnitPrice | None) -> Cells:
    return (None, None) if value is None else (value.amount, value.per)


def price(name: str) -> Composed:
    """A price in the row's currency."""
    return Composed(name, (name, f"{name}_per"), _read_price, _write_price)


QUANTITIES: Final = (
    *("ordered", "confirmed", "allocated", "shipped", "delivered"),
    *("invoiced", "cancelled", "returned", "backordered"),
)


def _read_quantities(cells: Cells, _currency: str | None) -> Quantities:
    return Quantities.trusted(**dict(zip(QUANTITIES, cells, strict=True)))


def _write_quantities(value: Quantities) -> Cells:
    fields: Mapping[str, Decimal | None] = value.__dict__
    return [fields[name] for name in QUANTITIES]


def quantities() -> Composed:
    """How much of a line stands where."""
    return Composed("quantities", QUANTITIES, _read_quantities, _write_quantities)
