"""Sales orders, deliveries, invoices and returns: their blocks and fields (sage.md 2.12, 2.15)."""

from __future__ import annotations

from typing import Final

from .model import Entity, blocks

_ADDRESS: Final = """
BPAADD char5! =address_code
BPRNAM char35*2 ADDRESS.name ADDRESS.contact
BPAADDLIG char50*3 ADDRESS.line1 ADDRESS.line2
POSCOD char10 ADDRESS.postal_code
CTY char40 ADDRESS.city
CRY char3 ADDRESS.country
CRYNAM char40! =country
""".strip()

ORDER: Final = Entity(
    "SOH",
    "SOHNUM",
    "SORDER",
    blocks(f"""
[SOH0_1]
SALFCY char5 =site +locations
SOHTYP char5 =type +order_types
SOHNUM char20 number
REVNUM int!
CUSORDREF char20 external_number
ORDDAT date order_date
BPCORD char15 =partner
BPCNAM char35! partner_address.name
CUR char3 =currency @currencies
[SOH1_1]
BPCINV char15 =bill_to
BPINAM char35! bill_address.name
BPCPYR char15 =payer +customers
BPCGRU char15 =group +customers
BPAADD char5 =ship_to
BPDNAM char35 ship_address.name
[SOH1_3]
REP char10*2 salesperson
[SOH1_4]
CUR char3 =currency +currencies
PRITYP menu243 prices_include_tax
VACBPR char5
[SOH1_5]
APPFLG menu280! =approval
ORDSTA menu415! =closed
ALLSTA menu416! =allocated
DLVSTA menu417! =delivered
INVSTA menu418! =invoiced
CDTSTA menu419! =credit
[SOH1_6]
OCNPRN menu1!
[SOH2_1]
STOFCY char5 =location +locations
[SOH2_2]
SHIDAT date shipment_date
DEMDLVDAT date requested
DAYLTI int
[SOH2_3]
MDL char10 shipment_method @shipment_methods
BPTNUM char10 agent @agents
[SOH3_2]
PTE char15 payment_terms @payment_terms
[SOH3_4 own 30]
INVDTAAMT dec2
INVDTATYP menu2227
[SOH4_1 lines 1002]
NUMLIG int! =numlig
SOPLIN int! number
ITMREF char20 object_number
ITMDES char30 description
ITMDES1 char30! =item_name
DSTOFCY char5 location @locations
SAU char5 unit
QTY dec5 quantity
SAUSTUCOE dec7! per_unit
STU char5! =stock_unit
ALLQTY dec5! =line_allocated
SHTQTY dec5!
WALLQTY dec5!
TDLQTY dec5! shipped
GROPRI dec13 price
DISCRGVAL1 dec4 discount_percent
DISCRGVAL2 dec4
DISCRGVAL3 dec4
DISCRGVAL4 dec4
DISCRGVAL5 dec4
DISCRGVAL6 dec4
DISCRGVAL7 dec4
DISCRGVAL8 dec4
DISCRGVAL9 dec4
NETPRI dec13! =net_price
CPRPRI dec13! =cost
PFM dec13! =margin
LINPFM dec13! =line_margin
CCE1 char15
CCE2 char15
CCE3 char15
VACITM1 char10 tax_code @taxes
VACITM2 char10
VACITM3 char10
FOCFLG int
LINORDNOT dec13! net
LINORDATI dec13! gross
[SOH4_2]
DLRNOT dec13! =undelivered
PFMTOT dec13! =whole_margin
[SOH4_3]
ORDNOT dec13! net
[SOH4_4]
ORDINVNOT dec13! net
ORDINVATI dec13! gross
[ADB1_1]
{_ADDRESS}
[ADB2_1]
{_ADDRESS}
[ADB3_1]
{_ADDRESS}
"""),
    ("SOHNUM", "BPCORD", "ORDDAT", "CUSORDREF", "REP", "DLVSTA", "POSCOD"),
    frozenset({"SALFCY", "SOHTYP", "ORDDAT", "BPCORD", "CUR"}),
    frozenset({"ITMREF", "QTY"}),
)

DELIVERY: Final = Entity(
    "SDH",
    "SDHNUM",
    "SDELIVERY",
    blocks("""
[SDH0_1]
STOFCY char5 =location +locations
SDHTYP char5 =type
SALFCY char5 =site +locations
BPCORD char15 =partner
SDHNUM char20 number
CFMFLG menu1! =validated
[SDH1_1]
MDL char10 shipment_method @shipment_methods
BPTNUM char10 agent @agents
[SDH1_4 lines 300]
ITMREF char20 object_number
SAU char5 unit
QTY dec5 quantity
SOHNUM char20 =order
SOPLIN int =order_line
"""),
    ("SDHNUM", "BPCORD", "STOFCY", "SALFCY"),
    frozenset({"SALFCY", "BPCORD"}),
    frozenset({"QTY", "SOHNUM", "SOPLIN"}),
)

INVOICE: Final = Entity(
    "SIH",
    "NUM",
    "SINVOICE",
    blocks("""
[SIH0_1]
SALFCY char5 =site +locations
SIVTYP char5 =type
NUM char20 number
INVREF char20 external_number
INVDAT date document_date
BPCINV char15 =bill_to
BPINAM char35! bill_address.name
CUR char3 =currency @currencies
ORIDOCNUM char20! order_number
[SIH1_1]
BPCORD char15! =partner
BPRPAY char15! =bill_to
[SIH1_5]
PRITYP menu243 prices_include_tax
VACBPR char5
[SIH1_6]
STOMVTFLG menu1
[SIH1_7]
INVSTA menu2261! =posted
STARPT char20!
[SIH2_2]
PTE char15 payment_terms @payment_terms
[SIH4_1 lines 300]
NUMLIG int! =numlig
ITMREF char20 object_number
ITMDES char30 description
ITMDES1 char30! =item_name
SAU char5 unit
QTY dec5 quantity
STU char5! =stock_unit
GROPRI dec13 price
DISCRGVAL1 dec4 discount_percent
DISCRGVAL2 dec4
DISCRGVAL3 dec4
DISCRGVAL4 dec4
DISCRGVAL5 dec4
DISCRGVAL6 dec4
NETPRI dec13! =net_price
VACITM1 char10 tax_code @taxes
VACITM2 char10
VACITM3 char10
[SIH4_3]
INVNOT dec13! net
INVATI dec13! gross
[SIHV_2 taxes 20]
XVTAX char10! tax
XVRAT dec4! rate
XVNOT dec13! net
XVAMT dec13! amount
"""),
    ("NUM", "SIVTYP", "BPCINV", "INVDAT", "INVREF"),
    frozenset({"SALFCY", "SIVTYP", "INVDAT", "BPCINV", "CUR"}),
    frozenset({"ITMREF", "QTY"}),
)

RETURN: Final = Entity(
    "SRH",
    "SRHNUM",
    "SRETURN",
    blocks("""
[SRH0_1]
STOFCY char5 =location +locations
SALFCY char5 =site +locations
SRHNUM char20 number
BPCORD char15 =partner
RTNDAT date order_date
[SRH1_1 lines 300]
ITMREF char20 object_number
SAU char5 unit
QTY dec5 quantity
SDHNUM char20 =delivery
"""),
    ("SRHNUM", "BPCORD", "STOFCY"),
    frozenset({"SALFCY", "BPCORD"}),
    frozenset({"ITMREF", "QTY"}),
)
"""No payload of a return is public: this one is assumed (sage.md 2.15, 10.2)."""
