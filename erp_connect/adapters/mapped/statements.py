"""SQL put together from a mapping's own text and bound values: nothing that comes from outside is ever formatted in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from ...collector import collector_paused
from ...wire.sql import Prepared

__all__ = ["Conditions", "bindable", "bound", "fetch", "named_in", "ready"]

_PARAMETER: Final = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
"""What SQLAlchemy takes for a parameter."""


def bindable(text: str, known: Iterable[str]) -> str:
    """The site's SQL with only ``known`` names as parameters: a colon in one of its texts means itself."""
    return _bindable(text, frozenset(known)) if ":" in text else text


@lru_cache(2048)
def _bindable(text: str, names: frozenset[str]) -> str:
    return _PARAMETER.sub(lambda found: found[0] if found[1] in names else f"\\{found[0]}", text)


@lru_cache(2048)
def named_in(text: str) -> frozenset[str]:
    """The parameters that a text of SQL names."""
    return frozenset(_PARAMETER.findall(text))


@lru_cache(1024)
def ready(dialect: sa.Dialect, text: str) -> Prepared:
    """The statement made ready for this engine's driver; ``text`` has its parameters as ``:name``."""
    return Prepared(dialect, text)


def bound(dialect: str, value: Any) -> Any:
    """A native value as the driver takes it: SQLite knows neither decimals nor dates."""
    if dialect == "sqlite":
        if isinstance(value, Decimal):
            return format(value, "f")
        if isinstance(value, datetime):
            return value.isoformat(" ")
        if isinstance(value, date):
            return value.isoformat()
    return value


_IN_UTF8: Final = "CAST({} AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_bin"
_LETTERS: Final = {
    "postgresql": 'CAST({} AS TEXT) COLLATE "C"',
    "sqlite": "CAST({} AS TEXT) COLLATE BINARY",
    "mysql": _IN_UTF8,
    "mariadb": _IN_UTF8,
}
"""A column as a text that is compared letter for letter; blanks behind it may not count."""


class Conditions:
    """Conditions of one statement, with the values that go with them."""

    def __init__(self, dialect: str, settings: Mapping[str, Any]) -> None:
        self.dialect = dialect
        self._settings = settings
        self.texts: list[str] = []
        self.values: dict[str, Any] = {}
        self._lists: dict[str, bool] = {}

    def own(self, text: str) -> None:
        """A condition out of the mapping file."""
        names = named_in(text) & self._settings.keys()
        self.values |= {name: self._settings[name] for name in names}
        self.texts.append(f"({bindable(text, self._settings)})")

    def name(self, value: Any) -> str:
        """A parameter for this value."""
        name = f"erp_{len(self.values)}"
        self.values[name] = bound(self.dialect, value)
        return f":{name}"

    def compare(self, sql: str, sign: str, value: Any) -> None:
        """An expression of the mapping's against a value."""
        self.texts.append(f"{self._own(sql)} {sign} {self.name(value)}")

    def among(self, sql: str, values: Sequence[Any]) -> None:
        """Whether an expression is one of these values."""
        if not values:
            self.never()
        elif len(values) == 1:
            self.compare(sql, "=", values[0])
        else:
            self.texts.append(f"{self._own(sql)} IN {self._several(values)}")

    def none_of(self, sql: str, texts: Sequence[str]) -> None:
        """That a column says none of these, letter for letter whatever its collation; NULL and everything else stay.

        Nothing is asked of a database of which it is not known how to ask it so.
        """
        letters = _LETTERS.get(self.dialect)
        if letters is not None and texts:
            own = letters.format(self._own(sql))
            self.texts.append(f"({own} IS NULL OR {own} NOT IN {self._several(texts)})")

    def keys(self, parts: Sequence[str], keys: Sequence[tuple[Any, ...]]) -> None:
        """Whether these parts together are one of the keys."""
        if len(parts) == 1:
            self.among(parts[0], [key[0] for key in keys])
        elif not keys:
            self.never()
        elif len(keys) == 1 or self.dialect in ("mssql", "oracle"):
            ways = [
                " AND ".join(
                    f"{self._own(part)} = {self.name(value)}" for part, value in zip(parts, key, strict=True)
                )
                for key in keys
            ]
            self.texts.append(f"({' OR '.join(f'({way})' for way in ways)})")
        else:
            self.texts.append(f"({', '.join(map(self._own, parts))}) IN {self._several(keys)}")

    def behind(self, parts: Sequence[str], last: Sequence[Any]) -> None:
        """Behind this key in the order of the keys."""
        names = [self.name(value) for value in last]
        own = [self._own(part) for part in parts]
        ways = [
            " AND ".join(
                [*(f"{own[i]} = {names[i]}" for i in range(place)), f"{own[place]} > {names[place]}"]
            )
            for place in range(len(own))
        ]
        if len(own) > 1:  # says nothing new, but an index can be searched with it, and not with an OR
            self.texts.append(f"{own[0]} >= {names[0]}")
        self.texts.append(f"({' OR '.join(f'({way})' for way in ways)})")

    def never(self) -> None:
        """Nothing fits."""
        self.texts.append("1 = 0")

    def _own(self, sql: str) -> str:
        names = named_in(sql) & self._settings.keys()
        self.values |= {name: self._settings[name] for name in names}
        return bindable(sql, self._settings)

    def _several(self, values: Sequence[Any]) -> str:
        name = f"erp_{len(self.values)}"
        self.values[name] = [
            tuple(bound(self.dialect, part) for part in value)
            if isinstance(value, tuple)
            else bound(self.dialect, value)
            for value in values
        ]
        self._lists[name] = True
        return f":{name}"

    def apply(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        """The statement with these conditions."""
        for text in self.texts:
            clause = sa.text(text)
            mine = [name for name in self._lists if f":{name}" in text]
            if mine:
                clause = clause.bindparams(*(sa.bindparam(name, expanding=True) for name in mine))
            statement = statement.where(clause)
        return statement


def fetch(
    connection: Connection,
    columns: Sequence[str],
    source: str,
    conditions: Conditions,
    settings: Mapping[str, Any],
    *,
    order_by: Sequence[str] = (),
    limit: int | None = None,
) -> Sequence[Row[Any]]:
    """Run one SELECT and answer with its rows, cells as the driver gives them."""
    used: set[str] = set()
    for text in (*columns, source, *order_by):
        used |= named_in(text)
    statement: Any = sa.select(*(sa.text(bindable(column, settings)) for column in columns))
    statement = statement.select_from(sa.text(bindable(source, settings)))
    statement = conditions.apply(statement)
    if order_by:
        statement = statement.order_by(*(sa.text(bindable(each, settings)) for each in order_by))
    if limit is not None:
        statement = statement.limit(limit)
    values = conditions.values | {name: settings[name] for name in used & settings.keys()}
    result = connection.execute(statement, values)
    with collector_paused():  # all of the rows are wanted
        found: Sequence[Row[Any]] = result.all()
    return found
