"""``journal``, and ``journal list|open|show|resolve|recover|prune|export``: what was wished, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import ConfigurationError, JournalUnavailable
from ..journal import Entry
from ..journal.journal import RETENTION_DAYS
from .exit_codes import ExitCode
from .options import AsJson, Settings, Target, opened
from .terminal import Terminal, safe
from .verb import end

__all__ = ["export", "list_", "open_", "prune", "recover", "resolve", "show", "unsettled"]

KeyName = Annotated[str, typer.Argument(metavar="KEY", help="The key that the write was made under.")]


def list_(target: Target, settings: Settings = None, as_json: AsJson = False) -> None:
    """List every write of this system's journal, oldest first."""
    terminal = Terminal(as_json)
    with opened(target, settings) as erp:
        _list(terminal, erp.journal.list(), "Journal")


def open_(target: Target, settings: Settings = None, as_json: AsJson = False) -> None:
    """List the writes whose end nobody knows, and those of which only a part stands; ends with 6 if there are any."""
    found = _open(target, settings, as_json)
    end(ExitCode.OUTCOME_UNKNOWN if found else ExitCode.OK)


def unsettled(target: Target, settings: Settings = None, as_json: AsJson = False) -> None:
    """List the writes that are not settled, as `journal open` does, and end with 0: a look is no alarm."""
    _open(target, settings, as_json)


def _open(target: str, settings: list[str] | None, as_json: bool) -> bool:
    terminal = Terminal(as_json)
    with opened(target, settings) as erp:
        found = _list(terminal, erp.journal.open(), "Open writes")
    if found:
        terminal.note("Settle them with `erp-connect journal recover`; what stays needs `journal resolve`.")
    return found > 0


def _list(terminal: Terminal, entries: Iterable[Entry], title: str) -> int:
    """Show entries, and say how many; what could be read of a damaged journal is shown before the error."""
    if terminal.json:
        read = count()
        terminal.stream(_told(entry) for entry, _ in zip(entries, read, strict=False))
        return next(read)
    rows: list[tuple[str, ...]] = []
    damage: JournalUnavailable | None = None
    try:
        for entry in entries:
            rows.append(_row(entry))  # noqa: PERF401 (what came before an error stays)
    except JournalUnavailable as failure:
        damage = failure
    if rows or damage is None:
        terminal.table(f"{title}: {len(rows)}", ["when", "key", "what", "state", "order", "who", "why"], rows)
    if damage is not None:
        raise damage
    return len(rows)


def _row(entry: Entry) -> tuple[str, ...]:
    return (
        f"{entry.created_at:%Y-%m-%d %H:%M:%S} UTC",
        entry.key,
        entry.operation,
        entry.state.value,
        entry.number or entry.entity_id or "",
        entry.actor or "",
        entry.reason or "",
    )


def _told(entry: Entry) -> dict[str, Any]:
    """An entry without the payload, which holds customers' data; ``journal show`` and ``export`` have it."""
    names = ("key", "operation", "state", "entity_id", "number", "party", "actor", "reason")
    times = ("created_at", "sent_at", "settled_at")
    return {name: getattr(entry, name) for name in (*names, *times)}


def show(key: KeyName, target: Target, settings: Settings = None, as_json: AsJson = False) -> None:
    """Show all that is remembered of one write."""
    terminal = Terminal(as_json)
    with opened(target, settings) as erp:
        entry = erp.journal.show(key)
    terminal.result(
        {**_told(entry), "payload": entry.payload, "before": entry.before, "result": entry.result}
    )
    terminal.table(
        f"Key {safe(entry.key)}",
        ["", ""],
        ((name.replace("_", " "), value) for name, value in _told(entry).items() if value is not None),
    )


def resolve(
    key: KeyName,
    target: Target,
    order: Annotated[
        str | None, typer.Option(metavar="ID", help="It stands in the system as the order with this id.")
    ] = None,
    never_written: Annotated[
        bool,
        typer.Option(
            "--never-written", help="It does not exist there: the key is free to run again. Be sure of it."
        ),
    ] = False,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Settle an open write by a person's word: it stands as an order, or it was never written."""
    if (order is None) != never_written:
        raise typer.BadParameter("say either --order ID or --never-written", param_hint="'--order'")
    terminal = Terminal(as_json)
    with opened(target, settings) as erp:
        entry = erp.journal.resolve(key, order)
    terminal.result(_told(entry))
    terminal.say(f"{safe(key)} is settled: {entry.state.value}.")


def recover(target: Target, settings: Settings = None, as_json: AsJson = False) -> None:
    """Settle what a crash or a lost answer left open, by looking up; nothing is sent.

    Ends with 6 when something stays open.
    """
    terminal = Terminal(as_json)
    with opened(target, settings) as erp:
        report = erp.recover()
    terminal.result(report)
    for what, keys in (
        ("settled", report.settled),
        ("never sent, free to run again", report.reopened),
        ("[red]still unknown[/]", report.unknown),
    ):
        terminal.say(f"{len(keys)} {what}" + (f": {', '.join(map(safe, keys))}" if keys else ""))
    end(ExitCode.OUTCOME_UNKNOWN if report.unknown else ExitCode.OK)


def prune(
    target: Target,
    older_than: Annotated[
        int,
        typer.Option("--older-than", min=0, metavar="DAYS", help="Only what was settled so many days ago."),
    ] = RETENTION_DAYS,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Remove settled writes that are old; open ones stay. A key that is gone guards nothing any more."""
    terminal = Terminal(as_json)
    with opened(target, settings) as erp:
        gone = erp.journal.prune(older_than)
    terminal.result({"removed": gone})
    terminal.say(f"{gone} removed.")


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write; - writes to stdout.")],
    target: Target,
    settings: Settings = None,
) -> None:
    """Write every entry as a line of JSON. The lines hold customers' data.

    Of a damaged journal what can be read is written, before the error.
    """
    with opened(target, settings) as erp:
        if str(file) == "-":
            erp.journal.export(typer.get_text_stream("stdout"))
            return
        try:
            with file.open("x", encoding="utf-8") as out:
                written = erp.journal.export(out)
        except FileExistsError:
            raise ConfigurationError(f"{file} exists already", hint="give another name") from None
        except OSError as error:
            raise ConfigurationError(
                f"{file} cannot be written: {error.strerror}", hint="give a name in a folder that exists"
            ) from None
    Terminal().note(f"{written} entries written to {safe(file)}")
