"""Dynamics as the memory adapter plays it: Business Central, Finance & Operations, NAV, Dataverse.

Sections named in comments are those of the Dynamics reference page.
"""

from __future__ import annotations

from typing import Final

from ..contract import (
    OPERATIONS,
    Conditional,
    FieldSupport,
    OnCancel,
    OnCancelLine,
    OperationSupport,
    StampKind,
    StampPolicy,
)
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
    own_field,
    shared_field,
    whole,
)
from .profile import Profile, VersionToken

_ENFORCED: Final = Conditional.ENFORCED
_CHECKED: Final = Conditional.CHECKED

# ---- Business Central API v2.0 ----

# One JSON batch with snapshot isolation, every part under the ETag of its own record (1.13, 1.15).
_BC_CHANGE: Final = native(read_back=1, conditional=_ENFORCED)
_BC_NO_HOLD: Final = cannot("no API call holds, releases or reopens an order")  # 1.10, 5.4
_BC_NO_DRY_RUN: Final = cannot("a dry run would leave a quote behind", "prices.quote")  # 5.1


def _bc_book(book: str) -> dict[str, OperationSupport]:
    return {
        **each(f"{book}: create get find list", native()),  # 1.12
        f"{book}.list_modified": native(
            why="the header's time misses changes of line dates and texts"
        ),  # 1.13
        f"{book}.events": emulated("made from the time of the last change; deletions are not seen"),
        f"{book}.simulate": _BC_NO_DRY_RUN,
        **each(f"{book}: {CHANGES} add_line", _BC_CHANGE),  # 1.11: not when released
        f"{book}.add_note": emulated("a comment line", read_back=1, conditional=_ENFORCED),
        f"{book}.substitute_product": emulated(SUBSTITUTE, read_back=1, conditional=_ENFORCED),  # 1.8
        f"{book}.split_line": emulated(SPLIT, read_back=1, conditional=_ENFORCED),
        f"{book}.cancel_line": native(read_back=1, conditional=_ENFORCED),
        f"{book}.cancel": native(2, conditional=_ENFORCED, why="the order is deleted"),  # 1.12
        **each(f"{book}: hold release", _BC_NO_HOLD),
        f"{book}.track": emulated(
            "put together from line quantities and posted documents; no tracking numbers", 2
        ),
    }


_BC_OPERATIONS: Final[dict[str, OperationSupport]] = {
    **_bc_book("orders"),
    **_bc_book("purchase_orders"),
    "purchase_orders.confirm": cannot("the purchase order page has no confirmation"),
    "purchase_orders.receive": emulated("the invoice is posted with the receipt", 2, atomic=False),  # 1.10
    "shipments.of": native(),  # 1.7, found by order number
    "shipments.post": emulated("the invoice is posted with the shipment", 2, atomic=False),  # 1.10
    "invoices.of": native(),
    "goods_receipts.of": native(),
    "returns.create": native(),  # 1.9
    "returns.get": native(),
    "returns.of": emulated("found through the order's invoices", 2),
    "stock.availability": emulated("one total over all locations, no dates"),  # 1.9, 5.2
    "prices.quote": emulated("the price on the item's card, not the customer's"),  # 5.1
    **each("customers: get find list create", native()),
    "customers.update": native(2, conditional=_ENFORCED),
    **each("suppliers: get find list create", native()),
    "suppliers.update": native(2, conditional=_ENFORCED),
    **each("products: get find list create", native()),
    "products.update": native(2, conditional=_ENFORCED),
}

_NO_GLN: Final = nowhere("addresses have no GLN")
_TO_LINES: Final = elsewhere("written on every line", 10)

