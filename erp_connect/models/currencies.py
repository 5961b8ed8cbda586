"""Currencies: the ISO 4217 codes that an order may carry, and how many digits their amounts have.

Active codes come from the official list (package iso4217, loaded at first use); withdrawn ones, which old orders
still carry, are kept here.  Metals, testing codes and units of account are on the list and refused: nobody invoices
in gold ounces by accident.  CLDR's digits are not ISO's (IQD has 3, not 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from .codes import UnknownCode, nearest

__all__ = ["HISTORIC", "active_codes", "currency_code", "exponent", "is_currency"]

KIND: Final = "currency"

HISTORIC: Final[Mapping[str, int]] = MappingProxyType(
    {
        # replaced by the euro
        **dict.fromkeys(
            ("ATS", "BGN", "CYP", "DEM", "EEK", "FIM", "FRF", "HRK", "IEP", "LTL", "LVL", "MTL"), 2
        ),
        **dict.fromkeys(("NLG", "SIT", "SKK"), 2),
        **dict.fromkeys(("BEF", "ESP", "GRD", "ITL", "LUF", "PTE"), 0),
        # redenominated, renamed or merged
        **dict.fromkeys(
            ("AFA", "ANG", "AZM", "CSD", "CUC", "GHC", "MRO", "MZM", "ROL", "RUR", "SDD", "SLL"), 2
        ),
        **dict.fromkeys(("SRG", "STD", "TMM", "VEB", "VEF", "YUM", "ZMK", "ZWL"), 2),
        **dict.fromkeys(("BYR", "MGF", "TPE", "TRL"), 0),
    }
)
"""Withdrawn code to number of decimal digits."""

_SYMBOLS: Final[Mapping[str, tuple[str, ...]]] = {
    "€": ("EUR",),
    "£": ("GBP",),
    "$": ("USD", "CAD", "AUD"),
    "¥": ("JPY", "CNY"),
    "us$": ("USD",),
    "rmb": ("CNY",),
    "cnh": ("CNY",),
    "sfr": ("CHF",),
}


@cache
def _active() -> Mapping[str, int | None]:
    from iso4217 import Currency  # reads the whole list: about 20 ms

    return {currency.code: currency.exponent for currency in Currency}


@cache
def _spellings() -> Mapping[str, str]:
    from iso4217 import Currency

    orderable = [currency for currency in Currency if currency.exponent is not None]
    names = {currency.currency_name.casefold(): currency.code for currency in orderable}
    return {**names, **{code.casefold(): code for code in (*HISTORIC, *(each.code for each in orderable))}}


def _digits(code: str) -> int | None:
    digits = _active().get(code)
    return HISTORIC.get(code) if digits is None else digits


def active_codes() -> tuple[str, ...]:
    """The codes that new orders may carry, in order of the alphabet; withdrawn ones are left out."""
    return tuple(sorted(code for code, digits in _active().items() if digits is not None))


def is_currency(code: str) -> bool:
    """Whether an order may carry this code: active or withdrawn, in capitals, with a minor unit."""
    return _digits(code) is not None


def exponent(code: str) -> int | None:
    """Decimal digits of an amount: EUR 2, JPY 0, KWD 3, CLF 4; None where ISO gives none (metals, XXX).

    Raises ``UnknownCode`` for a code that was never a currency's.
    """
    if code in HISTORIC or code in _active():
        return _digits(code)
    raise _unknown(code)


def currency_code(text: str) -> str:
    """The code itself when an order may carry it; else ``UnknownCode`` with the nearest ones.

    Exact: ``eur`` and ``€`` are refused with the suggestion EUR, so that a system never sees two spellings.
    """
    if _digits(text) is not None:
        return text
    raise _unknown(text)


def _unknown(text: str) -> UnknownCode:
    if text in _active():
        problem = "this ISO 4217 code is a metal, a unit of account or a testing code: no order is paid in it"
        return UnknownCode(KIND, problem=problem)
    problem = f"unknown {KIND}: an ISO 4217 code has three capital letters"
    word = text[:80].strip()
    return UnknownCode(KIND, lambda: _nearest(word), problem=problem)


def _nearest(word: str) -> tuple[str, ...]:
    spellings = _spellings()
    found = _SYMBOLS.get(word.casefold(), ())
    if not found and word.casefold() in spellings:
        found = (spellings[word.casefold()],)
    return found or nearest(word, spellings, str)
