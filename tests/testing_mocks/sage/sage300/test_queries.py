"""Options, literals, keys, pages and feeds (sage.md 3.1, 3.2, 3.7)."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest

from erp_connect.testing.mocks.business import ordering

from .conftest import a_line, code


@pytest.fixture
def many(company):
    customer = company.customers.by("number", "10000")
    line = {"object_number": "VALVE-20", "quantity": 1}
    for n in range(250):
        fields = {"partner": customer.id, "external_number": f"PO-{n}"}
        ordering.create(company, "order", fields, [line])


def test_a_page_has_a_hundred_rows_and_a_link_that_only_the_server_could_follow(sage, many):
    """sage.md 3.7, point 3."""
    page = sage.read("OE/OEOrders?$select=OrderNumber&$count=true")
    assert len(page["value"]) == 100
    assert page["@odata.count"] == 250
    link = urlsplit(page["@odata.nextLink"])
    assert link.hostname == "localhost"
    assert parse_qs(link.query) == {"$skip": ["100"]}
    assert list(page["value"][0]) == ["OrderNumber"]


def test_all_pages_together_are_all_rows_once(sage, many, company):
    """sage.md 3.7, point 3."""
    seen, skip, pages = [], 0, 0
    while True:
        page = sage.read(f"OE/OEOrders?$select=OrderNumber{f'&$skip={skip}' if skip else ''}")
        seen += [row["OrderNumber"] for row in page["value"]]
        pages += 1
        if "@odata.nextLink" not in page:
            break
        skip = int(parse_qs(urlsplit(page["@odata.nextLink"]).query)["$skip"][0])
    assert pages == 3
    assert len(seen) == len(set(seen)) == 250
    assert set(seen) == {row.number for row in company.documents.where("kind", "order")}


def test_the_link_may_keep_the_options_and_name_another_host(sage, many, server):
    server.settings.next_link_keeps, server.settings.host, server.settings.page_size = (
        True,
        "sage.example",
        20,
    )
    page = sage.read("OE/OEOrders?$select=OrderNumber&$filter=CustomerNumber eq '10000'")
    follow = sage.read(page["@odata.nextLink"])
    assert len(page["value"]) == len(follow["value"]) == 20
    assert list(follow["value"][0]) == ["OrderNumber"]
    assert follow["@odata.nextLink"].endswith("$skip=40")


def test_top_and_skip(sage, many):
    first = sage.rows("OE/OEOrders?$top=5&$select=OrderNumber")
    later = sage.rows("OE/OEOrders?$top=5&$skip=3&$select=OrderNumber")
    assert first[3:] == later[:2]
    page = sage.read("OE/OEOrders?$top=5")
    assert "@odata.nextLink" not in page
    assert len(sage.rows("OE/OEOrders?$top=240&$skip=200")) == 50
    assert sage.rows("OE/OEOrders?$skip=250") == []


def test_a_page_builds_only_its_own_rows(sage, company, many, monkeypatch):
    """Listing stays quick however many orders there are."""
    asked = []
    lines_of = company.lines_of
    monkeypatch.setattr(company, "lines_of", lambda row: asked.append(row.id) or lines_of(row))
    started = time.perf_counter()
    assert len(sage.rows("OE/OEOrders?$top=3&$skip=200")) == 3
    assert time.perf_counter() - started < 1
    assert len(set(asked)) <= 4


@pytest.mark.parametrize(
    "query",
    [
        *("$top=0", "$skip=0", "$top=-1", "$top=x", "$skip=1.5", "$count=yes", "$orderby=OrderNumber"),
        *("$expand=OrderDetails", "$format=json", "$select=Nothing", "$select=", "$filter="),
        *("$filter=Nothing eq 1", "$filter=OrderNumber eq 1", "$filter=OrderTotal eq 'x'"),
        *("$filter=OrderNumber", "$filter=OrderNumber like 'x'", "$filter=not (OnHold eq true)"),
        *("$filter=contains(OrderNumber,'1')", "$filter=tolower(OrderNumber) eq 'x'", "$filter=1 eq 1"),
        *("$filter=OrderDetails/any(d:d/Item eq 'x')", "$filter=OrderDate ge '2026-01-01'"),
        *("$filter=OrderDate ge 2026-01-01", "$filter=(OnHold eq true", "$filter=OnHold gt true"),
        *("$filter=OrderNumber eq 'x' and", "$filter=OrderDate ge 2026-13-01T00:00:00Z"),
    ],
)
def test_what_is_no_option_is_refused(sage, query):
    assert code(sage("GET", f"OE/OEOrders?{query}")) == (400, "InvalidParameters")


@pytest.mark.parametrize("query", ["$top=1&$top=2", "$filter=OnHold eq true&$filter=OnHold eq false"])
def test_a_repeated_option_is_refused(sage, query):
    """sage.md 3.7, point 4."""
    assert code(sage("GET", f"OE/OEOrders?{query}")) == (400, "InvalidParameters")


def test_zero_may_be_allowed(sage, server):
    server.settings.zero_refused = False
    assert sage("GET", "OE/OEOrders?$skip=0&$top=0").status_code == 200


def test_both_dialects_of_literals_are_understood(sage):
    """sage.md 3.7, point 4."""
    sage.order(a_line(quantity=2), OrderDate="2026-01-10", OrderNumber="EARLY")
    sage.order(a_line(quantity=40), OrderDate="2026-02-20", OrderNumber="LATE")
    for condition in (
        "OrderDate ge 2026-02-01T00:00:00Z",
        "OrderDate ge datetime'2026-02-01T00:00'",
        "OrderTotal gt 100",
        "OrderTotal gt 100m",
        "OrderTotal gt 100.5 and OrderDate lt datetime'2026-03-01T00:00:00'",
    ):
        assert [row["OrderNumber"] for row in sage.filtered("OE/OEOrders", condition)] == ["LATE"], condition


@pytest.mark.parametrize(
    ("spoken", "refused"),
    [
        ("v3", ["OrderTotal gt 1", "OrderDate ge 2026-02-01T00:00:00Z"]),
        ("v4", ["OrderTotal gt 1m", "OrderDate ge datetime'2026-02-01T00:00'"]),
    ],
)
def test_a_server_may_speak_only_one_dialect(sage, server, spoken, refused):
    """sage.md 3.7, point 4."""
    server.settings.dialects = frozenset({spoken})
    for condition in refused:
        assert code(sage("GET", f"OE/OEOrders?$filter={condition}")) == (400, "InvalidParameters")
    assert sage.filtered("OE/OEOrders", "OrderNumber eq 'x'") == []


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("CustomerNumber eq '20000'", ["O'HARE"]),
        ("OrderNumber eq 'O''HARE'", ["O'HARE"]),
        ("CustomerNumber ne '20000'", ["A-1", "A-2"]),
        ("substringof('-', OrderNumber)", ["A-1", "A-2"]),
        ("substringof('-', OrderNumber) eq true and OnHold eq true", ["A-2"]),
        ("startswith(OrderNumber, 'A')", ["A-1", "A-2"]),
        ("endswith(OrderNumber, '2')", ["A-2"]),
        ("length(OrderNumber) eq 6", ["O'HARE"]),
        ("OrderNumber eq 'A-1' or OrderNumber eq 'A-2'", ["A-1", "A-2"]),
        ("(OrderNumber eq 'A-1' or OnHold eq true) and CustomerNumber eq '10000'", ["A-1", "A-2"]),
        ("OrderType eq 'Quote'", []),
        ("OrderType eq 'Active' and OnHold eq false", ["A-1", "O'HARE"]),
        ("ExpectedShipDate eq null", ["A-1", "O'HARE"]),
        ("ExpectedShipDate gt 2026-01-01T00:00:00Z", ["A-2"]),
        ("PurchaseOrderNumber eq 'PO 7/1' and CustomerNumber eq '10000'", ["A-1"]),
        ("PurchaseOrderNumber eq 'PO 7/1' and CustomerNumber eq '20000'", []),
        ("OrderReference eq 'web & shop'", ["A-2"]),
    ],
)
def test_conditions(sage, condition, found):
    sage.order(OrderNumber="A-1", PurchaseOrderNumber="PO 7/1")
    sage.order(OrderNumber="A-2", OnHold=True, ExpectedShipDate="2026-04-01", OrderReference="web & shop")
    sage.post("OE/OEOrders", {"CustomerNumber": "20000", "OrderNumber": "O'HARE", "OrderDetails": [a_line()]})
    assert [row["OrderNumber"] for row in sage.filtered("OE/OEOrders", condition)] == found


def test_ordering_only_where_the_site_has_it(sage, server):
    server.settings.ordering = True
    for name in ("B", "C", "A"):
        sage.order(OrderNumber=name)
    rows = sage.rows("OE/OEOrders?$orderby=OrderNumber desc&$top=2")
    assert [row["OrderNumber"] for row in rows] == ["C", "B"]


def test_the_older_profile_of_annotations_and_a_count_in_words(sage, server, many):
    """sage.md 3.7, point 10."""
    server.settings.annotations, server.settings.count_as_text = "odata", True
    page = sage.read("OE/OEOrders?$count=true&$top=1")
    assert list(page) == ["odata.context", "odata.count", "value"]
    assert page["odata.count"] == "250"
    page = sage.read("OE/OEOrders")
    assert list(page) == ["odata.context", "value", "odata.nextLink"]
    assert page["odata.context"].startswith("http://localhost/Sage300WebApi/v1.0/-/SAMINC/OE/$metadata#")


def test_one_entity_is_a_bare_object(sage):
    made = sage.order()
    whole = sage.read(f"OE/OEOrders({made['OrderUniquifier']})")
    assert whole == made
    assert not any("odata" in name for name in whole)
    picked = sage.read(f"OE/OEOrders({made['OrderUniquifier']})?$select=OrderNumber,CustomerNumber")
    assert picked == {"OrderNumber": made["OrderNumber"], "CustomerNumber": "10000"}
    refused = sage("GET", f"OE/OEOrders({made['OrderUniquifier']})?$top=1")
    assert code(refused) == (400, "InvalidParameters")


@pytest.mark.parametrize(
    "key",
    [
        *("'20000','YARD'", "20000,YARD", "CustomerNumber='20000',ShipToLocationKey='YARD'"),
        *("ShipToLocationKey='YARD',CustomerNumber='20000'", "CustomerNumber=20000,ShipToLocationKey=YARD"),
        "%2720000%27%2C%27YARD%27",
    ],
)
def test_keys_of_several_parts(sage, key):
    assert sage.read(f"AR/ARShipToLocations({key})")["Description"] == "Mill yard"


@pytest.mark.parametrize(
    "key",
    [
        *(
            "'20000'",
            "'YARD'",
            "CustomerNumber='20000'",
            "CustomerNumber='20000','YARD'",
            "'20000' 'YARD'",
            "",
        ),
        *("CustomerNumber='20000',Other='YARD'", "'20000','YARD',", "'20000'','YARD'"),
    ],
)
def test_keys_that_are_none(sage, key):
    assert code(sage("GET", f"AR/ARShipToLocations({key})")) == (400, "InvalidEntityKey")


def test_keys_that_nobody_has(sage):
    assert code(sage("GET", "OE/OEOrders(12345)")) == (404, "RecordNotFound")
    assert code(sage("GET", "AR/ARCustomers('99999')")) == (404, "RecordNotFound")
    assert code(sage("GET", "OE/OEOrders('ORD1')")) == (400, "InvalidEntityKey")
    invoiced = sage.order(a_line(QuantityShipped=1), InvoiceWillBeProduced=True)
    bill = sage.rows("OE/OEInvoices")[0]
    assert code(sage("GET", f"OE/OEOrders({bill['InvoiceUniquifier']})")) == (404, "RecordNotFound")
    assert code(sage("GET", f"OE/OEInvoices({invoiced['OrderUniquifier']})")) == (404, "RecordNotFound")


def test_dates_may_lack_their_z(sage, server):
    server.settings.dates_end_in_z = False
    assert sage.order(OrderDate="2026-02-01T00:00:00Z")["OrderDate"] == "2026-02-01T00:00:00"
