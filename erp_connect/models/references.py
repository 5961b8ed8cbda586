"""How things are pointed at: native ids, references of others, holds, and the place a value came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema
from pydantic_core.core_schema import ValidationInfo

from .base import Code, Instant, Position, Text, Value
from .scalars import code_text, kind_of


class Ref(Value):
    """A back-end's own id, where drafts otherwise take the number or code that people say."""

    id: Code


class _CodeOrRef:
    """Marks ``str | Ref``: chosen by kind, so that an error names the field alone."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def read(value: Any, _: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo) -> str | Ref:
            if isinstance(value, Ref):
                return value
            if isinstance(value, Mapping):
                return Ref.model_validate(dict(value), context=info.context)
            if not isinstance(value, str):
                raise PydanticCustomError(
                    "number_or_ref",
                    "must be the number or code that people say (a text), or Ref(id=...), not {kind}",
                    {"kind": kind_of(value)},
                )
            return code_text(value, info)

        return core_schema.with_info_wrap_validator_function(read, handler(source))


Named = Annotated[str | Ref, _CodeOrRef()]
"""A customer, supplier or product: the number or code that people say, or the back-end's own id."""


class Reference(Value):
    """A number by which somebody else knows the order or line (contract, project, web shop, EDI)."""

    kind: Code
    value: Code


class Hold(Value):
    """A block that keeps the order or one line from going on."""

    kind: Code
    reason: Text | None = None
    line_id: str | None = None
    id: str | None = None
    native: str | None = None
    since: Instant | None = None


class Place(Value):
    """Where a value was read: file, sheet and cell, or file, line and column."""

    file: str | None = None
    sheet: str | None = None
    cell: str | None = None
    line: Position | None = None
    column: Position | None = None

    def __str__(self) -> str:
        if self.cell is not None:
            return f"{self.sheet}!{self.cell}" if self.sheet else self.cell
        if self.line is not None:
            column = f", column {self.column}" if self.column is not None else ""
            return f"{self.file or 'file'}, line {self.line}{column}"
        return self.sheet or self.file or "unknown place"


class Places(Mapping[str, Place]):
    """Where each value of a draft was read: path (``order.lines[2].quantity``) to :class:`Place`."""

    __slots__ = ("_places",)

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._places = dict(places)

    def __getitem__(self, path: str) -> Place:
        return self._places[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def nearest(self, path: str) -> Place | None:
        """The place of this value, or of what it is part of: a missing field is shown at its line."""
        while path:
            if path in self._places:
                return self._places[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return None
