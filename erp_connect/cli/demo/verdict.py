"""Whether the demo kept its word: every planted fault found at its cell, no good row refused, nothing doubled."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ...models import Finding, Severity
from ...rules.lateness import LateLine
from ..importing import ImportReport
from .counting import Counts
from .workbook import Book

__all__ = [
    "broken_by_first_import",
    "broken_by_other_imports",
    "broken_counts",
    "broken_lateness",
    "found_at",
]


def found_at(findings: Sequence[Finding]) -> dict[str, set[str]]:
    """Cell to the codes of the errors that name it."""
    cells: dict[str, set[str]] = {}
    for finding in findings:
        if finding.severity is Severity.ERROR and finding.place is not None and finding.place.cell:
            cells.setdefault(finding.place.cell, set()).add(finding.code)
    return cells


def broken_by_first_import(
    book: Book, report: ImportReport, keys: Mapping[int, str], standing: Collection[str]
) -> Iterator[str]:
    """Faults that were missed, and good orders that were refused.

    ``keys`` are the orders' keys as the wrong workbook says them, ``standing`` those of orders that an earlier run
    had created from the corrected rows: against them a wrong row is refused because its content is another.
    """
    cells = found_at(report.findings)
    faulty = {fault.order for fault in book.faults}
    for fault in book.faults:
        key = keys[fault.order]
        replaced = key in standing and any(
            finding.code == "key_reused" for finding in report.not_imported.get(key, ())
        )
        if fault.kind.code not in cells.get(fault.cell, ()) and not replaced:
            yield f"the planted fault in {fault.cell} ({fault.kind.name}) was not found as {fault.kind.code}"
        if key in report.created or key in report.already_there:
            yield f"the order with the planted fault in {fault.cell} was created"
    for order in book.orders:
        key = keys[order.index]
        if order.index not in faulty and key in report.not_imported:
            codes = ", ".join(sorted({finding.code for finding in report.not_imported[key]}))
            yield f"a good order, row {order.first_row}, was refused ({codes})"


def broken_by_other_imports(fixed: ImportReport, third: ImportReport, *, missing: int) -> Iterator[str]:
    """What the imports after the correction did wrong."""
    if fixed.not_imported:
        yield f"{len(fixed.not_imported)} corrected order(s) were refused: {', '.join(fixed.not_imported)}"
    if len(fixed.created) != missing:
        yield f"the second import created {len(fixed.created)} orders, {missing} were missing"
    if third.created or third.not_imported:
        yield (
            f"the third import created {len(third.created)} and refused {len(third.not_imported)} orders "
            "although all stood there already"
        )


def broken_counts(counts: Counts, *, orders: int, cancelled: int) -> Iterator[str]:
    """What the database holds otherwise than the library told."""
    for what, is_there, told in (
        ("orders", counts.orders, orders),
        ("cancelled orders", counts.cancelled, cancelled),
    ):
        if is_there != told:
            yield f"the database holds {is_there} {what}, the library told {told}"
    if counts.doubled:
        yield f"{counts.doubled} order(s) stand twice in the database"


def broken_lateness(late: Sequence[LateLine], expected: Collection[str]) -> Iterator[str]:
    """Orders that are late and not shown, or shown and not late; ``expected`` are their numbers."""
    shown = {each.order.number or each.order.id for each in late}
    if extra := shown - set(expected):
        yield f"{len(extra)} order(s) are shown as late and are not"
    if missed := set(expected) - shown:
        yield f"{len(missed)} late order(s) are not shown as late"
