"""The journal as a person sees it: ``erp.journal``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any, overload

from ..errors import NotFound
from ..journal import Entry, Journal, Settled
from ..journal.journal import RETENTION_DAYS
from ..models import Customer, Supplier
from .context import Context
from .reading import ENTITIES, party_number, read_order
from .recovering import PAPERS


class JournalPages:
    """What was wished through this system's journal, and what became of it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def _journal(self) -> Journal:
        self._context.ensure_open()
        return self._context.journal

    def list(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        return self._journal.list()

    def open(self) -> Iterator[Entry]:
        """The entries whose end nobody knows, and those of which only a part stands, oldest first."""
        return self._journal.open()

    def show(self, key: str) -> Entry:
        """The entry of a key; ``NotFound`` when nothing was wished under it."""
        return self._journal.show(key)

    def resolve(self, key: str, order_id: str | None = None) -> Entry:
        """A person's word on an open entry: it stands as ``order_id``, or (``None``) it does not exist.

        ``order_id`` is the id of the order; of the shipment, receipt or return where one was to be posted; of the
        record for master data.  It is read first, so that nobody resolves to one that is not there (``NotFound``).
        With ``None`` the key is free to run again: be sure that nothing is there.  Raises
        ``TransitionNotAllowed`` when the entry is settled already, ``KeyInProgress`` while somebody is at it.
        """
        journal = self._journal
        entry = journal.unsettled(key)
        return journal.resolve(key, None if order_id is None else self._standing(entry, order_id))

    def _standing(self, entry: Entry, id: str) -> Settled[Any]:
        context = self._context
        if entry.operation in PAPERS:
            paper = PAPERS[entry.operation](context)
            order = read_order(context, paper.orders, entry.payload["order"])
            if paper.listed and all(each.id != id for each in paper.of(order)):
                raise NotFound("the order has no such document", operation=entry.operation)
            return Settled(stored=None, entity_id=order.id, number=order.number, result={"document": id})
        if entry.book in ENTITIES:
            order = read_order(context, entry.book, id)
            return Settled(stored=None, entity_id=order.id, number=order.number, party=party_number(order))
        record = context.book(entry.book).get(id)
        return Settled(stored=None, entity_id=record.id, number=record.number)

    def prune(self, older_than_days: int = RETENTION_DAYS) -> int:
        """Remove settled entries older than so many days; open ones stay.  Returns how many went.

        A key that is gone guards nothing any more.
        """
        return self._journal.prune(older_than_days)

    @overload
    def export(self) -> Iterator[str]: ...
    @overload
    def export(self, file: IO[str]) -> int: ...
    def export(self, file: IO[str] | None = None) -> Iterator[str] | int:
        """Every entry as a line of JSON, oldest first; with ``file``, written there, and how many is returned.

        The lines hold customers' data.
        """
        lines = self._journal.export()
        if file is None:
            return lines
        count = 0
        for count, line in enumerate(lines, start=1):  # noqa: B007 (the last count is the answer)
            file.write(line + "\n")
        return count

    def erase(self, customer: str | Customer | Supplier) -> int:
        """Erase what settled entries say of a customer (or supplier); returns how many.

        Keys and ids stay, so that nothing is written twice.
        """
        number = customer if isinstance(customer, str) else customer.number or customer.id
        return self._journal.erase(number)
