"""Logon, cookie session, CSRF token, clients and statuses of the gateway (sap.md 4.1, 4.2, 4.7; 7, OData side)."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import requests

from erp_connect.testing.mocks.sap.odata.settings import Settings
from erp_connect.testing.mocks.serving import serve


def test_a_write_without_a_token_is_refused_and_not_executed(world, browser):
    """sap.md 4.2: CSRF failure"""
    answer = browser.post("A_SalesOrder", browser.an_order(), X_CSRF_Token="")
    assert answer.status_code == 403
    assert answer.headers["x-csrf-token"] == "Required"
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text == "CSRF token validation failed"
    assert world.orders == {}


def test_required_is_no_token(browser):
    """sap.md 4.2: a token header value of Required is not a token"""
    assert browser.post("A_SalesOrder", {}, X_CSRF_Token="Required").status_code == 403


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_token_comes_with_a_session_and_works_with_its_cookie_only(browser, method):
    """sap.md 4.2: token and cookies"""
    answer = browser.http.request(method, f"{browser.root}/", headers={"X-CSRF-Token": "fetch"})
    browser.token = answer.headers["x-csrf-token"]
    assert set(browser.http.cookies.keys()) == {"SAP_SESSIONID_MCK_100", "sap-usercontext"}
    assert browser.post("A_SalesOrder", browser.an_order()).status_code == 201
    browser.http.cookies.clear()
    assert browser.post("A_SalesOrder", browser.an_order()).status_code == 403


def test_the_token_of_one_session_is_none_in_another(browser, visit):
    other = visit("API_BUSINESS_PARTNER")
    browser.token = other.fetch()
    browser.http.get(f"{browser.root}/", headers={"X-CSRF-Token": "Fetch"})
    assert browser.post("A_SalesOrder", browser.an_order()).status_code == 403


def test_a_session_is_of_one_user(world, browser):
    world.users["CLERK"] = "welcome"
    browser.fetch()
    browser.http.auth = ("CLERK", "welcome")
    assert browser.post("A_SalesOrder", browser.an_order()).status_code == 403
    browser.fetch()
    browser.ordered()
    assert [order.created_by for order in world.orders.values()] == ["CLERK"]


def test_a_session_keeps_its_token_over_services(browser, visit):
    other = visit("API_BUSINESS_PARTNER")
    other.http.cookies = browser.http.cookies
    assert browser.fetch() == other.fetch()


def test_a_token_dies_with_its_session(clock, browser, gateway, settings):
    """sap.md 4.2: idle timeout"""
    browser.ordered()
    clock.turn(seconds=settings.session_seconds - 1)
    browser.ordered()
    clock.turn(seconds=settings.session_seconds + 1)
    assert browser.post("A_SalesOrder", browser.an_order()).status_code == 403
    browser.fetch()
    browser.ordered()
    gateway.end_sessions()
    answer = browser.post("A_SalesOrder", browser.an_order())
    assert answer.headers["x-csrf-token"] == "Required"


def test_reads_need_no_token(browser):
    assert browser.read("A_SalesOrder") == []
    assert "x-csrf-token" not in browser.get("A_SalesOrder").headers


class TestRefusingHead:
    """sap.md 4.2: HEAD may be refused by some services, then GET"""

    @pytest.fixture
    def settings(self):
        return Settings(head_refused=True)

    def test_the_token_is_had_by_get(self, browser):
        fetch = {"X-CSRF-Token": "Fetch"}
        answer = browser.http.head(f"{browser.root}/", headers=fetch)
        assert answer.status_code == 405
        assert "x-csrf-token" not in answer.headers
        assert browser.fetch()


def test_a_403_in_json_is_an_authorisation_and_no_token_helps(browser, settings, world):
    """sap.md 4.2: 403 with JSON"""
    settings.forbidden.add("API_SALES_ORDER_SRV")
    answer = browser.post("A_SalesOrder", browser.an_order())
    assert answer.status_code == 403
    assert "x-csrf-token" not in answer.headers
    assert answer.json()["error"]["message"]["value"]
    assert browser.get("A_SalesOrder").status_code == 200
    assert world.orders == {}


@pytest.mark.parametrize("auth", [None, ("DEMO", "wrong"), ("NOBODY", "welcome")])
def test_without_credentials_there_is_a_page_in_html(browser, auth):
    """sap.md 4.7: 401"""
    browser.http.auth = auth
    answer = browser.get("A_SalesOrder")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert "<html>" in answer.text


class TestLockingUsers:
    """sap.md 4.7: cloud locks the communication user after repeated failures"""

    @pytest.fixture
    def settings(self):
        return Settings(lock_user_after=3)

    def test_the_right_password_comes_too_late(self, browser):
        browser.http.auth = ("DEMO", "wrong")
        for _ in range(3):
            assert browser.get("A_SalesOrder").status_code == 401
        browser.http.auth = ("DEMO", "welcome")
        assert browser.get("A_SalesOrder").status_code == 401


def test_a_client_is_named_unless_it_is_the_default(browser, settings):
    """sap.md 4.1: sap-client"""
    assert browser.get("A_SalesOrder?sap-client=100").status_code == 200
    assert browser.get("A_SalesOrder?sap-client=200").status_code == 401
    settings.default_client = "000"
    assert browser.get("A_SalesOrder").status_code == 401
    assert browser.get("A_SalesOrder?sap-client=100").status_code == 200


def test_a_service_that_is_not_active_is_not_found(browser, settings, visit):
    """sap.md 4.7: 404"""
    settings.inactive.add("API_SALES_ORDER_SRV")
    for answer in (browser.get("A_SalesOrder"), visit("NO_SUCH_SRV").get("")):
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "/IWFND/MED/170"


def test_json_has_to_be_asked_for(browser):
    """sap.md 4.2: content"""
    assert browser.get("A_SalesOrder", headers={"Accept": "*/*"}).status_code == 406
    assert browser.get("A_SalesOrder?$format=json", headers={"Accept": "*/*"}).status_code == 200
    assert browser.send("POST", "A_SalesOrder", {}, Content_Type="application/atom+xml").status_code == 415


def test_a_method_that_is_not_there(browser):
    """sap.md 4.7: 405"""
    assert browser.send("DELETE", "A_SalesOrder").status_code == 405


def test_throttling_and_its_wait(world, browser, network):
    """sap.md 4.7: 429, Retry-After if present"""
    browser.fetch()
    network.throttle(30, "A_SalesOrder", "POST")
    answer = browser.post("A_SalesOrder", browser.an_order())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    assert world.orders == {}
    browser.ordered()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_order_may_exist_behind_a_page_that_says_failure(world, browser, network, status):
    """sap.md 4.7, 7.11: outcome unknown for writes"""
    browser.fetch()
    network.refuse(status, "A_SalesOrder", "POST", executed=True)
    answer = browser.post("A_SalesOrder", browser.an_order())
    assert answer.status_code == status
    assert answer.text.startswith("<html>")
    [order] = world.orders.values()
    found = browser.read(
        "A_SalesOrder?$filter=PurchaseOrderByCustomer eq 'PO-4711' and SoldToParty eq '1234'"
    )
    assert [row["SalesOrder"].zfill(10) for row in found] == [order.number]


def test_a_lost_reply_leaves_the_order(world, browser, network):
    """sap.md 2.19: unknown outcome"""
    browser.fetch()
    network.lose_reply("A_SalesOrder", "POST")
    with pytest.raises(requests.ConnectionError):
        browser.post("A_SalesOrder", browser.an_order())
    assert len(world.orders) == 1


def test_the_same_over_a_real_socket(world, gateway):
    """sap.md 4.2, over HTTP"""
    with serve(gateway) as url, requests.Session() as http:
        http.auth = ("DEMO", "welcome")
        http.headers["Accept"] = "application/json"
        root = f"{url}/sap/opu/odata/sap/API_SALES_ORDER_SRV"
        fetched = http.get(f"{root}/", headers={"X-CSRF-Token": "Fetch"})
        http.headers["X-CSRF-Token"] = fetched.headers["x-csrf-token"]
        body = {
            "SalesOrderType": "OR",
            "SoldToParty": "1234",
            "to_Item": [{"Material": "62", "RequestedQuantity": "5"}],
        }
        created = http.post(f"{root}/A_SalesOrder", json=body)
        assert created.status_code == 201
        address = created.headers["Location"]
        assert address == f"{root}/A_SalesOrder('{created.json()['d']['SalesOrder']}')"
        order = http.get(f"{address}?$expand=to_Item").json()["d"]
        assert order["to_Item"]["results"][0]["NetAmount"] == "62.500"
        etag = order["__metadata"]["etag"]
        changed = http.patch(address, json={"DeliveryBlockReason": "01"}, headers={"If-Match": etag})
        assert changed.status_code == 204
        assert changed.content == b""
        assert world.order(order["SalesOrder"]).fields["DLV_BLOCK"] == "01"
        again = http.patch(address, json={"DeliveryBlockReason": ""}, headers={"If-Match": etag})
        assert again.status_code == 412


def browser_at(url, http):
    """Log a session on at the URL, with a token; the root of the orders' service."""
    http.auth = ("DEMO", "welcome")
    http.headers["Accept"] = "application/json"
    root = f"{url}/sap/opu/odata/sap/API_SALES_ORDER_SRV"
    fetched = http.get(f"{root}/", headers={"X-CSRF-Token": "Fetch"})
    http.headers["X-CSRF-Token"] = fetched.headers["x-csrf-token"]
    return root


