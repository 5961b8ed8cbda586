"""Which property of the API shows which fact of the business, for papers and lines; both directions read from it."""

from __future__ import annotations

from typing import Final

HEADER: Final[dict[str, str]] = {
    "number": "number",
    "externalDocumentNumber": "external_number",
    "orderDate": "document_date",
    "documentDate": "document_date",
    "invoiceDate": "document_date",
    "creditMemoDate": "document_date",
    "postingDate": "posting_date",
    "dueDate": "due_date",
    "customerName": "partner_address.name",
    "vendorName": "partner_address.name",
    "sellToCustomerName": "partner_address.name",
    "sellToAddress": "partner_address.line1",
    "sellToCity": "partner_address.city",
    "sellToPostCode": "partner_address.postal_code",
    "billToName": "bill_address.name",
    "payToName": "bill_address.name",
    "payToContact": "bill_address.contact",
    "shipToName": "ship_address.name",
    "shipToContact": "ship_address.contact",
    "shortcutDimension1Code": "dimension1",
    "shortcutDimension2Code": "dimension2",
    "pricesIncludeTax": "prices_include_tax",
    "salesperson": "salesperson",
    "purchaser": "salesperson",
    "partialShipping": "partial_shipping",
    "requestedDeliveryDate": "requested",
    "requestedReceiptDate": "requested",
    "discountAmount": "discount_amount",
    "totalAmountExcludingTax": "net",
    "totalTaxAmount": "tax",
    "totalAmountIncludingTax": "gross",
    "remainingAmount": "remaining",
    "phoneNumber": "phone",
    "email": "email",
    "customerPurchaseOrderReference": "your_reference",
    "yourReference": "your_reference",
    "vendorInvoiceNumber": "vendor_number",
    "orderId": "order",
    "orderNumber": "order_number",
    "paymentTermsCode": "payment_terms",
    "shipmentMethodCode": "shipment_method",
    "locationCode": "location",
    "invoiceId": "applies_to",
}
"""Dates of one column are one field of the ledger: the document date (dynamics.md 1.7)."""

_PARTS: Final = {
    "AddressLine1": "line1",
    "AddressLine2": "line2",
    "City": "city",
    "Country": "country",
    "State": "state",
    "PostCode": "postal_code",
}
for _side, _field in (
    ("sellTo", "partner_address"),
    ("buyFrom", "partner_address"),
    ("billTo", "bill_address"),
    ("payTo", "bill_address"),
    ("shipTo", "ship_address"),
):
    for _part, _name in _PARTS.items():
        HEADER[f"{_side}{_part}"] = f"{_field}.{_name}"

HEADER_CODES: Final[dict[str, tuple[str, str]]] = {
    "currencyId": ("currency", "currencies"),
    "paymentTermsId": ("payment_terms", "payment_terms"),
    "shipmentMethodId": ("shipment_method", "shipment_methods"),
    "customerReturnReasonId": ("reason", "return_reasons"),
}
"""Properties that hold the id of a row whose code the paper keeps, and the table of the row."""

HEADER_EXTRAS: Final = frozenset(
    {
        *("sentDate", "validUntilDate", "acceptedDate", "promisedPayDate", "disputeStatusId"),
        "disputeStatus",
    }
)

PARTNERS: Final[dict[str, tuple[str, str]]] = {
    "customerId": ("partner", "id"),
    "customerNumber": ("partner", "number"),
    "sellToCustomerNumber": ("partner", "number"),
    "vendorId": ("partner", "id"),
    "vendorNumber": ("partner", "number"),
    "billToCustomerId": ("bill_to", "id"),
    "billToCustomerNumber": ("bill_to", "number"),
    "payToVendorId": ("bill_to", "id"),
    "payToVendorNumber": ("bill_to", "number"),
}

STATUSES: Final[dict[str, dict[str, str]]] = {
    "order": {"open": "Draft", "pending": "In_x0020_Review", "released": "Open", "prepayment": "Open"},
    "invoice": {
        "open": "Draft",
        "pending": "In_x0020_Review",
        "released": "Draft",
        "unpaid": "Open",
        "paid": "Paid",
        "canceled": "Canceled",
        "corrective": "Corrective",
    },
    "quote": {"open": "Draft", "sent": "Sent", "accepted": "Accepted", "expired": "Expired_x0020_"},
}
"""What a state of the ledger is called (dynamics.md 1.6, 1.11); credit memos are named as invoices are."""

LINE: Final[dict[str, str]] = {
    "documentId": "document",
    "sequence": "number",
    "lineObjectNumber": "object_number",
    "description": "description",
    "description2": "description2",
    "unitOfMeasureCode": "unit",
    "quantity": "quantity",
    "unitPrice": "price",
    "directUnitCost": "price",
    "unitCost": "price",
    "discountAmount": "discount_amount",
    "discountPercent": "discount_percent",
    "amountExcludingTax": "amount_net",
    "taxCode": "tax_code",
    "taxPercent": "tax_percent",
    "totalTaxAmount": "amount_tax",
    "amountIncludingTax": "amount_gross",
    "invoiceDiscountAllocation": "discount_share",
    "netAmount": "net",
    "netTaxAmount": "tax",
    "netAmountIncludingTax": "gross",
    "shipmentDate": "shipment_date",
    "expectedReceiptDate": "shipment_date",
    "shippedQuantity": "shipped",
    "receivedQuantity": "shipped",
    "returnQtyReceived": "shipped",
    "invoicedQuantity": "invoiced",
    "shipQuantity": "to_ship",
    "receiveQuantity": "to_ship",
    "returnQtyToReceive": "to_ship",
    "invoiceQuantity": "to_invoice",
    "locationCode": "location",
}

LINE_CODES: Final[dict[str, tuple[str, str]]] = {
    "unitOfMeasureId": ("unit", "units"),
    "locationId": ("location", "locations"),
}

LINE_TYPES: Final = {
    "Comment": "comment",
    "Account": "account",
    "Item": "item",
    "Resource": "resource",
    "Fixed_x0020_Asset": "asset",
    "Charge": "charge",
    "Allocation_x0020_Account": "allocation",
}
POSTED_LINE_TYPES: Final = {
    "_x0020_": "comment",
    "G_x002F_L_x0020_Account": "account",
    "Item": "item",
    "Resource": "resource",
    "Fixed_x0020_Asset": "asset",
    "Charge_x0020__x0028_Item_x0029_": "charge",
    "Allocation_x0020_Account": "allocation",
}
"""Shipment and receipt lines spell types otherwise (dynamics.md 1.6)."""

SERVER_OWNED: Final = frozenset(
    {"fullyShipped", "fullyReceived", "shippedQuantity", "invoicedQuantity", "receivedQuantity"}
)
"""Declared writable and owned by the server (dynamics.md 1.7, 1.8)."""

ADDRESS: Final = {
    "addressLine1": "line1",
    "addressLine2": "line2",
    "city": "city",
    "state": "state",
    "country": "country",
    "postalCode": "postal_code",
    "contact": "contact",
}
