"""Currencies: orders and accounts point to them by id, and what a site calls them is its own (sage.md 6.3)."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ....models.codes import UnknownCode
from ....models.currencies import currency_code
from ....wire.odata import Refused, Unreadable
from ...services.cells import Row, flag, whole, within

if TYPE_CHECKING:
    from .office import Office

_CALLED: Final[Mapping[str, str]] = {
    "£": "GBP",
    "pound sterling": "GBP",
    "sterling": "GBP",
    "€": "EUR",
    "euro": "EUR",
    "us dollar": "USD",
    "us dollars": "USD",
}
"""Names that can be one currency only."""
_ISO: Final = ("currency_iso_code", "iso_code")
_NAMES: Final = ("code", "iso_code", "name", "symbol")


class Currencies:
    """ISO codes by id, as the site's settings say, or the list of currencies, or an order that has one."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._said = {word.casefold(): iso for iso, word in office.settings.currencies.items()}
        self._known: dict[int, str] = {}
        self._own = ""
        self._listed = False
        self._lock = threading.RLock()

    @property
    def own(self) -> str:
        """The company's own: as the settings say, or the system; blank where neither does."""
        if self.office.settings.currency:
            return self.office.settings.currency
        with self._lock:
            self._list()
            return self._own

    def code(self, id: int | None) -> str:
        """The code of a currency; blank where nobody can tell.  The company's own for a record that names none."""
        if not id:
            return self.own
        with self._lock:
            if id not in self._known:
                self._known[id] = self._said.get(str(id)) or self._asked(id)
                if not self._known[id]:
                    del self._known[id]
                    return ""
            return self._known[id]

    def id_of(self, code: str) -> int | None:
        """The id of a currency by its code, as far as it is known; ``None`` where it is not."""
        said = self.office.settings.currencies.get(code, "")
        if said.isascii() and said.isdecimal():
            return int(said)
        with self._lock:
            self._list()
            return next((id for id, known in self._known.items() if known == code), None)

    def learn(self, row: Row) -> None:
        """What an expanded record says of its currency."""
        id = whole(row, "currency_id")
        for inner in within(row, "currency"):
            if id and id not in self._known and (code := self._code_in(inner)):
                with self._lock:
                    self._known[id] = self._said.get(str(id)) or code

    def _asked(self, id: int) -> str:
        self._list()
        if id in self._known:
            return self._known[id]
        with suppress(Refused, Unreadable):
            where = f"currency_id eq {id}"
            for row in self.office.api.page("sop_orders", filter=where, expand="currency", top="1"):
                for inner in within(row, "currency"):
                    return self._code_in(inner)
        return ""

    def _list(self) -> None:
        if self._listed:
            return
        self._listed = True
        with suppress(Refused, Unreadable):
            for row in self.office.api.rows("currencies"):
                id, code = whole(row, "id"), self._code_in(row)
                if id and code:
                    self._known[id] = self._said.get(str(id)) or code
                    if flag(row, "is_base_currency"):
                        self._own = self._known[id]

    def _code_in(self, row: Row) -> str:
        for name in self._words(row):
            if name.casefold() in self._said:
                return self._said[name.casefold()]
        for name in self._words(row):
            with suppress(UnknownCode):
                return currency_code(name)
            if name.casefold() in _CALLED:
                return _CALLED[name.casefold()]
        return ""

    def _words(self, row: Row) -> Iterator[str]:
        for inner in (*(each for name in _ISO for each in within(row, name)), row):
            for name in _NAMES:
                if isinstance(inner.get(name), str) and inner[name].strip():
                    yield inner[name].strip()
