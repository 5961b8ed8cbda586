"""Somebody else's tables: headers, lines, deliveries and invoices, with soft deletion, a counter and row versions.

A small brother of the tests' ``split`` schema, with indexes on its references; ``foreign.toml`` is its mapping file.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from .company import CARTON, CURRENCY, Size, today

MAPPING = Path(__file__).with_suffix(".toml")
UNITS = {"EA": "H87", "CTN": CARTON}
"""Their words for units, and ours."""


class Exact(sa.types.UserDefinedType[Decimal]):
    """A DECIMAL that stays exact: SQLite keeps it as it likes, and gives it out by its declared places."""

    cache_ok = True

    def __init__(self, digits: int, places: int) -> None:
        self.digits, self.places = digits, places

    def get_col_spec(self, **_: Any) -> str:
        return f"DECIMAL({self.digits},{self.places})"

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
        return None if dialect.name == "postgresql" else lambda value: None if value is None else str(value)

    def result_processor(self, dialect: sa.Dialect, _: object) -> Callable[[Any], Any] | None:
        if dialect.name == "postgresql":
            return None
        said = f"%.{self.places}f"
        return lambda value: None if value is None else Decimal(said % value)


_META = sa.MetaData()
_INSTANT = sa.DateTime(timezone=True)
_MONEY, _QUANTITY = Exact(15, 2), Exact(15, 3)


def _column(name: str, kind: Any, *more: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, *more, **{"nullable": False, **options})


def _soft() -> tuple[sa.Column[Any], ...]:
    return (
        _column("row_version", sa.Integer),
        _column("is_deleted", sa.Boolean),
        sa.Column("deleted_at", _INSTANT),
    )


COUNTER = sa.Table(
    "doc_counter",
    _META,
    sa.Column("kind", sa.CHAR(2), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    _column("last_no", sa.Integer),
)
CUSTOMER = sa.Table(
    "customer",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    _column("customer_no", sa.String(16), unique=True),
    *(_column(name, sa.String(64)) for name in ("name", "street", "postal_code", "city")),
    _column("country", sa.CHAR(2)),
    _column("currency", sa.CHAR(3)),
    _column("order_block", sa.Boolean),
    _column("is_deleted", sa.Boolean),
)
ITEM = sa.Table(
    "item",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    _column("item_no", sa.String(32), unique=True),
    _column("name", sa.String(64)),
    _column("base_unit", sa.String(4)),
    _column("base_price", Exact(15, 4)),
    _column("tax_rate", Exact(5, 2)),
    _column("sales_block", sa.Boolean),
    _column("is_deleted", sa.Boolean),
)
ITEM_UNIT = sa.Table(
    "item_unit",
    _META,
    sa.Column("item_id", sa.ForeignKey(ITEM.c.id), primary_key=True),
    sa.Column("unit", sa.String(4), primary_key=True),
    _column("per_base", Exact(9, 3)),
)
HEADER = sa.Table(
    "so_header",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    _column("doc_no", sa.String(16), unique=True),
    sa.Column("external_ref", sa.String(64), unique=True),
    _column("customer_id", sa.ForeignKey(CUSTOMER.c.id)),
    _column("ship_name", sa.String(64)),
    _column("ship_street", sa.String(64)),
    sa.Column("ship_street2", sa.String(64)),
    _column("ship_postal_code", sa.String(16)),
    _column("ship_city", sa.String(64)),
    _column("ship_country", sa.CHAR(2)),
    sa.Column("customer_po", sa.String(35)),
    _column("order_date", sa.Date),
    sa.Column("requested_date", sa.Date),
    _column("currency", sa.CHAR(3)),
    _column("status", sa.String(16)),
    _column("channel", sa.String(8)),
    _column("entered_by", sa.String(16)),
    *(_column(f"{name}_total", _MONEY) for name in ("net", "tax", "gross")),
    _column("created_at", _INSTANT),
    _column("updated_at", _INSTANT),
    *_soft(),
)
LINE = sa.Table(
    "so_line",
    _META,
    sa.Column("id", sa.CHAR(36), primary_key=True),
    _column("header_id", sa.ForeignKey(HEADER.c.id), index=True),
    _column("line_no", sa.Integer),
    _column("item_id", sa.ForeignKey(ITEM.c.id)),
    _column("qty", _QUANTITY, sa.CheckConstraint("qty > 0")),
    _column("qty_cancelled", _QUANTITY),
    _column("unit", sa.String(4)),
    _column("unit_price", Exact(15, 4)),
    sa.Column("wanted_on", sa.Date),
    _column("line_net", _MONEY),
    _column("line_tax", _MONEY),
    *_soft(),
)
HISTORY = sa.Table(
    "status_history",
    _META,
    sa.Column("header_id", sa.ForeignKey(HEADER.c.id), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    _column("to_status", sa.String(16)),
    _column("changed_at", _INSTANT),
)


def _moved(name: str) -> sa.Table:
    return sa.Table(
        name,
        _META,
        sa.Column("id", sa.Integer, primary_key=True),
        _column("so_line_id", sa.ForeignKey(LINE.c.id), index=True),
        _column("qty", _QUANTITY),
        _column("is_deleted", sa.Boolean),
    )


DELIVERED, BILLED = _moved("dl_line"), _moved("iv_line")


def set_up(engine: sa.Engine, size: Size) -> None:
    """Make the tables, and put customers, products and the counter on file."""
    _META.create_all(engine)
    customers = [
        {
            "id": number + 1,
            "customer_no": f"C{number:05d}",
            "name": f"Customer {number}",
            "street": f"{number} High Street",
            "postal_code": "3511 AA",
            "city": "Utrecht",
            "country": "NL",
            "currency": CURRENCY,
            "order_block": False,
            "is_deleted": False,
        }
        for number in range(size.customers)
    ]
    items = [
        {
            "id": number + 1,
            "item_no": f"P{number:05d}",
            "name": f"Product {number}",
            "base_unit": "EA",
            "base_price": Decimal(number % 90 + 10),
            "tax_rate": Decimal(21 if number % 3 else 9),
            "sales_block": False,
            "is_deleted": False,
        }
        for number in range(size.products)
    ]
    units = [{"item_id": item["id"], "unit": "EA", "per_base": Decimal(1)} for item in items]
    units += [
        {"item_id": number + 1, "unit": "CTN", "per_base": Decimal(12)}
        for number in range(0, size.products, 5)
    ]
    with engine.begin() as connection:
        for table, rows in ((CUSTOMER, customers), (ITEM, items), (ITEM_UNIT, units)):
            connection.execute(sa.insert(table), rows)
        connection.execute(sa.insert(COUNTER), [{"kind": "SO", "year": today().year, "last_no": 0}])


def move_goods(engine: sa.Engine) -> None:
    """Of the orders on file every third is delivered and billed, every third in part."""
    part = sa.or_(LINE.c.header_id % 3 == 0, sa.and_(LINE.c.header_id % 3 == 1, LINE.c.line_no == 1))
    wanted = sa.select(LINE.c.id, LINE.c.qty).where(part).order_by(LINE.c.header_id, LINE.c.line_no)
    with engine.begin() as connection:
        moved = [
            {"id": number, "so_line_id": line, "qty": qty, "is_deleted": False}
            for number, (line, qty) in enumerate(connection.execute(wanted), start=1)
        ]
        for table in (DELIVERED, BILLED):
            connection.execute(sa.insert(table), moved)
        for state, rest in (("CLOSED", 0), ("PART_DELIVERED", 1)):
            connection.execute(sa.update(HEADER).where(HEADER.c.id % 3 == rest).values(status=state))
