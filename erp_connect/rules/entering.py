"""A draft becomes an order: what a back-end that knows its business stores of it.

Nothing is refused here; ``rules.validation`` does that before.  What is not on file stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, overload

from ..models import (
    Hold,
    LineDraft,
    LineKind,
    Money,
    Order,
    OrderDraft,
    OrderLine,
    OrderStatus,
    Product,
    Progress,
    PurchaseOrder,
    PurchaseOrderDraft,
    Quantities,
    UnitPrice,
)
from .allocating import Taken, allocate
from .credit import drafted_totals, order_value, over_credit
from .exact import subtract
from .facts import Facts
from .first_look import completeness, first_promise, first_timeliness, said
from .pricing import priced
from .purchasing import entered_purchase

__all__ = ["enter", "order_value", "over_credit", "sales_line"]

ZERO: Final = Decimal(0)
CREDIT: Final = "credit"
"""The kind of hold that an order above the credit limit is given."""


@overload
def enter(
    draft: OrderDraft,
    facts: Facts,
    *,
    id: str,
    number: str | None,
    line_ids: Sequence[str],
    now: datetime,
    stamp: str | None = None,
) -> Order: ...
@overload
def enter(
    draft: PurchaseOrderDraft,
    facts: Facts,
    *,
    id: str,
    number: str | None,
    line_ids: Sequence[str],
    now: datetime,
    stamp: str | None = None,
) -> PurchaseOrder: ...
def enter(
    draft: OrderDraft | PurchaseOrderDraft,
    facts: Facts,
    *,
    id: str,
    number: str | None,
    line_ids: Sequence[str],
    now: datetime,
    stamp: str | None = None,
) -> Order | PurchaseOrder:
    """The order as stored: positions from 1, product numbers, prices, totals, dates, stock, holds and status.

    ``line_ids`` has an id for each line of the draft.  A sales line without a price takes the one on file; it takes
    what is free in stock as ``allocated`` and shows the rest as ``backordered``.  ``version`` is left to the adapter.
    """
    if isinstance(draft, OrderDraft):
        return _sales(draft, facts, id=id, number=number, line_ids=line_ids, now=now, stamp=stamp)
    return entered_purchase(draft, facts, id=id, number=number, line_ids=line_ids, now=now, stamp=stamp)


def sales_line(
    draft: LineDraft,
    product: Product | None,
    price: UnitPrice | None,
    facts: Facts,
    *,
    id: str,
    position: int,
    requested: date | None,
    warehouse: str | None,
    taken: Taken,
    net: Money | None = None,
    tax: Money | None = None,
) -> OrderLine:
    """One line of a sales order as stored; ``requested`` and ``warehouse`` are the order's, for want of its own."""
    wanted = draft.requested or requested
    place = draft.warehouse or warehouse
    quantity, kind, description = draft.quantity, draft.kind, draft.description
    if product is None:
        code = said(draft.product)
    else:
        code = product.number or product.id
        if description is None:
            description = product.name
    allocated = backordered = promised = None
    if kind is LineKind.ITEM:
        allocated, promised = allocate(product, quantity, draft.unit, place, wanted, facts, taken)
        backordered = ZERO if allocated is quantity else subtract(quantity, allocated)
    return OrderLine.trusted(
        id=id,
        position=position,
        product=code,
        unit=draft.unit,
        quantities=Quantities.trusted(
            ordered=quantity,
            allocated=allocated,
            shipped=ZERO,
            invoiced=ZERO,
            cancelled=ZERO,
            returned=ZERO,
            backordered=backordered,
        ),
        status=OrderStatus.SUBMITTED,
        price=price,
        net=net,
        tax=tax,
        discount=draft.discount,
        requested=wanted,
        promised=promised,
        description=description,
        kind=kind,
        warehouse=place,
        reference=draft.reference,
        custom=draft.custom,
    )


def _sales(
    draft: OrderDraft,
    facts: Facts,
    *,
    id: str,
    number: str | None,
    line_ids: Sequence[str],
    now: datetime,
    stamp: str | None,
) -> Order:
    party, policy = facts.party, facts.policy
    prices = priced(draft, facts)
    found = drafted_totals(draft, prices, facts)
    taken: Taken = {}
    lines = tuple(
        sales_line(
            line,
            product,
            price,
            facts,
            id=line_id,
            position=place,
            requested=draft.requested,
            warehouse=draft.warehouse,
            taken=taken,
            net=net,
            tax=tax,
        )
        for place, (line_id, line, (product, price), (net, tax)) in enumerate(
            zip(line_ids, draft.lines, prices, found.lines, strict=True), start=1
        )
    )
    ship_to, bill_to = draft.ship_to, draft.bill_to
    payment_terms, delivery_terms = draft.payment_terms, draft.delivery_terms
    name = customer_id = None
    customer = said(draft.customer)
    if party is not None:
        customer, customer_id, name = party.number or party.id, party.id, party.name
        ship_to = ship_to or (party.ship_to[0] if party.ship_to else party.address)
        bill_to = bill_to or party.address
        payment_terms = payment_terms or party.payment_terms
        delivery_terms = delivery_terms or party.delivery_terms
    status = OrderStatus.SUBMITTED
    holds: tuple[Hold, ...] = ()
    if policy.credit == "hold" and over_credit(facts, found.gross or found.net):
        holds = (Hold.trusted(kind=CREDIT, reason="credit limit exceeded", since=now),)
        status = OrderStatus.ON_HOLD
        lines = tuple(line.but(status=status) for line in lines)
    complete, warnings = completeness(lines, policy)
    return Order.trusted(
        id=id,
        number=number,
        custom=draft.custom,
        warnings=warnings,
        status=status,
        currency=draft.currency,
        lines=lines,
        ship_to=ship_to,
        order_date=draft.order_date or facts.today,
        requested=draft.requested,
        promised=first_promise(lines),
        prices_include_tax=bool(draft.prices_include_tax),
        payment_terms=payment_terms,
        delivery_terms=delivery_terms,
        warehouse=draft.warehouse,
        discounts=draft.discounts,
        charges=draft.charges,
        notes=draft.notes,
        references=draft.references,
        contact=draft.contact,
        holds=holds,
        fulfilment=Progress.NONE,
        invoicing=Progress.NONE,
        timeliness=first_timeliness(lines, facts.today),
        net=found.net,
        tax=found.tax,
        gross=found.gross,
        stamp=stamp,
        complete=complete,
        created_at=now,
        modified_at=now,
        customer=customer,
        customer_po=draft.customer_po,
        customer_id=customer_id,
        customer_name=name,
        bill_to=bill_to,
        partial_shipment=draft.partial_shipment,
    )
