"""What an order comes to: line nets, discounts, charges, tax, and where each is rounded.

The rule, for both kinds of rounding (always half up, to the currency's digits):

* A line is worth quantity x price / per, less its discount; the quantity is what was ordered less what was cancelled.
* The document's discounts and charges apply to the sum of the lines; each percentage to that same sum.
* Tax on the document's discounts and charges follows the lines, in proportion to what they come to.
* ``Rounding.LINE``: each line's amount and tax, each percentage discount of the document, and the tax on discounts
  and charges are rounded; the sums are sums of rounded amounts.
* ``Rounding.DOCUMENT``: nothing is rounded but the sums of the document; ``gross`` is the sum of both.
* Where prices include tax, all of this happens on gross amounts, and the tax is taken out of them: gross x rate /
  (100 + rate).  Net is then gross less tax.

What is not known stays unknown: no price, no net; no rate, no tax.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple, TypeVar

from ..models import Charge, Discount, LineKind, Money, OrderFields, OrderLine, Product, UnitPrice
from .exact import add, decimal_of, multiply, quantize, quantum_of, quotient, rounded, subtract
from .facts import Rounding

__all__ = [
    "Item",
    "Totals",
    "implied_rate",
    "line_net",
    "rate_of",
    "reckoned",
    "tax_rates_of",
    "totals",
    "with_totals",
]

AnyOrder = TypeVar("AnyOrder", bound=OrderFields)
Number = Decimal | Fraction
Amounts = tuple[Number | None, Number | None, Number | None]
"""Of a line: its value in the document's own terms (net, or gross where prices include tax), its net, its tax."""

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)
HUNDREDTH: Final = Decimal("0.01")


class Totals(NamedTuple):
    """What an order comes to; ``lines`` has net and tax of each line, in the order of the lines."""

    net: Money | None
    tax: Money | None
    gross: Money | None
    lines: tuple[tuple[Money | None, Money | None], ...] = ()


class Item(NamedTuple):
    """What the totals need to know of a line; ``rate`` is the tax in percent, ``None`` where it is not known.

    ``kept`` are the net and tax that hold whatever price and rate say.
    """

    quantity: Decimal
    price: UnitPrice | None
    discount: Discount | None
    rate: Decimal | None
    kind: LineKind = LineKind.ITEM
    kept: tuple[Money | None, Money | None] | None = None


def _plus(one: Number, other: Number) -> Number:
    try:
        return add(one, other)  # type: ignore[arg-type] # nearly always two Decimals
    except TypeError:
        return Fraction(one) + Fraction(other)


def _minus(one: Number, other: Number) -> Number:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return subtract(one, other)
    return Fraction(one) - Fraction(other)


def _percent(number: Number, percent: Decimal) -> Number:
    if isinstance(number, Decimal):
        return multiply(multiply(number, percent), HUNDREDTH)
    return number * Fraction(percent) / 100


def _worth(quantity: Decimal, price: UnitPrice, discount: Discount | None) -> Number:
    """Quantity x price / per, less the discount; exact."""
    whole = multiply(quantity, price.amount)
    value: Number = whole if price.per == ONE else quotient(whole, price.per)
    if discount is None or not quantity:
        return value
    if discount.percent is not None:
        return _percent(value, subtract(HUNDRED, discount.percent))
    return value if discount.amount is None else _minus(value, discount.amount.amount)


def _tax(value: Number, rate: Decimal, includes_tax: bool) -> Number:
    """The tax on (or, where the amount includes it, in) an amount; exact."""
    if not includes_tax:
        return _percent(value, rate)
    bottom = add(HUNDRED, rate)
    if isinstance(value, Decimal):
        return quotient(multiply(value, rate), bottom)
    return value * Fraction(rate) / Fraction(bottom)


def _amounts(item: Item, includes_tax: bool, quantum: Decimal | None) -> Amounts:
    """What one line comes to, rounded to ``quantum`` unless that is ``None``."""
    quantity, price, discount, rate, _, kept = item
    if kept is not None:
        return _kept(kept, includes_tax)
    if price is None:
        return None, None, None
    if quantum is not None and discount is None and not includes_tax and price.per == ONE:
        return _plain(multiply(quantity, price.amount), rate, quantum)
    value = _worth(quantity, price, discount)
    if quantum is not None:
        value = rounded(value, quantum)
    if not value or (rate is not None and not rate):
        return value, value, ZERO  # nothing has no tax, whatever the rate
    if rate is None:
        return value, (None if includes_tax else value), None
    tax = _tax(value, rate, includes_tax)
    if quantum is not None:
        tax = rounded(tax, quantum)
    return value, (_minus(value, tax) if includes_tax else value), tax


