"""The fields of a csv file, record by record: encodings, delimiters and quotes as spreadsheets write them.

The standard reader is not used because its limit for long fields belongs to the whole process, and because a checked
copy must give back each record as it was written.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import ConfigurationError, InvalidDocument
from ..models.references import Place
from .defusing import undefused
from .shape import Shape
from .values import BLANK, Cell

__all__ = ["DELIMITERS", "CsvRows", "Record", "encoding_of", "open_csv", "records"]

DELIMITERS: Final = (",", ";", "\t")
LONGEST_RECORD: Final = 50_000_000
"""Characters of one record; a quote that is never closed reaches further."""
_WIDEST: Final = 16_384
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line where it begins, its fields, and its text without the line end."""

    line: int
    fields: tuple[str, ...]
    text: str
    end: str


def _refused(code: str, message: str, hint: str, path: Path, line: int | None = None) -> InvalidDocument:
    place = path.name if line is None else f"{path.name}, line {line}"
    return InvalidDocument(message, code=code, hint=hint, place=place)


def encoding_of(path: Path) -> str:
    """The encoding: by its byte order mark, else UTF-8 when the whole file is, else Windows-1252.

    Raises ``InvalidDocument`` for bytes that are none of these, and for NUL bytes.
    """
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
        file.seek(0)
        candidates = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "cp1252")}
        lines = 1
        while block := file.read(1 << 20):
            if b"\0" in block:
                line = lines + block[: block.index(b"\0")].count(b"\n")
                raise _refused(
                    "csv_nul_byte",
                    "the file holds NUL bytes: it is not text, or UTF-16 without its mark",
                    'save it in Excel as "CSV UTF-8"',
                    path,
                    line,
                )
            lines += block.count(b"\n")
            _drop_wrong(candidates, block, final=False)
        _drop_wrong(candidates, b"", final=True)
    if not candidates:
        raise _refused(
            "csv_encoding",
            "the text is neither UTF-8, UTF-16 nor Windows-1252",
            'save it in Excel as "CSV UTF-8"',
            path,
        )
    return next(iter(candidates))


def _drop_wrong(candidates: dict[str, codecs.IncrementalDecoder], block: bytes, *, final: bool) -> None:
    for name in list(candidates):
        try:
            candidates[name].decode(block, final)
        except UnicodeDecodeError:
            del candidates[name]


def records(path: Path, encoding: str, delimiter: str) -> Iterator[Record]:
    """The records of the file, blank lines included; a quoted field may run over several lines.

    Raises ``InvalidDocument`` for quotes that are never closed and for characters that the encoding does not know.
    """
    with path.open("r", encoding=encoding, newline="") as file:
        line = 0
        try:
            while text := file.readline(LONGEST_RECORD + 1):
                line += 1
                begun = line
                pieces, length = [text], len(text)
                inside = _quotes_open(text, delimiter)
                while inside and length <= LONGEST_RECORD:
                    more = file.readline(LONGEST_RECORD + 1)
                    if not more:
                        break
                    line += 1
                    pieces.append(more)
                    length += len(more)
                    inside = _quotes_open(more, delimiter, inside=True)
                if inside:
                    raise _refused(
                        "csv_quotes",
                        "a quote that opens here is never closed",
                        "close the quote, or double it where it belongs to the text",
                        path,
                        begun,
                    )
                if length > LONGEST_RECORD:
                    raise _refused(
                        "document_too_large",
                        f"a line has more than {LONGEST_RECORD:,} characters",
                        "this is no csv file of orders; check the file",
                        path,
                        begun,
                    )
                text = "".join(pieces)
                body = text.rstrip("\r\n")
                if "\0" in body:
                    raise _refused(
                        "csv_nul_byte",
                        "the line holds a NUL character",
                        'save it in Excel as "CSV UTF-8"',
                        path,
                        begun,
                    )
                yield Record(begun, tuple(_fields(body, delimiter)), body, text[len(body) :])
        except UnicodeError as error:
            raise _refused(
                "csv_encoding",
                f"the text is not {encoding}",
                'save it in Excel as "CSV UTF-8", or give its encoding',
                path,
                line + 1,
            ) from error


