"""Deliveries, invoices, business partners, products and stock over OData (sap.md 4.6)."""

import base64
import json
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.documents import Vendor

VALVE = "62".zfill(18)


@pytest.fixture
def number(browser):
    return browser.ordered()


@pytest.fixture
def deliveries(visit):
    return visit("API_OUTBOUND_DELIVERY_SRV;v=0002")


@pytest.fixture
def invoices(visit):
    return visit("API_BILLING_DOCUMENT_SRV")


@pytest.fixture
def partners(visit):
    return visit("API_BUSINESS_PARTNER")


def test_deliveries_of_an_order_are_found_by_their_items(world, number, deliveries):
    """sap.md 4.6: find deliveries of an order"""
    first = fulfilling.deliver(world, number, {"000010": Decimal(2)}).lstrip("0")
    second = fulfilling.deliver(world, number).lstrip("0")
    items = deliveries.read(f"A_OutbDeliveryItem?$filter=ReferenceSDDocument eq '{number}'")
    assert [
        (i["DeliveryDocument"], i["ActualDeliveryQuantity"], i["DeliveryQuantityUnit"]) for i in items
    ] == [(first, "2.000", "PC"), (second, "3.000", "PC")]
    assert {i["ReferenceSDDocumentItem"] for i in items} == {"10"}
    assert deliveries.read("A_OutbDeliveryItem?$filter=ReferenceSDDocument eq '1'") == []


def test_the_goods_issue_is_what_makes_a_delivery_shipped(world, number, deliveries):
    """sap.md 2.17: delivery status C is not shipped"""
    delivery = fulfilling.deliver(world, number)
    path = f"A_OutbDeliveryHeader('{delivery.lstrip('0')}')"
    before = deliveries.read(path)
    assert (before["OverallGoodsMovementStatus"], before["ActualGoodsMovementDate"]) == ("A", None)
    fulfilling.post_goods_issue(world, delivery, bill_of_lading="BOL-1", transport_id="TRUCK")
    after = deliveries.read(f"{path}?$expand=to_DeliveryDocumentItem/to_DocumentFlow")
    assert after["OverallGoodsMovementStatus"] == "C"
    assert after["ActualGoodsMovementDate"] == "/Date(1772409600000)/"
    assert (after["BillOfLading"], after["ShipToParty"]) == ("BOL-1", "1235")
    [item] = after["to_DeliveryDocumentItem"]["results"]
    assert [f["SubsequentDocumentCategory"] for f in item["to_DocumentFlow"]["results"]] == ["R"]
    assert after["OverallDelivReltdBillgStatus"] == "A"
    invoice = fulfilling.bill(world, delivery)
    [item] = deliveries.read(f"{path}/to_DeliveryDocumentItem?$expand=to_DocumentFlow")
    flow = {f["SubsequentDocumentCategory"]: f for f in item["to_DocumentFlow"]["results"]}
    assert flow["M"]["Subsequentdocument"] == invoice.lstrip("0")
    assert flow["M"]["QuantityInBaseUnit"] == "5.000"
    assert deliveries.read(path)["OverallDelivReltdBillgStatus"] == "C"


def test_the_goods_issue_is_posted_once(world, number, deliveries):
    """sap.md 4.6: PostGoodsIssue"""
    delivery = fulfilling.deliver(world, number)
    path = f"PostGoodsIssue?DeliveryDocument='{delivery.lstrip('0')}'"
    answer = deliveries.send("POST", path)
    assert answer.status_code == 200
    assert answer.json()["d"]["OverallGoodsMovementStatus"] == "C"
    assert world.deliveries[delivery].shipped_on == "20260302"
    assert world.stock[VALVE, "1000"] == Decimal(95)
    assert deliveries.send("POST", path).status_code == 400
    assert world.stock[VALVE, "1000"] == Decimal(95)
    assert deliveries.send("POST", "PostGoodsIssue?DeliveryDocument='1'").status_code == 404


def test_the_document_flow_cannot_be_asked_for_directly(deliveries):
    """sap.md 4.6: use navigation"""
    assert deliveries.get("A_OutbDeliveryDocFlow").status_code == 405


def test_deliveries_are_to_read(world, number, deliveries):
    delivery = fulfilling.deliver(world, number).lstrip("0")
    assert deliveries.post("A_OutbDeliveryHeader", {}).status_code == 405
    assert deliveries.patch(f"A_OutbDeliveryHeader('{delivery}')", {}, If_Match="*").status_code == 405


