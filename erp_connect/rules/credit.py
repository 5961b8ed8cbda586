"""Whether an order goes above the customer's credit limit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ..models import Money, Product, UnitPrice
from .exact import add
from .facts import Draft, DraftLine, Facts
from .pricing import priced
from .totals import Item, Totals, reckoned

__all__ = ["drafted_totals", "order_value", "over_credit"]

ZERO: Final = Decimal(0)


def over_credit(facts: Facts, value: Money | None) -> bool:
    """Whether an order of this value goes above the customer's credit limit.

    ``False`` where it cannot be told: no limit, no value, or amounts in different currencies.
    """
    party = facts.party
    if party is None or party.credit_limit is None or value is None:
        return False
    limit = party.credit_limit
    used = facts.credit_used or party.credit_used
    if value.currency != limit.currency or (used is not None and used.currency != limit.currency):
        return False
    return add(value.amount, used.amount if used is not None else ZERO) > limit.amount


def drafted_totals(
    draft: Draft, prices: Sequence[tuple[Product | None, UnitPrice | None]], facts: Facts
) -> Totals:
    """What a draft comes to at these products and prices, one for each of its lines."""
    lines: Sequence[DraftLine] = draft.lines
    return reckoned(
        [
            Item(
                line.quantity, price, line.discount, None if product is None else product.tax_rate, line.kind
            )
            for line, (product, price) in zip(lines, prices, strict=True)
        ],
        currency=draft.currency,
        includes_tax=bool(draft.prices_include_tax),
        discounts=draft.discounts,
        charges=draft.charges,
        rounding=facts.policy.rounding,
    )


def order_value(draft: Draft, facts: Facts) -> Money | None:
    """What the draft would come to (with tax where the rates are known); ``None`` where a price is missing."""
    found = drafted_totals(draft, priced(draft, facts), facts)
    return found.gross or found.net
