"""A report over our own schema is what SQL finds in the tables, written independently of the library's code."""

import random
import sqlite3
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

import erp_connect as ec
from erp_connect.back_office import init
from erp_connect.reports import order_report
from erp_connect.testing.clocks import Hands

TODAY = date(2026, 3, 2)
DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}


def draft(chance, number):
    currency = chance.choice(list(DIGITS))
    lines = []
    for product in chance.sample(range(6), chance.randint(1, 4)):
        price = None if product == 5 else Decimal(chance.randint(0, 9_999)).scaleb(-DIGITS[currency])
        lines.append(
            ec.LineDraft(
                product=f"P{product}",
                quantity=chance.randint(1, 9),
                unit="H87",
                price=None if price is None else ec.UnitPrice(amount=price, currency=currency),
                requested=chance.choice([None, TODAY + timedelta(days=chance.randint(-25, 25))]),
            )
        )
    discounts = [ec.Discount(percent=3)] if chance.random() < 0.3 else []
    return ec.OrderDraft(
        customer=f"C{chance.randrange(4)}",
        customer_po=f"PO-{number}",
        currency=currency,
        order_date=TODAY - timedelta(days=chance.randint(0, 60)),
        requested=chance.choice([None, TODAY + timedelta(days=chance.randint(-20, 20))]),
        discounts=discounts,
        lines=lines,
    )


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """200 orders in three currencies, some shipped in part or in full, cancelled, held, closed or rejected."""
    file = tmp_path_factory.mktemp("company") / "orders.db"
    url = f"sqlite:///{file}"
    init(url, company="Nordlicht GmbH", currency="EUR", timezone="UTC")
    chance = random.Random("a company")
    clock = Hands(datetime(2026, 3, 2, 9, tzinfo=UTC))
    with ec.connect(url, clock=clock) as erp:
        for number in range(4):
            erp.customers.create(ec.CustomerDraft(number=f"C{number}", name=f"Customer {number}"))
        for number in range(6):
            erp.products.create(ec.ProductDraft(code=f"P{number}", name="Part", unit="H87"))
        drafts = [draft(chance, number) for number in range(200)]
        made = erp.orders.create_many(drafts, [each.customer_po for each in drafts])
        made.raise_for_failures()
        for receipt in made.succeeded:
            _happen(erp, chance, receipt.order)
    with sqlite3.connect(file) as connection:
        ids = [id for (id,) in connection.execute("SELECT id FROM erp_orders WHERE status = 'submitted'")]
        for status, few in (("completed", ids[:6]), ("rejected", ids[6:12]), ("draft", ids[12:15])):
            connection.executemany(
                "UPDATE erp_orders SET status = ? WHERE id = ?", [(status, id) for id in few]
            )
    connection.close()
    return file, clock


