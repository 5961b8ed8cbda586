"""Units of measure: what the site calls them, and what everybody does (UN/ECE Recommendation 20)."""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Mapping
from typing import Final

from ...errors import UnmappedCode
from ...models.codes import UnknownCode
from ...models.units import same_unit, unit_code

_DELIVERED: Final[Mapping[str, str]] = {
    "C62": "PCS",
    "H87": "PCS",
    "XBX": "BOX",
    "XCT": "CARTON",
    "KGM": "KG",
    "GRM": "GR",
    "LTR": "L",
    "MTR": "M",
    "HUR": "HOUR",
    "XPX": "PALLET",
    "PR": "PAIR",
    "SET": "SET",
}
"""Codes that new companies come with, for units whose list names no international code."""


class Units:
    """Units in both directions: by the site's settings, by the international codes of its list, by what is usual."""

    def __init__(
        self, site: Mapping[str, str], listed: Callable[[], Mapping[str, str]] | None = None
    ) -> None:
        """``listed`` tells the company's list, international codes by its own; left out, there is none to ask."""
        self._site, self._ask = dict(site), listed
        self._back = {theirs.upper(): ours for ours, theirs in site.items()}
        self._listed: dict[str, str] | None = None
        self._reading = threading.Lock()

    def theirs(self, unit: str) -> str:
        """The site's code for one of ours; ``UnmappedCode`` where it has none."""
        if unit in self._site:
            return self._site[unit]
        listed = self._codes()
        free = {code: standard for code, standard in listed.items() if code.upper() not in self._back}
        for alike in (operator.eq, same_unit):  # the very unit first, then another word for it
            for code, standard in free.items():
                found = _known(standard)
                if found is not None and alike(found, unit):
                    return code
        spelt = {code.upper(): code for code in listed}
        usual = _DELIVERED.get(unit, unit)
        for code in (usual, unit):
            if code in listed or self._ask is None:
                return code
            if code.upper() in spelt:
                return spelt[code.upper()]
        raise UnmappedCode(
            f"the company has no unit of measure for {unit}",
            path="unit",
            hint=f"say which it is by the setting units={unit}=CODE; it has {', '.join(sorted(listed)[:20])}",
        )

    def ours(self, code: str) -> str | None:
        """Our code for one of the site's; ``None`` where nobody knows."""
        if not code:
            return None
        if code.upper() in self._back:
            return self._back[code.upper()]
        standard = self._codes().get(code)
        for said in (standard, *(ours for ours, usual in _DELIVERED.items() if usual == code.upper()), code):
            found = _known(said)
            if found is not None:
                return found
        return None

    def _codes(self) -> Mapping[str, str]:
        """International code by the site's own."""
        with self._reading:
            if self._listed is None:
                self._listed = {} if self._ask is None else dict(self._ask())
            return self._listed


def _known(said: str | None) -> str | None:
    try:
        return unit_code(said) if said else None
    except UnknownCode:
        return None
