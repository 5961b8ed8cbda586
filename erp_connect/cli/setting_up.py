"""``init`` and ``capabilities``: before the first order."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from ..adapters.contract import OPERATIONS, Capabilities
from ..back_office import BackOffice, CompanySettings
from ..back_office import init as make_company
from ..client import Client
from ..client import capabilities as static_capabilities
from ..errors import UnsupportedOperation
from .options import AsJson, Settings, TargetArgument, TargetOption, opened, settings_of, target_of
from .terminal import Terminal, safe

__all__ = ["capabilities", "init"]

_BACKORDERS: Final = {"allow": True, "forbid": False}


def init(
    target: Annotated[
        str,
        typer.Argument(metavar="URL", help="The database, e.g. sqlite:///orders.db, or a profile's name."),
    ],
    company: Annotated[str | None, typer.Option(help="The company's name.")] = None,
    currency: Annotated[
        str | None, typer.Option(help="Its currency, for what has none of its own: an ISO 4217 code.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Its time zone, e.g. Europe/Berlin; default UTC.")
    ] = None,
    rounding: Annotated[
        str | None, typer.Option(metavar="line|document", help="Where amounts are rounded; default line.")
    ] = None,
    backorders: Annotated[
        str | None,
        typer.Option(
            metavar="allow|forbid", help="Whether more may be ordered than there is; default allow."
        ),
    ] = None,
    credit: Annotated[
        str | None,
        typer.Option(
            metavar="refuse|hold", help="What becomes of an order above the credit limit; default refuse."
        ),
    ] = None,
    change: Annotated[
        bool, typer.Option("--change", help="Put these settings in the place of those that a company has.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make our own tables in a SQL database, or bring them up to date, and show the company's settings.

    Harmless to run twice: a company that is there keeps its settings, unless --change is given.
    """
    terminal = Terminal(as_json)
    if backorders is not None and backorders not in _BACKORDERS:
        raise typer.BadParameter("backorders are to allow or to forbid", param_hint="'--backorders'")
    answers: dict[str, Any] = {
        "company": company,
        "currency": currency,
        "timezone": timezone,
        "rounding": rounding,
        "backorders": None if backorders is None else _BACKORDERS[backorders],
        "credit": credit,
    }
    info = make_company(target, **answers, change=change)
    terminal.result(info)
    terminal.say(f"Ready: schema version {info.schema_version}, system {info.uuid}.")
    terminal.say(f"The company: {_told(info.settings)}.")
    kept = [name for name, said in answers.items() if said is not None and said != getattr(info, name)]
    if kept:
        terminal.note(
            f"[bold]Not changed:[/] {', '.join(kept)}. The company was there before and keeps its settings; "
            "give --change to change them."
        )


def _told(settings: CompanySettings) -> str:
    return ", ".join(
        (
            safe(settings.company or "(no name)"),
            f"currency {safe(settings.currency or '(none)')}",
            f"time zone {safe(settings.timezone)}",
            f"rounds each {settings.rounding}" if settings.rounding == "line" else "rounds the document",
            f"backorders {'allowed' if settings.backorders else 'forbidden'}",
            f"above the credit limit orders are {'held' if settings.credit == 'hold' else 'refused'}",
        )
    )


def capabilities(
    target: TargetArgument = None,
    target_option: TargetOption = None,
    book: Annotated[
        str | None, typer.Option(help="Only the operations of this book, e.g. orders, customers, shipments.")
    ] = None,
    fields: Annotated[bool, typer.Option("--fields", help="Also list the fields with limits.")] = False,
    connected: Annotated[
        bool, typer.Option("--connect", help="Ask the system itself; otherwise nothing is sent.")
    ] = False,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Show what a system can do, operation by operation, before the first write."""
    terminal = Terminal(as_json)
    named = target_of(target, target_option)
    if connected:
        with opened(named, settings) as erp:
            known, company = erp.capabilities, _company(erp)
    else:
        company = None
        known = static_capabilities(named, **settings_of(settings))
    names = [name for name in OPERATIONS if book is None or name.partition(".")[0] == book]
    if not names:
        books = ", ".join(dict.fromkeys(name.partition(".")[0] for name in OPERATIONS))
        raise typer.BadParameter(f"there is no such book; books are {books}", param_hint="'--book'")
    terminal.result(_plain(known, names) | ({"company": company} if company else {}))
    if company is not None:
        terminal.say(f"The company: {_told(company)}.")
    terminal.table(
        f"{known.system}: what it can do ({'asked' if known.discovered else 'at most, not asked'})",
        ["operation", "support", ">calls", "holds to the version", "why"],
        (
            (
                name,
                known.support(name).value,
                *_cost(known, name),
                known.conditional(name).value,
                known.why(name) or "",
            )
            for name in names
        ),
    )
    if fields:
        terminal.table(
            "Fields with limits; every other field is held as it is",
            ["field", "support", ">characters", "stored as", "why"],
            (
                (path, each.support.value, each.max_length or "", each.normalisation or "", each.why or "")
                for path, each in sorted(known.fields.items())
            ),
        )


def _company(erp: Client) -> CompanySettings | None:
    """The settings of a company of our own; ``None`` where an ERP has them."""
    try:
        return BackOffice(erp).settings
    except UnsupportedOperation:
        return None


def _cost(known: Capabilities, name: str) -> tuple[str]:
    if known.support(name).value == "none":
        return ("",)
    cost = known.cost(name)
    return (f"{cost.calls + cost.read_back}" + (f" + {cost.per_line} a line" if cost.per_line else ""),)


def _plain(known: Capabilities, names: list[str]) -> dict[str, object]:
    return {
        "system": known.system,
        "discovered": known.discovered,
        "on_cancel": known.on_cancel,
        "on_cancel_line": known.on_cancel_line,
        "backorders": known.backorders,
        "max_lines": known.max_lines,
        "operations": {name: known.operation(name) for name in names},
        "fields": dict(known.fields),
        "stamps": dict(known.stamps),
    }
