"""Asking the Web API: resources of one company, feeds page by page, records in and out (sage.md 3.1 to 3.3).

The link to the next page is the server's own view of itself: only the number of rows to skip is read of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from ....wire.http import Answer, HttpSession
from ....wire.odata import Refused, Unreadable
from ....wire.odata.values import dumps, loads
from ....wire.reading_ahead import one_ahead
from ...services.cells import Body, Row, mappings
from .conditions import SPELLINGS, Spelling, Where, query
from .errors import INVALID_PARAMETERS, code_of

_LINKS: Final = ("@odata.nextLink", "odata.nextLink")
JSON: Final = {"Content-Type": "application/json", "Accept": "application/json"}
"""Needed with every request, those that read included: without it the answer is 500 (sage.md 3.1)."""


class Asking:
    """One company's resources, as ``OE/OEOrders``.  Safe for several threads.

    Refusals leave as ``Refused``, answers that cannot be read as ``Unreadable``.
    """

    def __init__(self, session: HttpSession, root: str, heard: Callable[[], None]) -> None:
        """``root``: the path of the company below the host; ``heard``: called when the server has answered."""
        self._session, self._root, self._heard = session, root.strip("/"), heard
        self._spelling: Spelling | None = None

    # -- reading ---------------------------------------------------------------------------------------------

    def rows(
        self, resource: str, where: Where | None = None, *, select: str = "", top: int | None = None
    ) -> Iterator[Row]:
        """The rows of a resource, the next page on its way while one is looked at; ``top``: no more than so many."""
        if top is not None and top <= 0:
            return
        left = top
        for page in one_ahead(self._pages(resource, where or Where(), select, top)):
            for row in mappings(page):
                if left is not None and left <= 0:
                    return
                yield row
                left = None if left is None else left - 1

    def row(self, resource: str, key: str) -> Row:
        """One record by the key as it stands between the brackets."""
        return _record(self._sent("GET", f"{resource}({key})"))

    def few(self, resource: str, where: Where) -> list[Row]:
        """The rows that fulfil a condition of which few do."""
        return [row for page in self._pages(resource, where, "", None) for row in mappings(page)]

    def _pages(self, resource: str, where: Where, select: str, top: int | None) -> Iterator[list[Any]]:
        skipped, told = 0, 0
        while True:
            options = [("$select", select)] if select else []
            if top is not None:
                options.append(("$top", str(top - told)))
            if skipped:
                options.append(("$skip", str(skipped)))
            rows, link = _feed(self._asked(resource, where, options))
            yield rows
            told += len(rows)
            if link is None or not rows or (top is not None and told >= top):
                return
            skipped = max(_skip_of(link), skipped + len(rows))

    def _asked(self, resource: str, where: Where, options: list[tuple[str, str]]) -> Answer:
        """Ask with a condition, in the other spelling where the server does not take the first (sage.md 3.2)."""
        if not where:
            return self._sent("GET", resource + query(options))
        if not where.has_spellings:
            return self._sent("GET", resource + query([("$filter", where.text("bare")), *options]))
        first: Refused | None = None
        for spelling in SPELLINGS if self._spelling is None else (self._spelling,):
            try:
                answer = self._sent("GET", resource + query([("$filter", where.text(spelling)), *options]))
            except Refused as refused:
                if code_of(refused.answer) != INVALID_PARAMETERS:
                    raise
                first = first or refused
            else:
                self._spelling = spelling
                return answer
        raise first or Unreadable("the server takes no condition")

    # -- writing ---------------------------------------------------------------------------------------------

    def create(self, resource: str, body: Body) -> Row:
        """Enter a record; the whole of it as the system keeps it.  Its properties go in the order they stand in."""
        return _record(self._sent("POST", resource, body))

    def change(self, resource: str, key: str, body: Body) -> None:
        """Change the properties that are named, and no other."""
        self._sent("PATCH", f"{resource}({key})", body)

    # -- the one way -----------------------------------------------------------------------------------------

    def _sent(self, method: str, address: str, body: Mapping[str, Any] | None = None) -> Answer:
        answer = self._session.send(
            method, f"{self._root}/{address}", headers=JSON, body=None if body is None else dumps(body)
        )
        self._heard()
        if not answer.ok:
            raise Refused(answer)
        return answer


def text_key(*values: str) -> str:
    """A key of texts, ready for an address; a slash in it is encoded."""
    return quote(",".join("'" + value.replace("'", "''") + "'" for value in values), safe="'(),=")


def _read(answer: Answer) -> Any:
    try:
        return loads(answer.body)
    except ValueError as failure:
        raise Unreadable(f"the server's answer ({answer.status}) is no JSON") from failure


def _record(answer: Answer) -> Row:
    found = _read(answer)
    if not isinstance(found, Mapping):
        raise Unreadable(f"the server's answer ({answer.status}) holds no record")
    return found


def _feed(answer: Answer) -> tuple[list[Any], str | None]:
    found = _read(answer)
    rows = found.get("value") if isinstance(found, Mapping) else None
    if not isinstance(rows, list):
        raise Unreadable("an answer that should hold rows holds none")
    links = [found[name] for name in _LINKS if name in found]
    return rows, next((link for link in links if isinstance(link, str) and link), None)


def _skip_of(link: str) -> int:
    """How many rows the link skips; nothing where it does not say."""
    try:
        said = parse_qs(urlsplit(link).query).get("$skip", [""])[0]
    except ValueError:
        return 0
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 12 else 0
