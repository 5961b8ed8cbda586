"""``template`` and ``export``: blank sheets of orders to fill in, and orders and shipments as sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from ..client import capabilities as static_capabilities
from ..documents import BOOKS, LANGUAGES, Book, Language, export_orders, export_shipments, write_template
from ..errors import ConfigurationError, InvalidDocument
from ..models import Order, OrderStatus, PurchaseOrder
from .drafts import day, instant
from .options import TARGET_VARIABLE, AsJson, Settings, opened, settings_of, target_of
from .terminal import Step, Terminal, safe

__all__ = ["orders", "shipments", "template"]

T = TypeVar("T")

TargetAndFile = Annotated[
    list[str],
    typer.Argument(
        metavar="[TARGET] FILE",
        help=f"The system (or {TARGET_VARIABLE}), and the file to write.",
        show_default=False,
    ),
]
TargetOption = Annotated[
    str | None, typer.Option("--target", "-t", envvar=TARGET_VARIABLE, help="The same as TARGET.")
]
InLanguage = Annotated[
    str, typer.Option("--language", metavar="en|de|fr|es", help="The language of the headings.")
]
KindOption = Annotated[
    str,
    typer.Option("--kind", metavar="sales|purchase", help="Orders of customers, or orders to suppliers."),
]
Status = Annotated[
    list[OrderStatus] | None, typer.Option(help="Only orders that stand like this; may be repeated.")
]
CustomerOption = Annotated[str | None, typer.Option("--customer", help="The customer's number.")]
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="Ordered on this day or later.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Ordered on this day or earlier.")]
ModifiedSince = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="Changed since, with a zone: 2026-12-31T08:00+01:00."),
]
Limit = Annotated[int | None, typer.Option(min=0, help="At most so many orders.")]


def template(
    arguments: TargetAndFile,
    target_option: TargetOption = None,
    kind: KindOption = "sales",
    language: InLanguage = "en",
    with_codes: Annotated[
        bool,
        typer.Option(
            "--with-codes",
            help="Ask the system for its customers, products and units, and offer them in lists.",
        ),
    ] = False,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Write a blank workbook of orders: columns, limits and checks of this system, to be filled in and imported.

    Without --with-codes nothing is sent.
    """
    terminal = Terminal(as_json)
    target, file = _target_and_file(arguments, target_option)
    book, spoken = _kind(kind), _language(language)
    with _file_names():
        if with_codes:
            with opened(target, settings) as erp:
                parties = erp.customers if book == "sales" else erp.suppliers
                write_template(
                    file,
                    erp.capabilities,
                    kind=book,
                    language=spoken,
                    parties=parties.list(),
                    products=erp.products.list(),
                )
        else:
            known = static_capabilities(target, **settings_of(settings))
            write_template(file, known, kind=book, language=spoken)
    terminal.result({"file": file})
    terminal.say(f"{safe(file)} is ready to be filled in. Columns with a star must be filled.")
    if book == "sales":
        terminal.say(f"Then: erp-connect import {safe(file)}")


def orders(
    arguments: TargetAndFile,
    target_option: TargetOption = None,
    kind: KindOption = "sales",
    status: Status = None,
    customer: CustomerOption = None,
    supplier: Annotated[
        str | None, typer.Option("--supplier", help="The supplier's number, with --kind purchase.")
    ] = None,
    ordered_from: From = None,
    ordered_to: To = None,
    modified_since: ModifiedSince = None,
    limit: Limit = None,
    language: InLanguage = "en",
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Write orders to a workbook (.xlsx) or csv file, a row for each line; the file can be imported again.

    An older file of that name is replaced when the new one is whole.
    """
    terminal = Terminal(as_json)
    target, file = _target_and_file(arguments, target_option)
    book, spoken = _kind(kind), _language(language)
    wanted = _wanted(status, ordered_from, ordered_to, modified_since, limit)
    if (customer if book == "purchase" else supplier) is not None:
        raise typer.BadParameter(
            f"orders of the kind {book} have none", param_hint="'--customer' / '--supplier'"
        )
    with _file_names(), opened(target, settings) as erp, terminal.progress("Writing orders") as step:
        found: Iterator[Order] | Iterator[PurchaseOrder]
        if book == "sales":
            found = erp.orders.list(customer=customer, **wanted)
        else:
            found = erp.purchase_orders.list(supplier=supplier, **wanted)
        rows = export_orders(_counted(found, step), file, kind=book, language=spoken)
    _tell(terminal, file, rows)


def shipments(
    arguments: TargetAndFile,
    target_option: TargetOption = None,
    status: Status = None,
    customer: CustomerOption = None,
    ordered_from: From = None,
    ordered_to: To = None,
    modified_since: ModifiedSince = None,
    limit: Limit = None,
    language: InLanguage = "en",
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Write the shipments of orders to a workbook (.xlsx) or csv file, a row for each line that left.

    The filters choose the orders. An older file of that name is replaced when the new one is whole.
    """
    terminal = Terminal(as_json)
    target, file = _target_and_file(arguments, target_option)
    spoken = _language(language)
    wanted = _wanted(status, ordered_from, ordered_to, modified_since, limit)
    with _file_names(), opened(target, settings) as erp, terminal.progress("Writing shipments") as step:
        found = _counted(erp.orders.list(customer=customer, **wanted), step)
        rows = export_shipments(((order, erp.shipments.of(order)) for order in found), file, language=spoken)
    _tell(terminal, file, rows)


def _wanted(
    status: list[OrderStatus] | None,
    ordered_from: str | None,
    ordered_to: str | None,
    modified_since: str | None,
    limit: int | None,
) -> dict[str, Any]:
    return {
        "status": status or None,
        "ordered_from": None if ordered_from is None else day(ordered_from, "--from"),
        "ordered_to": None if ordered_to is None else day(ordered_to, "--to"),
        "modified_since": None if modified_since is None else instant(modified_since, "--modified-since"),
        "limit": limit,
    }


def _target_and_file(arguments: list[str], option: str | None) -> tuple[str, Path]:
    if len(arguments) > 2:
        raise typer.BadParameter("give one system and one file", param_hint="'[TARGET] FILE'")
    return target_of(arguments[0] if len(arguments) == 2 else None, option), Path(arguments[-1])


def _kind(given: str) -> Book:
    for kind in BOOKS:
        if kind == given:
            return kind
    raise typer.BadParameter(f"use one of {', '.join(BOOKS)}", param_hint="'--kind'")


def _language(given: str) -> Language:
    for language in LANGUAGES:
        if language == given:
            return language
    raise typer.BadParameter(f"use one of {', '.join(LANGUAGES)}", param_hint="'--language'")


@contextmanager
def _file_names() -> Iterator[None]:
    """A name that cannot be is a misuse of the command, not an order that was refused."""
    try:
        yield
    except InvalidDocument as error:
        if not error.code.startswith("target_"):
            raise
        raise ConfigurationError(f"{error.place}: {error.message}", hint=error.hint) from None


def _counted(values: Iterable[T], step: Step) -> Iterator[T]:
    for done, value in enumerate(values, start=1):
        step(done, None)
        yield value


def _tell(terminal: Terminal, file: Path, rows: int) -> None:
    terminal.result({"file": file, "rows": rows})
    terminal.say(f"{rows} row(s) written to {safe(file)}.")
