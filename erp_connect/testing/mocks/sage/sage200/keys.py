"""The numbers that this product knows rows by: one series for all tables of a company, in the order they came in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from ...business.company import Company
from ...business.masters import NOBODY
from ...business.tables import Table

_FIRST: Final = 26_001


class Keys:
    """Numbers of rows; a row keeps its number, and a number is never given again."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._numbers: dict[UUID, int] = {}
        self._rows: dict[int, UUID] = {}

    def number(self, ident: UUID, table: Table[Any] | None = None) -> int | None:
        """The number of a row; of a table, those that came in before it get theirs first."""
        if ident == NOBODY:
            return None
        if ident not in self._numbers:
            self._give([row.id for row in table] if table is not None else [])
            self._give([ident])
        return self._numbers[ident]

    def ident(self, number: int, idents: Iterable[UUID]) -> UUID | None:
        """The row of a number; ``idents`` are those that may not have one yet."""
        if number not in self._rows:
            self._give(idents)
        return self._rows.get(number)

    def _give(self, idents: Iterable[UUID]) -> None:
        for ident in idents:
            if ident not in self._numbers:
                number = _FIRST + len(self._numbers)
                self._numbers[ident] = number
                self._rows[number] = ident
