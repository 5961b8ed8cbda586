"""The floor under both sides: executemany of rows that are ready, and a select of rows that nobody looks at."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from erp_connect.adapters.sql.schema import ORDER_LINES, ORDERS

from .hand_create import INTENTS

COPIED = (ORDERS, ORDER_LINES, INTENTS)


def ready_rows(engine: sa.Engine) -> list[tuple[sa.Table, list[tuple[Any, ...]]]]:
    """Every order, line and intent as the driver gives it, and takes it."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        found = []
        for table in COPIED:
            names = ", ".join(f'"{column.name}"' for column in table.c)
            found.append((table, cursor.execute(f"SELECT {names} FROM {table.name}").fetchall()))
        return found


def executemany(engine: sa.Engine, rows: list[tuple[sa.Table, list[tuple[Any, ...]]]]) -> None:
    """Insert them by the driver's executemany, in one transaction."""
    mark = "%s" if engine.dialect.name == "postgresql" else "?"
    with engine.connect() as opened, opened.execution_options(writing=True).begin():
        driver: Any = opened.connection.driver_connection
        cursor = driver.cursor()
        for table, cells in rows:
            names = ", ".join(f'"{column.name}"' for column in table.c)
            marks = ", ".join([mark] * len(table.c))
            cursor.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", cells)


def select(engine: sa.Engine) -> int:
    """Fetch every order and line as the driver's tuples, a thousand at a time."""
    count = 0
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for table in (ORDERS, ORDER_LINES):
            names = ", ".join(f'"{column.name}"' for column in table.c)
            wanted = f"SELECT {names} FROM {table.name} ORDER BY id"
            if engine.dialect.name == "postgresql":
                cursor = driver.cursor(name="bare", withhold=False)
                cursor.itersize = 1000
                cursor.execute(wanted)
            else:
                cursor = driver.execute(wanted)
            while rows := cursor.fetchmany(1000):
                count += len(rows)
            cursor.close()
    return count
