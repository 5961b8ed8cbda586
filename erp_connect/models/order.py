"""Sales orders: the draft a caller writes, and the order a back-end holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, GetCoreSchemaHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema
from pydantic_core.core_schema import ValidationInfo

from .address import Address, Contact
from .base import (
    NO_CUSTOM,
    Code,
    Custom,
    CustomDraft,
    Day,
    Exact,
    Flag,
    Instant,
    Position,
    Positive,
    Text,
    Value,
)
from .entity import Entity
from .money import Charge, Currency, Discount, Money, UnitPrice
from .references import Hold, Named, Ref, Reference
from .scalars import as_stored, clean_text, coded, kind_of
from .status import LineKind, OrderStatus, Progress, Timeliness
from .units import unit_code

Unit = Annotated[str, coded(unit_code, "unknown_unit")]
"""A UN/ECE Recommendation 20 code; an unambiguous alias (PCE, kg) is turned into its code."""


class LineDraft(Value):
    """One line of an order to be written.

    ``price`` becomes the order's price; ``expected_price`` is never written, only compared.
    ``product`` is the code that people say, or ``Ref(id=...)``; ``quantity`` counts ``unit``.
    """

    product: Named
    quantity: Positive
    unit: Unit
    price: UnitPrice | None = None
    expected_price: UnitPrice | None = None
    requested: Day | None = None
    description: Text | None = None
    kind: LineKind = LineKind.ITEM
    discount: Discount | None = None
    warehouse: Code | None = None
    reference: Code | None = None
    custom: CustomDraft = NO_CUSTOM

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            product: str | Ref,
            quantity: Decimal | int,
            unit: str,
            price: UnitPrice | None = None,
            expected_price: UnitPrice | None = None,
            requested: date | None = None,
            description: str | None = None,
            kind: LineKind | Literal["item", "service", "charge", "text"] = LineKind.ITEM,
            discount: Discount | None = None,
            warehouse: str | None = None,
            reference: str | None = None,
            custom: Mapping[str, Any] = NO_CUSTOM,
        ) -> None: ...


def some_lines(lines: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse an order without a line."""
    if not lines:
        raise PydanticCustomError("no_lines", "must have at least one line")
    return lines


def check_currencies(
    currency: str, lines: Sequence[Any], discounts: Sequence[Discount], charges: Sequence[Charge]
) -> None:
    """Refuse every amount in another currency than the order's, each at its path; nothing here converts money."""
    amounts: list[tuple[tuple[str | int, ...], str]] = []
    for index, line in enumerate(lines):
        if line.price is not None:
            amounts.append((("lines", index, "price"), line.price.currency))
        if line.expected_price is not None:
            amounts.append((("lines", index, "expected_price"), line.expected_price.currency))
        if line.discount is not None and line.discount.amount is not None:
            amounts.append((("lines", index, "discount"), line.discount.amount.currency))
    for index, discount in enumerate(discounts):
        if discount.amount is not None:
            amounts.append((("discounts", index), discount.amount.currency))
    for index, charge in enumerate(charges):
        amounts.append((("charges", index), charge.amount.currency))
    refused = [
        InitErrorDetails(
            type=PydanticCustomError(
                "currency_mismatch",
                "is in {found}, the order in {currency}; give every amount in the order's currency",
                {"found": found, "currency": currency},
            ),
            loc=path,
            input=None,
        )
        for path, found in amounts
        if found != currency
    ]
    if refused:
        raise ValidationError.from_exception_data("order", refused, hide_input=True)


class OrderDraft(Value):
    """A sales order to be written: what the customer asked for.

    ``customer`` is the number that people say, or ``Ref(id=...)``.  ``customer_po`` is the customer's own
    order number and must be given, if only as ``None``.  ``requested`` and ``order_date`` are dates in the
    company's zone.  ``prices_include_tax`` left out means that the back-end's own rule for the customer holds.
    """

    customer: Named
    customer_po: Code | None
    currency: Currency
    lines: Annotated[tuple[LineDraft, ...], AfterValidator(some_lines)]
    ship_to: Address | None = None
    bill_to: Address | None = None
    order_date: Day | None = None
    requested: Day | None = None
    prices_include_tax: Flag | None = None
    payment_terms: Code | None = None
    delivery_terms: Code | None = None
    warehouse: Code | None = None
    partial_shipment: Flag | None = None
    discounts: tuple[Discount, ...] = ()
    charges: tuple[Charge, ...] = ()
    notes: tuple[Text, ...] = ()
    references: tuple[Reference, ...] = ()
    contact: Contact | None = None
    custom: CustomDraft = NO_CUSTOM

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            customer: str | Ref,
            customer_po: str | None,
            currency: str,
            lines: Sequence[LineDraft],
            ship_to: Address | None = None,
            bill_to: Address | None = None,
            order_date: date | None = None,
            requested: date | None = None,
            prices_include_tax: bool | None = None,
            payment_terms: str | None = None,
            delivery_terms: str | None = None,
            warehouse: str | None = None,
            partial_shipment: bool | None = None,
            discounts: Sequence[Discount] = (),
            charges: Sequence[Charge] = (),
            notes: Sequence[str] = (),
            references: Sequence[Reference] = (),
            contact: Contact | None = None,
            custom: Mapping[str, Any] = NO_CUSTOM,
        ) -> None: ...

    @model_validator(mode="after")
    def _one_currency(self, info: ValidationInfo) -> OrderDraft:
        if not as_stored(info):
            check_currencies(self.currency, self.lines, self.discounts, self.charges)
        return self


