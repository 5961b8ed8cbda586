"""BAPI_PO_CREATE1, BAPI_PO_CHANGE and BAPI_PO_GETDETAIL1 (sap.md 2.15).

Only the header, the items with a material, and their schedule lines are modelled: of the other structures the
reference does not publish the fields, so they have none here.  Parked and remembered documents are not modelled.
Orders are the same ones as in API_PURCHASEORDER_PROCESS_SRV, whose names the core keeps.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from .documents import Fields, PurchaseItem, PurchaseOrder, ScheduleLine, plain
from .functions import Values, function_module
from .interface import Row, structure
from .messages import Message, rows
from .purchasing import add, check
from .purchasing import change as change_order
from .purchasing import create as create_order
from .selling import Refusal
from .session import Session
from .showing import material_fields

_HEADER: Final = {
    "COMP_CODE": "CompanyCode",
    "DOC_TYPE": "PurchaseOrderType",
    "PURCH_ORG": "PurchasingOrganization",
    "PUR_GROUP": "PurchasingGroup",
    "DOC_DATE": "PurchaseOrderDate",
}
_ITEM: Final = {"SHORT_TEXT": "PurchaseOrderItemText", "MATL_GROUP": "MaterialGroup"}
_MANDATORY: Final = ("COMP_CODE", "DOC_TYPE", "VENDOR", "PURCH_ORG", "PUR_GROUP")
_OWN_HEADER: Final = {"VENDOR", "CURRENCY"}
_OWN_ITEM: Final = {
    *("PO_ITEM", "DELETE_IND", "MATERIAL", "MATERIAL_LONG", "PLANT"),
    *("QUANTITY", "PO_UNIT", "NET_PRICE"),
}
_DELETED: Final = "L"
_HOME_CURRENCY: Final = "EUR"
_NO_DATE: Final = "00000000"


@function_module("BAPI_PO_CREATE1")
def create(session: Session, given: Values) -> Values:
    """Creates a purchase order of what flags name, to be saved by the commit of the same session."""
    header, test = _flagged(given["POHEADER"], given["POHEADERX"]), given["TESTRUN"] == "X"
    try:
        for name in _MANDATORY:
            if not header.get(name):
                raise _faulty(session, name)
        fields = {"DOC_DATE": session.world.today()} | _kept(header, _OWN_HEADER)
        items = [_wanted(session, fields, given) for fields in _items(given)]
        currency = header.get("CURRENCY") or _HOME_CURRENCY
        order = create_order(session, header["VENDOR"], currency, _named(fields, _HEADER), items, test=test)
    except Refusal as refusal:
        return {"RETURN": rows([session.say.say("E", "purchase_none"), refusal.message])}
    if test:
        return {"EXPHEADER": _shown_header(order)}
    session.keep_purchase(order)
    said = session.say.say("S", "purchase_created", plain(order.number), parameter="POHEADER")
    return {"EXPPURCHASEORDER": order.number, "EXPHEADER": _shown_header(order), "RETURN": rows([said])}


@function_module("BAPI_PO_CHANGE")
def change(session: Session, given: Values) -> Values:
    """Changes what flags name, to be saved by the commit of the same session; the order is locked until then."""
    number = given["PURCHASEORDER"]
    order = session.find_purchase(number)
    if order is None:
        return {"RETURN": rows(_not_changed(session, number, "purchase_not_found"))}
    try:
        change_order(session, order, lambda held: _amend(session, held, given))
    except Refusal as refusal:
        return {"RETURN": rows([refusal.message, *_not_changed(session, number)])}
    if given["TESTRUN"] != "X":
        session.keep_purchase(order)
    said = session.say.say("S", "purchase_changed", plain(number), parameter="POHEADER")
    return {"EXPHEADER": _shown_header(order), "RETURN": rows([said])}


@function_module("BAPI_PO_GETDETAIL1")
def get_detail(session: Session, given: Values) -> Values:
    """Reads a purchase order as it is saved."""
    order = session.world.purchase_orders.get(given["PURCHASEORDER"])
    if order is None:
        said = session.say.say("E", "purchase_not_found", plain(given["PURCHASEORDER"]))
        return {"RETURN": rows([said])}
    return {
        "POHEADER": _shown_header(order),
        "POITEM": [_shown_item(session, item) for item in order.items],
        "POSCHEDULE": [row for item in order.items for row in _shown_lines(session, item)],
    }


def _not_changed(session: Session, number: str, *causes: str) -> list[Message]:
    return [session.say.say("E", meaning, plain(number)) for meaning in (*causes, "purchase_not_changed")]


def _faulty(session: Session, name: str) -> Refusal:
    return Refusal(session.say.say("E", "purchase_header", name, parameter="POHEADER"))


# ---------------------------------------------------------------- what was sent


def _flagged(row: Row, flags: Row) -> Fields:
    """The fields that a flag names; there is no UPDATEFLAG, and without a flag nothing counts."""
    return {name: value for name, value in row.items() if flags.get(name) == "X"}


def _items(given: Values) -> Iterable[Fields]:
    """The flagged fields of each item that a row of flags names, and its number."""
    flags = {row["PO_ITEM"]: row for row in given["POITEMX"] if row["PO_ITEMX"] == "X"}
    for row in given["POITEM"]:
        if row["PO_ITEM"] in flags:
            yield _flagged(row, flags[row["PO_ITEM"]]) | {"PO_ITEM": row["PO_ITEM"]}


def _lines(given: Values, item: str) -> Iterable[Fields]:
    """The flagged fields of each schedule line of an item, and its number."""
    flags = {
        row["SCHED_LINE"]: row
        for row in given["POSCHEDULEX"]
        if row["PO_ITEM"] == item and (row["PO_ITEMX"], row["SCHED_LINEX"]) == ("X", "X")
    }
    for row in given["POSCHEDULE"]:
        if row["PO_ITEM"] == item and row["SCHED_LINE"] in flags:
            yield _flagged(row, flags[row["SCHED_LINE"]]) | {"SCHED_LINE": row["SCHED_LINE"]}


def _kept(fields: Fields, own: set[str]) -> Fields:
    return {name: value for name, value in fields.items() if name not in own}


def _named(fields: Fields, names: dict[str, str]) -> Fields:
    return {names.get(name, name): value for name, value in fields.items()}


def _wanted(session: Session, fields: Fields, given: Values) -> Fields:
    """A new item as the core takes it in."""
    item = PurchaseItem("", "", fields.get("QUANTITY", Decimal(0)), "", "")
    _schedule(session, item, fields, given)
    return {
        "number": fields["PO_ITEM"],
        "material": fields.get("MATERIAL_LONG") or fields.get("MATERIAL", ""),
        "quantity": item.quantity,
        "unit": fields.get("PO_UNIT", ""),
        "plant": fields.get("PLANT", ""),
        "price": fields.get("NET_PRICE", Decimal(0)),
        "per": None,
        "fields": _named(_kept(fields, _OWN_ITEM), _ITEM),
        "schedule": item.schedule,
    }


def _schedule(session: Session, item: PurchaseItem, fields: Fields, given: Values) -> None:
    """Put the schedule lines in, and let the quantity follow them where it was not sent, or they go before it."""
    item.schedule = item.lines if item.schedule else []
    sent_quantity = False
    for sent in _lines(given, fields["PO_ITEM"]):
        line = next((line for line in item.schedule if line.number == sent["SCHED_LINE"]), None)
        if line is None:
            line = ScheduleLine(sent["SCHED_LINE"], _NO_DATE, Decimal(0))
            item.schedule.append(line)
        if "DELIVERY_DATE" in sent:
            line.date = _date(session, sent["DELIVERY_DATE"])
        if "QUANTITY" in sent:
            line.quantity, sent_quantity = sent["QUANTITY"], True
    if sent_quantity and (session.world.settings.lines_rule_purchases or "QUANTITY" not in fields):
        item.quantity = sum((line.quantity for line in item.schedule), Decimal(0))


def _date(session: Session, text: str) -> str:
    """A date in eight digits, or as users write it."""
    form = "%Y%m%d" if len(text) == 8 and text.isdigit() else session.world.settings.user_dates
    try:
        return f"{datetime.strptime(text, form):%Y%m%d}" if text else _NO_DATE  # noqa: DTZ007 - a day, no instant
    except ValueError:
        raise Refusal(session.say.say("E", "purchase_date", text, parameter="POSCHEDULE")) from None


def _amend(session: Session, order: PurchaseOrder, given: Values) -> None:
    header = _flagged(given["POHEADER"], given["POHEADERX"])
    for name, held in (("VENDOR", order.supplier), ("DOC_TYPE", order.fields.get("PurchaseOrderType"))):
        if header.get(name, held) != held:
            raise _faulty(session, name)
    order.fields |= _named(_kept(header, _OWN_HEADER), _HEADER)
    order.currency = header.get("CURRENCY") or order.currency
    for fields in _items(given):
        item = order.item(fields["PO_ITEM"])
        if item is None:
            add(session, order, _wanted(session, fields, given))
        else:
            _amend_item(session, item, fields, given)


def _amend_item(session: Session, item: PurchaseItem, fields: Fields, given: Values) -> None:
    if (fields.get("MATERIAL_LONG") or fields.get("MATERIAL") or item.material) != item.material:
        raise Refusal(session.say.say("E", "purchase_item", item.number, parameter="POITEM"))
    item.quantity = fields.get("QUANTITY", item.quantity)
    item.price = fields.get("NET_PRICE", item.price)
    item.unit = fields.get("PO_UNIT") or item.unit
    item.plant = fields.get("PLANT") or item.plant
    item.fields |= _named(_kept(fields, _OWN_ITEM), _ITEM)
    if "DELETE_IND" in fields:
        item.deleted = fields["DELETE_IND"] == _DELETED
    _schedule(session, item, fields, given)
    check(session, item)


# ---------------------------------------------------------------- what is shown


def _shown_header(order: PurchaseOrder) -> Row:
    row = structure("BAPIMEPOHEADER").initial(VENDOR=order.supplier, CURRENCY=order.currency)
    return row | _unnamed(order.fields, _HEADER)


def _shown_item(session: Session, item: PurchaseItem) -> Row:
    row = structure("BAPIMEPOITEM").initial(
        **material_fields(item.material),
        PO_ITEM=item.number,
        DELETE_IND=_DELETED if item.deleted else "",
        SHORT_TEXT=session.world.materials[item.material].text,
        PLANT=item.plant,
        QUANTITY=item.quantity,
        PO_UNIT=item.unit,
        NET_PRICE=item.price,
    )
    return row | _unnamed(item.fields, _ITEM)


def _unnamed(fields: Fields, names: dict[str, str]) -> Fields:
    """The core's fields under the names of the structure; the others keep theirs, and are shown where it has them."""
    own = {kept: name for name, kept in names.items()}
    return {own.get(name, name): value for name, value in fields.items()}


def _shown_lines(session: Session, item: PurchaseItem) -> Iterable[Row]:
    settings = session.world.settings
    for line in item.lines:
        date = line.date
        if date == _NO_DATE:
            date = ""
        elif not settings.purchase_dates_internal:
            date = f"{datetime.strptime(date, '%Y%m%d'):{settings.user_dates}}"  # noqa: DTZ007 - a day, no instant
        yield structure("BAPIMEPOSCHEDULE").initial(
            PO_ITEM=item.number, SCHED_LINE=line.number, DELIVERY_DATE=date, QUANTITY=line.quantity
        )