_BC_SHIP_TO: Final[dict[str, FieldSupport]] = {  # 1.7
    "name": held(100),
    "lines": elsewhere("two address lines, of 100 and 50 characters", 100),
    "city": held(30),
    "postal_code": held(20),
    "region": held(30),
    "contact": held(100),
    "phone": nowhere("the ship-to address has no telephone number"),
    "email": nowhere("the ship-to address has no e-mail address"),
    "gln": _NO_GLN,
}
_BC_FIELDS: Final[dict[str, FieldSupport]] = {
    "order.customer": held(20),
    "order.customer_po": held(35),
    **{f"order.ship_to.{part}": known for part, known in _BC_SHIP_TO.items()},
    **whole("order.bill_to", nowhere("the bill-to address is the bill-to customer's")),
    "order.payment_terms": held(10),
    "order.delivery_terms": held(10),
    "order.warehouse": _TO_LINES,
    "order.discounts": elsewhere("one invoice discount amount"),
    "order.charges": elsewhere("lines of their own"),
    "order.notes": elsewhere("comment lines", 100),
    "order.references": nowhere("the order page has one reference only, the external document number"),
    "order.contact.name": nowhere("the order page has no contact name"),
    "order.contact.email": held(80),
    "order.contact.phone": held(30),
    "order.custom": nowhere("no custom fields without an extension"),
    "order.line.product": held(20, normalisation="upper"),
    "order.line.quantity": held(scale=5),  # setting
    "order.line.unit": held(10),
    "order.line.price": held(scale=5),  # setting
    "order.line.description": held(100),
    "order.line.warehouse": held(10),
    "order.line.reference": nowhere("line numbers are the server's, and there is no other place"),  # 1.8
    "order.line.custom": nowhere("no custom fields without an extension"),
    "purchase_order.supplier": held(20),
    "purchase_order.supplier_reference": nowhere("the purchase order page has no reference at all"),  # 1.7
    "purchase_order.references": nowhere("the purchase order page has no reference at all"),
    "purchase_order.payment_terms": held(10),
    "purchase_order.warehouse": _TO_LINES,
    "purchase_order.line.product": held(20, normalisation="upper"),
    "purchase_order.line.quantity": held(scale=5),  # setting
    "purchase_order.line.description": held(100),
    "purchase_order.line.reference": nowhere("line numbers are the server's"),
    "customer.number": held(20, normalisation="upper"),
    "customer.name": held(100),
    "customer.email": held(80),
    "customer.phone": held(30),
    "supplier.number": held(20, normalisation="upper"),
    "supplier.name": held(100),
    "product.code": held(20, normalisation="upper"),
    "product.name": held(100),
}
_BC_WINDOW: Final = 1080.0  # 1.16: eight minutes in the queue, ten at the gateway

BC: Final = Profile(
    name="bc",
    product="Business Central API v2.0",
    operations=_BC_OPERATIONS,
    fields=_BC_FIELDS,
    stamps={
        **NUMBERED,
        "orders": shared_field("externalDocumentNumber", 35, _BC_WINDOW),  # 5.3
        "purchase_orders": StampPolicy(execution_window=_BC_WINDOW),
        "returns": shared_field("externalDocumentNumber", 35, _BC_WINDOW),
    },
    on_cancel=OnCancel.GONE,
    on_cancel_line=OnCancelLine.GONE,
    version=VersionToken.PER_RECORD,
    number_pattern="SO-{:06d}",
    posted_orders_vanish=True,
    ship_posts_invoice=True,
    keeps_packages=False,  # 1.7: no tracking number without a page of one's own
    block_size=100,  # 1.15
    concurrency=5,  # 1.16
)

# ---- Finance & Operations ----

_FO_CHANGE: Final = native(read_back=1, conditional=_ENFORCED)  # 3.2: one changeset; setting
_FO_NO_TIME: Final = cannot("the order entities carry no time of their last change")  # 5.2
_FO_NO_POST: Final = cannot("no public entity confirms, ships or receives; an extension is needed")  # 3.5


def _fo_book(book: str) -> dict[str, OperationSupport]:
    return {
        f"{book}.create": native(1, per_line=1, atomic=False, why="header first, then each line"),  # 3.5
        **each(f"{book}: get find list", native()),
        **each(f"{book}: list_modified events", _FO_NO_TIME),
        f"{book}.simulate": cannot("nothing computes an order without saving it", "prices.quote"),
        **each(f"{book}: {CHANGES} add_line", _FO_CHANGE),
        f"{book}.add_note": cannot("the order entities have no note"),
        f"{book}.substitute_product": emulated(SUBSTITUTE, read_back=1, conditional=_ENFORCED),
        f"{book}.split_line": emulated(SPLIT, read_back=1, conditional=_ENFORCED),
        f"{book}.cancel_line": emulated(
            "the line is deleted, or lowered to what is delivered", read_back=1, conditional=_ENFORCED
        ),
        f"{book}.cancel": emulated(
            "lines and header are deleted while nothing is posted", conditional=_ENFORCED
        ),
    }


