"""Sales orders: header, then lines, one by one (dynamics.md 3.4, 3.5; checklist 3.9, points 3, 4, 8, 9)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.dynamics.fo import clerk
from erp_connect.testing.mocks.dynamics.fo.samples import finance_world
from erp_connect.testing.mocks.dynamics.fo.settings import Settings

from .conftest import a_header, a_line, at, refused

BLANK = "1900-01-01T12:00:00Z"


def test_a_new_header_has_computed_defaults(fo):
    """3.9, point 3: number, statuses, site from the customer"""
    order = fo.header(CustomersOrderReference="PO-4711")
    assert order["SalesOrderNumber"] == "100001"
    assert (order["SalesOrderStatus"], order["SalesOrderProcessingStatus"]) == ("Backorder", "Active")
    assert (order["DefaultShippingSiteId"], order["DefaultShippingWarehouseId"]) == ("1", "MAIN")
    assert (order["CurrencyCode"], order["PaymentTermsName"]) == ("EUR", "30 DAYS")
    assert order["InvoiceCustomerAccountNumber"] == "10000"
    assert order["RequestedShippingDate"] == "2026-03-02T12:00:00Z"
    assert order["DeliveryAddressCity"] == "Riga"
    assert order["@odata.etag"].startswith('W/"Jz')
    assert fo.again(order) | {"@odata.context": ""} == order | {"@odata.context": ""}


def test_a_created_entity_is_answered_with_its_address(fo):
    answer = fo("POST", "SalesOrderHeadersV2", a_header())
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(
        "SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='100001')"
    )
    assert "ETag" not in answer.headers


def test_lines_get_a_lot_and_a_sequence(fo):
    """3.4, line identity: InventoryLotId is server-assigned"""
    order = fo.header()
    first = fo.line(order, CustomersLineNumber=10)
    second = fo.line(order, CustomersLineNumber=20, ItemNumber="HOSE-20")
    assert (first["InventoryLotId"], second["InventoryLotId"]) == ("LOT-100001", "LOT-100002")
    assert [line["LineCreationSequenceNumber"] for line in fo.lines(order)] == [1, 2]
    assert [line["CustomersLineNumber"] for line in fo.lines(order)] == [10, 20]
    assert (first["SalesOrderLineStatus"], first["ShippingSiteId"], first["ShippingWarehouseId"]) == (
        "Backorder",
        "1",
        "MAIN",
    )


def test_blank_fields_read_as_blanks(fo):
    """3.9, point 8; 3.2"""
    order = fo.header()
    assert order["ConfirmedShippingDate"] == BLANK
    assert (order["QuotationNumber"], order["TotalDiscountPercentage"]) == ("", 0)
    assert order["IsSalesProcessingStopped"] == "No"
    assert "ModifiedDateTime" not in "".join(order)
    assert "ModifiedDateTime" not in "".join(fo.line(order))


@pytest.mark.parametrize("settings", [Settings(blank_date="1900-01-01T00:00:00Z")])
def test_a_blank_date_may_read_as_midnight(fo):
    assert fo.header()["ConfirmedShippingDate"] == "1900-01-01T00:00:00Z"


def test_a_header_takes_no_lines(fo):
    """3.9, point 4"""
    answer = fo("POST", "SalesOrderHeadersV2", a_header() | {"SalesOrderLines": [{"ItemNumber": "VALVE-20"}]})
    assert answer.status_code == 400
    assert fo.rows("SalesOrderHeadersV2") == []


@pytest.mark.parametrize("settings", [Settings(nested="ignored")])
def test_nested_lines_may_be_ignored(fo):
    """3.2: refused or ignored"""
    order = fo.created("SalesOrderHeadersV2", a_header() | {"SalesOrderLines": [{"ItemNumber": "VALVE-20"}]})
    assert fo.lines(order) == []


def test_a_header_survives_a_failed_line(fo):
    """3.9, point 9"""
    order = fo.header()
    status, text = refused(fo("POST", "SalesOrderLines", a_line(order, ItemNumber="NONE")))
    assert status == 400
    assert (
        "The value 'NONE' in field 'ItemNumber' is not found in the related table 'Released products'" in text
    )
    assert fo.again(order)["SalesOrderNumber"] == order["SalesOrderNumber"]
    assert fo.lines(order) == []


def test_a_line_needs_a_header(fo):
    order = {"dataAreaId": "usmf", "SalesOrderNumber": "999"}
    status, text = refused(fo("POST", "SalesOrderLines", a_line(order)))
    assert (status, "The value '999' in field 'SalesOrderNumber'" in text) == (400, True)


def test_a_stocked_item_needs_a_site(fo):
    """3.5: site is often mandatory"""
    order = fo.header(OrderingCustomerAccountNumber="20000")
    assert order["DefaultShippingSiteId"] == ""
    answer = fo("POST", "SalesOrderLines", a_line(order))
    status, text = refused(answer)
    assert status == 400
    assert text.startswith("Write failed for table row of type 'SalesOrderLineV2Entity'. Infolog: Warning: ")
    assert text.endswith("Inventory dimension Site is mandatory and must consequently be specified.")
    assert fo.line(order, ShippingWarehouseId="EAST")["ShippingSiteId"] == "2"
    assert fo.line(order, ItemNumber="FITTING")["ShippingSiteId"] == ""


@pytest.mark.parametrize("settings", [Settings(site_mandatory=False)])
def test_a_site_may_be_optional(fo):
    order = fo.header(OrderingCustomerAccountNumber="20000")
    assert fo.line(order)["ShippingSiteId"] == ""


def test_site_and_warehouse_belong_together(fo):
    order = fo.header()
    answer = fo("POST", "SalesOrderLines", a_line(order, ShippingSiteId="1", ShippingWarehouseId="EAST"))
    assert answer.status_code == 400
    line = fo.line(order, ShippingSiteId="2")
    assert (line["ShippingSiteId"], line["ShippingWarehouseId"]) == ("2", "")


def test_dimensions_that_an_item_has_must_be_sent(fo):
    """3.5: a released-product dimension that the item needs must be sent"""
    order = fo.header()
    status, text = refused(fo("POST", "SalesOrderLines", a_line(order, ItemNumber="PUMP-A")))
    assert (status, "Inventory dimension Color is mandatory" in text) == (400, True)
    line = fo.line(order, ItemNumber="PUMP-A", ProductColorId="RED")
    assert (line["ProductColorId"], line["LineDescription"]) == ("RED", "Pump, red")
    answer = fo("POST", "SalesOrderLines", a_line(order, ProductColorId="RED"))
    assert "is not found in the related table 'Colors'" in refused(answer)[1]


def test_a_price_that_is_sent_stays_and_another_comes_from_the_list(fo):
    """3.5: prices"""
    order = fo.header()
    assert fo.line(order)["SalesPrice"] == Decimal("12.5")
    line = fo.line(order, SalesPrice=Decimal("11.11"))
    assert (line["SalesPrice"], line["LineAmount"]) == (Decimal("11.11"), Decimal("44.44"))
    assert (
        fo("PATCH", at("SalesOrderLines", line, "InventoryLotId"), {"OrderedSalesQuantity": 5}).status_code
        == 204
    )
    assert fo.lines(order)[1]["SalesPrice"] == Decimal("11.11")


def test_a_price_is_for_so_many_units(fo):
    """3.4: SalesPriceQuantity"""
    order = fo.header()
    line = fo.line(order, SalesPrice=Decimal("12.34"), SalesPriceQuantity=100, OrderedSalesQuantity=250)
    assert (line["SalesPrice"], line["SalesPriceQuantity"]) == (Decimal("12.34"), 100)
    assert line["LineAmount"] == Decimal("30.85")


def test_discounts_of_lines(fo):
    order = fo.header()
    line = fo.line(order, LineDiscountPercentage=10)
    assert (line["LineDiscountPercentage"], line["LineAmount"]) == (10, 45)
    line = fo.line(order, LineDiscountAmount=Decimal("7.77"))
    assert (line["LineDiscountAmount"], line["LineAmount"]) == (Decimal("7.77"), Decimal("42.23"))
    fo("PATCH", at("SalesOrderLines", line, "InventoryLotId"), {"OrderedSalesQuantity": 5})
    assert fo.lines(order)[1]["LineAmount"] == Decimal("54.73")


@pytest.mark.parametrize("settings", [Settings(discount_amount_of="unit")])
def test_a_discount_amount_may_be_meant_for_each_unit(fo):
    line = fo.line(fo.header(), LineDiscountAmount=Decimal("0.50"))
    assert (line["LineDiscountAmount"], line["LineAmount"]) == (Decimal("0.5"), 48)


@pytest.mark.parametrize("settings", [Settings(totals_calculated=True)])
def test_totals_are_there_when_they_were_calculated(fo):
    """3.4: valid only when AreTotalsCalculated is Yes"""
    order = fo.order(TotalDiscountPercentage=10)
    order = fo.again(order)
    assert (order["AreTotalsCalculated"], order["OrderTotalAmount"]) == ("Yes", 54)
    assert (order["TotalDiscountAmount"], order["OrderTotalTaxAmount"]) == (5, 9)


def test_totals_are_blank_otherwise(fo):
    order = fo.again(fo.order())
    assert (order["AreTotalsCalculated"], order["OrderTotalAmount"]) == ("No", 0)


def test_changes_answer_204_and_are_read_back(fo):
    """3.2: PATCH 204"""
    order = fo.order()
    path = at("SalesOrderHeadersV2", order, "SalesOrderNumber")
    body = {"CustomersOrderReference": "PO-2", "RequestedReceiptDate": "2026-03-10T00:00:00Z"}
    answer = fo("PATCH", path, body)
    assert (answer.status_code, answer.content) == (204, b"")
    order = fo.again(order)
    assert (order["CustomersOrderReference"], order["RequestedReceiptDate"]) == (
        "PO-2",
        "2026-03-10T12:00:00Z",
    )
    [line] = fo.lines(order)
    assert (
        fo("PATCH", at("SalesOrderLines", line, "InventoryLotId"), {"OrderedSalesQuantity": 7}).status_code
        == 204
    )
    assert fo.lines(order)[0]["OrderedSalesQuantity"] == 7


def test_a_change_never_answers_with_the_entity(fo):
    """3.2: PATCH 204"""
    path = at("SalesOrderHeadersV2", fo.header(), "SalesOrderNumber")
    answer = fo("PATCH", path, {"URL": "x"}, Prefer="return=representation")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("settings", [Settings(unmapped=frozenset({"QuotationNumber", "SalesOrderPoolId"}))])
def test_a_field_without_a_mapping_reads_null(fo):
    """3.2, strings: null also seen on unmapped fields"""
    order = fo.header(SalesOrderPoolId="1")
    assert (order["QuotationNumber"], order["SalesOrderPoolId"], order["URL"]) == (None, None, "")


def test_a_warehouse_brings_its_site(fo):
    order = fo.order()
    [line] = fo.lines(order)
    fo("PATCH", at("SalesOrderLines", line, "InventoryLotId"), {"ShippingWarehouseId": "EAST"})
    [line] = fo.lines(order)
    assert (line["ShippingWarehouseId"], line["ShippingSiteId"]) == ("EAST", "2")
    fo("PATCH", at("SalesOrderHeadersV2", order, "SalesOrderNumber"), {"DefaultShippingSiteId": "2"})
    order = fo.again(order)
    assert (order["DefaultShippingSiteId"], order["DefaultShippingWarehouseId"]) == ("2", "")


def test_put_replaces(fo):
    """3.2: PUT 204"""
    order = fo.header(CustomersOrderReference="PO-1")
    [line] = fo.lines(fo.order())
    path = at("SalesOrderLines", line, "InventoryLotId")
    answer = fo("PUT", path, {"OrderedSalesQuantity": 2, "SalesUnitSymbol": "PCS", "ShippingSiteId": "1"})
    assert answer.status_code == 204
    assert fo.read(path)["OrderedSalesQuantity"] == 2
    assert order["CustomersOrderReference"] == "PO-1"


def test_computed_fields_are_ignored(fo):
    """3.2: posted values for read-only fields are ignored; 3.5: SalesOrderStatus is computed"""
    order = fo.header(SalesOrderStatus="Canceled", OrderTotalAmount=5)
    assert order["SalesOrderStatus"] == "Backorder"
    answer = fo(
        "PATCH", at("SalesOrderHeadersV2", order, "SalesOrderNumber"), {"SalesOrderStatus": "Canceled"}
    )
    assert answer.status_code == 204
    assert fo.again(order)["SalesOrderStatus"] == "Backorder"


@pytest.mark.parametrize("settings", [Settings(read_only="refused")])
def test_computed_fields_may_be_refused(fo):
    answer = fo("POST", "SalesOrderHeadersV2", a_header(SalesOrderStatus="Canceled"))
    text = "validateField failed on field 'SalesOrderHeaderV2Entity.SalesOrderStatus'."
    assert text in refused(answer)[1]


def test_an_etag_is_optional_and_a_stale_one_is_refused(fo):
    """3.2: If-Match optional; stale expected 412"""
    order = fo.header()
    path = at("SalesOrderHeadersV2", order, "SalesOrderNumber")
    tag = order["@odata.etag"]
    assert fo("PATCH", path, {"URL": "a"}, If_Match=tag).status_code == 204
    assert refused(fo("PATCH", path, {"URL": "b"}, If_Match=tag))[0] == 412
    assert refused(fo("DELETE", path, If_Match=tag))[0] == 412
    assert fo.again(order)["URL"] == "a"
    assert fo("PATCH", path, {"URL": "c"}).status_code == 204
    assert fo("PATCH", path, {"URL": "d"}, If_Match="*").status_code == 204


@pytest.mark.parametrize("settings", [Settings(stale_status=409)])
def test_another_status_for_a_stale_etag(fo):
    order = fo.header()
    path = at("SalesOrderHeadersV2", order, "SalesOrderNumber")
    assert fo("PATCH", path, {"URL": "b"}, If_Match='W/"old"').status_code == 409


def test_the_tag_of_a_header_knows_nothing_of_lines(fo):
    """3.2: an ETag is of one record"""
    order = fo.order()
    tag = fo.again(order)["@odata.etag"]
    [line] = fo.lines(order)
    fo("PATCH", at("SalesOrderLines", line, "InventoryLotId"), {"OrderedSalesQuantity": 7})
    assert fo.again(order)["@odata.etag"] == tag
    assert fo.lines(order)[0]["@odata.etag"] != line["@odata.etag"]


def test_lines_and_orders_are_deleted_while_nothing_is_posted(fo):
    """3.5, step 6"""
    order = fo.order({}, {"ItemNumber": "HOSE-20"})
    first, second = fo.lines(order)
    assert fo("DELETE", at("SalesOrderLines", first, "InventoryLotId")).status_code == 204
    assert [line["InventoryLotId"] for line in fo.lines(order)] == [second["InventoryLotId"]]
    path = at("SalesOrderHeadersV2", order, "SalesOrderNumber")
    assert fo("DELETE", path).status_code == 204
    assert (fo("GET", path).status_code, fo.lines(order)) == (404, [])
    assert fo("DELETE", path).status_code == 404


def test_what_is_delivered_is_not_deleted(fo, company, paper):
    order = fo.order()
    clerk.pack(company, paper(order), {1: Decimal(1)})
    [line] = fo.lines(order)
    status, text = refused(fo("DELETE", at("SalesOrderLines", line, "InventoryLotId")))
    assert (status, "Delete failed for table row of type 'SalesOrderLineV2Entity'" in text) == (400, True)
    assert fo("DELETE", at("SalesOrderHeadersV2", order, "SalesOrderNumber")).status_code == 400
    answer = fo("PATCH", at("SalesOrderLines", line, "InventoryLotId"), {"OrderedSalesQuantity": 0})
    assert "can not be less than the quantity that is delivered: 1" in refused(answer)[1]
    answer = fo("PATCH", at("SalesOrderLines", line, "InventoryLotId"), {"OrderedSalesQuantity": 1})
    assert answer.status_code == 204
    assert fo.again(order)["SalesOrderStatus"] == "Delivered"


def test_a_line_brought_down_to_nothing_stays_open(fo):
    """3.5, cancel: Canceled is set by the client function"""
    order = fo.order()
    [line] = fo.lines(order)
    fo("PATCH", at("SalesOrderLines", line, "InventoryLotId"), {"OrderedSalesQuantity": 0})
    [line] = fo.lines(order)
    assert (line["OrderedSalesQuantity"], line["SalesOrderLineStatus"]) == (0, "Backorder")


@pytest.mark.parametrize("settings", [Settings(empty_line_status="Canceled")])
def test_a_line_brought_down_to_nothing_may_be_cancelled(fo):
    order = fo.order()
    [line] = fo.lines(order)
    fo("PATCH", at("SalesOrderLines", line, "InventoryLotId"), {"OrderedSalesQuantity": 0})
    assert fo.lines(order)[0]["SalesOrderLineStatus"] == "Canceled"
    assert fo.again(order)["SalesOrderStatus"] == "Canceled"


def test_a_number_may_not_be_chosen(fo):
    """3.5, step 2: works only when the number sequence is manual"""
    status, text = refused(fo("POST", "SalesOrderHeadersV2", a_header(SalesOrderNumber="WEB-1")))
    assert (status, "does not allow numbers to be entered manually" in text) == (400, True)


class TestManualNumbers:
    """5.3: the client chooses the number, then a duplicate create fails on the key"""

    @pytest.fixture
    def world(self, clock):
        return finance_world(clock, manual_numbers=True)

    def test_a_number_is_taken_once(self, fo):
        fo.header(SalesOrderNumber="WEB-1")
        status, text = refused(fo("POST", "SalesOrderHeadersV2", a_header(SalesOrderNumber="WEB-1")))
        assert status == 400
        assert (
            "Cannot create a record in Sales orders (SalesTable). WEB-1. The record already exists." in text
        )
        assert len(fo.rows("SalesOrderHeadersV2")) == 1


def test_references_are_not_unique(fo):
    """5.2, 5.3: not enforced"""
    fo.header()
    fo.header()
    asked = "dataAreaId eq 'usmf' and CustomerRequisitionNumber eq 'WEB-1001'"
    assert len(fo.rows(f"SalesOrderHeadersV2?cross-company=true&$filter={asked}")) == 2


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("OrderingCustomerAccountNumber", "99", "in field 'OrderingCustomerAccountNumber' is not found"),
        ("OrderingCustomerAccountNumber", "30000", "Customer 30000 is on hold"),
        ("OrderingCustomerAccountNumber", "", "Field 'Customer account' must be filled in"),
        (
            "CurrencyCode",
            "XXX",
            "The value 'XXX' in field 'Currency' is not found in the related table 'Currencies'",
        ),
        ("PaymentTermsName", "NEVER", "'Terms of payment'"),
        ("DeliveryTermsCode", "XYZ", "'Delivery terms'"),
        ("DeliveryModeCode", "OWL", "'Modes of delivery'"),
        ("DefaultShippingSiteId", "9", "'Sites'"),
        ("DefaultShippingWarehouseId", "WEST", "'Warehouses'"),
    ],
)
def test_references_that_lead_nowhere(fo, field, value, text):
    """3.6: unknown reference"""
    status, told = refused(fo("POST", "SalesOrderHeadersV2", a_header(**{field: value})))
    assert (status, text in told) == (400, True), told


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"ItemNumber": "OLD-1"}, "Item OLD-1 is stopped"),
        ({"SalesUnitSymbol": "HOUR"}, "Unit HOUR does not have a conversion for item VALVE-20"),
        ({"ShippingWarehouseId": "WEST"}, "'Warehouses'"),
        ({"ItemNumber": None}, "Field 'Item number' must be filled in"),
    ],
)
def test_lines_that_are_refused(fo, fields, text):
    order = fo.header()
    status, told = refused(fo("POST", "SalesOrderLines", a_line(order, **fields)))
    assert (status, text in told) == (400, True), told


def test_a_delivery_address_of_the_orders_own(fo):
    """5.5: DeliveryAddress and IsDeliveryAddressOrderSpecific"""
    sent = {
        "DeliveryAddressName": "Store",
        "DeliveryAddressStreet": "Pier 7",
        "DeliveryAddressCountryRegionId": "DEU",
    }
    ignored = fo.header(**sent)
    assert ignored["DeliveryAddressName"] == "Harbour Pumps"
    order = fo.header(**sent, IsDeliveryAddressOrderSpecific="Yes", DeliveryAddressPostBox="12")
    assert (order["DeliveryAddressName"], order["DeliveryAddressStreet"]) == ("Store", "Pier 7")
    assert (order["DeliveryAddressCountryRegionId"], order["DeliveryAddressCountryRegionISOCode"]) == (
        "DEU",
        "DE",
    )
    assert order["DeliveryAddressPostBox"] == "12"
    assert order["InvoiceAddressCity"] == "Riga"
    answer = fo(
        "POST",
        "SalesOrderHeadersV2",
        a_header(IsDeliveryAddressOrderSpecific="Yes", DeliveryAddressCountryRegionId="ZZZ"),
    )
    assert "'Address country/region'" in refused(answer)[1]


@pytest.mark.parametrize("settings", [Settings(countries={"QUAY": "LV"})])
def test_country_codes_are_the_sites(fo):
    order = fo.header(IsDeliveryAddressOrderSpecific="Yes", DeliveryAddressCountryRegionISOCode="LV")
    assert order["DeliveryAddressCountryRegionId"] == "QUAY"


@pytest.mark.parametrize("settings", [Settings(address_needs_flag=False)])
def test_an_address_may_do_without_the_flag(fo):
    assert fo.header(DeliveryAddressStreet="Pier 7")["DeliveryAddressStreet"] == "Pier 7"


def test_newer_sets_show_the_same_orders(fo):
    """3.3, 3.4: V3 and V4 differences"""
    order = fo.order()
    third = fo.read(at("SalesOrderHeadersV3", order, "SalesOrderNumber"))
    fourth = fo.read(at("SalesOrderHeadersV4", order, "SalesOrderNumber"))
    assert third["SalesOrderNumber"] == fourth["SalesOrderNumber"] == order["SalesOrderNumber"]
    assert "ExcludeFromMasterPlanning" in third
    assert "ShipmentProcessingPolicyName" in fourth
    assert "SkipGlobalUnifiedPricingCalculation" not in fourth
    [line] = fo.lines(order)
    assert "FinTagDisplayValue" in fo.read(at("SalesOrderLinesV3", line, "InventoryLotId"))
    assert fo("GET", "SalesOrderLinesV2").status_code == 404


def test_only_older_headers_lead_to_their_lines(fo):
    """3.9, point 4: $expand=SalesOrderLines on V2/V3 only"""
    order = fo.order({}, {})
    for name in ("SalesOrderHeadersV2", "SalesOrderHeadersV3"):
        path = at(name, order, "SalesOrderNumber")
        assert len(fo.read(f"{path}?$expand=SalesOrderLines")["SalesOrderLines"]) == 2
        assert len(fo.rows(f"{path}/SalesOrderLines")) == 2
    path = at("SalesOrderHeadersV4", order, "SalesOrderNumber")
    assert fo("GET", f"{path}?$expand=SalesOrderLines").status_code == 400
    [line, _] = fo.lines(order)
    path = at("SalesOrderLines", line, "InventoryLotId")
    assert fo.read(f"{path}/SalesOrderHeaderV2")["SalesOrderNumber"] == order["SalesOrderNumber"]
