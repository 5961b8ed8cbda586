"""The customer's own API page: what API v2.0 does not show (dynamics.md 1.9, end)."""

from datetime import date

from erp_connect.testing.mocks.business import ordering, posting

from .conftest import ROOT


def page(bc, path):
    root = ROOT.replace("/api/v2.0", "/api/harbour/shipping/v1.0")
    return f"{root}/companies({bc.company.id})/{path}"


def test_a_parcels_number_and_carrier_are_on_the_customers_page_only(bc, company):
    order = bc.order()
    with company.world.unit():
        row = ordering.change(company, next(iter(company.documents)), {"agent": "DHL"})
        posting.post(company, row, invoice=False, tracking="1Z999")
    shipment = bc.rows(page(bc, f"postedSalesShipments?$filter=orderNo eq '{order['number']}'"))[0]
    assert (shipment["packageTrackingNo"], shipment["shippingAgentCode"]) == ("1Z999", "DHL")
    assert "packageTrackingNo" not in bc.rows("salesShipments")[0]


def test_what_was_promised_is_on_the_customers_page_only(bc, company):
    order = bc.order()
    with company.world.unit():
        ordering.change(company, next(iter(company.documents)), {"promised": date(2026, 3, 20)})
    row = bc.rows(page(bc, f"salesOrderDates?$filter=number eq '{order['number']}'"))[0]
    assert row["promisedDeliveryDate"] == "2026-03-20"


def test_the_page_is_read_only(bc):
    assert bc("POST", page(bc, "salesOrderDates"), {}).status_code == 405


def test_the_page_may_be_anywhere(bc, server):
    server.settings.custom_api = "acme/orders/v2.0"
    assert bc("GET", page(bc, "salesOrderDates")).status_code == 404
