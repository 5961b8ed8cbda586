"""Days and instants: dates are the company's, instants know their zone, a leap day is a day like any other."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from .desk import SKIPPED, Desk, eur
from .suite import Suite

DAYS = (date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1), date(2026, 3, 29), date(2026, 10, 25))


class Dates(Suite):
    """Dates and times."""

    @pytest.mark.parametrize("day", DAYS, ids=str)
    def test_a_requested_day_stays_that_day(self, desk: Desk, day: date) -> None:
        if not desk.holds("order.requested"):
            pytest.skip(SKIPPED)
        order = desk.order(requested=day)
        told = {order.requested, *(line.requested for line in order.lines)} - {None}
        assert told == {day}
        assert {type(each) for each in told} == {date}

    def test_each_line_may_have_its_own_day(self, desk: Desk) -> None:
        if not desk.keeps("order.line.requested"):
            pytest.skip(SKIPPED)
        lines = (desk.line(requested=DAYS[0]), desk.line(desk.pump, 1, price=eur("240"), requested=DAYS[1]))
        assert [line.requested for line in desk.order(*lines).lines] == [DAYS[0], DAYS[1]]

    @pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
    def test_an_order_of_today_is_of_the_companys_today(self, desk: Desk, zone: str) -> None:
        if desk.clock is None or not desk.keeps("order.order_date"):
            pytest.skip(SKIPPED)
        desk.wait(3 * 3600 + 30)  # 12:00:30 in UTC: the next day has begun in Auckland
        erp = desk.connect(timezone=zone)
        order = desk.create(desk.draft(), key=desk.key(), by=erp).order
        expected = {"Pacific/Auckland": date(2026, 3, 3)}.get(zone, date(2026, 3, 2))
        assert order.order_date == expected

    def test_instants_are_aware_and_about_now(self, desk: Desk) -> None:
        order = desk.order()
        for instant in (order.created_at, order.modified_at):
            if instant is not None:
                assert isinstance(instant, datetime)
                assert instant.utcoffset() == timedelta(0)
                assert abs(instant - desk.now()) < timedelta(minutes=10)

    def test_a_change_moves_the_time_of_the_last_change_only(self, desk: Desk) -> None:
        from ...models import ChangeQuantity

        desk.needs("orders.change_quantity")
        order = desk.order()
        if desk.clock is None or order.modified_at is None:
            pytest.skip(SKIPPED)
        desk.wait(90)
        changed = desk.erp.orders.amend(order, ChangeQuantity(line=order.lines[0], to=5)).stored
        assert changed.modified_at is not None
        assert changed.modified_at > order.modified_at
        assert changed.created_at == order.created_at
