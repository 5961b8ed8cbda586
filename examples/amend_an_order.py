"""An internal tool: look up an order by the customer's PO number, show it, and change the quantity of a line.

    python amend_an_order.py TARGET PO-NUMBER LINE QUANTITY REASON

Shows what would change and asks before it writes.  The change is refused if somebody else changed the order meanwhile.
"""

from __future__ import annotations

import sys
from decimal import Decimal

import erp_connect as ec


def change_quantity(
    erp: ec.Client, customer_po: str, line: int, quantity: Decimal, reason: str, *, sure: bool = False
) -> ec.Order | None:
    """The order as it stands afterwards; ``None`` when the person said no."""
    orders = erp.orders.find(customer_po=customer_po)
    if len(orders) != 1:
        raise SystemExit(f"{len(orders)} orders have the PO number {customer_po}")
    (order,) = orders
    plan = erp.orders.plan(order, ec.ChangeQuantity(line=line, to=quantity, reason=reason))
    for difference in plan.diff:
        print(f"{difference.path}: {difference.sent} -> {difference.stored}")
    print(f"net total: {plan.price_effect} (reckoned by the {plan.computed_by})")
    if not sure and input("Change it? [y/N] ").strip().lower() != "y":
        return None
    receipt = erp.orders.apply(plan)  # VersionConflict if what counts has moved since the plan
    for difference in receipt.differences:
        print(f"stored otherwise: {difference.path}: {difference.sent} -> {difference.stored}")
    return receipt.order


def main() -> None:
    """Read the arguments, and say what went wrong in one line."""
    if len(sys.argv) != 6:
        raise SystemExit(__doc__)
    target, customer_po, line, quantity, reason = sys.argv[1:]
    try:
        with ec.connect(target, actor="amend_an_order") as erp:
            order = change_quantity(erp, customer_po, int(line), Decimal(quantity), reason)
    except ec.errors.ErpConnectError as error:
        raise SystemExit(str(error)) from None
    if order is not None:
        print(f"order {order.number} is {order.status}: {order.net}")


if __name__ == "__main__":
    main()
