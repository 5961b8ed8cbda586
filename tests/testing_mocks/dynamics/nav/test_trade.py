"""Releasing and posting by codeunits; what is posted; purchases, returns, masters (dynamics.md 2.4, 5.1)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.dynamics.nav.settings import Procedure

from .conftest import Refused, a_line, lines_of, many, xml


def shipped_in_part(nav):
    """An order of four valves, two of them shipped under a tracking number."""
    order = nav.create(a_line(Qty_to_Ship="2"), External_Document_No="WEB-1", Package_Tracking_No="1Z-77")
    nav.do("ReleaseOrder", order["No"])
    return order["No"], nav.do("PostShipment", order["No"])


def test_a_shipment_is_posted_and_can_be_tracked(nav):
    """5.1 tracking: page 142"""
    order, shipment = shipped_in_part(nav)
    (listed,) = nav.listed("PostedSalesShipments", Order_No=order)
    assert (listed["No"], listed["Package_Tracking_No"]) == (shipment, "1Z-77")
    assert (listed["External_Document_No"], listed["Sell_to_Customer_No"]) == ("WEB-1", "10000")
    assert "SalesShipmLines" not in listed
    card = nav.read(shipment, "PostedSalesShipment")
    (line,) = lines_of(card, "SalesShipmLines", "Posted_Sales_Shpt_Line")
    assert (line["No"], line["Quantity"], line["Order_Line_No"]) == ("VALVE-20", "2", "10000")
    assert (line["Quantity_Invoiced"], line["Qty_Shipped_Not_Invoiced"]) == ("0", "2")
    (line,) = lines_of(nav.read(order))
    assert (line["Quantity_Shipped"], line["Quantity_Invoiced"], line["Qty_to_Ship"]) == ("2", "0", "2")


def test_an_order_with_goods_out_and_no_invoice_stays(nav):
    order, _ = shipped_in_part(nav)
    with pytest.raises(Refused, match="Shipped Not Invoiced") as caught:
        nav("Delete", Key=nav.read(order)["Key"])
    assert caught.value.code == "NavTestFieldException"


def test_an_invoice_is_posted_and_the_order_goes_when_all_is_done(nav):
    """5.4 completed: order gone and a posted invoice with its number"""
    order, _ = shipped_in_part(nav)
    first = nav.do("PostInvoice", order)
    invoice = nav.read(first, "PostedSalesInvoice")
    (line,) = lines_of(invoice, "SalesInvLines", "Posted_Sales_Invoice_Line")
    assert (invoice["Order_No"], line["Quantity"], line["Unit_Price"]) == (order, "2", "12.5")
    assert (invoice["Amount"], invoice["Amount_Including_VAT"], invoice["Closed"]) == ("25", "30", "false")
    nav.do("PostShipmentAndInvoice", order)
    assert nav.read(order) is None
    listed = nav.listed("PostedSalesInvoices", Order_No=order)
    assert sum(Decimal(each["Amount"]) for each in listed) == Decimal(50)
    assert len(nav.listed("PostedSalesShipments", Order_No=order)) == 2


def test_what_is_posted_is_only_read(nav):
    _, shipment = shipped_in_part(nav)
    key = nav.read(shipment, "PostedSalesShipment")["Key"]
    for operation, inner in (
        ("Delete", xml(Key=key)),
        ("Create", xml(PostedSalesShipment={})),
        ("Update", xml(PostedSalesShipment={"Key": key})),
    ):
        answer = nav.send(operation, inner, "PostedSalesShipment")
        assert (answer.status_code, b"was not found" in answer.content) == (500, True)


def test_without_a_codeunit_nothing_can_be_released(nav, server):
    """2.4: the page service has no actions."""
    order = nav.create(a_line())
    server.settings.codeunits = {}
    assert (
        nav.send("ReleaseOrder", xml(orderNo=order["No"]), "OrderProcessing", "Codeunit").status_code == 404
    )
    server.settings.codeunits = {
        "Freigabe": {"Freigeben": Procedure("release", parameter="nr", returns="nothing")}
    }
    assert nav("Freigeben", "Freigabe", "Codeunit", nr=order["No"]) == ""
    assert nav.read(order["No"])["Status"] == "Released"
    for operation, fields in (("Freigeben", {}), ("Freigeben", {"orderNo": "1"}), ("Other", {"nr": "1"})):
        with pytest.raises(Refused):
            nav(operation, "Freigabe", "Codeunit", **fields)


def test_codeunits_refuse_by_the_rules(nav):
    with pytest.raises(Refused, match="Sales Header does not exist"):
        nav.do("ReleaseOrder", "S-ORD999999")
    empty = nav.create()
    with pytest.raises(Refused, match="nothing to release"):
        nav.do("ReleaseOrder", empty["No"])
    with pytest.raises(Refused, match="nothing to post"):
        nav.do("PostInvoice", nav.create(a_line())["No"])


def test_a_purchase_order_is_made_received_and_invoiced(nav):
    """5.1 purchase orders, receipts"""
    made = nav.create(
        a_line("HOSE-20", "20", Direct_Unit_Cost="1.5"),
        service="PurchaseOrder",
        row="Purchase_Order_Line",
        control="PurchLines",
        Buy_from_Vendor_No="V100",
    )
    assert (made["Buy_from_Vendor_Name"], made["Status"]) == ("Valve Works", "Open")
    receipt = nav.do("PostReceipt", made["No"])
    card = nav.read(receipt, "PostedPurchaseReceipt")
    (line,) = lines_of(card, "PurchReceiptLines", "Posted_Purchase_Rcpt_Line")
    assert (card["Order_No"], card["Buy_from_Vendor_No"], line["Quantity"]) == (made["No"], "V100", "20")
    (line,) = lines_of(nav.read(made["No"], "PurchaseOrder"), "PurchLines", "Purchase_Order_Line")
    assert (line["Quantity_Received"], line["Direct_Unit_Cost"]) == ("20", "1.5")
    with pytest.raises(Refused, match=r"Vendor Invoice No\. must have a value in Purchase Header"):
        nav.do("PostPurchaseInvoice", made["No"])
    order = nav.read(made["No"], "PurchaseOrder")
    nav.update("PurchaseOrder", Key=order["Key"], Vendor_Invoice_No="VI-9")
    posted = nav.read(nav.do("PostPurchaseInvoice", made["No"]), "PostedPurchaseInvoice")
    assert (posted["Vendor_Invoice_No"], posted["Amount"]) == ("VI-9", "30")
    assert nav.read(made["No"], "PurchaseOrder") is None
    assert nav.read("HOSE-20", "Item")["Inventory"] == "520"


def test_a_line_of_a_purchase_is_deleted_by_its_own_operation(nav):
    """The operation is named after the control of the lines."""
    made = nav.create(
        a_line(),
        a_line("HOSE-20"),
        service="PurchaseOrder",
        row="Purchase_Order_Line",
        control="PurchLines",
        Buy_from_Vendor_No="V100",
    )
    first, _ = lines_of(made, "PurchLines", "Purchase_Order_Line")
    answer = nav("Delete_PurchLines", "PurchaseOrder", PurchLines_Key=first["Key"])
    assert answer["Delete_PurchLines_Result"] == "true"
    left = lines_of(nav.read(made["No"], "PurchaseOrder"), "PurchLines", "Purchase_Order_Line")
    assert [line["No"] for line in left] == ["HOSE-20"]
    with pytest.raises(Refused, match="another"):
        nav("Delete", Key=made["Key"])


def test_goods_come_back_and_are_credited(nav):
    """5.1 returns: Sales Return Order page service"""
    line = {"Type": "Item", "No": "VALVE-20", "Return_Reason_Code": "DEFECT", "Quantity": "3"}
    made = nav.create(
        line, service="SalesReturnOrder", row="Sales_Return_Order_Line", External_Document_No="RET-1"
    )
    (kept,) = lines_of(made, row="Sales_Return_Order_Line")
    assert (kept["Return_Reason_Code"], kept["Return_Qty_to_Receive"]) == ("DEFECT", "3")
    nav.do("PostReturnReceipt", made["No"])
    (kept,) = lines_of(nav.read(made["No"], "SalesReturnOrder"), row="Sales_Return_Order_Line")
    assert kept["Return_Qty_Received"] == "3"
    memo = nav.read(nav.do("PostCreditMemo", made["No"]), "PostedSalesCreditMemo")
    assert (memo["Return_Order_No"], memo["Amount"]) == (made["No"], "37.5")
    assert nav.read("VALVE-20", "Item")["Inventory"] == "503"


def test_items_show_stock_and_price(nav):
    """5.1 stock and price check"""
    nav.create(a_line(quantity="7"))
    item = nav.read("VALVE-20", "Item")
    assert (item["Unit_Price"], item["Inventory"], item["Qty_on_Sales_Order"]) == ("12.5", "500", "7")
    assert [each["No"] for each in nav.listed("Item", Blocked="Yes")] == ["OLD-1"]


@pytest.mark.parametrize("service", ["Customer", "Vendor"])
def test_partners_are_created_changed_found_and_deleted(nav, service):
    made = nav(
        "Create", service, **{service: {"Name": "New Quay", "City": "Riga", "Payment_Terms_Code": "COD"}}
    )
    partner = made[service]
    moved = nav.update(service, Key=partner["Key"], Name="Old Quay")
    assert (moved["Name"], moved["City"], moved["No"]) == ("Old Quay", "Riga", partner["No"])
    with pytest.raises(Refused, match="Other user has modified"):
        nav.update(service, Key=partner["Key"], Name="X")
    assert [each["No"] for each in many(nav.listed(service, Name="@old*"))] == [partner["No"]]
    with pytest.raises(Refused, match="already exists") as caught:
        nav("Create", service, **{service: {"No": partner["No"]}})
    assert caught.value.code == "NavCSideDuplicateKeyException"
    with pytest.raises(Refused, match="Payment Terms does not exist"):
        nav.update(service, Key=moved["Key"], Payment_Terms_Code="NEVER")
    assert nav("Delete", service, Key=moved["Key"])["Delete_Result"] == "true"
    assert nav.read(partner["No"], service) is None


def test_a_customer_with_orders_is_not_deleted(nav):
    nav.create(a_line())
    with pytest.raises(Refused, match="cannot delete"):
        nav("Delete", "Customer", Key=nav.read("10000", "Customer")["Key"])


def test_a_new_item_can_be_sold(nav):
    wanted = {"No": "SEAL-9", "Description": "Seal", "Base_Unit_of_Measure": "PCS", "Unit_Price": "0.75"}
    made = nav("Create", "Item", Item=wanted)["Item"]
    assert (made["Type"], made["Inventory"]) == ("Inventory", "0")
    (line,) = lines_of(nav.create(a_line("SEAL-9", "2")))
    assert (line["Description"], line["Line_Amount"]) == ("Seal", "1.5")
    with pytest.raises(Refused, match="Unit of Measure does not exist"):
        nav("Create", "Item", Item=wanted | {"No": "SEAL-10", "Base_Unit_of_Measure": "MILE"})
