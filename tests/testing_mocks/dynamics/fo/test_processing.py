"""What is posted in the client, and what it does to orders (dynamics.md 3.3, 3.4, 3.5; 5.4)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business.refusals import Refusal
from erp_connect.testing.mocks.dynamics.fo import clerk
from erp_connect.testing.mocks.dynamics.fo.settings import Settings

from .conftest import a_line, at, refused

ACTION = "Microsoft.Dynamics.DataEntities"


@pytest.fixture
def order(fo):
    """Four valves and ten hoses."""
    return fo.order({}, {"ItemNumber": "HOSE-20", "OrderedSalesQuantity": 10})


@pytest.fixture
def status(fo, order):
    """Status and processing status of the order."""

    def status():
        row = fo.again(order)
        return row["SalesOrderStatus"], row["SalesOrderProcessingStatus"]

    return status


def test_an_order_goes_through_all_its_states(company, order, paper, status):
    """5.4"""
    seen = [status()]
    clerk.confirm(company, paper(order))
    seen.append(status())
    clerk.pick(company, paper(order))
    seen.append(status())
    clerk.pack(company, paper(order), {1: Decimal(4)})
    seen.append(status())
    clerk.invoice(company, paper(order))
    seen.append(status())
    clerk.pack(company, paper(order))
    seen.append(status())
    clerk.invoice(company, paper(order))
    seen.append(status())
    assert seen == [
        ("Backorder", "Active"),
        ("Backorder", "Confirmed"),
        ("Backorder", "Picked"),
        ("Backorder", "PartiallyDelivered"),
        ("Backorder", "PartiallyInvoiced"),
        ("Delivered", "DeliveredPartiallyInvoiced"),
        ("Invoiced", "Invoiced"),
    ]


def test_delivered_in_full(company, order, paper, status):
    clerk.pack(company, paper(order))
    assert status() == ("Delivered", "Delivered")


def test_an_invoiced_order_stays_and_its_lines_are_fixed(fo, company, order, paper):
    clerk.pack(company, paper(order))
    clerk.invoice(company, paper(order))
    first, _ = fo.lines(order)
    assert first["SalesOrderLineStatus"] == "Invoiced"
    answer = fo("PATCH", at("SalesOrderLines", first, "InventoryLotId"), {"OrderedSalesQuantity": 5})
    assert "its status does not allow it" in refused(answer)[1]


def test_cancelled_in_the_client_an_order_stays(fo, company, order, paper, status):
    """3.5: the status Canceled is set by the client function"""
    clerk.cancel(company, paper(order))
    assert status() == ("Canceled", "Canceled")
    assert [(line["OrderedSalesQuantity"], line["SalesOrderLineStatus"]) for line in fo.lines(order)] == [
        (4, "Canceled"),
        (10, "Canceled"),
    ]
    assert fo("PATCH", at("SalesOrderHeadersV2", order, "SalesOrderNumber"), {"URL": "x"}).status_code == 400
    assert fo("POST", "SalesOrderLines", a_line(order)).status_code == 400
    assert fo("DELETE", at("SalesOrderHeadersV2", order, "SalesOrderNumber")).status_code == 400


def test_what_is_delivered_is_not_cancelled(fo, company, order, paper, status):
    clerk.pack(company, paper(order), {1: Decimal(1)})
    clerk.cancel(company, paper(order))
    assert status()[0] == "Delivered"
    assert [line["SalesOrderLineStatus"] for line in fo.lines(order)] == ["Delivered", "Canceled"]


def test_a_stopped_order_is_not_processed(fo, company, order, paper):
    """3.5, hold: IsSalesProcessingStopped"""
    path = at("SalesOrderHeadersV2", order, "SalesOrderNumber")
    fo("PATCH", path, {"IsSalesProcessingStopped": "Yes"})
    for doing in (clerk.confirm, clerk.pick, clerk.pack, clerk.invoice):
        with pytest.raises(Refusal):
            doing(company, paper(order))
    fo("PATCH", path, {"IsSalesProcessingStopped": "No"})
    clerk.pack(company, paper(order))


def test_a_stopped_line_is_not_delivered(fo, company, order, paper):
    first, second = fo.lines(order)
    fo("PATCH", at("SalesOrderLines", first, "InventoryLotId"), {"IsLineStopped": "Yes"})
    with pytest.raises(Refusal):
        clerk.pack(company, paper(order))
    clerk.pack(company, paper(order), {2: Decimal(10)})
    assert [line["SalesOrderLineStatus"] for line in fo.lines(order)] == ["Backorder", "Delivered"]
    assert second["SalesOrderLineStatus"] == "Backorder"


# ---------------------------------------------------------------- what was posted


def test_confirmations(fo, company, order, paper):
    """3.3: SalesOrderConfirmationHeaders"""
    clerk.confirm(company, paper(order))
    [head] = fo.rows(
        f"SalesOrderConfirmationHeaders?$filter=SalesOrderNumber eq '{order['SalesOrderNumber']}'"
    )
    assert (head["ConfirmationNumber"], head["ConfirmationDate"]) == ("100001-1", "2026-03-02T12:00:00Z")
    [head] = fo.rows("SalesOrderConfirmationHeaders?$expand=SalesOrderConfirmationLines")
    assert [line["LineNumber"] for line in head["SalesOrderConfirmationLines"]] == [1, 2]


def test_tracking_numbers_of_packing_slips(fo, company, order, paper):
    """3.3, 3.4: PackingSlipTrackingInformation"""
    number = order["SalesOrderNumber"]
    slip = clerk.pack(company, paper(order), tracking=[("1Z-1", "https://track.example/1Z-1")])
    [parcel] = fo.rows(f"PackingSlipTrackingInformation?$filter=SalesOrderNumber eq '{number}'")
    assert (parcel["PackingSlipNumber"], parcel["TrackingNumber"]) == (slip.number, "1Z-1")
    assert (parcel["TrackingURL"], parcel["DeliveryDate"]) == (
        "https://track.example/1Z-1",
        "2026-03-02T12:00:00Z",
    )
    body = {name: parcel[name] for name in ("SalesOrderNumber", "PackingSlipNumber", "DeliveryDate")}
    fo.created("PackingSlipTrackingInformation", body | {"TrackingNumber": "1Z-2", "TrackingURL": "u"})
    status, text = refused(fo("POST", "PackingSlipTrackingInformation", body | {"TrackingNumber": "1Z-2"}))
    assert (status, "The record already exists" in text) == (400, True)
    assert fo("POST", "PackingSlipTrackingInformation", body | {"PackingSlipNumber": "X"}).status_code == 400
    key = f"dataAreaId='usmf',SalesOrderNumber='100001',PackingSlipNumber='{slip.number}'"
    path = f"PackingSlipTrackingInformation({key},DeliveryDate=2026-03-02T12:00:00Z,TrackingNumber='1Z-2')"
    assert fo("PATCH", path, {"TrackingURL": "other"}).status_code == 204
    assert fo.read(path)["TrackingURL"] == "u"
    assert fo("DELETE", path).status_code == 204
    assert len(fo.rows("PackingSlipTrackingInformation")) == 1


def test_reporting_views_tell_what_remains(fo, company, order, paper, clock):
    """3.4, missing: take them from SalesLineBiEntities"""
    clock.turn(minutes=30)
    clerk.pack(company, paper(order), {2: Decimal(3)})
    clerk.invoice(company, paper(order))
    clerk.pack(company, paper(order), {2: Decimal(2)})
    number = order["SalesOrderNumber"]
    first, second = fo.rows(f"SalesLineBiEntities?$filter=SalesId eq '{number}'")
    assert (first["RemainSalesPhysical"], first["RemainSalesFinancial"]) == (4, 0)
    assert (second["RemainSalesPhysical"], second["RemainSalesFinancial"]) == (5, 2)
    assert second["SysModifiedDateTime"] == "2026-03-02T09:30:00Z"
    assert second["InventTransId"] == fo.lines(order)[1]["InventoryLotId"]
    [head] = fo.rows("SalesTableBiEntities?$filter=SysModifiedDateTime ge 2026-03-02T09:30:00Z")
    assert (head["SalesId"], head["DocumentStatus"]) == (number, "Invoice")
    assert fo.rows("SalesTableBiEntities?$filter=SysModifiedDateTime gt 2026-03-02T09:30:00Z") == []


def test_reporting_views_of_packing_slips(fo, company, order, paper):
    slip = clerk.pack(company, paper(order), {1: Decimal(1), 2: Decimal(3)})
    [head] = fo.rows("CustPackingSlipJourBiEntities")
    assert (head["PackingSlipId"], head["SalesId"], head["Qty"]) == (slip.number, "100001", 4)
    lines = fo.rows("CustPackingSlipTransBiEntities?$filter=SalesId eq '100001'")
    assert {line["InventTransId"]: line["Qty"] for line in lines} == {"LOT-100001": 1, "LOT-100002": 3}
    assert fo.rows("CustPackingSlipTransBiEntities?$filter=SalesId eq '9'") == []


@pytest.mark.parametrize("version", ["2", "4"])
def test_invoices(fo, company, order, paper, version):
    """3.3, 3.4: SalesInvoiceHeadersV2/V4"""
    clerk.pack(company, paper(order))
    invoice = clerk.invoice(company, paper(order))
    asked = f"SalesInvoiceHeadersV{version}?$filter=SalesOrderNumber eq '100001'&$expand=SalesInvoiceLinesV{version}"
    [head] = fo.rows(asked)
    assert (head["InvoiceNumber"], head["InvoiceDate"]) == (invoice.number, "2026-03-02T12:00:00Z")
    assert (head["TotalInvoiceAmount"], head["TotalTaxAmount"]) == (Decimal("98.4"), Decimal("16.4"))
    first, second = head[f"SalesInvoiceLinesV{version}"]
    assert (first["ProductNumber"], first["InvoicedQuantity"], first["LineAmount"]) == ("VALVE-20", 4, 50)
    assert (second["LineTotalTaxAmount"], second["InventorySiteId"]) == (Decimal("6.4"), "1")
    key = f"dataAreaId='usmf',InvoiceNumber='{invoice.number}',InvoiceDate=2026-03-02T12:00:00Z"
    path = f"SalesInvoiceHeadersV{version}({key},LedgerVoucher='{head['LedgerVoucher']}')"
    assert fo.read(path)["CurrencyCode"] == "EUR"


# ---------------------------------------------------------------- actions of the site's own


def test_there_is_no_action_in_the_standard(fo, order):
    """3.5: no confirm, cancel, post or ship action in any metadata seen"""
    assert "<Action" not in fo("GET", "$metadata").text
    path = at("SalesOrderHeadersV2", order, "SalesOrderNumber")
    assert fo("POST", f"{path}/{ACTION}.ConfirmSalesOrder", {}).status_code == 400


@pytest.mark.parametrize("settings", [Settings(actions={"confirmOrder": "confirm", "cancelOrder": "cancel"})])
def test_a_site_may_have_actions(fo, order, status):
    """3.5: extension route"""
    assert '<Action Name="confirmOrder" IsBound="true">' in fo("GET", "$metadata").text
    path = at("SalesOrderHeadersV2", order, "SalesOrderNumber")
    assert fo("POST", f"{path}/{ACTION}.confirmOrder", {}).status_code == 204
    assert status() == ("Backorder", "Confirmed")
    assert fo("POST", f"{path}/{ACTION}.cancelOrder", {}).status_code == 204
    assert status() == ("Canceled", "Canceled")
    status_code, text = refused(fo("POST", f"{path}/{ACTION}.cancelOrder", {}))
    assert (status_code, "its status does not allow it" in text) == (400, True)
    assert fo("GET", f"{path}/{ACTION}.cancelOrder").status_code == 405
