"""Lists: filters, order, pages, selection, expansion (sage.md 4.2; 4.7, point 3)."""

import time
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business import ordering

from .conftest import refusal


@pytest.fixture
def many(world, company):
    """Six hundred orders of one customer, straight in the books."""
    customer = company.customers.by("number", "10000")
    line = {"object_number": "VALVE-20", "quantity": Decimal(1)}
    with world.unit():
        for number in range(600):
            fields = {"partner": customer.id, "external_number": f"PO-{number}"}
            ordering.create(company, "order", fields, [line])


def test_a_list_is_a_bare_array_of_five_hundred(sage, many):
    """sage.md 4.7, point 3: default 500."""
    answer = sage("GET", "sop_orders")
    assert isinstance(answer.json(), list)
    assert len(answer.json()) == 500


def test_pages(sage, many):
    """sage.md 4.7, point 3: $top and $skip with $orderby; the last page is short."""
    pages = [
        sage.rows(f"sop_orders?$top=250&$skip={skip}&$orderby=id&$select=id,customer_document_no")
        for skip in (0, 250, 500)
    ]
    assert [len(page) for page in pages] == [250, 250, 100]
    seen = [row["customer_document_no"] for page in pages for row in page]
    assert seen == [f"PO-{number}" for number in range(600)]
    numbers = [row["id"] for page in pages for row in page]
    assert numbers == sorted(set(numbers))


def test_no_skip_without_an_order(sage):
    """sage.md 4.7, point 3: 400."""
    answer = sage("GET", "sop_orders?$skip=10")
    text = "The query option $skip can only be used together with $orderby."
    assert refusal(answer) == (400, text)


def test_a_page_has_at_most_five_thousand(sage, many, settings):
    """sage.md 4.7, point 3: the cap, or a refusal."""
    assert len(sage.rows("sop_orders?$top=9999&$select=id")) == 600
    settings.over_maximum = "refused"
    assert sage("GET", "sop_orders?$top=5001").status_code == 400
    assert sage("GET", "sop_orders?$top=5000&$select=id").status_code == 200


def test_the_cap_itself(sage, world, company):
    """sage.md 4.7, point 3: what lies beyond the cap is left for the next page."""
    table = company.codes("Customer Delivery Address")
    row = next(iter(table))
    with world.unit():
        for number in range(2, 5102):
            table.add(type(row)(code=f"10000/{number}", name="x", extras=row.extras))
    path = "customer_delivery_addresses?$top=6000&$select=id&$orderby=id"
    assert len(sage.rows(path)) == 5000
    assert len(sage.rows(f"{path}&$skip=5000")) == 101


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("customer_document_no eq 'B'", ["B"]),
        ("customer_document_no ne 'B'", ["A", "C''"]),
        ("total_net_value gt 50", ["B", "C''"]),
        ("total_net_value ge 50 and total_net_value lt 62.5", ["A"]),
        ("customer_document_no eq 'A' or customer_document_no eq 'B'", ["A", "B"]),
        ("(total_net_value le 50 or total_net_value gt 70) and document_status ne 'X'", ["A", "C''"]),
        ("contains(customer_document_no,'''')", ["C''"]),
        ("startswith(customer_document_no,'A')", ["A"]),
        ("endswith(customer_document_no,'B')", ["B"]),
        ("requested_delivery_date ge 2026-05-02", ["B", "C''"]),
        ("requested_delivery_date eq 2026-05-01T00:00:00Z", ["A"]),
        ("requested_delivery_date eq 2026-05-01T00:00:00", ["A"]),
        ("requested_delivery_date eq 2026-05-01T02:00:00%2B02:00", ["A"]),
        ("customer_document_no ne '2026-05-01'", ["A", "B", "C''"]),
        ("is_draft eq false", ["A", "B", "C''"]),
        ("document_no eq '1000000002'", ["B"]),
        ("spare_text_1 eq 'key-2'", ["B"]),
    ],
)
def test_filters(sage, condition, found):
    """sage.md 4.2: comparisons, and, or, three functions, bare dates."""
    for place, name in enumerate(("A", "B", "C''"), 1):
        sage.order(
            sage.a_line(quantity=3 + place),
            customer_document_no=name,
            requested_delivery_date=f"2026-05-0{place}",
            spare_text_1=f"key-{place}",
        )
    rows = sage.rows(f"sop_orders?$filter={condition}")
    assert [row["customer_document_no"] for row in rows] == found


