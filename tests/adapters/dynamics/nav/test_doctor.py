"""``doctor`` on NAV: pages and codeunits that are not published, units that nobody knows."""

from dataclasses import replace

from .place import place


def examined(company, tmp_path, **settings):
    with place(company, tmp_path, **settings) as site:
        return {each.path: each for each in site.erp._context.adapter.examine(limit=100)}


def test_a_company_without_procedures_is_told_what_it_does_without(company, tmp_path):
    found = examined(company, tmp_path)
    assert {"release", "ship", "invoice", "receive"} <= set(found)
    assert {each.severity for each in found.values()} == {"hint"}


def test_a_procedure_is_looked_for_where_the_settings_say(company, tmp_path):
    found = examined(
        company,
        tmp_path,
        release="OrderProcessing.ReleaseOrder(orderNo)",
        ship="OrderProcessing.Dispatch(orderNo)",
        invoice="Billing.PostInvoice(orderNo)",
    )
    assert "release" not in found
    assert found["ship"].severity == "error"
    assert "PostShipment" in found["ship"].advice
    assert found["invoice"].severity == "warning"


def test_a_page_that_is_not_published_takes_its_verbs_with_it(company, tmp_path):
    found = examined(company, tmp_path, vendor_service="Suppliers")
    (missing,) = [each for each in found.values() if "vendor_service" in each.said]
    assert "suppliers.get" in missing.path


def test_a_unit_that_nobody_knows_and_a_currency_that_is_not_told_are_named(company, tmp_path):
    item = company.items.by("number", "VALVE-20")
    company.items.put(replace(item, unit="GRKST"))
    found = examined(company, tmp_path, currency="")
    assert "GRKST" in found["units"].said
    assert found["currency"].severity == "warning"
