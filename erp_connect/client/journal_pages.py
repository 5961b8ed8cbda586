"""The journal as a person sees it: ``erp.journal``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from ..journal import Entry
from ..journal.journal import RETENTION_DAYS
from ..models import Customer, Supplier
from .context import Context
from .reading import read_order


class JournalPages:
    """What was wished through this system's journal, and what became of it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        return self._context.journal.list()

    def open(self) -> Iterator[Entry]:
        """The entries whose end nobody knows, and those of which only a part stands, oldest first."""
        return self._context.journal.open()

    def show(self, key: str) -> Entry:
        """The entry of a key; ``NotFound`` when nothing was wished under it."""
        return self._context.journal.show(key)

    def resolve(self, key: str, order_id: str | None = None) -> Entry:
        """A person's word on an open entry: it stands as the order ``order_id``, or (``None``) it does not exist.

        The order is read first, so that nobody resolves to one that is not there (``NotFound``).  With ``None``
        the key is free to run again: be sure that nothing is there.  Raises ``TransitionNotAllowed`` when the
        entry is settled already.
        """
        number = None
        if order_id is not None:
            book = self._context.journal.show(key).book
            if book in ("orders", "purchase_orders"):
                number = read_order(self._context, book, order_id).number
        return self._context.journal.resolve(key, order_id, number)

    def prune(self, older_than_days: int = RETENTION_DAYS) -> int:
        """Remove settled entries older than so many days; open ones stay.  Returns how many went.

        A key that is gone guards nothing any more.
        """
        return self._context.journal.prune(older_than_days)

    def export(self, file: IO[str]) -> int:
        """Write every entry as a line of JSON; returns how many.  The lines hold customers' data."""
        return self._context.journal.export(file)

    def erase(self, customer: str | Customer | Supplier) -> int:
        """Erase what settled entries say of a customer (or supplier); returns how many.

        Keys and ids stay, so that nothing is written twice.
        """
        number = customer if isinstance(customer, str) else customer.number or customer.id
        return self._context.journal.erase(number)
