"""BAPI_SALESORDER_CREATEFROMDAT2 (sap.md 2.3)."""

from __future__ import annotations

from typing import Any

from .functions import Values, function_module
from .interface import Row, structure
from .messages import rows
from .selling import Intake, ItemWish, Wish
from .session import Session

_KEYS = ("ITM_NUMBER", "SCHED_LINE", "COND_ST_NO", "COND_COUNT", "COND_TYPE")


@function_module("BAPI_SALESORDER_CREATEFROMDAT2")
def create(session: Session, given: Values) -> Values:
    """Creates an order, to be saved by the commit of the same session."""
    items = flagged_rows("BAPISDITM", given["ORDER_ITEMS_IN"], given["ORDER_ITEMS_INX"])
    lines = flagged_rows("BAPISCHDL", given["ORDER_SCHEDULES_IN"], given["ORDER_SCHEDULES_INX"])
    wish = Wish(
        header=flagged_row("BAPISDHD1", given["ORDER_HEADER_IN"], given["ORDER_HEADER_INX"]),
        partners=given["ORDER_PARTNERS"],
        items=[
            ItemWish(item, row, [line for line in lines if line["ITM_NUMBER"] == item["ITM_NUMBER"]])
            for row, item in enumerate(items, 1)
        ],
        conditions=flagged_rows("BAPICOND", given["ORDER_CONDITIONS_IN"], given["ORDER_CONDITIONS_INX"]),
        texts=given["ORDER_TEXT"],
        addresses=given["PARTNERADDRESSES"],
        number=given["SALESDOCUMENTIN"],
        external_names=given["CONVERT"] == "X",
        system_numbers_items=given["INT_NUMBER_ASSIGNMENT"] == "X",
        on_error=given["BEHAVE_WHEN_ERROR"],
        save=given["TESTRUN"] != "X",
    )
    sale = Intake(session, wish).create()
    number = sale.order.number if sale.order is not None and sale.saved else ""
    return {"SALESDOCUMENT": number, "RETURN": rows(sale.messages)}


def flagged_row(name: str, row: Row, flags: Row) -> Row:
    """The row with flagged fields only, where flags were supplied at all."""
    if not any(value not in {"", "000000"} for value in flags.values()):
        return row
    kept = {n: v for n, v in row.items() if n in _KEYS or is_flagged(n, flags)}
    return structure(name).initial(**kept)


def flagged_rows(name: str, wanted: list[Row], flags: list[Row]) -> list[Row]:
    """The rows with flagged fields only; without a table of flags every field counts."""
    if not flags:
        return wanted
    by_key = {_key(row): row for row in flags}
    nothing: dict[str, Any] = {}
    empty = structure(name)
    return [
        empty.initial(
            **{n: v for n, v in row.items() if n in _KEYS or is_flagged(n, by_key.get(_key(row), nothing))}
        )
        for row in wanted
    ]


def is_flagged(name: str, flags: Row) -> bool:
    """Whether a flag names the field; an ISO twin without a flag of its own follows the field it belongs to."""
    if name in flags:
        return bool(flags[name] == "X")
    owners = {"S_UNIT_ISO": "SALES_UNIT", "CURR_ISO": "CURRENCY", "CD_UNT_ISO": "COND_UNIT"}
    return flags.get(owners.get(name, "")) == "X"


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in _KEYS)
