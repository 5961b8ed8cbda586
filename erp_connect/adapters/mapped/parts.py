"""What plans are made of: keys, fields with their SQL and codec, look-ups, and the ground they all stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection

from ...errors import LossyWrite, UnmappedCode
from ...wire.sql.types import plain
from .file import MappingFile
from .format import Source
from .natives import Cell
from .statements import Conditions
from .tables import Column, Tables
from .texts import text_of

__all__ = ["Field", "Found", "Ground", "KeyPart", "literal", "part_of_id"]

_NUMBERS: Final = ("integer", "decimal", "float")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every plan stands on: the file, the database's tables, and the settings that its SQL may name."""

    file: MappingFile
    tables: Tables
    settings: Mapping[str, Any]
    connection: Connection

    @property
    def dialect(self) -> str:
        return self.tables.dialect

    def conditions(self) -> Conditions:
        """Conditions for a new statement."""
        return Conditions(self.dialect, self.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPart:
    """One column of a key."""

    name: str
    sql: str
    kind: str | None
    blanks: bool = False
    """Filled with blanks by the database itself, which do not count when it compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How a lookup goes from what we say to the key that stands in the column."""

    key: str
    value: str
    source: str
    where: tuple[str, ...] = ()
    current: tuple[str, ...] = ()
    """What must hold besides of a row that something new points to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a section: its SQL, its codec, and the column that it is written to."""

    name: str
    source: Source
    cell: Cell
    sql: str
    base: str
    """The column's or expression's own SQL, before a look-up."""
    column: Column | None = None
    factor: str | None = None
    times: str | None = None
    found: Found | None = None
    address: bool = False
    """Read out of a joined address: written by the address, not by this field."""

    @property
    def constant(self) -> bool:
        """Whether it is said once for all in the file."""
        return self.source.value is not None

    @property
    def writable(self) -> bool:
        """Whether the field has a column of its own that can be written."""
        scaled = self.factor is not None or self.times is not None
        return (
            self.column is not None and not self.address and not (scaled and self.source.write_factor is None)
        )

    def sayable(self, value: Any) -> list[Any]:
        """The natives that a condition can compare with; none for what the column could not hold."""
        try:
            natives = self.cell.natives(value)
        except (LossyWrite, UnmappedCode):
            return []
        if self.column is not None and self.found is None and self.column.kind in _NUMBERS:
            natives = [native for native in natives if not isinstance(native, str)]
        if self.source.type == "integer" and self.found is None:
            natives = [int(native) for native in natives if str(native).isdigit()]
        return [native for native in natives if not (isinstance(native, str) and "\x00" in native)]

    def condition(self, conditions: Conditions, value: Any) -> None:
        """That the field says this."""
        if self.constant:
            if self.source.value != value:
                conditions.never()
            return
        natives = self.sayable(value)
        conditions.among(self.sql, natives)


def literal(value: Any, kind: str | None) -> str:
    """A constant of the mapping file in its SQL; texts are quoted."""
    if kind == "boolean" and not isinstance(value, str):
        return "TRUE" if value else "FALSE"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | Decimal):
        return format(Decimal(value), "f")
    return "'" + str(value).replace("'", "''") + "'"


def part_of_id(cell: Any, key: KeyPart) -> str:
    """One part of a key in an id of ours."""
    if type(cell) is str:
        return cell.rstrip(" ") if key.blanks else cell
    if isinstance(cell, int):
        return str(cell)
    text = text_of(plain(cell) if isinstance(cell, Decimal) else cell)
    return text.rstrip(" ") if key.blanks else text
