"""Prices and discounts as conditions, out and back (sap.md 2.3, 2.5, 2.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....models import Discount, Money, UnitPrice
from ....models.currencies import is_currency
from ...amounts import tidy
from ..settings import SiteSettings
from ..wording import the_percentage, whole_per

Row = Mapping[str, Any]
_MANUAL: Final = "C"
"""Origin of a condition that somebody has entered."""


def price_out(price: UnitPrice, item: str, settings: SiteSettings) -> dict[str, Any]:
    """The condition that sets an item's price; ``LossyWrite`` where it is for a broken or huge quantity."""
    price = whole_per(price)
    return {
        "ITM_NUMBER": item,
        "COND_TYPE": settings.price_condition,
        "COND_VALUE": price.amount,
        "CURRENCY": price.currency,
        "COND_P_UNT": price.per,
    }


def discount_out(discount: Discount, item: str, settings: SiteSettings) -> dict[str, Any]:
    """The condition that lowers an item's price; a reduction has a minus (a percentage as it is: 10 is 10 %)."""
    if discount.percent is not None:
        return {
            "ITM_NUMBER": item,
            "COND_TYPE": settings.percent_discount_condition,
            "COND_VALUE": -discount.percent,
        }
    amount = discount.amount or Money(amount=Decimal(0), currency="EUR")
    return {
        "ITM_NUMBER": item,
        "COND_TYPE": settings.amount_discount_condition,
        "COND_VALUE": -amount.amount,
        "CURRENCY": amount.currency,
    }


def header_discount_out(discounts: Sequence[Discount], item: str, settings: SiteSettings) -> dict[str, Any]:
    """The condition for the whole order; ``LossyWrite`` for anything but one percentage."""
    percent = the_percentage(discounts).percent or Decimal(0)
    return {
        "ITM_NUMBER": item,
        "COND_TYPE": settings.header_discount_condition,
        "COND_VALUE": -percent,
    }


def condition_keys(row: Row) -> dict[str, Any]:
    """The fields that name a condition; their values stand in the row of flags too (sap.md 2.1)."""
    names = ("ITM_NUMBER", "COND_ST_NO", "COND_COUNT", "COND_TYPE")
    return {name: row[name] for name in names if row.get(name)}


def flags_of(row: Row, update: str) -> dict[str, Any]:
    """The row of CONDITIONS_INX that goes with one of CONDITIONS_IN."""
    names = ("COND_VALUE", "CURRENCY", "COND_P_UNT", "COND_UNIT")
    return {**condition_keys(row), "UPDATEFLAG": update, **{name: "X" for name in names if name in row}}


def is_manual(row: Row) -> bool:
    """Whether somebody has entered this condition; others are found by the system."""
    return str(row.get("CONDORIGIN") or "") == _MANUAL


def _active(rows: Sequence[Row], kind: str) -> Row | None:
    """The condition of a type that counts: the last one that is not inactive."""
    found = [row for row in rows if row["COND_TYPE"] == kind and not row.get("CONDISACTI")]
    return found[-1] if found else None


def price_in(rows: Sequence[Row], item: Row, currency: str, settings: SiteSettings) -> UnitPrice | None:
    """The price of an item before discounts; ``None`` where the system found none.

    Without a row of the price's type, the net price counts, if there is one.
    """
    found = _active(rows, settings.price_condition)
    if found is not None:
        return _price(found["COND_VALUE"], currency, found)
    net = item.get("NET_PRICE")
    return _price(net, currency, item) if net else None


def _price(amount: Decimal, currency: str, row: Row) -> UnitPrice:
    """A price for as many units as the row says; what can be none is left to the constructor to refuse."""
    amount, per = tidy(amount, 2), tidy(row.get("COND_P_UNT") or Decimal(1))
    make = UnitPrice.trusted if amount >= 0 and per > 0 and is_currency(currency) else UnitPrice
    return make(amount=amount, currency=currency, per=per)


def discount_in(rows: Sequence[Row], currency: str, settings: SiteSettings) -> Discount | None:
    """The discount of an item, by the site's types."""
    percent = _active(rows, settings.percent_discount_condition)
    if percent is not None and percent["COND_VALUE"]:
        return Discount(percent=tidy(abs(percent["COND_VALUE"])))
    amount = _active(rows, settings.amount_discount_condition)
    if amount is not None and amount["COND_VALUE"]:
        return Discount(amount=Money(amount=tidy(abs(amount["COND_VALUE"]), 2), currency=currency))
    return None


def header_discounts_in(rows: Sequence[Row], settings: SiteSettings) -> tuple[Discount, ...]:
    """The discount of the whole order: it stands at the header or at every item, once."""
    found = _active(rows, settings.header_discount_condition)
    if found is None or not found["COND_VALUE"]:
        return ()
    return (Discount(percent=tidy(abs(found["COND_VALUE"]))),)
