"""Values of a row made into the library's own: addresses, money, lines, orders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
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
    Reference,
    UnitPrice,
)
from ...rules.lateness import timeliness
from ...rules.status import standing

__all__ = ["address_of", "custom_of", "fingerprint", "money_of", "settled"]

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
_PARTS: Final = ("region", "contact", "phone", "email", "gln")
_DONE: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.COMPLETED})


@lru_cache(64)
def _parts_of(name: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]:
    """What the fields of an address are called: its street, what every address has, and the rest."""
    prefix = f"{name}." if name else ""
    return (
        tuple(f"{prefix}lines.{index}" for index in range(9)),
        tuple(f"{prefix}{part}" for part in ("name", "city", "postal_code", "country")),
        tuple((part, f"{prefix}{part}") for part in _PARTS),
    )


def address_of(said: Mapping[str, Any], name: str) -> Address | None:
    """The address whose parts are called ``name.…``; ``None`` where no part says anything."""
    lines, required, more = _parts_of(name)
    street = tuple([str(said[line]) for line in lines if said.get(line)])
    who, city, code, country = map(said.get, required)
    parts = {part: said[field] for part, field in more if said.get(field) is not None}
    if not (street or who or city or code or country or any(parts.values())):
        return None
    return Address.trusted(
        name=who or "", lines=street, city=city or "", postal_code=code or "", country=country or "", **parts
    )


def contact_of(said: Mapping[str, Any]) -> Contact | None:
    """The contact of an order."""
    name = said.get("contact.name")
    if not name:
        return None
    return Contact.trusted(name=name, email=said.get("contact.email"), phone=said.get("contact.phone"))


def custom_of(said: Mapping[str, Any]) -> Any:
    """Fields that only this system has."""
    own = {
        name.removeprefix("custom."): value
        for name, value in said.items()
        if value is not None and name.startswith("custom.")
    }
    return FrozenMapping(own) if own else NO_CUSTOM


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


def kind_of(kind: str | None, warnings: list[str]) -> LineKind:
    """The kind of a line: goods, where its row says nothing that we know."""
    if kind is None:
        return LineKind.ITEM
    try:
        return LineKind(kind)
    except ValueError:
        warnings.append(f"lines.fields.kind: the mapping has no word for {kind!r}")
        return LineKind.ITEM


def holds_of(kind: str | None) -> tuple[Hold, ...]:
    """The hold of a line, where its row says one."""
    return (Hold.trusted(kind=kind),) if kind else ()


def discount_of(percent: Decimal | None, amount: Decimal | None, currency: str | None) -> Discount | None:
    """The discount of a line: per cent, or else an amount."""
    if percent:
        return Discount.trusted(percent=percent)
    if amount and currency:
        return Discount.trusted(amount=Money.trusted(amount=amount, currency=currency))
    return None


def settled(
    values: dict[str, Any], lines: Sequence[OrderLine], native: OrderStatus | None, holds: tuple[Hold, ...]
) -> None:
    """Where the order and its lines stand, from quantities where they are told and the native word where not."""
    unknown = OrderStatus.UNKNOWN
    own = [native if native is None or line.status is unknown else line.status for line in lines]
    told = standing(lines, holds=holds, native=native, natives=own)
    for line, status in zip(lines, told.lines, strict=True):
        line.__dict__["status"] = status  # nobody else has seen this line yet
    values["status"] = told.status
    values["fulfilment"] = told.fulfilment
    values["invoicing"] = told.invoicing


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
