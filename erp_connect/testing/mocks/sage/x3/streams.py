"""The data stream, in XML and in JSON: what callers send of a record (sage.md 2.9)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from .menus import MENUS
from .model import Block, Entity, Field
from .refusing import Refused
from .settings import Settings

TECHNICAL: Final = "ADXTEC"
DECIMAL: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_INTEGER: Final = re.compile(r"-?\d{1,9}")
_NUMBER: Final = re.compile(r"[1-9]\d{0,4}")


@dataclass
class SentRow:
    """A line of a table: its position, and values by field."""

    number: int
    values: dict[Field, Any] = field(default_factory=dict)


@dataclass
class Sent:
    """What a stream brings: values of header fields, rows of tables by their usual block, and the stamp."""

    values: dict[Field, Any] = field(default_factory=dict)
    tables: dict[str, list[SentRow]] = field(default_factory=dict)
    stamp: str = ""

    def get(self, name: str) -> Any:
        """The value of a header field that was sent, else None."""
        return next((value for field, value in self.values.items() if field.name == name), None)


def tree_of(text: str, root: str) -> etree._Element:
    """The tree of a stream in XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8")
    try:
        tree = etree.fromstring(text.strip().encode(), parser)
    except (etree.XMLSyntaxError, ValueError, UnicodeEncodeError) as failure:
        raise Refused("no xml", why=str(failure)) from None
    if tree.getroottree().docinfo.doctype:
        raise Refused("no xml", why="DOCTYPE")
    if tree.tag != root:
        raise Refused("root", wanted=root)
    return tree


def object_of(text: str) -> dict[str, Any]:
    """The object of a stream in JSON."""
    try:
        held: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError) as failure:
        raise Refused("no xml", why=str(failure)) from None
    return held


