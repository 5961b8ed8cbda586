"""BAPI_SALESORDER_SIMULATE: prices and dates of a basket, and nothing saved (sap.md 2.4)."""

from __future__ import annotations

from decimal import Decimal

from . import showing
from .documents import Customer, Item, Order
from .functions import Values, function_module
from .interface import Row, structure
from .messages import Message, rows
from .pricing import incomplete
from .selling import Intake, ItemWish, Wish
from .session import Session

_THOUSANDTHS = Decimal("0.001")


@function_module("BAPI_SALESORDER_SIMULATE")
def simulate(session: Session, given: Values) -> Values:
    """Prices a basket and checks its availability; quantities come as digits with three implied decimals."""
    sale = Intake(session, _wish(given)).create()
    errors = [message for message in sale.messages if message.fatal]
    if sale.order is None:
        return {"RETURN": errors[0].bapireturn(), "MESSAGETABLE": rows(sale.messages)}
    order = sale.order
    parties = _parties(session, order)
    return {
        **parties,
        "MESSAGETABLE": rows(_worth_saying(sale.messages)),
        "ORDER_ITEMS_OUT": [_item(session, order, item) for item in order.items],
        "ORDER_SCHEDULE_EX": showing.schedule_lines(session.world, order),
        "ORDER_CONDITION_EX": [
            structure("BAPICOND").taken_from(row, CURRENCY=row["SDCURRENCY"])
            for row in (
                *showing.header_conditions(session.world, order),
                *showing.conditions(session.world, order),
            )
        ],
        "ORDER_INCOMPLETE": [_gap(item) for item in order.items if item.list_price is None]
        if incomplete(order)
        else [],
    }


def _wish(given: Values) -> Wish:
    header = structure("BAPISDHD1").taken_from(given["ORDER_HEADER_IN"])
    header["PURCH_NO_C"] = header["PURCH_NO_C"] or given["ORDER_HEADER_IN"]["PURCH_NO"]
    header["CURR_ISO"] = given["ORDER_HEADER_IN"]["CURRENCY_ISO"]
    items = []
    for row_number, row in enumerate(given["ORDER_ITEMS_IN"], 1):
        taken = {name: value for name, value in row.items() if name not in {"TARGET_QTY", "REQ_QTY"}}
        fields = structure("BAPISDITM").taken_from(taken, TARGET_QTY=int(row["TARGET_QTY"]) * _THOUSANDTHS)
        lines = [line for line in given["ORDER_SCHEDULE_IN"] if line["ITM_NUMBER"] == row["ITM_NUMBER"]]
        if not lines:
            quantity = int(row["REQ_QTY"]) * _THOUSANDTHS or fields["TARGET_QTY"]
            line = structure("BAPISCHDL").initial(REQ_QTY=quantity, REQ_DATE=row["REQ_DATE"])
            lines = [line]
        items.append(ItemWish(fields, row_number, lines))
    conditions = [
        structure("BAPICOND").initial(
            ITM_NUMBER=row["ITM_NUMBER"],
            COND_TYPE=row["COND_TYPE"],
            COND_VALUE=row["COND_VAL1"] or row["COND_VALUE"],
            CURRENCY=row["CURRENCY"],
            COND_P_UNT=Decimal(int(row["COND_P_UNT"])),
        )
        for row in given["ORDER_ITEMS_IN"]
        if row["COND_TYPE"]
    ]
    conditions += _header_conditions(given["ORDER_HEADER_IN"])
    partners = [structure("BAPIPARNR").taken_from(row) for row in given["ORDER_PARTNERS"]]
    return Wish(
        header=header,
        partners=partners,
        items=items,
        conditions=conditions,
        addresses=given["PARTNERADDRESSES"],
        external_names=given["CONVERT_PARVW_AUART"] == "X",
        save=False,
    )


def _header_conditions(header: Row) -> list[Row]:
    """The four conditions that stand in the header itself."""
    return [
        structure("BAPICOND").initial(
            COND_TYPE=header[f"CD_TYPE{place}"],
            COND_VALUE=header[f"CD_VALUE{place}"],
            CURRENCY=header[f"CD_CURR{place}"] or header[f"CD_CU_ISO{place}"],
            COND_P_UNT=Decimal(int(header[f"CD_P_UNT{place}"])),
        )
        for place in range(1, 5)
        if header[f"CD_TYPE{place}"]
    ]


def _worth_saying(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message.type != "S"]


def _parties(session: Session, order: Order) -> dict[str, Row]:
    def customer(role: str) -> Customer | None:
        partner = order.partner(role)
        return session.world.customers.get(partner.number) if partner else None

    sold_to, ship_to, payer = customer("AG"), customer("WE"), customer("RG")
    assert sold_to is not None
    assert ship_to is not None
    assert payer is not None
    limit = session.world.shifted(payer.credit_limit or Decimal(0), payer.currency)
    return {
        "SOLD_TO_PARTY": structure("BAPISOLDTO").initial(
            SOLD_TO=sold_to.number, COUNTRY=sold_to.country, CURRENCY=sold_to.currency, **_address(sold_to)
        ),
        "SHIP_TO_PARTY": structure("BAPISHIPTO").initial(
            SHIP_TO=ship_to.number, DEST_CNTRY=ship_to.country, **_address(ship_to)
        ),
        "BILLING_PARTY": structure("BAPIPAYER").initial(
            PAYER=payer.number,
            COUNTRY=payer.country,
            CURRENCY=payer.currency,
            CRED_LIMIT=limit,
            **_address(payer),
        ),
    }


def _address(customer: Customer) -> dict[str, str]:
    return {
        "NAME": customer.name,
        "STREET": customer.street,
        "POSTL_CODE": customer.postal_code,
        "CITY": customer.city,
    }


def _item(session: Session, order: Order, item: Item) -> Row:
    world = session.world
    kept = {n: v for n, v in item.fields.items() if n in {"PO_ITM_NO", "SHORT_TEXT", "PLANT", "REASON_REJ"}}
    cents = world.shifted(item.net_value, order.currency)
    return structure("BAPIITEMEX").taken_from(
        kept,
        **showing.material_fields(item.material),
        ITM_NUMBER=item.number,
        NET_VALUE=str(int(abs(cents) * 100)).zfill(15),
        NET_VALUE1=item.net_value,
        CURRENCY=order.currency,
        CURR_ISO=showing.iso(order.currency),
        SALES_UNIT=item.unit,
        S_UNIT_ISO=world.iso_unit(item.unit),
        QTY_REQ_DT=str(int(item.confirmed / _THOUSANDTHS)).zfill(13),
        REQ_QTY=item.quantity,
        TARGET_QTY=item.quantity,
        TARGET_QU=item.unit,
        T_UNIT_ISO=world.iso_unit(item.unit),
        DLV_DATE=item.schedule[-1].date if item.schedule else "00000000",
        ITEM_CATEG=item.category,
    )


def _gap(item: Item) -> Row:
    return structure("BAPIINCOMP").initial(ITM_NUMBER=item.number, TABLE_NAME="VBAP", FIELD_NAME="NETPR")
