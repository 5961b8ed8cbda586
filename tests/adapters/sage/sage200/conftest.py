"""A small trading company on the mock Sage 200, whose clock a test turns."""

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.sage.sage200.samples import harbour_trading, sage_world
from erp_connect.testing.mocks.sage.sage200.settings import Settings

from .place200 import place


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def company(clock):
    return harbour_trading(sage_world(clock))


@pytest.fixture
def switches():
    return Settings(access_seconds=10**9)


@pytest.fixture
def site(company, tmp_path, switches):
    with place(company, tmp_path, switches) as found:
        yield found
