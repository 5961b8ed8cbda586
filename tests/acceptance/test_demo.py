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


@pytest.mark.timeout(300)
@pytest.mark.runs_the_demo
def test_a_morning_and_a_second_one_after_somebody_doubled_an_order(tmp_path) -> None:
    """A demo that cannot fail shows nothing: an order entered behind its back ends the second run with an error."""
    first = demo(tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "300" in first.stdout
    assert "40" in first.stdout
    assert len(list(tmp_path.glob("*.xlsx"))) >= 2
    (database,) = tmp_path.glob("*.db")
    with ec.connect(f"sqlite:///{database}") as erp:
        orders = list(erp.orders.list())
        keys = [(order.customer, order.customer_po) for order in orders]
        assert len(keys) == len(set(keys)) == 300
        assert {order.status for order in orders} >= {ec.OrderStatus.CANCELLED, ec.OrderStatus.SUBMITTED}
        shipped = next(order for order in orders if order.lines[0].quantities.shipped)
        assert all(shipment.packages[0].tracking_number for shipment in erp.orders.track(shipped).shipments)
        assert list(erp.journal.open()) == []
        double = next(order for order in orders if order.status is ec.OrderStatus.SUBMITTED)
        erp.orders.create(
            ec.OrderDraft(
                customer=double.customer,
                customer_po=double.customer_po,
                currency=double.currency,
                lines=[
                    ec.LineDraft(product=line.product, quantity=line.quantities.ordered, unit=line.unit)
                    for line in double.lines
                ],
            ),
            key="behind its back",
        )
    second = demo(tmp_path)
    assert second.returncode != 0
    assert "Traceback" not in second.stderr
    with ec.connect(f"sqlite:///{database}") as erp:
        stands = {order.id: order.version for order in erp.orders.list()}
    assert len(stands) == 301
    assert [order.id for order in orders if stands[order.id] != order.version] == []
