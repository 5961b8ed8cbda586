"""Sage as the memory adapter plays it: X3 over SOAP, Sage 200 and Sage 300 over REST.

Sections named in comments are those of the Sage reference page.
"""

from __future__ import annotations

from typing import Final

from ..contract import Conditional, FieldSupport, OnCancel, OnCancelLine, OperationSupport
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
_NO_GLN: Final = nowhere("addresses have no GLN")
_DERIVED_TAX: Final = elsewhere("the tax group decides; compared after the write")

# ----------------------------------------------------------------------------------------------------------
# Sage X3
# ----------------------------------------------------------------------------------------------------------

_X3_CHANGE: Final = native(conditional=_ENFORCED)  # 2.12, 2.14: the answer is the complete record
_X3_PUBLISHED: Final = "where the site has published the object"


def _x3_book(book: str) -> dict[str, OperationSupport]:
    return {
        **each(f"{book}: create get", native()),  # 2.4
        f"{book}.find": emulated("a query on the left list, then a read of each row", 2),  # 2.11
        f"{book}.list": emulated("a capped query narrowed by number, then a read of each row", 2),  # 2.11
        **each(f"{book}: list_modified events", cannot("no query knows the time of a change")),  # 6.1
        **each(f"{book}: {CHANGES} add_line", _X3_CHANGE),
        f"{book}.add_note": cannot("the order object has no note"),
        f"{book}.substitute_product": emulated(SUBSTITUTE, 2, conditional=_ENFORCED, atomic=False),
        f"{book}.split_line": emulated(SPLIT, conditional=_ENFORCED),
        f"{book}.cancel_line": emulated(
            "the line is deleted, or its quantity lowered", 2, conditional=_ENFORCED, atomic=False
        ),  # 2.14
        f"{book}.cancel": cannot(
            "choose a cancel_strategy: delete, action:CODE or run:SERVICE", f"{book}.cancel_line"
        ),
        **each(f"{book}: hold release", cannot("approval and credit are the site's own")),
        f"{book}.track": native(),  # 2.13
    }


_X3_OPERATIONS: Final[dict[str, OperationSupport]] = {
    **_x3_book("orders"),
    **_x3_book("purchase_orders"),
    **each("purchase_orders: create get", native(why=_X3_PUBLISHED)),  # 2.15
    "orders.change_discount": emulated(
        "discount columns, whose meaning the price structure sets", conditional=_ENFORCED
    ),
    "orders.simulate": emulated("the unsaved order is valued: prices, no availability"),  # 2.4
    "purchase_orders.simulate": cannot("purchase orders cannot be valued unsaved"),
    "purchase_orders.confirm": cannot("no object enters confirmations"),
    "purchase_orders.receive": emulated(_X3_PUBLISHED),  # 2.15
    **each("shipments: of post", emulated(_X3_PUBLISHED)),
    "invoices.of": emulated(_X3_PUBLISHED),
    "goods_receipts.of": emulated(_X3_PUBLISHED),
    **each(
        "returns: create get of", cannot("the return object is not confirmed; publish it and name it")
    ),  # 10
    "stock.availability": cannot("name the site's stock subprogram"),  # 2.15
    "prices.quote": emulated("an unsaved order of one line is valued"),
    **each("customers: get create", native()),
    **each("customers: find list", emulated("a query, then a read of each row", 2)),
    "customers.update": native(conditional=_ENFORCED),
    **each(
        "suppliers: get find list create update",
        cannot("the supplier object is not confirmed for web services"),
    ),
    **each("products: get create", native()),
    **each("products: find list", emulated("a query, then a read of each row", 2)),
    "products.update": native(conditional=_ENFORCED),
}

_X3_WINDOW: Final = 600.0  # setting; 2.2: saves of 17 s, a queue without end

X3: Final = Profile(
    name="x3",
    product="Sage X3 over SOAP",
    operations=_X3_OPERATIONS,
    fields={
        "order.customer_po": held(30),  # 6.2: 20 on older versions
        "order.ship_to.name": held(35),  # 2.15
        "order.ship_to.lines": elsewhere("three address lines"),
        "order.ship_to.contact": nowhere("the delivery address has no contact"),
        "order.ship_to.phone": nowhere("the delivery address of an order has no telephone number"),
        "order.ship_to.email": nowhere("the delivery address of an order has no e-mail address"),
        "order.ship_to.gln": _NO_GLN,
        **whole("order.bill_to", nowhere("the bill-to address is the bill-to customer's")),
        "order.partial_shipment": nowhere("delivery in parts is a rule of the customer"),
        "order.discounts": elsewhere("invoicing elements, whose meaning the site sets"),
        "order.charges": elsewhere("invoicing elements, whose meaning the site sets"),
        "order.notes": nowhere("the order object has no note"),
        "order.references": nowhere("the order has one reference only"),
        **whole("order.contact", nowhere("the order has no contact")),
        "order.line.requested": elsewhere("on the header, where all lines agree"),
        "order.line.discount": elsewhere("discount columns, whose meaning the price structure sets"),
        "order.line.reference": nowhere("lines have a position only"),
        "order.line.kind": held(values=("item", "service")),
        "order.line.quantity": held(digits=13, scale=6),  # setting
        "order.line.product": held(20, normalisation="upper"),  # setting
        "purchase_order.notes": nowhere("the order object has no note"),
        "purchase_order.line.quantity": held(digits=13, scale=6),  # setting
        "customer.name": held(35),
    },
    stamps={
        **NUMBERED,
        "orders": shared_field("CUSORDREF", 30, _X3_WINDOW),  # 6.2
        "purchase_orders": shared_field("ORDREF", 30, _X3_WINDOW),  # setting
    },
    on_cancel=OnCancel.KEPT,
    on_cancel_line=OnCancelLine.LOWERED,
    stable_line_ids=False,  # 2.12
    credit_holds=True,  # 2.13: CDTSTA
    number_pattern="SON-FR011-26-{:06d}",
    concurrency=2,  # 2.16
)

