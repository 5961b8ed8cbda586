"""Values between rows and the business: dates at noon, Yes and No, blanks, tags, sites (dynamics.md 3.2)."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from ...business.company import Company
from ...odata.model import EntitySet, Property
from ...odata.source import Row
from .model import blank
from .settings import Settings

_FIRST_RECORD: Final = 5_637_144_576
_NO_DAY: Final = date(1900, 1, 1)
NEVER: Final = date(2154, 12, 31)
"""The day that means for ever."""


def outgoing(property: Property, value: Any, settings: Settings) -> Any:
    """A fact as a property holds it."""
    if value is None:
        return blank(property, settings)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date) and not isinstance(value, datetime):
        return noon(value)
    return value


def noon(day: date) -> datetime:
    """A day as an instant."""
    return datetime.combine(day, time(12), UTC)


def incoming(value: Any, before: Any) -> Any:
    """What a property was sent as a fact of the type of ``before``."""
    if isinstance(before, bool):
        return value == "Yes"
    if isinstance(value, datetime) or value is None:
        return None if value is None or value.date() == _NO_DAY else value.date()
    return value


def filled(entity_set: EntitySet, values: Row, settings: Settings) -> Row:
    """A row with every property of its set."""
    return {
        name: None if name in settings.unmapped else outgoing(p, values.get(name), settings)
        for name, p in entity_set.properties.items()
    }


def tag(ident: UUID, stamp: int) -> str:
    """An ETag as this product makes it: version and number of the record, in base 64."""
    text = f"'{stamp},{record(ident)};'"
    return f'W/"{base64.b64encode(text.encode()).decode()}"'


def record(ident: UUID) -> int:
    """The number of a record."""
    return _FIRST_RECORD + ident.int % 10**9


def site_of(company: Company, warehouse: str) -> str:
    """The site that a warehouse belongs to."""
    row = company.locations.by("code", warehouse)
    return "" if row is None else str(row.extras.get("site", "1"))


def sites(company: Company) -> set[str]:
    """The sites that the company has."""
    return {site_of(company, row.code) for row in company.locations}
