"""What goes into a column comes out again, exactly, on every database; what does not fit is refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import sqlalchemy as sa

from erp_connect.wire.sql import Trouble, canonical_json, classify, reading, writing

AMOUNTS = [
    Decimal(0),
    Decimal("0.1"),
    Decimal("-12.50"),
    Decimal("123456789012345678.0123456789"),
    Decimal("999999999999999999.9999999999"),
    Decimal("1E+5"),
    Decimal("0.0000000001"),
    7,
]


def _store(engine, orders, **values):
    with writing(engine) as connection:
        connection.execute(sa.insert(orders), {"id": 1, "open": True, **values})
    with reading(engine) as connection:
        return connection.execute(sa.select(orders)).one()


def test_decimals_come_back_to_the_last_digit_and_without_padding(engine, orders):
    with writing(engine) as connection:
        connection.execute(
            sa.insert(orders),
            [{"id": n, "amount": amount, "open": True} for n, amount in enumerate(AMOUNTS, start=1)],
        )
    with reading(engine) as connection:
        found = connection.execute(sa.select(orders.c.amount).order_by(orders.c.id)).scalars().all()
    assert found == AMOUNTS
    assert all(type(amount) is Decimal for amount in found)
    assert [str(amount) for amount in found[:3]] == ["0", "0.1", "-12.5"]
    assert str(found[5]) == "100000"


def test_equal_numbers_are_found_however_they_were_written(engine, orders):
    _store(engine, orders, amount=Decimal("5.00"))
    with reading(engine) as connection:
        found = (
            connection.execute(sa.select(orders.c.id).where(orders.c.amount == Decimal(5))).scalars().all()
        )
    assert found == [1]


@pytest.mark.parametrize(
    "amount",
    [12.5, "12.5", True, Decimal("NaN"), Decimal("Infinity"), Decimal("0.00000000001"), Decimal(10) ** 18],
    ids=["float", "text", "bool", "nan", "infinity", "too many places", "too many digits"],
)
def test_what_is_no_exact_amount_is_refused_and_nothing_is_written(engine, orders, amount):
    with pytest.raises(sa.exc.StatementError) as refused:
        _store(engine, orders, amount=amount)
    assert classify(refused.value).trouble is Trouble.DOES_NOT_FIT
    with reading(engine) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(orders)).scalar() == 0


def test_an_instant_comes_back_in_utc_with_its_microseconds(engine, orders):
    berlin = timezone(timedelta(hours=2))
    stored = _store(engine, orders, at=datetime(2026, 7, 1, 0, 30, 15, 123456, tzinfo=berlin))
    assert stored.at == datetime(2026, 6, 30, 22, 30, 15, 123456, tzinfo=UTC)
    assert stored.at.tzinfo is UTC


def test_instants_are_ordered_by_time_not_by_wall_clock(engine, orders):
    late_here = datetime(2026, 7, 1, 1, 0, tzinfo=timezone(timedelta(hours=5)))  # 20:00 UTC the day before
    with writing(engine) as connection:
        connection.execute(
            sa.insert(orders),
            [
                {"id": 1, "at": datetime(2026, 6, 30, 21, 0, tzinfo=UTC), "open": True},
                {"id": 2, "at": late_here, "open": True},
            ],
        )
    with reading(engine) as connection:
        found = connection.execute(sa.select(orders.c.id).order_by(orders.c.at)).scalars().all()
        since = sa.select(orders.c.id).where(orders.c.at >= datetime(2026, 6, 30, 20, 30, tzinfo=UTC))
        assert connection.execute(since).scalars().all() == [1]
    assert found == [2, 1]


def test_a_time_without_a_zone_is_refused(engine, orders):
    with pytest.raises(sa.exc.StatementError) as refused:
        _store(engine, orders, at=datetime(2026, 7, 1))  # noqa: DTZ001 (that is the point)
    assert classify(refused.value).trouble is Trouble.DOES_NOT_FIT


def test_a_business_date_is_a_date_and_not_an_instant(engine, orders):
    assert _store(engine, orders, due=date(2026, 2, 28)).due == date(2026, 2, 28)
    with pytest.raises(sa.exc.StatementError) as refused, writing(engine) as connection:
        connection.execute(
            sa.insert(orders), {"id": 2, "due": datetime(2026, 7, 1, tzinfo=UTC), "open": True}
        )
    assert classify(refused.value).trouble is Trouble.DOES_NOT_FIT


def test_text_keeps_case_blanks_and_characters_outside_the_basic_plane(engine, orders):
    hostile = '  Größe 5\' -- "x" % %s :y \\ 中文 🚚 \t\n end '
    assert _store(engine, orders, note=hostile).note == hostile


def test_codes_that_differ_in_case_or_trailing_blanks_are_different_codes(engine, orders):
    with writing(engine) as connection:
        connection.execute(
            sa.insert(orders),
            [
                {"id": n, "stamp": stamp, "open": True}
                for n, stamp in enumerate(["po-1", "PO-1", "PO-1 ", "Pö-1"], start=1)
            ],
        )
    with reading(engine) as connection:
        found = connection.execute(sa.select(orders.c.id).where(orders.c.stamp == "PO-1")).scalars().all()
    assert found == [2]


def test_a_code_longer_than_its_column_is_refused_not_cut(engine, orders):
    with pytest.raises(sa.exc.StatementError) as refused:
        _store(engine, orders, stamp="X" * 21)
    assert classify(refused.value).trouble is Trouble.DOES_NOT_FIT


def test_json_is_canonical_and_keeps_decimals_exact(engine, orders):
    stored = _store(engine, orders, custom={"b": [1, None, True], "a": Decimal("1.10"), "ü": "ß"})
    assert stored.custom == {"a": "1.1", "b": [1, None, True], "ü": "ß"}


def test_json_takes_no_float_and_no_unknown_object():
    assert canonical_json({"b": 1, "a": date(2026, 1, 2)}) == '{"a":"2026-01-02","b":1}'
    for value in ({"a": 1.5}, [object()], {1: "a"}, Decimal("NaN"), datetime(2026, 1, 1)):  # noqa: DTZ001 (refused)
        with pytest.raises(ValueError, match="JSON"):
            canonical_json(value)
