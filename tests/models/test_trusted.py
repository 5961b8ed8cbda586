"""Values that an adapter builds without judging them again, and changes so."""

from decimal import Decimal

import pytest

from erp_connect.models import Quantities
from erp_connect.models.base import trusted_but
from erp_connect.models.scalars import MAX_TEXT, is_clean

FIVE = Quantities(ordered=Decimal(5), shipped=Decimal(0))


def test_a_trusted_change_is_the_same_as_a_judged_one():
    changed = trusted_but(FIVE, shipped=Decimal(2))
    assert changed == FIVE.but(shipped=Decimal(2))
    assert changed.model_dump_json() == FIVE.but(shipped=Decimal(2)).model_dump_json()
    assert FIVE.shipped == 0


def test_a_trusted_change_of_a_field_that_there_is_not_is_refused():
    with pytest.raises(TypeError, match="shiped"):
        trusted_but(FIVE, shiped=Decimal(2))


@pytest.mark.parametrize(
    ("texts", "clean"),
    [
        (("Quay 1", "line\nbreak\tand tab", ""), True),
        (("Quay 1", "bell\x07"), False),
        (("x" * (MAX_TEXT + 1),), False),
    ],
)
def test_texts_are_clean_where_the_constructor_would_take_them(texts, clean):
    assert is_clean(*texts) is clean