def _plain(whole: Decimal, rate: Decimal | None, quantum: Decimal) -> Amounts:
    """What most lines come to: no discount, no tax inside, everything in Decimals and rounded by line."""
    value = quantize(whole, quantum)
    if rate is None:
        return value, value, None if value else ZERO
    tax = quantize(multiply(multiply(value, rate), HUNDREDTH), quantum) if value and rate else ZERO
    return value, value, tax


def _kept(kept: tuple[Money | None, Money | None], includes_tax: bool) -> Amounts:
    net, tax = (None if money is None else money.amount for money in kept)
    if not includes_tax:
        return net, net, tax
    return (None if net is None or tax is None else add(net, tax)), net, tax


def _money(number: Number | None, currency: str) -> Money | None:
    if number is None:
        return None
    return Money.trusted(
        amount=number if isinstance(number, Decimal) else decimal_of(number), currency=currency
    )


def line_net(
    quantity: Decimal,
    price: UnitPrice | None,
    discount: Discount | None,
    currency: str,
    rounding: Rounding = Rounding.LINE,
    *,
    includes_tax: bool = False,
    tax_rate: Decimal | None = None,
) -> Money | None:
    """What a line comes to without tax: rounded half up (``LINE``), or exact up to 28 digits (``DOCUMENT``).

    ``None`` without a price, and where the price includes tax at a rate that is not known.
    """
    quantum = quantum_of(currency) if rounding is Rounding.LINE else None
    _, net, _ = _amounts(Item(quantity, price, discount, tax_rate), includes_tax, quantum)
    return _money(net, currency)


def reckoned(
    items: Sequence[Item],
    *,
    currency: str,
    includes_tax: bool,
    discounts: Sequence[Discount] = (),
    charges: Sequence[Charge] = (),
    rounding: Rounding = Rounding.LINE,
) -> Totals:
    """Net, tax and gross by the rule of this module; lines of text come to nothing and are shown as unknown.

    A wholly cancelled order comes to nothing: it has no freight to pay.
    """
    quantum = quantum_of(currency)
    by_line = quantum if rounding is Rounding.LINE else None
    value: Number | None = ZERO
    tax: Number | None = ZERO
    shown: list[tuple[Money | None, Money | None]] = []
    counted: list[tuple[Item, Amounts]] = []
    extras = bool(discounts or charges)
    for item in items:
        if item.kind is LineKind.TEXT:
            shown.append(item.kept or (None, None))
            continue
        amounts = _amounts(item, includes_tax, by_line)
        own, net, own_tax = amounts
        value = None if own is None or value is None else _plus(value, own)
        tax = None if own_tax is None or tax is None else _plus(tax, own_tax)
        shown.append(item.kept or (_money(net, currency), _money(own_tax, currency)))
        if extras:
            counted.append((item, amounts))
    if value is not None and any(item.quantity > 0 for item, _ in counted):
        extra = _extra(value, discounts, charges, by_line)
        more = _tax_on_extra(extra, value, counted, includes_tax)
        if more is not None and by_line is not None:
            more = rounded(more, by_line)
        tax = None if tax is None or more is None else _plus(tax, more)
        value = _plus(value, extra)
    return _document(value, tax, currency, quantum, includes_tax, tuple(shown))


def _document(
    value: Number | None,
    tax: Number | None,
    currency: str,
    quantum: Decimal,
    includes_tax: bool,
    lines: tuple[tuple[Money | None, Money | None], ...],
) -> Totals:
    if value is None:
        return Totals(net=None, tax=None, gross=None, lines=lines)
    amount = rounded(value, quantum)
    known = None if tax is None else rounded(tax, quantum)
    net: Decimal | None = amount
    gross: Decimal | None = None if known is None else add(amount, known)
    if includes_tax:
        net, gross = (None if known is None else subtract(amount, known)), amount
    return Totals(
        net=_money(net, currency), tax=_money(known, currency), gross=_money(gross, currency), lines=lines
    )


def _extra(
    value: Number, discounts: Sequence[Discount], charges: Sequence[Charge], quantum: Decimal | None
) -> Number:
    """Charges less discounts of the document."""
    extra: Number = ZERO
    for discount in discounts:
        if discount.amount is not None:
            off: Number = discount.amount.amount
        else:
            off = _percent(value, discount.percent or ZERO)
            off = off if quantum is None else rounded(off, quantum)
        extra = _minus(extra, off)
    for charge in charges:
        extra = _plus(extra, charge.amount.amount)
    return extra


