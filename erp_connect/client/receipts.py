"""Receipts: what a write answers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ..journal import Entry, Outcome, Settled
from ..models import Difference, DifferenceKind, Finding, Severity, WriteReceipt
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


def unfinished(*complete: bool) -> tuple[Finding, ...]:
    """The warning that the back-end will not process an order as it is, unless it is ``complete`` by every account."""
    if all(complete):
        return ()
    said = "the back-end saved the order unfinished and will not process it as it is"
    return (
        Finding(
            code="saved_unfinished",
            severity=Severity.WARNING,
            path="",
            message=said,
            fix="amend what the other warnings name, or finish the order in the back-end",
        ),
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
        differences=_with_known_codes(context, made.differences),
        warnings=made.warnings,
        replayed=replayed,
    )


def of_outcome(context: Context, outcome: Outcome[E]) -> WriteReceipt[E]:
    """The receipt of what the journal answered."""
    return receipt(context, outcome.settled, outcome.entry, replayed=outcome.replayed)


def _with_known_codes(context: Context, differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """A product ordered by another of its codes, and stored under its number, is the same product."""
    if not any(_names_a_product(each) for each in differences) or not context.supports("products.find"):
        return differences
    return tuple(
        replace(each, kind=DifferenceKind.NORMALISED)
        if _names_a_product(each)
        and any(product.number == each.stored for product in context.book("products").find(number=each.sent))
        else each
        for each in differences
    )


def _names_a_product(difference: Difference) -> bool:
    return (
        difference.kind is DifferenceKind.CHANGED
        and difference.path.endswith("].product")
        and isinstance(difference.sent, str)
    )
