"""What text a cell can hold: no control characters, which XML forbids, and not more than a spreadsheet takes."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["LONGEST_TEXT", "cell_text", "written_text"]

LONGEST_TEXT: Final = 32_767
"""Characters that a cell of a workbook can hold."""
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def cell_text(text: str) -> str:
    """The text with a mark in place of each character that no cell can hold, cut where no cell holds more."""
    if text.isprintable() and len(text) <= LONGEST_TEXT:
        return text  # the usual case
    shown = _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
    return shown if len(shown) <= LONGEST_TEXT else shown[: LONGEST_TEXT - 1] + "…"


def written_text(text: str) -> str:
    """The text as XlsxWriter is given it: what looks like the XML of a formatted text would be written as such."""
    shown = cell_text(text)
    return f"{shown} " if shown.startswith("<r>") and shown.endswith("</r>") else shown