_FO_OPERATIONS: Final[dict[str, OperationSupport]] = {
    **_fo_book("orders"),
    **_fo_book("purchase_orders"),
    **each("orders: hold release", native(read_back=1, conditional=_ENFORCED, values=("processing",))),  # 3.5
    **each("purchase_orders: hold release", cannot("purchase orders have an approval workflow, no holds")),
    "orders.track": native(3),  # 3.3
    "purchase_orders.track": emulated("the status of header and lines", 1),
    "purchase_orders.confirm": _FO_NO_POST,
    "purchase_orders.receive": _FO_NO_POST,
    "shipments.of": native(2),
    "shipments.post": _FO_NO_POST,
    "invoices.of": native(),
    "goods_receipts.of": cannot("no receipt entity is known"),
    "returns.create": native(1, per_line=1, atomic=False),
    **each("returns: get of", native()),
    "stock.availability": native(),
    "prices.quote": emulated("trade agreements, else the released product's price"),
    **each("customers: get find list create", native()),
    "customers.update": native(conditional=_ENFORCED),
    **each("suppliers: get find list create", native()),
    "suppliers.update": native(conditional=_ENFORCED),
    **each("products: get find list", native()),
    "products.create": cannot("products are created and released through other entities"),
    "products.update": native(conditional=_ENFORCED),
}

_FO_WINDOW: Final = 600.0  # setting

FO: Final = Profile(
    name="fo",
    product="Finance & Operations",
    operations=_FO_OPERATIONS,
    fields={  # 3.4; the metadata states no lengths
        "order.ship_to.phone": nowhere("the delivery address has no telephone number"),
        "order.ship_to.email": nowhere("the delivery address has no e-mail address"),
        "order.ship_to.gln": _NO_GLN,
        "order.bill_to.gln": _NO_GLN,
        "order.order_date": elsewhere("the server's own time of creation; compared after the write"),
        "order.partial_shipment": nowhere("the order entities have no such flag"),
        "order.discounts": elsewhere("one percentage for the whole order"),
        "order.charges": nowhere("charges of an order are not in the public entities"),
        "order.notes": nowhere("the order entities have no note"),
        "order.references": nowhere("the second reference carries the stamp"),
        "order.contact.name": nowhere("contacts are persons with an id of their own"),
        "order.contact.phone": nowhere("the order has an e-mail address only"),
        "order.custom": nowhere("no custom fields without an extension"),
        "order.line.kind": held(values=("item", "service")),
        "order.line.quantity": held(digits=10, scale=6),  # setting; 3.2: sixteen digits
        "order.line.custom": nowhere("no custom fields without an extension"),
        "purchase_order.notes": nowhere("the order entities have no note"),
        "purchase_order.charges": nowhere("charges of an order are not in the public entities"),
        "purchase_order.line.quantity": held(digits=10, scale=6),  # setting
    },
    stamps={
        **NUMBERED,
        "orders": own_field("CustomerRequisitionNumber", "CustomersOrderReference", None, _FO_WINDOW),  # 5.3
        "purchase_orders": shared_field("VendorOrderReference", 60, _FO_WINDOW),  # setting: the length
        "returns": own_field("CustomerRequisitionNumber", "CustomersOrderReference", None, _FO_WINDOW),
    },
    on_cancel=OnCancel.GONE,
    on_cancel_line=OnCancelLine.GONE,
    version=VersionToken.PER_RECORD,
    creates_in_steps=True,
    derives=frozenset({"order.order_date"}),
    number_pattern="{:06d}",
    block_size=50,  # setting
    concurrency=4,
)

# ---- NAV page web services ----

_NAV_CHANGE: Final = native(read_back=1, conditional=_ENFORCED)  # 2.2: the Key
_NAV_NO_POST: Final = cannot("page services have no actions; name a codeunit service")  # 2.4, 5.2


