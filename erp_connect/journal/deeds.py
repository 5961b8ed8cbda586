"""One write as the journal sees it: how to send it, how to find out whether it arrived, what to remember of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from ..adapters.contract import Write, Written
from .canonical import fingerprint_of, text_of
from .decisions import Rules, Sight
from .records import Entry

E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Generic[E]):
    """What looking up an unanswered write showed; ``written`` where exactly it stands there."""

    sight: Sight
    written: Written[E] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Generic[E]):
    """A write that stands: the entity as read back, and what the journal keeps of it.

    ``receipt`` is what the client made of it (differences, warnings); the journal passes it through.  ``party`` is
    the customer's or supplier's number as the back-end knows it, ``earlier`` that this very write had been done
    before the first request of this call.
    """

    stored: E
    entity_id: str
    number: str | None = None
    party: str | None = None
    earlier: bool = False
    result: Mapping[str, Any] = field(default_factory=dict)
    receipt: Any = None


class Deed(ABC, Generic[E]):
    """What the client hands to the journal for every write.

    ``payload`` is canonical (see ``journal.canonical``) and is all that is needed to make the deed again after a
    crash, together with ``before``, the entity as it was.
    """

    operation: str
    key: str
    stamp: str
    payload: Any
    rules: Rules
    timeout: float
    correlation_id: str
    entity_id: str | None = None
    party: str | None = None
    actor: str | None = None
    reason: str | None = None
    before: Any = None

    @property
    def fingerprint(self) -> str:
        """The wish's fingerprint: the same wish has the same one."""
        return fingerprint_of(self.operation, self.payload_text)

    @cached_property
    def payload_text(self) -> str:
        """The payload as the fingerprint is taken of it, and as it is kept."""
        return text_of(self.payload)

    def adopt(self, entry: Entry) -> None:
        """Go on from what an earlier owner of this key has noted, who may have sent the request already.

        What stood before the first request stands in the entry; what stands now may be the work of that request.
        """

    @abstractmethod
    def send(self, write: Write) -> Written[E] | None:
        """Ask the back-end to do it; ``None`` when what it is about is gone now, as wished."""

    @abstractmethod
    def look(self, entry: Entry) -> Look[E]:
        """Look for what an unanswered request may have left behind; changes nothing."""

    @abstractmethod
    def settle(self, written: Written[E] | None) -> Settled[E]:
        """Read back what stands, compare it with the wish, and say what to remember."""

    def unread(self, id: str) -> Mapping[str, Any]:
        """What to remember of a write that stands under this id and could not be read back."""
        return {}

    @abstractmethod
    def replay(self, entry: Entry) -> Settled[E]:
        """What an earlier call with this key had done, as it stands now."""

    def undo(self, entry: Entry, write: Write) -> bool | None:
        """Take back what a refused write of several calls has left; false where that is not possible.

        None when that was asked for and not answered: it may still be taken back, later.
        """
        return False

    def partial(self, entry: Entry) -> Any:
        """A receipt with a verdict per line, for a write of which only a part stands."""
        return None
