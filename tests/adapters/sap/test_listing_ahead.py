"""A list over function modules has blocks under way while one is looked at, and nothing of that shows."""

import threading

import pytest

import erp_connect as ec
from erp_connect import errors

from .site import draft

DETAILS = "BAPISDORDER_GETDETAILEDLIST"


@pytest.fixture
def listed(connect):
    """A client that reads two orders at a time, of nine."""
    erp = connect(block_size=2)
    made = erp.orders.create_many([draft(customer_po=f"PO-{n}") for n in range(9)], ec.keys.by_customer_po)
    assert len(made.succeeded) == 9
    return erp


def waiting():
    return [thread for thread in threading.enumerate() if thread.name.startswith("erp-connect-ahead")]


def test_orders_come_once_each_and_by_ascending_number(listed, world):
    numbers = [order.number for order in listed.orders.list()]
    assert numbers == sorted(str(int(number)) for number in world.orders)
    assert not waiting()


def test_a_list_that_is_left_leaves_no_thread_behind(listed):
    orders = listed.orders.list()
    next(orders)
    orders.close()
    assert not waiting()


def test_one_connection_is_enough(connect):
    erp = connect(block_size=1, max_concurrency=1)
    for number in range(3):
        erp.orders.create(draft(customer_po=f"PO-{number}"), key=f"po-{number}")
    assert sum(1 for _ in erp.orders.list()) == 3


def test_what_breaks_on_the_way_is_told_in_its_place(listed, world):
    orders = listed.orders.list()
    next(orders)
    world.faults.dump(DETAILS)
    with pytest.raises(errors.TransportError):
        list(orders)
    assert not waiting()
