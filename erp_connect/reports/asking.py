"""A report on the orders of a connection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ..client import Client
from ..models import Customer, OrderStatus, Ref
from .figures import LATEST, OrderReport, Progress, counted

__all__ = ["order_report"]


def order_report(
    erp: Client,
    *,
    ordered_from: date | None = None,
    ordered_to: date | None = None,
    status: OrderStatus | str | Iterable[OrderStatus | str] | None = None,
    customer: str | Ref | Customer | None = None,
    latest: int = LATEST,
    progress: Progress | None = None,
) -> OrderReport:
    """What the orders of a system come to: read once, in one stream, with flat memory; nothing is written.

    The orders are chosen as by ``erp.orders.list``: order dates with both ends included, one or several statuses, a
    customer.  What is late is late on the business date in the company's zone, by the connection's clock.
    ``latest`` says how many late orders are named; ``progress(orders read, None)`` is called every few hundred
    orders.

    Raises what ``erp.orders.list`` raises: ``InvalidOrder`` for an argument that it does not take,
    ``UnsupportedOperation`` where orders cannot be listed, ``TransportError`` in the middle; a report is whole or not
    there, and asking again reads everything again.
    """
    today = erp._context.today()
    orders = erp.orders.list(
        ordered_from=ordered_from, ordered_to=ordered_to, status=status, customer=customer
    )
    return counted(orders, today=today, latest=latest, progress=progress)