def _quotes_open(text: str, delimiter: str, *, inside: bool = False) -> bool:
    """Whether the text, begun inside a quoted field or not, ends inside one."""
    if '"' not in text:
        return inside
    at = 0
    while at < len(text):
        if not inside and text[at] == '"':
            inside = True  # a quote opens a field only at its start; elsewhere (12" pipe) it is like other characters
            at += 1
            continue
        if inside:
            closing = text.find('"', at)
            if closing < 0:
                return True
            if text.startswith('""', closing):
                at = closing + 2
                continue
            inside = False
            at = closing + 1
        following = text.find(delimiter, at)
        if following < 0:
            return False
        at = following + 1
    return inside


def _fields(body: str, delimiter: str) -> Iterator[str]:
    if '"' not in body:
        yield from body.split(delimiter)
        return
    at = 0
    while at <= len(body):
        if body.startswith('"', at):
            piece, at = _quoted(body, at + 1)
            following = body.find(delimiter, at)
            end = len(body) if following < 0 else following
            yield piece + body[at:end]
        else:
            following = body.find(delimiter, at)
            end = len(body) if following < 0 else following
            yield body[at:end]
        if following < 0:
            return
        at = end + 1


def _quoted(body: str, at: int) -> tuple[str, int]:
    """The text of a quoted field, and where its closing quote ends."""
    pieces: list[str] = []
    while True:
        closing = body.find('"', at)
        if closing < 0:
            return "".join([*pieces, body[at:]]), len(body)
        pieces.append(body[at:closing])
        if not body.startswith('""', closing):
            return "".join(pieces), closing + 1
        pieces.append('"')
        at = closing + 2


@dataclass(frozen=True, slots=True)
class CsvRows:
    """A csv file; the number of a row is the line where its record begins."""

    path: Path
    encoding: str
    delimiter: str

    @property
    def sheet(self) -> str | None:
        """A csv file has no sheets."""
        return None

    @property
    def shape(self) -> Shape:
        """Nothing is hidden or merged."""
        return Shape()

    @property
    def since_1904(self) -> bool:
        """Day numbers, where there are any, come from the usual calendar."""
        return False

    @property
    def tells_errors(self) -> bool:
        """Errors are written as texts."""
        return True

    def place(self, row: int, column: int | None = None) -> Place:
        """Where a field, or a whole record, is."""
        return Place(file=self.path.name, line=row, column=column)

    def rows(
        self, first: int = 1, last: int | None = None, width: int = _WIDEST
    ) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The records from line ``first`` on, each with its line."""
        for record in records(self.path, self.encoding, self.delimiter):
            if record.line < first:
                continue
            if last is not None and record.line > last:
                return
            yield record.line, [_cell(field) for field in record.fields[:width]] if record.text else ()

    def close(self) -> None:
        """Nothing is kept open."""


def _cell(field: str) -> Cell:
    if not field:
        return BLANK
    if field.startswith('="') and field.endswith('"') and len(field) > 2:
        field = field[2:-1]  # how spreadsheets are made to keep leading zeros
    return Cell(undefused(field))


def open_csv(
    path: Path, *, encoding: str | None, delimiter: str | None, known: Callable[[CsvRows], int]
) -> CsvRows:
    """The file's rows; what is not said of it is found out.

    Of several delimiters it is the one by which the most headings are ``known``.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ConfigurationError("the delimiter must be one character, and no quote or line end")
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise ConfigurationError(
                f"there is no encoding {encoding!r}", hint="use utf-8, utf-16 or cp1252"
            ) from None
    read_as = encoding or encoding_of(path)
    if delimiter is not None:
        return CsvRows(path, read_as, delimiter)
    first = next((record.text for record in records(path, read_as, "\0")), "")
    if first.lower().startswith("sep=") and len(first) == 5:
        return CsvRows(path, read_as, first[4])
    return max((CsvRows(path, read_as, each) for each in DELIMITERS), key=known)
