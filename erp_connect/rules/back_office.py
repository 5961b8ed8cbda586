"""What holds in the back office of a company without an ERP: its settings, stock counts, lines of a price list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypedDict, Unpack
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import ConfigurationError, InvalidOrder, VersionConflict
from ..models import Product, UnitPrice
from ..models.currencies import is_currency
from .exact import EXACT, add, rounded
from .facts import PriceEntry, Rounding
from .quantities import in_base_unit, sold_in, units_of

__all__ = [
    "CompanySettings",
    "PriceCase",
    "check_settings",
    "counted",
    "hold_to_count",
    "price_case",
    "price_list_entry",
]

ROUNDINGS: Final = tuple(each.value for each in Rounding)
CREDIT: Final = ("refuse", "hold")
LONGEST_NAME: Final = 200
_STEP: Final = Decimal("0.0000000001")
"""The smallest amount that a stock record holds."""
_MOST: Final = Decimal(10) ** 18


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySettings:
    """By which habits a company lives.

    ``currency`` holds for what has none of its own; ``timezone`` says what day it is.  ``rounding``: amounts are
    rounded on each ``line`` or on the ``document``.  ``backorders``: whether more may be ordered than there is.
    ``credit``: above a customer's limit an order is refused (``refuse``) or stored and held (``hold``).
    """

    company: str | None
    currency: str | None
    timezone: str
    rounding: str
    backorders: bool
    credit: str


def check_settings(
    *,
    company: object = None,
    currency: object = None,
    timezone: object = None,
    rounding: object = None,
    backorders: object = None,
    credit: object = None,
) -> None:
    """Refuse settings that no company can live by (``ConfigurationError``); ``None`` is no answer and is no mistake."""
    if company is not None and not (
        isinstance(company, str)
        and company.strip()
        and company.isprintable()
        and len(company) <= LONGEST_NAME
    ):
        raise _setting(
            "the company's name must be a text on one line that is not blank",
            f"at most {LONGEST_NAME} characters",
        )
    if currency is not None and not (isinstance(currency, str) and is_currency(currency)):
        raise _setting("the company's currency is not an ISO 4217 code", "three capital letters, e.g. EUR")
    if timezone is not None:
        _check_zone(timezone)
    for name, given, known in (("rounding", rounding, ROUNDINGS), ("credit", credit, CREDIT)):
        if given is not None and given not in known:
            raise _setting(f"the company's {name} cannot be {given!r}", f"one of {', '.join(known)}")
    if backorders is not None and not isinstance(backorders, bool):
        raise _setting("backorders are allowed or not", "True or False")


def _check_zone(timezone: object) -> None:
    try:
        if not isinstance(timezone, str):
            raise TypeError
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as exc:
        raise _setting("the company's time zone is not known", "an IANA name, e.g. Europe/Berlin") from exc


def _setting(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(message, hint=hint)


def _refused(path: str, message: str, hint: str | None = None, code: str = "argument") -> InvalidOrder:
    return InvalidOrder(f"{path}: {message}", path=path, code=code, hint=hint)


def _amount(value: object, path: str) -> Decimal:
    """An exact number, zero or more, that a record can hold."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise _refused(path, f"an exact number is a Decimal or an int, not {type(value).__name__}")
    number = Decimal(value)
    if not number.is_finite() or number < 0:
        raise _refused(path, "must be a number, zero or more")
    if number >= _MOST:
        raise _refused(path, "has more digits than a record holds", "at most 18 before the decimal point")
    if rounded(number, _STEP) != number:
        raise _refused(path, "has more digits than a record holds", "at most 10 decimal places")
    return number


def counted(product: Product, on_hand: object, unit: str | None = None) -> Decimal:
    """A count in the product's base unit; ``InvalidOrder`` for what is no count, or no unit of the product."""
    number = _amount(on_hand, "on_hand")
    if unit is None:
        return number
    _check_unit(product, unit)
    # A third of a carton has no end: it is counted as exactly as a record holds it.
    whole = rounded(in_base_unit(product, number, unit), _STEP)
    return add(whole.normalize(EXACT), Decimal(0))


def hold_to_count(on_hand: Decimal, wished: Decimal, was: object) -> bool:
    """Whether the record is to be changed to ``wished``: true when it says ``was``, or when nothing was said.

    False when it says ``wished`` already (the answer to an earlier call was lost); ``VersionConflict`` otherwise.
    """
    if was is None:
        return True
    expected = _amount(was, "was")
    if on_hand == expected:
        return True
    if on_hand == wished:
        return False
    raise VersionConflict(
        "the stock record does not say any more what it said before the count",
        hint="look at the stock again, and count again",
    )


def _check_unit(product: Product, unit: str) -> None:
    if not sold_in(product, unit):
        raise _refused(
            "unit",
            "the product is not sold in this unit",
            f"its units are {', '.join(units_of(product))}",
            code="unit_not_sold",
        )


class PriceCase(TypedDict, total=False):
    """For whom, how much and when a price holds; what is left out narrows nothing.

    ``unit`` is the product's base unit unless said.  ``customer`` is a number; give it or ``price_group``, not both.
    The price holds from ``quantity_from`` of the unit on, and on both days of ``valid_from`` and ``valid_to``.
    """

    unit: str | None
    customer: str | None
    price_group: str | None
    quantity_from: Decimal | int
    valid_from: date | None
    valid_to: date | None
    includes_tax: bool


def price_list_entry(product: Product, amount: UnitPrice, **case: Unpack[PriceCase]) -> PriceEntry:
    """A line of the price list; ``InvalidOrder`` for nonsense."""
    unit, customer, price_group = case.get("unit"), case.get("customer"), case.get("price_group")
    valid_from, valid_to = case.get("valid_from"), case.get("valid_to")
    known: Any = amount
    if not isinstance(known, UnitPrice):
        raise _refused("amount", f"a price is a UnitPrice, not {type(known).__name__}")
    _amount(amount.amount, "amount")
    _amount(amount.per, "per")
    if unit is not None:
        _check_unit(product, unit)
    if customer is not None and price_group is not None:
        raise _refused(
            "price_group", "a price is for a customer or for a price group, not for both", "leave one out"
        )
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise _refused("valid_to", "the price ends before it begins")
    return PriceEntry(
        product=product.number or product.id,
        unit=unit or product.unit or "",
        amount=amount,
        customer=customer,
        price_group=price_group,
        quantity_from=_amount(case.get("quantity_from", 0), "quantity_from"),
        valid_from=valid_from,
        valid_to=valid_to,
        includes_tax=case.get("includes_tax", False),
    )


def price_case(entry: PriceEntry) -> tuple[Any, ...]:
    """What a price is for: a price list holds one for each case."""
    return (
        *(entry.product, entry.unit, entry.customer, entry.price_group),
        *(entry.quantity_from, entry.valid_from, entry.valid_to, entry.amount.currency),
    )
