"""Values of a row made into the library's own: addresses, money, lines, orders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ...models import (
    NO_CUSTOM,
    Address,
    Contact,
    Discount,
    FrozenMapping,
    Hold,
    LineKind,
    Money,
    OrderLine,
    OrderStatus,
    PurchaseOrderLine,
    Quantities,
    Reference,
    UnitPrice,
)
from ...rules.lateness import timeliness
from ...rules.status import fulfilment, invoicing, line_status, order_status
from .format import QUANTITIES

__all__ = ["address_of", "custom_of", "fingerprint", "line_of", "money_of", "settled"]

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
_PARTS: Final = ("region", "contact", "phone", "email", "gln")
_TEXTS: Final = (
    "product",
    "unit",
    "description",
    "warehouse",
    "reference",
    "parent_line",
    "requested",
    "promised",
)
_DONE: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.COMPLETED})


def address_of(said: Mapping[str, Any], name: str) -> Address | None:
    """The address whose parts are called ``name.…``; ``None`` where no part says anything."""
    prefix = f"{name}." if name else ""
    street = []
    index = 0
    while index < 9:
        line = said.get(f"{prefix}lines.{index}")
        if line:
            street.append(str(line))
        index += 1
    parts = {part: said.get(f"{prefix}{part}") for part in _PARTS}
    required = [said.get(f"{prefix}{part}") for part in ("name", "city", "postal_code", "country")]
    if not street and not any(required) and not any(parts.values()):
        return None
    who, city, code, country = (value or "" for value in required)
    return Address.trusted(
        name=who, lines=tuple(street), city=city, postal_code=code, country=country, **parts
    )


def contact_of(said: Mapping[str, Any]) -> Contact | None:
    """The contact of an order."""
    name = said.get("contact.name")
    if not name:
        return None
    return Contact.trusted(name=name, email=said.get("contact.email"), phone=said.get("contact.phone"))


def custom_of(said: Mapping[str, Any]) -> Any:
    """Fields that only this system has."""
    own = [name for name in said if name.startswith("custom.")]
    return FrozenMapping({name.removeprefix("custom."): said[name] for name in own}) if own else NO_CUSTOM


def money_of(amount: Decimal | None, currency: str | None) -> Money | None:
    """An amount in the row's currency."""
    return None if amount is None or not currency else Money.trusted(amount=amount, currency=currency)


def price_of(said: Mapping[str, Any], currency: str | None, name: str = "price") -> UnitPrice | None:
    """A price, for one unit unless the row says for how many."""
    amount = said.get(name)
    if amount is None or not currency:
        return None
    return UnitPrice.trusted(amount=amount, currency=currency, per=said.get(f"{name}_per", ONE))


def references_of(said: Mapping[str, Any], kinds: Sequence[str]) -> tuple[Reference, ...]:
    """The references of an order, by the places that the mapping gives them."""
    return tuple(
        Reference.trusted(kind=kind, value=value)
        for index, kind in enumerate(kinds)
        if (value := said.get(f"references.{index}")) is not None
    )


def _kind_of(said: Mapping[str, Any], warnings: list[str]) -> LineKind:
    kind = said.get("kind")
    if kind is None:
        return LineKind.ITEM
    try:
        return LineKind(kind)
    except ValueError:
        warnings.append(f"lines.fields.kind: the mapping has no word for {kind!r}")
        return LineKind.ITEM


def line_of(
    model: type[OrderLine] | type[PurchaseOrderLine],
    said: Mapping[str, Any],
    *,
    id: str,
    position: int,
    currency: str | None,
    native_status: str | None,
    warnings: list[str],
) -> OrderLine:
    """One line of an order out of its row's values."""
    percent, amount = said.get("discount"), said.get("discount_amount")
    discount = None
    if percent:
        discount = Discount.trusted(percent=percent)
    elif amount and currency:
        discount = Discount.trusted(amount=Money.trusted(amount=amount, currency=currency))
    held = said.get("holds")
    more = {"supplier_product": said.get("supplier_product")} if model is PurchaseOrderLine else {}
    values: dict[str, Any] = {"product": None, "unit": None}
    values |= {name: said[name] for name in _TEXTS if name in said}
    quantities = {name: said[name] for name in QUANTITIES if name in said}
    if "ordered" not in quantities:
        quantities["ordered"] = ZERO
    if held:
        values["holds"] = (Hold.trusted(kind=held),)
    return model.trusted(
        id=id,
        position=position,
        quantities=Quantities.trusted(**quantities),
        status=said.get("status", OrderStatus.UNKNOWN),
        price=price_of(said, currency),
        net=money_of(said.get("net"), currency),
        tax=money_of(said.get("tax"), currency),
        discount=discount,
        kind=_kind_of(said, warnings),
        native_status=native_status,
        custom=custom_of(said),
        **values,
        **more,
    )


def settled(
    values: dict[str, Any], lines: Sequence[OrderLine], native: OrderStatus | None, holds: tuple[Hold, ...]
) -> None:
    """Where the order and its lines stand, from quantities where they are told and the native word where not."""
    for line in lines:
        own = native if native is None or line.status is OrderStatus.UNKNOWN else line.status
        # Nobody else has seen this line yet.
        line.__dict__["status"] = line_status(line, holds=holds, native=own)
    values["status"] = order_status(lines, holds=holds, native=native)
    values["fulfilment"] = fulfilment(lines)
    values["invoicing"] = invoicing(lines)


def dated(order: Any, today: date) -> Any:
    """The order with its timeliness as of the day of reading."""
    if order.status not in _DONE:
        order.__dict__["timeliness"] = timeliness(order, today)
    return order


def fingerprint(rows: Iterable[Sequence[Any]]) -> str:
    """A short text that is another one as soon as any cell is."""
    digest = hashlib.blake2b(digest_size=12)
    for row in rows:
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
