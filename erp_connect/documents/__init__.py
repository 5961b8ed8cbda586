"""Workbooks and e-documents, in and out.

``read_orders`` turns a workbook or csv file into drafts and issues, ``row_results`` says what became of each row, and
``write_checked_copy`` gives the user's own file back with it.
``write_template`` makes the blank workbook, ``export_orders``, ``export_shipments`` and ``export_differences`` the full
ones.  ``read_records`` reads sheets of master data, prices and stock counts.
"""

from .checked import write_checked_copy
from .exporting import export_differences, export_orders, export_shipments
from .fields import BOOKS, Book
from .headings import LANGUAGES, Language
from .left_out import RowsLeftOut
from .matches import ColumnMatch
from .moved_rows import in_first_order
from .order_sheet import OrderSheet, Places, RefusedOrder, RowCounts, SheetOrder, UnknownColumn
from .reading import read_orders
from .records import RecordSheet, SheetRecord, read_records
from .results import RowResult, row_results
from .sender import SenderProfile
from .template import write_template

__all__ = [
    "BOOKS",
    "LANGUAGES",
    "Book",
    "ColumnMatch",
    "Language",
    "OrderSheet",
    "Places",
    "RecordSheet",
    "RefusedOrder",
    "RowCounts",
    "RowResult",
    "RowsLeftOut",
    "SenderProfile",
    "SheetOrder",
    "SheetRecord",
    "UnknownColumn",
    "export_differences",
    "export_orders",
    "export_shipments",
    "in_first_order",
    "read_orders",
    "read_records",
    "row_results",
    "write_checked_copy",
    "write_template",
]
