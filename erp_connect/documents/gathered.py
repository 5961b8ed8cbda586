"""The rows of one order, right or wrong, and what an issue at a cell is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ..models.findings import Finding, Severity
from ..models.references import Place
from .numbers import WrongValue
from .values import Cell

__all__ = ["Gathered", "finding", "missing_cell", "shown", "wrong_cell"]

_SHOWN: Final = 80


def finding(
    code: str,
    path: str,
    message: str,
    fix: str | None,
    place: Place,
    *,
    expected: object = None,
    actual: object = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """An issue at a cell; ``actual`` is what stands there, cut short."""
    return Finding(
        code=code,
        severity=severity,
        path=path,
        message=message,
        expected=expected,
        actual=shown(actual),
        fix=fix,
        place=place,
    )


def wrong_cell(title: str, path: str, wrong: WrongValue, cell: Cell, place: Place) -> Finding:
    """The issue at a cell that cannot be read."""
    return finding(
        wrong.code,
        path,
        f"{title}: {wrong.message}",
        wrong.fix,
        place,
        expected=wrong.expected,
        actual=cell.value,
    )


def missing_cell(title: str, path: str, place: Place, *, tells_errors: bool) -> Finding:
    """The issue at a cell that must be filled in; not every kind of file tells an empty one from an error."""
    if not tells_errors:
        return finding(
            "empty_or_error",
            path,
            f"{title}: the cell is empty or shows an error; this kind of file does not tell which",
            "fill in the cell; saved as .xlsx, the file tells",
            place,
        )
    return finding("missing_value", path, f"{title} is missing", "fill in the cell", place)


def shown(value: object) -> str | None:
    """What stands in a cell, cut short, without what cannot be printed."""
    if value is None:
        return None
    text = str(value)[: _SHOWN + 1]
    printable = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return printable if len(printable) <= _SHOWN else printable[: _SHOWN - 1] + "…"


@dataclass(slots=True)
class Gathered:
    """The rows of one order, right or wrong."""

    party: str | None
    number: str | None
    stray: bool = False
    """A row whose key cannot be read: it belongs to some order, and nobody knows to which."""
    rows: list[int] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=dict)
    header_rows: dict[str, int] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    issues: list[Finding] = field(default_factory=list)
    neighbours: list[Gathered] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    """Those of its rows that nobody sees."""

    @property
    def key(self) -> str:
        """Customer and PO number, as ``keys.by_customer_po`` writes them; a question mark for what cannot be read."""
        number = self.number or ("?" if self.stray else "")
        return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in (self.party or "?", number))

    @property
    def wrong(self) -> bool:
        """Whether a finding stops the order."""
        return any(issue.severity is Severity.ERROR for issue in self.issues)

    def agrees_with(self, other: Gathered) -> bool:
        """Whether the rows could be of one order: no value of the header differs, no line reference comes twice."""
        if any(self.header[name] != other.header[name] for name in self.header.keys() & other.header.keys()):
            return False
        mine = {line["reference"] for line in self.lines if "reference" in line}
        return not any(line.get("reference") in mine for line in other.lines)
