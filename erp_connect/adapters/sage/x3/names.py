"""What Sage calls our words, object by object; ``BLOCK.FIELD``, the usual one first (sage.md 2.12, 2.15).

Where the reference shows no block or field, names are those that sites are known to use; the setting ``fields`` names
others, and what a publication does not have is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from .settings import X3Settings
from .shapes import Names

__all__ = ["KINDS", "names_of"]

_ADDRESS: Final[Mapping[str, str]] = {
    "ship_name": "BPRNAM",
    "ship_lines": "BPAADDLIG",
    "ship_postal_code": "POSCOD",
    "ship_city": "CTY",
    "ship_region": "SAT",
    "ship_country": "CRY",
}
ORDER: Final = Names(
    "SOH",
    "order",
    {
        "number": ("SOH0_1.SOHNUM",),
        "site": ("SOH0_1.SALFCY",),
        "type": ("SOH0_1.SOHTYP",),
        "customer_po": ("SOH0_1.CUSORDREF",),
        "order_date": ("SOH0_1.ORDDAT",),
        "customer": ("SOH0_1.BPCORD",),
        "customer_name": ("SOH0_1.BPCNAM",),
        "currency": ("SOH0_1.CUR", "SOH1_4.CUR"),
        "price_type": ("SOH1_4.PRITYP",),
        "approval": ("SOH1_5.APPFLG",),
        "order_status": ("SOH1_5.ORDSTA",),
        "delivery_status": ("SOH1_5.DLVSTA",),
        "invoice_status": ("SOH1_5.INVSTA",),
        "credit_status": ("SOH1_5.CDTSTA",),
        "warehouse": ("SOH2_1.STOFCY",),
        "requested": ("SOH2_2.DEMDLVDAT",),
        "payment_terms": ("SOH3_2.PTE",),
        "delivery_terms": (),
        "net": ("SOH4_4.ORDINVNOT", "SOH4_3.ORDNOT"),
        "gross": ("SOH4_4.ORDINVATI",),
        "ordered_net": ("SOH4_3.ORDNOT",),
    },
    "SOH4_1",
    {
        "id": ("SOPLIN",),
        "product": ("ITMREF",),
        "description": ("ITMDES",),
        "shown": ("ITMDES1",),
        "unit": ("SAU",),
        "quantity": ("QTY",),
        "moved": ("TDLQTY",),
        "allocated": ("ALLQTY",),
        "price": ("GROPRI",),
        "net_price": ("NETPRI",),
        "warehouse": ("DSTOFCY",),
        "requested": ("DEMDLVDAT",),
        "status": ("SOQSTA",),
        "net": ("LINORDNOT",),
        "gross": ("LINORDATI",),
    },
)
PURCHASE: Final = Names(
    "POH",
    "purchase_order",
    {
        "number": ("POH0_1.POHNUM",),
        "site": ("POH0_1.POHFCY",),
        "type": ("POH0_1.POHTYP",),
        "supplier_reference": ("POH0_1.ORDREF",),
        "order_date": ("POH0_1.ORDDAT",),
        "supplier": ("POH0_1.BPSNUM",),
        "supplier_name": ("POH0_1.BPSNAM", "BPRNAM"),
        "currency": ("CUR",),
        "requested": ("EXTRCPDAT",),
        "payment_terms": ("PTE",),
        "delivery_terms": (),
        "order_status": ("CLEFLG",),
        "delivery_status": ("RCPFLG",),
        "invoice_status": ("INVFLG",),
        "net": ("ORDNOT",),
        "gross": ("ORDATI",),
    },
    "POH2_1",
    {
        "id": ("POPLIN",),
        "product": ("ITMREF",),
        "description": ("ITMDES",),
        "shown": ("ITMDES1",),
        "unit": ("UOM", "PUU"),
        "quantity": ("QTYUOM", "QTY"),
        "moved": ("RCPQTY",),
        "price": ("GROPRI",),
        "net_price": ("NETPRI",),
        "warehouse": ("PRHFCY",),
        "requested": ("EXTRCPDAT",),
        "net": ("LINORDNOT", "LINAMT"),
        "gross": ("LINORDATI",),
    },
)
DELIVERY: Final = Names(
    "SDH",
    "shipment",
    {
        "number": ("SDH0_1.SDHNUM",),
        "warehouse": ("SDH0_1.STOFCY",),
        "type": ("SDH0_1.SDHTYP",),
        "site": ("SDH0_1.SALFCY",),
        "customer": ("SDH0_1.BPCORD",),
        "validated": ("SDH0_1.CFMFLG",),
        "order": ("SOHNUM",),
        "carrier": ("BPTNUM",),
        "shipped_on": ("DLVDAT", "SHIDAT"),
        "tracking": (),
    },
    "SDH1_4",
    {
        "product": ("ITMREF",),
        "unit": ("SAU",),
        "quantity": ("QTY",),
        "order": ("SOHNUM",),
        "order_line": ("SOPLIN",),
    },
)
INVOICE: Final = Names(
    "SIH",
    "invoice",
    {
        "number": ("SIH0_1.NUM",),
        "type": ("SIH0_1.SIVTYP",),
        "invoiced_on": ("SIH0_1.INVDAT",),
        "billed": ("SIH0_1.BPCINV",),
        "customer": ("SIH1_1.BPCORD",),
        "currency": ("SIH0_1.CUR",),
        "origin": ("SIH0_1.ORIDOCNUM",),
        "posted": ("SIH1_7.INVSTA",),
        "net": ("SIH4_3.INVNOT",),
        "gross": ("SIH4_3.INVATI",),
    },
    "SIH4_1",
    {
        "product": ("ITMREF",),
        "description": ("ITMDES",),
        "shown": ("ITMDES1",),
        "unit": ("SAU",),
        "quantity": ("QTY",),
        "price": ("GROPRI",),
        "net": ("AMTNOTLIN", "LINNOT"),
        "order": ("SOHNUM",),
        "order_line": ("SOPLIN",),
        "delivery": ("SDHNUM",),
    },
)
RETURN: Final = Names(
    "SRH",
    "return",
    {
        "number": ("SRHNUM",),
        "warehouse": ("STOFCY",),
        "site": ("SALFCY",),
        "customer": ("BPCORD",),
        "requested_on": ("RTNDAT",),
        "reason": ("SRHREN", "RTNREN"),
        "reference": (),
    },
    "SRH1_1",
    {
        "product": ("ITMREF",),
        "unit": ("SAU",),
        "quantity": ("QTY",),
        "delivery": ("SDHNUM",),
        "order": ("SOHNUM",),
        "order_line": ("SOPLIN",),
    },
)
RECEIPT: Final = Names(
    "PTH",
    "goods_receipt",
    {
        "number": ("PTHNUM",),
        "supplier": ("PTH0_1.BPSNUM",),
        "warehouse": ("PTH0_1.PRHFCY",),
        "received_on": ("RCPDAT",),
        "order": ("POHNUM",),
    },
    "PTH1_2",
    {
        "order": ("POHNUM",),
        "order_line": ("POPLIN",),
        "product": ("ITMREF",),
        "unit": ("UOM",),
        "quantity": ("QTYUOM", "QTY"),
    },
)
CUSTOMER: Final = Names(
    "BPC",
    "customer",
    {
        "number": ("BPC0_1.BPCNUM",),
        "name": ("BPC0_1.BPCNAM",),
        "category": ("BPC0_1.BCGCOD",),
        "active": ("BPC0_1.BPCSTA",),
        "country": ("BPRC_1.CRY",),
        "currency": ("BPRC_1.CUR",),
        "tax_id": ("BPRC_1.EECNUM",),
        "payment_terms": ("BPC3_3.PTE",),
        "delivery_terms": (),
        "email": (),
        "phone": (),
        "price_group": (),
    },
    "BPAC_1",
    {
        "code": ("CODADR", "BPAADD"),
        "lines": ("BPAADDLIG",),
        "line1": ("ADDLIG1",),
        "line2": ("ADDLIG2",),
        "line3": ("ADDLIG3",),
        "postal_code": ("POSCOD",),
        "city": ("CTY",),
        "region": ("SAT",),
        "country": ("CRY",),
        "phone": ("TEL",),
        "default": ("BPAADDFLG",),
    },
)
SUPPLIER: Final = replace(
    CUSTOMER,
    object="BPS",
    prefix="supplier",
    header={
        **CUSTOMER.header,
        "number": ("BPSNUM",),
        "name": ("BPSNAM",),
        "category": ("BSGCOD",),
        "active": ("BPSSTA",),
        "country": ("CRY",),
        "currency": ("CUR",),
        "tax_id": ("EECNUM",),
        "payment_terms": ("PTE",),
    },
)
PRODUCT: Final = Names(
    "ITM",
    "product",
    {
        "number": ("ITMREF",),
        "name": ("DES1AXX", "ITMDES1"),
        "category": ("TCLCOD",),
        "state": ("ITMSTA",),
        "gtin": ("EANCOD",),
        "unit": ("STU",),
        "sales_unit": ("SAU",),
        "price": ("BASPRI",),
        "description": ("DES2AXX",),
    },
)
KINDS: Final[Mapping[str, Names]] = {
    "order": ORDER,
    "purchase": PURCHASE,
    "delivery": DELIVERY,
    "invoice": INVOICE,
    "return": RETURN,
    "receipt": RECEIPT,
    "customer": CUSTOMER,
    "supplier": SUPPLIER,
    "product": PRODUCT,
}
"""The objects, by what ``*_service`` in the settings begins with."""


def names_of(kind: str, settings: X3Settings) -> Names:
    """The names of an object, with those that the settings tell."""
    names = KINDS[kind]
    header: dict[str, Sequence[str]] = dict(names.header)
    lines: dict[str, Sequence[str]] = dict(names.lines)
    if kind == "order":
        header |= {word: (f"{settings.ship_block}.{field}",) for word, field in _ADDRESS.items()}
    if kind in {"order", "purchase"} and settings.discount_column:
        lines["discount"] = (settings.discount_column,)
    if kind == "delivery" and settings.tracking_field:
        header["tracking"] = (settings.tracking_field,)
    return replace(names, header=header, lines=lines)
