"""The pages of what is posted: shipments (130, 142), invoices (132, 143), credit memos, receipts; all read-only."""

from __future__ import annotations

from typing import Final

from ...business.documents import Kind
from .model import Page, Part, fields
from .sales import without

_SALES_HEADER: Final = """
No code20! number
Sell_to_Customer_No code20! =partner
Sell_to_Contact_No code20!
Sell_to_Customer_Name text50! partner_address.name
Sell_to_Address text50! partner_address.line1
Sell_to_Address_2 text50! partner_address.line2
Sell_to_Post_Code code20! partner_address.postal_code
Sell_to_City text30! partner_address.city
Sell_to_Contact text50! partner_address.contact
No_Printed int!
Posting_Date date! posting_date
Document_Date date! document_date
Order_Date date! order_date
Requested_Delivery_Date date! requested
Promised_Delivery_Date date! promised
Quote_No code20!
Order_No code20! order_number
External_Document_No code35! external_number
Salesperson_Code code10! salesperson
Responsibility_Center code10!
Lines part
Bill_to_Customer_No code20! =bill_to
Bill_to_Name text50! bill_address.name
Bill_to_Address text50! bill_address.line1
Bill_to_Address_2 text50! bill_address.line2
Bill_to_Post_Code code20! bill_address.postal_code
Bill_to_City text30! bill_address.city
Bill_to_Contact text50! bill_address.contact
Shortcut_Dimension_1_Code code20! dimension1
Shortcut_Dimension_2_Code code20! dimension2
Payment_Terms_Code code10! payment_terms
Due_Date date! due_date
Payment_Discount_Percent dec!
Pmt_Discount_Date date!
Payment_Method_Code code10! payment_method
Ship_to_Code code10! ship_to_code
Ship_to_Name text50! ship_address.name
Ship_to_Address text50! ship_address.line1
Ship_to_Address_2 text50! ship_address.line2
Ship_to_Post_Code code20! ship_address.postal_code
Ship_to_City text30! ship_address.city
Ship_to_Contact text50! ship_address.contact
Location_Code code10! location
Shipment_Method_Code code10! shipment_method
Shipping_Agent_Code code10! agent
Shipping_Agent_Service_Code code10! agent_service
Package_Tracking_No text30! tracking
Shipment_Date date! shipment_date
Currency_Code code10! =currency
Prices_Including_VAT bool! prices_include_tax
Applies_to_Doc_Type APPLIES!
Applies_to_Doc_No code20! =applies_to
Amount dec! net
Amount_Including_VAT dec! gross
Remaining_Amount dec! remaining
Closed bool! =closed
Cancelled bool! =canceled
"""
_SALES_LINE: Final = """
Type LINETYPE! type
No code20! object_number
Cross_Reference_No code20!
Variant_Code code10! variant
Description text50! description
Return_Reason_Code code10! reason
Location_Code code10! location
Bin_Code code20!
Quantity dec! quantity
Unit_of_Measure_Code code10! unit
Unit_of_Measure text10!
Quantity_Invoiced dec! =billed
Qty_Shipped_Not_Invoiced dec! =not_billed
Unit_Price dec! price
Line_Amount dec! =line_amount
Line_Discount_Percent dec! discount_percent
Line_Discount_Amount dec! discount_amount
Inv_Discount_Amount dec! discount_share
Requested_Delivery_Date date! requested
Promised_Delivery_Date date! promised
Planned_Delivery_Date date!
Planned_Shipment_Date date!
Shipment_Date date! shipment_date
Order_No code20! =order_number
Order_Line_No int! =order_line
Appl_to_Item_Entry int!
Shortcut_Dimension_1_Code code20!
Shortcut_Dimension_2_Code code20!
Document_No code20! =document_number
Line_No int! number
Amount dec! net
Amount_Including_VAT dec! gross
Total_Amount_Excl_VAT dec! =total_net
Total_VAT_Amount dec! =total_tax
Total_Amount_Incl_VAT dec! =total_gross
"""
_OF_MONEY: Final = frozenset(
    {
        *("Amount", "Amount_Including_VAT", "Remaining_Amount", "Closed", "Cancelled", "Unit_Price"),
        *("Line_Amount", "Line_Discount_Percent", "Line_Discount_Amount", "Inv_Discount_Amount", "Due_Date"),
        *("Total_Amount_Excl_VAT", "Total_VAT_Amount", "Total_Amount_Incl_VAT", "Payment_Terms_Code"),
        *("Payment_Discount_Percent", "Pmt_Discount_Date", "Payment_Method_Code", "Prices_Including_VAT"),
        *("Applies_to_Doc_Type", "Applies_to_Doc_No"),
    }
)
_OF_GOODS: Final = frozenset(
    {
        *(
            "Package_Tracking_No",
            "Requested_Delivery_Date",
            "Promised_Delivery_Date",
            "Planned_Delivery_Date",
        ),
        *("Planned_Shipment_Date", "Quantity_Invoiced", "Qty_Shipped_Not_Invoiced"),
    }
)
_NO_LINES: Final = frozenset({"Lines"})
_BOUGHT: Final = {
    "Sell_to_Customer_No": "Buy_from_Vendor_No",
    "Sell_to_Customer_Name": "Buy_from_Vendor_Name",
    **{
        f"Sell_to_{part}": f"Buy_from_{part}"
        for part in ("Contact_No", "Address", "Address_2", "Post_Code", "City", "Contact")
    },
    "Bill_to_Customer_No": "Pay_to_Vendor_No",
    **{
        f"Bill_to_{part}": f"Pay_to_{part}"
        for part in ("Name", "Address", "Address_2", "Post_Code", "City", "Contact")
    },
    "Salesperson_Code": "Purchaser_Code",
    "Requested_Delivery_Date": "Requested_Receipt_Date",
    "Promised_Delivery_Date": "Promised_Receipt_Date",
    "Planned_Delivery_Date": "Planned_Receipt_Date",
    "Shipment_Date": "Expected_Receipt_Date",
    "Qty_Shipped_Not_Invoiced": "Qty_Rcd_Not_Invoiced",
    "Unit_Price": "Direct_Unit_Cost",
}
_NOT_BOUGHT: Final = frozenset(
    {"External_Document_No", "Shipping_Agent_Code", "Shipping_Agent_Service_Code", "Package_Tracking_No"}
)


