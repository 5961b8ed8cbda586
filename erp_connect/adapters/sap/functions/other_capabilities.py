"""What can be done over RFC beside sales orders, and what is found out about it when the connection opens.

Purchase orders: sap.md 2.15 names their modules, but few fields; returns: sap.md 2.12.
"""

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
    Support,
    field_paths,
)
from ...declaring import cannot, elsewhere, emulated, held, native, nowhere
from ..settings import STAMP_FIELDS, FunctionSettings
from . import modules
from .mapping_purchases import STAMP, STAMP_COLUMN, THEIR_NUMBER, THEIR_NUMBER_COLUMN
from .office import Office
from .purchasing import COLUMNS, HEADERS

_UNIT_CALLS: Final = (
    "a line whose unit is not in the settings takes one call more, for its material's own unit"
)


def _change(why: str | None = None) -> OperationSupport:
    """One CHANGE and one COMMIT on a session, the order read before and after (sap.md 2.15)."""
    if why is not None:
        return emulated(why, 3, read_back=1, conditional=Conditional.CHECKED)
    return native(3, read_back=1, conditional=Conditional.CHECKED)


_NO_FIELD: Final = "no field of the purchase order modules is known to carry it"
_NO_RECEIPTS: Final = "the module that posts goods receipts has no published interface"
_CONDITIONS: Final = "discounts and charges are price conditions whose types differ by site"
_PURCHASES: Final[Mapping[str, OperationSupport]] = {
    "create": native(2, read_back=1, why=_UNIT_CALLS),
    "get": native(1),
    "find": native(2, why="by number in one call; otherwise by the header table, each order by a call more"),
    "list": emulated("the header table is read in ranges of its key, each order by a call more", 2),
    "list_modified": cannot("no day of change is known in the purchase orders' header table"),
    "events": cannot("SAP reports no events over RFC"),
    "simulate": cannot("what a test run tells of prices and dates is not published"),
    **{
        name: _change()
        for name in (
            *("change_header", "change_quantity", "change_price", "change_date", "change_warehouse"),
            *("add_line", "cancel_line"),
        )
    },
    "substitute_product": _change("an item with the new product is added and the old one deleted"),
    "split_line": _change("a new item is added and the old one lowered"),
    "change_discount": cannot(_CONDITIONS),
    "change_address": cannot(f"a delivery address: {_NO_FIELD}"),
    "add_note": cannot(f"a text: {_NO_FIELD}"),
    "cancel": _change("every item that is open gets the deletion mark, in one call"),
    **{name: cannot("purchase orders have release strategies, no holds") for name in ("hold", "release")},
    "track": emulated("put together from the items' own marks", 1),
    "confirm": cannot("which fields a supplier's confirmation has is not published"),
    "receive": cannot(_NO_RECEIPTS),
}
OTHER_OPERATIONS: Final[Mapping[str, OperationSupport]] = {
    **{f"purchase_orders.{name}": known for name, known in _PURCHASES.items()},
    "goods_receipts.of": cannot("which fields a purchase order's history has is not published"),
    "returns.create": native(4, read_back=4, why="what has left and come back is counted before"),
    "returns.get": native(2),
    "returns.of": native(2),
}
OTHER_FIELDS: Final[Mapping[str, FieldSupport]] = {
    **{
        path: nowhere(_NO_FIELD)
        for path in field_paths()
        if path.startswith(("purchase_order.ship_to", "purchase_order.contact"))
    },
    **{
        f"purchase_order.{name}": nowhere(_NO_FIELD)
        for name in (
            *("prices_include_tax", "payment_terms", "delivery_terms", "notes", "references", "custom"),
            *("line.reference", "line.supplier_product", "line.custom"),
        )
    },
    **{f"purchase_order.{name}": nowhere(_CONDITIONS) for name in ("discounts", "charges", "line.discount")},
    "purchase_order.supplier": held(10),
    "purchase_order.supplier_reference": held(12),
    "purchase_order.requested": elsewhere("written on every line; told where all lines agree"),
    "purchase_order.warehouse": elsewhere("written on every line", 4),
    "purchase_order.line.product": held(40, normalisation="upper"),
    "purchase_order.line.quantity": held(digits=10, scale=3),
    "purchase_order.line.price": held(digits=20, scale=9),
    "purchase_order.line.description": held(40),
    "purchase_order.line.kind": held(values=("item",)),
    "purchase_order.line.warehouse": held(4),
    "return.reason": elsewhere("a code of the settings"),
    "return.custom": nowhere("a site's own fields go through extensions that differ by site"),
}
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    modules.PO_DETAILS: tuple(name for name in OTHER_OPERATIONS if name.startswith("purchase_orders.")),
    modules.PO_CREATE: ("purchase_orders.create",),
    modules.PO_CHANGE: tuple(
        name
        for name, known in OTHER_OPERATIONS.items()
        if name.startswith("purchase_orders.") and known.conditional is Conditional.CHECKED
    ),
    modules.RETURN_CREATE: ("returns.create",),
}
"""Modules that a system may lack, and what cannot be done without them."""


