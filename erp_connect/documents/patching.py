"""Write our columns and red marks into one sheet of a workbook; every other part stays byte for byte what it was.

No library saves a workbook without losing something of it (charts, sparklines, cached formula results).  So the zip is
copied part by part, and only the sheet and the styles are written anew: the sheet as a stream, row by row.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal
from xml.sax.saxutils import escape  # writes only; nothing is parsed with it

from ..errors import InvalidDocument
from .cell_text import cell_text
from .headers import OURS
from .opening import DAMAGE, damaged, open_package
from .package import MAIN, SheetPart, contents
from .results import RowResult
from .shape import column_letters
from .styles import RedStyles

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["patch_workbook"]

LAST_COLUMN: Final = 16_384
_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")
_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_QUOTES: Final = {'"': "&quot;"}
_WIDTHS: Final = ("18", "70", "24")


def _tag(name: str) -> str:
    return f"{{{MAIN}}}{name}"


_SHEET, _SHEET_DATA, _ROW, _CELL = _tag("worksheet"), _tag("sheetData"), _tag("row"), _tag("c")


@lru_cache(maxsize=LAST_COLUMN)
def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _column(reference: str) -> int:
    """The column number of a reference such as ``AB12``; zero for none."""
    return _number(reference.rstrip("0123456789"))


def patch_workbook(
    source: Path,
    target: IO[bytes],
    *,
    sheet: str,
    header_row: int,
    our_columns: tuple[int, ...],
    results: Mapping[int, RowResult],
) -> None:
    """Write a copy of ``source`` to ``target`` with the results in their rows.

    ``our_columns`` are those of an earlier checked copy, which are written anew; without any, new ones stand right of
    everything.  Raises ``InvalidDocument`` when the workbook is damaged or has no room.
    """
    with open_package(source) as package:
        part = contents(package, source).sheet(sheet, source)
        try:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
                _copy(package, copy, part, source, header_row, our_columns, results)
        except DAMAGE as error:
            raise damaged(source, f'the sheet "{sheet}" cannot be read to its end') from error


def _copy(
    package: zipfile.ZipFile,
    copy: zipfile.ZipFile,
    part: SheetPart,
    source: Path,
    header_row: int,
    our_columns: tuple[int, ...],
    results: Mapping[int, RowResult],
) -> None:
    styles_part = contents(package, source).styles
    styles = RedStyles(package, styles_part) if styles_part else None
    columns = our_columns
    if not columns:
        with package.open(part.part) as stream:
            first = _last_used_column(stream) + 1
        columns = tuple(range(first, first + len(OURS)))
    if columns[-1] > LAST_COLUMN:
        raise InvalidDocument(
            f"the sheet has no room for {len(OURS)} more columns",
            code="no_room",
            hint="remove what stands in its last columns",
            place=f"{source.name}, sheet {part.title}",
        )
    with tempfile.TemporaryFile() as rewritten:
        with package.open(part.part) as stream:
            usable = styles if styles and styles.usable else None
            _Rewriting(columns, bool(our_columns), header_row, results, usable).run(stream, rewritten)
        new_styles = styles.written() if styles else None
        for info in package.infolist():
            kept = _like(info)
            if info.filename == part.part:
                rewritten.seek(0)
                with copy.open(kept, "w", force_zip64=info.file_size > 1 << 30) as out:
                    shutil.copyfileobj(rewritten, out, 1 << 20)
            elif new_styles is not None and styles is not None and info.filename == styles.part:
                copy.writestr(kept, new_styles)
            else:
                with package.open(info) as stream, copy.open(kept, "w") as out:
                    shutil.copyfileobj(stream, out, 1 << 20)


def _like(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The same entry for a part whose packed size may change."""
    entry = zipfile.ZipInfo(info.filename, info.date_time)
    entry.compress_type = info.compress_type
    entry.comment = info.comment
    entry.create_system = info.create_system
    entry.external_attr = info.external_attr
    entry.internal_attr = info.internal_attr
    entry.file_size = info.file_size
    return entry


def _events(
    stream: IO[bytes], events: tuple[Literal["start", "end"], ...], tags: tuple[str, ...]
) -> Iterator[tuple[str, etree._Element]]:
    from lxml import etree

    return iter(
        etree.iterparse(
            stream,
            events=events,
            tag=tags,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=True,  # cells of 10 MB exist; the size of the part is bounded, and entities were refused before
            remove_comments=True,
            remove_pis=True,
        )
    )


