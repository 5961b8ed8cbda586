"""The stand-in itself: it refuses whatever its description does not allow, and answers as the protocol says."""

import json
from decimal import Decimal
from urllib.parse import quote

import pytest
import requests

from .gateway import Gateway, Request
from .land import described, furnished, mocked, real
from .serving import served

ORDERS = f"{Gateway.root}/API_SALES_ORDER_SRV"
PARTNERS = f"{Gateway.root}/API_BUSINESS_PARTNER"
JSON = {"content-type": "application/json"}
ORDER = {
    "SalesOrderType": "OR",
    "SalesOrganization": "1000",
    "DistributionChannel": "10",
    "OrganizationDivision": "00",
    "SoldToParty": "1234",
    "to_Item": {"results": [{"Material": "VALVE-20", "RequestedQuantity": "5"}]},
}


@pytest.fixture(params=[pytest.param("real", marks=real), "mock"])
def gateway(request):
    return furnished(described(request.param))


def ask(gateway, method, path, body=None, **headers):
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    text = b"" if body is None else json.dumps(body).encode()
    target = path if path.startswith("/") else f"{ORDERS}/{path}"
    return gateway.answer(Request(method, target, {**JSON, **told}, text))


def order(gateway, **more):
    answer = ask(gateway, "POST", "A_SalesOrder", {**ORDER, **more})
    assert answer.status == 201, answer.body
    return answer.json()["d"]


@pytest.mark.parametrize(
    "more",
    [
        {"Nothing": "x"},
        {"SalesOrderType": "ORDER"},
        {"SalesOrderType": 1},
        {"SalesOrderType": "OR", "CreationDate": "/Date(0)/"},
        {"SalesOrderType": "OR", "TotalNetAmount": "1"},
        {"CompleteDeliveryIsDefined": "X"},
        {"RequestedDeliveryDate": "2026-01-15"},
        {"to_Nothing": []},
        {"to_Item": {"Material": "VALVE-20"}},
        {"to_Item": [{"Material": "VALVE-20", "RequestedQuantity": 5}]},
        {"to_Item": [{"Material": "VALVE-20", "RequestedQuantity": "5.0001"}]},
        {"to_Item": [{"Material": "VALVE-20", "RequestedQuantity": "1234567890123"}]},
        {"to_Item": [{"Material": "VALVE-20", "RequestedQuantity": "1e3"}]},
        {"to_Item": [{"Material": "VALVE-20", "RequestedQuantity": "5", "RequestedQuantityUnit": "QQ"}]},
        {"to_Item": [{"Material": "NOPE", "RequestedQuantity": "5"}]},
        {"to_Text": [{"LongText": "no key"}]},
        {"SoldToParty": "NOBODY"},
    ],
    ids="-".join,
)
def test_a_body_with_something_it_does_not_know_or_hold_enters_nothing(gateway, more):
    answer = ask(gateway, "POST", "A_SalesOrder", {**ORDER, **more})
    assert answer.status == 400
    error = answer.json()["error"]
    assert error["message"]["value"]
    assert error["innererror"]["errordetails"][0]["severity"] == "error"
    assert all(rows == [] for name, rows in gateway.books.rows.items() if name.startswith("A_SalesOrder"))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("A_Nothing", 404),
        ("A_SalesOrder('99')", 404),
        ("A_SalesOrder(Nothing='99')", 400),
        ("A_SalesOrderItem('10')", 400),
        ("A_SalesOrder?$select=Nothing", 400),
        ("A_SalesOrder?$select=to_Item/Material", 400),
        ("A_SalesOrder?$expand=to_Nothing", 400),
        ("A_SalesOrder?$expand=to_Item/to_Nothing", 400),
        ("A_SalesOrder?$filter=Nothing eq 'x'", 400),
        ("A_SalesOrder?$filter=SalesOrder eq 4711", 400),
        ("A_SalesOrder?$filter=SalesOrderDate ge datetimeoffset'2026-01-01T00:00:00Z'", 400),
        ("A_SalesOrder?$filter=SalesOrder in ('1','2')", 400),
        ("A_SalesOrder?$filter=contains(SalesOrder,'1')", 400),
        ("A_SalesOrder?$filter=SalesOrder eq '1' and", 400),
        ("A_SalesOrder?$orderby=Nothing", 400),
        ("A_SalesOrder?$top=many", 400),
        ("A_SalesOrder?$count=true", 400),
        ("/elsewhere/A_SalesOrder", 404),
        (f"{Gateway.root}/API_NOTHING/$metadata", 404),
    ],
)
def test_an_address_with_something_it_does_not_know_is_refused(gateway, path, status):
    order(gateway)
    assert ask(gateway, "GET", quote(path, safe="/$?=&()',")).status == status
    assert gateway.refusals


