"""Filters, enumerations, wildcards, options, pages (dynamics.md 3.2; checklist 3.9, points 2 and 6)."""

import pytest

from erp_connect.testing.mocks.dynamics.fo.settings import Settings

from .conftest import ENUMS, refused


@pytest.fixture
def three(fo):
    """Three orders: WEB-1, WEB-2, and one of the telephone."""
    for reference in ("WEB-1", "WEB-2", "TEL-1"):
        fo.header(
            CustomerRequisitionNumber=reference,
            IsSalesProcessingStopped="Yes" if reference == "WEB-2" else "No",
        )


def found(fo, text, name="SalesOrderHeadersV2"):
    return sorted(row["CustomerRequisitionNumber"] for row in fo.rows(f"{name}?$filter={text}"))


def test_enumerations_are_namespaced_in_filters(fo, three):
    """3.9, point 2"""
    assert found(fo, f"IsSalesProcessingStopped eq {ENUMS}.NoYes'Yes'") == ["WEB-2"]
    assert found(fo, f"{ENUMS}.NoYes'Yes' eq IsSalesProcessingStopped") == ["WEB-2"]
    assert found(fo, f"IsSalesProcessingStopped ne {ENUMS}.NoYes'Yes'") == ["TEL-1", "WEB-1"]
    both = f"SalesOrderStatus eq {ENUMS}.SalesStatus'Backorder' and (CustomerRequisitionNumber eq 'TEL-1')"
    assert found(fo, both) == ["TEL-1"]


@pytest.mark.parametrize(
    "text",
    [
        "IsSalesProcessingStopped eq 'Yes'",
        "IsSalesProcessingStopped eq NoYes'Yes'",
        "IsSalesProcessingStopped eq 1",
        f"IsSalesProcessingStopped eq {ENUMS}.NoYes'yes'",
        f"IsSalesProcessingStopped eq {ENUMS}.SalesStatus'Backorder'",
        f"SalesOrderStatus gt {ENUMS}.SalesStatus'None'",
        f"CustomerRequisitionNumber eq {ENUMS}.NoYes'Yes'",
        f"SalesOrderStatus has {ENUMS}.SalesStatus'None'",
        f"SalesOrderStatus in ({ENUMS}.SalesStatus'None')",
        "CustomerRequisitionNumber in ('WEB-1','WEB-2')",
        "customerRequisitionNumber eq 'WEB-1'",
        "CustomerRequisitionNumber eq 5",
        "contains(SalesOrderStatus,'Back')",
    ],
)
def test_filters_that_are_refused(fo, three, text):
    """3.2: a bare string is refused; only eq and ne; not supported: in, has; names are case-sensitive"""
    assert refused(fo("GET", f"SalesOrderHeadersV2?$filter={text}"))[0] == 400


def test_enumerations_in_bodies_are_bare_names(fo):
    """3.9, point 2"""
    assert fo.header(IsSalesProcessingStopped="Yes")["IsSalesProcessingStopped"] == "Yes"
    for value in (f"{ENUMS}.NoYes'Yes'", "yes", True, 1):
        answer = fo("POST", "SalesOrderHeadersV2", {"IsSalesProcessingStopped": value})
        assert refused(answer)[0] == 400


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("CustomerRequisitionNumber eq 'WEB*'", ["WEB-1", "WEB-2"]),
        ("CustomerRequisitionNumber eq '*1'", ["TEL-1", "WEB-1"]),
        ("CustomerRequisitionNumber eq '*EB*'", ["WEB-1", "WEB-2"]),
        ("CustomerRequisitionNumber eq 'W*1'", ["WEB-1"]),
        ("CustomerRequisitionNumber ne 'WEB*'", ["TEL-1"]),
        ("CustomerRequisitionNumber eq '*'", ["TEL-1", "WEB-1", "WEB-2"]),
        ("not (CustomerRequisitionNumber eq 'WEB*') and dataAreaId eq 'usmf'", ["TEL-1"]),
        (
            "contains(CustomerRequisitionNumber,'EB') or startswith(CustomerRequisitionNumber,'T')",
            ["TEL-1", "WEB-1", "WEB-2"],
        ),
        ("length(CustomerRequisitionNumber) eq 5 and CustomerRequisitionNumber gt 'V'", ["WEB-1", "WEB-2"]),
        (
            "OrderCreationDateTime ge 2026-03-02T00:00:00Z and CustomersOrderReference eq ''",
            ["TEL-1", "WEB-1", "WEB-2"],
        ),
    ],
)
def test_an_asterisk_stands_for_anything(fo, three, text, references):
    """3.2, wildcard"""
    assert found(fo, text) == references


def test_options(fo, three):
    """3.2: $filter $select $orderby $top $skip $count $expand"""
    answer = fo.read(
        "SalesOrderHeadersV2?$orderby=CustomerRequisitionNumber desc&$top=1&$skip=1&$count=true"
        "&$select=SalesOrderNumber"
    )
    assert answer["@odata.count"] == 3
    [row] = answer["value"]
    assert set(row) == {"@odata.etag", "SalesOrderNumber"}
    assert fo("GET", "SalesOrderHeadersV2/$count").text == "3"
    for option in ("$search=x", "$unknown=1", "$select=Nothing", "$orderby=Nothing", "$top=-1"):
        assert fo("GET", f"SalesOrderHeadersV2?{option}").status_code in {400, 501}


def test_expand_goes_one_level(fo):
    """3.2: first level only"""
    fo.order()
    path = "SalesOrderHeadersV2?$expand=SalesOrderLines"
    assert len(fo.rows(f"{path}($filter=LineNumber eq 1)")[0]["SalesOrderLines"]) == 1
    assert fo("GET", f"{path}($expand=SalesOrderHeaderV2)").status_code == 400
    within = f"{path}($filter=SalesOrderLineStatus eq {ENUMS}.SalesStatus'Backorder')"
    assert len(fo.rows(within)[0]["SalesOrderLines"]) == 1
    assert fo("GET", f"{path}($filter=SalesOrderLineStatus eq 'Backorder')").status_code == 400


def test_pages_have_ten_thousand_rows():
    """3.9, point 6"""
    assert Settings().page_size == 10_000


@pytest.mark.parametrize("settings", [Settings(page_size=2)])
def test_pages_follow_one_another(fo, three):
    first = fo.read("SalesOrderHeadersV2?cross-company=true&$filter=dataAreaId eq 'usmf'")
    assert len(first["value"]) == 2
    assert "cross-company=true" in first["@odata.nextLink"]
    last = fo.read(first["@odata.nextLink"])
    assert len(last["value"]) == 1
    assert "@odata.nextLink" not in last


def test_a_date_in_a_filter_is_an_instant(fo):
    fo.header(RequestedReceiptDate="2026-04-01T12:00:00Z")
    assert len(found(fo, "RequestedReceiptDate gt 2026-03-31T12:00:00Z")) == 1
    assert fo("GET", "SalesOrderHeadersV2?$filter=RequestedReceiptDate gt 2026-03-31").status_code == 400


def test_an_apostrophe_is_doubled(fo):
    fo.header(CustomerRequisitionNumber="O'Neil (and) 'Sons'")
    assert found(fo, "CustomerRequisitionNumber eq 'O''Neil (and) ''Sons'''") == ["O'Neil (and) 'Sons'"]
