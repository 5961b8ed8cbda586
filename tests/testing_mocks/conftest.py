"""What every mock is tested with: a clock that stands still, and the network in front of its ``server``."""

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.network import Network


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def network(server):
    return Network(server)
