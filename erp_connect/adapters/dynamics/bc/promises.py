"""Promised dates, which the API does not show: from a page of the site's own, where one is set (dynamics.md 1.9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from ...services.cells import day
from .office import Office, equal

WHOLE_ORDER: Final = ""
"""The place of a date that is the order's and not a line's."""


def promised(office: Office, number: str) -> Mapping[str, date]:
    """Dates by line number, or one for the whole order with this number; none without a page."""
    page, fields = office.settings.promise_page, office.settings.promise_fields
    if not page or not number:
        return {}
    address = "/" + page.format(company=office.company_id).strip("/")
    found: dict[str, date] = {}
    for rows in office.api.pages(address, {"$filter": equal(fields["order"], number)}):
        for row in rows:
            when = day(row, fields["promised"])
            if when is not None:
                line = row.get(fields.get("line", ""))
                found[WHOLE_ORDER if line is None else str(line)] = when
    return found
