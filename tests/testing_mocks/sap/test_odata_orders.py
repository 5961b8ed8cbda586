"""API_SALES_ORDER_SRV: creating and reading (sap.md 4.2, 4.4)."""

import json
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.messages import Message
from erp_connect.testing.mocks.sap.odata.settings import Settings

VALVE = "62".zfill(18)


def codes(answer):
    return [detail["code"] for detail in answer.json()["error"]["innererror"]["errordetails"]]


def test_an_order_is_created_with_its_items_and_priced(world, browser):
    """sap.md 4.4: create"""
    answer = browser.post("A_SalesOrder", browser.an_order())
    assert answer.status_code == 201
    shown = answer.json()["d"]
    assert answer.headers["Location"] == f"{browser.root}/A_SalesOrder('{shown['SalesOrder']}')"
    assert answer.headers["ETag"] == shown["__metadata"]["etag"]
    assert shown["SalesOrder"] == "16023"
    assert shown["TotalNetAmount"] == "62.500"
    assert shown["TransactionCurrency"] == "EUR"
    assert shown["to_Item"]["results"][0]["SalesOrderItem"] == "10"
    order = world.order("16023")
    assert (order.type, order.sold_to, order.fields["PURCH_NO_C"]) == ("TA", "0000001234", "PO-4711")
    assert (order.items[0].material, order.items[0].quantity, order.items[0].unit) == (
        VALVE,
        Decimal(5),
        "ST",
    )
    assert order.items[0].schedule[0].date == "20260310"
    assert "sap-message" not in answer.headers


def test_the_order_is_the_one_that_function_modules_see(browser, clerk):
    number = browser.ordered()
    [header] = clerk.read(number.zfill(10), view=["HEADER"])["ORDER_HEADERS_OUT"]
    assert header["NET_VAL_HD"] == Decimal("62.5")
    by_rfc = clerk.ordered()
    assert browser.read(f"A_SalesOrder('{by_rfc}')")["PurchaseOrderByCustomer"] == "PO-4711"


def test_a_whole_order_is_read_at_once(world, browser):
    """sap.md 4.4: read"""
    number = browser.ordered(
        to_Partner=[{"PartnerFunction": "SH", "Customer": "1235"}],
        to_Text=[{"Language": "EN", "LongTextID": "TX01", "LongText": "Ring twice\nAsk for me"}],
    )
    expand = "to_Item/to_ScheduleLine,to_Partner/to_Address,to_Text,to_SubsequentProcFlowDoc"
    path = f"A_SalesOrder('{number}')?$expand={expand}"
    order = browser.read(path)
    [item] = order["to_Item"]["results"]
    assert (item["Material"], item["RequestedQuantity"], item["RequestedQuantityUnit"]) == (
        "62",
        "5.000",
        "PC",
    )
    assert (item["RequestedQuantitySAPUnit"], item["RequestedQuantityISOUnit"]) == ("ST", "PCE")
    assert (item["NetAmount"], item["ProductionPlant"], item["SalesDocumentRjcnReason"]) == (
        "62.500",
        "1000",
        "",
    )
    [line] = item["to_ScheduleLine"]["results"]
    assert (line["ScheduleLine"], line["ConfdOrderQtyByMatlAvailCheck"]) == ("1", "5.000")
    assert line["RequestedDeliveryDate"] == line["ConfirmedDeliveryDate"] == "/Date(1773100800000)/"
    partners = {p["PartnerFunction"]: p for p in order["to_Partner"]["results"]}
    assert {role: p["Customer"] for role, p in partners.items()} == {
        "SP": "1234",
        "SH": "1235",
        "BP": "1234",
        "PY": "1234",
    }
    [address] = partners["SH"]["to_Address"]["results"]
    assert (address["StreetName"], address["CityName"]) == ("Quay 9", "Hamburg")
    [text] = order["to_Text"]["results"]
    assert text["LongText"] == "Ring twice\nAsk for me"
    assert order["to_SubsequentProcFlowDoc"]["results"] == []
    assert order["to_PricingElement"] == {
        "__deferred": {"uri": f"{browser.root}/A_SalesOrder('{number}')/to_PricingElement"}
    }


def test_values_are_written_as_version_2_writes_them(browser):
    """sap.md 4.2: values; 7: string decimals, /Date()/"""
    order = browser.read(f"A_SalesOrder('{browser.ordered()}')")
    assert order["CreationDate"] == "/Date(1772409600000)/"
    assert order["LastChangeDateTime"] == "/Date(1772442000000+0000)/"
    assert order["CustomerPurchaseOrderDate"] is None
    assert order["SalesGroup"] == ""
    assert order["CompleteDeliveryIsDefined"] is order["SlsDocIsRlvtForProofOfDeliv"] is False
    assert order["PriceDetnExchangeRate"] == "0.00000"
    assert order["__metadata"]["etag"] == "W/\"datetimeoffset'2026-03-02T09%3A00%3A00.0000000Z'\""
    assert order["__metadata"]["type"] == "API_SALES_ORDER_SRV.A_SalesOrderType"


