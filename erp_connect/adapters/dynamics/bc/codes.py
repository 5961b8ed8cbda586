"""Code lists of the company: what people say and what the API wants, each read once, and again when it has grown."""

from __future__ import annotations

import operator
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ....errors import UnmappedCode
from ....models.codes import UnknownCode
from ....models.units import same_unit, unit_code
from ..cells import guid, text

if TYPE_CHECKING:
    from .office import Office

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


class CodeList:
    """Codes and ids of one set."""

    def __init__(self, office: Office, entity_set: str, field: str) -> None:
        """``field``: what a draft calls it, for errors."""
        self._office, self._set, self._field = office, entity_set, field
        self._ids: dict[str, str] | None = None
        self._codes: dict[str, str] = {}
        self._reading = threading.Lock()

    def id(self, code: str) -> str:
        """The id of a code; ``UnmappedCode`` for one that the company does not have."""
        found = self._known().get(code.upper())
        if found is None:
            found = self._known(anew=True).get(code.upper())
        if found is None:
            raise UnmappedCode(
                f"the company has no code {code!r} for {self._field}",
                path=self._field,
                hint=f"one of: {', '.join(sorted(self._known())[:20]) or 'none is on file'}",
            )
        return found

    def code(self, id: str) -> str | None:
        """The code of an id; ``None`` for a blank one, the id itself for one that cannot be told."""
        if not id:
            return None
        self._known()
        if id not in self._codes:
            self._known(anew=True)
        return self._codes.get(id, id)

    def _known(self, *, anew: bool = False) -> Mapping[str, str]:
        with self._reading:
            if self._ids is None or anew:
                rows = list(self._office.rows(self._set, select="id,code"))
                self._ids = {text(row, "code").upper(): guid(row, "id") for row in rows}
                self._codes = {guid(row, "id"): text(row, "code") for row in rows}
            return self._ids


class Units:
    """Units in both directions: by the site's settings, by the international codes of its list, by what is usual."""

    def __init__(self, office: Office, site: Mapping[str, str]) -> None:
        self._office, self._site = office, dict(site)
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
        usual = _DELIVERED.get(unit, unit)
        for code in (usual, unit):
            if code in listed:
                return code
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
        for said in (standard, *(ours for ours, usual in _DELIVERED.items() if usual == code), code):
            found = _known(said)
            if found is not None:
                return found
        return None

    def _codes(self) -> Mapping[str, str]:
        """International code by the site's own."""
        with self._reading:
            if self._listed is None:
                rows = self._office.rows("unitsOfMeasure", select="code,internationalStandardCode")
                self._listed = {text(row, "code"): text(row, "internationalStandardCode") for row in rows}
            return self._listed


def _known(said: str | None) -> str | None:
    try:
        return unit_code(said) if said else None
    except UnknownCode:
        return None