def _happen(erp, chance, order):
    what = chance.choice(["nothing", "nothing", "part", "all", "cancel", "line", "hold"])
    if what in ("part", "all"):
        lines = {
            line.position: line.quantities.ordered if what == "all" else max(1, line.quantities.ordered // 3)
            for line in order.lines
        }
        erp.shipments.post(order, lines=lines, packages=[])
    elif what == "cancel":
        erp.orders.cancel(order, reason="customer withdrew")
    elif what == "line":
        erp.orders.cancel(order, reason="customer withdrew", lines=[1])
    elif what == "hold":
        erp.orders.amend(order, ec.PlaceHold(kind="manual", reason="look at it"))


LINES = f"""
WITH lines AS (
  SELECT o.id, o.status, o.currency, l.product, l.net, coalesce(l.requested, o.requested) AS wanted,
         coalesce(l.requested, o.requested, l.promised) AS due, l.promised,
         CASE WHEN o.status IN ('cancelled', 'rejected', 'completed') THEN 0
              ELSE max(l.ordered - coalesce(l.cancelled, 0)
                       - max(coalesce(l.shipped, 0), coalesce(l.delivered, 0)), 0) END AS left,
         l.ordered - coalesce(l.cancelled, 0) AS asked
  FROM erp_order_lines l JOIN erp_orders o ON o.id = l.order_id
  WHERE l.kind <> 'text'
), parts AS (
  SELECT *, CASE WHEN left = 0 THEN '0' WHEN net IS NULL THEN NULL ELSE part(net, left, asked, currency) END AS open,
         CASE WHEN left > 0 AND due IS NOT NULL THEN
           max(julianday('{TODAY}') - julianday(due),
               coalesce(julianday(promised) - julianday(due), 0), 0) END AS days
  FROM lines
), orders AS (
  SELECT o.id, o.status, o.currency, o.net, o.order_date, p.number AS customer,
         count(l.id) AS lines, count(l.id) = count(l.open) AS known, total(l.open) AS open,
         max(l.days) AS days, max(l.left > 0) AS waiting
  FROM erp_orders o JOIN erp_parties p ON p.id = o.party_id LEFT JOIN parts l ON l.id = o.id
  GROUP BY o.id
)
"""
BY_ORDERS = """
SELECT {key}, currency, count(*), sum(lines), total(net), count(*) - count(net),
       total(CASE WHEN known THEN open END), sum(NOT known)
FROM orders GROUP BY 1, 2
"""
BY_LINES = """
SELECT {key}, currency, count(DISTINCT id), count(*), total(net), count(*) - count(net), total(open),
       count(*) - count(open)
FROM parts GROUP BY 1, 2
"""
LATENESS = """
CASE WHEN days IS NULL AND waiting THEN 'no_date' WHEN days IS NULL THEN 'nothing_open' WHEN days = 0 THEN 'on_time'
     WHEN days <= 3 THEN 'late_1_3' WHEN days <= 7 THEN 'late_4_7' WHEN days <= 14 THEN 'late_8_14'
     ELSE 'late_15' END
"""
MONDAY = "date({day}, '-' || ((strftime('%w', {day}) + 6) % 7) || ' days')"


class _Total:
    """SQLite adds up in floating point; this total is exact."""

    def __init__(self):
        self.sum = Decimal(0)

    def step(self, value):
        if value is not None:
            self.sum += Decimal(str(value))

    def finalize(self):
        return format(self.sum, "f")


def _part(net, left, asked, currency):
    exact = Decimal(net) * Decimal(left) / Decimal(asked)
    return format(exact.quantize(Decimal(1).scaleb(-DIGITS[currency]), ROUND_HALF_UP), "f")


@pytest.fixture(scope="module")
def found_by_sql(company):
    connection = sqlite3.connect(company[0])
    connection.create_aggregate("total", 1, _Total)
    connection.create_function("part", 4, _part)

    def found(query, key):
        rows = connection.execute(LINES + query.format(key=key)).fetchall()
        return {
            (key, currency): (orders, lines, Decimal(value), unknown, Decimal(left), left_unknown)
            for key, currency, orders, lines, value, unknown, left, left_unknown in rows
        }

    yield found
    connection.close()


@pytest.fixture(scope="module")
def report(company):
    file, clock = company
    with ec.connect(f"sqlite:///{file}", clock=clock, read_only=True) as erp:
        return order_report(erp)


def figures(rows):
    return {
        (row.key.isoformat() if isinstance(row.key, date) else row.key, row.currency): (
            *(row.orders, row.lines, row.value or Decimal(0), row.value_unknown),
            *(row.open_value or Decimal(0), row.open_value_unknown),
        )
        for row in rows
    }


@pytest.mark.parametrize(
    ("rows", "query", "key"),
    [
        ("totals", BY_ORDERS, "currency"),
        ("by_status", BY_ORDERS, "status"),
        ("by_lateness", BY_ORDERS, LATENESS),
        ("by_customer", BY_ORDERS, "customer"),
        ("by_order_day", BY_ORDERS, "order_date"),
        ("by_order_week", BY_ORDERS, MONDAY.format(day="order_date")),
        ("by_product", BY_LINES, "product"),
        ("by_requested_day", BY_LINES, "wanted"),
        ("by_requested_week", BY_LINES, MONDAY.format(day="wanted")),
    ],
)
def test_each_figure_is_what_sql_finds(report, found_by_sql, rows, query, key):
    by_sql = found_by_sql(query, key)
    assert len(by_sql) > 2
    assert figures(getattr(report, rows)) == by_sql


def test_the_company_has_something_of_everything(report):
    assert len({row.key for row in report.by_status}) >= 8
    assert {row.key for row in report.by_lateness} >= {
        "on_time",
        "late_1_3",
        "late_8_14",
        "late_15",
        "nothing_open",
    }
    assert all(total.value_unknown for total in report.totals)


def test_the_late_orders_are_what_sql_finds(report, company, found_by_sql):
    late = sum(
        each[0] for (key, _), each in found_by_sql(BY_ORDERS, LATENESS).items() if key.startswith("late")
    )
    assert report.late_orders == len(report.latest) == late > 20
