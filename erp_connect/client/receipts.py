"""Receipts: what a write answers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..journal import Entry, Outcome, Settled
from ..models import Difference, Finding, Severity, WriteReceipt
from .context import Context

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Made:
    """What the client puts into a receipt beside the entity."""

    differences: tuple[Difference, ...] = ()
    warnings: tuple[Finding, ...] = ()


def told(warnings: Sequence[str]) -> tuple[Finding, ...]:
    """The back-end's own remarks, as warnings of a receipt."""
    return tuple(
        Finding(code="back_end_said", severity=Severity.WARNING, path="", message=message)
        for message in warnings
    )


def receipt(context: Context, settled: Settled[E], entry: Entry, *, replayed: bool) -> WriteReceipt[E]:
    """The receipt of a write that stands."""
    made = settled.receipt if isinstance(settled.receipt, Made) else Made()
    return WriteReceipt(
        stored=settled.stored,
        key=entry.key,
        operation=entry.operation,
        system=context.system,
        correlation_id=entry.correlation_id,
        differences=made.differences,
        warnings=made.warnings,
        replayed=replayed,
    )


def of_outcome(context: Context, outcome: Outcome[E]) -> WriteReceipt[E]:
    """The receipt of what the journal answered."""
    return receipt(context, outcome.settled, outcome.entry, replayed=outcome.replayed)
