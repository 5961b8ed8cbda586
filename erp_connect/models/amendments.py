"""Changes to an order, one class for each thing that people change.

``line`` takes an ``OrderLine``, its id, or an int position valid for the version at hand.  ``reason`` is free
text for the audit trail; a back-end that has reason codes maps known words to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from .address import Address, Contact
from .base import NO_CUSTOM, Code, Custom, Day, Empty, Flag, Positive, Text, Value
from .money import Discount, UnitPrice
from .order import LineDraft, LineRef, OrderLine, Unit
from .purchase import PurchaseOrderLineDraft
from .references import Ref


class Amendment(Value):
    """Any change to an order; ``operation`` is its name in the capabilities."""

    operation: ClassVar[str]


class AddLine(Amendment):
    """Add a line at the end of the order."""

    operation: ClassVar[str] = "add_line"
    line: LineDraft | PurchaseOrderLineDraft
    reason: Text | None = None


class ChangeQuantity(Amendment):
    """Order another quantity of a line, in the line's unit; never below what was shipped."""

    operation: ClassVar[str] = "change_quantity"
    line: LineRef
    to: Positive
    reason: Text | None = None

    if TYPE_CHECKING:

        def __init__(self, *, line: OrderLine | str | int, to: Decimal | int, reason: str | None = None) -> None: ...


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
    to: Discount | Empty
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
    to: Code | Ref
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
    def _something(self) -> ChangeAddress:
        if self.ship_to is None and self.bill_to is None:
            raise PydanticCustomError("nothing_to_change", "give ship_to or bill_to")
        return self


class ChangeHeader(Amendment):
    """Change fields of the order itself; ``EMPTY`` clears a field, a field left out stays as it is."""

    operation: ClassVar[str] = "change_header"
    customer_po: Code | Empty | None = None
    supplier_reference: Code | Empty | None = None
    payment_terms: Code | Empty | None = None
    delivery_terms: Code | Empty | None = None
    partial_shipment: Flag | None = None
    contact: Contact | Empty | None = None
    custom: Custom = NO_CUSTOM
    reason: Text | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            customer_po: str | Empty | None = None,
            supplier_reference: str | Empty | None = None,
            payment_terms: str | Empty | None = None,
            delivery_terms: str | Empty | None = None,
            partial_shipment: bool | None = None,
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
    def _something(self) -> ChangeHeader:
        if not self.changes and not self.custom:
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
