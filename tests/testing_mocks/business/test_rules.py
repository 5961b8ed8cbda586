"""The rules that all four products keep, each with the switch that lifts it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business import converting, lines, ordering, posting, pricing
from erp_connect.testing.mocks.business.masters import Price
from erp_connect.testing.mocks.business.refusals import Refusal

from .conftest import VALVES, an_order


def refused(verb, *arguments, **named):
    with pytest.raises(Refusal) as told:
        verb(*arguments, **named)
    return told.value.reason


def now(company, order):
    return company.documents.row(order.id)


def test_a_blocked_customer_orders_where_only_its_posting_is_refused(world, company):
    assert refused(an_order, company, number="30000") == "blocked_customer"
    world.settings.blocked_refuse_orders = False
    order = an_order(company, number="30000")
    assert refused(posting.post, company, order) == "blocked_customer"


def test_a_number_is_brought_only_where_the_series_allows_it(world, company):
    customer = company.customers.by("number", "10000")
    wish = {"partner": customer.id, "number": "MINE-1"}
    assert refused(ordering.create, company, "order", wish) == "sent_manually"
    world.settings.manual_numbers = True
    assert ordering.create(company, "order", wish).number == "MINE-1"
    assert refused(ordering.create, company, "order", wish) == "exists"


def test_the_customers_number_may_be_demanded_when_posting(world, company, order):
    world.settings.external_number_needed = True
    assert refused(posting.post, company, order) == "missing"
    order = ordering.change(company, order, {"external_number": "PO 1"})
    assert posting.post(company, order).billed is not None


@pytest.mark.parametrize("bound", ["posting_from", "posting_to"])
def test_a_period_is_closed_at_both_ends(world, company, order, bound):
    day = timedelta(days=1)
    setattr(world.settings, bound, world.today() + (day if bound == "posting_from" else -day))
    assert refused(posting.post, company, order) == "outside_posting_period"
    setattr(world.settings, bound, world.today())
    assert posting.post(company, order).moved is not None


def test_a_shipped_order_is_deleted_only_where_that_is_allowed(world, company, order):
    posting.post(company, order, invoice=False)
    assert refused(ordering.delete, company, now(company, order)) == "shipped_not_invoiced"
    world.settings.deletes_shipped = True
    ordering.delete(company, now(company, order))
    assert company.documents.get(order.id) is None


def test_what_is_released_takes_lines_only_where_that_is_allowed(world, company, order):
    released = ordering.release(company, order)
    assert refused(lines.add_line, company, released, VALVES) == "status"
    line = company.lines_of(released)[0]
    assert refused(lines.remove_line, company, line) == "status"
    assert refused(lines.change_line, company, line, {"quantity": Decimal(5)}) == "status"
    world.settings.lines_fixed_when_released = False
    world.settings.line_fixed = frozenset()
    lines.add_line(company, released, VALVES)
    assert lines.change_line(company, line, {"quantity": Decimal(5)}).quantity == 5


def test_what_is_released_keeps_its_header_unless_that_is_lifted(world, company, order):
    released = ordering.release(company, order)
    assert refused(ordering.change, company, released, {"requested": date(2026, 4, 1)}) == "status"
    world.settings.header_fixed = frozenset()
    assert ordering.change(company, released, {"requested": date(2026, 4, 1)}).requested == date(2026, 4, 1)


def test_a_reopened_order_can_be_changed_again(company, order):
    reopened = ordering.reopen(company, ordering.release(company, order))
    assert ordering.change(company, reopened, {"requested": date(2026, 4, 1)}).status == "open"


def test_an_order_without_goods_is_not_released(company):
    empty = an_order(company, {"type": "comment", "description": "Nothing"})
    assert refused(ordering.release, company, empty) == "no_lines"


def test_an_edit_of_a_line_rewrites_the_header_or_does_not(world, company, order):
    world.settings.line_follows_header = False
    line = company.lines_of(order)[0]
    lines.change_line(company, line, {"quantity": Decimal(4), "description": "Valve"})
    assert now(company, order).version == order.version
    lines.change_line(company, company.lines.row(line.id), {"quantity": Decimal(5)})
    assert now(company, order).net == Decimal("62.5")


def test_lines_are_numbered_in_steps(world, company):
    world.settings.line_step = 1
    order = an_order(company, VALVES, VALVES)
    assert [line.number for line in company.lines_of(order)] == [1, 2]


def test_prices_are_kept_with_so_many_decimals(world, company):
    wish = {**VALVES, "price": Decimal("1.23456789")}
    assert company.lines_of(an_order(company, wish))[0].price == Decimal("1.23457")
    world.settings.price_decimals = 2
    assert company.lines_of(an_order(company, wish))[0].price == Decimal("1.23")


def test_tax_is_by_item_and_not_for_everybody(world, company):
    world.settings.tax_rates["STANDARD"] = Decimal(10)
    assert an_order(company).tax == 5
    customer = company.customers.by("number", "10000")
    company.customers.put(replace(customer, taxable=False))
    assert an_order(company).tax == 0


def test_prices_may_include_tax(company):
    order = an_order(company, {**VALVES, "price": Decimal(12)}, prices_include_tax=True)
    assert (order.gross, order.net, order.tax) == (48, 40, 8)


def test_the_lowest_agreed_price_in_force_wins(world, company):
    customer, item = company.customers.by("number", "10000"), company.items.by("number", "VALVE-20")
    for price in (
        Price(item="VALVE-20", price=Decimal(12)),
        Price(item="VALVE-20", price=Decimal(11), customer="10000"),
        Price(item="VALVE-20", price=Decimal(10), customer="20000"),
        Price(item="VALVE-20", price=Decimal(9), minimum=Decimal(100)),
        Price(item="VALVE-20", price=Decimal(8), ends=date(2026, 1, 31)),
        Price(item="VALVE-20", price=Decimal(7), starts=date(2026, 12, 1)),
        Price(item="VALVE-20", price=Decimal(6), currency="USD"),
        Price(item="VALVE-20", price=Decimal(100), unit="BOX"),
    ):
        company.prices.add(price)

    def price(quantity, unit="PCS", currency="EUR"):
        return pricing.price_of(company, customer, item, quantity, unit, currency, world.today())[0]

    assert [price(Decimal(4)), price(Decimal(100))] == [11, 9]
    assert [price(Decimal(1), "BOX"), price(Decimal(1), currency="USD")] == [100, 6]


def test_a_quantity_has_other_prices_until_somebody_enters_one(company):
    company.prices.add(Price(item="VALVE-20", price=Decimal(10), minimum=Decimal(10)))
    line = company.lines_of(an_order(company))[0]
    line = lines.change_line(company, line, {"quantity": Decimal(10)})
    assert line.price == 10
    line = lines.change_line(company, line, {"price": Decimal(11)})
    assert lines.change_line(company, line, {"quantity": Decimal(1)}).price == 11


def test_what_is_cancelled_on_a_line_is_neither_shipped_nor_charged(company, order):
    line = company.lines_of(order)[0]
    line = lines.change_line(company, line, {"canceled": Decimal(3)})
    assert (line.open, line.to_ship, now(company, order).net) == (1, 1, Decimal("12.5"))
    assert posting.post(company, now(company, order)).billed.net == Decimal("12.5")


def test_a_cancelled_order_takes_no_more_changes(company, order):
    gone = company.documents.put(replace(order, canceled=True))
    assert refused(ordering.change, company, gone, {"salesperson": "JO"}) == "finished"
    assert refused(posting.post, company, gone) == "finished"


def test_nothing_is_invoiced_before_it_is_shipped(company, order):
    assert refused(posting.post, company, order, ship=False) == "nothing_to_post"


def test_a_posted_invoice_is_paid(company, order):
    invoice = posting.post(company, order).billed
    assert posting.pay(company, invoice).remaining == 0


def test_a_return_is_made_of_an_invoice(company, order):
    invoice = posting.post(company, order).billed
    back = converting.credit(company, invoice, "return_order")
    assert (back.kind, back.applies_to, back.gross) == ("return_order", invoice.id, invoice.gross)
    assert company.lines_of(back)[0].origin == company.lines_of(invoice)[0].id


def test_a_text_is_ordered_and_taxed_like_an_item(company, order):
    line = lines.add_line(company, order, {"type": "text", "quantity": Decimal(2), "price": Decimal("7.50")})
    assert (line.amount_net, line.amount_tax) == (Decimal("15.00"), Decimal("3.00"))
    assert company.documents.row(order.id).net == Decimal("65.00")
