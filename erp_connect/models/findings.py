"""What a check found, before anything was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..errors import InvalidOrder
from .references import Place


class Severity(StrEnum):
    """Whether a finding stops the write."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a check found: where (``path`` in the draft, ``place`` in a file) and what to do (``fix``)."""

    code: str
    severity: Severity
    path: str
    message: str
    expected: Any = None
    actual: Any = None
    fix: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of a check, in the order of the draft; an iterable of :class:`Finding`."""

    all: tuple[Finding, ...] = field(default=())

    @classmethod
    def of(cls, found: Iterable[Finding]) -> Findings:
        """Collect findings."""
        return cls(tuple(found))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __bool__(self) -> bool:
        return bool(self.all)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop the write."""
        return tuple(finding for finding in self.all if finding.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that a person should see and that stop nothing."""
        return tuple(finding for finding in self.all if finding.severity is Severity.WARNING)

    def raise_for_errors(self) -> None:
        """Raise :class:`~erp_connect.errors.InvalidOrder` with the errors, if there are any."""
        errors = self.errors
        if errors:
            where = ", ".join(f"{finding.path}: {finding.code}" for finding in errors[:5])
            more = f" and {len(errors) - 5} more" if len(errors) > 5 else ""
            raise InvalidOrder(
                f"{len(errors)} error(s) in the order ({where}{more})", findings=errors, path=errors[0].path
            )
