"""Filters, pages, what is asked for (dynamics.md 1.3, 1.4; 1.19 point 6)."""

import pytest

from .conftest import ROOT, code


@pytest.fixture
def orders(bc, clock):
    made = []
    for number in range(5):
        made.append(bc.order(externalDocumentNumber=f"WEB-{number}"))
        clock.turn(minutes=1)
    return made


def test_pages_are_linked_until_everything_is_there(bc, orders, server):
    server.settings.page_size = 2
    seen, url = [], "salesOrders?$orderby=number"
    while url:
        page = bc("GET", url).json()
        assert len(page["value"]) <= 2
        seen += [row["number"] for row in page["value"]]
        url = page.get("@odata.nextLink", "")
        assert not url or "$skiptoken=" in url
    assert seen == [order["number"] for order in orders]


def test_a_caller_may_ask_for_smaller_pages(bc, orders):
    page = bc("GET", "salesOrders", Prefer="odata.maxpagesize=2").json()
    assert len(page["value"]) == 2
    assert "@odata.nextLink" in page


def test_top_takes_the_next_link_away(bc, orders, server):
    """1.19 point 6."""
    server.settings.page_size = 2
    page = bc("GET", "salesOrders?$top=2").json()
    assert len(page["value"]) == 2
    assert "@odata.nextLink" not in page


def test_more_than_a_page_may_not_be_asked_for(bc):
    assert bc("GET", "salesOrders?$top=20001").status_code == 413


@pytest.mark.parametrize("option", ["$apply=groupby((number))", "$search=x", "$fliter=number eq 'x'"])
def test_an_option_that_it_does_not_know_is_passed_over(bc, orders, option):
    """1.19 point 6: and nobody is told."""
    assert len(bc.rows(f"salesOrders?{option}")) == 5


@pytest.mark.parametrize("option", ["$filter=colour eq 'red'", "$select=colour", "$orderby=colour"])
def test_a_field_that_it_does_not_know_is_refused(bc, option):
    """1.19 point 6."""
    answer = bc("GET", f"salesOrders?{option}")
    assert code(answer) == (400, "BadRequest")
    assert "Could not find a property named 'colour' on type 'Microsoft.NAV.salesOrder'." in answer.text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("externalDocumentNumber eq 'WEB-3'", 1),
        ("contains(externalDocumentNumber,'EB-')", 5),
        ("startswith(externalDocumentNumber,'WEB') and not endswith(externalDocumentNumber,'4')", 4),
        ("externalDocumentNumber eq 'WEB-1' or externalDocumentNumber eq 'WEB-2'", 2),
        ("lastModifiedDateTime gt 2026-03-02T09:02:00Z", 2),
        ("lastModifiedDateTime ge 2026-03-02T09:02:00Z and lastModifiedDateTime lt 2026-03-02T09:03:00Z", 1),
        ("orderDate ge 2026-01-31", 5),
        ("status eq 'Draft'", 5),
        ("customerNumber eq 'O''Hara'", 0),
    ],
)
def test_what_filters_find(bc, orders, text, found):
    assert len(bc.rows(f"salesOrders?$filter={text}")) == found


@pytest.mark.parametrize(
    "text",
    [
        "number eq 'A' or externalDocumentNumber eq 'B'",
        "(number eq 'A' and status eq 'Draft') or number eq 'B'",
        "number in ('A','B')",
        "tolower(number) eq 'a'",
        "salesOrderLines/any(l: l/quantity gt 1)",
        "number eq",
        "orderDate eq '2026-01-31'",
    ],
)
def test_what_filters_may_not_say(bc, text):
    assert code(bc("GET", f"salesOrders?$filter={text}")) == (400, "BadRequest")


def test_things_are_counted(bc, orders):
    assert bc("GET", "salesOrders?$count=true&$top=1").json()["@odata.count"] == 5
    assert bc("GET", "salesOrders/$count").text == "5"


def test_only_what_is_selected_comes(bc, orders):
    row = bc.rows("salesOrders?$select=number,status&$top=1")[0]
    assert set(row) == {"@odata.etag", "number", "status"}


def test_the_metadata_tell_names_types_and_actions(bc):
    text = bc("GET", f"{ROOT}/$metadata").text
    assert '<Property Name="externalDocumentNumber" Type="Edm.String" MaxLength="35"' in text
    assert '<EnumType Name="salesOrderEntityBufferStatus">' in text
    assert '<Member Name="In_x0020_Review" Value="1"/>' in text
    assert '<Action Name="shipAndInvoice" IsBound="true">' in text
    assert "salesReturnOrder" not in text


