"""The command ``demo``: what happens one after the other, in which files, and how it ends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from ...back_office import init
from ...client import Client, connect
from ...documents import read_orders
from ...errors import ConfigurationError
from ...models import OrderStatus
from ..exit_codes import ExitCode
from ..importing import ImportReport, checked_name, import_file
from ..options import AsJson
from ..terminal import Terminal
from ..verb import end
from . import telling, verdict
from .company import furnish
from .counting import Counts, count
from .morning import Chosen, Day, Deeds, Morning, choose, look
from .workbook import Book, correct, made_on, planned, write_book

__all__ = ["Outcome", "demo"]

DATABASE: Final = Path("orders.db")
URL: Final = "sqlite:///orders.db"
WORKBOOK: Final = Path("orders.xlsx")
FIXED: Final = Path("orders.fixed.xlsx")


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Everything that the summary tells, and what the demo did not keep (``broken``)."""

    day: date
    today: date
    before: Counts = field(default_factory=Counts)
    after: Counts = field(default_factory=Counts)
    book: Book | None = None
    first: ImportReport | None = None
    fixed: ImportReport | None = None
    third: ImportReport | None = None
    deeds: Deeds = field(default_factory=Deeds)
    numbers: Mapping[str, str] = field(default_factory=dict)
    """Order numbers by key."""
    chosen: Chosen | None = None
    seen: Day | None = None
    files: list[Path] = field(default_factory=list)
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)

    @property
    def again(self) -> bool:
        """Whether an earlier run had done the work already."""
        return self.before.orders > 0


