"""Codes with check digits: one mistyped digit is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.models.codes import (
    check_gln,
    check_gtin,
    check_iban,
    check_lei,
    check_sscc,
    check_vat,
    gs1_check_digit,
    kind_of_code,
)

RIGHT = [
    *(
        (check_gtin, code)
        for code in ("4006381333931", "96385074", "036000291452", "10614141000415", "4006381 33393-1")
    ),
    *(
        (check_sscc, code)
        for code in ("106141412345678908", "(00)106141412345678908", "00106141412345678908")
    ),
    (check_gln, "4012345000009"),
    *(
        (check_vat, code)
        for code in ("DE136695976", "ATU13585627", "FR 40 303 265 045", "EL094259216", "GR094259216")
    ),
    *(
        (check_vat, code)
        for code in ("GB980780684", "XI980780684", "CHE-107.787.577 MWST", "NO 995 525 828 MVA")
    ),
    *((check_iban, code) for code in ("DE89370400440532013000", "GB82 WEST 1234 5698 7654 32")),
    (check_lei, "213800KUD8LAJWSQ9D15"),
]


@pytest.mark.parametrize(("check", "code"), RIGHT, ids=lambda value: getattr(value, "__name__", value))
def test_a_code_that_is_typed_right_passes(check, code):
    check(code)


@pytest.mark.parametrize(
    ("check", "code", "said"),
    [
        (check_gtin, "4006381333932", "this GTIN-13 ends in 2, its check digit would be 1"),
        (check_gtin, "36000291452", "leading zeros may have been lost in a spreadsheet"),
        (check_gtin, "4006381x33931", "digits only"),
        (check_gtin, "", "digits only"),
        (check_gtin, "٤٠٠٦٣٨١٣٣٣٩٣١", "digits only"),
        (check_sscc, "106141412345678909", "its check digit would be 8"),
        (check_sscc, "1234", "an SSCC has 18 digits, this one has 4"),
        (check_gln, "4012345000008", "its check digit would be 9"),
        (check_gln, "123", "a GLN has 13 digits"),
        (check_vat, "DE136695977", "wrong check digit"),
        (check_vat, "GB980780685", "wrong check digit"),
        (check_vat, "136695976", "starts with its country's two letters"),
        (check_vat, "DE1", "do not fit the country's rule"),
        (check_vat, "US123456789", "do not fit the country's rule"),
        (check_iban, "DE89370400440532013001", "wrong check digit"),
        (check_iban, "DE1", "do not fit the country's structure"),
        (check_lei, "213800KUD8LAJWSQ9D16", "wrong check digit"),
        (check_lei, "213800", "18 letters and digits and two check digits"),
    ],
)
def test_a_code_that_is_typed_wrong_is_refused_with_the_reason(check, code, said):
    with pytest.raises(ValueError, match=said):
        check(code)


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 12), st.integers(1, 9))
def test_every_single_mistyped_digit_of_a_gtin_is_found(body, place, by):
    right = body + gs1_check_digit(body)
    check_gtin(right)
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    with pytest.raises(ValueError, match="check digit"):
        check_gtin(wrong)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *(("4006381333931", "GTIN"), ("106141412345678908", "SSCC"), ("(00)106141412345678908", "SSCC")),
        *(("DE89370400440532013000", "IBAN"), ("213800KUD8LAJWSQ9D15", "LEI"), ("DE136695976", "VAT")),
        *(("CHE-107.787.577 MWST", "VAT"), ("4006381333930", None), ("HELLO", None), ("", None)),
    ],
)
def test_a_code_says_what_it_is(code, kind):
    assert kind_of_code(code) == kind