def test_a_lost_reply_over_a_real_socket_leaves_the_order(world, network, browser):
    with serve(network) as url, requests.Session() as http:
        root = browser_at(url, http)
        network.lose_reply("A_SalesOrder", "POST")
        with pytest.raises(requests.ConnectionError):
            http.post(f"{root}/A_SalesOrder", json=browser.an_order())
        [found] = http.get(f"{root}/A_SalesOrder?$filter=PurchaseOrderByCustomer eq 'PO-4711'").json()["d"][
            "results"
        ]
    assert world.order(found["SalesOrder"]).net_value == Decimal("62.50")


def test_many_clients_at_once_get_orders_of_their_own(world, gateway, browser):
    body = browser.an_order()

    def create(url):
        with requests.Session() as http:
            root = browser_at(url, http)
            answers = [http.post(f"{root}/A_SalesOrder", json=body) for _ in range(5)]
            return [answer.json()["d"]["SalesOrder"] for answer in answers]

    with serve(gateway) as url, ThreadPoolExecutor(4) as pool:
        numbers = [number for created in pool.map(create, [url] * 4) for number in created]
    assert len(set(numbers)) == len(world.orders) == 20


class TestOtherHabits:
    """The page is silent about what these answers hold"""

    @pytest.fixture
    def settings(self):
        return Settings(deep_insert_echoed=False, changes_shown=True, default_client="000")

    def test_children_are_left_out_and_changes_are_shown(self, browser4):
        browser4.http.params = {"sap-client": "100"}
        order = browser4.an_order()
        created = browser4.post("SalesOrder", order)
        assert "_Item" not in created.json()
        path = f"SalesOrder('{created.json()['SalesOrder']}')"
        changed = browser4.patch(path, {"DeliveryBlockReason": "01"}, If_Match="*")
        assert (changed.status_code, changed.json()["DeliveryBlockReason"]) == (200, "01")
