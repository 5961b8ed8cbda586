"""``map`` and ``doctor``: from a database that nobody has described to a mapping file that tells the truth."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..adapters.contract import Listing, Support
from ..adapters.registry import resolve
from ..adapters.schemes import speaks_sql
from ..errors import ConfigurationError
from .exit_codes import ExitCode
from .options import AsJson, Settings, settings_of
from .terminal import Terminal, safe
from .verb import end

__all__ = ["doctor", "map_"]


def map_(
    target: Annotated[
        str,
        typer.Argument(
            metavar="URL", help="The database, e.g. postgresql://user@host/erp, or a profile's name."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write the draft; without it, it is shown.")
    ] = None,
    schema: Annotated[
        str | None, typer.Option(help="The schema to look at, where it is not the database's own.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Look at a foreign database and draft its mapping file, with the reason of each guess; writes nothing there.

    Tables, keys and a sample of the rows are read. The draft is a beginning: read it, correct it, and prove it with
    `erp-connect doctor`.
    """
    from ..adapters.mapped.proposing import proposed

    terminal = Terminal(as_json)
    if out is not None and out.exists() and not replace:
        raise ConfigurationError(f"{out} is there already", hint="give another name, or --replace")
    found = resolve(target, settings=settings_of(settings)).target
    if not speaks_sql(found.scheme):
        raise ConfigurationError(
            f"map looks at a SQL database, and {found.scheme}:// is none",
            hint="systems of other kinds need no mapping file",
        )
    text = proposed(found, schema=schema)
    if out is None:
        if as_json:
            terminal.result({"mapping": text})
        else:
            typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    terminal.note(
        f"A draft stands in {out}. Read and correct it, then: erp-connect doctor {found.masked} --mapping {out}"
    )
    if as_json:
        terminal.result({"file": str(out)})


def doctor(
    target: Annotated[
        str, typer.Argument(metavar="URL", help="The database that is mapped, or a profile's name.")
    ],
    mapping: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The mapping file, where URL or profile do not name it."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many orders are looked at.")] = 500,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Examine a mapping: does it read what stands there, do the amounts agree, and can orders be found quickly?

    Where the connection may write (--set writable=yes), an order is written, changed and cancelled as well, in a
    transaction that is rolled back; numbers out of a sequence stay used. Ends with 1 when something is wrong or
    looks wrong.
    """
    from ..adapters.mapped.adapter import MappedAdapter
    from ..adapters.mapped.examining import examined
    from ..adapters.mapped.rehearsing import rehearsed

    terminal = Terminal(as_json)
    given = settings_of(settings) | ({"mapping": mapping} if mapping is not None else {})
    found = resolve(target, settings=given)
    if not issubclass(found.adapter_class, MappedAdapter):
        raise ConfigurationError("doctor examines a mapping, and none is named", hint="give --mapping FILE")
    adapter = found.adapter_class(found.target)
    try:
        adapter.open()
        symptoms = list(examined(adapter, limit=limit))
        readable = adapter.capabilities.support("orders.list") is not Support.NONE
        if readable and all(each.severity != "error" for each in symptoms):
            symptoms += rehearsed(adapter, adapter.orders.list(Listing(limit=limit)))
    finally:
        adapter.close()
    terminal.result([asdict(each) for each in symptoms])
    terminal.table(
        "What the mapping's doctor says",
        ("", "where", "what", "what to do"),
        [(each.severity, safe(each.path), safe(each.said), safe(each.advice)) for each in symptoms],
    )
    if not symptoms:
        terminal.say("Nothing is wrong that can be seen from here.")
    end(ExitCode.REFUSED if any(each.severity != "hint" for each in symptoms) else ExitCode.OK)
