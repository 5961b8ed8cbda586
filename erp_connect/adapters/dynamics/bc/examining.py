"""What can be found out about a company: what its release lacks, units, reasons, its own pages (dynamics.md 1.9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from ....errors import ErpConnectError, UnmappedCode
from ...contract import Capabilities
from ...services.cells import mappings, text
from ...services.examining import unknown_units, unread, unserved
from ...symptoms import Symptom
from .office import Office
from .return_orders import ReturnOrders

_OPERATION: Final = "doctor"


def examined(office: Office, capabilities: Capabilities, *, limit: int) -> Iterator[Symptom]:
    """What is missing for some of the verbs, and what was left to a default; ``limit``: rows looked at."""
    yield from unserved(capabilities, "this release has no set", "do without these operations, or upgrade")
    with office.translated(_OPERATION):
        codes = [text(row, "code") for row in islice(office.rows("unitsOfMeasure", select="code"), limit)]
        yield from unknown_units(office.units, codes)
        if not office.currency:
            yield Symptom(
                "warning",
                "currency",
                "the company does not tell its own currency, which prices and orders without one are in",
                "give currency=, as on the page General Ledger Setup",
            )
        yield from _reasons(office)
        why_not = ReturnOrders(office).barrier() if office.settings.returns_as == "return_order" else ""
        if why_not:
            yield Symptom("error", "returns_as", why_not, "leave returns_as= out, or give credit_memo")
    settings = office.settings
    yield from _page(office, "tracking_page", settings.tracking_page, settings.tracking_fields)
    yield from _page(office, "promise_page", settings.promise_page, settings.promise_fields)


def _reasons(office: Office) -> Iterator[Symptom]:
    """Codes of returns that the company does not have."""
    settings = office.settings
    if "customerReturnReasons" not in office.model.sets:
        return
    named = {"return_reason": [settings.return_reason], "return_reasons": settings.return_reasons.values()}
    for path, codes in named.items():
        for code in filter(None, codes):
            try:
                office.return_reasons.id(code)
            except UnmappedCode as failure:
                yield Symptom("error", path, str(failure), failure.hint or "")


def _page(office: Office, path: str, page: str, fields: Mapping[str, str]) -> Iterator[Symptom]:
    """A page of the site's own: that it can be read, and has the fields that the settings name."""
    if not page:
        what = "tracking numbers" if path == "tracking_page" else "promised dates"
        yield Symptom("hint", path, f"{what} are not read", f"publish a page with them, and give {path}=")
        return
    address = "/" + page.format(company=office.company_id).strip("/")
    try:
        with office.translated(_OPERATION):
            rows = [row for found in islice(office.api.pages(address), 1) for row in mappings(found)]
    except ErpConnectError as failure:
        yield unread(path, failure, "see whether the page is published, under this path")
        return
    missing = sorted({name for name in fields.values() if rows and name not in rows[0]})
    if missing:
        yield Symptom(
            "error",
            path.replace("_page", "_fields"),
            f"the page has no {', '.join(missing)}",
            f"it has {', '.join(sorted(name for name in rows[0] if '@' not in name))}",
        )
