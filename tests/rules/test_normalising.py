"""What a back-end makes of a value on storing it, in the words of the capabilities."""

from decimal import Decimal

import pytest

from erp_connect.rules.normalising import normalised


@pytest.mark.parametrize(
    ("value", "rule", "stored"),
    [
        ("po 77", None, "po 77"),
        ("po 77", "upper", "PO 77"),
        (" po ", "trim", "po"),
        (" a   b\tc ", "collapse_spaces", "a b c"),
        ("77", "pad_left_zero(10)", "0000000077"),
        ("A77", "pad_left_zero(10)", "A77"),
        ("12345678901", "pad_left_zero(10)", "12345678901"),
        (Decimal("1.005"), "round(2)", Decimal("1.01")),
        (Decimal("1.4"), "round(0)", Decimal(1)),
        ("1.005", "round(2)", "1.005"),
        (" po 77 ", "trim, upper", "PO 77"),
        (Decimal("1.5"), "upper", Decimal("1.5")),
        (None, "upper", None),
        (7, "round(2)", 7),
    ],
)
def test_each_rule_does_what_it_says(value, rule, stored):
    assert normalised(value, rule) == stored


@pytest.mark.parametrize("rule", ["lower", "round", "upper(3)", "pad_left_zero", "", "round(x)"])
def test_a_rule_that_is_none_is_refused_with_those_that_are(rule):
    with pytest.raises(ValueError, match="known are upper, trim"):
        normalised("x", rule)
