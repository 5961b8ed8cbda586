"""Fields that only some systems know: a read-only, hashable mapping whose values keep their types in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, TypeVar

from pydantic import (
    AfterValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationError,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema
from pydantic_core.core_schema import ValidationInfo

from .scalars import (
    clean_text,
    code_text,
    day_of,
    exact_int,
    exact_number,
    in_utc,
    instant_of,
    kind_of,
    plain,
)

V = TypeVar("V", covariant=True)


# --------------------------------------------------------------------------- EMPTY


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


EMPTY: Final = Empty()
"""Clears a field.  Leaving a field out leaves it as it is; ``None`` is never written."""

EMPTY_IN_JSON: Final[Mapping[str, bool]] = {"$empty": True}


def is_empty(value: object, info: ValidationInfo) -> bool:
    """Whether this is ``EMPTY``, or in JSON its sign."""
    return value is EMPTY or (info.mode == "json" and value == EMPTY_IN_JSON)


class OrEmpty:
    """Marks ``T | Empty``: EMPTY passes, anything else is judged as ``inner``, and errors name the field alone."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        inner = handler.generate_schema(self.inner)

        def read(value: Any, judge: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
            return EMPTY if is_empty(value, info) else judge(value)

        def write(
            value: Any, dump: core_schema.SerializerFunctionWrapHandler, info: core_schema.SerializationInfo
        ) -> Any:
            if value is EMPTY:
                return dict(EMPTY_IN_JSON) if info.mode == "json" else EMPTY
            return dump(value)

        return core_schema.with_info_wrap_validator_function(
            read,
            inner,
            serialization=core_schema.wrap_serializer_function_ser_schema(write, info_arg=True, schema=inner),
        )


# --------------------------------------------------------------------------- the mapping


class FrozenMapping(Mapping[str, V]):
    """A read-only, hashable mapping: the type of ``custom`` and ``raw``."""

    __slots__ = ("_data",)
    _data: dict[str, V]

    def __init__(self, data: Mapping[str, V] | None = None) -> None:
        object.__setattr__(self, "_data", dict(data or {}))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a FrozenMapping cannot be changed")

    def __delattr__(self, name: str) -> None:
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
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(
            _custom_fields,
            serialization=core_schema.plain_serializer_function_ser_schema(_custom_to_json, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "object"}


def _custom_fields(value: object, info: ValidationInfo) -> FrozenMapping[Any]:
    if isinstance(value, FrozenMapping):
        items: Mapping[Any, Any] = value
    elif isinstance(value, Mapping):
        items = value
    else:
        raise PydanticCustomError(
            "mapping", "must be a mapping of names to values, not {kind}", {"kind": kind_of(value)}
        )
    fields: dict[str, Any] = {}
    refused: list[InitErrorDetails] = []
    for name, item in items.items():
        try:
            fields[code_text(name, info)] = _custom_value(item, info)
        except PydanticCustomError as error:
            # A name of a field is short; what is not may be anything, a customer's data included.
            where = name if isinstance(name, str) and len(name) <= 100 else "[key]"
            refused.append(InitErrorDetails(type=error, loc=(where,), input=None))
    if refused:
        raise ValidationError.from_exception_data("custom", refused, hide_input=True)
    return FrozenMapping(fields)


_CUSTOM_KINDS: Final = "text, int, Decimal, bool, date or aware datetime"


def _custom_value(item: Any, info: ValidationInfo) -> Any:
    if info.mode == "json" and isinstance(item, dict) and len(item) == 1:
        (tag, told), *_ = item.items()
        return _tagged(tag, told, info)
    if item is None or item is EMPTY or isinstance(item, bool):
        return item
    if isinstance(item, int):
        exact_int(item)
        return item
    if isinstance(item, str):
        return clean_text(item, info)
    if isinstance(item, Decimal):
        return exact_number(item, info)
    if isinstance(item, datetime):
        return in_utc(item)
    if isinstance(item, date):
        return item
    raise PydanticCustomError(
        "custom_type", "must be {wanted}, not {kind}", {"wanted": _CUSTOM_KINDS, "kind": kind_of(item)}
    )


def _tagged(tag: object, told: object, info: ValidationInfo) -> Any:
    if tag == "$empty" and told is True:
        return EMPTY
    if isinstance(told, str):
        if tag == "$decimal":
            return exact_number(told, info)
        moment = day_of(told) if tag == "$date" else instant_of(told) if tag == "$instant" else None
        if moment is not None:
            return moment
    raise PydanticCustomError("custom_type", "must be {wanted}", {"wanted": _CUSTOM_KINDS})


def _custom_to_json(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: custom_to_json(item) for name, item in value.items()}


def custom_to_json(item: Any) -> Any:
    """A custom field's value as JSON that reads back with its type (``{"$decimal": "1.20"}``)."""
    if isinstance(item, Decimal):
        return {"$decimal": plain(item)}
    if isinstance(item, datetime):
        return {"$instant": item.isoformat()}
    if isinstance(item, date):
        return {"$date": item.isoformat()}
    return dict(EMPTY_IN_JSON) if item is EMPTY else item


# --------------------------------------------------------------------------- its three uses

NO_CUSTOM: Final[FrozenMapping[Any]] = FrozenMapping()


def _given(value: FrozenMapping[Any]) -> FrozenMapping[Any]:
    if any(item is None for item in value.values()):
        return FrozenMapping({name: item for name, item in value.items() if item is not None})
    return value


def _nothing_to_clear(value: FrozenMapping[Any]) -> FrozenMapping[Any]:
    refused = [
        InitErrorDetails(
            type=PydanticCustomError(
                "nothing_to_clear", "must not be EMPTY: a new record has nothing to clear"
            ),
            loc=(name,),
            input=None,
        )
        for name, item in value.items()
        if item is EMPTY
    ]
    if refused:
        raise ValidationError.from_exception_data("custom", refused, hide_input=True)
    return _given(value)


def _as_sent(value: object) -> FrozenMapping[Any]:
    return value if isinstance(value, FrozenMapping) else FrozenMapping(dict(value or {}))  # type: ignore[call-overload]


Custom = FrozenMapping[Any]
"""Custom fields as a back-end holds them; ``None`` where it reports the field without a value."""
CustomDraft = Annotated[Custom, AfterValidator(_nothing_to_clear)]
"""Custom fields to be written with a new record; ``None`` is the same as leaving one out."""
CustomChange = Annotated[Custom, AfterValidator(_given)]
"""Custom fields to be changed; ``EMPTY`` clears one, ``None`` is the same as leaving it out."""
Raw = Annotated[FrozenMapping[Any], PlainValidator(_as_sent)]
"""What a back-end sent, as it was sent."""
