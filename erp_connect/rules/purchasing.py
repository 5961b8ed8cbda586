"""A purchase order's draft becomes a purchase order; entered through ``rules.entering``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from ..models import (
    Money,
    OrderStatus,
    Product,
    Progress,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLine,
    PurchaseOrderLineDraft,
    Quantities,
    UnitPrice,
)
from .credit import drafted_totals
from .facts import Facts
from .first_look import completeness, first_timeliness, said
from .pricing import priced

__all__ = ["entered_purchase", "purchase_line"]

ZERO: Final = Decimal(0)


def purchase_line(
    draft: PurchaseOrderLineDraft,
    product: Product | None,
    price: UnitPrice | None,
    *,
    id: str,
    position: int,
    requested: date | None,
    warehouse: str | None,
    net: Money | None = None,
    tax: Money | None = None,
) -> PurchaseOrderLine:
    """One line of a purchase order as stored."""
    code, description = said(draft.product), draft.description
    if product is not None:
        code = product.number or product.id
        description = product.name if description is None else description
    return PurchaseOrderLine.trusted(
        id=id,
        position=position,
        product=code,
        unit=draft.unit,
        quantities=Quantities.trusted(
            ordered=draft.quantity,
            confirmed=ZERO,
            shipped=ZERO,
            delivered=ZERO,
            cancelled=ZERO,
        ),
        status=OrderStatus.SUBMITTED,
        price=price,
        net=net,
        tax=tax,
        discount=draft.discount,
        requested=draft.requested or requested,
        description=description,
        kind=draft.kind,
        warehouse=draft.warehouse or warehouse,
        reference=draft.reference,
        custom=draft.custom,
        supplier_product=draft.supplier_product,
    )


def entered_purchase(
    draft: PurchaseOrderDraft,
    facts: Facts,
    *,
    id: str,
    number: str | None,
    line_ids: Sequence[str],
    now: datetime,
    stamp: str | None,
) -> PurchaseOrder:
    """The purchase order as stored; prices are the draft's or unknown, nothing is confirmed yet."""
    party = facts.party
    prices = priced(draft, facts)
    found = drafted_totals(draft, prices, facts)
    lines = tuple(
        purchase_line(
            line,
            product,
            price,
            id=line_id,
            position=place,
            requested=draft.requested,
            warehouse=draft.warehouse,
            net=net,
            tax=tax,
        )
        for place, (line_id, line, (product, price), (net, tax)) in enumerate(
            zip(line_ids, draft.lines, prices, found.lines, strict=True), start=1
        )
    )
    payment_terms, delivery_terms = draft.payment_terms, draft.delivery_terms
    name = supplier_id = None
    supplier = said(draft.supplier)
    if party is not None:
        supplier, supplier_id, name = party.number or party.id, party.id, party.name
        payment_terms = payment_terms or party.payment_terms
        delivery_terms = delivery_terms or party.delivery_terms
    complete, warnings = completeness(lines, facts.policy)
    return PurchaseOrder.trusted(
        id=id,
        number=number,
        custom=draft.custom,
        warnings=warnings,
        status=OrderStatus.SUBMITTED,
        currency=draft.currency,
        lines=lines,
        ship_to=draft.ship_to,
        order_date=draft.order_date or facts.today,
        requested=draft.requested,
        prices_include_tax=bool(draft.prices_include_tax),
        payment_terms=payment_terms,
        delivery_terms=delivery_terms,
        warehouse=draft.warehouse,
        discounts=draft.discounts,
        charges=draft.charges,
        notes=draft.notes,
        references=draft.references,
        contact=draft.contact,
        fulfilment=Progress.NONE,
        invoicing=Progress.UNKNOWN,
        timeliness=first_timeliness(lines, facts.today),
        net=found.net,
        tax=found.tax,
        gross=found.gross,
        stamp=stamp,
        complete=complete,
        created_at=now,
        modified_at=now,
        supplier=supplier,
        supplier_reference=draft.supplier_reference,
        supplier_id=supplier_id,
        supplier_name=name,
    )
