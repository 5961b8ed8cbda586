"""API_PURCHASEORDER_PROCESS_SRV (sap.md 4.6)."""

from decimal import Decimal

import pytest


@pytest.fixture
def buyer(world, visit):
    world.vendors.add("0000005000")
    return visit("API_PURCHASEORDER_PROCESS_SRV")


def a_purchase(**changes):
    """What is posted to buy ten valves."""
    item = {
        "Material": "62",
        "Plant": "1000",
        "OrderQuantity": "10",
        "PurchaseOrderQuantityUnit": "PC",
        "NetPriceAmount": "7.25",
        "TaxCode": "V1",
    }
    sent = {
        "CompanyCode": "1000",
        "PurchaseOrderType": "NB",
        "Supplier": "5000",
        "PurchasingOrganization": "1000",
        "PurchasingGroup": "001",
        "DocumentCurrency": "EUR",
        "CorrespncExternalReference": "REF-1",
        "to_PurchaseOrderItem": [item],
    }
    return sent | changes


@pytest.fixture
def number(buyer):
    answer = buyer.post("A_PurchaseOrder", a_purchase())
    assert answer.status_code == 201, answer.text
    return answer.json()["d"]["PurchaseOrder"]


@pytest.fixture
def item(number):
    return f"A_PurchaseOrderItem(PurchaseOrder='{number}',PurchaseOrderItem='10')"


def test_an_order_is_created_and_read_with_its_items(world, buyer, number):
    assert number == "4500000018"
    order = buyer.read(f"A_PurchaseOrder('{number}')?$expand=to_PurchaseOrderItem")
    assert (order["Supplier"], order["CorrespncExternalReference"], order["CreatedByUser"]) == (
        "5000",
        "REF-1",
        "DEMO",
    )
    [item] = order["to_PurchaseOrderItem"]["results"]
    assert (item["PurchaseOrderItem"], item["Material"], item["PurchaseOrderItemText"]) == (
        "10",
        "62",
        "Ball valve 20 mm",
    )
    assert (item["OrderQuantity"], item["NetPriceAmount"], item["NetPriceQuantity"]) == (
        "10.000",
        "7.250",
        "1",
    )
    assert (item["TaxCode"], item["DocumentCurrency"], item["IsCompletelyDelivered"]) == ("V1", "EUR", False)
    assert world.purchase_orders[number].items[0].unit == "ST"
    found = buyer.read("A_PurchaseOrder?$filter=Supplier eq '5000' and CorrespncExternalReference eq 'REF-1'")
    assert [one["PurchaseOrder"] for one in found] == [number]


def test_there_is_no_etag(buyer, number, item):
    """sap.md 4.2: PO files have no Fixed property"""
    assert "etag" not in buyer.read(f"A_PurchaseOrder('{number}')")["__metadata"]
    assert buyer.patch(f"A_PurchaseOrder('{number}')", {"PaymentTerms": "0001"}).status_code == 204
    assert buyer.patch(item, {"OrderQuantity": "12", "NetPriceAmount": "7"}).status_code == 204
    shown = buyer.read(item)
    assert (shown["OrderQuantity"], shown["NetPriceAmount"], shown["TaxCode"]) == ("12.000", "7.000", "V1")
    assert buyer.read(f"A_PurchaseOrder('{number}')")["PaymentTerms"] == "0001"


def test_an_item_is_added_and_items_are_marked_as_deleted(buyer, number, item):
    """sap.md 4.6: delete flag via DELETE"""
    sent = {"Material": "63", "OrderQuantity": "3", "IsCompletelyDelivered": True}
    added = buyer.post(f"A_PurchaseOrder('{number}')/to_PurchaseOrderItem", sent)
    assert added.json()["d"]["PurchaseOrderItem"] == "20"
    assert added.json()["d"]["IsCompletelyDelivered"] is True
    assert buyer.post("A_PurchaseOrderItem", sent).status_code == 400
    assert buyer.send("DELETE", item).status_code == 204
    items = buyer.read(f"A_PurchaseOrder('{number}')/to_PurchaseOrderItem")
    assert [one["PurchasingDocumentDeletionCode"] for one in items] == ["L", ""]
    assert buyer.send("DELETE", f"A_PurchaseOrder('{number}')").status_code == 204
    order = buyer.read(f"A_PurchaseOrder('{number}')?$expand=to_PurchaseOrderItem")
    assert order["PurchasingDocumentDeletionCode"] == "L"
    assert {one["PurchasingDocumentDeletionCode"] for one in order["to_PurchaseOrderItem"]["results"]} == {
        "L"
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"Supplier": "1"},
        {"to_PurchaseOrderItem": []},
        {"to_PurchaseOrderItem": [{"Material": "999", "OrderQuantity": "1"}]},
        {"to_PurchaseOrderItem": [{"Material": "62"}]},
        {"to_PurchaseOrderItem": [{"Material": "62", "OrderQuantity": "1", "Plant": "9"}]},
        {
            "to_PurchaseOrderItem": [
                {"Material": "62", "OrderQuantity": "1", "PurchaseOrderQuantityUnit": "KG"}
            ]
        },
        {"to_PurchaseOrderItem": [{"Material": "62", "OrderQuantity": "1", "PurchaseOrderItem": "10"}] * 2},
    ],
)
def test_what_cannot_be_bought_is_not(world, buyer, changes):
    assert buyer.post("A_PurchaseOrder", a_purchase(**changes)).status_code == 400
    assert world.purchase_orders == {}


def test_a_refused_change_leaves_the_item_as_it_was(world, buyer, number, item):
    assert buyer.patch(item, {"OrderQuantity": "0"}).status_code == 400
    assert buyer.patch(item, {"PurchaseOrderQuantityUnit": "KG"}).status_code == 400
    assert (world.purchase_orders[number].items[0].quantity, world.purchase_orders[number].changed_at) == (
        Decimal(10),
        None,
    )


def test_an_order_that_somebody_else_holds_is_locked(world, buyer, number, item):
    """sap.md 2.18: class MC"""
    world.open_in_dialog(number, "MILLER")
    answer = buyer.patch(item, {"OrderQuantity": "12"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "MC/601"
    world.leave_dialog(number)
    assert buyer.patch(item, {"OrderQuantity": "12"}).status_code == 204
    assert buyer.patch(item, {"OrderQuantity": "13"}).status_code == 204
