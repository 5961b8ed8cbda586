"""The clock that a caller brings: what is no clock is refused at connect, a time without a zone whenever it comes."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

import erp_connect as ec
from erp_connect.back_office import init

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


def test_the_day_is_reckoned_where_the_back_end_says_the_company_is(tmp_path):
    url = f"sqlite:///{tmp_path}/orders.db"
    init(url, timezone="Pacific/Auckland")
    evening = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)  # the third already in Auckland
    with ec.connect(url, clock=_clock(now=lambda: evening)) as erp:
        erp.customers.create(ec.CustomerDraft(number="C-1", name="Mill"), key="c")
        erp.products.create(ec.ProductDraft(code="P-1", name="Pump", unit="H87"), key="p")
        line = ec.LineDraft(product="P-1", quantity=1, unit="H87")
        draft = ec.OrderDraft(
            customer="C-1", customer_po="1", currency="EUR", lines=[line], requested=date(2026, 3, 2)
        )
        assert "requested_past" in [finding.code for finding in erp.orders.check(draft)]
        assert erp.orders.track(erp.orders.create(draft, key="o").order).lines[0].late_by == 1


def test_a_day_without_a_known_zone_is_refused_and_not_guessed(shop):
    with shop.connect() as erp:
        erp._context.adapter.zone = None  # a back-end that does not say where its company is
        with pytest.raises(ec.errors.ConfigurationError, match="timezone") as failure:
            erp.orders.check(shop.order())
    assert failure.value.code == "no_timezone"
