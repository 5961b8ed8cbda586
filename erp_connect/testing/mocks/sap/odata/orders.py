"""Sales orders over OData: API_SALES_ORDER_SRV and CE_SALESORDER_0001 (sap.md 4.4, 4.5).

Every write goes through the rules that the function modules go through.  Not here: billing plans, payment plans,
related objects, preceding documents, addresses of item partners, approval, variant configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

from ...odata.errors import malformed
from ...odata.source import Row
from ..changing import amend
from ..documents import HEADER, Fields, Item, Order, alpha
from ..interface import module, structure
from ..messages import Message
from ..pricing import GENERATED
from ..selling import EXTERNAL_ROLES, INITIAL_DATE, Intake, next_item_number
from . import order_addresses, order_fields, order_rows, order_wishes
from .refusing import refused
from .source import Producer, SapSource

_QUANTITY: Final = {"RequestedQuantity", "RequestedDeliveryDate"}


class Orders(SapSource):
    """Orders with items, schedule lines, partners, addresses, texts, prices and what follows them."""

    def _orders(self, where: Mapping[str, Any]) -> Iterator[Order]:
        if "SalesOrder" in where:
            order = self.session.peek(alpha(where["SalesOrder"]))
            if order is not None:
                yield order
            return
        for number in sorted(self.world.orders):
            order = self.session.peek(number)
            if order is not None:
                yield order

    def _headers(self, where: Mapping[str, Any]) -> Iterator[Row]:
        entity_set = self.model.sets["A_SalesOrder" if self.model.version == 2 else "SalesOrder"]
        for order in self._orders(where):
            customer = where.get("SoldToParty")
            reference = where.get("PurchaseOrderByCustomer")
            if customer is not None and alpha(customer) != order.sold_to:
                continue
            if reference is not None and order.fields["PURCH_NO_C"] != reference:
                continue
            yield order_rows.header(self.world, order, entity_set)

    def _items(self, where: Mapping[str, Any]) -> Iterator[Row]:
        entity_set = self.model.sets["A_SalesOrderItem" if self.model.version == 2 else "SalesOrderItem"]
        for order in self._orders(where):
            for item in order.items:
                yield order_rows.item(self.world, order, item, self.unit(item.unit), entity_set)

    def _schedule_lines(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for order in self._orders(where):
            for item in order.items:
                yield from order_rows.schedule_lines(self.world, order, item, self.unit(item.unit))

    def _each(self, rows: Callable[[Order], Iterable[Row]], where: Mapping[str, Any]) -> Iterator[Row]:
        for order in self._orders(where):
            yield from rows(order)

    def _partners(self, where: Mapping[str, Any]) -> Iterator[Row]:
        return self._each(lambda o: order_rows.partners(self.world, o, of_items=False), where)

    def _item_partners(self, where: Mapping[str, Any]) -> Iterator[Row]:
        return self._each(lambda o: order_rows.partners(self.world, o, of_items=True), where)

    def _addresses(self, where: Mapping[str, Any]) -> Iterator[Row]:
        return self._each(lambda o: order_addresses.rows(self.world, o), where)

    def _texts(self, where: Mapping[str, Any]) -> Iterator[Row]:
        return self._each(lambda o: order_rows.texts(o, of_items=False), where)

    def _item_texts(self, where: Mapping[str, Any]) -> Iterator[Row]:
        return self._each(lambda o: order_rows.texts(o, of_items=True), where)

    def _prices(self, where: Mapping[str, Any]) -> Iterator[Row]:
        return self._each(order_rows.header_prices, where)

    def _item_prices(self, where: Mapping[str, Any]) -> Iterator[Row]:
        return self._each(lambda o: order_rows.prices(self.world, o), where)

    def _followers(self, where: Mapping[str, Any]) -> Iterator[Row]:
        return self._each(lambda o: order_rows.header_followers(self.world, o), where)

    def _item_followers(self, where: Mapping[str, Any]) -> Iterator[Row]:
        return self._each(lambda o: order_rows.followers(self.world, o), where)

    producers: ClassVar[dict[str, Producer]] = {
        **dict.fromkeys(("A_SalesOrder", "SalesOrder"), _headers),
        **dict.fromkeys(("A_SalesOrderItem", "SalesOrderItem"), _items),
        **dict.fromkeys(("A_SalesOrderScheduleLine", "SalesOrderScheduleLine"), _schedule_lines),
        **dict.fromkeys(("A_SalesOrderHeaderPartner", "SalesOrderPartner"), _partners),
        **dict.fromkeys(("A_SalesOrderItemPartner", "SalesOrderItemPartner"), _item_partners),
        "A_SalesOrderPartnerAddress": _addresses,
        **dict.fromkeys(("A_SalesOrderText", "SalesOrderText"), _texts),
        **dict.fromkeys(("A_SalesOrderItemText", "SalesOrderItemText"), _item_texts),
        **dict.fromkeys(("A_SalesOrderHeaderPrElement", "SalesOrderPricingElement"), _prices),
        **dict.fromkeys(("A_SalesOrderItemPrElement", "SalesOrderItemPricingElement"), _item_prices),
        "A_SalesOrderSubsqntProcFlow": _followers,
        "A_SalesOrderItmSubsqntProcFlow": _item_followers,
    }

    # ---------------------------------------------------------------- creating

    def create(self, entity_set: str, sent: Row) -> Row:
        """A new order, or a new part of one."""
        kind = self.producers[entity_set]
        if kind is Orders._headers:
            return self._create_order(entity_set, sent)
        number = sent["SalesOrder"]
        item = str(sent.get("SalesOrderItem", "")).zfill(6)
        if kind is Orders._items:
            return self._add_item(entity_set, number, item, sent)
        if kind is Orders._schedule_lines:
            return self._add_line(entity_set, number, item, sent)
        if kind in {Orders._partners, Orders._item_partners}:
            self._partner(number, item, "I", sent["PartnerFunction"], order_wishes.partner_number(sent))
        elif kind in {Orders._texts, Orders._item_texts}:
            self._amend(number, ORDER_TEXT=order_wishes.text(sent, item))
        else:
            self._price(number, item, "I", order_wishes.condition(self, sent, item))
            return self._last(entity_set, number, item, ConditionType=sent.get("ConditionType", ""))
        keys = self.model.sets[entity_set].keys
        return self.one(entity_set, {name: sent.get(name, "") for name in keys})

    def _create_order(self, entity_set: str, sent: Row) -> Row:
        items = "A_SalesOrderItem" if self.model.version == 2 else "SalesOrderItem"
        sale = Intake(self.session, order_wishes.order(self, self.model, sent, (entity_set, items))).create()
        if sale.order is None:
            raise self._refused(sale.messages)
        self._tell(sale.messages)
        return self.one(entity_set, {"SalesOrder": sale.order.number.lstrip("0")})

    def _add_item(self, entity_set: str, number: str, item: str, sent: Row) -> Row:
        order = self.session.find(alpha(number))
        if item == HEADER and order is not None:
            item = next_item_number(one.number for one in order.items)
        fields = order_fields.asked(
            self.model.sets[entity_set], sent, order_fields.ITEM, order_wishes.NOT_ITEM_FIELDS
        )
        row = order_wishes.item_fields(self, fields, sent) | {"ITM_NUMBER": item}
        lines = order_wishes.lines(item, sent)
        for index, line in enumerate(lines, 1):
            if line["SCHED_LINE"] == "0000":
                line["SCHED_LINE"] = str(index).zfill(4)
        conditions = [
            order_wishes.condition(self, one, item) for one in order_wishes.nested(sent, "PricingElement")
        ]
        self._amend(
            number,
            ORDER_ITEM_IN=[row],
            ORDER_ITEM_INX=[_flags(row, "I", ITM_NUMBER=item)],
            SCHEDULE_LINES=lines,
            SCHEDULE_LINESX=[_line_flags(line, "I") for line in lines],
            CONDITIONS_IN=conditions,
            CONDITIONS_INX=[_condition_flags(one, "I") for one in conditions],
            ORDER_TEXT=[r for one in order_wishes.nested(sent, "Text") for r in order_wishes.text(one, item)],
        )
        return self._last(entity_set, number, item)

    def _add_line(self, entity_set: str, number: str, item: str, sent: Row) -> Row:
        line = order_wishes.line(item, sent)
        self._amend(number, SCHEDULE_LINES=[line], SCHEDULE_LINESX=[_line_flags(line, "I")])
        if line["SCHED_LINE"] != "0000":
            return self._last(entity_set, number, item, ScheduleLine=line["SCHED_LINE"].lstrip("0"))
        found = self._item(number, item)
        own = [one for one in found.schedule if not one.fields.get(GENERATED)]
        return self._last(entity_set, number, item, ScheduleLine=own[-1].number.lstrip("0"))

    def _last(self, entity_set: str, number: str, item: str, **more: str) -> Row:
        where = {"SalesOrder": number, **more}
        if "SalesOrderItem" in self.model.sets[entity_set].keys:
            where["SalesOrderItem"] = item.lstrip("0")
        return self.one(entity_set, where)

    # ---------------------------------------------------------------- changing

    def change(self, entity_set: str, row: Row, sent: Row) -> None:
        """Change a header or a part."""
        kind, number = self.producers[entity_set], row["SalesOrder"]
        item = str(row.get("SalesOrderItem", "")).zfill(6)
        if kind is Orders._headers:
            self._change_header(entity_set, number, sent)
        elif kind is Orders._items:
            self._change_item(entity_set, number, item, sent)
        elif kind is Orders._schedule_lines:
            line = order_wishes.line(item, sent | {"ScheduleLine": row["ScheduleLine"]})
            self._amend(number, SCHEDULE_LINES=[line], SCHEDULE_LINESX=[_line_flags(line, "U", sent)])
        elif kind in {Orders._partners, Orders._item_partners}:
            self._partner(number, item, "U", row["PartnerFunction"], order_wishes.partner_number(sent))
        elif kind is Orders._addresses:
            self._change_address(number, row, sent)
        elif kind in {Orders._texts, Orders._item_texts}:
            self._amend(number, ORDER_TEXT=order_wishes.text(row | sent, item))
        else:
            self._change_price(number, item, row, sent)

    def _change_header(self, entity_set: str, number: str, sent: Row) -> None:
        if sent.get("SoldToParty"):
            self._partner(number, HEADER, "U", "SP", alpha(sent["SoldToParty"]))
        fields = order_fields.asked(
            self.model.sets[entity_set], sent, order_fields.HEADER, order_wishes.NOT_HEADER_FIELDS
        )
        self._amend(number, header=fields)

    def _change_item(self, entity_set: str, number: str, item: str, sent: Row) -> None:
        fields = order_fields.asked(
            self.model.sets[entity_set], sent, order_fields.ITEM, order_wishes.NOT_ITEM_FIELDS
        )
        fields |= order_wishes.material(sent) | order_wishes.unit(self, sent)
        tables: Fields = {}
        if sent.keys() & _QUANTITY:
            tables = self._first_line(number, item, sent)
        self._amend(
            number,
            ORDER_ITEM_IN=[structure("BAPISDITM").initial(ITM_NUMBER=item) | fields],
            ORDER_ITEM_INX=[_flags(fields, "U", ITM_NUMBER=item)],
            **tables,
        )

    def _first_line(self, number: str, item: str, sent: Row) -> Fields:
        """Quantity and date of an item are those of its schedule line."""
        found = self._item(number, item)
        own = [line for line in found.schedule if not line.fields.get(GENERATED)]
        wanted: Row = {"ScheduleLine": own[0].number if own else ""}
        if "RequestedQuantity" in sent:
            rest = sum((line.quantity for line in own[1:]), Decimal(0))
            quantity = (sent["RequestedQuantity"] or Decimal(0)) - rest
            if len(own) > 1 and (not self.settings.split_quantity_changes or quantity < 0):
                raise malformed("the item has several schedule lines: change their quantities")
            wanted["ScheduleLineOrderQuantity"] = quantity
        if sent.get("RequestedDeliveryDate") is not None:
            wanted["RequestedDeliveryDate"] = sent["RequestedDeliveryDate"]
        line = order_wishes.line(item, wanted)
        flags = _line_flags(line, "U" if own else "I", wanted)
        return {"SCHEDULE_LINES": [line], "SCHEDULE_LINESX": [flags]}

    def _item(self, number: str, item: str) -> Item:
        order = self.session.find(alpha(number))
        found = order.item(item) if order is not None else None
        if found is None:
            raise malformed(f"order {number} has no item {item}")
        return found

    def _change_address(self, number: str, row: Row, sent: Row) -> None:
        shown: str = row["PartnerFunction"]
        role = EXTERNAL_ROLES.get(shown, shown)
        order = self.session.find(alpha(number))
        partner = order.partner(role) if order is not None else None
        assert partner is not None
        address = order_addresses.changed(row, sent)
        self._partner(number, HEADER, "U", row["PartnerFunction"], partner.number, [address])

    def _change_price(self, number: str, item: str, row: Row, sent: Row) -> None:
        order = self.session.find(alpha(number))
        entered = order is not None and any(
            c.item == item and c.type == row["ConditionType"] for c in order.conditions
        )
        condition = order_wishes.condition(self, row | sent, item)
        self._price(number, item, "U" if entered else "I", condition)

    # ---------------------------------------------------------------- deleting

    def remove(self, entity_set: str, row: Row) -> None:
        """Delete an order or a part."""
        kind, number = self.producers[entity_set], row["SalesOrder"]
        item = str(row.get("SalesOrderItem", "")).zfill(6)
        if kind is Orders._headers:
            self._amend(number, flag="D")
        elif kind is Orders._items:
            self._amend(
                number,
                ORDER_ITEM_IN=[structure("BAPISDITM").initial(ITM_NUMBER=item)],
                ORDER_ITEM_INX=[_flags({}, "D", ITM_NUMBER=item)],
            )
        elif kind is Orders._schedule_lines:
            line = order_wishes.line(item, {"ScheduleLine": row["ScheduleLine"]})
            self._amend(number, SCHEDULE_LINES=[line], SCHEDULE_LINESX=[_line_flags(line, "D", {})])
        elif kind in {Orders._partners, Orders._item_partners}:
            self._partner(number, item, "D", row["PartnerFunction"], "")
        elif kind in {Orders._texts, Orders._item_texts}:
            self._amend(number, ORDER_TEXT=order_wishes.text(row | {"LongText": ""}, item))
        else:
            self._price(number, item, "D", order_wishes.condition(self, row, item))

    # ---------------------------------------------------------------- by way of the core

    def _partner(
        self,
        number: str,
        item: str,
        flag: str,
        role: str,
        customer: str,
        addresses: list[Fields] | None = None,
    ) -> None:
        change = structure("BAPIPARNRC").initial(
            DOCUMENT=alpha(number),
            ITM_NUMBER=item,
            UPDATEFLAG=flag,
            PARTN_ROLE=EXTERNAL_ROLES.get(role, role),
            P_NUMB_NEW=customer,
            ADDR_LINK="1" if addresses else "",
        )
        self._amend(number, PARTNERCHANGES=[change], PARTNERADDRESSES=addresses or [])

    def _price(self, number: str, item: str, flag: str, condition: Fields) -> None:
        self._amend(number, CONDITIONS_IN=[condition], CONDITIONS_INX=[_condition_flags(condition, flag)])

    def _amend(self, number: str, *, flag: str = "U", header: Fields | None = None, **tables: Any) -> None:
        interface = module("BAPI_SALESORDER_CHANGE")
        assert interface is not None
        given = {parameter.name: parameter.initial for parameter in interface.parameters.values()}
        flags = structure("BAPISDH1X").initial(UPDATEFLAG=flag) | dict.fromkeys(header or {}, "X")
        given |= {"SALESDOCUMENT": alpha(number), "ORDER_HEADER_IN": header or {}, "ORDER_HEADER_INX": flags}
        given["LOGIC_SWITCH"] = given["LOGIC_SWITCH"] | {"COND_HANDL": "X"}
        said = amend(self.session, given | tables)
        if any(message.fatal for message in said):
            raise self._refused(said)
        self._tell(said)

    def _refused(self, said: list[Message]) -> Exception:
        numbers = self.world.settings.message_numbers
        epilogues = {numbers["error_in"], numbers["not_changed"]}
        causes = [m for m in said if m.fatal and (m.id, m.number) not in epilogues]
        first = (causes[0].id, causes[0].number)
        status = {numbers["locked"]: self.settings.lock_status, numbers["not_found"]: 404}.get(first, 400)
        return refused(causes, status)

    def _tell(self, said: list[Message]) -> None:
        self.messages += [message for message in said if message.type != "S"]


def _flags(fields: Fields, flag: str, **keys: str) -> Fields:
    return {"UPDATEFLAG": flag} | dict.fromkeys(fields, "X") | keys


def _line_flags(line: Fields, flag: str, sent: Row | None = None) -> Fields:
    named = {
        "REQ_QTY": "ScheduleLineOrderQuantity",
        "REQ_DATE": "RequestedDeliveryDate",
        "REQ_DLV_BL": "DelivBlockReasonForSchedLine",
    }
    flags = {ours: "X" if sent is None or theirs in sent else "" for ours, theirs in named.items()}
    if line["REQ_DATE"] == INITIAL_DATE:
        flags["REQ_DATE"] = ""
    keys = {"ITM_NUMBER": line["ITM_NUMBER"], "SCHED_LINE": line["SCHED_LINE"], "UPDATEFLAG": flag}
    return {"SCHED_TYPE": "", "DATE_TYPE": ""} | flags | keys


def _condition_flags(condition: Fields, flag: str) -> Fields:
    keys = ("ITM_NUMBER", "COND_ST_NO", "COND_COUNT", "COND_TYPE")
    return {name: condition[name] for name in keys} | {"UPDATEFLAG": flag, "COND_VALUE": "X"}
