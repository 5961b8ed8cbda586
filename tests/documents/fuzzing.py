"""Spoilt sheets of orders, made from sound ones; run as a program, it reads them within bounds of time and memory.

    python tests/documents/fuzzing.py KIND FIRST COUNT FOLDER

prints what became of the inputs FIRST to FIRST + COUNT - 1 of a kind, as JSON.  An input is made from its kind and
number alone, so that ``kept.json`` can name the ones that once went wrong.
"""

from __future__ import annotations

import io
import json
import random
import re
import sys
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.within_bounds import bound_memory, examined

SECONDS = 5
"""Of the processor: an input that takes more hangs."""
HEADINGS = ["Customer", "PO number", "Product", "Quantity", "Unit", "Currency", "Price", "Requested date"]
ROWS: list[list[Any]] = [
    ["10000", "PO-1", "VALVE-20", 5, "PCE", "EUR", 12.5, date(2026, 12, 1)],
    ["10000", "PO-1", "PIPE", "1.234,5", "m", "EUR", "12,50", "31/12/2026"],
    [471, "PO-2", "PIPE", "1.234", "m", "EUR", None, "03/04/2026"],
    ["10001", "PO-3", "Größe 3/4", 7, "kg", "EUR", 0, 46117],
    ["Total", None, None, 12, None, None, None, None],
]

# --------------------------------------------------------------------------- sound sheets


def plain_workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (HEADINGS, *ROWS):
        book.active.append(row)
    book.active["A4"].number_format = "0000000"
    return _saved(book)


def messy_workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Orders of the week"])
    sheet.append(["Customer", None, "Item", None, None, "Price", None, "Date"])
    sheet.append(["Number", "PO number", "Number", "Quantity", "Unit", "Currency", "Price", None])
    for row in ROWS * 3:
        sheet.append(row)
    for cells in ("A1:H1", "A2:B2", "C2:E2", "F2:G2", "H2:H3", "A4:A5"):
        sheet.merge_cells(cells)
    sheet.row_dimensions[8].hidden = True
    sheet.column_dimensions["G"].hidden = True
    sheet["D6"] = "=2+3"
    other = book.create_sheet("Week 2")
    other.append(HEADINGS)
    other.append(ROWS[0])
    return _saved(book)


def written_workbook() -> bytes:
    """With shared strings, cached formulas and errors, by the other writer."""
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("Orders")
    for number, row in enumerate((HEADINGS, *ROWS[:2])):
        sheet.write_row(number, 0, row)
    sheet.write_formula(3, 3, "=2+3", None, 5)
    sheet.write_formula(3, 6, "=1/0", None, "#DIV/0!")
    sheet.autofilter(0, 0, 3, 7)
    sheet.set_row(2, None, None, {"hidden": True})
    book.close()
    return file.getvalue()


def _saved(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv_file() -> bytes:
    lines = [";".join("" if value is None else str(value) for value in row) for row in (HEADINGS, *ROWS)]
    return "\r\n".join([*lines, '10002;PO-4;"VALVE ""3/4""; long";5;PCE;EUR;1;2026-12-01', ""]).encode(
        "cp1252"
    )


def english_csv() -> bytes:
    text = csv_file().decode("cp1252").replace(",", ".").replace(";", ",")
    return b"\xef\xbb\xbf" + text.encode()


def wide_csv() -> bytes:
    return csv_file().decode("cp1252").replace(";", "\t").encode("utf-16")


WORKBOOKS = (plain_workbook, messy_workbook, written_workbook)
SHEETS = (csv_file, english_csv, wide_csv)

# --------------------------------------------------------------------------- how they are spoilt

TOKENS = (
    *(
        b"",
        b"\0",
        b'"',
        b"'",
        b"\r",
        b"\n",
        b"\r\n",
        b";",
        b",",
        b"\t",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x80\x81",
    ),
    *(
        b"<",
        b">",
        b"&",
        b"&#0;",
        b"&x;",
        b"<!--",
        b"]]>",
        b"<![CDATA[",
        b"<?xml?>",
        b"<!DOCTYPE x>",
        b"\xed\xa0\x80",
    ),
    *(
        b"9" * 40,
        b"9" * 400,
        b"-1",
        b"1e999",
        b"NaN",
        b"0.1" * 20,
        b"1,2,3",
        b"31/02/2026",
        b"=1+1",
        b"_x0000_",
        b"_xFFFF_",
    ),
    *(
        b"1048576",
        b"1048577",
        b"4294967296",
        b"99999999999",
        b"XFD1048576",
        b"ZZZZ1",
        b"A0",
        b"A1:XFD1048576",
    ),
)
VALUES = (
    *(
        "",
        "-1",
        "0",
        "1",
        "7",
        "1048576",
        "1048577",
        "99999999999999999999",
        "1e999",
        "NaN",
        "x",
        "A0",
        "XFD1048576",
    ),
    *(
        "ZZZZ9",
        "A1",
        "H3",
        "A1:XFD1048576",
        "B2:A1",
        "s",
        "str",
        "e",
        "d",
        "b",
        "n",
        "inlineStr",
        "true",
        "false",
    ),
    *(
        "rId1",
        "rId99",
        "../../x",
        "/xl/workbook.xml",
        "worksheets/sheet1.xml",
        "hidden",
        "\ufffe",
        "\u200b",
        "é" * 300,
    ),
)
ATTRIBUTE = re.compile(rb'="([^"]*)"')
ELEMENT = re.compile(rb"<(\w+)[^<>]*?(?:/>|>[^<]*</\1>)")


def spoil_bytes(content: bytes, dice: random.Random) -> bytes:
    """A handful of changes anywhere."""
    found = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(found) + 1)
        until = min(len(found), at + int(dice.expovariate(1 / 8)))
        match dice.randrange(6):
            case 0 if at < len(found):
                found[at] ^= 1 << dice.randrange(8)
            case 1:
                del found[at:until]
            case 2:
                found[at:at] = dice.choice(TOKENS)
            case 3:
                found[at:at] = found[at:until] * dice.choice((1, 2, 50))
            case 4:
                found[at:until] = dice.choice(TOKENS)
            case _:
                found[at:until] = dice.randbytes(until - at)
    if dice.random() < 0.08:
        del found[dice.randrange(len(found) + 1) :]
    return bytes(found)


