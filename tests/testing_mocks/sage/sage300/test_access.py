"""Who is let in, what every request needs, and what the server tells of itself (sage.md 3.1, 3.7)."""

import pytest
import requests
from lxml import etree

from erp_connect.testing.mocks.sage.sage300.samples import sample_company

from .conftest import HOST, ROOT, a_line, code, message


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("kind", [None, "text/plain", "application/xml"])
def test_every_request_needs_the_json_content_type(session, sage, company, method, kind):
    """sage.md 3.7, point 1: also a GET is answered 500 without it."""
    headers = {} if kind is None else {"Content-Type": kind}
    body = b'{"CustomerNumber": "10000"}' if method == "POST" else None
    answer = session.request(method, f"{ROOT}/OE/OEOrders", data=body, headers=headers)
    assert code(answer) == (500, "InternalServerError")
    assert not company.documents.where("kind", "order")


def test_a_charset_beside_the_content_type_is_fine(sage):
    assert sage("GET", "AR/ARCustomers", Content_Type="application/json; charset=utf-8").status_code == 200


@pytest.mark.parametrize("auth", [None, ("WEBUSER", "wrong"), ("NOBODY", "webkey"), ("WEBUSER", "")])
def test_wrong_credentials_are_told_in_the_form_of_all_errors(session, sage, auth):
    """sage.md 3.7, point 2."""
    session.auth = auth
    answer = sage("GET", "OE/OEOrders")
    assert code(answer) == (401, "Unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_the_administrator_is_kept_out_unless_that_is_switched_on(session, sage, server):
    """sage.md 3.7, point 2: ADMIN gets 403 unless enabled."""
    session.auth = ("ADMIN", "admin")
    assert code(sage("GET", "OE/OEOrders")) == (403, "Forbidden")
    server.settings.admin_allowed = True
    assert sage("GET", "OE/OEOrders").status_code == 200


def test_a_user_needs_the_right_for_each_module(sage, server, company):
    server.settings.rights["WEBUSER"] = frozenset({"AR", "IC"})
    assert code(sage("POST", "OE/OEOrders", {"CustomerNumber": "10000"})) == (403, "Forbidden")
    assert sage("GET", "AR/ARCustomers").status_code == 200
    assert not company.documents.where("kind", "order")


def test_without_application_security_passwords_are_blank(session, sage, server):
    server.settings.security = False
    assert code(sage("GET", "OE/OEOrders")) == (401, "Unauthorized")
    session.auth = ("webuser", "")
    assert sage("GET", "OE/OEOrders").status_code == 200


@pytest.mark.parametrize("name", ["NOSUCH", "saminc"])
def test_an_unknown_company_is_a_fault_of_the_installation(sage, server, name):
    url = f"{HOST}/Sage300WebApi/v1.0/-/{name}/OE/OEOrders"
    assert code(sage("GET", url)) == (500, "DBLinkError")
    server.settings.unknown_company = "Unauthorized"
    assert code(sage("GET", url)) == (401, "Unauthorized")


@pytest.mark.parametrize(
    "path", ["OE/OENothing", "XX/OEOrders", "oe/OEOrders", "AR/OEOrders", "OE/OEOrders(1)/x"]
)
def test_what_is_nowhere_is_not_found(sage, path):
    assert code(sage("GET", path)) == (404, "ResourceNotFound")


def test_outside_the_api_nothing_speaks_json(sage):
    answer = sage("GET", f"{HOST}/Sage300WebApi/v2.0/-/SAMINC/OE/OEOrders")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_first_call_is_slow_and_so_is_each_after_a_long_pause(sage, server, clock):
    """sage.md 3.7, point 11."""
    server.settings.warm_up = 12
    taken = []
    for pause in (0, 0, 19, 21):
        clock.turn(minutes=pause)
        before = clock.now()
        assert sage("GET", "AR/ARTerms").status_code == 200
        taken.append((clock.now() - before).total_seconds())
    assert taken == [12, 0, 0, 12]


def test_who_does_not_wait_for_the_slow_call_times_out(sage, session, server):
    """sage.md 3.7, point 11."""
    server.settings.warm_up = 12
    with pytest.raises(requests.ReadTimeout):
        session.get(f"{ROOT}/AR/ARTerms", headers={"Content-Type": "application/json"}, timeout=5)
    assert sage("GET", "AR/ARTerms").status_code == 200


def test_too_many_requests_at_once(sage, server, clock, monkeypatch):
    server.settings.concurrent = 1
    server.commit_late(5, "AR/ARTerms")
    meanwhile = []
    monkeypatch.setattr(clock, "sleep", lambda seconds: meanwhile.append(code(sage("GET", "OE/OEOrders"))))
    assert sage("GET", "AR/ARTerms").status_code == 200
    assert meanwhile == [(429, "TooManyRequests")]
    assert sage("GET", "OE/OEOrders").status_code == 200


def test_metadata_names_sets_keys_and_details(sage):
    answer = sage("GET", "OE/$metadata")
    assert answer.status_code == 200
    root = etree.fromstring(answer.content)
    assert root.get("Version") == "4.0"
    edm = {"e": "http://docs.oasis-open.org/odata/ns/edm"}
    sets = root.xpath("//e:EntitySet/@Name", namespaces=edm)
    assert "OEOrders" in sets
    assert "OEShipments" not in sets
    assert root.xpath("//e:EntityType[@Name='Order']/e:Key/e:PropertyRef/@Name", namespaces=edm) == [
        "OrderUniquifier"
    ]
    types = root.xpath("//e:EntityType[@Name='Order']/e:Property[@Name='OrderDetails']/@Type", namespaces=edm)
    assert types == ["Collection(Sage.CA.SBS.ERP.Sage300.OE.WebApi.Models.OrderOrderDetails)"]


def test_swagger_tells_which_verbs_this_release_has(session, server):
    landing = f"{HOST}/Sage300WebApi"
    assert session.get(landing).headers["Content-Type"].startswith("text/html")
    told = session.get(landing, headers={"Accept": "application/json"}).json()
    assert told["swagger"] == "2.0"
    assert sorted(told["paths"]["/{company}/OE/OEOrders"]) == ["get", "post"]
    assert sorted(told["paths"]["/{company}/OE/OEOrders(OrderUniquifier={OrderUniquifier})"]) == ["get"]
    assert "/{company}/IC/ICLocationDetails" not in told["paths"]
    server.settings.more_resources.add("ICLocationDetails")
    server.settings.no_resources.add("OEInvoices")
    told = session.get(landing, headers={"Accept": "application/json"}).json()
    assert "/{company}/IC/ICLocationDetails" in told["paths"]
    assert "/{company}/OE/OEInvoices" not in told["paths"]


def test_a_release_may_lack_a_resource(sage, server):
    server.settings.no_resources.add("OEInvoices")
    assert code(sage("GET", "OE/OEInvoices")) == (404, "ResourceNotFound")


def test_a_template_is_offered_and_nothing_is_entered(sage, company):
    answer = sage("POST", "OE/OEOrders('$template')")
    assert answer.status_code == 200
    assert answer.json()["OrderType"] == "Active"
    assert answer.json()["OrderDetails"] == []
    assert "OrderUniquifier" not in answer.json()
    assert not company.documents.where("kind", "order")


def test_unknown_actions_are_refused(sage):
    sage.order(a_line())
    assert code(sage("POST", "OE/OEOrders('$nothing')", {})) == (400, "InvalidAction")
    assert code(sage("POST", "OE/OEOrders('$process')")) == (400, "InvalidAction")
    assert code(sage("GET", "OE/OEOrders('$template')")) == (400, "InvalidAction")


def test_codes_whose_status_is_open_can_be_set(sage, server):
    server.settings.statuses["RecordDuplicate"] = 400
    sage.order(a_line(), OrderNumber="WEB-1")
    body = {"CustomerNumber": "10000", "OrderNumber": "WEB-1", "OrderDetails": [a_line()]}
    answer = sage("POST", "OE/OEOrders", body)
    assert code(answer) == (400, "RecordDuplicate")
    assert message(answer) == "Record already exists."


def test_each_company_has_its_own_orders(sage, world):
    sample_company(world, "SAMLTD", "GBP")
    sage.order()
    other = f"{HOST}/Sage300WebApi/v1.0/-/SAMLTD/OE/OEOrders"
    assert sage.rows(other) == []
    made = sage.post(other, {"CustomerNumber": "10000", "OrderDetails": [a_line()]})
    assert made["OrderSourceCurrency"] == "GBP"
    assert len(sage.rows("OE/OEOrders")) == len(sage.rows(other)) == 1