def _last_used_column(stream: IO[bytes]) -> int:
    """The last column with content, or covered by merged cells."""
    last = 0
    merged = _tag("mergeCell")
    for _, element in _events(stream, ("end",), (_ROW, merged)):
        if element.tag == merged:
            last = max(last, _column(element.get("ref", "").rpartition(":")[2]))
        else:
            last = max(last, _last_filled(element))
            _forget(element)
    return last


def _last_filled(row: etree._Element) -> int:
    """The column of the last cell with content; zero for an empty row."""
    for cell in row.iterchildren(_CELL, reversed=True):
        if len(cell):
            reference = cell.get("r")
            if reference:
                return _column(reference)
            return max(at for at, each in _numbered(row) if len(each))
    return 0


def _forget(element: etree._Element) -> None:
    """Take a finished element out of the tree, so that memory stays flat."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


@dataclass(slots=True)
class _Rewriting:
    """One pass over the sheet: what is not ours is written as it was read.

    ``again`` says that the columns are those of an earlier checked copy, whose texts and marks are replaced.
    """

    columns: tuple[int, ...]
    again: bool
    header_row: int
    results: Mapping[int, RowResult]
    styles: RedStyles | None
    _declared: bytes = b""
    _end: bytes = b""
    _columns_written: bool = False
    _row: int = 0

    def run(self, stream: IO[bytes], out: IO[bytes]) -> None:
        """Copy the sheet: its root, what stands before the rows, the rows one by one, what stands behind them."""
        out.write(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n')
        for event, element in _events(stream, ("start", "end"), (_SHEET, _SHEET_DATA, _ROW)):
            if element.tag == _ROW:
                if event == "end":
                    self._write_row(element, out)
                    _forget(element)
            elif element.tag == _SHEET:
                if event == "start":
                    self._open(element, out)
                else:
                    self._write_others(element, out)
                    out.write(self._end)
            elif event == "start":
                for before in list(element.itersiblings(preceding=True))[::-1]:
                    self._write_other(before, out)
                if not self._columns_written:
                    self._write_missing_columns(element, out)
                out.write(b"<" + self._prefixed(element) + b">")
            else:
                out.write(b"</" + self._prefixed(element) + b">")

    def _open(self, root: etree._Element, out: IO[bytes]) -> None:
        """Write the root's start tag, and learn how its namespaces are declared, so that no row repeats them."""
        from lxml import etree

        bare = etree.Element(root.tag, dict(root.attrib), root.nsmap)
        out.write(etree.tostring(bare).removesuffix(b"/>") + b">")
        self._end = b"</" + self._prefixed(root) + b">"
        self._declared = "".join(
            f' xmlns{f":{prefix}" if prefix else ""}="{escape(uri, _QUOTES)}"'
            for prefix, uri in root.nsmap.items()
        ).encode()

    @staticmethod
    def _prefixed(element: etree._Element) -> bytes:
        local = str(element.tag).rpartition("}")[2]
        return (f"{element.prefix}:{local}" if element.prefix else local).encode()

    def _text(self, element: etree._Element) -> bytes:
        from lxml import etree

        return etree.tostring(element, with_tail=False, encoding="UTF-8").replace(self._declared, b"", 1)

    def _write_others(self, root: etree._Element, out: IO[bytes]) -> None:
        data = root.find(_SHEET_DATA)
        for behind in data.itersiblings() if data is not None else root:
            self._write_other(behind, out)

    def _write_other(self, element: etree._Element, out: IO[bytes]) -> None:
        if element.tag == _tag("dimension"):
            element.set("ref", self._wider(element.get("ref", "A1")))
        if element.tag == _tag("cols"):
            self._write_columns(element, out)
        else:
            out.write(self._text(element))

    def _wider(self, reference: str) -> str:
        first, _, last = reference.partition(":")
        corner = _REFERENCE.fullmatch(last or first)
        if corner is None:
            return reference
        column = max(_column(last or first), self.columns[-1])
        return f"{first}:{column_letters(column)}{max(int(corner.group(2)), self.header_row)}"

    def _write_columns(self, columns: etree._Element, out: IO[bytes]) -> None:
        """Give our columns a width, unless the sheet has an opinion on them."""
        from lxml import etree

        self._columns_written = True
        if all(int(known.get("max", "0")) < self.columns[0] for known in columns):
            for attributes in self._our_columns():
                etree.SubElement(columns, _tag("col"), attributes)
        out.write(self._text(columns))

    def _our_columns(self) -> Iterator[dict[str, str]]:
        for number, width in zip(self.columns, _WIDTHS, strict=False):
            yield {"min": str(number), "max": str(number), "width": width, "customWidth": "1"}

    def _write_missing_columns(self, sheet_data: etree._Element, out: IO[bytes]) -> None:
        name = self._prefixed(sheet_data).decode().removesuffix("sheetData")
        ours = "".join(
            f"<{name}col " + " ".join(f'{key}="{value}"' for key, value in each.items()) + "/>"
            for each in self._our_columns()
        )
        out.write(f"<{name}cols>{ours}</{name}cols>".encode())

    def _write_row(self, row: etree._Element, out: IO[bytes]) -> None:
        number = int(row.get("r", "0")) or self._row + 1
        self._row = number
        result = self.results.get(number)
        if number == self.header_row:
            self._annotate(row, number, OURS, style=self._last_style(row))
        elif number > self.header_row:
            if result is not None or self.again:
                self._annotate(row, number, result.texts if result else ("",) * len(OURS), style=None)
            wrong = result.wrong if result else ()
            if self.styles is not None and (wrong or self.styles.has_reds):
                self._mark(row, number, wrong, self.styles)
        out.write(self._text(row))

    @staticmethod
    def _last_style(row: etree._Element) -> str | None:
        """The look of the last heading, for ours."""
        styles = [cell.get("s") for cell in row.iterchildren(_CELL) if len(cell)]
        return styles[-1] if styles else None

    def _annotate(self, row: etree._Element, number: int, texts: tuple[str, ...], style: str | None) -> None:
        row.attrib.pop("spans", None)
        for column, text in zip(self.columns, texts, strict=False):
            if text:
                _set_text(_cell(row, number, column), text, style)
            else:
                for cell in [cell for at, cell in _numbered(row) if at == column]:
                    _empty(cell)

    def _mark(self, row: etree._Element, number: int, wrong: tuple[int, ...], styles: RedStyles) -> None:
        for at, cell in list(_numbered(row)):
            style = int(cell.get("s", "0"))
            new = styles.red(style) if at in wrong else styles.plain(style)
            if new != style:
                cell.set("s", str(new))
        present = {at for at, _ in _numbered(row)}
        for column in wrong:
            if column not in present:
                cell = _cell(row, number, column)
                cell.set("s", str(styles.red(int(row.get("s", "0")))))


