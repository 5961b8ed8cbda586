"""What every value of the domain has in common: frozen, keyword-only, exact, and quick to build from trusted rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any, Final, Self, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticSerializationError

from .custom import EMPTY, NO_CUSTOM, Custom, CustomChange, CustomDraft, Empty, FrozenMapping, OrEmpty
from .scalars import (
    AS_STORED,
    MAX_DIGITS,
    MAX_TEXT,
    Code,
    Day,
    Exact,
    Flag,
    Instant,
    Leniency,
    NotNegative,
    Position,
    Positive,
    Text,
)

__all__ = [
    "EMPTY",
    "MAX_DIGITS",
    "MAX_TEXT",
    "NO_CUSTOM",
    "Code",
    "Custom",
    "CustomChange",
    "CustomDraft",
    "Day",
    "Empty",
    "Exact",
    "Flag",
    "FrozenMapping",
    "Instant",
    "NotNegative",
    "OrEmpty",
    "Position",
    "Positive",
    "Text",
    "Value",
    "trusted_but",
]


V = TypeVar("V", bound="Value")


class Value(BaseModel):
    """A frozen value with keyword-only construction; unknown names are refused, inputs never shown in errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        validate_default=False,
    )

    @classmethod
    def trusted(cls, **values: Any) -> Self:
        """Build from values that an adapter has already made exact, without validating them again.

        For adapters' hot paths only: types are the caller's word.  Fields left out take their defaults; a name that
        is missing or unknown is a ``TypeError``.
        """
        make = _constructor(cls)
        cls.trusted = staticmethod(make)  # type: ignore[method-assign]  # at the first row, once for every class
        return make(**values)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.trusted = _FIRST_TRUSTED  # type: ignore[method-assign]  # a subclass has fields of its own

    def but(self, **changes: Any) -> Self:
        """The same value with some fields replaced; the changes are checked as in the constructor.

        What stays is not judged again, so that a code that a back-end made up does not stand in the way.
        """
        kept = {name: self.__dict__[name] for name in self.__pydantic_fields_set__}
        return self.model_validate({**kept, **changes}, context=Leniency(strict=frozenset(changes)))

    @classmethod
    def restored(cls, text: str | bytes) -> Self:
        """Read what ``model_dump_json`` wrote of a value that a back-end held, codes that are on no list included."""
        return cls.model_validate_json(text, context=AS_STORED)

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """As pydantic's; Ctrl-C in a function of ours that it calls stays Ctrl-C, and is no fault of a value."""
        try:
            return super().model_dump(**options)
        except PydanticSerializationError as failure:
            if isinstance(failure.__cause__, KeyboardInterrupt):
                raise failure.__cause__ from None
            raise


def trusted_but(value: V, **changes: Any) -> V:
    """As ``value.but``, with values that an adapter has already made exact; nothing is judged.

    For adapters' hot paths, where one field follows from the others; an unknown name is a ``TypeError``.
    """
    return type(value).trusted(**{**value.__dict__, **changes})


_FIRST_TRUSTED: Any = Value.__dict__["trusted"]
_TRUSTED: Final = signature(Value.trusted)
_MISSING: Final = object()
_SLOTS: Final[dict[str, Any]] = {
    # What pydantic's own ``model_construct`` sets, without its detours.
    "_new": object.__new__,
    "_put": BaseModel.__dict__["__dict__"].__set__,
    "_put_names": BaseModel.__dict__["__pydantic_fields_set__"].__set__,
    "_put_extra": BaseModel.__dict__["__pydantic_extra__"].__set__,
    "_put_private": BaseModel.__dict__["__pydantic_private__"].__set__,
    "_MISSING": _MISSING,
}


def _constructor(cls: type[V]) -> Callable[..., V]:
    """The constructor that one would write by hand: every field a keyword, in the order of the class.

    Written down once for each class, as :mod:`dataclasses` does, because an order is thirty values.
    """
    known = {**_SLOTS, "_cls": cls, "_names": set(cls.model_fields), "_misfit": partial(_misfit, cls)}
    keywords: list[str] = []
    required: list[str] = []
    for name, field in cls.model_fields.items():
        known[f"_{name}"] = _MISSING if field.is_required() else field.get_default(call_default_factory=True)
        keywords.append(f"{name}=_{name}")
        if field.is_required():
            required.append(name)
    refused = " or ".join(["_unknown", *(f"{name} is _MISSING" for name in required)])
    given = ", ".join(f"{name!r}: {name}" for name in required)
    fields = ", ".join(f"{name!r}: {name}" for name in cls.model_fields)
    text = f"""
def trusted(*, {", ".join(keywords)}, **_unknown):
    if {refused}:
        raise TypeError(_misfit({{{given}}}, _unknown))
    self = _new(_cls)
    _put(self, {{{fields}}})
    _put_names(self, _names)
    _put_extra(self, None)
    _put_private(self, None)
    return self
"""
    exec(compile(text, f"<{cls.__name__}.trusted>", "exec"), known)  # noqa: S102 (made of our own fields' names)
    made: Any = known["trusted"]
    made.__signature__ = _TRUSTED  # what people are shown does not depend on which class was used first
    told: Callable[..., V] = made
    return told


def _misfit(cls: type[Value], given: dict[str, Any], unknown: dict[str, Any]) -> str:
    missing = ", ".join(sorted(name for name, value in given.items() if value is _MISSING)) or "none"
    odd = ", ".join(sorted(unknown)) or "none"
    return f"{cls.__name__}.trusted: missing names: {missing}; unknown names: {odd}"
