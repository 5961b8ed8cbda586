"""Master data: whom a company trades with, what it trades in, and the codes that both use.  Rows are frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

NOBODY = UUID(int=0)
"""The GUID that means none."""
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What every row has; the table fills in all but ``extras``."""

    id: UUID = NOBODY
    version: int = 0
    """Grows with every write in the system."""
    created: datetime = LONG_AGO
    modified: datetime = LONG_AGO
    extras: Mapping[str, Any] = field(default_factory=dict)
    """Fields of one product that no rule looks at."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where somebody is."""

    name: str = ""
    contact: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    postal_code: str = ""


NOWHERE = Address()


@dataclass(frozen=True, kw_only=True)
class Partner(Row):
    """Whom the company trades with."""

    number: str = ""
    name: str = ""
    type: Literal["company", "person"] = "company"
    address: Address = NOWHERE
    phone: str = ""
    email: str = ""
    website: str = ""
    taxable: bool = True
    tax_registration: str = ""
    currency: str = ""
    """Blank: the company's own."""
    payment_terms: str = ""
    payment_method: str = ""
    shipment_method: str = ""
    location: str = ""
    prices_include_tax: bool = False


@dataclass(frozen=True, kw_only=True)
class Customer(Partner):
    """Who buys."""

    salesperson: str = ""
    credit_limit: Decimal = Decimal(0)
    """In the company's currency; zero: none."""
    blocked: Literal["", "ship", "invoice", "all"] = ""
    bill_to: UUID = NOBODY
    agent: str = ""
    agent_service: str = ""


@dataclass(frozen=True, kw_only=True)
class Vendor(Partner):
    """Who sells."""

    purchaser: str = ""
    blocked: Literal["", "payment", "all"] = ""
    pay_to: UUID = NOBODY


@dataclass(frozen=True, kw_only=True)
class Item(Row):
    """What is traded: prices are for one base unit, in the company's currency."""

    number: str = ""
    name: str = ""
    name2: str = ""
    type: Literal["inventory", "service", "non_inventory"] = "inventory"
    unit: str = "PCS"
    units: Mapping[str, Decimal] = field(default_factory=dict)
    """Further units, by how many base units they hold."""
    price: Decimal = Decimal(0)
    price_includes_tax: bool = False
    cost: Decimal = Decimal(0)
    blocked: bool = False
    category: str = ""
    gtin: str = ""
    tax_code: str = "STANDARD"
    product_group: str = "RETAIL"
    inventory_group: str = "RESALE"

    def holds(self, unit: str) -> Decimal | None:
        """How many base units a unit is, or None where the item does not have it."""
        return Decimal(1) if unit == self.unit else self.units.get(unit)


@dataclass(frozen=True, kw_only=True)
class Variant(Row):
    """A variant of an item."""

    item: UUID = NOBODY
    code: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Code(Row):
    """A code with a name: a return reason, or anything that is no more than that."""

    code: str = ""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Unit(Code):
    """A unit of measure."""

    standard: str = ""
    """Its UN/ECE code."""
    symbol: str = ""


@dataclass(frozen=True, kw_only=True)
class Currency(Code):
    """A foreign currency."""

    symbol: str = ""
    rounding: Decimal = Decimal("0.01")
    price_rounding: Decimal = Decimal("0.00001")
    rate: Decimal = Decimal(1)
    """What one of it is worth in the company's own."""


@dataclass(frozen=True, kw_only=True)
class Location(Code):
    """A warehouse."""

    address: Address = NOWHERE
    phone: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentTerms(Code):
    """When customers pay."""

    days: int = 30
    discount_days: int = 0
    discount_percent: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Price(Row):
    """An agreed price for one unit: for one customer or all, from a quantity on, within dates."""

    item: str = ""
    price: Decimal = Decimal(0)
    customer: str = ""
    """Number; blank: everybody."""
    unit: str = ""
    """Blank: the item's base unit."""
    currency: str = ""
    """Blank: the company's own."""
    minimum: Decimal = Decimal(0)
    starts: date | None = None
    ends: date | None = None
    discount_percent: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class LedgerEntry(Row):
    """A movement of stock, in base units."""

    number: int = 0
    item: str = ""
    variant: str = ""
    location: str = ""
    posted_on: date = date.min
    type: Literal["purchase", "sale", "positive", "negative", "transfer"] = "positive"
    quantity: Decimal = Decimal(0)
    source: str = ""
    """Number of the customer or vendor."""
    source_type: Literal["", "customer", "vendor", "item"] = ""
    document: str = ""
    document_kind: str = ""
    description: str = ""
    sales_amount: Decimal = Decimal(0)
    cost_amount: Decimal = Decimal(0)
