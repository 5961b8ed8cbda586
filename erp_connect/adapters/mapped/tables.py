"""The foreign tables that a mapping names: their columns as the database declares them, and nothing else of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy import exc as sa_exc

from ...errors import MappingError
from ...settings import nearest
from .errors import DATABASE_ERRORS

__all__ = ["Column", "Table", "Tables"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as it is declared; ``kind`` is ``other`` for what this library has no idea of."""

    name: str
    kind: str
    length: int | None = None
    precision: int | None = None
    """How many digits it keeps: the declared ones of a decimal, the certain ones of an integer or a float."""
    scale: int | None = None
    nullable: bool = True
    given: bool = False
    """The database gives it a value by itself: a default, an identity, a computed column."""
    fixed: bool = False
    """A CHAR, which is filled with blanks."""
    zoned: bool = False
    """An instant that knows its time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table or view that the mapping names."""

    name: str
    quoted: str
    columns: Mapping[str, Column]
    unique: Collection[frozenset[str]] = field(default_factory=tuple)
    is_view: bool = False

    def column(self, name: str, fail: Any) -> Column:
        """The column; ``fail(text)`` makes the error for one that is not there."""
        if name in self.columns:
            return self.columns[name]
        folded = {each.casefold(): each for each in self.columns}
        if name.casefold() in folded:
            return self.columns[folded[name.casefold()]]
        raise fail(f"the table {self.name} has no column {name}{nearest(name, self.columns)}")


class Tables:
    """The tables of one database, looked at once each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found: dict[str, Table] = {}
        self.quote: Any = engine.dialect.identifier_preparer.quote

    @property
    def dialect(self) -> str:
        """``postgresql``, ``mariadb``, ``mysql``, ``sqlite``, ..."""
        return self._engine.dialect.name

    def get(self, connection: Connection, name: str, fail: Any) -> Table:
        """The table called so, schema-qualified or not; ``fail(text)`` makes the error for one that is not there."""
        if name not in self._found:
            self._found[name] = self._reflected(connection, name, fail)
        return self._found[name]

    def quoted(self, name: str) -> str:
        """A table's name, each of its parts quoted where the dialect wants it."""
        return ".".join(self.quote(part) for part in name.split("."))

    def _reflected(self, connection: Connection, name: str, fail: Any) -> Table:
        schema, _, bare = name.rpartition(".")
        look = sa.inspect(connection)
        columns: list[Any] = []
        try:
            columns = look.get_columns(bare, schema=schema or None)
        except sa_exc.NoSuchTableError:
            known = [
                *look.get_table_names(schema=schema or None),
                *look.get_view_names(schema=schema or None),
            ]
            raise fail(f"there is no table {name}{nearest(bare, known)}") from None
        except DATABASE_ERRORS:
            return self._described(
                connection, name, fail
            )  # who may only read a view may not see how it is made
        return Table(
            name=name,
            quoted=self.quoted(name),
            columns={each["name"]: _column(each, look.bind.dialect.name) for each in columns},
            unique=_unique(look, bare, schema or None),
            is_view=bare in look.get_view_names(schema=schema or None),
        )

    def _described(self, connection: Connection, name: str, fail: Any) -> Table:
        """The columns as an empty answer tells them."""
        try:
            result = connection.execute(sa.text(f"SELECT * FROM {self.quoted(name)} WHERE 1 = 0"))  # noqa: S608
        except DATABASE_ERRORS as exc:
            raise fail(f"the table {name} cannot be read") from exc
        told: Any = result.cursor.description
        columns = {each[0]: Column(name=each[0], kind=_KINDS_OF_MYSQL.get(each[1], "other")) for each in told}
        return Table(name=name, quoted=self.quoted(name), columns=columns, is_view=True)


_KINDS: Final[tuple[tuple[str, tuple[type[Any], ...]], ...]] = (
    ("boolean", (sa.Boolean,)),
    ("integer", (sa.Integer,)),
    ("float", (sa.Float, sa.Double)),
    ("decimal", (sa.Numeric,)),
    ("instant", (sa.DateTime,)),
    ("date", (sa.Date,)),
    ("uuid", (sa.Uuid,)),
    ("enum", (sa.Enum,)),
    ("text", (sa.String,)),
)
_KINDS_OF_MYSQL: Final = {
    **dict.fromkeys((1, 2, 3, 8, 9, 13), "integer"),
    **dict.fromkeys((4, 5), "float"),
    **dict.fromkeys((0, 246), "decimal"),
    **dict.fromkeys((7, 12), "instant"),
    10: "date",
    **dict.fromkeys((15, 247, 248, 249, 250, 251, 252, 253, 254), "text"),
}
"""The type codes of a MySQL answer."""


def _column(told: Mapping[str, Any], dialect: str) -> Column:
    kind = told["type"]
    name = next((name for name, types in _KINDS if isinstance(kind, types)), "other")
    if name == "integer" and type(kind).__name__ == "TINYINT" and getattr(kind, "display_width", None) == 1:
        name = "boolean"
    given = (
        told.get("default") is not None
        or told.get("autoincrement") is True
        or bool(told.get("identity"))
        or bool(told.get("computed"))
    )
    is_text = name == "text"
    return Column(
        name=told["name"],
        kind=name,
        length=getattr(kind, "length", None) if is_text else None,
        precision=_digits(name, kind, dialect),
        scale=getattr(kind, "scale", None) if name == "decimal" else None,
        nullable=bool(told.get("nullable", True)),
        given=given,
        fixed=is_text and isinstance(kind, sa.CHAR),
        zoned=name == "instant" and bool(getattr(kind, "timezone", False)),
    )


def _digits(name: str, kind: Any, dialect: str) -> int | None:
    said = type(kind).__name__
    if name == "integer":
        certain = {"TINYINT": 2, "SMALLINT": 4, "MEDIUMINT": 6, "BIGINT": 18}
        return 18 if dialect == "sqlite" else certain.get(said, 9)
    if name != "float":
        return getattr(kind, "precision", None) if name == "decimal" else None
    single = {"mysql": "FLOAT", "mariadb": "FLOAT", "postgresql": "REAL", "mssql": "REAL"}
    return 6 if said == single.get(dialect) else 15


def _unique(look: Any, name: str, schema: str | None) -> tuple[frozenset[str], ...]:
    found: list[frozenset[str]] = []
    # SQLite keeps a UNIQUE that stands behind a column as an index of its own, which is not shown unless asked for.
    more = {"include_auto_indexes": True} if look.bind.dialect.name == "sqlite" else {}
    try:
        key = look.get_pk_constraint(name, schema=schema).get("constrained_columns") or ()
        found += [frozenset(key)] if key else []
        found += [
            frozenset(each["column_names"]) for each in look.get_unique_constraints(name, schema=schema)
        ]
        for index in look.get_indexes(name, schema=schema, **more):
            partial = any(
                key.endswith("_where") and value for key, value in index.get("dialect_options", {}).items()
            )
            if index.get("unique") and None not in index["column_names"] and not partial:
                found.append(frozenset(index["column_names"]))
    except (*DATABASE_ERRORS, NotImplementedError, sa_exc.NoSuchTableError, MappingError):
        return tuple(found)
    return tuple(dict.fromkeys(found))