class Quantities(Value):
    """How much of a line stands where, in the line's unit; ``None`` means that the system does not say."""

    ordered: Exact
    confirmed: Exact | None = None
    allocated: Exact | None = None
    shipped: Exact | None = None
    delivered: Exact | None = None
    invoiced: Exact | None = None
    cancelled: Exact | None = None
    returned: Exact | None = None
    backordered: Exact | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            ordered: Decimal | int,
            confirmed: Decimal | int | None = None,
            allocated: Decimal | int | None = None,
            shipped: Decimal | int | None = None,
            delivered: Decimal | int | None = None,
            invoiced: Decimal | int | None = None,
            cancelled: Decimal | int | None = None,
            returned: Decimal | int | None = None,
            backordered: Decimal | int | None = None,
        ) -> None: ...

    @property
    def open(self) -> Decimal:
        """What is still to be shipped: ordered less cancelled less shipped, never below zero."""
        left = self.ordered - (self.cancelled or 0) - (self.shipped or 0)
        return max(left, Decimal(0))


class ScheduleLine(Value):
    """A part of a line with a date of its own."""

    quantity: Exact
    requested: Day | None = None
    promised: Day | None = None


class OrderLine(Value):
    """One line of an order as the back-end holds it.

    ``id`` is the stable reference of the line, and holds the back-end's own line number where it has no other id
    (``000010``).  ``position`` counts the lines 1, 2, 3 in the order in which they were entered, on every back-end;
    a line keeps it when another one is deleted, unless the back-end's line ids shift as well.  ``promised`` is the
    date the back-end confirmed.  Lines that the back-end added itself carry ``parent_line``.
    """

    id: str
    position: Position
    product: str | None
    unit: str | None
    quantities: Quantities
    status: OrderStatus = OrderStatus.UNKNOWN
    price: UnitPrice | None = None
    net: Money | None = None
    tax: Money | None = None
    discount: Discount | None = None
    requested: Day | None = None
    promised: Day | None = None
    description: str | None = None
    kind: LineKind = LineKind.ITEM
    warehouse: str | None = None
    reference: str | None = None
    parent_line: str | None = None
    schedule: tuple[ScheduleLine, ...] = ()
    holds: tuple[Hold, ...] = ()
    native_status: str | None = None
    custom: Custom = NO_CUSTOM


class OrderFields(Entity):
    """What sales and purchase orders share once a back-end holds them."""

    status: OrderStatus
    currency: str
    lines: tuple[OrderLine, ...]
    ship_to: Address | None = None
    order_date: Day | None = None
    requested: Day | None = None
    promised: Day | None = None
    prices_include_tax: Flag | None = None
    payment_terms: str | None = None
    delivery_terms: str | None = None
    warehouse: str | None = None
    discounts: tuple[Discount, ...] = ()
    charges: tuple[Charge, ...] = ()
    notes: tuple[str, ...] = ()
    contact: Contact | None = None
    holds: tuple[Hold, ...] = ()
    fulfilment: Progress = Progress.UNKNOWN
    invoicing: Progress = Progress.UNKNOWN
    timeliness: Timeliness = Timeliness.UNKNOWN
    net: Money | None = None
    tax: Money | None = None
    gross: Money | None = None
    native_status: str | None = None
    stamp: str | None = None
    complete: Flag = True
    cancel_reason: str | None = None
    created_at: Instant | None = None
    modified_at: Instant | None = None

    def line(self, which: OrderLine | str | int) -> OrderLine:
        """The line with this id (str), at this position (int), or the present form of an ``OrderLine``.

        Raises ``KeyError`` when this version of the order has no such line.
        """
        if isinstance(which, int) and not isinstance(which, bool):
            found = [line for line in self.lines if line.position == which]
        else:
            line_id = which.id if isinstance(which, OrderLine) else which
            found = [line for line in self.lines if line.id == line_id]
        if not found:
            known = ", ".join(str(line.position) for line in self.lines)
            raise KeyError(f"order {self.number or self.id} has no such line; its positions are {known}")
        return found[0]


class Order(OrderFields):
    """A sales order as a back-end holds it; ``version`` covers header and lines."""

    customer: str
    customer_po: str | None = None
    customer_id: str | None = None
    customer_name: str | None = None
    bill_to: Address | None = None
    partial_shipment: Flag | None = None


class _Line:
    """Marks ``OrderLine | str | int``: chosen by kind, so that an error names the field alone."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def read(value: object, info: ValidationInfo) -> OrderLine | str | int:
            if isinstance(value, OrderLine):
                return value
            if isinstance(value, str) and value.strip():
                return clean_text(value, info)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
            raise PydanticCustomError(
                "line",
                "must be an OrderLine, its id (a text) or its position (an int), not {kind}",
                {"kind": said(value)},
            )

        def said(value: object) -> str:
            return "a blank text" if isinstance(value, str) else kind_of(value)

        def write(value: OrderLine | str | int) -> str | int:
            return value.id if isinstance(value, OrderLine) else value

        told = core_schema.union_schema([core_schema.str_schema(), core_schema.int_schema()])
        return core_schema.with_info_plain_validator_function(
            read,
            json_schema_input_schema=told,
            serialization=core_schema.plain_serializer_function_ser_schema(
                write, return_schema=told, when_used="json"
            ),
        )


LineRef = Annotated[OrderLine | str | int, _Line()]
"""How a line is named: the line itself, its id, or its position in the version at hand.  In JSON its id stands."""