def demo(
    workbook: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your own workbook or csv file of orders instead of the demo's."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """See an order administrator's morning: 300 orders, 40 planted faults, all of it in the current folder.

    Makes a workbook and a SQLite database, imports, corrects, imports again, amends, cancels, ships and tracks.
    Ends with an error if a planted fault is not found, a good row is refused, or anything stands twice.
    """
    terminal = Terminal(as_json)
    began = time.perf_counter()
    if workbook is not None and not workbook.is_file():
        raise ConfigurationError(f"there is no file {workbook}", hint="check the file's name")
    day, today = _days(workbook)
    outcome = Outcome(day=day, today=today, before=count(DATABASE))
    telling.beginning(terminal, outcome)
    with _company(outcome) as erp:
        if workbook is None:
            _own_book(erp, terminal, outcome)
        else:
            _foreign_book(erp, terminal, outcome, workbook)
    outcome.after = count(DATABASE)
    outcome.files.insert(0, DATABASE)
    outcome.seconds = time.perf_counter() - began
    outcome.broken += _broken_counts(outcome)
    terminal.result(telling.as_plain(outcome))
    telling.summary(terminal, outcome)
    end(ExitCode.REFUSED if outcome.broken else ExitCode.OK)


def _days(workbook: Path | None) -> tuple[date, date]:
    """The day of the workbook, and the day it is: a second run tomorrow works on yesterday's workbook."""
    today = datetime.now(UTC).date()
    return (made_on(WORKBOOK) if workbook is None and WORKBOOK.exists() else today), today


@contextmanager
def _company(outcome: Outcome) -> Iterator[Client]:
    """A connection to the demo's database, with everything on file that the orders name."""
    init(URL, company="Valves and Pumps Trading", currency="EUR", timezone="UTC")
    with connect(URL, actor="demo") as erp:
        furnish(erp, count_stock=not outcome.again)
        yield erp


# --------------------------------------------------------------------------- the demo's own workbook


def _own_book(erp: Client, terminal: Terminal, outcome: Outcome) -> None:
    book = outcome.book = planned(outcome.day)
    if not WORKBOOK.exists():
        write_book(book, WORKBOOK)
    telling.workbook(terminal, book, WORKBOOK)
    keys_as_sent = _keys(book, wrong=True)
    keys = _keys(book, wrong=False)
    standing = _standing(erp)

    first = outcome.first = import_file(erp, WORKBOOK, terminal, copy=checked_name(WORKBOOK))
    outcome.broken += verdict.broken_by_first_import(book, first, keys_as_sent, standing)
    telling.first_import(terminal, outcome)

    missing = len(set(keys.values()) - _standing(erp))
    correct(checked_name(WORKBOOK), FIXED, book.faults)
    fixed = outcome.fixed = import_file(erp, FIXED, terminal, copy=checked_name(FIXED))
    third = outcome.third = import_file(erp, FIXED, terminal, copy=checked_name(FIXED))
    outcome.broken += verdict.broken_by_other_imports(fixed, third, missing=missing)
    telling.other_imports(terminal, outcome)
    outcome.files += [WORKBOOK, checked_name(WORKBOOK), FIXED, checked_name(FIXED)]

    late = [keys[order.index] for order in book.orders if order.requested < outcome.day]
    _rest_of_the_morning(erp, terminal, outcome, FIXED, late)
    if outcome.today == outcome.day:  # tomorrow more of them will be late
        gone = {*outcome.chosen.shipped, *outcome.chosen.cancelled} if outcome.chosen else set()
        expected = {outcome.numbers[key] for key in late if key in outcome.numbers and key not in gone}
        if outcome.seen is not None:
            outcome.broken += verdict.broken_lateness(outcome.seen.late, expected)


def _keys(book: Book, *, wrong: bool) -> dict[int, str]:
    """The orders' keys as the rows say them."""
    found = {}
    for order in book.orders:
        customer = order.house.number
        if wrong:
            customer = book.wrong.get(order.cell("customer"), customer)
        found[order.index] = _key(customer, order.customer_po)
    return found


def _key(customer: str, customer_po: str | None) -> str:
    """As ``keys.by_customer_po`` writes it, reckoned here once more, because the demo checks the import."""
    return f"{customer}/{(customer_po or '').replace('/', '%2F')}"


def _standing(erp: Client) -> set[str]:
    return {_key(order.customer, order.customer_po) for order in erp.orders.list()}


# --------------------------------------------------------------------------- somebody's own workbook


def _foreign_book(erp: Client, terminal: Terminal, outcome: Outcome, workbook: Path) -> None:
    """A workbook of which nothing is known: what the demo's company cannot deliver comes back as findings."""
    copy = Path(checked_name(workbook).name)  # here, wherever the workbook lies
    first = outcome.first = import_file(erp, workbook, terminal, copy=copy)
    telling.first_import(terminal, outcome)
    third = outcome.third = import_file(erp, workbook, terminal, copy=copy)
    if third.created:
        outcome.broken.append(f"the second import created {len(third.created)} orders once more")
    outcome.fixed = first
    outcome.files.append(copy)
    sheet = read_orders(workbook)
    late = [
        order.key
        for order in sheet.orders
        if order.draft.requested is not None and order.draft.requested < outcome.day
    ]
    _rest_of_the_morning(erp, terminal, outcome, workbook, late)


# --------------------------------------------------------------------------- what follows every import


def _rest_of_the_morning(
    erp: Client, terminal: Terminal, outcome: Outcome, workbook: Path, late: Sequence[str]
) -> None:
    """Change, cancel, ship and track what was imported from ``workbook``."""
    if outcome.fixed is None:
        return
    outcome.numbers = {**outcome.fixed.created, **outcome.fixed.already_there}
    lines = {
        order.key: len(order.rows) for order in read_orders(workbook).orders if order.key in outcome.numbers
    }
    chosen = outcome.chosen = choose(lines, late)
    morning = Morning(erp, chosen, outcome.numbers, outcome.day)
    for part in (morning.amend, morning.cancel, morning.ship):
        part()
    outcome.deeds = morning.deeds
    outcome.broken += morning.deeds.wrong
    telling.deeds(terminal, outcome)
    followed = outcome.numbers.get(chosen.partly_shipped[0] if chosen.partly_shipped else "")
    outcome.seen = look(erp, outcome.today, followed)
    telling.what_is_seen(terminal, outcome)


def _broken_counts(outcome: Outcome) -> Iterator[str]:
    """What a second connection counts otherwise than the library told."""
    if outcome.seen is None:
        return
    done, after = outcome.deeds.done, outcome.after
    yield from verdict.broken_counts(
        after,
        orders=outcome.seen.orders,
        cancelled=outcome.seen.by_status.get(OrderStatus.CANCELLED, 0),
    )
    if outcome.book is None:
        return
    for what, is_there, told in (
        ("orders", after.orders, len(outcome.book.orders)),
        ("cancelled orders", after.cancelled, done["orders cancelled"]),
        ("shipments", after.shipments, done["shipments"]),
        ("packages", after.packages, done["packages"]),
    ):
        if is_there != told:
            yield f"the database holds {is_there} {what} at the end, and should hold {told}"
