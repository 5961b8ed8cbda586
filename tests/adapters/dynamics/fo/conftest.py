"""A small trading company on the mock Finance & Operations, whose clock a test turns."""

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.dynamics.fo.samples import finance_world, usmf

from .fo_place import place


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def company(clock):
    return usmf(finance_world(clock))


@pytest.fixture
def site(company, tmp_path):
    with place(company, tmp_path) as found:
        yield found
