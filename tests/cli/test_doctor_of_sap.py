"""``doctor`` on an SAP system: each code of the settings that its customizing does not know."""

import sys

import pytest

from erp_connect.testing.mocks.sap import rfc

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
