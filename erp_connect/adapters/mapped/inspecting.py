"""What a foreign database looks like: its tables and views, keys, references, and a sample of what stands in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from ...wire.sql import reading

__all__ = ["Column", "Table", "inspected"]

SAMPLE: Final = 400
"""Rows of a table that are looked at, the latest ones where its key tells."""
COUNTED: Final = 1_000_000
"""Rows are counted up to here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column, and what its sample says."""

    name: str
    type: Any
    nullable: bool
    has_default: bool = False
    refers: tuple[str, str] | None = None
    """The table and the column of a declared foreign key."""
    unique: bool = False
    values: Mapping[Any, int] = field(default_factory=dict)
    """Values of the sample and how often each was met; NULL is not among them."""
    met: int = 0
    """Rows of the sample that hold something."""
    of: int = 0
    """Rows of the sample."""

    @property
    def kind(self) -> str:
        """``text``, ``integer``, ``decimal``, ``float``, ``date``, ``instant``, ``boolean`` or ``other``."""
        for kind, types in _KINDS:
            if isinstance(self.type, types):
                return kind
        return "other"

    @property
    def texts(self) -> tuple[str, ...]:
        """The different texts of the sample, the most frequent first."""
        return tuple(value for value in self.values if isinstance(value, str))


_KINDS: Final = (
    ("boolean", (sa.Boolean,)),
    ("integer", (sa.Integer,)),
    ("float", (sa.Float, sa.Double)),
    ("decimal", (sa.Numeric,)),
    ("instant", (sa.DateTime, sa.TIMESTAMP)),
    ("date", (sa.Date,)),
    ("text", (sa.String, sa.Uuid, sa.Enum)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table or view."""

    name: str
    """With its schema in front, where that is not the database's own."""
    columns: Mapping[str, Column]
    key: tuple[str, ...] = ()
    is_view: bool = False
    rows: int = 0
    """At most :data:`COUNTED`."""


def inspected(engine: Engine, *, schema: str | None = None) -> Mapping[str, Table]:
    """All tables and views that this user may read, by name; one read transaction, nothing is written.

    A table that cannot be read is left out.
    """
    with reading(engine) as connection:
        inspector = sa.inspect(connection)
        names = [
            *((name, False) for name in inspector.get_table_names(schema=schema)),
            *((name, True) for name in inspector.get_view_names(schema=schema)),
        ]
        found: dict[str, Table] = {}
        for name, is_view in sorted(names):
            table = _looked_at(connection, inspector, name, schema, is_view=is_view)
            if table is not None:
                found[table.name] = table
    return found


def _looked_at(
    connection: Connection, inspector: sa.Inspector, name: str, schema: str | None, *, is_view: bool
) -> Table | None:
    described = inspector.get_columns(name, schema=schema)
    key = () if is_view else tuple(inspector.get_pk_constraint(name, schema=schema)["constrained_columns"])
    refers, unique = ({}, set()) if is_view else _ties(inspector, name, schema)
    table = sa.table(
        name, *(sa.column(each["name"], sa.types.NullType()) for each in described), schema=schema
    )
    latest = [table.c[part].desc() for part in key]
    try:
        with connection.begin_nested():
            rows = connection.execute(sa.select(table).order_by(*latest).limit(SAMPLE)).all()
            some = sa.select(sa.literal(1)).select_from(table).limit(COUNTED).subquery()
            count = connection.execute(sa.select(sa.func.count()).select_from(some)).scalar() or 0
    except sa.exc.DBAPIError:
        return None
    columns = {}
    for place, each in enumerate(described):
        met = [row[place] for row in rows if row[place] is not None]
        columns[each["name"]] = Column(
            name=each["name"],
            type=each["type"],
            nullable=bool(each.get("nullable", True)),
            has_default=each.get("default") is not None or bool(each.get("autoincrement") is True),
            refers=refers.get(each["name"]),
            unique=each["name"] in unique or key == (each["name"],),
            values=_counted(met),
            met=len(met),
            of=len(rows),
        )
    return Table(
        name=f"{schema}.{name}" if schema else name, columns=columns, key=key, is_view=is_view, rows=count
    )


def _ties(
    inspector: sa.Inspector, name: str, schema: str | None
) -> tuple[dict[str, tuple[str, str]], set[str]]:
    """Which columns refer where, and which hold every value once."""
    refers = {
        each["constrained_columns"][0]: (each["referred_table"], each["referred_columns"][0])
        for each in inspector.get_foreign_keys(name, schema=schema)
        if len(each["constrained_columns"]) == 1
    }
    unique = {
        each["column_names"][0]
        for each in inspector.get_indexes(name, schema=schema)
        if each.get("unique") and len(each["column_names"]) == 1 and each["column_names"][0]
    }
    unique |= {
        each["column_names"][0]
        for each in inspector.get_unique_constraints(name, schema=schema)
        if len(each["column_names"]) == 1
    }
    return refers, {column for column in unique if column}


def _counted(values: Iterable[Any]) -> Mapping[Any, int]:
    hashable = (
        value for value in values if isinstance(value, (str, int, float, Decimal)) or _is_moment(value)
    )
    return dict(Counter(hashable).most_common(60))


def _is_moment(value: Any) -> bool:
    return hasattr(value, "isoformat")
