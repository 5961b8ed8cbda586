"""The books of the company, hung in when the connection opens."""

from __future__ import annotations

from ...contract import Adapter, Support
from .changing import PurchaseOrders, SalesOrders
from .despatching import Shipments
from .items import Products
from .office import Office
from .papers import Invoices
from .parties import Customers, Suppliers
from .returns import Returns
from .stock import Prices, Stock

__all__ = ["furnish"]


def furnish(adapter: Adapter, office: Office) -> None:
    """Hang in the books that this release has."""
    adapter.orders = SalesOrders(office)
    adapter.purchase_orders = PurchaseOrders(office)
    adapter.customers = Customers(office)
    adapter.suppliers = Suppliers(office)
    adapter.products = Products(office)
    adapter.stock = Stock(office)
    adapter.prices = Prices(office)
    adapter.shipments = Shipments(office)
    adapter.invoices = Invoices(office)
    if adapter.capabilities.support("returns.get") is not Support.NONE:
        adapter.returns = Returns(office)
