"""The fields of sales orders, returns and their lines (sage.md 4.4)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from ...business.documents import ZERO, Document, Line
from ...business.masters import Address
from . import states
from .desk import Desk
from .fields import Read, described, spare_fields
from .states import HUNDRED

LINE_TYPES: Final = {
    "item": "EnumLineTypeStandard",
    "text": "EnumLineTypeFreeText",
    "charge": "EnumLineTypeCharge",
    "comment": "EnumLineTypeComment",
}

_ORDER: Final = f"""
id id! =number
customer_id id =customer
document_no text20 number
document_date date document_date
document_status text30! =status
despatch_receipt_status text30! =despatched
invoice_credit_status text30! =invoiced
cancelled_status text30! =cancelled
is_draft bool!
is_editing bool =never
is_to_sequence_lines bool =never
override_on_hold bool =never
recalculate_prices bool =never
apply_available_document_discount_percent bool =never
suppress_warnings bool =never
lock_id id =lock
customer_type text50
customer_document_no text30 external_number
external_reference text20!
document_created_by text30
requested_delivery_date date requested
promised_delivery_date date promised
quotation_expiry_date date
order_priority text1
currency_id id! =currency
exchange_rate dec6 =rate
use_invoice_address bool =own_address
customer_delivery_address_id id =delivery_address_id
is_triangulated bool
is_credit_limit_exceeded bool!
settlement_discount_days int
settlement_discount_percent dec2
document_discount_percent dec2
available_document_discount_percent dec2!
subtotal_goods_value dec2! =goods
subtotal_charge_net_value dec2! =charges
subtotal_charge_tax_value dec2! =charge_tax
subtotal_discount_value dec2! discount_amount
total_net_value dec2! net
total_tax_value dec2! tax
total_gross_value dec2! gross
payment_with_order bool
payment_type text20
payment_value dec2
payment_reference text20
payment_method_id id
{spare_fields()}
delivery_address object =address
lines list =nothing
memos list
date_time_created stamp! created
date_time_updated stamp! modified
"""

_LINE: Final = f"""
id id =number
sop_order_id id! =document
line_type text20 =type
line_number int! number
product_id id =product
warehouse_id id =warehouse
code text30 object_number
description text6000 description
use_description bool
line_quantity dec5 quantity
to_allocate_quantity dec5 =nil
allocated_quantity dec5! =allocated
available_for_despatch dec5! =available
despatch_receipt_quantity dec5! shipped
invoice_credit_quantity dec5! invoiced
posted_invoice_credit_quantity dec5! invoiced
stock_unit_line_quantity dec5! =stock_quantity
stock_unit_allocated_quantity dec5! =stock_allocated
stock_unit_available_for_despatch dec5! =stock_available
stock_unit_despatch_receipt_quantity dec5! =stock_shipped
stock_unit_invoice_credit_quantity dec5! =stock_invoiced
allocation_status text30! =allocation_status
despatch_receipt_status text30! =despatch_status
invoice_credit_status text30! =invoice_status
selling_unit_id id =unit
selling_unit_description text20! unit
selling_unit_price dec5 price
selling_unit_price_overridden bool manual_price
unit_discount_percent dec2 discount_percent
unit_discount_value dec5 =discount_value
unit_discount_overridden bool
discount_percent_specified bool
discounted_unit_price dec2! =discounted
retain_manual_prices bool
cost_price dec5! =cost
tax_code_id id =tax_code
line_tax_value dec2! amount_tax
line_total_value dec2! amount_net
fulfilment_method text50
confirmation_intent_type text50
mark_as_preferred bool
requested_delivery_date date requested
promised_delivery_date date promised
picking_list_comment text160
despatch_note_comment text160
show_on_customer_docs bool
show_on_picking_list_type text20
nominal_reference text8
nominal_cost_centre text3
nominal_department text3
has_pop_order bool!
back_to_back_status text30!
is_complete bool! =complete
is_line_deletable bool! =deletable
is_to_delete bool =never
create_cancelled_line bool =never
is_to_split_line bool =never
{spare_fields()}
date_time_created stamp! created
date_time_updated stamp! modified
"""
ADDRESS: Final = described(
    """
    postal_name text60 name
    address_1 text60 line1
    address_2 text60 line2
    address_3 text60 =extra
    address_4 text60 =extra
    city text60 city
    county text60 state
    country text60 country
    postcode text10 postal_code
    contact text235 contact
    telephone_number text30 =extra
    fax_number text30 =extra
    email_address text255 =extra
    tax_number text30 =extra
    """,
    {"extra": lambda desk, row: ""},
)


def address_of(address: Address, further: dict[str, Any]) -> dict[str, Any]:
    """An address as it stands in a body; what the neutral one has no place for is in ``further``."""
    return {
        name: getattr(address, field.target) if field.target else further.get(name, "")
        for name, field in ADDRESS.items()
    }


# ---------------------------------------------------------------- headers


def _currency(desk: Desk, document: Document) -> int | None:
    row = desk.company.currencies.by("code", document.currency)
    ident = row.id if row is not None else desk.company.id
    return desk.keys.number(ident, desk.company.currencies)


def _rate(desk: Desk, document: Document) -> Decimal:
    given = document.extras.get("exchange_rate")
    if given:
        return Decimal(given)
    row = desk.company.currencies.by("code", document.currency)
    return Decimal(1) if row is None else (1 / row.rate).quantize(Decimal("0.000001"))


def _sum(desk: Desk, document: Document, attribute: str, *, charges: bool) -> Decimal:
    lines = desk.company.lines_of(document)
    return sum((getattr(line, attribute) for line in lines if (line.type == "charge") is charges), ZERO)


def _lock(desk: Desk, document: Document) -> int | None:
    held = desk.held(document)
    return held.number if held is not None and not held.despatching else None


def _delivery_address(desk: Desk, document: Document) -> int | None:
    row = desk.addresses().by("code", document.ship_to_code) if document.ship_to_code else None
    return desk.number(row, desk.addresses()) if row is not None else None


_HEADER_READERS: Final[dict[str, Read]] = {
    "number": lambda desk, row: desk.number(row, desk.company.documents),
    "customer": lambda desk, row: desk.keys.number(row.partner, desk.company.customers),
    "status": states.status,
    "despatched": states.despatched,
    "invoiced": states.invoiced,
    "cancelled": states.cancelled,
    "never": lambda desk, row: False,
    "nothing": lambda desk, row: None,
    "lock": _lock,
    "currency": _currency,
    "rate": _rate,
    "own_address": lambda desk, row: row.extras.get("use_invoice_address", True),
    "delivery_address_id": _delivery_address,
    "address": lambda desk, row: address_of(row.ship_address, row.extras.get("delivery_further", {})),
    "goods": lambda desk, row: _sum(desk, row, "amount_net", charges=False),
    "charges": lambda desk, row: _sum(desk, row, "amount_net", charges=True),
    "charge_tax": lambda desk, row: _sum(desk, row, "amount_tax", charges=True),
}
SALES_ORDER: Final = described(_ORDER, _HEADER_READERS)
"""Of returns too: Sage publishes no list of theirs."""
NOT_PLAIN: Final = frozenset({"lines", "memos", "delivery_address"})
"""What orders show on request only."""


# ---------------------------------------------------------------- lines


def _document(desk: Desk, line: Line) -> int | None:
    return desk.keys.number(line.document, desk.company.documents)


def _product(desk: Desk, line: Line) -> int | None:
    item = desk.company.items.by("number", line.object_number) if line.type == "item" else None
    return desk.number(item, desk.company.items) if item is not None else None


def _warehouse(desk: Desk, line: Line) -> int | None:
    place = desk.company.locations.by("code", line.location) if line.type == "item" else None
    return desk.number(place, desk.company.locations) if place is not None else None


def _unit(desk: Desk, line: Line) -> int | None:
    unit = desk.company.units.by("code", line.unit)
    return desk.number(unit, desk.company.units) if unit is not None else None


def _tax_code(desk: Desk, line: Line) -> int | None:
    table = desk.company.codes("Tax Code")
    code = table.by("code", line.tax_code or "STANDARD") if line.counts else None
    return desk.number(code, table) if code is not None else None


def available(desk: Desk, line: Line) -> Decimal:
    """What of a line can be despatched now, in selling units."""
    if not moves_stock(desk, line) or not desk.settings.despatch_needs_allocation:
        return max(line.open, ZERO) if states.moves(line) else ZERO
    return min(states.allocated(line), line.open)


def moves_stock(desk: Desk, line: Line) -> bool:
    """Whether a line takes goods out of a warehouse."""
    item = desk.company.items.by("number", line.object_number) if line.type == "item" else None
    return item is not None and item.type == "inventory"


def discount_value(line: Line) -> Decimal:
    """What the discount takes off the price of one unit."""
    return (line.price * line.discount_percent / HUNDRED).quantize(Decimal("0.00001"), ROUND_HALF_UP)


def _cost(desk: Desk, line: Line) -> Decimal:
    item = desk.company.items.by("number", line.object_number) if line.type == "item" else None
    return item.cost * line.per_unit if item is not None else ZERO


def _line_status(desk: Desk, done: Decimal, line: Line) -> str:
    return desk.settings.line_status_prefix + states.progress([(done, states.whole(line))])


LINE_READERS: Final[dict[str, Read]] = {
    "number": lambda desk, row: desk.number(row, desk.company.lines),
    "document": _document,
    "type": lambda desk, row: LINE_TYPES[row.type],
    "product": _product,
    "warehouse": _warehouse,
    "unit": _unit,
    "tax_code": _tax_code,
    "nil": lambda desk, row: ZERO,
    "never": lambda desk, row: False,
    "allocated": lambda desk, row: states.allocated(row),
    "available": available,
    "stock_quantity": lambda desk, row: row.quantity * row.per_unit,
    "stock_allocated": lambda desk, row: states.allocated(row) * row.per_unit,
    "stock_available": lambda desk, row: available(desk, row) * row.per_unit,
    "stock_shipped": lambda desk, row: row.shipped * row.per_unit,
    "stock_invoiced": lambda desk, row: row.invoiced * row.per_unit,
    "allocation_status": lambda desk, row: _line_status(desk, states.allocated(row) + row.shipped, row),
    "despatch_status": lambda desk, row: _line_status(desk, row.shipped, row),
    "invoice_status": lambda desk, row: _line_status(desk, row.invoiced, row),
    "discount_value": lambda desk, row: discount_value(row),
    "discounted": lambda desk, row: row.price - discount_value(row),
    "cost": _cost,
    "complete": lambda desk, row: states.complete(row),
    "deletable": lambda desk, row: states.deletable(row),
}
SALES_LINE: Final = described(_LINE, LINE_READERS)
