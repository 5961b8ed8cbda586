"""How SAP writes keys, dates, units, amounts and languages: said once, for every transport (sap.md 2.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from ...errors import UnmappedCode
from ...models.codes import UnknownCode
from ...models.countries import country_code
from ...models.currencies import exponent
from ...models.units import unit_code

KEY: Final = 10
"""Length of the numbers of orders, customers and deliveries."""
MATERIAL: Final = 18
ITEM_STEP: Final = 10
HEADER: Final = "000000"
"""The item number that means the whole document."""
FIRST_SCHEDULE_LINE: Final = "0001"

_LANGUAGES: Final[Mapping[str, str]] = dict(
    pair.split(":")
    for pair in re.split(
        " ",
        "AR:A BG:W CS:C DA:K DE:D EL:G EN:E ES:S FI:U FR:F HE:B HR:6 HU:H IT:I JA:J KO:3 NL:N NO:O "
        "PL:L PT:P RO:4 RU:R SK:Q SL:5 SV:V TR:T UK:8 ZH:1",
    )
)
_ISO_OF_UNIT: Final[Mapping[str, str]] = {"C62": "PCE", "H87": "PCE", "EA": "EA"}
"""SAP's ISO code for a piece; packages have two letters there, and an X before them in Recommendation 20."""
_UNIT_OF_ISO: Final[Mapping[str, str]] = {"PCE": "C62"}

_YEAR_FIRST: Final = re.compile(r"^([0-9]{4})([./-])([0-9]{2})\2([0-9]{2})$")
_YEAR_LAST: Final = re.compile(r"^([0-9]{2})([./-])([0-9]{2})\2([0-9]{4})$")


# -- keys ------------------------------------------------------------------------------------------------------


def stored_key(number: str, length: int = KEY) -> str:
    """The stored form of a number: digits padded with zeros, anything else as it is (the ALPHA exit)."""
    return number.zfill(length) if number.isascii() and number.isdigit() else number


def shown_key(number: str) -> str:
    """The form that people see: no zeros in front of digits."""
    return number.lstrip("0") or "0" if number.isascii() and number.isdigit() else number


def fits_key(number: str, length: int = KEY) -> bool:
    """Whether this can be a number of such a length at all."""
    width = len(number.encode("utf-16-le", "surrogatepass")) // 2
    return 0 < width <= length and not any(ord(sign) < 32 for sign in number)


def stored_material(code: str) -> str:
    """The stored form of a material number: capitals, digits padded to 18."""
    return stored_key(code.upper(), MATERIAL)


def material_number(code: str) -> dict[str, str]:
    """The fields that name a material: the old one where it fits, else the long one of newer releases."""
    stored = stored_material(code)
    return {"MATERIAL": stored} if len(stored) <= MATERIAL else {"MATERIAL_LONG": stored}


def material_in(row: Mapping[str, object]) -> str:
    """The material of a row, as people see it; blank where it has none."""
    stored = str(row.get("MATERIAL_LONG") or row.get("MATERIAL") or "")
    return shown_key(stored) if stored else ""


def item_number(position: int) -> str:
    """The item number of a position."""
    return f"{position * ITEM_STEP:06d}"


