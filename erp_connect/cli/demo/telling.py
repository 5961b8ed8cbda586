"""What the demo says while it works, and the summary that a person reads at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...models import Finding, Severity
from ..orders import show_history
from ..showing import amount, show_tracking
from ..terminal import Terminal, safe
from .faults import KINDS
from .verdict import found_at

if TYPE_CHECKING:
    from ...rules.lateness import LateLine
    from .command import Outcome
    from .counting import Counts
    from .workbook import Book

__all__ = [
    "as_plain",
    "beginning",
    "deeds",
    "first_import",
    "other_imports",
    "summary",
    "what_is_seen",
    "workbook",
]

_SHOWN: Final = 12


def beginning(terminal: Terminal, outcome: Outcome) -> None:
    """What is about to happen."""
    if outcome.again:
        terminal.say(
            f"[bold]An earlier run stands in orders.db ({outcome.before.orders} orders). "
            "Everything is sent once more under the same keys: nothing may be doubled.[/]"
        )
    else:
        terminal.say("[bold]An order administrator's morning, with a database of our own in orders.db.[/]")


def workbook(terminal: Terminal, book: Book, path: Path) -> None:
    """What stands in the workbook."""
    rows = sum(len(order.rows) for order in book.orders)
    terminal.say(
        f"\n[bold]1. The workbook[/] {safe(path)}: {len(book.orders)} orders in {rows} rows, "
        f"{len(book.faults)} planted faults of {len(KINDS)} kinds."
    )


def first_import(terminal: Terminal, outcome: Outcome) -> None:
    """What the first import found, by kind, with the cells."""
    report = outcome.first
    if report is None:
        return
    if outcome.book is None:
        terminal.say(f"\n[bold]1. The workbook[/] {safe(report.file)}: {report.rows} rows.")
    terminal.say(
        f"\n[bold]2. The import[/]: {len(report.created)} orders created, {len(report.already_there)} already there, "
        f"{len(report.not_imported)} refused with their cells named."
    )
    if outcome.book is not None:
        cells = found_at(report.findings)
        told = []
        for kind in KINDS:
            planted = [fault.cell for fault in outcome.book.faults if fault.kind is kind]
            found = [cell for cell in planted if kind.code in cells.get(cell, ())]
            told.append((kind.name, kind.code, len(planted), len(found), " ".join(found)))
        terminal.table("Planted faults", ["kind", "code", ">planted", ">found", "cells"], told)
        replaced = Counter(finding.code for finding in report.findings)["key_reused"]
        if replaced:
            terminal.say(
                f"{replaced} of these rows belong to orders that stand already, created from the corrected rows: "
                "other content under the same key is refused, not written."
            )
    else:
        terminal.table(
            "What was found",
            ["code", ">times", "first places", "what to do"],
            (
                (code, len(found), " ".join(str(each.place) for each in found[:5]), found[0].fix or "")
                for code, found in _by_code(report.findings).items()
            ),
        )
    if report.checked_copy is not None:
        terminal.say(
            f"Checked copy with a result and the errors beside each row: {safe(report.checked_copy.name)}"
        )


def _by_code(findings: tuple[Finding, ...]) -> Mapping[str, list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.severity is Severity.ERROR:
            groups.setdefault(finding.code, []).append(finding)
    return groups


def other_imports(terminal: Terminal, outcome: Outcome) -> None:
    """What the imports after the correction did."""
    if outcome.fixed is None or outcome.third is None:
        return
    terminal.say(
        f"\n[bold]3. Corrected, and imported again[/] (orders.fixed.xlsx): {len(outcome.fixed.created)} orders "
        f"created, {len(outcome.fixed.already_there)} already there, {len(outcome.fixed.not_imported)} refused."
    )
    terminal.say(
        f"   Imported a third time: {len(outcome.third.created)} created, "
        f"{len(outcome.third.already_there)} already there."
    )


def deeds(terminal: Terminal, outcome: Outcome) -> None:
    """What was changed."""
    done = outcome.deeds.done
    if not outcome.numbers:
        terminal.say("\nNo order was imported, so nothing can be changed or shipped.")
        return
    amended = ", ".join(f"{done[what]} {what}" for what in ("addresses", "quantities", "dates"))
    terminal.say(
        f"\n[bold]4. Amended[/]: {amended}. [bold]Cancelled[/]: {done['lines cancelled']} lines, "
        f"{done['orders cancelled']} whole orders."
    )
    terminal.say(
        f"[bold]5. Shipped[/], as a warehouse posts it: {done['shipments']} shipments, "
        f"{done['packages']} packages with tracking numbers."
    )
    if outcome.deeds.replayed:
        terminal.say(f"   {outcome.deeds.replayed} of these deeds stood already and were not done again.")


def what_is_seen(terminal: Terminal, outcome: Outcome) -> None:
    """What is late, and one order followed."""
    seen = outcome.seen
    if seen is None or not seen.orders:
        return
    terminal.say(f"\n[bold]6. Late today, {outcome.today:%d %B %Y}[/]: {len(seen.late)} lines")
    if seen.late:
        terminal.table(
            "",
            ["order", "customer", "PO", ">line", "product", ">open", "requested", ">days late"],
            (_late(each) for each in seen.late[:_SHOWN]),
        )
    if len(seen.late) > _SHOWN:
        terminal.say(f"... and {len(seen.late) - _SHOWN} more lines")
    if seen.tracked is not None:
        terminal.say("\n[bold]7. One order followed[/]")
        show_tracking(terminal, seen.tracked)
        show_history(terminal, seen.history)


def _counted(counts: Counts) -> str:
    return (
        f"{counts.orders} orders with {counts.lines} lines, {counts.cancelled} cancelled, "
        f"{counts.shipments} shipments, {counts.packages} packages, {counts.doubled} doubled"
    )


def _late(late: LateLine) -> tuple[object, ...]:
    order, line = late.order, late.line
    return (
        order.number,
        getattr(order, "customer_name", None) or getattr(order, "customer", ""),
        getattr(order, "customer_po", ""),
        line.position,
        line.product,
        amount(line.quantities.open),
        line.requested or order.requested,
        late.days,
    )


def summary(terminal: Terminal, outcome: Outcome) -> None:
    """The end: counts, values, files, and whether every promise was kept."""
    seen = outcome.seen
    terminal.say("\n[bold]Summary[/]")
    if seen is not None:
        status = ", ".join(
            f"{number} {status.value.replace('_', ' ')}" for status, number in sorted(seen.by_status.items())
        )
        values = ", ".join(f"{value:,.2f} {currency}" for currency, value in sorted(seen.value.items()))
        late_orders = len({each.order.id for each in seen.late})
        told = (
            ("orders", f"{seen.orders} ({status})"),
            ("net value of what is not cancelled", values or "none"),
            ("late", f"{len(seen.late)} lines of {late_orders} orders"),
            (
                "counted in the database by a second connection",
                _counted(outcome.after),
            ),
            ("files", ", ".join(str(path) for path in outcome.files)),
            ("time", f"{outcome.seconds:.1f} seconds"),
        )
        terminal.table("", ["", ""], told)
    if outcome.again:
        added = outcome.after.orders - outcome.before.orders
        terminal.say(
            f"This was not the first run here: {outcome.before.orders} orders and {outcome.before.shipments} shipments "
            f"before, {outcome.after.orders} and {outcome.after.shipments} now; "
            f"{'nothing was doubled' if not outcome.after.doubled else 'SOMETHING IS DOUBLED'}"
            f"{'' if not added else f', {added} added'}."
        )
    for what in outcome.broken:
        terminal.note(f"[bold red]Not kept:[/] {safe(what)}")
    if outcome.broken:
        terminal.note(f"[bold red]{len(outcome.broken)} promise(s) were not kept.[/]")
    elif outcome.book is not None:
        terminal.say(
            "[bold green]Every planted fault was found at its cell, no good row was refused, nothing stands twice.[/]"
        )
    terminal.say("Look around: erp-connect orders list --target sqlite:///orders.db")


def as_plain(outcome: Outcome) -> dict[str, Any]:
    """The summary for machines."""
    first, fixed, third, seen = outcome.first, outcome.fixed, outcome.third, outcome.seen
    cells = found_at(first.findings) if first is not None else {}
    return {
        "kept": not outcome.broken,
        "broken": outcome.broken,
        "run_before": outcome.again,
        "planted": [
            {
                "cell": fault.cell,
                "code": fault.kind.code,
                "kind": fault.kind.name,
                "found": fault.kind.code in cells.get(fault.cell, ()),
            }
            for fault in (outcome.book.faults if outcome.book else ())
        ],
        "imports": [
            {
                "file": report.file.name,
                "created": len(report.created),
                "already_there": len(report.already_there),
                "not_imported": len(report.not_imported),
            }
            for report in (first, fixed, third)
            if report is not None
        ],
        "done": dict(outcome.deeds.done),
        "replayed": outcome.deeds.replayed,
        "orders": None if seen is None else seen.orders,
        "by_status": {} if seen is None else {each.value: number for each, number in seen.by_status.items()},
        "net": {} if seen is None else dict(seen.value),
        "late_lines": None if seen is None else len(seen.late),
        "database": outcome.after,
        "files": outcome.files,
        "seconds": outcome.seconds,
    }
