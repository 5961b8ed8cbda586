"""``Key`` (primary key and row version) and ``RecId`` (table and primary key): opaque texts (dynamics.md 2.2)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

_KEY: Final = re.compile(r"(\d+);([A-Za-z0-9+/=]+);(\d+);")
_FIRST: Final = "\x1e"


@dataclass(frozen=True)
class Key:
    """What a Key says: the table, the document type, the number, the line's number, the row version."""

    table_id: int
    document_type: str
    number: str
    line: int
    version: int

    @property
    def text(self) -> str:
        """The Key as callers see it."""
        parts = (str(self.table_id), self.document_type, self.number, str(self.line))
        packed = base64.b64encode(_FIRST.join(parts).encode()).decode()
        return f"{len(packed)};{packed};{self.version};"


def key_of(text: str) -> Key | None:
    """What a Key says; ``None`` for a text that is no Key."""
    found = _KEY.fullmatch(text)
    if found is None or int(found[1]) != len(found[2]):
        return None
    try:
        parts = base64.b64decode(found[2], validate=True).decode().split(_FIRST)
        table_id, document_type, number, line = parts
        return Key(int(table_id), document_type, number, int(line), int(found[3]))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def rec_id(table: str, document_type: str, number: str) -> str:
    """A RecId."""
    return f"{table}: {document_type},{number}" if document_type else f"{table}: {number}"
