"""Who is let in to which site and company of Sage 200 (sage.md 4.1; 9, no. 23)."""

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Target
from erp_connect.adapters.sage.sage200 import Sage200Adapter
from erp_connect.adapters.sage.sage200.office import Office
from erp_connect.adapters.sage.sage200.settings import Sage200Settings

from .place200 import connected, draft, place, token


def test_the_only_company_is_taken_by_itself(site):
    """sage.md 4.1: X-Site and X-Company are values of /sites."""
    (company,) = site.erp.companies()
    assert (company.id, company.name) == ("1", "Harbour Trading")
    assert site.sent("GET")[0] == "sites"
    site.erp.ping()


def test_with_several_companies_one_has_to_be_named(site, company):
    company.world.add_company("Second", "GBP")
    with pytest.raises(errors.ConfigurationError) as caught:
        site.again()
    assert caught.value.code == "no_company"
    assert "company=Harbour Trading" in caught.value.hint
    assert "company=Second" in caught.value.hint
    for named in ("Harbour Trading", "harbour trading", "1"):
        with site.again(company=named) as erp:
            assert erp.orders.create(draft(), key=named).order.customer == "10000"


@pytest.mark.parametrize("wrong", [{"company": "Nobody"}, {"company": "7"}, {"site": "elsewhere"}])
def test_what_is_not_among_them_is_told_with_those_that_are(site, wrong):
    with pytest.raises(errors.ConfigurationError) as caught:
        site.again(**wrong)
    assert next(iter(wrong.values())) in str(caught.value)
    assert "company=Harbour Trading" in caught.value.hint


def test_a_site_may_be_named_by_id_or_name(site):
    (row,) = site.erp._context.adapter.office.sites("test")
    for named in (row["site_id"], row["site_name"]):
        with site.again(site=named) as erp:
            erp.ping()


def test_a_token_that_is_no_good_is_no_fault_of_the_company(site):
    with pytest.raises(errors.AuthenticationFailed):
        connected(site.server, site.host, token="wrong", journal="sqlite://")
    site.server.sage_id.expire()
    with pytest.raises(errors.AuthenticationFailed) as caught:
        site.erp.orders.find(number="1")
    assert caught.value.code != "company_refused"


def test_a_company_that_is_taken_away_is_told_as_such(site, company, monkeypatch):
    """sage.md 9, no. 23: a 401 that the token has not caused has a message of its own."""
    order = site.erp.orders.create(draft(), key="a").order
    office = site.erp._context.adapter.office
    office.api.company = {**office.api.company, "X-Company": "9"}
    office.company = "9"
    with pytest.raises(errors.ConfigurationError) as caught:
        site.erp.orders.get(order.id)
    assert "X-Company" in str(caught.value)
    assert "company=Harbour Trading" in caught.value.hint
    with pytest.raises(errors.ConfigurationError) as caught:
        site.erp.orders.create(draft(), key="b")
    assert caught.value.outcome == "not_applied"


def test_a_company_that_is_listed_and_refused_is_told_apart(site):
    order = site.erp.orders.create(draft(), key="a").order
    site.network.refuse(401, f"sop_orders/{order.id}", "GET")
    with pytest.raises(errors.AuthenticationFailed) as caught:
        site.erp.orders.get(order.id)
    assert caught.value.code == "company_refused"
    assert site.erp.orders.get(order.id).number == order.number


def test_a_user_who_may_not_write(site, switches):
    """sage.md 4.6: 403."""
    switches.read_only_users.add(site.server.sage_id.person)
    with pytest.raises(errors.PermissionMissing) as caught:
        site.erp.orders.create(draft(), key="a")
    assert caught.value.outcome == "not_applied"


@pytest.mark.parametrize(("edition", "settings"), [("standard", {"edition": "standard"})])
def test_both_editions_have_a_path_of_their_own(company, tmp_path, switches, edition, settings):
    """sage.md 4.1."""
    switches.edition = edition
    with place(company, tmp_path, switches, **settings) as found:
        found.erp.ping()
        assert found.network.requests[0][1] == "/uk/sage200/accounts/v1/sites"


def test_a_path_in_the_url_replaces_them(company, tmp_path, switches):
    """sage.md 4.1: tunnels, and regions with a prefix of their own."""
    with place(company, tmp_path, switches) as found:
        switches.prefix = "ie/sage200extra"
        with pytest.raises(errors.ConfigurationError) as caught:
            found.again()
        assert caught.value.code == "no_service"
        host = f"{found.host}/ie/sage200extra/accounts/v1"
        with connected(found.server, host, journal="sqlite://") as erp:
            erp.ping()


def test_without_a_host_it_is_the_gateway_of_sage():
    """sage.md 4.1."""
    target = Target(scheme="sage+200", url="sage+200://", masked="sage+200://", settings=Sage200Settings())
    assert Sage200Adapter(target).identity.startswith(
        "sage+200:api.columbus.sage.com:443/uk/sage200extra/accounts/v1:"
    )
    assert ec.capabilities("sage+200://").system == "sage+200"


def test_the_key_of_the_gateway_goes_along(company, tmp_path, switches):
    """sage.md 4.1."""
    switches.subscription_key_needed = True
    with place(company, tmp_path, switches, subscription_key="k-1234") as found:
        found.erp.ping()
        assert "k-1234" not in repr(found.erp._context.adapter.settings)


def test_an_older_release_has_no_status_and_no_returns(company, tmp_path, switches):
    """sage.md 4.7, point 9: told before any traffic; orders are deleted then."""
    switches.release = "2024R1"
    with place(company, tmp_path, switches) as found:
        order = found.erp.orders.create(draft(), key="a").order
        sent = len(found.network.requests)
        for refused in (
            lambda: found.erp.orders.amend(order, ec.PlaceHold(kind="on_hold")),
            lambda: found.erp.returns.of(order),
        ):
            with pytest.raises(errors.UnsupportedOperation) as caught:
                refused()
            assert "2025 R1" in caught.value.why
        assert len(found.network.requests) == sent
        gone = found.erp.orders.cancel(order, "not needed").stored
        assert gone.status is ec.OrderStatus.CANCELLED
        assert len(company.documents) == 0


def test_a_release_without_free_texts_wants_another_place_for_the_stamp(site, monkeypatch):
    """sage.md 6.2: nothing is written where a stamp would be lost."""
    monkeypatch.setattr(Office, "knows", lambda *_: False)
    with pytest.raises(errors.ConfigurationError) as caught:
        site.again()
    assert caught.value.code == "no_stamp_field"


def test_the_stamp_may_share_the_customers_number(site):
    with site.again(stamp_field="customer_document_no") as erp:
        assert erp.capabilities.stamp("orders").shared
        plain = erp.orders.create(draft(customer_po=None), key="a").order
        named = erp.orders.create(draft(customer_po="PO-1"), key="b").order
        assert (plain.customer_po, named.customer_po) == (None, "PO-1")
        assert [each.id for each in erp.orders.find(key="a")] == [plain.id]


def test_secrets_are_shown_nowhere(site):
    assert token(site.server) not in repr(site.erp)
    with pytest.raises(errors.ErpConnectError) as caught:
        connected(site.server, site.host, token="hidden-1234", journal="sqlite://")
    assert "hidden-1234" not in str(caught.value)
