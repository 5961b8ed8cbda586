"""The pages of sales orders (42) and sales return orders (6630) (dynamics.md 2.3)."""

from __future__ import annotations

from typing import Final

from .model import Page, Part, fields

ORDER_HEADER: Final = """
No code20 number
Sell_to_Customer_No code20 =partner
Sell_to_Contact_No code20
Sell_to_Customer_Name text50 partner_address.name
Sell_to_Address text50 partner_address.line1
Sell_to_Address_2 text50 partner_address.line2
Sell_to_Post_Code code20 partner_address.postal_code
Sell_to_City text30 partner_address.city
Sell_to_Contact text50 partner_address.contact
No_of_Archived_Versions int! archived
Posting_Date date posting_date
Order_Date date order_date
Document_Date date document_date
Requested_Delivery_Date date requested
Promised_Delivery_Date date promised
Quote_No code20!
External_Document_No code35 external_number
Salesperson_Code code10 salesperson
Campaign_No code20
Opportunity_No code20
Responsibility_Center code10
Assigned_User_ID code50
Job_Queue_Status JOBQUEUE!
Status STATUS! status
SalesLines part
Bill_to_Customer_No code20 =bill_to
Bill_to_Contact_No code20
Bill_to_Name text50 bill_address.name
Bill_to_Address text50 bill_address.line1
Bill_to_Address_2 text50 bill_address.line2
Bill_to_Post_Code code20 bill_address.postal_code
Bill_to_City text30 bill_address.city
Bill_to_Contact text50 bill_address.contact
Shortcut_Dimension_1_Code code20 dimension1
Shortcut_Dimension_2_Code code20 dimension2
Payment_Terms_Code code10 payment_terms
Due_Date date due_date
Payment_Discount_Percent dec
Pmt_Discount_Date date
Payment_Method_Code code10 payment_method
Direct_Debit_Mandate_ID code35
Prices_Including_VAT bool prices_include_tax
VAT_Bus_Posting_Group code10
Credit_Card_No code20
GetCreditcardNumber text250!
Ship_to_Code code10 ship_to_code
Ship_to_Name text50 ship_address.name
Ship_to_Address text50 ship_address.line1
Ship_to_Address_2 text50 ship_address.line2
Ship_to_Post_Code code20 ship_address.postal_code
Ship_to_City text30 ship_address.city
Ship_to_Contact text50 ship_address.contact
Location_Code code10 location
Outbound_Whse_Handling_Time text32
Shipment_Method_Code code10 shipment_method
Shipping_Agent_Code code10 agent
Shipping_Agent_Service_Code code10 agent_service
Shipping_Time text32
Late_Order_Shipping bool!
Package_Tracking_No text30 tracking
Shipment_Date date shipment_date
Shipping_Advice ADVICE partial_shipping
Currency_Code code10 =currency
EU_3_Party_Trade bool
Transaction_Type code10
Transaction_Specification code10
Transport_Method code10
Exit_Point code10
Area code10
Prepayment_Percent dec
Compress_Prepayment bool
Prepmt_Payment_Terms_Code code10
Prepayment_Due_Date date
Prepmt_Payment_Discount_Percent dec
Prepmt_Pmt_Discount_Date date
"""
ORDER_LINE: Final = """
Type LINETYPE type
No code20 object_number
Cross_Reference_No code20
IC_Partner_Code code20
IC_Partner_Ref_Type PARTNERREF
IC_Partner_Reference code20
Variant_Code code10 variant
Substitution_Available bool!
Purchasing_Code code10
Nonstock bool!
VAT_Prod_Posting_Group code10
Description text50 description
Drop_Shipment bool
Special_Order bool
Return_Reason_Code code10 reason
Location_Code code10 location
Bin_Code code20
Reserve RESERVE
Quantity dec quantity
Qty_to_Assemble_to_Order dec
Reserved_Quantity dec!
Unit_of_Measure_Code code10 unit
Unit_of_Measure text10!
Unit_Cost_LCY dec
Unit_Price dec price
Line_Amount dec! =line_amount
Line_Discount_Percent dec discount_percent
Line_Discount_Amount dec discount_amount
Prepayment_Percent dec
Prepmt_Line_Amount dec
Allow_Invoice_Disc bool
Inv_Discount_Amount dec! discount_share
Qty_to_Ship dec to_ship
Quantity_Shipped dec! shipped
Qty_to_Invoice dec to_invoice
Quantity_Invoiced dec! invoiced
Requested_Delivery_Date date requested
Promised_Delivery_Date date promised
Planned_Delivery_Date date
Planned_Shipment_Date date
Shipment_Date date shipment_date
Shipping_Agent_Code code10
Shipping_Agent_Service_Code code10
Shipping_Time text32
Whse_Outstanding_Qty dec!
Whse_Outstanding_Qty_Base dec!
Blanket_Order_No code20
Blanket_Order_Line_No int
Appl_from_Item_Entry int
Appl_to_Item_Entry int
Shortcut_Dimension_1_Code code20
Shortcut_Dimension_2_Code code20
ShortcutDimCode_x005B_3_x005D_ code20
ShortcutDimCode_x005B_4_x005D_ code20
ShortcutDimCode_x005B_5_x005D_ code20
ShortcutDimCode_x005B_6_x005D_ code20
ShortcutDimCode_x005B_7_x005D_ code20
ShortcutDimCode_x005B_8_x005D_ code20
Document_No code20! =document_number
Line_No int! number
Invoice_Discount_Amount dec! =invoice_discount
Invoice_Disc_Pct dec! =invoice_discount_percent
Total_Amount_Excl_VAT dec! =total_net
Total_VAT_Amount dec! =total_tax
Total_Amount_Incl_VAT dec! =total_gross
RefreshTotals text250!
"""
_ORDER_ONLY: Final = frozenset(
    {
        *("Quote_No", "Campaign_No", "Opportunity_No", "Promised_Delivery_Date", "Requested_Delivery_Date"),
        *("Credit_Card_No", "GetCreditcardNumber", "Late_Order_Shipping", "Shipping_Advice", "Shipping_Time"),
        *("Outbound_Whse_Handling_Time", "Prepayment_Percent", "Compress_Prepayment", "Prepayment_Due_Date"),
        *("Prepmt_Payment_Terms_Code", "Prepmt_Payment_Discount_Percent", "Prepmt_Pmt_Discount_Date"),
        *(
            "Qty_to_Assemble_to_Order",
            "Drop_Shipment",
            "Special_Order",
            "Prepmt_Line_Amount",
            "Purchasing_Code",
        ),
        *("Whse_Outstanding_Qty", "Whse_Outstanding_Qty_Base", "Package_Tracking_No", "Nonstock"),
        *("Planned_Delivery_Date", "Planned_Shipment_Date", "Substitution_Available"),
    }
)
_OF_RETURNS: Final = {"Qty_to_Ship": "Return_Qty_to_Receive", "Quantity_Shipped": "Return_Qty_Received"}


