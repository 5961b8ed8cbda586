"""Reading columns of a table through RFC_READ_TABLE or a reader of the same interface (sap.md 2.16).

A reply row holds 512 characters: columns are spread over several calls and joined on the key.  A row is cut by the
OFFSET and LENGTH that the reply states, never at a delimiter, which may occur in any text.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from .conditions import Condition, checked_name
from .trouble import RfcFailure, Trouble

READER: Final = "RFC_READ_TABLE"
WIDEST: Final = 512
_REFUSES_TABLE: Final = frozenset({"NOT_AUTHORIZED", "TABLE_NOT_AVAILABLE", "TABLE_WITHOUT_DATA"})

Read = Callable[..., Mapping[str, Any]]
"""Calls a function module that only reads: name, then parameters by keyword."""
Cell = str | Decimal


class TableReader:
    """Reads tables with one reader module.  Safe for several threads; widths are asked for once for each column."""

    def __init__(self, read: Read, reader: str = READER) -> None:
        self._read = read
        self._reader = reader
        self._widths: dict[tuple[str, str], int] = {}
        self._guard = threading.Lock()

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        where: Condition,
        *,
        key: Sequence[str],
        most: int = 0,
    ) -> list[dict[str, Cell]]:
        """The rows for which ``where`` holds, in no order; ``most`` of them at most (0: all).

        ``key`` names the columns that tell one row from another; they come along.  Numbers are ``Decimal`` as they
        stand in the column, so an amount is still shifted by its currency; dates are ``YYYYMMDD`` or blank.
        Raises :class:`RfcFailure`; see :func:`closed_to_us`.
        """
        wanted = list(dict.fromkeys((*key, *columns)))
        portions = self._portions(table, wanted, key)
        if len(portions) == 1:
            return list(self._portion(table, wanted, where, most))
        if most:
            raise ValueError("only rows that fit into one reply can be counted off")
        joined: dict[tuple[Cell, ...], dict[str, Cell]] = {}
        for portion in portions:
            for row in self._portion(table, portion, where, 0):
                joined.setdefault(tuple(row[name] for name in key), {}).update(row)
        # A row that was written or deleted between two calls is in some of them only.
        return [row for row in joined.values() if len(row) == len(wanted)]

    def readable(self, table: str, columns: Sequence[str]) -> bool:
        """Whether this user may read these columns, asked without reading any."""
        try:
            self._measure(table, list(columns))
        except RfcFailure as failure:
            if closed_to_us(failure):
                return False
            raise
        return True

    def _portions(self, table: str, columns: list[str], key: Sequence[str]) -> list[list[str]]:
        """The columns in lists that fit into a row, the key in each."""
        missing = [name for name in columns if (table, name) not in self._widths]
        if missing:
            self._measure(table, missing)
        width = {name: self._widths[table, name] for name in columns}
        start = sum(width[name] for name in key)
        portions: list[list[str]] = [list(key)]
        used = start
        for name in columns:
            if name in key:
                continue
            if used + width[name] > WIDEST and len(portions[-1]) > len(key):
                portions.append(list(key))
                used = start
            portions[-1].append(name)
            used += width[name]
        return portions

    def _measure(self, table: str, columns: list[str]) -> None:
        answer = self._called(table, columns, Condition(()), NO_DATA="X")
        with self._guard:
            for field in answer["FIELDS"]:
                self._widths[table, field["FIELDNAME"]] = int(field["LENGTH"])

    def _portion(
        self, table: str, columns: list[str], where: Condition, most: int
    ) -> Iterator[dict[str, Cell]]:
        answer = self._called(table, columns, where, ROWCOUNT=most or None)
        places = [
            (field["FIELDNAME"], int(field["OFFSET"]), int(field["LENGTH"]), field["TYPE"])
            for field in answer["FIELDS"]
        ]
        for row in answer["DATA"]:
            text = str(row["WA"] if isinstance(row, Mapping) else row)
            yield {name: _cell(text[at : at + length], kind) for name, at, length, kind in places}

    def _called(self, table: str, columns: list[str], where: Condition, **more: Any) -> Mapping[str, Any]:
        return self._read(
            self._reader,
            QUERY_TABLE=checked_name(table),
            OPTIONS=[{"TEXT": row} for row in where.rows()],
            FIELDS=[{"FIELDNAME": checked_name(name)} for name in columns],
            **more,
        )


def closed_to_us(failure: RfcFailure) -> bool:
    """Whether a table, a column of it or the reader itself is not to be had for this user or in this release."""
    if failure.trouble in {Trouble.NO_MODULE, Trouble.AUTHORITY}:
        return True
    return failure.trouble is Trouble.RAISED and failure.key in {*_REFUSES_TABLE, "FIELD_NOT_VALID"}


def _cell(text: str, kind: str) -> Cell:
    if kind not in {"P", "I", "b", "s"}:
        bare = text.rstrip()
        return "" if kind == "D" and bare.strip("0") == "" else bare
    bare = text.strip()
    if bare.endswith("-"):
        bare = f"-{bare[:-1].strip()}"
    try:
        return Decimal(bare or 0)
    except InvalidOperation:
        return bare
