"""Rows to models and back, from one declaration: what is mapped out is mapped back by the same line.

Three sorts of fields: *plain* ones stand in a column as they are, *converted* ones through a :class:`Codec`, and
*composed* ones (money, prices, quantities) in several columns.  NULL is the model's own default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel

from ...errors import MappingError
from ...models import Money, Quantities, UnitPrice
from ...models.base import Value
from .codecs import Codec
from .compiling import NONSENSE, builder, reader, writer
from .errors import RESTORE

V = TypeVar("V", bound=Value)
Cells = Sequence[Any]


class Plain(NamedTuple):
    """A field that stands in one column as it is."""

    name: str
    column: str


class Converted(NamedTuple):
    """A field that stands in one column through a codec; what is empty is written as NULL."""

    name: str
    column: str
    codec: Codec


@dataclass(frozen=True, slots=True)
class Composed:
    """A field whose value is made of several columns.

    ``parts`` says for each field of ``model`` its column, or ``None`` where it is the currency that the whole row
    is in.  ``optional``: NULL in the first of them means that there is no such value.
    """

    name: str
    model: type[BaseModel]
    parts: Mapping[str, str | None]
    optional: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns, in the order of ``parts``."""
        return tuple(column for column in self.parts.values() if column is not None)

    @property
    def required(self) -> tuple[str, ...]:
        """The fields of ``model`` that have a column of their own and no default."""
        fields = self.model.model_fields
        return tuple(name for name, column in self.parts.items() if column and fields[name].is_required())


QUANTITIES: Final = (
    *("ordered", "confirmed", "allocated", "shipped", "delivered"),
    *("invoiced", "cancelled", "returned", "backordered"),
)


def same(*names: str) -> tuple[Plain, ...]:
    """Plain fields whose columns are called as they are."""
    return tuple(Plain(name, name) for name in names)


def money(name: str) -> Composed:
    """An amount in the row's currency."""
    return Composed(name, Money, {"amount": name, "currency": None})


def price(name: str) -> Composed:
    """A price in the row's currency."""
    return Composed(name, UnitPrice, {"amount": name, "currency": None, "per": f"{name}_per"})


def quantities() -> Composed:
    """How much of a line stands where."""
    return Composed("quantities", Quantities, {name: name for name in QUANTITIES}, optional=False)


def _stored(what: str) -> MappingError:
    return MappingError(what, code="stored_value", hint=RESTORE)


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
        self._plain = tuple(plain)
        self._converted = tuple(converted)
        self._composed = tuple(composed)
        self.column_names: Final[tuple[str, ...]] = (
            *(field.column for field in plain),
            *(field.column for field in converted),
            *(column for field in composed for column in field.columns),
        )
        self.width = len(self.column_names)

    @cached_property
    def columns(self) -> tuple[sa.Column[Any], ...]:
        """The columns in the order in which they are read; select them first."""
        return tuple(self.table.c[name] for name in self.column_names)

    # -- in ------------------------------------------------------------------------------------------------

    @cached_property
    def read(self) -> Callable[[Cells, str | None], V]:
        """``read(row, currency)``: the model out of a row, which may have more columns behind."""
        return self._reader(whole=True)

    @cached_property
    def fields(self) -> Callable[[Cells, str | None], dict[str, Any]]:
        """``fields(row, currency)``: all fields of the model, those that have no column by their defaults."""
        return self._reader(whole=False)

    def _reader(self, *, whole: bool) -> Callable[[Cells, str | None], Any]:
        parts = self._plain, self._converted, self._composed
        return reader(self.model, *parts, whole=whole, unreadable=self._unreadable)

    def _unreadable(self, row: Cells, failure: Exception) -> Exception:
        """The error that names the cell which a codec refuses."""
        for field, cell in zip(self._converted, row[len(self._plain) :], strict=False):
            try:
                if cell is not None:
                    field.codec.read(cell)
            except MappingError as refused:
                return self._holds(row, field.column, refused)
            except NONSENSE:
                return self._holds(row, field.column, _stored("what is no whole number"))
        for part in self._composed:
            for column in (str(part.parts[name]) for name in part.required):
                if row[self._place(column)] is None is not row[self._place(part.columns[0])]:
                    return self._holds(row, column, _stored("nothing"))
        return failure

    def _place(self, column: str) -> int:
        return self.column_names.index(column)

    def _holds(self, row: Cells, column: str, what: MappingError) -> MappingError:
        path = f"{self.table.name}.{column}"
        key = f" with id {row[self._place('id')]}" if "id" in self.column_names else ""
        message = f"{path} holds {what.message}, in the row{key}"
        return type(what)(message, code=what.code, path=path, hint=what.hint)

    @cached_property
    def made(self) -> Callable[[dict[str, Any]], V]:
        """``made(fields)``: the model out of what :attr:`fields` gave, completed."""
        return builder(self.model)

    # -- out -----------------------------------------------------------------------------------------------

    @cached_property
    def cells(self) -> Callable[[V], list[Any]]:
        """``cells(value)``: the row out of a model, in the order of :attr:`column_names`."""
        return writer(self._plain, self._converted, self._composed)

    def named(self, value: V) -> dict[str, Any]:
        """The row out of a model, by column."""
        return dict(zip(self.column_names, self.cells(value), strict=True))

    def limits(self) -> Iterable[tuple[str, sa.Column[Any]]]:
        """Each field that has a column of its own, with the column: what the capabilities tell lengths from."""
        for name, column, *_ in (*self._plain, *self._converted):
            yield str(name), self.table.c[str(column)]
