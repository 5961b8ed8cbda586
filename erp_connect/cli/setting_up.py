"""``init`` and ``capabilities``: before the first order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..adapters.contract import OPERATIONS, Capabilities
from ..client import capabilities as static_capabilities
from ..errors import ConfigurationError
from .options import AsJson, Settings, TargetArgument, TargetOption, opened, settings_of, target_of
from .terminal import Terminal, safe

if TYPE_CHECKING:
    from ..adapters.sql.system import SystemInfo

__all__ = ["capabilities", "init", "prepare_database"]


def init(
    target: Annotated[
        str,
        typer.Argument(metavar="URL", help="The database, e.g. sqlite:///orders.db, or a profile's name."),
    ],
    company: Annotated[str | None, typer.Option(help="The company's name.")] = None,
    currency: Annotated[str | None, typer.Option(help="Its currency: an ISO 4217 code.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Its time zone, e.g. Europe/Berlin; default UTC.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make our own tables in a SQL database, or bring them up to date; harmless to run twice."""
    terminal = Terminal(as_json)
    info = prepare_database(target, company=company, currency=currency, timezone=timezone)
    terminal.result(info)
    terminal.say(
        f"Ready: schema version {info.schema_version}, company {safe(info.company or '(no name)')}, "
        f"time zone {safe(info.timezone)}, system {info.uuid}."
    )


def prepare_database(
    target: str, *, company: str | None = None, currency: str | None = None, timezone: str | None = None
) -> SystemInfo:
    """Make or migrate the tables behind a URL or profile; ``ConfigurationError`` for what is no SQL database."""
    from ..adapters.registry import resolve
    from ..adapters.schemes import speaks_sql

    found = resolve(target).target
    if not speaks_sql(found.scheme):
        raise ConfigurationError(
            f"init makes tables in a SQL database, and {found.scheme}:// is none",
            hint="a system of another kind needs no init; for our own schema give e.g. sqlite:///orders.db",
        )
    from ..adapters.sql.migrate import init as make_tables

    return make_tables(found.url, company=company, currency=currency, timezone=timezone)


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
            known = erp.capabilities
    else:
        known = static_capabilities(named, **settings_of(settings))
    names = [name for name in OPERATIONS if book is None or name.partition(".")[0] == book]
    if not names:
        books = ", ".join(dict.fromkeys(name.partition(".")[0] for name in OPERATIONS))
        raise typer.BadParameter(f"there is no such book; books are {books}", param_hint="'--book'")
    terminal.result(_plain(known, names))
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
