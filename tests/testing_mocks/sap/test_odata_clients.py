"""Clients that know nothing of this mock: pyodata on version 2, python-odata on version 4 (libraries.md 1.1, 1.2)."""

import logging
from datetime import UTC, datetime
from decimal import Decimal

import pyodata
import pytest
from odata import ODataService
from pyodata.v2.model import Config

from erp_connect.testing.mocks.sap import fulfilling

from .conftest import HOST, V2, V4


@pytest.fixture
def pyo(browser):
    """A pyodata client of API_SALES_ORDER_SRV with a token on its session."""
    logging.getLogger("pyodata").setLevel(logging.ERROR)
    browser.http.headers["X-CSRF-Token"] = browser.fetch()
    return pyodata.Client(f"{HOST}{V2}/", browser.http, config=Config(retain_null=True))


def test_pyodata_creates_reads_and_changes(world, pyo):
    request = pyo.entity_sets.A_SalesOrder.create_entity()
    created = request.set(
        SalesOrderType="OR",
        SoldToParty="1234",
        PurchaseOrderByCustomer="PO-1",
        RequestedDeliveryDate=datetime(2026, 3, 10, tzinfo=UTC),
        to_Item=[{"Material": "62", "RequestedQuantity": "5", "RequestedQuantityUnit": "PC"}],
    ).execute()
    assert created.SalesOrder == "16023"
    order = pyo.entity_sets.A_SalesOrder.get_entity("16023").expand("to_Item/to_ScheduleLine").execute()
    assert Decimal(order.TotalNetAmount) == Decimal("62.5")
    assert order.CustomerPurchaseOrderDate is None
    assert order.RequestedDeliveryDate == datetime(2026, 3, 10, tzinfo=UTC)
    assert [Decimal(line.ScheduleLineOrderQuantity) for line in order.to_Item[0].to_ScheduleLine] == [
        Decimal(5)
    ]
    change = pyo.entity_sets.A_SalesOrder.update_entity("16023").set(DeliveryBlockReason="01")
    with pytest.raises(pyodata.exceptions.HttpError) as refused:
        change.execute()
    assert refused.value.response.status_code == 428
    change = pyo.entity_sets.A_SalesOrder.update_entity("16023").set(DeliveryBlockReason="01")
    change.add_headers({"If-Match": order.etag})
    change.execute()
    assert world.order("16023").fields["DLV_BLOCK"] == "01"


def test_pyodata_counts_filters_and_follows_pages(pyo, browser, gateway):
    numbers = [browser.ordered() for _ in range(5)]
    for service in gateway.services.values():
        service.page_size = 2
    orders = pyo.entity_sets.A_SalesOrder
    assert orders.get_entities().count().execute() == 5
    page = orders.get_entities().filter("SoldToParty eq '1234'").count(inline=True).execute()
    seen = [order.SalesOrder for order in page]
    assert page.total_count == 5
    while page.next_url:
        page = orders.get_entities().next_url(page.next_url).execute()
        seen += [order.SalesOrder for order in page]
    assert seen == numbers


def test_pyodata_rejects_a_whole_order_in_one_change_set(world, pyo, browser):
    items = [{"Material": "62", "RequestedQuantity": "5"}, {"Material": "63", "RequestedQuantity": "2"}]
    number = browser.ordered(to_Item=items)
    batch, changes = pyo.create_batch(), pyo.create_changeset()
    for item in ("10", "20"):
        key = {"SalesOrder": number, "SalesOrderItem": item}
        change = pyo.entity_sets.A_SalesOrderItem.update_entity(**key).set(SalesDocumentRjcnReason="Z1")
        changes.add_request(change)
    batch.add_request(changes)
    batch.execute()
    assert [item.rejection for item in world.order(number).items] == ["Z1", "Z1"]


def test_pyodata_calls_function_imports(world, browser, visit):
    number = browser.ordered()
    delivery = fulfilling.deliver(world, number).lstrip("0")
    other = visit("API_OUTBOUND_DELIVERY_SRV;v=0002")
    other.http.headers["X-CSRF-Token"] = other.fetch()
    client = pyodata.Client(f"{other.root}/", other.http)
    client.functions.PostGoodsIssue.parameter("DeliveryDocument", delivery).execute()
    assert world.deliveries[delivery.zfill(10)].shipped_on == "20260302"


@pytest.fixture
def service(browser4):
    browser4.http.headers["X-CSRF-Token"] = browser4.fetch()
    return ODataService(f"{HOST}{V4}/", session=browser4.http, reflect_entities=True, quiet_progress=True)


def test_python_odata_reads_and_filters(browser4, service):
    number = browser4.ordered()
    browser4.ordered(PurchaseOrderByCustomer="Other's")
    order_type = service.entities["SalesOrder"]
    query = service.query(order_type).filter(order_type.PurchaseOrderByCustomer == "PO-4711")
    [order] = query.all()
    assert order.SalesOrder == number
    assert len(service.query(order_type).filter("_Item/any(i:i/Product eq '62')").all()) == 2
    assert [
        o.PurchaseOrderByCustomer
        for o in service.query(order_type).filter(order_type.PurchaseOrderByCustomer == "Other's").all()
    ] == ["Other's"]


def test_python_odata_creates_with_items(world, gateway, service):
    """It sends every property, null where nothing was set"""
    for offered in gateway.services.values():
        offered.read_only_refused = False
    order = service.entities["SalesOrder"]()
    order.SalesOrderType = "OR"
    order.SoldToParty = "1234"
    item = service.entities["SalesOrderItem"]()
    item.Product = "62"
    item.RequestedQuantity = 5
    order._Item = [item]
    service.save(order)
    assert order.SalesOrder == "16023"
    assert world.order("16023").items[0].quantity == Decimal(5)
