"""Where the command line speaks: results on stdout, everything else on stderr.

With ``--json`` nothing but JSON goes to stdout.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ..errors import ErpConnectError
from .json_output import as_text, error_as_plain

__all__ = ["Terminal", "safe"]

STREAMED: Final = "the array on stdout is complete as far as it goes"
_WIDTH_OF_A_PIPE: Final = 200
"""Columns where nobody tells the width: wide enough that no number is cut."""

Step = Callable[[int, int | None], None]
"""How far a piece of work is: so many of so many."""


def safe(value: object) -> str:
    """A text from an ERP or a file, so that a terminal neither obeys nor restyles it."""
    text = "" if value is None else str(value)
    if not text.isprintable():
        text = "".join(
            char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text
        )
    # A backslash at the end would swallow the markup that follows it.
    return escape(text) if not text.endswith("\\") else escape(text + " ")


@dataclass(frozen=True, slots=True)
class Terminal:
    """One command's voice: for people, or (``json``) for machines."""

    json: bool = False

    def result(self, value: object) -> None:
        """The result for machines: one JSON document; does nothing for people."""
        if self.json:
            sys.stdout.write(as_text(value))

    def stream(self, values: Iterable[object]) -> None:
        """Many results for machines, with flat memory: one JSON array, which is whole even after an error."""
        sys.stdout.write("[")
        between = ""
        try:
            for value in values:
                sys.stdout.write(between + as_text(value))
                between = ","
        except ErpConnectError as error:
            error.add_note(STREAMED)
            raise
        finally:
            sys.stdout.write("]\n")

    def say(self, text: str) -> None:
        """A line of the result for people, with markup; quote foreign texts with ``safe``."""
        if not self.json:
            self._out().print(text, highlight=False, soft_wrap=True)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table of the result for people; every cell is quoted, columns that begin with ``>`` hold numbers."""
        if self.json:
            return
        table = Table(title=title or None, title_justify="left", title_style="bold")
        for name in columns:
            table.add_column(
                name.lstrip(">"), justify="right" if name.startswith(">") else "left", overflow="fold"
            )
        for row in rows:
            table.add_row(*(safe(cell) for cell in row))
        self._out().print(table)

    def note(self, text: str) -> None:
        """A line for people beside the result, on stderr, with markup."""
        self._err().print(text, highlight=False, soft_wrap=True)

    def failure(self, error: ErpConnectError) -> None:
        """An error, without a traceback: message, place, hint and code; for machines a JSON document.

        That goes to stderr where stdout has a JSON array already.
        """
        if self.json:
            begun = STREAMED in getattr(error, "__notes__", ())
            (sys.stderr if begun else sys.stdout).write(as_text({"error": error_as_plain(error)}))
            return
        place = f" at {safe(error.place)}" if error.place else ""
        self.note(f"[bold red]Error:[/] {safe(error.message)}{place} [dim]({safe(error.code)})[/]")
        for finding in getattr(error, "findings", ()):
            self.note(f"  {safe(finding.path)}: {safe(finding.message)} [dim]({safe(finding.code)})[/]")
            if finding.fix:
                self.note(f"    {safe(finding.fix)}")
        if error.hint:
            self.note(f"[bold]What to do:[/] {safe(error.hint)}")
        if error.retry_after:
            self.note(f"Wait {error.retry_after:.0f} seconds before you try again.")

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> Iterator[Step]:
        """A bar on stderr while work is done; nothing where stderr is no terminal."""
        console = self._err()
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        with bar:
            task = bar.add_task(escape(what), total=total)
            yield lambda done, of: bar.update(task, completed=done, total=of)

    @staticmethod
    def _out() -> Console:
        # Made anew each time: whoever redirects stdout is followed.
        console = Console(file=sys.stdout)
        if not console.is_terminal:
            console.width = _WIDTH_OF_A_PIPE
        return console

    @staticmethod
    def _err() -> Console:
        console = Console(stderr=True)
        if not console.is_terminal:
            console.width = _WIDTH_OF_A_PIPE
        return console
