"""API_SALES_ORDER_SRV: changing, rejecting, deleting, change sets (sap.md 4.2, 4.3, 4.4)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.odata.settings import Settings


@pytest.fixture
def number(browser):
    return browser.ordered(
        to_Item=[
            {"Material": "62", "RequestedQuantity": "5"},
            {"Material": "63", "RequestedQuantity": "2"},
        ]
    )


@pytest.fixture
def header(number):
    return f"A_SalesOrder('{number}')"


@pytest.fixture
def item(number):
    return f"A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='10')"


def etag(browser, header):
    return browser.read(header)["__metadata"]["etag"]


def codes(answer):
    return [detail["code"] for detail in answer.json()["error"]["innererror"]["errordetails"]]


def test_a_header_is_changed_under_its_etag(world, browser, number, header):
    """sap.md 4.2: missing 428, stale 412, 204 without a body"""
    old = etag(browser, header)
    assert browser.patch(header, {"PurchaseOrderByCustomer": "PO-4712"}).status_code == 428
    assert world.order(number).fields["PURCH_NO_C"] == "PO-4711"
    answer = browser.patch(header, {"PurchaseOrderByCustomer": "PO-4712"}, If_Match=old)
    assert (answer.status_code, answer.content) == (204, b"")
    stale = browser.patch(header, {"PurchaseOrderByCustomer": "PO-4713"}, If_Match=old)
    assert stale.status_code == 412
    assert world.order(number).fields["PURCH_NO_C"] == "PO-4712"
    assert browser.patch(header, {"PurchaseOrderByCustomer": "PO-4713"}, If_Match="*").status_code == 204


class TestAnotherStatusForAMissingETag:
    """sap.md 10, point 6"""

    @pytest.fixture
    def settings(self):
        return Settings(missing_if_match=400)

    def test_it_is_400(self, browser, header):
        assert browser.patch(header, {"PurchaseOrderByCustomer": "x"}).status_code == 400


def test_every_change_of_an_item_makes_the_headers_etag_stale(browser, header, item):
    """sap.md 4.2: item changes alter the header timestamp"""
    old = etag(browser, header)
    assert browser.patch(item, {"RequestedQuantity": "6"}).status_code == 204
    new = etag(browser, header)
    assert new != old
    assert browser.patch(header, {"DeliveryBlockReason": "01"}, If_Match=old).status_code == 412
    assert browser.patch(header, {"DeliveryBlockReason": "01"}, If_Match=new).status_code == 204


def test_a_change_over_rfc_makes_it_stale_too(browser, header, number, clerk):
    old = etag(browser, header)
    clerk.change(number.zfill(10), header={"DLV_BLOCK": "01"})
    clerk.commit()
    assert browser.patch(header, {"DeliveryBlockReason": ""}, If_Match=old).status_code == 412


def test_merge_may_be_tunnelled(world, browser, number, header):
    """sap.md 4.2: X-HTTP-Method"""
    answer = browser.post(header, {"DeliveryBlockReason": "01"}, X_HTTP_Method="MERGE", If_Match="*")
    assert answer.status_code == 204
    assert world.order(number).fields["DLV_BLOCK"] == "01"


def test_a_null_clears_a_date_and_a_blank_a_block(browser, header):
    """sap.md 4.2: initial dates null, strings blank"""
    sent = {"CustomerPurchaseOrderDate": "/Date(1773100800000)/", "DeliveryBlockReason": "01"}
    browser.patch(header, sent, If_Match="*")
    order = browser.read(header)
    assert {name: order[name] for name in sent} == sent
    assert order["TotalBlockStatus"] == "C"
    browser.patch(header, {"CustomerPurchaseOrderDate": None, "DeliveryBlockReason": ""}, If_Match="*")
    order = browser.read(header)
    assert (order["CustomerPurchaseOrderDate"], order["DeliveryBlockReason"]) == (None, "")


def test_entities_are_changed_one_by_one(browser, header):
    """sap.md 4.2: no deep update in V2"""
    answer = browser.patch(
        header, {"to_Item": [{"SalesOrderItem": "10", "RequestedQuantity": "1"}]}, If_Match="*"
    )
    assert answer.status_code == 400


def test_a_quantity_changes_with_price_and_confirmation(world, browser, header, item):
    """sap.md 4.4: quantity"""
    browser.patch(item, {"RequestedQuantity": "8", "RequestedQuantityUnit": "PC"})
    changed = browser.read(item)
    assert (changed["RequestedQuantity"], changed["NetAmount"]) == ("8.000", "100.000")
    assert changed["ConfdDelivQtyInOrderQtyUnit"] == "8.000"
    assert browser.read(header)["TotalNetAmount"] == "101.600"


def test_a_unit_changes_with_the_quantity(browser, item):
    browser.patch(item, {"RequestedQuantity": "2", "RequestedQuantityUnit": "KAR"})
    changed = browser.read(item)
    assert (changed["RequestedQuantity"], changed["RequestedQuantityISOUnit"]) == ("2.000", "CT")
    assert changed["NetAmount"] == "300.000"
    assert browser.patch(item, {"RequestedQuantityUnit": "KG"}).status_code == 400


def test_a_quantity_below_what_was_delivered_is_refused(world, browser, number, item):
    fulfilling.deliver(world, number, {"000010": Decimal(3)})
    assert browser.patch(item, {"RequestedQuantity": "2"}).status_code == 400
    assert browser.read(item)["RequestedQuantity"] == "5.000"
    assert browser.patch(item, {"RequestedQuantity": "3"}).status_code == 204


def test_the_schedule_lines_of_a_split_item_are_changed(browser, number, item):
    """sap.md 4.4: schedule line PATCH when split"""
    line = {"RequestedDeliveryDate": "/Date(1773705600000)/", "ScheduleLineOrderQuantity": "3"}
    created = browser.post(f"{item}/to_ScheduleLine", line)
    assert created.status_code == 201
    assert created.json()["d"]["ScheduleLine"] == "2"
    assert browser.read(item)["RequestedQuantity"] == "8.000"
    assert browser.patch(item, {"RequestedQuantity": "9"}).status_code == 400
    second = f"A_SalesOrderScheduleLine(SalesOrder='{number}',SalesOrderItem='10',ScheduleLine='2')"
    assert browser.patch(second, {"ScheduleLineOrderQuantity": "4"}).status_code == 204
    assert browser.read(item)["RequestedQuantity"] == "9.000"
    assert browser.send("DELETE", second).status_code == 204
    assert browser.read(item)["RequestedQuantity"] == "5.000"


class TestSplitQuantity:
    """The page is silent: a setting lets the first line take the difference"""

    @pytest.fixture
    def settings(self):
        return Settings(split_quantity_changes=True)

    def test_the_first_line_takes_it(self, browser, item):
        browser.post(f"{item}/to_ScheduleLine", {"ScheduleLineOrderQuantity": "3"})
        assert browser.patch(item, {"RequestedQuantity": "10"}).status_code == 204
        lines = browser.read(f"{item}/to_ScheduleLine")
        assert [line["ScheduleLineOrderQuantity"] for line in lines] == ["7.000", "3.000"]


class TestReadOnlyScheduleLines:
    """Some releases declare them so in their metadata"""

    @pytest.fixture
    def settings(self):
        return Settings(schedule_lines_writable=False)

    def test_they_refuse_every_write(self, browser, number, item):
        line = f"A_SalesOrderScheduleLine(SalesOrder='{number}',SalesOrderItem='10',ScheduleLine='1')"
        assert browser.patch(line, {"ScheduleLineOrderQuantity": "4"}).status_code == 405
        assert browser.post(f"{item}/to_ScheduleLine", {}).status_code == 405
        assert browser.patch(item, {"RequestedQuantity": "6"}).status_code == 204


class TestPartsOfNewOrdersOnly:
    """The file of 2020 declares texts and conditions so in its metadata"""

    @pytest.fixture
    def settings(self):
        return Settings(parts_creatable=False)

    def test_they_come_with_a_new_order_and_change_but_none_is_added(self, browser, number, header, item):
        text = {"Language": "EN", "LongTextID": "0001", "LongText": "ring first"}
        rate = {"ConditionType": "RA01", "ConditionRateValue": "-5"}
        assert browser.post(f"{header}/to_Text", text).status_code == 405
        assert browser.post(f"{header}/to_PricingElement", rate).status_code == 405
        assert browser.post(f"{item}/to_PricingElement", rate).status_code == 405
        other = browser.ordered(
            to_Item=[{"Material": "62", "RequestedQuantity": "5", "to_PricingElement": [rate]}],
            to_Text=[text],
        )
        where = f"A_SalesOrderText(SalesOrder='{other}',Language='EN',LongTextID='0001')"
        assert browser.patch(where, {"LongText": "ring twice"}).status_code == 204


def test_an_item_is_added(world, browser, number, header):
    """sap.md 4.4: add item"""
    sent = {
        "Material": "PUMP-A",
        "RequestedQuantity": "2",
        "RequestedQuantityUnit": "PC",
        "to_PricingElement": [
            {"ConditionType": "PR00", "ConditionRateValue": "1500", "ConditionCurrency": "EUR"}
        ],
    }
    answer = browser.post(f"{header}/to_Item", sent)
    assert answer.status_code == 201
    assert answer.json()["d"]["SalesOrderItem"] == "30"
    assert answer.json()["d"]["NetAmount"] == "3000.000"
    assert world.order(number).items[2].quantity == Decimal(2)
    taken = browser.post(
        f"{header}/to_Item", {"SalesOrderItem": "10", "Material": "62", "RequestedQuantity": "1"}
    )
    assert taken.status_code == 400
    assert len(world.order(number).items) == 3
    direct = {"SalesOrder": number, "Material": "62", "RequestedQuantity": "1"}
    assert browser.post("A_SalesOrderItem", direct).status_code == 400


def test_an_item_is_rejected_and_taken_back(browser, header, item):
    """sap.md 4.4: reject item, blank to undo"""
    assert browser.patch(item, {"SalesDocumentRjcnReason": "Z1"}).status_code == 204
    order = browser.read(header)
    assert order["OverallSDDocumentRejectionSts"] == "B"
    assert order["TotalNetAmount"] == "1.600"
    assert browser.read(item)["SDProcessStatus"] == "C"
    browser.patch(item, {"SalesDocumentRjcnReason": ""})
    order = browser.read(header)
    assert (order["OverallSDDocumentRejectionSts"], order["TotalNetAmount"]) == ("A", "64.100")


def test_there_is_no_rejection_of_a_header(browser, header):
    """sap.md 4.4: no header rejection property"""
    assert browser.patch(header, {"SalesDocumentRjcnReason": "Z1"}, If_Match="*").status_code == 400


def test_items_and_orders_without_successors_are_deleted(world, browser, number, header, item):
    """sap.md 4.2: DELETE only without successors"""
    assert browser.send("DELETE", item).status_code == 204
    assert [i.number for i in world.order(number).items] == ["000020"]
    assert browser.get(item).status_code == 404
    assert browser.send("DELETE", header).status_code == 428
    assert browser.send("DELETE", header, If_Match=etag(browser, header)).status_code == 204
    assert world.orders == {}


def test_a_delivered_order_is_not_deleted(world, browser, number, header, item):
    fulfilling.deliver(world, number)
    assert browser.send("DELETE", item).status_code == 400
    assert browser.send("DELETE", header, If_Match="*").status_code == 400
    assert len(world.order(number).items) == 2


def test_a_locked_order_is_a_400_with_a_message_about_the_user(world, browser, number, header, item):
    """sap.md 4.2: lock"""
    world.open_in_dialog(number.zfill(10), "MILLER")
    for answer in (
        browser.patch(item, {"RequestedQuantity": "6"}),
        browser.patch(header, {"DeliveryBlockReason": "01"}, If_Match="*"),
        browser.send("DELETE", header, If_Match="*"),
    ):
        assert answer.status_code == 400
        assert codes(answer) == ["V1/042"]
        assert "MILLER" in answer.json()["error"]["message"]["value"]
    assert browser.read(item)["RequestedQuantity"] == "5.000"
    world.leave_dialog(number.zfill(10))
    assert browser.patch(item, {"RequestedQuantity": "6"}).status_code == 204


def test_a_lock_is_given_back_whatever_happened(browser, number, item, clerk):
    """sap.md 2.19: locks"""
    assert browser.patch(item, {"RequestedQuantityUnit": "KG"}).status_code == 400
    rows = clerk.change(number.zfill(10), header={"DLV_BLOCK": "01"})
    assert ("E", "V1", "042") not in clerk.said(rows)
    assert codes(browser.patch(item, {"RequestedQuantity": "6"})) == ["V1/042"]
    clerk.commit()
    assert browser.patch(item, {"RequestedQuantity": "6"}).status_code == 204


class TestAnotherStatusForLocks:
    """sap.md 10, point 6"""

    @pytest.fixture
    def settings(self):
        return Settings(lock_status=423)

    def test_it_is_423(self, world, browser, number, item):
        world.open_in_dialog(number.zfill(10), "MILLER")
        assert browser.patch(item, {"RequestedQuantity": "6"}).status_code == 423


def test_a_ship_to_is_changed_and_gets_an_address_of_its_own(browser, number, header):
    """sap.md 4.4: address"""
    partner = f"A_SalesOrderHeaderPartner(SalesOrder='{number}',PartnerFunction='SH')"
    assert browser.patch(partner, {"Customer": "1234"}).status_code == 204
    assert browser.read(partner)["Customer"] == "1234"
    assert browser.patch(partner, {"Customer": "9999"}).status_code == 400
    address = (
        f"A_SalesOrderPartnerAddress(SalesOrder='{number}',PartnerFunction='SH',AddressRepresentationCode='')"
    )
    assert browser.read(address)["StreetName"] == "Quay 1"
    assert browser.patch(address, {"StreetName": "Dock", "HouseNumber": "7"}).status_code == 204
    assert browser.patch(address, {"CityName": "Kiel"}).status_code == 204
    shown = browser.read(address)
    assert (shown["StreetName"], shown["HouseNumber"], shown["CityName"]) == ("Dock", "7", "Kiel")
    assert shown["OrganizationName1"] == "Harbour Pumps"
    assert browser.send("DELETE", address).status_code == 405


def test_texts_and_prices_are_added_changed_and_taken_away(browser, number, header, item):
    text = {"Language": "EN", "LongTextID": "TX01", "LongText": "x" * 300}
    assert browser.post(f"{header}/to_Text", text).status_code == 201
    address = f"A_SalesOrderText(SalesOrder='{number}',Language='EN',LongTextID='TX01')"
    assert browser.read(address)["LongText"] == "x" * 300
    browser.patch(address, {"LongText": "short"})
    assert browser.read(address)["LongText"] == "short"
    rebate = {"ConditionType": "HA00", "ConditionRateValue": "-10"}
    assert browser.post(f"{item}/to_PricingElement", rebate).status_code == 201
    assert browser.read(item)["NetAmount"] == "56.250"
    element = browser.read(f"{item}/to_PricingElement?$filter=ConditionType eq 'HA00'")[0]["__metadata"][
        "uri"
    ]
    element = element.removeprefix(browser.root + "/")
    assert browser.patch(element, {"ConditionRateValue": "-20"}).status_code == 204
    assert browser.read(item)["NetAmount"] == "50.000"
    assert browser.send("DELETE", element).status_code == 204
    assert browser.read(item)["NetAmount"] == "62.500"


def batch(browser, *calls, mark="changes"):
    """A batch with one change set."""
    parts = []
    for index, (method, path, body, match) in enumerate(calls, 1):
        lines = [f"--{mark}", "Content-Type: application/http", "Content-Transfer-Encoding: binary"]
        lines += [f"Content-ID: {index}", "", f"{method} {path} HTTP/1.1", "Content-Type: application/json"]
        lines += ["Accept: application/json"] + ([f"If-Match: {match}"] if match else [])
        parts.append("\r\n".join([*lines, "", body]))
    inside = "\r\n".join(parts) + f"\r\n--{mark}--\r\n"
    body = f"--b\r\nContent-Type: multipart/mixed; boundary={mark}\r\n\r\n{inside}\r\n--b--\r\n"
    if not browser.token:
        browser.fetch()
    headers = {"Content-Type": "multipart/mixed; boundary=b", "X-CSRF-Token": browser.token}
    answer = browser.http.post(f"{browser.root}/$batch", data=body.encode(), headers=headers)
    assert answer.status_code == 202
    return [
        int(line.split(" ")[1]) for line in answer.text.split("\r\n") if line.startswith("HTTP/1.1 ")
    ], answer


def items_of(number):
    return [f"A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='{n}')" for n in (10, 20)]


def test_a_whole_order_is_rejected_by_one_change_set(browser, number, header):
    """sap.md 4.3: one changeset with one PATCH per item"""
    body = '{"SalesDocumentRjcnReason": "Z1"}'
    statuses, _ = batch(browser, *[("PATCH", path, body, "") for path in items_of(number)])
    assert statuses == [204, 204]
    order = browser.read(header)
    assert (order["OverallSDDocumentRejectionSts"], order["TotalNetAmount"]) == ("C", "0.000")


def test_a_change_set_that_fails_changes_nothing_and_answers_once(world, browser, number, header):
    """sap.md 4.3: atomic, HTTP 202 says nothing"""
    first, second = items_of(number)
    statuses, answer = batch(
        browser,
        ("PATCH", first, '{"SalesDocumentRjcnReason": "Z1"}', ""),
        ("PATCH", second, '{"RequestedQuantityUnit": "KG"}', ""),
    )
    assert statuses == [400]
    assert "errordetails" in answer.text
    assert browser.read(header)["OverallSDDocumentRejectionSts"] == "A"
    assert world.order(number).version == 0


def test_a_batch_needs_a_token(browser):
    """sap.md 4.2: token on $batch"""
    answer = browser.http.post(
        f"{browser.root}/$batch", data=b"", headers={"Content-Type": "multipart/mixed; boundary=b"}
    )
    assert (answer.status_code, answer.headers["x-csrf-token"]) == (403, "Required")


def test_an_update_that_ends_is_a_failure_and_saves_nothing(world, browser):
    world.faults.terminate_update()
    assert browser.post("A_SalesOrder", browser.an_order()).status_code == 500
    assert world.orders == {}


def test_items_have_partners_and_texts_of_their_own(browser):
    """sap.md 4.4: A_SalesOrderItemPartner, A_SalesOrderItemText"""
    partner = {"PartnerFunction": "SH", "Customer": "1234"}
    text = {"Language": "EN", "LongTextID": "0001", "LongText": "Red ones"}
    item = {"Material": "62", "RequestedQuantity": "1", "to_Partner": [partner], "to_Text": [text]}
    number = browser.ordered(to_Item=[item])
    path = f"A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='10')"
    shown = browser.read(f"{path}?$expand=to_Partner,to_Text")
    assert [(p["PartnerFunction"], p["Customer"]) for p in shown["to_Partner"]["results"]] == [("SH", "1234")]
    assert [t["LongText"] for t in shown["to_Text"]["results"]] == ["Red ones"]
    assert browser.read(f"A_SalesOrder('{number}')/to_Text") == []
    own = f"A_SalesOrderItemPartner(SalesOrder='{number}',SalesOrderItem='10',PartnerFunction='SH')"
    assert browser.send("DELETE", own).status_code == 204
    assert browser.read(f"{path}/to_Partner") == []
    added = browser.post(f"{path}/to_Partner", {"PartnerFunction": "SH", "Customer": "1235"})
    assert added.json()["d"]["Customer"] == "1235"
    words = f"A_SalesOrderItemText(SalesOrder='{number}',SalesOrderItem='10',Language='EN',LongTextID='0001')"
    assert browser.send("DELETE", words).status_code == 204
    assert browser.read(f"{path}/to_Text") == []


def test_a_discount_on_the_whole_order_lowers_every_item(browser, header):
    """sap.md 4.4: A_SalesOrderHeaderPrElement"""
    rebate = {"ConditionType": "HA00", "ConditionRateValue": "-10"}
    assert browser.post(f"{header}/to_PricingElement", rebate).status_code == 201
    assert browser.read(header)["TotalNetAmount"] == "57.690"
    [element] = browser.read(f"{header}/to_PricingElement")
    assert (element["ConditionType"], element["ConditionRateValue"]) == ("HA00", "-10.000000000")


def test_a_price_that_the_system_found_is_overruled_by_hand(browser, item):
    [found] = browser.read(f"{item}/to_PricingElement")
    path = found["__metadata"]["uri"].removeprefix(browser.root + "/")
    assert browser.patch(path, {"ConditionRateValue": "10"}).status_code == 204
    assert browser.read(item)["NetAmount"] == "50.000"


def test_another_customer_takes_the_order_over(world, browser, number, header):
    assert browser.patch(header, {"SoldToParty": "1235"}, If_Match="*").status_code == 204
    assert world.order(number).sold_to == "0000001235"
    assert browser.patch(header, {"SoldToParty": "9999"}, If_Match="*").status_code == 400


def test_what_is_not_there_is_not_changed(browser, number, header):
    missing = f"A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='99')"
    assert browser.patch(missing, {"RequestedQuantity": "1"}).status_code == 404
    assert browser.send("DELETE", "A_SalesOrder('1')", If_Match="*").status_code == 404
    assert browser.post("A_SalesOrder('1')/to_Item", {"Material": "62"}).status_code == 404
    unknown = browser.post(f"{header}/to_Item", {"Material": "999", "RequestedQuantity": "1"})
    assert codes(unknown) == ["V1/382"]
