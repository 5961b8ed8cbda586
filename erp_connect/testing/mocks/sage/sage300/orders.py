"""``OEOrders``: sales orders, which are entered and read, and never changed (sage.md 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from ...business import ordering
from ...business.documents import ZERO, Document, Kind, Line
from ...business.posting import post
from .papers import (
    address_in,
    address_properties,
    drawn,
    listed,
    looked_up,
    more_in,
    partner_number,
    uniquifier,
)
from .properties import Property, choice, day, details, number, text, truth
from .refusing import Refused
from .resources import READ_AND_POST, Desk, Resource
from .sheets import LineSheet, OrderSheet, optional_known

_KINDS: Final[tuple[Kind, ...]] = ("order", "quote")
_TYPES: Final = ("Active", "Future", "Standing", "Quote")
_COMPLETED: Final = (
    *("IncompleteNotIncluded", "IncompleteIncluded"),
    *("CompleteNotIncluded", "CompleteIncluded", "CompleteDayEnd"),
)
_EXTRAS: Final = (
    *(
        "OrderType",
        "DefaultPriceListCode",
        "TaxGroup",
        "OrderDescription",
        "OrderComment",
        "InvoiceWillBeProduced",
    ),
    *("OrderOptionalFields", "Salesperson2", "Salesperson3", "Salesperson4", "Salesperson5"),
)
_INDEXES: Final = {
    "OrderUniquifier": "uniquifier",
    "OrderNumber": "number",
    "PurchaseOrderNumber": "external_number",
    "CustomerNumber": "partner",
}


class Orders(Resource):
    """Sales orders and quotes."""

    module, name, keys, verbs = "OE", "OEOrders", ("OrderUniquifier",), READ_AND_POST

    def described(self) -> Iterable[Property]:
        """Its properties."""
        return [
            number("OrderUniquifier", uniquifier, writable=False),
            text("OrderNumber", 22, "number"),
            text("CustomerNumber", 12, partner_number),
            text("PurchaseOrderNumber", 22, "external_number"),
            text("OrderReference", 60, "your_reference"),
            text("OrderDescription", 60),
            text("OrderComment", 250),
            day("OrderDate", "order_date"),
            day("ExpectedShipDate", "requested"),
            choice("OrderType", _TYPES, _type),
            truth("OnHold", "held"),
            text("DefaultLocationCode", 6, "location"),
            text("DefaultPriceListCode", 6),
            text("TermsCode", 10, "payment_terms"),
            text("TaxGroup", 12),
            text("ShipViaCode", 6, "agent"),
            text("Salesperson1", 8, "salesperson"),
            *(text(f"Salesperson{n}", 8) for n in range(2, 6)),
            *address_properties("BillTo", "bill_address"),
            text("ShipToLocationCode", 6, "ship_to_code"),
            *address_properties("ShipTo", "ship_address"),
            truth("InvoiceWillBeProduced"),
            choice("OrderCompleted", _COMPLETED, completed, writable=False),
            truth("OrderPartiallyShipped", _partially_shipped, writable=False),
            number("NumberOfShipments", lambda desk, row: len(_made(desk, row, "shipment")), writable=False),
            number("NumberOfInvoices", lambda desk, row: len(_made(desk, row, "invoice")), writable=False),
            text("LastShipmentNumber", 22, lambda desk, row: _last(desk, row, "shipment"), writable=False),
            text("LastInvoiceNumber", 22, lambda desk, row: _last(desk, row, "invoice"), writable=False),
            text("OrderSourceCurrency", 3, "currency", writable=False),
            number("OrderTotal", _total, writable=False),
            details(
                "OrderOptionalFields",
                _optional(),
                lambda desk, row: row.extras.get("OrderOptionalFields", ()),
            ),
            details("OrderDetails", _lines(), lambda desk, row: desk.company.lines_of(row)),
        ]

    def rows(self, desk: Desk) -> Iterable[Document]:
        """All orders and quotes."""
        return listed(desk.company, *_KINDS, posted=False)

    def found(self, desk: Desk, equals: Mapping[str, Any]) -> Iterable[Document]:
        """Orders by what an index knows."""
        found = looked_up(desk, equals, _KINDS, posted=False, names=_INDEXES)
        return self.rows(desk) if found is None else found

    def create(self, desk: Desk, values: dict[str, Any]) -> Document:
        """Enter an order; what its lines say is shipped leaves at once, and may be invoiced at once."""
        sheet = OrderSheet(desk)
        try:
            for name, value in values.items():
                sheet.put(name, value)
            _complete(desk, sheet)
            return _entered(desk, sheet)
        except Refused as refused:
            raise Refused(refused.code, "\n".join([refused.message, *sheet.warnings])) from None


# ---------------------------------------------------------------- properties


def _lines() -> list[Property]:
    return [
        number("LineNumber", lambda desk, row: Decimal(row.number), writable=False),
        choice("LineType", ("Item", "Miscellaneous"), _line_type),
        text("Item", 24, lambda desk, row: row.object_number if row.type == "item" else ""),
        text(
            "MiscellaneousChargesCode",
            6,
            lambda desk, row: "" if row.type == "item" else row.object_number,
        ),
        text("Description", 60, "description"),
        text("Location", 6, "location"),
        text("OrderUnitOfMeasure", 10, "unit"),
        number("QuantityOrdered", lambda desk, row: row.quantity if row.type == "item" else ZERO),
        number("QuantityShipped", lambda desk, row: row.shipped if row.type == "item" else ZERO),
        number("QuantityBackordered", _backordered),
        number("OrderUnitPrice", lambda desk, row: row.price if row.type == "item" else ZERO),
        number("PricingUnitPrice", _pricing_price),
        truth("PriceOverride", lambda desk, row: row.type == "item" and row.manual_price),
        number("ExtendedAmount", "amount_net"),
        details(
            "OrderDetailOptionalFields",
            [number("LineNumber", lambda desk, row: row["LineNumber"]), *_optional()],
            lambda desk, row: row.extras.get("OrderDetailOptionalFields", ()),
        ),
    ]


def _optional() -> list[Property]:
    return [
        text("OptionalField", 12, lambda desk, row: row["OptionalField"]),
        text("Value", 60, lambda desk, row: row.get("Value", "")),
    ]


def _line_type(desk: Desk, line: Line) -> str:
    return "Item" if line.type == "item" else "Miscellaneous"


def _pricing_price(desk: Desk, line: Line) -> Decimal:
    if line.type != "item":
        return ZERO
    order = desk.company.documents.row(line.document)
    return desk.company.rounded_price(line.price / line.per_unit, order.currency)


def _type(desk: Desk, order: Document) -> str:
    return "Quote" if order.kind == "quote" else str(order.extras.get("OrderType", "Active"))


def _total(desk: Desk, order: Document) -> Decimal:
    return order.gross if desk.settings.order_total == "gross" else order.net


def _backordered(desk: Desk, line: Line) -> Decimal:
    kept = line.extras.get("backordered")
    if kept is not None and not line.shipped:
        return Decimal(kept)
    return line.open if line.shipped else ZERO


def _made(desk: Desk, order: Document, kind: Kind) -> list[Document]:
    return [row for row in desk.company.documents.where("order", order.id) if row.kind == kind and row.posted]


def _last(desk: Desk, order: Document, kind: Kind) -> str:
    made = _made(desk, order, kind)
    return made[-1].number if made else ""


def _goods(desk: Desk, order: Document) -> list[Line]:
    return [line for line in desk.company.lines_of(order) if line.type == "item"]


def _partially_shipped(desk: Desk, order: Document) -> bool:
    goods = _goods(desk, order)
    return any(line.shipped for line in goods) and any(line.open > 0 for line in goods)


def completed(desk: Desk, order: Document) -> str:
    """How far an order is: complete is what is shipped and invoiced in full, or given up."""
    lines = desk.company.lines_of(order)
    done = all(line.open <= 0 and line.invoiced >= line.shipped for line in lines)
    if order.canceled or (done and lines):
        return "CompleteDayEnd" if order.extras.get("day_end") else "CompleteNotIncluded"
    return "IncompleteIncluded" if _made(desk, order, "invoice") else "IncompleteNotIncluded"


# ---------------------------------------------------------------- entering


def _complete(desk: Desk, sheet: OrderSheet) -> None:
    if sheet.customer is None:
        raise Refused("RecordInvalid", "Customer number cannot be blank.")
    if not sheet.lines and not desk.settings.empty_orders:
        raise Refused("RecordInvalid", "The order must have at least one detail.")
    if any(not sheet.values.get(name) for name in desk.settings.address_needed):
        raise Refused("General", "Tax cannot be calculated. The ship-to address is incomplete.")
    for line in sheet.lines:
        missing = {"Item": line.item is None, "Miscellaneous": not line.charge}[line.type]
        if missing:
            raise Refused("RecordInvalid", f"{line.type} cannot be blank.")
        if line.shipped > line.ordered:
            raise Refused("FieldInvalid", "Quantity shipped cannot be greater than quantity ordered.")
        optional_known(desk, line.optional)
    ships = any(line.shipped for line in sheet.lines)
    if ships and (sheet.values.get("OnHold") or sheet.values.get("OrderType", "Active") != "Active"):
        raise Refused("General", "Only active orders that are not on hold can be shipped.")
    if ships and sheet.customer.blocked:
        raise Refused("General", f"Customer {sheet.customer.number} is on hold.")


def _entered(desk: Desk, sheet: OrderSheet) -> Document:
    company, values = desk.company, sheet.values
    assert sheet.customer is not None
    ships = any(line.shipped for line in sheet.lines)
    bills = ships and bool(values.get("InvoiceWillBeProduced"))
    fields = {
        "id": drawn(company),
        "number": values.get("OrderNumber", ""),
        "partner": sheet.customer.id,
        "external_number": values.get("PurchaseOrderNumber", ""),
        "your_reference": values.get("OrderReference", ""),
        "order_date": values.get("OrderDate") or company.world.today(),
        "requested": values.get("ExpectedShipDate"),
        "held": values.get("OnHold", False),
        "location": values["DefaultLocationCode"],
        "payment_terms": values["TermsCode"],
        "agent": values["ShipViaCode"],
        "salesperson": values["Salesperson1"],
        "ship_to_code": values["ShipToLocationCode"],
        "bill_address": address_in(values, "BillTo"),
        "ship_address": address_in(values, "ShipTo"),
        "extras": {name: values[name] for name in _EXTRAS if name in values}
        | more_in(values, "BillTo")
        | more_in(values, "ShipTo"),
    }
    kind: Kind = "quote" if values.get("OrderType") == "Quote" else "order"
    order = ordering.create(company, kind, fields, [_line(desk, line, bills=bills) for line in sheet.lines])
    _attached(desk, order, sheet)
    if ships:
        post(company, order, ship=True, invoice=bills)
    return company.documents.row(order.id)


def _line(desk: Desk, line: LineSheet, *, bills: bool) -> dict[str, Any]:
    if line.type == "Miscellaneous":
        whole = Decimal(1) if bills else ZERO
        return {
            "type": "charge",
            "object_number": line.charge,
            "description": line.description,
            "quantity": Decimal(1),
            "price": line.amount,
            "to_ship": whole,
            "to_invoice": whole,
        }
    assert line.item is not None
    entered = {
        "object_number": line.item.number,
        "description": line.description,
        "unit": line.unit,
        "location": line.location,
        "quantity": line.ordered,
        "to_ship": line.shipped,
        "to_invoice": line.shipped if bills else ZERO,
        "extras": {"backordered": line.backordered} if line.backordered is not None else {},
    }
    if line.price is not None and (line.override or not desk.settings.price_needs_override):
        entered["price"] = line.price
    return entered


def _attached(desk: Desk, order: Document, sheet: OrderSheet) -> None:
    """Optional fields of lines name the line's number, which is known only now."""
    lines = desk.company.lines_of(order)
    for line, entered in zip(lines, sheet.lines, strict=True):
        if any(each.get("LineNumber") != line.number for each in entered.optional):
            raise Refused("FieldInvalid", f"Optional fields of this line need the line number {line.number}.")
        if entered.optional:
            extras = {**line.extras, "OrderDetailOptionalFields": entered.optional}
            desk.company.lines.put(replace(line, extras=extras))
