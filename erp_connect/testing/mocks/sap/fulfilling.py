"""What colleagues do with an order on their screens: deliver, post the goods issue, bill."""

from __future__ import annotations

from decimal import Decimal

from .documents import Delivery, DeliveryItem, Invoice, InvoiceItem, Order, alpha
from .marshal import to_scale
from .world import World


def deliver(world: World, order_number: str, quantities: dict[str, Decimal] | None = None) -> str:
    """Create an outbound delivery of some quantities by item, or of all that is open; its number.

    A ``ValueError`` where a block or the credit check forbids it, or nothing is open.
    """
    delivery = planned(world, world.order(order_number), quantities)
    world.file(delivery)
    return delivery.number


def blocked(order: Order) -> bool:
    """Whether a block or the credit check forbids to deliver."""
    return bool(order.fields["DLV_BLOCK"]) or order.credit == "B"


def planned(world: World, order: Order, quantities: dict[str, Decimal] | None = None) -> Delivery:
    """The delivery that ``deliver`` creates, not yet filed."""
    if blocked(order):
        raise ValueError(f"order {order.number} is blocked for delivery")
    lines: list[DeliveryItem] = []
    for item in order.items:
        still = item.quantity - world.delivered(order.number, item.number)
        quantity = still if quantities is None else quantities.get(item.number, Decimal(0))
        if quantity > 0 and not item.rejection:
            number = str(10 * (len(lines) + 1)).zfill(6)
            lines.append(DeliveryItem(number, order.number, item.number, item.material, quantity, item.unit))
    if not lines:
        raise ValueError(f"order {order.number} has nothing to deliver")
    ship_to = order.partner("WE")
    return Delivery(
        world.draw("delivery"), ship_to.number if ship_to else "", order.sold_to, world.now(), lines
    )


def post_goods_issue(
    world: World, delivery_number: str, *, bill_of_lading: str = "", transport_id: str = ""
) -> None:
    """The goods leave the house today."""
    delivery = world.deliveries[alpha(delivery_number)]
    delivery.shipped_on = world.today()
    delivery.bill_of_lading, delivery.transport_id = bill_of_lading, transport_id
    for line in delivery.items:
        order, material = world.orders[line.order], world.materials[line.material]
        item = order.item(line.order_item)
        plant = str(item.fields["PLANT"]) if item else material.plants[0]
        key = material.number, plant
        left = world.stock.get(key, Decimal(0)) - world.in_base_units(material, line.quantity, line.unit)
        world.stock[key] = left
    world.file(delivery)


def bill(world: World, delivery_number: str) -> str:
    """Create the invoice of a delivery; its number."""
    delivery = world.deliveries[alpha(delivery_number)]
    order = world.orders[delivery.items[0].order]
    lines = []
    for line in delivery.items:
        item = order.item(line.order_item)
        assert item is not None
        share = item.net_value * line.quantity / item.quantity
        lines.append(
            InvoiceItem(
                line.number,
                order.number,
                item.number,
                delivery.number,
                line.number,
                item.material,
                line.quantity,
                item.unit,
                to_scale(share, world.currency_decimals(order.currency)),
            )
        )
    payer = order.partner("RG")
    number = world.draw("invoice")
    world.file(Invoice(number, payer.number if payer else "", order.currency, world.now(), lines))
    return number


def cancel_invoice(world: World, invoice_number: str) -> None:
    """Cancel an invoice."""
    world.invoices[alpha(invoice_number)].cancelled = True


def release_credit(world: World, order_number: str) -> None:
    """The credit clerk releases an order."""
    world.order(order_number).credit = "D"
