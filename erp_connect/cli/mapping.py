"""``map``: from a database that nobody has described to a draft of its mapping file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..adapters.registry import resolve
from ..adapters.schemes import speaks_sql
from ..errors import ConfigurationError
from .options import AsJson, Settings, settings_of
from .terminal import Terminal

__all__ = ["map_"]


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
