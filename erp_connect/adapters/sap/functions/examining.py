"""The site's settings held against the customizing of the system itself, as far as this user may read it.

The settings are those of sap.md 8.  Which table keeps which code is common knowledge of SAP and was not confirmed on a
system, so a table that cannot be read is a hint, never an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ....wire.rfc import Condition, all_of, equal, one_of
from ...contract import Capabilities, Support
from ...symptoms import Symptom
from ..settings import FunctionSettings
from .office import Office

_OPERATION: Final = "doctor"
_SHOWN: Final = 12
"""Codes that are listed as what the system knows instead."""


@dataclass(frozen=True, slots=True)
class _Code:
    """A code of the settings: the table that knows it, its column, and what else must hold there."""

    setting: str
    what: str
    table: str
    column: str
    within: tuple[tuple[str, str], ...] = ()


_PRICES: Final = (("KVEWE", "A"), ("KAPPL", "V"))
_CODES: Final = (
    _Code("sales_org", "sales organisation", "TVKO", "VKORG"),
    _Code("order_type", "order type", "TVAK", "AUART"),
    _Code("plant", "plant", "T001W", "WERKS"),
    _Code("rejection_reason", "reason for rejection", "TVAG", "ABGRU"),
    _Code("rejection_reasons", "reason for rejection", "TVAG", "ABGRU"),
    _Code("delivery_block", "delivery block", "TVLS", "LIFSP"),
    _Code("billing_block", "billing block", "TVFS", "FAKSP"),
    _Code("units", "unit of measure", "T006", "MSEHI"),
    _Code("countries", "country", "T005", "LAND1"),
    _Code("note_text_id", "text of the order's header", "TTXID", "TDID", (("TDOBJECT", "VBBK"),)),
    _Code("price_condition", "condition type", "T685", "KSCHL", _PRICES),
    _Code("percent_discount_condition", "condition type", "T685", "KSCHL", _PRICES),
    _Code("amount_discount_condition", "condition type", "T685", "KSCHL", _PRICES),
    _Code("header_discount_condition", "condition type", "T685", "KSCHL", _PRICES),
    _Code("return_reason", "order reason", "TVAU", "AUGRU"),
    _Code("return_reasons", "order reason", "TVAU", "AUGRU"),
    _Code("company_code", "company code", "T001", "BUKRS"),
    _Code("purchasing_org", "purchasing organisation", "T024E", "EKORG"),
    _Code("purchasing_group", "purchasing group", "T024", "EKGRP"),
)
_AREA: Final = {"sales_org": "VKORG", "distribution_channel": "VTWEG", "division": "SPART"}
_READ_FOR: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "VBAK": (("VBELN", "AEDAT"), "orders are not listed"),
    "VBKD": (
        ("VBELN", "IHREZ", "BSTKD"),
        "a key is looked for among the customer's orders, which takes longer",
    ),
    "LIKP": (("VBELN", "WADAT_IST"), "what was shipped is told by the list module only"),
    "VBRK": (("VBELN", "FKDAT"), "invoices are not told"),
    "VBRP": (("VBELN", "FKIMG"), "invoices are not told"),
}


def examined(office: Office, capabilities: Capabilities) -> Iterator[Symptom]:
    """Each setting that the system does not know, and what this user or this release cannot do; nothing is written."""
    settings = office.settings
    yield from _area(office, settings)
    for code in _CODES:
        yield from _unknown(office, settings, code)
    yield from _locators(office, settings)
    yield from _tables(office)
    if office.zone is None:
        yield Symptom(
            "warning",
            "timezone",
            "neither you nor the system say in which zone its clock goes, so times are taken for UTC",
            "give timezone, e.g. Europe/Berlin",
        )
    for operation, known in sorted(capabilities.operations.items()):
        if known.support is Support.NONE and known.why and "does not have" in known.why:
            yield Symptom("hint", operation, known.why, "")


def _area(office: Office, settings: FunctionSettings) -> Iterator[Symptom]:
    """Whether the sales area is one; without one each customer must have exactly one."""
    given = {name: str(getattr(settings, name)) for name in _AREA}
    blank = [name for name, value in given.items() if not value]
    if blank:
        yield Symptom(
            "warning",
            ", ".join(blank),
            "the sales area is not whole: only customers with exactly one can be ordered for, and orders of a customer"
            " are not listed",
            "give sales_org, distribution_channel and division",
        )
        return
    where = all_of(equal(_AREA[name], value) for name, value in given.items())
    found = _codes(office, "TVTA", "VKORG", where)
    if found is not None and not found:
        yield Symptom(
            "error",
            "sales_org, distribution_channel, division",
            f"the system has no sales area {' '.join(given.values())}",
            "see the organisation in its customizing (table TVTA)",
        )


def _unknown(office: Office, settings: FunctionSettings, code: _Code) -> Iterator[Symptom]:
    value = getattr(settings, code.setting)
    wanted = sorted(
        {str(each) for each in (value.values() if isinstance(value, Mapping) else [value]) if each}
    )
    if not wanted:
        return
    within = [equal(column, said) for column, said in code.within]
    known = _codes(office, code.table, code.column, all_of([*within, one_of(code.column, wanted)]))
    if known is None:
        yield Symptom(
            "hint",
            code.setting,
            f"whether the system knows {', '.join(wanted)} was not found out: {code.table} may not be read",
            f"have S_TABU_NAM granted for {code.table}, or ask for the {code.what}",
        )
        return
    missing = [each for each in wanted if each not in known]
    if missing:
        others = _codes(office, code.table, code.column, all_of(within))
        yield Symptom(
            "error",
            code.setting,
            f"the system has no {code.what} {', '.join(missing)}",
            f"it has {_some(others)}" if others else f"see table {code.table}",
        )


def _codes(office: Office, table: str, column: str, where: Condition) -> set[str] | None:
    """The codes of a table; ``None`` where it is closed to this user."""
    return office.from_table(
        lambda: {str(row[column]) for row in office.tables.rows(table, [], where, key=[column])},
        lambda _: None,
        _OPERATION,
    )


def _some(codes: Iterable[str]) -> str:
    listed = sorted(filter(None, codes))
    return ", ".join(listed[:_SHOWN]) + (f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else "")


def _locators(office: Office, settings: FunctionSettings) -> Iterator[Symptom]:
    for column in settings.tracking_locators:
        if not _readable(office, "LIKP", [column]):
            yield Symptom(
                "warning",
                "tracking_locators",
                f"the deliveries' table has no column {column}, or it may not be read",
                "name the field that holds the tracking number here",
            )


def _tables(office: Office) -> Iterator[Symptom]:
    for table, (columns, consequence) in _READ_FOR.items():
        if not _readable(office, table, columns):
            yield Symptom(
                "warning",
                f"table {table}",
                f"this user may not read it: {consequence}",
                f"have S_TABU_NAM granted for {table}, or name another reader with table_reader",
            )


def _readable(office: Office, table: str, columns: Sequence[str]) -> bool:
    return office.from_table(lambda: office.tables.readable(table, columns), lambda _: False, _OPERATION)
