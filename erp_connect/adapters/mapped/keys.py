"""New keys and numbers, every way that systems make them; in the transaction that writes the row."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import MappingError
from .format import NewKey
from .plans import Ground
from .statements import bindable, bound, named_in, ready

__all__ = ["run", "taken", "taken_many"]

_OUT: Final = "@erp_out"
"""The user variable in which MySQL hands out an outgoing argument."""


def taken(
    connection: Connection,
    ground: Ground,
    rule: NewKey,
    path: str,
    *,
    today: date,
    natives: Mapping[str, Any],
) -> Any:
    """The next key or number; ``None`` where the database gives it as the row is inserted."""
    if rule.by in ("database", "key", "number", "position"):
        return None
    if rule.by == "uuid":
        return str(uuid.uuid4())
    if rule.by in ("sequence", "counter"):
        return taken_many(connection, ground, rule, path, 1, today=today, natives=natives)[0]
    values = {**ground.settings, **natives, "year": today.year}
    if rule.by == "sql":
        number = run(connection, ground, _said(ground, rule.statement, f"{path}.statement"), values)
    else:
        number = _called(connection, ground, _said(ground, rule.call, f"{path}.call"), values)
    return _told(ground, rule, path, number, today)


def taken_many(
    connection: Connection,
    ground: Ground,
    rule: NewKey,
    path: str,
    count: int,
    *,
    today: date,
    natives: Mapping[str, Any],
) -> list[Any]:
    """As many as are wanted: a counter is locked and moved once, a sequence of PostgreSQL asked once."""
    numbers: Iterable[Any]
    if rule.by == "counter":
        values = {**ground.settings, **natives, "year": today.year}
        numbers = _counted(connection, ground, rule, path, values, count)
    elif rule.by == "sequence":
        numbers = _of_sequence(connection, ground, rule, path, count)
    else:
        return [taken(connection, ground, rule, path, today=today, natives=natives) for _ in range(count)]
    return [_told(ground, rule, path, number, today) for number in numbers]


def _of_sequence(
    connection: Connection, ground: Ground, rule: NewKey, path: str, count: int
) -> Iterable[Any]:
    statement = _next_of(ground, rule, path)
    if ground.dialect == "postgresql":
        statement += f" FROM generate_series(1, {count})"
        return connection.execute(sa.text(statement)).scalars().all()
    return [connection.execute(sa.text(statement)).scalar() for _ in range(count)]


def _told(ground: Ground, rule: NewKey, path: str, number: Any, today: date) -> Any:
    if number is None:
        raise ground.file.wrong(path, "the database gave no number")
    if rule.pattern is None:
        return number
    try:
        return rule.pattern.format(n=int(number), year=today.year)
    except (KeyError, ValueError, IndexError, AttributeError) as exc:
        raise ground.file.wrong(
            f"{path}.pattern",
            "the pattern cannot be filled in",
            'it knows {n} and {year}: "SO-{year}-{n:06d}"',
        ) from exc


def run(connection: Connection, ground: Ground, statement: str, values: Mapping[str, Any]) -> Any:
    """Run a statement of the site's own; the first cell of its answer, ``None`` where it has none."""
    names = named_in(statement) & values.keys()
    made = ready(connection.dialect, bindable(statement, names))
    return made.run(connection, {name: bound(ground.dialect, values[name]) for name in names})


def _said(ground: Ground, text: str | None, path: str) -> str:
    if not text:
        raise ground.file.wrong(path, "this is missing")
    return text


def _next_of(ground: Ground, rule: NewKey, path: str) -> str:
    name = _said(ground, rule.name, f"{path}.name")
    quoted = ground.tables.quoted(name)
    if ground.dialect == "postgresql":
        escaped = quoted.replace("'", "''")
        return f"SELECT nextval('{escaped}')"
    if ground.dialect in ("mysql", "mariadb"):
        return f"SELECT nextval({quoted})"
    if ground.dialect == "oracle":
        return f"SELECT {quoted}.NEXTVAL FROM dual"  # noqa: S608 (as above)
    return f"SELECT NEXT VALUE FOR {quoted}"


def _counted(
    connection: Connection,
    ground: Ground,
    rule: NewKey,
    path: str,
    values: Mapping[str, Any],
    count: int,
) -> Iterable[int]:
    table = ground.tables.get(
        connection,
        _said(ground, rule.table, f"{path}.table"),
        lambda said: ground.file.wrong(f"{path}.table", said),
    )
    column = table.column(
        _said(ground, rule.column, f"{path}.column"), lambda said: ground.file.wrong(f"{path}.column", said)
    )
    name = ground.tables.quote(column.name)
    where = f" WHERE {rule.where}" if rule.where else ""
    lock = "" if ground.dialect in ("sqlite", "mssql") else " FOR UPDATE"
    held = run(connection, ground, f"SELECT {name} FROM {table.quoted}{where}{lock}", values)  # noqa: S608
    if held is None:
        raise MappingError(
            f"{path}: the counter has no row",
            code="no_counter",
            path=path,
            hint="put the row into the table, or correct its condition in the mapping file",
        )
    first = int(held) + (rule.step if rule.holds == "last" else 0)
    left = int(held) + rule.step * count
    update = f"UPDATE {table.quoted} SET {name} = :erp_next{where}"  # noqa: S608
    run(connection, ground, update, {**values, "erp_next": left})
    return [first + rule.step * place for place in range(count)]


def _called(connection: Connection, ground: Ground, call: str, values: Mapping[str, Any]) -> Any:
    """A procedure's first answer, or (MySQL) what it left in ``@erp_out``."""
    answer = run(connection, ground, call, values)
    if answer is None and _OUT in call:
        answer = run(connection, ground, f"SELECT {_OUT}", {})
    return answer
