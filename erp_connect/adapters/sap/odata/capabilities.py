"""What SAP's OData services can do: operations, fields with their widths, stamps (sap.md 4)."""

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
from ...declaring import BLOCKS_AT_ONCE, cannot, elsewhere, emulated, held, native, nowhere
from ..settings import ODataSettings
from .dialect import STAMP
from .mapping_addresses import WIDTH
from .other_capabilities import OTHER_FIELDS, other_operations, other_stamps

SYSTEM: Final = "sap+odata"
CONCURRENCY: Final = 8
HOLDS: Final = ("delivery", "billing")
"""Credit and approval holds can be read, not released here (sap.md 2.17)."""

_ENFORCED: Final = Conditional.ENFORCED
_NO_DRY_RUN: Final = (
    "what the fields of the simulation service are called is not published; nothing is saved to try"
)
_NO_ADDRESS: Final = "this version of the service has no addresses of an order's own"

_NO_ITEM_REFERENCE: Final = "this release has no field for the customer's number of an item"
_FIXED_SCHEDULES: Final = (
    "the dates of lines stand in schedule lines, which cannot be changed in this release"
)
_FIRST_NOTE: Final = "only to notes that the order has: in this release the first comes with the order"
_NEW_CONDITION: Final = (
    "only where the line has such a condition: in this release one comes with a new line only"
)


def _change(why: str | None = None, values: tuple[str, ...] | None = None) -> OperationSupport:
    """One change set whose first part names the version, and the order read back (sap.md 4.2, 4.3)."""
    if why:
        return emulated(why, 1, read_back=1, conditional=_ENFORCED, values=values)
    return native(1, read_back=1, conditional=_ENFORCED, values=values)


_CHANGES: Final = (
    *("change_header", "change_quantity", "change_price", "change_date", "change_discount"),
    *("change_warehouse", "change_address", "add_note", "add_line", "cancel_line"),
)
_OPERATIONS: Final[Mapping[str, OperationSupport]] = {
    "orders.create": replace(
        native(1, read_back=1, why="an address of the order's own is written by two requests more"),
        atomic=False,
    ),
    **{f"orders.{name}": native(1) for name in ("get", "find", "list", "list_modified")},
    "orders.events": cannot("the service reports no events; list(modified_since=...) tells what has changed"),
    "orders.simulate": cannot(_NO_DRY_RUN),
    "orders.track": emulated("put together from the order and its deliveries", 3),
    **{f"orders.{name}": _change() for name in _CHANGES},
    "orders.substitute_product": _change("a line with the new product is added and the old one rejected"),
    "orders.split_line": _change("a new line is added and the old one lowered"),
    "orders.cancel": _change("every open item is rejected, in one change set"),
    **{f"orders.{name}": _change(values=HOLDS) for name in ("hold", "release")},
    "prices.quote": cannot(_NO_DRY_RUN),
}

_ADDRESS: Final[Mapping[str, FieldSupport]] = {
    "name": held(WIDTH),
    "lines": held(WIDTH),
    "city": held(WIDTH),
    "postal_code": held(10),
    "region": held(3),
    "phone": held(30),
    "email": held(241),
    "contact": nowhere("the address of an order shows no contact person"),
    "gln": nowhere("addresses have no GLN"),
}
_PARTIES: Final = ("ship_to", "bill_to")
_CONTACT: Final = nowhere("contact persons are partners with a number of their own")

