"""Conditions, spellings and pages, against the real server on a real socket (sage.md 3.2)."""

import json
from datetime import date, timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.business import ordering
from erp_connect.testing.mocks.network import called
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300

from .place300 import draft, place

HOSTILE = (
    *("O'Hare", "''", "'", "a' or 1 eq 1 or 'a'", "%27", "a%20b", "a+b", "a&b=c", "$filter=x", "#1"),
    *(
        "1) or (1 eq 1",
        "\u00c4\u00d6\u00dc\u00df",
        "\u20ac\u2014\u00a0x",
        "\u0416\u0438\u0432",
        "\u4e2d\u6587",
    ),
    *("\U0001f4a5", '"q"', "a\\b", "a/b?c", "null", "true", "2026-01-01", "*", "?", "\u2019", "; drop"),
    *("<a>&amp;</a>", "e\u0301", "\u200b1"),
)
NUMBERS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), max_codepoint=0x1FFFF),
    min_size=1,
    max_size=22,
)


@pytest.fixture
def many(company):
    customer = company.customers.by("number", "10000")
    for number in range(250):
        fields = {"partner": customer.id, "external_number": f"PO-{number}"}
        ordering.create(company, "order", fields, [{"object_number": "VALVE-20", "quantity": 1}])


@pytest.mark.parametrize("number", HOSTILE)
def test_an_order_is_found_by_whatever_its_number_is_made_of(site, number):
    site.erp.orders.create(draft(customer_po="another"), key="another")
    order = site.erp.orders.create(draft(customer_po=number), key="one").order
    assert order.customer_po == number
    assert [each.id for each in site.erp.orders.find(customer_po=number)] == [order.id]


@given(number=NUMBERS)
@example(number="' or '1' eq '1")
@example(number="''''")
@example(number="%2527%26$top=1")
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.thorough
def test_no_text_breaks_out_of_a_condition(site, number):
    """Nobody has this number: whatever it is made of, nothing is found by it, and nothing is refused."""
    if not list(site.erp.orders.list(limit=1)):
        site.erp.orders.create(draft(customer_po="kept to itself"), key="kept")
    try:
        ec.OrderDraft(**{**dict(draft()), "customer_po": number})
    except ValueError:
        return
    for found in (
        site.erp.orders.find(customer_po=number),
        site.erp.orders.find(number=number),
        site.erp.orders.find(customer=number, customer_po="kept to itself"),
        site.erp.customers.find(number=number),
        site.erp.customers.find(name=number),
        site.erp.products.find(code=number),
        site.erp.products.find(name=number),
        site.erp.purchase_orders.find(number=number),
    ):
        assert list(found) == []


@pytest.mark.parametrize("number", ["O'HARE/1", "A B", "50%", "\u00c4-1", "K+L", "Q&A"])
def test_a_customers_key_in_an_address_is_his_number(company, tmp_path, number):
    defaults = "GroupCode=WHL, AccountSet=TRADE, TaxGroup=EURTAX, CustomerPriceList=BASE"
    with place(company, tmp_path, customer_defaults=defaults) as site:
        made = site.erp.customers.create(ec.CustomerDraft(number=number, name="Mill"), key="one").stored
        assert made.number == number
        assert site.erp.customers.update(made.id, name="Mill & Sons", key="two").stored.name == "Mill & Sons"
    assert company.customers.by("number", number).name == "Mill & Sons"


# -- spellings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spoken", ["v3", "v4"])
def test_dates_are_spelt_as_the_server_wants_them_which_is_remembered(company, tmp_path, spoken):
    server = Sage300(company.world, Settings(dialects=frozenset({spoken})))
    with place(company, tmp_path, server=server) as site:
        day = date(2026, 2, 10)
        for step in range(5):
            when = day + timedelta(days=step)
            site.erp.orders.create(draft(customer_po=f"PO-{step}", order_date=when), key=str(step))
        for _ in range(3):
            listed = site.erp.orders.list(
                ordered_from=day + timedelta(days=1), ordered_to=day + timedelta(days=3)
            )
            assert [each.customer_po for each in listed] == ["PO-1", "PO-2", "PO-3"]
        asked = [query for query in site.asked("GET", "OE/OEOrders") if "OrderDate" in query]
    assert len(asked) == (3 if spoken == "v4" else 4)


def test_a_question_that_no_spelling_helps_is_refused_once(company, tmp_path):
    server = Sage300(company.world, Settings(dialects=frozenset()))
    with place(company, tmp_path, server=server) as site:
        with pytest.raises(errors.RequestRefused) as caught:
            list(site.erp.orders.list(ordered_from=date(2026, 1, 1)))
        assert caught.value.native[0]["code"] == "InvalidParameters"
        assert len([query for query in site.asked("GET", "OE/OEOrders") if "OrderDate" in query]) == 2


# -- pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"next_link_keeps": True},
        {"annotations": "odata", "count_as_text": True},
        {"host": "elsewhere.example", "page_size": 37},
        {"dates_end_in_z": False},
    ],
)
def test_all_pages_are_read_once_whatever_the_link_says(company, tmp_path, many, kept):
    """sage.md 3.2: only the rows to skip are read of the link; its host and options are the server's own view."""
    server = Sage300(company.world, Settings(**kept))
    with place(company, tmp_path, server=server) as site:
        site.recorder.asked.clear()
        listed = [each.customer_po for each in site.erp.orders.list(customer="10000")]
        asked = site.asked("GET", "OE/OEOrders")
    assert sorted(listed) == sorted(f"PO-{number}" for number in range(250))
    assert [parse_qs(query).get("$skip") for query in asked][:2] == [None, [str(kept.get("page_size", 100))]]
    assert all("CustomerNumber eq '10000'" in query for query in asked)
    assert all(query.count("$filter") == 1 for query in asked)


def test_a_limit_asks_for_no_more(site, many):
    site.recorder.asked.clear()
    assert len(list(site.erp.orders.list(limit=3))) == 3
    assert site.asked("GET", "OE/OEOrders") == ["$top=3"]


class Linking:
    """A server whose links to the next page are odd."""

    def __init__(self, app, link):
        self.app, self.link = app, link

    def __call__(self, environ, start_response):
        status, headers, body = called(self.app, environ)
        if b"nextLink" in body:
            told = json.loads(body)
            told["@odata.nextLink"] = self.link
            body = json.dumps(told).encode()
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        start_response(status, headers)
        return [body]


@pytest.mark.parametrize(
    "link",
    [
        "http://localhost/x?$skip=100",
        "?$skiptoken=abc",
        "http://[bad",
        "x",
        "?$skip=-5",
        "?$skip=\u0661",
        "http://elsewhere.example/?$skip=0",
    ],
)
def test_an_odd_link_leads_neither_elsewhere_nor_round_in_a_circle(company, tmp_path, many, link):
    app = Linking(Sage300(company.world), link)
    with place(company, tmp_path, app=app) as site:
        numbers = [each.number for each in site.erp.orders.list()]
    assert len(numbers) == len(set(numbers)) == 250
