"""A second look at the database, past the library: plain SQL on a connection of its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Counts", "count"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What stands in the database."""

    orders: int = 0
    lines: int = 0
    cancelled: int = 0
    shipments: int = 0
    packages: int = 0
    doubled: int = 0
    """Orders whose customer and PO number another order has too."""


def count(database: Path) -> Counts:
    """Count the rows of a SQLite database of ours; all zero where there is none yet."""
    if not database.is_file():
        return Counts()
    with closing(sqlite3.connect(f"file:{database.as_posix()}?mode=ro", uri=True)) as connection:

        def one(statement: str) -> int:
            return int(connection.execute(statement).fetchone()[0])

        return Counts(
            orders=one("SELECT count(*) FROM erp_orders"),
            lines=one("SELECT count(*) FROM erp_order_lines"),
            cancelled=one("SELECT count(*) FROM erp_orders WHERE status = 'cancelled'"),
            shipments=one("SELECT count(*) FROM erp_shipments"),
            packages=one("SELECT count(*) FROM erp_packages"),
            doubled=one(
                "SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT party_id, their_number FROM erp_orders))"
                " FROM erp_orders"
            ),
        )
