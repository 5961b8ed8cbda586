"""Who is let in, what is described, refusals, and who has to wait (dynamics.md 3.1, 3.2, 3.6, 3.7; checklist 5, 6)."""

from decimal import Decimal

import pytest
import requests
from lxml import etree

from erp_connect.testing.mocks.dynamics.fo.settings import BI_SETS, Settings
from erp_connect.testing.mocks.serving import serve

from .conftest import HOST, a_header, a_line, refused

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
TOKEN = "/harbour.example/oauth2/v2.0/token"


# ---------------------------------------------------------------- tokens


def asked(session, **form):
    body = {"grant_type": "client_credentials", "client_id": "order-robot", "client_secret": "s3cret"}
    return session.post(f"https://login.microsoftonline.com{form.pop('path', TOKEN)}", data=body | form)


def test_a_token_is_for_the_environment(session, fo):
    """3.1: scope = root URL with .default; v1: resource = root URL without trailing slash"""
    for form in (
        {"scope": f"{HOST}/.default"},
        {"path": "/harbour.example/oauth2/token", "resource": HOST},
    ):
        answer = asked(session, **form)
        assert answer.status_code == 200
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        assert fo("GET", "SalesOrderHeadersV2").status_code == 200


@pytest.mark.parametrize("settings", [Settings(environment="https://other.example")])
def test_a_token_for_another_environment_is_useless(session, fo, server):
    session.headers["Authorization"] = f"Bearer {server.tokens.token('https://harbour.example')}"
    assert fo("GET", "LegalEntities").status_code == 401
    session.headers["Authorization"] = f"Bearer {server.tokens.token('https://other.example')}"
    assert fo("GET", "LegalEntities").status_code == 200


def test_an_extra_slash_in_the_resource_makes_the_token_useless(session, fo):
    """3.6: wrong resource in the token"""
    answer = asked(session, path="/harbour.example/oauth2/token", resource=f"{HOST}/")
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    assert fo("GET", "SalesOrderHeadersV2").status_code == 401


def test_a_wrong_secret_gets_no_token(session):
    answer = asked(session, client_secret="wrong", scope=f"{HOST}/.default")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_tokens_run_out(fo, server, clock):
    assert fo("GET", "SalesOrderHeadersV2").status_code == 200
    clock.turn(seconds=server.tokens.lifetime)
    assert fo("GET", "SalesOrderHeadersV2").status_code == 401


def test_an_application_must_be_registered(fo, server):
    """3.1, 3.6: application not registered in F&O"""
    server.settings.unregistered.add("order-robot")
    assert fo("GET", "SalesOrderHeadersV2").status_code == 401
    assert fo("POST", "SalesOrderHeadersV2", a_header()).status_code == 401


def test_without_a_token_nobody_comes_in(fo, session):
    del session.headers["Authorization"]
    answer = fo("GET", "SalesOrderHeadersV2")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


# ---------------------------------------------------------------- descriptions


def test_the_metadata_tell_no_lengths_and_what_may_be_edited(fo):
    """3.2, metadata"""
    text = fo("GET", "$metadata").text
    assert "MaxLength" not in text
    root = etree.fromstring(text.encode())
    types = {e.get("Name"): e for e in root.iter(f"{EDM}EntityType")}
    header = {p.get("Name"): p for p in types["SalesOrderHeaderV2"].iter(f"{EDM}Property")}
    assert header["OrderTotalAmount"].get("Nullable") == "false"
    assert header["SalesOrderStatus"].get("Type") == "Microsoft.Dynamics.DataEntities.SalesStatus"
    notes = {a.get("Term").rpartition(".")[2]: a.get("Bool") for a in header["SalesOrderStatus"]}
    assert (notes["AllowEdit"], notes["AllowEditOnCreate"]) == ("false", "false")
    customer = {p.get("Name"): p for p in types["CustomerV3"].iter(f"{EDM}Property")}
    needed = [
        n
        for n, p in customer.items()
        for a in p
        if a.get("Term").endswith("IsRequired") and a.get("Bool") == "true"
    ]
    assert needed == ["CustomerGroupId", "SalesCurrencyCode"]
    statuses = next(e for e in root.iter(f"{EDM}EnumType") if e.get("Name") == "SalesStatus")
    assert [m.get("Name") for m in statuses] == ["None", "Backorder", "Delivered", "Invoiced", "Canceled"]


