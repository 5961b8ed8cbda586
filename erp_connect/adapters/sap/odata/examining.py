"""What can be found out about a site's settings over OData, whose services do not show the customizing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...contract import Capabilities, Support
from ...symptoms import Symptom
from . import asking, services
from .office import Office

_OPERATION: Final = "doctor"
_AREA: Final = ("sales_org", "distribution_channel", "division")
_AREA_PROPERTIES: Final = ("SalesOrganization", "DistributionChannel", "Division")


def examined(office: Office, capabilities: Capabilities) -> Iterator[Symptom]:
    """Services that cannot be used, a sales area that no customer has, and what was left to a default."""
    told: dict[str, list[str]] = {}
    for operation, known in capabilities.operations.items():
        if known.support is Support.NONE and known.why and known.why.startswith("the service API_"):
            told.setdefault(known.why, []).append(operation)
    for why, operations in told.items():
        advice = "activate it (/IWFND/MAINT_SERVICE), and grant this user what it needs (S_SERVICE)"
        yield Symptom("warning", ", ".join(sorted(operations)), why, advice)
    yield from _area(office, capabilities)
    settings = office.settings
    if not settings.rejection_reason:
        yield Symptom(
            "hint",
            "rejection_reason",
            "the services do not list the reasons for rejection, so a cancelled line gets 01",
            "give the reason that your site uses (table TVAG)",
        )
    if capabilities.support("purchase_orders.create") is Support.NONE:
        why = capabilities.why("purchase_orders.create") or ""
        if why not in told:
            yield Symptom("hint", "purchase_orders.create", why, "")


def _area(office: Office, capabilities: Capabilities) -> Iterator[Symptom]:
    given = [str(getattr(office.settings, name)) for name in _AREA]
    blank = [name for name, value in zip(_AREA, given, strict=True) if not value]
    if blank:
        yield Symptom(
            "warning",
            ", ".join(blank),
            "the sales area is not whole: only customers with exactly one can be ordered for",
            "give sales_org, distribution_channel and division",
        )
        return
    if capabilities.support("customers.get") is Support.NONE:
        return
    where = asking.all_of(*map(asking.equal, _AREA_PROPERTIES, given))
    with office.translated(_OPERATION):
        service = office.service(services.PARTNERS)
        found = next(asking.rows(service, "A_CustomerSalesArea", where=where, top="1"), None)
    if found is None:
        yield Symptom(
            "error",
            ", ".join(_AREA),
            f"no customer has the sales area {' '.join(given)}",
            "see the sales areas of a customer who orders from you",
        )
