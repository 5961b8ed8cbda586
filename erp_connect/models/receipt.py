"""The answer to a write: what was sent, what the back-end stored, and every difference."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from ..errors import ErpConnectError
from .findings import Finding

T = TypeVar("T")


class DifferenceKind(StrEnum):
    """Why what is stored is not what was sent."""

    NORMALISED = "normalised"
    PRICE = "price"
    ADDED = "added"
    MISSING = "missing"
    LOST = "lost"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that differs: ``path`` as in the drafts (``order.lines[2].quantity``)."""

    path: str
    kind: DifferenceKind
    sent: Any = None
    stored: Any = None
    line_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReceipt(Generic[T]):
    """Proof of a write.

    ``stored`` is the entity as read back after the write (``order`` is another name for it), ``replayed`` is
    true when an earlier call with the same key had done the work, ``differences`` lists what the back-end
    stored otherwise than it was sent.
    """

    stored: T
    key: str
    operation: str
    system: str
    correlation_id: str
    differences: tuple[Difference, ...] = ()
    warnings: tuple[Finding, ...] = ()
    replayed: bool = False

    @property
    def order(self) -> T:
        """The entity as read back: another name for ``stored``."""
        return self.stored


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFailure:
    """One draft of a bulk write that was not written, or of which nobody knows."""

    index: int
    key: str
    draft: Any
    error: ErpConnectError


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult(Generic[T]):
    """The result of a bulk write: every draft (or plan) stands in exactly one of the two, in the order given.

    What an earlier run had written counts as ``succeeded``; its receipt says ``replayed``.
    """

    succeeded: tuple[WriteReceipt[T], ...] = ()
    failed: tuple[BatchFailure, ...] = ()

    def __len__(self) -> int:
        return len(self.succeeded) + len(self.failed)

    def raise_for_failures(self) -> None:
        """Raise the first failure's error, with the number of all failures as a note."""
        if self.failed:
            error = self.failed[0].error
            note = f"{len(self.failed)} of {len(self)} failed; see BatchResult.failed"
            if note not in getattr(error, "__notes__", ()):
                error.add_note(note)
            raise error


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReport:
    """What ``recover()`` found: ``settled`` keys, ``reopened`` ones (never sent, free to run again), ``unknown``."""

    settled: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One write to an order as the journal remembers it."""

    at: datetime
    operation: str
    state: str
    key: str
    order_id: str | None = None
    actor: str | None = None
    reason: str | None = None
    before: Any = None
    after: Any = None
    differences: tuple[Any, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company or tenant that a connection can work for."""

    id: str
    name: str
    current: bool = False
