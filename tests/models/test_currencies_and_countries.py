"""The codes that an order may carry: exact, with a suggestion for everything else."""

import pytest

from erp_connect.models.codes import UnknownCode
from erp_connect.models.countries import ALIASES, COUNTRIES, country_code, country_name, is_country
from erp_connect.models.currencies import HISTORIC, currency_code, exponent, is_currency


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("EUR", 2),
        ("USD", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("KWD", 3),
        ("BHD", 3),
        ("IQD", 3),
        ("CLF", 4),
        ("UYW", 4),
    ],
)
def test_amounts_have_the_digits_of_their_currency(code, digits):
    assert exponent(code) == digits
    assert currency_code(code) == code


@pytest.mark.parametrize(
    ("code", "digits"), [("DEM", 2), ("ITL", 0), ("FRF", 2), ("TRL", 0), ("HRK", 2), ("BGN", 2)]
)
def test_old_orders_still_carry_withdrawn_currencies(code, digits):
    assert code in HISTORIC
    assert is_currency(code)
    assert exponent(code) == digits


@pytest.mark.parametrize("code", ["XAU", "XAG", "XPT", "XDR", "XXX", "XTS"])
def test_metals_and_testing_codes_are_no_money(code):
    assert not is_currency(code)
    assert exponent(code) is None
    with pytest.raises(UnknownCode, match="no order is paid in it") as caught:
        currency_code(code)
    assert caught.value.suggestions == ()


@pytest.mark.parametrize(
    ("written", "suggested"),
    [
        *(("eur", ("EUR",)), ("Eur ", ("EUR",)), ("€", ("EUR",)), ("Euro", ("EUR",)), ("£", ("GBP",))),
        *(
            ("$", ("USD", "CAD", "AUD")),
            ("¥", ("JPY", "CNY")),
            ("RMB", ("CNY",)),
            ("dem", ("DEM",)),
            ("US Dollar", ("USD",)),
        ),
        ("", ()),
    ],
)
def test_another_spelling_of_a_currency_is_refused_with_the_code(written, suggested):
    with pytest.raises(UnknownCode) as caught:
        currency_code(written)
    assert caught.value.suggestions == suggested
    assert caught.value.kind == "currency"


def test_a_code_that_was_never_a_currency_has_no_digits():
    with pytest.raises(UnknownCode):
        exponent("ZZZ")


def test_every_country_of_the_standard_and_kosovo_are_known():
    assert len(COUNTRIES) == 250
    assert all(len(code) == 2 and code.isupper() and code.isascii() for code in COUNTRIES)
    assert len(set(COUNTRIES.values())) == 250
    assert is_country("XK")


def test_the_countries_are_those_of_the_standard():
    pycountry = pytest.importorskip("pycountry", reason="the extra refdata is not installed")
    assert {country.alpha_2 for country in pycountry.countries} | {"XK"} == set(COUNTRIES)


def test_two_codes_of_the_eu_are_read_as_the_standard_s():
    assert country_code("UK") == "GB"
    assert country_code("EL") == "GR"
    assert not any(is_country(alias) for alias in ALIASES)


def test_a_country_s_code_is_itself_and_has_a_name():
    assert all(country_code(code) == code for code in COUNTRIES)
    assert country_name("DE") == "Germany"
    assert country_name("UK") == "United Kingdom"


@pytest.mark.parametrize(
    ("written", "suggested"),
    [
        *(("de", "DE"), (" DE", "DE"), ("Germany", "DE"), ("Deutschland", "DE"), ("DEU", "DE"), ("uk", "GB")),
        *(
            ("Österreich", "AT"),
            ("schweiz", "CH"),
            ("España", "ES"),
            ("Pays-Bas", "NL"),
            ("USA", "US"),
            ("England", "GB"),
        ),
        *(("Ελλάδα", "GR"), ("日本", "JP"), ("Turkey", "TR"), ("Czech Republic", "CZ")),
    ],
)
def test_a_country_s_name_is_refused_with_its_code(written, suggested):
    with pytest.raises(UnknownCode, match="two capital letters") as caught:
        country_code(written)
    assert caught.value.suggestions == (suggested,)


def test_a_misspelt_country_comes_with_the_nearest_ones():
    with pytest.raises(UnknownCode) as caught:
        country_code("Germny")
    assert "DE" in caught.value.suggestions
    assert "Germny" not in str(caught.value)


@pytest.mark.parametrize("written", ["", "??", "XX", "x" * 10_000_000])
def test_no_country_is_guessed_from_nonsense(written):
    with pytest.raises(UnknownCode) as caught:
        country_code(written)
    assert caught.value.suggestions == ()


@pytest.mark.parametrize("ask", [exponent, currency_code, country_code])
def test_a_code_that_is_no_text_is_refused_when_it_is_asked_for_and_not_when_the_error_is_told(ask):
    with pytest.raises(TypeError):
        ask(5)
