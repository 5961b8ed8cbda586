"""The fields of the views: flat rows that are only read (sage.md 4.3, 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ...business.documents import Document, Line
from . import states
from .desk import Desk
from .despatch_fields import courier
from .fields import Fields, Read, described
from .order_fields import LINE_READERS, SALES_ORDER


def _status_id(desk: Desk, document: Document) -> int:
    return states.STATUSES.index(states.status(desk, document))


def _order(desk: Desk, row: Document) -> Document:
    """The order that a despatch or an invoice came from; what is left of it where it was removed."""
    return desk.company.documents.get(row.order) or row


def _customer(desk: Desk, document: Document) -> Any:
    return desk.company.customers.row(document.partner)


def _document(desk: Desk, line: Line) -> Document:
    return desk.company.documents.row(line.document)


def _from(step: Callable[[Desk, Any], Any], read: Read) -> Read:
    return lambda desk, row: read(desk, step(desk, row))


_CUSTOMER: Final[dict[str, Read]] = {
    "customer_id": lambda desk, row: desk.number(_customer(desk, row), desk.company.customers),
    "customer_reference": lambda desk, row: _customer(desk, row).number,
    "customer_name": lambda desk, row: _customer(desk, row).name,
}


def _number(desk: Desk, document: Document) -> int | None:
    return desk.number(document, desk.company.documents)


_CUSTOMER_TEXT: Final = """
customer_id id! =customer_id
customer_reference text8! =customer_reference
customer_name text60! =customer_name
"""
_DESPATCH_READERS: Final[dict[str, Read]] = {
    **_CUSTOMER,
    "number": _number,
    "courier": courier,
    "order_id": lambda desk, row: desk.keys.number(row.order, desk.company.documents),
    "order_date": lambda desk, row: _order(desk, row).document_date,
    "order_status": lambda desk, row: _status_id(desk, _order(desk, row)),
    "order_status_name": lambda desk, row: states.status(desk, _order(desk, row)),
    "courier_id": lambda desk, row: row.extras.get("courier_id"),
    "pieces": lambda desk, row: row.extras.get("pieces", 0),
    "weight": lambda desk, row: row.extras.get("weight", 0),
    "notes": lambda desk, row: row.extras.get("notes", ""),
    "by": lambda desk, row: row.extras.get("despatched_by", ""),
}
DESPATCH_VIEW: Final[Fields] = described(
    f"""
sop_despatch_id id! =number
sop_despatch_document_no text20! number
sop_despatch_date date! posting_date
sop_despatch_courier_id id! =courier_id
sop_despatch_courier_name text60! =courier
sop_despatch_consignment_no text60! tracking
sop_despatch_pieces int! =pieces
sop_despatch_weight dec3! =weight
sop_despatch_notes text256! =notes
sop_despatch_user_name text20! =by
sop_order_id id! =order_id
sop_order_document_no text20! order_number
sop_order_document_date date! =order_date
sop_order_document_status_id id! =order_status
sop_order_customer_document_no text30! external_number
{_CUSTOMER_TEXT}
""",
    _DESPATCH_READERS,
)


def _origin(desk: Desk, line: Line) -> Line:
    """The line of the order that a line came from."""
    return desk.company.lines.get(line.origin) or line


_OF_DESPATCH: Final = {name: _from(_document, field.read) for name, field in DESPATCH_VIEW.items()}
_OF_LINE: Final[dict[str, Read]] = {
    "line_id": lambda desk, row: desk.number(row, desk.company.lines),
    "order_line_id": lambda desk, row: desk.keys.number(row.origin, desk.company.lines),
    "line_number": lambda desk, row: row.number,
    "ordered": lambda desk, row: _origin(desk, row).quantity,
    "despatched": lambda desk, row: _origin(desk, row).shipped,
    "order_status_name": _from(_document, _DESPATCH_READERS["order_status_name"]),
    "invoiced": lambda desk, row: _origin(desk, row).invoiced >= _origin(desk, row).shipped,
    "product_id": LINE_READERS["product"],
    "warehouse_id": LINE_READERS["warehouse"],
}
DESPATCH_LINE_VIEW: Final[Fields] = described(
    """
sop_despatch_line_id id! =line_id
sop_despatch_line_quantity dec5! quantity
sop_despatch_line_is_invoiced bool! =invoiced
sop_order_line_id id! =order_line_id
sop_order_line_item_code text30! object_number
sop_order_line_item_description text60! description
sop_order_line_print_sequence_number int! =line_number
sop_order_line_quantity dec5! =ordered
sop_order_line_despatch_quantity dec5! =despatched
sop_order_document_status_type text30! =order_status_name
product_id id! =product_id
product_code text30! object_number
product_name text60! description
warehouse_id id! =warehouse_id
date_time_updated stamp! modified
"""
    + "\n".join(
        f"{name} {field.type}{field.size or ''}! ={name}"
        for name, field in DESPATCH_VIEW.items()
        if name != "sop_order_document_status_id"
    ),
    {**_OF_DESPATCH, **_OF_LINE},
)

_OF_ORDER: Final = {name: _from(_document, field.read) for name, field in SALES_ORDER.items()}
_OF_CUSTOMER: Final = {name: _from(_document, read) for name, read in _CUSTOMER.items()}
ORDER_LINE_VIEW: Final[Fields] = described(
    f"""
