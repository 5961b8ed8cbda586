"""What other systems' codes may mean in ours: states of orders, units, currencies; a guess for a person to check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ...models import OrderStatus
from ...models.units import unit_code
from .words import words_of

__all__ = ["looks_like_currency", "status_codes", "unit_codes"]

_STATUS: Final[Mapping[str, str]] = {
    "draft": "draft entered new entwurf brouillon borrador erfasst entry quotation angebot",
    "submitted": "submitted open offen sent waiting",
    "confirmed": "confirmed released release sale approved bestaetigt freigegeben confirme processing progress o",
    "on_hold": "hold blocked block gesperrt held bloque wartet g",
    "partly_shipped": "part partial partially partly teil teilgeliefert partiel t",
    "shipped": "shipped delivered geliefert expedie livre entregado full l",
    "completed": "completed closed done complete invoiced berechnet abgeschlossen termine facture cerrado r",
    "cancelled": "cancelled canceled cancel storniert storno annule anulado s",
    "rejected": "rejected refused declined abgelehnt refuse",
}
"""Our status to words and old letters for it; where two fit, the one further down is meant less often."""


def status_codes(codes: Iterable[str]) -> dict[str, str | None]:
    """Each code with our status for it; ``None`` where nothing fits."""
    return {code.rstrip(): _status(code) for code in codes}


def _status(code: str) -> str | None:
    said = words_of(code.strip())
    for wanted in ("partly_shipped", *_STATUS):  # "part delivered" is no delivery
        if said & set(_STATUS[wanted].split()):
            return OrderStatus(wanted).value
    return None


def unit_codes(codes: Iterable[str]) -> dict[str, str | None]:
    """Each code with its UN/ECE Recommendation 20 code; ``None`` where it is nobody's spelling."""
    found: dict[str, str | None] = {}
    for code in codes:
        try:
            found[code.rstrip()] = unit_code(code.strip())
        except ValueError:
            found[code.rstrip()] = None
    return found


def looks_like_currency(texts: Iterable[str]) -> bool:
    """Whether all of these could be ISO 4217 codes."""
    said = [text.strip() for text in texts]
    return bool(said) and all(len(text) == 3 and text.isalpha() and text.isupper() for text in said)