# ----------------------------------------------------------------------------------------------------------
# Sage 200
# ----------------------------------------------------------------------------------------------------------

# Lines are saved one after another: a bad one leaves the earlier ones saved (4.5).
_200_CHANGE: Final = native(2, read_back=1, conditional=_CHECKED, atomic=False)


def _200_book(book: str) -> dict[str, OperationSupport]:
    return {
        **each(f"{book}: create get find list list_modified", native()),  # 4.2, 4.3
        f"{book}.events": emulated("made from the time of the last change; deletions are not seen"),
        **each(f"{book}: {CHANGES} add_line cancel_line", _200_CHANGE),
        f"{book}.add_note": native(2, read_back=1, conditional=_CHECKED, why="a memo"),
        f"{book}.substitute_product": emulated(
            SUBSTITUTE, 2, read_back=1, conditional=_CHECKED, atomic=False
        ),
        f"{book}.split_line": emulated(SPLIT, 2, read_back=1, conditional=_CHECKED, atomic=False),
        f"{book}.cancel": native(2, read_back=1, conditional=_CHECKED),  # 4.5
        f"{book}.track": native(2),
    }


_200_OPERATIONS: Final[dict[str, OperationSupport]] = {
    **_200_book("orders"),
    **_200_book("purchase_orders"),
    "orders.simulate": emulated("a new order with its defaults, not kept"),  # 4.3
    "purchase_orders.simulate": cannot("no such call for purchase orders"),
    **each("orders: hold release", native(2, read_back=1, conditional=_CHECKED, values=("on_hold",))),  # 4.5
    **each("purchase_orders: hold release", cannot("no such call for purchase orders")),
    "purchase_orders.confirm": cannot("no endpoint enters confirmations"),
    "purchase_orders.receive": cannot("no endpoint receives goods"),
    "shipments.of": native(),
    "shipments.post": native(2),  # 4.4, in stock units
    "invoices.of": native(),
    "goods_receipts.of": cannot("no endpoint lists receipts"),
    **each("returns: create get of", native()),  # 4.3, from 2025 R1
    "stock.availability": native(),
    "prices.quote": native(),
    **each("customers: get find list create", native()),
    "customers.update": native(2, conditional=_CHECKED),
    **each("suppliers: get find list create", native()),
    "suppliers.update": native(2, conditional=_CHECKED),
    **each("products: get find list create", native()),
    "products.update": native(2, conditional=_CHECKED),
}

_200_WINDOW: Final = 600.0  # setting
_200_SHIP_TO: Final[dict[str, FieldSupport]] = {
    "name": held(60),
    "lines": elsewhere("four address lines", 60),
    **{part: held(60) for part in ("city", "region", "postal_code", "contact", "phone", "email")},
    "gln": _NO_GLN,
}

SAGE200: Final = Profile(
    name="sage200",
    product="Sage 200",
    operations=_200_OPERATIONS,
    fields={  # 4.4
        "order.customer": held(8, normalisation="upper"),
        "order.customer_po": held(30),
        **{f"order.ship_to.{part}": known for part, known in _200_SHIP_TO.items()},
        **whole("order.bill_to", nowhere("the invoice address is the customer's")),
        "order.prices_include_tax": _DERIVED_TAX,
        "order.payment_terms": elsewhere("the customer's terms; compared after the write"),
        "order.delivery_terms": elsewhere("the customer's terms; compared after the write"),
        "order.warehouse": elsewhere("written on every line", 20),
        "order.partial_shipment": nowhere("orders have no such flag"),
        "order.discounts": elsewhere("one percentage for the whole order", scale=2),
        "order.charges": elsewhere("charge lines"),
        "order.notes": held(1000),
        "order.references": elsewhere("analysis codes chosen by the site", 60),
        **whole("order.contact", elsewhere("the contact of the delivery address", 60)),
        "order.custom": elsewhere("spare fields", 100),
        "order.line.product": held(30),
        "order.line.unit": held(20),
        "order.line.quantity": held(scale=5, digits=10),
        "order.line.price": held(scale=5),
        "order.line.description": held(6000),
        "order.line.warehouse": held(20),
        "order.line.reference": elsewhere("a spare text of the line", 100),
        "order.line.custom": elsewhere("spare fields", 100),
        "purchase_order.supplier": held(8, normalisation="upper"),
        "purchase_order.supplier_reference": held(30),  # setting
        "purchase_order.line.product": held(30),
        "purchase_order.line.quantity": held(scale=5, digits=10),
        "customer.number": held(8, normalisation="upper"),
        "customer.name": held(60),
        "supplier.number": held(8, normalisation="upper"),
        "supplier.name": held(60),
        "product.code": held(30),
        "product.name": held(60),
    },
    stamps={
        **NUMBERED,
        "orders": own_field("spare_text_1", "customer_document_no", 100, _200_WINDOW),  # 6.2
        "purchase_orders": own_field("spare_text_1", None, 100, _200_WINDOW),  # setting
        "returns": own_field("spare_text_1", "customer_document_no", 100, _200_WINDOW),  # setting
    },
    on_cancel=OnCancel.KEPT,
    on_cancel_line=OnCancelLine.GONE,
    derives=frozenset({"order.prices_include_tax", "order.payment_terms", "order.delivery_terms"}),
    number_pattern="{:010d}",
)

