"""What X3's web services can do: operations, fields, stamps; what is left by what a site has published (sage.md 2)."""

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
    shared_field,
    whole,
)
from .settings import X3Settings

SYSTEM: Final = "sage+x3"
CONCURRENCY: Final = 2
"""No more than the pool has channels, which is what it is by default (sage.md 2.16)."""
UNPUBLISHED: Final = "the site has published nothing for it"

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": ("customers.",),
    "product": ("products.",),
    "supplier": ("suppliers.",),
    "delivery": ("shipments.",),
    "invoice": ("invoices.",),
    "return": ("returns.",),
    "purchase": ("purchase_orders.", "goods_receipts."),
    "receipt": ("goods_receipts.", "purchase_orders.receive"),
}
"""What goes with a publication that is not there."""


def _book(book: str, settings: X3Settings, strategy: str) -> dict[str, OperationSupport]:
    guarded = Conditional.ENFORCED if settings.modstamp else Conditional.CHECKED
    change = native(1 if settings.modstamp else 2, conditional=guarded)
    way = (
        "the line is deleted, or its quantity lowered"
        if settings.line_keys
        else "its quantity is lowered to what has left, where the site allows 0; name line_keys to have it deleted"
    )
    listed = "a query, then a read of each row; lists show so many rows at most"
    found = {
        **each(f"{book}: create get", native()),
        f"{book}.find": emulated("a query on the list, then a read of each row", 2),
        f"{book}.list": emulated(listed, 2),
        f"{book}.events": cannot("no query knows the time of a change"),
        f"{book}.list_modified": cannot(
            "no query knows the time of a change; name a subprogram of the site: changes"
        ),
        f"{book}.simulate": cannot("no button values an unsaved order"),
        **each(f"{book}: {CHANGES} add_line", change),
        f"{book}.change_discount": cannot(
            "discount columns have the site's meaning; name the percentage: discount_column"
        ),
        f"{book}.add_note": cannot("the order object has no note"),
        f"{book}.substitute_product": replace(
            emulated(SUBSTITUTE, 2, conditional=guarded), atomic=not settings.line_keys
        ),
        f"{book}.split_line": emulated(SPLIT, conditional=guarded),
        f"{book}.cancel_line": replace(
            emulated(way, 2, conditional=Conditional.CHECKED if settings.line_keys else guarded),
            atomic=not settings.line_keys,
        ),
        f"{book}.cancel": cannot(
            f"choose a {strategy}: delete, action:CODE or run:SERVICE", f"{book}.cancel_line"
        ),
        **each(f"{book}: hold release", cannot("approval and credit are the site's own")),
        f"{book}.track": emulated(
            "put together from quantities, and from deliveries where they are published", 2
        ),
    }
    if settings.discount_column:
        found[f"{book}.change_discount"] = change
    said = str(getattr(settings, strategy))
    if said not in {"", "unsupported"}:
        how = "the order is deleted" if said == "delete" else f"by the site's own {said}"
        found[f"{book}.cancel"] = replace(
            emulated(how, 2, read_back=1, conditional=Conditional.CHECKED), atomic=True
        )
    return found


def _operations(settings: X3Settings) -> dict[str, OperationSupport]:
    listed, change = "a query, then a read of each row", native(2, conditional=Conditional.ENFORCED)
    found = {
        **_book("orders", settings, "cancel_strategy"),
        **_book("purchase_orders", settings, "purchase_cancel_strategy"),
        "purchase_orders.change_discount": cannot("no discount columns are known of purchase orders"),
        "purchase_orders.change_warehouse": cannot("no receiving site that can be written is known of them"),
        "purchase_orders.change_address": cannot(
            "no block of a delivery address is known of purchase orders"
        ),
        "purchase_orders.confirm": cannot("no object enters confirmations"),
        "purchase_orders.receive": native(),
        "shipments.of": emulated("a query among the customer's, then a read of each row", 2),
        "shipments.post": native(1, read_back=1),
        "invoices.of": emulated("a query among the customer's, then a read of each row", 2),
        "goods_receipts.of": emulated("a query among the supplier's, then a read of each row", 2),
        "returns.create": native(3),
        "returns.get": native(2),
        "returns.of": emulated("a query among the customer's, then a read of each row", 3),
        "stock.availability": cannot("stock is no object; name a subprogram of the site: stock"),
        "prices.quote": cannot("name a subprogram of the site: price"),
    }
    if settings.value_action:
        found["orders.simulate"] = emulated("the unsaved order is valued: prices, no availability")
        found["prices.quote"] = emulated("an unsaved order of one line is valued")
    if settings.price:
        found["prices.quote"] = emulated("a subprogram of the site")
    if settings.stock:
        found["stock.availability"] = emulated("a subprogram of the site")
    if settings.changes:
        found["orders.list_modified"] = emulated("a subprogram of the site, then a read of each order", 2)
    for book in ("customers", "suppliers", "products"):
        found |= each(f"{book}: get create", native())
        found |= each(f"{book}: find list", emulated(listed, 2))
        found[f"{book}.update"] = change
    for kind, prefixes in KINDS.items():
        if not getattr(settings, f"{kind}_service"):
            found |= _without(found, prefixes, f"{UNPUBLISHED}; name it: {kind}_service")
    return found


def _without(
    known: Mapping[str, OperationSupport], prefixes: tuple[str, ...], why: str
) -> dict[str, OperationSupport]:
    return {name: cannot(why) for name in known if name.startswith(prefixes)}


_NO_PLACE: Final = nowhere("no field of the object is known to hold it")
_NO_NAME: Final = nowhere("no field is documented for it; name the site's own in fields=")
_CUSTOM: Final = elsewhere("fields of the site's own that the publication has")


