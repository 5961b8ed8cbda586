"""What is late and by how many days, and where each line is."""

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.models import (
    EventKind,
    LineKind,
    OrderEvent,
    OrderStatus,
    Package,
    Quantities,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    Timeliness,
)
from erp_connect.rules.lateness import is_late, late_by, late_lines, line_tracking, tracking

MONDAY = date(2026, 4, 13)


@pytest.fixture
def order(shop):
    return shop.order(shop.line(), shop.line("PIPE-3", 4, "MTR"), requested=date(2026, 4, 10))


def shipment(quantity, *, day=date(2026, 4, 12), line_id="L1", status=ShipmentStatus.SHIPPED, number="1Z99"):
    return Shipment(
        id="s",
        order_id="o1",
        status=status,
        shipped_on=day,
        packages=(Package(tracking_number=number),),
        lines=(ShipmentLine(order_line_id=line_id, quantity=Decimal(quantity)),),
    )


@pytest.mark.parametrize(
    ("requested", "promised", "shipped", "days"),
    [
        (date(2026, 4, 10), None, 0, 3),
        (MONDAY, None, 0, 0),
        (date(2026, 4, 14), None, 0, 0),
        (date(2026, 4, 14), date(2026, 4, 20), 0, 6),
        (date(2026, 4, 10), date(2026, 4, 11), 0, 3),
        (date(2026, 4, 10), None, 10, 0),
        (None, date(2026, 4, 12), 0, 1),
        (None, None, 0, None),
    ],
)
def test_days_past_the_date_asked_for(order, requested, promised, shipped, days):
    line = order.lines[0].but(
        requested=requested, promised=promised, quantities=Quantities(ordered=10, shipped=shipped)
    )
    assert late_by(line, MONDAY) == days


def test_a_line_without_a_date_keeps_to_the_orders(order):
    line = order.lines[0].but(requested=None, promised=None)
    assert late_by(line, MONDAY, requested=date(2026, 4, 12)) == 1


def test_late_lines_come_with_their_order_and_the_days(order):
    early = order.but(
        lines=tuple(line.but(requested=date(2026, 5, 1), promised=None) for line in order.lines)
    )
    done = order.but(status=OrderStatus.CANCELLED)
    found = list(late_lines([early, done, order], MONDAY))
    assert [(late.order is order, late.line.id, late.days) for late in found] == [
        (True, "L1", 3),
        (True, "L2", 3),
    ]
    assert is_late(order, MONDAY)
    assert not is_late(early, MONDAY)
    assert not is_late(done, MONDAY)


def test_texts_and_charges_are_never_late(order):
    lines = tuple(line.but(kind=LineKind.CHARGE) for line in order.lines)
    assert not is_late(order.but(lines=lines), MONDAY)


def test_a_line_is_followed_by_its_packages(order):
    first, second = line_tracking(
        order,
        [
            shipment(4, number="1Z01"),
            shipment(2, number="1Z02"),
            shipment(9, status=ShipmentStatus.CANCELLED, number="no"),
        ],
        MONDAY,
    )
    assert first.tracking_numbers == ("1Z01", "1Z02")
    assert (first.late_by, first.requested, first.position) == (3, date(2026, 4, 10), 1)
    assert (second.tracking_numbers, second.late_by) == ((), 3)


def test_what_left_is_taken_from_shipments_where_the_order_does_not_say(order):
    mute = order.but(lines=(order.lines[0].but(quantities=Quantities(ordered=10)),))
    planned = shipment(3, status=ShipmentStatus.PLANNED)
    (found,) = line_tracking(mute, [shipment(4), shipment(2), planned], MONDAY)
    assert found.shipped == 6


def test_a_line_that_left_is_as_late_as_its_last_shipment(order):
    gone = order.but(lines=(order.lines[0].but(quantities=Quantities(ordered=10, shipped=10)),))
    (found,) = line_tracking(
        gone, [shipment(4, day=date(2026, 4, 9)), shipment(6, day=date(2026, 4, 12))], MONDAY
    )
    assert found.late_by == 2
    (on_time,) = line_tracking(gone, [shipment(10, day=date(2026, 4, 9))], MONDAY)
    assert on_time.late_by == 0


def test_tracking_puts_it_together(order):
    event = OrderEvent(cursor="1", kind=EventKind.CREATED, order_id="o1")
    found = tracking(order.but(promised=None), [shipment(4)], [event], MONDAY)
    assert (found.order_id, found.number, found.status) == ("o1", "SO-1", OrderStatus.SUBMITTED)
    assert found.timeliness is Timeliness.LATE
    assert found.promised == date(2026, 4, 10)
    assert (len(found.lines), len(found.shipments), found.events) == (2, 1, (event,))


def test_a_shipment_without_a_day_says_nothing_of_lateness(order):
    gone = order.but(lines=(order.lines[0].but(quantities=Quantities(ordered=10, shipped=10)),))
    (found,) = line_tracking(gone, [shipment(10, day=None)], MONDAY)
    assert (found.late_by, found.tracking_numbers) == (0, ("1Z99",))
