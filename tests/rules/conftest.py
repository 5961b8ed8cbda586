"""What the tests of the rules start from: a small valve trade, its facts, and a plain order to vary."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import settings

from erp_connect.models import (
    Address,
    Customer,
    LineDraft,
    Money,
    OrderDraft,
    Product,
    ProductCode,
    ProductUnit,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    Supplier,
    UnitPrice,
)
from erp_connect.rules.entering import enter
from erp_connect.rules.facts import Facts, StockLevel, stock_by_place

settings.register_profile("rules", max_examples=80, deadline=None)
settings.load_profile("rules")

TODAY = date(2026, 4, 1)
NOW = datetime(2026, 4, 1, 8, 30, tzinfo=UTC)


def price(amount, per=1, currency="EUR"):
    return UnitPrice(amount=Decimal(amount), currency=currency, per=per)


VALVE = Product(
    id="p1",
    number="VALVE-20",
    name="Ball valve",
    unit="H87",
    codes=(ProductCode(kind="gtin", value="4006381333931"),),
    units=(ProductUnit(unit="XCT", factor=12), ProductUnit(unit="XPX", factor=480)),
    price=price("12.50"),
    tax_rate=Decimal(19),
)
PIPE = Product(
    id="p2", number="PIPE-3", name="Steel pipe", unit="MTR", price=price("3.00"), tax_rate=Decimal(7)
)
BOLT = Product(
    id="p3", number="BOLT-8", name="Bolt", unit="H87", price=price("4.99", per=100), tax_rate=Decimal(19)
)
ODD = Product(id="p4", number="ODD-1", name="Oddment", unit="H87")
PRODUCTS = {
    "VALVE-20": VALVE,
    "4006381333931": VALVE,
    "p1": VALVE,
    "PIPE-3": PIPE,
    "BOLT-8": BOLT,
    "ODD-1": ODD,
}
ADDRESS = Address(name="Gate 4", lines=["Dock Road 2"], city="Hull", postal_code="HU1", country="GB")
CUSTOMER = Customer(
    id="c1",
    number="10000",
    name="Harbour Works",
    address=ADDRESS,
    currency="EUR",
    payment_terms="30D",
    credit_limit=Money(amount=100_000, currency="EUR"),
    price_group="TRADE",
)
SUPPLIER = Supplier(id="s1", number="70000", name="Foundry", payment_terms="14D")
STOCK = stock_by_place(
    [
        StockLevel(
            product="VALVE-20", unit="H87", warehouse="MAIN", on_hand=Decimal(60), reserved=Decimal(10)
        ),
        StockLevel(product="VALVE-20", unit="H87", warehouse="NORTH", on_hand=Decimal(5)),
        StockLevel(
            product="PIPE-3",
            unit="MTR",
            warehouse="MAIN",
            on_hand=Decimal(4),
            incoming=Decimal(100),
            incoming_on=date(2026, 4, 20),
        ),
    ]
)


def make_facts(**changes):
    given = {"today": TODAY, "party": CUSTOMER, "products": PRODUCTS, "stock": STOCK, "currency": "EUR"}
    return Facts(**{**given, **changes})


def make_line(product="VALVE-20", quantity=10, unit="H87", **more):
    return LineDraft(product=product, quantity=quantity, unit=unit, **more)


def make_draft(*lines, **more):
    given = {"customer": "10000", "customer_po": "PO-77", "currency": "EUR", "requested": date(2026, 4, 10)}
    return OrderDraft(**{**given, **more, "lines": lines or (make_line(),)})


def make_order(*lines, facts=None, **more):
    draft = make_draft(*lines, **more)
    return enter(
        draft,
        facts or make_facts(),
        id="o1",
        number="SO-1",
        line_ids=[f"L{n}" for n in range(1, len(draft.lines) + 1)],
        now=NOW,
        stamp="STAMP",
    )


def make_purchase_draft(*lines, **more):
    given = {"supplier": "70000", "currency": "EUR", "requested": date(2026, 4, 10)}
    plain = (PurchaseOrderLineDraft(product="VALVE-20", quantity=100, unit="H87", price=price("7.20")),)
    return PurchaseOrderDraft(**{**given, **more, "lines": lines or plain})


def make_purchase(*lines, **more):
    draft = make_purchase_draft(*lines, **more)
    return enter(
        draft,
        make_facts(party=SUPPLIER),
        id="b1",
        number="BO-1",
        line_ids=[f"L{n}" for n in range(1, len(draft.lines) + 1)],
        now=NOW,
    )


class Shop:
    """The words of these tests, for the fixtures below."""

    today, now = TODAY, NOW
    valve, pipe, bolt, odd, products = VALVE, PIPE, BOLT, ODD, PRODUCTS
    customer, supplier, address = CUSTOMER, SUPPLIER, ADDRESS
    price, facts, line, draft, order = (
        staticmethod(each) for each in (price, make_facts, make_line, make_draft, make_order)
    )
    purchase_draft, purchase = staticmethod(make_purchase_draft), staticmethod(make_purchase)

    @staticmethod
    def new_ids():
        numbers = itertools.count(1)
        return lambda _: f"N{next(numbers)}"


@pytest.fixture(scope="session")
def shop():
    """A valve trade on 1 April 2026: products, a customer, a supplier, stock, and makers of orders."""
    return Shop
