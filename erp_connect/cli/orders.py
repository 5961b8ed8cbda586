"""``orders check|create|show|list|track|history``: looking at orders, and writing new ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ..client import Client
from ..keys import by_customer_po
from ..models import BatchResult, Finding, HistoryEntry, Order, OrderDraft, OrderStatus, Severity
from .drafts import day, draft_of, drafts_in, instant
from .exit_codes import ExitCode, exit_code_of, worst
from .importing import check_file, is_sheet
from .options import AsJson, Key, OrderName, Settings, Target, named_order, opened
from .showing import show_findings, show_order, show_receipt, show_tracking, shown
from .terminal import Terminal, safe
from .verb import end

__all__ = ["check", "create", "history", "list_", "show", "show_history", "track"]

DraftFile = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="A JSON file with a draft or a list of drafts; - reads stdin."),
]
Customer = Annotated[str | None, typer.Option(help="The customer's number.")]
CustomerPo = Annotated[str | None, typer.Option("--po", help="The customer's own order number.")]
Currency = Annotated[str | None, typer.Option(help="The order's currency: an ISO 4217 code.")]
Lines = Annotated[
    list[str] | None,
    typer.Option(
        "--line",
        metavar="LINE",
        help="PRODUCT:QUANTITY:UNIT, or PRODUCT:QUANTITY:UNIT@PRICE; once for each line.",
    ),
]
Requested = Annotated[
    str | None, typer.Option(metavar="DATE", help="The delivery date asked for: 2026-12-31.")
]
ShipTo = Annotated[str | None, typer.Option(metavar="JSON", help="A delivery address as JSON, or @FILE.")]
Notes = Annotated[list[str] | None, typer.Option("--note", help="A note for people; may be repeated.")]


def check(
    target: Target,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="A JSON file of drafts, a workbook or a csv file; - reads JSON from stdin."
        ),
    ] = None,
    customer: Customer = None,
    customer_po: CustomerPo = None,
    currency: Currency = None,
    lines: Lines = None,
    requested: Requested = None,
    ship_to: ShipTo = None,
    notes: Notes = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Say what speaks against orders; nothing is written."""
    terminal = Terminal(as_json)
    if file is not None and is_sheet(file):
        with opened(target, settings) as erp:
            report = check_file(erp, file, terminal)
        found: Sequence[Finding] = report.findings
    else:
        drafts = _drafts(file, customer, customer_po, currency, lines, requested, ship_to, notes)
        with opened(target, settings) as erp:
            found = _checked(erp, drafts)
    terminal.result({"findings": found, "errors": _errors(found)})
    show_findings(terminal, found)
    end(ExitCode.REFUSED if _errors(found) else ExitCode.OK)


def _checked(erp: Client, drafts: Sequence[OrderDraft]) -> list[Finding]:
    from dataclasses import replace

    found: list[Finding] = []
    for index, draft in enumerate(drafts):
        root = f"orders[{index}]" if len(drafts) > 1 else "order"
        found += [
            replace(each, path=f"{root}.{each.path}" if each.path else root)
            for each in erp.orders.check(draft)
        ]
    return found


def _errors(found: Sequence[Finding]) -> int:
    return sum(finding.severity is Severity.ERROR for finding in found)


def _drafts(
    file: Path | None,
    customer: str | None,
    customer_po: str | None,
    currency: str | None,
    lines: list[str] | None,
    requested: str | None,
    ship_to: str | None,
    notes: list[str] | None,
) -> list[OrderDraft]:
    described = any((customer, customer_po, currency, lines, requested, ship_to, notes))
    if file is not None:
        if described:
            raise typer.BadParameter("give a file or the order itself, not both", param_hint="'FILE'")
        return drafts_in(file)
    return [
        draft_of(
            customer,
            customer_po,
            currency,
            lines or (),
            requested=None if requested is None else day(requested, "--requested"),
            ship_to=ship_to,
            notes=notes or (),
        )
    ]


