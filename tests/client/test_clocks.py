"""The clock that a caller brings: what is no clock is refused at connect, a time without a zone whenever it comes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

import erp_connect as ec

ZONELESS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC).replace(tzinfo=None)


def _clock(now=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC), **more):
    return SimpleNamespace(**{"now": now, "monotonic": time.monotonic, "sleep": time.sleep, **more})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("noon", "no now"),
        (datetime.now, "no now"),
        (SimpleNamespace(now=lambda: datetime.now(UTC)), "no monotonic() and no sleep()"),
        (_clock(sleep=0.5), "no sleep()"),
        (ec.clock.SystemClock, "a class"),
    ],
)
def test_what_is_no_clock_is_refused_when_connecting(given, said):
    with pytest.raises(ec.errors.ConfigurationError) as refused:
        ec.connect("memory://", clock=given)
    assert said in str(refused.value)
    assert "sleep(seconds)" in refused.value.hint


@pytest.mark.parametrize("naive", [ZONELESS, "2026-03-02T09:00Z", 1772442000.0])
def test_a_clock_without_a_zone_is_refused_when_connecting(naive):
    with pytest.raises(ec.errors.ConfigurationError, match="aware datetime"):
        ec.connect("memory://", clock=_clock(now=lambda: naive))


def test_a_clock_that_loses_its_zone_later_stops_the_write_before_it_is_sent(shop):
    said = [datetime(2026, 3, 2, 9, 0, tzinfo=UTC)]
    with shop.connect(clock=_clock(now=lambda: said[0])) as erp:
        said[0] = said[0].replace(tzinfo=None)
        with pytest.raises(ec.errors.ConfigurationError, match="aware datetime"):
            erp.orders.create(shop.order(), key="k")
        said[0] = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        assert not list(erp.orders.list())


def test_an_instant_of_another_zone_is_stored_in_utc(shop):
    there = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=5)))
    with shop.connect(clock=_clock(now=lambda: there)) as erp:
        order = erp.orders.create(shop.order(), key="k").order
    assert order.created_at == there
    assert order.created_at.utcoffset() == timedelta(0)
