"""What is wrong with one line of an order: its product, unit, quantity, price and date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from ..models import (
    Finding,
    LineKind,
    Product,
    Ref,
    Severity,
    UnitPrice,
)
from .facts import DraftLine, Facts, Rounding
from .pricing import same_price
from .quantities import sold_in, sold_whole, units_of
from .totals import line_net

__all__ = [
    "examine_line",
    "examine_product",
    "examine_quantity",
    "finding",
    "nearest_codes",
    "requested_in_past",
]

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

LARGEST: Final = 17
"""Digits before the point that a line's amount may have, less one; with four decimals it stays exact everywhere."""


def finding(
    code: str,
    severity: Severity,
    path: str,
    message: str,
    *,
    expected: object = None,
    actual: object = None,
    fix: str | None = None,
) -> Finding:
    """One finding, written shortly."""
    return Finding(
        code=code, severity=severity, path=path, message=message, expected=expected, actual=actual, fix=fix
    )


def requested_in_past(requested: date, today: date, path: str) -> Iterator[Finding]:
    """A warning when the date asked for has gone by."""
    if requested < today:
        yield finding(
            "requested_past",
            _WARNING,
            path,
            "the date asked for has gone by",
            expected=today,
            actual=requested,
            fix="agree on a new date",
        )


def examine_line(
    line: DraftLine,
    product: Product | None,
    price: UnitPrice | None,
    facts: Facts,
    *,
    path: str,
    on_price_mismatch: str = "refuse",
) -> list[Finding]:
    """What is wrong with one line: product, unit, quantity, price, date; stock and credit need the whole order.

    ``price`` is the one that the order will have.  Each check is only entered when there is something to say: most
    lines of most orders are plain.
    """
    found: list[Finding] = []
    kind = line.kind
    if kind is not LineKind.TEXT:
        if product is None or product.blocked or product.superseded_by is not None:
            found += examine_product(line.product, product, facts, f"{path}.product", kind=kind)
        if product is not None:
            if line.unit != product.unit or line.quantity % 1:
                found += examine_quantity(product, line.quantity, line.unit, path, kind=kind)
            if price is None:
                found.append(_no_price(path))
            else:
                found += _amounts(line, price, path, on_price_mismatch)
    if line.requested is not None and line.requested < facts.today:
        found += requested_in_past(line.requested, facts.today, f"{path}.requested")
    return found


def examine_product(
    said: str | Ref, product: Product | None, facts: Facts, path: str, *, kind: LineKind = LineKind.ITEM
) -> Iterator[Finding]:
    """Whether the product is on file, free to be ordered, and not replaced by another."""
    if product is None:
        if kind is LineKind.ITEM or kind is LineKind.SERVICE:
            yield finding(
                "product_unknown",
                _ERROR,
                path,
                "no such product is on file",
                actual=said.id if isinstance(said, Ref) else said,
                fix=nearest_codes(said, facts) or "put the product on file first, or correct the code",
            )
        return
    instead = product.superseded_by
    if product.blocked:
        yield finding(
            "product_blocked",
            _ERROR,
            path,
            "the product is blocked for orders",
            expected=instead,
            actual=product.number,
            fix=f"order {instead} instead" if instead else "order another product, or have it unblocked",
        )
    elif instead is not None:
        yield finding(
            "product_superseded",
            _WARNING,
            path,
            "the product has a successor",
            expected=instead,
            actual=product.number,
            fix=f"order {instead} instead",
        )


def examine_quantity(
    product: Product, quantity: Decimal, unit: str, path: str, *, kind: LineKind = LineKind.ITEM
) -> Iterator[Finding]:
    """Whether the product is sold in this unit, and in this quantity of it."""
    if unit != product.unit and not sold_in(product, unit):
        units = units_of(product)
        yield finding(
            "unit_not_sold",
            _ERROR,
            f"{path}.unit",
            "the product is not sold in this unit",
            expected=units,
            actual=unit,
            fix=f"order it in {' or '.join(units)}",
        )
    if kind is LineKind.ITEM and quantity != quantity.to_integral_value() and sold_whole(unit):
        yield finding(
            "quantity_not_whole",
            _ERROR,
            f"{path}.quantity",
            "this unit is sold in whole numbers only",
            actual=quantity,
            fix="order a whole number, or in a smaller unit",
        )


def nearest_codes(said: str | Ref, facts: Facts) -> str | None:
    """A question that names the codes on file that come nearest; ``None`` when nothing is near."""
    if isinstance(said, Ref):
        return None
    near: Sequence[str] = facts.suggestions.get(said, ())
    if not near:
        known = {code: product.number or code for code, product in facts.products.items()}
        near = tuple(dict.fromkeys(known[code] for code in get_close_matches(said, known, n=3, cutoff=0.75)))
    return f"did you mean {' or '.join(near[:3])}?" if near else None


def _no_price(path: str) -> Finding:
    return finding(
        "price_missing",
        _WARNING,
        f"{path}.price",
        "no price is given and none is on file",
        fix="give a price, or put one on file",
    )


def _amounts(line: DraftLine, price: UnitPrice, path: str, on_price_mismatch: str) -> list[Finding]:
    found: list[Finding] = []
    if line.quantity.adjusted() + price.amount.adjusted() - price.per.adjusted() > LARGEST:
        found.append(
            finding(
                "amount_too_large",
                _ERROR,
                f"{path}.quantity",
                "quantity times price is more than any back-end holds",
                actual=line.quantity,
                fix="correct the quantity or the price",
            )
        )
    if line.expected_price is not None:
        found += _expected(line.expected_price, price, path, on_price_mismatch)
    discount = line.discount
    if discount is not None and discount.amount is not None:
        worth = line_net(line.quantity, price, None, price.currency, Rounding.DOCUMENT)
        if worth is not None and discount.amount.amount > worth.amount:
            found.append(
                finding(
                    "discount_too_high",
                    _ERROR,
                    f"{path}.discount",
                    "the discount is more than the line is worth",
                    expected=worth,
                    actual=discount.amount,
                    fix="lower the discount",
                )
            )
    return found


def _expected(expected: UnitPrice, price: UnitPrice, path: str, on_price_mismatch: str) -> Iterator[Finding]:
    if not same_price(expected, price):
        yield finding(
            "price_mismatch",
            _ERROR if on_price_mismatch == "refuse" else _WARNING,
            f"{path}.expected_price",
            "the price is not the expected one",
            expected=expected,
            actual=price,
            fix="agree on the price with the customer, or order without expected_price",
        )
