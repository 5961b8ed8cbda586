"""Small workbooks in other formats, byte by byte: no library of ours writes them, and no binary file lies about.

Cells are texts, numbers, ``date``, ``None`` for an empty cell and ``Error`` for one that shows #REF!.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

REF = 0x17
_EPOCH = date(1899, 12, 30)


class Error:
    """A cell that shows #REF!."""


Rows = Sequence[Sequence[Any]]


# --------------------------------------------------------------------------- .xls: BIFF8 in an OLE file


def write_xls(path: Path, rows: Rows, sheet: str = "Orders") -> Path:
    """Excel 97 to 2003."""
    cells = b"".join(_biff_cell(r, c, value) for r, line in enumerate(rows) for c, value in enumerate(line))
    width = max((len(line) for line in rows), default=0)
    dimensions = _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    worksheet = _bof(0x0010) + dimensions + cells + _record(0x000A)
    name = sheet.encode("latin-1")
    # Format 0 is General, format 14 the short date; fifteen style formats stand before those of cells.
    styles = b"".join(_xf(0, style=True) for _ in range(15)) + _xf(0) + _xf(14)
    before = _bof(0x0005) + _record(0x0042, struct.pack("<H", 1200)) + styles
    bound = len(before) + 4 + 8 + len(name) + 4
    listed = _record(0x0085, struct.pack("<IBBBB", bound, 0, 0, len(name), 0) + name)
    stream = before + listed + _record(0x000A) + worksheet
    path.write_bytes(_ole("Workbook", stream))
    return path


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _xf(number_format: int, *, style: bool = False) -> bytes:
    return _record(0x00E0, struct.pack("<HHH", 0, number_format, 0xFFF5 if style else 1) + b"\0" * 14)


def _biff_cell(row: int, column: int, value: Any) -> bytes:
    if value is None:
        return b""
    place = struct.pack("<HH", row, column)
    if value is Error:
        return _record(0x0205, place + struct.pack("<HBB", 15, REF, 1))
    if isinstance(value, date):
        return _record(0x0203, place + struct.pack("<Hd", 16, (value - _EPOCH).days))
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HHB", 15, len(value), 1) + text)
    return _record(0x0203, place + struct.pack("<Hd", 15, value))


def _ole(name: str, stream: bytes) -> bytes:
    """An OLE file with one stream; it is made long enough not to need the table of small sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    tables = 1
    while (sectors + 1 + tables) * 4 > tables * 512:
        tables += 1
    directory = sectors
    fat = [*range(1, sectors), 0xFFFFFFFE, 0xFFFFFFFE, *([0xFFFFFFFD] * tables)]
    fat += [0xFFFFFFFF] * (tables * 128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\0" * 6 + struct.pack(
        "<IIIIIIIII", 0, tables, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )
    header += struct.pack(
        "<109I", *range(sectors + 1, sectors + 1 + tables), *([0xFFFFFFFF] * (109 - tables))
    )
    entries = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + _entry(name, 2, 0, len(stream))
    return header + stream + entries.ljust(512, b"\0") + struct.pack(f"<{len(fat)}I", *fat)


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    entry += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + b"\0" * 36
    return entry + struct.pack("<IQ", start, size)


# --------------------------------------------------------------------------- .xlsb: records in a zip

_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>"""
_RELATION = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def write_xlsb(path: Path, rows: Rows, sheet: str = "Orders") -> Path:
    """The binary workbook of Excel 2007 and later."""
    listed = _biff12(131) + _biff12(143)
    listed += (
        _biff12(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(sheet)) + _biff12(144) + _biff12(132)
    )
    width = max((len(line) for line in rows), default=1)
    body = _biff12(129) + _biff12(148, struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, max(width - 1, 0)))
    body += _biff12(145)
    for number, line in enumerate(rows):
        body += _biff12(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))
        body += b"".join(_biff12_cell(column, value) for column, value in enumerate(line))
    body += _biff12(146) + _biff12(130)
    xf = struct.pack("<HHHHBBBBH", 0xFFFF, 0, 0, 0, 0, 0, 0, 0, 0)
    dated = struct.pack("<HHHHBBBBH", 0, 14, 0, 0, 0, 0, 0, 0, 0)
    styles = _biff12(278) + _biff12(617, struct.pack("<I", 2)) + _biff12(47, xf) + _biff12(47, dated)
    styles += _biff12(618) + _biff12(279)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES)
        package.writestr(
            "_rels/.rels",
            _RELATION.format(
                f'<Relationship Id="r1" Type="{_KIND}/officeDocument" Target="xl/workbook.bin"/>'
            ),
        )
        package.writestr("xl/workbook.bin", listed)
        package.writestr(
            "xl/_rels/workbook.bin.rels",
            _RELATION.format(
                f'<Relationship Id="rId1" Type="{_KIND}/worksheet" Target="worksheets/sheet1.bin"/>'
                f'<Relationship Id="rId2" Type="{_KIND}/styles" Target="styles.bin"/>'
            ),
        )
        package.writestr("xl/worksheets/sheet1.bin", body)
        package.writestr("xl/styles.bin", styles)
    return path


def _biff12(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(body), b""
    while True:
        size, low = size >> 7, size & 0x7F
        length += bytes([low | (0x80 if size else 0)])
        if not size:
            return head + length + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _biff12_cell(column: int, value: Any) -> bytes:
    if value is None:
        return b""
    place = struct.pack("<II", column, 1 if isinstance(value, date) else 0)
    if value is Error:
        return _biff12(3, place + bytes([REF]))
    if isinstance(value, date):
        return _biff12(5, place + struct.pack("<d", (value - _EPOCH).days))
    if isinstance(value, str):
        return _biff12(6, place + _wide(value))
    return _biff12(5, place + struct.pack("<d", value))


# --------------------------------------------------------------------------- .ods: XML in a zip

_ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="{}">{}</table:table></office:spreadsheet></office:body>
</office:document-content>"""
_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


def write_ods(path: Path, rows: Rows, sheet: str = "Orders") -> Path:
    """OpenDocument, as LibreOffice saves it."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, line))}</table:table-row>" for line in rows)
    # Programs fill the sheet to its last row with one empty, repeated row.
    lines += '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("content.xml", _ODS.format(escape(sheet), lines))
        package.writestr("META-INF/manifest.xml", _MANIFEST)
    return path


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if value is Error:
        kind, said = 'office:value-type="string" calcext:value-type="error" office:string-value=""', "#REF!"
    elif isinstance(value, date):
        kind, said = f'office:value-type="date" office:date-value="{value}"', str(value)
    elif isinstance(value, str):
        kind, said = 'office:value-type="string"', escape(value)
    else:
        kind, said = f'office:value-type="float" office:value="{value}"', str(value)
    return f"<table:table-cell {kind}><text:p>{said}</text:p></table:table-cell>"


WRITERS = {".xls": write_xls, ".xlsb": write_xlsb, ".ods": write_ods}
