"""The core as database tables, under their German field names (sap.md 2.16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from . import showing, status
from .documents import HEADER, Fields, Order
from .interface import Scalar, scalar
from .world import World

Columns = dict[str, Scalar]
Rows = Callable[[World], Iterator[Fields]]
_TABLES: Final[dict[str, tuple[str, Rows]]] = {}


def table(name: str, columns: str) -> Callable[[Rows], Rows]:
    """Say what stands in a table: its columns with their kinds, and the function that gives the rows."""

    def register(rows: Rows) -> Rows:
        _TABLES[name] = (columns, rows)
        return rows

    return register


def columns(name: str, *, long_material: bool) -> Columns | None:
    """The columns of a table, the client first, or None where there is no such table."""
    return _columns(name, long_material) if name in _TABLES else None


@lru_cache
def _columns(name: str, long_material: bool) -> Columns:
    words = ("MANDT:C3 " + _TABLES[name][0]).split()
    found = {column: scalar(kind) for column, kind in (word.split(":") for word in words)}
    if long_material and "MATNR" in found:
        found["MATNR"] = scalar("C40")
    return found


def rows(world: World, name: str) -> Iterator[Fields]:
    """The rows of a table; columns that a row leaves out are initial."""
    kinds = columns(name, long_material=world.settings.long_material)
    assert kinds is not None
    for row in _TABLES[name][1](world):
        filled: dict[str, Any] = {column: kind.initial for column, kind in kinds.items()}
        yield filled | {"MANDT": world.client} | {n: v for n, v in row.items() if n in filled}


def _documents(world: World) -> Iterator[Order]:
    """Sales orders, and the returns that stand in the same tables."""
    yield from world.orders.values()
    yield from world.returns.values()


def _statuses(world: World, order: Order) -> Fields:
    now = status.of_order(world, order)
    return {
        "GBSTK": now.overall,
        "LFSTK": now.delivery,
        "LFGSK": now.delivery,
        "ABSTK": now.rejection,
        "FKSTK": now.billing,
        "CMGST": order.credit,
        "UVALL": status.completeness(order),
    }


@table(
    "VBAK",
    "VBELN:C10 ERDAT:D ERZET:T ERNAM:C12 AUDAT:D VBTYP:C1 AUART:C4 LIFSK:C2 FAKSK:C2 NETWR:P15.2 WAERK:C5 VKORG:C4 "
    "VTWEG:C2 SPART:C2 VDATU:D BSTNK:C20 KUNNR:C10 AEDAT:D SUBMI:C10 GBSTK:C1 LFSTK:C1 LFGSK:C1 ABSTK:C1 CMGST:C1 "
    "UVALL:C1",
)
def _vbak(world: World) -> Iterator[Fields]:
    for order in _documents(world):
        fields = order.fields
        yield {
            "VBELN": order.number,
            "ERDAT": f"{order.created_at:%Y%m%d}",
            "ERZET": f"{order.created_at:%H%M%S}",
            "ERNAM": order.created_by,
            "AUDAT": fields["DOC_DATE"],
            "VBTYP": order.category,
            "AUART": order.type,
            "LIFSK": fields["DLV_BLOCK"],
            "FAKSK": fields["BILL_BLOCK"],
            "NETWR": world.shifted(order.net_value, order.currency),
            "WAERK": order.currency,
            "VKORG": fields["SALES_ORG"],
            "VTWEG": fields["DISTR_CHAN"],
            "SPART": fields["DIVISION"],
            "VDATU": fields["REQ_DATE_H"],
            "BSTNK": fields["PURCH_NO_C"][:20],
            "KUNNR": order.sold_to,
            "AEDAT": f"{order.changed_at:%Y%m%d}" if order.changed_at else "00000000",
            "SUBMI": fields["COLLECT_NO"],
        } | ({} if world.settings.status_tables else _statuses(world, order))


@table("VBUK", "VBELN:C10 GBSTK:C1 LFSTK:C1 LFGSK:C1 ABSTK:C1 FKSTK:C1 CMGST:C1 UVALL:C1")
def _vbuk(world: World) -> Iterator[Fields]:
    if world.settings.status_tables:
        for order in _documents(world):
            yield {"VBELN": order.number} | _statuses(world, order)


@table("VBKD", "VBELN:C10 POSNR:N6 BSTKD:C35 BSTDK:D IHREZ:C12 ZTERM:C4 INCO1:C3 INCO2:C28 PRSDT:D")
def _vbkd(world: World) -> Iterator[Fields]:
    for order in _documents(world):
        fields = order.fields
        yield {
            "VBELN": order.number,
            "POSNR": HEADER,
            "BSTKD": fields["PURCH_NO_C"],
            "BSTDK": fields["PURCH_DATE"],
            "IHREZ": fields["REF_1"],
            "ZTERM": fields["PMNTTRMS"],
            "INCO1": fields["INCOTERMS1"],
            "INCO2": fields["INCOTERMS2"],
            "PRSDT": fields["PRICE_DATE"],
        }


@table(
    "VBAP",
    "VBELN:C10 POSNR:N6 MATNR:C18 ARKTX:C40 PSTYV:C4 ABGRU:C2 KWMENG:P15.3 VRKME:C3 NETWR:P15.2 NETPR:P11.2 WAERK:C5 "
    "WERKS:C4 POSEX:C6 FAKSP:C2 ERDAT:D LFSTA:C1 GBSTA:C1 ABSTA:C1",
)
def _vbap(world: World) -> Iterator[Fields]:
    for order in _documents(world):
        for item in order.items:
            now = status.of_item(world, order, item)
            statuses = {"LFSTA": now.delivery, "GBSTA": now.overall, "ABSTA": now.rejection}
            yield {
                "VBELN": order.number,
                "POSNR": item.number,
                "MATNR": item.material,
                "ARKTX": item.fields["SHORT_TEXT"],
                "PSTYV": item.category,
                "ABGRU": item.rejection,
                "KWMENG": item.quantity,
                "VRKME": item.unit,
                "NETWR": world.shifted(item.net_value, order.currency),
                "NETPR": world.shifted(item.net_price, order.currency),
                "WAERK": order.currency,
                "WERKS": item.fields["PLANT"],
                "POSEX": item.fields["PO_ITM_NO"],
                "FAKSP": item.fields["BILL_BLOCK"],
                "ERDAT": f"{order.created_at:%Y%m%d}",
            } | ({} if world.settings.status_tables else statuses)


@table("VBEP", "VBELN:C10 POSNR:N6 ETENR:N4 EDATU:D WMENG:P13.3 BMENG:P13.3 VRKME:C3 LIFSP:C2")
def _vbep(world: World) -> Iterator[Fields]:
    for order in _documents(world):
        for item in order.items:
            for line in item.schedule:
                yield {
                    "VBELN": order.number,
                    "POSNR": item.number,
                    "ETENR": line.number,
                    "EDATU": line.date,
                    "WMENG": line.quantity,
                    "BMENG": line.confirmed,
                    "VRKME": item.unit,
                    "LIFSP": line.fields.get("REQ_DLV_BL", ""),
                }


@table("VBPA", "VBELN:C10 POSNR:N6 PARVW:C2 KUNNR:C10 LIFNR:C10")
def _vbpa(world: World) -> Iterator[Fields]:
    for order in _documents(world):
        for partner in order.partners:
            owner = "KUNNR" if partner.number in world.customers else "LIFNR"
            yield {
                "VBELN": order.number,
                "POSNR": partner.item,
                "PARVW": partner.role,
                owner: partner.number,
            }


@table("VBFA", "VBELV:C10 POSNV:N6 VBELN:C10 POSNN:N6 VBTYP_N:C1 VBTYP_V:C1 RFMNG:P15.3 MEINS:C3")
def _vbfa(world: World) -> Iterator[Fields]:
    for order in _documents(world):
        for row in showing.flow(world, order):
            yield {
                "VBELV": row["PRECSDDOC"],
                "POSNV": row["PREDITDOC"],
                "VBELN": row["SUBSSDDOC"],
                "POSNN": row["SUBSITDOC"],
                "VBTYP_N": row["DOC_CAT_SD"],
                "VBTYP_V": row["DOCCATEGOR"],
                "RFMNG": row["REF_QTY"],
                "MEINS": row["BASE_UOM"],
            }


@table(
    "LIKP",
    "VBELN:C10 ERDAT:D LFART:C4 LFDAT:D WADAT_IST:D KUNNR:C10 KUNAG:C10 BOLNR:C35 TRAID:C20 LIFEX:C35 WBSTK:C1",
)
def _likp(world: World) -> Iterator[Fields]:
    for delivery in world.deliveries.values():
        yield {
            "VBELN": delivery.number,
            "ERDAT": f"{delivery.created_at:%Y%m%d}",
            "LFART": "LF",
            "LFDAT": f"{delivery.created_at:%Y%m%d}",
            "WADAT_IST": delivery.shipped_on or "00000000",
            "KUNNR": delivery.ship_to,
            "KUNAG": delivery.sold_to,
            "BOLNR": delivery.bill_of_lading,
            "TRAID": delivery.transport_id,
            "WBSTK": "C" if delivery.shipped_on else "A",
        }


@table("LIPS", "VBELN:C10 POSNR:N6 MATNR:C18 LFIMG:P13.3 VRKME:C3 VGBEL:C10 VGPOS:N6")
def _lips(world: World) -> Iterator[Fields]:
    for delivery in world.deliveries.values():
        for line in delivery.items:
            yield {
                "VBELN": delivery.number,
                "POSNR": line.number,
                "MATNR": line.material,
                "LFIMG": line.quantity,
                "VRKME": line.unit,
                "VGBEL": line.order,
                "VGPOS": line.order_item,
            }


@table(
    "VBRK",
    "VBELN:C10 FKART:C4 FKDAT:D ERDAT:D NETWR:P15.2 MWSBK:P13.2 WAERK:C5 KUNRG:C10 FKSTO:C1 RFBSK:C1 XBLNR:C16 "
    "ZUONR:C18",
)
def _vbrk(world: World) -> Iterator[Fields]:
    for invoice in world.invoices.values():
        total = sum((line.net_value for line in invoice.items), Decimal(0))
        yield {
            "VBELN": invoice.number,
            "FKART": "F2",
            "FKDAT": f"{invoice.created_at:%Y%m%d}",
            "ERDAT": f"{invoice.created_at:%Y%m%d}",
            "NETWR": world.shifted(total, invoice.currency),
            "WAERK": invoice.currency,
            "KUNRG": invoice.payer,
            "FKSTO": "X" if invoice.cancelled else "",
        }


@table(
    "VBRP",
    "VBELN:C10 POSNR:N6 MATNR:C18 FKIMG:P13.3 VRKME:C3 NETWR:P15.2 AUBEL:C10 AUPOS:N6 VGBEL:C10 VGPOS:N6",
)
def _vbrp(world: World) -> Iterator[Fields]:
    for invoice in world.invoices.values():
        for line in invoice.items:
            yield {
                "VBELN": invoice.number,
                "POSNR": line.number,
                "MATNR": line.material,
                "FKIMG": line.quantity,
                "VRKME": line.unit,
                "NETWR": world.shifted(line.net_value, invoice.currency),
                "AUBEL": line.order,
                "AUPOS": line.order_item,
                "VGBEL": line.delivery,
                "VGPOS": line.delivery_item,
            }


@table("EKKO", "EBELN:C10 BSTYP:C1 LIFNR:C10 EKORG:C4 BEDAT:D UNSEZ:C12 IHREZ:C12")
def _ekko(world: World) -> Iterator[Fields]:
    """Headers of purchase orders: names and columns are those of every release; the reference names none."""
    for order in world.purchase_orders.values():
        yield {
            "EBELN": order.number,
            "BSTYP": "F",
            "LIFNR": order.supplier,
            "EKORG": order.fields["PurchasingOrganization"],
            "BEDAT": order.fields["PurchaseOrderDate"],
            "UNSEZ": order.fields.get("OUR_REF", ""),
            "IHREZ": order.fields.get("REF_1", ""),
        }


@table("KNA1", "KUNNR:C10 LAND1:C3 NAME1:C35 ORT01:C35 PSTLZ:C10 REGIO:C3 STRAS:C35 SPRAS:C1 AUFSD:C2")
def _kna1(world: World) -> Iterator[Fields]:
    for customer in world.customers.values():
        yield {
            "KUNNR": customer.number,
            "LAND1": customer.country,
            "NAME1": customer.name,
            "ORT01": customer.city,
            "PSTLZ": customer.postal_code,
            "REGIO": customer.region,
            "STRAS": customer.street,
            "SPRAS": customer.language,
            "AUFSD": customer.order_block,
        }


@table("MARA", "MATNR:C18 MEINS:C3 MATKL:C9")
def _mara(world: World) -> Iterator[Fields]:
    for material in world.materials.values():
        yield {"MATNR": material.number, "MEINS": material.unit, "MATKL": material.group}


@table("MAKT", "MATNR:C18 SPRAS:C1 MAKTX:C40")
def _makt(world: World) -> Iterator[Fields]:
    for material in world.materials.values():
        yield {"MATNR": material.number, "SPRAS": "E", "MAKTX": material.text}


@table("MARD", "MATNR:C18 WERKS:C4 LGORT:C4 LABST:P13.3 INSME:P13.3 SPEME:P13.3")
def _mard(world: World) -> Iterator[Fields]:
    for (material, plant), quantity in world.stock.items():
        yield {"MATNR": material, "WERKS": plant, "LGORT": "0001", "LABST": quantity}
