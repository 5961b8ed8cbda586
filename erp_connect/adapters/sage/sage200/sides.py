"""What sales and purchase orders call the same things (sage.md 4.3, 4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STANDARD: Final = "EnumLineTypeStandard"
FREE_TEXT: Final = "EnumLineTypeFreeText"
CHARGE: Final = "EnumLineTypeCharge"
COMMENT: Final = "EnumLineTypeComment"
_PREFIX: Final = "EnumLineType"
KINDS: Final = {
    said.casefold(): kind
    for kind in (STANDARD, FREE_TEXT, CHARGE, COMMENT)
    for said in (kind, kind.removeprefix(_PREFIX))
}
"""Kinds of lines by what answers say: the names of enumerations come with their prefix or without."""
NUMBER: Final = "document_no"
_HEADER: Final = (
    *("id", NUMBER, "document_date", "document_status", "requested_delivery_date"),
    *("promised_delivery_date", "currency_id", "total_net_value", "total_tax_value", "total_gross_value"),
    *("date_time_created", "date_time_updated"),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two kinds of orders."""

    book: str
    orders: str
    party: str
    """The field that points to the account is this with ``_id``, the list of accounts is this with an ``s``."""
    external: str
    """The number that the other one has given the order."""
    price: str
    unit: str
    unit_name: str
    moved: str
    header: tuple[str, ...]
    """What lists ask for beside the site's own fields."""
    expanded: tuple[str, ...]
    """What orders are read with in lists."""
    alone: tuple[str, ...]
    """What an order is read with besides when it is read alone."""


SALES: Final = Side(
    book="orders",
    orders="sop_orders",
    party="customer",
    external="customer_document_no",
    price="selling_unit_price",
    unit="selling_unit_id",
    unit_name="selling_unit_description",
    moved="despatch_receipt_quantity",
    header=(
        *_HEADER,
        *("customer_id", "customer_document_no", "document_discount_percent", "is_credit_limit_exceeded"),
    ),
    expanded=("lines", "delivery_address", "memos"),
    alone=("customer", "currency"),
)
PURCHASES: Final = Side(
    book="purchase_orders",
    orders="pop_orders",
    party="supplier",
    external="supplier_document_no",
    price="unit_buying_price",
    unit="buying_unit_id",
    unit_name="buying_unit_description",
    moved="receipt_return_quantity",
    header=(*_HEADER, "supplier_id", "supplier_document_no"),
    expanded=("lines",),
    alone=(),
)
