"""The demo's workbook: 300 orders as customers send them, with 40 planted faults, the same for the same day."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ...errors import ConfigurationError
from .company import (
    BLOCKED_CUSTOMER,
    CUSTOMERS,
    OLD_PRODUCT,
    PRODUCTS,
    SUCCESSOR,
    House,
    Item,
    price_of,
)
from .faults import KINDS, Fault, Kind

__all__ = ["ORDERS", "Book", "PlannedOrder", "correct", "made_on", "planned", "write_book"]

ORDERS: Final = 300
_SEED: Final = 20_260
_TITLE: Final = "Orders for erp-connect demo"
_COLUMNS: Final = (
    ("customer", "Customer number", 16),
    ("customer_po", "PO number", 16),
    ("order_date", "Order date", 12),
    ("currency", "Currency", 9),
    ("product", "Product code", 16),
    ("description", "Description", 30),
    ("quantity", "Quantity", 10),
    ("unit", "Unit", 8),
    ("expected_price", "Expected price", 14),
    ("requested", "Requested date", 14),
    ("name", "Ship-to name", 28),
    ("street", "Ship-to street", 24),
    ("city", "Ship-to city", 16),
    ("postal_code", "Ship-to postal code", 18),
    ("country", "Ship-to country", 15),
    ("notes", "Notes", 30),
)
_LETTERS: Final = {name: chr(ord("A") + index) for index, (name, _, _) in enumerate(_COLUMNS)}
_FIRST_ROW: Final = 2
_NOTES: Final = (
    "please deliver before noon",
    "call before delivery",
    "forklift on site",
    "goods in at the back gate",
    "one delivery only, please",
)
_UNIT_WORDS: Final = {"H87": ("pcs", "H87", "pc"), "MTR": ("MTR",), "KGM": ("kg", "KGM"), "LTR": ("LTR",)}


@dataclass(slots=True)
class PlannedOrder:
    """One order of the demo as it should be: customer, PO number and rows of right values."""

    index: int
    house: House
    customer_po: str
    order_date: date
    requested: date
    rows: list[dict[str, Any]] = field(default_factory=list)
    first_row: int = 0

    @property
    def cells(self) -> Iterator[tuple[str, str, Any]]:
        """Cell, field and value."""
        for offset, row in enumerate(self.rows):
            for name, value in row.items():
                yield f"{_LETTERS[name]}{self.first_row + offset}", name, value

    def cell(self, name: str, offset: int = 0) -> str:
        """The cell of a field in one of the order's rows."""
        return f"{_LETTERS[name]}{self.first_row + offset}"


@dataclass(frozen=True, slots=True)
class Book:
    """All that the workbook holds: right orders, and the faults that are written over them."""

    day: date
    orders: tuple[PlannedOrder, ...]
    faults: tuple[Fault, ...]
    wrong: Mapping[str, Any]
    """Cell to the wrong value that is written there."""


def planned(day: date) -> Book:
    """The orders and faults of a day; for the same day always the same."""
    chance = random.Random(_SEED)  # noqa: S311 (invented orders, the same every time)
    orders = []
    row = _FIRST_ROW
    for index in range(ORDERS):
        order = _order(index, day, chance)
        order.first_row = row
        row += len(order.rows)
        orders.append(order)
    wrong: dict[str, Any] = {}
    faults = tuple(_planted(orders, chance, wrong))
    return Book(day, tuple(orders), faults, wrong)


def _order(index: int, day: date, chance: random.Random) -> PlannedOrder:
    house = chance.choice(CUSTOMERS)
    order_date = day - timedelta(days=chance.randint(0, 12))
    # Every fifteenth order was promised for a day that has gone by.
    late = index % 15 == 4
    requested = (
        day - timedelta(days=chance.randint(1, 9)) if late else day + timedelta(days=chance.randint(4, 45))
    )
    if late:
        order_date = requested - timedelta(days=10)
    order = PlannedOrder(index, house, _po(index, chance), order_date, requested)
    address = _address(house, chance) if chance.random() < 0.2 else {}
    note = chance.choice(_NOTES) if chance.random() < 0.15 else None
    for item in chance.sample(PRODUCTS, chance.choice((1, 1, 2, 2, 2, 3, 3, 4))):
        order.rows.append(_row(order, item, chance, address, note))
    return order