def _numbered(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """The cells of a row with their columns; a cell without a reference follows the one before."""
    at = 0
    for cell in row.iterchildren(_CELL):
        at = _column(cell.get("r", "")) or at + 1
        yield at, cell


def _cell(row: etree._Element, number: int, column: int) -> etree._Element:
    """The cell of this column, made at its place when the row has none."""
    from lxml import etree

    last = row[-1] if len(row) else None
    if last is not None and last.tag == _CELL and 0 < _column(last.get("r", "")) < column:
        return etree.SubElement(row, _CELL, r=f"{column_letters(column)}{number}")
    index = 0
    for at, cell in _numbered(row):
        if at == column:
            return cell
        if at > column:
            if "r" not in cell.attrib:
                cell.set("r", f"{column_letters(at)}{number}")  # it would move by one otherwise
            break
        index += 1
    made = etree.Element(_CELL, r=f"{column_letters(column)}{number}")
    row.insert(index, made)
    return made


def _empty(cell: etree._Element) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)


def _set_text(cell: etree._Element, text: str, style: str | None) -> None:
    """Text as text, whatever it begins with: an inline string is never a formula."""
    from lxml import etree

    _empty(cell)
    cell.set("t", "inlineStr")
    if style is not None and "s" not in cell.attrib:
        cell.set("s", style)
    inline = etree.SubElement(cell, _tag("is"))
    said = etree.SubElement(inline, _tag("t"))
    said.text = _ESCAPED.sub("_x005F_", cell_text(text))
    said.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
