"""The last step of writing: a value as this very column takes it, or the refusal of what it cannot hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ...errors import LossyWrite
from ...rules.exact import quantize
from ...wire.sql.types import plain
from .format import Source
from .moments import Day, Moment
from .tables import Column
from .texts import text_of

__all__ = ["field_path", "fitted", "pads_left"]


def field_path(path: str) -> str:
    """A place in the file (``orders.lines.fields.ordered``) as a path of the draft (``order.line.quantity``)."""
    book, _, name = path.partition(".fields.")
    prefix = book.replace("s.lines", ".line").removesuffix("s")
    return f"{prefix}.{'quantity' if name == 'ordered' else name}" if name else path


def pads_left(source: Source) -> bool:
    """Whether what fills the text up stands in front of it."""
    return source.pad_with != " " if source.pad_left is None else source.pad_left


def fitted(source: Source, column: Column | None, path: str) -> Callable[[Any], Any]:
    """How values of this source get into this column; ``None`` for an expression, which is only compared."""
    nothing, prefix = (source.empty[0] if source.empty else None), source.prefix

    def fit(value: Any) -> Any:
        if value is None:
            if nothing is not None and (column is None or not column.nullable):
                value = nothing
            elif column is not None and not column.nullable and column.kind == "text":
                value = ""
            else:
                return None
        if isinstance(value, Day | Moment):
            value = value.fit(column)
        if prefix is not None and value not in (None, "", nothing):
            value = f"{prefix}{text_of(value)}"
        return value if column is None else _into(source, column, value, path)

    return fit


def _into(source: Source, column: Column, value: Any, path: str) -> Any:
    kind = column.kind
    if kind in ("text", "enum") and not isinstance(value, datetime | date):
        return _text(source, column, text_of(value), path)
    if kind == "boolean" and isinstance(value, int):
        return bool(value)
    if kind not in ("integer", "decimal", "float") or isinstance(value, bool):
        return value
    if isinstance(value, str):
        plainly = value.strip().lstrip("-").replace(".", "", 1)
        value = Decimal(value.strip()) if plainly.isascii() and plainly.isdigit() else value
    return _number(source, column, Decimal(value), path) if isinstance(value, Decimal | int) else value


def _text(source: Source, column: Column, text: str, path: str) -> str:
    if source.pad is not None:
        left = pads_left(source) and bool(text)
        text = text.rjust(source.pad, source.pad_with) if left else text.ljust(source.pad, source.pad_with)
    if column.length is not None and len(text.rstrip(" ")) > column.length:
        raise _lossy(path, f"a text of {len(text)} characters in a column of {column.length}")
    return text


def _number(source: Source, column: Column, number: Decimal, path: str) -> Any:
    if column.kind == "integer":
        if number != number.to_integral_value():
            raise _lossy(path, "a fraction in a column of whole numbers")
        return int(number)
    places = column.scale if column.kind == "decimal" else source.decimals
    if places is not None and not _has_at_most(places, number):
        raise _lossy(path, f"more than {places} decimal places")
    if column.kind == "float" and len(str(plain(number).copy_abs()).replace(".", "").strip("0")) > (
        column.precision or 15
    ):
        raise _lossy(path, "more digits than a floating-point column keeps")
    return number  # into a FLOAT as well: the database's own conversion is the only one


def _has_at_most(places: int, number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places:
        return True
    return number == quantize(number, Decimal(1).scaleb(-places))


def _lossy(path: str, why: str) -> LossyWrite:
    return LossyWrite(f"{path}: {why}", code="does_not_fit", path=path, fields=(field_path(path),))
