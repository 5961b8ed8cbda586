"""Postal addresses of documents and cards: the same properties behind different beginnings (sage.md 3.5)."""

from __future__ import annotations

from typing import Final

from ....errors import LossyWrite
from ....models import Address
from ...services.cells import Body, Row, text
from .office import Office

_MOST_LINES: Final = 4


def address_out(address: Address, prefix: str, path: str, office: Office) -> Body:
    """The whole of an address, so that nothing of the one before is left; ``LossyWrite`` for a fifth line."""
    return {
        f"{prefix}Name": address.name,
        **place_out(address, prefix, path, office),
        f"{prefix}PhoneNumber": address.phone or "",
        f"{prefix}Contact": address.contact or "",
        f"{prefix}Email": address.email or "",
    }


def place_out(address: Address, prefix: str, path: str, office: Office) -> Body:
    """Street and place alone."""
    if len(address.lines) > _MOST_LINES:
        raise LossyWrite("an address holds four lines", fields=(f"{path}.lines",), path=f"{path}.lines")
    lines = (*address.lines, "", "", "", "")[:_MOST_LINES]
    return {
        **{f"{prefix}AddressLine{place}": line for place, line in enumerate(lines, 1)},
        f"{prefix}City": address.city,
        f"{prefix}StateProvince": address.region or "",
        f"{prefix}ZipPostalCode": address.postal_code,
        f"{prefix}Country": office.country_out(address.country),
    }


def address_in(
    row: Row, prefix: str, office: Office, warnings: list[str], *, name: str = "", contact: str = "Contact"
) -> Address | None:
    """The address that a record's properties say; ``None`` where they say too little to be one.

    ``name``: that of a card, which is not the address's own; ``contact``: what the card calls the person.
    """
    called = name or text(row, f"{prefix}Name")
    said = text(row, f"{prefix}Country")
    lines = [text(row, f"{prefix}AddressLine{place}") for place in range(1, _MOST_LINES + 1)]
    while lines and not lines[-1]:
        lines.pop()
    city = text(row, f"{prefix}City")
    if not called or not (lines or city):
        return None
    country = office.country_in(said) if said else None
    if country is None:
        if said:
            warnings.append(f"the country {said} is not known here; map it in the settings (countries=...)")
        return None
    return Address(
        name=called,
        lines=tuple(lines),
        city=city,
        postal_code=text(row, f"{prefix}ZipPostalCode"),
        country=country,
        region=text(row, f"{prefix}StateProvince") or None,
        contact=text(row, f"{prefix}{contact}") or None,
        phone=text(row, f"{prefix}PhoneNumber") or None,
        email=text(row, f"{prefix}Email") or None,
    )
