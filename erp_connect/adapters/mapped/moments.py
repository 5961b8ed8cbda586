"""Days and instants in foreign cells: as dates, times without a zone, texts or numbers of a declared form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from ...errors import MappingError
from .format import Source
from .tables import Column
from .texts import Unmapped, text_of

__all__ = ["Day", "Moment", "day_codec", "moment_codec"]

Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def _naive(cell: Any, pattern: str | None) -> datetime | date:
    """A point in time as the cell says it, with or without a zone."""
    if isinstance(cell, datetime | date):
        return cell
    text = text_of(cell).strip()
    if pattern is not None:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 (the zone is the mapping's)
        except ValueError:
            pass
    return datetime.fromisoformat(text)


def _unreadable(path: str) -> MappingError:
    return MappingError(
        f"{path}: a cell holds no date of the declared form",
        code="unreadable_date",
        path=path,
        hint="give its format, and in 'empty' what stands for none",
    )


def day_codec(source: Source, own: ZoneInfo | None, company: ZoneInfo | None) -> Codec:
    """Reading and writing of a day; ``own`` is the zone of the native clock, ``company`` ours."""
    pattern, shifted = source.format, source.zone is not None

    def read(cell: Any) -> Any:
        try:
            moment = _naive(cell, pattern)
        except ValueError:
            return Unmapped(text_of(cell))
        if not isinstance(moment, datetime):
            return moment
        if moment.tzinfo is None and shifted and own is not None:
            moment = moment.replace(tzinfo=own)
        if moment.tzinfo is not None:
            moment = moment.astimezone(company or own or UTC)
        return moment.date()

    def write(value: Any) -> Any:
        if isinstance(value, datetime):
            value = value.astimezone(company or UTC).date()
        return Day(value, company if shifted else None, own if shifted else None, pattern)

    return read, write


def moment_codec(source: Source, own: ZoneInfo | None, path: str) -> Codec:
    """Reading and writing of an instant."""
    pattern = source.format

    def read(cell: Any) -> Any:
        try:
            moment = _naive(cell, pattern)
        except ValueError:
            raise _unreadable(path) from None
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        if moment.tzinfo is None:
            if own is None:
                raise MappingError(
                    f"{path}: an instant without a time zone",
                    code="zone_missing",
                    path=path,
                    hint='say where its clock stands: timezone = "..." at the top, or zone = "..." on the field',
                )
            moment = moment.replace(tzinfo=own)
        return moment.astimezone(UTC)

    def write(value: Any) -> Any:
        return Moment(value, own, pattern)

    return read, write


@dataclass(frozen=True, slots=True)
class Day:
    """A day on its way into a column of any type."""

    day: date
    company: ZoneInfo | None
    own: ZoneInfo | None
    pattern: str | None

    def fit(self, column: Column | None) -> Any:
        """The value as this column takes it."""
        begins = datetime.combine(self.day, time(), self.company)
        if self.own is not None and self.company is not None:
            begins = begins.astimezone(self.own)
        begins = begins.replace(tzinfo=None)
        if column is not None and column.kind in ("text", "integer", "decimal", "other") and self.pattern:
            return begins.strftime(self.pattern)
        return begins if column is not None and column.kind == "instant" else self.day


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant on its way into a column of any type."""

    at: datetime
    own: ZoneInfo | None
    pattern: str | None

    def fit(self, column: Column | None) -> Any:
        """The value as this column takes it."""
        local = self.at.astimezone(self.own) if self.own is not None else self.at
        if self.pattern and column is not None and column.kind in ("text", "integer", "decimal", "other"):
            return local.strftime(self.pattern)
        if self.pattern and "%f" not in self.pattern:
            local = local.replace(microsecond=0)
        if column is not None and column.zoned:
            return self.at
        return local.replace(tzinfo=None)
