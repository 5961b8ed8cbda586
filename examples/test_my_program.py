"""A test suite for a program that uses the library: no ERP, no network, and the reply gets lost on purpose.

    pytest test_my_program.py

``memory://`` is a whole back-end; ``memory://NAME`` is shared by all connections of the process, and
``?like=bc`` gives it the limits of a product.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

import erp_connect as ec
from erp_connect.adapters.memory.world import World, forget_world, shared_world


def reorder(erp: ec.Client, customer: str, product: str, quantity: int, week: str) -> str:
    """The program under test: order what a customer always orders, once a week; returns the order's number."""
    draft = ec.OrderDraft(
        customer=customer,
        customer_po=f"REORDER-{week}",
        currency="EUR",
        lines=[ec.LineDraft(product=product, quantity=quantity, unit="H87")],
    )
    return erp.orders.create(draft, key=f"reorder/{customer}/{week}").order.number or ""


@pytest.fixture
def world() -> Iterator[World]:
    """The back-end behind the connection: its stock, its prices, and its fault switches."""
    found = shared_world("my-program")
    found.load(
        ec.CustomerDraft(number="10000", name="Harbour Pumps Ltd"),
        ec.ProductDraft(code="VALVE-20", name="Ball valve 20 mm", unit="H87"),
    )
    yield found
    forget_world("my-program")


@pytest.fixture
def erp(world: World) -> Iterator[ec.Client]:  # noqa: ARG001 (furnished before the connection is used)
    """A connection to it."""
    with ec.connect("memory://my-program") as connected:
        yield connected


def test_a_week_is_ordered_once(erp: ec.Client) -> None:
    """Two runs of the job, one order."""
    assert reorder(erp, "10000", "VALVE-20", 12, "2026-48") == reorder(
        erp, "10000", "VALVE-20", 12, "2026-48"
    )
    assert len(list(erp.orders.list())) == 1


def test_a_lost_reply_doubles_nothing(erp: ec.Client, world: World) -> None:
    """The order stands, the answer gets lost, the job runs again."""
    world.faults.lose_reply("orders.create")
    with suppress(ec.errors.OutcomeUnknown):  # the library does not guess; the next run settles it
        reorder(erp, "10000", "VALVE-20", 12, "2026-49")
    reorder(erp, "10000", "VALVE-20", 12, "2026-49")
    assert len(list(erp.orders.list())) == 1


def test_a_blocked_customer_is_told_as_such(erp: ec.Client, world: World) -> None:
    """A refusal has a class and a stable code."""
    world.load(ec.CustomerDraft(number="10001", name="Quay Valves Ltd", blocked=True))
    with pytest.raises(ec.errors.CustomerBlocked) as refused:
        reorder(erp, "10001", "VALVE-20", 12, "2026-48")
    assert refused.value.code == "customer_blocked"
    assert refused.value.outcome == "not_applied"
