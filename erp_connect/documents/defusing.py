"""Text that a spreadsheet would run as a formula, made to stay text in a csv file, and read back as it was.

A csv file cannot say that a field is text.  An apostrophe in front is what spreadsheets themselves take for "text", and
what OWASP recommends against formulas in foreign data ("CSV injection").
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["defused", "undefused"]

_RUNS: Final = re.compile("'* *[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What begins a formula, wide forms included; blanks in front do not stop every program."""


def defused(text: str) -> str:
    """The text with an apostrophe in front, where a spreadsheet would take it for a formula."""
    return f"'{text}" if _RUNS.match(text) else text


def undefused(text: str) -> str:
    """The text as it was before ``defused``."""
    return text[1:] if text.startswith("'") and _RUNS.match(text, 1) else text
