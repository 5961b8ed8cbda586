"""``doctor`` on Dynamics Sales: the price list, the key column, change tracking."""

import pytest

from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.dynamics.crm.samples import prepared_environment

from .place import place


def examined(organization, tmp_path, **settings):
    with place(organization, tmp_path, **settings) as site:
        return {each.path: each for each in site.erp._context.adapter.examine(limit=100)}


def test_a_fitting_environment_has_nothing_to_find_fault_with(organization, tmp_path):
    found = examined(organization, tmp_path, units="XPK=Primary Unit")
    assert not [each for each in found.values() if each.severity == "error"]
    assert "events_by" not in found
    assert "price_list" not in found


def test_a_price_list_that_is_not_there_is_an_error_with_those_that_are(organization, tmp_path):
    found = examined(organization, tmp_path, price_list="Retail")
    assert found["price_list"].severity == "error"
    assert "Standard EUR" in found["price_list"].advice


def test_change_tracking_that_is_off_is_told(organization, tmp_path):
    organization.settings.change_tracking.discard("salesorder")
    assert examined(organization, tmp_path)["events_by"].severity == "warning"
    assert "events_by" not in examined(organization, tmp_path, events_by="time")


@pytest.mark.parametrize(
    ("column", "seconds", "said"),
    [
        ("erp_externalref", 0, None),
        ("erp_warehouse", 0, "no alternate key"),
        ("erp_customerpo", 3600, "Pending"),
    ],
)
def test_the_key_column_needs_an_active_key(column, seconds, said, clock, tmp_path):
    organization = prepared_environment(World(clock))
    if seconds:
        organization.define_key("salesorder", column, name="slow_key", seconds=seconds)
    found = examined(organization, tmp_path, key_column=column)
    if said is None:
        assert "key_column" not in found
    else:
        assert found["key_column"].severity == "error"
        assert said in found["key_column"].said
