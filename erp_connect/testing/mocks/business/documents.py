"""Papers and their lines: quotes, orders, invoices, shipments, and so on, for sales and purchases.  Rows are frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from .masters import NOBODY, NOWHERE, Address, Row

Kind = Literal[
    "quote",
    "order",
    "invoice",
    "credit_memo",
    "return_order",
    "shipment",
    "return_receipt",
    "purchase_order",
    "purchase_invoice",
    "purchase_credit_memo",
    "receipt",
]
PURCHASES: Final = frozenset({"purchase_order", "purchase_invoice", "purchase_credit_memo", "receipt"})
Status = Literal[
    "open",
    "pending",
    "released",
    "prepayment",
    "sent",
    "accepted",
    "expired",
    "unpaid",
    "paid",
    "canceled",
    "corrective",
]
LineType = Literal["comment", "account", "item", "resource", "asset", "charge", "allocation", "text"]
"""A text is ordered like an item, and stands for nothing that there is a row of."""
ZERO: Final = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Document(Row):
    """A paper.  ``partner`` is the customer, or the vendor of a purchase; dates left open are None."""

    kind: Kind = "order"
    number: str = ""
    posted: bool = False
    status: Status = "open"
    """Orders, quotes and drafts: open, pending (approval), released, prepayment; quotes also sent, accepted,
    expired; what is posted: unpaid, paid, canceled, corrective."""
    partner: UUID = NOBODY
    bill_to: UUID = NOBODY
    partner_address: Address = NOWHERE
    bill_address: Address = NOWHERE
    ship_address: Address = NOWHERE
    ship_to_code: str = ""
    phone: str = ""
    email: str = ""
    external_number: str = ""
    """The customer's number of it."""
    your_reference: str = ""
    vendor_number: str = ""
    """The vendor's number of it: of an order, or of an invoice."""
    order_date: date | None = None
    document_date: date | None = None
    posting_date: date | None = None
    due_date: date | None = None
    requested: date | None = None
    promised: date | None = None
    shipment_date: date | None = None
    currency: str = ""
    """Never blank once stored: the company's own, or the code of a foreign one."""
    prices_include_tax: bool = False
    payment_terms: str = ""
    payment_method: str = ""
    shipment_method: str = ""
    location: str = ""
    agent: str = ""
    agent_service: str = ""
    tracking: str = ""
    salesperson: str = ""
    """Or the purchaser."""
    partial_shipping: bool = True
    dimension1: str = ""
    dimension2: str = ""
    reason: str = ""
    discount_amount: Decimal = ZERO
    """Invoice discount of the whole paper."""
    prepaid: bool = False
    """Whether a prepayment is posted and not deducted."""
    held: bool = False
    canceled: bool = False
    """Kept though nobody wants it any more, in products that keep such orders."""
    net: Decimal = ZERO
    tax: Decimal = ZERO
    gross: Decimal = ZERO
    remaining: Decimal = ZERO
    """What is still to be paid of a posted invoice."""
    order: UUID = NOBODY
    """What it came from: the order of a shipment or invoice, the invoice or order of a return."""
    order_number: str = ""
    applies_to: UUID = NOBODY
    """The invoice that a credit memo or a return takes back."""
    archived: int = 0
    """How many versions of it are archived."""

    @property
    def is_purchase(self) -> bool:
        """Whether the other side is a vendor."""
        return self.kind in PURCHASES


@dataclass(frozen=True, kw_only=True)
class Line(Row):
    """A line: quantities are in ``unit``; shipped means received on a purchase, returned on a return."""

    document: UUID = NOBODY
    number: int = 0
    type: LineType = "item"
    object_number: str = ""
    """Of the item, or of the account."""
    variant: str = ""
    description: str = ""
    description2: str = ""
    unit: str = ""
    per_unit: Decimal = Decimal(1)
    """How many base units the unit holds."""
    quantity: Decimal = ZERO
    price: Decimal = ZERO
    manual_price: bool = False
    """Whether somebody entered the price."""
    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    tax_code: str = ""
    tax_percent: Decimal = ZERO
    location: str = ""
    requested: date | None = None
    promised: date | None = None
    shipment_date: date | None = None
    """Or, on purchases, when it is expected."""
    to_ship: Decimal = ZERO
    to_invoice: Decimal = ZERO
    shipped: Decimal = ZERO
    invoiced: Decimal = ZERO
    canceled: Decimal = ZERO
    """What nobody wants any more, in products that keep it apart from the quantity."""
    amount_net: Decimal = ZERO
    """After the line's own discount; ``net`` is also after its share of the paper's discount."""
    amount_tax: Decimal = ZERO
    amount_gross: Decimal = ZERO
    discount_share: Decimal = ZERO
    """Its share of the paper's discount, without tax."""
    net: Decimal = ZERO
    tax: Decimal = ZERO
    gross: Decimal = ZERO
    origin: UUID = NOBODY
    """The line that it came from: of the order, or of the invoice that a return takes back."""
    reason: str = ""
    reference: str = ""
    """The caller's own mark."""
    lot: str = ""
    """The number of the stock transaction, in products that know lines by it; copies of a line keep it."""

    @property
    def open(self) -> Decimal:
        """What is still to be shipped."""
        return self.quantity - self.canceled - self.shipped

    @property
    def counts(self) -> bool:
        """Whether it has an amount and a quantity; comments have none."""
        return self.type != "comment"
