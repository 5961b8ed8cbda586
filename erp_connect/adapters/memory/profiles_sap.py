"""SAP as the memory adapter plays it: RFC, S/4HANA OData, and SOAP without wrapper functions.

Sections named in comments are those of the SAP reference page.
"""

from __future__ import annotations

from typing import Final

from ..contract import Conditional, FieldSupport, OperationSupport, StampKind, StampPolicy
from ..declaring import (
    CHANGES,
    NUMBERED,
    SPLIT,
    SUBSTITUTE,
    cannot,
    each,
    elsewhere,
    emulated,
    held,
    native,
    nowhere,
    whole,
)
from .profile import Profile, VersionToken

_CHECKED: Final = Conditional.CHECKED
_ENFORCED: Final = Conditional.ENFORCED
_BLOCKS: Final = ("delivery", "billing")  # 2.5, 2.17: credit holds can be read, not released

# One CHANGE and one COMMIT on the same session, the order read before and after (2.1, 2.5, 2.19).
_CHANGE: Final = native(3, read_back=1, conditional=_CHECKED)
_PO_CHANGE: Final = native(3, read_back=1, conditional=_CHECKED)  # 2.15

_RFC_READS: Final[dict[str, OperationSupport]] = {
    **each("orders: get track", native()),  # 2.6, 2.8
    "orders.find": native(2),  # 2.7: GETLIST, then the details in one block
    "orders.list": emulated("the header table is read by key ranges, the orders in blocks", 2),  # 2.16
    "orders.list_modified": emulated(
        "the change date is a day, so more is read than was asked for", 2
    ),  # 2.16
    "orders.events": emulated("made from the change date of the orders; deletions are not seen", 2),
    "orders.simulate": native(),  # 2.4
    "purchase_orders.get": native(),  # 2.15
    **each("purchase_orders: find list", emulated("the header table is read by key ranges", 2)),  # 2.16
    "purchase_orders.list_modified": emulated("the change date is a day", 2),
    "purchase_orders.events": emulated("made from the change date of the orders", 2),
    "purchase_orders.track": emulated("put together from the order's history", 1),
    **each("shipments: of", native(2)),  # 2.10
    **each("invoices: of", native(2)),  # 2.11
    **each("goods_receipts: of", native()),  # 2.15: history of the purchase order
    **each("returns: get of", native()),  # 2.12
    "stock.availability": native(),  # 2.13
    "prices.quote": emulated("a simulated order of one line"),  # 2.13
    **each("customers: get find list", native()),  # 2.14
    **each("products: get find list", native()),  # 2.13
}

_RFC_WRITES: Final[dict[str, OperationSupport]] = {
    "orders.create": native(2, read_back=1),  # 2.3
    **each(f"orders: {CHANGES} add_note add_line cancel_line", _CHANGE),  # 2.5
    "orders.substitute_product": emulated(SUBSTITUTE, 3, read_back=1, conditional=_CHECKED),
    "orders.split_line": emulated(SPLIT, 3, read_back=1, conditional=_CHECKED),
    "orders.cancel": emulated(
        "every open item is rejected, in one call", 3, read_back=1, conditional=_CHECKED
    ),
    **each("orders: hold release", native(3, read_back=1, conditional=_CHECKED, values=_BLOCKS)),
    "purchase_orders.create": native(2, read_back=1),  # 2.15
    "purchase_orders.simulate": native(),  # 2.15: TESTRUN
    **each(f"purchase_orders: {CHANGES} add_note add_line cancel_line", _PO_CHANGE),
    "purchase_orders.substitute_product": emulated(SUBSTITUTE, 3, read_back=1, conditional=_CHECKED),
    "purchase_orders.split_line": emulated(SPLIT, 3, read_back=1, conditional=_CHECKED),
    "purchase_orders.cancel": emulated(
        "every item gets the deletion mark", 3, read_back=1, conditional=_CHECKED
    ),
    "purchase_orders.receive": native(2, read_back=1),  # setting: the goods receipt module
    "shipments.post": emulated(
        "a delivery is created, then its goods issue is posted", 4, atomic=False
    ),  # 2.10
    "returns.create": native(2, read_back=1),  # 2.12
    "customers.update": native(2, read_back=1, conditional=_CHECKED),  # 2.14: not on S/4HANA
}

_RFC_CANNOT: Final[dict[str, OperationSupport]] = {
    **each("purchase_orders: hold release", cannot("purchase orders have release strategies, no holds")),
    "purchase_orders.confirm": cannot("entering confirmations is not offered over RFC here"),
    "customers.create": cannot(
        "classic create modules are blocked on S/4HANA; use sap+odata", "customers.update"
    ),
    **each("suppliers: get find list create update", cannot("no supplier module is known; use sap+odata")),
    **each("products: create update", cannot("materials are kept in SAP; use sap+odata")),
}

