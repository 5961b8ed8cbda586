"""How a legal entity of Finance & Operations is reached: credentials, data areas, releases (dynamics.md 3.1, 3.2)."""

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.dynamics.fo.settings import Settings

from .fo_place import SETTINGS, draft, orders_of, place


def test_a_token_that_ends_is_renewed_and_a_wrong_secret_is_told(site, company):
    site.erp.orders.find(customer_po="warm")
    site.server.tokens.expire()
    assert site.erp.orders.create(draft(), key="one").order.number
    with pytest.raises(errors.AuthenticationFailed) as caught, site.again(client_secret="wr0ng") as erp:
        erp.ping()
    assert "wr0ng" not in str(caught.value)
    assert len(orders_of(company)) == 1


def test_an_application_that_is_not_registered_is_told_what_to_do(company, tmp_path):
    with place(company, tmp_path) as site:
        site.server.settings.unregistered.add("order-robot")
        with pytest.raises(errors.AuthenticationFailed) as caught, site.again() as erp:
            erp.ping()
    assert "registered" in caught.value.hint


@pytest.mark.parametrize("named", ["usmf", "USMF"])
def test_a_legal_entity_is_named_as_people_write_it_and_has_one_identity(site, named):
    with site.again(company=named) as erp:
        erp.ping()
        assert erp._context.system == site.erp._context.system


def test_a_legal_entity_that_is_not_there_is_told_with_those_that_are(site):
    with pytest.raises(errors.ConfigurationError) as caught, site.again(company="nowhere") as erp:
        erp.ping()
    assert "usmf" in caught.value.hint


def test_the_only_legal_entity_needs_no_name(site):
    with site.again(company=None) as erp:
        assert erp.orders.create(draft(), key="one").order.number


@pytest.mark.parametrize("page", ["html", "json"])
def test_an_entity_that_the_release_does_not_show_is_declared_before_the_first_write(company, tmp_path, page):
    switches = Settings(lacks=frozenset({"ReturnOrderHeadersV2", "CustomersV3"}), unknown_set=page)
    with place(company, tmp_path, switches) as site:
        with pytest.raises(errors.UnsupportedOperation):
            site.erp.returns.create(ec.ReturnDraft(order="1", lines=None, reason="x"), key="one")
        with pytest.raises(errors.UnsupportedOperation):
            site.erp.customers.get("10000")
        assert site.erp.orders.create(draft(), key="two").order.number


def test_an_address_that_leads_nowhere_is_no_missing_order(site):
    where = f"dynamics+fo://{site.url.removeprefix('http://')}/elsewhere"
    given = {**SETTINGS, "token_url": f"{site.url}/harbour.example/oauth2/v2.0/token"}
    with (
        pytest.raises(errors.ErpConnectError) as caught,
        ec.connect(where, journal="sqlite://", **given) as erp,
    ):
        erp.orders.get("100001")
    assert not isinstance(caught.value, errors.NotFound)


def test_a_customer_without_a_site_is_helped_by_the_settings(company, tmp_path):
    """3.5: the site of a line is mandatory in most companies."""
    said = draft(customer="20000", currency="USD")
    with place(company, tmp_path) as site:
        with pytest.raises(errors.InvalidOrder):
            site.erp.orders.create(said, key="one")
        with site.again(site="1") as erp:
            assert erp.orders.create(said, key="one").order.number
    assert len(orders_of(company)) == 1


def test_the_doctor_says_which_settings_do_not_fit_and_what_the_release_lacks(company, tmp_path):
    lacking = Settings(lacks=frozenset({"CustPackingSlipTransBiEntities"}))
    with place(company, tmp_path, lacking, sites="MAIN=7", vendor_group="") as site:
        site.erp.ping()
        said = {each.path: each.advice for each in site.erp._context.adapter.examine(limit=100)}
    assert said["sites"] == "sites=MAIN=1"
    assert {"orders", "discount_amount", "vendor_group"} <= set(said)
    assert len(said) == len({"sites", "orders", "discount_amount", "vendor_group"})
