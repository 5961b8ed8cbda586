"""What an SAP system keeps: customers, materials, sales orders, deliveries, invoices.

Keys are stored as the database stores them, padded.  Fields of orders that carry no rule keep their BAPI names.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

Fields = dict[str, Any]
Area = tuple[str, str, str]
HEADER = "000000"
"""The item number that means the whole document."""


def alpha(number: str, length: int = 10) -> str:
    """The stored form of a key: digits are padded with zeros, anything else is left alone."""
    return number.zfill(length) if number.isdigit() else number


def plain(number: str) -> str:
    """The shown form of a key."""
    return number.lstrip("0") if number.isdigit() else number


@dataclass
class Customer:
    """A customer with its address and the sales areas it is open in."""

    number: str
    name: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = "DE"
    region: str = ""
    language: str = "E"
    currency: str = "EUR"
    areas: tuple[Area, ...] = (("1000", "10", "00"),)
    ship_to: str = ""
    order_block: str = ""
    credit_limit: Decimal | None = None
    house_number: str = ""
    """Where it is kept apart from the street."""
    telephone: str = ""


@dataclass
class Vendor:
    """A supplier with its address, and what one purchasing organisation has agreed with it."""

    number: str
    name: str
    street: str = ""
    house_number: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = "DE"
    region: str = ""
    currency: str = "EUR"
    payment_terms: str = ""
    purchasing_org: str = "1000"
    purchasing_blocked: bool = False


@dataclass
class Material:
    """A material: its units are internal codes, the other units by how many base units they hold."""

    number: str
    text: str
    unit: str = "ST"
    units: dict[str, Decimal] = field(default_factory=dict)
    sales_orgs: tuple[str, ...] = ("1000",)
    plants: tuple[str, ...] = ("1000",)
    group: str = ""
    status: str = ""
    checked: bool = True
    """Whether availability is checked at all."""
    replenished_in: int | None = 10
    """Days until a shortage is made good; None for never."""
    gtins: dict[str, str] = field(default_factory=dict)
    """The article numbers that are printed on its units, by unit."""

    def has_unit(self, unit: str) -> bool:
        """Whether quantities of it can be told in this unit."""
        return unit == self.unit or unit in self.units


@dataclass
class OrderType:
    """Customizing of a sales document type."""

    code: str
    external: str
    texts: dict[str, str]
    external_numbers: bool = False


@dataclass
class ConditionType:
    """Customizing of a price condition: a price for a unit, a percentage, or an amount for the item."""

    kind: Literal["price", "percent", "amount"]
    discount: bool = False
    """Whether it only ever lowers the price, whatever sign was entered."""


@dataclass
class ScheduleLine:
    """When which quantity is wanted, and what the availability check confirmed."""

    number: str
    date: str
    quantity: Decimal
    confirmed: Decimal = Decimal(0)
    fields: Fields = field(default_factory=dict)


@dataclass
class Condition:
    """A price condition that somebody entered."""

    item: str
    type: str
    value: Decimal
    currency: str = ""
    per: Decimal = Decimal(1)
    unit: str = ""
    step: str = "000"
    counter: str = "00"


@dataclass
class Partner:
    """Who plays which role, for the order or for one item; the address where it is not the master's.

    The address has the field names of BAPIPARNR; where it came as a row of its own, that row is ``given`` in it.
    """

    role: str
    number: str
    item: str = HEADER
    address: Fields | None = None


@dataclass
class Item:
    """An item of an order."""

    number: str
    material: str
    unit: str
    fields: Fields
    schedule: list[ScheduleLine] = field(default_factory=list)
    list_price: Decimal | None = None
    net_price: Decimal = Decimal(0)
    per: Decimal = Decimal(1)
    net_value: Decimal = Decimal(0)
    category: str = "TAN"

    @property
    def quantity(self) -> Decimal:
        """The ordered quantity, in the item's unit."""
        return sum((line.quantity for line in self.schedule), Decimal(0))

    @property
    def confirmed(self) -> Decimal:
        """The confirmed quantity, in the item's unit."""
        return sum((line.confirmed for line in self.schedule), Decimal(0))

    @property
    def rejection(self) -> str:
        """The reason for rejection, or blank."""
        return str(self.fields.get("REASON_REJ", ""))


