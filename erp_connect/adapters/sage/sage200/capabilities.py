"""What Sage 200 can do: operations, fields with their widths, stamps (sage.md 4, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ...contract import (
    Capabilities,
    Conditional,
    FieldSupport,
    OnCancel,
    OnCancelLine,
    OperationSupport,
    StampKind,
    StampPolicy,
)
from ...declaring import (
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
from .settings import Sage200Settings

SYSTEM: Final = "sage+200"
CONCURRENCY: Final = 4
"""Requests at once: nobody has published a limit (sage.md 10, no. 10)."""
_DIGITS: Final = 10
"""Before the point: numbers travel as numbers of JSON, which a system may read with fifteen digits in all."""
NO_STATUS: Final = "the release has no status endpoint; it came with 2025 R1"
NO_RETURNS: Final = "the release has no endpoint for returns; it came with 2025 R1"

_CHECKED: Final = Conditional.CHECKED
_LINES_BY_LINES: Final = (
    "lines are saved one after another; where one is refused, those before it are put back"
)
_CHANGE: Final = native(2, read_back=1, conditional=_CHECKED, atomic=False, why=_LINES_BY_LINES)
_MADE_UP: Final = {"read_back": 1, "atomic": False}
_STATUS: Final = native(2, read_back=1, conditional=_CHECKED, atomic=False, values=("on_hold",))

_ORDERS: Final[Mapping[str, OperationSupport]] = {
    **each("orders: create get find list list_modified", native()),
    "orders.events": emulated("made from the time of the last change; deletions are not seen"),
    "orders.simulate": cannot(
        "the system shows a customer's defaults, and reckons no lines unsaved", "prices.quote"
    ),
    **each(f"orders: {CHANGES} add_line cancel_line", _CHANGE),
    "orders.add_note": replace(_CHANGE, why="a memo"),
    "orders.substitute_product": emulated(SUBSTITUTE, 2, read_back=1, conditional=_CHECKED, atomic=False),
    "orders.split_line": emulated(SPLIT, 2, read_back=1, conditional=_CHECKED, atomic=False),
    "orders.cancel": native(2, read_back=1, conditional=_CHECKED),
    **each("orders: hold release", _STATUS),
    "orders.track": emulated("put together from line quantities and despatches", 3),
}

_BOUGHT: Final = "the reference tells of no such field of purchase orders"
_PURCHASES: Final[Mapping[str, OperationSupport]] = {
    **each("purchase_orders: create get find list list_modified", native()),
    "purchase_orders.events": cannot("list(modified_since=...) tells what has changed"),
    "purchase_orders.simulate": cannot("the system reckons no orders unsaved"),
    **each(
        "purchase_orders: change_header change_quantity change_price change_warehouse add_line cancel_line",
        replace(_CHANGE, why=f"from 2024 R1 on; {_LINES_BY_LINES}"),
    ),
    "purchase_orders.substitute_product": emulated(
        SUBSTITUTE, 2, read_back=1, conditional=_CHECKED, atomic=False
    ),
    **each(
        "purchase_orders: change_date change_discount change_address add_note split_line", cannot(_BOUGHT)
    ),
    "purchase_orders.cancel": cannot(
        "an order that is not wanted can only be deleted, and nothing would be left of it",
        "purchase_orders.cancel_line",
    ),
    **each("purchase_orders: hold release", cannot("no endpoint sets the status of purchase orders")),
    "purchase_orders.track": emulated("put together from line quantities"),
    "purchase_orders.confirm": cannot("no endpoint enters confirmations"),
    "purchase_orders.receive": cannot("no endpoint receives goods"),
}
_OPERATIONS: Final[Mapping[str, OperationSupport]] = {
    **_ORDERS,
    **_PURCHASES,
    "shipments.of": native(3),
    "shipments.post": native(4, why="one consignment for each despatch"),
    "invoices.of": native(3),
    "goods_receipts.of": cannot("no endpoint lists goods receipts"),
    "returns.create": native(3, read_back=1),
    "returns.get": native(2),
    "returns.of": native(2, why="found by the number of the order, in a free text"),
    "stock.availability": native(2, why="one total over all warehouses, no dates"),
    "prices.quote": emulated("the list price; what was agreed with a customer shows in orders only", 2),
    **each("customers: get find list create", native()),
    "customers.update": native(2, conditional=_CHECKED),
    **each("suppliers: get find list create", native()),
    "suppliers.update": native(2, conditional=_CHECKED),
    **each("products: get find list create", native()),
    "products.update": native(2, conditional=_CHECKED),
}

_NO_GLN: Final = nowhere("addresses have no GLN")
_TERMS: Final = nowhere("terms are the account's; an order has none of its own")
_SPARE: Final = nowhere("the site's free fields are named one by one; none is set aside for it")
_SHIP_TO: Final[Mapping[str, FieldSupport]] = {
    "name": held(60),
    "lines": elsewhere("four address lines", 60),
    "city": held(60),
    "region": held(60),
    "postal_code": held(10),
    "contact": held(235),
    "phone": held(30),
    "email": held(255),
    "gln": _NO_GLN,
}


def _order_fields(settings: Sage200Settings) -> dict[str, FieldSupport]:
    kept = settings.line_reference_field
    references = elsewhere("fields of the header that the site has set aside", 60)
    return {
        "order.customer": held(8, normalisation="upper"),
        "order.customer_po": held(30),
        **{f"order.ship_to.{part}": known for part, known in _SHIP_TO.items()},
        **whole("order.bill_to", nowhere("the invoice address is the account's")),
        "order.prices_include_tax": elsewhere(
            "one rule for all orders of the company; compared after the write"
        ),
        "order.payment_terms": _TERMS,
        "order.delivery_terms": _TERMS,
        "order.warehouse": elsewhere("written on every line", 20),
        "order.partial_shipment": nowhere("orders have no such flag"),
        "order.discounts": elsewhere("one percentage for the whole order", scale=2),
        "order.charges": elsewhere("charge lines, of the company's list of charges", 30),
        "order.notes": elsewhere("memos", 1000),
        "order.references": references
        if settings.references
        else nowhere("say which fields of the header keep them: references=KIND=analysis_code_1"),
        **whole("order.contact", nowhere("an order has no contact but that of its delivery address")),
        "order.custom": _SPARE,
        "order.line.product": held(30),
        "order.line.quantity": held(digits=_DIGITS, scale=settings.quantity_scale),
        "order.line.unit": held(20),
        "order.line.price": held(digits=_DIGITS, scale=settings.price_scale),
        "order.line.discount": elsewhere("an amount is kept for each unit"),
        "order.line.description": held(6000),
        "order.line.warehouse": held(20),
        "order.line.kind": held(values=("item",)),
        "order.line.reference": elsewhere("a free text of the line", 100 if kept.startswith("spare") else 60)
        if kept
        else nowhere("no field of the line is set aside for it"),
        "order.line.custom": _SPARE,
    }


def _purchase_fields(settings: Sage200Settings) -> dict[str, FieldSupport]:
    gone = nowhere(_BOUGHT)
    return {
        "purchase_order.supplier": held(8, normalisation="upper"),
        "purchase_order.supplier_reference": held(30),
        **whole("purchase_order.ship_to", gone),
        **whole("purchase_order.contact", gone),
        **{
            f"purchase_order.{name}": gone
            for name in ("discounts", "charges", "notes", "references", "custom")
        },
        "purchase_order.payment_terms": _TERMS,
        "purchase_order.delivery_terms": _TERMS,
        "purchase_order.prices_include_tax": gone,
        "purchase_order.warehouse": elsewhere("written on every line", 20),
        "purchase_order.line.product": held(30),
        "purchase_order.line.quantity": held(digits=_DIGITS, scale=settings.quantity_scale),
        "purchase_order.line.unit": held(20),
        "purchase_order.line.price": held(digits=_DIGITS, scale=settings.price_scale),
        "purchase_order.line.warehouse": held(20),
        "purchase_order.line.kind": held(values=("item",)),
        **{
            f"purchase_order.line.{name}": gone
            for name in ("requested", "description", "discount", "reference", "supplier_product", "custom")
        },
    }


def _master_fields() -> dict[str, FieldSupport]:
    contacts = nowhere("contacts, with their numbers and addresses, are records of their own")
    fields: dict[str, FieldSupport] = {}
    for kind in ("customer", "supplier"):
        fields |= {
            f"{kind}.number": held(8, normalisation="upper"),
            f"{kind}.name": held(60),
            f"{kind}.address.name": elsewhere("the account's own name"),
            f"{kind}.address.lines": elsewhere("four address lines", 60),
            f"{kind}.address.city": held(60),
            f"{kind}.address.region": held(60),
            f"{kind}.address.postal_code": held(10),
            **{f"{kind}.address.{part}": contacts for part in ("contact", "phone", "email")},
            f"{kind}.address.gln": _NO_GLN,
            **{f"{kind}.{name}": contacts for name in ("email", "phone", "contacts")},
            f"{kind}.ship_to": nowhere("delivery addresses are records of their own"),
            **{
                f"{kind}.{name}": nowhere("the reference tells of no such field of accounts")
                for name in ("payment_terms", "delivery_terms", "tax_id", "price_group", "block_reason")
            },
            f"{kind}.references": nowhere("an account has one number"),
            f"{kind}.custom": _SPARE,
        }
    return {
        **fields,
        "product.code": held(30),
        "product.name": held(60),
        "product.description": held(1000),
        "product.weight": held(scale=4),
        "product.codes": elsewhere("one bar code", 60),
        "product.units": nowhere("units of a product are those of its group"),
        "product.price": nowhere("prices stand in price bands, which are records of their own"),
        "product.tax_rate": nowhere("the tax code of the group decides"),
        "product.block_reason": nowhere("a product is inactive without a reason"),
        "product.superseded_by": nowhere("a product names no successor"),
        "product.custom": _SPARE,
        "return.custom": _SPARE,
    }


def sage200_capabilities(settings: Sage200Settings, *, concurrency: int | None = None) -> Capabilities:
    """The upper bound of ``sage+200`` with these settings."""
    operations = dict(_OPERATIONS)
    if settings.cancel_by == "delete":
        operations["orders.cancel"] = replace(operations["orders.cancel"], why="the order is deleted")
    if not settings.product_group:
        operations["products.create"] = cannot("every product is in a group: name it by product_group=")
    return Capabilities(
        system=SYSTEM,
        operations=operations,
        fields={**_order_fields(settings), **_purchase_fields(settings), **_master_fields()},
        stamps={**NUMBERED, **_stamps(settings)},
        on_cancel=OnCancel.GONE if settings.cancel_by == "delete" else OnCancel.KEPT,
        on_cancel_line=OnCancelLine.GONE,
        concurrency=concurrency or CONCURRENCY,
    )


def _stamps(settings: Sage200Settings) -> dict[str, StampPolicy]:
    window, delay = settings.execution_window, settings.visibility_delay
    field = settings.stamp_field
    if field == "customer_document_no":
        policy = shared_field(field, 30, window)
    else:
        width = 100 if field.startswith("spare") else 60
        policy = own_field(field, "customer_document_no", width, window)
    policy = replace(policy, visibility_delay=delay)
    bought = replace(policy, po_field="supplier_document_no")
    unmarked = StampPolicy(execution_window=window, visibility_delay=delay)
    return {
        "orders": policy,
        "returns": policy,
        "purchase_orders": unmarked if policy.shared else bought,
    }


def narrowed(known: Capabilities, *, numbers_itself: bool, status: bool, returns: bool) -> Capabilities:
    """What is left of it in a company whose release and settings are known.

    Where the company numbers no orders itself the stamp is the number, and the system refuses a second one.
    """
    operations, stamps, on_cancel = dict(known.operations), dict(known.stamps), known.on_cancel
    if not status:
        operations |= dict.fromkeys(("orders.hold", "orders.release"), cannot(NO_STATUS))
        operations["orders.cancel"] = replace(operations["orders.cancel"], why="the order is deleted")
        on_cancel = OnCancel.GONE
    if not returns:
        gone = [name for name in operations if name.startswith("returns.")]
        operations |= dict.fromkeys(gone, cannot(NO_RETURNS))
    if not numbers_itself:
        stamps["orders"] = replace(
            stamps["orders"],
            kind=StampKind.ID,
            field="document_no",
            max_length=20,
            shared=False,
            enforced=True,
        )
    return known.narrowed(operations=operations, stamps=stamps, on_cancel=on_cancel)
