"""Somebody else holds a lock: a call gives up within its time-out, says what is in use, and may be repeated."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import erp_connect as ec
from erp_connect.adapters.sql.schema import COUNTERS
from erp_connect.wire.sql import open_engine, writing

LOCKS = {
    "postgresql": "LOCK TABLE erp_orders IN ACCESS EXCLUSIVE MODE",
    "mariadb": "LOCK TABLES erp_orders WRITE",
}


@pytest.fixture
def draft():
    return ec.OrderDraft(
        customer="C-100",
        customer_po="PO-1",
        currency="EUR",
        lines=[ec.LineDraft(product="VALVE-20", quantity=3, unit="H87")],
    )


@pytest.fixture
def impatient(system_url, draft):
    """A connection that waits for one second, to a company with one order."""
    with ec.connect(system_url, timeout=1) as erp:
        erp.customers.create(ec.CustomerDraft(number="C-100", name="Mill"), key="customer")
        erp.products.create(ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87"), key="product")
        yield erp


@pytest.fixture
def holder(system_url):
    """Another program's connection, which lets go of what it holds at the end."""
    engine = open_engine(system_url)
    yield engine
    engine.dispose()


# The marks: a time-out that is kept for each attempt, or not at all, would take longer by far.
@pytest.mark.timeout(30)
def test_a_write_gives_up_says_what_is_in_use_and_works_when_it_is_repeated(impatient, holder, draft):
    with writing(holder) as connection:
        connection.execute(sa.update(COUNTERS).values(next=COUNTERS.c.next))
        with pytest.raises(ec.errors.RecordLocked) as failure:
            impatient.orders.create(draft, key="PO-1")
    assert failure.value.retryable
    assert failure.value.outcome == "not_applied"
    what = "the SQLite file" if holder.dialect.name == "sqlite" else "statement on erp_counters"
    assert what in str(failure.value)
    assert "repeat" in str(failure.value)
    assert not impatient.orders.create(draft, key="PO-1").replayed
    assert len(list(impatient.orders.list())) == 1


@pytest.mark.timeout(30)
def test_a_block_waits_for_a_lock_once_and_not_for_each_of_its_orders(impatient, holder, draft):
    drafts = [draft.but(customer_po=f"PO-{number}") for number in range(40)]
    with writing(holder) as connection:
        connection.execute(sa.update(COUNTERS).values(next=COUNTERS.c.next))
        result = impatient.orders.create_many(drafts, keys=ec.keys.by_customer_po)
    assert {failed.error.code for failed in result.failed} == {"record_locked"}
    assert len(result.failed) == 40


@pytest.mark.timeout(30)
@pytest.mark.parametrize("system_url", ["postgres", "mariadb"], indirect=True)
def test_a_whole_table_that_is_locked_is_told_as_in_use(impatient, holder, draft):
    order = impatient.orders.create(draft, key="PO-1").order
    with holder.connect() as connection:
        connection.execute(sa.text(LOCKS[holder.dialect.name]))
        for wanted in (
            lambda: impatient.orders.get(order.id),
            lambda: impatient.orders.create(draft, key="PO-2"),
            lambda: impatient.orders.amend(order, ec.ChangeQuantity(line=1, to=5)),
        ):
            with pytest.raises(ec.errors.RecordLocked, match="statement on erp_orders") as failure:
                wanted()
            assert failure.value.retryable
        if holder.dialect.name == "mariadb":
            connection.execute(sa.text("UNLOCK TABLES"))
    assert impatient.orders.get(order.id) == order
