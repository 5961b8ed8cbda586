"""Addresses of orders and accounts, out and back (sage.md 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ....errors import LossyWrite
from ....models import Address
from ....models.codes import UnknownCode
from ....models.countries import country_code
from ...services.cells import Body, Row, text
from .settings import Sage200Settings

_LINES: Final = ("address_1", "address_2", "address_3", "address_4")
_PARTS: Final[Mapping[str, str]] = {
    "city": "city",
    "region": "county",
    "postal_code": "postcode",
    "contact": "contact",
    "phone": "telephone_number",
    "email": "email_address",
}
"""Parts that are the same text on both sides."""


def address_out(address: Address, settings: Sage200Settings, path: str) -> Body:
    """The whole of an address, so that nothing of the one before is left; ``LossyWrite`` for a fifth line."""
    if len(address.lines) > len(_LINES):
        raise LossyWrite(
            f"an address holds {len(_LINES)} lines", fields=(f"{path}.lines",), path=f"{path}.lines"
        )
    lines = (*address.lines, "", "", "", "")
    return {
        "postal_name": address.name,
        **dict(zip(_LINES, lines, strict=False)),
        **{field: getattr(address, name) or "" for name, field in _PARTS.items()},
        "country": settings.countries.get(address.country, address.country),
    }


def account_address_out(address: Any, settings: Sage200Settings, path: str) -> Body:
    """The address of a customer or supplier, which bears the account's name; blank parts for ``EMPTY``."""
    if not isinstance(address, Address):
        return dict.fromkeys((*_LINES, "city", "county", "postcode"), "")
    told = address_out(address, settings, path)
    return {name: told[name] for name in (*_LINES, "city", "county", "postcode", "country")}


def address_in(
    row: Row, settings: Sage200Settings, warnings: list[str], *, name: str | None = None
) -> Address | None:
    """The address that a record says; ``None`` where it says too little to be one.  ``name``: whose it is, else."""
    called = text(row, "postal_name") or name
    lines = tuple(line for field in _LINES if (line := text(row, field)))
    if not called or not (lines or text(row, "city") or text(row, "postcode")):
        return None
    country = _country(text(row, "country"), settings, warnings)
    if country is None:
        return None
    parts = {part: text(row, field) for part, field in _PARTS.items()}
    return Address.trusted(
        name=called,
        lines=lines,
        country=country,
        city=parts["city"],
        postal_code=parts["postal_code"],
        **{part: parts[part] or None for part in ("region", "contact", "phone", "email")},
    )


def _country(said: str, settings: Sage200Settings, warnings: list[str]) -> str | None:
    if not said:
        return settings.country or None
    folded = said.casefold()
    for code, word in settings.countries.items():
        if word.casefold() == folded:
            return code
    try:
        return country_code(said)
    except UnknownCode:
        warnings.append(f"the country {said} is not known here; map it in the settings (countries=...)")
        return None
