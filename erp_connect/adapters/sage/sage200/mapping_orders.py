"""Orders as they are read: header, lines, quantities, states (sage.md 4.4, 4.5, 6.3).

Memos and comment lines are an order's notes, charge lines its charges.  There is no token of a version: one is made of
what the order says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ....models import (
    Charge,
    Discount,
    FrozenMapping,
    Hold,
    LineKind,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    Quantities,
    Reference,
    UnitPrice,
)
from ....models.base import trusted_but
from ....rules.exact import multiply
from ....rules.lateness import timeliness
from ....rules.stamps import looks_like_stamp
from ....rules.status import standing
from ....wire.odata import Unreadable
from ...amounts import money_in
from ...services.cells import Row, flag, instant, money, number, text, whole, within
from .addresses import address_in
from .office import Office
from .sides import CHARGE, COMMENT, FREE_TEXT, PURCHASES, SALES, STANDARD, Side

_STATES: Final[Mapping[str, OrderStatus]] = {
    "draft": OrderStatus.DRAFT,
    "live": OrderStatus.CONFIRMED,
    "printed": OrderStatus.CONFIRMED,
    "onhold": OrderStatus.ON_HOLD,
    "dispute": OrderStatus.ON_HOLD,
    "complete": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
}
_HOLDS: Final[Mapping[str, str]] = {"onhold": "on_hold", "dispute": "dispute"}
_NOTHING: Final = Decimal(0)


def state_of(row: Row) -> str:
    """The state of a document in short: ``live`` for ``EnumDocumentStatusLive``."""
    return text(row, "document_status").removeprefix("EnumDocumentStatus").casefold()


def is_order(row: Row) -> bool:
    """Whether a record is an order: quotes and pro formas are apart, and are no orders where they are not."""
    state = state_of(row)
    return not ("quot" in state or "proforma" in state or "pro forma" in state)


def day_in(row: Row, name: str) -> date | None:
    """A business date, which comes as an instant at midnight of the company's own day."""
    said = text(row, name)
    if not said:
        return None
    try:
        found = date.fromisoformat(said[:10])
    except ValueError as failure:
        raise Unreadable(f"{name}: {said[:40]!r} is no date") from failure
    return None if found.year <= 1900 else found


def order_in(row: Row, office: Office) -> Order:
    """The sales order that a record with its lines says."""
    reading = _Reading(row, SALES, office)
    party, name = reading.party()
    po, told = text(row, SALES.external), reading.header()
    order = Order.trusted(
        **told,
        lines=reading.lines,
        customer=party,
        customer_id=str(whole(row, "customer_id") or ""),
        customer_name=name or None,
        customer_po=None if looks_like_stamp(po) else po or None,
        ship_to=reading.ship_to(name),
        discounts=reading.discounts(),
        charges=tuple(reading.charge(each) for each in reading.rows if _kind(each) == CHARGE),
        notes=reading.notes(),
        references=reading.references(),
        warnings=tuple(dict.fromkeys(reading.warnings)),
    )
    return trusted_but(order, version=version_of(order), timeliness=timeliness(order, office.today()))


def purchase_order_in(row: Row, office: Office) -> PurchaseOrder:
    """The purchase order that a record with its lines says."""
    reading = _Reading(row, PURCHASES, office)
    party, name = reading.party()
    order = PurchaseOrder.trusted(
        **reading.header(),
        lines=tuple(PurchaseOrderLine.trusted(**line.__dict__) for line in reading.lines),
        supplier=party,
        supplier_id=str(whole(row, "supplier_id") or ""),
        supplier_name=name or None,
        supplier_reference=text(row, PURCHASES.external) or None,
        warnings=tuple(dict.fromkeys(reading.warnings)),
    )
    return trusted_but(order, version=version_of(order), timeliness=timeliness(order, office.today()))


def discount_in(row: Row, currency: str, ordered: Decimal) -> Discount | None:
    """The discount of a line: the percentage where one was given, otherwise the amount for all of it."""
    percent, value = number(row, "unit_discount_percent"), number(row, "unit_discount_value")
    if not percent and not value:
        return None
    told = row.get("discount_percent_specified")
    if percent and (not value or told is True or (told is None and _says(row, percent, value))):
        return Discount.trusted(percent=percent)
    return Discount.trusted(amount=money_in(multiply(value or _NOTHING, ordered), currency))


