"""What the system's log says in a refusal: severity and text of each entry (dynamics.md 3.6).

The reason of a refusal stands in this log alone.  Those of its sentences that the reference names are read by their
form; what else it says is kept for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_START: Final = "Infolog:"
_ENTRY: Final = re.compile(r"(?:^|;)\s*(Info|Warning|Error):\s*")
_UNKNOWN: Final = re.compile(
    r"The value '(?P<value>.*?)' in field '(?P<field>.*?)' is not found in the related table"
)
_INVALID: Final = re.compile(r"validateField failed on field '(?:\w+\.)?(?P<field>\w+)'")
_EXISTS: Final = re.compile(r"Cannot create a record in .*The record already exists", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: ``severity`` is ``info``, ``warning`` or ``error``."""

    severity: str
    text: str


def entries(message: str) -> Sequence[Entry]:
    """The entries of the log that a message carries; a message without one is one error."""
    _, found, log = message.partition(_START)
    if not found:
        return (Entry("error", message.strip()),) if message.strip() else ()
    return tuple(_entries(log.strip()))


def _entries(log: str) -> Iterator[Entry]:
    starts = list(_ENTRY.finditer(log))
    if not starts:
        yield Entry("error", log)
    ends = [each.start() for each in starts[1:]] + [len(log)]
    for start, end in zip(starts, ends, strict=True):
        yield Entry(start[1].lower(), log[start.end() : end].strip(" ;"))


def exists_already(log: Sequence[Entry]) -> bool:
    """Whether a key is taken."""
    return any(_EXISTS.search(each.text) for each in log)


def unknown_reference(log: Sequence[Entry]) -> tuple[str, str] | None:
    """Field and value, where a value names nothing that is on file."""
    for each in log:
        found = _UNKNOWN.search(each.text)
        if found is not None:
            return found["field"], found["value"]
    return None


def invalid_field(log: Sequence[Entry]) -> str | None:
    """The field whose value is refused."""
    for each in log:
        found = _INVALID.search(each.text)
        if found is not None:
            return found["field"]
    return None


def says(log: Sequence[Entry], words: Sequence[str]) -> bool:
    """Whether an entry has any of these words in it, as a site has told what its log says."""
    return any(word.casefold() in each.text.casefold() for word in words for each in log)
