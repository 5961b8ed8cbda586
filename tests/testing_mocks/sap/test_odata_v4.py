"""CE_SALESORDER_0001: what version 4 does otherwise (sap.md 4.5)."""

import json
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap import fulfilling


@pytest.fixture
def number(browser4):
    return browser4.ordered()


@pytest.fixture
def header(number):
    return f"SalesOrder('{number}')"


@pytest.fixture
def item(number):
    return f"SalesOrderItem(SalesOrder='{number}',SalesOrderItem='10')"


def test_an_order_is_created_and_read_under_the_names_of_version_4(world, browser4, number, header):
    """sap.md 4.5: names, dates, create"""
    order = browser4.read(f"{header}?$expand=_Item($expand=_ScheduleLine,_ItemPricingElement),_Partner")
    assert (order["SalesOrder"], order["SalesOrderType"], order["SoldToParty"]) == (number, "OR", "1234")
    assert (order["RequestedDeliveryDate"], order["CreationTime"]) == ("2026-03-10", "09:00:00")
    assert order["LastChangeDateTime"] == "2026-03-02T09:00:00Z"
    assert order["TotalNetAmount"] == Decimal("62.5")
    [item] = order["_Item"]
    assert (item["Product"], item["Plant"], item["RequestedQuantity"]) == ("62", "1000", Decimal(5))
    assert (item["RequestedQuantitySAPUnit"], item["RequestedQuantityISOUnit"]) == ("ST", "PCE")
    assert (item["RequestedDeliveryDate"], item["ConfirmedDeliveryDate"]) == ("2026-03-10", "2026-03-10")
    assert "Material" not in item
    assert item["_ScheduleLine"][0]["ConfdOrderQtyByMatlAvailCheck"] == Decimal(5)
    assert item["_ItemPricingElement"][0]["ConditionType"] == "PR00"
    assert {p["PartnerFunction"] for p in order["_Partner"]} == {"SP", "SH", "BP", "PY"}
    assert order["HdrGeneralIncompletionStatus"] == "C"
    assert world.order(number).items[0].quantity == Decimal(5)


def test_decimals_are_text_when_that_was_agreed(world, browser4, header):
    """sap.md 4.5: IEEE754Compatible in Accept, and when sending"""
    exact = "application/json;IEEE754Compatible=true"
    answer = browser4.get(header, headers={"Accept": exact})
    assert answer.json()["TotalNetAmount"] == "62.50"
    items = [{"Product": "62", "RequestedQuantity": "2.5"}]
    assert browser4.post("SalesOrder", browser4.an_order(_Item=items)).status_code == 400
    answer = browser4.post("SalesOrder", browser4.an_order(_Item=items), Content_Type=exact)
    assert answer.status_code == 201
    assert world.order(answer.json()["SalesOrder"]).items[0].quantity == Decimal("2.5")


def test_both_versions_show_the_same_order(browser, browser4, number):
    old, new = browser.read(f"A_SalesOrder('{number}')"), browser4.read(f"SalesOrder('{number}')")
    assert old["PurchaseOrderByCustomer"] == new["PurchaseOrderByCustomer"] == "PO-4711"
    assert Decimal(old["TotalNetAmount"]) == new["TotalNetAmount"]


def test_any_write_makes_every_etag_of_the_order_stale(browser4, number, header, item):
    """sap.md 4.5: concurrency"""
    root = browser4.read(header)["@odata.etag"]
    line = f"SalesOrderScheduleLine(SalesOrder='{number}',SalesOrderItem='10',ScheduleLine='1')"
    partner = f"SalesOrderPartner(SalesOrder='{number}',PartnerFunction='SH')"
    assert {browser4.read(path)["@odata.etag"] for path in (item, line, partner)} == {root}
    assert "@odata.etag" not in browser4.read(f"{item}/_ItemPricingElement")[0]
    assert browser4.patch(item, {"RequestedQuantity": 6}).status_code == 428
    assert browser4.patch(item, {"RequestedQuantity": 6}, If_Match=root).status_code == 204
    assert browser4.patch(partner, {"Customer": "1234"}, If_Match=root).status_code == 412
    assert browser4.patch(header, {"DeliveryBlockReason": "01"}, If_Match=root).status_code == 412
    assert browser4.read(item)["RequestedQuantity"] == Decimal(6)


def test_children_are_inserted_through_their_parent(browser4, number, header):
    """sap.md 4.5: child sets are not insertable directly"""
    sent = {"Product": "63", "RequestedQuantity": 2}
    assert browser4.post("SalesOrderItem", sent | {"SalesOrder": number}).status_code == 405
    answer = browser4.post(f"{header}/_Item", sent)
    assert answer.status_code == 201
    assert answer.json()["SalesOrderItem"] == "20"


def test_schedule_lines_are_read_only_and_follow_the_item(browser4, number, item):
    """sap.md 4.5: schedule lines"""
    line = f"SalesOrderScheduleLine(SalesOrder='{number}',SalesOrderItem='10',ScheduleLine='1')"
    assert browser4.patch(line, {"ScheduleLineOrderQuantity": 1}, If_Match="*").status_code == 405
    assert browser4.send("DELETE", line, If_Match="*").status_code == 405
    assert browser4.post(f"{item}/_ScheduleLine", {}).status_code == 405
    browser4.patch(item, {"RequestedQuantity": 7, "RequestedDeliveryDate": "2026-04-01"}, If_Match="*")
    shown = browser4.read(line)
    assert (shown["ScheduleLineOrderQuantity"], shown["RequestedDeliveryDate"]) == (Decimal(7), "2026-04-01")


