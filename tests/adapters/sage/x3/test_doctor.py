"""``doctor`` on X3: what is not published, buttons and fields that there are not, units that nobody knows."""

from dataclasses import replace

from erp_connect.testing.mocks.sage.x3.settings import Settings

from .place import new_server, place


def examined(company, tmp_path, server=None, **settings):
    with place(company, tmp_path, server=server, **settings) as site:
        return {each.path: each for each in site.erp._context.adapter.examine(limit=100)}


def test_a_site_that_is_set_up_is_told_only_what_it_does_without(company, tmp_path):
    found = examined(company, tmp_path)
    assert set(found) == {"cancel_strategy"}
    assert found["cancel_strategy"].severity == "hint"


def test_a_button_that_is_not_there_is_named_with_those_that_are(company, tmp_path):
    found = examined(company, tmp_path, cancel_strategy="action:YCLO")
    assert found["cancel_strategy"].severity == "error"
    assert "DELETE" in found["cancel_strategy"].advice


def test_a_publication_that_is_not_there_takes_its_verbs_with_it(company, tmp_path):
    published = Settings().publications
    del published["WSSRH"]
    found = examined(company, tmp_path, new_server(company, publications=published))
    (missing,) = [each for each in found.values() if "return_service" in each.said]
    assert "returns.get" in missing.path


def test_fields_that_the_settings_name_and_nobody_has_are_told(company, tmp_path):
    said = "order.delivery_terms=YEECICT"
    found = examined(company, tmp_path, fields=said)
    assert "YEECICT" in found["fields"].said
    assert "no word" in examined(company, tmp_path, fields="oder.requested=X")["fields"].said


def test_a_unit_that_nobody_knows_and_a_site_that_is_not_said_are_named(company, tmp_path):
    item = company.items.by("number", "VALVE-20")
    company.items.put(replace(item, unit="GRKST"))
    found = examined(company, tmp_path, site="", line_keys="")
    assert "GRKST" in found["units"].said
    assert (found["site"].severity, found["line_keys"].severity) == ("warning", "hint")
