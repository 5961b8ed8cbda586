"""zeep, which knows nothing of this mock, reads its descriptions and works with them (dynamics.md 2.2)."""

import datetime as dt
from decimal import Decimal

import pytest
import requests
import zeep
from zeep.transports import Transport

from erp_connect.testing.mocks.dynamics.nav.web import PAGES
from erp_connect.testing.mocks.serving import serve

PAGE = "/DynamicsNAV80/WS/Harbour%20Trading/Page/"
CODEUNIT = "/DynamicsNAV80/WS/Harbour%20Trading/Codeunit/"


@pytest.fixture
def opened(server, company):
    with requests.Session() as session, serve(server) as url:
        session.auth = ("ANNA", "webkey")
        yield lambda path: zeep.Client(url + path, transport=Transport(session=session))


def test_zeep_creates_changes_reads_and_deletes(opened):
    orders = opened(f"{PAGE}SalesOrder").service
    line = {"Type": "Item", "No": "VALVE-20", "Quantity": Decimal("2.5")}
    made = orders.Create(
        SalesOrder={
            "External_Document_No": "WEB-1",
            "Sell_to_Customer_No": "10000",
            "Requested_Delivery_Date": dt.date(2026, 5, 1),
            "SalesLines": {"Sales_Order_Line": [line]},
        }
    )
    assert made.Requested_Delivery_Date == dt.date(2026, 5, 1)
    assert made.SalesLines.Sales_Order_Line[0].Quantity == Decimal("2.5")
    moved = orders.Update(SalesOrder={"Key": made.Key, "External_Document_No": "WEB-2"})
    assert orders.IsUpdated(Key=made.Key) is True
    asked = {"Field": "External_Document_No", "Criteria": "WEB-2"}
    (found,) = orders.ReadMultiple(filter=[asked], setSize=0)
    assert found.Key == moved.Key
    with pytest.raises(zeep.exceptions.Fault, match="Other user has modified"):
        orders.Delete(Key=made.Key)
    assert orders.Delete(Key=moved.Key) is True
    assert orders.Read(No=made.No) is None


def test_zeep_calls_a_codeunit(opened):
    orders = opened(f"{PAGE}SalesOrder").service
    line = {"Type": "Item", "No": "VALVE-20", "Quantity": Decimal(1)}
    made = orders.Create(
        SalesOrder={"Sell_to_Customer_No": "10000", "SalesLines": {"Sales_Order_Line": [line]}}
    )
    assert opened(f"{CODEUNIT}OrderProcessing").service.ReleaseOrder(orderNo=made.No) is True
    assert orders.Read(No=made.No).Status == "Released"


def test_zeep_lists_the_companies(opened):
    assert opened("/DynamicsNAV80/WS/SystemService").service.Companies() == ["Harbour Trading"]


@pytest.mark.thorough
@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_page_has_a_description_that_zeep_reads(opened, server, page):
    server.settings.services["Any"] = page
    client = opened(f"{PAGE}Any")
    writable = {"Create", "Update", "Delete"} <= set(dir(client.service))
    assert writable == PAGES[page].writable
    client.service.ReadMultiple(filter=[{"Field": "No", "Criteria": ""}], setSize=1)
