"""What a report says of a small order book is what a person reckons by hand."""

import re
import tracemalloc
from datetime import date, timedelta
from decimal import Decimal, localcontext

import pytest

import erp_connect as ec
from erp_connect.reports import counted, order_report
from erp_connect.rules.lateness import is_late

TODAY = date(2026, 3, 2)


@pytest.fixture(params=["orders at hand", "a system"])
def report(request, book):
    if request.param == "a system":
        return order_report(request.getfixturevalue("erp"))
    return counted(iter(book), today=TODAY)


def test_the_volume_is_counted_without_texts(report):
    assert (report.today, report.orders, report.lines) == (TODAY, 11, 13)


def test_each_currency_has_its_own_total(report, told):
    assert told(report.totals) == [
        ("EUR", "EUR", 7, 9, "229.00 +1?", "126.67 +1?"),
        ("JPY", "JPY", 2, 2, "130001", "100001"),
        ("KWD", "KWD", 2, 2, "1.234 +1?", "1.234 +1?"),
    ]


def test_what_the_whole_order_takes_off_is_told_beside_the_lines(report):
    assert [total.beyond_lines for total in report.totals] == [Decimal("-6.00"), 0, 0]


def test_every_status_has_its_figures(report, told):
    assert told(report.by_status) == [
        ("unknown", "EUR", 1, 2, "? +1?", "? +1?"),
        ("submitted", "EUR", 2, 3, "114.00", "120.00"),
        ("partly_shipped", "EUR", 1, 1, "10.00", "6.67"),
        ("shipped", "EUR", 1, 1, "50.00", "0"),
        ("completed", "EUR", 1, 1, "55.00", "0"),
        ("cancelled", "EUR", 1, 1, "0.00", "0"),
        ("confirmed", "JPY", 1, 1, "100001", "100001"),
        ("rejected", "JPY", 1, 1, "30000", "0"),
        ("draft", "KWD", 1, 1, "? +1?", "? +1?"),
        ("on_hold", "KWD", 1, 1, "1.234", "1.234"),
    ]
    assert {row.key for row in report.by_status} == {status.value for status in ec.OrderStatus}


def test_customers_come_with_the_greatest_value_first(report, told):
    assert told(report.by_customer) == [
        ("10000", "EUR", 4, 5, "124.00", "126.67"),
        ("10001", "EUR", 3, 4, "105.00 +1?", "0 +1?"),
        ("20000", "JPY", 2, 2, "130001", "100001"),
        ("30000", "KWD", 2, 2, "1.234 +1?", "1.234 +1?"),
    ]
    assert [row.name for row in report.by_customer] == [
        "Harbour Pumps Ltd",
        "=HYPERLINK(1)",
        "[bold]Osaka[/]",
        "",
    ]


def test_products_are_counted_by_lines(report, told):
    assert told(report.by_product) == [
        ("VALVE", "EUR", 6, 6, "215.00 +1?", "106.67 +1?"),
        ("SEAL", "EUR", 3, 3, "25.00", "25.00"),
        ("PUMP", "JPY", 2, 2, "130001", "100001"),
        ("VALVE", "KWD", 2, 2, "1.234 +1?", "1.234 +1?"),
    ]


def test_lateness_goes_by_the_latest_line(report, told):
    assert told(report.by_lateness) == [
        ("on_time", "EUR", 1, 2, "114.00", "120.00"),
        ("late_1_3", "EUR", 2, 2, "10.00", "6.67"),
        ("late_15", "EUR", 1, 2, "? +1?", "? +1?"),
        ("nothing_open", "EUR", 3, 3, "105.00", "0"),
        ("late_4_7", "JPY", 1, 1, "100001", "100001"),
        ("nothing_open", "JPY", 1, 1, "30000", "0"),
        ("late_8_14", "KWD", 1, 1, "1.234", "1.234"),
        ("no_date", "KWD", 1, 1, "? +1?", "? +1?"),
    ]


def test_days_and_weeks_of_ordering(report, told):
    assert told(report.by_order_day)[:5] == [
        ("2026-02-16", "EUR", 2, 2, "105.00", "0"),
        ("2026-02-23", "EUR", 1, 2, "114.00", "120.00"),
        ("2026-02-24", "EUR", 2, 2, "10.00", "6.67"),
        ("2026-03-01", "EUR", 1, 1, "0.00", "0"),
        ("2026-03-02", "EUR", 1, 2, "? +1?", "? +1?"),
    ]
    assert told(report.by_order_week) == [
        ("2026-02-16", "EUR", 2, 2, "105.00", "0"),
        ("2026-02-23", "EUR", 4, 5, "124.00", "126.67"),
        ("2026-03-02", "EUR", 1, 2, "? +1?", "? +1?"),
        ("2025-12-29", "JPY", 1, 1, "100001", "100001"),
        ("2026-02-23", "JPY", 1, 1, "30000", "0"),
        ("2026-03-02", "KWD", 1, 1, "1.234", "1.234"),
        (None, "KWD", 1, 1, "? +1?", "? +1?"),
    ]
    assert [row.name for row in report.by_order_week if row.currency == "JPY"] == ["2026-W01", "2026-W09"]


def test_a_line_with_a_date_of_its_own_is_counted_there(report, told):
    march = [row for row in report.by_requested_day if row.currency == "EUR" and row.key > TODAY]
    assert told(march) == [
        ("2026-03-08", "EUR", 1, 1, "0.00", "0"),
        ("2026-03-09", "EUR", 1, 1, "20.00", "20.00"),
        ("2026-03-10", "EUR", 1, 1, "100.00", "100.00"),
    ]
    assert told(row for row in report.by_requested_week if row.key == date(2026, 3, 9)) == [
        ("2026-03-09", "EUR", 1, 2, "120.00", "120.00")
    ]