sop_order_id id! =id
sop_order_document_no text20! =document_no
sop_order_document_date date! =document_date
sop_order_document_status text30! =document_status
sop_order_customer_document_no text30! =customer_document_no
sop_order_currency_id id! =currency_id
sop_order_requested_delivery_date date! =requested_delivery_date
sop_order_promised_delivery_date date! =promised_delivery_date
sop_order_date_time_updated stamp! =date_time_updated
sop_order_line_id id! =line_id
sop_order_line_number int! number
sop_order_line_type text20! =type
sop_order_line_product_code text30! object_number
sop_order_line_product_description text1000! description
sop_order_line_quantity dec5! quantity
sop_order_line_allocated_quantity dec5! =allocated
sop_order_line_despatch_receipt_quantity dec5! shipped
sop_order_line_invoice_credit_quantity dec5! invoiced
sop_order_line_selling_unit_description text20! unit
sop_order_line_selling_unit_price dec5! price
sop_order_line_unit_discount_percent dec2! discount_percent
sop_order_line_total_value dec2! amount_net
sop_order_line_line_tax_value dec2! amount_tax
sop_order_line_requested_delivery_date date! requested
sop_order_line_promised_delivery_date date! promised
sop_order_line_date_time_updated stamp! modified
product_id id! =product_id
warehouse_id id! =warehouse_id
{_CUSTOMER_TEXT}
""",
    {
        **_OF_ORDER,
        **_OF_LINE,
        **_OF_CUSTOMER,
        "type": LINE_READERS["type"],
        "allocated": LINE_READERS["allocated"],
    },
)
RETURN_LINE_VIEW: Final[Fields] = {
    name.replace("sop_order", "sop_return"): field for name, field in ORDER_LINE_VIEW.items()
}
LOOKUP_ORDER: Final[Fields] = described(
    """
id id! =number
document_no text20! number
customer_id id! =customer_id
customer_document_no text20! =short
document_status_id id! =status
""",
    {
        **_CUSTOMER,
        "number": _number,
        "status": _status_id,
        "short": lambda desk, row: row.external_number[:20],
    },
)
ORDER_RETURN_VIEW: Final[Fields] = described(
    f"""
id id! =number
document_no text20! number
document_date date! document_date
document_type_id id! =type
document_status_id id! =status
customer_document_no text30! external_number
requested_delivery_date date! requested
promised_delivery_date date! promised
total_net_value dec2! net
total_tax_value dec2! tax
total_gross_value dec2! gross
date_time_updated stamp! modified
{_CUSTOMER_TEXT}
""",
    {
        **_CUSTOMER,
        "number": _number,
        "status": _status_id,
        "type": lambda desk, row: 0 if row.kind == "order" else 1,
    },
)

# ---------------------------------------------------------------- invoices and credit notes

_INVOICE_READERS: Final[dict[str, Read]] = {
    **_DESPATCH_READERS,
    "type": lambda desk, row: 0 if row.kind == "invoice" else 1,
    "invoice_type": lambda desk, row: (
        "EnumInvoiceCreditTypeInvoice" if row.kind == "invoice" else "EnumInvoiceCreditTypeCreditNote"
    ),
    "printed": lambda desk, row: "EnumDocumentPrintStatusPrinted",
    "order_net": lambda desk, row: _order(desk, row).net,
    "order_tax": lambda desk, row: _order(desk, row).tax,
    "order_gross": lambda desk, row: _order(desk, row).gross,
}
INVOICE_VIEW: Final[Fields] = described(
    f"""
sop_order_return_id id! =order_id
sop_order_return_document_type_id id! =type
sop_order_return_document_no text20! order_number
sop_order_return_document_date date! =order_date
sop_order_return_document_status_id id! =order_status
sop_order_return_customer_document_no text30! external_number
sop_order_return_total_net_value dec2! =order_net
sop_order_return_total_tax_value dec2! =order_tax
sop_order_return_total_gross_value dec2! =order_gross
sop_invoice_credit_id id! =number
sop_invoice_credit_document_no text20! number
sop_invoice_credit_type_id text40! =invoice_type
sop_invoice_credit_document_date date! document_date
sop_invoice_credit_document_status_id text40! =printed
sop_invoice_credit_total_net_value dec2! net
sop_invoice_credit_total_tax_value dec2! tax
sop_invoice_credit_total_gross_value dec2! gross
{_CUSTOMER_TEXT}
""",
    _INVOICE_READERS,
)
INVOICE_LINE_VIEW: Final[Fields] = described(
    """
sop_order_return_line_id id! =order_line_id
sop_order_return_id id! =sop_order_return_id
sop_order_return_document_no text20! =sop_order_return_document_no
sop_invoice_credit_id id! =sop_invoice_credit_id
sop_invoice_credit_document_no text20! =sop_invoice_credit_document_no
sop_invoice_credit_document_date date! =sop_invoice_credit_document_date
sop_invoice_credit_line_id id! =line_id
sop_invoice_credit_line_quantity dec5! quantity
sop_invoice_credit_line_total_value dec2! amount_net
sop_invoice_credit_line_tax_value dec2! amount_tax
product_id id! =product_id
product_code text30! object_number
""",
    {**{name: _from(_document, field.read) for name, field in INVOICE_VIEW.items()}, **_OF_LINE},
)
CANCELLED_LINE: Final[Fields] = described(
    """
id id! =number
sop_order_return_id id!
item_code text30!
item_description text1000!
cancelled_quantity dec5!
cancelled_date date!
user_name text20!
selling_unit_description text20!
stock_unit_cancelled_quantity dec5!
date_time_created stamp! created
date_time_updated stamp! modified
""",
    {"number": lambda desk, row: desk.number(row, desk.cancelled_lines())},
)
