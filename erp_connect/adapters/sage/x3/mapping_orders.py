"""Orders as they are read, of either side: header, lines, quantities (sage.md 2.12, 2.13, 6.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

from ....models import (
    Discount,
    FrozenMapping,
    LineKind,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    Progress,
    PurchaseOrder,
    PurchaseOrderLine,
    Quantities,
    UnitPrice,
)
from ....models.base import trusted_but
from ....rules.exact import multiply, subtract
from ....rules.lateness import timeliness
from ....rules.stamps import looks_like_stamp
from ....rules.status import standing
from ....wire.adonix import Record
from ...amounts import tidy
from ...versions import fingerprint
from .cells import NUM, Row, amount, as_day, as_money, day, number, text
from .mapping_parts import address_in, customs_in, line_customs_in
from .office import NOTES, Office, stamp_of
from .shapes import Shape
from .standing import States

_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Side:
    """What sales and purchases call the same things."""

    book: str
    kind: str
    prefix: str
    party: str
    reference: str


E = TypeVar("E", Order, PurchaseOrder)
SALES: Final = Side("orders", "order", "order", "customer", "customer_po")
PURCHASES: Final = Side("purchase_orders", "purchase", "purchase_order", "supplier", "supplier_reference")


def order_in(record: Record, office: Office, *, unsaved: bool = False) -> Order:
    """The sales order that a record says; ``unsaved``: it has no number."""
    reading = _Reading(record, SALES, office, unsaved=unsaved)
    reference, number_ = reading.reference, reading.id
    stamped = looks_like_stamp(reference)
    order = Order.trusted(
        **reading.header([OrderLine.trusted(**line) for line in reading.lines]),
        customer=reading.party,
        customer_id=reading.party or None,
        customer_name=reading.shape.text(record, "customer_name") or None,
        customer_po=None if stamped else reference or None,
        stamp=reference if stamped else number_ if looks_like_stamp(number_) else None,
    )
    return _finished(order, office)


def purchase_order_in(record: Record, office: Office) -> PurchaseOrder:
    """The purchase order that a record says."""
    reading = _Reading(record, PURCHASES, office)
    reference = reading.reference
    stamped = looks_like_stamp(reference)
    order = PurchaseOrder.trusted(
        **reading.header([PurchaseOrderLine.trusted(**line) for line in reading.lines]),
        supplier=reading.party,
        supplier_id=reading.party or None,
        supplier_name=reading.shape.text(record, "supplier_name") or None,
        supplier_reference=None if stamped else reference or None,
        stamp=reference if stamped else None,
    )
    return _finished(order, office)


def _finished(order: E, office: Office) -> E:
    """The order with whether it is in time, and a version where X3 keeps none."""
    found: E = trusted_but(order, timeliness=timeliness(order, office.today()))
    return found if found.version is not None else trusted_but(found, version=fingerprint(found))


def rows_by_id(record: Record, shape: Shape, office: Office) -> dict[str, Row]:
    """The lines of a record by their ids."""
    return {id: row for id, _, row in identified(shape.rows(record), shape, office)}


def identified(rows: Sequence[Row], shape: Shape, office: Office) -> list[tuple[str, int, Row]]:
    """Id, position and row of every line with a product: by the line number where there is one, else by their place.

    NUMLIG is not looked at: it reads 0 over web services (sage.md 2.12).
    """
    place, product = shape.lines.get("id"), shape.lines.get("product")
    step = office.settings.line_step
    field = "" if place is None else place.field
    found: list[tuple[str, int, Row]] = []
    ids: set[str] = set()
    odd: list[int] = []
    for row in rows:
        if product is not None and not text(row, product.field):
            continue
        id = text(row, field) if field else ""
        if not id or id == "0" or id in ids:
            id = text(row, NUM)
        position, rest = divmod(int(id), step) if field and id.isdecimal() and len(id) < 10 else (0, 1)
        if rest or not position:
            odd.append(len(found))
            position = 0
        ids.add(id)
        found.append((id, position, row))
    if len(odd) == len(found):
        return [(id, place, row) for place, (id, _, row) in enumerate(found, 1)]
    highest = max(position for _, position, _ in found)
    for extra, at in enumerate(odd, 1):
        id, _, row = found[at]
        found[at] = (id, highest + extra, row)
    return found


class _Reading:
    """One order being read."""

    def __init__(self, record: Record, side: Side, office: Office, *, unsaved: bool = False) -> None:
        self.record, self.side, self.office = record, side, office
        shape = self.shape = office.shape(side.kind)
        self.id = shape.text(record, "number")
        self.currency = shape.text(record, "currency") or office.settings.currency
        if not (self.id or unsaved) or len(self.currency) != 3:
            raise ValueError("it names no order, or no currency")
        self.party = shape.text(record, side.party)
        self.reference = shape.text(record, side.reference)
        self.warnings: list[str] = list(record.get(NOTES, ()))
        self.states = States(record, shape, office)
        self.requested = as_day(shape.text(record, "requested"))
        self.version = stamp_of(record) or None
        self._at = shape.at
        rows = identified(shape.rows(record), shape, office)
        field = self._at["moved"]
        moved = any(number(row, field) for _, _, row in rows)
        self._tells = moved or not self.states.delivered
        """Whether lines tell what has left: not where the header says that something has, and they have nothing."""
        self.native: OrderStatus = self.states.native(moved)
        self.lines = [self._line(id, position, row) for id, position, row in rows]

    def header(self, lines: Sequence[OrderLine]) -> dict[str, Any]:
        """What both sides have; the lines with where each stands, by quantities where they are told."""
        shape, record, currency, states = self.shape, self.record, self.currency, self.states
        holds = states.holds()
        told = standing(lines, holds=holds, native=self.native)
        unknown = told.fulfilment is Progress.UNKNOWN
        price_type = shape.text(record, "price_type")
        net, gross = self._total("net"), self._total("gross")
        net = self._total("ordered_net") if net is None else net
        places = {line["warehouse"] for line in self.lines}
        warehouse = shape.text(record, "warehouse") or (places.pop() if len(places) == 1 else None)
        return {
            "id": self.id,
            "number": self.id,
            "version": self.version,
            "lines": tuple(
                line if line.status is status else trusted_but(line, status=status)
                for line, status in zip(lines, told.lines, strict=True)
            ),
            "status": told.status,
            "fulfilment": (states.fulfilment if unknown else None) or told.fulfilment,
            "invoicing": states.invoicing or told.invoicing,
            "currency": currency,
            "ship_to": address_in(record, shape, self.office, self.warnings),
            "order_date": as_day(shape.text(record, "order_date")),
            "requested": self.requested,
            "prices_include_tax": {"1": False, "2": True}.get(price_type),
            "payment_terms": shape.text(record, "payment_terms") or None,
            "delivery_terms": shape.text(record, "delivery_terms") or None,
            "warehouse": warehouse,
            "holds": holds,
            "net": net,
            "gross": gross,
            "tax": _between(net, gross),
            "native_status": states.said(),
            "custom": customs_in(record, shape),
            "raw": FrozenMapping(record),
            "warnings": tuple(dict.fromkeys(self.warnings)),
        }

    def _total(self, word: str) -> Money | None:
        return as_money(self.shape.text(self.record, word), self.currency)

    def _line(self, id: str, position: int, row: Row) -> dict[str, Any]:
        at, currency, sales = self._at, self.currency, self.side is SALES
        ordered = number(row, at["quantity"]) or _ZERO
        moved = number(row, at["moved"]) or _ZERO if self._tells and at["moved"] in row else None
        price = number(row, at["price"])
        net, gross = amount(row, at["net"], currency), amount(row, at["gross"], currency)
        short = self._tells and self.states.cut_short
        cancelled = subtract(ordered, moved or _ZERO) if short else _ZERO
        told = {
            "id": id,
            "position": position,
            "product": text(row, at["product"]) or None,
            "unit": self._unit(text(row, at["unit"])),
            "quantities": Quantities.trusted(
                ordered=ordered,
                shipped=moved if sales else None,
                delivered=None if sales else moved,
                invoiced=self.states.invoiced(moved, ordered),
                allocated=number(row, at["allocated"]) if sales else None,
                cancelled=max(cancelled, _ZERO),
            ),
            "price": None if price is None else UnitPrice.trusted(amount=price, currency=currency),
            "discount": self._discount(row, price, ordered),
            "net": net,
            "tax": _between(net, gross),
            "requested": day(row, at["requested"]) if at["requested"] else self.requested,
            "description": text(row, at["description"]) or text(row, at["shown"]) or None,
            "kind": LineKind.ITEM,
            "warehouse": text(row, at["warehouse"]) or None,
            "native_status": text(row, at["status"]) or None if sales else None,
            "status": self.native,
        }
        if self.shape.line_custom:
            told["custom"] = line_customs_in(row, self.shape)
        return told

    def _unit(self, code: str) -> str | None:
        found = self.office.unit(code)
        if found is None and code:
            self.warnings.append(f"the unit {code} is not known here; map it in the settings (units=...)")
            return code
        return found

    def _discount(self, row: Row, price: Decimal | None, ordered: Decimal) -> Discount | None:
        """The percentage where the settings say which column it is, else what the net price is below the gross one."""
        at = self._at
        percent = number(row, at["discount"]) if "discount" in at else None
        if percent and percent > 0:
            return Discount.trusted(percent=percent)
        net = number(row, at["net_price"])
        if price is None or net is None or net >= price or not ordered:
            return None
        less = tidy(multiply(subtract(price, net), ordered))
        return Discount.trusted(amount=Money.trusted(amount=less, currency=self.currency))


def _between(net: Money | None, gross: Money | None) -> Money | None:
    """The tax: what the gross amount is above the net one."""
    if net is None or gross is None:
        return None
    return Money.trusted(amount=subtract(gross.amount, net.amount), currency=net.currency)
