"""What has changed since, by a subprogram of the site's: no query knows the time of a change (sage.md 2.11, 2.15)."""

from __future__ import annotations

from datetime import UTC, datetime

from .cells import Row, flat, text
from .office import Office

__all__ = ["Changes"]


class Changes:
    """The orders that a subprogram tells."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def since(self, moment: datetime, operation: str) -> dict[str, datetime | None]:
        """Numbers of orders, each with the time of its change where that is told; oldest as the site tells them."""
        settings = self.office.settings
        name, inputs, outputs = settings.subprogram("changes")
        zone = self.office.zone
        asked = moment.astimezone(zone).strftime(settings.changes_format)
        record = self.office.run(name, {inputs.get("since", "SINCE"): asked}, operation)
        rows: list[Row] = [row for block in record.values() if isinstance(block, list) for row in block]
        if not rows:
            rows = [flat(record)]
        number = outputs.get("order", "SOHNUM").rpartition(".")[2]
        at = outputs.get("moment", "").rpartition(".")[2]
        found: dict[str, datetime | None] = {}
        for row in rows:
            if key := text(row, number):
                found[key] = self._moment(text(row, at)) if at else None
        return found

    def _moment(self, said: str) -> datetime | None:
        try:
            told = datetime.strptime(said, self.office.settings.changes_format)  # noqa: DTZ007 (in the company's zone)
        except ValueError:
            return None
        return told.replace(tzinfo=self.office.zone).astimezone(UTC)
