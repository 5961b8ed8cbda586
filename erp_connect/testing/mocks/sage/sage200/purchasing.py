"""Purchase orders (sage.md 4.3).  Sage publishes no list of their fields here: they follow those of sales orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from ...business import lines, ordering
from ...business.documents import Document, Line
from ...business.refusals import Refusal
from . import states
from .desk import Desk
from .fields import Fields, checked, described, spare_fields
from .order_fields import LINE_READERS, LINE_TYPES, SALES_ORDER
from .refusing import Refused, missing, unknown, worded

_SALES: Final = {name: field.read for name, field in SALES_ORDER.items()}
PURCHASE_ORDER: Final[Fields] = described(
    f"""
id id! =id
supplier_id id =supplier
document_no text20 number
document_date date document_date
document_status text30! =document_status
receipt_return_status text30! =despatch_receipt_status
invoice_credit_status text30! =invoice_credit_status
supplier_document_no text30 vendor_number
requested_delivery_date date requested
promised_delivery_date date promised
currency_id id! =currency_id
exchange_rate dec6! =exchange_rate
total_net_value dec2! net
total_tax_value dec2! tax
total_gross_value dec2! gross
{spare_fields()}
lines list =lines
date_time_created stamp! created
date_time_updated stamp! modified
""",
    {**_SALES, "supplier": lambda desk, row: desk.keys.number(row.partner, desk.company.vendors)},
)
PURCHASE_LINE: Final[Fields] = described(
    """