@pytest.mark.parametrize("settings", [Settings(name_clash=True)])
def test_an_enumeration_may_have_the_name_of_an_entity_type(fo):
    """3.2, name clash"""
    text = fo("GET", "$metadata").text
    assert ('<EnumType Name="LegalEntity">' in text, '<EntityType Name="LegalEntity">' in text) == (
        True,
        True,
    )


def test_lists_of_entities_and_enumerations(session, fo):
    """3.1, metadata"""
    names = {
        e["PublicCollectionName"] for e in session.get(f"{HOST}/metadata/PublicEntities").json()["value"]
    }
    assert names == {row["name"] for row in fo.rows("")}
    assert (
        session.get(f"{HOST}/metadata/DataEntities").json()["value"][0]["Name"] == "SalesOrderHeaderV2Entity"
    )
    enums = session.get(f"{HOST}/metadata/PublicEnumerations").json()["value"]
    assert {"Name": "No", "Value": 0} in next(e for e in enums if e["Name"] == "NoYes")["Members"]
    assert session.get(f"{HOST}/metadata/Nothing").status_code == 404


def test_the_service_is_on_premises_under_another_root(session):
    assert session.get(f"{HOST}/namespaces/AXSF/data/LegalEntities").status_code == 200
    assert session.get(f"{HOST}/nowhere").status_code == 404


@pytest.mark.parametrize("settings", [Settings(lacks=BI_SETS | {"SalesOrderHeadersV4"})])
def test_a_release_may_lack_sets(fo):
    """3.3: public exposure varies by tenant; section 9: read the service document"""
    names = {row["name"] for row in fo.rows("")}
    assert not names & (BI_SETS | {"SalesOrderHeadersV4"})
    assert fo("GET", "SalesLineBiEntities").status_code == 404


# ---------------------------------------------------------------- refusals


def test_a_refusal_has_the_log_inside(fo):
    """3.9, point 5; 3.6"""
    order = fo.header()
    answer = fo("POST", "SalesOrderLines", a_line(order, ItemNumber="NONE"))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["message"]) == (400, "", "An error has occurred.")
    assert set(error["innererror"]) == {"message", "type", "stacktrace"}
    assert error["innererror"]["type"].endswith("OData.AxODataWriteException")
    head, _, entries = error["innererror"]["message"].partition(" Infolog: ")
    assert head == "Write failed for table row of type 'SalesOrderLineV2Entity'."
    assert [entry.partition(":")[0] for entry in entries.split("; ")] == ["Warning", "Error"]


@pytest.mark.parametrize("settings", [Settings(refusal_status=500)])
def test_a_refusal_may_be_a_500(fo):
    order = fo.header()
    assert refused(fo("POST", "SalesOrderLines", a_line(order, ItemNumber="NONE")))[0] == 500
    assert refused(fo("POST", "SalesOrderLines", a_line(order, Nothing=1)))[0] == 400


def test_the_sets_of_an_entity_are_named_in_the_applications_words(fo):
    order = fo.header()
    assert (
        "'SalesOrderLineV3Entity'"
        in refused(fo("POST", "SalesOrderLinesV3", a_line(order, ItemNumber="X")))[1]
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"Unknown": 1},
        {"URL": 5},
        {"TotalDiscountPercentage": "5"},
        {"TotalDiscountPercentage": None},
        {"TotalDiscountPercentage": Decimal("1234567890.12345678")},
        {"RequestedReceiptDate": "2026-03-10"},
        {"RequestedReceiptDate": "2026-03-10T00:00:00"},
        {"RequestedReceiptDate": None},
        {"customersOrderReference": "x"},
    ],
)
def test_unknown_and_mistyped_fields_are_refused(fo, fields):
    """3.2: types; names are case-sensitive"""
    body = {"OrderingCustomerAccountNumber": "10000"} | fields
    answer = fo("POST", "SalesOrderHeadersV2", body)
    assert refused(answer)[0] == 400
    assert fo.rows("SalesOrderHeadersV2") == []


