"""The hand-written script, part three: the figures of a report, by SQL on the tables.

What a careful developer writes who knows the schema: the lines with what is open of them, the orders with their sums,
and a GROUP BY for each question.  SQLite keeps decimals as text and adds up in floating point, so its sums are
exact ones of our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

CENT = Decimal("0.01")
"""The company of the benchmark has one currency."""

DIALECTS = {
    "sqlite": {
        "total": "total",
        "greatest": "max",
        "part": "part(net, left_over, asked)",
        "today": "julianday(:today)",
        "day": "julianday({})",
        "monday": "date({0}, '-' || ((strftime('%w', {0}) + 6) % 7) || ' days')",
    },
    "postgresql": {
        "total": "sum",
        "greatest": "greatest",
        "part": "round(net * left_over / asked, 2)",
        "today": "CAST(:today AS date)",
        "day": "{}",
        "monday": "date_trunc('week', {0})",
    },
}
LINES = """
CREATE TEMPORARY TABLE report_lines AS
WITH sized AS (
  SELECT o.id, o.currency, l.product, l.net, coalesce(l.requested, o.requested) AS wanted,
         coalesce(l.requested, o.requested, l.promised) AS due, l.promised,
         l.ordered - coalesce(l.cancelled, 0) AS asked,
         CASE WHEN o.status IN ('cancelled', 'rejected', 'completed') THEN 0
              ELSE {greatest}(l.ordered - coalesce(l.cancelled, 0)
                              - {greatest}(coalesce(l.shipped, 0), coalesce(l.delivered, 0)), 0) END AS left_over
  FROM erp_order_lines l JOIN erp_orders o ON o.id = l.order_id WHERE l.kind <> 'text'
)
SELECT id, currency, product, net, wanted, left_over,
       CASE WHEN left_over = asked THEN net WHEN left_over > 0 THEN {part} END AS open_value,
       CASE WHEN left_over > 0 AND due IS NOT NULL
            THEN {greatest}({today} - {due}, coalesce({promised} - {due}, 0), 0) END AS days
FROM sized
"""
ORDERS = """
CREATE TEMPORARY TABLE report_orders AS
SELECT o.id, o.status, o.currency, o.net, o.order_date, p.number AS customer, count(l.id) AS lines,
       {total}(l.open_value) AS open_value, max(l.days) AS days, max(l.left_over) > 0 AS waiting
FROM erp_orders o JOIN erp_parties p ON p.id = o.party_id LEFT JOIN report_lines l ON l.id = o.id
GROUP BY o.id, o.status, o.currency, o.net, o.order_date, p.number
"""
BY_ORDERS = """
SELECT {key} AS k, currency, count(*), sum(lines), {total}(net), count(*) - count(net), {total}(open_value)
FROM report_orders GROUP BY 1, 2 ORDER BY 2, 1
"""
BY_LINES = """
SELECT {key} AS k, currency, count(DISTINCT id), count(*), {total}(net), count(*) - count(net), {total}(open_value)
FROM report_lines GROUP BY 1, 2 ORDER BY 2, 1
"""
LATENESS = """
CASE WHEN days IS NULL AND waiting THEN 'no_date' WHEN days IS NULL THEN 'nothing_open' WHEN days = 0 THEN 'on_time'
     WHEN days <= 3 THEN 'late_1_3' WHEN days <= 7 THEN 'late_4_7' WHEN days <= 14 THEN 'late_8_14' ELSE 'late_15' END
"""
LATEST = """
SELECT id, customer, days, net, open_value FROM report_orders WHERE days > 0 ORDER BY days DESC, id LIMIT 1000
"""
QUESTIONS = {
    "totals": (BY_ORDERS, "currency"),
    "by_status": (BY_ORDERS, "status"),
    "by_lateness": (BY_ORDERS, LATENESS),
    "by_customer": (BY_ORDERS, "customer"),
    "by_order_day": (BY_ORDERS, "order_date"),
    "by_order_week": (BY_ORDERS, "monday of order_date"),
    "by_product": (BY_LINES, "product"),
    "by_requested_day": (BY_LINES, "wanted"),
    "by_requested_week": (BY_LINES, "monday of wanted"),
}


class ExactTotal:
    """An aggregate for SQLite."""

    def __init__(self) -> None:
        self.sum = Decimal(0)

    def step(self, value: Any) -> None:
        if value is not None:
            self.sum += Decimal(str(value))

    def finalize(self) -> str:
        return str(self.sum)


def _part(net: Any, left: Any, asked: Any) -> str | None:
    if net is None:
        return None
    return str((Decimal(str(net)) * left / asked).quantize(CENT, ROUND_HALF_UP))


@contextmanager
def _connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.create_aggregate("total", 1, ExactTotal)
            driver.create_function("part", 3, _part, deterministic=True)
        yield connection


def report(engine: sa.Engine, today: date) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each question: key, currency, orders, lines, value, of how many it is not known, open value."""
    words = DIALECTS[engine.dialect.name]
    more = {"due": words["day"].format("due"), "promised": words["day"].format("promised")}
    found: dict[str, list[tuple[Any, ...]]] = {}
    with _connection(engine) as connection:
        connection.execute(sa.text(LINES.format(**{**words, **more})), {"today": today.isoformat()})
        connection.execute(sa.text(ORDERS.format(**words)))
        for name, (query, key) in QUESTIONS.items():
            asked = words["monday"].format(key.partition(" of ")[2]) if key.startswith("monday of ") else key
            rows = connection.execute(sa.text(query.format(key=asked, **words))).all()
            found[name] = [
                (key, currency, orders, int(lines), Decimal(value or 0), unknown, Decimal(left or 0))
                for key, currency, orders, lines, value, unknown, left in rows
            ]
        found["latest"] = [tuple(row) for row in connection.execute(sa.text(LATEST))]
        for table in ("report_orders", "report_lines"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.rollback()
    return found
