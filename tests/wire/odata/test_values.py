"""Values in addresses and bodies, by type and version (sap.md 4.2, libraries.md 1.1)."""

import contextlib
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.wire.odata import from_json, key_of, literal, to_json
from erp_connect.wire.odata.values import dumps, loads

GUID = UUID("0050568e-1111-2222-3333-444455556666")
NOON = datetime.fromisoformat("2026-01-15T12:34:56")


@pytest.mark.parametrize(
    ("value", "edm", "second", "fourth"),
    [
        ("O'Brien & Söhne", "Edm.String", "'O''Brien & Söhne'", "'O''Brien & Söhne'"),
        ("1 or 1 eq 1", "Edm.String", "'1 or 1 eq 1'", "'1 or 1 eq 1'"),
        (Decimal("5.00"), "Edm.Decimal", "5.00M", "5.00"),
        (Decimal("1E+3"), "Edm.Decimal", "1000M", "1000"),
        (5, "Edm.Decimal", "5M", "5"),
        (5, "Edm.Int32", "5", "5"),
        (5, "Edm.Int64", "5L", "5"),
        (True, "Edm.Boolean", "true", "true"),
        (GUID, "Edm.Guid", f"guid'{GUID}'", str(GUID)),
        (NOON, "Edm.DateTime", "datetime'2026-01-15T12:34:56'", None),
        (date(2026, 1, 15), "Edm.Date", None, "2026-01-15"),
        (
            NOON.replace(tzinfo=timezone(timedelta(hours=1))),
            "Edm.DateTimeOffset",
            "datetimeoffset'2026-01-15T11:34:56Z'",
            "2026-01-15T11:34:56Z",
        ),
        (time(12, 34, 56), "Edm.Time", "time'PT12H34M56S'", None),
        (time(12, 34, 56), "Edm.TimeOfDay", None, "12:34:56"),
    ],
)
def test_a_literal(value, edm, second, fourth):
    if second is not None:
        assert literal(value, edm, 2) == second
    if fourth is not None:
        assert literal(value, edm, 4) == fourth


@pytest.mark.parametrize("version", [2, 4])
@pytest.mark.parametrize(
    ("value", "edm"),
    [
        ("1 or 1 eq 1", "Edm.Int32"),
        ("5", "Edm.Decimal"),
        (5.0, "Edm.Decimal"),
        (Decimal("NaN"), "Edm.Decimal"),
        (True, "Edm.Int32"),
        (1, "Edm.Boolean"),
        (4711, "Edm.String"),
        ("2026-01-15", "Edm.Date"),
        (NOON, "Edm.DateTimeOffset"),
        (NOON.replace(tzinfo=UTC), "Edm.DateTime"),
        (NOON, "Edm.Date"),
        ("x' or 1 eq 1 or 'x", "Edm.Guid"),
        (None, "Edm.String"),
        ("x", "Edm.Geography"),
    ],
)
def test_a_value_of_another_kind_never_becomes_part_of_an_address(value, edm, version):
    with pytest.raises(TypeError, match=edm):
        literal(value, edm, version)


def test_keys_are_quoted_and_then_encoded():
    types = {"SalesOrder": "Edm.String", "SalesOrderItem": "Edm.String", "Number": "Edm.Int32"}
    assert key_of({"SalesOrder": "4711"}, types, 2) == "('4711')"
    assert (
        key_of({"SalesOrder": "4711", "SalesOrderItem": "10"}, types, 2)
        == "(SalesOrder='4711',SalesOrderItem='10')"
    )
    assert key_of({"SalesOrder": "A/B?x#y 100%"}, types, 4) == "('A%2FB%3Fx%23y%20100%25')"
    assert key_of({"Number": 7}, types, 4) == "(7)"


@given(st.text(max_size=20))
def test_no_text_breaks_out_of_its_key(text):
    key = key_of({"k": text}, {"k": "Edm.String"}, 4)
    assert not {"/", "?", "#", " "} & set(key)
    assert unquote(key) == "('" + text.replace("'", "''") + "')"