def _card(
    id: int,
    kind: Kind,
    tables: tuple[int, str, str],
    part: tuple[str, str],
    left_out: frozenset[str],
    names: dict[str, str] | None = None,
    more: str = "",
) -> Page:
    table_id, header_table, line_table = tables
    control, row = part
    renamed = {"Lines": control, **(names or {})}
    header = without(_SALES_HEADER, left_out, renamed) + more
    lines = fields(without(_SALES_LINE, left_out, names))
    return Page(
        id=id,
        table_id=table_id,
        table=header_table,
        records="documents",
        fields=fields(header),
        kind=kind,
        posted=True,
        writable=False,
        part=Part(control, row, table_id + 1, line_table, lines),
    )


def _list(id: int, of: Page) -> Page:
    """The list page of a card: the same header fields, and no lines."""
    shown = tuple(field for field in of.fields if field.kind != "part")
    return Page(id, of.table_id, of.table, "documents", shown, of.kind, posted=True, writable=False)


_SHIPMENT: Final = _card(
    130,
    "shipment",
    (110, "Sales Shipment Header", "Sales Shipment Line"),
    ("SalesShipmLines", "Posted_Sales_Shpt_Line"),
    _OF_MONEY,
)
_INVOICE: Final = _card(
    132,
    "invoice",
    (112, "Sales Invoice Header", "Sales Invoice Line"),
    ("SalesInvLines", "Posted_Sales_Invoice_Line"),
    _OF_GOODS | {"Applies_to_Doc_Type", "Applies_to_Doc_No"},
)
_CREDIT_MEMO: Final = _card(
    134,
    "credit_memo",
    (114, "Sales Cr.Memo Header", "Sales Cr.Memo Line"),
    ("SalesCrMemoLines", "Posted_Sales_Cr_Memo_Line"),
    _OF_GOODS | {"Order_No"},
    {"Shipment_Date": "Shipment_Date"},
    "\nReturn_Order_No code20! order_number",
)
_RECEIPT: Final = _card(
    136,
    "receipt",
    (120, "Purch. Rcpt. Header", "Purch. Rcpt. Line"),
    ("PurchReceiptLines", "Posted_Purchase_Rcpt_Line"),
    _OF_MONEY | _NOT_BOUGHT,
    _BOUGHT,
    "\nVendor_Order_No code35!\nVendor_Shipment_No code35!",
)
_PURCHASE_INVOICE: Final = _card(
    138,
    "purchase_invoice",
    (122, "Purch. Inv. Header", "Purch. Inv. Line"),
    ("PurchInvLines", "Posted_Purch_Invoice_Line"),
    _OF_GOODS | _NOT_BOUGHT | {"Applies_to_Doc_Type", "Applies_to_Doc_No"},
    _BOUGHT,
    "\nVendor_Order_No code35!\nVendor_Invoice_No code35! vendor_number",
)

PAGES: Final = (
    _SHIPMENT,
    _list(142, _SHIPMENT),
    _INVOICE,
    _list(143, _INVOICE),
    _CREDIT_MEMO,
    _list(144, _CREDIT_MEMO),
    _RECEIPT,
    _list(145, _RECEIPT),
    _PURCHASE_INVOICE,
    _list(146, _PURCHASE_INVOICE),
)
