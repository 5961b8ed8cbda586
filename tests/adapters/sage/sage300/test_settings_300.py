"""How a company of Sage 300 is reached: users, rights, companies, a server that sleeps (sage.md 3.1, 3.4)."""

import pytest

from erp_connect import errors
from erp_connect.adapters.contract import Certainty
from erp_connect.testing.mocks.network import called
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300

from .place300 import draft, place


def test_every_request_says_that_it_is_json(company, tmp_path):
    """sage.md 3.1: without it, also a GET is answered 500."""
    said = []

    class Looking:
        def __call__(self, environ, start_response):
            said.append((environ["REQUEST_METHOD"], environ.get("CONTENT_TYPE")))
            return Sage300.__call__(server, environ, start_response)

    server = Sage300(company.world)
    with place(company, tmp_path, app=Looking()) as site:
        order = site.erp.orders.create(draft(), key="one").order
        assert site.erp.orders.get(order.id) == order
    assert {method for method, _ in said} == {"GET", "POST"}
    assert {kind for _, kind in said} == {"application/json"}


def test_a_company_is_called_by_its_id_in_capitals(site):
    with site.again(company="saminc") as erp:
        assert erp.orders.create(draft(), key="one").order.number
        assert [each.id for each in erp.companies()] == ["SAMINC"]
        assert erp._context.system == site.erp._context.system


def test_without_a_company_nothing_is_asked(site):
    before = len(site.recorder.asked)
    with pytest.raises(errors.ConfigurationError) as caught, site.again(company=None) as erp:
        erp.ping()
    assert "company=" in caught.value.hint
    assert len(site.recorder.asked) == before


@pytest.mark.parametrize("code", ["DBLinkError", "Unauthorized"])
def test_a_company_that_is_not_there_is_told(site, code):
    site.server.settings.unknown_company = code
    with pytest.raises(errors.ErpConnectError) as caught, site.again(company="NOSUCH") as erp:
        erp.ping()
    assert isinstance(caught.value, errors.TransportError | errors.AuthenticationFailed)
    assert caught.value.hint


def test_a_wrong_password_is_told_and_shown_to_nobody(site):
    with pytest.raises(errors.AuthenticationFailed) as caught, site.again(password="wr0ng") as erp:
        erp.ping()
    assert "wr0ng" not in str(caught.value)


def test_where_application_security_is_off_the_password_is_empty(company, tmp_path):
    server = Sage300(company.world, Settings(security=False))
    with place(company, tmp_path, server=server, password="") as site:
        assert site.erp.orders.create(draft(), key="one").order.number


def test_the_administrator_is_told_what_has_to_be_switched_on(site):
    """sage.md 3.1, 9."""
    with pytest.raises(errors.PermissionMissing) as caught, site.again(user="ADMIN", password="admin") as erp:
        erp.ping()
    assert "AllowWebApiAccessForAdmin" in caught.value.hint
    site.server.settings.admin_allowed = True
    with site.again(user="ADMIN", password="admin") as erp:
        erp.ping()


@pytest.mark.parametrize("path", ["/Sage300WebApi", "/Sage300WebApi/v1.0/-", "/Sage300WebApi/v1.0/-/"])
def test_a_path_takes_the_place_of_the_usual_one(site, path):
    with site.again(path=path) as erp:
        assert erp._context.system == site.erp._context.system
        erp.ping()


def test_an_address_without_a_web_api_is_told(site):
    with pytest.raises(errors.ConfigurationError) as caught, site.again(path="/Elsewhere") as erp:
        erp.ping()
    assert caught.value.code == "no_service"


# -- a server that sleeps ------------------------------------------------------------------------------------------


def test_the_first_call_is_waited_for(company, tmp_path, clock):
    """sage.md 3.1: IIS starts the application with the first call, which takes longer than others may."""
    with place(company, tmp_path, timeout=0.6) as site:
        site.network.hang(0.9, "OE/OEOrders", "GET", times=3)
        with site.again(timeout=0.6) as erp:
            assert erp.orders.create(draft(), key="one").order.number
        site.network.hang(0.9, "OE/OEOrders", "GET", times=30)
        with pytest.raises(errors.TransportError), site.again(timeout=0.3, warm_up=2) as erp:
            erp.ping()


def test_a_server_that_has_gone_to_sleep_is_woken_before_a_write(site, clock):
    """A write that waits for the application to start may be one whose outcome nobody knows."""
    site.erp.orders.create(draft(), key="one")
    site.recorder.asked.clear()
    clock.sleep(19 * 60)
    site.erp.orders.create(draft(customer_po="PO-2"), key="two")
    assert [method for method, *_ in site.recorder.asked] == ["POST"]
    site.recorder.asked.clear()
    clock.sleep(21 * 60)
    site.erp.orders.create(draft(customer_po="PO-3"), key="three")
    assert [method for method, *_ in site.recorder.asked] == ["GET", "POST"]


# -- what a release offers -----------------------------------------------------------------------------------------


def test_what_the_server_says_of_itself_narrows_what_is_offered(company, tmp_path):
    """sage.md 3.4: the capabilities are built from its Swagger."""
    server = Sage300(company.world, Settings(no_resources={"OEInvoices", "POReceipts", "OECreditDebitNotes"}))
    with place(company, tmp_path, server=server) as site:
        known = site.erp.capabilities
        for name in ("invoices.of", "purchase_orders.receive", "returns.create", "stock.availability"):
            assert known.support(name) == "none", name
            assert known.why(name)
        assert known.support("orders.create") == "native"


def test_stock_is_offered_where_a_release_has_it(company, tmp_path):
    server = Sage300(company.world, Settings(more_resources={"ICItemLocations"}))
    with place(company, tmp_path, server=server) as site:
        assert site.erp.stock.availability("A1-105/0", 6, "C62").available == 45


class Silent:
    """A server that does not describe itself."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].rstrip("/").endswith("Sage300WebApi"):
            start_response("200 OK", [("Content-Type", "text/html")])
            return [b"<html>Swagger UI</html>"]
        return called_by(self.app, environ, start_response)


def called_by(app, environ, start_response):
    status, headers, body = called(app, environ)
    start_response(status, headers)
    return [body]


@pytest.mark.parametrize("more", [set(), {"ICLocationDetails"}])
def test_a_server_that_does_not_describe_itself_is_asked_for_its_stock(company, tmp_path, more):
    """sage.md 9: probed when the connection opens."""
    app = Silent(Sage300(company.world, Settings(more_resources=more)))
    with place(company, tmp_path, app=app) as site:
        known = site.erp.capabilities
        assert (known.support("stock.availability") == "none") == (not more)
        assert known.support("invoices.of") == "native"


@pytest.mark.parametrize(
    ("stamp_in", "certainty"),
    [
        ("OrderReference", Certainty.STAMPED),
        ("PurchaseOrderNumber", Certainty.MATCHED),
        ("OrderNumber", Certainty.ENFORCED),
    ],
)
def test_the_place_of_the_stamp_decides_how_a_lost_order_is_found(site, stamp_in, certainty):
    """sage.md 6.2."""
    with site.again(stamp_in=stamp_in) as erp:
        assert erp.capabilities.certainty("orders") is certainty
