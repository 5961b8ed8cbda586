"""How a company of Business Central is reached: addresses, credentials, companies (dynamics.md 1.1, 1.2, 1.16)."""

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.dynamics.bc.settings import Settings
from erp_connect.testing.mocks.dynamics.bc.web import BusinessCentral

from .place import SETTINGS, draft, place


def cloud(site, **more):
    given = {
        **SETTINGS,
        "journal": "sqlite://",
        "clock": site.company.world.clock,
        "tenant": "harbour.example",
        "environment": "production",
        "client_id": "order-robot",
        "client_secret": "s3cret",
        "token_url": f"http://{site.host}/harbour.example/oauth2/v2.0/token",
    }
    return ec.connect(f"dynamics+bc://{site.host}", **{**given, **more})


def test_the_cloud_is_reached_by_tenant_and_environment_with_a_token(site):
    with cloud(site) as erp:
        order = erp.orders.create(draft(), key="one").order
        assert erp.orders.get(order.id).number == order.number
    assert any("/v2.0/harbour.example/production/api/v2.0/" in path for _, path in site.network.requests)


def test_a_token_that_ends_is_renewed_and_a_wrong_secret_is_told(site, clock):
    with cloud(site) as erp:
        erp.orders.find(customer_po="warm")
        site.server.tokens.expire()
        assert erp.orders.create(draft(), key="one").order.number
    with pytest.raises(errors.AuthenticationFailed), cloud(site, client_secret="wrong") as erp:
        erp.ping()
    assert len(site.company.documents) == 1


def test_a_wrong_key_is_told_and_shows_no_secret(site):
    with pytest.raises(errors.AuthenticationFailed) as caught, site.again(password="wr0ng") as erp:
        erp.ping()
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize("named", ["Harbour Trading", "HARBOUR TRADING"])
def test_a_company_is_named_as_people_name_it(site, named):
    with site.again(company=named) as erp:
        assert erp.orders.create(draft(), key="one").order.number
    assert len(site.company.documents) == 1


def test_one_system_has_one_identity_however_the_company_is_named(site):
    (company,) = site.erp.companies()
    with site.again(company=company.id) as by_id, site.again(company="Harbour Trading") as by_name:
        by_id.ping()
        by_name.ping()
        assert by_id._context.system == by_name._context.system


def test_a_company_that_is_not_there_is_told_with_those_that_are(site):
    with pytest.raises(errors.ConfigurationError) as caught, site.again(company="Nowhere Ltd") as erp:
        erp.ping()
    assert "Harbour Trading" in caught.value.hint


def test_api_services_that_are_off_are_told(company, tmp_path):
    server = BusinessCentral(company.world)
    with place(company, tmp_path, server=server) as site:
        server.settings.api_services = False
        with pytest.raises(errors.ConfigurationError) as caught, site.again() as erp:
            erp.ping()
        assert "API services" in caught.value.hint


def test_a_user_who_may_only_read_is_told_so(company, tmp_path):
    server = BusinessCentral(company.world, Settings(read_only_users={"ANNA"}))
    with place(company, tmp_path, server=server) as site:
        with pytest.raises(errors.PermissionMissing) as caught:
            site.erp.orders.create(draft(), key="one")
        assert caught.value.outcome == "not_applied"
    assert len(company.documents) == 0


def test_a_long_list_comes_page_by_page(company, tmp_path):
    server = BusinessCentral(company.world)
    with place(company, tmp_path, server=server, page_size="7") as site:
        numbers = {
            site.erp.orders.create(draft(customer_po=f"PO-{number}"), key=str(number)).order.number
            for number in range(20)
        }
        site.network.requests.clear()
        assert {order.number for order in site.erp.orders.list()} == numbers
        assert sum(path.endswith("salesOrders") for path in site.sent("GET")) == 3
        assert len(list(site.erp.orders.list(limit=4))) == 4
