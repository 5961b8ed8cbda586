"""A list that is kept for its next pages shows every change at once."""

import pytest
import requests

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.business import ordering
from erp_connect.testing.mocks.business.masters import Customer
from erp_connect.testing.mocks.business.samples import harbour_trading
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.dynamics.bc.web import BusinessCentral
from erp_connect.testing.mocks.dynamics.crm.samples import plain_environment
from erp_connect.testing.mocks.dynamics.crm.source import DataSource
from erp_connect.testing.mocks.lists import LONG, LongLists
from erp_connect.testing.mocks.odata.errors import ODataError
from erp_connect.testing.mocks.serving import mount


def test_a_list_is_made_anew_when_it_is_short_or_something_has_changed():
    lists, made = LongLists(), []

    def make(rows):
        made.append(rows)
        return range(rows)

    for moment in (1, 1, 2, 2):
        assert len(lists.kept("long", moment, lambda: make(LONG))) == LONG
    assert made == [LONG, LONG]
    for _ in range(2):
        assert len(lists.kept("short", 1, lambda: make(3))) == 3
    assert made == [LONG, LONG, 3, 3]


def test_only_the_last_few_lists_are_kept():
    lists, made = LongLists(), []
    for name in (*range(5), 4, 0):
        lists.kept(name, 1, lambda name=name: made.append(name) or range(LONG))
    assert made == [0, 1, 2, 3, 4, 0]


@pytest.fixture
def company():
    world = World(Hands())
    company = harbour_trading(world)
    for number in range(LONG):
        company.customers.add(Customer(number=f"N{number:04}", name="One of many"))
    return company


def test_the_next_page_shows_what_has_changed_since_the_first(company):
    base = "http://bc.example/BC/api/v2.0/"
    with requests.Session() as session:
        mount(session, "http://bc.example", BusinessCentral(company.world), company.world.clock)
        session.auth = ("ANNA", "webkey")
        session.headers["Prefer"] = "odata.maxpagesize=300"
        within = f"{base}companies({company.id})/customers"
        first = session.get(within).json()
        later = company.customers.by("number", "N0499")
        ordering.create(company, "order", {"partner": later.id}, [])
        company.customers.remove(company.customers.by("number", "N0450").id)
        second = session.get(first["@odata.nextLink"]).json()["value"]
    shown = {one["number"] for one in first["value"]} | {one["number"] for one in second}
    assert shown == {customer.number for customer in company.customers}


def test_the_next_page_shows_nothing_that_the_caller_may_not_see_any_more():
    organization = plain_environment(World(Hands()))
    for number in range(LONG):
        organization.add("contact", {"fullname": f"One of {number}"})
    source = DataSource(organization, organization.ident("systemuser/robot"))
    first = list(source.listed("contacts", {}))
    organization.hidden.add(first[-1]["contactid"])
    assert source.listed("contacts", {}) == first[:-1]
    organization.settings.missing_privileges.add("prvReadContact")
    with pytest.raises(ODataError):
        source.listed("contacts", {})
