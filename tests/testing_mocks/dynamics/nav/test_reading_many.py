"""ReadMultiple: filters in the syntax of the client, setSize, bookmarks (dynamics.md 2.2)."""

import pytest

from .conftest import Refused, a_line, lines_of


@pytest.fixture
def orders(nav):
    """Five orders: references A1, A2, B1, none, and one in dollars."""
    wanted = [
        {"External_Document_No": "A1", "Requested_Delivery_Date": "2026-01-31"},
        {"External_Document_No": "A2", "Requested_Delivery_Date": "2026-02-28"},
        {"External_Document_No": "B1", "Sell_to_Customer_Name": "O'Hara | Sons"},
        {},
        {"Sell_to_Customer_No": "20000", "External_Document_No": "C&D"},
    ]
    return [nav.create(a_line(), **fields) for fields in wanted]


def found(nav, orders, **criteria):
    places = {order["No"]: at for at, order in enumerate(orders)}
    return [places[order["No"]] for order in nav.listed(**criteria)]


@pytest.mark.parametrize(
    ("field", "criteria", "expected"),
    [
        ("External_Document_No", "A1", [0]),
        ("External_Document_No", "a*", [0, 1]),
        ("External_Document_No", "A?|B1", [0, 1, 2]),
        ("External_Document_No", "<>A1", [1, 2, 3, 4]),
        ("External_Document_No", "<>A*&<>B*&<>''", [4]),
        ("External_Document_No", "''", [3]),
        ("External_Document_No", "'C&D'", [4]),
        ("External_Document_No", "'A*'", []),
        ("External_Document_No", "A2..B9", [1, 2]),
        ("External_Document_No", ">B1", [4]),
        ("External_Document_No", "(A1|A2)&<>A1", [1]),
        ("External_Document_No", "", [0, 1, 2, 3, 4]),
        ("Sell_to_Customer_Name", "'O''Hara | Sons'", [2]),
        ("Sell_to_Customer_Name", "@*hara*", [2]),
        ("Sell_to_Customer_Name", "*hara*", []),
        ("Requested_Delivery_Date", "'2026-01-31'..", [0, 1]),
        ("Requested_Delivery_Date", "..2026-01-31", [0, 2, 3, 4]),
        ("Requested_Delivery_Date", "''", [2, 3, 4]),
        ("Status", "<>Open", []),
        ("Status", "Open|Pending Approval", [0, 1, 2, 3, 4]),
        ("Status", "0", [0, 1, 2, 3, 4]),
        ("Prices_Including_VAT", "No", [0, 1, 2, 3, 4]),
        ("No_of_Archived_Versions", ">=1", []),
    ],
)
def test_filters_are_read_as_the_client_reads_them(nav, orders, field, criteria, expected):
    assert found(nav, orders, **{field: criteria}) == expected


def test_several_filters_hold_together(nav, orders):
    assert found(nav, orders, External_Document_No="A*", Requested_Delivery_Date="2026-02-01..") == [1]


@pytest.mark.parametrize(
    ("field", "criteria"),
    [
        ("Requested_Delivery_Date", "31.01.2026"),
        ("Requested_Delivery_Date", "2026-02-30"),
        ("Status", "Sleeping"),
        ("No_of_Archived_Versions", "many"),
        ("Prices_Including_VAT", "perhaps"),
        ("External_Document_No", "'A1"),
        ("External_Document_No", "(A1"),
        ("SalesLines", "A"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(nav, orders, field, criteria):
    with pytest.raises(Refused):
        nav.listed(**{field: criteria})


def test_pages_follow_a_bookmark_until_the_list_is_empty(nav, orders):
    """2.2 paging"""
    numbers, bookmark, pages = [], "", 0
    while page := nav.listed(size=2, bookmark=bookmark):
        numbers += [order["No"] for order in page]
        bookmark, pages = page[-1]["Key"], pages + 1
    assert numbers == [order["No"] for order in orders]
    assert pages == 3


def test_a_bookmark_holds_though_its_order_is_gone(nav, orders):
    bookmark = nav.listed(size=2)[-1]["Key"]
    nav("Delete", Key=bookmark)
    assert [order["No"] for order in nav.listed(size=2, bookmark=bookmark)] == [
        orders[2]["No"],
        orders[3]["No"],
    ]


def test_a_negative_size_comes_from_the_end(nav, orders):
    """2.2 setSize"""
    last = nav.listed(size=-2)
    assert [order["No"] for order in last] == [orders[4]["No"], orders[3]["No"]]
    assert [order["No"] for order in nav.listed(size=-2, bookmark=last[-1]["Key"])] == [
        orders[2]["No"],
        orders[1]["No"],
    ]


def test_lists_show_lines_or_not(nav, server, orders):
    assert len(lines_of(nav.listed(size=1)[0])) == 1
    server.settings.lines_in_lists = False
    assert lines_of(nav.listed(size=1)[0]) == []
    assert len(lines_of(nav.read(orders[0]["No"]))) == 1