def create(
    target: Target,
    file: DraftFile = None,
    customer: Customer = None,
    customer_po: CustomerPo = None,
    currency: Currency = None,
    lines: Lines = None,
    requested: Requested = None,
    ship_to: ShipTo = None,
    notes: Notes = None,
    key: Key = None,
    allow_loss: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD", help="A field whose value may be lost, e.g. order.notes; may be repeated."
        ),
    ] = None,
    accept_price: Annotated[
        bool, typer.Option("--accept-price", help="Write although an expected price is not the system's.")
    ] = False,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Create one order, or each order of a file, exactly once.

    Without --key the customer and the PO number are the key, so that the same command may be run again.
    """
    terminal = Terminal(as_json)
    drafts = _drafts(file, customer, customer_po, currency, lines, requested, ship_to, notes)
    if key is not None and len(drafts) > 1:
        raise typer.BadParameter("one key names one order; the file has several", param_hint="'--key'")
    losses = tuple(allow_loss or ())
    with opened(target, settings) as erp:
        if len(drafts) == 1:
            receipt = erp.orders.create(
                drafts[0],
                key=key or _key(drafts[0]),
                allow_loss=losses,
                on_price_mismatch="accept" if accept_price else "refuse",
            )
            terminal.result(receipt)
            show_receipt(terminal, receipt, "Created")
            return
        if accept_price:
            raise typer.BadParameter("this is decided order by order", param_hint="'--accept-price'")
        with terminal.progress("Creating orders", len(drafts)) as step:
            result = erp.orders.create_many(drafts, by_customer_po, progress=step, allow_loss=losses)
    _tell_batch(terminal, result)


def _key(draft: OrderDraft) -> str | None:
    return None if draft.customer_po is None else by_customer_po(draft)


def _tell_batch(terminal: Terminal, result: BatchResult[Order]) -> None:
    terminal.result(
        {
            "succeeded": result.succeeded,
            "failed": [{"index": each.index, "key": each.key, "error": each.error} for each in result.failed],
        }
    )
    for receipt in result.succeeded:
        show_receipt(terminal, receipt, "Created")
    for failure in result.failed:
        terminal.note(f"[bold]{safe(failure.key)}[/]")
        if not terminal.json:
            terminal.failure(failure.error)
    end(worst(exit_code_of(failure.error) for failure in result.failed))


def show(order: OrderName, target: Target, settings: Settings = None, as_json: AsJson = False) -> None:
    """Show an order as it stands now."""
    terminal = Terminal(as_json)
    with opened(target, settings) as erp:
        found = named_order(erp, order)
    terminal.result(found)
    show_order(terminal, found)


def list_(
    target: Target,
    status: Annotated[
        list[OrderStatus] | None, typer.Option(help="Only orders that stand like this; may be repeated.")
    ] = None,
    customer: Customer = None,
    ordered_from: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Ordered on this day or later.")
    ] = None,
    ordered_to: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Ordered on this day or earlier.")
    ] = None,
    modified_since: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Changed since, with a zone: 2026-12-31T08:00+01:00."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=0, help="At most so many.")] = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """List orders, one after the other, however many there are."""
    terminal = Terminal(as_json)
    since = None if modified_since is None else instant(modified_since, "--modified-since")
    with opened(target, settings) as erp:
        orders = erp.orders.list(
            modified_since=since,
            ordered_from=None if ordered_from is None else day(ordered_from, "--from"),
            ordered_to=None if ordered_to is None else day(ordered_to, "--to"),
            status=status or None,
            customer=customer,
            limit=limit,
        )
        if terminal.json:
            terminal.stream(orders)
            return
        rows = [_row(order) for order in orders]
    terminal.table(
        f"{len(rows)} order(s)",
        ["order", "customer", "PO", "ordered", "requested", ">lines", ">net", "status", "in time"],
        rows,
    )


def _row(order: Order) -> tuple[object, ...]:
    return (
        order.number or order.id,
        order.customer,
        order.customer_po or "",
        order.order_date or "",
        order.requested or "",
        len(order.lines),
        shown(order.net),
        order.status.value,
        order.timeliness.value,
    )


def track(order: OrderName, target: Target, settings: Settings = None, as_json: AsJson = False) -> None:
    """Show where an order is: lines, shipments with tracking numbers, dates, and what is late."""
    terminal = Terminal(as_json)
    with opened(target, settings) as erp:
        found = erp.orders.track(named_order(erp, order))
    terminal.result(found)
    show_tracking(terminal, found)


def history(order: OrderName, target: Target, settings: Settings = None, as_json: AsJson = False) -> None:
    """Show who changed an order through this journal, when and why."""
    terminal = Terminal(as_json)
    with opened(target, settings) as erp:
        found = erp.history(named_order(erp, order))
    terminal.result(found)
    show_history(terminal, found)


def show_history(terminal: Terminal, found: Sequence[HistoryEntry]) -> None:
    """A table of what was done to an order."""
    terminal.table(
        "History",
        ["when", "what", "how it ended", "who", "why", "changed", "key"],
        (
            (
                f"{entry.at:%Y-%m-%d %H:%M:%S} UTC",
                entry.operation,
                entry.state,
                entry.actor or "",
                entry.reason or "",
                "; ".join(
                    f"{path.removeprefix('order.')}: {shown((entry.before or {}).get(path))} -> {shown(new)}"
                    for path, new in (entry.after or {}).items()
                ),
                entry.key,
            )
            for entry in found
        ),
    )
