"""Which resources there are, and where (sage.md 3.4)."""

from __future__ import annotations

from typing import Final

from . import billing, customers, items, levels, masters, orders, pricing, purchases, returns
from .resources import Resource
from .settings import Settings

MODULES: Final = frozenset({"AP", "AR", "BK", "CS", "GL", "IC", "MT", "OE", "PO", "TX"})
_ALL: Final[tuple[Resource, ...]] = (
    orders.Orders(),
    billing.Invoices(),
    billing.Shipments(),
    returns.CreditNotes(),
    masters.ShipViaCodes(),
    masters.MiscellaneousCharges(),
    purchases.PurchaseOrders(),
    purchases.Receipts(),
    purchases.GetReceipts(),
    customers.Customers(),
    customers.ShipToLocations(),
    masters.CustomerGroups(),
    masters.Terms(),
    masters.Salespersons(),
    items.Items(),
    pricing.ItemPricing(),
    levels.LocationDetails(),
    levels.ItemLocations(),
    billing.DayEndProcessing(),
    masters.PriceLists(),
    masters.Locations(),
    masters.Categories(),
    masters.UnitsOfMeasure(),
    masters.CompanyProfile(),
)


def offered(settings: Settings, module: str = "") -> dict[tuple[str, str], Resource]:
    """The resources of this release by module and name: of one module, or all."""
    return {
        (each.module, each.name): each
        for each in _ALL
        if module in {"", each.module}
        and each.name not in settings.no_resources
        and (not each.optional or each.name in settings.more_resources)
    }
