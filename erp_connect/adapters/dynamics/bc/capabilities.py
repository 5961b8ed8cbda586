"""What Business Central can do: operations, fields with their widths, stamps (dynamics.md 1, 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ....wire.odata import Model
from ...contract import (
    Capabilities,
    Conditional,
    FieldSupport,
    OnCancel,
    OnCancelLine,
    OperationSupport,
    StampPolicy,
)
from ...declaring import (
    BLOCKS_AT_ONCE,
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
    shared_field,
    whole,
)
from ..settings import BusinessCentralSettings
from .mapping_orders import PURCHASES, SALES
from .return_orders import RETURN_ORDERS
from .variants import ITEM_VARIANTS, VARIANT_ID

SYSTEM: Final = "dynamics+bc"
CONCURRENCY: Final = 5
"""Requests of one user that run at once; more would queue (dynamics.md 1.16)."""

_ENFORCED: Final = Conditional.ENFORCED
_CHANGE: Final = native(read_back=1, conditional=_ENFORCED)
"""One batch in one transaction, every part under the ETag of its own record (dynamics.md 1.13, 1.15)."""


def _book(book: str) -> dict[str, OperationSupport]:
    return {
        f"{book}.create": replace(
            native(1, why="a discount of the whole order takes a second request"), atomic=False
        ),
        **each(f"{book}: get find list", native()),
        f"{book}.list_modified": native(why="the header's time misses changes of line dates and texts"),
        f"{book}.events": cannot(
            "changes are told by webhooks; list(modified_since=...) tells what has changed"
        ),
        f"{book}.simulate": cannot("a dry run would leave a document behind", "prices.quote"),
        **each(f"{book}: {CHANGES} add_line", _CHANGE),
        f"{book}.add_note": emulated("a comment line", read_back=1, conditional=_ENFORCED),
        f"{book}.substitute_product": emulated(SUBSTITUTE, read_back=1, conditional=_ENFORCED),
        f"{book}.split_line": emulated(SPLIT, read_back=1, conditional=_ENFORCED),
        f"{book}.cancel_line": native(read_back=1, conditional=_ENFORCED),
        f"{book}.cancel": native(1, conditional=_ENFORCED, why="the order is deleted"),
        **each(f"{book}: hold release", cannot("no call of the API holds, releases or reopens an order")),
        f"{book}.track": emulated("put together from line quantities and posted documents", 3),
    }


_NO_MASTER_NUMBER: Final = "a number is taken only where the number series lets people choose"
_OPERATIONS: Final[Mapping[str, OperationSupport]] = {
    **_book("orders"),
    **_book("purchase_orders"),
    "purchase_orders.confirm": cannot("the purchase order page has no confirmation"),
    "purchase_orders.receive": emulated("the invoice is posted with the receipt", 3, atomic=False),
    "shipments.of": native(2),
    "shipments.post": emulated("the invoice is posted with the shipment", 3, atomic=False),
    "invoices.of": native(3),
    "goods_receipts.of": native(2),
    "returns.create": emulated("a return order where the release takes them, else a credit memo", 2),
    "returns.get": native(),
    "returns.of": emulated("found through the order's invoices, and by a text that return orders bear", 2),
    "stock.availability": emulated("one total over all locations, no dates"),
    "prices.quote": emulated("the price on the item's card, not the customer's"),
    **each("customers: get find list", native()),
    "customers.create": native(why=_NO_MASTER_NUMBER),
    "customers.update": native(2, conditional=_ENFORCED),
    **each("suppliers: get find list", native()),
    "suppliers.create": native(why=_NO_MASTER_NUMBER),
    "suppliers.update": native(2, conditional=_ENFORCED),
    **each("products: get find list", native()),
    "products.create": native(why=_NO_MASTER_NUMBER),
    "products.update": native(2, conditional=_ENFORCED),
}

_AS_MEMO: Final = emulated("a credit memo for the lines that come back", 2)
_NO_GLN: Final = nowhere("addresses have no GLN")
_TO_LINES: Final = elsewhere("written on every line", 10)
_EXTENSION: Final = nowhere("the page has no fields of a site's own without an extension")
_NO_CONTACT: Final = nowhere("the order page names no contact person")
_BUYING_HAS_NONE: Final = nowhere("the purchase order page has no reference at all")

_SHIP_TO: Final[Mapping[str, FieldSupport]] = {
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


def _order_fields(prefix: str, settings: BusinessCentralSettings) -> dict[str, FieldSupport]:
    return {
        **{f"{prefix}.ship_to.{part}": known for part, known in _SHIP_TO.items()},
        f"{prefix}.payment_terms": held(10),
        f"{prefix}.delivery_terms": held(10),
        f"{prefix}.warehouse": _TO_LINES,
        f"{prefix}.discounts": elsewhere("one amount, also for a percentage of what the lines come to"),
        f"{prefix}.charges": nowhere("charges are lines of accounts, whose numbers are the accountants'"),
        f"{prefix}.notes": elsewhere("comment lines", 100),
        **whole(f"{prefix}.contact", _NO_CONTACT),
        f"{prefix}.custom": _EXTENSION,
        f"{prefix}.line.product": held(20, normalisation="upper"),
        f"{prefix}.line.quantity": held(scale=settings.quantity_scale),
        f"{prefix}.line.unit": held(10),
        f"{prefix}.line.price": held(scale=settings.price_scale),
        f"{prefix}.line.description": held(100),
        f"{prefix}.line.warehouse": held(10),
        f"{prefix}.line.kind": held(values=("item",)),
        f"{prefix}.line.reference": nowhere("line numbers are the system's, and there is no other place"),
        f"{prefix}.line.custom": elsewhere(
            "the code of the item's variant, as custom={'variant': CODE}; nothing else"
        ),
    }


def _party_fields(prefix: str) -> dict[str, FieldSupport]:
    return {
        f"{prefix}.number": held(20, normalisation="upper"),
        f"{prefix}.name": held(100),
        f"{prefix}.email": held(80),
        f"{prefix}.phone": held(30),
        f"{prefix}.address.lines": elsewhere("two address lines, of 100 and 50 characters", 100),
        f"{prefix}.address.city": held(30),
        f"{prefix}.address.postal_code": held(20),
        f"{prefix}.address.region": held(30),
        f"{prefix}.address.name": elsewhere("the party's own name"),
        **{
            f"{prefix}.address.{part}": nowhere("the card has no place for it")
            for part in ("contact", "phone", "email", "gln")
        },
        f"{prefix}.ship_to": nowhere("ship-to addresses are not among the standard sets"),
        f"{prefix}.contacts": nowhere("contacts are records of their own"),
        f"{prefix}.references": nowhere("the card has no further numbers"),
        f"{prefix}.price_group": nowhere("the card shows no price group"),
        f"{prefix}.block_reason": nowhere("a block has a kind and no reason"),
        f"{prefix}.custom": _EXTENSION,
    }


def bc_capabilities(settings: BusinessCentralSettings, *, concurrency: int | None = None) -> Capabilities:
    """The upper bound of ``dynamics+bc`` with these settings."""
    operations = dict(_OPERATIONS)
    if settings.price_by_quote:
        operations["prices.quote"] = emulated("a quote is entered, read and deleted", 2)
    if settings.returns_as == "credit_memo":
        operations["returns.create"] = _AS_MEMO
    window = settings.execution_window
    external = shared_field("externalDocumentNumber", 35, window)
    return Capabilities(
        system=SYSTEM,
        operations=operations,
        fields={
            "order.customer": held(20),
            "order.customer_po": held(35, normalisation="upper"),
            **whole("order.bill_to", nowhere("the bill-to address is the bill-to customer's")),
            "order.references": nowhere("the order page has one reference, the external document number"),
            **_order_fields("order", settings),
            "purchase_order.supplier": held(20),
            "purchase_order.supplier_reference": _BUYING_HAS_NONE,
            "purchase_order.references": _BUYING_HAS_NONE,
            **_order_fields("purchase_order", settings),
            "purchase_order.line.supplier_product": nowhere("the line shows no number of the vendor's"),
            **_party_fields("customer"),
            **_party_fields("supplier"),
            "supplier.credit_limit": nowhere("vendors have no credit limit"),
            "supplier.delivery_terms": nowhere("the vendor's card shows no delivery terms"),
            "product.code": held(20, normalisation="upper"),
            "product.name": held(100),
            "product.codes": elsewhere("one GTIN"),
            "product.units": nowhere("units of an item are not among the standard sets"),
            "product.tax_rate": nowhere("the tax group decides"),
            "product.weight": nowhere("the item shows no weight"),
            "product.block_reason": nowhere("a block has no reason"),
            "product.superseded_by": nowhere("the item shows no successor"),
            "product.description": held(50),
            "product.custom": _EXTENSION,
            "return.custom": _EXTENSION,
        },
        stamps={
            **NUMBERED,
            "orders": external,
            "purchase_orders": StampPolicy(execution_window=window),
            "returns": external,
        },
        on_cancel=OnCancel.GONE,
        on_cancel_line=OnCancelLine.GONE,
        block_size=settings.block_size,
        blocks_at_once=BLOCKS_AT_ONCE,
        concurrency=concurrency or CONCURRENCY,
    )


_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "salesShipments": ("shipments.of", "shipments.post"),
    "salesInvoices": ("invoices.of", "shipments.post"),
    "salesCreditMemos": ("returns.create", "returns.get", "returns.of"),
    "purchaseOrders": tuple(name for name in _OPERATIONS if name.startswith("purchase_orders.")),
    "purchaseReceipts": ("goods_receipts.of", "purchase_orders.receive"),
    "vendors": tuple(name for name in _OPERATIONS if name.startswith("suppliers.")),
    "customers": tuple(name for name in _OPERATIONS if name.startswith("customers.")),
    "items": ("stock.availability", "prices.quote", *(n for n in _OPERATIONS if n.startswith("products."))),
}
"""Sets without which something cannot be done; older and smaller environments lack some."""


def narrowed(known: Capabilities, model: Model, settings: BusinessCentralSettings) -> Capabilities:
    """What is left of the upper bound in a release, by what its description names."""
    sets, operations, fields = model.sets, dict(known.operations), dict(known.fields)
    for side in (SALES, PURCHASES):
        if side.lines in sets and not {ITEM_VARIANTS, VARIANT_ID} <= {*sets, *sets[side.lines].properties}:
            fields[f"{side.draft}.line.custom"] = nowhere("this release has no variants on lines")
    if RETURN_ORDERS not in sets:
        to_order = settings.returns_as == "return_order"
        operations["returns.create"] = (
            cannot(f"this release has no set {RETURN_ORDERS}") if to_order else _AS_MEMO
        )
    for needed, names in _NEEDED.items():
        if needed not in sets:
            operations |= dict.fromkeys(names, cannot(f"this release has no set {needed}"))
    return known.narrowed(operations=operations, fields=fields)
