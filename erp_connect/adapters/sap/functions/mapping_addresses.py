"""Addresses of an order's partners, out and back (sap.md 2.3, 2.5, 2.8).

Written as BAPIADDR1 linked to the partner, read as BAPISDCOAD, whose fields hold 35 characters: the narrower counts.
The first line is the street; the others stand in the second to fourth line of the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ....errors import LossyWrite
from ....models import Address
from ....models.scalars import is_clean
from ..conventions import Countries, language_key

WIDTH: Final = 35
_MORE_LINES: Final = ("NAME_2", "NAME_3", "NAME_4")
MOST_LINES: Final = 1 + len(_MORE_LINES)


def address_out(
    address: Address, link: str, countries: Countries, language: str, path: str
) -> dict[str, Any]:
    """A row of PARTNERADDRESSES; ``LossyWrite`` for more lines than there are places."""
    if len(address.lines) > MOST_LINES:
        raise LossyWrite(
            f"an address of an order has {MOST_LINES} lines besides name and city",
            fields=(f"{path}.lines",),
            path=f"{path}.lines",
        )
    street, *more = address.lines or ("",)
    country = countries.theirs(address.country)
    return {
        "ADDR_NO": link,
        "NAME": address.name,
        "STREET": street,
        **dict(zip(_MORE_LINES, more, strict=False)),
        "CITY": address.city,
        "POSTL_COD1": address.postal_code,
        "REGION": address.region or "",
        "COUNTRY": country,
        "COUNTRYISO": address.country,
        "TEL1_NUMBR": address.phone or "",
        "LANGU": language_key(language),
        "LANGU_ISO": language,
    }


def address_in(row: Mapping[str, Any], countries: Countries) -> Address | None:
    """The address of a row of ORDER_ADDRESS_OUT; ``None`` where it says too little to be one."""
    country = countries.ours(str(row.get("COUNTRY") or ""), str(row.get("COUNTRYISO") or ""))
    name = str(row.get("NAME") or "").strip()
    if country is None or not name:
        return None
    street = str(row.get("STREET") or "")
    house = str(row.get("HOUSE_NO_LONG") or "").strip()
    if house and not street.endswith(house):
        street = f"{street} {house}".strip()
    lines = [street, *(str(row.get(field) or "") for field in _MORE_LINES)]
    while lines and not lines[-1]:
        lines.pop()
    city, postal_code, region, phone = (
        str(row.get(field) or "") for field in ("CITY", "POSTL_CODE", "REGION", "TELEPHONE")
    )
    make = Address.trusted if is_clean(name, *lines, city, postal_code, region, phone) else Address
    return make(
        name=name,
        lines=tuple(lines),
        city=city,
        postal_code=postal_code,
        country=country,
        region=region or None,
        phone=phone or None,
    )
