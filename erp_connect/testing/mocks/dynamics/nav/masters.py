"""The pages of customers (21), vendors (26) and items (30)."""

from __future__ import annotations

from typing import Final

from .model import Page, fields

_CUSTOMER: Final = """
No code20 number
Name text50 name
Address text50 address.line1
Address_2 text50 address.line2
Post_Code code20 address.postal_code
City text30 address.city
Country_Region_Code code10 address.country
Phone_No text30 phone
Primary_Contact_No code20
Contact text50 address.contact
Search_Name code50
Balance_LCY dec! =balance
Credit_Limit_LCY dec credit_limit
Salesperson_Code code10 salesperson
Responsibility_Center code10
Service_Zone_Code code10
Blocked BLOCKED blocked
Last_Date_Modified date! =modified_on
Fax_No text30
E_Mail text80 email
Home_Page text80 website
IC_Partner_Code code20
Bill_to_Customer_No code20 =own_payer
VAT_Registration_No text20 tax_registration
GLN code13
Gen_Bus_Posting_Group code10
VAT_Bus_Posting_Group code10
Customer_Posting_Group code10
Customer_Price_Group code10
Customer_Disc_Group code10
Allow_Line_Disc bool
Prices_Including_VAT bool prices_include_tax
Prepayment_Percent dec
Payment_Terms_Code code10 payment_terms
Payment_Method_Code code10 payment_method
Location_Code code10 location
Combine_Shipments bool
Reserve RESERVE
Shipment_Method_Code code10 shipment_method
Shipping_Agent_Code code10 agent
Shipping_Agent_Service_Code code10 agent_service
Currency_Code code10 currency
Language_Code code10
"""
_VENDOR: Final = """
No code20 number
Name text50 name
Address text50 address.line1
Address_2 text50 address.line2
Post_Code code20 address.postal_code
City text30 address.city
Country_Region_Code code10 address.country
Phone_No text30 phone
Primary_Contact_No code20
Contact text50 address.contact
Search_Name code50
Balance_LCY dec!
Purchaser_Code code10 purchaser
Responsibility_Center code10
Blocked VBLOCKED blocked
Last_Date_Modified date! =modified_on
Fax_No text30
E_Mail text80 email
Home_Page text80 website
Pay_to_Vendor_No code20 =own_payer
VAT_Registration_No text20 tax_registration
GLN code13
Gen_Bus_Posting_Group code10
VAT_Bus_Posting_Group code10
Vendor_Posting_Group code10
Prices_Including_VAT bool prices_include_tax
Payment_Terms_Code code10 payment_terms
Payment_Method_Code code10 payment_method
Our_Account_No text20
Location_Code code10 location
Shipment_Method_Code code10 shipment_method
Lead_Time_Calculation text32
Currency_Code code10 currency
Language_Code code10
"""
_ITEM: Final = """
No code20 number
Description text50 name
Description_2 text50 name2
Base_Unit_of_Measure code10 unit
Type ITEMTYPE type
Shelf_No code10
Created_From_Nonstock_Item bool!
Item_Category_Code code10 category
Product_Group_Code code10
Search_Description code50
Inventory dec! =inventory
Qty_on_Purch_Order dec! =expected
Qty_on_Sales_Order dec! =promised
Blocked bool blocked
Last_Date_Modified date! =modified_on
GTIN code14 gtin
Unit_Cost dec cost
Gen_Prod_Posting_Group code10
VAT_Prod_Posting_Group code10 tax_code
Inventory_Posting_Group code10
Last_Direct_Cost dec!
Price_Includes_VAT bool price_includes_tax
Unit_Price dec price
Allow_Invoice_Disc bool
Item_Disc_Group code20
Sales_Unit_of_Measure code10
Purch_Unit_of_Measure code10
Vendor_No code20
Vendor_Item_No text20
Lead_Time_Calculation text32
Tariff_No code20
Country_Region_of_Origin_Code code10
Net_Weight dec
Gross_Weight dec
Global_Dimension_1_Filter code20!
Location_Filter code10!
"""

PAGES: Final = (
    Page(id=21, table_id=18, table="Customer", records="customers", fields=fields(_CUSTOMER)),
    Page(id=26, table_id=23, table="Vendor", records="vendors", fields=fields(_VENDOR)),
    Page(id=30, table_id=27, table="Item", records="items", fields=fields(_ITEM)),
)