def _tax_on_extra(
    extra: Number, value: Number, counted: Sequence[tuple[Item, Amounts]], includes_tax: bool
) -> Number | None:
    """The tax of discounts and charges, at the average rate of the lines; ``None`` where a rate is not known."""
    if not extra:
        return ZERO
    rates: set[Decimal] = set()
    weighted = Fraction(0)
    for item, (own, net, tax) in counted:
        if own is None or (item.rate is None and tax is None):
            return None
        if item.rate is not None:
            rates.add(item.rate)
            weighted += Fraction(own) * Fraction(item.rate)
        elif net:
            weighted += Fraction(own) * Fraction(tax or ZERO) / Fraction(net) * 100
    if value:
        rate = weighted / Fraction(value)
    elif len(rates) == 1:
        rate = Fraction(rates.pop())
    else:
        return None
    return Fraction(extra) * rate / (100 + rate if includes_tax else 100)


def totals(
    lines: Sequence[OrderLine],
    *,
    currency: str,
    prices_include_tax: bool | None = None,
    discounts: Sequence[Discount] = (),
    charges: Sequence[Charge] = (),
    tax_rates: Mapping[str, Decimal | None],
    rounding: Rounding = Rounding.LINE,
    keep: Collection[str] = frozenset(),
) -> Totals:
    """Net, tax and gross of an order's lines by the rule of this module.

    ``tax_rates`` gives a percentage by line id; a line that is missing there has no known rate.  The lines whose ids
    stand in ``keep`` count with the net and tax that they carry.
    """
    items = []
    for line in lines:
        ordered, cancelled = line.quantities.ordered, line.quantities.cancelled
        items.append(
            Item(
                subtract(ordered, cancelled) if cancelled else ordered,
                line.price,
                line.discount,
                tax_rates.get(line.id),
                line.kind,
                (line.net, line.tax) if line.id in keep or line.kind is LineKind.TEXT else None,
            )
        )
    return reckoned(
        items,
        currency=currency,
        includes_tax=bool(prices_include_tax),
        discounts=discounts,
        charges=charges,
        rounding=rounding,
    )


def tax_rates_of(lines: Sequence[OrderLine], products: Mapping[str, Product]) -> dict[str, Decimal | None]:
    """The tax rate of each line's product, by line id; ``None`` where the product or its rate is not on file."""
    rates: dict[str, Decimal | None] = {}
    for line in lines:
        product = products.get(line.product) if line.product is not None else None
        rates[line.id] = None if product is None else product.tax_rate
    return rates


def implied_rate(net: Money, tax: Money) -> Decimal | None:
    """The percentage by which this tax came of this net: the shortest that gives it, to the last digit."""
    if not net.amount:
        return None
    exact = Fraction(tax.amount) / Fraction(net.amount) * 100
    quantum = quantum_of(net.currency)
    for places in (ONE, Decimal("0.1"), HUNDREDTH):
        rate = rounded(exact, places)
        if rounded(_percent(net.amount, rate), quantum) == tax.amount:
            return rate
    return decimal_of(exact)


def rate_of(line: OrderLine, tax_rates: Mapping[str, Decimal | None]) -> Decimal | None:
    """The rate given for a line, else the one that its present net and tax show; ``None`` where neither tells."""
    rate = tax_rates.get(line.id)
    if rate is None and line.net is not None and line.tax is not None:
        return implied_rate(line.net, line.tax)
    return rate


def with_totals(
    order: AnyOrder,
    tax_rates: Mapping[str, Decimal | None],
    rounding: Rounding = Rounding.LINE,
    *,
    keep: Collection[str] = frozenset(),
) -> AnyOrder:
    """The order with the nets, taxes and totals that this module's rule gives it; nothing else changes.

    A line whose rate is not known keeps the rate that its present net and tax show.
    """
    found = totals(
        order.lines,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        discounts=order.discounts,
        charges=order.charges,
        tax_rates={line.id: rate_of(line, tax_rates) for line in order.lines},
        rounding=rounding,
        keep=keep,
    )
    lines = tuple(
        line if line.net == net and line.tax == tax else line.but(net=net, tax=tax)
        for line, (net, tax) in zip(order.lines, found.lines, strict=True)
    )
    return order.but(lines=lines, net=found.net, tax=found.tax, gross=found.gross)
