"""BAPI_OUTB_DELIVERY_CREATE_SLS: an outbound delivery of items of one sales order (sap.md 2.10)."""

from __future__ import annotations

from decimal import Decimal

from .documents import Order, plain
from .fulfilling import blocked, planned
from .functions import Values, function_module
from .interface import Row
from .messages import rows
from .selling import Refusal
from .session import Session


@function_module("BAPI_OUTB_DELIVERY_CREATE_SLS")
def create(session: Session, given: Values) -> Values:
    """Creates a delivery, to be saved by the commit of the same session; the order is locked until then.

    A blank quantity is all that is open.  Shipping point and due date are not evaluated, nor tolerances.
    """
    wanted = given["SALES_ORDER_ITEMS"]
    try:
        order = _order(session, wanted)
        quantities = {row["REF_ITEM"]: _quantity(session, order, row) for row in wanted}
    except Refusal as refusal:
        return {"RETURN": rows([refusal.message])}
    delivery = planned(session.world, order, quantities)
    session.register(lambda world: world.file(delivery))
    said = session.say.say("S", "delivery_created", plain(delivery.number))
    return {"DELIVERY": delivery.number, "RETURN": rows([said])}


def _order(session: Session, wanted: list[Row]) -> Order:
    """The one order that all rows name, locked."""
    say = session.say.say
    numbers = {row["REF_DOC"] for row in wanted}
    if len(numbers) != 1:
        raise Refusal(say("E", "no_selection"))
    number = numbers.pop()
    order = session.world.orders.get(number)
    if order is None:
        raise Refusal(say("E", "not_found", plain(number)))
    holder = session.world.lock(number, session.number, session.user)
    if holder:
        raise Refusal(say("E", "locked", plain(number), holder))
    if blocked(order):
        raise Refusal(say("E", "blocked_for_delivery", plain(number)))
    return order


def _quantity(session: Session, order: Order, row: Row) -> Decimal:
    item = order.item(row["REF_ITEM"])
    if item is None or item.rejection:
        raise Refusal(session.say.say("E", "item_missing", row["REF_ITEM"]))
    if row["SALES_UNIT"] not in {"", item.unit}:
        raise Refusal(session.say.say("E", "unit", row["SALES_UNIT"], plain(item.material)))
    still = item.quantity - session.world.delivered(order.number, item.number)
    quantity: Decimal = row["DLV_QTY"] or still
    if still <= 0 or not 0 < quantity <= still:
        raise Refusal(session.say.say("E", "nothing_to_deliver", plain(order.number), item.number))
    return quantity