def test_an_invoice_is_read_cancelled_and_printed(world, number, invoices):
    """sap.md 4.6: billing is read-only except Cancel and GetPDF"""
    delivery = fulfilling.deliver(world, number)
    invoice = fulfilling.bill(world, delivery).lstrip("0")
    [item] = invoices.read(f"A_BillingDocumentItem?$filter=SalesDocument eq '{number}'")
    assert (item["BillingDocument"], item["BillingQuantity"], item["NetAmount"]) == (
        invoice,
        "5.000",
        "62.500",
    )
    assert item["ReferenceSDDocument"] == delivery.lstrip("0")
    header = invoices.read(f"A_BillingDocument('{invoice}')")
    assert (header["TotalNetAmount"], header["PayerParty"], header["BillingDocumentIsCancelled"]) == (
        "62.500",
        "1234",
        False,
    )
    pdf = invoices.read(f"GetPDF?BillingDocument='{invoice}'")["GetPDF"]["BillingDocumentBinary"]
    assert base64.b64decode(pdf).startswith(b"%PDF")
    assert invoices.send("POST", f"Cancel?BillingDocument='{invoice}'").json()["d"][
        "BillingDocumentIsCancelled"
    ]
    assert world.invoices[invoice.zfill(10)].cancelled
    assert invoices.send("POST", f"Cancel?BillingDocument='{invoice}'").status_code == 400
    assert invoices.patch(f"A_BillingDocument('{invoice}')", {}, If_Match="*").status_code == 405


def test_customers_are_read_with_address_and_areas(world, partners):
    """sap.md 4.6: business partner"""
    world.customers["0000001234"].order_block = "01"
    path = "A_BusinessPartner('1234')?$expand=to_BusinessPartnerAddress,to_Customer/to_CustomerSalesArea"
    partner = partners.read(path)
    assert partner["BusinessPartnerFullName"] == "Harbour Pumps"
    assert partner["to_Customer"]["OrderIsBlockedForCustomer"] == "01"
    [area] = partner["to_Customer"]["to_CustomerSalesArea"]["results"]
    assert (area["SalesOrganization"], area["DistributionChannel"], area["Division"]) == ("1000", "10", "00")
    [address] = partner["to_BusinessPartnerAddress"]["results"]
    assert (address["StreetName"], address["PostalCode"], address["CityName"]) == (
        "Quay 1",
        "20457",
        "Hamburg",
    )
    found = partners.read("A_Customer?$filter=substringof('store',CustomerName) eq true")
    assert [customer["Customer"] for customer in found] == ["1235"]


def test_name_address_and_block_are_changed_without_an_etag(world, partners, browser):
    """sap.md 4.2: business partner has no Fixed property"""
    assert partners.patch("A_BusinessPartner('1234')", {"OrganizationBPName1": "Harbour"}).status_code == 204
    address = "A_BusinessPartnerAddress(BusinessPartner='1234',AddressID='1234')"
    assert partners.patch(address, {"StreetName": "Dock", "HouseNumber": "7"}).status_code == 204
    assert partners.patch("A_Customer('1234')", {"OrderIsBlockedForCustomer": "01"}).status_code == 204
    customer = world.customers["0000001234"]
    assert (customer.name, customer.street, customer.house_number) == ("Harbour", "Dock", "7")
    assert browser.post("A_SalesOrder", browser.an_order()).status_code == 400
    assert partners.patch("A_BusinessPartner('1234')", {"BusinessPartnerFullName": "x"}).status_code == 400
    assert partners.patch("A_BusinessPartner('1234')", {"BusinessPartnerGrouping": "x"}).status_code == 400


def test_suppliers_are_partners_with_numbers_of_their_own(world, partners):
    """API_BUSINESS_PARTNER: A_Supplier and its purchasing organisations hang on a business partner."""
    world.vendors.add("0000005000")
    world.vendor_cards["0000005000"] = Vendor(
        "0000005000", "Valve Works", city="Leith", country="GB", currency="GBP"
    )
    beside = "to_BusinessPartnerAddress,to_Supplier/to_SupplierPurchasingOrg"
    [partner] = partners.read(f"A_BusinessPartner?$filter=Supplier eq '5000'&$expand={beside}")
    assert (partner["BusinessPartner"], partner["Customer"], partner["OrganizationBPName1"]) == (
        "V5000",
        "",
        "Valve Works",
    )
    assert partner["to_BusinessPartnerAddress"]["results"][0]["CityName"] == "Leith"
    supplier = partner["to_Supplier"]
    assert (supplier["SupplierName"], supplier["PurchasingIsBlocked"]) == ("Valve Works", False)
    assert supplier["to_SupplierPurchasingOrg"]["results"][0]["PurchaseOrderCurrency"] == "GBP"
    assert "V5000" not in {
        row["BusinessPartner"] for row in partners.read("A_BusinessPartner?$filter=Customer ne ''")
    }


