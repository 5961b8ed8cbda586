"""``import``: a workbook or csv file of orders into a system, and the checked copy back to whoever sent it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ..client import Client
from ..documents import (
    OrderSheet,
    RowResult,
    RowsLeftOut,
    SheetOrder,
    in_first_order,
    read_orders,
    row_results,
    write_checked_copy,
)
from ..documents.opening import FileKind, kind_of_file
from ..documents.shape import column_letters
from ..errors import ConfigurationError, ErpConnectError, InvalidDocument, KeyReused, NotFound
from ..journal import State, canonical, fingerprint
from ..models import Finding, OrderDraft, Place, Severity
from .exit_codes import ExitCode, exit_code_of, worst
from .explaining import explain, tell_explanation, tell_left_out
from .options import AsJson, Settings, TargetArgument, TargetOption, opened, target_of
from .senders import sender_file, sender_profile
from .showing import show_findings
from .terminal import Terminal, safe
from .verb import end

__all__ = ["ImportReport", "check_file", "checked_name", "import_", "import_file", "is_sheet"]

_CHANGED: Final = "this order was imported before with other content"
_SHEETS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".txt", ".tsv"})


def is_sheet(file: Path) -> bool:
    """Whether a file is a workbook or csv file by its name."""
    return file.suffix.lower() in _SHEETS


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a file of orders; orders are named by their keys, customer and PO number."""

    file: Path
    rows: int
    created: Mapping[str, str] = field(default_factory=dict)
    """Key to the number of the new order."""
    already_there: Mapping[str, str] = field(default_factory=dict)
    """Key to the number of an order that an earlier import had created."""
    ready: tuple[str, ...] = ()
    """What a dry run would have created."""
    not_imported: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    """Key to what is wrong, each finding with its cell."""
    exit_code: ExitCode = ExitCode.OK
    findings: tuple[Finding, ...] = ()
    """Everything found, warnings too, in the order of the rows."""
    checked_copy: Path | None = None
    copy_trouble: str | None = None
    """Why there is no checked copy although one was wanted."""
    left_out: tuple[RowsLeftOut, ...] = ()
    """Rows that are no lines of orders: totals, repeated headings, hidden rows."""
    other_sheets: tuple[str, ...] = ()
    """Further sheets with the columns of orders, which were not read."""
    profile: Path | None = None
    """Where the sender's profile was saved."""


