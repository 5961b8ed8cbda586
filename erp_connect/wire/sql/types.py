"""Column types that lose nothing: exact decimals, UTC instants, business dates, exact text, canonical JSON.

SQLAlchemy's own types round decimals and drop time zones on SQLite without a word; these refuse instead.
A refused value is :class:`~erp_connect.wire.sql.trouble.ValueDoesNotFit`, raised before anything is sent
(inside a statement SQLAlchemy wraps it in ``StatementError``; ``classify`` sees through that).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache, partial
from itertools import repeat
from operator import is_not
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from .trouble import ValueDoesNotFit

__all__ = [
    "BusinessDate",
    "ExactDecimal",
    "ExactText",
    "JsonReady",
    "JsonText",
    "RowId",
    "UtcInstant",
    "canonical_json",
]

Processor = Callable[[Any], Any]
_REMEMBERED = 4096
"""Values of a column that are kept at hand: days, zeros and ones come again and again."""

_DECIMALS = frozenset({Decimal, type(None)})
_DAYS = frozenset({date, type(None)})
_TEXTS = frozenset({str, type(None)})
_there = partial(is_not, None)

# Contexts of our own, so that an application's decimal settings cannot make us round.
_WIDE = Context(prec=80, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation])
_ZERO = Decimal(0)
_normalize = _WIDE.normalize
_add = _WIDE.add

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A numeric primary key that counts by itself on every database (SQLite only counts an INTEGER)."""


def plain(value: Decimal) -> Decimal:
    """The same number without padding zeros and without a positive exponent: 5.00 and 5E+0 become 5."""
    return _add(_normalize(value), _ZERO)


def _chain(first: Processor | None, then: Processor) -> Processor:
    if first is None:
        return then
    earlier = first

    def both(value: Any) -> Any:
        return then(earlier(value))

    return both


