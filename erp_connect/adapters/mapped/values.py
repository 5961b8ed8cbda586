"""An order in the words of a mapping's fields: what reading puts together, taken apart for writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...models import Address, LineKind, Order, OrderLine, PurchaseOrder
from .format import QUANTITIES
from .reading import Side

__all__ = ["said_of_address", "said_of_line", "said_of_order"]

_SAME = (
    *("number", "currency", "order_date", "requested", "promised", "prices_include_tax", "payment_terms"),
    *("delivery_terms", "warehouse", "cancel_reason", "created_at", "modified_at", "stamp"),
)
_LINE = ("product", "unit", "requested", "promised", "description", "warehouse", "reference", "parent_line")
_PARTS = ("name", "city", "postal_code", "country", "region", "contact", "phone", "email", "gln")


def said_of_order(
    order: Order | PurchaseOrder, side: Side[Any, Any], references: Sequence[str] = ()
) -> dict[str, Any]:
    """What an order says, by field; status and holds are written by the steps that the mapping declares."""
    said: dict[str, Any] = {name: getattr(order, name) for name in _SAME}
    for name in (side.party, f"{side.party}_id", f"{side.party}_name", side.their_number):
        said[name] = getattr(order, name)
    if isinstance(order, Order):
        said["partial_shipment"] = order.partial_shipment
        said |= said_of_address(order.bill_to, "bill_to")
    said |= said_of_address(order.ship_to, "ship_to")
    for name in ("net", "tax", "gross"):
        amount = getattr(order, name)
        said[name] = None if amount is None else amount.amount
    said["notes"] = "\n".join(order.notes) or None
    for index, note in enumerate(order.notes):
        said[f"notes.{index}"] = note
    if order.contact is not None:
        said |= {f"contact.{part}": getattr(order.contact, part) for part in ("name", "email", "phone")}
    said |= {f"custom.{name}": value for name, value in order.custom.items()}
    left = [*order.references]
    for index, kind in enumerate(references):
        found = next((each for each in left if each.kind == kind), None)
        if found is not None:
            left.remove(found)
            said[f"references.{index}"] = found.value
    for index, each in enumerate(left, start=len(references)):
        said[f"references.{index}"] = each.value
    return said


def said_of_address(address: Address | None, name: str) -> dict[str, Any]:
    """What an address says, by its parts."""
    if address is None:
        return {}
    prefix = f"{name}." if name else ""
    said: dict[str, Any] = {f"{prefix}{part}": getattr(address, part) for part in _PARTS}
    return said | {f"{prefix}lines.{index}": line for index, line in enumerate(address.lines)}


def said_of_line(line: OrderLine, step: int) -> dict[str, Any]:
    """What a line says, by field."""
    said: dict[str, Any] = {name: getattr(line, name) for name in _LINE}
    said["position"] = Decimal(line.position * step)
    said["kind"] = None if line.kind is LineKind.ITEM else line.kind.value
    said["supplier_product"] = getattr(line, "supplier_product", None)
    for name in QUANTITIES:
        said[name] = getattr(line.quantities, name)
    said["cancelled"] = said["cancelled"] or Decimal(0)
    if line.price is not None:
        said |= {"price": line.price.amount, "price_per": line.price.per}
    for name in ("net", "tax"):
        amount = getattr(line, name)
        said[name] = None if amount is None else amount.amount
    discount = line.discount
    said["discount"] = (
        discount.percent if discount is not None and discount.percent is not None else Decimal(0)
    )
    if discount is not None and discount.amount is not None:
        said["discount_amount"] = discount.amount.amount
    said |= {f"custom.{name}": value for name, value in line.custom.items()}
    return said


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The fields that say something else than before."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


_PARTIAL = ("custom.", "references.", "notes.")
"""Fields of which a mapping may hold some and not others."""


def unheld(said: Mapping[str, Any], held: Iterable[str], names: Iterable[str]) -> set[str]:
    """What a mapping has no place for, although it has one for the field as a whole: names as in the drafts."""
    places, lost = set(held), set()
    for name in names:
        if name in places or (value := said.get(name)) is None or value == "":
            continue
        head, _, rest = name.partition(".")
        if name.startswith("notes.") and not any(each.startswith("notes.") for each in places):
            continue
        if name.startswith(_PARTIAL):
            lost.add(head)
        elif rest.startswith("lines.") and f"{head}.lines.0" in places:
            lost.add(f"{head}.lines")
        elif name == "discount_amount":
            lost.add("line.discount")
    return lost