def _nav_book(book: str) -> dict[str, OperationSupport]:
    return {
        f"{book}.create": native(3, atomic=False, why="header first, then empty lines, then their content"),
        **each(f"{book}: get find list", native()),
        **each(f"{book}: list_modified events", cannot("pages carry no time of the last change")),  # 5.2
        f"{book}.simulate": cannot("nothing computes an order without saving it", "prices.quote"),
        **each(f"{book}: {CHANGES} add_line", _NAV_CHANGE),
        f"{book}.add_note": emulated("a line of text", read_back=1, conditional=_ENFORCED),
        f"{book}.substitute_product": emulated(
            SUBSTITUTE, 2, read_back=1, conditional=_ENFORCED, atomic=False
        ),
        f"{book}.split_line": emulated(SPLIT, read_back=1, conditional=_ENFORCED),
        f"{book}.cancel_line": native(2, read_back=1, conditional=_ENFORCED, atomic=False),
        f"{book}.cancel": native(1, read_back=1, conditional=_ENFORCED, why="the order is deleted"),
        **each(f"{book}: hold release", _NAV_NO_POST),
        f"{book}.track": emulated("put together from line quantities and posted documents", 2),
    }


_NAV_OPERATIONS: Final[dict[str, OperationSupport]] = {
    **_nav_book("orders"),
    **_nav_book("purchase_orders"),
    "purchase_orders.confirm": _NAV_NO_POST,
    "purchase_orders.receive": _NAV_NO_POST,
    "shipments.of": native(),
    "shipments.post": _NAV_NO_POST,
    "invoices.of": native(),
    "goods_receipts.of": cannot("no service for posted receipts is named"),
    "returns.create": native(3, atomic=False),
    **each("returns: get of", native()),
    "stock.availability": emulated("the inventory on the item's card, no dates"),  # 5.1
    "prices.quote": emulated("the price on the item's card, not the customer's"),
    **each("customers: get find list create", native()),
    "customers.update": native(conditional=_ENFORCED),
    **each("suppliers: get find list create", native()),
    "suppliers.update": native(conditional=_ENFORCED),
    **each("products: get find list create", native()),
    "products.update": native(conditional=_ENFORCED),
}

_NAV_WINDOW: Final = 480.0  # 2.1: eight minutes

NAV: Final = Profile(
    name="nav",
    product="NAV page web services",
    operations=_NAV_OPERATIONS,
    fields={  # the schemas state no lengths; those below are settings
        **_BC_FIELDS,
        "order.ship_to.name": held(50),
        "order.ship_to.lines": elsewhere("two address lines of 50 characters", 50),
        "order.ship_to.contact": held(50),
        "order.contact.name": held(50),
        "order.contact.email": nowhere("the order page has no e-mail address"),
        "order.contact.phone": nowhere("the order page has no telephone number"),
        "order.references": nowhere("the order page has one reference only, the external document number"),
        "order.notes": elsewhere("lines of text", 50),
        "order.discounts": elsewhere("one invoice discount amount"),
        "order.warehouse": held(10),
        "order.line.description": held(50),
        "customer.name": held(50),
        "supplier.name": held(50),
        "product.name": held(50),
    },
    stamps={
        **NUMBERED,
        "orders": shared_field("External_Document_No", 35, _NAV_WINDOW),  # 5.3; setting: the length
        "purchase_orders": StampPolicy(execution_window=_NAV_WINDOW),
        "returns": shared_field("External_Document_No", 35, _NAV_WINDOW),
    },
    on_cancel=OnCancel.GONE,
    on_cancel_line=OnCancelLine.GONE,
    version=VersionToken.PER_RECORD,
    creates_in_steps=True,
    line_id="{}",  # Line_No
    line_step=10000,
    number_pattern="{:06d}",
    posted_orders_vanish=True,
    block_fails_as_one=True,  # 2.2
    block_size=50,  # setting
)

# ---- Dataverse, Dynamics 365 Sales ----

_CRM_CHANGE: Final = native(read_back=1, conditional=_ENFORCED)  # 4.2, 4.6
_CRM_LACKS: Final = cannot("Dynamics 365 Sales has no such records")  # 4.8

