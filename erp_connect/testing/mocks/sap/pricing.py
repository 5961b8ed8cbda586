"""What an order costs, and what of it can be had when."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from .documents import HEADER, Condition, Item, Order, ScheduleLine
from .marshal import to_scale
from .world import World

GENERATED = "generated"
"""Marks a schedule line that the availability check added."""


def price(world: World, order: Order) -> None:
    """Price every item: what was entered goes before the agreed price, and that before the list price."""
    decimals = world.currency_decimals(order.currency)
    header = [c for c in order.conditions if c.item == HEADER]
    for item in order.items:
        entered = header + [c for c in order.conditions if c.item == item.number]
        item.list_price = _list_price(world, order, item)
        item.net_price, item.per = item.list_price or Decimal(0), Decimal(1)
        for condition in entered:
            if world.condition_types[condition.type].kind == "price":
                item.list_price = item.net_price = condition.value
                item.per = condition.per or Decimal(1)
        gross = to_scale(item.net_price * item.quantity / item.per, decimals)
        item.net_value = gross + sum(
            (to_scale(surcharge(world, condition, gross), decimals) for condition in entered), Decimal(0)
        )
        if item.quantity:
            item.net_price = to_scale(item.net_value * item.per / item.quantity, decimals)


def surcharge(world: World, condition: Condition, gross: Decimal) -> Decimal:
    """What a percentage or an amount adds to an item; prices add nothing."""
    kind = world.condition_types[condition.type]
    value = -abs(condition.value) if kind.discount else condition.value
    match kind.kind:
        case "percent":
            return gross * value / 100
        case "amount":
            return value
        case "price":
            return Decimal(0)


def _list_price(world: World, order: Order, item: Item) -> Decimal | None:
    agreed = world.customer_prices.get((order.sold_to, item.material, order.currency))
    for_base = agreed if agreed is not None else world.prices.get((item.material, order.currency))
    if for_base is None:
        return None
    return world.in_base_units(world.materials[item.material], for_base, item.unit)


def incomplete(order: Order) -> bool:
    """Whether something is missing: an item without a price, without a quantity, or no item at all."""
    return not order.items or any(
        i.list_price is None or not i.quantity for i in order.items if not i.rejection
    )


def confirm(world: World, order: Order) -> None:
    """Check availability: a shortage is confirmed on a schedule line of its own, at the end of the lead time."""
    taken: dict[tuple[str, str], Decimal] = {}
    for item in order.items:
        material, plant = world.materials[item.material], str(item.fields["PLANT"])
        factor = world.in_base_units(material, Decimal(1), item.unit)
        item.schedule = [line for line in item.schedule if not line.fields.get(GENERATED)]
        key = material.number, plant
        free = max(world.available(material, plant, order.number) - taken.get(key, Decimal(0)), Decimal(0))
        gone = world.shipped(order.number, item.number)
        left = gone + (free / factor).to_integral_value(rounding="ROUND_FLOOR")
        shortage = Decimal(0)
        for line in item.schedule:
            if item.rejection:
                line.confirmed = Decimal(0)
                continue
            line.confirmed = min(line.quantity, left) if material.checked else line.quantity
            left -= line.confirmed if material.checked else Decimal(0)
            shortage += line.quantity - line.confirmed
        taken[key] = taken.get(key, Decimal(0)) + max(item.confirmed - gone, Decimal(0)) * factor
        if shortage and material.replenished_in is not None:
            item.schedule.append(_later_line(item, shortage, world.now(), material.replenished_in))


def _later_line(item: Item, shortage: Decimal, now: datetime, days: int) -> ScheduleLine:
    date = max(f"{now + timedelta(days=days):%Y%m%d}", *(line.date for line in item.schedule))
    number = str(max(int(line.number) for line in item.schedule) + 1).zfill(4)
    return ScheduleLine(number, date, Decimal(0), shortage, {GENERATED: True})
