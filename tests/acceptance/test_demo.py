"""Issue 2, item 10: the whole morning on real input, and a second run that doubles nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import erp_connect as ec


def demo(folder: object, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [f"{sys.prefix}/bin/erp-connect", "demo", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )


@pytest.mark.runs_the_demo
def test_the_morning_runs_twice_and_doubles_nothing(tmp_path) -> None:
    first = demo(tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "300" in first.stdout
    assert "40" in first.stdout
    (database,) = tmp_path.glob("*.db")
    with ec.connect(f"sqlite:///{database}") as erp:
        orders = list(erp.orders.list())
        keys = [(order.customer, order.customer_po) for order in orders]
        assert len(keys) == len(set(keys)) == 300
        assert {order.status for order in orders} >= {ec.OrderStatus.CANCELLED, ec.OrderStatus.SUBMITTED}
        assert any(
            erp.orders.track(order).shipments
            for order in orders
            if (order.lines[0].quantities.shipped or 0) > 0
        )
        versions = {order.id: order.version for order in orders}
        assert list(erp.journal.open()) == []
    assert len(list(tmp_path.glob("*.xlsx"))) >= 2
    second = demo(tmp_path)
    assert second.returncode == 0, second.stdout + second.stderr
    with ec.connect(f"sqlite:///{database}") as erp:
        assert {order.id: order.version for order in erp.orders.list()} == versions


@pytest.mark.runs_the_demo
def test_the_demo_notices_what_stands_twice(tmp_path) -> None:
    """A demo that cannot fail shows nothing: an order that was entered behind its back makes it end with an error."""
    assert demo(tmp_path).returncode == 0
    (database,) = tmp_path.glob("*.db")
    with ec.connect(f"sqlite:///{database}") as erp:
        order = next(order for order in erp.orders.list(status=ec.OrderStatus.SUBMITTED))
        erp.orders.create(
            ec.OrderDraft(
                customer=order.customer,
                customer_po=order.customer_po,
                currency=order.currency,
                lines=[
                    ec.LineDraft(product=line.product, quantity=line.quantities.ordered, unit=line.unit)
                    for line in order.lines
                ],
            ),
            key="behind its back",
        )
    again = demo(tmp_path)
    assert again.returncode != 0
    assert "Traceback" not in again.stderr