@pytest.mark.parametrize(
    "options",
    [
        "$filter=CustomerDocumentNo eq 'A'",
        "$filter=customer_document_no = 'A'",
        "$filter=customer_document_no eq 5",
        "$filter=total_net_value gt 'x'",
        "$filter=not (is_draft eq true)",
        "$filter=tolower(customer_document_no) eq 'a'",
        "$filter=substringof('A',customer_document_no)",
        "$filter=id in (1,2)",
        "$filter=customer_document_no eq 'A",
        "$filter=document_date gt datetime'2026-01-01T00:00:00'",
        "$filter=lines/any(l:l/id eq 1)",
        "$filter=document_date gt 2026-13-01",
        "$filter=document_date gt 2026-01-01 10:00",
        "$orderby=nonsense",
        "$orderby=id down",
        "$select=id,nonsense",
        "$expand=nonsense",
        "$top=-1",
        "$top=x",
        "$skip=1.5&$orderby=id",
        "$count=1",
        "$search=x",
        "$top=1&$top=2",
        "top=1",
    ],
)
def test_what_no_option_may_be(sage, options):
    """sage.md 4.6: a bad $filter is 400."""
    sage.order(customer_document_no="A")
    assert sage("GET", f"sop_orders?{options}").status_code == 400


def test_what_was_changed_since(sage, clock):
    """sage.md 4.2: date_time_updated in UTC; a line that changes moves its order."""
    old, new = sage.order(), sage.order()
    mark = "2026-03-02T09:00:30Z"
    assert sage.rows(f"sop_orders?$filter=date_time_updated gt {mark}") == []
    clock.turn(seconds=60)
    line = {"id": new["lines"][0]["id"], "line_quantity": 5}
    sage.done("PUT", f"sop_orders/{new['id']}", {"lines": [line]})
    (row,) = sage.rows(f"sop_orders?$filter=date_time_updated gt {mark}")
    assert (row["id"], row["date_time_updated"]) == (new["id"], "2026-03-02T09:01:00")
    assert old["date_time_updated"] == "2026-03-02T09:00:00"


def test_times_may_say_that_they_are_utc(sage, settings):
    """sage.md 4.2: stored times are UTC; whether a Z stands behind them is a switch."""
    settings.utc_mark = "Z"
    assert sage.order()["date_time_created"] == "2026-03-02T09:00:00Z"


def test_rows_in_order(sage):
    """sage.md 4.2: $orderby, several fields, both directions."""
    for name, quantity in (("A", 2), ("B", 3), ("C", 2)):
        sage.order(sage.a_line(quantity=quantity), customer_document_no=name)
    rows = sage.rows("sop_orders?$orderby=total_net_value desc,customer_document_no desc")
    assert [row["customer_document_no"] for row in rows] == ["B", "C", "A"]


def test_only_some_fields(sage):
    """sage.md 4.2: $select."""
    order = sage.order()
    assert sage.get(f"sop_orders/{order['id']}?$select=id,document_no") == {
        "id": order["id"],
        "document_no": "1000000001",
    }


@pytest.mark.parametrize(
    ("shown", "listed", "single"),
    [("expanded", False, False), ("single", False, True), ("always", True, True)],
)
def test_when_orders_come_with_their_lines(sage, settings, shown, listed, single):
    """sage.md 4.2: $expand; whether lines come without it is open."""
    order = sage.order()
    settings.lines_shown = shown
    assert ("lines" in sage.rows("sop_orders")[0]) is listed
    assert ("lines" in sage.get(f"sop_orders/{order['id']}")) is single
    row = sage.rows("sop_orders?$expand=lines,customer")[0]
    assert (row["lines"][0]["code"], row["customer"]["reference"]) == ("VALVE-20", "10000")


def test_lists_lock_nothing(sage):
    """sage.md 4.2: is_to_lock is for one order."""
    sage.order()
    assert sage("GET", "sop_orders?$expand=is_to_lock").status_code == 400


@pytest.mark.parametrize("form", ["ignored", "header", "wrapped"])
def test_counts(sage, settings, form):
    """sage.md 4.2: $count is supported; where the number goes is open."""
    sage.order()
    sage.order()
    settings.count_form = form
    answer = sage("GET", "sop_orders?$count=true&$top=1")
    assert answer.headers.get("X-Total-Count") == ("2" if form == "header" else None)
    body = answer.json()
    assert (body["count"], len(body["value"])) == (2, 1) if form == "wrapped" else len(body) == 1