_DERIVED_TAX: Final = elsewhere("the pricing procedure decides; compared after the write")
_DERIVES: Final = frozenset({"order.prices_include_tax", "purchase_order.prices_include_tax"})
_TO_LINES: Final = elsewhere("written on every line", 4)

_FIELDS: Final[dict[str, FieldSupport]] = {
    "order.customer": held(10),  # 2.2
    "order.customer_po": held(35),  # 2.3 PURCH_NO_C
    "order.payment_terms": held(4),
    "order.delivery_terms": held(32),  # INCOTERMS1 3 and INCOTERMS2 28
    "order.prices_include_tax": _DERIVED_TAX,
    "order.warehouse": _TO_LINES,
    "order.discounts": elsewhere("a header condition of the type set for the site"),
    "order.charges": elsewhere("a header condition of the type set for the site"),
    "order.references": elsewhere("one reference, in the assignment field", 18),
    "order.contact.name": held(35),
    "order.contact.phone": held(16),
    "order.contact.email": nowhere("the order header has no e-mail address of a contact"),
    "order.bill_to": elsewhere("an address of the bill-to partner"),
    **{f"order.{party}.name": held(40) for party in ("ship_to", "bill_to")},  # 2.3 BAPIADDR1
    **{f"order.{party}.lines": held(60) for party in ("ship_to", "bill_to")},
    **{f"order.{party}.city": held(40) for party in ("ship_to", "bill_to")},
    **{f"order.{party}.postal_code": held(10) for party in ("ship_to", "bill_to")},
    **{f"order.{party}.region": held(3) for party in ("ship_to", "bill_to")},
    **{f"order.{party}.contact": held(40) for party in ("ship_to", "bill_to")},
    **{f"order.{party}.phone": held(30) for party in ("ship_to", "bill_to")},
    **{f"order.{party}.email": held(241) for party in ("ship_to", "bill_to")},
    **{f"order.{party}.gln": nowhere("addresses have no GLN") for party in ("ship_to", "bill_to")},
    "order.line.product": held(40, normalisation="upper"),  # 2.2: 18 on ECC
    "order.line.quantity": held(digits=10, scale=3),  # P13.3
    "order.line.price": held(scale=9),  # 2.3 COND_VALUE
    "order.line.description": held(40),
    "order.line.reference": held(6),  # PO_ITM_NO
    "order.line.warehouse": held(4),  # PLANT
    "order.line.kind": held(values=("item", "service")),
    "order.line.discount": elsewhere("a condition of the type set for the site"),
    "purchase_order.supplier": held(10),
    "purchase_order.supplier_reference": held(12),
    "purchase_order.payment_terms": held(4),
    "purchase_order.prices_include_tax": _DERIVED_TAX,
    "purchase_order.warehouse": _TO_LINES,
    "purchase_order.line.product": held(40, normalisation="upper"),
    "purchase_order.line.quantity": held(digits=10, scale=3),
    "purchase_order.line.description": held(40),
    "purchase_order.line.warehouse": held(4),
    "customer.number": held(10),
    "customer.name": held(40),
    "product.code": held(40, normalisation="upper"),
    "product.name": held(40),
}

# 2.19: REF_1 holds twelve characters, just what sixty bits need.
_REF_1: Final = StampPolicy(
    kind=StampKind.FIELD,
    field="REF_1",
    po_field="PURCH_NO_C",
    max_length=12,
    searchable=True,
    execution_window=600,
)  # setting: the window
_RFC_STAMPS: Final = {
    **NUMBERED,
    "orders": _REF_1,
    "returns": _REF_1,
    "purchase_orders": StampPolicy(
        kind=StampKind.FIELD, field="OUR_REF", max_length=12, searchable=True, execution_window=600
    ),
}

RFC: Final = Profile(
    name="rfc",
    product="SAP over RFC",
    operations={**_RFC_READS, **_RFC_WRITES, **_RFC_CANNOT},
    fields=_FIELDS,
    stamps=_RFC_STAMPS,
    version=VersionToken.FINGERPRINT,
    answers_with_record=False,
    line_id="{:06d}",  # POSNR
    line_step=10,
    number_pattern="{:d}",
    saves_incomplete=True,
    credit_holds=True,
    modified_by_day=True,
    derives=_DERIVES,
    simulates_changes=True,  # 2.5
    concurrency=8,
)

_NO_WRAPPER: Final = cannot(
    "every SOAP call is a session of its own and cannot be committed; name wrapper functions, or use sap+rfc"
)  # 3, the commit problem

SOAP: Final = Profile(
    name="soap",
    product="SAP over SOAP without wrapper functions",
    operations={
        **_RFC_READS,
        **dict.fromkeys(_RFC_WRITES, _NO_WRAPPER),
        **_RFC_CANNOT,
        "purchase_orders.simulate": native(),
    },
    fields=_FIELDS,
    stamps=_RFC_STAMPS,
    version=VersionToken.FINGERPRINT,
    answers_with_record=False,
    line_id="{:06d}",
    line_step=10,
    number_pattern="{:d}",
    saves_incomplete=True,
    credit_holds=True,
    modified_by_day=True,
    derives=_DERIVES,
    simulates_changes=True,  # 3: it writes nothing
)

