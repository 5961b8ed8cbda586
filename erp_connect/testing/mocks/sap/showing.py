"""An order as the rows of the read BAPIs."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from decimal import Decimal

from . import status
from .documents import HEADER, Condition, Delivery, DeliveryItem, Fields, InvoiceItem, Item, Order
from .interface import Row, structure
from .marshal import to_scale
from .pricing import surcharge
from .world import Origin, World

ISO_CURRENCIES = {"RUR": "RUB"}


def material_fields(number: str) -> Fields:
    """The two fields of a material number: the short one stays blank when it does not fit."""
    return {"MATERIAL": number if len(number) <= 18 else "", "MATERIAL_LONG": number}


def iso(currency: str) -> str:
    """The ISO code of a currency."""
    return ISO_CURRENCIES.get(currency, currency)


def header(world: World, order: Order) -> Row:
    """ORDER_HEADERS_OUT: the purchase order number is cut to 20 characters here."""
    fields = order.fields
    return structure("BAPISDHD").taken_from(
        fields,
        DOC_NUMBER=order.number,
        REC_DATE=f"{order.created_at:%Y%m%d}",
        REC_TIME=f"{order.created_at:%H%M%S}",
        CREATED_BY=order.created_by,
        SD_DOC_CAT=order.category,
        TRAN_GROUP="0",
        NET_VAL_HD=order.net_value,
        CURREN_ISO=iso(order.currency),
        PURCH_NO=fields["PURCH_NO_C"][:20],
        ORDERER_NA=fields["NAME"],
        SOLD_TO=order.sold_to,
        CH_ON=f"{order.changed_at:%Y%m%d}" if order.changed_at else "00000000",
        WBS_ELEM="0" * 8,
        EXCHG_RATE="",
    )


def item(world: World, order: Order, item: Item) -> Row:
    """ORDER_ITEMS_OUT."""
    material = world.materials[item.material]
    fields = item.fields
    return structure("BAPISDIT").taken_from(
        fields,
        **material_fields(item.material),
        DOC_NUMBER=order.number,
        ITM_NUMBER=item.number,
        ITEM_CATEG=item.category,
        REA_FOR_RE=item.rejection,
        MATL_GROUP=fields["MATL_GROUP"] or material.group,
        REQ_QTY=item.quantity,
        CUM_REQ_DE=item.quantity,
        CUM_CF_QTY=item.confirmed,
        SALES_UNIT=item.unit,
        ISOCODUNIT=world.iso_unit(item.unit),
        TARGET_QU=item.unit,
        T_UNIT_ISO=world.iso_unit(item.unit),
        BASE_UOM=material.unit,
        NET_VALUE=item.net_value,
        NET_PRICE=item.net_price,
        COND_P_UNT=item.per,
        COND_UNIT=item.unit,
        CONISOUNIT=world.iso_unit(item.unit),
        CURRENCY=order.currency,
        CURREN_ISO=iso(order.currency),
        CREAT_DATE=f"{order.created_at:%Y%m%d}",
        STGE_LOC=fields["STORE_LOC"],
        WBS_ELEM="0" * 8,
    )


def schedule_lines(world: World, order: Order) -> list[Row]:
    """ORDER_SCHEDULES_OUT."""
    return [row for item in order.items for row in _schedule_lines(world, order.number, item)]


def _schedule_lines(world: World, number: str, item: Item) -> list[Row]:
    material = world.materials[item.material]
    rows = []
    for line in item.schedule:
        same = {n: v for n, v in line.fields.items() if n in {"SCHED_TYPE", "DATE_TYPE", "REQ_DLV_BL"}}
        row = structure("BAPISDHEDU").taken_from(
            same,
            DOC_NUMBER=number,
            ITM_NUMBER=item.number,
            SCHED_LINE=line.number,
            REQ_DATE=line.date,
            REQ_QTY=line.quantity,
            CONFIR_QTY=line.confirmed,
            SALES_UNIT=item.unit,
            ISOCODUNIT=world.iso_unit(item.unit),
            REQ_QTY1=world.in_base_units(material, line.quantity, item.unit),
            BASE_UOM=material.unit,
            ISOBASUNIT=world.iso_unit(material.unit),
            RELFORDEL="X",
        )
        rows.append(row)
    return rows


def business(order: Order) -> list[Row]:
    """ORDER_BUSINESS_OUT: one row for the header, where the whole purchase order number is."""
    kept = order.fields | {"CURRENCY": order.currency}
    row = structure("BAPISDBUSI").taken_from(kept, SD_DOC=order.number, ITM_NUMBER=HEADER)
    return [row]


def partners(world: World, order: Order) -> tuple[list[Row], list[Row]]:
    """ORDER_PARTNERS_OUT and the addresses that they point at."""
    shown: list[Row] = []
    addresses: list[Row] = []
    for index, partner in enumerate(order.partners, 1):
        customer = world.customers.get(partner.number)
        vendor = partner.number if partner.number in world.vendors else ""
        address = partner.address or {}
        key = f"9{index:09d}" if partner.address else f"2{partner.number[-9:].zfill(9)}"
        country = address.get("COUNTRY") or (customer.country if customer else "")
        row = structure("BAPISDPART").initial(
            SD_DOC=order.number,
            ITM_NUMBER=partner.item,
            PARTN_ROLE=partner.role,
            CUSTOMER=partner.number if customer else "",
            VENDOR_NO=vendor,
            ADDRESS=key,
            COUNTRY=country,
            COUNTRYISO=country[:2],
        )
        shown.append(row)
        if any(a["ADDRESS"] == key for a in addresses) or (customer is None and not address):
            continue
        source = address or {
            "NAME": customer.name if customer else "",
            "STREET": customer.street if customer else "",
            "POSTL_CODE": customer.postal_code if customer else "",
            "CITY": customer.city if customer else "",
            "REGION": customer.region if customer else "",
            "TELEPHONE": customer.telephone if customer else "",
            "COUNTRY": country,
        }
        addresses.append(
            structure("BAPISDCOAD").taken_from(
                source, DOC_NUMBER=order.number, ADDRESS=key, COUNTRY=country, COUNTRYISO=country[:2]
            )
        )
    return shown, addresses


def status_header(world: World, order: Order) -> Row:
    """ORDER_STATUSHEADERS_OUT."""
    now = status.of_order(world, order)
    blocked = "C" if order.fields["DLV_BLOCK"] else ""
    return structure("BAPISDHDST").initial(
        SD_DOC=order.number,
        SD_DOC_CAT=order.category,
        CONFIRSTAT=now.confirmation,
        DELIV_STAT=now.delivery,
        DLV_STAT_H=now.delivery,
        TOTGOODSMV=now.goods_issue,
        BILLSTATUS=now.billing,
        OVERALLREJ=now.rejection,
        PRC_STAT_H=now.overall,
        TOTINCOMPL=status.completeness(order),
        GENINCOMHD=status.completeness(order),
        TOTSTATCCH=order.credit,
        TODELBLOST=blocked,
        TOBILBLOST="C" if order.fields["BILL_BLOCK"] else "",
    )


def status_item(world: World, order: Order, item: Item) -> Row:
    """ORDER_STATUSITEMS_OUT of one item."""
    now = status.of_item(world, order, item)
    return structure("BAPISDITST").initial(
        SD_DOC=order.number,
        ITM_NUMBER=item.number,
        CONFSTATIT=now.confirmation,
        DELIV_STAT=now.delivery,
        DLV_STAT_I=now.delivery,
        GOODSMVSTA=now.goods_issue,
        BILLSTATIT=now.billing,
        REJSTATIT=now.rejection,
        OVRPROCSTA=now.overall,
        GENINCOMST=status.completeness(order),
    )


def conditions(world: World, order: Order) -> list[Row]:
    """ORDER_CONDITIONS_OUT of the items: the list price or the one entered, every surcharge and discount.

    CONDORIGIN tells the list price from what was entered; only a list price has a condition record (COND_NO).
    """
    return [row for item in order.items for row in _item_conditions(world, order, item)]


def header_conditions(world: World, order: Order) -> list[Row]:
    """ORDER_CONDITIONS_OUT of the whole order, with item number 000000 and the amount of all items."""
    rows = []
    for entered in order.conditions:
        if entered.item == HEADER:
            amounts = [_amount(world, order, entered, _gross(item)) for item in order.items]
            rows.append(_condition(world, order, entered, sum(amounts, Decimal(0)), HEADER, "header"))
    return rows


def _item_conditions(world: World, order: Order, item: Item) -> Iterator[Row]:
    own = [c for c in order.conditions if c.item == item.number]
    has_price = any(world.condition_types[c.type].kind == "price" for c in own)
    if item.list_price is not None and not has_price:
        listed = Condition(item.number, "PR00", item.list_price, order.currency, item.per)
        row = _condition(
            world, order, listed, _amount(world, order, listed, _gross(item)), item.number, "list"
        )
        yield row | {"COND_NO": record_number(item.material)}
    if world.settings.header_conditions_at_items:
        own += [c for c in order.conditions if c.item == HEADER]
    for entered in own:
        amount = _amount(world, order, entered, _gross(item))
        origin: Origin = "header" if entered.item == HEADER else "entered"
        yield _condition(world, order, entered, amount, item.number, origin)


def record_number(material: str) -> str:
    """The condition record that holds the list price of a material."""
    return f"{zlib.crc32(material.encode()):010d}"


def _gross(item: Item) -> Decimal:
    return (item.list_price or Decimal(0)) * item.quantity / item.per


def _amount(world: World, order: Order, entered: Condition, gross: Decimal) -> Decimal:
    is_price = world.condition_types[entered.type].kind == "price"
    amount = gross if is_price else surcharge(world, entered, gross)
    return to_scale(amount, world.currency_decimals(order.currency))


def _condition(
    world: World, order: Order, entered: Condition, amount: Decimal, item: str, origin: Origin
) -> Row:
    kind = world.condition_types[entered.type]
    return structure("BAPISDCOND").initial(
        SD_DOC=order.number,
        ITM_NUMBER=item,
        COND_TYPE=entered.type,
        COND_VALUE=-abs(entered.value) if kind.discount else entered.value,
        CONDVALUE=amount,
        SDCURRENCY="" if kind.kind == "percent" else order.currency,
        COND_P_UNT=entered.per,
        CONDORIGIN=world.settings.condition_origins[origin],
    )


def texts(order: Order) -> tuple[list[Row], list[Row]]:
    """ORDER_TEXTHEADERS_OUT and ORDER_TEXTLINES_OUT."""
    lines: list[Row] = []
    headers: dict[tuple[str, str], Row] = {}
    for row in order.texts:
        name = order.number + ("" if row["ITM_NUMBER"] == HEADER else row["ITM_NUMBER"])
        obj = "VBBK" if row["ITM_NUMBER"] == HEADER else "VBBP"
        keys = {"APPLOBJECT": obj, "TEXT_NAME": name, "TEXT_ID": row["TEXT_ID"]}
        languages = {"LANGU": row["LANGU"], "LANGU_ISO": row["LANGU_ISO"]}
        headers.setdefault(
            (name, row["TEXT_ID"]),
            structure("BAPISDTEHD").initial(
                SD_DOC=order.number, ITM_NUMBER=row["ITM_NUMBER"], **keys, **languages
            ),
        )
        count = sum(1 for line in lines if (line["TEXT_NAME"], line["TEXT_ID"]) == (name, row["TEXT_ID"])) + 1
        line = structure("BAPITEXTLI").initial(
            **keys,
            **languages,
            LINE_CNT=str(count).zfill(8),
            LINE=row["TEXT_LINE"],
            FORMAT_COL=row["FORMAT_COL"],
        )
        lines.append(line)
    return list(headers.values()), lines


def flow(world: World, order: Order) -> list[Row]:
    """ORDER_FLOWS_OUT: deliveries (J), goods issues (R), returns (H), invoices (M); quantities in the base unit."""
    rows = []
    for delivery, line in world.deliveries_of(order.number):
        keys = {"PRECSDDOC": order.number, "PREDITDOC": line.order_item}
        rows.append(_follower(world, order, keys, delivery.number, "J", line))
        if delivery.shipped_on:
            keys = {"PRECSDDOC": delivery.number, "PREDITDOC": line.number}
            rows.append(_follower(world, order, keys, goods_issue_number(delivery), "R", line))
    for back, item in world.returns_of(order.number):
        keys = {"PRECSDDOC": order.number, "PREDITDOC": str(item.fields["REF_DOC_IT"])}
        rows.append(_follower(world, order, keys, back.number, "H", item))
    for invoice, billed in world.invoices_of(order.number):
        keys = {"PRECSDDOC": order.number, "PREDITDOC": billed.order_item}
        rows.append(_follower(world, order, keys, invoice.number, "M", billed))
    return rows


def goods_issue_number(delivery: Delivery) -> str:
    """The material document of a delivery's goods issue."""
    return "49" + delivery.number[-8:]


def _follower(
    world: World, order: Order, keys: Fields, number: str, kind: str, line: DeliveryItem | InvoiceItem | Item
) -> Row:
    material = world.materials[line.material]
    return structure("BAPISDFLOW").initial(
        **keys,
        **material_fields(line.material),
        SD_DOC=order.number,
        SUBSSDDOC=number,
        SUBSITDOC=line.number,
        DOCCATEGOR="J" if kind == "R" else "C",
        DOC_CAT_SD=kind,
        REF_QTY=world.in_base_units(material, line.quantity, line.unit),
        BASE_UOM=material.unit,
        T_UNIT_ISO=world.iso_unit(material.unit),
        SALES_UNIT=line.unit,
        ISOCODUNIT=world.iso_unit(line.unit),
        STATISCURR=order.currency,
        CURRENCISO=iso(order.currency),
    )
