"""The commands put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

import typer
from typer.core import TyperGroup

from . import (
    importing,
    journal,
    loading,
    mapping,
    mock,
    order_changes,
    orders,
    reporting,
    setting_up,
    sheets,
    signing_in,
)
from .demo import demo
from .exit_codes import MEANINGS
from .verb import BARE, BareGroup, Verb

__all__ = ["app"]

_EPILOG = "Exit codes: " + "  ".join(f"{code.value} {code.name.lower()}" for code in MEANINGS)

app = typer.Typer(
    name="erp-connect",
    help="Create, amend, cancel and track orders in any ERP: exactly once, with a receipt for every write.",
    epilog=_EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # they would show the values of local variables
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("erp-connect"))
        raise typer.Exit


@app.callback()
def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


app.command("demo", cls=Verb)(demo)
app.command("init", cls=Verb)(setting_up.init)
app.command("capabilities", cls=Verb)(setting_up.capabilities)
app.command("login", cls=Verb)(signing_in.login)
app.command("map", cls=Verb)(mapping.map_)
app.command("doctor", cls=Verb)(mapping.doctor)
app.command("load", cls=Verb)(loading.load)
app.command("template", cls=Verb)(sheets.template)
app.command("import", cls=Verb)(importing.import_)
app.command("report", cls=Verb)(reporting.report)


def _group(
    name: str, help: str, commands: Mapping[str, Callable[..., None]], bare: Callable[..., None] | None = None
) -> None:
    """A group of commands; ``bare`` is what its name alone does, instead of showing the help."""
    group = typer.Typer(
        help=help, no_args_is_help=bare is None, cls=TyperGroup if bare is None else BareGroup
    )
    if bare is not None:
        group.command(BARE, cls=Verb, hidden=True)(bare)
    for verb, command in commands.items():
        group.command(verb, cls=Verb)(command)
    app.add_typer(group, name=name)


_group(
    "orders",
    "Look at orders, write and change them.",
    {
        "check": orders.check,
        "create": orders.create,
        "show": orders.show,
        "list": orders.list_,
        "amend": order_changes.amend,
        "cancel": order_changes.cancel,
        "track": orders.track,
        "history": orders.history,
    },
)
_group(
    "export",
    "Write orders and shipments to workbooks and csv files.",
    {"orders": sheets.orders, "shipments": sheets.shipments},
)
_group(
    "mock",
    "Serve a mock ERP, to develop and test against.",
    {"sap": mock.sap, "dynamics": mock.dynamics, "sage": mock.sage},
)
_group(
    "journal",
    "What was wished through this system's journal, and what became of it. Without a command: what is not settled.",
    {
        "list": journal.list_,
        "open": journal.open_,
        "show": journal.show,
        "resolve": journal.resolve,
        "recover": journal.recover,
        "prune": journal.prune,
        "export": journal.export,
    },
    bare=journal.unsettled,
)