def test_a_text_that_is_too_long_is_refused(fo):
    """3.2: lengths come from the product's data types"""
    answer = fo("POST", "SalesOrderHeadersV2", a_header(CustomerRequisitionNumber="x" * 31))
    text = "validateField failed on field 'SalesOrderHeaderV2Entity.CustomerRequisitionNumber'."
    assert text in refused(answer)[1]


@pytest.mark.parametrize("settings", [Settings(long_text="cut", lengths={"CustomersOrderReference": 5})])
def test_a_text_that_is_too_long_may_be_cut(fo):
    assert fo.header(CustomersOrderReference="PO-4711")["CustomersOrderReference"] == "PO-47"


def test_an_unknown_set_is_named(fo):
    """3.6: 404 naming the segment"""
    assert refused(fo("GET", "SalesOrders")) == (404, "Resource not found for the segment 'SalesOrders'.")


@pytest.mark.parametrize("settings", [Settings(unknown_set="html")])
def test_an_unknown_set_may_be_answered_in_html(fo):
    answer = fo("GET", "SalesOrders")
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (404, "text/html")
    assert "'SalesOrders'" in answer.text


def test_methods_that_a_set_does_not_have(fo):
    assert fo("POST", "ReleasedProductsV2", {"ItemNumber": "X"}).status_code == 405
    assert fo("POST", "SalesInvoiceHeadersV2", {}).status_code == 405
    assert fo("POST", "SalesOrderHeadersV2", None).status_code == 415


# ---------------------------------------------------------------- throttling


@pytest.mark.parametrize(
    ("load", "priority", "status"),
    [
        ("normal", "low", 200),
        ("high", "low", 429),
        ("high", "medium", 200),
        ("critical", "medium", 429),
        ("critical", "high", 200),
    ],
)
def test_a_busy_server_throttles_by_priority(fo, server, load, priority, status):
    """3.7: resource-based; 3.9, point 6"""
    server.settings.load, server.settings.priorities = load, {"order-robot": priority}
    answer = fo("GET", "SalesOrderHeadersV2")
    assert answer.status_code == status
    if status == 429:
        assert answer.headers["Retry-After"] == "30"
        assert refused(answer)[1].startswith("This request is throttled")


def test_nothing_is_executed_where_a_request_is_throttled(fo, server):
    server.settings.load = "high"
    assert fo("POST", "SalesOrderHeadersV2", a_header()).status_code == 429
    server.settings.load = "normal"
    assert fo.rows("SalesOrderHeadersV2") == []


@pytest.mark.parametrize("settings", [Settings(user_limits=True, requests_in_window=2)])
def test_older_releases_count_requests(fo, clock):
    """3.7: user-based, removed in 10.0.36"""
    statuses = [fo("GET", "LegalEntities").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    clock.turn(seconds=300)
    assert fo("GET", "LegalEntities").status_code == 200


@pytest.mark.parametrize(
    "settings", [Settings(user_limits=True, requests_in_window=1, window=10, retry_after=7)]
)
def test_the_window_and_the_wait_are_the_sites(fo, clock):
    assert fo("GET", "LegalEntities").status_code == 200
    assert fo("GET", "LegalEntities").headers["Retry-After"] == "7"
    clock.turn(seconds=10)
    assert fo("GET", "LegalEntities").status_code == 200


@pytest.mark.parametrize("settings", [Settings(user_limits=True, concurrent=1)])
def test_older_releases_count_concurrent_requests(server):
    throttled = server.throttling
    with (
        throttled.admitted("order-robot"),
        pytest.raises(Exception, match="concurrent"),
        throttled.admitted("order-robot"),
    ):
        pass
    with throttled.admitted("order-robot"):
        pass


@pytest.mark.parametrize("settings", [Settings(requests_in_window=1, concurrent=1)])
def test_newer_releases_do_not_count(fo):
    assert [fo("GET", "LegalEntities").status_code for _ in range(2)] == [200, 200]


# ---------------------------------------------------------------- a real socket


def test_the_same_behind_a_socket(server):
    """3.1: a token for the root that is called"""
    with serve(server) as url:
        token = server.tokens.token(url)
        answer = requests.post(
            f"{url}/data/SalesOrderHeadersV2",
            json=a_header(),
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )
    assert answer.status_code == 201
    assert answer.json()["SalesOrderNumber"] == "100001"
