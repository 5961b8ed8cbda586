"""Purchase orders and receipts, as far as their blocks are known (sage.md 2.15)."""

from __future__ import annotations

from typing import Final

from .model import Entity, blocks

PURCHASE: Final = Entity(
    "POH",
    "POHNUM",
    "PORDER",
    blocks("""
[POH0_1]
POHFCY char5 =location +locations
POHNUM char20 number
ORDDAT date order_date
ORDREF char20 vendor_number
BPSNUM char15 =partner
BPSNAM char35! partner_address.name
[POH1_2]
CUR char3 =currency @currencies
PTE char15 payment_terms @payment_terms
[POH1_3]
EXTRCPDAT date requested
[POH1_4]
CLEFLG menu415! =closed
RCPFLG menu417! =delivered
[POH2_1 lines 300]
POPLIN int! number
ITMREF char20 object_number
ITMDES char30 description
UOM char5 unit
QTYUOM dec5 quantity
RCPQTY dec5! shipped
GROPRI dec13 price
NETPRI dec13! =net_price
LINORDNOT dec13! net
[POH2_2]
ORDNOT dec13! net
"""),
    ("POHNUM", "BPSNUM", "ORDDAT", "POHFCY"),
    frozenset({"POHFCY", "BPSNUM", "ORDDAT"}),
    frozenset({"ITMREF", "QTYUOM"}),
)

RECEIPT: Final = Entity(
    "PTH",
    "PTHNUM",
    "PRECEIPT",
    blocks("""
[PTH0_1]
BPSNUM char15 =partner
PRHFCY char5 =location +locations
PTHNUM char20 number
RCPDAT date posting_date
[PTH1_2 lines 300]
POHNUM char20 =order
POPLIN int =order_line
ITMREF char20 object_number
QTYUOM dec5 quantity
UOM char5 unit
STA char3
"""),
    ("PTHNUM", "BPSNUM", "PRHFCY"),
    frozenset({"BPSNUM", "PRHFCY"}),
    frozenset({"POHNUM", "ITMREF", "QTYUOM"}),
)
