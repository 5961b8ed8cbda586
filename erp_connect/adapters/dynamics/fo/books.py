"""The books of the legal entity, hung in when the connection opens."""

from __future__ import annotations

from ...contract import Adapter
from .changing import PurchaseOrders, SalesOrders
from .office import Office
from .papers import Invoices, Shipments
from .parties import Customers, Vendors
from .products import PRODUCTS, Products
from .returns import RETURNS, Returns
from .stock import Prices, Stock


def furnish(adapter: Adapter, office: Office) -> None:
    """Hang in the books whose sets this release shows."""
    sets = office.sets
    adapter.orders = SalesOrders(office)
    if "PurchaseOrderHeadersV2" in sets:
        adapter.purchase_orders = PurchaseOrders(office)
    if Customers.entity_set in sets:
        adapter.customers = Customers(office)
    if Vendors.entity_set in sets:
        adapter.suppliers = Vendors(office)
    if PRODUCTS in sets:
        products = Products(office)
        adapter.products = products
        adapter.stock = Stock(office, products)
        adapter.prices = Prices(office, products)
    if RETURNS in sets:
        adapter.returns = Returns(office)
    adapter.shipments = Shipments(office)
    adapter.invoices = Invoices(office)