def checked_name(file: Path) -> Path:
    """Where the checked copy of a file goes: beside it, ``orders.checked.xlsx`` for ``orders.xlsx``."""
    return file.with_name(f"{file.stem}.checked{file.suffix}")


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A workbook (.xlsx, .xls, .xlsb, .ods) or csv file.")
    ],
    target: TargetArgument = None,
    target_option: TargetOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and write the checked copy; create nothing.")
    ] = False,
    copy: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Where the checked copy goes; default: beside the file."),
    ] = None,
    no_copy: Annotated[bool, typer.Option("--no-copy", help="Write no checked copy.")] = False,
    sheet: Annotated[
        str | None, typer.Option(help="The sheet; default: the first visible one with orders.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="For rows without a currency.")] = None,
    unit: Annotated[str | None, typer.Option(help="For rows without a unit.")] = None,
    date_order: Annotated[
        str | None, typer.Option(metavar="dmy|mdy|ymd", help="How texts such as 03/04/2026 are meant.")
    ] = None,
    decimal_mark: Annotated[
        str | None, typer.Option("--decimal", metavar=".|,", help="How texts such as 1.234 are meant.")
    ] = None,
    serial_dates: Annotated[
        bool, typer.Option("--serial-dates", help="Plain numbers in date columns are day numbers.")
    ] = False,
    hidden: Annotated[
        str | None, typer.Option(metavar="read|skip", help="What becomes of hidden rows and columns.")
    ] = None,
    explain_only: Annotated[
        bool, typer.Option("--explain", help="Show which column is read as what, and why; import nothing.")
    ] = False,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What is known about the sender's sheets: a name, or a .toml file."
        ),
    ] = None,
    save_profile: Annotated[
        bool, typer.Option("--save-profile", help="Save how the sheet was read, under the profile's name.")
    ] = False,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Import the orders of a workbook or csv file, and say beside each row what became of it.

    Customer and PO number are the key: correct the file and import it again, and only what is missing is created.
    """
    terminal = Terminal(as_json)
    if not file.is_file():
        raise ConfigurationError(f"there is no file {file}", hint="check the file's name")
    reading: dict[str, Any] = {
        "sheet": sheet,
        "currency": currency,
        "unit": unit,
        "date_order": date_order,
        "decimal": decimal_mark,
        "serial_dates": serial_dates or None,
        "hidden": hidden,
        "profile": sender_profile(profile, new=save_profile),
    }
    if save_profile and profile is None:
        raise typer.BadParameter("name the profile with --profile", param_hint="'--save-profile'")
    save_to = sender_file(profile) if save_profile and profile else None
    if explain_only:
        sheet_as_read = read_orders(file, **reading)
        explanation = explain(sheet_as_read, _save(sheet_as_read, save_to))
        terminal.result(explanation)
        tell_explanation(terminal, explanation)
        end(explanation.exit_code)
        return
    copied = kind_of_file(file) is not FileKind.OTHER_WORKBOOK
    if not (copied or copy or no_copy):
        terminal.note(
            "There will be no checked copy: of this kind of file none can be written. Save it as .xlsx."
        )
    with opened(target_of(target, target_option), settings) as erp:
        report = import_file(
            erp,
            file,
            terminal,
            dry_run=dry_run,
            copy=None if no_copy else copy or (checked_name(file) if copied else None),
            reading=reading,
            save_profile=save_to,
        )
    terminal.result(report)
    _tell(terminal, report)
    end(report.exit_code)


def _tell(terminal: Terminal, report: ImportReport) -> None:
    wrong = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    if wrong:
        show_findings(terminal, wrong, f"Not imported: {len(report.not_imported)} order(s)")
    tell_left_out(terminal, report.left_out, report.other_sheets)
    told = [
        f"[green]{len(report.created)} created[/]" if report.created else "",
        f"{len(report.ready)} ready to be created" if report.ready else "",
        f"{len(report.already_there)} already there" if report.already_there else "",
        f"[red]{len(report.not_imported)} not imported[/]" if report.not_imported else "",
    ]
    terminal.say(f"{safe(report.file.name)}: {', '.join(filter(None, told)) or 'no orders'}.")
    if report.checked_copy is not None:
        terminal.say(f"Checked copy, with a result for each row: {safe(report.checked_copy)}")
    if report.copy_trouble is not None:
        terminal.note(f"[bold red]The checked copy could not be written:[/] {safe(report.copy_trouble)}")
    if report.profile is not None:
        terminal.say(f"Profile of the sender, yours to edit: {safe(report.profile)}")
    if report.not_imported:
        terminal.say("Correct the rows and import the file again: only what is missing is created.")


def check_file(erp: Client, file: Path, terminal: Terminal) -> ImportReport:
    """What speaks against the orders of a file; nothing is written anywhere."""
    return import_file(erp, file, terminal, dry_run=True)


def import_file(
    erp: Client,
    file: Path,
    terminal: Terminal,
    *,
    dry_run: bool = False,
    copy: Path | None = None,
    reading: Mapping[str, Any] | None = None,
    save_profile: Path | None = None,
) -> ImportReport:
    """Read, check, create what is missing and acceptable, and write the checked copy.

    A copy that cannot be written is told in the report (``copy_trouble``): the orders stand all the same.
    """
    if copy is not None:
        _refuse_copy(file, copy)
    sheet = read_orders(file, **(reading or {}))
    saved = _save(sheet, save_profile)
    wrong: dict[str, tuple[Finding, ...]] = {refused.key: refused.issues for refused in sheet.refused}
    notes: dict[str, tuple[Finding, ...]] = {}
    fit: list[SheetOrder[OrderDraft]] = []
    created: dict[str, str] = {}
    there: dict[str, str] = {}
    with terminal.progress("Checking orders", len(sheet.orders)) as step:
        for done, read in enumerate(sheet.orders, start=1):
            # What stands already is not judged again: its own credit and stock would speak against it.
            number, order, same = _standing(erp, read)
            if number is not None and dry_run:
                if same:
                    there[order.key] = number
                else:
                    wrong[order.key] = _findings_of(sheet, order, KeyReused(_CHANGED))
                continue
            found = () if number is not None else _checked(erp, sheet, order)
            if any(finding.severity is Severity.ERROR for finding in found):
                wrong[order.key] = found
            else:
                fit.append(order)
                if found:
                    notes[order.key] = found
            step(done, len(sheet.orders))
    codes = [ExitCode.REFUSED] if wrong else []
    if not dry_run and fit:
        for order, error in _create(erp, fit, terminal, created, there):
            codes.append(exit_code_of(error))
            wrong[order.key] = (*notes.pop(order.key, ()), *_findings_of(sheet, order, error))
    result = _results(sheet, wrong, notes, created, there, dry_run=dry_run)
    written, trouble = _write_copy(sheet, copy, result)
    if trouble is not None:
        codes.append(ExitCode.CONFIGURATION)
    return ImportReport(
        file=file,
        rows=sheet.rows.filled,
        created=created,
        already_there=there,
        ready=tuple(order.key for order in fit) if dry_run else (),
        not_imported=wrong,
        exit_code=worst(codes),
        findings=_in_order(sheet, wrong, notes),
        checked_copy=written,
        copy_trouble=trouble,
        left_out=sheet.left_out,
        other_sheets=sheet.other_sheets,
        profile=saved,
    )


def _save(sheet: OrderSheet[Any], file: Path | None) -> Path | None:
    """Save how the sheet was read, for the sender's next one."""
    return None if file is None or sheet.profile is None else sheet.profile.save(file)