def test_a_supplier_is_blocked_for_purchasing(world, partners):
    world.vendors.add("0000005000")
    assert partners.patch("A_Supplier('5000')", {"PurchasingIsBlocked": True}).status_code == 204
    assert partners.read("A_Supplier('5000')")["PurchasingIsBlocked"] is True
    assert partners.post("A_Supplier", {"Supplier": "1"}).status_code == 405


def test_products_are_read_with_texts_plants_and_areas(world, visit):
    """sap.md 4.6: product"""
    world.materials[VALVE].status = "Z1"
    products = visit("API_PRODUCT_SRV")
    product = products.read("A_Product('62')?$expand=to_Description,to_Plant,to_SalesDelivery")
    assert (product["Product"], product["BaseUnit"], product["CrossPlantStatus"]) == ("62", "PC", "Z1")
    assert product["to_Description"]["results"][0]["ProductDescription"] == "Ball valve 20 mm"
    assert [plant["Plant"] for plant in product["to_Plant"]["results"]] == ["1000"]
    assert [area["ProductSalesOrg"] for area in product["to_SalesDelivery"]["results"]] == ["1000"]
    assert products.read(f"A_Product('{VALVE}')")["Product"] == "62"
    assert products.patch("A_Product('62')", {}).status_code == 405


def test_the_units_of_a_product_are_read_with_their_ratios(world, visit):
    """The metadata of API_PRODUCT_SRV: A_ProductUnitsOfMeasure, numerators count base units; sap.md line 739"""
    world.materials[VALVE].units = {"KAR": Decimal(12), "KG": Decimal("0.25")}
    products = visit("API_PRODUCT_SRV")
    product = products.read("A_Product('62')?$expand=to_ProductUnitsOfMeasure")
    assert {
        unit["AlternativeUnit"]: (unit["QuantityNumerator"], unit["QuantityDenominator"], unit["BaseUnit"])
        for unit in product["to_ProductUnitsOfMeasure"]["results"]
    } == {"PC": ("1", "1", "PC"), "KAR": ("12", "1", "PC"), "KG": ("1", "4", "PC")}
    carton = "A_ProductUnitsOfMeasure(Product='62',AlternativeUnit='KAR')"
    assert products.read(carton)["QuantityNumerator"] == "12"
    assert products.get("A_ProductUnitsOfMeasure(Product='63',AlternativeUnit='KAR')").status_code == 404
    assert products.patch(carton, {"QuantityNumerator": "10"}).status_code == 405


def test_article_numbers_are_those_of_the_units(world, visit):
    """The metadata of API_PRODUCT_SRV: GlobalTradeItemNumber, to_InternationalArticleNumber; sap.md line 1061"""
    world.materials[VALVE].gtins = {"ST": "4012345000009", "KAR": "4012345000016"}
    products = visit("API_PRODUCT_SRV")
    assert products.read("A_Product('62')")["ProductStandardID"] == "4012345000009"
    assert products.read("A_Product('63')")["ProductStandardID"] == ""
    carton = products.read(
        "A_ProductUnitsOfMeasure(Product='62',AlternativeUnit='KAR')?$expand=to_InternationalArticleNumber"
    )
    assert carton["GlobalTradeItemNumber"] == "4012345000016"
    [number] = carton["to_InternationalArticleNumber"]["results"]
    assert (number["ProductStandardID"], number["IsMainGlobalTradeItemNumber"]) == ("4012345000016", True)


def test_stock_is_filtered_and_never_addressed_by_key(visit):
    """sap.md 4.6: material stock"""
    stock = visit("API_MATERIAL_STOCK_SRV")
    [row] = stock.read(
        "A_MaterialStock('62')/to_MatlStkInAcctMod?$filter=InventoryStockType eq '01' and Plant eq '1000'"
    )
    assert row["MatlWrhsStkQtyInMatlBaseUnit"] == "100.00000000000000"
    assert stock.get("A_MatlStkInAcctMod").status_code == 405


def a_return(**changes):
    """What is posted when Harbour Pumps sends two valves back."""
    item = {
        "Material": "62",
        "RequestedQuantity": "2",
        "RequestedQuantityUnit": "PC",
        "ReturnReason": "101",
        "ReferenceSDDocument": "90003457",
        "ReferenceSDDocumentItem": "10",
    }
    sent = {
        "CustomerReturnType": "RE",
        "SalesOrganization": "1000",
        "DistributionChannel": "10",
        "OrganizationDivision": "00",
        "SoldToParty": "1234",
        "PurchaseOrderByCustomer": "PO-4711",
        "SDDocumentReason": "101",
        "to_Item": [item],
    }
    return sent | changes