def _po(index: int, chance: random.Random) -> str:
    style = index % 3
    if style == 0:
        return f"PO-{4000 + index}"
    return f"45{chance.randint(0, 9)}{index:05d}" if style == 1 else f"B/{26 + index % 2}/{index:04d}"


def _address(house: House, chance: random.Random) -> dict[str, Any]:
    site = chance.choice(("Building site", "Warehouse", "Workshop"))
    return {
        "name": f"{house.name}, {site}",
        "street": f"{house.street}{chance.choice(('a', 'b', ''))}",
        "city": house.city,
        "postal_code": house.postal_code,
        "country": house.country,
    }


def _row(
    order: PlannedOrder, item: Item, chance: random.Random, address: Mapping[str, Any], note: str | None
) -> dict[str, Any]:
    in_boxes = item.box is not None and chance.random() < 0.2
    quantity = chance.choice((1, 2, 4, 5)) if in_boxes else chance.choice((2, 5, 6, 10, 12, 20, 24, 25))
    price = price_of(item, order.house.currency)
    row: dict[str, Any] = {
        "customer": order.house.number,
        "customer_po": order.customer_po,
        "order_date": order.order_date,
        "currency": order.house.currency,
        "product": item.code,
        "description": item.name,
        # Numbers and dates that were typed as texts are a daily sight, and right.
        "quantity": str(quantity) if chance.random() < 0.05 else quantity,
        "unit": "XBX" if in_boxes else chance.choice(_UNIT_WORDS[item.unit]),
        "expected_price": None if in_boxes or chance.random() < 0.3 else price,
        "requested": order.requested.isoformat() if chance.random() < 0.05 else order.requested,
    }
    return row | dict(address) | ({"notes": note} if note else {})


# --------------------------------------------------------------------------- faults


def _planted(orders: Sequence[PlannedOrder], chance: random.Random, wrong: dict[str, Any]) -> Iterator[Fault]:
    free = [order for order in orders if order.index % 15 != 4]  # late orders stay as they are
    chance.shuffle(free)
    for kind in KINDS:
        for _ in range(kind.times):
            order = next(order for order in free if _suits(kind, order))
            free.remove(order)
            yield _plant(kind, order, chance, wrong)


def _suits(kind: Kind, order: PlannedOrder) -> bool:
    if kind.code == "header_differs":
        return len(order.rows) > 1
    if kind.code == "price_mismatch":
        return order.rows[0]["expected_price"] is not None
    if kind.code == "unit_not_sold":
        return _item(order.rows[0]).unit == "H87"
    if kind.code == "product_blocked":
        return not any(row["product"] == SUCCESSOR for row in order.rows)
    return True


def _item(row: Mapping[str, Any]) -> Item:
    return next(item for item in PRODUCTS if item.code == row["product"])


def _plant(kind: Kind, order: PlannedOrder, chance: random.Random, wrong: dict[str, Any]) -> Fault:
    offset = 1 if kind.code == "header_differs" else 0
    if kind.code == "product_blocked":
        _becomes_successor(order)
    value = _wrong_value(kind, order, chance)
    rows = range(len(order.rows)) if kind.whole_order else (offset,)
    corrections = []
    for each in rows:
        cell = order.cell(kind.column, each)
        wrong[cell] = value
        corrections.append((cell, order.rows[each][kind.column]))
    return Fault(kind, order.index, order.cell(kind.column, offset), tuple(corrections))


def _becomes_successor(order: PlannedOrder) -> None:
    item = next(item for item in PRODUCTS if item.code == SUCCESSOR)
    order.rows[0].update(
        product=item.code, description=item.name, quantity=2, unit="pcs", expected_price=None
    )