def leaves(kind: TypeEngine[Any], values: Sequence[Any], dialect: Dialect) -> bool:
    """Whether a type of ours would pass all these values on as they are: asked of a whole column at once."""
    asked: Callable[[Sequence[Any], Dialect], bool] | None = getattr(kind, "leaves", None)
    return asked is not None and asked(values, dialect)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with at most ``scale`` places and ``precision`` digits; what does not fit is refused.

    NUMERIC everywhere but on SQLite, which would keep a float: there it is canonical plain text, equal when
    the numbers are equal, but not ordered like numbers (compare and sum in Python).  Reads back as a plain
    Decimal: no padding zeros, no positive exponent, the same on every database.  Takes Decimal and int.
    """

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, precision: int = 28, scale: int = 10) -> None:
        self.precision = precision
        self.scale = scale
        super().__init__(precision, scale)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return sa.Text()
        return dialect.type_descriptor(sa.Numeric(self.precision, self.scale))

    def bind_processor(self, dialect: Dialect) -> Processor | None:
        check = self._checker()
        if dialect.name == "sqlite":
            return self._as_text(check)
        inner = super().bind_processor(dialect)
        return check if inner is None else _chain(check, inner)

    def _checker(self) -> Processor:
        step = Decimal(1).scaleb(-self.scale)
        fit = self._limits().quantize
        shape = f"NUMERIC({self.precision},{self.scale})"

        def check(value: Any) -> Any:
            if value is None:
                return None
            kind = type(value)
            if kind is int:
                value = Decimal(value)
            elif kind is not Decimal:
                if not isinstance(value, (Decimal, int)) or isinstance(value, bool):
                    raise ValueDoesNotFit(f"an exact decimal is a Decimal or an int, not {kind.__name__}")
                value = Decimal(value)
            try:
                fitted = fit(value, step)
            except Inexact:
                raise ValueDoesNotFit(f"more decimal places than {shape} can hold") from None
            except InvalidOperation:
                raise ValueDoesNotFit(f"not a finite number, or more digits than {shape} can hold") from None
            if fitted.is_nan():
                raise ValueDoesNotFit("NaN is not a number that can be stored")
            return value

        return check

    def leaves(self, values: Sequence[Any], dialect: Dialect) -> bool:
        """Whether all of them are Decimals (or NULL) that fit, where Decimals are sent as they are."""
        if dialect.name != "postgresql" or not _DECIMALS.issuperset(map(type, values)):
            return False
        fit, step = self._limits().quantize, Decimal(1).scaleb(-self.scale)
        try:
            return all(map(Decimal.is_finite, map(fit, filter(_there, values), repeat(step))))
        except (Inexact, InvalidOperation):
            return False

    def _limits(self) -> Context:
        # quantize() in a context of this column's precision does the whole check in one call: it raises
        # Inexact when digits would be lost and InvalidOperation when there are too many.
        return Context(prec=self.precision, rounding=ROUND_HALF_EVEN, traps=[Inexact, InvalidOperation])

    def _as_text(self, check: Processor) -> Processor:
        places, whole = self.scale, self.precision - self.scale
        normalize, add, zero = _normalize, _add, _ZERO

        def write(value: Any) -> Any:
            if type(value) is Decimal:
                # Nearly every number is short and has no sign: its own text says that it fits.
                text = str(value)
                if text.isdigit():
                    if len(text) <= whole:
                        return text
                else:
                    front, _, back = text.partition(".")
                    if back.isdigit() and front.isdigit() and len(back) <= places and len(front) <= whole:
                        return text if back[-1] != "0" else text.rstrip("0").rstrip(".")
            fitted = check(value)
            if fitted is None:
                return None
            text = str(add(normalize(fitted), zero))
            return text if "E" not in text else format(Decimal(text), "f")

        return write

    def result_processor(self, dialect: Dialect, coltype: Any) -> Processor | None:
        normalize, add, zero = _normalize, _add, _ZERO
        if dialect.name == "sqlite":
            # Remembered, because orders are full of zeros and ones; a Decimal never changes.
            return lru_cache(_REMEMBERED)(lambda value: None if value is None else Decimal(value))
        inner = super().result_processor(dialect, coltype)

        def read(value: Any) -> Any:
            return None if value is None else add(normalize(value), zero)

        return read if inner is None else _chain(inner, read)

    @property
    def python_type(self) -> type[Any]:
        return Decimal


class UtcInstant(TypeDecorator[datetime]):
    """An instant: aware in, stored as UTC with microseconds, aware UTC out.  A naive time is refused.

    TIMESTAMP WITH TIME ZONE on PostgreSQL, fixed-width ISO text (sortable) on SQLite, DATETIME(6) on MySQL,
    DATETIME2(6) on SQL Server, TIMESTAMP(6) on Oracle.
    """

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return sa.Text()
        if dialect.name in ("mysql", "mariadb"):
            return mysql.DATETIME(fsp=6)
        if dialect.name == "mssql":
            return mssql.DATETIME2(6)  # type: ignore[no-untyped-call]
        if dialect.name == "oracle":
            return sa.TIMESTAMP()
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def bind_processor(self, dialect: Dialect) -> Processor | None:
        text = dialect.name == "sqlite"
        zoned = dialect.name == "postgresql"

        def check(value: Any) -> Any:
            if value is None:
                return None
            if not isinstance(value, datetime) or value.tzinfo is None or value.utcoffset() is None:
                raise ValueDoesNotFit("an instant needs a time zone; convert local time before storing it")
            if value.tzinfo is not UTC:
                value = value.astimezone(UTC)
            if text:
                return value.isoformat(timespec="microseconds")[:26] + "Z"
            return value if zoned else value.replace(tzinfo=None)

        inner = super().bind_processor(dialect)
        return check if inner is None else _chain(check, inner)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Processor | None:
        if dialect.name == "sqlite":
            parse = datetime.fromisoformat
            return lru_cache(_REMEMBERED)(lambda value: None if value is None else parse(value))
        inner = super().result_processor(dialect, coltype)

        def read(value: Any) -> Any:
            if value is None or value.tzinfo is UTC:
                return value
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

        return read if inner is None else _chain(inner, read)

    @property
    def python_type(self) -> type[Any]:
        return datetime


class BusinessDate(TypeDecorator[date]):
    """A date in the company's zone.  A datetime is refused: which day it is depends on a zone."""

    impl = sa.Date
    cache_ok = True

    def leaves(self, values: Sequence[Any], dialect: Dialect) -> bool:
        """Whether all of them are days (or NULL), where days are sent as they are."""
        return dialect.name == "postgresql" and _DAYS.issuperset(map(type, values))

    def bind_processor(self, dialect: Dialect) -> Processor | None:
        def check(value: Any) -> Any:
            if value is None or type(value) is date:
                return value
            raise ValueDoesNotFit(f"a business date is a date, not {type(value).__name__}")

        def as_text(value: Any) -> Any:
            if type(value) is date:
                return value.isoformat()
            return check(value)

        if dialect.name == "sqlite":
            return as_text  # what SQLAlchemy's own would make of it, sooner
        inner = super().bind_processor(dialect)
        return check if inner is None else _chain(check, inner)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Processor | None:
        inner = super().result_processor(dialect, coltype)
        return inner if inner is None else lru_cache(_REMEMBERED)(inner)

    @property
    def python_type(self) -> type[Any]:
        return date


