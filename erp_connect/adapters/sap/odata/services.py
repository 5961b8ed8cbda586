"""The services that are asked, by what they are for (sap.md 4.1)."""

from __future__ import annotations

from typing import Final

ORDERS: Final = "API_SALES_ORDER_SRV"
ORDERS_V4: Final = "CE_SALESORDER_0001"
DELIVERIES: Final = "API_OUTBOUND_DELIVERY_SRV;v=0002"
BILLING: Final = "API_BILLING_DOCUMENT_SRV"
PARTNERS: Final = "API_BUSINESS_PARTNER"
PRODUCTS: Final = "API_PRODUCT_SRV"
STOCK: Final = "API_MATERIAL_STOCK_SRV"
RETURNS: Final = "API_CUSTOMER_RETURN_SRV"
PURCHASES: Final = "API_PURCHASEORDER_PROCESS_SRV"
