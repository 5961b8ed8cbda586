"""Prices and discounts as pricing elements, out and back (sap.md 4.4, 2.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from ....models import Discount, Money, UnitPrice
from ....wire.odata import EntityType
from ..conventions import Units, tidy
from ..settings import SiteSettings
from ..wording import the_percentage, whole_per
from .cells import Row, number, text
from .dialect import Body, Dialect

_RATES: Final = ("ConditionRateValue", "ConditionRateAmount")
_RATIO: Final = "ConditionRateRatio"
"""Where version 4 has a field for percentages beside that for amounts."""
_KEYS: Final = ("PricingProcedureStep", "PricingProcedureCounter")
_UNITS: Final = ("ConditionQuantitySAPUnit", "ConditionQuantityISOUnit")


class Pricing:
    """Pricing elements in the words of one service; ``known`` is what it says of such an element."""

    def __init__(
        self, dialect: Dialect, known: EntityType | None, settings: SiteSettings, units: Units
    ) -> None:
        self._dialect = dialect
        self._fields: Mapping[str, object] = {} if known is None else known.properties
        self._settings = settings
        self._units = units

    # -- out -------------------------------------------------------------------------------------------------

    def price_out(self, price: UnitPrice, unit: str | None) -> Body:
        """The element that sets an item's price; ``LossyWrite`` where it is for a broken or huge quantity."""
        price = whole_per(price)
        element = self._element(self._settings.price_condition, price.amount, price.currency)
        return element | {"ConditionQuantity": self._dialect.number(price.per)} | self._unit(unit)

    def discount_out(self, discount: Discount) -> Body:
        """The element that lowers an item's price; a reduction has a minus (a percentage as it is: 10 is 10 %)."""
        settings = self._settings
        if discount.percent is not None:
            return self._element(settings.percent_discount_condition, -discount.percent, None)
        amount = discount.amount or Money(amount=Decimal(0), currency="EUR")
        return self._element(settings.amount_discount_condition, -amount.amount, amount.currency)

    def header_discount_out(self, discounts: Sequence[Discount]) -> Body:
        """The element for the whole order; ``LossyWrite`` for anything but one percentage."""
        percent = the_percentage(discounts).percent or Decimal(0)
        return self._element(self._settings.header_discount_condition, -percent, None)

    def _element(self, kind: str, rate: Decimal, currency: str | None) -> Body:
        amount = next((name for name in _RATES if name in self._fields), _RATES[0])
        name = _RATIO if currency is None and _RATIO in self._fields else amount
        element = {"ConditionType": kind, name: self._dialect.number(rate)}
        return element if currency is None else element | {"ConditionCurrency": currency}

    def _unit(self, unit: str | None) -> Body:
        """The unit that a price is for, where the service has a field for the code that is known."""
        if unit is None:
            return {}
        said = self._units.fields(unit, *_UNITS)
        return {name: code for name, code in said.items() if name in self._fields}

    # -- back ------------------------------------------------------------------------------------------------

    def price_in(self, rows: Sequence[Row], currency: str) -> UnitPrice | None:
        """The price of an item before discounts; ``None`` where the system found none."""
        found = standing(rows, self._settings.price_condition)
        if found is None:
            return None
        per = number(found, "ConditionQuantity") or Decimal(1)
        told = text(found, "ConditionCurrency") or currency  # a price may stand in another than the order's
        return UnitPrice(amount=tidy(_rate(found), 2), currency=told, per=tidy(per))

    def discount_in(self, rows: Sequence[Row], currency: str) -> Discount | None:
        """The discount of an item, by the site's types."""
        percent = standing(rows, self._settings.percent_discount_condition)
        if percent is not None and _rate(percent):
            return Discount(percent=tidy(abs(_rate(percent))))
        amount = standing(rows, self._settings.amount_discount_condition)
        if amount is not None and _rate(amount):
            told = text(amount, "ConditionCurrency") or currency
            return Discount(amount=Money(amount=tidy(abs(_rate(amount)), 2), currency=told))
        return None

    def header_discounts_in(self, rows: Sequence[Row]) -> tuple[Discount, ...]:
        """The discount of the whole order: it stands at the header or at every item, once."""
        found = standing(rows, self._settings.header_discount_condition)
        if found is None or not _rate(found):
            return ()
        return (Discount(percent=tidy(abs(_rate(found)))),)


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
