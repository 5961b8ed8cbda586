"""``load``: the first day of a company, from sheets of products, customers, prices and stock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from ..back_office import BackOffice
from ..client import Client
from ..documents import RecordSheet, SheetRecord, read_records
from ..documents.order_sheet import row_and_column
from ..errors import ConfigurationError, MappingError, RequestRefused, UnsupportedOperation
from ..models import Finding, Severity
from ..models.findings import findings_of
from .exit_codes import ExitCode
from .options import AsJson, Settings, TargetArgument, TargetOption, opened, target_of
from .records import customer_of, product_of, supplier_of, unit_price_of
from .showing import show_findings
from .terminal import Terminal, safe
from .verb import end

__all__ = ["LoadReport", "load", "load_sheet"]

_KINDS: Final = ("products", "customers", "suppliers", "prices", "stock")
"""In the order in which one needs the other."""


@dataclass(slots=True, kw_only=True)
class LoadReport:
    """What became of one sheet; rows are counted."""

    kind: str
    file: Path
    rows: int
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    findings: list[Finding] = field(default_factory=list)
    """What is wrong with the rows that were left out, each with its cell."""
    unknown_columns: tuple[str, ...] = ()

    @property
    def left_out(self) -> int:
        """Rows that were not loaded."""
        return self.rows - self.created - self.changed - self.unchanged


_SHEET: Final = "A sheet of {}: a workbook (.xlsx) or csv file with a header row."


def load(
    target: TargetArgument = None,
    target_option: TargetOption = None,
    products: Annotated[Path | None, typer.Option(metavar="FILE", help=_SHEET.format("products"))] = None,
    customers: Annotated[Path | None, typer.Option(metavar="FILE", help=_SHEET.format("customers"))] = None,
    suppliers: Annotated[Path | None, typer.Option(metavar="FILE", help=_SHEET.format("suppliers"))] = None,
    prices: Annotated[Path | None, typer.Option(metavar="FILE", help=_SHEET.format("prices"))] = None,
    stock: Annotated[Path | None, typer.Option(metavar="FILE", help=_SHEET.format("stock counts"))] = None,
    date_order: Annotated[
        str | None, typer.Option(metavar="dmy|mdy|ymd", help="How texts such as 03/04/2026 are meant.")
    ] = None,
    decimal_mark: Annotated[
        str | None, typer.Option("--decimal", metavar=".|,", help="How texts such as 1.234 are meant.")
    ] = None,
    serial_dates: Annotated[
        bool, typer.Option("--serial-dates", help="Plain numbers in date columns are day numbers.")
    ] = False,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="How the sender's numbers and dates are meant.")
    ] = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Put products, customers, suppliers, prices and stock on file, from sheets.

    What is there already is changed where the sheet says something else; an empty cell changes nothing. Safe to repeat.
    """
    terminal = Terminal(as_json)
    given = {
        "products": products,
        "customers": customers,
        "suppliers": suppliers,
        "prices": prices,
        "stock": stock,
    }
    files = {kind: file for kind in _KINDS if (file := given[kind]) is not None}
    if not files:
        raise typer.BadParameter("name at least one sheet", param_hint="'--products'")
    for name, said, known in (
        ("--date-order", date_order, ("dmy", "mdy", "ymd")),
        ("--decimal", decimal_mark, ".,"),
    ):
        if said is not None and said not in known:
            raise typer.BadParameter(f"use one of {', '.join(known)}", param_hint=f"'{name}'")
    for file in files.values():
        if not file.is_file():
            raise ConfigurationError(f"there is no file {file}", hint="check the file's name")
    # All of them are read before anything is written: a file that is no sheet stops the whole.
    how: dict[str, Any] = {"date_order": date_order, "decimal": decimal_mark}
    how |= {"serial_dates": serial_dates or None, "profile": profile}
    sheets = [read_records(file, kind, **how) for kind, file in files.items()]  # type: ignore[arg-type]  # its kinds
    with opened(target_of(target, target_option), settings) as erp:
        if {"prices", "stock"} & files.keys():
            BackOffice(erp)  # refuses an ERP before the first record is written
        reports = [load_sheet(erp, sheet, terminal) for sheet in sheets]
    terminal.result(reports)
    for report in reports:
        _tell(terminal, report)
    end(ExitCode.REFUSED if any(report.findings for report in reports) else ExitCode.OK)