def _wrong_value(kind: Kind, order: PlannedOrder, chance: random.Random) -> Any:
    row = order.rows[0]
    number, code = order.house.number, str(row["product"])
    other = "USD" if order.house.currency != "USD" else "EUR"
    return {
        "customer_unknown": f"{number[:2]}9{number[3:]}",
        "customer_blocked": BLOCKED_CUSTOMER.number,
        "product_unknown": code.replace("-", "", 1) + "X",
        "product_blocked": OLD_PRODUCT,
        "unit_not_sold": "LTR",
        "price_mismatch": None
        if row["expected_price"] is None
        else (row["expected_price"] * Decimal("1.1") + Decimal("0.07")).quantize(Decimal("0.01")),
        "not_positive": 0,
        "not_a_number": chance.choice(("a dozen", "12 or 24", "see mail")),
        "not_a_date": chance.choice(("as soon as possible", "week 51", "31.02.2027")),
        "unknown_currency": chance.choice(("EUX", "Eurs", "XYZ")),
        "missing_value": None,
        "header_differs": other,
    }[kind.code]


# --------------------------------------------------------------------------- files


def write_book(book: Book, path: Path) -> None:
    """Write the workbook, faults and all; it appears whole or not at all."""
    import xlsxwriter

    unfinished = path.with_name(f".{path.name}.part")
    with xlsxwriter.Workbook(unfinished) as file:
        file.set_properties(
            {
                "title": _TITLE,
                "created": datetime.combine(book.day, time(6)),
                "comments": "All names are invented.",
            }
        )
        heading = file.add_format({"bold": True, "bg_color": "#DDE6F0", "bottom": 1})
        formats = {
            date: file.add_format({"num_format": "yyyy-mm-dd"}),
            Decimal: file.add_format({"num_format": "0.00"}),
        }
        sheet = file.add_worksheet("Orders")
        sheet.freeze_panes(1, 2)
        for column, (_, title, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, heading)
        for order in book.orders:
            for cell, _, right in order.cells:
                _write(sheet, cell, book.wrong.get(cell, right), formats)
        sheet.autofilter(0, 0, book.orders[-1].first_row + len(book.orders[-1].rows) - 2, len(_COLUMNS) - 1)
        about = file.add_worksheet("About")
        about.set_column(0, 0, 100)
        for row, line in enumerate(
            (
                f"Made by erp-connect demo for {book.day:%d %B %Y}: {len(book.orders)} orders, all names invented.",
                f"{len(book.faults)} faults of {len(KINDS)} kinds are planted among them, one order each.",
            )
        ):
            about.write_string(row, 0, line)
    unfinished.replace(path)


def _write(sheet: Any, cell: str, value: Any, formats: Mapping[type, Any]) -> None:
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(cell, datetime.combine(value, time()), formats[date])
    elif isinstance(value, Decimal):
        sheet.write_number(cell, float(value), formats[Decimal])  # a workbook knows no other numbers
    elif isinstance(value, int):
        sheet.write_number(cell, value)
    else:
        sheet.write_string(cell, value)


def made_on(path: Path) -> date:
    """The day that a workbook of the demo was made for; ``ConfigurationError`` for a workbook of somebody else's."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        file = load_workbook(path, read_only=True)
    except (OSError, ValueError, KeyError, BadZipFile, InvalidFileException):
        file = None
    try:
        if file is None or file.properties.title != _TITLE or file.properties.created is None:
            raise ConfigurationError(
                f"{path.name} is here already, and the demo did not make it",
                hint=f"run the demo in an empty folder, or give that file as --workbook {path.name}",
            )
        created: datetime = file.properties.created
        return created.date()
    finally:
        if file is not None:
            file.close()


def correct(checked: Path, target: Path, faults: Sequence[Fault]) -> None:
    """Correct the checked copy as the person would who got it back, and save it under another name."""
    from openpyxl import load_workbook

    file = load_workbook(checked)
    sheet = file["Orders"]
    for fault in faults:
        for cell, value in fault.corrections:
            sheet[cell].value = float(value) if isinstance(value, Decimal) else value
    file.save(target)
    file.close()
