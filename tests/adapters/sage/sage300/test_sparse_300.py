"""A server that tells no more than the manual and public messages name, in other forms of JSON (sage.md 3.5, 10)."""

import json
import re
from decimal import Decimal
from urllib.parse import unquote

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.business.masters import Code
from erp_connect.testing.mocks.network import called
from erp_connect.testing.mocks.sage.sage300 import desktop
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300

from .place300 import draft, euros, place, valves

ADDRESS = (
    "Name",
    *(f"AddressLine{n}" for n in range(1, 5)),
    "City",
    "StateProvince",
    "ZipPostalCode",
    "Country",
)
NAMED = {
    "OEOrders": {
        *("OrderUniquifier", "OrderNumber", "CustomerNumber", "PurchaseOrderNumber", "OrderReference"),
        *("OrderDate", "ExpectedShipDate", "OrderType", "OnHold", "OrderCompleted", "OrderDetails"),
        *(f"ShipTo{part}" for part in ADDRESS),
    },
    "OEInvoices": {"InvoiceNumber", "InvoiceDate", "OrderNumber", "CustomerNumber"},
    "ARCustomers": {
        "CustomerNumber",
        "CustomerName",
        "Status",
        "OnHold",
        "CurrencyCode",
        "CustomerPriceList",
    },
    "ICItems": {"UnformattedItemNumber", "Description", "StockingUnitOfMeasure", "ItemUnitsOfMeasure"},
    "ICUnitsOfMeasure": {"UnitOfMeasure"},
    "POPurchaseOrders": {"PurchaseOrderNumber", "Vendor", "Reference", "PurchaseOrderLines"},
    "CSCompanyProfile": {"HomeCurrency"},
}