def _order_fields(prefix: str, settings: X3Settings) -> dict[str, FieldSupport]:
    lines = elsewhere("three address lines", 50)
    return {
        **whole(f"{prefix}.ship_to", _NO_PLACE),
        f"{prefix}.ship_to": held(),
        f"{prefix}.ship_to.name": held(35),
        f"{prefix}.ship_to.lines": lines,
        f"{prefix}.ship_to.city": held(40),
        f"{prefix}.ship_to.postal_code": held(10),
        f"{prefix}.ship_to.country": held(),
        f"{prefix}.ship_to.region": held(35),
        f"{prefix}.payment_terms": held(15),
        f"{prefix}.delivery_terms": held() if f"{prefix}.delivery_terms" in settings.fields else _NO_NAME,
        f"{prefix}.warehouse": held(5),
        f"{prefix}.discounts": nowhere("invoicing elements have the site's own meaning"),
        f"{prefix}.charges": nowhere("invoicing elements have the site's own meaning"),
        f"{prefix}.notes": nowhere("the order object has no note"),
        f"{prefix}.references": nowhere("the order has one reference only"),
        **whole(f"{prefix}.contact", nowhere("the order has no contact")),
        f"{prefix}.custom": _CUSTOM,
        f"{prefix}.line.product": held(20),
        f"{prefix}.line.quantity": held(scale=settings.quantity_scale, digits=13),
        f"{prefix}.line.price": held(scale=settings.price_scale, digits=13),
        f"{prefix}.line.description": held(30),
        f"{prefix}.line.kind": held(values=("item",)),
        f"{prefix}.line.warehouse": held(5),
        f"{prefix}.line.requested": elsewhere("on the header where all lines agree, if lines have no date"),
        f"{prefix}.line.reference": nowhere("lines have a position only"),
        f"{prefix}.line.custom": _CUSTOM,
        f"{prefix}.line.discount": elsewhere("a percentage in the column that discount_column names")
        if settings.discount_column
        else nowhere("discount columns have the site's own meaning; name the percentage: discount_column"),
    }


def _party_fields(prefix: str, settings: X3Settings) -> dict[str, FieldSupport]:
    own = {name: held() if f"{prefix}.{name}" in settings.fields else _NO_NAME for name in _OWN}
    return {
        f"{prefix}.number": held(15),
        f"{prefix}.name": held(35),
        **{f"{prefix}.{name}": known for name, known in own.items()},
        f"{prefix}.address": elsewhere("the default row of the table of addresses"),
        f"{prefix}.address.name": elsewhere("the party's own name"),
        f"{prefix}.address.lines": elsewhere("three address lines", 50),
        **{f"{prefix}.address.{part}": _NO_PLACE for part in ("contact", "email", "gln")},
        f"{prefix}.phone": elsewhere("on the default address, which is given with it"),
        f"{prefix}.ship_to": nowhere("other addresses are codes that people at X3 give"),
        f"{prefix}.contacts": _NO_PLACE,
        f"{prefix}.references": _NO_PLACE,
        f"{prefix}.block_reason": _NO_PLACE,
        f"{prefix}.credit_limit": _NO_PLACE,
        f"{prefix}.custom": _CUSTOM,
    }


_OWN: Final = ("email", "delivery_terms", "price_group")


def x3_capabilities(settings: X3Settings, *, concurrency: int | None = None) -> Capabilities:
    """The upper bound of ``sage+x3`` with these settings."""
    window = settings.execution_window
    shared = shared_field("CUSORDREF", 30, window)
    upper = "upper" if settings.reference_upper else None
    orders = (
        StampPolicy(
            kind=StampKind.ID,
            field="SOHNUM",
            po_field="CUSORDREF",
            max_length=20,
            searchable=True,
            enforced=True,
            execution_window=window,
        )
        if settings.manual_numbers
        else shared
    )
    return Capabilities(
        system=SYSTEM,
        operations=_operations(settings),
        fields={
            "order.customer": held(15),
            "order.customer_po": held(30, normalisation=upper),
            **whole("order.bill_to", nowhere("the bill-to address is the bill-to customer's")),
            **_order_fields("order", settings),
            "order.partial_shipment": nowhere("delivery in parts is a rule of the customer"),
            "purchase_order.supplier": held(15),
            "purchase_order.supplier_reference": held(30, normalisation=upper),
            **_order_fields("purchase_order", settings),
            **whole(
                "purchase_order.ship_to",
                nowhere("no block of a delivery address is known of purchase orders"),
            ),
            "purchase_order.prices_include_tax": _NO_PLACE,
            "purchase_order.line.supplier_product": _NO_PLACE,
            **_party_fields("customer", settings),
            **_party_fields("supplier", settings),
            "product.code": held(20),
            "product.name": held(30),
            "product.codes": elsewhere("one GTIN", 20),
            "product.price": elsewhere(
                "the base price, in the currency that the settings name", scale=settings.price_scale
            ),
            **{
                f"product.{part}": _NO_PLACE
                for part in ("units", "tax_rate", "weight", "block_reason", "superseded_by")
            },
            "product.description": held(30),
            "product.custom": _CUSTOM,
            "return.custom": _NO_PLACE,
        },
        stamps={
            **NUMBERED,
            "orders": orders,
            "purchase_orders": shared_field("ORDREF", 30, window),
            "returns": StampPolicy(execution_window=window),
        },
        on_cancel=OnCancel.GONE if settings.cancel_strategy == "delete" else OnCancel.KEPT,
        on_cancel_line=OnCancelLine.GONE if settings.line_keys else OnCancelLine.LOWERED,
        concurrency=concurrency or CONCURRENCY,
    )


__all__ = ["CONCURRENCY", "KINDS", "SYSTEM", "UNPUBLISHED", "x3_capabilities"]
