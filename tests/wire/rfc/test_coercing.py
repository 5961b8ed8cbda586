"""Values by the interface, with the path in the error (sap.md 1.4, 6 #11)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest

from erp_connect.wire.rfc.coercing import Misfit, coerced, loosely
from erp_connect.wire.rfc.interfaces import Interface, Kind


class Role(StrEnum):
    SOLD_TO = "AG"


FIELDS = {
    kind.name: kind
    for kind in (
        Kind("ROLE", "RFCTYPE_CHAR", 2),
        Kind("FLAG", "RFCTYPE_CHAR", 1),
        Kind("ITEM", "RFCTYPE_NUM", 6),
        Kind("QUANTITY", "RFCTYPE_BCD", 13, 3),
        Kind("COUNT", "RFCTYPE_INT", 4),
        Kind("DAY", "RFCTYPE_DATE", 8),
    )
}
INTERFACE = Interface(
    "BAPI_TEST",
    {
        "HEADER": Kind("HEADER", "RFCTYPE_STRUCTURE", 0, fields=FIELDS),
        "ROWS": Kind("ROWS", "RFCTYPE_TABLE", 0, fields=FIELDS),
    },
)


def header(**values):
    return coerced(INTERFACE, {"HEADER": values})["HEADER"]


@pytest.mark.parametrize(
    ("field", "given", "sent"),
    [
        ("ROLE", Role.SOLD_TO, "AG"),
        ("FLAG", True, "X"),
        ("FLAG", False, ""),
        ("ITEM", 10, "000010"),
        ("ITEM", "10", "000010"),
        ("QUANTITY", 5, Decimal(5)),
        ("QUANTITY", Decimal("1E+2"), Decimal(100)),
        ("QUANTITY", Decimal("2.500"), Decimal("2.5")),
        ("DAY", date(2026, 1, 15), "20260115"),
    ],
)
def test_a_value_becomes_exactly_the_type_that_pyrfc_takes(field, given, sent):
    found = header(**{field: given})[field]
    assert (found, type(found)) == (sent, type(sent))
    assert "E" not in str(found) or field != "QUANTITY"


@pytest.mark.parametrize(("field", "given"), [("ITEM", ""), ("DAY", "00000000"), ("DAY", ""), ("ROLE", None)])
def test_what_pyrfc_would_refuse_or_skip_is_left_out(field, given):
    assert header(**{field: given}) == {}


@pytest.mark.parametrize(
    ("field", "given", "problem"),
    [
        ("ROLE", "AGX", "at most 2 characters"),
        ("ROLE", 5, "must be a text"),
        ("ITEM", "1A", "must be digits"),
        ("ITEM", "1234567", "at most 6 digits"),
        ("QUANTITY", 0.5, "must be a Decimal"),
        ("QUANTITY", True, "must be a Decimal"),
        ("QUANTITY", Decimal("1.2345"), "at most 3 decimals"),
        ("QUANTITY", Decimal(10**10), "at most 10 digits"),
        ("COUNT", True, "must be a whole number"),
        ("DAY", datetime(2026, 1, 15, tzinfo=UTC), "not an instant"),
        ("COLOUR", "red", "no such field"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_path_and_without_its_value(field, given, problem):
    with pytest.raises(Misfit) as caught:
        coerced(INTERFACE, {"ROWS": [{"ROLE": "AG"}, {field: given}]})
    assert caught.value.path == f"ROWS[1].{field}"
    assert problem in str(caught.value)
    assert not isinstance(given, str) or given not in caught.value.problem


def test_an_unknown_parameter_is_named():
    with pytest.raises(Misfit, match="ITEMS: BAPI_TEST has no such parameter"):
        coerced(INTERFACE, {"ITEMS": []})


def test_rows_may_come_in_any_sequence_and_leave_as_a_list():
    assert coerced(INTERFACE, {"ROWS": ({"ITEM": 10},)}) == {"ROWS": [{"ITEM": "000010"}]}


def test_a_letter_beyond_the_basic_plane_takes_two_places():
    with pytest.raises(Misfit, match="at most 1 characters"):
        header(FLAG="\U0001f6a2")


def test_where_no_interface_is_known_types_decide_alone():
    sent = loosely({"FLAG": True, "DAY": date(2026, 1, 5), "GONE": None, "ROWS": ({"Q": Decimal("5.0")},)})
    assert sent == {"FLAG": "X", "DAY": "20260105", "ROWS": [{"Q": Decimal(5)}]}
