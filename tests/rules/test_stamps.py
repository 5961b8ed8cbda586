"""Stamps: the same for the same write, different for any other, and known again when read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.rules.stamps import looks_like_stamp, make_stamp

TEXTS = st.text(max_size=40)


@pytest.mark.parametrize(("room", "length"), [(None, 20), (100, 20), (20, 20), (19, 12), (12, 12)])
def test_a_stamp_fits_the_field_and_every_code_page(room, length):
    assert re.fullmatch(f"[A-Z2-7]{{{length}}}", make_stamp("sap", "orders", "10000/PO-77", room))


def test_a_field_that_holds_no_safe_stamp_is_refused_with_its_length():
    with pytest.raises(ValueError, match="at least 12 characters, this one holds 11"):
        make_stamp("sap", "orders", "k", 11)


@given(TEXTS, TEXTS, TEXTS)
def test_the_same_write_has_the_same_stamp(system, book, key):
    assert make_stamp(system, book, key) == make_stamp(system, book, key)
    assert looks_like_stamp(make_stamp(system, book, key))


@given(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS)
def test_another_write_has_another_stamp(system, book, key, system2, book2, key2):
    if (system, book, key) != (system2, book2, key2):
        assert make_stamp(system, book, key) != make_stamp(system2, book2, key2)


def test_moving_a_character_from_one_part_to_the_next_is_another_write():
    assert make_stamp("ab", "c", "d") != make_stamp("a", "bc", "d")


def test_long_keys_that_begin_alike_do_not_share_a_short_stamp():
    assert make_stamp("s", "orders", "x" * 500 + "1", 12) != make_stamp("s", "orders", "x" * 500 + "2", 12)


@given(st.integers(min_value=0, max_value=19))
def test_one_character_amiss_is_no_stamp(place):
    stamp = make_stamp("s", "orders", "key")
    other = "A" if stamp[place] != "A" else "B"
    assert not looks_like_stamp(stamp[:place] + other + stamp[place + 1 :])


@pytest.mark.parametrize("number", ["PO-77", "4500017", "ABCDEFGHIJKLMNOPQRST", "", "A" * 21])
def test_a_number_that_people_wrote_is_no_stamp(number):
    assert not looks_like_stamp(number)
