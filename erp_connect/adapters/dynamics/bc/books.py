"""The books of the company, hung in when the connection opens."""

from __future__ import annotations

from ...contract import Adapter
from .changing import PurchaseOrders, SalesOrders
from .items import Items
from .office import Office
from .papers import GoodsReceipts, Invoices
from .parties import Customers, Vendors
from .returns import Returns
from .shipping import ReceivingPurchaseOrders, Shipments
from .stock import Prices, Stock

__all__ = ["PurchaseOrders", "furnish"]


def furnish(adapter: Adapter, office: Office) -> None:
    """Hang in the books whose sets this release has."""
    sets = office.model.sets
    adapter.orders = SalesOrders(office)
    if "purchaseOrders" in sets:
        adapter.purchase_orders = ReceivingPurchaseOrders(office)
        adapter.goods_receipts = GoodsReceipts(office)
    adapter.customers = Customers(office)
    adapter.suppliers = Vendors(office)
    items = Items(office)
    adapter.products = items
    adapter.stock = Stock(office, items)
    adapter.prices = Prices(office, items)
    adapter.shipments = Shipments(office)
    adapter.invoices = Invoices(office)
    adapter.returns = Returns(office)