def test_marks_of_the_description_hold_for_filters_orders_creates_and_changes():
    told = mocked("API_SALES_ORDER_SRV")[0]
    for mark, name in (
        ("filterable", b"SalesGroup"),
        ("sortable", b"SalesOffice"),
        ("updatable", b"SalesDistrict"),
    ):
        place = b'<Property Name="' + name + b'" '
        told = told.replace(place, place + b"sap:" + mark.encode() + b'="false" ', 1)
    gateway = furnished([told])
    made = order(gateway)
    path, tag = f"A_SalesOrder('{made['SalesOrder']}')", made["__metadata"]["etag"]
    assert ask(gateway, "GET", "A_SalesOrder?$filter=SalesGroup%20eq%20'1'").status == 400
    assert ask(gateway, "GET", "A_SalesOrder?$orderby=SalesOffice").status == 400
    assert ask(gateway, "PATCH", path, {"SalesDistrict": "1"}, if_match=tag).status == 400
    assert ask(gateway, "PATCH", path, {"SalesGroup": "1"}, if_match=tag).status == 204


def test_sets_take_only_what_they_are_marked_for(gateway):
    made = order(gateway)
    path = f"A_SalesOrder('{made['SalesOrder']}')"
    key = f"SalesOrder='{made['SalesOrder']}',SalesOrderItem='10',ScheduleLine='1'"
    for method, name in (("PATCH", "updatable"), ("DELETE", "deletable")):
        allowed = getattr(gateway.books.sets["A_SalesOrderScheduleLine"], name)
        answer = ask(gateway, method, f"A_SalesOrderScheduleLine({key})", {"ScheduleLineOrderQuantity": "5"})
        assert answer.status == (204 if allowed else 405)
    allowed = gateway.books.sets["A_SalesOrderText"].creatable
    text = {"Language": "EN", "LongTextID": "0001", "LongText": "hello"}
    assert ask(gateway, "POST", f"{path}/to_Text", text).status == (201 if allowed else 405)
    customer = {"Customer": "9"}
    assert ask(gateway, "POST", f"{PARTNERS}/A_Customer", customer).status == 405
    assert ask(gateway, "DELETE", f"{PARTNERS}/A_Customer('1234')").status == 405
    assert (
        ask(gateway, "POST", f"{path}/to_Item", {"Material": "PUMP-1", "RequestedQuantity": "1"}).status
        == 201
    )
    assert ask(gateway, "PUT", path, ORDER).status == 405


def test_an_entity_with_a_stamp_is_changed_under_its_tag_only(gateway):
    made = order(gateway)
    path, tag = f"A_SalesOrder('{made['SalesOrder']}')", made["__metadata"]["etag"]
    change = {"CustomerPaymentTerms": "N60"}
    assert ask(gateway, "PATCH", path, change).status == 428
    assert ask(gateway, "MERGE", path, change, if_match=tag).status == 204
    assert ask(gateway, "PATCH", path, change, if_match=tag).status == 412
    new = ask(gateway, "GET", path).headers["etag"]
    tunnel = {"if_match": new, "x_http_method": "MERGE"}
    assert ask(gateway, "POST", path, change, **tunnel).status == 204
    assert ask(gateway, "DELETE", path, if_match="*").status == 204
    assert ask(gateway, "GET", path).status == 404
    assert gateway.books.rows["A_SalesOrderItem"] == []


def test_values_are_shown_as_version_2_shows_them(gateway):
    made = order(gateway, RequestedDeliveryDate="/Date(1768435200000)/")
    key = made["SalesOrder"].rjust(10, "0")
    read = ask(gateway, "GET", f"A_SalesOrder('{key}')?$expand=to_Item,to_Partner").json()["d"]
    (item,) = read["to_Item"]["results"]
    assert (item["RequestedQuantity"], item["NetAmount"]) == ("5.000", "62.500")
    assert (read["RequestedDeliveryDate"], read["CompleteDeliveryIsDefined"]) == (
        "/Date(1768435200000)/",
        False,
    )
    assert read["LastChangeDateTime"].endswith("+0000)/")
    assert read["PricingDate"].startswith("/Date(")
    assert read["to_Text"]["__deferred"]["uri"].endswith("/to_Text")
    assert {each["PartnerFunction"] for each in read["to_Partner"]["results"]} == {"SP", "SH", "BP", "PY"}


