"""Units of services that show one code only: the one that people see in the logon language (sap.md 2.2).

Deliveries, invoices, products, stock and purchase orders have no ISO twin beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ....errors import UnmappedCode
from ....models.codes import UnknownCode
from ....models.units import unit_code
from ..conventions import Units
from .office import Office

_EVERYWHERE: Final[Mapping[str, str]] = {
    "EA": "EA",
    "KGM": "KG",
    "GRM": "G",
    "TNE": "TO",
    "MTR": "M",
    "CMT": "CM",
    "MMT": "MM",
    "LTR": "L",
    "MLT": "ML",
    "HUR": "H",
}
"""Codes of measures that are the same in all languages."""
_PIECE: Final[Mapping[str, str]] = {"EN": "PC", "DE": "ST"}
_COUNTED: Final = ("C62", "H87")


class ShownUnits:
    """The shown codes in both directions: by the site's own map, else those that SAP delivers."""

    def __init__(self, units: Units, language: str) -> None:
        self._site = units
        piece = _PIECE.get(language)
        self._theirs = {**_EVERYWHERE, **(dict.fromkeys(_COUNTED, piece) if piece else {})}
        self._ours = {theirs: ours for ours, theirs in _EVERYWHERE.items()}
        self._ours |= dict.fromkeys((*_PIECE.values(), "PCE"), _COUNTED[0])

    def ours(self, shown: str) -> str | None:
        """Our code; ``None`` for one that is not known."""
        found = self._site.ours(shown, "") or self._ours.get(shown)
        if found is not None or not shown:
            return found
        try:
            return unit_code(shown)
        except UnknownCode:
            return None

    def theirs(self, unit: str, path: str = "unit") -> str:
        """The code to write; ``UnmappedCode`` for one that neither the site nor SAP names."""
        found = self._site.internal(unit) or self._theirs.get(unit)
        if found is None:
            raise UnmappedCode(
                f"the system's own code for the unit {unit} is not known",
                code="unit_unmapped",
                path=path,
                hint=f"map it in the settings: units={unit}=YOUR_CODE",
            )
        return found


def shown_units(office: Office) -> ShownUnits:
    """Those of a system, in the language in which it is asked."""
    return ShownUnits(office.units, office.settings.language)
