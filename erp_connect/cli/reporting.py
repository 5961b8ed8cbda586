"""``report``: what the orders of a system come to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..models import OrderStatus
from ..reports import OrderReport, order_report, write_workbook
from ..reports.terminal import TOP, text_tables
from ..reports.workbook import check_workbook_path
from .drafts import day
from .options import AsJson, Settings, TargetArgument, TargetOption, opened, target_of
from .terminal import Terminal, safe

__all__ = ["report"]


def report(
    target: TargetArgument = None,
    target_option: TargetOption = None,
    ordered_from: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Ordered on this day or later.")
    ] = None,
    ordered_to: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Ordered on this day or earlier.")
    ] = None,
    status: Annotated[
        list[OrderStatus] | None, typer.Option(help="Only orders that stand like this; may be repeated.")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="The customer's number.")] = None,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a workbook with tables and charts as well.")
    ] = None,
    top: Annotated[
        int, typer.Option(min=1, help="How many customers, products and late orders the tables show.")
    ] = TOP,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Add up the orders: volume and value by status, lateness, customer, product, day and week, per currency."""
    terminal = Terminal(as_json)
    first = None if ordered_from is None else day(ordered_from, "--from")
    last = None if ordered_to is None else day(ordered_to, "--to")
    if xlsx is not None:
        check_workbook_path(xlsx)
    with (
        opened(target_of(target, target_option), settings) as erp,
        terminal.progress("Reading orders") as step,
    ):
        found = order_report(
            erp,
            ordered_from=first,
            ordered_to=last,
            status=status or None,
            customer=customer,
            progress=step,
        )
    if xlsx is not None:
        write_workbook(found, xlsx)
    terminal.result(found)
    _tell(terminal, found, top)
    if xlsx is not None:
        terminal.say(f"Workbook: {safe(xlsx)}")


def _tell(terminal: Terminal, found: OrderReport, top: int) -> None:
    if terminal.json:
        return
    for table in text_tables(found, top=top, block=_block()):
        terminal.table(table.title, table.heads, table.rows)
        if table.note is not None:
            terminal.say(f"[dim]{safe(table.note)}[/]")


def _block() -> str:
    """What bars are made of: a full block where the output's encoding has one."""
    block = "\N{FULL BLOCK}"
    try:
        block.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "#"
    return block
