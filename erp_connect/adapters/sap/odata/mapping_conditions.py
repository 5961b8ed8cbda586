"""Prices and discounts as pricing elements, out and back (sap.md 4.4, 2.3).

A reduction has a minus, so the sign decides: a surcharge in a discount's type is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableSequence, Sequence
from decimal import Decimal
from typing import Final

from ....errors import LossyWrite
from ....models import Discount, Money, UnitPrice
from ....wire.odata import EntityType, Property
from ...amounts import tidy
from ..settings import SiteSettings
from ..wording import the_percentage, whole_per
from .cells import Row, fits_digits, number, text
from .dialect import Body, Dialect

_RATES: Final = ("ConditionRateValue", "ConditionRateAmount")
_RATIO: Final = "ConditionRateRatio"
"""Where version 4 has a field for percentages beside that for amounts."""
_KEYS: Final = ("PricingProcedureStep", "PricingProcedureCounter")
_WHOLE: Final = Decimal(100)
_DIGITS: Final = (24, 9)
"""Of a rate, all and those behind the point, where the service does not tell."""
_PRICE, _DISCOUNT, _WHOLE_ORDER = "order.line.price", "order.line.discount", "order.discounts"

Taken = Callable[[Row, Decimal], Decimal | None]
"""What an element's quantity is in its item's unit; ``None`` where that is not known."""


class Pricing:
    """Pricing elements in the words of one service; ``known`` is what it says of such an element."""

    def __init__(self, dialect: Dialect, known: EntityType | None, settings: SiteSettings) -> None:
        self._dialect = dialect
        self.known: Mapping[str, Property] = {} if known is None else known.properties
        self._settings = settings

    # -- out -------------------------------------------------------------------------------------------------

    def price_out(self, price: UnitPrice, unit: Mapping[str, str]) -> Body:
        """The element that sets an item's price; ``LossyWrite`` where it is for a broken or huge quantity.

        ``unit``: the item's unit, in the properties that the service has for it.  Without it the system may take
        another for the price than the one it is ordered in.
        """
        price = whole_per(price)
        element = self._element(self._settings.price_condition, price.amount, price.currency, _PRICE)
        return {**element, "ConditionQuantity": self._dialect.number(price.per), **unit}

    def discount_out(self, discount: Discount) -> Body:
        """The element that lowers an item's price; a reduction has a minus (a percentage as it is: 10 is 10 %)."""
        settings = self._settings
        if discount.percent is not None:
            return self._element(settings.percent_discount_condition, -discount.percent, None, _DISCOUNT)
        amount = discount.amount or Money(amount=Decimal(0), currency="EUR")
        return self._element(settings.amount_discount_condition, -amount.amount, amount.currency, _DISCOUNT)

    def header_discount_out(self, discounts: Sequence[Discount]) -> Body:
        """The element for the whole order; ``LossyWrite`` for anything but one percentage."""
        percent = the_percentage(discounts).percent or Decimal(0)
        return self._element(self._settings.header_discount_condition, -percent, None, _WHOLE_ORDER)

    def _element(self, kind: str, rate: Decimal, currency: str | None, path: str) -> Body:
        amount = next((name for name in _RATES if name in self.known), _RATES[0])
        name = _RATIO if currency is None and _RATIO in self.known else amount
        self._refuse_what_is_finer(rate, self.known.get(name), path)
        element = {"ConditionType": kind, name: self._dialect.number(rate)}
        return element if currency is None else element | {"ConditionCurrency": currency}

    @staticmethod
    def _refuse_what_is_finer(rate: Decimal, field: Property | None, path: str) -> None:
        """``LossyWrite`` for a rate with more digits than its field has (sap.md 4.4: nine decimal places)."""
        precision, scale = _DIGITS if field is None else (field.precision, field.scale)
        if not fits_digits(rate, precision, scale):
            raise LossyWrite(
                f"a condition has at most {precision} digits, {scale} of them behind the point",
                fields=(path,),
                path=path,
            )

    # -- back ------------------------------------------------------------------------------------------------

    def price_in(self, rows: Sequence[Row], currency: str, taken: Taken) -> UnitPrice | None:
        """The price of an item before discounts; ``None`` where there is none, or none for the item's own unit."""
        found = standing(rows, self._settings.price_condition)
        if found is None:
            return None
        per = taken(found, number(found, "ConditionQuantity") or Decimal(1))
        if per is None:
            return None
        told = text(found, "ConditionCurrency") or currency  # a price may stand in another than the order's
        return UnitPrice(amount=tidy(_rate(found), 2), currency=told, per=tidy(per))

    def discount_in(
        self, rows: Sequence[Row], currency: str, warnings: MutableSequence[str]
    ) -> Discount | None:
        """The discount of an item, by the site's types; a surcharge is none, with a warning."""
        settings = self._settings
        percent = _reduction(rows, settings.percent_discount_condition, warnings)
        if percent:
            return _percentage(percent, settings.percent_discount_condition, warnings)
        amount = _reduction(rows, settings.amount_discount_condition, warnings)
        if not amount:
            return None
        found = standing(rows, settings.amount_discount_condition) or {}
        told = text(found, "ConditionCurrency") or currency
        return Discount(amount=Money(amount=tidy(amount, 2), currency=told))

    def header_discounts_in(
        self, rows: Sequence[Row], warnings: MutableSequence[str]
    ) -> tuple[Discount, ...]:
        """The discount of the whole order: it stands at the header or at every item, once."""
        kind = self._settings.header_discount_condition
        percent = _reduction(rows, kind, warnings)
        found = _percentage(percent, kind, warnings) if percent else None
        return () if found is None else (found,)


def _reduction(rows: Sequence[Row], kind: str, warnings: MutableSequence[str]) -> Decimal | None:
    """By how much the element of a type lowers the price; ``None`` where there is none, or where it raises it."""
    found = standing(rows, kind)
    rate = Decimal(0) if found is None else _rate(found)
    if rate > 0:
        warnings.append(f"the condition {kind} raises the price here: it is a surcharge, and no discount")
    return -rate if rate < 0 else None


def _percentage(percent: Decimal, kind: str, warnings: MutableSequence[str]) -> Discount | None:
    if percent > _WHOLE:
        warnings.append(f"the condition {kind} takes more than all of the price away: {percent:f} %")
        return None
    return Discount(percent=tidy(percent))


def standing(rows: Sequence[Row], kind: str) -> Row | None:
    """The element of a type that counts: the last one that is not inactive."""
    found = [
        row for row in rows if text(row, "ConditionType") == kind and not text(row, "ConditionInactiveReason")
    ]
    return found[-1] if found else None


def element_keys(row: Row) -> dict[str, str]:
    """What names an element within its item or order."""
    return {name: text(row, name) for name in _KEYS}


def _rate(row: Row) -> Decimal:
    for name in (*_RATES, _RATIO):
        found = number(row, name)
        if found:
            return found
    return Decimal(0)
