"""Codes and ids: Sage 200 wants ids where people say codes, so what was looked up is remembered (sage.md 9, no. 25)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ....errors import InvalidOrder, UnmappedCode
from ....models import Ref
from ...services.cells import Row, text, whole

if TYPE_CHECKING:
    from .office import Office

_PORTION: Final = 25
"""Ids that are asked for in one condition."""
_MANY: Final = 200
"""So many unknown ids, and all of the list is read at once."""


class Records:
    """Records of one kind, by code and by id: those that people name, and those that orders point to."""

    def __init__(self, office: Office, path: str, code: str, select: str, what: str) -> None:
        """``code``: the field that people know it by; ``select``: the fields that are remembered."""
        self.office, self.path, self.code, self.select, self.what = office, path, code, select, what
        self._by_id: dict[int, Row] = {}
        self._by_code: dict[str, Row] = {}
        self._lock = threading.Lock()

    def named(self, named: str | Ref) -> Row | None:
        """The record that somebody names, by code or id; ``None`` where there is none."""
        if isinstance(named, Ref):
            found = self._by_id.get(number_of(named.id))
            return found or self._asked(f"id eq {number_of(named.id)}", lambda _: True)
        known = self._by_code.get(named.casefold())
        if known is not None:
            return known
        wanted = named.casefold()
        return self._asked(
            self.office.equal(self.code, named), lambda row: text(row, self.code).casefold() == wanted
        )

    def wanted(self, named: str | Ref, path: str) -> Row:
        """The record that a draft names; ``InvalidOrder`` where there is none."""
        found = self.named(named)
        if found is None:
            raise InvalidOrder(f"there is no such {self.what}", path=path, code=f"no_{self.what}")
        return found

    def code_of(self, id: int | None) -> str:
        """The code of the record with this id; blank where there is none."""
        row = self.row(id)
        return "" if row is None else text(row, self.code)

    def row(self, id: int | None) -> Row | None:
        """The record with this id."""
        if not id:
            return None
        if id not in self._by_id:
            self.learn([id])
        return self._by_id.get(id)

    def learn(self, ids: Iterable[int | None]) -> None:
        """Look up many at once: those among ``ids`` that are not known yet."""
        missing = sorted({id for id in ids if id and id not in self._by_id})
        if len(missing) > _MANY:
            for row in self.office.api.rows(self.path, select=self.select):
                self.remember(row)
            missing = [id for id in missing if id not in self._by_id]
        for start in range(0, len(missing), _PORTION):
            where = " or ".join(f"id eq {id}" for id in missing[start : start + _PORTION])
            for row in self.office.api.rows(self.path, where=where, select=self.select):
                self.remember(row)

    def remember(self, row: Row) -> None:
        """Keep what was read anyway."""
        id = whole(row, "id")
        if id is not None:
            with self._lock:
                self._by_id[id] = row
                if text(row, self.code):
                    self._by_code[text(row, self.code).casefold()] = row

    def _asked(self, where: str, fits: Callable[[Row], bool]) -> Row | None:
        for row in self.office.api.page(self.path, filter=where, select=self.select, top="5"):
            if fits(row):
                self.remember(row)
                return row
        return None


class Listed:
    """A short list, read whole at its first use: warehouses and units."""

    def __init__(self, office: Office, path: str, what: str) -> None:
        self.office, self.path, self.what = office, path, what
        self._names: dict[int, str] | None = None
        self._lock = threading.Lock()

    @property
    def names(self) -> Mapping[int, str]:
        """Names by id."""
        if self._names is None:
            with self._lock:
                if self._names is None:
                    rows = self.office.api.rows(self.path, select="id,name")
                    self._names = {whole(row, "id") or 0: text(row, "name") for row in rows}
        return self._names

    def name(self, id: int | None) -> str | None:
        """The name of one; ``None`` where nobody knows."""
        return self.names.get(id or 0) or None

    def id(self, name: str) -> int:
        """The id of one, whatever its capitals; ``UnmappedCode`` where there is none."""
        spelt = {said: id for id, said in self.names.items()}
        folded = {said.casefold(): id for said, id in spelt.items()}
        found: int | None = spelt.get(name) or folded.get(name.casefold())
        if found:
            return found
        raise UnmappedCode(
            f"the company has no {self.what} {name!r}",
            path=self.what,
            hint=f"it has {', '.join(sorted(self.names.values())[:20]) or 'none'}",
        )


def number_of(id: str) -> int:
    """An id as the system has it; 0, which nothing has, for a text that can be none."""
    return int(id) if id.isascii() and id.isdecimal() and id[0] != "0" and len(id) < 19 else 0


def ids_in(rows: Sequence[Row], name: str) -> Sequence[int | None]:
    """The ids that rows point to."""
    return [whole(row, name) for row in rows]
