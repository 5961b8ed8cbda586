"""The document within a call: a record by blocks, rows of a list, what a call is given (sage.md 2.9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from ..soap.documents import local
from .envelopes import written
from .replies import root_within

__all__ = ["NUM", "SIZES", "Record", "Row", "Table", "Value", "param", "record_in", "rows_in"]

NUM: Final = "@NUM"
"""Where a row of a table says its place."""
SIZES: Final = "@SIZE"
"""Where a record says how many rows its tables have, of those that show fewer."""
Value = str | Sequence[str]
Row = Mapping[str, Any]
"""Texts by field; a list of texts where a field has several."""
Record = Mapping[str, Any]
"""Rows by block; a list of rows for a table."""
Table = Sequence[tuple[int, Mapping[str, Value]]]
"""Rows to be written, each with its place from 1 on."""


_NAMES: Final = etree.XPath("//FLD/@NAME", smart_strings=False)


def record_in(document: str) -> Record:
    """A record, or what a subprogram answers; ``ValueError`` for what is none.

    Fields that stand outside of any block are found under ``""``.
    """
    root = _root(document)
    found = _at_once(root)
    return _one_by_one(root) if found is None else found


def rows_in(document: str) -> list[dict[str, Any]]:
    """The rows of a list, in a table or not; none where it is empty."""
    root = _root(document)
    return [row for part in (root, *root.iterchildren("TAB")) for row in _rows(part)]


def _root(document: str) -> etree._Element:
    root = root_within(document)
    if root.tag not in {"RESULT", "PARAM"}:
        raise ValueError(f"the document within is a {local(root)}")
    return root


# -- a record as X3 writes it: names and texts are had in one go each, and dealt out to blocks ---------------------


def _at_once(root: etree._Element) -> dict[str, Any] | None:
    """The record, where there is nothing in it but what is documented; ``None`` where one has to look closely."""
    names: Any = _NAMES(root)
    texts = [field.text or "" for field in root.iter("FLD")]
    lists = list(root.iter("LST"))
    parents: list[etree._Element] = [parent for each in lists if (parent := each.getparent()) is not None]
    apart = Counter(parents)
    fields = zip(names, texts, strict=False)
    found: dict[str, Any] = {}
    held = 0
    for block in root:
        tag, id = block.tag, block.get("ID")
        if not id or id in found:
            return None
        if tag == "GRP":
            many = len(block) - apart.get(block, 0)
            found[id] = dict(islice(fields, many))
            held += many
        elif tag == "TAB":
            rows: list[dict[str, Any]] = []
            for line in block:
                if line.tag != "LIN":
                    return None
                many = len(line) - apart.get(line, 0)
                row: dict[str, Any] = dict(islice(fields, many))
                row[NUM] = line.get("NUM") or str(len(rows) + 1)
                held += many
                rows.append(row)
            found[id] = rows
            _note_size(found, block, rows)
        else:
            return None
    if not held == len(names) == len(texts):
        return None
    for each, parent in zip(lists, parents, strict=True):
        _put_list(found, each, parent)
    return found


def _put_list(found: dict[str, Any], each: etree._Element, parent: etree._Element) -> None:
    if parent.tag == "LIN":
        table = parent.getparent()
        if table is not None:
            found[str(table.get("ID"))][table.index(parent)] |= _field(each)
    else:
        found[str(parent.get("ID"))] |= _field(each)


# -- any other record ------------------------------------------------------------------------------------------


def _one_by_one(root: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for block in root:
        tag = block.tag
        if tag == "GRP":
            _into(found, block.get("ID") or "", _fields(block))
        elif tag == "TAB":
            rows = found.setdefault(block.get("ID") or "", [])
            if isinstance(rows, list):
                rows += _rows(block)
                _note_size(found, block, rows)
        elif tag in {"FLD", "LST"}:
            _into(found, "", _field(block))
    return found


def _note_size(found: dict[str, Any], table: etree._Element, rows: Sequence[Row]) -> None:
    """Note how many rows a table has that does not show its last ones (sage.md 2.9, 2.14)."""
    size, last = table.get("SIZE") or "", rows[-1][NUM] if rows else "0"
    plain = size.isascii() and size.isdecimal() and len(size) < 6 and last.isdecimal()
    if plain and int(size) > int(last):
        found.setdefault(SIZES, {})[table.get("ID") or ""] = size


def _into(found: dict[str, Any], block: str, fields: dict[str, Any]) -> None:
    held = found.get(block)
    if held is None:
        found[block] = fields
    elif isinstance(held, dict):
        found[block] = held | fields


def _rows(table: etree._Element) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in table.iterchildren("LIN"):
        row = _fields(line)
        row[NUM] = line.get("NUM") or str(len(found) + 1)
        found.append(row)
    return found


def _fields(block: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in block.iterchildren("FLD", "LST"):
        found |= _field(field)
    return found


def _field(field: etree._Element) -> dict[str, Any]:
    name = field.get("NAME") or field.get("NAM") or ""
    if field.tag == "LST":
        return {name: [item.text or "" for item in field.iterchildren("ITM")]}
    return {name: field.text or ""}


def param(
    groups: Mapping[str, Mapping[str, Value]],
    tables: Mapping[str, Table] | None = None,
    order: Iterable[str] = (),
) -> str:
    """What a call is given: blocks of fields, and tables of rows.  An empty text clears, what is left out stays.

    ``order``: the blocks as the publication has them; others stand behind.
    """
    parts = {id: _block("GRP", id, fields) for id, fields in groups.items() if fields}
    parts |= {id: _table(id, rows) for id, rows in (tables or {}).items() if rows}
    known = dict.fromkeys(each for each in order if each in parts)
    inner = "".join(parts[id] for id in (*known, *(id for id in parts if id not in known)))
    return f'<?xml version="1.0" encoding="UTF-8"?><PARAM>{inner}</PARAM>'


def _table(id: str, rows: Table) -> str:
    lines = "".join(f'<LIN NUM="{place}">{_said(fields.items())}</LIN>' for place, fields in rows)
    return f"<TAB ID={quoteattr(id)}>{lines}</TAB>"


def _block(tag: str, id: str, fields: Mapping[str, Value]) -> str:
    return f"<{tag} ID={quoteattr(id)}>{_said(fields.items())}</{tag}>"


def _said(fields: Iterable[tuple[str, Value]]) -> str:
    parts = []
    for name, value in fields:
        if isinstance(value, str):
            parts.append(f"<FLD NAME={quoteattr(name)}>{written(value)}</FLD>")
        else:
            items = "".join(f"<ITM>{written(each)}</ITM>" for each in value)
            parts.append(f'<LST NAME={quoteattr(name)} SIZE="{len(value)}">{items}</LST>')
    return "".join(parts)
