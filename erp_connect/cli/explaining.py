"""``import --explain``: which column is taken for what, and why, before anything is imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..documents import ColumnMatch, OrderSheet, RowsLeftOut, UnknownColumn
from ..documents.left_out import rows_said
from ..models import Finding
from .exit_codes import ExitCode
from .showing import show_findings
from .terminal import Terminal, safe

__all__ = ["Explanation", "explain", "tell_explanation", "tell_left_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How a sheet is read; nothing was sent anywhere."""

    file: Path
    sheet: str | None
    header_row: int
    columns: tuple[ColumnMatch, ...]
    unknown_columns: tuple[UnknownColumn, ...]
    left_out: tuple[RowsLeftOut, ...]
    other_sheets: tuple[str, ...]
    orders: int
    """Orders that can be checked against a system."""
    refused: int
    """Orders with a wrong cell."""
    findings: tuple[Finding, ...]
    profile: Path | None = None
    """Where it was saved."""

    @property
    def exit_code(self) -> ExitCode:
        """Refused, where a person has to correct something."""
        return ExitCode.REFUSED if self.refused else ExitCode.OK


def explain(sheet: OrderSheet[Any], saved: Path | None) -> Explanation:
    """The explanation of a sheet that was read."""
    return Explanation(
        file=sheet.path,
        sheet=sheet.sheet,
        header_row=sheet.layout.row,
        columns=sheet.matches,
        unknown_columns=sheet.unknown_columns,
        left_out=sheet.left_out,
        other_sheets=sheet.other_sheets,
        orders=len(sheet.orders),
        refused=len(sheet.refused),
        findings=sheet.issues,
        profile=saved,
    )


def tell_explanation(terminal: Terminal, told: Explanation) -> None:
    """The same for people."""
    where = f", sheet {told.sheet}" if told.sheet else ""
    terminal.say(f"{safe(told.file.name)}{safe(where)}: the headings stand in row {told.header_row}.")
    terminal.table(
        "Columns",
        ["place", "heading", "is read as", "because"],
        (
            (match.place.cell or match.place, match.heading, match.title, "; ".join(match.reasons))
            for match in told.columns
        ),
    )
    if told.unknown_columns:
        terminal.table(
            "Not read",
            ["place", "heading", "perhaps"],
            (
                (column.place.cell or column.place, column.heading, " or ".join(column.suggestions))
                for column in told.unknown_columns
            ),
        )
    tell_left_out(terminal, told.left_out, told.other_sheets)
    if told.findings:
        show_findings(terminal, told.findings)
    terminal.say(f"{told.orders} orders can be read, {told.refused} have a wrong cell. Nothing was imported.")
    if told.profile is not None:
        terminal.say(f"Profile of the sender, yours to edit: {safe(told.profile)}")


def tell_left_out(
    terminal: Terminal, left_out: tuple[RowsLeftOut, ...], other_sheets: tuple[str, ...]
) -> None:
    """The rows and sheets that were not read."""
    for reason in dict.fromkeys(run.reason for run in left_out):
        runs = [run for run in left_out if run.reason == reason]
        terminal.say(f"Not read, {runs[0].message}: row {rows_said(runs)}.")
    if other_sheets:
        terminal.say(
            f"Not read, but with the columns of orders: sheet {safe(', '.join(other_sheets))} (--sheet reads it)."
        )
