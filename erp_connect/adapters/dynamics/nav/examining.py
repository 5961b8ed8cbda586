"""What can be found out about a company: pages and procedures that are not published (dynamics.md 2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ....errors import ErpConnectError
from ...contract import Capabilities
from ...services.cells import text
from ...services.examining import unknown_units, unread, unserved
from ...symptoms import Symptom
from .office import Office

_OPERATION: Final = "doctor"
_PROCEDURES: Final = {
    "release": "orders cannot be released",
    "ship": "shipments cannot be posted",
    "invoice": "invoices cannot be posted",
    "receive": "receipts of goods cannot be posted",
}


def examined(office: Office, capabilities: Capabilities, *, limit: int) -> Iterator[Symptom]:
    """What is missing for some of the verbs, and what was left to a default; ``limit``: items looked at."""
    settings = office.settings
    advice = "publish the page in Web Services, or name the one that is"
    yield from unserved(capabilities, "the site has published no page", advice)
    for path, said in _PROCEDURES.items():
        procedure = getattr(settings, path)
        if not procedure:
            yield Symptom("hint", path, said, "publish a codeunit, and give Service.Procedure(parameter)")
            continue
        yield from _procedure(office, path, procedure)
    if not settings.currency:
        said = "the company's own currency is not told by any page"
        yield Symptom("warning", "currency", said, "give currency=, as on the page General Ledger Setup")
    if office.has(settings.item_service):
        with office.translated(_OPERATION):
            pages = office.pages(settings.item_service, {}, _OPERATION)
            items = islice((row for page in pages for row in page), limit)
            yield from unknown_units(office.units, [text(row, "Base_Unit_of_Measure") for row in items])


def _procedure(office: Office, path: str, procedure: str) -> Iterator[Symptom]:
    """Whether a codeunit is published, and has the procedure."""
    service, _, rest = procedure.partition(".")
    name = rest.partition("(")[0]
    try:
        with office.translated(_OPERATION):
            operations = office.codeunit(service).operations
    except ErpConnectError as failure:
        yield unread(path, failure, "publish the codeunit in Web Services")
        return
    if name not in operations:
        advice = f"it has {', '.join(sorted(operations)) or 'none'}"
        yield Symptom("error", path, f"the codeunit {service} has no procedure {name}", advice)
