"""What kind of file is this, and is it safe to open?"""

from __future__ import annotations

import zipfile
import zlib
from enum import Enum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from ..errors import InvalidDocument

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["DAMAGE", "FileKind", "check_sizes", "damaged", "kind_of_file", "no_document_type", "open_package"]

MAX_UNPACKED: Final = 1_000_000_000
"""Bytes that all parts of a workbook together may unpack to."""
MAX_RATIO: Final = 200
"""How many times larger a part may get by unpacking; real sheets stay below 50."""
RATIO_COUNTS_FROM: Final = 20_000_000
"""Parts smaller than this may be packed as tightly as they like."""
MAX_PARTS: Final = 5_000

DAMAGE: Final = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    SyntaxError,  # what XML parsers raise
    ArithmeticError,
    EOFError,
    OSError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What a damaged workbook makes the parsers raise."""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK_NAMES: Final = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".xlt", ".ods")


class FileKind(Enum):
    """The kinds of file that orders are read from."""

    WORKBOOK = "workbook"
    OTHER_WORKBOOK = "workbook in another format"
    """.xls, .xlsb or .ods: read by the fast reader."""
    CSV = "csv"


def _refused(code: str, message: str, hint: str, path: Path) -> InvalidDocument:
    return InvalidDocument(message, code=code, hint=hint, place=path.name)


def damaged(path: Path, what: str) -> InvalidDocument:
    """The error for a workbook that cannot be read to its end."""
    return _refused(
        "document_damaged",
        f"the workbook is damaged: {what}",
        "open it in Excel, let it repair the file, save it, and try again; or ask for the file once more",
        path,
    )


def kind_of_file(path: Path) -> FileKind:
    """Whether the file is a workbook or a csv, judged by what it begins with, then by its name.

    Raises ``InvalidDocument``, with another code for each: missing, a folder, not readable, empty, encrypted, no
    workbook in spite of its name.
    """
    try:
        if path.is_dir():
            raise _refused(
                "document_is_folder", "this is a folder, not a file", "name the workbook inside it", path
            )
        with path.open("rb") as file:
            start = file.read(512)
            if start.startswith(_OLE):
                _refuse_encrypted(file, start, path)
                return FileKind.OTHER_WORKBOOK
    except FileNotFoundError:
        raise _refused("document_missing", "there is no such file", "check the path", path) from None
    except OSError as error:
        raise _refused(
            "document_unreadable",
            f"the file cannot be opened ({error.strerror})",
            "close it in other programs, and check who may read it",
            path,
        ) from error
    if not start.strip():
        raise _refused("document_empty", "the file is empty", "save the workbook again", path)
    if start.startswith(_ZIP):
        return _kind_of_zip(path)
    if path.suffix.lower() in _WORKBOOK_NAMES:
        raise _refused(
            "document_not_a_workbook",
            "the file has the name of a workbook, but is none",
            "open it in Excel and save it as .xlsx (many systems export HTML or text under such a name)",
            path,
        )
    return FileKind.CSV


def _refuse_encrypted(file: IO[bytes], start: bytes, path: Path) -> None:
    encrypted = "EncryptedPackage".encode("utf-16-le")
    tail = start
    while tail:
        if encrypted in tail:
            raise _refused(
                "document_encrypted",
                "the workbook is protected by a password",
                "open it with the password, and save it without one (File, Info, Protect Workbook)",
                path,
            )
        more = file.read(1 << 20)
        tail = tail[-len(encrypted) :] + more if more else b""


def _kind_of_zip(path: Path) -> FileKind:
    """Whether the zip holds one of the other formats; what is wrong with it is told by whoever opens it."""
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
            if "xl/workbook.bin" in names:
                return FileKind.OTHER_WORKBOOK
            if "mimetype" in names:
                with package.open("mimetype") as stream:
                    if b"opendocument.spreadsheet" in stream.read(100):
                        return FileKind.OTHER_WORKBOOK
    except (*DAMAGE, NotImplementedError):
        pass
    return FileKind.WORKBOOK


def open_package(path: Path) -> zipfile.ZipFile:
    """The workbook's zip, after its table of contents was found sound and of a sane size; the caller closes it.

    Raises ``InvalidDocument`` for truncated files, other zips, zip bombs, encrypted parts and hostile XML.
    """
    try:
        package = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise damaged(path, "its end is missing (an interrupted download or copy)") from None
    except (OSError, ValueError, NotImplementedError) as error:
        raise damaged(path, "its table of contents cannot be read") from error
    try:
        _check_contents(package, path)
        _check_parts(package, path)
    except InvalidDocument:
        package.close()
        raise
    return package


def _check_contents(package: zipfile.ZipFile, path: Path) -> None:
    parts = package.infolist()
    names = {part.filename for part in parts}
    check_sizes(parts, path)
    if len(names) != len(parts):
        raise damaged(path, "two of its parts have one name")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise _refused(
            "document_not_a_workbook",
            "this is a zip, but no workbook",
            "give the .xlsx file itself, not an archive or another Office document",
            path,
        )


def check_sizes(parts: Sequence[zipfile.ZipInfo], path: Path) -> None:
    """Refuse zip bombs and parts with a password, judged by the table of contents."""
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _refused(
            "document_too_large",
            f"the workbook unpacks to more than {MAX_UNPACKED // 1_000_000:,} MB or {MAX_PARTS:,} parts",
            "this may be an attack (a zip bomb): do not open it; otherwise split the workbook",
            path,
        )
    for part in parts:
        if part.file_size > RATIO_COUNTS_FROM and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise _refused(
                "document_too_large",
                f"a part of the workbook grows more than {MAX_RATIO} times when it is unpacked",
                "this may be an attack (a zip bomb): do not open it; otherwise save the workbook again in Excel",
                path,
            )
        if part.flag_bits & 0x1:
            raise _refused(
                "document_encrypted",
                "the file is a zip with a password",
                "unpack it with the password, and give the workbook inside",
                path,
            )


def _check_parts(package: zipfile.ZipFile, path: Path) -> None:
    for part in package.infolist():
        if part.filename.lower().endswith((".xml", ".rels")):
            try:
                with package.open(part) as stream:
                    no_document_type(stream, path, part.filename)
            except DAMAGE as error:
                raise damaged(path, f"its part {part.filename} cannot be read") from error


def no_document_type(stream: IO[bytes], path: Path, name: str) -> None:
    """Refuse XML that brings a document type: workbooks never do, and entities are a way to attack."""
    from lxml import etree

    events: Iterator[tuple[str, etree._Element]] = iter(
        etree.iterparse(
            stream,
            events=("start",),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
        )
    )
    _, root = next(events)
    document = root.getroottree().docinfo
    if document.doctype or document.internalDTD is not None:
        raise _refused(
            "document_hostile",
            f"the part {name} declares a document type, which no spreadsheet program writes",
            "this may be an attack: do not open it, and ask the sender",
            path,
        )
