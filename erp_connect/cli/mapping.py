"""``map`` and ``doctor``: from a system that nobody has described to settings that tell the truth."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..adapters.registry import resolve
from ..adapters.schemes import speaks_sql
from ..adapters.symptoms import Examines
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
        str, typer.Argument(metavar="URL", help="The system, e.g. sap+rfc://user@host, or a profile's name.")
    ],
    mapping: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The mapping file of a database, where URL or profile name none."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many orders are looked at.")] = 500,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Examine what was told of a system: does it read what stands there, and does the system know these codes?

    Of a mapped database: whether the amounts agree, and orders can be found quickly; where the connection may write
    (--set writable=yes), an order is written, changed and cancelled as well, in a transaction that is rolled back;
    numbers out of a sequence stay used. Of SAP over RFC: the site's settings against its customizing, and what this
    user may do. Ends with 1 when something is wrong or looks wrong.
    """
    terminal = Terminal(as_json)
    given = settings_of(settings) | ({"mapping": mapping} if mapping is not None else {})
    found = resolve(target, settings=given)
    if not issubclass(found.adapter_class, Examines):
        raise ConfigurationError(
            "doctor has nothing to hold against this system: nothing is told of it that it could contradict",
            hint="for a database of somebody else's, give --mapping FILE",
        )
    adapter = found.adapter_class(found.target)
    try:
        adapter.open()
        symptoms = list(adapter.examine(limit=limit))
    finally:
        adapter.close()
    terminal.result([asdict(each) for each in symptoms])
    terminal.table(
        "What the doctor says",
        ("", "where", "what", "what to do"),
        [(each.severity, safe(each.path), safe(each.said), safe(each.advice)) for each in symptoms],
    )
    if not symptoms:
        terminal.say("Nothing is wrong that can be seen from here.")
    end(ExitCode.REFUSED if any(each.severity != "hint" for each in symptoms) else ExitCode.OK)
