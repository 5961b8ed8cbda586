"""A blank workbook of orders for one system: its columns, limits, drop-downs and checks, ready to be filled in.

What may be typed comes from the capabilities; codes to choose from come from the system's own customers and products.
The sheet that is filled in is read by ``read_orders`` as any other.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from ..adapters.contract import Capabilities, FieldSupport, Support
from ..errors import InvalidDocument
from ..models import Customer, Product, Supplier
from ..models.countries import COUNTRIES
from ..models.currencies import active_codes
from ..models.units import UNITS
from .cell_text import written_text
from .fields import Book, Field, Holds, fields_of
from .headings import Language, heading
from .tables import NO_GUESSES
from .template_words import word
from .whole import whole_file

__all__ = ["write_template"]

ROWS: Final = 10_000
"""Rows that have formats, drop-downs and checks."""
_LISTS: Final = "Lists"
_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 31)
_AS_TEXT: Final = frozenset({Holds.CODE, Holds.TEXT, Holds.CURRENCY, Holds.UNIT, Holds.COUNTRY})
_PARTIES: Final = ("customer", "supplier")
_PATHS: Final = {
    # Where a column's value ends in the draft, if not under the column's own name.
    "number": ("references",),
    "line.price.per": ("line.price",),
    "line.requested": ("line.requested", "requested"),
    "line.warehouse": ("line.warehouse", "warehouse"),
    "ship_to.street": ("ship_to.lines",),
    "ship_to.street2": ("ship_to.lines",),
}
_NUMBERS: Final[dict[Holds, dict[str, Any]]] = {
    Holds.QUANTITY: {"validate": "decimal", "criteria": ">", "value": 0},
    Holds.PRICE: {"validate": "decimal", "criteria": ">=", "value": 0},
    Holds.PERCENT: {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100},
    Holds.DATE: {"validate": "date", "criteria": "between", "minimum": _EARLIEST, "maximum": _LATEST},
}


def write_template(
    path: str | os.PathLike[str],
    capabilities: Capabilities,
    *,
    kind: Book = "sales",
    language: Language = "en",
    parties: Iterable[Customer | Supplier] = (),
    products: Iterable[Product] = (),
) -> Path:
    """Write a blank workbook (.xlsx) for orders of one system, and return its path.

    Columns that must be filled in are marked with a star, those that the system cannot hold are hidden; comments on the
    headings say what goes in and how much of it.  Codes are text, so that zeros in front stay.  Numbers, dates, lengths
    and closed lists are checked while somebody types.  ``parties`` (``erp.customers.list()``, or the suppliers) and
    ``products`` are offered in drop-downs, with the products' units; blocked ones are left out.

    Raises ``InvalidDocument`` when the path is no name of a workbook in a folder that exists, or is taken: a workbook
    that somebody filled in is never written over.
    """
    target = Path(path)
    _check(target)
    choices = _choices(parties, products, kind)
    columns = [_column(field, kind, capabilities, choices, language) for field in fields_of(kind)]
    with whole_file(target) as file:
        _write(file, columns, kind, language)
    return target


def _check(target: Path) -> None:
    trouble = None
    if target.suffix.lower() != ".xlsx":
        trouble = ("target_suffix", "a template is a workbook", "let its name end in .xlsx")
    elif not target.parent.is_dir():
        trouble = ("target_folder", "the folder does not exist", "give another path")
    elif target.exists():
        trouble = ("target_exists", "there is such a file already", "give another name, or remove the file")
    if trouble is not None:
        code, message, hint = trouble
        raise InvalidDocument(message, code=code, hint=hint, place=target.name)


# --------------------------------------------------------------------------- what the columns are like


@dataclass(frozen=True, slots=True)
class _Choices:
    """The codes to choose from, by field name."""

    parties: tuple[str, ...]
    products: tuple[str, ...]
    units: tuple[str, ...]
    currencies: tuple[str, ...]


def _choices(parties: Iterable[Customer | Supplier], products: Iterable[Product], kind: Book) -> _Choices:
    numbers: dict[str, None] = {}
    codes: dict[str, None] = {}
    units: dict[str, None] = {}
    currencies: dict[str, None] = {}
    for party in parties:
        if party.number and not party.blocked:
            numbers[party.number] = None
            if party.currency:
                currencies[party.currency] = None
    for product in products:
        if product.code and not product.blocked:
            codes[product.code] = None
            units |= dict.fromkeys(
                unit for unit in (product.unit, *(each.unit for each in product.units)) if unit
            )
            if product.price is not None and kind == "sales":
                currencies[product.price.currency] = None
    return _Choices(
        parties=tuple(sorted(numbers)),
        products=tuple(sorted(codes)),
        units=tuple(sorted(units)) or tuple(UNITS),
        currencies=tuple(dict.fromkeys([*sorted(currencies), *active_codes()])),
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """A column as it is written."""

    heading: str
    comment: str
    required: bool
    hidden: bool
    number_format: str
    listed: tuple[str, ...] = ()
    check: dict[str, Any] | None = None


def _column(
    field: Field, kind: Book, capabilities: Capabilities, choices: _Choices, language: Language
) -> _Shown:
    limits = _limits(field, kind, capabilities)
    listed = limits.values or _offered(field, choices)
    said = [word("required" if field.required else "optional", language)]
    hidden = limits.support is Support.NONE and not field.required
    if limits.support is Support.NONE:
        said.append(word("nowhere", language))
    if field.name in (*_PARTIES, "customer_po", "number"):
        said.append(word("key", language))
    said += _said(field, limits, language, listed=bool(listed))
    if limits.why:
        said.append(f"({limits.why})")
    check = _check_of(field, limits)
    if listed:
        # Another code may be right all the same: the system knows more than was asked for here.
        closed = limits.values is not None or field.holds is Holds.CURRENCY
        check = {"validate": "list", "error_type": "stop" if closed else "warning"}
    return _Shown(
        heading=heading(field.name, language) + (" *" if field.required else ""),
        comment="\n".join(said),
        required=field.required,
        hidden=hidden,
        number_format="@"
        if field.holds in _AS_TEXT
        else "yyyy-mm-dd"
        if field.holds is Holds.DATE
        else "General",
        listed=tuple(listed),
        check=check and {**check, "error_message": " ".join(said)[:250]},
    )


def _limits(field: Field, kind: Book, capabilities: Capabilities) -> FieldSupport:
    """What is known of the column's field: of the first place that can hold it."""
    book = "order" if kind == "sales" else "purchase_order"
    found = [capabilities.field(f"{book}.{path}") for path in _PATHS.get(field.name, (field.name,))]
    whole = capabilities.field(f"{book}.ship_to") if field.name.startswith("ship_to.") else found[0]
    if whole.support is Support.NONE:
        found = [whole, *found[1:]]
    return next((each for each in found if each.support is not Support.NONE), found[0])


