"""Orders as they are read, of either side: the header, and its lines with their states (sage.md 4.4, 4.5, 6.3).

Memos and comment lines are an order's notes, charge lines its charges.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ....models import (
    Address,
    Charge,
    Discount,
    FrozenMapping,
    Hold,
    Order,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    Reference,
)
from ....models.base import trusted_but
from ....rules.lateness import timeliness
from ....rules.stamps import looks_like_stamp
from ....rules.status import standing
from ....wire.odata import Unreadable
from ...services.cells import Row, flag, instant, number, text, whole, within
from .addresses import address_in
from .mapping_lines import Lines, in_order, kind_of
from .office import Office
from .sides import CHARGE, COMMENT, FREE_TEXT, NUMBER, PURCHASES, SALES, STANDARD, Side
from .states import HOLDS, STATES, day_in, state_of
from .versions import version_of


def order_in(row: Row, office: Office) -> Order:
    """The sales order that a record with its lines says."""
    reading = _Reading(row, SALES, office)
    party, name = reading.party()
    po = text(row, SALES.external)
    order = Order.trusted(
        **reading.header(),
        lines=reading.lines,
        customer=party,
        customer_id=str(whole(row, "customer_id") or ""),
        customer_name=name or None,
        customer_po=None if looks_like_stamp(po) else po or None,
        ship_to=reading.ship_to(name),
        discounts=reading.discounts(),
        charges=tuple(map(reading.charge, reading.of_kind(CHARGE))),
        notes=reading.notes(),
        references=reading.references(),
        warnings=reading.warnings(),
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
        warnings=reading.warnings(),
    )
    return trusted_but(order, version=version_of(order), timeliness=timeliness(order, office.today()))


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
        self.currency = office.currency_of(row, side.party)
        if not self.currency:
            raise Unreadable(
                f"nobody knows the currency {row.get('currency_id')} of an order; say it by currencies=CODE=ID"
            )
        self.state = state_of(row)
        self.mapping = Lines(side, office, self.currency, cancelled=self.state == "cancelled")
        self.rows = sorted(within(row, "lines"), key=in_order)
        self.kinds = [kind_of(each) for each in self.rows]
        for kind in {*self.kinds} - {STANDARD, FREE_TEXT, CHARGE, COMMENT}:
            self.mapping.warnings.append(f"a line of the kind {kind} is not read")
        goods = self.of_kind(STANDARD, FREE_TEXT)
        lines = [self.mapping.line(each, place) for place, each in enumerate(goods, 1)]
        native = STATES.get(self.state, OrderStatus.UNKNOWN)
        self._standing = standing(lines, holds=self.holds(), native=native)
        told = zip(lines, self._standing.lines, strict=True)
        self.lines = tuple(trusted_but(line, status=status) for line, status in told)

    def of_kind(self, *wanted: str) -> list[Row]:
        """The rows of these kinds, in their order."""
        return [row for row, kind in zip(self.rows, self.kinds, strict=True) if kind in wanted]

    def header(self) -> dict[str, Any]:
        """What both sides have."""
        row, office, money = self.row, self.office, self.mapping.money
        stamps = (text(row, office.settings.stamp_field), text(row, self.side.external))
        places = {line.warehouse for line in self.lines}
        return {
            "id": self.id,
            "number": text(row, NUMBER) or None,
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
            "net": money(row, "total_net_value"),
            "tax": money(row, "total_tax_value"),
            "gross": money(row, "total_gross_value"),
            "native_status": text(row, "document_status") or None,
            "complete": self.state != "draft",
            "created_at": instant(row, "date_time_created"),
            "modified_at": instant(row, "date_time_updated"),
            "raw": FrozenMapping(row),
        }

    def party(self) -> tuple[str, str]:
        """Number and name of the account."""
        name = self.side.party
        for inner in within(self.row, name):
            if text(inner, "reference"):
                return text(inner, "reference"), text(inner, "name")
        found = self.office.parties(name).row(whole(self.row, f"{name}_id"))
        return ("", "") if found is None else (text(found, "reference"), text(found, "name"))

    def ship_to(self, name: str) -> Address | None:
        """Where it is delivered, in the name of the account where no other is told."""
        for inner in within(self.row, "delivery_address"):
            return address_in(inner, self.office.settings, self.mapping.warnings, name=name or None)
        return None

    def promised(self) -> date | None:
        """The last of the days that its lines are promised for, else that of the order."""
        days = [line.promised for line in self.lines]
        if days and all(days):
            return max(each for each in days if each)
        return day_in(self.row, "promised_delivery_date")

    def discounts(self) -> tuple[Discount, ...]:
        """The discount of the whole order; below zero it is a surcharge, which is none."""
        percent = number(self.row, "document_discount_percent")
        if percent is not None and percent < 0:
            self.mapping.warnings.append(f"the order has a surcharge of {-percent} per cent")
        return (Discount.trusted(percent=percent),) if percent and percent > 0 else ()

    def charge(self, row: Row) -> Charge:
        """An additional charge; what it is called only where somebody has written that."""
        amount = number(row, "selling_unit_price")
        if amount is None:
            amount = number(row, "line_total_value")
        return Charge.trusted(
            code=text(row, "code") or text(row, "description") or CHARGE,
            amount=self.mapping.amount(amount or Decimal(0)),
            description=text(row, "description") or None if flag(row, "use_description") else None,
        )

    def notes(self) -> tuple[str, ...]:
        """Memos that are active, and comment lines."""
        memos = [
            text(each, "note") for each in within(self.row, "memos") if each.get("is_active") is not False
        ]
        comments = [text(each, "description") for each in self.of_kind(COMMENT)]
        return tuple(filter(None, [*memos, *comments]))

    def references(self) -> tuple[Reference, ...]:
        """What stands in the fields that the site has set aside."""
        return tuple(
            Reference.trusted(kind=kind, value=value)
            for kind, field in self.office.settings.references.items()
            if (value := text(self.row, field))
        )

    def holds(self) -> tuple[Hold, ...]:
        """What keeps the order from going on."""
        kind = HOLDS.get(self.state)
        if kind is None:
            return ()
        credit = kind == "on_hold" and flag(self.row, "is_credit_limit_exceeded")
        native = text(self.row, "document_status")
        return (Hold.trusted(kind=kind, native=native, reason="over the credit limit" if credit else None),)

    def warnings(self) -> tuple[str, ...]:
        """What could not be read in our words."""
        return tuple(dict.fromkeys(self.mapping.warnings))
