"""Notes as an order's header text, out and back: one text holds them all, parted by a line of its own (sap.md 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..settings import SiteSettings
from .cells import Row, text

_PARTING: Final = "\n---\n"


def text_out(notes: Sequence[str]) -> str:
    """The text for all notes of an order: it is replaced as a whole."""
    return _PARTING.join(notes)


def text_in(rows: Sequence[Row], settings: SiteSettings) -> tuple[str, ...]:
    """The notes of an order."""
    row = note_row(rows, settings)
    whole = "" if row is None else str(row.get("LongText") or "").replace("\r\n", "\n")
    return tuple(note for note in whole.split(_PARTING) if note.strip())


def note_row(rows: Sequence[Row], settings: SiteSettings) -> Row | None:
    """The text that holds the notes: in the language of the settings, or in the first that there is."""
    mine = [row for row in rows if text(row, "LongTextID") == settings.note_text_id]
    spoken = [row for row in mine if text(row, "Language") == settings.language]
    return next(iter((*spoken, *mine)), None)
