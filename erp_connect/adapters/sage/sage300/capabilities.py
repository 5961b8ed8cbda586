"""What the Web API of Sage 300 can do: operations, fields with their widths, stamps (sage.md 3, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...contract import Capabilities, FieldSupport, OperationSupport, StampKind, StampPolicy
from ...declaring import (
    CHANGES,
    NUMBERED,
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
from .office import CUSTOMERS, INVOICES, ITEMS, NOTES, ORDERS, PRICES, PURCHASES, RECEIPTS, RECEIVED, Offered
from .settings import Sage300Settings

SYSTEM: Final = "sage+300"
CONCURRENCY: Final = 2
"""Requests at once: each holds a session of the installation, and too many are refused (sage.md 3.6)."""

_READ_ONLY: Final = cannot("the Web API enters and reads orders; it neither changes nor deletes them")
_NO_TIMES: Final = cannot("orders carry no time of their last change", "orders.list")
_NO_SUPPLIERS: Final = cannot("no resource for suppliers is documented")
_ONCE_MORE: Final = "the customer's currency is asked for first, once for each customer"
NO_STOCK: Final = "this release has no resource that tells stock by location"


def _book(book: str) -> dict[str, OperationSupport]:
    return {
        **each(f"{book}: get find list", native()),
        f"{book}.list_modified": _NO_TIMES,
        f"{book}.events": _NO_TIMES,
        f"{book}.simulate": cannot("a dry run would leave a quote behind that nobody can remove"),
        **each(
            f"{book}: {CHANGES} add_note add_line substitute_product split_line cancel_line cancel",
            _READ_ONLY,
        ),
        **each(f"{book}: hold release", cannot("an order can be put on hold only while it is entered")),
        f"{book}.track": emulated("by the quantities on the order's own lines"),
    }


_OPERATIONS: Final[Mapping[str, OperationSupport]] = {
    **_book("orders"),
    **_book("purchase_orders"),
    "orders.create": native(why=_ONCE_MORE),
    "purchase_orders.create": native(
        why="an earlier order of the vendor's is asked for first: it tells his currency"
    ),
    "purchase_orders.confirm": cannot("no resource takes confirmations"),
    "purchase_orders.receive": native(),
    **each("shipments: of post", cannot("the Web API has no resource for shipments", "orders.track")),
    "invoices.of": native(3, why="credit notes are found where their description names the order"),
    "goods_receipts.of": native(2),
    "returns.create": emulated("a credit note with the quantities that come back", 3),
    "returns.get": emulated("a credit note", 2),
    "returns.of": emulated("credit notes whose description names the order", 2),
    "stock.availability": emulated("the sum over all locations, no dates", 2),
    "prices.quote": emulated("the customer's price list, without contracts and discounts by quantity", 3),
    **each("customers: get find list create", native()),
    "customers.update": native(2, read_back=1),
    **each("suppliers: get find list create update", _NO_SUPPLIERS),
    **each("products: get find list create", native()),
    "products.update": native(2, read_back=1),
}

_NEEDED: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    (ORDERS, "post"): ("orders.create",),
    (PURCHASES, "get"): (
        "purchase_orders.get",
        "purchase_orders.find",
        "purchase_orders.list",
        "purchase_orders.track",
    ),
    (PURCHASES, "post"): ("purchase_orders.create",),
    (RECEIPTS, "post"): ("purchase_orders.receive",),
    (RECEIVED, "get"): ("goods_receipts.of",),
    (INVOICES, "get"): ("invoices.of",),
    (NOTES, "post"): ("returns.create",),
    (NOTES, "get"): ("returns.create", "returns.get", "returns.of"),
    (CUSTOMERS, "get"): ("customers.get", "customers.find", "customers.list", "prices.quote"),
    (CUSTOMERS, "post"): ("customers.create",),
    (CUSTOMERS, "patch"): ("customers.update",),
    (ITEMS, "get"): ("products.get", "products.find", "products.list", "stock.availability", "prices.quote"),
    (ITEMS, "post"): ("products.create",),
    (ITEMS, "patch"): ("products.update",),
    (PRICES, "get"): ("prices.quote",),
}
"""Verbs of resources without which something cannot be done."""


def narrowed(known: Capabilities, offered: Offered | None, *, stock: bool) -> Capabilities:
    """What is left of the upper bound on a server; ``offered`` is ``None`` where it does not tell."""
    operations = dict(known.operations)
    if not stock:
        operations["stock.availability"] = cannot(NO_STOCK)
    for (resource, verb), names in _NEEDED.items():
        if offered is not None and verb not in offered.get(resource, frozenset()):
            operations |= dict.fromkeys(
                names, cannot(f"this release does not offer {verb.upper()} {resource}")
            )
    return known.narrowed(operations=operations)


# ---------------------------------------------------------------------------------------------------------------
# Fields
# ---------------------------------------------------------------------------------------------------------------

_BUYING_HAS_NONE: Final = nowhere("the purchase order has no documented property for it")
_NO_CONTACT: Final = nowhere("an order's contact is the one of its ship-to address")


def _address_fields(path: str, settings: Sage300Settings) -> dict[str, FieldSupport]:
    width = settings.address_length
    return {
        f"{path}.lines": elsewhere("four address lines", width),
        f"{path}.name": held(width),
        f"{path}.gln": nowhere("addresses have no GLN"),
    }


def _optional(told: Mapping[str, str] | str, setting: str) -> FieldSupport:
    """A field that stands in optional fields of the site, where the settings name them."""
    if not told:
        return nowhere(f"optional fields are each site's own; name them ({setting}=...)")
    return elsewhere("optional fields of the site", 60 if isinstance(told, str) else None)


def _order_fields(settings: Sage300Settings) -> dict[str, FieldSupport]:
    optional = _optional(settings.custom_fields, "custom_fields")
    return {
        "order.customer": held(settings.party_length, normalisation="upper"),
        "order.customer_po": held(settings.number_length),
        **_address_fields("order.ship_to", settings),
        **_address_fields("order.bill_to", settings),
        "order.prices_include_tax": nowhere("the tax group of the customer decides"),
        "order.delivery_terms": nowhere("orders have a carrier, and no delivery terms"),
        "order.partial_shipment": nowhere("orders have no such property"),
        "order.discounts": nowhere("no discount of an order is documented"),
        "order.charges": elsewhere("miscellaneous lines"),
        "order.notes": elsewhere("the comment of the order", settings.comment_length),
        "order.references": _optional(settings.references, "references"),
        **whole("order.contact", _NO_CONTACT),
        "order.custom": optional,
        "order.line.product": held(24, normalisation="upper"),
        "order.line.quantity": held(digits=settings.digits, scale=settings.quantity_scale),
        "order.line.price": held(digits=settings.digits, scale=settings.price_scale),
        "order.line.discount": nowhere("no discount of a line is documented"),
        "order.line.requested": elsewhere("on the header, where all lines agree"),
        "order.line.description": held(60),
        "order.line.kind": held(values=("item",)),
        "order.line.reference": _optional(settings.line_reference, "line_reference"),
        "order.line.custom": optional,
    }


def _purchase_fields(settings: Sage300Settings) -> dict[str, FieldSupport]:
    return {
        "purchase_order.supplier": held(settings.party_length, normalisation="upper"),
        "purchase_order.supplier_reference": nowhere("the one reference carries the stamp"),
        **whole("purchase_order.ship_to", _BUYING_HAS_NONE),
        "purchase_order.warehouse": elsewhere("written on every line"),
        "purchase_order.notes": elsewhere("the comment of the order", settings.comment_length),
        **{
            f"purchase_order.{name}": _BUYING_HAS_NONE
            for name in (
                *("requested", "prices_include_tax", "payment_terms", "delivery_terms", "discounts"),
                *("charges", "references", "custom"),
            )
        },
        **whole("purchase_order.contact", _BUYING_HAS_NONE),
        "purchase_order.line.product": held(24, normalisation="upper"),
        "purchase_order.line.quantity": held(digits=settings.digits, scale=settings.quantity_scale),
        "purchase_order.line.price": held(digits=settings.digits, scale=settings.price_scale),
        "purchase_order.line.kind": held(values=("item",)),
        **{
            f"purchase_order.line.{name}": _BUYING_HAS_NONE
            for name in ("requested", "description", "discount", "reference", "supplier_product", "custom")
        },
    }


def _master_fields(settings: Sage300Settings) -> dict[str, FieldSupport]:
    width = settings.address_length
    on_card = nowhere("the card has no documented property for it")
    return {
        "customer.number": held(settings.party_length, normalisation="upper"),
        "customer.name": held(60),
        "customer.address.name": elsewhere("the customer's own name"),
        "customer.address.lines": elsewhere("four address lines", width),
        **{f"customer.address.{part}": on_card for part in ("phone", "email", "gln")},
        "customer.ship_to": nowhere("ship-to addresses are records of their own"),
        **{
            f"customer.{name}": on_card
            for name in ("contacts", "delivery_terms", "tax_id", "block_reason", "references", "custom")
        },
        "product.code": held(24, normalisation="upper"),
        "product.name": held(60),
        "product.price": nowhere("prices stand on price lists"),
        **{
            f"product.{name}": on_card
            for name in (
                *("codes", "tax_rate", "weight", "blocked", "block_reason", "superseded_by"),
                *("description", "custom"),
            )
        },
        "return.custom": nowhere("credit notes keep no fields of a site's own that are documented"),
    }


def _stamp(settings: Sage300Settings) -> StampPolicy:
    """How an order is found again: by a reference of its own, by the customer's number, or by its number (6.2)."""
    window = settings.execution_window
    if settings.stamp_in == "PurchaseOrderNumber":
        return shared_field("PurchaseOrderNumber", settings.number_length, window)
    if settings.stamp_in == "OrderReference":
        return own_field("OrderReference", "PurchaseOrderNumber", settings.reference_length, window)
    return StampPolicy(
        kind=StampKind.ID,
        field="OrderNumber",
        po_field="PurchaseOrderNumber",
        max_length=settings.number_length,
        searchable=True,
        enforced=True,
        execution_window=window,
    )


def sage300_capabilities(settings: Sage300Settings, *, concurrency: int | None = None) -> Capabilities:
    """The upper bound of ``sage+300`` with these settings."""
    reference = own_field("Reference", None, settings.reference_length, settings.execution_window)
    return Capabilities(
        system=SYSTEM,
        operations=_OPERATIONS,
        fields={**_order_fields(settings), **_purchase_fields(settings), **_master_fields(settings)},
        stamps={
            **NUMBERED,
            "orders": _stamp(settings),
            "purchase_orders": reference,
            "returns": reference,
        },
        concurrency=concurrency or CONCURRENCY,
    )
