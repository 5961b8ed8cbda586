"""Quantities and units of a product: conversion, what is open, and what can be delivered.

A product's own units come first and are exact; physical units (kg, m, l) convert among themselves.  How many pieces
a carton holds is never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ..models import Availability, LineKind, OrderLine, Product, Quantities
from ..models.units import UNITS, is_unit, same_unit
from .exact import decimal_of, subtract
from .facts import StockLevel

__all__ = [
    "availability",
    "between",
    "equal_units",
    "goods_of",
    "in_base_unit",
    "moved",
    "open_quantity",
    "sold_in",
    "sold_whole",
    "units_of",
]

ZERO: Final = Decimal(0)
ONE: Final = Fraction(1)
"""The ratio of a unit to itself: compared by identity, because a Fraction compares slowly."""


def equal_units(one: str | None, other: str | None) -> bool:
    """Whether both name the same unit; H87, C62 and EA do.  Native texts that are on no list equal themselves."""
    if one == other:
        return True
    if one is None or other is None or not (is_unit(one) and is_unit(other)):
        return False
    return same_unit(one, other)


def moved(quantities: Quantities) -> Decimal | None:
    """What has left (sales) or arrived (purchases); ``None`` where the system reports neither."""
    shipped, delivered = quantities.shipped, quantities.delivered
    if shipped is None:
        return delivered
    if delivered is None:
        return shipped
    return max(shipped, delivered)


def goods_of(lines: Sequence[OrderLine]) -> Sequence[OrderLine]:
    """The lines that goods or work move for: not texts and charges, unless there is nothing else."""
    goods = [line for line in lines if line.kind is LineKind.ITEM or line.kind is LineKind.SERVICE]
    return goods or lines


def open_quantity(quantities: Quantities) -> Decimal:
    """What is still to come: ordered less cancelled less what has moved, never below zero."""
    left, cancelled = quantities.ordered, quantities.cancelled
    if cancelled:
        left = subtract(left, cancelled)
    if quantities.shipped or quantities.delivered:
        left = subtract(left, moved(quantities) or ZERO)
    return max(left, ZERO)


def _physical(unit: str, into: str) -> Fraction | None:
    first, second = UNITS.get(unit), UNITS.get(into)
    if first is None or second is None or first.dimension != second.dimension:
        return None
    if first.factor is None or second.factor is None:
        return None
    return Fraction(first.factor) / Fraction(second.factor)


def ratio(product: Product, unit: str) -> Fraction | None:
    """How much of the product's base unit one ``unit`` is; ``None`` where neither product nor physics tells."""
    base = product.unit
    if base is None:
        return None
    if unit == base:
        return ONE
    for own in product.units:
        if own.unit == unit:
            return Fraction(own.factor)
    if equal_units(unit, base):
        return ONE
    for own in product.units:
        if equal_units(own.unit, unit):
            return Fraction(own.factor)
    direct = _physical(unit, base)
    if direct is not None:
        return direct
    for own in product.units:
        through = _physical(unit, own.unit)
        if through is not None:
            return through * Fraction(own.factor)
    return None


def sold_in(product: Product, unit: str) -> bool:
    """Whether the product can be ordered in ``unit``; a product without a base unit on file refuses nothing."""
    return product.unit is None or ratio(product, unit) is not None


_WHOLE: Final = frozenset({"C62", "H87", "EA", "NAR", "PR", "SET", "KT", "AS", "AY", "XPP"})
"""Counting units of which nobody sells a part; dozens and thousands may be halved."""


def sold_whole(unit: str) -> bool:
    """Whether this unit counts things of which nobody sells a part: pieces, sets, packs."""
    known = UNITS.get(unit)
    return unit in _WHOLE or (known is not None and known.dimension == "pack")


def in_base_unit(product: Product, quantity: Decimal, unit: str) -> Decimal:
    """``quantity`` in the product's base unit; ``ValueError`` where the product is not sold in ``unit``."""
    factor = ratio(product, unit)
    if factor is None:
        raise ValueError(_refusal(product, unit, product.unit))
    return quantity if factor is ONE else decimal_of(Fraction(quantity) * factor)


def ratio_between(product: Product, from_unit: str, to_unit: str) -> Fraction | None:
    """How much of ``to_unit`` one ``from_unit`` of the product is; ``None`` where nothing tells."""
    if from_unit == to_unit or equal_units(from_unit, to_unit):
        return ONE
    first, second = ratio(product, from_unit), ratio(product, to_unit)
    if first is not None and second is not None:
        return first / second
    return _physical(from_unit, to_unit)


def between(product: Product, quantity: Decimal, from_unit: str, to_unit: str) -> Decimal:
    """``quantity`` of a product in another unit, exact (28 digits where it does not end).

    ``ValueError`` where neither the product's units nor physics can tell.
    """
    if from_unit == to_unit:
        return quantity
    factor = ratio_between(product, from_unit, to_unit)
    if factor is None:
        raise ValueError(_refusal(product, from_unit, to_unit))
    return quantity if factor is ONE else decimal_of(Fraction(quantity) * factor)


def _refusal(product: Product, unit: str, into: str | None) -> str:
    known = ", ".join(units_of(product)) or "none on file"
    return f"the product has no conversion from {unit} to {into or 'a base unit'}; its units are {known}"


def units_of(product: Product) -> tuple[str, ...]:
    """The units that the product has on file, its base unit first."""
    base = () if product.unit is None else (product.unit,)
    return tuple(dict.fromkeys((*base, *(own.unit for own in product.units))))


def availability(
    product: Product,
    quantity: Decimal,
    unit: str,
    levels: Sequence[StockLevel],
    by: date | None = None,
    *,
    today: date | None = None,
) -> Availability:
    """What is free of a product over the given stock records, in ``unit``, and by when ``quantity`` is there.

    ``available`` is on hand less reserved (never below zero), and what comes in until ``by``; ``None`` without a
    record.  ``promised`` is ``today`` when enough is free now, the day of arrival when what comes in is needed, and
    ``None`` when that does not suffice or the day is not known.
    """
    name = product.number or product.id
    if not levels:
        return Availability.trusted(product=name, unit=unit, requested=quantity)
    on_hand = reserved = free = ZERO
    incoming: Decimal | None = None
    arrivals: list[tuple[date, Decimal]] = []
    for level in levels:
        on_hand += between(product, level.on_hand, level.unit, unit)
        reserved += between(product, level.reserved, level.unit, unit)
        free += between(product, level.free, level.unit, unit)
        if level.incoming is not None:
            coming = between(product, level.incoming, level.unit, unit)
            incoming = coming if incoming is None else incoming + coming
            if level.incoming_on is not None:
                arrivals.append((level.incoming_on, coming))
    available, expected, promised = free, free, today if free >= quantity else None
    for day, coming in sorted(arrivals):
        if by is not None and day <= by:
            available += coming
        if expected < quantity <= expected + coming:
            promised = day
        expected += coming
    places = {level.warehouse for level in levels}
    return Availability.trusted(
        product=name,
        unit=unit,
        requested=quantity,
        available=available,
        on_hand=on_hand,
        reserved=reserved,
        incoming=incoming,
        warehouse=places.pop() if len(places) == 1 else None,
        promised=promised,
    )
