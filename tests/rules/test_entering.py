"""A draft becomes an order: numbers, prices, totals, stock, dates, holds; and nothing that was said is lost."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.models import (
    Charge,
    Contact,
    Discount,
    LineKind,
    Money,
    Order,
    OrderStatus,
    Progress,
    PurchaseOrder,
    PurchaseOrderLineDraft,
    Ref,
    Reference,
    Timeliness,
)
from erp_connect.rules.credit import order_value
from erp_connect.rules.diff import compare
from erp_connect.rules.entering import enter
from erp_connect.rules.facts import Policy, PriceEntry, StockLevel, stock_by_place
from erp_connect.rules.status import StatusFacts, with_status
from erp_connect.rules.totals import tax_rates_of, with_totals


def test_a_plain_order_as_it_is_stored(shop):
    order = shop.order(shop.line(quantity=10), shop.line("PIPE-3", 3, "MTR"))
    assert (order.id, order.number, order.stamp, order.version) == ("o1", "SO-1", "STAMP", None)
    assert (order.customer, order.customer_id, order.customer_name) == ("10000", "c1", "Harbour Works")
    assert (order.customer_po, order.currency, order.status) == ("PO-77", "EUR", OrderStatus.SUBMITTED)
    assert (order.order_date, order.created_at, order.modified_at) == (shop.today, shop.now, shop.now)
    assert order.payment_terms == "30D"
    assert order.ship_to == order.bill_to == shop.address
    assert (order.net.amount, order.tax.amount, order.gross.amount) == (
        134,
        Decimal("24.38"),
        Decimal("158.38"),
    )
    first, second = order.lines
    assert [(line.id, line.position, line.product) for line in order.lines] == [
        ("L1", 1, "VALVE-20"),
        ("L2", 2, "PIPE-3"),
    ]
    assert (first.price, first.net.amount, first.tax.amount) == (shop.price("12.50"), 125, Decimal("23.75"))
    assert (first.description, second.unit) == ("Ball valve", "MTR")
    assert (order.fulfilment, order.invoicing, order.timeliness) == (
        Progress.NONE,
        Progress.NONE,
        Timeliness.ON_TIME,
    )
    assert order.complete
    assert order.prices_include_tax is False


def test_what_is_entered_is_what_the_rules_would_make_of_it_later(shop):
    lines = (
        shop.line(quantity=70),
        shop.line("PIPE-3", 3, "MTR", requested=shop.today),
        shop.line("BOLT-8", 7),
    )
    order = shop.order(*lines, discounts=[Discount(percent=5)], requested=None)
    assert with_totals(order, tax_rates_of(order.lines, shop.products)) == order
    assert with_status(order, StatusFacts(), shop.today) == order
    assert order_value(shop.draft(*lines, discounts=[Discount(percent=5)]), shop.facts()) == order.gross


def test_a_product_named_by_another_code_is_stored_under_its_number(shop):
    order = shop.order(shop.line("4006381333931"), shop.line(Ref(id="p1")))
    assert [line.product for line in order.lines] == ["VALVE-20", "VALVE-20"]


def test_positions_count_the_lines_from_one(shop):
    order = shop.order(shop.line(), shop.line(), shop.line())
    assert [line.position for line in order.lines] == [1, 2, 3]


def test_what_the_draft_says_goes_before_what_is_on_file(shop):
    elsewhere = shop.address.but(city="Leeds")
    line = shop.line(
        price=shop.price(9), description="as drawn", requested=date(2026, 5, 1), warehouse="NORTH"
    )
    order = shop.order(line, ship_to=elsewhere, bill_to=elsewhere, payment_terms="7D", warehouse="MAIN")
    (stored,) = order.lines
    assert (stored.price.amount, stored.description, stored.requested, stored.warehouse) == (
        9,
        "as drawn",
        date(2026, 5, 1),
        "NORTH",
    )
    assert (order.ship_to, order.bill_to, order.payment_terms) == (elsewhere, elsewhere, "7D")


def test_a_customers_delivery_address_goes_before_the_postal_one(shop):
    dock = shop.address.but(name="Dock")
    order = shop.order(facts=shop.facts(party=shop.customer.but(ship_to=(dock,))))
    assert (order.ship_to, order.bill_to) == (dock, shop.address)


def test_nothing_that_was_said_is_lost(shop):
    more = {
        "discounts": (Discount(percent=3, code="SPRING"),),
        "charges": (Charge(code="FREIGHT", amount=Money(amount=9, currency="EUR")),),
        "notes": ("ring first",),
        "references": (Reference(kind="project", value="P-1"),),
        "contact": Contact(name="Desk"),
        "custom": {"colour": "red"},
        "partial_shipment": False,
        "delivery_terms": "DAP",
        "prices_include_tax": True,
        "order_date": date(2026, 3, 30),
        "warehouse": "MAIN",
    }
    line = shop.line(
        price=shop.price("14.88"),
        discount=Discount(percent=2),
        reference="10",
        custom={"cut": Decimal("1.20")},
    )
    order = shop.order(line, **more)
    assert {name: getattr(order, name) for name in more} == more
    assert (order.lines[0].discount, order.lines[0].reference) == (Discount(percent=2), "10")
    assert order.lines[0].custom == {"cut": Decimal("1.20")}


def test_prices_come_from_the_list_of_the_order_date(shop):
    entry = PriceEntry(product="VALVE-20", unit="H87", amount=shop.price(10), valid_to=date(2026, 3, 31))
    facts = shop.facts(prices=[entry])
    assert shop.order(facts=facts).lines[0].price == shop.price("12.50")
    assert shop.order(facts=facts, order_date=date(2026, 3, 31)).lines[0].price == shop.price(10)


def test_without_a_price_on_file_the_price_and_the_totals_stay_unknown(shop):
    order = shop.order(shop.line(), shop.line("ODD-1", 1))
    assert (order.lines[1].price, order.lines[1].net, order.net, order.gross) == (None, None, None, None)
    assert order.lines[0].net.amount == 125
    assert order.complete


def test_a_back_end_that_saves_incomplete_orders_says_which_line_lacks_a_price(shop):
    facts = shop.facts(policy=Policy(saves_incomplete=True))
    order = shop.order(shop.line(), shop.line("ODD-1", 1), facts=facts)
    assert not order.complete
    assert order.warnings == ("saved incomplete: no price in position 2; give one to have it processed",)
    assert shop.order(facts=facts).complete


def test_what_is_free_in_stock_is_allocated_and_the_rest_backordered(shop):
    order = shop.order(
        shop.line(quantity=40), shop.line(quantity=30), shop.line("PIPE-3", 10, "MTR"), shop.line("BOLT-8", 5)
    )
    given = [(line.quantities.allocated, line.quantities.backordered) for line in order.lines]
    assert given == [(40, 0), (15, 15), (4, 6), (0, 5)]
    assert [line.promised for line in order.lines] == [date(2026, 4, 10), None, date(2026, 4, 20), None]
    assert order.promised is None


def test_the_order_is_promised_when_its_last_line_is(shop):
    order = shop.order(shop.line(), shop.line("PIPE-3", 10, "MTR"))
    assert order.promised == date(2026, 4, 20)
    assert order.timeliness is Timeliness.LATE  # asked for on the 10th


def test_stock_kept_in_pieces_covers_whole_cartons(shop):
    order = shop.order(shop.line(quantity=5, unit="XCT"), shop.line(quantity=7), warehouse="MAIN")
    given = [(line.quantities.allocated, line.quantities.backordered) for line in order.lines]
    assert given == [(4, 1), (2, 5)]  # 50 pieces: four cartons of 12, and two over


def test_what_comes_in_is_promised_once(shop):
    def promised(*quantities, reserved=0):
        level = StockLevel(
            product="PIPE-3",
            unit="MTR",
            on_hand=Decimal(4),
            reserved=Decimal(reserved),
            incoming=Decimal(100),
            incoming_on=date(2026, 4, 20),
        )
        facts = shop.facts(stock=stock_by_place([level]))
        order = shop.order(*(shop.line("PIPE-3", quantity, "MTR") for quantity in quantities), facts=facts)
        return [line.promised for line in order.lines]

    arrival = date(2026, 4, 20)
    assert promised(60, 44) == [arrival, arrival]
    assert promised(60, 45) == [arrival, None]
    assert promised(50, reserved=54) == [arrival]
    assert promised(51, reserved=54) == [None]  # fifty of what comes in are others' already


def test_goods_without_a_date_are_promised_for_today(shop):
    assert shop.order(requested=None).promised == shop.today
    assert shop.order(requested=date(2026, 1, 1)).promised == shop.today


def test_services_take_nothing_from_stock(shop):
    order = shop.order(shop.line(kind=LineKind.SERVICE), shop.line("note", 1, "C62", kind=LineKind.TEXT))
    assert [line.quantities.allocated for line in order.lines] == [None, None]
    assert order.lines[1].price is None
    assert order.net.amount == 125


def test_above_the_credit_limit_the_order_is_held_where_that_is_the_policy(shop):
    tight = shop.customer.but(credit_limit=Money(amount=100, currency="EUR"))
    held = shop.order(facts=shop.facts(party=tight, policy=Policy(credit="hold")))
    assert (held.status, [hold.kind for hold in held.holds]) == (OrderStatus.ON_HOLD, ["credit"])
    assert [line.status for line in held.lines] == [OrderStatus.ON_HOLD]
    assert shop.order(facts=shop.facts(party=tight)).holds == ()


def test_a_customer_or_product_that_is_not_on_file_is_stored_as_it_was_said(shop):
    facts = shop.facts(party=None, products={})
    order = shop.order(shop.line("NEW-1"), shop.line(Ref(id="p9")), facts=facts)
    assert (order.customer, order.customer_id, order.ship_to) == ("10000", None, None)
    assert [line.product for line in order.lines] == ["NEW-1", "p9"]
    assert shop.order(facts=facts, customer=Ref(id="c9")).customer == "c9"


def test_every_line_needs_an_id(shop):
    with pytest.raises(ValueError, match="longer"):
        enter(shop.draft(), shop.facts(), id="1", number=None, line_ids=[], now=shop.now)


def test_a_purchase_order_as_it_is_stored(shop):
    bare = PurchaseOrderLineDraft(
        product="PIPE-3", quantity=5, unit="MTR", supplier_product="S-3", warehouse="NORTH"
    )
    order = shop.purchase(
        PurchaseOrderLineDraft(product="VALVE-20", quantity=100, unit="H87", price=shop.price("7.20")),
        bare,
        supplier_reference="Q-1",
        warehouse="MAIN",
    )
    assert isinstance(order, PurchaseOrder)
    assert (order.supplier, order.supplier_id, order.supplier_name) == ("70000", "s1", "Foundry")
    assert (order.supplier_reference, order.payment_terms, order.ship_to) == ("Q-1", "14D", None)
    first, second = order.lines
    assert (first.net.amount, second.price, second.net, order.net) == (720, None, None, None)
    assert (second.supplier_product, first.warehouse, second.warehouse) == ("S-3", "MAIN", "NORTH")
    quantities = first.quantities
    assert (quantities.confirmed, quantities.delivered, quantities.shipped, quantities.allocated) == (
        0,
        0,
        0,
        None,
    )
    assert (order.status, order.invoicing) == (OrderStatus.SUBMITTED, Progress.UNKNOWN)
    assert with_status(order, StatusFacts(), shop.today) == order
    assert with_totals(order, tax_rates_of(order.lines, shop.products)) == order


def test_a_unit_that_stock_cannot_be_reckoned_in_is_backordered(shop):
    order = shop.order(shop.line(unit="KGM"))
    assert (order.lines[0].quantities.allocated, order.lines[0].quantities.backordered) == (0, 10)


def test_stock_kept_in_kilometres_covers_metres_and_parts_of_them(shop):
    level = StockLevel(product="PIPE-3", unit="KMT", on_hand=Decimal("0.0105"))
    order = shop.order(shop.line("PIPE-3", 20, "MTR"), facts=shop.facts(stock=stock_by_place([level])))
    assert order.lines[0].quantities.allocated == Decimal("10.5")


def test_a_purchase_order_of_a_supplier_and_product_that_are_not_on_file(shop):
    draft = shop.purchase_draft(PurchaseOrderLineDraft(product="NEW-1", quantity=1, unit="H87"))
    order = enter(draft, shop.facts(party=None), id="1", number=None, line_ids=["1"], now=shop.now)
    assert (order.supplier, order.supplier_id, order.payment_terms) == ("70000", None, None)
    assert (order.lines[0].product, order.lines[0].description) == ("NEW-1", None)


def test_a_stored_order_can_be_written_down_and_read_again(shop):
    facts = shop.facts(policy=Policy(rounding="document"))
    third = shop.line(price=shop.price(1, per=3), quantity=1)
    for order in (shop.order(third, facts=facts), shop.purchase()):
        assert type(order).restored(order.model_dump_json()) == order


CODES = st.sampled_from(["VALVE-20", "PIPE-3", "BOLT-8", "ODD-1"])
UNITS = {"VALVE-20": ["H87", "XCT", "XPX"], "PIPE-3": ["MTR"], "BOLT-8": ["H87"], "ODD-1": ["H87"]}


@st.composite
def lines(draw, shop):
    code = draw(CODES)
    return shop.line(
        code,
        draw(st.integers(min_value=1, max_value=500)),
        draw(st.sampled_from(UNITS[code])),
        price=draw(st.none() | st.decimals(min_value=0, max_value=999, places=2).map(shop.price)),
        requested=draw(st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1))),
        warehouse=draw(st.sampled_from([None, "MAIN", "NORTH", "WEST"])),
        discount=draw(st.none() | st.just(Discount(percent=Decimal("2.5")))),
        description=draw(st.none() | st.just("as drawn")),
    )


@given(data=st.data())
def test_what_was_sent_is_what_is_stored(shop, data):
    drafted = data.draw(st.lists(lines(shop), min_size=1, max_size=5))
    draft = shop.draft(*drafted, notes=data.draw(st.lists(st.sampled_from("abc"), max_size=2)))
    facts = shop.facts()
    order = enter(draft, facts, id="1", number="1", line_ids=list("12345")[: len(drafted)], now=shop.now)
    assert isinstance(order, Order)
    assert compare(draft, order, products=shop.products) == ()
    for line in order.lines:
        quantities = line.quantities
        assert quantities.allocated + quantities.backordered == quantities.ordered
    pieces = {"H87": 1, "XCT": 12, "XPX": 480}
    taken = sum(
        line.quantities.allocated * pieces[line.unit]
        for line in order.lines
        if line.product == "VALVE-20" and line.warehouse == "NORTH"
    )
    assert taken <= 5
