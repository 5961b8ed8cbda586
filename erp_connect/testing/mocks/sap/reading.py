"""The modules that read sales orders: one, many block by block, a customer's, and their status (sap.md 2.6 to 2.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Final

from . import showing, status
from .documents import Delivery, DeliveryItem, Item, Order, plain
from .functions import Values, function_module
from .interface import Row, structure
from .session import Session
from .world import World

_BLOCKS: Final[tuple[tuple[str, str, Callable[[World, Order], Iterable[Row]]], ...]] = (
    ("HEADER", "ORDER_HEADERS_OUT", lambda world, order: [showing.header(world, order)]),
    ("ITEM", "ORDER_ITEMS_OUT", lambda world, order: [showing.item(world, order, i) for i in order.items]),
    ("SDSCHEDULE", "ORDER_SCHEDULES_OUT", showing.schedule_lines),
    ("BUSINESS", "ORDER_BUSINESS_OUT", lambda _, order: showing.business(order)),
    ("PARTNER", "ORDER_PARTNERS_OUT", lambda world, order: showing.partners(world, order)[0]),
    ("ADDRESS", "ORDER_ADDRESS_OUT", lambda world, order: showing.partners(world, order)[1]),
    ("STATUS_H", "ORDER_STATUSHEADERS_OUT", lambda world, order: [showing.status_header(world, order)]),
    (
        "STATUS_I",
        "ORDER_STATUSITEMS_OUT",
        lambda world, order: [showing.status_item(world, order, i) for i in order.items],
    ),
    ("SDCOND", "ORDER_CONDITIONS_OUT", showing.conditions),
    ("TEXT", "ORDER_TEXTHEADERS_OUT", lambda _, order: showing.texts(order)[0]),
    ("TEXT", "ORDER_TEXTLINES_OUT", lambda _, order: showing.texts(order)[1]),
    ("FLOW", "ORDER_FLOWS_OUT", showing.flow),
)
"""The flag of the view, the table that it fills, and how an order fills it."""


@function_module("BAPISDORDER_GETDETAILEDLIST")
def get_detailed_list(session: Session, given: Values) -> Values:
    """Reads many orders, block by block as the view asks; an unknown number has no rows, and nothing is said."""
    world, view = session.world, given["I_BAPI_VIEW"]
    asked = dict.fromkeys(row["VBELN"] for row in given["SALES_DOCUMENTS"])
    documents = world.orders | world.returns
    orders = [documents[number] for number in asked if number in documents]
    out: dict[str, list[Row]] = {}
    for flag, table, shown in _BLOCKS:
        if view[flag] == "X":
            out[table] = [row for order in orders for row in shown(world, order)]
    if view["SDCOND"] == "X" and given["I_WITH_HEADER_CONDITIONS"] == "X":
        of_headers = [row for order in orders for row in showing.header_conditions(world, order)]
        out["ORDER_CONDITIONS_OUT"] = of_headers + out["ORDER_CONDITIONS_OUT"]
    return out


@function_module("BS01_SALESORDER_GETDETAIL")
def get_detail(session: Session, given: Values) -> Values:
    """Reads one order with everything, in the structures of the mass read; conditions of the header are among them."""
    world = session.world
    order = (world.orders | world.returns).get(given["SALESDOCUMENT"])
    if order is None:
        said = session.say.say("E", "not_found", plain(given["SALESDOCUMENT"]))
        return {"RETURN": [said.bapiret2()]}
    found = {table.removesuffix("_OUT"): list(shown(world, order)) for _, table, shown in _BLOCKS}
    [header], lines = found.pop("ORDER_HEADERS"), found.pop("ORDER_SCHEDULES")
    found["ORDER_ITEMS"] = [structure("BAPISDITBOS").taken_from(row) for row in found["ORDER_ITEMS"]]
    found["ORDER_CONDITIONS"] = showing.header_conditions(world, order) + found["ORDER_CONDITIONS"]
    return found | {"ORDER_HEADER": header, "ORDER_SCHEDULE_LINES": lines}


@function_module("BAPI_SALESORDER_GETSTATUS")
def get_status(session: Session, given: Values) -> Values:
    """One row for each item and delivery; amounts are CURR fields and therefore shifted."""
    order = session.world.orders.get(given["SALESDOCUMENT"])
    if order is None:
        said = session.say.say("E", "not_found", plain(given["SALESDOCUMENT"]))
        return {"RETURN": said.bapireturn()}
    rows = []
    for item in order.items:
        found: list[tuple[Delivery, DeliveryItem] | None] = [
            *session.world.deliveries_of(order.number, item.number)
        ]
        rows += [_status_row(session, order, item, delivery) for delivery in found or [None]]
    return {"STATUSINFO": rows}


def _status_row(
    session: Session, order: Order, item: Item, delivered: tuple[Delivery, DeliveryItem] | None
) -> Row:
    world = session.world
    whole, part = status.of_order(world, order), status.of_item(world, order, item)
    iso_unit = world.iso_unit(item.unit)
    row = structure("BAPISDSTAT").initial(
        **showing.material_fields(item.material),
        DOC_NUMBER=order.number,
        DOC_DATE=order.fields["DOC_DATE"],
        PURCH_NO=order.fields["PURCH_NO_C"][:20],
        PURCH_NO_C=order.fields["PURCH_NO_C"],
        PRC_STAT_H=whole.overall,
        DLV_STAT_H=whole.delivery,
        REQ_DATE_H=order.fields["REQ_DATE_H"],
        DLV_BLOCK=order.fields["DLV_BLOCK"],
        ITM_NUMBER=item.number,
        SHORT_TEXT=item.fields["SHORT_TEXT"],
        REQ_DATE=item.schedule[0].date if item.schedule else "00000000",
        REQ_QTY=item.quantity,
        CUM_CF_QTY=item.confirmed,
        SALES_UNIT=item.unit,
        S_UNIT_ISO=iso_unit,
        NET_VALUE=world.shifted(item.net_value, order.currency),
        NET_PRICE=world.shifted(item.net_price, order.currency),
        CURRENCY=order.currency,
        CURR_ISO=showing.iso(order.currency),
        COND_P_UNT=item.per,
        COND_UNIT=item.unit,
        CD_UNT_ISO=iso_unit,
        DLV_STAT_I=part.delivery,
        PO_ITM_NO=item.fields["PO_ITM_NO"],
        CREATION_DATE=f"{order.created_at:%Y%m%d}",
        CREATION_TIME=f"{order.created_at:%H%M%S}",
        REA_FOR_RE=item.rejection,
    )
    if delivered is not None:
        delivery, line = delivered
        row |= {
            "DELIV_NUMB": delivery.number,
            "DELIV_ITEM": line.number,
            "DELIV_DATE": f"{delivery.created_at:%Y%m%d}",
            "DLV_QTY": line.quantity,
            "REF_QTY": line.quantity,
            "S_UNIT_DLV": line.unit,
            "DLV_UNIT_ISO": world.iso_unit(line.unit),
        }
    return row


@function_module("BAPI_SALESORDER_GETLIST")
def get_list(session: Session, given: Values) -> Values:
    """The orders of one customer in one sales organisation, a row for each item."""
    rows = [
        _list_row(session, order, item)
        for order in _wanted(session, given)
        for item in order.items
        if _material_matches(item, given)
    ]
    return {"SALES_ORDERS": rows}


def _wanted(session: Session, given: Values) -> Iterator[Order]:
    if given["TRANSACTION_GROUP"] not in {"", "0"}:
        return  # inquiries, quotations and contracts are not modelled: there are none
    first, last = given["DOCUMENT_DATE"], given["DOCUMENT_DATE_TO"]
    for order in session.world.orders.values():
        fields = order.fields
        if (order.sold_to, fields["SALES_ORG"]) != (given["CUSTOMER_NUMBER"], given["SALES_ORGANIZATION"]):
            continue
        dated: str = fields["DOC_DATE"]
        if dated < first or (last != "00000000" and dated > last):
            continue
        po_number: str = fields["PURCH_NO_C"]
        if given["PURCHASE_ORDER_NUMBER"] not in {"", po_number} or given["PURCHASE_ORDER"] not in {
            "",
            po_number[:20],
        }:
            continue
        yield order


def _material_matches(item: Item, given: Values) -> bool:
    return given["MATERIAL_LONG"] in {"", item.material} and given["MATERIAL"] in {"", item.material}


def _list_row(session: Session, order: Order, item: Item) -> Row:
    world, fields = session.world, order.fields
    sold_to = world.customers[order.sold_to]
    words = {"A": "open", "B": "being processed", "C": "completed"}
    return structure("BAPIORDERS").taken_from(
        fields,
        **showing.material_fields(item.material),
        SD_DOC=order.number,
        ITM_NUMBER=item.number,
        SHORT_TEXT=item.fields["SHORT_TEXT"],
        DOC_TYPE=order.type,
        REQ_QTY=item.quantity,
        REQ_DATE=item.schedule[0].date if item.schedule else "00000000",
        PURCH_NO=fields["PURCH_NO_C"][:20],
        BATCH=item.fields["BATCH"],
        NET_PRICE=item.net_price,
        COND_P_UNT=item.per or Decimal(1),
        COND_UNIT=item.unit,
        NET_VAL_HD=order.net_value,
        CURRENCY=order.currency,
        NAME=sold_to.name,
        SOLD_TO=order.sold_to,
        NET_VALUE=item.net_value,
        DOC_STATUS=words[status.of_order(world, order).overall],
        VALID_FROM="00000000",
        VALID_TO="00000000",
    )
