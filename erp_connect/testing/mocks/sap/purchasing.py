"""The rules by which something is bought, whatever protocol asked for it (sap.md 2.15, 4.6)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from .documents import Fields, PurchaseItem, PurchaseOrder, plain
from .selling import Refusal
from .session import Session


def create(
    session: Session, supplier: str, currency: str, fields: Fields, items: list[Fields], *, test: bool = False
) -> PurchaseOrder:
    """A new purchase order with a number; the caller stores it.  A test draws no number."""
    world, say = session.world, session.say.say
    if supplier not in world.vendors:
        raise Refusal(say("E", "no_such_vendor", plain(supplier)))
    if not items:
        raise Refusal(say("E", "purchase_empty"))
    order = PurchaseOrder("", supplier, currency, world.now(), session.user, fields)
    for wanted in items:
        add(session, order, wanted)
    if not test:
        order.number = world.draw("purchase")
    return order


def add(session: Session, order: PurchaseOrder, wanted: Fields) -> PurchaseItem:
    """A new item; without a number it gets the next full ten."""
    world, say = session.world, session.say.say
    number = str(wanted.get("number", "")).zfill(5)
    if number == "00000":
        number = str((max((int(item.number) for item in order.items), default=0) // 10 + 1) * 10).zfill(5)
    if order.item(number) is not None:
        raise Refusal(say("E", "purchase_item", number))
    material = world.materials.get(wanted["material"])
    if material is None:
        raise Refusal(say("E", "no_such_material", plain(wanted["material"])))
    plant = wanted["plant"] or material.plants[0]
    item = PurchaseItem(number, material.number, wanted["quantity"], wanted["unit"] or material.unit, plant)
    item.price, item.per = wanted["price"], wanted["per"] or Decimal(1)
    item.fields = wanted["fields"]
    item.schedule = wanted.get("schedule", [])
    check(session, item)
    order.items.append(item)
    return item


def check(session: Session, item: PurchaseItem) -> None:
    """Whether an item can stand as it is."""
    say, material = session.say.say, session.world.materials[item.material]
    if item.plant not in material.plants:
        raise Refusal(say("E", "not_in_plant", plain(material.number), item.plant))
    if not material.has_unit(item.unit):
        raise Refusal(say("E", "unit", item.unit, plain(material.number)))
    if item.quantity <= 0:
        raise Refusal(say("E", "purchase_quantity", item.number))


def change(session: Session, order: PurchaseOrder, act: Callable[[PurchaseOrder], None]) -> None:
    """Change an order that nobody else holds."""
    holder = session.world.lock(order.number, session.number, session.user)
    if holder:
        raise Refusal(session.say.say("E", "purchase_locked", plain(order.number), holder))
    act(order)
    order.changed_at = session.world.now()