# ----------------------------------------------------------------------------------------------------------
# Sage 300
# ----------------------------------------------------------------------------------------------------------

_300_READ_ONLY: Final = cannot("the Web API creates and reads orders, it does not change them")  # 3.4
_300_VERBS: Final = f"{CHANGES} add_note add_line substitute_product split_line cancel_line cancel"


def _300_book(book: str) -> dict[str, OperationSupport]:
    return {
        **each(f"{book}: create get find list", native()),  # 3.3, 3.4
        **each(f"{book}: list_modified events", cannot("orders carry no time of their last change")),  # 6.1
        f"{book}.simulate": cannot("a dry run would leave a quote behind that nobody can remove"),
        **each(f"{book}: {_300_VERBS}", _300_READ_ONLY),
        **each(f"{book}: hold release", cannot("an order can be put on hold only while it is created")),
        f"{book}.track": native(),  # 3.5
    }


_300_OPERATIONS: Final[dict[str, OperationSupport]] = {
    **_300_book("orders"),
    **_300_book("purchase_orders"),
    "purchase_orders.confirm": cannot("no endpoint enters confirmations"),
    "purchase_orders.receive": native(),  # 3.4
    **each("shipments: of post", cannot("the Web API has no shipment endpoint", "orders.track")),
    "invoices.of": native(),
    "goods_receipts.of": native(),
    "returns.create": emulated("a credit note with the quantity returned"),  # 3.5
    **each("returns: get of", emulated("credit notes")),
    "stock.availability": emulated("item locations, where the server offers them"),  # 3.4
    "prices.quote": emulated("price lists, without the customer's contract prices"),  # 3.5
    **each("customers: get find list create update", native()),
    **each("suppliers: get find list create update", cannot("no vendor endpoint is documented")),
    **each("products: get find list create update", native()),
}

_300_WINDOW: Final = 600.0  # setting

SAGE300: Final = Profile(
    name="sage300",
    product="Sage 300 Web API",
    operations=_300_OPERATIONS,
    fields={  # 3.5
        "order.customer": held(12, normalisation="upper"),
        "order.customer_po": held(22),
        **{f"order.{party}.lines": elsewhere("four address lines", 60) for party in ("ship_to", "bill_to")},
        **{f"order.{party}.gln": _NO_GLN for party in ("ship_to", "bill_to")},
        "order.prices_include_tax": _DERIVED_TAX,
        "order.delivery_terms": nowhere("orders have a carrier, no delivery terms"),
        "order.partial_shipment": nowhere("orders have no such flag"),
        "order.discounts": nowhere("no discount on the header is documented"),
        "order.charges": elsewhere("miscellaneous lines"),
        "order.notes": elsewhere("the comment of the order", 250),  # setting
        "order.references": elsewhere("optional fields of the site", 60),
        **whole("order.contact", elsewhere("the contact of the ship-to address", 60)),
        "order.custom": elsewhere("optional fields of the site", 60),
        "order.line.requested": elsewhere("on the header, where all lines agree"),
        "order.line.reference": elsewhere("an optional field of the line", 60),
        "order.line.custom": elsewhere("optional fields of the site", 60),
        "order.line.quantity": held(scale=4),  # setting
        "order.line.kind": held(values=("item", "charge")),
        "purchase_order.supplier": held(12, normalisation="upper"),
        "purchase_order.line.quantity": held(scale=4),  # setting
        "customer.number": held(12, normalisation="upper"),
    },
    stamps={
        **NUMBERED,
        "orders": own_field("OrderReference", "PurchaseOrderNumber", 60, _300_WINDOW),  # 6.2
        "purchase_orders": own_field("Reference", None, 60, _300_WINDOW),  # setting: the length
        "returns": own_field("Reference", None, 60, _300_WINDOW),
    },
    version=VersionToken.FINGERPRINT,
    derives=frozenset({"order.prices_include_tax"}),
    line_id="{}",  # LineNumber, 3.5
    line_step=32,
    number_pattern="ORD{:012d}",
)
