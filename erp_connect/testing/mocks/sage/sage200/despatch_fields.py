"""The fields of despatches: what is ready, what is confirmed, and its tracking (sage.md 4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...business.documents import Document, Line
from .desk import Desk
from .fields import Fields, Read, described, written
from .order_fields import LINE_READERS, available

GOODS: Final = "ConfirmOnDespatch"
SERVICES: Final = "Confirm"
_ITEM: Final = """
id id =number
sop_order_return_id id! =document
document_no text20! =document_no
customer_id id! =customer_id
customer_reference text8! =customer
customer_name text60! =customer_name
product_id id! =product
item_code text30! object_number
item_name text60! description
unit_description text20! =stock_unit
selling_unit_description text20! unit
warehouse_name text20! =warehouse_name
quantity dec5 =stock_available
line_quantity dec5! =stock_quantity
despatch_receipt_quantity dec5! =stock_shipped
outstanding_quantity dec5! =outstanding
available_quantity dec5! =stock_available
document_date date! =document_date
requested_delivery_date date! requested
promised_delivery_date date! promised
bin_items list =nothing
traceable_adjustment_items list =nothing
"""
_TRACKING: Final = """
sop_order_return_id id
courier_id id
consignment_no text60
sop_incoterm_id id
sop_export_reason_id id
weight dec4
pieces int
notes text256
"""
_CONFIRM: Final = """
sop_order_return_id id
despatch_receipt_date date
confirmation_intent_type text50
items list
tracking_items list
"""
_RECEIPT: Final = """
id id! =number
despatch_no text20! number
despatched_by text20!
despatch_date date! posting_date
courier_id id
courier_name text60! =courier
sop_incoterm_id id
sop_export_reason_id id
consignment_no text60 tracking
weight dec4
pieces int
notes text256
date_time_created stamp! created
date_time_updated stamp! modified
"""


def _order(desk: Desk, line: Line) -> Document:
    return desk.company.documents.row(line.document)


def _place(desk: Desk, line: Line) -> str:
    place = desk.company.locations.by("code", line.location)
    return str(place.name) if place is not None else ""


def _stock_unit(desk: Desk, line: Line) -> str:
    item = desk.company.items.by("number", line.object_number)
    return item.unit if item is not None else line.unit


def courier(desk: Desk, document: Document) -> str:
    """The name of who carries a despatch."""
    number = document.extras.get("courier_id")
    row = desk.found(desk.company.agents, number) if number else None
    return str(row.name) if row is not None else ""


_ITEM_READERS: Final[dict[str, Read]] = {
    **LINE_READERS,
    "document_no": lambda desk, row: _order(desk, row).number,
    "customer_id": lambda desk, row: desk.keys.number(_order(desk, row).partner, desk.company.customers),
    "customer": lambda desk, row: desk.company.partner_of(_order(desk, row)).number,
    "customer_name": lambda desk, row: desk.company.partner_of(_order(desk, row)).name,
    "stock_unit": _stock_unit,
    "warehouse_name": _place,
    "stock_available": lambda desk, row: available(desk, row) * row.per_unit,
    "outstanding": lambda desk, row: row.open * row.per_unit,
    "document_date": lambda desk, row: _order(desk, row).document_date,
    "nothing": lambda desk, row: [],
}
ITEM: Final[Fields] = described(_ITEM, _ITEM_READERS)
TRACKED: Final[Fields] = described(_TRACKING, {})
CONFIRM: Final[Fields] = described(_CONFIRM, {})
RECEIPT: Final[Fields] = described(
    _RECEIPT, {"number": lambda desk, row: desk.number(row, desk.company.documents), "courier": courier}
)


@dataclass(frozen=True)
class Ready:
    """An order and its lines that can be despatched in one way."""

    order: Document
    intent: str
    lines: tuple[Line, ...]


READY: Final[Fields] = described(
    """
    sop_order_return_id id! =order
    document_no text20! order.number
    document_date date! order.document_date
    trader_id id! =trader
    despatch_receipt_date date! =today
    confirmation_intent_type text50! intent
    items list! =items
    tracking_items list! =nothing
    """,
    {
        "order": lambda desk, row: desk.number(row.order, desk.company.documents),
        "trader": lambda desk, row: desk.keys.number(row.order.partner, desk.company.customers),
        "today": lambda desk, row: desk.company.world.today(),
        "items": lambda desk, row: [
            {name: written(field.read(desk, line), desk.settings) for name, field in ITEM.items()}
            for line in row.lines
        ],
        "nothing": lambda desk, row: [],
    },
)
