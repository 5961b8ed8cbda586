"""The books beside sales orders, hung in when the connection opens."""

from __future__ import annotations

from ...contract import Adapter
from .billing import Invoices
from .customers import Customers
from .deliveries import Shipments
from .discovering import absent
from .office import Office
from .other_capabilities import without_absent
from .products import Products
from .purchasing import PurchaseOrders
from .returns import Returns
from .stock import Stock
from .suppliers import Suppliers


def furnish(adapter: Adapter, office: Office) -> None:
    """Hang them in, and take out of the capabilities what services that are not activated would do."""
    shipments, products = Shipments(office), Products(office)
    adapter.shipments = shipments
    adapter.invoices = Invoices(office)
    adapter.returns = Returns(office, shipments)
    adapter.customers = Customers(office)
    adapter.suppliers = Suppliers(office)
    adapter.products = products
    adapter.stock = Stock(office, products)
    adapter.purchase_orders = PurchaseOrders(office)
    adapter.capabilities = without_absent(adapter.capabilities, absent(office))
