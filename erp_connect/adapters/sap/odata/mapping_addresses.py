"""Addresses of an order's partners, out and back (sap.md 4.4).

The first line is the street; the others stand in the second to fourth line of the name, as over RFC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ....errors import LossyWrite
from ....models import Address
from ..conventions import Countries
from .cells import Row, text

WIDTH: Final = 40
_MORE_LINES: Final = ("OrganizationName2", "OrganizationName3", "OrganizationName4")
MOST_LINES: Final = 1 + len(_MORE_LINES)
_NOT_OURS: Final = (
    *("StreetPrefixName1", "StreetPrefixName2", "StreetSuffixName1", "StreetSuffixName2"),
    *("DistrictName", "HouseNumber", "POBox", "POBoxPostalCode"),
)
"""What an address of the customer's own may hold, and one of the order's does not."""


def address_out(
    address: Address, countries: Countries, path: str, known: Mapping[str, object]
) -> dict[str, str]:
    """The whole of an address in the ``known`` fields, so that nothing of the one before is left.

    ``LossyWrite`` for more lines than there are places.
    """
    if len(address.lines) > MOST_LINES:
        raise LossyWrite(
            f"an address of an order has {MOST_LINES} lines besides name and city",
            fields=(f"{path}.lines",),
            path=f"{path}.lines",
        )
    street, *more = address.lines or ("",)
    fields = {
        **dict.fromkeys((*_NOT_OURS, *_MORE_LINES), ""),
        "OrganizationName1": address.name,
        "StreetName": street,
        **dict(zip(_MORE_LINES, more, strict=False)),
        "CityName": address.city,
        "PostalCode": address.postal_code,
        "Region": address.region or "",
        "Country": countries.theirs(address.country),
        "PhoneNumber": address.phone or "",
        "EmailAddress": address.email or "",
    }
    return {name: value for name, value in fields.items() if name in known}


def changes_of(row: Row, wanted: Mapping[str, str]) -> dict[str, str]:
    """What of an address has to be written so that a row says what is wanted."""
    return {name: value for name, value in wanted.items() if text(row, name) != value}


def address_in(row: Row, countries: Countries) -> Address | None:
    """The address of a partner's row; ``None`` where it says too little to be one."""
    country = countries.ours(text(row, "Country"))
    name = text(row, "OrganizationName1") or text(row, "AddresseeFullName")
    if country is None or not name:
        return None
    street, house = text(row, "StreetName"), text(row, "HouseNumber")
    if house and not street.endswith(house):
        street = f"{street} {house}".strip()
    lines = [street, *(text(row, field) for field in _MORE_LINES)]
    while lines and not lines[-1]:
        lines.pop()
    return Address(
        name=name,
        lines=tuple(lines),
        city=text(row, "CityName"),
        postal_code=text(row, "PostalCode"),
        country=country,
        region=text(row, "Region") or None,
        phone=text(row, "PhoneNumber") or None,
        email=text(row, "EmailAddress") or None,
    )
