"""Native cells and our values: what a column holds, turned into what an order says, and back.

Decimals are exact always: a float is read by its shortest text and only at a declared number of decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from ...errors import LossyWrite, MappingError, UnmappedCode
from ...models import OrderStatus
from ...models.countries import country_code
from ...models.currencies import currency_code
from ...models.units import unit_code
from ...rules.exact import decimal_of, quantize
from ...wire.sql.types import plain
from .format import Kind, Source
from .tables import Column

__all__ = ["Cell", "Unmapped", "codec"]

Read = Callable[[Any], Any]
Write = Callable[[Any], Any]
_STATUS: Final = {status.value: status for status in OrderStatus}
_LISTS: Final[Mapping[str, Callable[[str], str]]] = {
    "unit": unit_code,
    "currency": currency_code,
    "country": country_code,
}


class Unmapped(str):
    """A native code that the mapping has no word for: kept as it is, with a warning."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """How one source reads and writes.

    ``read`` takes a native cell that is not NULL and answers ``None`` for what means nothing.  ``write`` takes our
    value, ``None`` included, and raises :class:`LossyWrite` or :class:`UnmappedCode` for what has no native form.
    """

    path: str
    kind: Kind
    read: Read
    write: Write
    fit: Write
    """The last step of writing, for a value that is native already."""
    natives: Callable[[Any], list[Any]]
    """Every native value that stands for ours: what a condition compares with."""


def codec(
    source: Source,
    kind: Kind,
    column: Column | None,
    path: str,
    *,
    zone: ZoneInfo | None,
    lenient_floats: bool,
) -> Cell:
    """Reading and writing of a source; ``column`` is what it is written to, ``None`` for an expression."""
    own = ZoneInfo(source.zone) if source.zone else zone
    said = source.type or kind
    if (
        said == "plain"
        and column is not None
        and column.kind in ("decimal", "integer", "boolean", "date", "instant")
    ):
        said = column.kind  # type: ignore[assignment]
    if said == "plain" and column is not None and column.kind == "float":
        said = "decimal"
    if source.codes is not None:
        read, write, natives = _coded(source, kind, path)
    elif said in ("decimal", "integer"):
        read = _number(source, column, path, lenient_floats)
        write = _numeral(source)
        natives = _only(write)
    elif said == "boolean":
        read, write = _flag(source)
        natives = _only(write)
    elif said == "date":
        read, write = _day(source, own, zone)
        natives = _only(write)
    elif said == "instant":
        read, write = _moment(source, own, path)
        natives = _only(write)
    elif said == "plain":
        read, write = _as_is, _same
        natives = _only(write)
    else:
        read, write = _words(source, kind)
        natives = _only(write)
    if said in ("text", "unit", "currency", "country", "status") or source.codes is not None:
        read = _stripped(read, source, column)
    read = _emptied(read, source)
    fit = _fitted(source, column, path)

    def out(value: Any) -> Any:
        return fit(None if value is None else write(value))

    def all_natives(value: Any) -> list[Any]:
        return [fit(native) for native in natives(value)]

    return Cell(path, kind, read, out, fit, all_natives)


def _same(value: Any) -> Any:
    return value


def _as_is(cell: Any) -> Any:
    if isinstance(cell, float):
        return _decimal_of_float(cell)
    if isinstance(cell, bytes | bytearray | memoryview):
        return bytes(cell).hex()
    if isinstance(cell, datetime):
        return cell.astimezone(UTC) if cell.tzinfo else cell.isoformat(" ")
    return cell if isinstance(cell, str | bool | int | Decimal | date) else str(cell)


def _only(write: Write) -> Callable[[Any], list[Any]]:
    return lambda value: [write(value)]


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


# -- what stands around a value --------------------------------------------------------------------------------


def _stripped(read: Read, source: Source, column: Column | None) -> Read:
    """Texts without what fills them up: blanks of a CHAR, the padding, the prefix."""
    prefix, pad = source.prefix, source.pad
    fill, left = source.pad_with, _pads_left(source)
    blanks = pad is not None or column is None or column.fixed

    def stripped(cell: Any) -> Any:
        text = text_of(cell)
        if prefix is not None:
            if not text.startswith(prefix):
                return None
            text = text[len(prefix) :]
        if pad is not None and left:
            text = text.rstrip(" ").lstrip(fill) or (fill if fill != " " and text.strip() else "")
        elif pad is not None:
            text = text.rstrip(fill)
        elif blanks:
            text = text.rstrip(" ")
        return read(text) if text else None

    return stripped


def _pads_left(source: Source) -> bool:
    return source.pad_with != " " if source.pad_left is None else source.pad_left


def _emptied(read: Read, source: Source) -> Read:
    if not source.empty:
        return read
    nothing = {text_of(each).strip() for each in source.empty}

    def emptied(cell: Any) -> Any:
        return None if text_of(cell).strip() in nothing else read(cell)

    return emptied


# -- words -----------------------------------------------------------------------------------------------------


def _words(source: Source, kind: Kind) -> tuple[Read, Write]:
    if kind == "status":
        return lambda text: _STATUS.get(text.casefold()) or Unmapped(text), lambda value: str(value.value)
    listed = _LISTS.get(kind)
    if listed is None:
        return _same, _cased(source)

    @lru_cache(1024)
    def known(text: str) -> str:
        try:
            return listed(text)
        except ValueError:
            return Unmapped(text)

    return known, _cased(source)


def _cased(source: Source) -> Write:
    if source.case is None:
        return _same
    return str.upper if source.case == "upper" else str.lower


def _coded(source: Source, kind: Kind, path: str) -> tuple[Read, Write, Callable[[Any], list[Any]]]:
    codes = {native.strip(): ours for native, ours in (source.codes or {}).items()}
    if kind == "status":
        for ours in codes.values():
            if ours not in _STATUS:
                raise MappingError(
                    f"{path}.codes: '{ours}' is no status",
                    code="mapping_file",
                    path=path,
                    hint=f"our statuses: {', '.join(_STATUS)}",
                )
    back: dict[str, list[Any]] = {}
    for native, ours in (source.codes or {}).items():
        back.setdefault(ours, []).append(native)
    first = {ours: natives[0] for ours, natives in back.items()} | dict(source.write or {})

    def read(text: str) -> Any:
        ours = codes.get(text.strip())
        if ours is None:
            return Unmapped(text)
        if kind == "boolean":
            return ours == "true"
        return _STATUS[ours] if kind == "status" else ours

    def said(value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(getattr(value, "value", value))

    def write(value: Any) -> Any:
        try:
            return first[said(value)]
        except KeyError:
            raise UnmappedCode(
                f"{path}: the mapping has no native code for {said(value)!r}",
                path=path,
                hint=f"add it to the codes in the mapping file; known: {', '.join(first)}",
            ) from None

    return read, write, lambda value: list(back.get(said(value), ())) or [said(value)]


# -- numbers ---------------------------------------------------------------------------------------------------


def _decimal_of_float(cell: float, places: int | None = None) -> Decimal:
    exact = Decimal(repr(cell) if places is not None else format(cell, ".15g"))
    return exact if places is None else quantize(exact, Decimal(1).scaleb(-places))


def constant_factor(source: Source) -> Fraction | None:
    """How much of theirs one of ours is, as far as the file says so by a number."""
    divide, times = source.divide_by, source.multiply_by
    if not isinstance(divide, int | Decimal) and not isinstance(times, int | Decimal):
        return None
    factor = Fraction(divide) if isinstance(divide, int | Decimal) else Fraction(1)
    return factor / Fraction(times) if isinstance(times, int | Decimal) and times else factor


def _number(source: Source, column: Column | None, path: str, lenient: bool) -> Read:
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
            exact = _decimal_of_float(cell, places if places is not None else declared)
        elif isinstance(cell, str):
            text = cell.strip()
            if not text:
                return None
            exact = Decimal(text)
        else:
            exact = Decimal(cell)
        if places is not None and not isinstance(cell, float):
            exact = quantize(exact, Decimal(1).scaleb(-places))
        if whole and exact == exact.to_integral_value():
            return int(exact)
        return plain(exact) if by is None else plain(decimal_of(Fraction(exact) / by))

    return read


def _numeral(source: Source) -> Write:
    by = constant_factor(source)

    def write(value: Any) -> Any:
        number = Decimal(value)
        return number if by is None else decimal_of(Fraction(number) * by)

    return write


def scaled(value: Decimal, divisor: Any, times: Any, path: str) -> Decimal | None:
    """A value in our unit, out of one in theirs and the factors that were read beside it."""
    if divisor is None or times is None:
        return None
    by, more = (
        _decimal_of_float(each) if isinstance(each, float) else Decimal(each) for each in (divisor, times)
    )
    if not by:
        raise MappingError(f"{path}.divide_by: the factor is zero", code="zero_factor", path=path)
    return plain(decimal_of(Fraction(value) * Fraction(more) / Fraction(by)))


# -- flags, days, instants -------------------------------------------------------------------------------------


def _flag(source: Source) -> tuple[Read, Write]:
    yes, no = source.booleans or (True, False)
    if source.booleans is None:
        truths = {"1": True, "0": False, "true": True, "false": False, "t": True, "f": False}

        def read(cell: Any) -> Any:
            return cell if isinstance(cell, bool) else truths.get(text_of(cell).strip().lower())

        return read, bool

    said = {text_of(yes).strip(): True, text_of(no).strip(): False}
    return (
        lambda cell: said.get(text_of(cell).strip()),
        lambda value: yes if value else no,
    )


def _naive(cell: Any, pattern: str | None) -> datetime | date:
    """A point in time as the cell says it, with or without a zone."""
    if isinstance(cell, datetime | date):
        return cell
    text = text_of(cell).strip()
    if pattern is not None:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 (the zone is the mapping's)
        except ValueError:
            pass
    return datetime.fromisoformat(text)


def _unreadable(path: str) -> MappingError:
    return MappingError(
        f"{path}: a cell holds no date of the declared form",
        code="unreadable_date",
        path=path,
        hint="give its format, and in 'empty' what stands for none",
    )


def _day(source: Source, own: ZoneInfo | None, company: ZoneInfo | None) -> tuple[Read, Write]:
    pattern, shifted = source.format, source.zone is not None

    def read(cell: Any) -> Any:
        try:
            moment = _naive(cell, pattern)
        except ValueError:
            return Unmapped(text_of(cell))
        if not isinstance(moment, datetime):
            return moment
        if moment.tzinfo is None and shifted and own is not None:
            moment = moment.replace(tzinfo=own)
        if moment.tzinfo is not None:
            moment = moment.astimezone(company or own or UTC)
        return moment.date()

    def write(value: Any) -> Any:
        if isinstance(value, datetime):
            value = value.astimezone(company or UTC).date()
        return _Day(value, company if shifted else None, own if shifted else None, pattern)

    return read, write


def _moment(source: Source, own: ZoneInfo | None, path: str) -> tuple[Read, Write]:
    pattern = source.format

    def read(cell: Any) -> Any:
        try:
            moment = _naive(cell, pattern)
        except ValueError:
            raise _unreadable(path) from None
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        if moment.tzinfo is None:
            if own is None:
                raise MappingError(
                    f"{path}: an instant without a time zone",
                    code="zone_missing",
                    path=path,
                    hint='say where its clock stands: timezone = "..." at the top, or zone = "..." on the field',
                )
            moment = moment.replace(tzinfo=own)
        return moment.astimezone(UTC)

    def write(value: Any) -> Any:
        return _Moment(value, own, pattern)

    return read, write


@dataclass(frozen=True, slots=True)
class _Day:
    """A day on its way into a column of any type."""

    day: date
    company: ZoneInfo | None
    own: ZoneInfo | None
    pattern: str | None

    def fit(self, column: Column | None) -> Any:
        begins = datetime.combine(self.day, time(), self.company)
        if self.own is not None and self.company is not None:
            begins = begins.astimezone(self.own)
        begins = begins.replace(tzinfo=None)
        if column is not None and column.kind in ("text", "integer", "decimal", "other") and self.pattern:
            return begins.strftime(self.pattern)
        return begins if column is not None and column.kind == "instant" else self.day


@dataclass(frozen=True, slots=True)
class _Moment:
    """An instant on its way into a column of any type."""

    at: datetime
    own: ZoneInfo | None
    pattern: str | None

    def fit(self, column: Column | None) -> Any:
        local = self.at.astimezone(self.own) if self.own is not None else self.at
        if self.pattern and column is not None and column.kind in ("text", "integer", "decimal", "other"):
            return local.strftime(self.pattern)
        if self.pattern and "%f" not in self.pattern:
            local = local.replace(microsecond=0)
        if column is not None and column.zoned:
            return self.at
        return local.replace(tzinfo=None)


# -- into the column -------------------------------------------------------------------------------------------


def _fitted(source: Source, column: Column | None, path: str) -> Write:
    """The last step of writing: the value as this very column takes it."""
    nothing = source.empty[0] if source.empty else None
    prefix, pad, left = source.prefix, source.pad, _pads_left(source)

    def lossy(why: str) -> LossyWrite:
        return LossyWrite(f"{path}: {why}", code="does_not_fit", path=path, fields=())

    def fit(value: Any) -> Any:
        if value is None:
            if nothing is not None and (column is None or not column.nullable):
                value = nothing
            elif column is not None and not column.nullable and column.kind == "text":
                value = ""
            else:
                return None
        if isinstance(value, _Day | _Moment):
            value = value.fit(column)
        if prefix is not None and value not in (None, "", nothing):
            value = f"{prefix}{text_of(value)}"
        if column is None:
            return value
        kind = column.kind
        if kind in ("text", "enum") and not isinstance(value, datetime | date):
            text = text_of(value)
            if pad is not None:
                text = text.rjust(pad, source.pad_with) if left and text else text.ljust(pad, source.pad_with)
            if column.length is not None and len(text.rstrip(" ")) > column.length:
                raise lossy(f"a text of {len(text)} characters in a column of {column.length}")
            return text
        if kind == "boolean" and isinstance(value, int):
            return bool(value)
        if kind in ("integer", "decimal", "float") and isinstance(value, str):
            value = Decimal(value) if value.strip().lstrip("-").replace(".", "", 1).isdigit() else value
        if kind == "integer" and isinstance(value, Decimal):
            if value != value.to_integral_value():
                raise lossy("a fraction in a column of whole numbers")
            return int(value)
        if kind == "decimal" and isinstance(value, Decimal) and column.scale is not None:
            if value != value.quantize(Decimal(1).scaleb(-column.scale), ROUND_HALF_UP):
                raise lossy(f"more than {column.scale} decimal places")
            return value
        if kind == "float" and isinstance(value, Decimal | int) and not isinstance(value, bool):
            number, places = Decimal(value), source.decimals
            if places is not None and number != quantize(number, Decimal(1).scaleb(-places)):
                raise lossy(f"more than {places} decimal places")
            return float(number)
        return value

    return fit
