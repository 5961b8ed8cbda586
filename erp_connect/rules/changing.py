"""What is wrong with a change to an order, before it is made: findings with path and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ..models import (
    AddLine,
    Amendment,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    Discount,
    Finding,
    LineDraft,
    Order,
    OrderFields,
    OrderLine,
    PurchaseOrder,
    Severity,
    SplitLine,
    SubstituteProduct,
)
from .facts import Facts
from .line_checks import examine_line, examine_product, examine_quantity, requested_in_past
from .naming import line_of
from .pricing import line_price

__all__ = ["examine_changes"]


def examine_changes(
    order: Order | PurchaseOrder | OrderFields, amendments: Sequence[Amendment], facts: Facts
) -> tuple[Finding, ...]:
    """Everything that is wrong or worth seeing of these amendments; paths as ``amendments[0].to``.

    Whether the order's state allows them is not asked here: ``amended`` raises ``TransitionNotAllowed``.
    """
    found: list[Finding] = []
    for index, amendment in enumerate(amendments):
        found += _examined(order, amendment, facts, f"amendments[{index}]")
    return tuple(found)


def _examined(order: OrderFields, change: Amendment, facts: Facts, path: str) -> Iterator[Finding]:
    match change:
        case AddLine():
            yield from _added(order, change, facts, f"{path}.line")
        case ChangeQuantity():
            line = line_of(order, change.line, f"{path}.line")
            yield from _quantity(line, change.to, facts, f"{path}.to")
        case SplitLine():
            line = line_of(order, change.line, f"{path}.line")
            yield from _quantity(line, change.quantity, facts, f"{path}.quantity")
            if change.requested is not None:
                yield from requested_in_past(change.requested, facts.today, f"{path}.requested")
        case ChangePrice():
            yield from _currency(order, change.to.currency, f"{path}.to")
        case ChangeDiscount():
            if isinstance(change.to, Discount) and change.to.amount is not None:
                yield from _currency(order, change.to.amount.currency, f"{path}.to")
        case ChangeDate():
            yield from requested_in_past(change.to, facts.today, f"{path}.to")
        case SubstituteProduct():
            yield from _substitute(order, change, facts, path)
        case ChangeAddress() | ChangeHeader():
            yield from _header(order, change, path)


def _header(order: OrderFields, change: ChangeAddress | ChangeHeader, path: str) -> Iterator[Finding]:
    """Fields that only the other kind of order has, and amounts in another currency."""
    if isinstance(change, ChangeAddress):
        changed = [name for name in ("ship_to", "bill_to") if getattr(change, name) is not None]
    else:
        changed = list(change.changes)
        for name in ("discounts", "charges"):
            for index, each in enumerate(change.changes.get(name) or ()):
                if each.amount is not None:
                    yield from _currency(order, each.amount.currency, f"{path}.{name}[{index}]")
    for name in changed:
        if name not in type(order).model_fields:
            yield _not_here(f"{path}.{name}", f"this kind of order has no {name}")


def _not_here(path: str, message: str) -> Finding:
    return Finding(
        code="field_not_offered", severity=Severity.ERROR, path=path, message=message, fix="leave it out"
    )


def _added(order: OrderFields, change: AddLine, facts: Facts, path: str) -> Iterator[Finding]:
    sent = change.line
    if isinstance(sent, LineDraft) is not isinstance(order, Order):
        wanted = "LineDraft" if isinstance(order, Order) else "PurchaseOrderLineDraft"
        yield Finding(
            code="line_kind",
            severity=Severity.ERROR,
            path=path,
            message="this is a line of the other kind of order",
            fix=f"give a {wanted}",
        )
        return
    for price in (sent.price, sent.expected_price):
        if price is not None:
            yield from _currency(order, price.currency, f"{path}.price")
    product = facts.product(sent.product)
    price = line_price(
        sent,
        product,
        facts,
        on=order.order_date or facts.today,
        currency=order.currency,
        includes_tax=bool(order.prices_include_tax),
    )
    yield from examine_line(sent, product, price, facts, path=path)


def _quantity(line: OrderLine, quantity: Decimal, facts: Facts, path: str) -> Iterator[Finding]:
    product = facts.product(line.product)
    if product is None or line.unit is None:
        return
    for found in examine_quantity(product, quantity, line.unit, "", kind=line.kind):
        if found.code == "quantity_not_whole":
            yield Finding(
                code=found.code,
                severity=found.severity,
                path=path,
                message=found.message,
                actual=quantity,
                fix=found.fix,
            )


def _currency(order: OrderFields, currency: str, path: str) -> Iterator[Finding]:
    if currency != order.currency:
        yield Finding(
            code="currency_mismatch",
            severity=Severity.ERROR,
            path=path,
            message="the amount is in another currency than the order",
            expected=order.currency,
            actual=currency,
            fix=f"give the amount in {order.currency}",
        )


def _substitute(order: OrderFields, change: SubstituteProduct, facts: Facts, path: str) -> Iterator[Finding]:
    line = line_of(order, change.line, f"{path}.line")
    product = facts.product(change.to)
    yield from examine_product(change.to, product, facts, f"{path}.to")
    unit = change.unit or line.unit
    if product is not None and unit is not None:
        quantity = change.quantity or line.quantities.ordered
        yield from examine_quantity(product, quantity, unit, path, kind=line.kind)
    if change.price is not None:
        yield from _currency(order, change.price.currency, f"{path}.price")
