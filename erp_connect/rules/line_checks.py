"""What is wrong with one line of an order: its product, unit, quantity, price and date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from ..models import (
    Finding,
    LineDraft,
    LineKind,
    Product,
    PurchaseOrderLineDraft,
    Ref,
    Severity,
    UnitPrice,
)
from ..models.units import UNITS
from .facts import Draft, Facts
from .pricing import price_for, same_price
from .quantities import sold_in, units_of

__all__ = [
    "examine_line",
    "examine_product",
    "examine_quantity",
    "finding",
    "nearest_codes",
    "requested_in_past",
]

AnyLine = LineDraft | PurchaseOrderLineDraft
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

_WHOLE: Final = frozenset({"C62", "H87", "EA", "NAR", "PR", "SET", "KT", "AS", "AY", "XPP"})
"""Counting units of which nobody sells a part; dozens and thousands may be halved."""


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
    line: AnyLine,
    draft: Draft | None,
    facts: Facts,
    *,
    path: str,
    on_price_mismatch: str = "refuse",
    currency: str | None = None,
    includes_tax: bool = False,
    on: date | None = None,
) -> Iterator[Finding]:
    """What is wrong with one line: product, unit, quantity, price, date; stock and credit need the whole order."""
    if draft is not None:
        currency, includes_tax = draft.currency, bool(draft.prices_include_tax)
        on = draft.order_date
    product = facts.product(line.product)
    if line.kind is not LineKind.TEXT:
        yield from examine_product(line.product, product, facts, f"{path}.product", kind=line.kind)
        if product is not None:
            yield from examine_quantity(product, line.quantity, line.unit, path, kind=line.kind)
            if isinstance(line, LineDraft):
                yield from _price(
                    line, product, facts, path, currency, includes_tax, on or facts.today, on_price_mismatch
                )
            elif line.price is None:
                yield _no_price(path)
            elif line.expected_price is not None:
                yield from _expected(line.expected_price, line.price, path, on_price_mismatch)
    if line.requested is not None:
        yield from requested_in_past(line.requested, facts.today, f"{path}.requested")


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
    if kind is LineKind.ITEM and quantity != quantity.to_integral_value() and _counts(unit):
        yield finding(
            "quantity_not_whole",
            _ERROR,
            f"{path}.quantity",
            "this unit is sold in whole numbers only",
            actual=quantity,
            fix="order a whole number, or in a smaller unit",
        )


def _counts(unit: str) -> bool:
    known = UNITS.get(unit)
    return unit in _WHOLE or (known is not None and known.dimension == "pack")


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


def _price(
    line: LineDraft,
    product: Product,
    facts: Facts,
    path: str,
    currency: str | None,
    includes_tax: bool,
    on: date,
    on_price_mismatch: str,
) -> Iterator[Finding]:
    price = line.price
    if price is None:
        price = price_for(
            product,
            line.quantity,
            line.unit,
            customer=facts.party,
            prices=facts.prices,
            on=on,
            currency=currency,
            includes_tax=includes_tax,
        )
        if price is None:
            yield _no_price(path)
            return
    if line.expected_price is not None:
        yield from _expected(line.expected_price, price, path, on_price_mismatch)
    if (
        line.discount is not None
        and line.discount.amount is not None
        and line.discount.amount.amount * price.per > line.quantity * price.amount
    ):
        yield finding(
            "discount_too_high",
            _ERROR,
            f"{path}.discount",
            "the discount is more than the line is worth",
            actual=line.discount.amount,
            fix="lower the discount",
        )


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
