"""What can be found out about a company: what its release lacks, units, currency, codes of the settings (sage.md 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from ....errors import ErpConnectError
from ...contract import Capabilities
from ...services.cells import text
from ...services.examining import unknown_units, unread, unserved
from ...symptoms import Symptom
from .conditions import Where
from .office import UNITS, Office

_OPERATION: Final = "doctor"
_CHARGES: Final = "OE/OEMiscellaneousCharges"


def examined(office: Office, capabilities: Capabilities, *, limit: int) -> Iterator[Symptom]:
    """What is missing for some of the verbs, and what was left to a default; ``limit``: rows looked at."""
    yield from unserved(capabilities, "this release", "do without these operations, or upgrade")
    yield from _units(office, limit)
    if not office.currency:
        yield Symptom(
            "warning",
            "currency",
            "the company's profile does not tell its currency to this user",
            "give currency=, or let the user read CSCompanyProfile",
        )
    settings = office.settings
    yield from _charges(office, settings.charges, limit)
    if not settings.customer_defaults:
        yield Symptom(
            "hint",
            "customer_defaults",
            "a new customer's card needs a group, and what the group does not give",
            "say them in the order of the screen (customer_defaults=GroupCode=WHL, ...)",
        )
    if not settings.order_total:
        yield Symptom(
            "hint",
            "order_total",
            "the totals of orders are not read: nothing tells whether they are with tax",
            "look at an order with tax, and say order_total=gross or net",
        )


def _units(office: Office, limit: int) -> Iterator[Symptom]:
    try:
        with office.translated(_OPERATION):
            codes = [text(row, "UnitOfMeasure") for row in islice(office.asking.rows(UNITS), limit)]
    except ErpConnectError as failure:
        yield unread("units", failure, "let the user read ICUnitsOfMeasure, or name the units (units=...)")
        return
    yield from unknown_units(office.units, codes)


def _charges(office: Office, named: Mapping[str, str], limit: int) -> Iterator[Symptom]:
    """Codes of miscellaneous charges that the company does not have."""
    if not named:
        return
    try:
        with office.translated(_OPERATION):
            rows = [*islice(office.asking.rows(_CHARGES, Where()), limit)]
    except ErpConnectError as failure:
        yield unread("charges", failure, "let the user read OEMiscellaneousCharges")
        return
    known = {text(row, "MiscellaneousChargesCode") for row in rows}
    missing = sorted({code for code in named.values() if code not in known})
    if missing and len(rows) < limit:
        yield Symptom(
            "error",
            "charges",
            f"the company has no miscellaneous charge {', '.join(missing)}",
            f"it has {', '.join(sorted(known)[:20]) or 'none'}",
        )
