"""An order in the words of a mapping's fields: what reading puts together, taken apart for writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from ...models import Address, LineKind, Order, OrderLine, PurchaseOrder
from .format import LINE_TEXTS, QUANTITIES
from .reading import Side

__all__ = ["changed", "said_of_address", "said_of_line", "said_of_order", "unheld", "word_of_line"]

ZERO: Final = Decimal(0)
Word = Callable[[OrderLine], Any]
"""What tells one field of a line."""
_SAME = (
    *("number", "currency", "order_date", "requested", "promised", "prices_include_tax", "payment_terms"),
    *("delivery_terms", "warehouse", "cancel_reason", "created_at", "modified_at", "stamp"),
)
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


def _amount(name: str) -> Word:
    money_of = attrgetter(name)

    def amount(line: OrderLine) -> Any:
        money = money_of(line)
        return None if money is None else money.amount

    return amount


def _percent(line: OrderLine) -> Decimal:
    percent = None if line.discount is None else line.discount.percent
    return ZERO if percent is None else percent


_OF_LINE: Final[dict[str, Word]] = {
    **{name: attrgetter(name) for name in LINE_TEXTS},
    "kind": lambda line: None if line.kind is LineKind.ITEM else line.kind.value,
    "supplier_product": lambda line: getattr(line, "supplier_product", None),
    **{name: attrgetter(f"quantities.{name}") for name in QUANTITIES},
    "cancelled": lambda line: line.quantities.cancelled or ZERO,
    **{name: _amount(name) for name in ("price", "net", "tax")},
    "discount": _percent,
}


def word_of_line(name: str, step: int) -> Word:
    """What tells one field of a line; of the fields that only some lines have, it tells nothing."""
    if name == "position":
        return lambda line: Decimal(line.position * step)
    return _OF_LINE.get(name) or (lambda _: None)


def said_of_line(line: OrderLine, step: int) -> dict[str, Any]:
    """What a line says, by field."""
    said = {name: word(line) for name, word in _OF_LINE.items()}
    said["position"] = Decimal(line.position * step)
    if line.price is not None:
        said["price_per"] = line.price.per
    discount = line.discount
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
