"""What can be found out about a company: what its release lacks, units, currencies, how orders are numbered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ....errors import ErpConnectError, UnmappedCode
from ....rules.stamps import looks_like_stamp
from ...contract import Capabilities
from ...services.cells import text, whole
from ...services.examining import unknown_units, unserved
from ...symptoms import Symptom
from .office import Office
from .sides import SALES

_OPERATION: Final = "doctor"


def examined(office: Office, capabilities: Capabilities, *, limit: int) -> Iterator[Symptom]:
    """What is missing for some of the verbs, and what was left to a default; ``limit``: orders looked at."""
    yield from unserved(capabilities, "the release has no", "do without these operations, or upgrade")
    settings = office.settings
    if not settings.product_group:
        yield Symptom(
            "hint",
            "product_group",
            "no products can be put on file",
            "give the id of a group: product_group=",
        )
    with office.translated(_OPERATION):
        yield from unknown_units(office.units, office.unit_names.names.values())
        yield from _numbers(office)
        yield from _warehouse(office)
        if not office.currencies.own:
            yield Symptom(
                "warning",
                "currency",
                "the company does not tell its own currency, which list prices and credit limits are in",
                "give currency=, as in the company's financial settings",
            )
        yield from _orders(office, limit)


def _numbers(office: Office) -> Iterator[Symptom]:
    if not office.numbers_itself:
        yield Symptom(
            "hint",
            "stamp_field",
            "the company numbers no orders itself, so that the stamp of an order becomes its number",
            "turn on automatic numbers in the settings of sales orders, if people are to read them out",
        )


def _warehouse(office: Office) -> Iterator[Symptom]:
    named, known = office.settings.warehouse, office.warehouses.names
    if named:
        try:
            office.warehouses.id(named)
        except UnmappedCode as failure:
            yield Symptom("error", "warehouse", str(failure), failure.hint or "")
    elif len(known) > 1:
        yield Symptom(
            "warning",
            "warehouse",
            f"there are {len(known)} warehouses, and lines that name none are refused",
            "say which they are shipped from: warehouse=",
        )


def _orders(office: Office, limit: int) -> Iterator[Symptom]:
    """The last orders: their currencies, and whether the field of the stamp is used by somebody else."""
    field = office.settings.stamp_field
    rows = office.api.page(
        SALES.orders, select=f"id,currency_id,{field}", orderby="id desc", top=str(max(limit, 1))
    )
    unknown: set[int] = set()
    others = 0
    for row in islice(rows, limit):
        currency = whole(row, "currency_id")
        try:
            if currency and not office.currencies.code(currency):
                unknown.add(currency)
        except ErpConnectError:
            unknown.add(currency or 0)
        others += bool(text(row, field)) and not looks_like_stamp(text(row, field))
    for id in sorted(unknown):
        yield Symptom(
            "error",
            "currencies",
            f"nobody knows which currency has the id {id}, and orders in it cannot be read",
            f"say it: currencies=CODE={id}",
        )
    if others and field != SALES.external:
        yield Symptom(
            "error",
            "stamp_field",
            f"{others} orders have something else in {field}: it is used already",
            "name a free text that nobody uses: stamp_field=",
        )
