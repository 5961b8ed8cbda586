"""Many rows by each driver's fast path: the same values, the same refusals, one transaction."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from erp_connect.wire.sql import ValueDoesNotFit, insert_many, reading, writing

AT = datetime(2026, 7, 1, 12, 0, 0, 5, tzinfo=UTC)


def _rows(count):
    for n in range(1, count + 1):
        note = f"no. {n}\t\\N \"quoted\" 'x' 🚚\n" if n % 2 else None
        yield (n, f"S{n}", "10000", Decimal(n) / 8, date(2026, 1, 31), AT, note, {"n": n}, n % 2 == 0)


def test_five_thousand_rows_arrive_as_they_were_given(engine, orders):
    with writing(engine) as connection:
        assert insert_many(connection, orders, _rows(5000)) == 5000
    with reading(engine) as connection:
        found = connection.execute(sa.select(orders).order_by(orders.c.id)).all()
    assert [tuple(row) for row in found] == list(_rows(5000))


def test_columns_that_are_not_named_stay_empty(engine, orders):
    with writing(engine) as connection:
        insert_many(connection, orders, [(1, False)], ["id", "open"])
    with reading(engine) as connection:
        assert connection.execute(sa.select(orders.c.stamp, orders.c.open)).one() == (None, False)


def test_a_value_that_does_not_fit_leaves_no_row_at_all(engine, orders):
    rows = [(n, Decimal(n), True) for n in range(1, 3001)] + [(3001, 1.5, True)]
    with pytest.raises(ValueDoesNotFit), writing(engine) as connection:
        insert_many(connection, orders, rows, ["id", "amount", "open"])
    with reading(engine) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(orders)).scalar() == 0


def test_rows_of_another_width_are_refused(engine, orders):
    with pytest.raises(ValueError, match="2 values for 3 columns"), writing(engine) as connection:
        insert_many(connection, orders, [(1, True)], ["id", "stamp", "open"])


def test_it_wants_the_callers_transaction(engine, orders):
    with engine.connect() as connection, pytest.raises(RuntimeError, match="transaction"):
        insert_many(connection, orders, [(1, True)], ["id", "open"])


def test_a_column_whose_default_python_makes_must_be_given(engine):
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer, default=1))
    with pytest.raises(ValueError, match="give values for b"), writing(engine) as connection:
        insert_many(connection, table, [(1,)], ["a"])
