"""What a check found, before anything was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from pydantic import ValidationError

from ..errors import InvalidOrder
from .references import Place, Places


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


_SAID: Final[Mapping[str, str]] = {
    "missing": "must be given",
    "extra_forbidden": "there is no such field; leave it out, or put it into custom",
}


def findings_of(error: ValidationError, root: str = "order", places: Places | None = None) -> Findings:
    """What a constructor refused, as findings: one for each value, at its path below ``root``, without the value."""
    found = []
    for told in error.errors(include_url=False, include_input=False):
        path = root + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in told["loc"])
        suggestions = told.get("ctx", {}).get("suggestions") or ()
        found.append(
            Finding(
                code=told["type"],
                severity=Severity.ERROR,
                path=path,
                message=_SAID.get(told["type"], told["msg"]),
                fix=f"write {' or '.join(suggestions)}" if suggestions else None,
                place=places.nearest(path) if places is not None else None,
            )
        )
    return Findings.of(found)
