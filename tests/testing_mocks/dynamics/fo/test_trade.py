"""Purchases, returns, customers, vendors, products, stock and prices (dynamics.md 3.3, 3.4)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business.masters import Price
from erp_connect.testing.mocks.dynamics.fo import clerk

from .conftest import ENUMS, at, refused

# ---------------------------------------------------------------- purchase orders


@pytest.fixture
def purchase(fo):
    """Fifty valves of the valve works."""
    body = {"OrderVendorAccountNumber": "V100", "VendorOrderReference": "SO-77"}
    order = fo.created("PurchaseOrderHeadersV2", body)
    line = {
        "dataAreaId": "usmf",
        "PurchaseOrderNumber": order["PurchaseOrderNumber"],
        "ItemNumber": "VALVE-20",
    }
    line |= {"OrderedPurchaseQuantity": 50, "PurchasePrice": Decimal("5.5"), "LineNumber": 1}
    fo.created("PurchaseOrderLinesV2", line)
    return order


def purchase_lines(fo):
    return fo.rows("PurchaseOrderLinesV2?$filter=PurchaseOrderNumber eq 'PO-10001'")


def test_a_purchase_order(fo, purchase):
    assert purchase["PurchaseOrderNumber"] == "PO-10001"
    assert (purchase["PurchaseOrderStatus"], purchase["DocumentApprovalStatus"]) == ("Backorder", "Approved")
    assert (purchase["PurchaseOrderName"], purchase["DefaultReceivingSiteId"]) == ("Valve Works", "1")
    [line] = purchase_lines(fo)
    assert (line["LineNumber"], line["LineAmount"], line["PurchaseOrderLineStatus"]) == (1, 275, "Backorder")
    [found] = fo.rows(
        "PurchaseOrderHeadersV2?$filter=VendorOrderReference eq 'SO-77'&$expand=PurchaseOrderLinesV2"
    )
    assert len(found["PurchaseOrderLinesV2"]) == 1


def test_purchase_lines_have_their_number_as_key(fo, purchase):
    path = "PurchaseOrderLinesV2(dataAreaId='usmf',PurchaseOrderNumber='PO-10001',LineNumber=1)"
    assert fo("PATCH", path, {"OrderedPurchaseQuantity": 60}).status_code == 204
    assert fo.read(path)["OrderedPurchaseQuantity"] == 60
    assert fo.read(f"{path}/PurchaseOrderHeader")["PurchaseOrderNumber"] == "PO-10001"
    taken = {"PurchaseOrderNumber": "PO-10001", "ItemNumber": "HOSE-20", "LineNumber": 1}
    assert "The record already exists" in refused(fo("POST", "PurchaseOrderLinesV2", taken))[1]
    assert fo("DELETE", path).status_code == 204
    assert purchase_lines(fo) == []


def test_a_purchase_is_confirmed_received_and_invoiced_in_the_client(fo, company, purchase):
    def paper():
        return company.find("purchase_order", "PO-10001")

    def states():
        row = fo.read(at("PurchaseOrderHeadersV2", purchase, "PurchaseOrderNumber"))
        return (
            row["PurchaseOrderStatus"],
            row["DocumentApprovalStatus"],
            purchase_lines(fo)[0]["PurchaseOrderLineStatus"],
        )

    clerk.confirm(company, paper())
    assert states() == ("Backorder", "Confirmed", "Backorder")
    clerk.receive(company, paper(), {1: Decimal(20)})
    assert states() == ("Backorder", "Confirmed", "Backorder")
    clerk.receive(company, paper())
    assert states() == ("Received", "Confirmed", "Received")
    clerk.invoice(company, paper())
    assert states() == ("Invoiced", "Confirmed", "Invoiced")
    assert fo("DELETE", at("PurchaseOrderHeadersV2", purchase, "PurchaseOrderNumber")).status_code == 400


@pytest.mark.parametrize("fields", [{}, {"OrderVendorAccountNumber": "X"}])
def test_a_purchase_needs_a_vendor(fo, fields):
    assert refused(fo("POST", "PurchaseOrderHeadersV2", fields))[0] == 400


# ---------------------------------------------------------------- return orders


def test_a_return_of_what_was_delivered(fo, company, paper):
    """3.4: ReturnOrderHeadersV2, ReturnOrderLinesV2"""
    order = fo.order()
    [sold] = fo.lines(order)
    head = fo.created(
        "ReturnOrderHeadersV2",
        {
            "CustomerAccountNumber": "10000",
            "CustomerRequisitionNumber": "RET-1",
            "CustomerReturnReasonCode": "DEFECT",
        },
    )
    assert (head["ReturnStatus"], head["ReturnOrderStatus"]) == ("Created", "Backorder")
    assert head["RMANumber"] == f"RMA-{head['ReturnOrderNumber']}"
    line = {"ReturnOrderNumber": head["ReturnOrderNumber"], "ReturnSalesQuantity": 2}
    line["ReturningInventoryLotId"] = sold["InventoryLotId"]
    assert "'ReturningInventoryLotId'" in refused(fo("POST", "ReturnOrderLinesV2", line))[1]
    clerk.pack(company, paper(order))
    back = fo.created("ReturnOrderLinesV2", line)
    assert (back["ItemNumber"], back["SalesPrice"], back["ReturnStatus"]) == (
        "VALVE-20",
        Decimal("12.5"),
        "Awaiting",
    )
    assert back["ReturningInventoryLotId"] == sold["InventoryLotId"]
    assert back["ReturnInventoryLotId"] != sold["InventoryLotId"]
    returned = company.find("return_order", head["ReturnOrderNumber"])
    clerk.receive(company, returned)
    [back] = fo.rows("ReturnOrderLinesV2?$filter=ReturnOrderNumber eq 'RO-10001'")
    assert (back["ReturnStatus"], back["ReturnedSalesQuantity"]) == ("Received", 2)
    assert back["ActualReturnArrivalDate"] == "2026-03-02T09:00:00Z"
    credit = clerk.invoice(company, returned)
    head = fo.read(at("ReturnOrderHeadersV2", head, "ReturnOrderNumber"))
    assert (head["ReturnStatus"], head["ReturnOrderStatus"]) == ("Closed", "Invoiced")
    [note] = fo.rows(f"SalesInvoiceHeadersV2?$filter=InvoiceNumber eq '{credit.number}'")
    assert note["TotalInvoiceAmount"] == -30


def test_returns_are_found_by_reference_and_state(fo):
    fo.created(
        "ReturnOrderHeadersV2", {"CustomerAccountNumber": "10000", "CustomerRequisitionNumber": "RET-1"}
    )
    asked = f"CustomerRequisitionNumber eq 'RET-1' and ReturnStatus eq {ENUMS}.ReturnStatusHeader'Created'"
    assert len(fo.rows(f"ReturnOrderHeadersV2?$filter={asked}&$expand=ReturnOrderLines")) == 1
    body = {"CustomerAccountNumber": "10000", "CustomerReturnReasonCode": "MOOD"}
    assert "'Return reason codes'" in refused(fo("POST", "ReturnOrderHeadersV2", body))[1]


# ---------------------------------------------------------------- master data


def test_customers_are_created_and_changed(fo):
    """3.4: CustomersV3, required CustomerGroupId and SalesCurrencyCode"""
    body = {
        "CustomerGroupId": "30",
        "SalesCurrencyCode": "EUR",
        "OrganizationName": "New Quay",
        "AddressStreet": "Pier 1",
        "AddressCountryRegionId": "DEU",
        "PaymentTerms": "COD",
        "PrimaryContactEmail": "desk@quay.example",
    }
    made = fo.created("CustomersV3", body)
    assert (made["CustomerAccount"], made["PartyType"], made["OnHoldStatus"]) == (
        "C-10001",
        "Organization",
        "No",
    )
    assert (made["AddressCountryRegionISOCode"], made["AddressStreet"]) == ("DE", "Pier 1")
    path = at("CustomersV3", made, "CustomerAccount")
    assert fo("PATCH", path, {"OrganizationName": "Old Quay", "OnHoldStatus": "All"}).status_code == 204
    assert (fo.read(path)["OrganizationName"], fo.read(path)["OnHoldStatus"]) == ("Old Quay", "All")
    answer = fo("POST", "SalesOrderHeadersV2", {"OrderingCustomerAccountNumber": "C-10001"})
    assert "is on hold" in refused(answer)[1]
    stale = made["@odata.etag"]
    assert fo("PATCH", path, {"OrganizationName": "X"}, If_Match=stale).status_code == 412
    assert fo("DELETE", path).status_code == 204


@pytest.mark.parametrize("missing", ["CustomerGroupId", "SalesCurrencyCode"])
def test_customers_have_required_fields(fo, missing):
    body = {"CustomerGroupId": "30", "SalesCurrencyCode": "EUR", "OrganizationName": "New Quay"}
    del body[missing]
    assert f"Field '{missing}' must be filled in" in refused(fo("POST", "CustomersV3", body))[1]


def test_a_number_of_a_customer_is_taken_once(fo):
    body = {
        "CustomerGroupId": "30",
        "SalesCurrencyCode": "EUR",
        "OrganizationName": "X",
        "CustomerAccount": "10000",
    }
    text = refused(fo("POST", "CustomersV3", body))[1]
    assert "Cannot create a record in Customers. 10000. The record already exists." in text


def test_a_person_has_two_names(fo):
    body = {"CustomerGroupId": "30", "SalesCurrencyCode": "USD", "PartyType": "Person"}
    made = fo.created("CustomersV3", body | {"PersonFirstName": "Ada", "PersonLastName": "Quay"})
    assert (made["PartyType"], made["OrganizationName"], made["PersonLastName"]) == (
        "Person",
        "Ada Quay",
        "Quay",
    )


def test_a_customer_with_orders_stays(fo):
    fo.header()
    answer = fo("DELETE", "CustomersV3(dataAreaId='usmf',CustomerAccount='10000')")
    assert "cannot be deleted" in refused(answer)[1]


def test_vendors(fo):
    assert [row["VendorAccountNumber"] for row in fo.rows("VendorsV2")] == ["V100", "V200"]
    made = fo.created("VendorsV2", {"VendorOrganizationName": "Rope Works", "CurrencyCode": "USD"})
    assert (made["VendorAccountNumber"], made["CurrencyCode"]) == ("V-10001", "USD")
    path = at("VendorsV2", made, "VendorAccountNumber")
    assert fo("PATCH", path, {"VendorOrganizationName": "Rope Mill"}).status_code == 204
    assert fo.read(path)["VendorOrganizationName"] == "Rope Mill"


def test_released_products(fo):
    path = "ReleasedProductsV2(dataAreaId='usmf',ItemNumber='VALVE-20')"
    valve = fo.read(path)
    assert (valve["ProductSearchName"], valve["SalesPrice"]) == ("Ball valve 20 mm", Decimal("12.5"))
    assert (valve["SalesUnitSymbol"], valve["InventoryUnitSymbol"]) == ("PCS", "PCS")
    assert fo("PATCH", path, {"SalesPrice": 13}).status_code == 204
    assert fo.line(fo.header())["SalesPrice"] == 13
    assert fo("PATCH", path, {"SalesUnitSymbol": "HOUR"}).status_code == 400
    assert len(fo.rows("ReleasedProductsV2?$filter=ItemNumber eq '*-20'")) == 2


def test_variants(fo):
    [variant] = fo.rows("ReleasedProductVariantsV2?$filter=ProductMasterNumber eq 'PUMP-A'")
    assert (variant["ProductColorId"], variant["ProductSizeId"]) == ("RED", "")


def test_codes(fo):
    assert [row["UnitSymbol"] for row in fo.rows("UnitsOfMeasure")] == ["BOX", "HOUR", "PCS"]
    assert fo.read("UnitsOfMeasure('BOX')")["UnitDescription"] == "Box"
    assert {row["DeliveryModeId"] for row in fo.rows("DeliveryMode")} == {"DHL", "UPS"}


# ---------------------------------------------------------------- stock and prices


def on_hand(fo, name="WarehousesOnHandV2"):
    [row] = fo.rows(f"{name}?$filter=ItemNumber eq 'VALVE-20'")
    return row


def test_an_order_reserves_only_where_it_says_so(fo):
    """3.5: creating an order does not reserve stock unless InventoryReservationMethod is Automatic"""
    fo.order()
    row = on_hand(fo)
    assert (row["OnHandQuantity"], row["ReservedOnHandQuantity"], row["OnOrderQuantity"]) == (500, 0, 4)
    fo.order(InventoryReservationMethod="Automatic")
    fo.order({"InventoryReservationMethod": "Automatic", "SalesUnitSymbol": "BOX"})
    row = on_hand(fo)
    assert (row["ReservedOnHandQuantity"], row["AvailableOnHandQuantity"]) == (52, 448)
    assert (row["InventoryWarehouseId"], row["InventorySiteId"], row["ProductName"]) == (
        "MAIN",
        "1",
        "Ball valve 20 mm",
    )


def test_stock_follows_what_is_posted(fo, company, paper, purchase):
    order = fo.order()
    assert (on_hand(fo)["OrderedQuantity"], on_hand(fo)["TotalAvailableQuantity"]) == (50, 550)
    clerk.pack(company, paper(order))
    clerk.receive(company, company.find("purchase_order", "PO-10001"))
    row = on_hand(fo, "InventorySitesOnHandV2")
    assert (row["OnHandQuantity"], row["OrderedQuantity"], row["OnOrderQuantity"]) == (546, 0, 0)
    assert "InventoryWarehouseId" not in row


def test_variants_have_stock_of_their_own(fo, company):
    fo.line(fo.header(), ItemNumber="PUMP-A", ProductColorId="RED")
    rows = fo.rows("WarehousesOnHandV2?$filter=ItemNumber eq 'PUMP-A'")
    assert {row["ProductColorId"]: row["OnOrderQuantity"] for row in rows} == {"": 0, "RED": 4}


def test_an_omitted_price_comes_from_the_trade_agreement(fo, company):
    """3.5, prices; 3.4: SalesPriceAgreements"""
    company.prices.add(
        Price(
            item="VALVE-20", customer="10000", price=Decimal(11), minimum=Decimal(10), starts=date(2026, 1, 1)
        )
    )
    [row] = fo.rows("SalesPriceAgreements?$filter=ItemNumber eq 'VALVE-20'")
    assert (row["Price"], row["FromQuantity"], row["CustomerAccountNumber"]) == (11, 10, "10000")
    assert (row["PriceApplicableFromDate"], row["PriceApplicableToDate"]) == (
        "2026-01-01T12:00:00Z",
        "2154-12-31T12:00:00Z",
    )
    assert row["QuantityUnitySymbol"] == "PCS"
    assert fo.read(f"SalesPriceAgreements(dataAreaId='usmf',RecordId={row['RecordId']})")["Price"] == 11
    order = fo.header()
    assert fo.line(order, OrderedSalesQuantity=9)["SalesPrice"] == Decimal("12.5")
    assert fo.line(order, OrderedSalesQuantity=10)["SalesPrice"] == 11
    assert fo.line(order, OrderedSalesQuantity=10, SalesPrice=9)["SalesPrice"] == 9


def test_goods_that_are_not_there_cannot_be_delivered(world, company, fo, paper):
    world.settings.negative_stock = False
    order = fo.order({"OrderedSalesQuantity": 501})
    with pytest.raises(Exception, match="out_of_stock"):
        clerk.pack(company, paper(order))
    assert fo.lines(order)[0]["SalesOrderLineStatus"] == "Backorder"


def test_a_credit_limit_may_refuse_a_line(world, company, fo):
    world.settings.credit_check = "refuse"
    customer = company.customers.by("number", "10000")
    company.customers.put(replace(customer, credit_limit=Decimal(10)))
    fo.order()
    status, text = refused(fo("POST", "SalesOrderHeadersV2", {"OrderingCustomerAccountNumber": "10000"}))
    assert (status, "Credit limit exceeded: 10 for customer 10000" in text) == (400, True)
