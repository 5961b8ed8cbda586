"""The books of the company, hung in when the connection opens."""

from __future__ import annotations

from ...contract import Adapter
from .items import Items
from .office import Office
from .orders import SalesOrders
from .papers import GoodsReceipts, Invoices
from .parties import Customers
from .purchasing import PurchaseOrders
from .returns import Returns
from .stock import Prices, Stock

__all__ = ["furnish"]


def furnish(adapter: Adapter, office: Office) -> None:
    """Hang in the books; what a release lacks is told by the capabilities, and refused before traffic."""
    adapter.orders = SalesOrders(office)
    adapter.purchase_orders = PurchaseOrders(office)
    adapter.goods_receipts = GoodsReceipts(office)
    adapter.customers = Customers(office)
    items = Items(office)
    adapter.products = items
    adapter.stock = Stock(office, items)
    adapter.prices = Prices(office, items)
    adapter.invoices = Invoices(office)
    adapter.returns = Returns(office)
