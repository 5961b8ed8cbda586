"""An order as entities, under the names of both versions; the model of each leaves out what it does not have."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from ...odata.model import EntitySet
from ...odata.source import Row
from .. import showing, status
from ..documents import HEADER, Item, Order, plain
from ..world import World
from . import order_fields
from .order_fields import ISO_LANGUAGES, shown_role


def changed_at(order: Order) -> datetime:
    """The time stamp that ETags are made of: no two states of an order share one."""
    return (order.changed_at or order.created_at) + timedelta(microseconds=order.version)


def header(world: World, order: Order, entity_set: EntitySet) -> Row:
    """A_SalesOrder and SalesOrder."""
    now = status.of_order(world, order)
    blocks = [order.fields["DLV_BLOCK"], order.fields["BILL_BLOCK"]]
    gaps = status.completeness(order)
    row = order_fields.kept(entity_set, order.fields, order_fields.HEADER)
    return row | {
        "SalesOrder": plain(order.number),
        "SalesOrderType": world.order_types[order.type].external,
        "SalesOrderTypeInternalCode": order.type,
        "SoldToParty": plain(order.sold_to),
        "CreationDate": order.created_at,
        "CreationTime": order.created_at,
        "CreatedByUser": order.created_by,
        "LastChangedByUser": "",
        "LastChangeDate": order.changed_at,
        "LastChangeDateTime": changed_at(order),
        "TotalNetAmount": order.net_value,
        "TransactionCurrency": order.currency,
        "OverallSDProcessStatus": now.overall,
        "OverallDeliveryStatus": now.delivery,
        "OverallTotalDeliveryStatus": now.delivery,
        "OverallOrdReltdBillgStatus": now.billing,
        "OverallSDDocumentRejectionSts": now.rejection,
        "TotalCreditCheckStatus": order.credit,
        "TotalBlockStatus": "C" if any(blocks) else "",
        "OverallDeliveryBlockStatus": "C" if blocks[0] else "",
        "OverallBillingBlockStatus": "C" if blocks[1] else "",
        "HdrGeneralIncompletionStatus": gaps,
        "OvrlItmGeneralIncompletionSts": gaps,
    }


def item(world: World, order: Order, item: Item, unit: str, entity_set: EntitySet) -> Row:
    """A_SalesOrderItem and SalesOrderItem; the unit as users read it."""
    now = status.of_item(world, order, item)
    fields = item.fields
    material = world.materials[item.material]
    row = order_fields.kept(entity_set, order_fields_of(item), order_fields.ITEM)
    iso, number = world.iso_unit(item.unit), plain(item.material)
    shown: Row = {
        **keys(order, item),
        "SalesOrderItemCategory": item.category,
        "Material": number,
        "Product": number,
        "MaterialGroup": fields["MATL_GROUP"] or material.group,
        "ProductGroup": fields["MATL_GROUP"] or material.group,
        "ProductionPlant": fields["PLANT"],
        "Plant": fields["PLANT"],
        "WBSElementExternalID": str(fields["WBS_ELEM"]),
        "RequestedQuantity": item.quantity,
        "RequestedDeliveryDate": item.schedule[0].date if item.schedule else "",
        "ConfirmedDeliveryDate": max((s.date for s in item.schedule if s.confirmed), default=""),
        "ConfdDelivQtyInOrderQtyUnit": item.confirmed,
        "TransactionCurrency": order.currency,
        "NetAmount": item.net_value,
        "SDProcessStatus": now.overall,
        "DeliveryStatus": now.delivery,
        "OrderRelatedBillingStatus": now.billing,
        "SDDocumentRejectionStatus": now.rejection,
        "ItemGeneralIncompletionStatus": status.completeness(order),
        "BillingBlockStatus": "C" if fields["BILL_BLOCK"] else "",
        "DeliveryBlockStatus": "C" if any(s.fields.get("REQ_DLV_BL") for s in item.schedule) else "",
    }
    return row | shown | units("RequestedQuantity", unit, item.unit, iso) | _order_units(item, unit, iso)


def order_fields_of(item: Item) -> dict[str, Any]:
    """The fields that an item keeps."""
    return {name: value for name, value in item.fields.items() if name not in {"MATERIAL", "ITM_NUMBER"}}


def units(prefix: str, shown: str, internal: str, iso: str) -> Row:
    """A unit and its twins."""
    return {f"{prefix}Unit": shown, f"{prefix}SAPUnit": internal, f"{prefix}ISOUnit": iso}


def _order_units(item: Item, unit: str, iso: str) -> Row:
    return units("OrderQuantity", unit, item.unit, iso)


def keys(order: Order, item: Item) -> Row:
    """The key of an item."""
    return {"SalesOrder": plain(order.number), "SalesOrderItem": plain(item.number)}


def schedule_lines(world: World, order: Order, item: Item, unit: str) -> Iterator[Row]:
    """Schedule lines; what was delivered is counted on the earliest confirmations."""
    left = world.delivered(order.number, item.number)
    for line in item.schedule:
        delivered = min(left, line.confirmed)
        left -= delivered
        yield {
            **keys(order, item),
            "ScheduleLine": plain(line.number),
            "ScheduleLineCategory": line.fields.get("SCHED_TYPE", ""),
            "RequestedDeliveryDate": line.date,
            "ConfirmedDeliveryDate": line.date if line.confirmed else "",
            "ScheduleLineOrderQuantity": line.quantity,
            "ConfdOrderQtyByMatlAvailCheck": line.confirmed,
            "DeliveredQtyInOrderQtyUnit": delivered,
            "OpenConfdDelivQtyInOrdQtyUnit": line.confirmed - delivered,
            "CorrectedQtyInOrderQtyUnit": line.quantity,
            "DelivBlockReasonForSchedLine": line.fields.get("REQ_DLV_BL", ""),
        } | _order_units(item, unit, world.iso_unit(item.unit))


def partners(world: World, order: Order, *, of_items: bool) -> Iterator[Row]:
    """Partners of the header, or those that items have for themselves."""
    for partner in order.partners:
        if (partner.item != HEADER) is not of_items:
            continue
        customer = partner.number in world.customers
        vendor = partner.number in world.vendors
        yield {
            "SalesOrder": plain(order.number),
            "SalesOrderItem": plain(partner.item),
            "PartnerFunction": shown_role(partner.role),
            "PartnerFunctionInternalCode": partner.role,
            "Customer": plain(partner.number) if customer else "",
            "Supplier": plain(partner.number) if vendor else "",
            "Personnel": "" if customer or vendor or partner.role == "AP" else plain(partner.number),
            "ContactPerson": plain(partner.number) if partner.role == "AP" else "",
        }


def texts(order: Order, *, of_items: bool) -> Iterator[Row]:
    """Texts, their lines joined; a line without a format mark goes on in the same paragraph.

    A text of which nothing is left is none.
    """
    found: dict[tuple[str, str, str], str] = {}
    for row in order.texts:
        if (row["ITM_NUMBER"] != HEADER) is of_items:
            language = str(row["LANGU_ISO"] or ISO_LANGUAGES.get(row["LANGU"]) or row["LANGU"])
            key = row["ITM_NUMBER"], language, row["TEXT_ID"]
            mark = "" if key not in found or not row["FORMAT_COL"] else "\n"
            found[key] = found.get(key, "") + mark + row["TEXT_LINE"]
    for (number, language, kind), text in found.items():
        if not text:
            continue
        shown = {"SalesOrder": plain(order.number), "SalesOrderItem": plain(number)}
        yield shown | {"Language": language, "LongTextID": kind, "LongText": text}


def prices(world: World, order: Order) -> Iterator[Row]:
    """Pricing elements of items."""
    steps: dict[str, int] = {}
    for row in showing.conditions(world, order):
        number = row["ITM_NUMBER"]
        steps[number] = steps.get(number, 0) + 10
        yield {
            "SalesOrder": plain(order.number),
            "SalesOrderItem": plain(number),
            "PricingProcedureStep": str(steps[number]),
            "PricingProcedureCounter": "1",
            "ConditionType": row["COND_TYPE"],
            "ConditionRateValue": row["COND_VALUE"],
            "ConditionRateAmount": row["COND_VALUE"],
            "ConditionCurrency": row["SDCURRENCY"],
            "ConditionQuantity": row["COND_P_UNT"],
            "ConditionAmount": row["CONDVALUE"],
            "ConditionIsForStatistics": "",
            "TransactionCurrency": order.currency,
        }


def header_prices(order: Order) -> Iterator[Row]:
    """Conditions that were entered for the whole order."""
    entered = [condition for condition in order.conditions if condition.item == HEADER]
    for step, condition in enumerate(entered, 1):
        yield {
            "SalesOrder": plain(order.number),
            "PricingProcedureStep": str(step * 10),
            "PricingProcedureCounter": "1",
            "ConditionType": condition.type,
            "ConditionRateValue": condition.value,
            "ConditionRateAmount": condition.value,
            "ConditionCurrency": condition.currency,
            "ConditionQuantity": condition.per,
            "ConditionAmount": None,
            "ConditionIsForStatistics": "",
            "TransactionCurrency": order.currency,
        }


def followers(world: World, order: Order) -> Iterable[Row]:
    """Deliveries (J) and invoices (M), once for each item that they take over."""
    rows = []
    for delivery, line in world.deliveries_of(order.number):
        done = "C" if delivery.shipped_on else "A"
        rows.append(_follower(order, delivery.number, line.number, line.order_item, "J", "1", done, delivery))
    for invoice, billed in world.invoices_of(order.number):
        rows.append(
            _follower(order, invoice.number, billed.number, billed.order_item, "M", "2", "C", invoice)
        )
    return rows


def _follower(
    order: Order, number: str, line: str, item: str, kind: str, level: str, done: str, document: Any
) -> Row:
    name = f"{order.number}/{item}/{number}/{line}"
    return {
        "SalesOrder": plain(order.number),
        "SalesOrderItem": plain(item),
        "DocRelationshipUUID": uuid.uuid5(uuid.NAMESPACE_URL, name),
        "SubsequentDocument": plain(number),
        "SubsequentDocumentItem": plain(line),
        "SubsequentDocumentCategory": kind,
        "ProcessFlowLevel": level,
        "OverallSDProcessStatus": done,
        "SDProcessStatus": done,
        "CreationDate": document.created_at,
        "CreationTime": document.created_at,
        "SubsqntDocItmPrecdgDocument": plain(order.number),
        "SubsqntDocItmPrecdgDocItem": plain(item),
        "SubsqntDocItmPrecdgDocCategory": "C",
    }


def header_followers(world: World, order: Order) -> Iterator[Row]:
    """Each following document once."""
    seen: set[str] = set()
    for row in followers(world, order):
        if row["SubsequentDocument"] not in seen:
            seen.add(row["SubsequentDocument"])
            yield row