def test_keys_are_taken_with_leading_zeros_and_given_without(browser):
    """sap.md 4.2: keys"""
    number = browser.ordered(
        SoldToParty="0000001234",
        to_Item=[{"Material": VALVE, "RequestedQuantity": "1", "SalesOrderItem": "000020"}],
    )
    padded = browser.read(f"A_SalesOrder('{number.zfill(10)}')")
    assert (padded["SalesOrder"], padded["SoldToParty"]) == (number, "1234")
    item = browser.read(f"A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='000020')")
    assert (item["SalesOrderItem"], item["Material"]) == ("20", "62")
    assert len(browser.read("A_SalesOrder?$filter=SoldToParty eq '0000001234'")) == 1


@pytest.mark.parametrize(
    "filter",
    [
        "SoldToParty eq '1234' and PurchaseOrderByCustomer eq 'PO-4711'",
        "CreationDate eq datetime'2026-03-02T00:00:00'",
        "LastChangeDateTime gt datetimeoffset'2026-03-02T08:59:59Z'",
        "substringof('4711',PurchaseOrderByCustomer) eq true",
        "startswith(PurchaseOrderByCustomer,'PO') and TotalNetAmount eq 62.5M",
    ],
)
def test_orders_are_found(browser, filter):
    """sap.md 4.4: list; 2.19: find before create"""
    number = browser.ordered()
    browser.ordered(PurchaseOrderByCustomer="Other", to_Item=[{"Material": "63", "RequestedQuantity": "1"}])
    found = [row["SalesOrder"] for row in browser.read(f"A_SalesOrder?$filter={filter}")]
    assert number in found
    assert browser.read(f"A_SalesOrder?$filter=not({filter}) and SalesOrder eq '{number}'") == []


def test_numbers_are_given_to_items_that_have_none(browser):
    """sap.md 4.4: item numbers optional"""
    items = [
        {"Material": "62", "RequestedQuantity": "1", "SalesOrderItem": "15"},
        {"Material": "62", "RequestedQuantity": "2"},
        {"Material": "PUMP-A", "RequestedQuantity": "3"},
    ]
    number = browser.ordered(to_Item={"results": items})
    found = browser.read(f"A_SalesOrder('{number}')/to_Item")
    assert [item["SalesOrderItem"] for item in found] == ["15", "20", "30"]


@pytest.mark.parametrize(
    ("unit", "quantity", "amount"),
    [
        ({"RequestedQuantityUnit": "PC"}, "5.000", "62.500"),
        ({"RequestedQuantityUnit": "KAR"}, "5.000", "750.000"),
        ({"RequestedQuantitySAPUnit": "KAR"}, "5.000", "750.000"),
        ({"RequestedQuantityISOUnit": "CT"}, "5.000", "750.000"),
    ],
)
def test_a_unit_is_taken_in_each_of_its_spellings(browser, unit, quantity, amount):
    """sap.md 2.2: commercial codes plus SAPUnit and ISOUnit twins"""
    number = browser.ordered(to_Item=[{"Material": "62", "RequestedQuantity": "5", **unit}])
    [item] = browser.read(f"A_SalesOrder('{number}')/to_Item")
    assert (item["RequestedQuantity"], item["NetAmount"]) == (quantity, amount)