class ExactText(TypeDecorator[str]):
    """Text that is compared byte by byte, at most ``length`` characters (None: as long as it comes).

    "A" is not "a", and a longer text is refused, on every database: MySQL would fold case and SQLite would
    take any length.  SQL Server still ignores trailing blanks when it compares.
    """

    impl = sa.Unicode
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        self.length = length
        super().__init__(length)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        name, length = dialect.name, self.length
        if name in ("mysql", "mariadb"):
            mariadb = name == "mariadb" or getattr(dialect, "is_mariadb", False)
            collation = "utf8mb4_nopad_bin" if mariadb else "utf8mb4_0900_bin"
            if length is None:
                return mysql.LONGTEXT(charset="utf8mb4", collation=collation)
            return mysql.VARCHAR(length, charset="utf8mb4", collation=collation)
        if name == "mssql":
            return mssql.NVARCHAR(length, collation="Latin1_General_100_BIN2")
        if length is None:
            return dialect.type_descriptor(sa.UnicodeText())
        if name == "postgresql":
            return sa.VARCHAR(length, collation="C")
        return dialect.type_descriptor(sa.Unicode(length))

    def leaves(self, values: Sequence[Any], dialect: Dialect) -> bool:
        """Whether all of them are texts (or NULL) that fit."""
        if dialect.name not in ("postgresql", "sqlite") or not _TEXTS.issuperset(map(type, values)):
            return False
        return self.length is None or max(map(len, filter(None, values)), default=0) <= self.length

    def bind_processor(self, dialect: Dialect) -> Processor | None:
        limit = self.length

        def check(value: Any) -> Any:
            if value is None:
                return None
            if not isinstance(value, str):
                raise ValueDoesNotFit(f"a text is a str, not {type(value).__name__}")
            if limit is not None and len(value) > limit:
                raise ValueDoesNotFit(f"a text of {len(value)} characters in a column of {limit}")
            return value

        inner = super().bind_processor(dialect)
        return check if inner is None else _chain(check, inner)


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no blanks; decimals, dates, instants and UUIDs as text; floats are refused.

    Equal values give equal text, so it can be fingerprinted and compared.
    """
    return _encode(value if _is_json(value) else _without_floats(value))


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_PLAIN = frozenset({str, int, bool, type(None)})
_NAMES = frozenset({str})


def _is_json(value: Any) -> bool:
    """Whether this is made of nothing but what JSON has words for, floats left out."""
    kind = type(value)
    if kind in _PLAIN:
        return True
    if kind is dict:
        return _NAMES.issuperset(map(type, value)) and all(map(_is_json, value.values()))
    return kind is list and all(map(_is_json, value))


def _without_floats(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueDoesNotFit("a number in JSON must be finite")
        return format(plain(value), "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueDoesNotFit("an instant in JSON needs a time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [_without_floats(item) for item in value]
    if hasattr(value, "items"):
        return {_key(name): _without_floats(item) for name, item in value.items()}
    raise ValueDoesNotFit(f"{type(value).__name__} has no exact form in JSON")


def _key(name: Any) -> str:
    if not isinstance(name, str):
        raise ValueDoesNotFit(f"a name in JSON is a str, not {type(name).__name__}")
    return name


class JsonReady(str):
    """A value of a :class:`JsonText` column that its writer has put into canonical JSON already."""

    __slots__ = ()


class JsonText(TypeDecorator[Any]):
    """A JSON value, kept as canonical text so that what was written comes back letter by letter.

    Decimals come back as text (whoever wrote them knows which they are); a number with a point, put there
    by somebody else, comes back as Decimal and never as float.
    """

    impl = sa.UnicodeText
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return mysql.LONGTEXT(charset="utf8mb4", collation="utf8mb4_bin")
        return dialect.type_descriptor(sa.UnicodeText())

    def bind_processor(self, dialect: Dialect) -> Processor | None:
        inner = super().bind_processor(dialect)

        def write(value: Any) -> Any:
            if type(value) is JsonReady:
                return str(value)
            return None if value is None else canonical_json(value)

        return write if inner is None else _chain(write, inner)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Processor | None:
        decode = json.JSONDecoder(parse_float=Decimal).decode
        inner = super().result_processor(dialect, coltype)

        def read(value: Any) -> Any:
            return None if value is None else decode(value)

        return read if inner is None else _chain(inner, read)
