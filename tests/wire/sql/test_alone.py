"""A statement that is a transaction by itself on SQLite: applied whole or not at all, its errors told as others are."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa

from erp_connect.wire.sql import Alone, ExactText, Trouble, classify, open_engine

TABLE = sa.Table(
    "notes",
    sa.MetaData(),
    sa.Column("id", ExactText(8), primary_key=True),
    sa.Column("said", ExactText(8), nullable=False),
)
INSERT = sa.insert(TABLE)
UPDATE = sa.update(TABLE).where(TABLE.c.id == sa.bindparam("of")).values(said=sa.bindparam("new"))


@pytest.fixture
def engine(tmp_path):
    made = open_engine(f"sqlite:///{tmp_path / 'notes.db'}", timeout=0.05, create=True)
    TABLE.metadata.create_all(made)
    yield made
    made.dispose()


def notes(engine):
    with sqlite3.connect(engine.url.database) as other:
        found = dict(other.execute("SELECT id, said FROM notes"))
    other.close()
    return found


def test_what_was_written_is_there_for_everybody_at_once(engine):
    assert Alone(engine.dialect, INSERT).run(engine, {"id": "a", "said": "one"}) == 1
    assert notes(engine) == {"a": "one"}
    assert Alone(engine.dialect, UPDATE).run(engine, {"of": "a", "new": "two"}) == 1
    assert notes(engine) == {"a": "two"}


def test_it_says_when_no_row_was_there_to_be_changed(engine):
    assert Alone(engine.dialect, UPDATE).run(engine, {"of": "nobody", "new": "two"}) == 0


@pytest.mark.parametrize(
    ("row", "trouble"),
    [
        ({"id": "a", "said": "again"}, Trouble.UNIQUE),
        ({"id": "b", "said": None}, Trouble.NOT_NULL),
        ({"id": "b", "said": "far too long"}, Trouble.DOES_NOT_FIT),
    ],
)
def test_a_refused_row_leaves_nothing_and_gives_the_connection_back(engine, row, trouble):
    alone = Alone(engine.dialect, INSERT)
    alone.run(engine, {"id": "a", "said": "one"})
    with pytest.raises(sa.exc.StatementError) as refused:
        alone.run(engine, row)
    assert classify(refused.value).trouble is trouble
    assert notes(engine) == {"a": "one"}
    assert engine.pool.checkedout() == 0
    alone.run(engine, {"id": "c", "said": "next"})
    assert notes(engine) == {"a": "one", "c": "next"}


def test_a_rivals_lock_is_waited_for_and_then_told(engine):
    with sqlite3.connect(engine.url.database, isolation_level=None) as rival:
        rival.execute("BEGIN IMMEDIATE")
        with pytest.raises(sa.exc.OperationalError) as refused:
            Alone(engine.dialect, INSERT).run(engine, {"id": "a", "said": "one"})
        rival.execute("ROLLBACK")
    rival.close()
    assert classify(refused.value).trouble is Trouble.LOCK_TIMEOUT
    assert notes(engine) == {}
