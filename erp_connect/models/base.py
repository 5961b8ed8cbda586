"""What every value of the domain has in common: frozen, keyword-only, exact, and quick to build from trusted rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, Strict
from pydantic_core import PydanticCustomError, core_schema
from pydantic_core.core_schema import ValidationInfo

MAX_TEXT: Final = 1_000_000
"""Longest text a model holds (characters); a guard against abuse, not a back-end's limit."""
MAX_DIGITS: Final = 28
"""Most significant digits of an amount or quantity."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MISSING: Final = object()


def _text(value: str) -> str:
    found = _CONTROL.search(value)
    if found:
        raise PydanticCustomError(
            "control_character",
            "text holds the control character U+{codepoint} at position {position}; remove it",
            {"codepoint": f"{ord(found.group()):04X}", "position": found.start()},
        )
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "must not be blank")
    return value


Text = Annotated[str, Strict(), Field(max_length=MAX_TEXT), AfterValidator(_text)]
"""Any text without control characters (tab and line ends are allowed), at most 1 MB."""
Code = Annotated[str, Strict(), Field(max_length=MAX_TEXT), AfterValidator(_text), AfterValidator(_not_blank)]
"""A text that must say something: a number, a code, a name."""


def _number(value: object, info: ValidationInfo) -> Decimal:
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    elif info.mode == "json" and isinstance(value, str) and re.fullmatch(r"-?\d{1,40}(\.\d{1,40})?", value):
        number = Decimal(value)
    else:
        raise PydanticCustomError(
            "exact_number",
            "must be a Decimal or an int (in JSON: a text such as '12.50'), not {kind}",
            {"kind": type(value).__name__},
        )
    if not number.is_finite():
        raise PydanticCustomError("finite_number", "must be a finite number")
    digits = number.as_tuple().digits
    exponent = number.adjusted()
    if len(digits) > MAX_DIGITS or abs(exponent) > MAX_DIGITS:
        raise PydanticCustomError(
            "too_many_digits", "must have at most {limit} significant digits", {"limit": MAX_DIGITS}
        )
    return number


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise PydanticCustomError("not_positive", "must be greater than zero")
    return value


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise PydanticCustomError("negative", "must not be negative")
    return value


Exact = Annotated[Decimal, BeforeValidator(_number)]
"""An exact number: Decimal or int; never float, bool or (outside JSON) str."""
Positive = Annotated[Exact, AfterValidator(_positive)]
NotNegative = Annotated[Exact, AfterValidator(_not_negative)]


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None or value.utcoffset() is None:
        raise PydanticCustomError("naive_instant", "must carry a time zone")
    return value.astimezone(UTC)


Instant = Annotated[datetime, Strict(), AfterValidator(_utc)]
"""A point in time, aware, kept in UTC."""
Day = Annotated[date, Strict()]
"""A business date in the company's zone."""
Flag = Annotated[bool, Strict()]
Position = Annotated[int, Strict()]


