"""``doctor`` on Sage 200: what does not fit the company, and what its release lacks."""

from dataclasses import replace

from .place200 import draft, place


def examined(company, tmp_path, switches, **settings):
    with place(company, tmp_path, switches, **settings) as site:
        return {each.path: each for each in site.erp._context.adapter.examine(limit=100)}


def test_a_company_that_is_told_of_well_has_only_hints(company, tmp_path, switches):
    found = examined(company, tmp_path, switches)
    assert {each.severity for each in found.values()} <= {"hint"}


def test_lines_need_a_warehouse_and_prices_a_currency(company, tmp_path, switches):
    found = examined(company, tmp_path, switches, warehouse="", currency="")
    assert found["warehouse"].severity == "warning"
    assert "2 warehouses" in found["warehouse"].said
    assert found["currency"].severity == "warning"


def test_a_warehouse_that_is_not_there_is_told_with_those_that_are(company, tmp_path, switches):
    found = examined(company, tmp_path, switches, warehouse="NORTH")
    assert found["warehouse"].severity == "error"
    assert "EAST, MAIN" in found["warehouse"].advice


def test_an_older_release_is_told_with_what_it_lacks(company, tmp_path, switches):
    switches.release = "2024R1"
    found = examined(company, tmp_path, switches)
    assert any("returns.create" in path and "2025 R1" in each.said for path, each in found.items())


def test_a_free_text_that_somebody_uses_already_is_no_place_for_stamps(company, tmp_path, switches):
    with place(company, tmp_path, switches) as site:
        order = site.erp.orders.create(draft(), key="a").order
        api = site.erp._context.adapter.office.api
        api.write("PUT", f"sop_orders/{order.id}", {"spare_text_7": "our own remark"})
        with site.again(stamp_field="spare_text_7") as other:
            found = {each.path: each for each in other._context.adapter.examine(limit=100)}
    assert found["stamp_field"].severity == "error"
    assert "spare_text_7" in found["stamp_field"].said


def test_a_unit_that_nobody_knows_is_named(company, tmp_path, switches):
    unit = company.units.by("code", "BOX")
    company.units.put(replace(unit, code="GRKST", standard=""))
    assert "GRKST" in examined(company, tmp_path, switches)["units"].said
    assert "units" not in examined(company, tmp_path, switches, units="XBX=GRKST")


def test_that_stamps_become_numbers_is_said(company, tmp_path, switches):
    switches.auto_numbers = False
    assert "number" in examined(company, tmp_path, switches)["stamp_field"].said
