"""What is true in business terms, whatever the columns are: the shape that every ``facts(connection)`` answers in.

Quantities count the unit in which the line was sold; prices are per one such unit; units are UN/ECE codes.
``None`` means that the foreign system says nothing about it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Address:
    name: str
    street: str
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True)
class Customer:
    code: str
    name: str
    currency: str
    blocked: bool
    bill_to: Address
    ship_to: tuple[Address, ...]


@dataclass(frozen=True)
class Supplier:
    code: str
    name: str
    currency: str


@dataclass(frozen=True)
class Product:
    """``units`` holds each unit it is sold in and how many base units one of it is; ``price`` is per base unit."""

    code: str
    name: str
    unit: str
    units: tuple[tuple[str, Decimal], ...]
    price: Decimal
    blocked: bool


@dataclass(frozen=True)
class Line:
    """``price`` is before the discount (percent), ``amount`` after it and rounded to cents.

    ``shipped`` counts what went out, also what came back afterwards, which ``returned`` counts.
    """

    position: int
    product: str
    quantity: Decimal
    unit: str
    price: Decimal
    discount: Decimal
    amount: Decimal
    shipped: Decimal
    invoiced: Decimal
    cancelled: Decimal
    returned: Decimal


Counted = tuple[tuple[int, Decimal], ...]
"""Position and quantity in the line's unit."""


@dataclass(frozen=True)
class Shipment:
    number: str
    day: date
    carrier: str
    tracking: tuple[str, ...]
    lines: Counted


@dataclass(frozen=True)
class Invoice:
    """``kind`` is ``invoice`` or ``credit_note``; quantities and ``net`` are positive in both."""

    number: str
    kind: str
    day: date
    lines: Counted
    net: Decimal


@dataclass(frozen=True)
class Return:
    number: str
    day: date
    lines: Counted


@dataclass(frozen=True)
class Order:
    """``status``: confirmed, partly_shipped, shipped, completed (shipped and invoiced), cancelled or on_hold."""

    number: str
    customer: str
    customer_po: str | None
    day: date
    requested: date | None
    currency: str
    status: str
    ship_to: Address | None
    lines: tuple[Line, ...]
    net: Decimal
    tax: Decimal | None = None
    gross: Decimal | None = None
    shipments: tuple[Shipment, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    returns: tuple[Return, ...] = ()


@dataclass(frozen=True)
class Facts:
    customers: dict[str, Customer] = field(default_factory=dict)
    suppliers: dict[str, Supplier] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)


def amount_of(quantity: Decimal, price: Decimal, discount: Decimal) -> Decimal:
    return (quantity * price * (100 - discount) / 100).quantize(CENT, ROUND_HALF_UP)