def _says(row: Row, percent: Decimal, value: Decimal) -> bool:
    """Whether a percentage is as exact as the amount beside it."""
    price = number(row, "selling_unit_price") or _NOTHING
    return multiply(price, percent) == multiply(value, Decimal(100))


def version_of(order: Order | PurchaseOrder) -> str:
    """The same for the same content of header and lines, whoever reads it, and however numbers are written."""
    parts: list[Any] = [
        order.id,
        order.native_status,
        order.customer_po if isinstance(order, Order) else order.supplier_reference,
        order.order_date,
        order.requested,
        order.promised,
        order.discounts,
        order.charges,
        order.notes,
        order.references,
        order.ship_to,
    ]
    for line in order.lines:
        told = line.quantities
        parts += [line.id, line.product, line.unit, told.ordered, told.shipped, told.invoiced, line.price]
        parts += [line.discount, line.requested, line.promised, line.warehouse, line.description]
        parts.append(line.reference)
    return hashlib.sha256("\n".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:24]


class _Reading:
    """One order being read."""

    def __init__(self, row: Row, side: Side, office: Office) -> None:
        self.row, self.side, self.office = row, side, office
        number_ = whole(row, "id")
        if not number_:
            raise Unreadable("it names no order")
        self.id = str(number_)
        if "lines" not in row:
            raise Unreadable("it does not tell the lines of an order")
        office.currencies.learn(row)
        self.currency = office.currencies.code(whole(row, "currency_id"))
        if not self.currency:
            raise Unreadable(
                f"nobody knows the currency {row.get('currency_id')} of an order; say it by currencies=CODE=ID"
            )
        self.warnings: list[str] = []
        self.state = state_of(row)
        self.cancelled = self.state == "cancelled"
        self.rows = sorted(within(row, "lines"), key=_place)
        goods = [each for each in self.rows if _kind(each) in {STANDARD, FREE_TEXT}]
        lines = [self.line(each, place) for place, each in enumerate(goods, 1)]
        self._standing = standing(
            lines, holds=self.holds(), native=_STATES.get(self.state, OrderStatus.UNKNOWN)
        )
        told = zip(lines, self._standing.lines, strict=True)
        self.lines = tuple(trusted_but(line, status=status) for line, status in told)

    def header(self) -> dict[str, Any]:
        """What both sides have."""
        row, office = self.row, self.office
        stamps = (text(row, office.settings.stamp_field), text(row, self.side.external))
        places = {line.warehouse for line in self.lines}
        return {
            "id": self.id,
            "number": text(row, "document_no") or None,
            "status": self._standing.status,
            "currency": self.currency,
            "stamp": next((each for each in stamps if looks_like_stamp(each)), None),
            "order_date": day_in(row, "document_date"),
            "requested": day_in(row, "requested_delivery_date"),
            "promised": self.promised(),
            "prices_include_tax": office.taxed,
            "warehouse": places.pop() if len(places) == 1 else None,
            "holds": self.holds(),
            "fulfilment": self._standing.fulfilment,
            "invoicing": self._standing.invoicing,
            "net": money(row, "total_net_value", self.currency),
            "tax": money(row, "total_tax_value", self.currency),
            "gross": money(row, "total_gross_value", self.currency),
            "native_status": text(row, "document_status") or None,
            "complete": self.state != "draft",
            "created_at": instant(row, "date_time_created"),
            "modified_at": instant(row, "date_time_updated"),
            "raw": FrozenMapping(row),
        }

    # -- the header ------------------------------------------------------------------------------------------

    def party(self) -> tuple[str, str]:
        """Number and name of the account."""
        name = self.side.party
        for inner in within(self.row, name):
            if text(inner, "reference"):
                return text(inner, "reference"), text(inner, "name")
        found = self.office.parties(name).row(whole(self.row, f"{name}_id"))
        return ("", "") if found is None else (text(found, "reference"), text(found, "name"))

    def ship_to(self, name: str) -> Any:
        for inner in within(self.row, "delivery_address"):
            return address_in(inner, self.office.settings, self.warnings, name=name or None)
        return None

    def promised(self) -> date | None:
        days = [line.promised for line in self.lines]
        if days and all(days):
            return max(each for each in days if each)
        return day_in(self.row, "promised_delivery_date")

    def discounts(self) -> tuple[Discount, ...]:
        percent = number(self.row, "document_discount_percent")
        return (Discount.trusted(percent=percent),) if percent and percent > 0 else ()

    def charge(self, row: Row) -> Charge:
        amount = number(row, "selling_unit_price")
        if amount is None:
            amount = number(row, "line_total_value") or _NOTHING
        code = text(row, "code") or text(row, "description") or CHARGE
        return Charge.trusted(
            code=code,
            amount=Money.trusted(amount=amount, currency=self.currency),
            description=text(row, "description") or None if flag(row, "use_description") else None,
        )

    def notes(self) -> tuple[str, ...]:
        memos = [
            text(each, "note") for each in within(self.row, "memos") if each.get("is_active") is not False
        ]
        comments = [text(each, "description") for each in self.rows if _kind(each) == COMMENT]
        return tuple(filter(None, [*memos, *comments]))

    def references(self) -> tuple[Reference, ...]:
        return tuple(
            Reference.trusted(kind=kind, value=value)
            for kind, field in self.office.settings.references.items()
            if (value := text(self.row, field))
        )

    def holds(self) -> tuple[Hold, ...]:
        kind = _HOLDS.get(self.state)
        if kind is None:
            return ()
        credit = kind == "on_hold" and flag(self.row, "is_credit_limit_exceeded")
        return (
            Hold.trusted(
                kind=kind,
                native=text(self.row, "document_status"),
                reason="over the credit limit" if credit else None,
            ),
        )

    # -- the lines -------------------------------------------------------------------------------------------

    def line(self, row: Row, place: int) -> OrderLine:
        id, currency = whole(row, "id"), self.currency
        if not id:
            raise Unreadable("it names no line")
        ordered = number(row, "line_quantity") or _NOTHING
        price = number(row, self.side.price)
        standard = _kind(row) == STANDARD
        return OrderLine.trusted(
            id=str(id),
            position=whole(row, "line_number") or place,
            product=text(row, "code") or None if standard else None,
            kind=LineKind.ITEM if standard else LineKind.SERVICE,
            unit=self.unit(row),
            quantities=self.quantities(row, ordered),
            price=None if price is None else UnitPrice.trusted(amount=price, currency=currency),
            discount=discount_in(row, currency, ordered),
            net=money(row, "line_total_value", currency),
            tax=money(row, "line_tax_value", currency),
            requested=day_in(row, "requested_delivery_date"),
            promised=day_in(row, "promised_delivery_date"),
            description=text(row, "description") or None,
            warehouse=self.office.warehouses.name(whole(row, "warehouse_id")),
            reference=text(row, self.office.settings.line_reference_field) or None
            if self.office.settings.line_reference_field
            else None,
            native_status=text(row, "despatch_receipt_status") or None,
        )

    def unit(self, row: Row) -> str | None:
        name = text(row, self.side.unit_name)
        found = self.office.units.ours(name)
        if found is None and name:
            self.warnings.append(f"the unit {name} is not known here; map it in the settings (units=...)")
            return name
        return found

    def quantities(self, row: Row, ordered: Decimal) -> Quantities:
        gone, sales = number(row, self.side.moved), self.side is SALES
        return Quantities.trusted(
            ordered=ordered,
            allocated=number(row, "allocated_quantity"),
            shipped=gone if sales else None,
            delivered=None if sales else gone,
            invoiced=number(row, "invoice_credit_quantity"),
            cancelled=ordered - (gone or _NOTHING) if self.cancelled else _NOTHING,
        )


def _place(row: Row) -> tuple[int, int]:
    return whole(row, "line_number") or 0, whole(row, "id") or 0


def _kind(row: Row) -> str:
    return text(row, "line_type") or STANDARD
