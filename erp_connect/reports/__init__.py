"""What people look at: figures about orders, in a terminal and as a workbook with charts.

``order_report(erp)`` reads the orders of a system once and counts them up; ``counted(orders, today=...)`` does it with
orders at hand; ``write_workbook(report, path)`` draws.
"""

from __future__ import annotations

from .asking import order_report
from .figures import LateOrder, OrderReport, Row, Total, counted
from .lateness import Lateness
from .workbook import write_workbook

__all__ = [
    "LateOrder",
    "Lateness",
    "OrderReport",
    "Row",
    "Total",
    "counted",
    "order_report",
    "write_workbook",
]
