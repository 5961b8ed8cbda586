"""Numbers and dates written as text: read exactly, or asked about, never guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.documents.dates import date_in, date_of_number
from erp_connect.documents.numbers import WrongValue, exact, number_in


def outcome(read, *arguments):
    """What was read, or the code of the refusal."""
    try:
        return read(*arguments)
    except WrongValue as wrong:
        return wrong.code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        (" 12.5 ", "12.5"),
        ("12,5", "12.5"),
        ("1.234,50", "1234.5"),
        ("1,234.50", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1 234,567", "1234.567"),
        ("1\u202f234", "1234"),
        ("1'234.50", "1234.5"),
        ("1\u2019234\u2019567", "1234567"),
        ("1234,567", "1234.567"),
        ("0,125", "0.125"),
        (".5", "0.5"),
        ("-3", "-3"),
        ("3-", "-3"),
        ("+3", "3"),
        ("007", "7"),
    ],
)
def test_a_text_that_can_be_read_in_one_way_is_read(text: str, number: str) -> None:
    assert number_in(text, None) == Decimal(number)


@pytest.mark.parametrize("text", ["1.234", "1,234", "12,500", "999.000", "-1.234"])
def test_one_mark_before_three_digits_is_asked_about(text: str) -> None:
    with pytest.raises(WrongValue) as caught:
        number_in(text, None)
    assert caught.value.code == "ambiguous_number"
    assert "decimal=" in caught.value.fix


def test_the_option_decimal_settles_what_is_ambiguous() -> None:
    assert number_in("1.234", ".") == Decimal("1.234")
    assert number_in("1.234", ",") == Decimal(1234)
    assert number_in("12,500", ",") == Decimal("12.5")


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "12 pcs",
        "1.23.456",
        "1,23,456",
        "1.234,5,6",
        "--1",
        "-1-",
        "1e5",
        "0x10",
        "\uff11\uff12",
        "\u0663",
        "1.",
        "5,",
        "",
        ".",
        "1 2",
        "1.234.5",
        "1_000",
        "NaN",
        "inf",
        "€5",
        "1" * 61,
    ],
)
def test_a_text_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(WrongValue) as caught:
        number_in(text, None)
    assert caught.value.code == "not_a_number"


def test_the_other_mark_is_no_decimal_mark_once_the_option_is_given() -> None:
    with pytest.raises(WrongValue):
        number_in("1234.5", ",")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=0, max_value=10**12))
def test_a_number_written_with_groups_is_read_back_in_every_style(number: Decimal) -> None:
    english = f"{number:,.4f}"
    german = english.translate(str.maketrans(",.", ".,"))
    swiss = english.replace(",", "'")
    french = german.replace(".", "\u202f")
    for text, mark in ((english, "."), (german, ","), (swiss, "."), (french, ",")):
        assert number_in(text, mark) == number  # type: ignore[arg-type]
        assert number_in(text, None) == number


@given(st.text(alphabet="0123456789.,' -+", max_size=14))
def test_whatever_is_read_without_the_option_is_read_so_by_one_of_the_two(text: str) -> None:
    number = outcome(number_in, text, None)
    by_mark = {outcome(number_in, text, mark) for mark in (".", ",")}
    readings = {each for each in by_mark if isinstance(each, Decimal)}
    if isinstance(number, Decimal):
        assert readings == {number}
    elif number == "ambiguous_number":
        assert len(readings) == 2
    else:
        assert number == "not_a_number"


@given(st.text(max_size=70))
def test_no_text_breaks_the_reader_of_numbers(text: str) -> None:
    number = outcome(number_in, text, None)
    assert number in {"not_a_number", "ambiguous_number", "too_many_digits"} or number.is_finite()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=0, max_value=10**9))
def test_a_cell_of_a_workbook_holds_the_number_that_was_typed(number: Decimal) -> None:
    assert exact(float(number)) == number


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (0.1 + 0.2, "0.3"),
        (1.1 * 3, "3.3"),
        (4711.0, "4711"),
        (12.5, "12.5"),
        (1e22, "1E22"),
        (123456789012345, "123456789012345"),
    ],
)
def test_the_noise_of_binary_numbers_is_not_ordered(stored: float, shown: str) -> None:
    assert exact(stored) == Decimal(shown)


@pytest.mark.parametrize(
    "stored", [1 / 3, 1234567890123456, 12345678901234567890, float("inf"), 10**40, 1e-40]
)
def test_a_number_beyond_what_a_spreadsheet_shows_is_refused(stored: float) -> None:
    with pytest.raises(WrongValue):
        exact(stored)


def test_the_callers_decimal_context_rounds_nothing() -> None:
    with localcontext() as context:
        context.prec = 3
        assert number_in("1234567.891", ".") == Decimal("1234567.891")
        assert number_in("-1234567.891", ".") == Decimal("-1234567.891")
        assert exact(1234567.25) == Decimal("1234567.25")
    assert getcontext().prec > 3


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-31",
        "2026/12/31",
        "2026.12.31",
        "20261231",
        "31.12.2026",
        "31/12/2026",
        "12/31/2026",
        "31-12-2026",
        "2026-12-31T00:00:00",
        "2026-12-31 14:30",
        "31.12.2026 00:00",
    ],
)
def test_a_date_that_can_be_read_in_one_way_is_read(text: str) -> None:
    assert date_in(text, None) == date(2026, 12, 31)


def test_day_and_month_are_asked_about_when_they_could_change_places() -> None:
    with pytest.raises(WrongValue) as caught:
        date_in("03/04/2026", None)
    assert caught.value.code == "ambiguous_date"
    assert date_in("03/04/2026", "dmy") == date(2026, 4, 3)
    assert date_in("03/04/2026", "mdy") == date(2026, 3, 4)
    assert date_in("04/04/2026", None) == date(2026, 4, 4)
    assert date_in("3.4.2026", None) == date(2026, 4, 3), "with dots the day comes first"


def test_a_year_of_two_digits_needs_the_option() -> None:
    with pytest.raises(WrongValue) as caught:
        date_in("31.12.26", None)
    assert caught.value.code == "two_digit_year"
    assert date_in("31.12.26", "dmy") == date(2026, 12, 31)
    assert date_in("26-12-31", "ymd") == date(2026, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "asap",
        "",
        "31.02.2026",
        "2026-13-01",
        "31.12",
        "0001-01-01",
        "9999-12-31",
        "12/31/2026x",
        "2026-12-31T23:30:00Z",
        "31.12/2026",
        "\u0663\u0661.12.2026",
    ],
)
def test_a_text_that_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(WrongValue) as caught:
        date_in(text, None)
    assert caught.value.code == "not_a_date"


def test_a_date_that_contradicts_the_option_is_refused() -> None:
    with pytest.raises(WrongValue):
        date_in("12/31/2026", "dmy")


def test_a_plain_number_is_a_date_only_when_it_is_written_out() -> None:
    assert date_of_number(Decimal(20261231)) == date(2026, 12, 31)
    with pytest.raises(WrongValue):
        date_of_number(Decimal(46387))


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)))
def test_every_date_survives_each_unambiguous_way_of_writing(day: date) -> None:
    assert date_in(day.isoformat(), None) == day
    assert date_in(f"{day:%Y%m%d}", None) == day
    assert date_in(f"{day.day}.{day.month}.{day.year}", None) == day
    assert date_in(f"{day:%d/%m/%Y}", "dmy") == day
    assert date_in(f"{day:%m/%d/%Y}", "mdy") == day
    guess = outcome(date_in, f"{day:%d/%m/%Y}", None)
    assert guess == ("ambiguous_date" if day.day <= 12 and day.day != day.month else day)