@pytest.mark.parametrize(
    ("value", "edm", "second", "fourth"),
    [
        (
            Decimal("12345678901234567.89"),
            "Edm.Decimal",
            "12345678901234567.89",
            Decimal("12345678901234567.89"),
        ),
        (Decimal("0.10"), "Edm.Decimal", "0.10", Decimal("0.10")),
        (2**53 + 1, "Edm.Int64", "9007199254740993", 2**53 + 1),
        (7, "Edm.Int16", 7, 7),
        (False, "Edm.Boolean", False, False),
        ("", "Edm.String", "", ""),
        (datetime.fromisoformat("2018-01-22T08:35:10"), "Edm.DateTime", "/Date(1516610110000)/", None),
        (datetime.fromisoformat("1969-12-31"), "Edm.DateTime", "/Date(-86400000)/", None),
        (
            datetime(2026, 1, 15, 10, tzinfo=UTC),
            "Edm.DateTimeOffset",
            "/Date(1768471200000+0000)/",
            "2026-01-15T10:00:00Z",
        ),
        (date(2026, 1, 15), "Edm.Date", None, "2026-01-15"),
        (time(1, 2, 3), "Edm.Time", "PT1H2M3S", None),
        (time(1, 2, 3), "Edm.TimeOfDay", None, "01:02:03"),
        (GUID, "Edm.Guid", str(GUID), str(GUID)),
    ],
)
def test_a_cell_goes_out_and_comes_back(value, edm, second, fourth):
    for version, cell in ((2, second), (4, fourth)):
        if cell is not None:
            assert to_json(value, edm, version) == cell
            back = from_json(loads(dumps(cell)), edm)
            assert (back, type(back)) == (value, type(value))
            assert str(back) == str(value)


def test_decimals_of_version_4_are_text_where_the_body_says_so():
    assert to_json(Decimal("0.10"), "Edm.Decimal", 4, decimals_as_text=True) == "0.10"
    assert from_json("0.10", "Edm.Decimal") == Decimal("0.10")
    assert to_json(None, "Edm.Decimal", 4) is None


@pytest.mark.parametrize(
    ("cell", "edm", "value"),
    [
        ("/Date(1516614510000+0060)/", "Edm.DateTimeOffset", datetime(2018, 1, 22, 9, 48, 30, tzinfo=UTC)),
        ("2026-01-15T10:00:00Z", "Edm.DateTimeOffset", datetime(2026, 1, 15, 10, tzinfo=UTC)),
        ("2026-01-15T00:00:00", "Edm.DateTime", datetime.fromisoformat("2026-01-15")),
        ("PT0S", "Edm.Time", time(0)),
        ("PT23H59M59.5S", "Edm.Time", time(23, 59, 59, 500000)),
        (5, "Edm.Decimal", Decimal(5)),
        ("5", "Edm.Int64", 5),
        (None, "Edm.DateTime", None),
    ],
)
def test_what_servers_send_besides_is_understood(cell, edm, value):
    assert from_json(cell, edm) == value


@pytest.mark.parametrize(
    ("cell", "edm"),
    [
        ("/Date(x)/", "Edm.DateTime"),
        ("/Date(99999999999999999)/", "Edm.DateTime"),
        (5, "Edm.DateTime"),
        ("NaN", "Edm.Decimal"),
        ("1,5", "Edm.Decimal"),
        (True, "Edm.Decimal"),
        (True, "Edm.Int32"),
        (5, "Edm.String"),
        ("true", "Edm.Boolean"),
        ("-PT1H", "Edm.Time"),
        ("P1D", "Edm.TimeOfDay"),
        ({}, "Edm.Guid"),
        ([], "Edm.Date"),
    ],
)
def test_what_is_no_value_of_its_type_is_told(cell, edm):
    with pytest.raises(ValueError, match=edm):
        from_json(cell, edm)


cells = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(cells)
def test_json_is_exact_both_ways(cell):
    assert loads(dumps(cell)) == cell


@given(
    cells,
    st.sampled_from(
        [
            "Edm.String",
            "Edm.Decimal",
            "Edm.DateTime",
            "Edm.DateTimeOffset",
            "Edm.Time",
            "Edm.Guid",
            "Edm.Date",
            "Edm.Int64",
        ]
    ),
)
def test_any_cell_is_a_value_or_told(cell, edm):
    with contextlib.suppress(ValueError):
        assert from_json(cell, edm) is None or cell is not None


@pytest.mark.parametrize("body", [b"{", b"", b"[NaN]", b"[Infinity]", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_told(body):
    with pytest.raises(ValueError):  # noqa: PT011 (the parser's own words)
        loads(body)


@pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, {1, 2}, b"x", Decimal("Infinity"), object()])
def test_what_has_no_exact_form_is_refused(value):
    with pytest.raises(TypeError):
        dumps(value)
