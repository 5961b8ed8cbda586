"""``doctor`` on Sage 300: what does not fit the company, and what its release lacks."""

from erp_connect.testing.mocks.business.masters import Unit
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300

from .place300 import place


def examined(company, tmp_path, server=None, **settings):
    with place(company, tmp_path, server=server, **settings) as site:
        return {each.path: each for each in site.erp._context.adapter.examine(limit=100)}


def test_a_plain_company_is_told_what_could_be_said(company, tmp_path):
    found = examined(company, tmp_path)
    assert {"customer_defaults", "order_total", "stock.availability"} <= set(found)
    assert {each.severity for each in found.values()} <= {"hint", "warning"}


def test_a_charge_that_the_company_does_not_have_is_an_error_with_those_that_it_has(company, tmp_path):
    found = examined(company, tmp_path, charges="FREIGHT=NOSUCH")
    assert (found["charges"].severity, "NOSUCH" in found["charges"].said) == ("error", True)
    assert "FRT" in found["charges"].advice


def test_a_unit_that_nobody_knows_is_named(company, tmp_path):
    company.units.add(Unit(code="GRKST", name="Crate"))
    assert "GRKST" in examined(company, tmp_path)["units"].said
    assert "units" not in examined(company, tmp_path, units="C62=PCS, XCR=GRKST")


def test_a_user_without_rights_is_told_what_could_not_be_read(company, tmp_path):
    server = Sage300(company.world, Settings())
    server.settings.rights["WEBUSER"] = frozenset({"OE"})
    found = examined(company, tmp_path, server=server)
    assert "cannot be read" in found["units"].said
    assert "currency" in found


def test_what_a_release_lacks_is_told(company, tmp_path):
    server = Sage300(company.world, Settings(no_resources={"OEInvoices"}))
    assert any("invoices.of" in path for path in examined(company, tmp_path, server=server))
