"""A small trading company on the mock Sage 300, whose clock a test turns."""

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.sage.sage300.samples import sample_company

from .place300 import place


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def company(clock):
    return sample_company(World(clock))


@pytest.fixture
def site(company, tmp_path):
    with place(company, tmp_path) as found:
        yield found