def other_operations(settings: FunctionSettings) -> dict[str, OperationSupport]:
    """What can be done beside sales orders, with these settings."""
    found = dict(OTHER_OPERATIONS)
    lacking = [
        name for name in ("company_code", "purchasing_org", "purchasing_group") if not getattr(settings, name)
    ]
    if lacking:
        found["purchase_orders.create"] = cannot(
            f"a purchase order belongs to a company and a purchasing organisation: set {', '.join(lacking)}"
        )
    return found


def other_stamps(settings: FunctionSettings) -> dict[str, StampPolicy]:
    """How a lost write to one of these books is found again, at best."""
    _, length = STAMP_FIELDS[settings.stamp_field]
    return {
        "returns": StampPolicy(
            kind=StampKind.FIELD,
            field=settings.stamp_field,
            max_length=length,
            searchable=True,
            execution_window=settings.execution_window,
        ),
        "purchase_orders": StampPolicy(
            kind=StampKind.FIELD,
            field=STAMP,
            po_field=THEIR_NUMBER,
            max_length=12,
            searchable=True,
            execution_window=settings.execution_window,
        ),
    }


def with_other_books(known: Capabilities, settings: FunctionSettings) -> Capabilities:
    """The capabilities of sales orders, with those of the books beside them."""
    return replace(
        known,
        operations={**known.operations, **other_operations(settings)},
        fields={**known.fields, **OTHER_FIELDS},
        stamps={**known.stamps, **other_stamps(settings)},
    )


def as_found(known: Capabilities, office: Office) -> Capabilities:
    """What is left for purchase orders in this system: by the fields of its release, and the table it lets be read.

    Where the stamp has no field, or the table is closed, nothing finds an order again but its number, which is known
    before the COMMIT.
    """
    if not office.pool.interfaces.offered(modules.PO_DETAILS):
        return known
    stamped, their_number = (_kept(office, field) for field in (STAMP, THEIR_NUMBER))
    listed = _readable(office, COLUMNS)
    fields, operations, policy = dict(known.fields), dict(known.operations), known.stamp("purchase_orders")
    if not their_number:
        why = f"this release is not known to have {THEIR_NUMBER} in a purchase order's header"
        path = "purchase_order.supplier_reference"
        fields[path] = replace(fields[path], support=Support.NONE, why=why)
        operations["purchase_orders.change_header"] = cannot(f"no field of it is known to be changed: {why}")
        policy = replace(policy, po_field=None)
    if not office.knows(modules.PO_CREATE, "POITEM", "MATERIAL_LONG"):
        fields["purchase_order.line.product"] = held(18, normalisation="upper")
    if not listed:
        operations["purchase_orders.list"] = cannot(
            f"the table {HEADERS} may not be read, and no function module lists purchase orders"
        )
        operations["purchase_orders.find"] = native(
            1, why=f"by number only: the table {HEADERS} may not be read"
        )
    if stamped:
        searchable = listed and _readable(office, (STAMP_COLUMN,))
    else:
        policy = replace(policy, kind=StampKind.NONE, field=None)
        searchable = listed and their_number and _readable(office, (THEIR_NUMBER_COLUMN,))
    policy = replace(policy, searchable=searchable)
    stamps = {**known.stamps, "purchase_orders": policy}
    return replace(known, operations=operations, fields=fields, stamps=stamps)


def _kept(office: Office, field: str) -> bool:
    written = office.knows(modules.PO_CREATE, "POHEADER", field)
    return written and office.knows(modules.PO_DETAILS, "POHEADER", field)


def _readable(office: Office, columns: tuple[str, ...]) -> bool:
    return office.from_table(lambda: office.tables.readable(HEADERS, columns), lambda _: False, "open")
