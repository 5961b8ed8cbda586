"""Which property of an entity shows which fact of the business, paper by paper; both directions read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...business.documents import Kind


@dataclass(frozen=True)
class HeaderShape:
    """The header of a paper: names of its properties by what they say."""

    kind: Kind
    number: str
    partner: str
    bill_to: str
    site: str
    fields: Mapping[str, str]
    """Attributes of ``Document`` by property."""
    address: str = ""
    """What the properties of the delivery address begin with."""
    table: str = "Sales orders"


@dataclass(frozen=True)
class LineShape:
    """A line of a paper."""

    header: HeaderShape
    lot: str
    quantity: str
    unit: str
    price: str
    price_unit: str
    site: str
    fields: Mapping[str, str]
    """Attributes of ``Line`` by property."""


ADDRESS: Final = {
    "Name": "name",
    "Street": "line1",
    "City": "city",
    "StateId": "state",
    "ZipCode": "postal_code",
    "CountryRegionISOCode": "country",
}
"""What an address is made of; the rest of it is kept without rules."""
DIMENSIONS: Final = {
    "ProductConfigurationId": "Configuration",
    "ProductSizeId": "Size",
    "ProductColorId": "Color",
    "ProductStyleId": "Style",
    "ProductVersionId": "Version",
}

SALES: Final = HeaderShape(
    "order",
    "SalesOrderNumber",
    "OrderingCustomerAccountNumber",
    "InvoiceCustomerAccountNumber",
    "DefaultShippingSiteId",
    {
        "SalesOrderNumber": "number",
        "OrderCreationDateTime": "created",
        "CustomersOrderReference": "your_reference",
        "CustomerRequisitionNumber": "external_number",
        "Email": "email",
        "OrderResponsiblePersonnelNumber": "salesperson",
        "IsSalesProcessingStopped": "held",
        "RequestedShippingDate": "shipment_date",
        "RequestedReceiptDate": "requested",
        "ConfirmedReceiptDate": "promised",
        "DefaultShippingWarehouseId": "location",
        "DeliveryModeCode": "agent",
        "DeliveryTermsCode": "shipment_method",
        "CurrencyCode": "currency",
        "ArePricesIncludingSalesTax": "prices_include_tax",
        "PaymentTermsName": "payment_terms",
        "CustomerPaymentMethodName": "payment_method",
    },
    "DeliveryAddress",
)
SALES_LINE: Final = LineShape(
    SALES,
    "InventoryLotId",
    "OrderedSalesQuantity",
    "SalesUnitSymbol",
    "SalesPrice",
    "SalesPriceQuantity",
    "ShippingSiteId",
    {
        "InventoryLotId": "lot",
        "ItemNumber": "object_number",
        "LineDescription": "description",
        "OrderedSalesQuantity": "quantity",
        "SalesUnitSymbol": "unit",
        "RequestedShippingDate": "shipment_date",
        "RequestedReceiptDate": "requested",
        "ConfirmedReceiptDate": "promised",
        "ShippingWarehouseId": "location",
    },
)
PURCHASE: Final = HeaderShape(
    "purchase_order",
    "PurchaseOrderNumber",
    "OrderVendorAccountNumber",
    "InvoiceVendorAccountNumber",
    "DefaultReceivingSiteId",
    {
        "PurchaseOrderNumber": "number",
        "VendorOrderReference": "vendor_number",
        "CurrencyCode": "currency",
        "DefaultReceivingWarehouseId": "location",
        "DeliveryModeId": "agent",
        "DeliveryTermsId": "shipment_method",
        "RequestedDeliveryDate": "requested",
        "ConfirmedDeliveryDate": "promised",
        "AccountingDate": "posting_date",
    },
    table="Purchase orders",
)
PURCHASE_LINE: Final = LineShape(
    PURCHASE,
    "InventoryLotId",
    "OrderedPurchaseQuantity",
    "PurchaseUnitSymbol",
    "PurchasePrice",
    "PurchasePriceQuantity",
    "ReceivingSiteId",
    {
        "InventoryLotId": "lot",
        "LineNumber": "number",
        "ItemNumber": "object_number",
        "LineDescription": "description",
        "OrderedPurchaseQuantity": "quantity",
        "PurchaseUnitSymbol": "unit",
        "ReceivingWarehouseId": "location",
        "RequestedDeliveryDate": "requested",
        "ConfirmedDeliveryDate": "promised",
    },
)
RETURN: Final = HeaderShape(
    "return_order",
    "ReturnOrderNumber",
    "CustomerAccountNumber",
    "InvoiceCustomerAccountNumber",
    "DefaultReturnSiteId",
    {
        "ReturnOrderNumber": "number",
        "CustomersOrderReference": "your_reference",
        "CustomerRequisitionNumber": "external_number",
        "CustomerReturnReasonCode": "reason",
        "CurrencyCode": "currency",
        "DefaultReturnWarehouseId": "location",
    },
    table="Return orders",
)
RETURN_LINE: Final = LineShape(
    RETURN,
    "ReturnInventoryLotId",
    "ReturnSalesQuantity",
    "",
    "SalesPrice",
    "",
    "ReturnSiteId",
    {
        "ReturnInventoryLotId": "lot",
        "ItemNumber": "object_number",
        "ReturnSalesQuantity": "quantity",
        "ReturnedSalesQuantity": "shipped",
        "ReturnWarehouseId": "location",
        "ExpectedReturnArrivalDate": "requested",
    },
)

HEADERS: Final[dict[str, HeaderShape]] = {
    "SalesOrderHeadersV2": SALES,
    "SalesOrderHeadersV3": SALES,
    "SalesOrderHeadersV4": SALES,
    "PurchaseOrderHeadersV2": PURCHASE,
    "ReturnOrderHeadersV2": RETURN,
}
LINES: Final[dict[str, LineShape]] = {
    "SalesOrderLines": SALES_LINE,
    "SalesOrderLinesV3": SALES_LINE,
    "PurchaseOrderLinesV2": PURCHASE_LINE,
    "ReturnOrderLinesV2": RETURN_LINE,
}
