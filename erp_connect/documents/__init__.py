"""Workbooks and e-documents, in and out.

``read_orders`` turns a workbook or csv file into drafts and issues, ``row_results`` says what became of each row, and
``write_checked_copy`` gives the user's own file back with it.
"""

from .checked import write_checked_copy
from .order_sheet import OrderSheet, Places, RefusedOrder, RowCounts, SheetOrder, UnknownColumn
from .reading import read_orders
from .results import RowResult, row_results

__all__ = [
    "OrderSheet",
    "Places",
    "RefusedOrder",
    "RowCounts",
    "RowResult",
    "SheetOrder",
    "UnknownColumn",
    "read_orders",
    "row_results",
    "write_checked_copy",
]
