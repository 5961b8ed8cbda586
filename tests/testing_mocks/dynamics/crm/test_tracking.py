"""Delta links and tombstones (dynamics.md 4.6)."""

import pytest

from erp_connect.testing.mocks.dynamics.crm.settings import Settings

from .conftest import HOST, ROOT, refused

TRACK = "odata.track-changes"
PATH = "salesorders?$select=name,erp_externalref"


def links(page):
    return page.get("@odata.nextLink"), page.get("@odata.deltaLink")


@pytest.fixture
def three(crm):
    return [crm.order(erp_externalref=f"W{n}") for n in range(3)]


def test_a_look_that_is_tracked_ends_in_a_delta_link(crm, three):
    """4.6"""
    first = crm.read(PATH, Prefer=TRACK)
    assert len(first["value"]) == 3
    assert "$deltatoken=" in first["@odata.deltaLink"]
    assert "@odata.deltaLink" not in crm.read(PATH)

    crm("PATCH", f"salesorders({three[1]})", {"name": "changed"})
    crm("DELETE", f"salesorders({three[2]})")
    new = crm.order(erp_externalref="NEW")
    passing = crm.order()
    crm("DELETE", f"salesorders({passing})")

    second = crm.read(first["@odata.deltaLink"])
    live = {row["salesorderid"]: row["name"] for row in second["value"] if "salesorderid" in row}
    assert live == {three[1]: "changed", new: "WEB-1001"}
    (gone,) = [row for row in second["value"] if "reason" in row]
    assert (gone["id"], gone["reason"]) == (three[2], "deleted")
    assert gone["@odata.context"].endswith("$metadata#salesorders/$deletedEntity")
    assert crm.read(second["@odata.deltaLink"])["value"] == []


@pytest.mark.parametrize("settings", [Settings(page_size=2)])
def test_what_changes_while_pages_are_turned_is_in_the_delta(crm, three):
    first = crm.read(PATH, Prefer=TRACK)
    following, delta = links(first)
    assert delta is None
    seen = first["value"][0]["salesorderid"]
    crm("PATCH", f"salesorders({seen})", {"name": "changed"})
    last = crm.read(following, Prefer=TRACK)
    assert [row["salesorderid"] for row in crm.rows(last["@odata.deltaLink"])] == [seen]


def test_a_late_commit_is_in_the_delta(crm, server, clock, three):
    server.commit_late(10, "salesorders", "PATCH")
    with pytest.raises(OSError, match="no answer"):
        crm.session.patch(f"{ROOT}salesorders({three[0]})", json={"name": "late"}, timeout=2)
    delta = crm.read(PATH, Prefer=TRACK)["@odata.deltaLink"]
    clock.turn(seconds=20)
    assert [row["name"] for row in crm.rows(delta)] == ["late"]


@pytest.mark.parametrize(
    "option", ["$filter=name eq 'x'", "$orderby=name", "$expand=order_details", "$top=1"]
)
def test_options_that_tracking_does_not_take(crm, option):
    """4.6"""
    assert crm("GET", f"salesorders?{option}", Prefer=TRACK).status_code == 400


def test_a_delta_link_lives_seven_days(crm, three, clock, server):
    """4.6"""
    server.tokens.lifetime = 10**6
    crm.session.headers["Authorization"] = f"Bearer {server.tokens.token(HOST)}"
    delta = crm.read(PATH, Prefer=TRACK)["@odata.deltaLink"]
    clock.turn(days=7)
    assert crm("GET", delta).status_code == 200
    clock.turn(seconds=2)
    assert refused(crm("GET", delta))[:2] == (400, "0x80044352")


def test_tables_are_tracked_where_that_is_enabled(crm, settings):
    """4.6: the table needs tracking enabled"""
    assert crm("GET", "quotes", Prefer=TRACK).status_code == 400
    settings.change_tracking.add("quote")
    assert crm("GET", "quotes", Prefer=TRACK).status_code == 200


def test_a_token_that_is_none(crm):
    assert crm("GET", "salesorders?$deltatoken=x").status_code == 400
    assert crm("GET", "salesorders?$deltatoken=999999.0").status_code == 400


def test_a_look_that_lags_behind_misses_nothing_later(crm, three, world, clock):
    delta = crm.read(PATH, Prefer=TRACK)["@odata.deltaLink"]
    world.lag(30)
    crm("PATCH", f"salesorders({three[0]})", {"name": "changed"})
    stale = crm.read(delta)
    assert stale["value"] == []
    begun = crm.read(PATH, Prefer=TRACK)["@odata.deltaLink"]
    clock.turn(seconds=31)
    assert [row["name"] for row in crm.rows(stale["@odata.deltaLink"])] == ["changed"]
    assert "changed" in [row["name"] for row in crm.rows(begun)]


@pytest.mark.parametrize("settings", [Settings(delta_lifetime=60)])
def test_an_environment_can_keep_less_of_the_past(crm, three, clock):
    delta = crm.read(PATH, Prefer=TRACK)["@odata.deltaLink"]
    clock.turn(seconds=61)
    assert refused(crm("GET", delta))[:2] == (400, "0x80044352")
