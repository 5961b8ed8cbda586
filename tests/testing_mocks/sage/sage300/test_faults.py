"""What goes wrong between a client and the server, and what arrives damaged."""

import json
from decimal import Decimal
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.sage.sage300.samples import sample_company
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300
from erp_connect.testing.mocks.serving import mount, serve

from .conftest import HOST, Caller, a_line, code, message

ORDER = {"CustomerNumber": "10000", "PurchaseOrderNumber": "PO-1", "OrderDetails": [a_line()]}


def count(company):
    return len(company.documents.where("external_number", "PO-1"))


def test_a_lost_reply_leaves_the_order_standing(sage, network, company):
    network.lose_reply(method="POST")
    with pytest.raises(requests.ConnectionError):
        sage("POST", "OE/OEOrders", ORDER)
    assert (
        len(sage.filtered("OE/OEOrders", "PurchaseOrderNumber eq 'PO-1' and CustomerNumber eq '10000'")) == 1
    )


def test_a_lost_request_leaves_nothing(sage, network, company):
    network.lose_request(method="POST")
    with pytest.raises(requests.ConnectionError):
        sage("POST", "OE/OEOrders", ORDER)
    assert count(company) == 0


def test_a_late_commit_is_seen_only_then(sage, server, company, clock):
    server.commit_late(30, "OE/OEOrders", "POST")
    with pytest.raises(requests.ReadTimeout):
        sage("POST", "OE/OEOrders", ORDER)
    assert sage.filtered("OE/OEOrders", "PurchaseOrderNumber eq 'PO-1'") == []
    clock.turn(seconds=31)
    assert len(sage.filtered("OE/OEOrders", "PurchaseOrderNumber eq 'PO-1'")) == 1


def test_reads_may_lag_behind(sage, world, clock):
    world.lag(60)
    made = sage.post("OE/OEOrders", ORDER)
    assert code(sage("GET", f"OE/OEOrders({made['OrderUniquifier']})")) == (404, "RecordNotFound")
    clock.turn(seconds=61)
    assert sage.read(f"OE/OEOrders({made['OrderUniquifier']})") == made


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("SessionError", 500),
        ("InternalServerError", 500),
        ("TooManyRequests", 429),
        ("General", 409),
        ("Odd", 500),
    ],
)
def test_the_next_request_is_refused_with_any_code(sage, server, company, kind, status):
    """sage.md 3.6: also codes that nobody knows."""
    server.refuse(kind, "Not now.", "OE/OEOrders", "POST")
    assert sage("GET", "OE/OEOrders").status_code == 200
    answer = sage("POST", "OE/OEOrders", ORDER)
    assert (code(answer), message(answer)) == ((status, kind), "Not now.")
    assert count(company) == 0
    assert sage("POST", "OE/OEOrders", ORDER).status_code == 201
    server.refuse(kind, "Not now.")
    server.clear()
    assert sage("GET", "OE/OEOrders").status_code == 200


def test_gateways_answer_in_html(sage, network):
    network.refuse(503)
    answer = sage("GET", "OE/OEOrders")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")
    network.throttle(7)
    assert sage("GET", "OE/OEOrders").headers["Retry-After"] == "7"


def test_rows_that_others_hold_are_refused(sage, world, company):
    customer = company.customers.by("number", "10000")
    world.locked[customer.id] = "CLERK"
    answer = sage("PATCH", "AR/ARCustomers('10000')", {"City": "Oslo"})
    assert code(answer) == (409, "General")
    assert company.customers.by("number", "10000").address.city == "Riga"


def test_a_refused_order_takes_everything_back(sage, company):
    lines = [a_line(QuantityShipped=1), {"LineType": "Miscellaneous", "MiscellaneousChargesCode": "HC"}]
    body = ORDER | {"OrderNumber": "TAKEN"}
    sage.post("OE/OEOrders", body)
    assert code(sage("POST", "OE/OEOrders", body | {"OrderDetails": lines})) == (409, "RecordDuplicate")
    assert count(company) == 1
    assert not company.documents.where("kind", "shipment")


def test_over_a_real_socket():
    world = World(Hands())
    sample_company(world)
    with serve(Sage300(world)) as url, requests.Session() as session:
        session.auth = ("WEBUSER", "webkey")
        root = f"{url}/Sage300WebApi/v1.0/-/SAMINC"
        headers = {"Content-Type": "application/json"}
        made = session.post(f"{root}/OE/OEOrders", json=ORDER, headers=headers, timeout=10)
        assert made.status_code == 201
        condition = quote("PurchaseOrderNumber eq 'PO-1'")
        found = session.get(f"{root}/OE/OEOrders?$filter={condition}", headers=headers, timeout=10).json()
        assert found["value"] == [made.json()]


