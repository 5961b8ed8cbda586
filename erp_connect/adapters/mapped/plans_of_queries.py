"""How a database finds orders: the plans of the statements that are run most, and the indexes that they lack."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event

__all__ = ["Scan", "scans"]

SMALL: Final = 1_000
"""A table with fewer rows is read from one end to the other as quickly as by an index."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A table that a statement reads from one end to the other."""

    table: str
    """Its name, or the alias that the mapping gives it."""
    rows: int | None
    """How many rows the database thinks that it has; ``None`` where it does not say."""


def scans(engine: Engine, ask: Callable[[], object]) -> list[Scan]:
    """The tables that are read whole when ``ask`` runs its statements, and again when each is explained."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.lstrip()[:6].upper() == "SELECT":
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    found: dict[str, Scan] = {}
    with engine.connect() as connection:
        for statement, parameters in asked:
            for scan in _scans(connection, statement, parameters):
                found.setdefault(scan.table, scan)
        connection.rollback()
    return list(found.values())


def _scans(connection: Connection, statement: str, parameters: Any) -> Iterator[Scan]:
    explain = _EXPLAIN.get(connection.dialect.name)
    if explain is None:
        return
    words, read = explain
    try:
        rows = connection.exec_driver_sql(f"{words} {statement}", parameters).all()
    except sa.exc.DBAPIError:
        return  # what cannot be explained is not judged
    yield from read(rows)


def _of_postgresql(rows: Sequence[Any]) -> Iterator[Scan]:
    told = rows[0][0]
    waiting = [part["Plan"] for part in (json.loads(told) if isinstance(told, str) else told)]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", ())
        if node.get("Node Type") == "Seq Scan":
            yield Scan(str(node.get("Alias") or node["Relation Name"]), None)


def _of_mysql(rows: Sequence[Any]) -> Iterator[Scan]:
    for row in rows:
        told = row._mapping
        if told["type"] == "ALL" and told["table"] and not str(told["table"]).startswith("<"):
            yield Scan(str(told["table"]), int(told["rows"] or 0))


def _of_sqlite(rows: Sequence[Any]) -> Iterator[Scan]:
    for row in rows:
        words = str(row[-1]).split()
        if words[:1] == ["SCAN"] and "USING" not in words and len(words) > 1 and not words[1].startswith("("):
            yield Scan(words[1], None)


_EXPLAIN: Final = {
    "postgresql": ("EXPLAIN (FORMAT JSON)", _of_postgresql),
    "mysql": ("EXPLAIN", _of_mysql),
    "mariadb": ("EXPLAIN", _of_mysql),
    "sqlite": ("EXPLAIN QUERY PLAN", _of_sqlite),
}
