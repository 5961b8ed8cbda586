"""What SAP over RFC can do with sales orders and around them: operations, fields, stamps (sap.md 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..contract import (
    Capabilities,
    Conditional,
    FieldSupport,
    OnCancel,
    OnCancelLine,
    OperationSupport,
    StampKind,
    StampPolicy,
)
from ..declaring import cannot, elsewhere, emulated, held, native, nowhere
from .settings import STAMP_FIELDS, FunctionSettings

SYSTEM: Final = "sap+rfc"
CONCURRENCY: Final = 8
"""Exclusive sessions; a gateway allows about 200 for a client process (sap.md 1.7)."""
HOLDS: Final = ("delivery", "billing")
"""A credit hold can be read, not released (sap.md 2.5, 2.17)."""

_CHECKED: Final = Conditional.CHECKED


def _change(why: str | None = None, values: tuple[str, ...] | None = None) -> OperationSupport:
    """One CHANGE and one COMMIT on a session, the order read before and after (sap.md 2.5)."""
    if why:
        return emulated(why, 3, read_back=1, conditional=_CHECKED, values=values)
    return native(3, read_back=1, conditional=_CHECKED, values=values)


_CHANGES: Final = (
    *("change_header", "change_quantity", "change_price", "change_date", "change_discount"),
    *("change_warehouse", "change_address", "add_note", "add_line", "cancel_line"),
)
_OPERATIONS: Final[dict[str, OperationSupport]] = {
    "orders.create": native(2, read_back=1),
    "orders.get": native(1),
    "orders.find": native(2),
    "orders.list": emulated("the header table is read in ranges of its key, the orders in blocks", 2),
    "orders.list_modified": emulated("the change date is a day, so more is read than was asked for", 2),
    "orders.events": cannot(
        "SAP reports no events over RFC; list(modified_since=...) tells what has changed"
    ),
    "orders.simulate": native(1),
    "orders.track": emulated("put together from the order and its deliveries", 3),
    **{f"orders.{name}": _change() for name in _CHANGES},
    "orders.substitute_product": _change("a line with the new product is added and the old one rejected"),
    "orders.split_line": _change("a new line is added and the old one lowered"),
    "orders.cancel": _change("every open item is rejected, in one call"),
    **{f"orders.{name}": _change(values=HOLDS) for name in ("hold", "release")},
    "shipments.of": native(2),
    "shipments.post": cannot(
        "a delivery created is not goods that have left, and the modules that pick and post have no published interface"
    ),
    "invoices.of": emulated("the order's flow names them, the billing tables tell the rest", 4),
    "stock.availability": native(3),
    "prices.quote": emulated("a simulated order of one line", 1),
    **{f"customers.{name}": native(2) for name in ("get", "find", "list")},
    **{f"products.{name}": native(1) for name in ("get", "find", "list")},
    **{
        f"{book}.{name}": cannot(f"{book} are kept in SAP; master data is not written over RFC here")
        for book in ("customers", "products")
        for name in ("create", "update")
    },
    **{
        f"suppliers.{name}": cannot("no function module for suppliers is known; use sap+odata")
        for name in ("get", "find", "list", "create", "update")
    },
}


_ADDRESS: Final[dict[str, FieldSupport]] = {
    "name": held(35),
    "lines": held(35),
    "city": held(35),
    "postal_code": held(10),
    "region": held(3),
    "phone": elsewhere("written with the address; not every release shows it with the order", 16),
    "contact": nowhere("the address of an order shows no contact person"),
    "email": nowhere("the address of an order shows no e-mail address"),
    "gln": nowhere("addresses have no GLN"),
}
_NO_CUSTOM: Final = nowhere("a site's own fields go through extensions that differ by site")

_FIELDS: Final[dict[str, FieldSupport]] = {
    "order.customer": held(10),
    "order.customer_po": held(35),
    "order.payment_terms": held(4),
    "order.delivery_terms": elsewhere("a code of three letters, and a place behind it", 31),
    "order.prices_include_tax": elsewhere("the pricing procedure decides; compared after the write"),
    "order.warehouse": elsewhere("written on every line", 4),
    "order.discounts": elsewhere("one percentage, as a header condition of the type set for the site"),
    "order.charges": nowhere("charges are conditions whose types differ by site"),
    "order.references": elsewhere("one reference, in the assignment field", 18),
    "order.contact.name": held(35),
    "order.contact.phone": held(16),
    "order.contact.email": nowhere("the order header has no e-mail address of a contact"),
    "order.bill_to": elsewhere("an address of the bill-to partner"),
    "order.custom": _NO_CUSTOM,
    **{
        f"order.{party}.{part}": known for party in ("ship_to", "bill_to") for part, known in _ADDRESS.items()
    },
    "product.blocked": nowhere("materials are kept in SAP; what a status forbids is SAP's to say"),
    "order.line.product": held(40, normalisation="upper"),
    "order.line.quantity": held(digits=10, scale=3),
    "order.line.price": held(digits=20, scale=9),
    "order.line.description": held(40),
    "order.line.reference": held(6),
    "order.line.warehouse": held(4),
    "order.line.kind": held(values=("item",)),
    "order.line.discount": elsewhere("a condition of the type set for the site"),
    "order.line.custom": _NO_CUSTOM,
}


def rfc_capabilities(
    settings: FunctionSettings, *, system: str = SYSTEM, concurrency: int | None = None
) -> Capabilities:
    """The upper bound of what function modules do, with these settings."""
    _, length = STAMP_FIELDS[settings.stamp_field]
    return Capabilities(
        system=system,
        operations=_OPERATIONS,
        fields=_FIELDS,
        stamps={
            "orders": StampPolicy(
                kind=StampKind.FIELD,
                field=settings.stamp_field,
                po_field="PURCH_NO_C",
                max_length=length,
                searchable=True,
                execution_window=settings.execution_window,
            )
        },
        on_cancel=OnCancel.KEPT,
        on_cancel_line=OnCancelLine.KEPT,
        concurrency=concurrency or CONCURRENCY,
    )


def narrowed(
    known: Capabilities, *, absent: Mapping[str, str], long_materials: bool, concurrency: int
) -> Capabilities:
    """What is left of the upper bound in a system: ``absent`` operations with the reason, short material numbers."""
    fields = dict(known.fields)
    if not long_materials:
        fields["order.line.product"] = held(18, normalisation="upper")
    operations = {**known.operations, **{name: cannot(why) for name, why in absent.items()}}
    return known.narrowed(operations=operations, fields=fields, concurrency=concurrency)
