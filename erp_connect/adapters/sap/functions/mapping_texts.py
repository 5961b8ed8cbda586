"""Notes as lines of an order's header text, out and back (sap.md 2.3).

A note begins with ``*`` (a new paragraph); ``/`` is a line break within it, ``=`` goes on without one, since a line
holds 132 characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..conventions import HEADER, language_key

WIDTH: Final = 132
_NEW: Final = "*"
_BREAK: Final = "/"
_ON: Final = "="


def text_out(notes: Sequence[str], text_id: str, language: str) -> list[dict[str, Any]]:
    """The rows of ORDER_TEXT for all notes of an order: a text is replaced as a whole."""
    shared = {
        "ITM_NUMBER": HEADER,
        "TEXT_ID": text_id,
        "LANGU": language_key(language),
        "LANGU_ISO": language,
    }
    return [
        {**shared, "FORMAT_COL": form, "TEXT_LINE": line} for note in notes for form, line in _lines_of(note)
    ]


def _lines_of(note: str) -> Iterator[tuple[str, str]]:
    for index, paragraph in enumerate(note.split("\n")):
        form = _BREAK if index else _NEW
        rest = paragraph
        while True:
            line, rest = _cut(rest)
            yield form, line
            if not rest:
                break
            form = _ON


def _cut(text: str) -> tuple[str, str]:
    """The most that fits into a line and does not end with a blank, which would not be kept."""
    end = 0
    width = 0
    while end < len(text) and width + (2 if ord(text[end]) > 0xFFFF else 1) <= WIDTH:
        width += 2 if ord(text[end]) > 0xFFFF else 1
        end += 1
    if end == len(text):
        return text, ""
    kept = len(text[:end].rstrip(" ")) or end
    return text[:kept], text[kept:]


def text_in(rows: Sequence[Mapping[str, Any]], text_id: str, number: str) -> tuple[str, ...]:
    """The notes of an order's header in this text."""
    mine = [row for row in rows if row["TEXT_ID"] == text_id and str(row["TEXT_NAME"]).rstrip() == number]
    notes: list[str] = []
    for row in sorted(mine, key=lambda row: str(row.get("LINE_CNT") or "")):
        line, form = str(row["LINE"]), str(row.get("FORMAT_COL") or "").strip()
        if not notes or form not in {_BREAK, _ON, ""}:
            notes.append(line)
        elif form == _BREAK:
            notes[-1] += f"\n{line}"
        elif form == _ON:
            notes[-1] += line
        else:
            notes[-1] += f" {line}"
    return tuple(note for note in notes if note.strip())
