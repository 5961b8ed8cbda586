"""What the journal notes of a create over RFC: no more than it must, and the number before the COMMIT leaves."""

import sqlite3

import pytest

from erp_connect import errors

from .site import draft

COMMIT = "BAPI_TRANSACTION_COMMIT"


def noted(tmp_path):
    """State, number of the order, and how often the row was written."""
    with sqlite3.connect(tmp_path / "journal.db") as journal:
        (row,) = journal.execute("SELECT state, entity_id, fence FROM erp_journal").fetchall()
    journal.close()
    return row


def test_a_create_is_noted_before_it_is_begun_before_its_commit_and_at_its_end(erp, tmp_path):
    order = erp.orders.create(draft(), key="po-4711").order
    assert noted(tmp_path) == ("confirmed", order.id, 3)


def test_the_number_is_on_record_when_the_commit_is_lost(erp, world, tmp_path):
    world.faults.lose_request(COMMIT)
    with pytest.raises(errors.OutcomeUnknown):
        erp.orders.create(draft(), key="po-4711")
    state, order_id, _ = noted(tmp_path)
    assert state == "unknown"
    assert order_id.isdigit()
