"""What the services beside sales orders can do: operations, fields with their widths, stamps (sap.md 4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ...contract import (
    Capabilities,
    Conditional,
    FieldSupport,
    OperationSupport,
    StampKind,
    StampPolicy,
    field_paths,
)
from ...declaring import cannot, elsewhere, emulated, held, native, nowhere
from ..settings import ODataSettings
from . import partners, products, services


def _change(why: str | None = None) -> OperationSupport:
    """One change set, the order read before and after: the service has no ETag (sap.md 4.2)."""
    checked = Conditional.CHECKED
    if why is not None:
        return emulated(why, 2, read_back=1, conditional=checked)
    return native(2, read_back=1, conditional=checked)


_DATES: Final = "delivery dates stand in schedule lines, of which the service's fields are not known here"
_NO_RECEIPTS: Final = "goods receipts are not part of the purchase order service"
_NOT_POSTED: Final = (
    "what has to be picked, packed and approved before a goods issue differs by site; the warehouse posts it"
)
_PURCHASES: Final[Mapping[str, OperationSupport]] = {
    "create": native(1, read_back=1),
    **{name: native(1) for name in ("get", "find", "list", "list_modified")},
    "events": cannot("the service reports no events; list(modified_since=...) tells what has changed"),
    "simulate": cannot("the purchase order service has no dry run"),
    **{
        name: _change()
        for name in (
            *("change_header", "change_quantity", "change_price", "change_warehouse", "add_line"),
            "cancel_line",
        )
    },
    "substitute_product": _change("an item with the new product is added and the old one deleted"),
    "change_date": cannot(_DATES),
    "split_line": cannot(f"parts of a line differ by their dates: {_DATES}"),
    "change_discount": cannot("discounts are price conditions whose types differ by site"),
    "change_address": cannot("the fields of an item's delivery address are not known here"),
    "add_note": cannot("the fields of a purchase order's notes are not known here"),
    "cancel": _change("every item that is open gets the deletion mark, in one change set"),
    **{name: cannot("purchase orders have release strategies, no holds") for name in ("hold", "release")},
    "track": emulated("put together from the items' own marks", 1),
    "confirm": cannot("the purchase order service has no confirmations"),
    "receive": cannot(_NO_RECEIPTS),
}
_BOOKS: Final[Mapping[str, OperationSupport]] = {
    "shipments.of": native(3),
    "shipments.post": cannot(_NOT_POSTED),
    "invoices.of": native(3),
    "returns.create": native(9, read_back=4, why="what has left and come back is counted before"),
    "returns.get": native(2),
    "returns.of": native(3),
    "stock.availability": emulated("stock on hand: what other orders need is not taken off", 2),
    "prices.quote": cannot("the fields of the simulation service are not known here"),
    "customers.get": native(1),
    "customers.find": native(1, why="a name takes one call more, and one for each customer that has it"),
    "customers.list": native(1),
    **{f"products.{name}": native(1) for name in ("get", "find", "list")},
    "customers.create": cannot(partners.KEPT_IN_SAP, "customers.update"),
    "customers.update": _change(),
    **{f"products.{name}": cannot(products.KEPT_IN_SAP) for name in ("create", "update")},
    "suppliers.get": native(1),
    "suppliers.find": native(1, why="a name takes one call more, and one for each supplier that has it"),
    "suppliers.list": native(1),
    "suppliers.create": cannot(partners.KEPT_IN_SAP, "suppliers.update"),
    "suppliers.update": _change(),
    "goods_receipts.of": cannot(_NO_RECEIPTS),
    **{f"purchase_orders.{name}": known for name, known in _PURCHASES.items()},
}
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    services.DELIVERIES: ("shipments.of", "returns.create"),
    services.BILLING: ("invoices.of",),
    services.RETURNS: tuple(name for name in _BOOKS if name.startswith("returns.")),
    services.PARTNERS: tuple(name for name in _BOOKS if name.startswith(("customers.", "suppliers."))),
    services.PRODUCTS: (*(n for n in _BOOKS if n.startswith("products.")), "stock.availability"),
    services.STOCK: ("stock.availability",),
    services.PURCHASES: tuple(name for name in _BOOKS if name.startswith("purchase_orders.")),
}
"""Services that a system may not have activated, and what cannot be done without them."""

NEEDED_SETS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    services.PARTNERS: {"A_Supplier": tuple(name for name in _BOOKS if name.startswith("suppliers."))},
}
"""Sets that a release of a service may not have, and what cannot be done without them."""


def other_operations(settings: ODataSettings) -> dict[str, OperationSupport]:
    """What can be done beside sales orders, with these settings."""
    found = dict(_BOOKS)
    lacking = [
        name for name in ("company_code", "purchasing_org", "purchasing_group") if not getattr(settings, name)
    ]
    if lacking:
        found["purchase_orders.create"] = cannot(
            f"a purchase order belongs to a company and a purchasing organisation: set {', '.join(lacking)}"
        )
    return found


# ------------------------------------------------------------------------------------------------------------ fields


OTHER_FIELDS: Final[Mapping[str, FieldSupport]] = {
    "purchase_order.supplier": held(10),
    "purchase_order.supplier_reference": held(12),
    **{
        path: nowhere("the fields of an item's delivery address are not known here")
        for path in field_paths()
        if path.startswith("purchase_order.ship_to")
    },
    "purchase_order.requested": nowhere(_DATES),
    "purchase_order.prices_include_tax": nowhere(
        "purchase prices are net; the tax code of an item is not set here"
    ),
    "purchase_order.payment_terms": held(4),
    "purchase_order.delivery_terms": elsewhere(
        "a code of three letters, a blank, and a place of up to 70 behind it"
    ),
    "purchase_order.warehouse": elsewhere("written on every line", 4),
    "purchase_order.discounts": nowhere("discounts are price conditions whose types differ by site"),
    "purchase_order.charges": nowhere("charges are price conditions whose types differ by site"),
    "purchase_order.notes": nowhere("the fields of a purchase order's notes are not known here"),
    "purchase_order.references": nowhere("both references of the header are taken: the supplier's and ours"),
    "purchase_order.contact.name": held(30),
    "purchase_order.contact.phone": held(16),
    "purchase_order.contact.email": nowhere("the header has no e-mail address of a contact"),
    "purchase_order.custom": nowhere("a site's own fields differ by site"),
    "purchase_order.line.product": held(40, normalisation="upper"),
    "purchase_order.line.quantity": held(digits=10, scale=3),
    "purchase_order.line.price": held(digits=9, scale=3),
    "purchase_order.line.requested": nowhere(_DATES),
    "purchase_order.line.description": held(40),
    "purchase_order.line.kind": held(values=("item",)),
    "purchase_order.line.discount": nowhere("discounts are price conditions whose types differ by site"),
    "purchase_order.line.warehouse": held(4),
    "purchase_order.line.reference": nowhere("an item has no reference of ours"),
    "purchase_order.line.supplier_product": nowhere("the supplier's number of a product is kept in SAP"),
    "purchase_order.line.custom": nowhere("a site's own fields differ by site"),
    **{
        path: nowhere(
            "it is changed in SAP, where it belongs to addresses, organisations or roles of a partner"
        )
        for path in field_paths()
        if path.startswith(("customer.", "supplier.")) and path.partition(".")[2] not in ("name", "blocked")
    },
    "customer.name": held(40),
    "supplier.name": held(40),
    "supplier.blocked": elsewhere("the block for purchasing, in all purchasing organisations"),
    "customer.blocked": elsewhere("the block for orders in all sales areas, by the code of the settings"),
    "product.blocked": nowhere("materials are kept in SAP; what a status forbids is SAP's to say"),
    "return.reason": elsewhere("a code of the settings"),
    "return.custom": nowhere("a site's own fields differ by site"),
}


def other_stamps(settings: ODataSettings) -> dict[str, StampPolicy]:
    """How a lost write to one of these books is found again."""
    return {
        "returns": StampPolicy(
            kind=StampKind.FIELD,
            field="PurchaseOrderByCustomer",
            max_length=35,
            searchable=True,
            execution_window=settings.execution_window,
        ),
        "purchase_orders": StampPolicy(
            kind=StampKind.FIELD,
            field="CorrespncInternalReference",
            po_field="CorrespncExternalReference",
            max_length=12,
            searchable=True,
            execution_window=settings.execution_window,
        ),
    }


def without_absent(known: Capabilities, absent: Mapping[str, str]) -> Capabilities:
    """What is left where services are not activated: ``absent`` operations with the reason."""
    return replace(known, operations={**known.operations, **{n: cannot(why) for n, why in absent.items()}})
