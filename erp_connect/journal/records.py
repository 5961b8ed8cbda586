"""What the journal remembers of one write, and in which states it can be."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

ID_LENGTH: Final = 200
"""The longest id or number of an order or party that is looked for; no back-end has longer ones."""


class State(StrEnum):
    """How far a write is.  The first three are open: nobody knows the end of it yet."""

    INTENDED = "intended"
    """Stored; provably nothing was sent."""
    SENDING = "sending"
    """A request was begun and may still be running."""
    UNKNOWN = "unknown"
    """A request was sent, no answer came, and looking up has not settled it."""
    PARTIAL = "partial"
    """Part of it stands in the back-end and could not be undone; a person has to decide."""
    CONFIRMED = "confirmed"
    """It stands in the back-end."""
    REFUSED = "refused"
    """The back-end said no, or a person did; the key is free for a corrected attempt."""
    NEVER_SENT = "never_sent"
    """Its owner died before anything was sent; the key is free to run again."""


OPEN: Final = frozenset({State.INTENDED, State.SENDING, State.UNKNOWN})
"""States in which a write is not settled; such rows are never pruned."""
FREE: Final = frozenset({State.REFUSED, State.NEVER_SENT})
"""States in which nothing was written, so that the key may be used again, for other content too."""

_last_serial = 0
_counting = threading.Lock()


def next_serial() -> int:
    """A number that rises within a process, and by the machine's time between processes."""
    global _last_serial  # noqa: PLW0603 (one process counts once)
    with _counting:
        _last_serial = max(_last_serial + 1, time.time_ns())
        return _last_serial


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One write, by system and key.

    ``serial`` rises with every entry: it keeps the order of writes where ``created_at`` is the same.
    ``fence`` moves with every step of a write: whoever has been replaced can change the row no more, and whoever
    read it before the last step cannot take it over.
    ``sent_at`` is the last send of any owner, or the latest moment at which it may have begun while nobody has told
    more: the execution window counts from there.  ``before`` is the
    entity as it was, ``result`` what came of it (ids, changes, differences, tombstone).
    """

    system: str
    key: str
    operation: str
    fingerprint: str
    payload: Any
    state: State
    stamp: str
    correlation_id: str
    created_at: datetime
    serial: int = field(default_factory=next_serial)
    fence: int = 1
    owner: str | None = None
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    entity_id: str | None = None
    number: str | None = None
    party: str | None = None
    actor: str | None = None
    reason: str | None = None
    before: Any = None
    result: Any = None
    payload_text: str | None = field(default=None, repr=False, compare=False)
    """The payload as canonical text, where it is at hand: it spares writing it down once more."""

    @property
    def row_id(self) -> str:
        """The row's key in the store: one for each system and key, whatever their length."""
        return row_id(self.system, self.key)

    @property
    def book(self) -> str:
        """The book that the write belongs to (``orders``)."""
        return self.operation.partition(".")[0]

    @property
    def open(self) -> bool:
        """Whether nobody knows the end of it yet."""
        return self.state in OPEN

    def but(self, **changes: Any) -> Self:
        """The same entry with some fields replaced."""
        if "payload" in changes:
            changes.setdefault("payload_text", None)  # it was the old one's
        return replace(self, **changes)


def row_id(system: str, key: str) -> str:
    """A digest of system and key: never the cut key, so that two long keys never meet."""
    return hashlib.sha256(f"{len(system)}:{system}:{key}".encode("utf-8", "surrogatepass")).hexdigest()


def can_be_kept(text: str | None, length: int | None = None) -> bool:
    """Whether every database can keep this text; nothing is on record under one that none can."""
    if text is None:
        return True
    if length is not None and len(text) > length:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
