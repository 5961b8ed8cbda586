"""What SAP over RFC can do with these modules: operations, fields with their widths, stamps (sap.md 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..contract import (
    OPERATIONS,
    Capabilities,
    Conditional,
    Cost,
    FieldSupport,
    OnCancel,
    OnCancelLine,
    OperationSupport,
    StampKind,
    StampPolicy,
    Support,
)
from .settings import STAMP_FIELDS, SiteSettings

SYSTEM: Final = "sap+rfc"
CONCURRENCY: Final = 8
"""Exclusive sessions; a gateway allows about 200 for a client process (sap.md 1.7)."""
HOLDS: Final = ("delivery", "billing")
"""A credit hold can be read, not released (sap.md 2.5, 2.17)."""

_CHECKED: Final = Conditional.CHECKED
_LATER_BOOKS: Final[Mapping[str, str]] = {
    "purchase_orders": "purchase orders are not offered over RFC in this version (sap 2.15)",
    "returns": "not offered over RFC in this version: no interface of the modules is published (sap 2.12)",
    "goods_receipts": "they belong to purchase orders, which are not offered over RFC in this version",
    "suppliers": "no function module for suppliers is known (sap 2.14); use sap+odata",
}


def _native(calls: int, *, read_back: int = 0, why: str | None = None) -> OperationSupport:
    return OperationSupport(cost=Cost(calls=calls, read_back=read_back), why=why)


def _emulated(why: str, calls: int) -> OperationSupport:
    return OperationSupport(support=Support.EMULATED, why=why, cost=Cost(calls=calls))


def _change(why: str | None = None, values: tuple[str, ...] | None = None) -> OperationSupport:
    """One CHANGE and one COMMIT on a session, the order read before and after (sap.md 2.5)."""
    return OperationSupport(
        support=Support.EMULATED if why else Support.NATIVE,
        why=why,
        cost=Cost(calls=3, read_back=1),
        conditional=_CHECKED,
        values=values,
    )


def _cannot(why: str, *alternatives: str) -> OperationSupport:
    return OperationSupport(support=Support.NONE, why=why, atomic=False, alternatives=alternatives)


_CHANGES: Final = (
    *("change_header", "change_quantity", "change_price", "change_date", "change_discount"),
    *("change_warehouse", "change_address", "add_note", "add_line", "cancel_line"),
)
_OPERATIONS: Final[dict[str, OperationSupport]] = {
    "orders.create": _native(2, read_back=1),
    "orders.get": _native(1),
    "orders.find": _native(2),
    "orders.list": _emulated("the header table is read in ranges of its key, the orders in blocks", 2),
    "orders.list_modified": _emulated("the change date is a day, so more is read than was asked for", 2),
    "orders.events": _cannot(
        "SAP reports no events over RFC; list(modified_since=...) tells what has changed"
    ),
    "orders.simulate": _native(1),
    "orders.track": _emulated("put together from the order and its deliveries", 3),
    **{f"orders.{name}": _change() for name in _CHANGES},
    "orders.substitute_product": _change("a line with the new product is added and the old one rejected"),
    "orders.split_line": _change("a new line is added and the old one lowered"),
    "orders.cancel": _change("every open item is rejected, in one call"),
    **{f"orders.{name}": _change(values=HOLDS) for name in ("hold", "release")},
    "shipments.of": _native(2),
    "shipments.post": _cannot("the modules that create deliveries and post goods issues differ by site"),
    "invoices.of": _emulated("the order's flow names them, the billing tables tell the rest", 4),
    "stock.availability": _native(3),
    "prices.quote": _emulated("a simulated order of one line", 1),
    **{f"customers.{name}": _native(2) for name in ("get", "find", "list")},
    **{f"products.{name}": _native(1) for name in ("get", "find", "list")},
    **{
        f"{book}.{name}": _cannot(f"{book} are kept in SAP; master data is not written over RFC here")
        for book in ("customers", "products")
        for name in ("create", "update")
    },
}


def _held(
    max_length: int | None = None,
    *,
    digits: int | None = None,
    scale: int | None = None,
    values: tuple[str, ...] | None = None,
    normalisation: str | None = None,
) -> FieldSupport:
    return FieldSupport(
        max_length=max_length, integer_digits=digits, scale=scale, values=values, normalisation=normalisation
    )


def _elsewhere(why: str, max_length: int | None = None) -> FieldSupport:
    return FieldSupport(support=Support.EMULATED, why=why, max_length=max_length)


def _nowhere(why: str) -> FieldSupport:
    return FieldSupport(support=Support.NONE, why=why)


_ADDRESS: Final[dict[str, FieldSupport]] = {
    "name": _held(35),
    "lines": _held(35),
    "city": _held(35),
    "postal_code": _held(10),
    "region": _held(3),
    "phone": _elsewhere("written with the address; not every release shows it with the order", 16),
    "contact": _nowhere("the address of an order shows no contact person"),
    "email": _nowhere("the address of an order shows no e-mail address"),
    "gln": _nowhere("addresses have no GLN"),
}
_NO_CUSTOM: Final = _nowhere("a site's own fields go through extensions that differ by site")

_FIELDS: Final[dict[str, FieldSupport]] = {
    "order.customer": _held(10),
    "order.customer_po": _held(35),
    "order.payment_terms": _held(4),
    "order.delivery_terms": _elsewhere("a code of three letters, and a place behind it", 31),
    "order.prices_include_tax": _elsewhere("the pricing procedure decides; compared after the write"),
    "order.warehouse": _elsewhere("written on every line", 4),
    "order.discounts": _elsewhere("one percentage, as a header condition of the type set for the site"),
    "order.charges": _nowhere("charges are conditions whose types differ by site"),
    "order.references": _elsewhere("one reference, in the assignment field", 18),
    "order.contact.name": _held(35),
    "order.contact.phone": _held(16),
    "order.contact.email": _nowhere("the order header has no e-mail address of a contact"),
    "order.bill_to": _elsewhere("an address of the bill-to partner"),
    "order.custom": _NO_CUSTOM,
    **{
        f"order.{party}.{part}": known for party in ("ship_to", "bill_to") for part, known in _ADDRESS.items()
    },
    "product.blocked": _nowhere("materials are kept in SAP; what a status forbids is SAP's to say"),
    "order.line.product": _held(40, normalisation="upper"),
    "order.line.quantity": _held(digits=10, scale=3),
    "order.line.price": _held(digits=20, scale=9),
    "order.line.description": _held(40),
    "order.line.reference": _held(6),
    "order.line.warehouse": _held(4),
    "order.line.kind": _held(values=("item",)),
    "order.line.discount": _elsewhere("a condition of the type set for the site"),
    "order.line.custom": _NO_CUSTOM,
}


def rfc_capabilities(settings: SiteSettings, *, concurrency: int | None = None) -> Capabilities:
    """The upper bound of ``sap+rfc`` with these settings."""
    _, length = STAMP_FIELDS[settings.stamp_field]
    later = {name: why for name in OPERATIONS if (why := _LATER_BOOKS.get(name.partition(".")[0]))}
    return Capabilities(
        system=SYSTEM,
        operations={**{name: _cannot(why) for name, why in later.items()}, **_OPERATIONS},
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
        fields["order.line.product"] = _held(18, normalisation="upper")
    operations = {**known.operations, **{name: _cannot(why) for name, why in absent.items()}}
    return known.narrowed(operations=operations, fields=fields, concurrency=concurrency)
