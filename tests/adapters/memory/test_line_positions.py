"""Positions count 1, 2, 3 whatever the product; its own line number is the line's id."""

from __future__ import annotations

import pytest

from erp_connect.adapters.memory.profiles import LIKES
from erp_connect.models import AddLine, CancelLine, ChangeQuantity

WRITING = tuple(like for like in LIKES if like != "soap")
AMENDING = tuple(like for like in WRITING if like != "sage300")
GONE = ("bc", "fo", "nav", "crm")
"""Products that delete a cancelled line and number the others on."""
OWN_NUMBERS = {
    "rfc": ["000010", "000020", "000030"],
    "odata": ["10", "20", "30"],
    "nav": ["10000", "20000", "30000"],
    "sage300": ["32", "64", "96"],
    "x3": ["1", "2", "3"],
}


@pytest.mark.parametrize("like", WRITING)
def test_the_lines_of_an_order_have_the_positions_one_two_three(open_shop, like) -> None:
    shop = open_shop(like=like)
    order = shop.create(shop.draft(*(shop.line(quantity=n) for n in (5, 6, 7))))
    assert [line.position for line in order.lines] == [1, 2, 3]
    if like in OWN_NUMBERS:
        assert [line.id for line in order.lines] == OWN_NUMBERS[like]


@pytest.mark.parametrize("like", AMENDING)
def test_line_one_is_the_first_line(open_shop, like) -> None:
    shop = open_shop(like=like)
    order = shop.create(shop.draft(shop.line(), shop.line("PUMP-5", 2)))
    changed = shop.amend(order, ChangeQuantity(line=order.line(1).id, to=3))
    assert [int(line.quantities.ordered) for line in changed.lines] == [3, 2]


@pytest.mark.parametrize("like", GONE)
def test_a_line_keeps_its_position_when_another_is_deleted(open_shop, like) -> None:
    shop = open_shop(like=like)
    order = shop.create(shop.draft(shop.line(), shop.line("PUMP-5", 2)))
    second = order.lines[1]
    left = shop.amend(order, CancelLine(line=order.lines[0].id, reason="not needed"))
    assert [(line.id, line.position, line.product) for line in left.lines] == [(second.id, 2, "PUMP-5")]


@pytest.mark.parametrize("like", GONE)
def test_a_new_line_gets_neither_id_nor_position_of_one_that_was_deleted(open_shop, like) -> None:
    shop = open_shop(like=like)
    order = shop.create(shop.draft(shop.line(), shop.line("PUMP-5", 2)))
    left = shop.amend(order, CancelLine(line=order.lines[1].id, reason="not needed"))
    grown = shop.amend(left, AddLine(line=shop.line(quantity=8)))
    assert [line.position for line in grown.lines] == [1, 3]
    assert order.lines[1].id not in [line.id for line in grown.lines]


def test_where_line_ids_shift_positions_shift_with_them(open_shop) -> None:
    shop = open_shop(like="x3")
    order = shop.create(shop.draft(shop.line(), shop.line("PUMP-5", 2)))
    shop.world.orders.put(order.but(lines=order.lines[1:]), shop.clock.now())
    left = shop.amend(order, ChangeQuantity(line="2", to=3), force=True)
    assert [(line.id, line.position, line.product) for line in left.lines] == [("1", 1, "PUMP-5")]
