"""Fields that X3 works out: statuses, margins, names of codes (sage.md 2.12, 2.13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ...business.company import Company
from ...business.documents import ZERO, Document, Line
from .model import Entity, Field
from .settings import Settings

NOT, PARTLY, FULLY = 1, 2, 3


@dataclass(frozen=True)
class Place:
    """A row that is shown, and the record that it belongs to."""

    company: Company
    settings: Settings
    entity: Entity
    row: Any
    document: Any

    @property
    def lines(self) -> list[Line]:
        """The lines of the record."""
        return [line for line in self.company.lines_of(self.document) if line.counts]


def named(company: Company, settings: Settings, table: str, code: str) -> str:
    """What a code of a control table is called; blank where it is not in there."""
    if not code:
        return ""
    if table == "order_types":
        kind = settings.order_types.get(code)
        return kind.label if kind is not None else ""
    if table == "taxes":
        return code if code in company.world.settings.tax_rates else ""
    if table == "currencies" and code == company.currency:
        return code
    index = "number" if table == "customers" else "code"
    row = getattr(company, table).by(index, code)
    return "" if row is None else (row.name or code)


def is_closed(company: Company, settings: Settings, order: Document) -> bool:
    """Whether an order is closed: by hand, or because nothing is left to do."""
    if order.canceled or order.extras.get("closed"):
        return True
    lines = [line for line in company.lines_of(order) if line.counts]
    if settings.closes_when == "delivered":
        return bool(lines) and all(line.open <= 0 for line in lines)
    return bool(lines) and all(line.invoiced >= line.quantity - line.canceled for line in lines)


def _stage(done: list[Decimal], wanted: list[Decimal]) -> int:
    if not any(done):
        return NOT
    return FULLY if all(d >= w for d, w in zip(done, wanted, strict=True)) else PARTLY


def _delivered(place: Place, found: Field) -> int:
    lines = place.lines
    return _stage([line.shipped for line in lines], [line.quantity for line in lines])


def _invoiced(place: Place, found: Field) -> int:
    lines = place.lines
    return _stage([line.invoiced for line in lines], [line.quantity for line in lines])


def allocated(line: Line) -> Decimal:
    """What of a line is allocated."""
    return Decimal(line.extras.get("ALLQTY", 0))


def _allocated(place: Place, found: Field) -> int:
    lines = place.lines
    return _stage([allocated(line) for line in lines], [line.quantity for line in lines])


def _credit(place: Place, found: Field) -> int:
    customer = place.company.partner_of(place.document)
    held = place.document.held or customer.blocked in {"ship", "invoice"}
    return place.settings.credit_hold if held else 1


def _type(place: Place, found: Field) -> str:
    document: Document = place.row
    if document.kind in {"invoice", "credit_memo"}:
        types = place.settings.invoice_types
        return next((code for code, kind in types.items() if kind == document.kind), "")
    own = {"shipment": "SDN"}.get(document.kind, "")
    return str(document.extras.get(found.name, own) if own else document.extras.get("type", ""))


def _partner(place: Place, found: Field) -> str:
    return place.company.partner_of(place.row).number


def _bill_to(place: Place, found: Field) -> str:
    row = place.row
    return place.company.customers.row(row.bill_to).number


def _net_price(place: Place, found: Field) -> Decimal:
    line: Line = place.row
    return line.price * (1 - line.discount_percent / 100)


def _cost(place: Place, found: Field) -> Decimal:
    line: Line = place.row
    item = place.company.items.by("number", line.object_number)
    return ZERO if item is None else item.cost * line.per_unit


def _margin(place: Place, found: Field) -> Decimal:
    return _net_price(place, found) - _cost(place, found)


def _line_margin(place: Place, found: Field) -> Decimal:
    line: Line = place.row
    return _margin(place, found) * line.quantity


def _whole_margin(place: Place, found: Field) -> Decimal:
    lines = (Place(place.company, place.settings, place.entity, line, place.document) for line in place.lines)
    return sum((_line_margin(line, found) for line in lines), ZERO)


def _undelivered(place: Place, found: Field) -> Decimal:
    if is_closed(place.company, place.settings, place.document):
        return ZERO
    wanted = [(line, line.quantity - line.canceled) for line in place.lines]
    return sum((line.net * line.open / whole for line, whole in wanted if whole), ZERO)


def _item(place: Place, attribute: str) -> str:
    item = place.company.items.by("number", place.row.object_number)
    return "" if item is None else str(getattr(item, attribute))


def _origin(place: Place, attribute: str) -> Any:
    line = place.company.lines.get(place.row.origin)
    if attribute == "number":
        return line.number if line is not None else place.row.extras.get("order_line", 0)
    order = place.company.documents.get(line.document) if line is not None else None
    return order.number if order is not None else place.document.order_number


def _posted(place: Place, found: Field) -> int:
    return place.settings.posted_invoice if place.row.posted else 1


def _item_status(place: Place, found: Field) -> int:
    kept = int(place.row.extras.get("ITMSTA", 1))
    if place.row.blocked:
        return kept if kept in {4, 5, 6} else 6
    return kept


def _address_code(place: Place, found: Field) -> str:
    owner = place.settings.addresses.get(found.block, "")
    return str(place.row.ship_to_code) if owner == "ship_address" else ""


WORKED: Final[dict[str, Callable[[Place, Field], Any]]] = {
    "site": lambda place, found: place.row.extras.get("site", ""),
    "type": _type,
    "partner": _partner,
    "bill_to": _bill_to,
    "payer": lambda place, found: place.row.extras.get("payer") or _bill_to(place, found),
    "group": lambda place, found: place.row.extras.get("group") or _partner(place, found),
    "ship_to": lambda place, found: place.row.ship_to_code,
    "currency": lambda place, found: place.row.currency,
    "location": lambda place, found: place.row.location,
    "approval": lambda place, found: 4,
    "closed": lambda place, found: 2 if is_closed(place.company, place.settings, place.row) else 1,
    "allocated": _allocated,
    "delivered": _delivered,
    "invoiced": _invoiced,
    "credit": _credit,
    "validated": lambda place, found: 2 if place.row.posted else 1,
    "posted": _posted,
    "numlig": lambda place, found: place.row.number if place.settings.numlig == "real" else 0,
    "item_name": lambda place, found: _item(place, "name"),
    "stock_unit": lambda place, found: _item(place, "unit"),
    "line_allocated": lambda place, found: allocated(place.row),
    "net_price": _net_price,
    "cost": _cost,
    "margin": _margin,
    "line_margin": _line_margin,
    "whole_margin": _whole_margin,
    "undelivered": _undelivered,
    "order": lambda place, found: _origin(place, "document"),
    "order_line": lambda place, found: _origin(place, "number"),
    "delivery": lambda place, found: place.row.extras.get("delivery", ""),
    "active": lambda place, found: 1 if place.row.blocked == "all" else 2,
    "item_status": _item_status,
    "address_code": _address_code,
    "country": lambda place, found: "",
}
