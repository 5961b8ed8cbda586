"""What can be found out about a site: entities that it does not show, units, sites, meanings (dynamics.md 9)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ...contract import Capabilities
from ...services.cells import text
from ...services.examining import unknown_units, unserved
from ...symptoms import Symptom
from .moved import LINE_VIEW, SLIP_LINES
from .office import Office
from .stock import ON_HAND

_OPERATION: Final = "doctor"


def examined(office: Office, capabilities: Capabilities, *, limit: int) -> Iterator[Symptom]:
    """What is missing for some of the verbs, and what was left to a default; ``limit``: rows looked at."""
    advice = "make the entity public, and refresh the entity list; or do without these operations"
    yield from unserved(capabilities, "this release shows no", advice)
    for view in (LINE_VIEW, SLIP_LINES):
        if view not in office.sets:
            yield Symptom(
                "warning",
                "orders",
                f"{view} is not shown: quantities delivered and invoiced are known of whole lines only",
                "make the reporting view public",
            )
    yield from _settings(office)
    yield from _warehouses(office, limit)


def _settings(office: Office) -> Iterator[Symptom]:
    settings = office.settings
    yield from unknown_units(office.units, office.symbols())
    if not settings.discount_amount:
        yield Symptom(
            "hint",
            "discount_amount",
            "a discount of a line can be written as a percentage only",
            "enter a line with a discount amount by hand, and say what it was of: line or unit",
        )
    for name, what in (("customer_group", "customers"), ("vendor_group", "suppliers")):
        if not getattr(settings, name):
            yield Symptom("hint", name, f"{what} cannot be put on file", f"give {name}")


def _warehouses(office: Office, limit: int) -> Iterator[Symptom]:
    """Warehouses with stock, whose sites the settings do not say or say otherwise."""
    if ON_HAND not in office.sets:
        return
    wrong: dict[str, str] = {}
    with office.translated(_OPERATION):
        for row in islice(office.rows(ON_HAND), limit):
            warehouse, site = text(row, "InventoryWarehouseId"), text(row, "InventorySiteId")
            if warehouse and site and office.settings.sites.get(warehouse) != site:
                wrong[warehouse] = site
    if wrong:
        pairs = ", ".join(f"{warehouse}={site}" for warehouse, site in sorted(wrong.items()))
        yield Symptom(
            "warning",
            "sites",
            "an order line for these warehouses gets no site, or another",
            f"sites={pairs}",
        )
