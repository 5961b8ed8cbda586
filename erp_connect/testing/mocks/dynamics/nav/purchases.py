"""The page of purchase orders (50)."""

from __future__ import annotations

from typing import Final

from .model import Page, Part, fields

_HEADER: Final = """
No code20 number
Buy_from_Vendor_No code20 =partner
Buy_from_Contact_No code20
Buy_from_Vendor_Name text50 partner_address.name
Buy_from_Address text50 partner_address.line1
Buy_from_Address_2 text50 partner_address.line2
Buy_from_Post_Code code20 partner_address.postal_code
Buy_from_City text30 partner_address.city
Buy_from_Contact text50 partner_address.contact
No_of_Archived_Versions int! archived
Posting_Date date posting_date
Order_Date date order_date
Document_Date date document_date
Quote_No code20
Vendor_Order_No code35
Vendor_Shipment_No code35
Vendor_Invoice_No code35 vendor_number
Order_Address_Code code10
Purchaser_Code code10 salesperson
Responsibility_Center code10
Assigned_User_ID code50
Job_Queue_Status JOBQUEUE!
Status STATUS! status
PurchLines part
Pay_to_Vendor_No code20 =bill_to
Pay_to_Contact_No code20
Pay_to_Name text50 bill_address.name
Pay_to_Address text50 bill_address.line1
Pay_to_Address_2 text50 bill_address.line2
Pay_to_Post_Code code20 bill_address.postal_code
Pay_to_City text30 bill_address.city
Pay_to_Contact text50 bill_address.contact
Shortcut_Dimension_1_Code code20 dimension1
Shortcut_Dimension_2_Code code20 dimension2
Payment_Terms_Code code10 payment_terms
Due_Date date due_date
Payment_Discount_Percent dec
Pmt_Discount_Date date
Payment_Method_Code code10 payment_method
Payment_Reference code50
Creditor_No code20
On_Hold code3
Prices_Including_VAT bool prices_include_tax
VAT_Bus_Posting_Group code10
Ship_to_Name text50 ship_address.name
Ship_to_Address text50 ship_address.line1
Ship_to_Address_2 text50 ship_address.line2
Ship_to_Post_Code code20 ship_address.postal_code
Ship_to_City text30 ship_address.city
Ship_to_Contact text50 ship_address.contact
Location_Code code10 location
Inbound_Whse_Handling_Time text32
Shipment_Method_Code code10 shipment_method
Lead_Time_Calculation text32
Requested_Receipt_Date date requested
Promised_Receipt_Date date promised
Expected_Receipt_Date date shipment_date
Sell_to_Customer_No code20
Ship_to_Code code10 ship_to_code
Currency_Code code10 =currency
Transaction_Type code10
Transaction_Specification code10
Transport_Method code10
Entry_Point code10
Area code10
"""
_LINE: Final = """
Type LINETYPE type
No code20 object_number
Cross_Reference_No code20
Variant_Code code10 variant
Nonstock bool!
VAT_Prod_Posting_Group code10
Description text50 description
Drop_Shipment bool!
Return_Reason_Code code10 reason
Location_Code code10 location
Bin_Code code20
Quantity dec quantity
Reserved_Quantity dec!
Unit_of_Measure_Code code10 unit
Unit_of_Measure text10!
Direct_Unit_Cost dec price
Indirect_Cost_Percent dec
Unit_Cost_LCY dec
Unit_Price_LCY dec
Line_Amount dec! =line_amount
Line_Discount_Percent dec discount_percent
Line_Discount_Amount dec discount_amount
Allow_Invoice_Disc bool
Inv_Discount_Amount dec! discount_share
Qty_to_Receive dec to_ship
Quantity_Received dec! shipped
Qty_to_Invoice dec to_invoice
Quantity_Invoiced dec! invoiced
Requested_Receipt_Date date requested
Promised_Receipt_Date date promised
Planned_Receipt_Date date
Expected_Receipt_Date date shipment_date
Order_Date date
Lead_Time_Calculation text32
Planning_Flexibility text20
Appl_to_Item_Entry int
Shortcut_Dimension_1_Code code20
Shortcut_Dimension_2_Code code20
Document_No code20! =document_number
Line_No int! number
Invoice_Discount_Amount dec! =invoice_discount
Invoice_Disc_Pct dec! =invoice_discount_percent
Total_Amount_Excl_VAT dec! =total_net
Total_VAT_Amount dec! =total_tax
Total_Amount_Incl_VAT dec! =total_gross
RefreshTotals text250!
"""

PAGES: Final = (
    Page(
        id=50,
        table_id=38,
        table="Purchase Header",
        records="documents",
        fields=fields(_HEADER),
        kind="purchase_order",
        document_type="Order",
        part=Part("PurchLines", "Purchase_Order_Line", 39, "Purchase Line", fields(_LINE)),
    ),
)
