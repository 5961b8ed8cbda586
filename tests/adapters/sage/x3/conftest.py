"""A small trading folder on the mock X3, whose clock a test turns."""

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.sage.x3.samples import folder, x3_world

from .place import place


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def company(clock):
    return folder(x3_world(clock))


@pytest.fixture
def site(company, tmp_path):
    with place(company, tmp_path) as found:
        yield found
