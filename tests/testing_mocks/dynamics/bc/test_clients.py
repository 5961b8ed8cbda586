"""A client that knows nothing of this mock: python-odata (libraries.md 1.2).

Its entities are declared here: it cannot read metadata whose enumerations have a member ``_x0020_``, as the real ones
have.
"""

import pytest
from odata import ODataService
from odata.flags import ODataServerFlags
from odata.property import DecimalProperty, StringProperty, UUIDProperty


@pytest.fixture
def service(bc):
    flags = ODataServerFlags(skip_null_properties=True, provide_odata_type_annotation=False)
    return ODataService(f"{bc.base}/", session=bc.session, reflect_entities=False, server_flags=flags)


@pytest.fixture
def sales_order(service):
    class SalesOrder(service.Entity):
        __odata_type__ = "Microsoft.NAV.salesOrder"
        __odata_collection__ = "salesOrders"
        id = UUIDProperty("id", primary_key=True)
        number = StringProperty("number")
        external = StringProperty("externalDocumentNumber")
        customer = StringProperty("customerNumber")
        total = DecimalProperty("totalAmountExcludingTax")

    return SalesOrder


def test_python_odata_reads_creates_and_filters(bc, service, sales_order):
    bc.order(externalDocumentNumber="WEB-1")
    found = service.query(sales_order).filter(sales_order.external == "WEB-1").first()
    assert (found.customer, found.total) == ("10000", 50)
    made = sales_order()
    made.customer, made.external = "20000", "WEB-2"
    service.save(made)
    assert made.number == bc.rows("salesOrders?$filter=externalDocumentNumber eq 'WEB-2'")[0]["number"]


def test_python_odata_follows_pages(bc, server, service, sales_order):
    numbers = {bc.order()["number"] for _ in range(5)}
    server.settings.page_size = 2
    assert {order.number for order in service.query(sales_order)} == numbers


def test_python_odata_deletes(bc, service, sales_order):
    bc.order()
    service.delete(service.query(sales_order).first())
    assert bc.rows("salesOrders") == []