# A changeset whose first part is a header PATCH with If-Match (4.2, 4.3).
_BATCH: Final = native(1, read_back=1, conditional=_ENFORCED)
_PO_PATCH: Final = native(2, read_back=1, conditional=_CHECKED)  # 4.2: no ETag in the purchase order service

_ODATA_OPERATIONS: Final[dict[str, OperationSupport]] = {
    "orders.create": native(why="a free ship-to address is written by a second call", atomic=False),  # 4.4
    **each("orders: get find list list_modified", native()),
    "orders.events": emulated("made from the time of the last change; deletions are not seen"),
    "orders.simulate": native(),  # 4.1
    **each(f"orders: {CHANGES} add_note add_line cancel_line", _BATCH),
    "orders.substitute_product": emulated(SUBSTITUTE, read_back=1, conditional=_ENFORCED),
    "orders.split_line": emulated(SPLIT, read_back=1, conditional=_ENFORCED),
    "orders.cancel": emulated(
        "every open item is rejected, in one changeset", read_back=1, conditional=_ENFORCED
    ),
    **each("orders: hold release", native(read_back=1, conditional=_ENFORCED, values=_BLOCKS)),
    "orders.track": native(3),  # 4.6
    **each("purchase_orders: create get find list list_modified", native()),
    "purchase_orders.events": emulated("made from the time of the last change; deletions are not seen"),
    "purchase_orders.simulate": cannot("the purchase order service has no dry run"),
    **each(f"purchase_orders: {CHANGES} add_note add_line cancel_line", _PO_PATCH),
    "purchase_orders.substitute_product": emulated(SUBSTITUTE, 2, read_back=1, conditional=_CHECKED),
    "purchase_orders.split_line": emulated(SPLIT, 2, read_back=1, conditional=_CHECKED),
    "purchase_orders.cancel": emulated(
        "every item gets the deletion mark", 2, read_back=1, conditional=_CHECKED
    ),
    **each("purchase_orders: hold release", cannot("purchase orders have release strategies, no holds")),
    "purchase_orders.track": emulated("put together from the order's own marks"),
    "purchase_orders.confirm": cannot("the purchase order service has no confirmations"),
    "purchase_orders.receive": cannot("goods receipts are not part of the purchase order service"),
    "shipments.of": native(2),
    "shipments.post": emulated(
        "a delivery is created, then its goods issue is posted", 2, atomic=False
    ),  # 4.6
    "invoices.of": native(2),
    "goods_receipts.of": cannot("goods receipts are not part of the purchase order service"),
    **each("returns: create get of", native()),
    "stock.availability": emulated("physical stock; no availability check", 1),  # 4.6
    "prices.quote": emulated("a simulated order of one line"),
    **each("customers: get find list create", native()),
    "customers.update": native(2, read_back=1, conditional=_CHECKED),
    **each("suppliers: get find list create", native()),
    "suppliers.update": native(2, read_back=1, conditional=_CHECKED),
    **each("products: get find list create", native()),
    "products.update": native(2, read_back=1, conditional=_CHECKED),
}

_SECOND_REFERENCE: Final = StampPolicy(
    kind=StampKind.FIELD,
    field="PurchaseOrderByShipToParty",  # 4.4: the service has no REF_1
    po_field="PurchaseOrderByCustomer",
    max_length=35,
    searchable=True,
    execution_window=600,  # setting
)

ODATA: Final = Profile(
    name="odata",
    product="S/4HANA over OData V2",
    operations=_ODATA_OPERATIONS,
    fields={
        **_FIELDS,
        "order.line.quantity": held(digits=12, scale=3),  # D15.3
        **whole("order.contact", nowhere("contact persons are partners with a number of their own")),
        "order.bill_to": elsewhere("an address of the bill-to partner, written by a second call"),
        "order.ship_to": elsewhere("an address of the ship-to partner, written by a second call"),
    },
    stamps={
        **NUMBERED,
        "orders": _SECOND_REFERENCE,
        "returns": StampPolicy(  # 4.6: the returns service has one purchase order number only
            kind=StampKind.FIELD,
            field="PurchaseOrderByCustomer",
            max_length=35,
            searchable=True,
            execution_window=600,
        ),
        "purchase_orders": StampPolicy(
            kind=StampKind.FIELD,
            field="CorrespncInternalReference",
            max_length=12,
            searchable=True,
            execution_window=600,
        ),
    },
    line_id="{}",  # SalesOrderItem, without zeros
    line_step=10,
    number_pattern="{:d}",
    saves_incomplete=True,
    credit_holds=True,
    derives=_DERIVES,
    block_size=50,
    concurrency=8,
)
