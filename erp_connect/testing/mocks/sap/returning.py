"""BAPI_CUSTOMERRETURN_CREATE (sap.md 2.12): a return follows the pattern of orders, with names of its own.

No public signature is known: the parameters are those that the reference names, and none beyond.
"""

from __future__ import annotations

from .documents import HEADER, plain
from .functions import Values, function_module
from .interface import Row
from .messages import rows
from .ordering import flagged_row, flagged_rows
from .selling import Intake, ItemWish, Refusal, Wish
from .session import Session


@function_module("BAPI_CUSTOMERRETURN_CREATE")
def create(session: Session, given: Values) -> Values:
    """Creates a return, to be saved by the commit of the same session."""
    header = flagged_row("BAPISDHD1", given["RETURN_HEADER_IN"], given["RETURN_HEADER_INX"])
    items = flagged_rows("BAPISDITM", given["RETURN_ITEMS_IN"], given["RETURN_ITEMS_INX"])
    lines = flagged_rows("BAPISCHDL", given["RETURN_SCHEDULES_IN"], given["RETURN_SCHEDULES_INX"])
    try:
        _check_references(session, header, items)
    except Refusal as refusal:
        epilogue = (
            session.say.say("E", "error_in", "", parameter="SALES_HEADER_IN"),
            session.say.say("E", "not_changed", ""),
        )
        return {"RETURN": rows([refusal.message, *epilogue])}
    wish = Wish(
        header=header,
        partners=given["RETURN_PARTNERS"],
        items=[
            ItemWish(item, row, [line for line in lines if line["ITM_NUMBER"] == item["ITM_NUMBER"]])
            for row, item in enumerate(items, 1)
        ],
        conditions=flagged_rows("BAPICOND", given["RETURN_CONDITIONS_IN"], given["RETURN_CONDITIONS_INX"]),
        texts=given["RETURN_TEXT"],
        is_return=True,
    )
    sale = Intake(session, wish).create()
    number = sale.order.number if sale.order is not None and sale.saved else ""
    return {"SALESDOCUMENT": number, "RETURN": rows(sale.messages)}


def _check_references(session: Session, header: Row, items: list[Row]) -> None:
    """What is taken back must be there: an order (C) or an invoice (M), and the item where one is named."""
    documents = [(header["REF_DOC"], header["REFDOC_CAT"], HEADER)]
    documents += [(item["REF_DOC"], item["REF_DOC_CA"], item["REF_DOC_IT"]) for item in items]
    for number, category, item_number in documents:
        if number and item_number not in {HEADER, *_item_numbers(session, number, category)}:
            raise Refusal(session.say.say("E", "item_missing", item_number, parameter="SALES_ITEM_IN"))


def _item_numbers(session: Session, number: str, category: str) -> list[str]:
    world = session.world
    if category == "C" and number in world.orders:
        return [item.number for item in world.orders[number].items]
    if category == "M" and number in world.invoices:
        return [item.number for item in world.invoices[number].items]
    raise Refusal(session.say.say("E", "not_found", plain(number), parameter="SALES_HEADER_IN"))
