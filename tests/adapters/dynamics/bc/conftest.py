"""A small trading company on the mock Business Central, whose clock a test turns."""

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.business.samples import harbour_trading
from erp_connect.testing.mocks.business.world import World

from .place import place


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def company(clock):
    return harbour_trading(World(clock))


@pytest.fixture
def site(company, tmp_path):
    with place(company, tmp_path) as found:
        yield found
