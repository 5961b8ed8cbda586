"""Sales orders: the draft a caller writes, and the order a back-end holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from .address import Address, Contact
from .base import NO_CUSTOM, Code, Custom, Day, Entity, Flag, Instant, Position, Positive, Text, Value
from .money import Charge, Currency, Discount, Money, UnitPrice
from .references import Hold, Ref, Reference
from .status import LineKind, OrderStatus, Progress, Timeliness
from .units import unit_code


def _unit(text: str) -> str:
    return unit_code(text)


Unit = Annotated[str, Strict(), AfterValidator(_unit)]
"""A UN/ECE Recommendation 20 code; an unambiguous alias (PCE, kg) is turned into its code."""


class LineDraft(Value):
    """One line of an order to be written.

    ``price`` becomes the order's price; ``expected_price`` is never written, only compared.
    ``product`` is the code that people say, or ``Ref(id=...)``; ``quantity`` counts ``unit``.
    """

    product: Code | Ref
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
    custom: Custom = NO_CUSTOM

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


def check_currencies(
    currency: str, lines: Sequence[Any], discounts: Sequence[Discount], charges: Sequence[Charge]
) -> None:
    """Refuse an amount in another currency than the order's; nothing here converts money."""
    amounts: list[tuple[str, str]] = []
    for index, line in enumerate(lines):
        for name in ("price", "expected_price"):
            price = getattr(line, name, None)
            if price is not None:
                amounts.append((f"lines.{index}.{name}", price.currency))
        if line.discount is not None and line.discount.amount is not None:
            amounts.append((f"lines.{index}.discount", line.discount.amount.currency))
    amounts += [(f"discounts.{i}", d.amount.currency) for i, d in enumerate(discounts) if d.amount is not None]
    amounts += [(f"charges.{i}", charge.amount.currency) for i, charge in enumerate(charges)]
    for path, found in amounts:
        if found != currency:
            raise PydanticCustomError(
                "currency_mismatch",
                "{path} is in {found}, the order in {currency}; give every amount in the order's currency",
                {"path": path, "found": found, "currency": currency},
            )


class OrderDraft(Value):
    """A sales order to be written: what the customer asked for.

    ``customer`` is the number that people say, or ``Ref(id=...)``.  ``customer_po`` is the customer's own
    order number and must be given, if only as ``None``.  ``requested`` and ``order_date`` are dates in the
    company's zone.  ``prices_include_tax`` left out means that the back-end's own rule for the customer holds.
    """

    customer: Code | Ref
    customer_po: Code | None
    currency: Currency
    lines: Annotated[tuple[LineDraft, ...], Field(min_length=1)]
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
    custom: Custom = NO_CUSTOM

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
    def _one_currency(self) -> OrderDraft:
        check_currencies(self.currency, self.lines, self.discounts, self.charges)
        return self


class Quantities(Value):
    """How much of a line stands where, in the line's unit; ``None`` means that the system does not say."""

    ordered: Decimal
    confirmed: Decimal | None = None
    allocated: Decimal | None = None
    shipped: Decimal | None = None
    delivered: Decimal | None = None
    invoiced: Decimal | None = None
    cancelled: Decimal | None = None
    returned: Decimal | None = None
    backordered: Decimal | None = None

    @property
    def open(self) -> Decimal:
        """What is still to be shipped: ordered less cancelled less shipped, never below zero."""
        left = self.ordered - (self.cancelled or 0) - (self.shipped or 0)
        return max(left, Decimal(0))


class ScheduleLine(Value):
    """A part of a line with a date of its own."""

    quantity: Decimal
    requested: Day | None = None
    promised: Day | None = None


class OrderLine(Value):
    """One line of an order as the back-end holds it.

    ``id`` is the stable reference of the line, ``position`` the number printed on papers.  ``promised`` is the
    date the back-end confirmed.  Lines that the back-end added itself carry ``parent_line``.
    """

    id: str
    position: int
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
    prices_include_tax: bool | None = None
    payment_terms: str | None = None
    delivery_terms: str | None = None
    warehouse: str | None = None
    discounts: tuple[Discount, ...] = ()
    charges: tuple[Charge, ...] = ()
    notes: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
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
    complete: bool = True
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
    partial_shipment: bool | None = None


LineRef = OrderLine | str | Position
"""How a line is named: the line itself, its id, or its position in the version at hand."""