def test_schedule_lines_and_prices_come_with_the_item(browser):
    """sap.md 4.4: to_PricingElement; 4.5: schedule lines creatable in V2"""
    lines = [
        {"RequestedDeliveryDate": "/Date(1773100800000)/", "ScheduleLineOrderQuantity": "2"},
        {"RequestedDeliveryDate": "/Date(1773705600000)/", "ScheduleLineOrderQuantity": "3"},
    ]
    price = {
        "ConditionType": "PR00",
        "ConditionRateValue": "10",
        "ConditionCurrency": "EUR",
        "ConditionQuantity": "1",
    }
    rebate = {"ConditionType": "HA00", "ConditionRateValue": "-10"}
    item = {"Material": "62", "to_ScheduleLine": lines, "to_PricingElement": [price, rebate]}
    number = browser.ordered(to_Item=[item])
    [item] = browser.read(f"A_SalesOrder('{number}')/to_Item?$expand=to_ScheduleLine,to_PricingElement")
    assert [line["ScheduleLineOrderQuantity"] for line in item["to_ScheduleLine"]["results"]] == [
        "2.000",
        "3.000",
    ]
    assert (item["RequestedQuantity"], item["NetAmount"]) == ("5.000", "45.000")
    elements = item["to_PricingElement"]["results"]
    assert [(e["ConditionType"], e["ConditionAmount"]) for e in elements] == [
        ("PR00", "50.000"),
        ("HA00", "-5.000"),
    ]
    assert elements[0]["ConditionRateValue"] == "10.000000000"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to_Item": [{"Material": "999", "RequestedQuantity": "1"}]}, "V1/382"),
        ({"SoldToParty": "9999"}, "VP/204"),
        ({"SoldToParty": None}, "VP/199"),
        ({"SalesOrganization": "2000"}, "V1/319"),
        ({"SalesOrderType": "TA"}, "V1/320"),
        ({"to_Item": [{"Material": "62", "RequestedQuantity": "1", "ProductionPlant": "9000"}]}, "M3/351"),
    ],
)
def test_a_rule_says_no_and_nothing_is_created(world, browser, changes, code):
    """sap.md 4.2: error body; 2.18: codes are class and number"""
    answer = browser.post("A_SalesOrder", browser.an_order(**changes))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert codes(answer) == [code]
    assert world.orders == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"NoSuchProperty": "x"},
        {"to_Nothing": []},
        {"TotalNetAmount": "1.00"},
        {"PurchaseOrderByCustomer": "x" * 36},
        {"RequestedDeliveryDate": "2026-03-10"},
        {"to_Item": [{"Material": "62", "RequestedQuantity": 5}]},
        {"to_Item": [{"Material": "62", "REQ_QTY": "5"}]},
        {"to_Item": [{"Material": "62", "RequestedQuantity": "5.0001"}]},
    ],
)
def test_what_the_model_does_not_have_is_refused(world, browser, changes):
    assert browser.post("A_SalesOrder", browser.an_order(**changes)).status_code == 400
    assert world.orders == {}


def test_an_incomplete_order_is_created_with_a_warning(world, browser):
    """sap.md 4.2: messages on success; 2.18: V1 555"""
    answer = browser.post("A_SalesOrder", browser.an_order(to_Item=[{"Material": "62"}]))
    assert answer.status_code == 201
    message = json.loads(answer.headers["sap-message"])
    assert (message["code"], message["severity"], message["details"]) == ("V1/555", "warning", [])
    assert len(world.orders) == 1


def test_a_success_may_carry_an_error(world, browser):
    """sap.md 4.2: a 2xx with severity error exists; 2.18: user exits"""
    world.exit_rows = [
        Message("W", "ZZ", "002", "Look here"),
        Message("E", "Z_EOR_ERR_ITM", "001", "Exit says no"),
    ]
    answer = browser.post("A_SalesOrder", browser.an_order())
    assert answer.status_code == 201
    message = json.loads(answer.headers["sap-message"])
    assert (message["code"], message["severity"]) == ("Z_EOR_ERR_ITM/001", "error")
    assert [detail["code"] for detail in message["details"]] == ["ZZ/002"]
    assert len(world.orders) == 1


def test_a_duplicate_customer_order_is_warned_of_or_refused(world, browser):
    """sap.md 2.19: SAP duplicate check"""
    browser.ordered()
    world.settings.duplicate_check = "W"
    answer = browser.post("A_SalesOrder", browser.an_order())
    assert json.loads(answer.headers["sap-message"])["code"] == "V4/115"
    world.settings.duplicate_check = "E"
    assert browser.post("A_SalesOrder", browser.an_order()).json()["error"]["code"] == "V4/115"
    assert len(world.orders) == 2


def test_status_follows_delivery_and_invoice(world, browser):
    """sap.md 2.17; 4.4: deliveries and invoices"""
    number = browser.ordered()
    names = ("OverallSDProcessStatus", "OverallDeliveryStatus", "OverallOrdReltdBillgStatus")

    def statuses():
        order = browser.read(f"A_SalesOrder('{number}')")
        return tuple(order[name] for name in names)

    assert statuses() == ("A", "A", "A")
    delivery = fulfilling.deliver(world, number, {"000010": Decimal(2)})
    assert statuses() == ("B", "B", "A")
    fulfilling.post_goods_issue(world, delivery)
    invoice = fulfilling.bill(world, delivery)
    assert statuses() == ("B", "B", "B")
    flow = browser.read(f"A_SalesOrder('{number}')/to_SubsequentProcFlowDoc")
    assert {d["SubsequentDocumentCategory"]: d["SubsequentDocument"] for d in flow} == {
        "J": delivery.lstrip("0"),
        "M": invoice.lstrip("0"),
    }
    item_flow = browser.read(
        f"A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='10')/to_SubsequentProcFlowDocItem"
    )
    assert {d["SubsequentDocumentItem"] for d in item_flow} == {"10"}
    [line] = browser.read(f"A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='10')/to_ScheduleLine")
    assert (line["DeliveredQtyInOrderQtyUnit"], line["OpenConfdDelivQtyInOrdQtyUnit"]) == ("2.000", "3.000")


