"""Changes to an order, one class for each thing that people change.

``line`` takes an ``OrderLine``, its id, or an int position valid for the version at hand.  ``reason`` is free
text for the audit trail; a back-end that has reason codes maps known words to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import GetCoreSchemaHandler, model_validator
from pydantic_core import PydanticCustomError, core_schema, to_json
from pydantic_core.core_schema import ValidationInfo

from ..interruption import uninterrupted
from .address import Address, Contact
from .base import NO_CUSTOM, Code, CustomChange, Day, Empty, Flag, OrEmpty, Positive, Text, Value
from .money import Charge, Discount, UnitPrice
from .order import LineDraft, LineRef, OrderLine, Unit
from .purchase import PurchaseOrderLineDraft
from .references import Named, Ref, Reference
from .scalars import first_said, kind_of


class Amendment(Value):
    """Any change to an order; ``operation`` is its name in the capabilities."""

    operation: ClassVar[str]


class _NewLine:
    """Marks ``LineDraft | PurchaseOrderLineDraft``; JSON says which with ``"$purchase": true``."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def read(
            value: Any, _: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo
        ) -> LineDraft | PurchaseOrderLineDraft:
            if isinstance(value, LineDraft | PurchaseOrderLineDraft):
                return value
            if not isinstance(value, Mapping):
                raise PydanticCustomError(
                    "new_line",
                    "must be a LineDraft or a PurchaseOrderLineDraft, not {kind}",
                    {"kind": kind_of(value)},
                )
            fields = dict(value)
            kind = PurchaseOrderLineDraft if fields.pop("$purchase", False) else LineDraft
            if info.mode == "json":  # decimals and dates are texts there
                return kind.model_validate_json(to_json(fields), context=info.context)
            return kind.model_validate(fields, context=info.context)

        def write(value: Any, dump: core_schema.SerializerFunctionWrapHandler) -> Any:
            told = dump(value)
            return {"$purchase": True, **told} if isinstance(value, PurchaseOrderLineDraft) else told

        return core_schema.with_info_wrap_validator_function(
            read,
            handler(source),
            serialization=core_schema.wrap_serializer_function_ser_schema(
                write, schema=handler(source), when_used="json"
            ),
        )


class AddLine(Amendment):
    """Add a line at the end of the order."""

    operation: ClassVar[str] = "add_line"
    line: Annotated[LineDraft | PurchaseOrderLineDraft, _NewLine()]
    reason: Text | None = None


class ChangeQuantity(Amendment):
    """Order another quantity of a line, in the line's unit; never below what was shipped."""

    operation: ClassVar[str] = "change_quantity"
    line: LineRef
    to: Positive
    reason: Text | None = None

    if TYPE_CHECKING:

        def __init__(
            self, *, line: OrderLine | str | int, to: Decimal | int, reason: str | None = None
        ) -> None: ...


class ChangePrice(Amendment):
    """Agree on another price for a line."""

    operation: ClassVar[str] = "change_price"
    line: LineRef
    to: UnitPrice
    reason: Text | None = None


class ChangeDate(Amendment):
    """Ask for another delivery date, of one line or (``line`` left out) of the order and all its open lines."""

    operation: ClassVar[str] = "change_date"
    to: Day
    line: LineRef | None = None
    reason: Text | None = None


class ChangeDiscount(Amendment):
    """Give another discount to a line; ``EMPTY`` takes it away."""

    operation: ClassVar[str] = "change_discount"
    line: LineRef
    to: Annotated[Discount | Empty, OrEmpty(Discount)]
    reason: Text | None = None


class ChangeWarehouse(Amendment):
    """Ship from another warehouse, one line or (``line`` left out) the order and all its open lines."""

    operation: ClassVar[str] = "change_warehouse"
    to: Code
    line: LineRef | None = None
    reason: Text | None = None


class SubstituteProduct(Amendment):
    """Deliver another product instead; quantity, unit and price stay unless given."""

    operation: ClassVar[str] = "substitute_product"
    line: LineRef
    to: Named
    quantity: Positive | None = None
    unit: Unit | None = None
    price: UnitPrice | None = None
    reason: Text | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            line: OrderLine | str | int,
            to: str | Ref,
            quantity: Decimal | int | None = None,
            unit: str | None = None,
            price: UnitPrice | None = None,
            reason: str | None = None,
        ) -> None: ...


class SplitLine(Amendment):
    """Move ``quantity`` of a line to a new line with its own date or warehouse."""

    operation: ClassVar[str] = "split_line"
    line: LineRef
    quantity: Positive
    requested: Day | None = None
    warehouse: Code | None = None
    reason: Text | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            line: OrderLine | str | int,
            quantity: Decimal | int,
            requested: date | None = None,
            warehouse: str | None = None,
            reason: str | None = None,
        ) -> None: ...


