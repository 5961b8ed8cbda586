"""What an order comes to: rounding per line and document, tax in and out, discounts, charges, what is unknown."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.models import Charge, Discount, LineKind, Money, OrderLine, Quantities, UnitPrice
from erp_connect.models.currencies import exponent
from erp_connect.rules.facts import Rounding
from erp_connect.rules.totals import implied_rate, line_net, tax_rates_of, totals, with_totals

LINE, DOCUMENT = Rounding.LINE, Rounding.DOCUMENT
EXPONENTS = {"JPY": 0, "EUR": 2, "KWD": 3, "CLF": 4}


def line(quantity, amount, *, id="1", per=1, currency="EUR", kind=LineKind.ITEM, cancelled=None, **more):
    price = None if amount is None else UnitPrice(amount=Decimal(amount), currency=currency, per=per)
    quantities = Quantities(ordered=Decimal(quantity), cancelled=cancelled)
    return OrderLine.trusted(
        id=id,
        position=int(id),
        product="P",
        unit="H87",
        quantities=quantities,
        price=price,
        kind=kind,
        **more,
    )


def money(amount, currency="EUR"):
    return Money(amount=Decimal(amount), currency=currency)


def reckon(*lines, rates=19, currency="EUR", rounding=LINE, tax_in=False, discounts=(), charges=(), **more):
    known = rates if isinstance(rates, dict) else {each.id: Decimal(rates) for each in lines}
    return totals(
        lines,
        currency=currency,
        prices_include_tax=tax_in,
        discounts=discounts,
        charges=charges,
        tax_rates=known,
        rounding=rounding,
        **more,
    )


def amounts(found):
    return tuple(None if each is None else str(each.amount) for each in (found.net, found.tax, found.gross))


THREE = tuple(line(1, "0.125", id=str(n)) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [(LINE, ("0.39", "0.06", "0.45")), (DOCUMENT, ("0.38", "0.07", "0.45"))],
)
def test_the_two_rules_of_rounding_differ_by_the_cent_that_they_should(rounding, expected):
    assert amounts(reckon(*THREE, rounding=rounding)) == expected


@pytest.mark.parametrize(
    ("currency", "net", "tax"),
    [
        ("JPY", "11112", "2111"),
        ("EUR", "11111.69", "2111.22"),
        ("KWD", "11111.694", "2111.222"),
        ("CLF", "11111.6944", "2111.2219"),
    ],
)
@pytest.mark.parametrize("rounding", [LINE, DOCUMENT])
def test_amounts_have_the_digits_of_their_currency(currency, net, tax, rounding):
    found = reckon(line("9", "1234.6327111", currency=currency), currency=currency, rounding=rounding)
    assert exponent(currency) == EXPONENTS[currency]
    assert amounts(found)[:2] == (net, tax)


@pytest.mark.parametrize(
    ("amount", "net"), [("0.005", "0.01"), ("0.0049999", "0.00"), ("1.005", "1.01"), ("2.675", "2.68")]
)
def test_halves_are_rounded_up(amount, net):
    assert amounts(reckon(line(1, amount), rates=0))[0] == net


def test_a_price_per_hundred_that_does_not_end_is_exact_in_the_sum():
    thirds = [line(1, "1", id=str(n), per=3) for n in (1, 2, 3)]
    assert amounts(reckon(*thirds, rates=0, rounding=DOCUMENT))[0] == "1.00"
    assert amounts(reckon(*thirds, rates=0, rounding=LINE))[0] == "0.99"


def test_discounts_of_a_line():
    percent = line(10, "9.99", discount=Discount(percent=Decimal("7.5")))
    amount = line(10, "9.99", discount=Discount(amount=money("5.55")))
    assert amounts(reckon(percent))[0] == "92.41"
    assert amounts(reckon(amount))[0] == "94.35"
    assert amounts(reckon(line(10, "9.99", discount=Discount(percent=100))))[0] == "0.00"


def test_discounts_and_charges_of_the_document_carry_the_tax_of_the_lines():
    found = reckon(
        line(1, "100", id="1"),
        line(1, "300", id="2"),
        rates={"1": Decimal(19), "2": Decimal(7)},
        discounts=[Discount(percent=10), Discount(amount=money(20))],
        charges=[Charge(code="FREIGHT", amount=money(40))],
    )
    # 400 - 40 - 20 + 40 = 380; tax 19 + 21 = 40, and on -20 at 10 % in the mean
    assert amounts(found) == ("380.00", "38.00", "418.00")


def test_each_percentage_is_of_the_sum_of_the_lines():
    twice = [Discount(percent=10), Discount(percent=10)]
    assert amounts(reckon(line(1, "100"), rates=0, discounts=twice))[0] == "80.00"


@pytest.mark.parametrize(
    ("rounding", "expected"), [(LINE, ("8.40", "1.59", "9.99")), (DOCUMENT, ("8.39", "1.60", "9.99"))]
)
def test_tax_is_taken_out_of_prices_that_include_it(rounding, expected):
    three = [line(1, "3.33", id=str(n)) for n in (1, 2, 3)]
    assert amounts(reckon(*three, tax_in=True, rounding=rounding)) == expected


def test_charges_on_prices_that_include_tax_include_it_too():
    found = reckon(line(1, "119"), tax_in=True, charges=[Charge(code="FREIGHT", amount=money("11.90"))])
    assert amounts(found) == ("110.00", "20.90", "130.90")


def test_a_missing_price_is_not_a_price_of_zero():
    found = reckon(line(1, "10", id="1"), line(1, None, id="2"))
    assert amounts(found) == (None, None, None)
    assert [None if net is None else net.amount for net, _ in found.lines] == [10, None]
    assert amounts(reckon(line(1, "0"))) == ("0.00", "0.00", "0.00")


def test_without_a_rate_the_tax_is_unknown_and_the_net_is_known():
    assert amounts(reckon(line(1, "10"), rates={})) == ("10.00", None, None)
    assert amounts(reckon(line(1, "10"), rates={}, tax_in=True)) == (None, None, "10.00")
    with_freight = reckon(line(1, "10"), rates={}, charges=[Charge(code="F", amount=money(5))])
    assert amounts(with_freight) == ("15.00", None, None)


def test_a_rate_of_zero_is_a_rate():
    assert amounts(reckon(line(1, "10"), rates=0)) == ("10.00", "0.00", "10.00")
    assert amounts(reckon(line(1, "10"), rates=0, tax_in=True)) == ("10.00", "0.00", "10.00")


def test_text_lines_come_to_nothing():
    words = line(1, None, id="2", kind=LineKind.TEXT)
    assert amounts(reckon(line(1, "10"), words)) == ("10.00", "1.90", "11.90")


def test_what_is_cancelled_is_not_paid_and_a_cancelled_order_pays_no_freight():
    freight = [Charge(code="FREIGHT", amount=money(5))]
    assert amounts(reckon(line(10, "2", cancelled=4), charges=freight))[0] == "17.00"
    discounted = line(10, "2", cancelled=10, discount=Discount(amount=money(3)))
    assert amounts(reckon(discounted, charges=freight)) == ("0.00", "0.00", "0.00")
    assert amounts(reckon(line(10, "2", cancelled=10), rates={}))[1] == "0.00"


def test_freight_on_goods_that_cost_nothing_is_taxed_at_their_rate_where_there_is_one():
    freight = [Charge(code="FREIGHT", amount=money(10))]
    assert amounts(reckon(line(1, "0"), charges=freight)) == ("10.00", "1.90", "11.90")
    mixed = {"1": Decimal(19), "2": Decimal(7)}
    assert amounts(reckon(line(1, "0"), line(1, "0", id="2"), rates=mixed, charges=freight))[1] is None


def test_line_net_alone_follows_the_same_rule():
    price = UnitPrice(amount=Decimal("0.125"), currency="EUR")
    assert line_net(Decimal(1), price, None, "EUR", LINE).amount == Decimal("0.13")
    assert line_net(Decimal(1), price, None, "EUR", DOCUMENT).amount == Decimal("0.125")
    assert line_net(Decimal(1), None, None, "EUR", LINE) is None
    assert line_net(Decimal(1), price, None, "EUR", LINE, includes_tax=True) is None
    third = UnitPrice(amount=Decimal(1), currency="EUR", per=3)
    assert line_net(Decimal(1), third, None, "EUR", DOCUMENT).amount == Decimal("0." + "3" * 28)


def test_28_digits_times_28_digits_lose_none():
    found = reckon(line("9" * 14, "0." + "9" * 14), rates=0, rounding=DOCUMENT)
    with localcontext() as context:
        context.prec = 60
        exact = Decimal("9" * 14) * Decimal("0." + "9" * 14)
        assert found.net.amount == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("net", "tax", "rate"),
    [("9.99", "1.90", "19"), ("100", "5.50", "5.5"), ("1000", "77.25", "7.725"), ("10", "0", "0")],
)
def test_the_rate_that_an_amount_of_tax_shows(net, tax, rate):
    assert implied_rate(money(net), money(tax)) == Decimal(rate)


def test_a_net_of_zero_shows_no_rate():
    assert implied_rate(money(0), money(0)) is None


def test_an_orders_totals_are_filled_in_and_nothing_else_changes(shop):
    order = shop.order(shop.line(quantity=3), shop.line("PIPE-3", 10, "MTR"))
    bare = order.but(
        net=None, tax=None, gross=None, lines=tuple(each.but(net=None, tax=None) for each in order.lines)
    )
    again = with_totals(bare, tax_rates_of(order.lines, shop.products), LINE)
    assert again == order
    assert (again.net.amount, again.tax.amount, again.gross.amount) == (
        Decimal("67.50"),
        Decimal("9.23"),
        Decimal("76.73"),
    )


def test_lines_to_be_kept_count_with_what_they_carry(shop):
    order = shop.order(shop.line(quantity=3), shop.line(quantity=1))
    first = order.lines[0].but(net=money("1.00"), tax=money("0.01"))
    odd = order.but(lines=(first, order.lines[1]))
    rates = tax_rates_of(order.lines, shop.products)
    found = with_totals(odd, rates, LINE, keep={"L1"})
    assert found.lines[0] is first
    assert (found.net.amount, found.tax.amount) == (Decimal("13.50"), Decimal("2.39"))
    gross = with_totals(odd.but(prices_include_tax=True), rates, LINE, keep={"L1"})
    assert gross.gross.amount == Decimal("13.51")


def test_without_master_data_a_line_keeps_the_rate_that_it_shows(shop):
    order = shop.order(shop.line(quantity=3))
    more = order.but(lines=(order.lines[0].but(quantities=Quantities(ordered=7)),))
    assert with_totals(more, {}).tax.amount == Decimal("16.63")


def test_freight_beside_a_line_that_keeps_its_amounts_is_taxed_at_the_rate_that_they_show():
    freight = [Charge(code="F", amount=money(10))]
    kept = line(1, "1", net=money(100), tax=money(7))
    found = reckon(kept, rates={}, charges=freight, keep={"1"})
    assert amounts(found) == ("110.00", "7.70", "117.70")
    nothing = line(1, "1", net=money(0), tax=money(0))
    assert amounts(reckon(nothing, rates={}, charges=freight, keep={"1"}))[1] is None


def test_a_currency_that_no_list_knows_has_two_digits():
    assert line_net(
        Decimal(1), UnitPrice.trusted(amount=Decimal("1.005"), currency="Taler"), None, "Taler"
    ).amount == Decimal("1.01")


# --------------------------------------------------------------------------- for any order

QUANTITIES = st.decimals(min_value="0.001", max_value=10**6, places=3)
PRICES = st.decimals(min_value=0, max_value=10**6, places=5)
PERCENTS = st.decimals(min_value=0, max_value=100, places=2)
RATES = st.sampled_from([Decimal(0), Decimal(7), Decimal("5.5"), Decimal(19), Decimal(25)])
LINES = st.lists(
    st.tuples(QUANTITIES, PRICES, st.sampled_from([1, 3, 10, 100, 7]), st.none() | PERCENTS, RATES),
    min_size=1,
    max_size=6,
)


def built(rows, currency):
    lines = [
        line(
            quantity,
            amount,
            id=str(n),
            per=per,
            currency=currency,
            discount=None if percent is None else Discount(percent=percent),
        )
        for n, (quantity, amount, per, percent, _) in enumerate(rows, 1)
    ]
    return lines, {str(n): row[4] for n, row in enumerate(rows, 1)}


def half_up(number, digits):
    scaled = abs(number) * 10**digits
    whole = int(scaled + Fraction(1, 2))
    return Fraction(-whole if number < 0 else whole, 10**digits)


def worth(row):
    quantity, amount, per, percent, _ = row
    return Fraction(quantity) * Fraction(amount) / per * (100 - Fraction(percent or 0)) / 100


@given(LINES, st.sampled_from(sorted(EXPONENTS)), st.booleans())
def test_per_line_the_sums_are_the_sums_of_what_is_printed(rows, currency, tax_in):
    lines, rates = built(rows, currency)
    found = reckon(*lines, rates=rates, currency=currency, tax_in=tax_in)
    digits = EXPONENTS[currency]
    assert found.net.amount == sum(net.amount for net, _ in found.lines)
    assert found.tax.amount == sum(tax.amount for _, tax in found.lines)
    assert found.gross.amount == found.net.amount + found.tax.amount
    for row, (net, tax) in zip(rows, found.lines, strict=True):
        value = half_up(worth(row), digits)
        rate = Fraction(row[4])
        expected = value * rate / (100 + rate) if tax_in else value * rate / 100
        assert tax.amount == half_up(expected, digits)
        assert net.amount == (value - half_up(expected, digits) if tax_in else value)


@given(LINES, st.sampled_from(sorted(EXPONENTS)), st.booleans())
def test_per_document_only_the_sums_are_rounded(rows, currency, tax_in):
    lines, rates = built(rows, currency)
    found = reckon(*lines, rates=rates, currency=currency, tax_in=tax_in, rounding=DOCUMENT)
    digits = EXPONENTS[currency]
    value = half_up(sum(worth(row) for row in rows), digits)
    out_of = 100 if not tax_in else None
    tax = sum(worth(row) * Fraction(row[4]) / (out_of or 100 + Fraction(row[4])) for row in rows)
    assert found.tax.amount == half_up(tax, digits)
    assert (found.gross if tax_in else found.net).amount == value
    assert found.gross.amount == found.net.amount + found.tax.amount


@given(
    LINES,
    st.sampled_from([LINE, DOCUMENT]),
    PERCENTS,
    st.decimals(min_value=0, max_value=1000, places=2),
    st.booleans(),
)
def test_net_and_tax_make_gross_whatever_is_taken_off_or_added(rows, rounding, percent, freight, tax_in):
    lines, rates = built(rows, "EUR")
    found = reckon(
        *lines,
        rates=dict.fromkeys(rates, Decimal(19)),
        rounding=rounding,
        tax_in=tax_in,
        discounts=[Discount(percent=percent)],
        charges=[Charge(code="F", amount=money(freight))],
    )
    assert found.gross.amount == found.net.amount + found.tax.amount
    bare = sum(half_up(worth(row), 2) if rounding is LINE else worth(row) for row in rows)
    off = bare * Fraction(percent) / 100
    value = bare - (half_up(off, 2) if rounding is LINE else off) + Fraction(freight)
    assert (found.gross if tax_in else found.net).amount == half_up(value, 2)
    if rounding is DOCUMENT:
        assert found.tax.amount == half_up(value * 19 / (119 if tax_in else 100), 2)