def positions(items: Sequence[str]) -> dict[str, int]:
    """Positions by item number: the number divided by the step; one off the step is counted on from the highest."""
    found = {item: int(item) // ITEM_STEP for item in items if int(item) % ITEM_STEP == 0 and int(item)}
    highest = max(found.values(), default=0)
    for item in sorted(items):
        if item not in found:
            highest += 1
            found[item] = highest
    return found


# -- days and instants -----------------------------------------------------------------------------------------


def day_in(text: object) -> date | None:
    """A date of a row; ``None`` for an initial one."""
    if isinstance(text, date):
        return text
    return _day_of(str(text or "").strip())


@lru_cache(1024)
def _day_of(digits: str) -> date | None:
    """A day of digits; an order tells the same few days many times."""
    if len(digits) != 8 or digits.strip("0") == "" or not digits.isdigit():
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def shown_day_in(text: object) -> date | None:
    """A date as users write it, in any of SAP's formats, or as the tables hold it; ``None`` for anything else.

    The formats differ in the separator and in the place of the year, so that none is taken for another: ``DD.MM.YYYY``,
    ``MM/DD/YYYY``, ``MM-DD-YYYY``, and the year first with each of the three.
    """
    said = str(text or "").strip()
    if match := _YEAR_FIRST.match(said):
        return day_in("".join(match.group(1, 3, 4)))
    if match := _YEAR_LAST.match(said):
        first, second, year = match.group(1, 3, 4)
        return day_in(f"{year}{second}{first}" if match.group(2) == "." else f"{year}{first}{second}")
    return day_in(said)


def stored_day(day: date) -> str:
    """A date as the tables hold it."""
    return day.strftime("%Y%m%d")


def instant_in(day: object, time: object, zone: ZoneInfo | None) -> datetime | None:
    """A day and time of the system's own clock as an instant; ``None`` where its zone is not known."""
    found, clock = day_in(day), str(time or "").strip()
    if found is None or zone is None or len(clock) != 6 or not clock.isdigit():
        return None
    hour, minute, second = int(clock[:2]), int(clock[2:4]), int(clock[4:])
    if hour > 23 or minute > 59 or second > 59:
        return None
    return datetime(found.year, found.month, found.day, hour, minute, second, tzinfo=zone).astimezone(UTC)


def language_key(iso: str) -> str:
    """SAP's one-letter code of a language; blank where only the ISO code is known."""
    return _LANGUAGES.get(iso.upper(), "")


# -- amounts ---------------------------------------------------------------------------------------------------


def unshifted(amount: Decimal, currency: str) -> Decimal:
    """The amount that a CURR field with two decimals means: 10.00 JPY is 1000, 12.34 KWD is 1.234."""
    places = exponent(currency)
    return amount if places is None else amount.scaleb(2 - places)


# -- units and countries ---------------------------------------------------------------------------------------


class Units:
    """Units of measure in both directions: by the site's own map, otherwise by their ISO codes."""

    def __init__(self, site: Mapping[str, str]) -> None:
        self._internal = {unit_code(ours): theirs for ours, theirs in site.items()}
        self._ours = {theirs: ours for ours, theirs in self._internal.items()}

    def internal(self, unit: str) -> str | None:
        """The site's internal code; ``None`` where only the ISO code is known."""
        return self._internal.get(unit)

    def iso(self, unit: str) -> str:
        """SAP's ISO code; ``UnmappedCode`` for a unit that has none of at most three characters."""
        found = _ISO_OF_UNIT.get(unit) or (unit[1:] if len(unit) == 3 and unit.startswith("X") else unit)
        if len(found) > 3:
            raise UnmappedCode(
                f"the unit {unit} has no ISO code in SAP",
                code="unit_unmapped",
                hint=f"map it in the settings: units={unit}=YOUR_INTERNAL_CODE",
            )
        return found

    def ours(self, internal: str, iso: str) -> str | None:
        """Our code for what a row says; ``None`` where neither is known."""
        if internal in self._ours:
            return self._ours[internal]
        if not iso:
            return None
        for candidate in (_UNIT_OF_ISO.get(iso), f"X{iso}" if len(iso) == 2 else None, iso):
            if candidate is None:
                continue
            try:
                found = unit_code(candidate)
            except UnknownCode:
                continue
            if found == candidate:
                return found
        return None

    def fields(self, unit: str, internal: str, iso: str) -> dict[str, str]:
        """The unit as a row's fields: the site's own code where it is mapped, else the ISO twin."""
        known = self.internal(unit)
        return {internal: known} if known is not None else {iso: self.iso(unit)}


class Countries:
    """Country codes in both directions; SAP's are those of ISO but where a site has changed them."""

    def __init__(self, site: Mapping[str, str]) -> None:
        self._theirs = dict(site)
        self._ours = {theirs: ours for ours, theirs in site.items()}

    def theirs(self, country: str) -> str:
        """The site's code."""
        return self._theirs.get(country, country)

    def ours(self, theirs: str, iso: str = "") -> str | None:
        """Our code; ``None`` for one that is on no list."""
        for text in (self._ours.get(theirs), iso, theirs):
            if not text:
                continue
            try:
                return country_code(text)
            except UnknownCode:
                continue
        return None
