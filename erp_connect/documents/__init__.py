"""Workbooks and e-documents, in and out.

``read_orders`` turns a workbook or csv file into drafts and issues, ``row_results`` says what became of each row, and
``write_checked_copy`` gives the user's own file back with it.
``read_records`` reads sheets of master data, prices and stock counts.
"""

from .checked import write_checked_copy
from .order_sheet import OrderSheet, Places, RefusedOrder, RowCounts, SheetOrder, UnknownColumn
from .reading import read_orders
from .records import RecordSheet, SheetRecord, read_records
from .results import RowResult, row_results

__all__ = [
    "OrderSheet",
    "Places",
    "RecordSheet",
    "RefusedOrder",
    "RowCounts",
    "RowResult",
    "SheetOrder",
    "SheetRecord",
    "UnknownColumn",
    "read_orders",
    "read_records",
    "row_results",
    "write_checked_copy",
]
