"""What an adapter can find wrong with what it was told of its system: the other half of ``erp-connect doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

__all__ = ["Examines", "Symptom"]


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that is wrong with how a system was described to us, or might be."""

    severity: Literal["error", "warning", "hint"]
    path: str
    """The setting, or the place in the mapping file."""
    said: str
    advice: str


@runtime_checkable
class Examines(Protocol):
    """An adapter that holds what it was told of its system against the system itself."""

    def examine(self, *, limit: int) -> Iterator[Symptom]:
        """What is wrong or looks wrong, on an open adapter; nothing stays written.  ``limit``: orders looked at."""
        ...
