"""``POPurchaseOrders``, ``POReceipts`` and ``POGetReceipts`` (sage.md 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from ...business import ordering
from ...business.documents import ZERO, Document, Line
from ...business.masters import Vendor
from ...business.posting import post
from .papers import NEW, drawn, in_fiscal_period, listed, looked_up, partner_number, uniquifier
from .properties import Property, day, details, number, text
from .refusing import Refused, unknown
from .resources import READ, READ_AND_POST, Desk, Resource

STEP: Final = 1000
"""Distance between the numbers of lines."""
_ORDER_INDEXES: Final = {"PurchaseOrderSequenceKey": "uniquifier", "PurchaseOrderNumber": "number"}
_RECEIPT_INDEXES: Final = {
    "ReceiptSequenceKey": "uniquifier",
    "ReceiptNumber": "number",
    "PurchaseOrderNumber": "order_number",
}


def _lines(quantity: str) -> list[Property]:
    return [
        number("LineNumber", lambda desk, row: Decimal(row.number)),
        text("ItemNumber", 24, "object_number"),
        text("ItemDescription", 60, "description"),
        text("Location", 6, "location"),
        text("UnitOfMeasure", 10, "unit"),
        number(quantity, "quantity"),
        number("UnitCost", "price"),
    ]


class PurchaseOrders(Resource):
    """Purchase orders, which are entered and read, and never changed."""

    module, name, keys, verbs = "PO", "POPurchaseOrders", ("PurchaseOrderSequenceKey",), READ_AND_POST

    def described(self) -> Iterable[Property]:
        """Its properties."""
        received = number("QuantityReceived", "shipped", writable=False)
        return [
            number("PurchaseOrderSequenceKey", uniquifier, writable=False),
            text("PurchaseOrderNumber", 22, "number"),
            day("PurchaseOrderDate", "order_date"),
            text("Vendor", 12, partner_number),
            text("Description", 60),
            text("Reference", 60, "your_reference"),
            text("Comment", 250),
            text("Currency", 3, "currency", writable=False),
            number("DocumentTotal", "net", writable=False),
            details(
                "PurchaseOrderLines",
                [*_lines("QuantityOrdered"), received],
                lambda desk, row: desk.company.lines_of(row),
            ),
        ]

    def rows(self, desk: Desk) -> Iterable[Document]:
        """All purchase orders."""
        return listed(desk.company, "purchase_order", posted=False)

    def found(self, desk: Desk, equals: Mapping[str, Any]) -> Iterable[Document]:
        """Purchase orders by what an index knows."""
        found = looked_up(desk, equals, ("purchase_order",), posted=False, names=_ORDER_INDEXES)
        return self.rows(desk) if found is None else found

    def create(self, desk: Desk, values: dict[str, Any]) -> Document:
        """Enter a purchase order."""
        lines = values.get("PurchaseOrderLines", ())
        if not lines:
            raise Refused("RecordInvalid", "The purchase order must have at least one line.")
        on = values.get("PurchaseOrderDate") or desk.company.world.today()
        in_fiscal_period(desk, on)
        return _ordered(desk, values, [_line(desk, each, "QuantityOrdered") for each in lines])


class Receipts(Resource):
    """Goods that arrive: of a purchase order, or without one."""

    module, name, keys, verbs = "PO", "POReceipts", ("ReceiptSequenceKey",), frozenset({"POST"})

    def described(self) -> Iterable[Property]:
        """Its properties."""
        return [
            number("ReceiptSequenceKey", uniquifier, writable=False),
            text("ReceiptNumber", 22, "number", writable=False),
            text("PurchaseOrderNumber", 22, "order_number"),
            text("Vendor", 12, partner_number),
            day("ReceiptDate", "posting_date", writable=False),
            details(
                "ReceiptLine2s", _lines("QuantityReceived"), lambda desk, row: desk.company.lines_of(row)
            ),
        ]

    def rows(self, desk: Desk) -> Iterable[Document]:
        """All receipts."""
        return listed(desk.company, "receipt", posted=True)

    def found(self, desk: Desk, equals: Mapping[str, Any]) -> Iterable[Document]:
        """Receipts by what an index knows."""
        found = looked_up(desk, equals, ("receipt",), posted=True, names=_RECEIPT_INDEXES)
        return self.rows(desk) if found is None else found

    def create(self, desk: Desk, values: dict[str, Any]) -> Document:
        """Enter a receipt."""
        lines = values.get("ReceiptLine2s", ())
        if not lines:
            raise Refused("RecordInvalid", "The receipt must have at least one line.")
        known = values.get("PurchaseOrderNumber", "")
        if not known:
            wanted = [_line(desk, each, "QuantityReceived") for each in lines]
            order = _ordered(desk, values, [{**line, "to_ship": line["quantity"]} for line in wanted])
        else:
            order = self._announced(desk, known, values.get("Vendor", ""), lines)
        moved = post(desk.company, order, ship=True, invoice=False).moved
        assert moved is not None
        if not known:
            ordering.delete(desk.company, order)
        return moved

    def _announced(self, desk: Desk, known: str, vendor: str, lines: Iterable[Mapping[str, Any]]) -> Document:
        order = desk.company.find("purchase_order", known)
        if order is None:
            raise unknown("Purchase order", known)
        if vendor and vendor != partner_number(desk, order):
            raise Refused("FieldInvalid", f"Purchase order {known} is not of vendor {vendor}.")
        left = {line.id: replace(line, to_ship=ZERO) for line in desk.company.lines_of(order)}
        for each in lines:
            line = _meant(each, left.values())
            wanted = line.to_ship + each.get("QuantityReceived", ZERO)
            if each.get("QuantityReceived", ZERO) <= 0 or wanted > line.open:
                raise Refused("FieldInvalid", f"Quantity received must be between zero and {line.open}.")
            left[line.id] = replace(line, to_ship=wanted)
        for line in left.values():
            desk.company.lines.put(line)
        return order


class GetReceipts(Receipts):
    """The same receipts, to be read."""

    name, verbs = "POGetReceipts", READ


def _meant(sent: Mapping[str, Any], lines: Iterable[Line]) -> Line:
    """The line of the order that a line of a receipt means: of its number, or the first of its item."""
    numbered = sent.get("LineNumber")
    for line in lines:
        same = line.number == numbered if numbered else line.open > line.to_ship
        if same and line.object_number == sent.get("ItemNumber", line.object_number):
            return line
    raise unknown("Item", sent.get("ItemNumber", ""))


def _ordered(desk: Desk, values: Mapping[str, Any], lines: list[dict[str, Any]]) -> Document:
    number_sent = values.get("PurchaseOrderNumber", "")
    fields = {
        "id": drawn(desk.company),
        "number": "" if number_sent == NEW else number_sent,
        "partner": _vendor(desk, values.get("Vendor", "")).id,
        "your_reference": values.get("Reference", ""),
        "order_date": values.get("PurchaseOrderDate") or desk.company.world.today(),
        "extras": {name: values.get(name, "") for name in ("Description", "Comment")},
    }
    wanted = [{"number": STEP * at, **line} for at, line in enumerate(lines, 1)]
    return ordering.create(desk.company, "purchase_order", fields, wanted)


def _vendor(desk: Desk, code: str) -> Vendor:
    if not code:
        raise Refused("RecordInvalid", "Vendor cannot be blank.")
    vendor = desk.company.vendors.by("number", code)
    if vendor is None:
        raise unknown("Vendor", code)
    return vendor


def _line(desk: Desk, sent: Mapping[str, Any], quantity: str) -> dict[str, Any]:
    item = desk.company.items.by("number", sent.get("ItemNumber", ""))
    if item is None:
        raise unknown("Item", sent.get("ItemNumber", ""))
    if sent.get(quantity, ZERO) <= 0:
        raise Refused("FieldInvalid", f"{quantity} must be greater than zero.")
    line: dict[str, Any] = {"object_number": item.number, "quantity": sent[quantity]}
    if sent.get("LineNumber"):
        line["number"] = _whole(sent["LineNumber"])
    if "UnitCost" in sent:
        line["price"] = sent["UnitCost"]
    plain = {"Location": "location", "UnitOfMeasure": "unit", "ItemDescription": "description"}
    return line | {name: sent[property] for property, name in plain.items() if sent.get(property)}


def _whole(value: Decimal) -> int:
    if value != value.to_integral_value() or not 0 < value < 10**9:
        raise Refused("InvalidPayload", "The value of the property 'LineNumber' is not valid.")
    return int(value)
