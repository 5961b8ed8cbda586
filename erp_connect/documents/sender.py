"""How the sheets of one sender are read: a small file that the library writes and a person may edit."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ..errors import ConfigurationError
from .dates import DateOrder
from .fields import FIELDS
from .headers import NOT_READ
from .numbers import DecimalMark
from .whole import whole_file

__all__ = ["HiddenCells", "SenderProfile"]

HiddenCells = Literal["read", "skip"]
"""What becomes of hidden rows and columns."""
_FIELD_NAMES: Final = frozenset(field.name for field in FIELDS)
_COLUMN: Final = re.compile(r"column ([A-Z]{1,3})")
_HEAD: Final = """\
# How sheets of this sender are read; written by erp-connect, yours to edit.
#   sheet, header_row                     which sheet, and which row holds the headings; left out: looked for
#   date_order ("dmy", "mdy", "ymd")      how 03/04/2026 is meant
#   decimal (".", ",")                    how 1.234 is meant
#   serial_dates (true)                   plain numbers in date columns are day numbers
#   hidden ("read", "skip")               hidden rows and columns
#   totals ("read")                       rows with totals are orders too
#   fill_down (fields)                    a blank cell means the value above it
#   skip (patterns)                       rows are left out in which a cell is like one of these: "Carried over*"
#   encoding, delimiter, keep_unknown     as the options of read_orders
#   [skip_where] "Status" = ["cancel*"]   the same for the cells of one column
#   [columns] "heading" = "field"         also "column D" = "field"; "-" for a column that is not read
#   [constants] customer = "10000"        what the sheet does not say
"""


class SenderProfile(BaseModel):
    """What is known about one sender's sheets; whatever is left out is found in the sheet itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sheet: str | None = None
    header_row: int | None = Field(default=None, ge=1, le=100_000)
    date_order: DateOrder | None = None
    decimal: DecimalMark | None = None
    serial_dates: bool = False
    hidden: HiddenCells | None = None
    totals: Literal["skip", "read"] = "skip"
    encoding: str | None = None
    delimiter: str | None = None
    keep_unknown: Literal["order", "line"] | None = None
    fill_down: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    skip_where: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    columns: Mapping[str, str] = Field(default_factory=dict)
    """Heading, or "column D", to the name of a field; "-" for a column that is not read."""
    constants: Mapping[str, str] = Field(default_factory=dict)
    """Field to what holds for rows whose cell is blank or has no column."""

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        _known(name for name in columns.values() if name != NOT_READ)
        twice = [
            name for name in columns.values() if name != NOT_READ and [*columns.values()].count(name) > 1
        ]
        if twice:
            raise ValueError(f"two columns cannot both be {twice[0]}")
        return columns

    @field_validator("constants")
    @classmethod
    def _known_constants(cls, constants: Mapping[str, str]) -> Mapping[str, str]:
        _known(constants)
        return constants

    @field_validator("fill_down")
    @classmethod
    def _known_fields(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        _known(names)
        if "line.quantity" in names:
            raise ValueError("a quantity is never taken from the row above")
        return names

    @staticmethod
    def letter(name: str) -> str | None:
        """The letters in a name such as "column D"."""
        found = _COLUMN.fullmatch(name)
        return found.group(1) if found else None

    @property
    def by_letter(self) -> dict[str, str]:
        """The columns that are named by their letters."""
        return {letter: field for name, field in self.columns.items() if (letter := self.letter(name))}

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> SenderProfile:
        """Read a profile; raises ``ConfigurationError`` that names each wrong setting, never its value."""
        file = Path(path)
        try:
            found = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise ConfigurationError(
                f"there is no profile {file.name}", hint="save one with --save-profile, or check the name"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"the profile {file.name} cannot be read", hint="it must be a text file in UTF-8"
            ) from error
        except (ValueError, RecursionError) as error:  # a number too long, tables nested too deeply
            raise ConfigurationError(
                f"the profile {file.name} is no TOML: {error}",
                hint="correct the line, or save the profile again",
            ) from None
        try:
            return cls.model_validate(found)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            setting = ".".join(str(part) for part in first["loc"])
            raise ConfigurationError(
                f"the profile {file.name}: {setting}: {first['msg'].removeprefix('Value error, ')}",
                hint="the lines at the top of a saved profile name every setting",
            ) from None

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the profile as TOML with a line about each setting on top, whole or not at all; returns its path."""
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as written:
            written.write((_HEAD + "\n" + "".join(self._lines())).encode())
        return file

    def _lines(self) -> Iterable[str]:
        said = self.model_dump(exclude_defaults=True)
        tables = {name: value for name, value in said.items() if isinstance(value, Mapping)}
        for name, value in said.items():
            if name not in tables:
                yield f"{name} = {_toml(value)}\n"
        for name, table in tables.items():
            yield f"\n[{name}]\n"
            for key, value in table.items():
                yield f"{_toml(key)} = {_toml(value)}\n"


def _known(names: Iterable[str]) -> None:
    for name in names:
        if name not in _FIELD_NAMES:
            from ..settings import nearest

            raise ValueError(f"there is no field {name[:40]!r}{nearest(name, _FIELD_NAMES)}")


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in escaped) + '"'
    return "[" + ", ".join(_toml(each) for each in value) + "]"