def spoil_xml(content: bytes, dice: random.Random) -> bytes:
    """Changes that leave the XML well-formed, mostly: other values, elements twice, gone or moved."""
    for _ in range(dice.randint(1, 5)):
        attributes = list(ATTRIBUTE.finditer(content))
        elements = list(ELEMENT.finditer(content))
        kind = dice.randrange(5)
        if kind <= 1 and attributes:
            start, end = dice.choice(attributes).span(1)
            content = content[:start] + dice.choice(VALUES).encode() + content[end:]
        elif elements:
            start, end = dice.choice(elements).span()
            piece = content[start:end]
            if kind == 2:
                content = content[:start] + content[end:]
            elif kind == 3:
                content = content[:end] + piece * dice.choice((1, 2, 300)) + content[end:]
            else:
                other = dice.choice(elements).start()
                content = content[:other] + piece + content[other:]
    return content


def spoilt_workbook(number: int) -> bytes:
    dice = random.Random(f"workbook {number}")
    content = _sound(dice.choice(WORKBOOKS))
    if dice.random() < 0.2:
        return spoil_bytes(content, dice)
    parts = unpacked(content)
    names = list(parts)
    sheets = [name for name in names if "/sheet" in name or "sharedStrings" in name]
    name = dice.choice(sheets if dice.random() < 0.6 else names)
    match dice.randrange(8):
        case 0:
            parts[name] = spoil_bytes(parts[name], dice)
        case 1:
            del parts[name]
        case 2:
            other = dice.choice(names)
            parts[name], parts[other] = parts[other], parts[name]
        case _:
            parts[name] = spoil_xml(parts[name], dice)
    return packed(parts)


def spoilt_csv(number: int) -> bytes:
    dice = random.Random(f"csv {number}")
    return spoil_bytes(_sound(dice.choice(SHEETS)), dice)


def spoilt_other(number: int) -> tuple[str, bytes]:
    from old_formats import WRITERS

    dice = random.Random(f"other {number}")
    suffix = dice.choice(list(WRITERS))
    file = Path(f"sound-{number}{suffix}")
    content = WRITERS[suffix](file, [HEADINGS, *ROWS]).read_bytes()
    file.unlink()
    if suffix == ".xls":
        return suffix, spoil_bytes(content, dice)
    parts = unpacked(content)
    name = dice.choice(
        [name for name in parts if "sheet1" in name or "content" in name or "workbook" in name]
    )
    parts[name] = (spoil_bytes if suffix == ".xlsb" else spoil_xml)(parts[name], dice)
    return suffix, packed(parts)


_made: dict[Callable[[], bytes], bytes] = {}
_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def _sound(make: Callable[[], bytes]) -> bytes:
    """A sound sheet without the moment in which it was made, so that a number gives the same input for ever."""
    if make not in _made:
        content = make()
        _made[make] = content if make in SHEETS else packed(unpacked(content))
    return _made[make]


def unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of a package, without the moment in which they were made."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    return {name: _MOMENT.sub(b"2026-01-01T00:00:00Z", part) for name, part in parts.items()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    """The package of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED, compresslevel=1)
    return file.getvalue()


# --------------------------------------------------------------------------- reading them


def outcome(path: Path) -> str:
    """ "read", or the code of the error; ``AssertionError`` when either says too little."""
    from erp_connect.documents import read_orders, row_results, write_checked_copy
    from erp_connect.errors import InvalidDocument

    try:
        sheet = read_orders(path)
        for issue in sheet.issues:
            assert issue.place is not None
            assert issue.place.file == path.name, issue
            assert issue.place.cell or issue.place.line, issue
            assert issue.fix, issue
        rows = [row for order in (*sheet.orders, *sheet.refused) for row in order.rows]
        assert len(rows) == sheet.rows.filled
        results = row_results(sheet)
        assert set(rows) == set(results)
        if path.suffix in (".xlsx", ".csv"):
            write_checked_copy(sheet, path.with_name(f"copy{path.suffix}"), results)
    except InvalidDocument as error:
        if not error.hint or not (error.place and (path.stem in error.place or "copy" in error.place)):
            raise AssertionError(f"{error.code} says too little: {error}") from error
        return error.code
    return "read"


def run(kind: str, first: int, count: int, folder: Path) -> dict[str, Any]:
    """Read the inputs of a kind; what went wrong stands in ``failures`` with its number."""

    def make(number: int) -> Path:
        suffix, content = {
            "workbook": lambda n: (".xlsx", spoilt_workbook(n)),
            "csv": lambda n: (".csv", spoilt_csv(n)),
            "other": spoilt_other,
        }[kind](number)
        path = folder / f"{kind}-{number}{suffix}"
        path.write_bytes(content)
        return path

    # A sound sheet of each kind first, so that all libraries are there when the memory is bounded.
    for sound, suffix in ((plain_workbook, ".xlsx"), (csv_file, ".csv")):
        path = folder / f"sound{suffix}"
        path.write_bytes(sound())
        assert outcome(path) == "read"
        path.unlink()
    bound_memory()
    return examined(range(first, first + count), make, outcome, seconds=SECONDS)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))))
