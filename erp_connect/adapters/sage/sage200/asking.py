"""Asking the API: JSON in and out, the headers that name the company, lists a page ahead (sage.md 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from ....errors import ErpConnectError
from ....wire.http import Answer, HttpSession
from ....wire.odata import Refused, Unreadable, literal
from ....wire.odata.values import dumps, loads
from ....wire.reading_ahead import one_ahead
from ...services.cells import Row, instant, mappings, whole

SITES: Final = "sites"
"""The one list that is told without a site and a company."""
_SHORT: Final = 500
"""So many rows come unless more are asked for: a page with fewer is the last one, whatever a gateway cuts off."""


class Asking:
    """The API below one root; safe for several threads."""

    def __init__(self, session: HttpSession, root: str, *, page_size: int) -> None:
        self.session, self.root, self.page_size = session, root.strip("/"), page_size
        # A list begins with a page that comes soon, and each next is twice as long: one is made while one is read.
        self._first = min(page_size, _SHORT)
        self.company: Mapping[str, str] = {}
        """``X-Site`` and ``X-Company``."""
        self.why_not: Callable[[Answer], ErpConnectError | None] | None = None
        """What a 401 means, if somebody can tell."""

    # -- reading ---------------------------------------------------------------------------------------------

    def get(self, path: str, **options: str) -> Row:
        """One record; ``options`` without their dollar sign."""
        return self.record(self.send("GET", path, params=_options(options)))

    def page(self, path: str, **options: str) -> list[Row]:
        """The rows of one request."""
        whole = self._read(self.send("GET", path, params=_options(options)))
        rows = whole.get("value") if isinstance(whole, Mapping) else whole
        if not isinstance(rows, list):
            raise Unreadable("an answer that should hold rows holds none")
        return list(mappings(rows))

    def rows(
        self, path: str, *, where: str = "", key: str = "id", before: str = "", **options: str
    ) -> Iterator[Row]:
        """All rows of a list in the order of ``key``, the next page on its way while one is looked at.

        Each page begins behind the last row of the one before, so that rows which go or come meanwhile shift nothing.
        ``before``: a time that the rows are ordered by first.
        """
        for page in one_ahead(self._pages(path, where, key, before, self._first, options)):
            yield from page

    def pages(
        self, path: str, *, where: str = "", most: int | None = None, **options: str
    ) -> Iterator[list[Row]]:
        """The same by id, page by page.  ``most``: how many are wanted; a next page is not asked for ahead of them."""
        if most is None or most > self.page_size:
            yield from one_ahead(self._pages(path, where, "id", "", self._first, options))
        else:
            pages = self._pages(path, where, "id", "", max(most, 1), options)
            yield next(pages)
            yield from one_ahead(pages)

    def _pages(
        self, path: str, where: str, key: str, before: str, first: int, options: Mapping[str, str]
    ) -> Iterator[list[Row]]:
        behind, last, size = "", None, first
        order = f"{before},{key}" if before else key
        while True:
            condition = _all_of(where, behind)
            rows = self.page(path, **options, filter=condition, orderby=order, top=str(size))
            count, final = len(rows), rows[-1] if rows else {}
            yield rows  # whoever reads them may take them out
            if count < min(size, _SHORT):
                return
            place = whole(final, key), instant(final, before) if before else None
            if place == last or place[0] is None:
                raise Unreadable("the pages of a list do not go on")
            last, size = place, min(2 * size, self.page_size)
            behind = behind_of(key, place[0], before, place[1])

    # -- writing ---------------------------------------------------------------------------------------------

    def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Row:
        """Send something that changes something; the record that comes back, empty where there is none.

        Success is told by the status; what else an answer holds is not said of every endpoint (sage.md 4.3).
        """
        answer = self.send(method, path, body=body)
        found = self._read(answer) if answer.body.strip() else None
        return found if isinstance(found, Mapping) else {}

    # -- the one way -----------------------------------------------------------------------------------------

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """The answer of success; :class:`Refused` for any other."""
        headers = {"Accept": "application/json", **({} if path == SITES else self.company)}
        if body is not None:
            headers["Content-Type"] = "application/json"
        answer = self.session.send(
            method,
            f"{self.root}/{path}",
            params=params,
            headers=headers,
            body=None if body is None else dumps(body),
        )
        if answer.ok:
            return answer
        if answer.status == 401 and self.why_not is not None and path != SITES:
            reason = self.why_not(answer)
            if reason is not None:
                raise reason
        raise Refused(answer)

    def record(self, answer: Answer) -> Row:
        """The record that an answer holds."""
        found = self._read(answer)
        if not isinstance(found, Mapping):
            raise Unreadable(f"the server's answer ({answer.status}) holds no record")
        return found

    def _read(self, answer: Answer) -> Any:
        try:
            return loads(answer.body)
        except ValueError as failure:
            raise Unreadable(f"the server's answer ({answer.status}) is no JSON") from failure


def behind_of(key: str, last: int, before: str = "", moment: datetime | None = None) -> str:
    """A condition: the rows behind the one with this id, or with this time and id."""
    behind = f"{key} gt {last}"
    if moment is None:
        return behind
    when = literal(moment, "Edm.DateTimeOffset", 4)
    return f"({before} gt {when} or ({before} eq {when} and {behind}))"


def _options(given: Mapping[str, str]) -> dict[str, str]:
    return {f"${name}": value for name, value in given.items() if value}


def _all_of(*conditions: str) -> str:
    told = [each for each in conditions if each]
    if len(told) < 2:
        return "".join(told)
    return " and ".join(f"({each})" if " or " in each else each for each in told)
