"""Parts of a record that several objects have: an address, the site's own fields (sage.md 2.9, 2.12)."""

from __future__ import annotations

from typing import Any

from ....models import NO_CUSTOM, Address, FrozenMapping
from ....models.codes import UnknownCode
from ....models.countries import country_code
from ....wire.adonix import Record
from .cells import Row, day, number, text
from .office import Office
from .shapes import Place, Shape


def address_in(record: Record, shape: Shape, office: Office, warnings: list[str]) -> Address | None:
    """The delivery address; ``None`` where the record tells too little to be one."""
    names = shape.value(record, "ship_name")
    name = " ".join(each.strip() for each in ([names] if isinstance(names, str) else names) if each.strip())
    said = shape.value(record, "ship_lines")
    lines = [each.strip() for each in ([said] if isinstance(said, str) else said)]
    while lines and not lines[-1]:
        lines.pop()
    code = shape.text(record, "ship_country") or office.settings.country
    city = shape.text(record, "ship_city")
    if not name or not (lines or city):
        return None
    try:
        country = country_code(office.country(code))
    except UnknownCode:
        warnings.append(f"the country {code} is not known here; map it in the settings (countries=...)")
        return None
    return Address.trusted(
        name=name,
        lines=tuple(lines),
        city=city,
        postal_code=shape.text(record, "ship_postal_code"),
        country=country,
        region=shape.text(record, "ship_region") or None,
    )


def customs_in(record: Record, shape: Shape) -> FrozenMapping[Any]:
    """The site's own fields of the header; what is blank is not there."""
    found = {
        name: value
        for name, place in shape.header_custom.items()
        if isinstance(block := record.get(place.block), dict) and (value := _custom(block, place)) is not None
    }
    return FrozenMapping(found) if found else NO_CUSTOM


def line_customs_in(row: Row, shape: Shape) -> FrozenMapping[Any]:
    """The same of a line."""
    found = {
        name: value for name, place in shape.line_custom.items() if (value := _custom(row, place)) is not None
    }
    return FrozenMapping(found) if found else NO_CUSTOM


def _custom(row: Row, place: Place) -> Any:
    held = row.get(place.field)
    if isinstance(held, list):
        return " ".join(held).strip() or None
    if not text(row, place.field):
        return None
    match place.type:
        case "Decimal":
            return number(row, place.field)
        case "Integer":
            told = number(row, place.field)
            return None if told is None else int(told)
        case "Date":
            return day(row, place.field)
    return text(row, place.field)
