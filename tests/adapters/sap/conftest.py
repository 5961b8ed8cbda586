"""A mock SAP system whose clock the test turns, and a client on it."""

import pytest

from erp_connect.testing.clocks import Hands

from .site import connect_to, new_world


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def world(clock):
    return new_world(clock)


@pytest.fixture
def connect(world, tmp_path):
    """Opens further clients; all are closed in the end."""
    opened = []

    def another(**more):
        opened.append(connect_to(world, tmp_path, **more))
        return opened[-1]

    yield another
    for client in opened:
        client.close()


@pytest.fixture
def erp(connect):
    return connect()
