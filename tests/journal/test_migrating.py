"""A journal of an older version is brought up to date, one of a newer version is refused, and neither loses a row."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

import erp_connect as ec
from erp_connect.journal import tables
from erp_connect.journal.sql_store import SqlStore
from erp_connect.wire.sql import open_engine, writing

CUSTOMER = ec.CustomerDraft(number="C-100", name="Mill & Sons")


@pytest.fixture
def journal(database_url):
    """The URL of a journal in which one write is noted."""
    with ec.connect("memory://", journal=database_url, system="prd") as erp:
        erp.customers.create(CUSTOMER, key="before")
    return database_url


@pytest.fixture
def open_again(journal):
    """Opens the journal as a program of the present version does."""
    opened = []

    def opens():
        opened.append(ec.connect("memory://", journal=journal, system="prd"))
        return opened[-1]

    yield opens
    for erp in opened:
        erp.close()


def form_of(journal, number=None):
    """The number of the journal's form; with ``number``, set to it first."""
    engine = open_engine(journal)
    with writing(engine) as connection:
        if number is not None:
            connection.execute(sa.update(tables.about).values(schema_number=number))
        found = connection.scalar(sa.select(tables.about.c.schema_number))
    engine.dispose()
    return found


def columns_of(journal):
    engine = open_engine(journal)
    names = {column["name"] for column in sa.inspect(engine).get_columns("erp_journal")}
    engine.dispose()
    return names


@pytest.fixture
def two_forms_on(monkeypatch):
    """As if this version were two forms on: each step adds a column, and notes that it was made."""
    made = []

    def step(name):
        def adds(connection):
            made.append(name)
            known = {column["name"] for column in sa.inspect(connection).get_columns("erp_journal")}
            if name not in known:
                connection.execute(sa.text(f"ALTER TABLE erp_journal ADD COLUMN {name} INTEGER"))

        return adds

    first = tables.SCHEMA
    monkeypatch.setattr(tables, "STEPS", {first: step("one_more"), first + 1: step("and_another")})
    monkeypatch.setattr(tables, "SCHEMA", first + 2)
    return made


def test_a_journal_of_an_older_form_is_brought_up_to_date_and_keeps_its_rows(
    journal, open_again, two_forms_on
):
    erp = open_again()
    assert [entry.key for entry in erp.journal.list()] == ["before"]
    erp.customers.create(CUSTOMER.but(number="C-200"), key="after")
    assert {"one_more", "and_another"} <= columns_of(journal)
    assert form_of(journal) == tables.SCHEMA
    assert two_forms_on == ["one_more", "and_another"]
    assert [entry.key for entry in open_again().journal.list()] == ["before", "after"]


def test_several_processes_bring_it_up_to_date_once(journal, two_forms_on):
    start = threading.Barrier(4)

    def opens(_):
        store = SqlStore(url=journal, timeout=30)
        start.wait()
        store.ready()
        store.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(opens, range(4)))
    assert two_forms_on == ["one_more", "and_another"]
    assert form_of(journal) == tables.SCHEMA


def test_a_step_that_fails_stops_the_write_and_is_made_again_later(
    journal, open_again, two_forms_on, monkeypatch
):
    steps = dict(tables.STEPS)
    broken = sa.exc.OperationalError("ALTER TABLE", None, Exception("no space left"))

    def breaks(connection):
        raise broken

    last = max(steps)
    monkeypatch.setattr(tables, "STEPS", {**steps, last: breaks})
    with pytest.raises(ec.errors.JournalUnavailable) as refused:
        open_again().customers.create(CUSTOMER.but(number="C-200"), key="after")
    assert refused.value.outcome == "not_applied"
    monkeypatch.setattr(tables, "STEPS", steps)
    erp = open_again()
    erp.customers.create(CUSTOMER.but(number="C-200"), key="after")
    assert [entry.key for entry in erp.journal.list()] == ["before", "after"]
    assert form_of(journal) == tables.SCHEMA


@pytest.mark.parametrize(
    ("number", "said"), [(tables.SCHEMA + 98, "newer version"), (tables.SCHEMA - 1, "older version")]
)
def test_a_form_that_this_version_does_not_know_stops_every_use_and_changes_nothing(
    journal, open_again, number, said
):
    form_of(journal, number)
    erp = open_again()
    for use in (
        lambda: erp.customers.create(CUSTOMER.but(number="C-200"), key="after"),
        lambda: erp.journal.show("before"),
        lambda: list(erp.journal.list()),
        erp.recover,
        erp.journal.prune,
    ):
        with pytest.raises(ec.errors.JournalUnavailable) as refused:
            use()
        assert said in str(refused.value)
        assert refused.value.outcome == "not_applied"
    assert erp._context.adapter.world.customers.all() == ()
    assert form_of(journal) == number
