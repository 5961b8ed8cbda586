"""Customers, suppliers and products: their blocks and fields (sage.md 2.15)."""

from __future__ import annotations

from typing import Final

from .model import Entity, blocks

CUSTOMER: Final = Entity(
    "BPC",
    "BPCNUM",
    "BPCUSTOMER",
    blocks("""
[BPC0_1]
BCGCOD char5
BPCSTA menu1 =active
BPCNUM char15 number
BPCNAM char35 name
[BPRC_1]
BPRSHO char10
BPRLOG char10
BPRNAM char35*2 name address.contact
CRY char3 address.country
LAN char3
CUR char3 currency @currencies
CRN char20
EECNUM char20 tax_registration
[BPAC_1 addresses 30]
CODADR char5 code
BPAADDLIG char50*3 line1 line2 line3
POSCOD char10 postal_code
CTY char40 city
SAT char35 state
CRY char3 country
TEL char20
BPAADDFLG menu1 default
[BPC3_2]
VACBPR char5
[BPC3_3]
PTE char15 payment_terms @payment_terms
"""),
    ("BPCNUM", "BPCNAM", "CUR"),
    frozenset({"BCGCOD", "BPCNAM"}),
)

SUPPLIER: Final = Entity(
    "BPS",
    "BPSNUM",
    "BPSUPPLIER",
    blocks("""
[BPS0_1]
BPSNUM char15 number
BPSNAM char35 name
[BPRS_1]
CRY char3 address.country
CUR char3 currency @currencies
EECNUM char20 tax_registration
"""),
    ("BPSNUM", "BPSNAM"),
    frozenset({"BPSNUM", "BPSNAM"}),
)
"""The page names no blocks of suppliers: these are assumed."""

PRODUCT: Final = Entity(
    "ITM",
    "ITMREF",
    "ITMMASTER",
    blocks("""
[ITM0_1]
ITMREF char20 number
DES1AXX char30 name
TCLCOD char5 category
ITMSTA menu246 =item_status
[ITM1_1]
SEAKEY char20
EANCOD char20 gtin
[ITM1_2]
STU char5 unit @units
SAU char5
[ITM1_3]
BASPRI dec5 price
"""),
    ("ITMREF", "DES1AXX", "ITMSTA"),
    frozenset({"ITMREF", "DES1AXX", "TCLCOD", "STU"}),
)
"""Field names are known, their blocks are assumed."""