def test_the_latest_orders_are_named_in_turn(report):
    assert report.late_orders == 5
    assert [(late.number, late.days, late.due, late.value) for late in report.latest] == [
        ("SO-10", 15, date(2026, 2, 15), None),
        ("SO-8", 8, date(2026, 2, 22), Decimal("1.234")),
        ("SO-7", 4, date(2026, 2, 26), Decimal(100001)),
        ("SO-11", 3, date(2026, 3, 8), Decimal("0.00")),
        ("SO-2", 1, date(2026, 3, 1), Decimal("10.00")),
    ]
    worst = report.latest[0]
    assert (worst.customer, worst.customer_name, worst.late_lines, worst.open_value) == (
        *("10001", "=HYPERLINK(1)"),
        *(2, None),
    )


def test_an_order_is_late_where_the_rules_say_so(report, book):
    assert {late.number for late in report.latest} == {each.number for each in book if is_late(each, TODAY)}


@pytest.mark.parametrize(
    ("days", "found"),
    [
        *(
            (-1, "on_time"),
            (0, "on_time"),
            (1, "late_1_3"),
            (3, "late_1_3"),
            (4, "late_4_7"),
            (7, "late_4_7"),
        ),
        *((8, "late_8_14"), (14, "late_8_14"), (15, "late_15"), (400, "late_15")),
    ],
)
def test_the_borders_of_lateness(book, days, found):
    late = book[1].but(requested=TODAY - timedelta(days=days))
    assert [row.key for row in counted([late], today=TODAY).by_lateness] == [found]


def test_only_so_many_late_orders_are_named_and_all_are_counted(book):
    report = counted(book, today=TODAY, latest=2)
    assert report.late_orders == 5
    assert [late.number for late in report.latest] == ["SO-10", "SO-8"]
    assert counted(book, today=TODAY, latest=0).latest == ()


def test_of_equally_late_orders_the_first_is_named(book):
    same = [book[1].but(id=f"{place}", number=f"{place}") for place in range(9)]
    report = counted(same, today=TODAY, latest=3)
    assert [late.number for late in report.latest] == ["0", "1", "2"]


def test_rows_by_orders_add_up_to_the_totals(report):
    for rows in (
        report.by_status,
        report.by_lateness,
        report.by_customer,
        report.by_order_day,
        report.by_order_week,
    ):
        for total in report.totals:
            mine = [row for row in rows if row.currency == total.currency]
            assert sum(row.orders for row in mine) == total.orders
            assert sum(row.lines for row in mine) == total.lines
            assert sum(row.value or 0 for row in mine) == total.value
            assert sum(row.value_unknown for row in mine) == total.value_unknown
            assert sum(row.open_value or 0 for row in mine) == total.open_value


def test_products_and_what_lies_beyond_lines_add_up_to_the_total(book):
    known = [each for each in book if each.net is not None]
    report = counted(known, today=TODAY)
    for total in report.totals:
        by_line = sum(row.value for row in report.by_product if row.currency == total.currency)
        assert by_line + total.beyond_lines == total.value


def test_an_empty_book_has_no_figures():
    report = counted([], today=TODAY)
    assert (report.orders, report.lines, report.late_orders) == (0, 0, 0)
    assert (
        report.totals
        == report.by_status
        == report.by_customer
        == report.by_requested_week
        == report.latest
        == ()
    )


def test_sums_keep_every_digit_whatever_the_decimal_context(book):
    great = ec.Money(amount=Decimal("1234567890123456789012345.67"), currency="EUR")
    small = ec.Money(amount=Decimal("0.01"), currency="EUR")
    with localcontext() as context:
        context.prec = 5
        report = counted([book[2].but(net=great), book[2].but(net=small)], today=TODAY)
        order = [row.value for row in report.by_customer]
    assert order == [Decimal("1234567890123456789012345.68")]


def test_an_amount_in_another_currency_is_not_known_in_this_one(book, told):
    foreign = book[2].but(net=ec.Money(amount=Decimal(7), currency="USD"))
    assert told(counted([foreign], today=TODAY).totals) == [("EUR", "EUR", 1, 1, "? +1?", "0")]


def test_the_orders_are_chosen_as_a_list_of_orders_is(erp):
    def numbers(**asked):
        return {row.key: row.orders for row in order_report(erp, **asked).by_status}

    assert numbers(status="on_hold") == {"on_hold": 1}
    assert numbers(status=["draft", "shipped"]) == {"draft": 1, "shipped": 1}
    assert numbers(customer="20000") == {"confirmed": 1, "rejected": 1}
    assert numbers(ordered_from=date(2026, 3, 2)) == {"on_hold": 1, "unknown": 1}
    assert numbers(ordered_to=date(2026, 2, 16)) == {"shipped": 1, "completed": 1, "confirmed": 1}
    with pytest.raises(ec.errors.InvalidOrder, match=re.escape("there is no such status")):
        order_report(erp, status="lost")


def test_progress_is_told_while_orders_are_read(book):
    seen = []
    counted((book[0] for _ in range(1_200)), today=TODAY, progress=lambda *step: seen.append(step))
    assert seen == [(500, None), (1_000, None), (1_200, None)]


def test_memory_does_not_grow_with_the_orders(book):
    def peak(count):
        tracemalloc.start()
        counted((book[place % 11].but(id=str(place)) for place in range(count)), today=TODAY, latest=50)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(200)  # what is made once
    assert peak(4_000) < peak(400) + 50_000