def test_a_shortage_is_confirmed_later(world, browser):
    world.settings.credit_check = ""
    number = browser.ordered(to_Item=[{"Material": "62", "RequestedQuantity": "120"}])
    [item] = browser.read(f"A_SalesOrder('{number}')/to_Item?$expand=to_ScheduleLine")
    confirmed = [line["ConfdOrderQtyByMatlAvailCheck"] for line in item["to_ScheduleLine"]["results"]]
    assert confirmed == ["100.000", "20.000"]
    assert item["ConfdDelivQtyInOrderQtyUnit"] == "120.000"


class TestCustomFields:
    """sap.md 4.5, 7: YY1 properties are present in metadata, and passable"""

    @pytest.fixture
    def world(self, world):
        world.custom_fields["header"]["YY1_Channel_SDH"] = "S20"
        world.custom_fields["item"]["YY1_Colour_SDI"] = "S10"
        return world

    def test_they_are_declared_kept_and_changed(self, browser, browser4):
        assert 'Name="YY1_Channel_SDH"' in browser.get("$metadata").text
        items = [{"Material": "62", "RequestedQuantity": "1", "YY1_Colour_SDI": "red"}]
        number = browser.ordered(YY1_Channel_SDH="web", to_Item=items)
        order = browser.read(f"A_SalesOrder('{number}')?$expand=to_Item")
        assert order["YY1_Channel_SDH"] == "web"
        assert order["to_Item"]["results"][0]["YY1_Colour_SDI"] == "red"
        browser.patch(f"A_SalesOrder('{number}')", {"YY1_Channel_SDH": "shop"}, If_Match="*")
        browser.patch(
            f"A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='10')", {"YY1_Colour_SDI": "blue"}
        )
        order = browser4.read(f"SalesOrder('{number}')?$expand=_Item")
        assert (order["YY1_Channel_SDH"], order["_Item"][0]["YY1_Colour_SDI"]) == ("shop", "blue")
        assert len(browser.read("A_SalesOrder?$filter=YY1_Channel_SDH eq 'shop'")) == 1


class TestOlderRelease:
    """sap.md 4.4, 7: tolerate absence"""

    @pytest.fixture
    def settings(self):
        return Settings(absent=("A_SalesOrderPartnerAddress", "A_SalesOrder/IncotermsLocation2"))

    def test_what_is_not_there_is_nowhere(self, browser):
        metadata = browser.get("$metadata").text
        assert "A_SalesOrderPartnerAddress" not in metadata
        number = browser.ordered()
        assert "IncotermsLocation2" not in browser.read(f"A_SalesOrder('{number}')")
        assert browser.get("A_SalesOrderPartnerAddress").status_code == 404
        assert browser.get(f"A_SalesOrder('{number}')?$expand=to_Partner/to_Address").status_code == 400
        answer = browser.post("A_SalesOrder", browser.an_order(IncotermsLocation2="Kiel"))
        assert answer.status_code == 400


class TestPaging:
    """sap.md 4.2, 7: server paging through __next"""

    @pytest.fixture
    def settings(self):
        return Settings(page_size=2)

    def test_every_order_is_on_one_page(self, browser):
        numbers = [browser.ordered() for _ in range(5)]
        url, seen = f"{browser.root}/A_SalesOrder?$select=SalesOrder&$inlinecount=allpages", []
        while url:
            body = browser.http.get(url).json()["d"]
            assert body["__count"] == "5"
            seen.append([row["SalesOrder"] for row in body["results"]])
            url = body.get("__next")
        assert seen == [numbers[:2], numbers[2:4], numbers[4:]]


def test_metadata_say_what_can_be_sent_and_how_keys_are_shown(browser):
    """sap.md 4.2: display-format; 4.4: the entity sets"""
    text = browser.get("$metadata", headers={"Accept": "application/xml"}).text
    assert 'Name="LastChangeDateTime" Type="Edm.DateTimeOffset" Precision="7" ConcurrencyMode="Fixed"' in text
    assert 'MaxLength="6" sap:display-format="NonNegative"' in text
    assert '<EntitySet Name="A_SalesOrderPartnerAddress"' in text
    assert 'sap:creatable="false" sap:deletable="false"' in text
