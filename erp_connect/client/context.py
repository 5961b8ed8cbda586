"""What every resource of a client shares: the adapter, the journal, the clock, and the checks before a write."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..adapters.contract import Adapter, Capabilities, OnCancelLine, OperationSupport, Support
from ..clock import Clock
from ..errors import ConfigurationError, UnsupportedOperation
from ..journal import Journal, can_be_kept
from ..models import Ref


@dataclass(slots=True)
class Context:
    """One open connection, as its resources see it."""

    adapter: Adapter
    journal: Journal
    clock: Clock
    system: str
    timeout: float
    actor: str | None = None
    read_only: bool = False
    closed: bool = False

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do."""
        return self.adapter.capabilities

    @property
    def lowers(self) -> bool:
        """Whether this back-end cancels lines by ordering less of them."""
        return self.capabilities.on_cancel_line is OnCancelLine.LOWERED

    def ensure_open(self) -> None:
        """``ConfigurationError`` once the connection was closed."""
        if self.closed:
            raise ConfigurationError("this connection is closed", hint="connect again")

    def require(self, operation: str, *, writes: bool = False) -> OperationSupport:
        """What is known of an operation; ``UnsupportedOperation`` before any traffic when there is none."""
        self.ensure_open()
        known = self.capabilities.operation(operation)
        if known.support is Support.NONE:
            raise UnsupportedOperation(
                f"{self.capabilities.system} cannot do {operation}: {known.why}",
                why=known.why,
                alternatives=known.alternatives,
                operation=operation,
                system=self.system,
            )
        if writes and self.read_only:
            why = "this connection was opened with read_only=True"
            raise UnsupportedOperation(
                f"{operation} would write, and {why}", why=why, operation=operation, system=self.system
            )
        return known

    def book(self, name: str) -> Any:
        """A book of the adapter that an operation just required says is there."""
        book = getattr(self.adapter, name)
        if book is None:
            raise UnsupportedOperation(
                f"{self.capabilities.system} has no {name.replace('_', ' ')}",
                why="the adapter offers no such book",
                system=self.system,
            )
        return book

    def supports(self, operation: str) -> bool:
        """Whether an operation is there, natively or emulated."""
        return self.capabilities.support(operation) is not Support.NONE

    def today(self) -> date:
        """The business date in the company's zone; ``ConfigurationError`` where nobody says which that is."""
        zone = self.adapter.zone
        if zone is None:
            raise ConfigurationError(
                "which day it is cannot be told: this back-end does not say in which time zone the company is",
                code="no_timezone",
                hint="connect with timezone=, e.g. timezone='Europe/Berlin'",
                system=self.system,
            )
        return self.clock.now().astimezone(zone).date()


def new_key() -> str:
    """A key for one call, where the caller gave none: it guards that call and ``recover()`` only."""
    return f"once/{uuid.uuid4().hex}"


def checked_key(key: object) -> str:
    """A key as a caller gave it; ``ValueError`` for one that cannot name a wish."""
    if not isinstance(key, str) or not key.strip():
        raise ValueError("a key is a text that says which wish this is, and is not blank")
    if len(key) > 1000:
        raise ValueError("a key has at most 1,000 characters")
    if not can_be_kept(key):
        raise ValueError("a key is a text that every database can keep: no NUL, no half of a character")
    return key


def key_of(key: object) -> str:
    """The caller's key, or a new one where there is none (``None``)."""
    return new_key() if key is None else checked_key(key)


def correlation_id() -> str:
    """A short random name for one call, in our log and, where there is a place, in the back-end's."""
    return os.urandom(8).hex()


def said(party: str | Ref) -> str:
    """A number or a native id as text, for look-ups and the journal."""
    return party.id if isinstance(party, Ref) else party
