"""Units of measure: what orders write is understood, what can be read in two ways is asked, conversion is exact."""

import pickle
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.models.codes import UnknownCode
from erp_connect.models.units import UNITS, convert, convertible, is_unit, same_unit, unit_code

PHYSICAL = [unit for unit in UNITS.values() if unit.factor is not None]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("Stck", "H87"), ("PCE", "H87"), ("pcs.", "H87"), ("szt", "H87"), ("pièce", "H87"), ("EA", "EA")),
        *((" kg ", "KGM"), ("Kilo", "KGM"), ("g", "GRM"), ("t", "TNE"), ("lbs", "LBR")),
        *(
            ("m", "MTR"),
            ("lfm", "LM"),
            ("mm", "MMT"),
            ("m²", "MTK"),
            ("qm", "MTK"),
            ("cbm", "MTQ"),
            ("l", "LTR"),
        ),
        *(
            ("CTN", "XCT"),
            ("Karton", "XCT"),
            ("PAL", "XPX"),
            ("box", "XBX"),
            ("dozen", "DZN"),
            ("Paar", "PR"),
        ),
        *(("Std", "HUR"), ("month", "MON"), ("c62", "C62"), ("kgm", "KGM"), ("lump sum", "LS")),
    ],
)
def test_the_words_that_orders_use_are_understood(written, meant):
    assert unit_code(written) == meant
    assert is_unit(meant)


def test_capitals_and_blanks_do_not_matter_where_the_meaning_is_the_same():
    assert unit_code(" KGM ") == "KGM"
    assert unit_code("xct") == "XCT"
    assert unit_code("KG") == unit_code("kg") == "KGM"


@pytest.mark.parametrize("code", UNITS)
def test_every_code_is_itself(code):
    assert unit_code(code) == code


@pytest.mark.parametrize(
    ("written", "readings"),
    [
        ("ST", ("H87", "SET", "XST")),
        ("M", ("MTR", "MIL")),
        ("T", ("TNE", "MIL")),
        ("ton", ("TNE", "STN", "LTN")),
        ("gal", ("GLL", "GLI")),
        ("CWT", ("CWA", "CWI", "DTN")),
    ],
)
def test_a_word_with_several_meanings_is_never_guessed(written, readings):
    with pytest.raises(UnknownCode, match="ambiguous") as caught:
        unit_code(written)
    assert tuple(each[:3].strip() for each in caught.value.suggestions) == readings


@pytest.mark.parametrize(("written", "nearest"), [("Kartn", "XCT"), ("kilogrm", "KGM"), ("palet", "XPX")])
def test_a_misspelt_unit_comes_with_the_nearest_ones(written, nearest):
    with pytest.raises(UnknownCode) as caught:
        unit_code(written)
    assert any(each.startswith(nearest) for each in caught.value.suggestions)
    assert written not in str(caught.value)


@pytest.mark.parametrize("written", ["", " ", "???", "x" * 10_000_000])
def test_nonsense_is_refused_without_a_guess(written):
    with pytest.raises(UnknownCode) as caught:
        unit_code(written)
    assert len(str(caught.value)) < 300


def test_the_refusal_can_be_sent_to_another_process():
    with pytest.raises(UnknownCode) as caught:
        unit_code("ST")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 (we pickled it ourselves)
    assert (str(again), again.suggestions, again.kind) == (
        str(caught.value),
        caught.value.suggestions,
        "unit of measure",
    )


@pytest.mark.parametrize(
    ("quantity", "from_unit", "to_unit", "result"),
    [
        ("2.5", "KGM", "GRM", "2500"),
        ("1", "LBR", "KGM", "0.45359237"),
        ("1", "t", "kg", "1000"),
        ("12", "INH", "FOT", "1"),
        ("1", "GLL", "LTR", "3.785411784"),
        ("1", "KWH", "3B", "3.6"),
        ("1", "ANN", "MON", "12"),
        ("90", "MIN", "HUR", "1.5"),
        ("-3", "MTR", "CMT", "-300"),
        ("0", "MTR", "CMT", "0"),
    ],
)
def test_physical_units_are_converted_by_their_legal_definitions(quantity, from_unit, to_unit, result):
    assert convert(Decimal(quantity), from_unit, to_unit) == Decimal(result)


def test_a_result_that_does_not_end_has_34_digits():
    third = convert(1, "INH", "YRD")
    assert str(third) == "0.0" + "2" + "7" * 32 + "8"
    assert len(third.as_tuple().digits) == 34


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4),
    st.sampled_from(PHYSICAL),
    st.sampled_from(PHYSICAL),
)
def test_conversion_is_exact_whatever_the_context(quantity, one, other):
    if one.dimension != other.dimension:
        assert not convertible(one.code, other.code)
        with pytest.raises(ValueError, match="different things"):
            convert(quantity, one.code, other.code)
        return
    with localcontext(prec=3):
        there = convert(quantity, one.code, other.code)
    wanted = Fraction(quantity) * Fraction(one.factor) / Fraction(other.factor)
    assert abs(Fraction(there) - wanted) <= abs(wanted) / 10**33


@pytest.mark.parametrize(
    ("one", "other"), [("XCT", "H87"), ("DZN", "H87"), ("XPX", "XCT"), ("PR", "EA"), ("XBX", "KGM")]
)
def test_how_much_a_carton_holds_is_product_data(one, other):
    assert not convertible(one, other)
    with pytest.raises(ValueError, match="product data"):
        convert(1, one, other)
    assert convert(5, one, one) == 5


def test_kilograms_are_no_metres():
    with pytest.raises(ValueError, match="mass and length are different things"):
        convert(1, "KGM", "MTR")
    with pytest.raises(ValueError, match="time and calendar"):
        convert(1, "DAY", "MON")


@pytest.mark.parametrize("quantity", [1.5, True, "1"])
def test_only_exact_quantities_are_converted(quantity):
    with pytest.raises(TypeError, match="a quantity is a Decimal or an int"):
        convert(quantity, "KGM", "GRM")


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "1E+999"])
def test_quantities_beyond_trade_are_refused(quantity):
    with pytest.raises(ValueError, match="finite number"):
        convert(Decimal(quantity), "KGM", "GRM")


def test_erps_call_a_single_piece_by_several_codes():
    assert same_unit("EA", "C62")
    assert same_unit("Stck", "EA")
    assert same_unit("kg", "KGM")
    assert not same_unit("KGM", "GRM")
    assert not same_unit("DZN", "EA")
    assert not is_unit("Stck")
