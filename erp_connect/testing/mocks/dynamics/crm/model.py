"""The data model of an environment: tables, columns, look-ups, and how the protocol sees them (dynamics.md 4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from ...odata.model import EntitySet, Model, Navigation, Property
from .settings import Settings

NAMESPACE: Final = "Microsoft.Dynamics.CRM"
Kind = Literal["S", "M", "D", "I", "B", "T", "G", "O"]
_COLUMN: Final = re.compile(r"(\w+):([SMDIBTG])(\d*)([!rn@]*)")
_EDM: Final = {
    "S": "Edm.String",
    "M": "Edm.Decimal",
    "D": "Edm.Decimal",
    "I": "Edm.Int32",
    "O": "Edm.Int32",
    "B": "Edm.Boolean",
    "T": "Edm.DateTimeOffset",
    "G": "Edm.Guid",
}
_READ_ONLY: Final = "(r)"
_SYSTEM: Final = (
    "createdon:Tr modifiedon:Tr overriddencreatedon:T",
    "lookup ownerid ownerid=systemuser",
    "lookup createdby(r) createdby=systemuser",
    "lookup modifiedby(r) modifiedby=systemuser",
)
_MONEY: Final = ("lookup transactioncurrencyid transactioncurrencyid=transactioncurrency", "exchangerate:Dr")


@dataclass(frozen=True)
class Column:
    """A column of a table; kind O is a choice among ``options``."""

    name: str
    kind: Kind
    length: int | None = None
    required: bool = False
    computed: bool = False
    not_negative: bool = False
    indexed: bool = False
    options: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lookup:
    """A reference: the tables it may lead to, by the names of the ways there."""

    name: str
    targets: dict[str, str]
    required: bool = False
    computed: bool = False

    @property
    def column(self) -> str:
        """The property that it is read by."""
        return f"_{self.name}_value"


@dataclass
class Table:
    """A table: its logical name, the name of its set, its key, and the column that names a row to people."""

    logical: str
    set: str
    display: str
    key: str
    name_column: str
    money: bool
    columns: dict[str, Column] = field(default_factory=dict)
    lookups: dict[str, Lookup] = field(default_factory=dict)
    many: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By navigation: the other table, and its look-up that leads here."""

    def way(self, navigation: str) -> Lookup | None:
        """The look-up that a navigation to one row belongs to."""
        return next((one for one in self.lookups.values() if navigation in one.targets), None)


@dataclass(frozen=True)
class Schema:
    """All tables, by logical name, and the protocol's model of them."""

    tables: dict[str, Table]
    model: Model

    def of_set(self, name: str) -> Table:
        """The table behind an entity set."""
        return next(table for table in self.tables.values() if table.set == name)


def schema(settings: Settings, custom: dict[str, tuple[str, ...]]) -> Schema:
    """The standard tables with a customer's own columns, by table, spelled as in ``tables.txt``."""
    tables: dict[str, Table] = {}
    shared = _shared()
    for head, lines in _blocks("table "):
        logical, name, display, key, name_column, *rest = head
        table = Table(logical, name, display.replace("_", " "), key, name_column, bool(rest))
        for line in lines:
            kind, _, what = line.partition(" ")
            for one in shared[what] if kind == "include" else [line]:
                _read(table, one)
        for line in (*_SYSTEM, *(_MONEY if table.money else ()), *custom.get(logical, ())):
            _read(table, line)
        tables[logical] = table
    orders = tables["salesorder"]
    orders.many[settings.lines_navigation] = orders.many.pop("order_details")
    return Schema(tables, _model(tables, settings))


@cache
def _text() -> str:
    return files(__package__).joinpath("tables.txt").read_text(encoding="utf-8")


def _blocks(start: str) -> Iterator[tuple[list[str], list[str]]]:
    for block in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n", "", _text())):
        first, *lines = block.strip().splitlines()
        if first.startswith(start):
            yield first.split()[1:], lines


def _shared() -> dict[str, list[str]]:
    return {head[0]: lines for head, lines in _blocks("shared ")}


def _read(table: Table, line: str) -> None:
    word, _, rest = line.partition(" ")
    match word:
        case "code":
            name, _, listed = rest.partition(" ")
            pairs = (pair.partition("=") for pair in listed.split(";"))
            options = {int(value): label for value, _, label in pairs}
            bare = name.removesuffix(_READ_ONLY)
            table.columns[bare] = Column(bare, "O", computed=bare != name, options=options)
        case "lookup":
            name, *ways = rest.split()
            targets = dict(way.split("=", 1) for way in ways)
            bare = name.removesuffix(_READ_ONLY).rstrip("!")
            table.lookups[bare] = Lookup(bare, targets, "!" in name, name.endswith(_READ_ONLY))
        case "many":
            name, other, through = rest.split()
            table.many[name] = (other, through)
        case _:
            for text in line.split():
                _add_column(table, text)


def _add_column(table: Table, text: str) -> None:
    found = _COLUMN.fullmatch(text)
    if found is None:
        raise ValueError(f"no column is spelled {text!r}")
    name, kind, length, flags = found.groups()
    column = Column(
        name,
        kind,  # type: ignore[arg-type]
        int(length) if length else None,
        "!" in flags,
        "r" in flags,
        "n" in flags,
        "@" in flags,
    )
    table.columns[name] = column
    if kind == "M":
        twin = f"{name}_base"
        table.columns[twin] = Column(twin, "M", computed=True)


# ---------------------------------------------------------------- as the protocol sees it


def _model(tables: dict[str, Table], settings: Settings) -> Model:
    sets = {table.set: _entity_set(table, tables, settings) for table in tables.values()}
    return Model(NAMESPACE, 4, sets)


def _entity_set(table: Table, tables: dict[str, Table], settings: Settings) -> EntitySet:
    properties = {table.key: Property(table.key, "Edm.Guid", nullable=False, updatable=False)}
    for column in table.columns.values():
        dated = f"{table.logical}/{column.name}" in settings.date_only
        edm = "Edm.Date" if dated else _EDM[column.kind]
        free = not column.computed
        properties[column.name] = Property(column.name, edm, column.length, creatable=free, updatable=free)
    navigations: dict[str, Navigation] = {}
    for lookup in table.lookups.values():
        properties[lookup.column] = Property(lookup.column, "Edm.Guid", creatable=False, updatable=False)
        for way, target in lookup.targets.items():
            other = tables[target]
            navigations[way] = Navigation(way, other.set, False, {other.key: lookup.column})
    for way, (target, through) in table.many.items():
        on = {tables[target].lookups[through].column: table.key}
        navigations[way] = Navigation(way, tables[target].set, True, on)
    properties["versionnumber"] = Property("versionnumber", "Edm.Int64", creatable=False, updatable=False)
    return EntitySet(table.set, table.logical, (table.key,), properties, navigations, etag="versionnumber")
