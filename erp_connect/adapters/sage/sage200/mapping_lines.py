"""Lines of orders as they are read: quantities, prices, discounts, units (sage.md 4.4, 6.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ....models import Discount, LineKind, Money, OrderLine, Quantities, UnitPrice
from ....models.currencies import exponent
from ....rules.exact import multiply
from ....wire.odata import Unreadable
from ...amounts import tidy
from ...services.cells import Row, number, text, whole
from .office import Office
from .sides import KINDS, SALES, STANDARD, Side
from .states import day_in

_NOTHING: Final = Decimal(0)


class Lines:
    """The lines of one order being read; what cannot be read in our words goes to ``warnings``."""

    def __init__(self, side: Side, office: Office, currency: str, *, cancelled: bool) -> None:
        """``cancelled``: whether the order was cancelled as a whole, and with it what is open of its lines."""
        self.side, self.office, self.currency, self.cancelled = side, office, currency, cancelled
        self.warnings: list[str] = []
        self._places = exponent(currency) or 0

    def line(self, row: Row, place: int) -> OrderLine:
        """One line; ``place``: where it stands, for a line that has no number."""
        id, settings = whole(row, "id"), self.office.settings
        if not id:
            raise Unreadable("it names no line")
        ordered = number(row, "line_quantity") or _NOTHING
        price = number(row, self.side.price)
        standard = kind_of(row) == STANDARD
        kept = settings.line_reference_field
        return OrderLine.trusted(
            id=str(id),
            position=whole(row, "line_number") or place,
            product=text(row, "code") or None if standard else None,
            kind=LineKind.ITEM if standard else LineKind.SERVICE,
            unit=self.unit(row),
            quantities=self.quantities(row, ordered),
            price=None if price is None else UnitPrice.trusted(amount=price, currency=self.currency),
            discount=self.discount(row, ordered),
            net=self.money(row, "line_total_value"),
            tax=self.money(row, "line_tax_value"),
            requested=day_in(row, "requested_delivery_date"),
            promised=day_in(row, "promised_delivery_date"),
            description=text(row, "description") or None,
            warehouse=self.office.warehouses.name(whole(row, "warehouse_id")),
            reference=text(row, kept) or None if kept else None,
            native_status=text(row, "despatch_receipt_status") or None,
        )

    def money(self, row: Row, name: str) -> Money | None:
        """An amount with the digits of the order's currency; ``None`` where it is not told."""
        cell = row.get(name)
        found = cell if type(cell) is Decimal else number(row, name)
        return None if found is None else self.amount(found)

    def amount(self, found: Decimal) -> Money:
        """An amount in the order's currency."""
        return Money.trusted(amount=tidy(found, self._places), currency=self.currency)

    def unit(self, row: Row) -> str | None:
        """The unit of a line, in our words where they are known."""
        name = text(row, self.side.unit_name)
        found = self.office.unit_called(name)
        if found is None and name:
            self.warnings.append(f"the unit {name} is not known here; map it in the settings (units=...)")
            return name
        return found

    def quantities(self, row: Row, ordered: Decimal) -> Quantities:
        """How much of a line stands where."""
        gone, sales = number(row, self.side.moved), self.side is SALES
        return Quantities.trusted(
            ordered=ordered,
            allocated=number(row, "allocated_quantity"),
            shipped=gone if sales else None,
            delivered=None if sales else gone,
            invoiced=number(row, "invoice_credit_quantity"),
            cancelled=ordered - (gone or _NOTHING) if self.cancelled else _NOTHING,
        )

    def discount(self, row: Row, ordered: Decimal) -> Discount | None:
        """The discount of a line: the percentage where one was given, otherwise the amount for all of it."""
        percent, value = number(row, "unit_discount_percent"), number(row, "unit_discount_value")
        if not percent and not value:
            return None
        told = row.get("discount_percent_specified")
        if percent and (not value or told is True or (told is None and _says(row, percent, value))):
            return Discount.trusted(percent=percent)
        return Discount.trusted(amount=self.amount(multiply(value or _NOTHING, ordered)))


def _says(row: Row, percent: Decimal, value: Decimal) -> bool:
    """Whether a percentage is as exact as the amount beside it."""
    price = number(row, "selling_unit_price") or _NOTHING
    return multiply(price, percent) == multiply(value, Decimal(100))


def kind_of(row: Row) -> str:
    """The kind of a line, with its prefix or without; goods where none is told."""
    told = text(row, "line_type")
    return KINDS.get(told.casefold(), told) or STANDARD


def in_order(row: Row) -> tuple[int, int]:
    """Where a line stands in its document."""
    return whole(row, "line_number") or 0, whole(row, "id") or 0


__all__ = ["Lines", "in_order", "kind_of"]
