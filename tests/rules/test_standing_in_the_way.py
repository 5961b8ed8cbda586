"""What of an order that has moved keeps a planned change from being made on it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from erp_connect.models import (
    AddNote,
    ChangeHeader,
    ChangeQuantity,
    Order,
    OrderLine,
    OrderStatus,
    Quantities,
)
from erp_connect.rules.diff import standing_in_the_way


def line(id, product, ordered, **more):
    quantities = Quantities(ordered=Decimal(ordered), **more.pop("quantities", {}))
    return OrderLine(id=id, position=int(id), product=product, unit="H87", quantities=quantities, **more)


BEFORE = Order(
    id="1",
    status=OrderStatus.SUBMITTED,
    currency="EUR",
    customer="C-100",
    lines=(line("1", "VALVE-20", 12), line("2", "PUMP-5", 2)),
)
FEWER = (ChangeQuantity(line="1", to=10),)
EXPECTED = BEFORE.but(lines=(line("1", "VALVE-20", 10), BEFORE.lines[1]))


def paths(current, amendments=FEWER, **more):
    found = standing_in_the_way(BEFORE, EXPECTED, amendments, current, **more)
    return [each.path for each in found]


def with_lines(*lines, **more):
    return BEFORE.but(lines=lines, **more)


def test_an_order_that_stands_as_it_was_is_in_nobodys_way():
    assert paths(BEFORE) == []
    assert paths(BEFORE.but(version="2", status=OrderStatus.CONFIRMED)) == []


def test_where_line_ids_do_not_last_every_change_among_the_lines_counts():
    """Line 1 was deleted, and what was line 2 is line 1 now, or so it may be."""
    other = with_lines(BEFORE.lines[0], line("2", "PUMP-5", 7))
    assert paths(other) == []
    assert paths(other, lasting_ids=False) == ["order.lines[1].quantity"]
    assert paths(other, [ChangeHeader(customer_po="PO-2")], lasting_ids=False) == []


def test_a_line_that_only_stands_at_another_place_is_the_same_line():
    assert paths(with_lines(BEFORE.lines[1], BEFORE.lines[0].but(position=2))) == []


def test_goods_that_have_left_stand_in_the_way_of_their_own_line_only():
    left = {"quantities": {"shipped": Decimal(2)}}
    assert paths(with_lines(line("1", "VALVE-20", 12, **left), BEFORE.lines[1]))
    assert not paths(with_lines(BEFORE.lines[0], line("2", "PUMP-5", 2, **left)))


@pytest.mark.parametrize(("status", "counts"), [("on_hold", False), ("confirmed", True), ("cancelled", True)])
def test_a_lines_status_counts_unless_the_order_is_only_held(status, counts):
    moved = with_lines(BEFORE.lines[0].but(status=OrderStatus(status)), BEFORE.lines[1])
    assert bool(paths(moved)) is counts


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.COMPLETED])
def test_an_order_that_was_closed_is_in_every_changes_way(status):
    assert paths(BEFORE.but(status=status), [AddNote(text="ring twice")]) == ["order.status"]


def test_another_customer_or_currency_makes_another_order_of_it():
    for moved in (BEFORE.but(customer="C-200"), BEFORE.but(currency="USD")):
        assert paths(moved, [AddNote(text="ring twice")])