def test_return_orders_come_with_version_29(bc, server):
    """1.9."""
    assert bc("GET", "salesReturnOrders").status_code == 404
    server.settings.version = 29
    assert 'EntityType Name="salesReturnOrder"' in bc("GET", f"{ROOT}/$metadata").text
    body = {
        "sellToCustomerNumber": "10000",
        "yourReference": "R-1",
        "salesReturnOrderLines": [{"lineType": "Item", "lineObjectNumber": "VALVE-20", "quantity": 1}],
    }
    made = bc("POST", "salesReturnOrders?$expand=salesReturnOrderLines", body)
    assert made.status_code == 201, made.text
    assert made.json()["salesReturnOrderLines"][0]["returnQtyToReceive"] == 1


def test_a_key_that_is_no_guid_is_told_from_one_that_is_not_there(bc):
    assert code(bc("GET", "salesOrders(12)")) == (400, "Application_InvalidGUID")
    assert code(bc("GET", "nowhere")) == (404, "BadRequest_ResourceNotFound")


def test_every_refusal_has_a_correlation_id(bc):
    """1.14: two blanks before it, two after the colon, a dot at the end."""
    message = bc("POST", "salesOrders", {"customerNumber": "NIX"}).json()["error"]["message"]
    text, blank, rest = message.partition("  CorrelationId:  ")
    assert text == "The sell-to customer cannot be found."
    assert (blank, len(rest), rest[-1]) == ("  CorrelationId:  ", 37, ".")


def test_the_number_is_drawn_and_never_sent(bc):
    assert code(bc("POST", "salesOrders", {"customerNumber": "10000", "number": "X"})) == (
        400,
        "BadRequest_InvalidOperation",
    )


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"'])
def test_a_body_that_is_none_is_refused(bc, session, body):
    headers = {"Content-Type": "application/json"}
    answer = session.post(f"{bc.base}/salesOrders", data=body, headers=headers, timeout=9)
    assert code(answer) == (400, "BadRequest")


def test_a_body_of_another_kind_is_refused(bc, session):
    answer = session.post(f"{bc.base}/salesOrders", data=b"a=1", timeout=9)
    assert answer.status_code == 415


def test_customer_values_have_to_agree(bc):
    other = bc.rows("customers?$filter=number eq '20000'")[0]
    answer = bc("POST", "salesOrders", {"customerNumber": "10000", "customerId": other["id"]})
    assert "The sell-to customer values do not match to a specific Customer." in answer.text
    missing = bc("POST", "salesOrders", {}).json()["error"]["message"]
    assert missing.startswith('A "customerNumber" or a "customerId" must be provided.')


def test_a_company_that_is_not_there_is_told(bc):
    answer = bc("GET", f"{ROOT}/companies(11111111-1111-1111-1111-111111111111)/salesOrders")
    assert code(answer) == (404, "Internal_CompanyNotFound")


def test_nobody_is_guessed_where_there_are_two_companies(bc, world):
    world.add_company("Second")
    assert code(bc("GET", f"{ROOT}/salesOrders")) == (404, "Internal_CompanyNotFound")
    assert bc("GET", f"{ROOT}/salesOrders?company=Second").json()["value"] == []


def test_refusals_come_in_the_callers_language(bc):
    """1.14: so nobody reads texts."""
    body = {"customerNumber": "NIX"}
    english = bc("POST", "salesOrders", body).json()["error"]
    german = bc("POST", "salesOrders", body, Accept_Language="de-DE").json()["error"]
    assert german["code"] == english["code"]
    assert "cannot be found" not in german["message"]
    assert "  CorrelationId:  " in german["message"]


@pytest.mark.parametrize(("length", "status"), [(15_000, 200), (16_000, 400), (25_000, 500)])
def test_an_address_may_be_too_long(bc, length, status):
    """1.1: 400, then 500, never 414."""
    assert bc("GET", f"customers?x={'y' * (length - 200)}").status_code == status


def test_sets_stand_at_the_root_and_within_the_company_and_track_no_changes(bc):
    """1.1, 1.4."""
    text = bc("GET", f"{ROOT}/$metadata").text
    assert '<EntitySet Name="salesOrders"' in text
    assert (
        '<NavigationProperty Name="salesOrders" Type="Collection(Microsoft.NAV.salesOrder)" Contains' in text
    )
    assert "Org.OData.Capabilities.V1.ChangeTracking" in text


def test_every_answer_can_be_found_in_the_servers_log(bc):
    """1.3."""
    for path in ("customers", "nowhere"):
        headers = bc("GET", path).headers
        assert len(headers["request-id"]) == len(headers["ms-correlation-x"]) == 36
