"""What people say, in the codes of a site: reasons, delivery terms, references; said once, for every transport."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...errors import LossyWrite
from ...models import Discount, Ref, Reference, UnitPrice
from .settings import SiteSettings

INCOTERM: Final = 3
LAST_RESORT: Final = "01"
"""A rejection code that nearly every system has, where neither the site nor the system says one."""
_MOST_PER: Final = 99_999
"""A price's quantity has five digits."""


def said(named: str | Ref) -> str:
    """The number that a draft names."""
    return named.id if isinstance(named, Ref) else named


def known_rejection(reason: str | None, settings: SiteSettings) -> str | None:
    """The code for a reason: by its words, else the site's; ``None`` where the settings name none (sap.md 2.5)."""
    words = (reason or "").casefold()
    for known, code in settings.rejection_reasons.items():
        if known.casefold() in words:
            return code
    return settings.rejection_reason or None


def return_code(reason: str, settings: SiteSettings) -> str:
    """The order reason of a return: by its words, else the site's; blank where the settings name none."""
    return settings.return_reasons.get(reason) or settings.return_reason


def return_words(code: str, settings: SiteSettings) -> str | None:
    """The words for an order reason; the code itself where the settings have none for it."""
    words = {theirs: ours for ours, theirs in settings.return_reasons.items()}
    return words.get(code, code) or None


def the_reference(references: Sequence[Reference]) -> str:
    """The one reference that an order keeps; ``LossyWrite`` for more."""
    if len(references) > 1:
        raise LossyWrite(
            "an order keeps one reference, in its assignment field",
            fields=("order.references",),
            path="order.references",
        )
    return references[0].value


def terms_and_place(terms: str, most: int, path: str = "order.delivery_terms") -> tuple[str, str]:
    """Delivery terms as their code of three letters and the place behind it; ``LossyWrite`` for a longer place."""
    code, place = terms[:INCOTERM], terms[INCOTERM:].lstrip()
    if " " in code:
        code, _, place = terms.partition(" ")
    if len(place) > most:
        raise LossyWrite(
            f"delivery terms are a code of {INCOTERM} letters and a place of at most {most}",
            fields=(path,),
            path=path,
        )
    return code, place


def whole_per(price: UnitPrice, path: str = "order.line.price") -> UnitPrice:
    """A price that is for a whole number of units; ``LossyWrite`` for one that is not, or for too many."""
    if price.per != price.per.to_integral_value() or price.per > _MOST_PER:
        raise LossyWrite(
            "a price is for a whole number of units, 99999 at most",
            fields=(path,),
            path=path,
        )
    return price


def the_percentage(discounts: Sequence[Discount]) -> Discount:
    """The one discount that an order holds as a whole; ``LossyWrite`` for anything but one percentage."""
    if len(discounts) != 1 or discounts[0].percent is None:
        raise LossyWrite(
            "an order holds one discount of the whole, as a percentage",
            fields=("order.discounts",),
            path="order.discounts",
        )
    return discounts[0]
