"""``doctor`` on an SAP system: codes that its customizing does not know, services that it has not activated."""

import sys

import pytest

from erp_connect.testing.mocks.sap import rfc
from erp_connect.testing.mocks.sap.odata.gateway import Gateway
from erp_connect.testing.mocks.sap.odata.settings import Settings
from erp_connect.testing.mocks.serving import serve

from ..adapters.sap.site import URL, new_world


@pytest.fixture
def world(monkeypatch):
    world = new_world()
    monkeypatch.setitem(sys.modules, "pyrfc", rfc.as_pyrfc(world))
    return world


@pytest.fixture
def doctor(run, world):
    def examine(*settings, code):
        given = [part for each in ("password=welcome", *settings) for part in ("--set", each)]
        return {each["path"]: each for each in run.json("doctor", URL, *given, code=code)}

    return examine


def test_settings_that_the_system_knows_are_not_found_fault_with(doctor):
    assert doctor("plant=1000", "units=XBX=KAR", "timezone=Europe/Berlin", code=0) == {}


@pytest.mark.parametrize(
    ("setting", "path", "instead"),
    [
        ("order_type=OR", "order_type", "BV, RE, TA"),
        ("plant=9999", "plant", "1000, 2000"),
        ("units=XBX=BOX", "units", "KAR"),
        ("countries=GR=EL", "countries", "DE, FR, GB"),
        ("delivery_block=ZZ", "delivery_block", "01, 02"),
        ("price_condition=ZPR0", "price_condition", "PR00"),
        ("note_text_id=Z001", "note_text_id", "0001, 0002"),
        ("sales_org=2000", "sales_org", "1000"),
    ],
)
def test_each_kind_of_code_is_held_against_its_table(doctor, setting, path, instead):
    told = doctor(setting, code=1)[path]
    assert told["severity"] == "error"
    assert setting.rpartition("=")[2] in told["said"]
    assert instead in told["advice"]


def test_a_sales_area_whose_parts_exist_and_do_not_belong_together_is_told(doctor):
    told = doctor("division=10", code=1)["sales_org, distribution_channel, division"]
    assert "1000 10 10" in told["said"]


def test_a_code_that_the_system_does_not_know_is_told_with_those_it_has(doctor):
    told = doctor("rejection_reason=ZZ", code=1)["rejection_reason"]
    assert told["severity"] == "error"
    assert "ZZ" in told["said"]
    assert "Z1, Z2" in told["advice"]


def test_what_the_user_may_not_read_is_told_with_what_it_costs(doctor, world):
    world.settings.unreadable_tables |= {"VBAK", "TVAG"}
    told = doctor(code=1)
    assert told["table VBAK"]["severity"] == "warning"
    assert "not listed" in told["table VBAK"]["said"]
    assert told["rejection_reason"]["severity"] == "hint"


def test_a_tracking_column_that_does_not_exist_is_told(doctor):
    assert "ZZTRACK" in doctor("tracking_locators=BOLNR,ZZTRACK", code=1)["tracking_locators"]["said"]


@pytest.fixture
def over_odata(run, world):
    def examine(*settings, code, inactive=()):
        given = [part for each in ("password=welcome", *settings) for part in ("--set", each)]
        with serve(Gateway(world, Settings(inactive=set(inactive)))) as url:
            target = f"sap+odata://DEMO@{url.removeprefix('http://')}?tls=off&client=100&sales_org=1000"
            target += "&distribution_channel=10&division=00"
            return {each["path"]: each for each in run.json("doctor", target, *given, code=code)}

    return examine


def test_over_odata_a_whole_site_is_not_found_fault_with(over_odata):
    buying = ("company_code=1000", "purchasing_org=1000", "purchasing_group=001")
    assert over_odata("rejection_reason=Z1", *buying, code=0) == {}
    assert set(over_odata(code=0)) == {"rejection_reason", "purchase_orders.create"}


def test_over_odata_a_service_that_is_not_active_is_told_with_what_it_costs(over_odata):
    told = over_odata(code=1, inactive=["API_BILLING_DOCUMENT_SRV"])["invoices.of"]
    assert told["severity"] == "warning"
    assert "API_BILLING_DOCUMENT_SRV" in told["said"]


def test_over_odata_a_sales_area_that_no_customer_has_is_told(over_odata):
    told = over_odata("division=77", code=1)["sales_org, distribution_channel, division"]
    assert told["severity"] == "error"
    assert "1000 10 77" in told["said"]