def _tell(terminal: Terminal, report: LoadReport) -> None:
    if report.findings:
        show_findings(terminal, report.findings, f"Left out: {report.left_out} row(s) of {report.file.name}")
    told = [
        f"[green]{report.created} created[/]" if report.created else "",
        f"{report.changed} changed" if report.changed else "",
        f"{report.unchanged} as they were" if report.unchanged else "",
        f"[red]{report.left_out} left out[/]" if report.left_out else "",
    ]
    terminal.say(f"{report.kind}: {', '.join(filter(None, told)) or 'no rows'}.")
    if report.unknown_columns:
        terminal.note(f"Columns that were not read: {safe(', '.join(report.unknown_columns))}")
    if report.findings:
        terminal.say("Correct the rows and load the file again.")


Put = Callable[[SheetRecord], str]
"""Puts a record on file, and says whether it was created, changed or unchanged."""


def load_sheet(erp: Client, sheet: RecordSheet, terminal: Terminal) -> LoadReport:
    """Put the records of a sheet on file; what is refused is told, and the others go on.

    Errors that concern every row (no connection, a lock, no permission) stop it; run it again then.
    """
    report = LoadReport(
        kind=sheet.kind,
        file=sheet.path,
        rows=sheet.rows,
        findings=list(sheet.issues),
        unknown_columns=sheet.unknown_columns,
    )
    put = _puts(erp, sheet.kind)
    with terminal.progress(f"Loading {sheet.kind}", len(sheet.records)) as step:
        for done, record in enumerate(sheet.records, start=1):
            try:
                became = put(record)
            except ValidationError as refusal:
                report.findings += _placed(record, findings_of(refusal, sheet.kind).all)
            except (RequestRefused, MappingError) as error:
                if error.retryable:
                    raise
                report.findings += _placed(record, _found(error))
            else:
                setattr(report, became, getattr(report, became) + 1)
            step(done, len(sheet.records))
    report.findings.sort(key=lambda found: row_and_column(found.place))
    return report


def _placed(record: SheetRecord, findings: Sequence[Finding]) -> list[Finding]:
    return [replace(each, place=record.nearest(each.path)) for each in findings]


def _found(error: RequestRefused | MappingError) -> Sequence[Finding]:
    found: Sequence[Finding] = getattr(error, "findings", ())
    path = error.path or ""
    return found or [
        Finding(code=error.code, severity=Severity.ERROR, path=path, message=error.message, fix=error.hint)
    ]


def _puts(erp: Client, kind: str) -> Put:
    if kind in ("prices", "stock"):
        office = BackOffice(erp)
        return _price(office) if kind == "prices" else _count(office)
    book: Any = getattr(erp, kind)
    currency = _currency(erp)
    made: Mapping[str, Callable[[Mapping[str, Any], Any, str | None], tuple[Any, Mapping[str, Any]]]] = {
        "products": product_of,
        "customers": customer_of,
        "suppliers": supplier_of,
    }

    def put(record: SheetRecord) -> str:
        number = record.values["code" if kind == "products" else "number"]
        # By a product's other codes another product may be found.
        there = [each for each in book.find(number) if (each.number or "").casefold() == number.casefold()]
        draft, fields = made[kind](record.values, there[0] if there else None, currency)
        if not there:
            book.create(draft)
            return "created"
        changes = {name: value for name, value in fields.items() if value != getattr(there[0], name)}
        if not changes:
            return "unchanged"
        book.update(there[0], **changes)
        return "changed"

    return put


def _currency(erp: Client) -> str | None:
    """The company's own currency, for rows without one; ``None`` where an ERP keeps the company."""
    try:
        return BackOffice(erp).settings.currency
    except UnsupportedOperation:
        return None


def _price(office: BackOffice) -> Put:
    def put(record: SheetRecord) -> str:
        said = record.values
        before = office.prices(said["product"])
        names = ("unit", "customer", "price_group", "quantity_from", "valid_from", "valid_to")
        after = office.set_price(
            said["product"],
            unit_price_of(said, office.settings.currency),
            **{name: said[name] for name in names if name in said},
        )
        if set(after) == set(before):
            return "unchanged"
        return "changed" if len(after) == len(before) else "created"

    return put


def _count(office: BackOffice) -> Put:
    def put(record: SheetRecord) -> str:
        said = record.values
        before = office.stock(said["product"])
        after = office.set_stock(
            said["product"], said["on_hand"], warehouse=said.get("warehouse"), unit=said.get("unit")
        )
        if not before:
            return "created"
        return "unchanged" if after == before else "changed"

    return put
