"""What the sales and the purchasing entities call the same things (dynamics.md 3.3, 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

STAMP: Final = "CustomerRequisitionNumber"
OWN_NUMBER: Final = "CustomersLineNumber"
"""Which line of the draft a line is: its number, counted from one (dynamics.md 3.5)."""
HOLD: Final = "processing"
STOPPED: Final = "IsSalesProcessingStopped"
LINE_STOPPED: Final = "IsLineStopped"


@dataclass(frozen=True, slots=True)
class Side:
    """What the sales and the purchasing entities call the same things."""

    book: str
    orders: tuple[str, ...]
    """Sets of headers, the one that shows its lines first."""
    lines: tuple[str, ...]
    navigation: Mapping[str, str]
    """How a set of headers shows its lines; one that is not named does not."""
    number: str
    party: str
    party_name: str
    reference: str
    requested: str
    promised: str
    site: str
    warehouse: str
    delivery_terms: str
    line_id: str
    position: str
    quantity: str
    unit: str
    price: str
    price_quantity: str
    line_requested: str
    line_promised: str
    line_site: str
    line_warehouse: str
    line_status: str
    status: str
    states: str
    """The enumeration of the order's status."""


SALES: Final = Side(
    book="orders",
    orders=("SalesOrderHeadersV2", "SalesOrderHeadersV3", "SalesOrderHeadersV4"),
    lines=("SalesOrderLines", "SalesOrderLinesV3"),
    navigation={"SalesOrderHeadersV2": "SalesOrderLines", "SalesOrderHeadersV3": "SalesOrderLines"},
    number="SalesOrderNumber",
    party="OrderingCustomerAccountNumber",
    party_name="SalesOrderName",
    reference="CustomersOrderReference",
    requested="RequestedReceiptDate",
    promised="ConfirmedReceiptDate",
    site="DefaultShippingSiteId",
    warehouse="DefaultShippingWarehouseId",
    delivery_terms="DeliveryTermsCode",
    line_id="InventoryLotId",
    position="LineCreationSequenceNumber",
    quantity="OrderedSalesQuantity",
    unit="SalesUnitSymbol",
    price="SalesPrice",
    price_quantity="SalesPriceQuantity",
    line_requested="RequestedReceiptDate",
    line_promised="ConfirmedReceiptDate",
    line_site="ShippingSiteId",
    line_warehouse="ShippingWarehouseId",
    line_status="SalesOrderLineStatus",
    status="SalesOrderStatus",
    states="SalesStatus",
)
PURCHASES: Final = Side(
    book="purchase_orders",
    orders=("PurchaseOrderHeadersV2",),
    lines=("PurchaseOrderLinesV2",),
    navigation={"PurchaseOrderHeadersV2": "PurchaseOrderLinesV2"},
    number="PurchaseOrderNumber",
    party="OrderVendorAccountNumber",
    party_name="PurchaseOrderName",
    reference="VendorOrderReference",
    requested="RequestedDeliveryDate",
    promised="ConfirmedDeliveryDate",
    site="DefaultReceivingSiteId",
    warehouse="DefaultReceivingWarehouseId",
    delivery_terms="DeliveryTermsId",
    line_id="LineNumber",
    position="LineNumber",
    quantity="OrderedPurchaseQuantity",
    unit="PurchaseUnitSymbol",
    price="PurchasePrice",
    price_quantity="PurchasePriceQuantity",
    line_requested="RequestedDeliveryDate",
    line_promised="ConfirmedDeliveryDate",
    line_site="ReceivingSiteId",
    line_warehouse="ReceivingWarehouseId",
    line_status="PurchaseOrderLineStatus",
    status="PurchaseOrderStatus",
    states="PurchStatus",
)
