"""What the administrator of a company has set up, and in what the four products differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

HEADER_FIXED_WHEN_RELEASED = frozenset(
    {
        *("partner", "bill_to", "shipment_method", "location", "currency", "prices_include_tax"),
        *("partial_shipping", "requested", "promised", "agent", "agent_service"),
    }
)
LINE_FIXED_WHEN_RELEASED = frozenset(
    {
        *("type", "object_number", "quantity", "unit", "variant", "location", "shipment_date"),
        *("discount_percent", "discount_amount", "requested", "promised"),
    }
)
"""What a released order refuses (dynamics.md 1.11)."""


@dataclass
class Settings:
    """Set-up of one system; each may be changed while it runs."""

    quantities_to_ship: Literal["rest", "blank"] = "rest"
    """What lines are to ship and to invoice unless somebody says so."""
    deletes_finished: bool = True
    """Whether an order that is shipped and invoiced in full disappears; otherwise it stays."""
    deletes_shipped: bool = False
    """Whether an order may be deleted though something was shipped and not invoiced."""
    header_fixed: frozenset[str] = HEADER_FIXED_WHEN_RELEASED
    line_fixed: frozenset[str] = LINE_FIXED_WHEN_RELEASED
    lines_fixed_when_released: bool = True
    """Whether lines may be neither added to nor taken from what is released."""
    archives_orders: bool = False
    """Whether a copy is kept of an order that is deleted."""
    negative_stock: bool = True
    """Whether goods may leave that are not there."""
    credit_check: Literal["none", "refuse"] = "none"
    """What exceeding a credit limit means for a new order or line."""
    blocked_refuse_orders: bool = True
    """Whether a customer blocked for everything refuses the order already, not its posting only."""
    posting_from: date | None = None
    posting_to: date | None = None
    external_number_needed: bool = False
    """Whether posting demands the customer's number of the order."""
    vendor_invoice_needed: bool = True
    """Whether posting a purchase invoice demands the vendor's number of it."""
    empty_lines_refused: bool = True
    """Whether nothing is posted of a paper that has a line without a quantity."""
    manual_numbers: bool = False
    """Whether a caller may choose a document's number."""
    price_decimals: int = 5
    """Decimals of unit prices in local currency."""
    line_step: int = 10000
    """Distance between the numbers of lines."""
    line_follows_header: bool = True
    """Whether an edit that changes amounts rewrites the header's row, as stored totals do."""
    tax_rates: dict[str, Decimal] = field(
        default_factory=lambda: {"STANDARD": Decimal(20), "REDUCED": Decimal(5), "FREE": Decimal(0)}
    )