def test_two_worlds_give_the_same_numbers():
    made = []
    for _ in range(2):
        world = World(Hands())
        sample_company(world)
        with requests.Session() as session:
            mount(session, HOST, Sage300(world, Settings()), world.clock)
            session.auth = ("WEBUSER", "webkey")
            made.append(Caller(session).post("OE/OEOrders", ORDER))
    assert made[0] == made[1]


# ---------------------------------------------------------------- garbage

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=12)
    | st.sampled_from(
        ["10000", "VALVE-20", "MAIN", "HC", "Item", "Miscellaneous", "2026-02-01", "0001-01-01", "\ud800"]
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
_LINES = (
    *(
        "LineType",
        "Item",
        "Location",
        "QuantityOrdered",
        "QuantityShipped",
        "OrderUnitPrice",
        "PriceOverride",
    ),
    *("MiscellaneousChargesCode", "ExtendedAmount", "OrderDetailOptionalFields", "UpdateOperation"),
)
_HEADERS = (
    "CustomerNumber",
    "OrderNumber",
    "OrderDate",
    "OrderType",
    "ShipToCity",
    "OrderDetails",
    "OrderOptionalFields",
)
_FIELDS = (
    *(
        "CustomerName",
        "GroupCode",
        "Status",
        "CreditLimitCustomerCurrency",
        "CurrencyCode",
        "Terms",
        "Description",
    ),
    *("ItemUnitsOfMeasure", "ItemPricingDetails", "StockingUnitOfMeasure", "StockItem", "UpdateOperation"),
)
_WORDS = (
    "OrderNumber",
    "OrderDate",
    "OnHold",
    "eq",
    "and",
    "or",
    "(",
    ")",
    ",",
    "'x'",
    "1m",
    "null",
    "length",
    "ge",
)


@given(
    header=st.dictionaries(st.sampled_from(_HEADERS), _VALUES, max_size=3),
    line=st.dictionaries(st.sampled_from(_LINES), _VALUES, max_size=3),
    path=st.sampled_from(
        ["OE/OEOrders", "PO/POReceipts", "OE/OECreditDebitNotes", "AR/ARCustomers", "IC/ICItems"]
    ),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_bodies_are_answered_and_never_half_done(sage, company, header, line, path):
    body = {"CustomerNumber": "10000", "OrderDetails": [a_line() | line], **header}
    before = {table.name: list(table) for table in company.tables()}
    answer = sage("POST", path, json.dumps(body))
    assert answer.status_code in {201, 400, 409}, answer.text
    if answer.status_code != 201:
        assert {table.name: list(table) for table in company.tables()} == before


@given(
    fields=st.dictionaries(st.sampled_from(_FIELDS), _VALUES, max_size=4),
    path=st.sampled_from(
        [
            "AR/ARCustomers('10000')",
            "IC/ICItems('A11050')",
            "IC/ICItemPricing(EUR,A11050,BASE)",
            "AR/ARTerms(COD)",
        ]
    ),
    method=st.sampled_from(["PUT", "PATCH"]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_changes_are_answered_and_never_half_done(sage, company, fields, path, method):
    before = {table.name: list(table) for table in company.tables()}
    answer = sage(method, path, json.dumps(fields))
    assert answer.status_code in {204, 400, 404, 409}, answer.text
    if answer.status_code != 204:
        assert {table.name: list(table) for table in company.tables()} == before
    assert sage("GET", path.partition("(")[0]).status_code == 200


@given(
    condition=st.lists(st.sampled_from(_WORDS) | st.text(max_size=4), max_size=6).map(" ".join),
    key=st.text(max_size=10),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_queries_and_keys_are_answered(sage, condition, key):
    assert sage("GET", f"OE/OEOrders?$filter={quote(condition)}").status_code in {200, 400}
    assert sage("GET", f"OE/OEOrders({quote(key)})").status_code in {400, 404}
    assert sage("PATCH", f"AR/ARCustomers({quote(key)})", b"{}").status_code in {400, 404}


def test_exact_sums_of_large_numbers(sage):
    (line,) = sage.order(a_line(quantity=999999999, OrderUnitPrice=123456.123456, PriceOverride=True))[
        "OrderDetails"
    ]
    assert line["ExtendedAmount"] == Decimal("123456123332543.88")


def test_very_long_filters_are_refused(sage):
    long = " and ".join(["OrderNumber eq 'x'"] * 400)
    assert code(sage("GET", f"OE/OEOrders?$filter={quote(long)}")) == (400, "InvalidParameters")
    deep = "(" * 60 + "OnHold eq true" + ")" * 60
    assert code(sage("GET", f"OE/OEOrders?$filter={quote(deep)}")) == (400, "InvalidParameters")
