"""A mock system, and a pool of connections to it."""

import pytest

from erp_connect.testing.mocks.sap import rfc
from erp_connect.testing.mocks.sap.documents import Customer, Material
from erp_connect.testing.mocks.sap.world import World
from erp_connect.wire.rfc import Pool, opener_of_pyrfc

from .system import LOGON


@pytest.fixture
def world():
    world = World()
    world.add(Customer("1234", "Harbour Pumps Ltd", city="Leith"), Material("62", "Ball valve"))
    world.prices["000000000000000062", "EUR"] = 12
    return world


@pytest.fixture
def opened(world):
    """The connections that were opened, oldest first."""
    return []


@pytest.fixture
def pool(world, opened):
    connect = opener_of_pyrfc(LOGON, rfc.connect_to(world))

    def opener():
        opened.append(connect())
        return opened[-1]

    pool = Pool(opener, size=3, timeout=5)
    yield pool
    pool.close()
