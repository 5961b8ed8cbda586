"""Counts, prices and settings as the rules judge them."""

from decimal import Decimal, localcontext

import pytest

from erp_connect.errors import ConfigurationError, InvalidOrder, VersionConflict
from erp_connect.models import Product, ProductUnit, UnitPrice
from erp_connect.rules.back_office import (
    check_settings,
    counted,
    hold_to_count,
    price_case,
    price_list_entry,
)

CARTON = Product(
    id="1", number="VALVE-20", name="Valve", unit="XCT", units=(ProductUnit(unit="XBX", factor=3),)
)
PIECE = Product(
    id="2",
    number="SEAL",
    name="Seal",
    unit="XBX",
    units=(ProductUnit(unit="XPK", factor=Decimal("0.3333333333333333")),),
)
EURO = UnitPrice(amount=1, currency="EUR")


def test_a_count_in_another_unit_is_reckoned_in_the_base_unit():
    assert str(counted(CARTON, 4, "XBX")) == "12"
    assert counted(CARTON, 4) == 4


def test_a_count_without_an_end_is_kept_to_what_a_record_holds():
    assert counted(PIECE, 1, "XPK") == Decimal("0.3333333333")


def test_the_callers_decimal_context_rounds_no_count():
    with localcontext() as context:
        context.prec = 3
        assert counted(CARTON, Decimal("123456.789"), "XBX") == Decimal("370370.367")


def test_a_count_holds_to_what_the_record_said():
    assert hold_to_count(Decimal(5), Decimal(7), None)
    assert hold_to_count(Decimal(5), Decimal(7), 5)
    assert not hold_to_count(Decimal(7), Decimal(7), 5)
    with pytest.raises(VersionConflict):
        hold_to_count(Decimal(6), Decimal(7), 5)


def test_two_prices_are_for_one_case_whatever_they_come_to():
    one = price_list_entry(CARTON, EURO, quantity_from=10)
    other = price_list_entry(CARTON, EURO.but(amount=Decimal(2)), quantity_from=Decimal("10.0"))
    assert price_case(one) == price_case(other)
    assert price_case(one) != price_case(price_list_entry(CARTON, EURO, quantity_from=11))
    assert price_case(one) != price_case(price_list_entry(CARTON, EURO, quantity_from=10, unit="XBX"))


@pytest.mark.parametrize("per", [Decimal("1e18"), Decimal("0.00000000001")])
def test_a_price_per_more_than_a_record_holds_is_refused(per):
    with pytest.raises(InvalidOrder, match="per:"):
        price_list_entry(CARTON, UnitPrice(amount=1, currency="EUR", per=per))


def test_no_answer_is_no_mistake_and_nonsense_names_what_would_do():
    check_settings()
    check_settings(
        company="A", currency="JPY", timezone="UTC", rounding="line", backorders=True, credit="hold"
    )
    with pytest.raises(ConfigurationError) as refused:
        check_settings(rounding="sometimes")
    assert refused.value.hint == "one of line, document"
