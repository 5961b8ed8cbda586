"""What stock gives to a line: how much is allocated, what waits as a backorder, and when it can leave."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from ..models import Product, Quantities
from .exact import add, subtract
from .facts import Facts
from .quantities import between, open_quantity, sold_whole

__all__ = ["Taken", "allocate", "settled"]

ZERO: Final = Decimal(0)
Taken = dict[tuple[str, str | None], tuple[Decimal, Decimal]]
"""What other lines of the same order were given from a stock record, and what they wait for, in the record's unit."""
_NOTHING: Final = (ZERO, ZERO)


def allocate(
    product: Product | None,
    quantity: Decimal,
    unit: str,
    warehouse: str | None,
    requested: date | None,
    facts: Facts,
    taken: Taken,
) -> tuple[Decimal, date | None]:
    """How much of ``quantity`` stock covers, and the day on which all of it can leave (``None``: not known).

    Whole packs only, where the line counts in packs.  What is given, and what waits for goods to come in, is added to
    ``taken``, so that two lines do not get the same pieces.
    """
    level = None if product is None else facts.level(product, warehouse)
    if level is None or product is None:
        return ZERO, None
    place = (level.product, level.warehouse)
    used, waiting = taken.get(place, _NOTHING)
    free = subtract(subtract(level.on_hand, level.reserved), used)
    needed = quantity
    if level.unit != unit:
        try:
            needed = between(product, quantity, unit, level.unit)
        except ValueError:
            return ZERO, None
    today = facts.today
    earliest = today if requested is None or requested < today else requested
    if needed <= free:
        taken[place] = (add(used, needed), waiting)
        return quantity, earliest
    given = taking = max(free, ZERO)
    if level.unit != unit:
        given = between(product, given, level.unit, unit)
        if sold_whole(unit):
            given = given.to_integral_value(ROUND_FLOOR)
            taking = between(product, given, unit, level.unit)
    short = add(waiting, subtract(needed, taking))
    taken[place] = (add(used, taking), short)
    owed = short if free >= 0 else subtract(short, free)  # others' reservations come first
    day = None
    if level.incoming is not None and level.incoming_on is not None and owed <= level.incoming:
        day = max(earliest, level.incoming_on)
    return given, day


def settled(quantities: Quantities, allocated: Decimal | None) -> Quantities:
    """The quantities with this much allocated and the rest of what is open backordered; unreported stays so.

    Of an allocation that is more than what is open, the surplus is given back.
    """
    if quantities.allocated is None and allocated is None:
        return quantities
    left = open_quantity(quantities)
    given = min(allocated or ZERO, left)
    rest = None if quantities.backordered is None else subtract(left, given)
    return quantities.but(allocated=given, backordered=rest)
