"""The ground under the foreign schemas: statements for three database products, and rules that must hold."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "mariadb": "mariadb+pymysql",
    "mysql": "mysql+pymysql",
    "sqlite": "sqlite",
}


def engine_of(url: sa.URL | str) -> sa.Engine:
    url = sa.make_url(url)
    engine = sa.create_engine(url.set(drivername=DRIVERS[url.get_backend_name()]), poolclass=sa.NullPool)
    if engine.name == "sqlite":
        sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    return engine


@contextlib.contextmanager
def transaction(engine_or_url: sa.Engine | sa.URL | str) -> Iterator[sa.Connection]:
    """A transaction that is committed at the end."""
    if isinstance(engine_or_url, sa.Engine):
        with engine_or_url.begin() as connection:
            yield connection
        return
    engine = engine_of(engine_or_url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def product_of(connection: sa.Connection) -> str:
    """``postgresql``, ``mariadb`` or ``sqlite``."""
    name = connection.dialect.name
    return "mariadb" if name == "mysql" else name


def run(connection: sa.Connection, statements: Iterable[str]) -> None:
    """Run statements as they are written: a per cent sign or colon in them means itself."""
    for statement in statements:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def ddl(script: str, words: Mapping[str, str]) -> list[str]:
    """The statements of a script, parted by lines that end with ``;``, with ``<WORD>`` replaced."""
    for word, meaning in words.items():
        script = script.replace(f"<{word}>", meaning)
    return [statement for part in script.split(";\n") if (statement := part.strip().rstrip(";"))]


def insert(connection: sa.Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the columns of the first."""
    quote = connection.dialect.identifier_preparer.quote
    names = list(rows[0])
    columns, values = ", ".join(quote(name) for name in names), ", ".join(f":{name}" for name in names)
    bound = [{name: _bindable(connection, value) for name, value in row.items()} for row in rows]
    connection.execute(sa.text(f"INSERT INTO {quote(table)} ({columns}) VALUES ({values})"), bound)


def _bindable(connection: sa.Connection, value: Any) -> Any:
    if product_of(connection) != "sqlite":
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


def select(connection: sa.Connection, query: str, **values: Any) -> list[Any]:
    return list(connection.execute(sa.text(query), values))


def exact(value: Any) -> Decimal:
    """A number of any driver; SQLite hands out floats, whose shortest text is what was written."""
    return Decimal(str(value))


def day(value: Any) -> date | None:
    """A date of any driver; SQLite hands out text."""
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value.date() if isinstance(value, datetime) else value


class RuleBrokenError(AssertionError):
    """Somebody wrote what this system does not allow; ``rules`` are the names of the rules."""

    def __init__(self, found: Mapping[str, list[Any]]) -> None:
        self.rules = tuple(found)
        super().__init__(
            "; ".join(f"{rule}: {[tuple(row) for row in rows[:5]]}" for rule, rows in found.items())
        )


def hold(connection: sa.Connection, rules: Mapping[str, str]) -> None:
    """Raise ``RuleBrokenError`` unless each query, which looks for what must not be, finds nothing."""
    found = {rule: rows for rule, query in rules.items() if (rows := select(connection, query))}
    if found:
        raise RuleBrokenError(found)
