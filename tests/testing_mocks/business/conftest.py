"""A small trading company, and a clock that stands still."""

from decimal import Decimal

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.business import ordering
from erp_connect.testing.mocks.business.samples import harbour_trading
from erp_connect.testing.mocks.business.world import World

VALVES = {"object_number": "VALVE-20", "quantity": Decimal(4)}
NOTHING = {"object_number": "NIX", "quantity": Decimal(1)}


def an_order(company, *wanted, number="10000", **fields):
    customer = company.customers.by("number", number)
    return ordering.create(company, "order", {"partner": customer.id, **fields}, wanted or [VALVES])


@pytest.fixture
def world():
    return World(Hands())


@pytest.fixture
def company(world):
    return harbour_trading(world)


@pytest.fixture
def order(world, company):
    with world.unit():
        return an_order(company)
