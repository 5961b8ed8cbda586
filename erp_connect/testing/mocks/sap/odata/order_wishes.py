"""What was sent to create an order, as the wish that the core takes in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from ...odata.model import Model
from ...odata.source import Row
from ..documents import HEADER, Fields, alpha
from ..interface import structure
from ..selling import INITIAL_DATE, ItemWish, Wish, next_item_number
from . import order_fields
from .source import SapSource

_LINE: Final = 132
_UNITS: Final = ("RequestedQuantityUnit", "RequestedQuantitySAPUnit", "RequestedQuantityISOUnit")
NOT_ITEM_FIELDS: Final = (
    "SalesOrder",
    "SalesOrderItem",
    "Material",
    "RequestedQuantity",
    "RequestedDeliveryDate",
    *_UNITS,
)
NOT_HEADER_FIELDS: Final = ("SalesOrder", "SalesOrderType", "SoldToParty")


def nested(sent: Row, name: str) -> list[Row]:
    """What came within a navigation, however the version spells it."""
    return next((sent[key] for key in (f"to_{name}", f"_{name}", f"_Item{name}") if key in sent), [])


def order(source: SapSource, model: Model, sent: Row, sets: tuple[str, str]) -> Wish:
    """An order with everything that came with it; ``sets`` names headers and items."""
    header_set, item_set = (model.sets[name] for name in sets)
    fields = order_fields.asked(header_set, sent, order_fields.HEADER, NOT_HEADER_FIELDS)
    header = structure("BAPISDHD1").initial() | fields | {"DOC_TYPE": sent.get("SalesOrderType", "")}
    wish = Wish(
        header=header,
        partners=_partners(sent),
        items=[],
        number=alpha(sent.get("SalesOrder", "")),
        external_names=True,
    )
    taken: list[str] = []
    for row_number, entry in enumerate(nested(sent, "Item"), 1):
        number = entry.get("SalesOrderItem", "").zfill(6)
        number = next_item_number(taken) if number == HEADER else number
        taken.append(number)
        item = item_fields(
            source, order_fields.asked(item_set, entry, order_fields.ITEM, NOT_ITEM_FIELDS), entry
        )
        item |= {"ITM_NUMBER": number}
        wish.items.append(ItemWish(item, row_number, lines(number, entry)))
        wish.partners += [partner(one, number) for one in nested(entry, "Partner")]
        wish.conditions += [condition(source, one, number) for one in nested(entry, "PricingElement")]
        wish.texts += [row for one in nested(entry, "Text") for row in text(one, number)]
    wish.conditions += [condition(source, one, HEADER) for one in nested(sent, "PricingElement")]
    wish.texts += [row for one in nested(sent, "Text") for row in text(one, HEADER)]
    return wish


def _partners(sent: Row) -> list[Fields]:
    named = [partner(one, HEADER) for one in nested(sent, "Partner")]
    sold_to = sent.get("SoldToParty", "")
    if sold_to and not any(row["PARTN_ROLE"] == "SP" for row in named):
        named.insert(0, structure("BAPIPARNR").initial(PARTN_ROLE="SP", PARTN_NUMB=alpha(sold_to)))
    return named


def partner(sent: Row, item: str) -> Fields:
    """Who plays a role."""
    return structure("BAPIPARNR").initial(
        PARTN_ROLE=sent.get("PartnerFunction", ""), PARTN_NUMB=partner_number(sent), ITM_NUMBER=item
    )


def partner_number(sent: Row) -> str:
    """The number of a partner of whatever kind."""
    names = ("Customer", "Supplier", "Personnel", "ContactPerson")
    return alpha(next((sent[name] for name in names if sent.get(name)), ""))


def item_fields(source: SapSource, fields: Fields, sent: Row) -> Fields:
    """The fields of a new item, with material, quantity and unit."""
    item = structure("BAPISDITM").initial() | fields | material(sent)
    return item | unit(source, sent) | {"TARGET_QTY": sent.get("RequestedQuantity") or Decimal(0)}


def material(sent: Row) -> Fields:
    """The two fields of a material number, if one was sent."""
    asked = sent.get("Material", sent.get("Product"))
    if asked is None:
        return {}
    number = alpha(asked, 18)
    return {"MATERIAL": number if len(number) <= 18 else "", "MATERIAL_LONG": number}


def unit(source: SapSource, sent: Row) -> Fields:
    """The unit that was sent, in whichever of its three spellings."""
    if sent.get("RequestedQuantityUnit"):
        return {"SALES_UNIT": source.internal_unit(sent["RequestedQuantityUnit"])}
    if sent.get("RequestedQuantitySAPUnit"):
        return {"SALES_UNIT": sent["RequestedQuantitySAPUnit"]}
    if sent.get("RequestedQuantityISOUnit"):
        return {"SALES_UNIT": "", "S_UNIT_ISO": sent["RequestedQuantityISOUnit"]}
    return {}


def lines(number: str, sent: Row) -> list[Fields]:
    """The schedule lines of a new item: those that came with it, or one for its quantity."""
    came = nested(sent, "ScheduleLine")
    if came:
        return [line(number, one) for one in came]
    quantity = sent.get("RequestedQuantity")
    if not quantity:
        return []
    return [line(number, {"ScheduleLineOrderQuantity": quantity, "RequestedDeliveryDate": _date(sent)})]


def _date(sent: Row) -> Any:
    return sent.get("RequestedDeliveryDate")


def line(number: str, sent: Row) -> Fields:
    """A schedule line."""
    date = sent.get("RequestedDeliveryDate")
    return structure("BAPISCHDL").initial(
        ITM_NUMBER=number,
        SCHED_LINE=sent.get("ScheduleLine", "").zfill(4),
        REQ_DATE=INITIAL_DATE if date is None else f"{date:%Y%m%d}",
        REQ_QTY=sent.get("ScheduleLineOrderQuantity") or Decimal(0),
        REQ_DLV_BL=sent.get("DelivBlockReasonForSchedLine", ""),
    )


def condition(source: SapSource, sent: Row, item: str) -> Fields:
    """A price condition."""
    value = sent.get("ConditionRateValue", sent.get("ConditionRateAmount"))
    asked = sent.get("ConditionQuantityUnit") or sent.get("ConditionQuantitySAPUnit") or ""
    return structure("BAPICOND").initial(
        ITM_NUMBER=item,
        COND_TYPE=sent.get("ConditionType", ""),
        COND_VALUE=value if value is not None else Decimal(0),
        CURRENCY=sent.get("ConditionCurrency", ""),
        COND_P_UNT=sent.get("ConditionQuantity") or Decimal(0),
        COND_UNIT=source.internal_unit(asked),
    )


def text(sent: Row, item: str) -> list[Fields]:
    """A text as lines: each paragraph begins with a mark."""
    language = sent.get("Language", "")
    head = structure("BAPISDTEXT").initial(
        ITM_NUMBER=item,
        TEXT_ID=sent.get("LongTextID", ""),
        LANGU=order_fields.LANGUAGES.get(language, language[:1]),
        LANGU_ISO=language,
    )
    rows = []
    for paragraph in sent.get("LongText", "").split("\n"):
        for start in range(0, max(len(paragraph), 1), _LINE):
            mark = "" if start else "*"
            rows.append(head | {"TEXT_LINE": paragraph[start : start + _LINE], "FORMAT_COL": mark})
    return rows