def without(table: str, left_out: frozenset[str], renamed: dict[str, str] | None = None) -> str:
    """A table of fields without some, and with other names for some."""
    kept = [line.split() for line in table.strip().splitlines() if line.split()[0] not in left_out]
    return "\n".join(" ".join([(renamed or {}).get(name, name), *rest]) for name, *rest in kept)


_RETURN_HEADER: Final = f"""{without(ORDER_HEADER, _ORDER_ONLY)}
Applies_to_Doc_Type APPLIES
Applies_to_Doc_No code20
Applies_to_ID code50
"""

PAGES: Final = (
    Page(
        id=42,
        table_id=36,
        table="Sales Header",
        records="documents",
        fields=fields(ORDER_HEADER),
        document_type="Order",
        part=Part("SalesLines", "Sales_Order_Line", 37, "Sales Line", fields(ORDER_LINE)),
    ),
    Page(
        id=6630,
        table_id=36,
        table="Sales Header",
        records="documents",
        fields=fields(_RETURN_HEADER),
        kind="return_order",
        document_type="Return Order",
        part=Part(
            "SalesLines",
            "Sales_Return_Order_Line",
            37,
            "Sales Line",
            fields(without(ORDER_LINE, _ORDER_ONLY, _OF_RETURNS)),
        ),
    ),
)