class Sparse:
    """Leaves out what nobody has named, spells keys and numbers otherwise, and does not describe itself."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        resource = environ["PATH_INFO"].rpartition("/")[2].partition("(")[0]
        query = unquote(environ.get("QUERY_STRING", ""))
        if resource == "Sage300WebApi":
            start_response("404 Not Found", [("Content-Type", "text/html")])
            return [b"<html>nothing</html>"]
        if resource == "ICItems" and "ItemNumber" in query.replace("UnformattedItemNumber", ""):
            said = {"code": "InvalidParameters", "message": {"lang": "en-US", "value": "No such property."}}
            start_response("400 Bad Request", [("Content-Type", "application/json")])
            return [json.dumps({"error": said}).encode()]
        status, headers, body = called(self.app, environ)
        if body[:1] == b"{" and status.startswith("2"):
            body = json.dumps(self.told(resource, json.loads(body))).encode()
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        start_response(status, headers)
        return [body]

    def told(self, resource, whole):
        if "value" in whole:
            return {**whole, "value": [self.told(resource, row) for row in whole["value"]]}
        named = NAMED.get(resource, set(whole))
        return {name: self.cell(cell) for name, cell in whole.items() if name in named}

    def cell(self, cell):
        if isinstance(cell, list):
            return [{name: self.cell(inner) for name, inner in row.items()} for row in cell]
        if isinstance(cell, int) and not isinstance(cell, bool):
            return float(cell) if cell > 10**6 else str(cell)
        return cell


@pytest.fixture
def site(company, tmp_path):
    server = Sage300(company.world, Settings(created_status=200, annotations="odata"))
    with place(company, tmp_path, server=server, app=Sparse(server)) as found:
        yield found


def test_an_order_is_entered_read_found_and_listed(site):
    receipt = site.erp.orders.create(draft(valves(5, price=euros("9.99"))), key="one")
    assert receipt.differences == ()
    order = receipt.order
    assert (order.currency, order.number is not None, order.lines[0].id) == ("EUR", True, "32")
    assert site.erp.orders.get(order.id) == order
    assert [each.id for each in site.erp.orders.find(customer_po="PO-4711")] == [order.id]
    assert [each.id for each in site.erp.orders.list()] == [order.id]
    desktop.ship(site.company, site.company.find("order", order.number))
    assert site.erp.orders.get(order.id).status is ec.OrderStatus.SHIPPED


def test_an_invoice_that_tells_little_is_told(site):
    order = site.erp.orders.create(draft(valves(5)), key="one").order
    desktop.ship(site.company, site.company.find("order", order.number), invoice=True)
    (invoice,) = site.erp.invoices.of(order)
    assert (invoice.number, invoice.net, invoice.paid) == (
        order.raw.get("LastInvoiceNumber") or invoice.id,
        None,
        None,
    )


def test_items_are_known_by_the_one_number_that_is_told(site):
    assert [each.number for each in site.erp.products.find(code="A1-105/0")] == ["A11050"]
    assert [each.number for each in site.erp.products.find(code="A11050")] == ["A11050"]
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.create(draft(valves(product="NOSUCH")), key="one")
    assert caught.value.path == "order.lines[0].product"


def test_a_purchase_order_without_a_key_is_known_by_its_number(site):
    line = ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=9, unit="C62", price=euros("5"))
    said = ec.PurchaseOrderDraft(supplier="V100", currency="EUR", lines=[line])
    order = site.erp.purchase_orders.create(said, key="one").stored
    assert order.id == order.number
    assert site.erp.purchase_orders.get(order.id) == order
    site.erp.purchase_orders.receive(order, {"1000": 4}, key="two")
    assert [each.lines[0].quantity for each in site.erp.goods_receipts.of(order)] == [Decimal(4)]
    assert site.erp.purchase_orders.create(said, key="one").replayed
    assert len(site.company.documents.where("kind", "purchase_order")) == 1


def test_a_customer_that_tells_little_is_told(site):
    (customer,) = site.erp.customers.find(number="10000")
    assert (customer.name, customer.address, customer.blocked) == ("Harbour Pumps", None, False)


class Homely:
    """A server that tells the company's own currency on every order, and not the order's."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        status, headers, body = called(self.app, environ)
        if "OEOrders" in environ["PATH_INFO"]:
            body = re.sub(rb'"OrderSourceCurrency": ?"\w+"', b'"OrderHomeCurrency": "EUR"', body)
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        start_response(status, headers)
        return [body]


def test_the_companys_own_currency_is_not_taken_for_that_of_an_order(company, tmp_path):
    """sage.md 6.3: an order is in the currency of its customer."""
    with place(company, tmp_path, app=Homely(Sage300(company.world))) as site:
        order = site.erp.orders.create(draft(customer="20000", currency="USD"), key="one").order
        assert order.currency == "USD"
        assert site.erp.orders.get(order.id).currency == "USD"


class Typed:
    """A server that tells optional fields in their own types."""

    def __init__(self, app):
        self.app, self.cell = app, b'"?"'

    def __call__(self, environ, start_response):
        status, headers, body = called(self.app, environ)
        body = re.sub(rb'"Value": ?"\?"', b'"Value": ' + self.cell, body)
        start_response(status, [pair for pair in headers if pair[0].lower() != "content-length"])
        return [body]


@pytest.mark.parametrize(
    ("cell", "said"), [(b"12.50", "12.50"), (b"7", "7"), (b'"RED"', "RED"), (b"null", None)]
)
def test_an_optional_field_of_another_type_leaves_its_order_readable(company, tmp_path, cell, said):
    """sage.md 3.5: optional fields are defined by the site."""
    company.codes("Optional field").add(Code(code="PROJECT", name="Project"))
    app = Typed(Sage300(company.world))
    with place(company, tmp_path, app=app, references="project=PROJECT") as site:
        wanted = draft(references=(ec.Reference(kind="project", value="?"),))
        order = site.erp.orders.create(wanted, key="one").order
        app.cell = cell
        assert [each.value for each in site.erp.orders.get(order.id).references] == [said] * (
            said is not None
        )
