"""The rows of an order as they came: its header, its lines, and one version for both (dynamics.md 3.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ....models import FrozenMapping
from ....wire.odata import Unreadable
from ...services.cells import Row, etag, text, whole, within, yes
from .sides import Side


class Document:
    """The rows of one order: its header, and its lines in the order in which they were entered."""

    def __init__(self, header: Row, lines: Sequence[Row], side: Side) -> None:
        self.header, self.side = header, side
        gone = [row for row in lines if not yes(row, "IsDeleted")]
        self.lines = sorted(gone, key=lambda row: whole(row, side.position) or 0)
        self.number = text(header, side.number)
        if not self.number:
            raise Unreadable("it names no order")

    @property
    def raw(self) -> FrozenMapping[Any]:
        """The header with its lines, under one name whatever the release."""
        return FrozenMapping({**self.header, "lines": [dict(row) for row in self.lines]})


def lines_in(raw: Mapping[str, Any]) -> Sequence[Row]:
    """The rows of an order's lines, as :attr:`Document.raw` keeps them."""
    return within(raw, "lines")


def line_id(row: Row, side: Side) -> str:
    """The id of a line: its lot, or its number in a purchase order."""
    found = row.get(side.line_id)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        raise Unreadable("it names no line")
    return str(found)


def version_of(document: Document) -> str | None:
    """One version for header and lines; ``None`` where the answer tells none."""
    own = etag(document.header)
    if own is None:
        return None
    told = [own, *sorted(f"{line_id(row, document.side)}={etag(row)}" for row in document.lines)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:24]