class Value(BaseModel):
    """A frozen value with keyword-only construction; unknown names are refused, inputs never shown in errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True, validate_default=False
    )

    _trusted: ClassVar[tuple[dict[str, Any], set[str]] | None] = None

    @classmethod
    def trusted(cls, **values: Any) -> Self:
        """Build from values that an adapter has already made exact, without validating them again.

        For adapters' hot paths only: types are the caller's word.  Fields left out take their defaults.
        """
        defaults, names = cls.__dict__.get("_trusted") or cls._learn()
        self = _new(cls)
        _set(self, "__dict__", {**defaults, **values})
        _set(self, "__pydantic_fields_set__", names)
        _set(self, "__pydantic_extra__", None)
        _set(self, "__pydantic_private__", None)
        return self

    @classmethod
    def _learn(cls) -> tuple[dict[str, Any], set[str]]:
        defaults = {
            name: field.get_default(call_default_factory=True)
            for name, field in cls.model_fields.items()
            if not field.is_required()
        }
        learnt = (defaults, set(cls.model_fields))
        type.__setattr__(cls, "_trusted", learnt)
        return learnt

    def but(self, **changes: Any) -> Self:
        """The same value with some fields replaced (not validated again: pass exact values)."""
        return self.model_copy(update=changes)


_new = object.__new__
_set = object.__setattr__

V = TypeVar("V", covariant=True)


class FrozenMapping(Mapping[str, V]):
    """A read-only, hashable mapping: the type of ``custom`` and ``raw``."""

    __slots__ = ("_data",)
    _data: dict[str, V]

    def __init__(self, data: Mapping[str, V] | None = None) -> None:
        object.__setattr__(self, "_data", dict(data or {}))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a FrozenMapping cannot be changed")

    def __getitem__(self, key: str) -> V:
        return self._data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __hash__(self) -> int:
        return hash(frozenset(self._data.items()))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenMapping):
            return self._data == other._data
        return isinstance(other, Mapping) and self._data == dict(other)

    def __repr__(self) -> str:
        return f"FrozenMapping({self._data!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenMapping, (self._data,)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(
            _custom_fields,
            serialization=core_schema.plain_serializer_function_ser_schema(_custom_to_json, when_used="json"),
        )


def _custom_fields(value: object, info: ValidationInfo) -> FrozenMapping[Any]:
    if isinstance(value, FrozenMapping):
        return value
    if not isinstance(value, Mapping):
        raise PydanticCustomError("mapping", "must be a mapping of names to values")
    fields: dict[str, Any] = {}
    for name, item in value.items():
        if not isinstance(name, str) or not name.strip():
            raise PydanticCustomError("custom_name", "every custom field needs a name")
        fields[name] = _custom_value(name, item, info)
    return FrozenMapping(fields)


def _custom_value(name: str, item: Any, info: ValidationInfo) -> Any:
    if info.mode == "json" and isinstance(item, dict) and len(item) == 1:
        (tag, text), *_ = item.items()
        if tag == "$decimal" and isinstance(text, str):
            return _number(text, info)
        if tag == "$date" and isinstance(text, str):
            return date.fromisoformat(text)
        if tag == "$instant" and isinstance(text, str):
            return _utc(datetime.fromisoformat(text))
    if item is None or isinstance(item, bool | int):
        return item
    if isinstance(item, str):
        if len(item) > MAX_TEXT:
            raise PydanticCustomError("string_too_long", "custom field {name} is longer than 1 MB", {"name": name})
        return _text(item)
    if isinstance(item, Decimal):
        return _number(item, info)
    if isinstance(item, datetime):
        return _utc(item)
    if isinstance(item, date):
        return item
    raise PydanticCustomError(
        "custom_type",
        "custom field {name} must be text, int, Decimal, bool, date, aware datetime or None, not {kind}",
        {"name": name, "kind": type(item).__name__},
    )


def _custom_to_json(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: custom_to_json(item) for name, item in value.items()}


def custom_to_json(item: Any) -> Any:
    """A custom field's value as JSON that reads back with its type (``{"$decimal": "1.20"}``)."""
    if isinstance(item, Decimal):
        return {"$decimal": format(item, "f")}
    if isinstance(item, datetime):
        return {"$instant": item.isoformat()}
    if isinstance(item, date):
        return {"$date": item.isoformat()}
    return item


Custom = FrozenMapping[Any]
NO_CUSTOM: Final[FrozenMapping[Any]] = FrozenMapping()


class Empty:
    """The type of :data:`EMPTY`."""

    __slots__ = ()
    _only: ClassVar[Empty | None] = None

    def __new__(cls) -> Empty:
        if cls._only is None:
            cls._only = object.__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "EMPTY"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> tuple[Any, ...]:
        return Empty, ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def read(value: object) -> Empty:
            if value is EMPTY or value == {"$empty": True}:
                return EMPTY
            raise PydanticCustomError("empty", "must be EMPTY")

        return core_schema.no_info_plain_validator_function(
            read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda _: {"$empty": True}, when_used="json"
            ),
        )


EMPTY: Final = Empty()
"""Clears a field.  Leaving a field out leaves it as it is; ``None`` is never written."""


class Entity(Value):
    """Something a back-end holds: known by ``id``, called by ``number``, guarded by ``version``."""

    id: str
    number: str | None = None
    version: str | None = None
    custom: Custom = NO_CUSTOM
    raw: Custom = Field(default=NO_CUSTOM, repr=False, exclude=True)
    warnings: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        mine, theirs = self.__dict__, other.__dict__
        return all(mine[name] == theirs[name] for name in type(self).model_fields if name != "raw")

    def __hash__(self) -> int:
        return hash((type(self), self.id))
