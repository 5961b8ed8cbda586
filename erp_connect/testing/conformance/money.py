"""Money and quantities: exact to the last digit, in every currency, per hundred, with and without tax."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest

from ...adapters.contract import FieldSupport
from ...errors import LossyWrite, PriceMismatch
from ...models import Discount, UnitPrice
from ...models.base import MAX_DIGITS
from .compare import exact, same_price
from .desk import SKIPPED, Desk, eur
from .suite import Suite

CURRENCIES = {
    # exponent 0 to 4: price of one, and what three come to
    "JPY": ("1999", "5997"),
    "EUR": ("12.35", "37.05"),
    "KWD": ("1.125", "3.375"),
    "CLF": ("1.0625", "3.1875"),
}
WHOLE = 16
"""Digits before the point that a trade can have: more, and quantity times price is no amount any more."""


def widest(known: FieldSupport) -> Decimal:
    """The largest number that fits into a field, with every digit it can hold."""
    scale = MAX_DIGITS - WHOLE if known.scale is None else known.scale
    before = min(MAX_DIGITS - scale, WHOLE, 99 if known.integer_digits is None else known.integer_digits)
    digits = ("9876543210" * 4)[: before + scale]
    with localcontext() as exact_context:
        exact_context.prec = 60
        number = Decimal(digits).scaleb(-scale)
    # The last place shows whether it was kept: it must not be zero.
    return number if not digits.endswith("0") else number + Decimal(1).scaleb(-scale)


class Money(Suite):
    """Prices, totals, quantities."""

    def test_no_float_and_no_zoneless_time_comes_back(self, desk: Desk) -> None:
        order = desk.order(
            desk.line(quantity=3, price=eur("0.10")), desk.line(desk.pump, 7, price=eur("0.20"))
        )
        exact(order)
        for listed in desk.mine():
            exact(listed)

    def test_a_tenth_of_a_cent_three_times_is_exact(self, desk: Desk) -> None:
        if not desk.keeps("order.line.price") or (desk.field("order.line.price").scale or 9) < 3:
            pytest.skip(SKIPPED)
        order = desk.order(desk.line(quantity=3, price=eur("0.101")))
        assert same_price(order.lines[0].price, eur("0.101"))
        if order.lines[0].net is not None:
            assert order.lines[0].net.amount == Decimal("0.30")

    def test_a_price_keeps_every_digit_that_fits(self, desk: Desk) -> None:
        if not desk.keeps("order.line.price"):
            pytest.skip(SKIPPED)
        price = UnitPrice(amount=widest(desk.field("order.line.price")), currency="EUR")
        order = desk.order(desk.line(quantity=1, price=price))
        assert order.lines[0].price is not None
        assert same_price(order.lines[0].price, price)
        assert desk.mine()[0].lines[0].price == order.lines[0].price

    def test_a_quantity_keeps_every_digit_that_fits(self, desk: Desk) -> None:
        quantity = widest(desk.field("order.line.quantity"))
        order = desk.order(desk.line(desk.oil, quantity, unit="KGM", price=eur("0.01")))
        assert order.lines[0].quantities.ordered == quantity
        assert desk.erp.orders.get(order).lines[0].quantities.ordered == quantity

    @pytest.mark.parametrize("path", ["order.line.quantity", "order.line.price"])
    def test_one_decimal_too_many_is_refused_before_the_write(self, desk: Desk, path: str) -> None:
        scale = desk.field(path).scale
        if scale is None or not desk.holds(path):
            pytest.skip(SKIPPED)
        fine = Decimal(1) + Decimal(1).scaleb(-(scale + 1))
        line = (
            desk.line(desk.oil, fine, unit="KGM")
            if path.endswith("quantity")
            else desk.line(price=UnitPrice(amount=fine, currency="EUR"))
        )
        draft = desk.draft(line)
        desk.wire.calls.clear()
        with pytest.raises(LossyWrite) as caught:
            desk.create(draft, key=desk.key())
        assert caught.value.fields == (path,)
        assert desk.wire.calls == []

    @pytest.mark.parametrize("currency", sorted(CURRENCIES))
    def test_every_currency_is_rounded_to_its_own_places(self, desk: Desk, currency: str) -> None:
        known = desk.field("order.currency").values
        if not desk.keeps("order.line.price") or (known is not None and currency not in known):
            pytest.skip(SKIPPED)
        price, net = CURRENCIES[currency]
        product = desk.new_product(price=None)
        line = desk.line(product, 3, price=UnitPrice(amount=Decimal(price), currency=currency))
        order = desk.order(line, currency=currency, customer=desk.new_customer(currency=currency))
        assert order.currency == currency
        assert order.lines[0].price is not None
        assert order.lines[0].price.amount == Decimal(price)
        if order.net is not None:
            assert (order.net.amount, order.net.currency) == (Decimal(net), currency)

    def test_a_price_per_hundred_is_per_hundred(self, desk: Desk) -> None:
        if not desk.keeps("order.line.price"):
            pytest.skip(SKIPPED)
        order = desk.order(desk.line(quantity=250, price=eur("12.50", per=100)))
        assert same_price(order.lines[0].price, eur("12.50", per=100))
        if order.lines[0].net is not None:
            assert order.lines[0].net.amount == Decimal("31.25")

    @pytest.mark.parametrize("included", [True, False])
    def test_whether_prices_hold_the_tax_is_stated(self, desk: Desk, included: bool) -> None:
        if not desk.keeps("order.prices_include_tax") or not desk.keeps("order.line.price"):
            pytest.skip(SKIPPED)
        order = desk.order(desk.line(quantity=1, price=eur("119.00")), prices_include_tax=included)
        assert order.prices_include_tax is included
        stated = order.gross if included else order.net
        if stated is not None:
            assert stated.amount == Decimal("119.00")
        if order.net is not None and order.gross is not None and order.tax is not None:
            assert order.net.amount + order.tax.amount == order.gross.amount

    def test_a_discount_lowers_the_line(self, desk: Desk) -> None:
        if not desk.keeps("order.line.discount") or not desk.keeps("order.line.price"):
            pytest.skip(SKIPPED)
        order = desk.order(
            desk.line(quantity=10, price=eur("10.00"), discount=Discount(percent=Decimal("12.5")))
        )
        assert order.lines[0].discount == Discount(percent=Decimal("12.5"))
        if order.lines[0].net is not None:
            assert order.lines[0].net.amount == Decimal("87.50")

    def test_an_unexpected_price_stops_the_order_before_the_write(self, desk: Desk) -> None:
        desk.needs("prices.quote", "customers.find", "products.find")
        if desk.erp.prices.quote(desk.customer, desk.valve, 12, "C62").price is None:
            pytest.skip(SKIPPED)
        line = desk.line(price=None, expected_price=eur("9.99"))
        with pytest.raises(PriceMismatch) as caught:
            desk.create(desk.draft(line), key=desk.key())
        assert caught.value.outcome == "not_applied"
        assert list(desk.mine()) == []
        accepted = desk.create(desk.draft(line), key=desk.key(), on_price_mismatch="accept")
        assert any(difference.kind == "price" for difference in accepted.differences)

    def test_the_expected_price_is_no_difference(self, desk: Desk) -> None:
        desk.needs("prices.quote")
        if desk.erp.prices.quote(desk.customer, desk.valve, 12, "C62").price is None:
            pytest.skip(SKIPPED)
        receipt = desk.create(desk.draft(desk.line(price=None, expected_price=eur("12.50"))), key=desk.key())
        assert receipt.differences == ()