def test_orders_and_lines_by_other_ways(sage):
    """sage.md 4.3: of a customer, of an order, by look-up, as views."""
    order = sage.order(customer_document_no="x" * 30)
    line = order["lines"][0]
    assert [row["id"] for row in sage.rows(f"customers/{sage.customer()}/sop_orders")] == [order["id"]]
    assert sage.rows(f"customers/{sage.customer('20000')}/sop_orders") == []
    assert sage.get(f"sop_order_lines/{line['id']}")["sop_order_id"] == order["id"]
    assert sage.rows(f"sop_orders/{order['id']}/sop_order_lines")[0]["id"] == line["id"]
    assert sage.get(f"sop_orders/{order['id']}/sop_order_lines/{line['id']}?$expand=product")["product"]
    (found,) = sage.rows(f"lookup_sop_orders?$filter=document_no eq '{order['document_no']}'")
    assert (found["id"], found["customer_document_no"]) == (order["id"], "x" * 20)
    (view,) = sage.rows(f"sop_order_line_views?$filter=sop_order_id eq {order['id']}")
    assert (view["sop_order_line_quantity"], view["customer_reference"]) == (4, "10000")
    assert len(sage.rows("sop_order_return_views")) == 1


@pytest.mark.parametrize(
    "path",
    [
        "sop_orders?$filter=id eq null",
        "sop_orders?$filter=id eq 1.5",
        "warehouse_holdings?$filter=product_id eq null",
        "sop_order_despatch_views?$filter=sop_order_id eq 1",
    ],
)
def test_look_ups_that_find_nothing(sage, path):
    """sage.md 4.2: an empty array."""
    sage.order()
    assert sage.rows(path) == []


@pytest.mark.parametrize(
    "path",
    [
        "sop_orders/5",
        "sop_orders/x",
        "sop_orders/%20",
        "nonsense",
        "",
        "sop_orders/1/2/3/4",
        "customers/5/sop_orders",
        "product_views/26001",
    ],
)
def test_unknown_paths_and_ids(sage, path):
    """sage.md 4.6: 404 from the gateway."""
    answer = sage("GET", path)
    assert (answer.status_code, answer.json()["statusCode"]) == (404, 404)


def test_settings_and_words(sage, settings):
    """sage.md 4.3: sop_settings tells auto-numbering and the recording of cancelled lines."""
    settings.auto_numbers, settings.records_cancelled = False, True
    (row,) = sage.rows("sop_settings")
    assert (row["auto_generate_order_return_numbers"], row["record_cancelled_order_lines"]) == (False, True)
    words = {row["value"] for row in sage.rows("sop_document_status_types")}
    assert "EnumDocumentStatusOnHold" in words
    assert len(sage.rows("sop_document_process_status_types")) == 3
    assert len(sage.rows("sop_trade_line_status_types")) == 3


def test_words_and_paths_of_another_site(sage, settings):
    """sage.md 4.1, 4.4: the family of None, Partially and Fully; other regions have other paths."""
    settings.prefix, settings.status_prefix, settings.line_status_prefix = "ie/sage200", "", "X"
    order = sage.order()
    assert (order["despatch_receipt_status"], order["lines"][0]["allocation_status"]) == ("None", "XFully")
    assert [row["value"] for row in sage.rows("sop_document_process_status_types")] == [
        "None",
        "Partially",
        "Fully",
    ]


def test_twenty_thousand_orders_are_listed_quickly(sage, world, company):
    """Only the rows of a page are built, and the order of all of them is found once."""
    customer = company.customers.by("number", "10000")
    first = ordering.create(company, "order", {"partner": customer.id})
    with world.unit():
        for number in range(19_999):
            row = type(first)(kind="order", number=f"B{number:09}", partner=customer.id, currency="GBP")
            company.documents.add(row)
    sage.rows("sop_orders?$top=1&$orderby=id&$select=id")
    started = time.process_time()
    pages = [
        sage.rows(f"sop_orders?$top=5000&$skip={skip}&$orderby=id&$select=id,document_no")
        for skip in range(0, 20_001, 5000)
    ]
    assert [len(page) for page in pages] == [5000, 5000, 5000, 5000, 0]
    assert time.process_time() - started < 5