id id =number
pop_order_id id! =document
line_type text20 =type
line_number int! number
product_id id =product
warehouse_id id =warehouse
code text30! object_number
description text6000 description
line_quantity dec5 quantity
unit_buying_price dec5 price
unit_buying_price_overridden bool manual_price
receipt_return_quantity dec5! shipped
invoice_credit_quantity dec5! invoiced
buying_unit_description text20! unit
line_total_value dec2! amount_net
line_tax_value dec2! amount_tax
requested_delivery_date date requested
promised_delivery_date date promised
is_complete bool! =complete
is_line_deletable bool! =deletable
is_to_delete bool =never
date_time_created stamp! created
date_time_updated stamp! modified
""",
    LINE_READERS,
)
_OWN: Final = frozenset({"id", "line_type", "product_id", "warehouse_id", "line_quantity", "is_to_delete"})
_PRICE: Final = frozenset({"unit_buying_price", "unit_buying_price_overridden"})


def create(desk: Desk, body: Any) -> Document:
    """A new purchase order: all of it, or nothing."""
    sent = checked(PURCHASE_ORDER, body, desk.settings)
    if "supplier_id" not in sent:
        raise missing("supplier_id")
    fields = _header(sent, {})
    fields["partner"] = desk.named(desk.company.vendors, sent["supplier_id"], "supplier", "supplier_id").id
    if not desk.settings.numbers_itself:
        if not sent.get("document_no"):
            raise missing("document_no")
        fields["number"] = sent["document_no"]
    document = ordering.create(desk.company, "purchase_order", fields)
    for place, one in enumerate(sent.get("lines", [])):
        _save(desk, document, one, f"lines[{place}]")
    return desk.company.documents.row(document.id)


def change(desk: Desk, document: Document, body: Any) -> tuple[Document, Refused | None]:
    """Save the header, then line after line, as with sales orders."""
    sent = checked(PURCHASE_ORDER, body, desk.settings)
    if not states.editable(desk, document):
        raise Refused(f"The purchase order '{document.number}' can no longer be amended.")
    if "supplier_id" in sent and sent["supplier_id"] != desk.keys.number(
        document.partner, desk.company.vendors
    ):
        raise Refused("The supplier of an order cannot be changed.", "supplier_id")
    document = ordering.change(desk.company, document, _header(sent, document.extras))
    for place, one in enumerate(sent.get("lines", [])):
        try:
            with desk.company.world.unit():
                _save(desk, document, one, f"lines[{place}]")
        except Refusal as refusal:
            return desk.company.documents.row(document.id), worded(refusal)
        except Refused as refused:
            return desk.company.documents.row(document.id), refused
    return desk.company.documents.row(document.id), None


def delete(desk: Desk, document: Document) -> None:
    """Remove a purchase order of which nothing has come."""
    if not all(map(states.deletable, desk.company.lines_of(document))):
        raise Refused(f"The purchase order '{document.number}' cannot be deleted: goods were received.")
    ordering.delete(desk.company, document)


def _header(sent: dict[str, Any], extras: Any) -> dict[str, Any]:
    taken = {
        name: value for name, value in sent.items() if name not in {"supplier_id", "document_no", "lines"}
    }
    fields = {
        PURCHASE_ORDER[name].target: value for name, value in taken.items() if PURCHASE_ORDER[name].target
    }
    further = {name: value for name, value in taken.items() if not PURCHASE_ORDER[name].target}
    return {**fields, "extras": {**extras, **further}}


def _save(desk: Desk, document: Document, one: Any, where: str) -> None:
    sent = checked(PURCHASE_LINE, one, desk.settings, where)
    if not sent.get("id"):
        lines.add_line(desk.company, desk.company.documents.row(document.id), _new(desk, sent, where))
        return
    line: Line | None = desk.found(desk.company.lines, sent["id"])
    if line is None or line.document != document.id:
        raise unknown("purchase order line", sent["id"], f"{where}.id")
    if sent.get("is_to_delete"):
        if not states.deletable(line):
            raise Refused("The line cannot be deleted: goods were received.", f"{where}.is_to_delete")
        lines.remove_line(desk.company, line)
        return
    if sent.get("line_type", LINE_TYPES[line.type]) != LINE_TYPES[line.type]:
        raise Refused("The type of a line cannot be changed.", f"{where}.line_type")
    fields = _stored(sent)
    if "line_quantity" in sent:
        fields["quantity"] = _quantity(sent, where)
    if sent.get("warehouse_id"):
        place = desk.named(desk.company.locations, sent["warehouse_id"], "warehouse", f"{where}.warehouse_id")
        fields["location"] = place.code
    lines.change_line(desk.company, line, fields)


def _new(desk: Desk, sent: dict[str, Any], where: str) -> dict[str, Any]:
    kinds = {"EnumLineTypeStandard": "item", "EnumLineTypeFreeText": "text", "EnumLineTypeComment": "comment"}
    if "line_type" not in sent:
        raise missing(f"{where}.line_type")
    type = kinds.get(sent["line_type"])
    if type is None:
        raise Refused(f"'{sent['line_type']}' is not a line type.", f"{where}.line_type")
    needed = {
        "item": ("product_id", "warehouse_id", "line_quantity"),
        "text": ("description", "line_quantity"),
    }
    for name in needed.get(type, ("description",)):
        if sent.get(name) in {None, ""}:
            raise missing(f"{where}.{name}")
    fields = {"type": type, **_stored(sent)}
    if type != "comment":
        fields["quantity"] = _quantity(sent, where)
    if type == "item":
        product = desk.named(desk.company.items, sent["product_id"], "product", f"{where}.product_id")
        place = desk.named(desk.company.locations, sent["warehouse_id"], "warehouse", f"{where}.warehouse_id")
        fields |= {"object_number": product.number, "location": place.code}
    return fields


def _stored(sent: dict[str, Any]) -> dict[str, Any]:
    taken = {n: v for n, v in sent.items() if n not in _OWN | _PRICE and PURCHASE_LINE[n].target}
    fields = {PURCHASE_LINE[name].target: value for name, value in taken.items()}
    if "unit_buying_price" in sent and sent.get("unit_buying_price_overridden"):
        fields["price"] = sent["unit_buying_price"]
    return fields


def _quantity(sent: dict[str, Any], where: str) -> Decimal:
    quantity: Decimal = sent["line_quantity"]
    if quantity <= 0:
        raise Refused("The line quantity must be greater than zero.", f"{where}.line_quantity")
    return quantity
