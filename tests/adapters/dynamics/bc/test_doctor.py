"""``doctor`` on Business Central: what does not fit the company, and what its release lacks."""

from dataclasses import replace

from .place import place

TRACKING = "api/contoso/orders/v1.0/companies({company})/postedSalesShipments"


def examined(company, tmp_path, **settings):
    with place(company, tmp_path, **settings) as site:
        return {each.path: each for each in site.erp._context.adapter.examine(limit=100)}


def test_a_plain_company_is_told_what_could_be_added(company, tmp_path):
    found = examined(company, tmp_path)
    assert {"tracking_page", "promise_page"} <= set(found)
    assert {each.severity for each in found.values()} <= {"hint", "warning"}


def test_a_reason_that_the_company_does_not_have_is_an_error_with_those_that_it_has(company, tmp_path):
    found = examined(company, tmp_path, return_reason="DEFECT", return_reasons="crushed=CRUSHED")
    assert "return_reason" not in found
    assert found["return_reasons"].severity == "error"
    assert "DEFECT" in found["return_reasons"].advice


def test_a_page_that_is_not_published_and_a_field_that_it_has_not_are_told(company, tmp_path):
    found = examined(company, tmp_path, tracking_page="api/no/such/v1.0/companies({company})/page")
    assert found["tracking_page"].severity == "warning"


def test_a_unit_that_nobody_knows_is_named(company, tmp_path):
    unit = company.units.by("code", "BOX")
    company.units.put(replace(unit, code="GRKST", standard=""))
    found = examined(company, tmp_path)
    assert "GRKST" in found["units"].said
    assert "units" not in examined(company, tmp_path, units="XBX=GRKST")