_FIELDS: Final[Mapping[str, FieldSupport]] = {
    "order.customer": held(10),
    "order.customer_po": held(35),
    "order.payment_terms": held(4),
    "order.delivery_terms": elsewhere("a code of three letters, a blank, and a place of up to 70 behind it"),
    "order.prices_include_tax": elsewhere("the pricing procedure decides; compared after the write"),
    "order.warehouse": elsewhere("written on every line", 4),
    "order.discounts": elsewhere("one percentage, as a header condition of the type set for the site"),
    "order.charges": nowhere("charges are conditions whose types differ by site"),
    "order.references": elsewhere("one reference, in the assignment field", 18),
    "order.contact": _CONTACT,
    **{f"order.contact.{part}": _CONTACT for part in ("name", "phone", "email")},
    **{
        f"order.{party}": elsewhere("an address of the partner, written by a second request")
        for party in _PARTIES
    },
    **{f"order.{party}.{part}": known for party in _PARTIES for part, known in _ADDRESS.items()},
    "order.line.product": held(40, normalisation="upper"),
    "order.line.quantity": held(digits=12, scale=3),
    "order.line.price": held(digits=15, scale=9),
    "order.line.description": held(40),
    "order.line.reference": held(6),
    "order.line.warehouse": held(4),
    "order.line.kind": held(values=("item",)),
    "order.line.discount": elsewhere("a condition of the type set for the site"),
}


def odata_capabilities(settings: ODataSettings, *, concurrency: int | None = None) -> Capabilities:
    """The upper bound of ``sap+odata`` with these settings."""
    operations = {**other_operations(settings), **_OPERATIONS}
    fields = {**OTHER_FIELDS, **_FIELDS}
    if settings.service == "v4":
        operations["orders.create"] = native(1, read_back=1)
        fields["order.line.reference"] = nowhere(_NO_ITEM_REFERENCE)
        _without_addresses(operations, fields, _NO_ADDRESS)
    return Capabilities(
        system=SYSTEM,
        operations=operations,
        fields=fields,
        stamps={
            **other_stamps(settings),
            "orders": StampPolicy(
                kind=StampKind.FIELD,
                field=STAMP,
                po_field="PurchaseOrderByCustomer",
                max_length=35,
                searchable=True,
                execution_window=settings.execution_window,
            ),
        },
        on_cancel=OnCancel.KEPT,
        on_cancel_line=OnCancelLine.KEPT,
        block_size=settings.block_size,
        blocks_at_once=BLOCKS_AT_ONCE,
        concurrency=concurrency or CONCURRENCY,
    )


def narrowed(
    known: Capabilities,
    *,
    product_length: int | None,
    addresses: bool,
    item_reference: bool,
    stamps: bool,
    schedules: bool,
    unheld: Mapping[str, str],
    notes: bool,
    conditions: bool,
    custom: bool,
    custom_of_items: bool,
) -> Capabilities:
    """What is left of the upper bound in a release, by what its sales order service says of itself."""
    operations, fields = dict(known.operations), dict(known.fields)
    if product_length is not None:
        fields["order.line.product"] = held(min(product_length, 40), normalisation="upper")
    if not addresses:
        _without_addresses(operations, fields, _NO_ADDRESS)
    if not schedules:
        operations["orders.change_date"] = cannot(_FIXED_SCHEDULES)
        fields["order.line.requested"] = nowhere(_FIXED_SCHEDULES)
    for path, name in unheld.items():
        fields[path] = nowhere(f"this release does not keep it: {name} is not there, or not to be written")
    for open_to_more, verbs, why in (
        (notes, ("add_note",), _FIRST_NOTE),
        (conditions, ("change_discount", "change_price"), _NEW_CONDITION),
    ):
        if not open_to_more:
            operations |= {f"orders.{verb}": replace(operations[f"orders.{verb}"], why=why) for verb in verbs}
    if not item_reference:
        fields["order.line.reference"] = nowhere(_NO_ITEM_REFERENCE)
    for path, there in (("order.custom", custom), ("order.line.custom", custom_of_items)):
        if not there:
            fields[path] = nowhere("this system has no fields of its own there")
    policies = dict(known.stamps)
    if not stamps:
        policies["orders"] = replace(known.stamp("orders"), kind=StampKind.NONE, field=None)
    return known.narrowed(operations=operations, fields=fields, stamps=policies)


def _without_addresses(
    operations: dict[str, OperationSupport], fields: dict[str, FieldSupport], why: str
) -> None:
    operations["orders.change_address"] = cannot(why)
    for party in _PARTIES:
        fields[f"order.{party}"] = nowhere(why)
        fields |= {f"order.{party}.{part}": nowhere(why) for part in _ADDRESS}
