"""Goods that come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    SerializerFunctionWrapHandler,
    WrapSerializer,
)
from pydantic_core import PydanticCustomError, core_schema
from pydantic_core.core_schema import ValidationInfo

from .base import NO_CUSTOM, Code, CustomDraft, Day, Exact, Instant, Value
from .entity import Entity
from .order import Order, OrderLine
from .purchase import LineQuantity
from .scalars import code_text, kind_of, lenient


class ReturnStatus(StrEnum):
    """How far a return is."""

    REQUESTED = "requested"
    RECEIVED = "received"
    CREDITED = "credited"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


LineQuantities = Sequence[LineQuantity] | Mapping[Any, Decimal | int] | Sequence[OrderLine | str | int] | None
"""Lines with quantities as callers may give them: ``{line: quantity}``, ``LineQuantity`` values, bare lines
(all that is open or shipped), or ``None`` for every line."""


def _lines(given: object, info: ValidationInfo) -> object:
    if given is None:
        return ()
    if isinstance(given, Mapping):
        given = [{"line": line, "quantity": quantity} for line, quantity in given.items()]
    elif isinstance(given, LineQuantity | OrderLine | str | int):
        given = (given,)
    if not isinstance(given, Sequence):
        raise PydanticCustomError(
            "lines",
            "must be a mapping of lines to quantities, a sequence of lines, or None for all, not {kind}",
            {"kind": kind_of(given)},
        )
    if not given and not lenient(info):
        raise PydanticCustomError("no_lines", "must name at least one line; give None where all are meant")
    return [_line(item) for item in given]


def _line(item: object) -> object:
    if isinstance(item, LineQuantity | Mapping):
        return item
    if isinstance(item, tuple) and len(item) == 2:
        return {"line": item[0], "quantity": item[1]}
    return {"line": item}


def _all_as_none(lines: tuple[LineQuantity, ...], dump: SerializerFunctionWrapHandler) -> Any:
    return dump(lines) if lines else None


Lines = Annotated[
    tuple[LineQuantity, ...], BeforeValidator(_lines), WrapSerializer(_all_as_none, when_used="json")
]
"""Lines with quantities as they are kept; an empty tuple stands for all of them, in JSON ``null``."""


class _Given(Value):
    model_config = ConfigDict(title="lines")

    lines: Lines


def line_quantities(given: LineQuantities) -> tuple[LineQuantity, ...]:
    """Bring every accepted form of ``lines`` into one; ``None`` becomes an empty tuple, which stands for all.

    Raises pydantic's ``ValidationError``, also for an empty sequence: nothing named is not everything.
    """
    return _Given.model_validate({"lines": given}).lines


class _OrderOrId:
    """Marks ``Order | str``; in JSON the order's id stands."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def read(value: object, info: ValidationInfo) -> Order | str:
            return value if isinstance(value, Order) else code_text(value, info)

        def write(value: Order | str) -> str:
            return value.id if isinstance(value, Order) else value

        return core_schema.with_info_plain_validator_function(
            read,
            json_schema_input_schema=core_schema.str_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(
                write, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )


class ReturnDraft(Value):
    """Goods the customer sends back; ``lines`` given as ``None`` means everything that was shipped."""

    order: Annotated[Order | str, _OrderOrId()]
    lines: Lines
    reason: Code
    custom: CustomDraft = NO_CUSTOM

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            order: Order | str,
            lines: LineQuantities,
            reason: str,
            custom: Mapping[str, Any] = NO_CUSTOM,
        ) -> None: ...


class ReturnLine(Value):
    """How much of an order's line comes back, in the line's unit."""

    order_line_id: str
    quantity: Exact
    product: str | None = None
    unit: str | None = None
    received: Exact | None = None


class Return(Entity):
    """A return as a back-end holds it."""

    order_id: str
    status: ReturnStatus = ReturnStatus.UNKNOWN
    reason: str | None = None
    requested_on: Day | None = None
    lines: tuple[ReturnLine, ...] = ()
    stamp: str | None = None
    native_status: str | None = None
    created_at: Instant | None = None