class Reader:
    """Takes apart what a caller sends of a record of one publication."""

    def __init__(self, entity: Entity, name: str, settings: Settings) -> None:
        self.entity, self.name, self.settings = entity, name, settings
        self._attributes = ("NAME", "NAM") if settings.generation == "syracuse" else ("NAME",)

    def read(self, text: str, *, as_json: bool = False) -> Sent:
        """What the stream brings."""
        if as_json and text.strip().startswith("{"):
            return self._of_json(text)
        sent = Sent()
        for node in _children(tree_of(text, "PARAM")):
            self._top(node, sent)
        return sent

    def row(self, text: str, block: Block) -> SentRow:
        """One line, for insertLines."""
        tree = tree_of(text, "PARAM")
        row = SentRow(0)
        for node in _children(tree):
            for inner in _children(node) if node.tag in {"GRP", "LIN"} else [node]:
                self._field(inner, block, row.values)
        return row

    # ---------------------------------------------------------------- XML

    def _top(self, node: etree._Element, sent: Sent) -> None:
        match node.tag:
            case "FLD" | "LST":
                name = self._named(node)
                if self.settings.generation == "syracuse":
                    raise Refused("root field", field=name, root="PARAM")
                holder = next((b for b in self.entity.blocks if not b.is_table and b.field(name)), None)
                if holder is None:
                    self._stray("unknown field", field=name, group="PARAM")
                else:
                    self._field(node, holder, sent.values)
            case "GRP" | "TAB":
                id = node.get("ID") or ""
                if not id:
                    raise Refused("no group id")
                if id == TECHNICAL:
                    sent.stamp = next(
                        ((inner.text or "").strip() for inner in node if self._named(inner) == "WW_MODSTAMP"),
                        "",
                    )
                    return
                self._group(node, id, sent)
            case _:
                raise Refused("unknown element", element=node.tag, parent="PARAM")

    def _group(self, node: etree._Element, id: str, sent: Sent) -> None:
        block = self.entity.block(id)
        if block is None:
            self._stray("unknown group", group=id, name=self.name)
        elif node.tag == "GRP" and block.is_table:
            raise Refused("not one", group=id)
        elif node.tag == "TAB" and not block.is_table:
            raise Refused("not a table", group=id)
        elif block.is_table:
            sent.tables.setdefault(block.original, []).extend(self._rows(node, block))
        else:
            for inner in _children(node):
                self._field(inner, block, sent.values)

    def _rows(self, node: etree._Element, block: Block) -> list[SentRow]:
        rows: list[SentRow] = []
        for at, line in enumerate(_children(node), 1):
            if line.tag != "LIN":
                raise Refused("unknown element", element=line.tag, parent="TAB")
            number = line.get("NUM", str(at))
            if not _NUMBER.fullmatch(number) or any(row.number == int(number) for row in rows):
                raise Refused("line number", number=number, group=block.id)
            row = SentRow(int(number))
            for inner in _children(line):
                self._field(inner, block, row.values)
            rows.append(row)
        self._fits(rows, block)
        return rows

    def _fits(self, rows: list[SentRow], block: Block) -> None:
        if any(row.number > block.capacity for row in rows):
            raise Refused("full", group=block.id, limit=block.capacity)

    def _field(self, node: etree._Element, block: Block, values: dict[Field, Any]) -> None:
        if node.tag not in {"FLD", "LST"}:
            raise Refused("unknown element", element=node.tag, parent=block.id)
        name = self._named(node)
        found = self._writable(name, block)
        if found is None:
            return
        if node.tag == "FLD":
            if found.elements > 1:
                raise Refused("list", field=name, elements=found.elements)
            if _children(node):
                raise Refused("unknown element", element=_children(node)[0].tag, parent=name)
            values[found] = self._value(found, node.text or "")
            return
        if found.elements == 1:
            raise Refused("no list", field=name)
        if any(inner.tag != "ITM" for inner in _children(node)):
            raise Refused("unknown element", element="FLD", parent=name)
        values[found] = self._list(found, [inner.text or "" for inner in _children(node)])

    def _list(self, found: Field, texts: list[Any]) -> list[Any]:
        if len(texts) > found.elements:
            raise Refused("full", group=found.name, limit=found.elements)
        return [self._value(found, text) for text in texts]

    def _named(self, node: etree._Element) -> str:
        return next((value for name in self._attributes if (value := node.get(name))), "")

    def _writable(self, name: str, block: Block) -> Field | None:
        """The field to write, or None where it is passed over."""
        found = block.field(name)
        companion = block.field(name[1:]) if name.startswith("Z") else None
        if found is None and companion is not None and companion.companion:
            found = companion
            shown = True
        else:
            shown = found is not None and not found.writable
        if found is None:
            self._stray("unknown field", field=name, group=block.id)
            return None
        if shown:
            if self.settings.display_fields == "refused":
                raise Refused("display field", field=name)
            return None
        return found

    def _stray(self, reason: str, **values: Any) -> None:
        if self.settings.unknown_fields == "refused":
            raise Refused(reason, **values)

    # ---------------------------------------------------------------- JSON

    def _of_json(self, text: str) -> Sent:
        sent = Sent()
        for id, held in object_of(text).items():
            if id == TECHNICAL and isinstance(held, dict):
                sent.stamp = str(held.get("WW_MODSTAMP", "")).strip()
                continue
            block = self.entity.block(id)
            if block is None:
                self._stray("unknown group", group=id, name=self.name)
            elif block.is_table:
                rows = [SentRow(at) for at in range(1, len(_listed(held, "not one", id)) + 1)]
                for row, values in zip(rows, held, strict=True):
                    self._object(values, block, row.values)
                self._fits(rows, block)
                sent.tables[block.original] = rows
            else:
                self._object(held, block, sent.values)
        return sent

    def _object(self, held: Any, block: Block, values: dict[Field, Any]) -> None:
        if not isinstance(held, dict):
            raise Refused("not a table", group=block.id)
        for name, value in held.items():
            found = self._writable(name, block)
            if found is None:
                continue
            if found.elements > 1:
                values[found] = self._list(found, _listed(value, "list", name, found.elements))
            elif isinstance(value, list | dict):
                raise Refused("no list", field=name)
            else:
                values[found] = self._value(found, value)

    # ---------------------------------------------------------------- values

    def _value(self, found: Field, given: Any) -> Any:
        """A value as the field takes it; what is empty is blank, or zero."""
        if isinstance(given, bool | list | dict):
            raise Refused("value", field=found.name, value=given)
        text = "" if given is None else str(given).strip()
        match found.type:
            case "dec":
                if text and not DECIMAL.fullmatch(text):
                    raise Refused("value", field=found.name, value=text)
                return Decimal(text or 0)
            case "int":
                if text and not _INTEGER.fullmatch(text):
                    raise Refused("value", field=found.name, value=text)
                return int(text or 0)
            case "menu":
                ranks = {str(rank): rank for rank in MENUS[found.size]}
                if text and text not in ranks:
                    raise Refused("value", field=found.name, value=text)
                return ranks.get(text, 0)
            case "date":
                return day(text, found.name)
        if len(text) > found.size and self.settings.too_long == "refused":
            raise Refused("too long", field=found.name, length=found.size)
        return text[: found.size]


def day(text: str, name: str, format: str = "%Y%m%d") -> date | None:
    """A date as the stream has it."""
    if not text:
        return None
    try:
        if format != "%Y%m%d" or (len(text) == 8 and text.isascii() and text.isdigit()):
            return datetime.strptime(text, format).date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        pass
    raise Refused("value", field=name, value=text)


def _children(node: etree._Element) -> list[etree._Element]:
    return [child for child in node if isinstance(child.tag, str)]


def _listed(value: Any, reason: str, name: str, elements: int = 0) -> list[Any]:
    if not isinstance(value, list):
        raise Refused(reason, group=name, field=name, elements=elements)
    return value