def test_an_order_cannot_be_deleted_but_its_items_can_be_rejected_or_deleted(
    world, browser4, number, header, item
):
    """sap.md 4.5: delete order"""
    assert browser4.send("DELETE", header, If_Match="*").status_code == 405
    assert browser4.patch(item, {"SalesDocumentRjcnReason": "Z1"}, If_Match="*").status_code == 204
    assert browser4.read(item)["SDDocumentRejectionStatus"] == "C"
    assert browser4.read(header)["OverallSDDocumentRejectionSts"] == "C"
    assert browser4.send("DELETE", item, If_Match="*").status_code == 204
    assert world.order(number).items == []


def test_messages_stand_in_the_entity(browser4):
    """sap.md 4.5: SAP__Messages"""
    answer = browser4.post("SalesOrder", browser4.an_order(_Item=[{"Product": "62"}]))
    assert answer.status_code == 201
    assert "sap-message" not in answer.headers
    [message] = answer.json()["SAP__Messages"]
    assert (message["code"], message["numericSeverity"], message["transition"]) == ("V1/555", 3, True)
    assert set(message) >= {"message", "target", "additionalTargets", "longtextUrl"}
    assert browser4.read(f"SalesOrder('{answer.json()['SalesOrder']}')")["SAP__Messages"] == []


def test_a_change_is_shown_when_preferred(browser4, header):
    answer = browser4.patch(
        header, {"DeliveryBlockReason": "01"}, If_Match="*", Prefer="return=representation"
    )
    assert answer.status_code == 200
    assert answer.json()["OverallDeliveryBlockStatus"] == "C"
    current = answer.headers["ETag"]
    assert current == answer.json()["@odata.etag"] == browser4.read(header)["@odata.etag"]
    assert browser4.patch(header, {"DeliveryBlockReason": ""}, If_Match=current).status_code == 204


def test_statuses_tell_what_was_delivered(world, browser4, number, item):
    """sap.md 2.17, column V4"""
    fulfilling.deliver(world, number)
    shown = browser4.read(item)
    assert (shown["DeliveryStatus"], shown["SDProcessStatus"]) == ("C", "C")
    found = browser4.read(
        "SalesOrder?$filter=OverallDeliveryStatus eq 'C' and contains(PurchaseOrderByCustomer,'4711')"
    )
    assert [order["SalesOrder"] for order in found] == [number]


def test_a_batch_in_json_rejects_a_whole_order(browser4, number, header):
    """sap.md 4.5: JSON $batch"""
    browser4.post(f"{header}/_Item", {"Product": "63", "RequestedQuantity": 2})
    requests = [
        {
            "id": str(n),
            "method": "PATCH",
            "url": f"SalesOrderItem(SalesOrder='{number}',SalesOrderItem='{n}')",
            "headers": {"If-Match": "*", "Content-Type": "application/json"},
            "body": {"SalesDocumentRjcnReason": "Z1"},
            "atomicityGroup": "all",
        }
        for n in (10, 20)
    ]
    answer = browser4.post("$batch", {"requests": requests})
    assert [one["status"] for one in answer.json()["responses"]] == [204, 204]
    assert browser4.read(header)["OverallSDDocumentRejectionSts"] == "C"
    requests[1]["url"] = f"SalesOrderItem(SalesOrder='{number}',SalesOrderItem='99')"
    requests[0]["body"] = {"SalesDocumentRjcnReason": ""}
    answer = browser4.post("$batch", {"requests": requests})
    assert [one["status"] for one in answer.json()["responses"]] == [424, 404]
    assert browser4.read(header)["OverallSDDocumentRejectionSts"] == "C"


def test_a_product_has_18_characters_here(browser4):
    """sap.md 4.5: product length"""
    items = [{"Product": "x" * 19, "RequestedQuantity": 1}]
    answer = browser4.post("SalesOrder", browser4.an_order(_Item=items))
    assert answer.status_code == 400
    assert "Product" in json.dumps(answer.json())


def test_a_child_set_declares_that_it_is_not_insertable(browser4):
    """sap.md 4.5: Insertable=false, Deletable=false"""
    text = browser4.get("$metadata").text
    annotations = text.split('Container/SalesOrderItem"')[1].split("</Annotations>")[0]
    assert "Insertable" in annotations
    assert "_SalesOrder/LastChangeDateTime" in annotations
    root = text.split('Container/SalesOrder"')[1].split("</Annotations>")[0]
    assert "Deletable" in root


def test_texts_partners_and_prices_under_their_parents(browser4, number, header, item):
    """sap.md 4.5: items, partners, texts, pricing elements carry no Deletable=false"""
    text = {"Language": "EN", "LongTextID": "TX01", "LongText": "Ring twice"}
    assert browser4.post(f"{header}/_Text", text).status_code == 201
    path = f"SalesOrderText(SalesOrder='{number}',Language='EN',LongTextID='TX01')"
    assert browser4.read(path)["LongText"] == "Ring twice"
    assert browser4.send("DELETE", path, If_Match="*").status_code == 204
    assert browser4.read(f"{header}/_Text") == []
    rebate = {"ConditionType": "HA00", "ConditionRateAmount": -10}
    assert browser4.post(f"{item}/_ItemPricingElement", rebate).status_code == 201
    assert browser4.read(item)["NetAmount"] == Decimal("56.25")
    partner = {"PartnerFunction": "SH", "Customer": "1234"}
    assert browser4.post(f"{item}/_ItemPartner", partner).status_code == 201
    assert [p["Customer"] for p in browser4.read(f"{item}/_ItemPartner")] == ["1234"]
