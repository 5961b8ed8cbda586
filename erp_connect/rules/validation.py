"""What is wrong with a draft, or with a change, before anything is written: findings with path and remedy.

Errors stop the write, warnings are for a person to see.  What is not on file refuses nothing but an unknown customer,
supplier or product.  Messages name no customer's data; values stand in ``expected`` and ``actual``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from ..errors import (
    CreditBlocked,
    CustomerBlocked,
    InsufficientStock,
    InvalidOrder,
    PriceMismatch,
    ProductBlocked,
    RequestRefused,
)
from ..models import (
    Finding,
    LineKind,
    Money,
    Order,
    OrderDraft,
    Product,
    PurchaseOrder,
    Ref,
    Severity,
)
from .changing import examine_changes
from .credit import drafted_totals, over_credit
from .exact import add, subtract
from .facts import Draft, DraftLine, Facts
from .line_checks import examine_line, finding, nearest_codes, requested_in_past
from .pricing import priced
from .quantities import between, sold_whole

__all__ = ["examine", "examine_changes", "refuse"]

ZERO: Final = Decimal(0)
_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def examine(
    draft: Draft,
    facts: Facts,
    *,
    on_price_mismatch: str = "refuse",
    entered: Order | PurchaseOrder | None = None,
    errors_only: bool = False,
) -> tuple[Finding, ...]:
    """Everything that is wrong or worth seeing, in the order of the draft; paths as ``lines[0].quantity``.

    ``on_price_mismatch="refuse"`` makes an ``expected_price`` that is not the price an error, anything else a
    warning.  ``entered`` is what ``enter`` made of this draft with these facts, where that is at hand: it spares
    reckoning prices and totals a second time.  ``errors_only`` spares the search for what would stop nothing.
    """
    lines: Sequence[DraftLine] = draft.lines
    if entered is None:
        prices = priced(draft, facts)
    else:
        prices = [
            (facts.product(line.product), kept.price) for line, kept in zip(lines, entered.lines, strict=True)
        ]
    found: list[Finding] = [*_party(draft, facts)]
    if not errors_only:
        found += _dates(draft, facts)
    counts_stock = isinstance(draft, OrderDraft) and not (errors_only and facts.policy.backorders)
    place = draft.warehouse
    demand: dict[tuple[str, str | None], Decimal] = {}
    for index, (line, (product, price)) in enumerate(zip(lines, prices, strict=True)):
        path = f"lines[{index}]"
        found += examine_line(line, product, price, facts, path=path, on_price_mismatch=on_price_mismatch)
        if counts_stock and product is not None and line.kind is LineKind.ITEM:
            short = _stock(line, product, line.warehouse or place, facts, path, demand)
            if short is not None:
                found.append(short)
    if not errors_only or any(line.reference is not None for line in lines):
        found += _repeated(lines, [product for product, _ in prices])
    if isinstance(draft, OrderDraft) and facts.party is not None:
        limit = facts.party.credit_limit
        if limit is None:
            if not errors_only:
                found.append(finding("credit_limit_missing", _INFO, "customer", "no credit limit is on file"))
        else:
            totals = drafted_totals(draft, prices, facts) if entered is None else entered
            found += _credit(totals.gross or totals.net, limit, facts)
    return tuple(found)


def _repeated(lines: Sequence[DraftLine], products: Sequence[Product | None]) -> Iterator[Finding]:
    """Two lines with one reference cannot be told apart; two with one product may be meant."""
    references: dict[str, int] = {}
    seen: dict[tuple[str, str], int] = {}
    for index, (line, product) in enumerate(zip(lines, products, strict=True)):
        if line.reference is not None:
            first = references.setdefault(line.reference, index)
            if first != index:
                yield finding(
                    "reference_duplicate",
                    _ERROR,
                    f"lines[{index}].reference",
                    f"lines[{first}] carries the same reference",
                    actual=line.reference,
                    fix="give every line a reference of its own, or none",
                )
        if product is not None:
            first = seen.setdefault((product.id, line.unit), index)
            if first != index:
                yield finding(
                    "product_repeated",
                    _INFO,
                    f"lines[{index}].product",
                    f"lines[{first}] orders the same product",
                    actual=product.number,
                )


def _party(draft: Draft, facts: Facts) -> Iterator[Finding]:
    sales = isinstance(draft, OrderDraft)
    role = "customer" if sales else "supplier"
    party = facts.party
    if party is None:
        said = draft.customer if isinstance(draft, OrderDraft) else draft.supplier
        yield finding(
            f"{role}_unknown",
            _ERROR,
            role,
            f"no such {role} is on file",
            actual=said.id if isinstance(said, Ref) else said,
            fix=nearest_codes(said, facts) or f"put the {role} on file first, or correct the number",
        )
        return
    if party.blocked:
        yield finding(
            f"{role}_blocked",
            _ERROR,
            role,
            f"the {role} is blocked for orders",
            actual=party.block_reason,
            fix=f"have the {role} unblocked",
        )
    if (
        isinstance(draft, OrderDraft)
        and draft.ship_to is None
        and not party.ship_to
        and party.address is None
    ):
        yield finding(
            "address_missing",
            _WARNING,
            "ship_to",
            "neither the order nor the customer has a delivery address",
            fix="give ship_to",
        )


def _dates(draft: Draft, facts: Facts) -> Iterator[Finding]:
    if draft.order_date is not None and draft.order_date > facts.today:
        yield finding(
            "order_date_future",
            _WARNING,
            "order_date",
            "the order date lies in the future",
            expected=facts.today,
            actual=draft.order_date,
        )
    if draft.requested is not None:
        yield from requested_in_past(draft.requested, facts.today, "requested")


def _stock(
    line: DraftLine,
    product: Product,
    warehouse: str | None,
    facts: Facts,
    path: str,
    demand: dict[tuple[str, str | None], Decimal],
) -> Finding | None:
    level = facts.level(product, warehouse)
    if level is None:
        return finding(
            "stock_unknown",
            _WARNING,
            f"{path}.quantity",
            "no stock record is on file; the line waits as a backorder",
            actual=warehouse,
        )
    try:
        needed = between(product, line.quantity, line.unit, level.unit)
    except ValueError:
        return None  # the unit is not sold: said already
    place = (level.product, level.warehouse)
    before = demand.get(place, ZERO)
    demand[place] = add(before, needed)
    free = subtract(level.free, before)
    if needed <= free:
        return None
    allowed = facts.policy.backorders
    there = between(product, max(free, ZERO), level.unit, line.unit)
    return finding(
        "stock_short",
        _WARNING if allowed else _ERROR,
        f"{path}.quantity",
        "there is less in stock than ordered",
        expected=line.quantity,
        actual=there.to_integral_value(ROUND_FLOOR) if sold_whole(line.unit) else there,
        fix=None if allowed else "order what there is, or from another warehouse",
    )


def _credit(value: Money | None, limit: Money, facts: Facts) -> Iterator[Finding]:
    if over_credit(facts, value):
        holds = facts.policy.credit == "hold"
        yield finding(
            "credit_exceeded",
            _WARNING if holds else _ERROR,
            "customer",
            "the order goes above the customer's credit limit" + ("; it is put on hold" if holds else ""),
            expected=limit,
            actual=value,
            fix="have the limit raised or open invoices paid, or order less",
        )


_CLASSES: Final[Mapping[str, type[RequestRefused]]] = {
    "customer_blocked": CustomerBlocked,
    "supplier_blocked": CustomerBlocked,
    "product_blocked": ProductBlocked,
    "stock_short": InsufficientStock,
    "credit_exceeded": CreditBlocked,
    "price_mismatch": PriceMismatch,
}


def refuse(findings: Sequence[Finding], *, operation: str | None = None) -> None:
    """Raise when there are errors among the findings: the matching class when all are of one kind.

    ``CustomerBlocked``, ``ProductBlocked``, ``InsufficientStock``, ``CreditBlocked``, ``PriceMismatch``; anything
    else, and several kinds together, is ``InvalidOrder`` with all errors in ``findings``.  ``path`` is the first
    error's, ``code`` the errors' own when they share one, ``hint`` the first remedy.
    """
    errors = tuple(each for each in findings if each.severity is _ERROR)
    if not errors:
        return
    first = errors[0]
    where = ", ".join(f"{error.path}: {error.code}" for error in errors[:5])
    more = f" and {len(errors) - 5} more" if len(errors) > 5 else ""
    codes = {error.code for error in errors}
    kinds = {_CLASSES.get(code) for code in codes}
    kind = kinds.pop() if len(kinds) == 1 else None
    message = (
        f"{first.message} ({where}{more})" if len(codes) == 1 else f"{len(errors)} errors ({where}{more})"
    )
    code = codes.pop() if len(codes) == 1 else None
    if kind is None:
        raise InvalidOrder(
            message, findings=errors, code=code, path=first.path, hint=first.fix, operation=operation
        )
    if kind is PriceMismatch:
        raise PriceMismatch(message, findings=errors, path=first.path, hint=first.fix, operation=operation)
    raise kind(message, path=first.path, hint=first.fix, operation=operation)
