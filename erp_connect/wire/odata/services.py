"""One OData service: entities read, created, changed and deleted, pages followed, batches judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

from ...clock import Clock
from ..http import Answer, HttpSession
from ..reading_ahead import one_ahead
from .batch import Group, GroupAnswer, as_json, as_multipart, from_json, from_multipart
from .cache import described
from .complaints import Complaint, complaints, messages_of_success
from .metadata import Model
from .values import Version, dumps, loads

__all__ = ["Entity", "Refused", "Service", "Unreadable"]

_GO_ON: Final = "odata.continue-on-error"
"""Otherwise a server of version 4 stops at the first group that it refuses."""


class Refused(Exception):
    """The server has answered, with something else than success: its status, and everything that it said."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.complaints: tuple[Complaint, ...] = complaints(answer)
        super().__init__(f"{answer.status}: {self.complaints[0].message}")


class Unreadable(ValueError):
    """A success whose body cannot be read: a write has been executed all the same."""


class Entity(dict[str, Any]):
    """What an answer holds: its cells, its ETag, and what the server said beside it."""

    etag: str | None = None
    messages: tuple[Complaint, ...] = ()


class Service:
    """A service below the root of a session; safe for threads.

    Statuses of refusal are :class:`Refused`, whatever the method; what the way has done is the session's errors.  A
    repeated call is a new request: only reads are repeated by the session itself.
    """

    def __init__(
        self,
        session: HttpSession,
        path: str,
        version: Version,
        *,
        cache: Path | None = None,
        headers: Mapping[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.session = session
        self.path = path.strip("/") + "/"
        self.version: Version = version
        self._cache, self._clock = cache, clock
        self._headers = {"Accept": "application/json", **(headers or {})}

    @cached_property
    def model(self) -> Model:
        """The service's description, kept on disk where a folder was given; ``ValueError`` where it has none."""
        return described(self.session, self.path + "$metadata", folder=self._cache, clock=self._clock)

    # ---------------------------------------------------------------- reading

    def get(self, address: str, params: Mapping[str, str] | None = None) -> Entity:
        """One entity, with its ETag."""
        answer = self._send("GET", address, params=params)
        return self.entity(answer)

    def pages(self, address: str, params: Mapping[str, str] | None = None) -> Iterator[list[dict[str, Any]]]:
        """The rows of a collection, page by page; the next page is fetched while one is looked at.

        A link to the next page that was given before would go round for ever and is :class:`Unreadable`.
        """
        return one_ahead(self._linked(address, params))

    def _linked(self, address: str, params: Mapping[str, str] | None) -> Iterator[list[dict[str, Any]]]:
        seen: set[str] = set()
        rows, link = self._page(address, params)
        yield rows
        while link is not None:
            if link in seen:
                raise Unreadable("the link to the next page leads round in a circle")
            seen.add(link)
            rows, link = self._page(link, None)
            yield rows

    def _page(
        self, address: str, params: Mapping[str, str] | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        whole = self._read(self._send("GET", address, params=params))
        if self.version == 2:
            inner = whole.get("d") if isinstance(whole, dict) else None
            rows = inner.get("results") if isinstance(inner, dict) else inner
            link = inner.get("__next") if isinstance(inner, dict) else None
        else:
            rows = whole.get("value") if isinstance(whole, dict) else None
            link = whole.get("@odata.nextLink") if isinstance(whole, dict) else None
        if not isinstance(rows, list):
            raise Unreadable("an answer that should hold rows holds none")
        return rows, self._beside(link) if isinstance(link, str) and link else None

    def _beside(self, link: str) -> str:
        """Links without a host are relative to the service; one to something else than the web is none."""
        if "://" in link.partition("?")[0] and not link.startswith(("http://", "https://")):
            raise Unreadable("the link to the next page leads to something else than the service")
        return link if link.startswith(("/", "http://", "https://")) else self.path + link

    # ---------------------------------------------------------------- writing

    def create(self, address: str, body: Mapping[str, Any]) -> Entity:
        """Create an entity, with what lies inside of it; the entity as the server returns it."""
        return self.entity(self._send("POST", address, body=body))

    def update(self, address: str, changes: Mapping[str, Any], etag: str | None) -> Entity:
        """Change the fields that are named, if the entity is still the one of ``etag``; ``None`` leaves that open."""
        return self.entity(self._send("PATCH", address, body=changes, headers=_matching(etag)))

    def delete(self, address: str, etag: str | None) -> None:
        """Delete an entity, if it is still the one of ``etag``."""
        self._send("DELETE", address, headers=_matching(etag))

    def call(
        self, address: str, params: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Entity:
        """Call a function import or an action by POST."""
        return self.entity(self._send("POST", address, params=params, body=body))

    def batch(
        self,
        groups: Sequence[Group],
        *,
        form: Literal["multipart", "json"] = "multipart",
        headers: Mapping[str, str] | None = None,
        goes_on: bool = True,
    ) -> list[GroupAnswer]:
        """Send groups together; what became of each, in their order.

        ``goes_on``: a server of version 4 is asked not to stop at the first group that it refuses.  Raises
        :class:`Refused` where the batch was not taken at all, and :class:`Unreadable` where its answer is none: then
        nobody knows what was executed.
        """
        write, read = (as_json, from_json) if form == "json" else (as_multipart, from_multipart)
        content_type, body = write(groups)
        sent = {
            **self._headers,
            **(headers or {}),
            "Content-Type": content_type,
            "Accept": "application/json" if form == "json" else "multipart/mixed",
        }
        if self.version == 4 and goes_on:
            sent["Prefer"] = _GO_ON
        answer = self.session.send(
            "POST",
            self.path + "$batch",
            headers=sent,
            body=body,
            reads=all(each.method == "GET" for group in groups for each in group.operations),
        )
        if not answer.ok:
            raise Refused(answer)
        try:
            return read(answer, groups)
        except ValueError as failure:
            raise Unreadable(str(failure)) from failure

    # ---------------------------------------------------------------- the one way

    def _send(
        self,
        method: str,
        address: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        sent = {**self._headers, **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        where = (
            address if address.startswith(("/", "http://", "https://", self.path)) else self.path + address
        )
        answer = self.session.send(
            method, where, params=params, headers=sent, body=None if body is None else dumps(body)
        )
        if not answer.ok:
            raise Refused(answer)
        return answer

    def _read(self, answer: Answer) -> Any:
        try:
            return loads(answer.body)
        except ValueError as failure:
            raise Unreadable(f"the server's answer ({answer.status}) is no JSON") from failure

    def entity(self, answer: Answer) -> Entity:
        """What an answer holds, be it one of a batch; :class:`Unreadable` where it holds no entity."""
        whole = self._read(answer) if answer.body.strip() else {}
        inner = whole.get("d", whole) if self.version == 2 and isinstance(whole, dict) else whole
        if not isinstance(inner, dict):
            raise Unreadable(f"the server's answer ({answer.status}) holds no entity")
        entity = Entity(inner)
        metadata = inner.get("__metadata")
        within = metadata.get("etag") if isinstance(metadata, dict) else inner.get("@odata.etag")
        entity.etag = within if isinstance(within, str) else answer.headers.get("ETag")
        entity.messages = messages_of_success(answer, inner)
        return entity


def _matching(etag: str | None) -> dict[str, str]:
    return {} if etag is None else {"If-Match": etag}