@pytest.fixture
def returns(visit):
    return visit("API_CUSTOMER_RETURN_SRV")


def test_a_return_is_created_with_its_items(world, returns):
    """sap.md 4.6: customer return, deep insert mandatory"""
    answer = returns.post("A_CustomerReturn", a_return())
    assert answer.status_code == 201
    number = answer.json()["d"]["CustomerReturn"]
    shown = returns.read(f"A_CustomerReturn('{number}')?$expand=to_Item,to_Partner")
    assert (shown["CustomerReturnType"], shown["SDDocumentReason"], shown["TotalNetAmount"]) == (
        "RE",
        "101",
        "25.000",
    )
    [item] = shown["to_Item"]["results"]
    assert (item["CustomerReturnItem"], item["RequestedQuantity"], item["ReturnReason"]) == (
        "10",
        "2.000",
        "101",
    )
    assert (item["ReferenceSDDocument"], item["ReferenceSDDocumentItem"]) == ("90003457", "10")
    assert "SP" in [partner["PartnerFunction"] for partner in shown["to_Partner"]["results"]]
    found = returns.read(
        "A_CustomerReturn?$filter=PurchaseOrderByCustomer eq 'PO-4711' and SoldToParty eq '1234'"
    )
    assert [one["CustomerReturn"] for one in found] == [number]
    assert world.orders == {}
    assert world.available(world.materials[VALVE], "1000") == Decimal(100)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"CustomerReturnType": "OR"}, "V1/320"),
        ({"SoldToParty": "9999"}, "VP/204"),
        ({"to_Item": [{"Material": "999", "RequestedQuantity": "1"}]}, "V1/382"),
    ],
)
def test_a_return_keeps_the_rules_of_orders(world, returns, changes, code):
    answer = returns.post("A_CustomerReturn", a_return(**changes))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert world.returns == {}


def test_a_return_without_items_and_items_without_a_return_are_refused(world, returns):
    """sap.md 4.6: deep insert mandatory"""
    assert returns.post("A_CustomerReturn", a_return(to_Item=[])).status_code == 400
    number = returns.post("A_CustomerReturn", a_return()).json()["d"]["CustomerReturn"]
    assert returns.post("A_CustomerReturnItem", {"Material": "62"}).status_code == 405
    assert returns.post(f"A_CustomerReturn('{number}')/to_Item", {"Material": "62"}).status_code == 405
    assert returns.send("DELETE", f"A_CustomerReturn('{number}')", If_Match="*").status_code == 405


def test_a_return_is_no_second_use_of_a_purchase_order_number_and_no_credit(world, browser, returns):
    browser.ordered()
    world.settings.duplicate_check = "E"
    world.customers["0000001234"].credit_limit = Decimal(1)
    world.settings.credit_check = "E"
    assert returns.post("A_CustomerReturn", a_return()).status_code == 201


def change_set(browser, *calls):
    """The statuses of one change set."""
    lines = []
    for index, (method, path, body) in enumerate(calls, 1):
        lines += ["--c", "Content-Type: application/http", "Content-Transfer-Encoding: binary"]
        lines += [f"Content-ID: {index}", "", f"{method} {path} HTTP/1.1", "Content-Type: application/json"]
        lines += ["Accept: application/json", "", json.dumps(body)]
    inside = "\r\n".join([*lines, "--c--", ""])
    body = f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{inside}\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/mixed; boundary=b", "X-CSRF-Token": browser.fetch()}
    answer = browser.http.post(f"{browser.root}/$batch", data=body.encode(), headers=headers)
    return [int(line.split(" ")[1]) for line in answer.text.split("\r\n") if line.startswith("HTTP/1.1 ")]


def test_a_change_set_that_fails_leaves_nothing_of_any_service(world, returns, partners):
    """sap.md 4.3: a changeset is atomic"""
    post = ("POST", "A_CustomerReturn", a_return())
    assert change_set(returns, post, ("POST", "A_CustomerReturn", a_return(SoldToParty="9999"))) == [400]
    assert world.returns == {}
    assert change_set(returns, post, post) == [201, 201]
    assert len(world.returns) == 2
    rename = ("PATCH", "A_BusinessPartner('1234')", {"OrganizationBPName1": "Harbour"})
    assert change_set(partners, rename, ("PATCH", "A_BusinessPartner('99')", {})) == [404]
    assert world.customers["0000001234"].name == "Harbour Pumps"
    assert change_set(partners, rename) == [204]
    assert world.customers["0000001234"].name == "Harbour"
