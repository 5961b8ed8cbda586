"""Data areas: whose rows a caller sees, and where it writes (dynamics.md 3.2; checklist 3.9, point 1)."""

import pytest

from erp_connect.testing.mocks.dynamics.fo.samples import usmf
from erp_connect.testing.mocks.dynamics.fo.settings import Settings

from .conftest import a_header, at, refused


@pytest.fixture
def second(world, company):
    """Another company beside the caller's own."""
    return usmf(world, "demf")


@pytest.fixture
def abroad(fo, second):
    """An order of the other company."""
    return fo.order(dataAreaId="demf")


def test_every_key_field_stands_in_the_address(fo):
    """3.2, keys"""
    order = fo.header()
    assert fo("GET", at("SalesOrderHeadersV2", order, "SalesOrderNumber")).status_code == 200
    assert fo("GET", f"SalesOrderHeadersV2('{order['SalesOrderNumber']}')").status_code == 400
    assert (
        fo("GET", f"SalesOrderHeadersV2(SalesOrderNumber='{order['SalesOrderNumber']}')").status_code == 400
    )


def test_reads_show_the_callers_company_only(fo, abroad):
    own = fo.header()
    assert [row["dataAreaId"] for row in fo.rows("SalesOrderHeadersV2")] == ["usmf"]
    assert fo.rows("SalesOrderHeadersV2?$filter=dataAreaId eq 'demf'") == []
    everywhere = fo.rows("SalesOrderHeadersV2?cross-company=true")
    assert {row["dataAreaId"] for row in everywhere} == {"usmf", "demf"}
    [found] = fo.rows("SalesOrderHeadersV2?cross-company=true&$filter=dataAreaId eq 'demf'")
    assert found["SalesOrderNumber"] == abroad["SalesOrderNumber"] == own["SalesOrderNumber"]


def test_an_entity_of_another_company_is_hidden_too(fo, abroad):
    path = at("SalesOrderHeadersV2", abroad, "SalesOrderNumber")
    assert fo("GET", path).status_code == 404
    assert fo.read(f"{path}?cross-company=true")["dataAreaId"] == "demf"
    expanded = fo.read(f"{path}?cross-company=true&$expand=SalesOrderLines")
    assert [line["dataAreaId"] for line in expanded["SalesOrderLines"]] == ["demf"]


def test_writes_go_where_body_or_key_say(fo, abroad):
    """3.2, company: set dataAreaId in the body or key"""
    assert fo.header()["dataAreaId"] == "usmf"
    path = at("SalesOrderHeadersV2", abroad, "SalesOrderNumber")
    assert fo("PATCH", path, {"URL": "here"}).status_code == 204
    assert fo.read(f"{path}?cross-company=true")["URL"] == "here"
    assert fo("DELETE", path).status_code == 204
    assert fo("GET", f"{path}?cross-company=true").status_code == 404


def test_a_company_that_does_not_exist(fo):
    status, text = refused(fo("POST", "SalesOrderHeadersV2", a_header(dataAreaId="none")))
    assert (status, "The value 'none' in field 'dataAreaId'" in text) == (400, True)


def test_the_default_company_is_the_users(fo, server, abroad):
    server.settings.default_companies["order-robot"] = "demf"
    assert [row["dataAreaId"] for row in fo.rows("SalesOrderHeadersV2")] == ["demf"]
    assert fo.header()["dataAreaId"] == "demf"


@pytest.mark.parametrize("settings", [Settings(default_company="demf")])
def test_a_site_may_have_another_default(fo, second):
    assert fo.header()["dataAreaId"] == "demf"


def test_companies_are_listed(fo, second):
    assert [row["LegalEntityId"] for row in fo.rows("LegalEntities")] == ["demf", "usmf"]


def test_the_case_of_data_area_id_counts(fo):
    """3.2, case"""
    assert fo("GET", "SalesOrderHeadersV2?$filter=DataAreaId eq 'usmf'").status_code == 400
    assert fo("POST", "SalesOrderHeadersV2", a_header(DataAreaId="usmf")).status_code == 400
