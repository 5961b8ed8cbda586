"""Units of a product, what is open of a line, and what can be promised."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.models import Product, ProductUnit, Quantities
from erp_connect.rules.facts import StockLevel, stock_by_place
from erp_connect.rules.quantities import (
    availability,
    between,
    equal_units,
    in_base_unit,
    moved,
    open_quantity,
    sold_in,
    units_of,
)

WHEAT = Product(id="w", number="W", name="Wheat", unit="KGM", units=(ProductUnit(unit="XSA", factor=25),))
BARE = Product(id="b", number="B", name="No unit on file", unit=None)


@pytest.mark.parametrize(
    ("quantity", "unit", "base"),
    [
        ("3", "XCT", "36"),
        ("0.5", "XPX", "240"),
        ("7", "H87", "7"),
        ("7", "EA", "7"),
        ("7", "C62", "7"),
    ],
)
def test_the_products_own_units_are_exact(shop, quantity, unit, base):
    assert in_base_unit(shop.valve, Decimal(quantity), unit) == Decimal(base)


@pytest.mark.parametrize(
    ("quantity", "unit", "base"), [("2", "TNE", "2000"), ("500", "GRM", "0.5"), ("3", "XSA", "75")]
)
def test_physical_units_convert_among_themselves(quantity, unit, base):
    assert in_base_unit(WHEAT, Decimal(quantity), unit) == Decimal(base)


def test_a_unit_of_the_product_may_be_reached_through_physics():
    cable = Product(
        id="c", number="C", name="Cable", unit="KGM", units=(ProductUnit(unit="MTR", factor=Decimal("0.2")),)
    )
    assert in_base_unit(cable, Decimal(50), "CMT") == Decimal("0.1")
    assert sold_in(cable, "KMT")


def test_between_two_packs_of_a_product(shop):
    assert between(shop.valve, Decimal(2), "XPX", "XCT") == 80
    assert between(shop.valve, Decimal(5), "XCT", "XCT") == 5
    assert between(BARE, Decimal(5), "KGM", "GRM") == 5000


def test_a_conversion_that_does_not_end_is_good_to_the_last_digit_a_model_holds(shop):
    third = between(shop.valve, Decimal(4), "H87", "XCT")
    assert third == Decimal("0." + "3" * 28)


def test_nothing_is_guessed_about_a_pack_that_is_not_on_file(shop):
    assert not sold_in(shop.pipe, "XCT")
    with pytest.raises(ValueError, match=r"no conversion from XCT to MTR; its units are MTR"):
        in_base_unit(shop.pipe, Decimal(1), "XCT")
    with pytest.raises(ValueError, match="its units are H87, XCT, XPX"):
        between(shop.valve, Decimal(1), "KGM", "XCT")


def test_a_product_without_a_base_unit_refuses_no_unit_but_converts_nothing():
    assert sold_in(BARE, "XCT")
    assert units_of(BARE) == ()
    with pytest.raises(ValueError, match="none on file"):
        in_base_unit(BARE, Decimal(1), "XCT")


@given(st.decimals(min_value="0.001", max_value=10**9, places=3), st.sampled_from(["XCT", "XPX", "H87"]))
def test_there_and_back_again_is_the_same_quantity(shop, quantity, unit):
    assert between(shop.valve, between(shop.valve, quantity, unit, "H87"), "H87", unit) == quantity


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("H87", "EA", True),
        ("C62", "H87", True),
        ("KGM", "GRM", False),
        ("ZZ-NATIVE", "ZZ-NATIVE", True),
        ("ZZ-NATIVE", "H87", False),
        (None, None, True),
        (None, "H87", False),
    ],
)
def test_two_words_for_a_piece_are_one_unit_and_native_texts_only_themselves(one, other, same):
    assert equal_units(one, other) is same


@pytest.mark.parametrize(
    ("quantities", "left"),
    [
        ({}, 10),
        ({"shipped": 4}, 6),
        ({"delivered": 4}, 6),
        ({"shipped": 4, "delivered": 6}, 4),
        ({"cancelled": 3, "shipped": 4}, 3),
        ({"shipped": 12}, 0),
        ({"cancelled": 10}, 0),
    ],
)
def test_what_is_open_is_ordered_less_cancelled_less_moved(quantities, left):
    assert open_quantity(Quantities(ordered=10, **quantities)) == left


def test_what_moved_is_unknown_where_nobody_reports_it():
    assert moved(Quantities(ordered=10)) is None
    assert moved(Quantities(ordered=10, shipped=0)) == 0


def test_a_sales_unit_is_promised_from_stock_kept_in_pieces(shop):
    level = StockLevel(
        product="VALVE-20", unit="H87", warehouse="MAIN", on_hand=Decimal(60), reserved=Decimal(12)
    )
    found = availability(shop.valve, Decimal(3), "XCT", [level], today=shop.today)
    assert (found.available, found.on_hand, found.reserved) == (4, 5, 1)
    assert found.enough
    assert found.promised == shop.today
    assert found.warehouse == "MAIN"


def test_what_comes_in_counts_from_its_day(shop):
    level = StockLevel(
        product="PIPE-3", unit="MTR", on_hand=Decimal(4), incoming=Decimal(100), incoming_on=date(2026, 4, 20)
    )
    early = availability(shop.pipe, Decimal(50), "MTR", [level], date(2026, 4, 19), today=shop.today)
    late = availability(shop.pipe, Decimal(50), "MTR", [level], date(2026, 4, 20), today=shop.today)
    assert (early.available, early.enough, early.promised) == (4, False, date(2026, 4, 20))
    assert (late.available, late.enough, late.incoming) == (104, True, 100)
    short = availability(shop.pipe, Decimal(500), "MTR", [level], date(2026, 4, 20))
    assert short.promised is None


def test_without_a_stock_record_nothing_is_known(shop):
    found = availability(shop.pipe, Decimal(5), "MTR", [])
    assert (found.available, found.enough, found.promised) == (None, None, None)


def test_reserved_beyond_what_is_there_is_not_a_negative_stock(shop):
    level = StockLevel(product="PIPE-3", unit="MTR", on_hand=Decimal(4), reserved=Decimal(9))
    assert availability(shop.pipe, Decimal(1), "MTR", [level]).available == 0


def test_the_sum_of_all_warehouses_stands_beside_each():
    def level(place, on_hand, incoming=None, day=None, unit="H87"):
        return StockLevel(
            product="P",
            unit=unit,
            warehouse=place,
            on_hand=Decimal(on_hand),
            incoming=None if incoming is None else Decimal(incoming),
            incoming_on=day,
        )

    places = stock_by_place(
        [level("A", 3, 5, date(2026, 5, 1)), level("B", 4, 6, date(2026, 5, 9)), level("C", 1, unit="XCT")]
    )
    total = places["P", None]
    assert (total.on_hand, total.incoming, total.incoming_on) == (7, 11, date(2026, 5, 9))
    assert places["P", "B"].on_hand == 4
    own = stock_by_place([level(None, 9), level("A", 3)])
    assert own["P", None].on_hand == 9


def test_a_products_own_pack_counts_whichever_word_for_a_piece_it_has(shop):
    pair = Product(
        id="g", number="G", name="Gloves", unit="PR", units=(ProductUnit(unit="EA", factor=Decimal("0.5")),)
    )
    assert in_base_unit(pair, Decimal(4), "H87") == 2


def test_two_packs_do_not_convert_by_physics():
    assert not sold_in(Product(id="b", number="B", name="Box", unit="XBX"), "XCT")


def test_what_comes_in_without_a_day_is_shown_and_not_promised(shop):
    level = StockLevel(product="PIPE-3", unit="MTR", incoming=Decimal(9))
    found = availability(shop.pipe, Decimal(5), "MTR", [level], date(2027, 1, 1))
    assert (found.incoming, found.available, found.promised) == (9, 0, None)
