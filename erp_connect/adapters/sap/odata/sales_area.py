"""The sales area of a new order: that of the settings, or the customer's only one (sap.md 4.4, 4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ....errors import ConfigurationError
from ..conventions import fits_key
from . import asking, services
from .cells import text
from .office import Office

_AREAS: Final = "A_CustomerSalesArea"
_NAMES: Final = ("SalesOrganization", "DistributionChannel", "Division")
_OF_ORDER: Final = ("SalesOrganization", "DistributionChannel", "OrganizationDivision")


def sales_area(office: Office, customer: str, operation: str) -> Mapping[str, str]:
    """The three parts by the names that an order has for them.

    Where the settings leave one open, the customer's areas are read; ``ConfigurationError`` where several fit, or none.
    """
    settings = office.settings
    given = (settings.sales_org, settings.distribution_channel, settings.division)
    if all(given) or services.PARTNERS in office.closed or not fits_key(customer):
        return dict(zip(_OF_ORDER, given, strict=True))
    with office.translated(operation):
        where = asking.equal("Customer", customer)
        rows = list(asking.rows(office.service(services.PARTNERS), _AREAS, where=where))
    found = [tuple(text(row, name) for name in _NAMES) for row in rows]
    fitting = [
        area
        for area in found
        if all(not wanted or wanted == part for wanted, part in zip(given, area, strict=True))
    ]
    if len(fitting) == 1:
        return dict(zip(_OF_ORDER, fitting[0], strict=True))
    told = ", ".join("/".join(area) for area in fitting) or "none"
    raise ConfigurationError(
        f"the settings do not say the sales area, and the customer has not just one: {told}",
        operation=operation,
        code="sales_area",
        hint="give sales_org, distribution_channel and division",
    )
