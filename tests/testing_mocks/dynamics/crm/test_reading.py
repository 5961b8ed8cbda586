"""Queries, pages, annotations (dynamics.md 4.1, 4.2; checklist 4.9, point 7)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.dynamics.crm.settings import Settings

from .conftest import CRM, FORMATTED, KNOWN, ROOT, refused

COUNTED = Settings(page_size=3, count_cap=4)


def references(rows):
    return [row["erp_externalref"] for row in rows]


@pytest.fixture
def five(crm):
    return [crm.order(erp_externalref=f"W{n}") for n in range(5)]


def test_pages_hold_five_thousand_rows(settings):
    """4.9 point 7"""
    assert (settings.page_size, settings.count_cap, settings.batch_limit) == (5000, 5000, 1000)


@pytest.mark.parametrize("settings", [COUNTED])
@pytest.mark.parametrize("preference", ["odata.maxpagesize=2", "odata.maxpagesize=99", ""])
def test_a_long_list_comes_in_pages(crm, five, preference):
    """4.9 point 7"""
    path, found, pages = f"{ROOT}salesorders?$select=erp_externalref&$orderby=erp_externalref", [], []
    while path:
        page = crm.read(path, Prefer=preference)
        found += references(page["value"])
        pages.append(len(page["value"]))
        path = page.get("@odata.nextLink", "")
        assert not path or "$skiptoken=" in path
    assert found == ["W0", "W1", "W2", "W3", "W4"]
    assert pages == ([2, 2, 1] if preference.endswith("=2") else [3, 2])


@pytest.mark.parametrize("settings", [COUNTED])
def test_counts_stop_at_the_cap(crm, five):
    """4.2"""
    assert crm.read("salesorders?$count=true")["@odata.count"] == 4
    assert crm("GET", "salesorders/$count").text == "4"
    assert crm.read("salesorders?$count=true&$filter=erp_externalref lt 'W2'")["@odata.count"] == 2


def test_top_is_passed_over_where_pages_have_a_size(crm, five):
    """4.2"""
    assert len(crm.rows("salesorders?$top=1")) == 1
    assert len(crm.rows("salesorders?$top=1", Prefer="odata.maxpagesize=4")) == 4


def test_there_is_no_skip(crm):
    """4.2"""
    assert refused(crm("GET", "salesorders?$skip=1"))[0] == 400


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("erp_externalref eq 'W3'", ["W3"]),
        (f"_customerid_value eq {KNOWN['account/10000']}", ["W0", "W1", "W2", "W3", "W4"]),
        (f"_customerid_value eq {KNOWN['account/20000']}", []),
        ("customerid_account/accountnumber eq '10000' and erp_externalref gt 'W2'", ["W3", "W4"]),
        ("customerid_contact/lastname eq 'Desk'", []),
        ("statecode eq 0 and totalamount ge 50", ["W0", "W1", "W2", "W3", "W4"]),
        ("erp_externalref in ('W1','W9')", ["W1"]),
        ("erp_externalref eq 'W1' or erp_externalref eq 'W2'", ["W1", "W2"]),
        ("modifiedon ge 2026-03-02T09:00:00Z and erp_externalref lt 'W1'", ["W0"]),
        ("modifiedon gt 2026-03-02T09:00:00Z", []),
        ("order_details/any(l:l/quantity gt 3) and startswith(erp_externalref,'W4')", ["W4"]),
    ],
)
def test_filters(crm, five, filter, found):
    """4.2, 4.6"""
    assert references(crm.rows(f"salesorders?$filter={filter}&$orderby=erp_externalref")) == found


@pytest.mark.parametrize(
    "query",
    [
        "$filter=colour eq 'red'",
        "$filter=name eq 7",
        "$select=colour",
        "$expand=colour",
        "$orderby=colour",
        "$foo=1",
    ],
)
def test_queries_that_are_refused(crm, query):
    status, code, _ = refused(crm("GET", f"salesorders?{query}"))
    assert (status, code) == (400, "0x80060888")


def test_modified_since(crm, five, clock):
    """4.6: modifiedon works, deletions are invisible"""
    clock.turn(minutes=5)
    crm("PATCH", f"salesorders({five[2]})", {"name": "later"})
    crm("DELETE", f"salesorders({five[1]})")
    rows = crm.rows("salesorders?$filter=modifiedon ge 2026-03-02T09:01:00Z&$orderby=modifiedon")
    assert references(rows) == ["W2"]


def test_the_key_comes_with_every_selection(crm, five):
    row = crm.read(f"salesorders({five[0]})?$select=name")
    assert set(row) == {"@odata.context", "@odata.etag", "salesorderid", "name"}


def test_an_unchanged_order_is_not_sent_again(crm, five):
    """4.2: 304; not with $expand or annotations"""
    path = f"salesorders({five[0]})"
    tag = crm.paper(five[0])["@odata.etag"]
    assert crm("GET", path, If_None_Match=tag).status_code == 304
    assert crm("GET", path, If_None_Match="null").status_code == 200
    assert crm("GET", f"{path}?$expand=order_details", If_None_Match=tag).status_code == 200
    wanted = 'odata.include-annotations="*"'
    assert crm("GET", path, If_None_Match=tag, Prefer=wanted).status_code == 200
    crm("PATCH", path, {"name": "other"})
    assert crm("GET", path, If_None_Match=tag).status_code == 200


def test_formatted_values_and_what_look_ups_lead_to(crm):
    """4.1"""
    order = crm.order(paymenttermscode=2, requestdeliveryby="2026-05-01T10:00:00Z", willcall=True)
    answer = crm("GET", f"salesorders({order})", Prefer='odata.include-annotations="*"')
    assert answer.headers["Preference-Applied"] == 'odata.include-annotations="*"'
    row = answer.json()
    assert row[f"statecode@{FORMATTED}"] == "Active"
    assert row[f"paymenttermscode@{FORMATTED}"] == "2% 10, Net 30"
    assert row[f"totalamount@{FORMATTED}"] == "€50.00"
    assert row[f"willcall@{FORMATTED}"] == "Yes"
    assert row[f"requestdeliveryby@{FORMATTED}"] == "05/01/2026 10:00 AM"
    assert row[f"_customerid_value@{FORMATTED}"] == "Harbour Pumps"
    assert row[f"_customerid_value@{CRM}.lookuplogicalname"] == "account"
    assert row[f"_customerid_value@{CRM}.associatednavigationproperty"] == "customerid_account"
    assert not any("@" in name and not name.startswith("@") for name in crm.paper(order))


def test_only_the_annotations_that_are_wanted(crm):
    order = crm.order()
    row = crm.read(f"salesorders({order})", Prefer=f'odata.include-annotations="{FORMATTED}"')
    assert f"_customerid_value@{FORMATTED}" in row
    assert f"_customerid_value@{CRM}.lookuplogicalname" not in row


def test_lines_come_with_their_order(crm):
    """5.1: $expand=order_details"""
    crm.order({}, {"product": "PUMP-1"})
    (row,) = crm.rows("salesorders?$expand=order_details($select=quantity;$orderby=lineitemnumber;$top=1)")
    assert [line["quantity"] for line in row["order_details"]] == [Decimal(4)]
    expanded = "order_details($expand=productid($select=productnumber))"
    named = crm.read(f"salesorders({row['salesorderid']})?$expand={expanded}")
    numbers = {line["productid"]["productnumber"] for line in named["order_details"]}
    assert numbers == {"VALVE-20", "PUMP-1"}


def test_prices_of_a_list(crm):
    """5.1: price check"""
    product, listed = KNOWN["product/VALVE-20"], KNOWN["pricelevel/EUR"]
    rows = crm.rows(
        f"productpricelevels?$filter=_productid_value eq {product} and _pricelevelid_value eq {listed}"
        "&$expand=uomid($select=name)"
    )
    assert {row["uomid"]["name"]: row["amount"] for row in rows} == {"Piece": 12.5, "Box": 125}
    assert {row["productnumber"] for row in rows} == {"VALVE-20"}


def test_who_am_i(crm):
    assert crm.read("WhoAmI")["UserId"] == KNOWN["systemuser/robot"]
    assert crm.read("WhoAmI()")["UserId"] == KNOWN["systemuser/robot"]


def test_metadata_name_what_there_is(crm):
    """4.1"""
    answer = crm("GET", "$metadata")
    assert answer.headers["Content-Type"] == "application/xml"
    for part in (
        '<EntityType Name="salesorder">',
        '<Property Name="_customerid_value" Type="Edm.Guid"/>',
        f'<NavigationProperty Name="customerid_account" Type="{CRM}.account"',
        '<Action Name="FulfillSalesOrder" IsBound="true">',
        f'<ActionImport Name="CancelSalesOrder" Action="{CRM}.CancelSalesOrder"/>',
    ):
        assert part in answer.text, part
    names = {entry["name"] for entry in crm.rows("")}
    assert {"salesorders", "salesorderdetails", "accounts", "contacts", "products", "invoices"} <= names
