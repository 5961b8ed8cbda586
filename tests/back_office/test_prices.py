"""The price list of a company without an ERP: one price for each case, and the right one for each order."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec

from .conftest import eur


def test_the_price_that_is_nearest_to_the_customer_holds(office, erp):
    office.set_price("VALVE-20", eur("12"))
    office.set_price("VALVE-20", eur("11"), price_group="TRADE")
    office.set_price("VALVE-20", eur("10"), customer="10000")
    office.set_price("VALVE-20", eur("9"), customer="10000", quantity_from=100)
    quoted = [
        erp.prices.quote(customer, "VALVE-20", quantity, "H87").price.amount
        for customer, quantity in (("10001", 1), ("10000", 1), ("10000", 99), ("10000", 100))
    ]
    assert quoted == [11, 10, 10, 9]


def test_a_price_holds_on_its_days_only(office, erp):
    office.set_price("VALVE-20", eur("8"), valid_from=date(2026, 4, 1), valid_to=date(2026, 4, 30))
    on = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)]
    quoted = [erp.prices.quote("10000", "VALVE-20", 1, "H87", on=day).price.amount for day in on]
    assert quoted == [Decimal("12.5"), 8, 8, Decimal("12.5")]


def test_a_price_of_a_box_is_not_that_of_a_piece(office, erp):
    office.set_price("VALVE-20", eur("200"), unit="XBX")
    assert erp.prices.quote("10000", "VALVE-20", 1, "XBX").price.amount == 200


def test_a_price_for_the_same_case_takes_the_place_of_the_one_before(office):
    office.set_price("VALVE-20", eur("12"))
    office.set_price("VALVE-20", ec.UnitPrice(amount=13, currency="USD"))
    listed = office.set_price("VALVE-20", eur("11.80"))
    assert [(entry.amount.amount, entry.amount.currency) for entry in listed] == [
        (13, "USD"),
        (Decimal("11.8"), "EUR"),
    ]
    assert office.set_price("VALVE-20", eur("11.80")) == listed


def test_orders_that_are_written_keep_their_price(office, erp, ordered):
    before = ordered(2)
    office.set_price("VALVE-20", eur("99"))
    assert erp.orders.get(before.id).lines[0].price == before.lines[0].price == eur("12.5")
    assert ordered(2, po="PO-2").lines[0].price == eur("99")


def test_a_price_can_be_taken_off_the_list(office, erp):
    office.set_price("VALVE-20", eur("10"), customer="10000", quantity_from=10)
    (entry,) = office.set_price("VALVE-20", eur("10"), customer="10000", quantity_from=10)
    assert (entry.customer, entry.quantity_from) == ("10000", 10)
    assert office.remove_price(entry)
    assert not office.remove_price(entry)
    assert office.prices("VALVE-20") == ()
    assert erp.prices.quote("10000", "VALVE-20", 10, "H87").price == eur("12.5")


@pytest.mark.parametrize(
    ("price", "more", "path"),
    [
        (Decimal(5), {}, "amount"),
        (ec.UnitPrice(amount=Decimal("1e20"), currency="EUR"), {}, "amount"),
        (eur("5"), {"unit": "KGM"}, "unit"),
        (eur("5"), {"customer": "10000", "price_group": "TRADE"}, "price_group"),
        (eur("5"), {"quantity_from": 1.5}, "quantity_from"),
        (eur("5"), {"quantity_from": -1}, "quantity_from"),
        (eur("5"), {"valid_from": date(2026, 5, 1), "valid_to": date(2026, 4, 1)}, "valid_to"),
        (eur("5"), {"valid_from": "2026-05-01"}, "valid_from"),
    ],
)
def test_what_is_no_price_is_refused_and_changes_nothing(office, price, more, path):
    before = office.set_price("VALVE-20", eur("12"))
    with pytest.raises(ec.errors.InvalidOrder) as refused:
        office.set_price("VALVE-20", price, **more)
    assert refused.value.path == path
    assert office.prices("VALVE-20") == before


def test_a_price_for_an_unknown_customer_or_product_is_refused(office):
    with pytest.raises(ec.errors.NotFound):
        office.set_price("VALVE-20", eur("5"), customer="99999")
    with pytest.raises(ec.errors.NotFound):
        office.set_price("NOPE", eur("5"))


def test_a_credit_limit_is_the_customers_own_field(erp, ordered):
    (customer,) = erp.customers.find(number="10000")
    limit = ec.Money(amount=100, currency="EUR")
    assert erp.customers.update(customer, credit_limit=limit).stored.credit_limit == limit
    with pytest.raises(ec.errors.CreditBlocked):
        ordered(100)
