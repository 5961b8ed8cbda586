"""Records, lists and results as they go out: data streams in XML or JSON (sage.md 2.9, 2.11)."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ...business.documents import Document
from .envelope import escaped
from .menus import MENUS
from .model import TYPE_NAMES, Block, Field
from .office import Office
from .settings import Settings
from .streams import TECHNICAL

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_QUERY_CAPACITY: Final = 10_000


def text_of(found: Field, value: Any, *, padded: bool = False) -> str:
    """A value as the stream writes it; a save answers with all decimals."""
    if isinstance(value, date):
        return value.strftime("%Y%m%d") if value.year >= 1000 else ""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        if padded:
            return f"{value:.{found.size}f}"
        return plain(value)
    return str(value)


def plain(value: Decimal) -> str:
    """A decimal without zeros that say nothing."""
    return f"{value.normalize() if value else Decimal(0):f}"


class Shower:
    """Writes records of one publication for one caller."""

    def __init__(self, office: Office, language: str, user: str, *, padded: bool = False) -> None:
        self.office, self.language, self.user, self.padded = office, language, user, padded
        self.settings: Settings = office.settings

    # ---------------------------------------------------------------- XML

    def xml(self, row: Any) -> str:
        """A record."""
        inner = "".join(self._block(block, row) for block in self.office.entity.blocks)
        stamp, user = self.technical(row)
        inner += (
            f'<GRP ID="{TECHNICAL}">{_fld("WW_MODSTAMP", stamp, "Char")}'
            f"{_fld('WW_MODUSER', user, 'Char')}</GRP>"
        )
        return f"{DECLARATION}<RESULT>{inner}</RESULT>"

    def _block(self, block: Block, row: Any) -> str:
        if not block.is_table:
            return f'<GRP ID="{block.id}">{self._fields(block, row, row)}</GRP>'
        rows = self.office.lines_of(row, block)
        if not rows and self.settings.empty_tables == "absent":
            return ""
        lines = "".join(
            f'<LIN NUM="{at}">{self._fields(block, line, row)}</LIN>' for at, line in enumerate(rows, 1)
        )
        return f'<TAB DIM="{block.capacity}" ID="{block.id}" SIZE="{len(rows)}">{lines}</TAB>'

    def _fields(self, block: Block, row: Any, document: Any) -> str:
        parts = []
        for found in block.fields:
            value = self.office.value(found, row, document)
            if found.elements > 1:
                items = "".join(_element("ITM", self._text(found, each)) for each in value)
                parts.append(
                    f'<LST NAME="{found.name}" SIZE="{found.elements}" TYPE="{TYPE_NAMES[found.type]}">{items}</LST>'
                )
                continue
            parts.append(
                _fld(found.name, self._text(found, value), TYPE_NAMES[found.type], self._menu(found, value))
            )
            if found.companion:
                parts.append(_fld(f"Z{found.name}", self.office.companion(found, row, document), "Char"))
        return "".join(parts)

    def _text(self, found: Field, value: Any) -> str:
        text = text_of(found, value, padded=self.padded)
        if text and found.type == "char" and self.settings.trailing_blanks:
            return text.ljust(found.size)
        return text

    def _menu(self, found: Field, value: Any) -> str:
        if found.type != "menu":
            return ""
        labels = MENUS[found.size].get(value, ("", ""))
        label = labels[1] if self.language == "FRA" else labels[0]
        return f' MENULAB="{escaped(label)}" MENULOCAL="{found.size}"'

    def technical(self, row: Any) -> tuple[str, str]:
        """The stamp and the user of the technical block."""
        return (stamp_of(self.office, row), self.user) if self.settings.stamps else ("", "")

    # ---------------------------------------------------------------- JSON

    def json(self, row: Any) -> str:
        """A record: an object by block, tables as arrays."""
        record: dict[str, Any] = {}
        for block in self.office.entity.blocks:
            if block.is_table:
                rows = self.office.lines_of(row, block)
                record[block.id] = [self._object(block, line, row) for line in rows]
            else:
                record[block.id] = self._object(block, row, row)
        stamp, user = self.technical(row)
        record[TECHNICAL] = {"WW_MODSTAMP": stamp, "WW_MODUSER": user}
        return padded_json(record, self.settings)

    def _object(self, block: Block, row: Any, document: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for found in block.fields:
            value = self.office.value(found, row, document)
            listed = found.elements > 1
            made[found.name] = (
                [self._plain(found, each) for each in value] if listed else self._plain(found, value)
            )
            if found.companion:
                made[f"Z{found.name}"] = self.office.companion(found, row, document)
        return made

    def _plain(self, found: Field, value: Any) -> Any:
        number = self.settings.json_numbers and found.type in {"dec", "int", "menu"}
        return float(value) if number and value is not None else self._text(found, value)

    # ---------------------------------------------------------------- lists

    def listed(self, rows: list[Any], *, as_json: bool) -> str:
        """The rows of a left list; every value is a text, dates as the user's locale writes them."""
        fields = [self.office.entity.field(name) for name in self.office.entity.columns]
        columns = [found for found in fields if found is not None]
        if as_json:
            held = [{found.name: self.column(found, row) for found in columns} for row in rows]
            return padded_json(held, self.settings)
        if not rows:
            return f"{DECLARATION}<RESULT/>"
        lines = ""
        for at, row in enumerate(rows, 1):
            inner = "".join(_fld(found.name, self.column(found, row), "Char") for found in columns)
            lines += f'<LIN NUM="{at}">{inner}</LIN>'
        return f'{DECLARATION}<RESULT DIM="{_QUERY_CAPACITY}" SIZE="{len(rows)}">{lines}</RESULT>'

    def column(self, found: Field, row: Any) -> str:
        """A value in the left list."""
        value = self.office.value(found, row)
        if isinstance(value, list):
            value = value[0]
        if isinstance(value, date):
            return value.strftime(self.settings.list_dates)
        return text_of(found, value)


def stamp_of(office: Office, row: Any) -> str:
    """What changes with every change of a record or of its lines."""
    lines = office.company.lines_of(row) if isinstance(row, Document) else []
    newest = max([row, *lines], key=lambda each: each.version)
    return f"{newest.modified:%Y%m%d%H%M%S}{newest.version:010d}"


def padded_json(value: Any, settings: Settings) -> str:
    """JSON with the blanks that X3 leaves around it."""
    return f"{settings.json_padding}{json.dumps(value)}{settings.json_padding}"


def _fld(name: str, text: str, type: str, more: str = "") -> str:
    opened = f'<FLD NAME="{name}"{more} TYPE="{type}"'
    if not text and type == "Date":
        return f"{opened}/>"
    return f"{opened}>{escaped(text)}</FLD>"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escaped(text)}</{name}>"
