"""The company of the benchmark: customers, products, price lists and stock, and the orders that come in.

Everything follows from the numbers asked for, so that both sides write the same orders and every run the same work.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from erp_connect import Address, LineDraft, OrderDraft, UnitPrice
from erp_connect.adapters.sql import schema
from erp_connect.adapters.sql.migrate import init
from erp_connect.journal import tables
from erp_connect.wire.sql import insert_many, open_engine, writing

CURRENCY = "EUR"
MAIN = "MAIN"
CARTON = "XCT"


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything there is."""

    orders: int = 10_000
    lines: int = 5
    listed: int = 100_000
    gets: int = 2_000
    customers: int = 200
    products: int = 400

    @property
    def on_hand(self) -> Decimal:
        """What lies there of each product: two thirds of what is going to be ordered."""
        return Decimal(20 * self.orders * self.lines // self.products)


@dataclass(frozen=True, slots=True)
class WantedAddress:
    """Where an order goes to."""

    name: str
    lines: tuple[str, ...]
    city: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line as it comes in; two of five have no price of their own and take the price list's."""

    product: str
    quantity: Decimal
    unit: str
    price: Decimal | None
    requested: date | None


@dataclass(frozen=True, slots=True)
class WantedOrder:
    """An order as it comes in: what a hand-written script would have parsed it into."""

    key: str
    customer: str
    customer_po: str
    currency: str
    order_date: date
    requested: date
    ship_to: WantedAddress | None
    lines: tuple[WantedLine, ...]


def today() -> date:
    """The business date in the company's zone, which is UTC."""
    return datetime.now(UTC).date()


def wanted_orders(size: Size, count: int | None = None, *, series: str = "A") -> Iterator[WantedOrder]:
    """The orders that come in, the same for every run of a day; keys begin with ``series``."""
    chance = random.Random(f"orders {series}")
    day = today()
    for number in range(size.orders if count is None else count):
        customer = chance.randrange(size.customers)
        picked = chance.sample(range(size.products), size.lines)
        yield WantedOrder(
            key=f"{series}/PO-{number:07d}",
            customer=f"C{customer:05d}",
            customer_po=f"PO-{series}-{number:07d}",
            currency=CURRENCY,
            order_date=day,
            requested=day + timedelta(days=chance.randint(3, 30)),
            ship_to=_site(customer, chance.randrange(4)) if number % 2 else None,
            lines=tuple(_line(chance, place, product, day) for place, product in enumerate(picked)),
        )


def _line(chance: random.Random, place: int, product: int, day: date) -> WantedLine:
    in_cartons = product % 5 == 0 and chance.random() < 0.3
    return WantedLine(
        product=f"P{product:05d}",
        quantity=Decimal(chance.randint(1, 4) if in_cartons else chance.randint(1, 60)),
        unit=CARTON if in_cartons else "H87",
        price=Decimal(chance.randint(100, 99_999)).scaleb(-2) if place % 5 < 3 else None,
        requested=day + timedelta(days=chance.randint(3, 30)) if place % 2 else None,
    )


def _site(customer: int, site: int) -> WantedAddress:
    return WantedAddress(
        f"Customer {customer} site {site}",
        (f"{site + 1} Harbour Road", "Gate 4"),
        "Rotterdam",
        f"30{site}1 AB",
        "NL",
    )


def as_draft(order: WantedOrder) -> OrderDraft:
    """The same order as the library takes it."""
    to = order.ship_to
    return OrderDraft(
        customer=order.customer,
        customer_po=order.customer_po,
        currency=order.currency,
        order_date=order.order_date,
        requested=order.requested,
        ship_to=None
        if to is None
        else Address(
            name=to.name, lines=to.lines, city=to.city, postal_code=to.postal_code, country=to.country
        ),
        lines=[
            LineDraft(
                product=line.product,
                quantity=line.quantity,
                unit=line.unit,
                price=None
                if line.price is None
                else UnitPrice(amount=line.price, currency=order.currency, per=1),
                requested=line.requested,
            )
            for line in order.lines
        ],
    )


def set_up(url: str, size: Size) -> None:
    """Make the tables and put the master data, price lists and stock on file."""
    init(url, company="Benchmark", currency=CURRENCY, timezone="UTC")
    engine = open_engine(url)
    try:
        tables.make(engine)  # otherwise the first write would make them, on the clock
        with writing(engine) as connection:
            _put_on_file(connection, size)
    finally:
        engine.dispose()


def _put_on_file(connection: sa.Connection, size: Size) -> None:
    now = datetime.now(UTC)
    written = {"version": 1, "created_at": now, "modified_at": now}
    parties, products, prices, stock = [], [], [], []
    for number in range(size.customers):
        address = (
            f'{{"name":"Customer {number}","lines":["{number} High Street"],"city":"Utrecht",'
            f'"postal_code":"3511 AA","country":"NL"}}'
        )
        limit = Decimal(900_000_000) if number % 4 == 0 else None
        parties.append(
            {
                "id": 10_000 + number,
                "kind": "customer",
                "number": f"C{number:05d}",
                "name": f"Customer {number}",
                "address": address,
                "currency": CURRENCY,
                "payment_terms": "N30",
                "delivery_terms": "DAP",
                "blocked": False,
                "credit_limit": limit,
                "credit_currency": limit and CURRENCY,
                "price_group": None,
                **written,
            }
        )
    for number in range(size.products):
        units = f'[{{"unit":"{CARTON}","factor":"12"}}]' if number % 5 == 0 else None
        products.append(
            {
                "id": 20_000 + number,
                "number": f"P{number:05d}",
                "name": f"Product {number}",
                "unit": "H87",
                "price_amount": Decimal(number + 1),
                "price_currency": CURRENCY,
                "price_per": 1,
                "tax_rate": 21 if number % 3 else 9,
                "blocked": False,
                "units": units,
                **written,
            }
        )
        everybody = {
            "product_id": 20_000 + number,
            "party_id": None,
            "price_group": None,
            "unit": "H87",
            "currency": CURRENCY,
            "per": 1,
            "includes_tax": False,
            "valid_from": None,
            "valid_to": None,
        }
        amount = Decimal(number % 90 + 10)
        prices += [
            {**everybody, "quantity_from": 0, "amount": amount},
            {**everybody, "quantity_from": 30, "amount": amount * Decimal("0.95")},
            {
                **everybody,
                "party_id": 10_000 + number % size.customers,
                "quantity_from": 0,
                "amount": amount * Decimal("0.9"),
            },
        ]
        stock += [
            {"product_id": 20_000 + number, "warehouse": MAIN, "on_hand": size.on_hand, "reserved": 0},
            {"product_id": 20_000 + number, "warehouse": schema.NO_WAREHOUSE, "on_hand": 0, "reserved": 0},
        ]
    prices = [{"id": 30_000 + place, **row} for place, row in enumerate(prices)]
    for table, rows in (
        (schema.PARTIES, parties),
        (schema.PRODUCTS, products),
        (schema.PRICES, prices),
        (schema.STOCK, stock),
    ):
        names = list(rows[0])
        insert_many(connection, table, [tuple(row[name] for name in names) for row in rows], names)
