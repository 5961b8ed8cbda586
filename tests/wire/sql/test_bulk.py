"""Many rows by each driver's fast path: the same values, the same refusals, one transaction."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from erp_connect.wire.sql import ValueDoesNotFit, insert_many, reading, update_many, writing

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


def test_many_rows_are_changed_by_their_keys_and_no_others(engine, orders):
    with writing(engine) as connection:
        insert_many(connection, orders, _rows(1000))
        new = [(n, f"S{n}", Decimal(n) * 2, None) for n in range(2, 1001, 2)]
        update_many(
            connection, orders, ("id", "stamp"), ("amount", "note"), [*new, (7, "S8", Decimal(1), "x")]
        )
        update_many(connection, orders, ("id",), ("note",), [])
    with reading(engine) as connection:
        found = connection.execute(
            sa.select(orders.c.id, orders.c.stamp, orders.c.amount, orders.c.note).order_by(orders.c.id)
        ).all()
    odd = [(n, stamp, amount, note) for n, stamp, _, amount, _, _, note, *_ in _rows(1000) if n % 2]
    assert [tuple(row) for row in found if row.id % 2] == odd
    assert [tuple(row) for row in found if not row.id % 2] == [
        (n, s, Decimal(n) * 2, None) for n, s, *_ in new
    ]


def test_a_value_that_does_not_fit_in_a_change_changes_nothing(engine, orders):
    with writing(engine) as connection:
        insert_many(connection, orders, [(1, True)], ["id", "open"])
    with pytest.raises((ValueDoesNotFit, sa.exc.StatementError)), writing(engine) as connection:
        update_many(connection, orders, ("id",), ("amount",), [(1, 1.5)])
    with reading(engine) as connection:
        assert connection.execute(sa.select(orders.c.amount)).scalar() is None


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