def _offered(field: Field, choices: _Choices) -> Sequence[str]:
    if field.name in _PARTIES:
        return choices.parties
    if field.name == "line.product":
        return choices.products
    if field.holds is Holds.UNIT:
        return choices.units
    if field.holds is Holds.CURRENCY:
        return choices.currencies
    return tuple(COUNTRIES) if field.holds is Holds.COUNTRY else ()


def _said(field: Field, limits: FieldSupport, language: Language, *, listed: bool) -> list[str]:
    """What goes into the column, and how much of it."""
    said = []
    if listed:
        closed = limits.values is not None or field.holds is Holds.CURRENCY
        said.append(word("listed" if closed else "known", language))
    if field.holds in (Holds.CODE, Holds.TEXT):
        said.append(word("code" if field.holds is Holds.CODE else "text", language))
    elif field.holds is Holds.DATE:
        said.append(word("date", language, "2026-12-31"))
    elif field.holds is Holds.QUANTITY:
        said.append(word("whole" if limits.scale == 0 else "quantity", language))
    elif field.holds is Holds.PRICE:
        said.append(word("price", language))
    elif field.holds is Holds.PERCENT:
        said.append(word("percent", language))
    if field.holds in _AS_TEXT and limits.max_length is not None:
        said.append(word("length", language, limits.max_length))
    if limits.scale:
        said.append(word("scale", language, limits.scale))
    return said


def _check_of(field: Field, limits: FieldSupport) -> dict[str, Any] | None:
    if field.holds in _NUMBERS:
        check = dict(_NUMBERS[field.holds])
        if field.holds is Holds.QUANTITY and limits.scale == 0:
            check["validate"] = "integer"
        return check
    if limits.max_length is not None:
        return {"validate": "length", "criteria": "<=", "value": limits.max_length}
    return None


# --------------------------------------------------------------------------- the workbook


def _write(file: Any, columns: Sequence[_Shown], kind: Book, language: Language) -> None:
    import xlsxwriter
    from xlsxwriter.utility import xl_range_abs

    with xlsxwriter.Workbook(file, NO_GUESSES) as book:
        sheet = book.add_worksheet(word(kind, language))
        lists = book.add_worksheet(_LISTS)
        lists.hide()
        look = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        looks = {
            True: book.add_format({**look, "bg_color": "#1F4E78", "font_color": "#FFFFFF"}),
            False: book.add_format({**look, "bg_color": "#DDEBF7"}),
        }
        formats: dict[str, Any] = {}
        for index, column in enumerate(columns):
            number_format = formats.setdefault(
                column.number_format, book.add_format({"num_format": column.number_format})
            )
            sheet.set_column(index, index, 18, number_format, {"hidden": column.hidden})
            sheet.write_string(0, index, column.heading, looks[column.required])
            sheet.write_comment(0, index, column.comment, {"x_scale": 2, "y_scale": 1.5})
            if column.check is None:
                continue
            check = dict(column.check)
            if column.listed:
                for row, code in enumerate(column.listed):
                    lists.write_string(row, index, written_text(code))
                check["source"] = f"={_LISTS}!{xl_range_abs(0, index, len(column.listed) - 1, index)}"
            sheet.data_validation(1, index, ROWS, index, check)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": xl_range_abs(0, 0, ROWS, len(columns) - 1)})
        sheet.set_landscape()
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