def _refuse_copy(file: Path, copy: Path) -> None:
    """Refuse a name for the checked copy that cannot be, before anything is created."""
    problem = None
    if kind_of_file(file) is FileKind.OTHER_WORKBOOK:
        problem = "of this kind of file no copy can be written"
    elif copy.suffix.lower() != file.suffix.lower():
        problem = f"its name must end in {file.suffix}, as the file's does"
    elif not copy.parent.is_dir():
        problem = "its folder does not exist"
    elif copy.is_dir() or (copy.exists() and copy.samefile(file)):
        problem = "it would replace the file itself, or a folder"
    if problem is not None:
        raise ConfigurationError(
            f"the checked copy cannot be {copy}: {problem}",
            hint="give another name with --copy, or --no-copy",
        )


def _write_copy(
    sheet: OrderSheet[OrderDraft], copy: Path | None, results: Mapping[int, RowResult]
) -> tuple[Path | None, str | None]:
    if copy is None:
        return None, None
    try:
        return write_checked_copy(sheet, copy, results), None
    except (OSError, InvalidDocument) as error:
        return None, error.message if isinstance(error, InvalidDocument) else str(error.strerror or error)


def _standing(erp: Client, order: SheetOrder[OrderDraft]) -> tuple[str | None, SheetOrder[OrderDraft], bool]:
    """The number of what an earlier import has made of this order, the order as it stood then, and if it is the same.

    What is still unsettled has no number yet.
    """
    try:
        entry = erp.journal.show(order.key)
    except NotFound:
        return None, order, True
    number = (entry.number or entry.entity_id) if entry.state is State.CONFIRMED else None
    again = in_first_order(order, entry.payload)
    return number, again, fingerprint(entry.operation, canonical(again.draft)) == entry.fingerprint


def _checked(
    erp: Client, sheet: OrderSheet[OrderDraft], order: SheetOrder[OrderDraft]
) -> tuple[Finding, ...]:
    return tuple(
        replace(found, place=_place(sheet, order, found.path))
        for found in erp.orders.check(order.draft)
        if found.severity is not Severity.INFO
    )


def _place(sheet: OrderSheet[OrderDraft], order: SheetOrder[OrderDraft], path: str) -> Place:
    row, column = order.places.nearest(path)
    if sheet.read_as is None and column:
        return Place(file=sheet.path.name, sheet=sheet.sheet, cell=f"{column_letters(column)}{row}")
    return Place(file=sheet.path.name, sheet=sheet.sheet, line=row, column=column)


def _create(
    erp: Client,
    fit: Sequence[SheetOrder[OrderDraft]],
    terminal: Terminal,
    created: dict[str, str],
    there: dict[str, str],
) -> list[tuple[SheetOrder[OrderDraft], ErpConnectError]]:
    with terminal.progress("Creating orders", len(fit)) as step:
        result = erp.orders.create_many(
            [order.draft for order in fit], [order.key for order in fit], progress=step
        )
    failed = {failure.index for failure in result.failed}
    good = [order for index, order in enumerate(fit) if index not in failed]
    for order, receipt in zip(good, result.succeeded, strict=True):
        (there if receipt.replayed else created)[order.key] = receipt.order.number or receipt.order.id
    return [(fit[failure.index], failure.error) for failure in result.failed]


def _findings_of(
    sheet: OrderSheet[OrderDraft], order: SheetOrder[OrderDraft], error: ErpConnectError
) -> tuple[Finding, ...]:
    found: Sequence[Finding] = getattr(error, "findings", ())
    if not found:
        paths = getattr(error, "fields", ()) or (error.path or "",)
        fix = error.hint
        if isinstance(error, KeyReused):
            fix = (
                "this order was imported before with other content: amend that order, "
                "or give this one a PO number of its own"
            )
        found = [
            Finding(code=error.code, severity=Severity.ERROR, path=path, message=error.message, fix=fix)
            for path in paths
        ]
    return tuple(replace(each, place=_place(sheet, order, each.path)) for each in found)


def _results(
    sheet: OrderSheet[OrderDraft],
    wrong: Mapping[str, tuple[Finding, ...]],
    notes: Mapping[str, tuple[Finding, ...]],
    created: Mapping[str, str],
    there: Mapping[str, str],
    *,
    dry_run: bool,
) -> dict[int, RowResult]:
    written = {key: f"created as {number}" for key, number in created.items()}
    written |= {key: f"already there as {number}" for key, number in there.items()}
    refused = {order.key for order in sheet.refused}
    judged = {key: found for key, found in {**notes, **wrong}.items() if key not in refused}
    return row_results(sheet, written=written, failed=judged, otherwise="ready" if dry_run else "checked")


def _in_order(
    sheet: OrderSheet[OrderDraft],
    wrong: Mapping[str, tuple[Finding, ...]],
    notes: Mapping[str, tuple[Finding, ...]],
) -> tuple[Finding, ...]:
    """Every finding once, in the order of the rows."""
    rows = {order.key for order in sheet.orders} | {order.key for order in sheet.refused}
    found = [finding for key, each in {**notes, **wrong}.items() for finding in each if key in rows]
    known = {id(finding) for finding in found}
    found += [issue for issue in sheet.issues if id(issue) not in known]
    return tuple(sorted(found, key=lambda finding: _row(finding.place)))


def _row(place: Place | None) -> tuple[int, int]:
    from ..documents.order_sheet import row_and_column

    return row_and_column(place)
