"""Values that stand in one text column: models as JSON, made and read here.

Parsing is remembered, because orders repeat their customers' addresses and terms; the values are frozen.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter, index
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from ...errors import MappingError, UnmappedCode
from ...models import NO_CUSTOM, Address, Charge, Contact, Discount, FrozenMapping, Hold, Reference
from ...models.order import ScheduleLine
from ...models.product import ProductCode, ProductUnit
from ...models.scalars import AS_STORED

_REMEMBERED: Final = 4096


class Codec(NamedTuple):
    """How a value is read from its column, and how it is written there (``None`` for nothing).

    ``read`` raises over a stored value that is none of its kind; a ``MappingError`` says what the column holds instead.
    """

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


def _unreadable() -> MappingError:
    return MappingError(
        "what is no JSON of ours any more", code="stored_json", hint="restore the row from a backup"
    )


def json_of(kind: Any, *, remember: bool = True) -> Codec:
    """A model, or a tuple of models, as JSON text; decimals, dates and instants stand there as text."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def read(text: str) -> Any:
        try:
            return adapter.validate_json(text, context=AS_STORED)
        except ValidationError:
            raise _unreadable() from None

    def write(value: Any) -> str | None:
        return adapter.dump_json(value, exclude_none=True).decode() if value else None

    if not remember:
        return Codec(read, write)
    return Codec(lru_cache(_REMEMBERED)(read), write)


@lru_cache(_REMEMBERED)
def _address(text: str) -> Address:
    try:
        stored = json.loads(text)
        return Address.trusted(**{**stored, "lines": tuple(stored["lines"])})
    except (ValueError, TypeError, KeyError):
        raise _unreadable() from None


@lru_cache(_REMEMBERED)
def _address_text(value: Address) -> str:
    return value.model_dump_json(exclude_none=True)


def _custom_text(value: FrozenMapping[Any]) -> str | None:
    return _CUSTOM.dump_json(value).decode() if value else None


def _custom(text: str) -> Any:
    try:
        return _CUSTOM.validate_json(text, context=AS_STORED)
    except ValidationError:
        raise _unreadable() from None


_CUSTOM: Final[TypeAdapter[Any]] = TypeAdapter(FrozenMapping[Any])

ADDRESS: Final = Codec(_address, lambda value: None if value is None else _address_text(value))
ADDRESSES: Final = json_of(tuple[Address, ...])
CONTACT: Final = json_of(Contact)
CONTACTS: Final = json_of(tuple[Contact, ...])
DISCOUNT: Final = json_of(Discount)
DISCOUNTS: Final = json_of(tuple[Discount, ...])
CHARGES: Final = json_of(tuple[Charge, ...])
NOTES: Final = json_of(tuple[str, ...])
REFERENCES: Final = json_of(tuple[Reference, ...])
HOLDS: Final = json_of(tuple[Hold, ...])
SCHEDULE: Final = json_of(tuple[ScheduleLine, ...])
CODES: Final = json_of(tuple[ProductCode, ...])
UNITS: Final = json_of(tuple[ProductUnit, ...])
CUSTOM: Final = Codec(_custom, lambda value: None if value is NO_CUSTOM else _custom_text(value))
ID: Final = Codec(
    int.__repr__, int
)  # as fast as str, and refuses what SQLite has let into a column of numbers
WHOLE: Final = Codec(index, index)


class _Members(dict[str, Any]):
    """The members of an enumeration by their values."""

    def __missing__(self, value: object) -> Any:
        raise UnmappedCode(
            "a code that is none of ours",
            hint=f"put one of these in its place: {', '.join(self)}",
        )


def enum_of(kind: Any) -> Codec:
    """An enumeration by its value."""
    members = _Members((member.value, member) for member in kind)
    return Codec(members.__getitem__, attrgetter("_value_"))  # `value` is a property, and slow
