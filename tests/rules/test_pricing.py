"""Which price holds: customer before group before everybody, the scale reached, the day, the unit, the currency."""

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.rules.facts import PriceEntry, PriceList
from erp_connect.rules.pricing import price_for, quote, same_price


@pytest.fixture
def entry(shop):
    def make(amount, *, unit="H87", per=1, currency="EUR", **more):
        return PriceEntry(product="VALVE-20", unit=unit, amount=shop.price(amount, per, currency), **more)

    return make


@pytest.fixture
def asked(shop):
    def ask(*entries, quantity=10, unit="H87", on=shop.today, currency="EUR", customer=shop.customer, **more):
        return price_for(
            shop.valve,
            Decimal(quantity),
            unit,
            customer=customer,
            prices=entries,
            on=on,
            currency=currency,
            **more,
        )

    return ask


def test_without_an_entry_the_products_list_price_holds(shop, asked):
    assert asked() == shop.price("12.50")


def test_nearer_entries_come_first(shop, asked, entry):
    everybody, group = entry("11"), entry("10.50", price_group="TRADE")
    own = entry("12", customer="10000")
    assert asked(everybody).amount == 11
    assert asked(everybody, group).amount == Decimal("10.50")
    assert asked(own, everybody, group).amount == 12
    assert asked(everybody, group, own, customer=None).amount == 11


def test_somebody_elses_price_is_not_used(shop, asked, entry):
    assert asked(entry("9", customer="20000"), entry("8", price_group="RETAIL")) == shop.price("12.50")


@pytest.mark.parametrize(("quantity", "amount"), [(9, 11), (10, 10), (99, 10), (100, 9)])
def test_the_highest_quantity_reached_counts(asked, entry, quantity, amount):
    scale = [entry("11"), entry("9", quantity_from=Decimal(100)), entry("10", quantity_from=Decimal(10))]
    assert asked(*scale, quantity=quantity).amount == amount


def test_a_scale_in_cartons_is_reached_by_pieces(asked, entry):
    scale = [entry("11"), entry("108", unit="XCT", quantity_from=Decimal(2))]
    assert asked(*scale, quantity=23).amount == 11
    assert asked(*scale, quantity=24).amount == 9  # 108 a carton of 12


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        (date(2026, 3, 31), "12.50"),
        (date(2026, 4, 1), "11"),
        (date(2026, 4, 30), "11"),
        (date(2026, 5, 1), "12.50"),
    ],
)
def test_both_days_of_validity_are_included(asked, entry, on, amount):
    spring = entry("11", valid_from=date(2026, 4, 1), valid_to=date(2026, 4, 30))
    assert asked(spring, on=on).amount == Decimal(amount)


def test_of_two_entries_alike_the_younger_holds(asked, entry):
    old, new = entry("11", valid_from=date(2025, 1, 1)), entry("11.80", valid_from=date(2026, 1, 1))
    assert asked(new, old).amount == Decimal("11.80")


def test_a_price_in_another_currency_is_no_price(shop, asked, entry):
    assert asked(entry("11", currency="USD")) == shop.price("12.50")
    assert asked(entry("11", currency="USD"), currency="USD") == shop.price("11", currency="USD")
    assert asked(currency="GBP") is None


def test_prices_that_state_tax_otherwise_do_not_count(shop, asked, entry):
    gross = entry("14.88", includes_tax=True)
    assert asked(gross, includes_tax=True) == shop.price("14.88")
    assert asked(gross, includes_tax=False) == shop.price("12.50")
    assert asked(includes_tax=True) is None


def test_the_price_of_a_carton_is_that_of_its_pieces(shop, asked):
    assert asked(unit="XCT") == shop.price("150")


def test_a_price_that_does_not_end_stays_exact_by_its_per(shop, asked, entry):
    found = asked(entry("100", unit="XCT"))
    assert (found.amount, found.per) == (100, 12)
    assert same_price(found, shop.price("100", per=12))


def test_a_unit_in_which_the_product_is_not_sold_has_no_price(asked, entry):
    assert asked(entry("11"), unit="KGM") is None


def test_a_price_list_gives_the_same_prices_as_its_entries(shop, entry):
    entries = [
        entry("11"),
        entry("10", price_group="TRADE"),
        PriceEntry(product="X", unit="H87", amount=shop.price(1)),
    ]
    listed = PriceList(entries)
    args = {"customer": shop.customer, "on": shop.today, "currency": "EUR"}
    assert price_for(shop.valve, Decimal(1), "H87", prices=listed, **args).amount == 10
    assert (len(listed), listed[0], list(listed), list(listed[1:])) == (3, entries[0], entries, entries[1:])


def test_the_same_price_per_another_quantity_is_the_same_price(shop):
    assert same_price(shop.price("125", per=100), shop.price("1.25"))
    assert not same_price(shop.price("1.25"), shop.price("1.26"))
    assert not same_price(shop.price("1.25"), shop.price("1.25", currency="USD"))


def test_a_quote_says_price_net_and_source(shop, entry):
    facts = shop.facts(prices=[entry("11", customer="10000")])
    found = quote(shop.customer, shop.valve, Decimal(3), "H87", facts=facts)
    assert (found.price.amount, found.net.amount, found.source) == (11, 33, "customer")
    assert (found.customer, found.product, found.includes_tax, found.on) == (
        "10000",
        "VALVE-20",
        False,
        shop.today,
    )


def test_a_quote_of_a_price_with_tax_takes_the_tax_out(shop, entry):
    facts = shop.facts(prices=[entry("11.90", includes_tax=True)])
    found = quote(shop.customer, shop.valve, Decimal(10), "H87", facts=facts)
    assert (found.net.amount, found.includes_tax) == (Decimal("100.00"), True)


def test_a_quote_without_a_price_on_file_has_none(shop):
    found = quote(shop.customer, shop.odd, Decimal(3), "H87", facts=shop.facts())
    assert (found.price, found.net) == (None, None)
