"""A small trading company on the mock Dataverse, whose clock a test turns."""

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.dynamics.crm.samples import plain_environment

from .place import place


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def organization(clock):
    return plain_environment(World(clock))


@pytest.fixture
def site(organization, tmp_path):
    with place(organization, tmp_path) as found:
        yield found