_CRM_OPERATIONS: Final[dict[str, OperationSupport]] = {
    "orders.create": native(read_back=1),  # 4.2
    **each("orders: get find list list_modified events", native()),  # 4.6
    "orders.simulate": cannot("totals are computed only for what is saved", "prices.quote"),
    **each("orders: change_header change_quantity change_price change_date change_discount", _CRM_CHANGE),
    **each("orders: change_address add_line", _CRM_CHANGE),
    "orders.change_warehouse": cannot("orders know no warehouse"),  # 5.5
    "orders.add_note": emulated("appended to the description", read_back=1, conditional=_ENFORCED),
    "orders.substitute_product": emulated(SUBSTITUTE, read_back=1, conditional=_ENFORCED),
    "orders.split_line": emulated(SPLIT, read_back=1, conditional=_ENFORCED),
    "orders.cancel_line": emulated("the line is deleted", read_back=1, conditional=_ENFORCED),
    "orders.cancel": native(2, read_back=1, conditional=_CHECKED),  # 4.4
    **each("orders: hold release", cannot("orders have no holds")),
    "orders.track": emulated("the state of the order and the quantities kept on its lines"),
    **{name: _CRM_LACKS for name in OPERATIONS if name.startswith("purchase_orders.")},
    "shipments.of": _CRM_LACKS,
    "shipments.post": emulated("the whole order is marked as fulfilled; no shipment is kept", 2),  # 4.4
    "invoices.of": native(),
    "goods_receipts.of": _CRM_LACKS,
    **each("returns: create get of", _CRM_LACKS),
    "stock.availability": _CRM_LACKS,
    "prices.quote": emulated("the price list, without the discounts that saving an order computes"),
    **each("customers: get find list create", native()),
    "customers.update": native(conditional=_ENFORCED),
    **each("suppliers: get find list create update", _CRM_LACKS),
    **each("products: get find list create", native()),
    "products.update": native(conditional=_ENFORCED),
}

_CRM_ADDRESS: Final[dict[str, FieldSupport]] = {  # 4.3
    "name": held(200),
    "lines": elsewhere("three address lines", 250),
    "city": held(80),
    "postal_code": held(20),
    "region": held(50),
    "contact": held(150),
    "phone": held(50),
    "email": nowhere("addresses have no e-mail address"),
    "gln": _NO_GLN,
}

CRM: Final = Profile(
    name="crm",
    product="Dynamics 365 Sales on Dataverse",
    operations=_CRM_OPERATIONS,
    fields={
        "order.customer_po": held(300),  # setting: the name of the order, else a custom column
        **{
            f"order.{party}.{part}": known
            for party in ("ship_to", "bill_to")
            for part, known in _CRM_ADDRESS.items()
        },
        "order.order_date": elsewhere("the time of creation; compared after the write"),
        "order.prices_include_tax": elsewhere("prices are without tax; compared after the write"),
        "order.warehouse": nowhere("orders know no warehouse"),
        "order.partial_shipment": nowhere("orders have no such flag"),
        "order.discounts": elsewhere("one amount and one percentage for the whole order"),
        "order.charges": elsewhere("one freight amount"),
        "order.notes": elsewhere("the description", 2000),
        "order.references": nowhere("orders have no second reference without a custom column"),
        "order.contact.email": held(100),
        "order.line.warehouse": nowhere("orders know no warehouse"),
        "order.line.reference": nowhere("lines have a number only"),
        "order.line.discount": elsewhere("an amount, not a percentage"),
        "order.line.description": elsewhere("write-in products only", 500),
        "order.line.kind": held(values=("item", "service")),
        "order.line.quantity": held(digits=12, scale=5),  # setting
    },
    stamps={
        **NUMBERED,
        "orders": StampPolicy(  # 4.2, 5.3
            kind=StampKind.ID,
            field="salesorderid",
            po_field="name",
            max_length=300,
            searchable=True,
            enforced=True,
            execution_window=120,
        ),
    },
    on_cancel=OnCancel.KEPT,
    on_cancel_line=OnCancelLine.GONE,
    version=VersionToken.PER_RECORD,
    answers_with_record=False,
    derives=frozenset({"order.order_date", "order.prices_include_tax"}),
    number_pattern="ORD-{:05d}",
    block_size=1000,  # 4.6
    concurrency=16,  # 4.7 allows 52
)