@dataclass
class Order:
    """A sales order as the database has it."""

    number: str
    type: str
    fields: Fields
    currency: str
    created_at: datetime
    created_by: str
    changed_at: datetime | None = None
    items: list[Item] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    texts: list[Fields] = field(default_factory=list)
    version: int = 0
    """How often it was saved again."""
    category: Literal["C", "H"] = "C"
    """C a sales order, H a return."""
    credit: str = ""
    """The overall credit status: blank not run, A fine, B not fine, D released."""

    def item(self, number: str) -> Item | None:
        """The item of this number."""
        return next((item for item in self.items if item.number == number), None)

    def partner(self, role: str, item: str = HEADER) -> Partner | None:
        """Who plays the role; an item without its own partner has the order's."""
        own = {partner.item: partner for partner in self.partners if partner.role == role}
        return own.get(item) or own.get(HEADER)

    @property
    def sold_to(self) -> str:
        """The number of the sold-to party."""
        partner = self.partner("AG")
        return partner.number if partner else ""

    @property
    def net_value(self) -> Decimal:
        """The value of what is not rejected, in the order's currency."""
        return sum((item.net_value for item in self.items if not item.rejection), Decimal(0))


@dataclass
class DeliveryItem:
    """What a delivery takes over from an order item."""

    number: str
    order: str
    order_item: str
    material: str
    quantity: Decimal
    unit: str


@dataclass
class Delivery:
    """An outbound delivery."""

    number: str
    ship_to: str
    sold_to: str
    created_at: datetime
    items: list[DeliveryItem]
    shipped_on: str = ""
    """The date of the goods issue, or blank."""
    bill_of_lading: str = ""
    transport_id: str = ""


@dataclass
class InvoiceItem:
    """What an invoice bills of a delivery item."""

    number: str
    order: str
    order_item: str
    delivery: str
    delivery_item: str
    material: str
    quantity: Decimal
    unit: str
    net_value: Decimal


@dataclass
class Invoice:
    """A billing document."""

    number: str
    payer: str
    currency: str
    created_at: datetime
    items: list[InvoiceItem]
    cancelled: bool = False


@dataclass
class PurchaseItem:
    """What is bought; a deleted item stays, with a mark."""

    number: str
    material: str
    quantity: Decimal
    unit: str
    plant: str
    price: Decimal = Decimal(0)
    per: Decimal = Decimal(1)
    deleted: bool = False
    fields: Fields = field(default_factory=dict)
    schedule: list[ScheduleLine] = field(default_factory=list)
    """When it shall come; see ``lines``, for the quantity may have been changed without them."""

    @property
    def lines(self) -> list[ScheduleLine]:
        """The schedule lines for the ordered quantity: the last one takes what the others leave."""
        planned = self.schedule or [ScheduleLine("0001", "00000000", self.quantity)]
        shown, left = [], self.quantity
        for line in planned:
            quantity = left if line is planned[-1] else min(line.quantity, left)
            shown.append(replace(line, quantity=quantity))
            left -= quantity
        return shown


@dataclass
class PurchaseOrder:
    """A purchase order; its fields keep the names that they came under."""

    number: str
    supplier: str
    currency: str
    created_at: datetime
    created_by: str
    fields: Fields = field(default_factory=dict)
    items: list[PurchaseItem] = field(default_factory=list)
    changed_at: datetime | None = None
    deleted: bool = False

    def item(self, number: str) -> PurchaseItem | None:
        """The item of this number."""
        return next((item for item in self.items if item.number == number), None)