def test_pages_count_and_order(gateway):
    made = [order(gateway)["SalesOrder"] for _ in range(5)]
    gateway.page = 2
    path = "A_SalesOrder?$orderby=SalesOrder%20desc&$select=SalesOrder&$inlinecount=allpages&$top=4"
    seen = []
    while path:
        told = ask(gateway, "GET", path).json()["d"]
        assert told["__count"] == "5"
        seen += [row["SalesOrder"] for row in told["results"]]
        path = told.get("__next", "")
    assert seen == made[::-1][:4]
    assert ask(gateway, "GET", "A_SalesOrder/$count").body == b"5"


def batch(gateway, *parts):
    """A batch with one change set of these parts."""
    text = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
    for method, path, body in parts:
        said = json.dumps(body)
        text += "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        text += f"{method} {path} HTTP/1.1\r\nContent-Type: application/json\r\nIf-Match: *\r\n\r\n{said}\r\n"
    text += "--c--\r\n\r\n--b--\r\n"
    headers = {"content-type": "multipart/mixed; boundary=b"}
    return gateway.answer(Request("POST", f"{ORDERS}/$batch", headers, text.encode()))


def test_a_change_set_stands_whole_or_not_at_all(gateway):
    number = order(gateway)["SalesOrder"]
    item = f"A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='10')"
    good, bad = ("PATCH", item, {"RequestedQuantity": "7"}), ("PATCH", item, {"Nothing": "x"})
    answer = batch(gateway, good, bad)
    assert answer.status == 202
    assert answer.body.count(b"HTTP/1.1 ") == 1
    assert b"HTTP/1.1 400" in answer.body
    assert gateway.books.rows["A_SalesOrderItem"][0]["RequestedQuantity"] == 5
    assert batch(gateway, good, ("POST", "A_SalesOrder", ORDER)).body.count(b"HTTP/1.1 20") == 2
    assert gateway.books.rows["A_SalesOrderItem"][0]["RequestedQuantity"] == 7
    assert len(gateway.books.rows["A_SalesOrder"]) == 2


def test_the_description_is_served_as_it_is(gateway):
    for service in gateway.books.services.values():
        assert ask(gateway, "GET", f"{Gateway.root}/{service.name}/$metadata").body == service.document


def test_totals_and_statuses_follow_what_was_entered(gateway):
    items = [
        {"Material": "VALVE-20", "RequestedQuantity": "10"},
        {"Material": "PUMP-1", "RequestedQuantity": "1"},
    ]
    number = order(gateway, to_Item=items)["SalesOrder"]
    for position, total, status in (("10", Decimal(240), "B"), ("20", Decimal(0), "C")):
        key = f"A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='{position}')"
        assert ask(gateway, "PATCH", key, {"SalesDocumentRjcnReason": "Z1"}).status == 204
        read = ask(gateway, "GET", f"A_SalesOrder('{number}')").json()["d"]
        assert (Decimal(read["TotalNetAmount"]), read["OverallSDDocumentRejectionSts"]) == (total, status)
    assert ask(gateway, "PATCH", key, {"SalesDocumentRjcnReason": "ZZ"}).status == 400


def test_a_write_needs_logon_session_and_token():
    gateway = furnished(mocked("API_SALES_ORDER_SRV"))
    with served(gateway) as host, requests.Session() as session:
        url = f"http://{host}{ORDERS}"
        assert session.get(f"{url}/$metadata", timeout=5).status_code == 401
        session.auth = ("DEMO", "welcome")
        assert session.get(f"{url}/?sap-client=200", timeout=5).status_code == 401
        refused = session.post(f"{url}/A_SalesOrder", json=ORDER, timeout=5)
        assert (refused.status_code, refused.headers["x-csrf-token"]) == (403, "Required")
        token = session.head(f"{url}/", headers={"X-CSRF-Token": "Fetch"}, timeout=5).headers["x-csrf-token"]
        send = {"headers": {"X-CSRF-Token": token}, "json": ORDER, "timeout": 5}
        assert session.post(f"{url}/A_SalesOrder", **send).status_code == 201
        gateway.forget_sessions = True
        assert session.post(f"{url}/A_SalesOrder", **send).status_code == 403
        token = session.get(f"{url}/", headers={"X-CSRF-Token": "Fetch"}, timeout=5).headers["x-csrf-token"]
        send["headers"] = {"X-CSRF-Token": token}
        gateway.lost.append(("POST", "A_SalesOrder"))
        with pytest.raises(requests.ConnectionError):
            session.post(f"{url}/A_SalesOrder", **send)
        assert len(gateway.books.rows["A_SalesOrder"]) == 2
