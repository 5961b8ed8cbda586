"""Materials, customers and deliveries as function modules show them (sap.md 2.10, 2.13, 2.14).

Only the parameters and fields that the reference names; what it leaves open is not there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from .documents import Customer, Material, plain
from .functions import Values, function_module
from .interface import Row, structure
from .messages import Message
from .messages import rows as return_rows
from .session import Session
from .showing import material_fields

_NOTHING = Decimal(0)
_NO_DATE = "00000000"


def _refused(session: Session, meaning: str, *variables: str) -> Values:
    return {"RETURN": session.say.say("E", meaning, *variables).bapireturn()}


@function_module("BAPI_MATERIAL_AVAILABILITY")
def availability(session: Session, given: Values) -> Values:
    """What can be had when: a situation without a quantity, a confirmation with one."""
    world, plant = session.world, given["PLANT"]
    material = world.materials.get(given["MATERIAL"])
    if material is None:
        return _refused(session, "no_such_material", plain(given["MATERIAL"]))
    if plant not in material.plants:
        return _refused(session, "not_in_plant", plain(material.number), plant)
    unit = given["UNIT"]
    if not material.has_unit(unit):
        return _refused(session, "unit", unit, plain(material.number))
    factor = world.in_base_units(material, Decimal(1), unit)
    free = (world.available(material, plant) / factor).to_integral_value(rounding="ROUND_FLOOR")
    wanted = given["WMDVSX"] or [structure("BAPIWMDVS").initial()]
    shown: list[Row] = []
    short = False
    left = free
    for row in wanted:
        date = world.today() if row["REQ_DATE"] == _NO_DATE else row["REQ_DATE"]
        quantity = row["REQ_QTY"]
        if not quantity:
            shown.append(_confirmed(row, date, free))
            continue
        confirmed = min(quantity, left) if material.checked else quantity
        left -= confirmed if material.checked else _NOTHING
        shown.append(_confirmed(row, date, confirmed))
        short = short or confirmed < quantity
        if confirmed < quantity and material.replenished_in is not None:
            later = max(date, _lead_time(material, world.now()))
            shown.append(_confirmed(row, later, quantity - confirmed))
    asked_for_some = any(row["REQ_DATE"] != _NO_DATE or row["REQ_QTY"] for row in wanted)
    dialog = ("X" if short else "") if material.checked else "N"
    return {
        "AV_QTY_PLT": free,
        "DIALOGFLAG": dialog if asked_for_some else "",
        "ENDLEADTME": _lead_time(material, world.now()),
        "WMDVEX": shown,
    }


def _confirmed(row: Row, date: str, quantity: Decimal) -> Row:
    return structure("BAPIWMDVE").taken_from(row, COM_DATE=date, COM_QTY=quantity)


def _lead_time(material: Material, now: datetime) -> str:
    days = material.replenished_in
    return _NO_DATE if days is None else f"{now + timedelta(days=days):%Y%m%d}"


@function_module("BAPI_MATERIAL_GET_DETAIL")
def material_detail(session: Session, given: Values) -> Values:
    """What a material is."""
    world = session.world
    material = world.materials.get(given["MATERIAL"])
    if material is None:
        return _refused(session, "no_such_material", plain(given["MATERIAL"]))
    general = structure("BAPIMATDOA").initial(
        MATL_DESC=material.text,
        MATL_GROUP=material.group,
        BASE_UOM=material.unit,
        BASE_UOM_ISO=world.iso_unit(material.unit),
    )
    return {"MATERIAL_GENERAL_DATA": general}


@function_module("BAPI_MATERIAL_GETLIST")
def materials(session: Session, given: Values) -> Values:
    """Materials by ranges of their numbers."""
    ranges = _ranges(given["MATNRSELECTION"], "MATNR_LOW", "MATNR_HIGH")
    if not ranges:
        return {"RETURN": return_rows([session.say.say("E", "no_selection")])}
    found = [m for number, m in sorted(session.world.materials.items()) if _selected(number, ranges)]
    listed = [structure("BAPIMATLST").initial(**material_fields(m.number), MATL_DESC=m.text) for m in found]
    return {"MATNRLIST": _first(listed, given["MAXROWS"])}


@function_module("BAPI_CUSTOMER_GETLIST")
def customers(session: Session, given: Values) -> Values:
    """Customers by ranges of their numbers."""
    ranges = _ranges(given["IDRANGE"], "LOW", "HIGH")
    if not ranges:
        return _refused(session, "no_selection")
    found = [c for number, c in sorted(session.world.customers.items()) if _selected(number, ranges)]
    return {"ADDRESSDATA": _first([_address(customer) for customer in found], given["MAXROWS"])}


def _address(customer: Customer) -> Row:
    return structure("BAPICUSTOMER_ADDRESSDATA").initial(
        CUSTOMER=customer.number,
        SORT1=customer.name.upper()[:10],
        NAME=customer.name,
        CITY=customer.city,
        POSTL_COD1=customer.postal_code,
        STREET=customer.street,
        COUNTRY=customer.country,
        COUNTRYISO=customer.country[:2],
        REGION=customer.region,
        TEL1_NUMBR=customer.telephone,
    )


@function_module("BAPI_CUSTOMER_GETDETAIL2")
def customer(session: Session, given: Values) -> Values:
    """A customer; the fields of its structures are not published, so they show what ``Settings.more_fields`` adds."""
    found = session.world.customers.get(given["CUSTOMERNO"])
    if found is None:
        said = session.say.say("E", "no_such_customer", plain(given["CUSTOMERNO"]))
        return {"RETURN": _bapiret1(said)}
    return {"CUSTOMERADDRESS": _address(found), "CUSTOMERGENERALDETAIL": {"CUSTOMER": found.number}}


def _bapiret1(message: Message) -> Row:
    return structure("BAPIRET1").initial(
        TYPE=message.type, ID=message.id, NUMBER=message.number, MESSAGE=message.text
    )


@function_module("BAPI_DELIVERY_GETLIST")
def deliveries(session: Session, given: Values) -> Values:
    """Deliveries by ranges of their numbers; the items where the control structure asks for them."""
    ranges = _ranges(given["IT_VBELN"], "DELIV_NUMB_LOW", "DELIV_NUMB_HIGH")
    if not ranges:
        return {"RETURN": return_rows([session.say.say("E", "no_selection")])}
    headers: list[Row] = []
    items: list[Row] = []
    for number, delivery in sorted(session.world.deliveries.items()):
        if not _selected(number, ranges):
            continue
        created = f"{delivery.created_at:%Y%m%d}"
        header = structure("BAPIDLVHDR").initial(
            VBELN=number,
            ERDAT=created,
            LFART="LF",
            WADAT=created,
            LFDAT=created,
            KUNNR=delivery.ship_to,
            KUNAG=delivery.sold_to,
            BOLNR=delivery.bill_of_lading,
            TRAID=delivery.transport_id,
            WADAT_IST=delivery.shipped_on or _NO_DATE,
        )
        headers.append(header)
        for line in delivery.items if given["IS_DLV_DATA_CONTROL"]["ITEM"] == "X" else ():
            item = structure("BAPIDLVITEM").initial(
                VBELN=number,
                POSNR=line.number,
                MATNR=line.material,
                LFIMG=line.quantity,
                VRKME=line.unit,
                VGBEL=line.order,
                VGPOS=line.order_item,
            )
            items.append(item)
    return {"ET_DELIVERY_HEADER": headers, "ET_DELIVERY_ITEM": items}


def _ranges(rows: Iterable[Row], low: str, high: str) -> list[tuple[str, str, str, str]]:
    return [(row["SIGN"], row["OPTION"], row[low], row[high]) for row in rows]


def _selected(number: str, ranges: list[tuple[str, str, str, str]]) -> bool:
    """Whether the number is included by a range and excluded by none; keys are compared as stored."""
    including = [r for r in ranges if r[0] != "E"]
    excluding = [r for r in ranges if r[0] == "E"]
    included = not including or any(_in_range(number, *r[1:]) for r in including)
    return included and not any(_in_range(number, *r[1:]) for r in excluding)


def _in_range(number: str, option: str, low: str, high: str) -> bool:
    match option:
        case "BT":
            return low <= number <= high
        case "CP":
            return number.startswith(low.rstrip("*")) if low.endswith("*") else number == low
        case "GE":
            return number >= low
        case "LE":
            return number <= low
        case _:
            return option == "EQ" and number == low


def _first(rows: list[Any], count: int) -> list[Any]:
    return rows[:count] if count else rows