class ChangeAddress(Amendment):
    """Deliver or bill to another address."""

    operation: ClassVar[str] = "change_address"
    ship_to: Address | None = None
    bill_to: Address | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _something(self, info: ValidationInfo) -> ChangeAddress:
        if first_said(info) and self.ship_to is None and self.bill_to is None:
            raise PydanticCustomError("nothing_to_change", "give ship_to or bill_to")
        return self


ClearableCode = Annotated[str | Empty, OrEmpty(Code)]


class ChangeHeader(Amendment):
    """Change fields of the order itself; ``EMPTY`` clears a field, a field left out stays as it is.

    ``discounts``, ``charges`` and ``references`` replace all that are there.  Dates, warehouse, addresses and notes
    have amendments of their own.
    """

    operation: ClassVar[str] = "change_header"
    customer_po: ClearableCode | None = None
    supplier_reference: ClearableCode | None = None
    order_date: Annotated[date | Empty, OrEmpty(Day)] | None = None
    prices_include_tax: Flag | None = None
    payment_terms: ClearableCode | None = None
    delivery_terms: ClearableCode | None = None
    partial_shipment: Flag | None = None
    discounts: Annotated[tuple[Discount, ...] | Empty, OrEmpty(tuple[Discount, ...])] | None = None
    charges: Annotated[tuple[Charge, ...] | Empty, OrEmpty(tuple[Charge, ...])] | None = None
    references: Annotated[tuple[Reference, ...] | Empty, OrEmpty(tuple[Reference, ...])] | None = None
    contact: Annotated[Contact | Empty, OrEmpty(Contact)] | None = None
    custom: CustomChange = NO_CUSTOM
    reason: Text | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            customer_po: str | Empty | None = None,
            supplier_reference: str | Empty | None = None,
            order_date: date | Empty | None = None,
            prices_include_tax: bool | None = None,
            payment_terms: str | Empty | None = None,
            delivery_terms: str | Empty | None = None,
            partial_shipment: bool | None = None,
            discounts: Sequence[Discount] | Empty | None = None,
            charges: Sequence[Charge] | Empty | None = None,
            references: Sequence[Reference] | Empty | None = None,
            contact: Contact | Empty | None = None,
            custom: Mapping[str, Any] = NO_CUSTOM,
            reason: str | None = None,
        ) -> None: ...

    @property
    def changes(self) -> dict[str, Any]:
        """The header fields that this amendment sets (``EMPTY`` where it clears); ``custom`` apart."""
        fields = (name for name in type(self).model_fields if name not in ("custom", "reason"))
        return {name: value for name in fields if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _something(self, info: ValidationInfo) -> ChangeHeader:
        # An adapter may take out what its back-end derives itself, and nothing may be left then.
        if first_said(info) and not self.changes and not self.custom:
            raise PydanticCustomError("nothing_to_change", "name at least one field to change")
        return self


class AddNote(Amendment):
    """Add a note for people to the order."""

    operation: ClassVar[str] = "add_note"
    text: Code


class CancelLine(Amendment):
    """Cancel what is open of a line."""

    operation: ClassVar[str] = "cancel_line"
    line: LineRef
    reason: Text


class PlaceHold(Amendment):
    """Stop the order, or one line, until the hold is released."""

    operation: ClassVar[str] = "hold"
    kind: Code
    reason: Text | None = None
    line: LineRef | None = None


class ReleaseHold(Amendment):
    """Let the order, or one line, go on: take away the holds of this kind."""

    operation: ClassVar[str] = "release"
    kind: Code
    reason: Text | None = None
    line: LineRef | None = None


# --------------------------------------------------------------------------- on paper

_KINDS: Final[Mapping[str, type[Amendment]]] = {
    kind.__name__: kind
    for kind in (
        *(
            AddLine,
            ChangeQuantity,
            ChangePrice,
            ChangeDate,
            ChangeDiscount,
            ChangeWarehouse,
            SubstituteProduct,
        ),
        *(SplitLine, ChangeAddress, ChangeHeader, AddNote, CancelLine, PlaceHold, ReleaseHold),
    )
}


def amendment_to_json(amendment: Amendment) -> dict[str, Any]:
    """An amendment as plain JSON values: its class under ``"amendment"``, and the fields that say something.

    A ``line`` given as an ``OrderLine`` is stored as its id.
    """
    with (
        uninterrupted()
    ):  # where a value may be of either of two kinds, pydantic takes a strike for "the other one"
        told = amendment.model_dump(mode="json", exclude_defaults=True)
    return {"amendment": type(amendment).__name__, **told}


def amendment_from_json(stored: Mapping[str, Any]) -> Amendment:
    """The amendment that :func:`amendment_to_json` wrote; raises ``ValueError`` for a class that does not exist."""
    fields = dict(stored)
    kind = _KINDS.get(str(fields.pop("amendment", None)))
    if kind is None:
        raise ValueError(f"not a stored amendment: its class must be one of {', '.join(_KINDS)}")
    return kind.model_validate_json(to_json(fields))
