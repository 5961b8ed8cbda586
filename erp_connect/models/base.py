"""What every value of the domain has in common: frozen, keyword-only, exact, and quick to build from trusted rows."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

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
]


_Fields = tuple[dict[str, Any], set[str], frozenset[str]]


class Value(BaseModel):
    """A frozen value with keyword-only construction; unknown names are refused, inputs never shown in errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        validate_default=False,
    )

    _trusted: ClassVar[_Fields | None] = None

    @classmethod
    def trusted(cls, **values: Any) -> Self:
        """Build from values that an adapter has already made exact, without validating them again.

        For adapters' hot paths only: types are the caller's word.  Fields left out take their defaults; a name that
        is missing or unknown is a ``TypeError``.
        """
        template, names, required = cls._trusted or cls._learn()
        fields = template | values  # in the order of the class, whatever order the caller names them in
        if len(fields) != len(template) or not required.issubset(values):
            raise TypeError(cls._misfit(values, required))
        self = _new(cls)
        _set(self, "__dict__", fields)
        _set_names(self, names)
        _set_extra(self, None)
        _set_private(self, None)
        return self

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._trusted = None  # every class learns its own fields, at the first row

    @classmethod
    def _learn(cls) -> _Fields:
        template = {
            name: None if field.is_required() else field.get_default(call_default_factory=True)
            for name, field in cls.model_fields.items()
        }
        required = frozenset(name for name, field in cls.model_fields.items() if field.is_required())
        learnt = (template, set(template), required)
        cls._trusted = learnt
        return learnt

    @classmethod
    def _misfit(cls, values: dict[str, Any], required: frozenset[str]) -> str:
        missing = ", ".join(sorted(required - values.keys())) or "none"
        unknown = ", ".join(sorted(values.keys() - cls.model_fields)) or "none"
        return f"{cls.__name__}.trusted: missing names: {missing}; unknown names: {unknown}"

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


# A row is built by what pydantic's own ``model_construct`` sets, without its detours; these are its slots.
_new = object.__new__
_set = object.__setattr__
_set_names = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_set_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private = BaseModel.__dict__["__pydantic_private__"].__set__
