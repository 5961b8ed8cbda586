"""Numbers in foreign cells: exact always, whatever the column is; and the factors between their unit and ours."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ...errors import MappingError
from ...rules.exact import decimal_of, quantize
from ...wire.sql.types import plain
from .format import Source
from .tables import Column

__all__ = ["constant_factor", "decimal_of_float", "number_reader", "number_writer", "scaled"]


def decimal_of_float(cell: float, places: int | None = None) -> Decimal:
    """A float as the decimal that it is meant to be: to so many places, or as its 15 certain digits say."""
    exact = Decimal(repr(cell) if places is not None else format(cell, ".15g"))
    return exact if places is None else quantize(exact, Decimal(1).scaleb(-places))


def constant_factor(source: Source) -> Fraction | None:
    """How much of theirs one of ours is, as far as the file says so by a number."""
    divide, times = source.divide_by, source.multiply_by
    if not isinstance(divide, int | Decimal) and not isinstance(times, int | Decimal):
        return None
    factor = Fraction(divide) if isinstance(divide, int | Decimal) else Fraction(1)
    return factor / Fraction(times) if isinstance(times, int | Decimal) and times else factor


def _no_number(path: str) -> MappingError:
    return MappingError(
        f"{path}: what is stored there is no number",
        code="stored_value",
        path=path,
        hint="put it right in the database, or say which values mean nothing: { ..., empty = [...] }",
    )


def number_reader(source: Source, column: Column | None, path: str, lenient: bool) -> Callable[[Any], Any]:
    """How numbers of this source are read."""
    places = source.decimals
    declared = column.scale if column is not None and column.kind == "decimal" else None
    by = constant_factor(source)
    whole = source.type == "integer"

    def read(cell: Any) -> Any:
        if isinstance(cell, float):
            if places is None and declared is None and not lenient:
                raise MappingError(
                    f"{path}: the database answers with a floating-point number",
                    code="float_without_decimals",
                    path=path,
                    hint="say how many decimals it means: { ..., decimals = 3 }, or cast it in the expression",
                )
            exact = decimal_of_float(cell, places if places is not None else declared)
        elif isinstance(cell, str):
            text = cell.strip()
            if not text:
                return None
            try:
                exact = Decimal(text)
            except InvalidOperation:
                raise _no_number(path) from None
            if not exact.is_finite():
                raise _no_number(path)
        elif isinstance(cell, int | Decimal):
            exact = Decimal(cell)
        else:
            raise _no_number(path)
        if places is not None and not isinstance(cell, float):
            exact = quantize(exact, Decimal(1).scaleb(-places))
        if whole and exact == exact.to_integral_value():
            return int(exact)
        return plain(exact) if by is None else plain(decimal_of(Fraction(exact) / by))

    certain = places if places is not None else declared
    return read if whole or by is not None else _quickly(read, certain, as_given=places is None)


def _quickly(read: Callable[[Any], Any], places: int | None, *, as_given: bool) -> Callable[[Any], Any]:
    """The same for cells that say themselves what they mean: whole numbers, decimals, floats of few enough places.

    ``as_given``: the mapping sets no number of places, so that a decimal has those that it has.
    """

    def quick(cell: Any) -> Any:
        if type(cell) is int:
            return Decimal(cell)
        if type(cell) is Decimal and as_given and cell.is_finite():
            return plain(cell)
        if type(cell) is float and places is not None:
            whole, _, part = repr(cell).partition(".")
            if part == "0" and whole != "-0":
                return Decimal(whole)
            if 0 < len(part) <= places and part.isdigit():
                return Decimal(f"{whole}.{part}")
        return read(cell)

    return quick


def number_writer(source: Source) -> Callable[[Any], Any]:
    """How numbers of this source are written."""
    by = constant_factor(source)

    def write(value: Any) -> Any:
        number = Decimal(value)
        return number if by is None else decimal_of(Fraction(number) * by)

    return write


def scaled(value: Decimal, divisor: Any, times: Any, path: str) -> Decimal | None:
    """A value in our unit, out of one in theirs and the factors that were read beside it."""
    try:
        return _scaled(value, divisor, times, path)
    except TypeError:  # a cell that cannot be remembered
        return _scaled.__wrapped__(value, divisor, times, path)


@lru_cache(4096)
def _scaled(value: Decimal, divisor: Any, times: Any, path: str) -> Decimal | None:
    if divisor is None or times is None:
        return None
    try:
        number, by, more = (_factor(each) for each in (value, divisor, times))
    except (ArithmeticError, TypeError, ValueError):
        raise _no_number(path) from None
    if not by:
        raise MappingError(f"{path}.divide_by: the factor is zero", code="zero_factor", path=path)
    return plain(decimal_of(number * more / by))


def _factor(said: Any) -> Fraction:
    return Fraction(decimal_of_float(said) if isinstance(said, float) else Decimal(said))
