"""Invoices: what has left and is not billed yet; entered through ``rules.posting``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ..errors import KeyReused, TransitionNotAllowed
from ..models import (
    Discount,
    Invoice,
    InvoiceLine,
    LineKind,
    Money,
    Order,
    OrderLine,
    Quantities,
    Shipment,
)
from .exact import decimal_of
from .facts import Rounding
from .quantities import moved
from .status import check_transition, restated
from .totals import rate_of, totals

__all__ = ["invoiced", "same_order"]

ZERO: Final = Decimal(0)
_NO_RATES: Final[Mapping[str, Decimal | None]] = {}


@dataclass(frozen=True, slots=True)
class _Bill:
    line: OrderLine
    quantity: Decimal

    def as_line(self) -> OrderLine:
        """The part that is billed, as a line of its own."""
        return self.line.but(
            quantities=Quantities.trusted(ordered=self.quantity),
            discount=_share(self.line.discount, self.quantity, self.line.quantities),
        )


def _share(discount: Discount | None, billed: Decimal, quantities: Quantities) -> Discount | None:
    """A percentage holds for every part; of an amount, a part of the line bears its part."""
    wanted = quantities.ordered - (quantities.cancelled or ZERO)
    if discount is None or discount.amount is None or billed == wanted:
        return discount
    part = Fraction(discount.amount.amount) * Fraction(billed) / Fraction(wanted)
    return Discount.trusted(
        amount=Money.trusted(amount=decimal_of(part), currency=discount.amount.currency), code=discount.code
    )


def invoiced(
    order: Order,
    shipment: Shipment | None,
    *,
    id: str,
    number: str | None,
    today: date,
    now: datetime,
    tax_rates: Mapping[str, Decimal | None] = _NO_RATES,
    rounding: Rounding = Rounding.LINE,
) -> tuple[Order, Invoice]:
    """Bill what was shipped (in ``shipment``, or at all) and is not billed yet.

    The order's charges and discount amounts go on its first invoice, percentages on every one.  ``tax_rates``
    (percent by line id) are those of the products; without them a line's rate is the one that its tax shows.
    Raises ``TransitionNotAllowed`` when there is nothing to bill.
    """
    check_transition(order, "invoice")
    first = not any(line.quantities.invoiced for line in order.lines)
    bills = [
        _Bill(line, quantity)
        for line in order.lines
        if (quantity := _billable(line, shipment, first=first)) > 0
    ]
    if not any(bill.line.kind is not LineKind.CHARGE for bill in bills):
        raise TransitionNotAllowed(
            "nothing was shipped that is not billed yet",
            code="nothing_to_invoice",
            path="lines",
            hint="ship first, or look at the invoices that there are",
        )
    parts = [bill.as_line() for bill in bills]
    found = totals(
        parts,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        discounts=[each for each in order.discounts if first or each.percent is not None],
        charges=order.charges if first else (),
        tax_rates={bill.line.id: rate_of(bill.line, tax_rates) for bill in bills},
        rounding=rounding,
    )
    billed = {bill.line.id: bill.quantity for bill in bills}
    invoice = Invoice.trusted(
        id=id,
        number=number,
        order_ids=(order.id,),
        customer=order.customer,
        currency=order.currency,
        invoiced_on=today,
        paid=False,
        net=found.net,
        tax=found.tax,
        gross=found.gross,
        lines=tuple(
            InvoiceLine.trusted(
                order_line_id=bill.line.id,
                product=bill.line.product,
                description=bill.line.description,
                quantity=bill.quantity,
                unit=bill.line.unit,
                price=bill.line.price,
                net=net,
            )
            for bill, (net, _) in zip(bills, found.lines, strict=True)
        ),
        created_at=now,
    )
    lines = tuple(
        line
        if line.id not in billed
        else line.but(
            quantities=line.quantities.but(invoiced=(line.quantities.invoiced or ZERO) + billed[line.id])
        )
        for line in order.lines
    )
    after = order.but(lines=lines, modified_at=now)
    return restated(after, order, today), invoice


def _billable(line: OrderLine, shipment: Shipment | None, *, first: bool) -> Decimal:
    quantities = line.quantities
    done = quantities.invoiced or ZERO
    if line.kind is LineKind.TEXT:
        return ZERO
    if line.kind is LineKind.CHARGE:
        return quantities.ordered - (quantities.cancelled or ZERO) - done if first else ZERO
    left = max((moved(quantities) or ZERO) - done, ZERO)
    if shipment is None:
        return left
    sent = sum((part.quantity for part in shipment.lines if part.order_line_id == line.id), ZERO)
    return min(sent, left)


def same_order(invoice: Invoice, order: Order) -> Invoice:
    """The invoice that a key stands for already; ``KeyReused`` where it bills another order."""
    if order.id not in invoice.order_ids:
        raise KeyReused(
            "this key was used before for the invoice of another order", operation="invoices.post"
        )
    return invoice
