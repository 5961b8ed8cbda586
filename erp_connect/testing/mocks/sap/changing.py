"""BAPI_SALESORDER_CHANGE: only what a flag names is changed, and only where UPDATEFLAG says so (sap.md 2.5)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from decimal import Decimal

from .documents import HEADER, Fields, Item, Order, Partner, ScheduleLine, plain
from .functions import Values, function_module
from .interface import Row, structure
from .messages import Message, rows
from .ordering import is_flagged
from .pricing import GENERATED, confirm, incomplete, price
from .selling import (
    INITIAL_DATE,
    Refusal,
    condition,
    linked,
    material_status,
    new_item,
    partner,
    schedule,
    type_text,
)
from .session import Session


@function_module("BAPI_SALESORDER_CHANGE")
def change(session: Session, given: Values) -> Values:
    """Changes an order, to be saved by the commit of the same session; the order is locked until then."""
    return {"RETURN": rows(amend(session, given))}


def amend(session: Session, given: Values) -> list[Message]:
    """What a change says; inputs may carry fields that the BAPI does not have, which are kept as they are."""
    number = given["SALESDOCUMENT"]
    order = session.find(number)
    if order is None:
        return _epilogue(session, number, session.say.say("E", "not_found", plain(number)))
    holder = session.world.lock(number, session.number, session.user)
    if holder:
        locked = session.say.say("E", "locked", plain(number), holder)
        return _epilogue(session, number, locked)
    amending = _Amending(session, order, given)
    try:
        said = amending.apply()
    except Refusal as refusal:
        error_in = session.say.say("E", "error_in", amending.at, parameter=amending.part)
        return [*amending.said, refusal.message, error_in, _not_changed(session, number)]
    only_tried = given["BEHAVE_WHEN_ERROR"] == "R" and any(message.fatal for message in said)
    if given["SIMULATION"] != "X" and not only_tried:
        if amending.deleted:
            session.discard(number)
        elif amending.changed:
            session.keep(order)
    return said


def _epilogue(session: Session, number: str, cause: Message) -> list[Message]:
    return [cause, _not_changed(session, number)]


def _not_changed(session: Session, number: str) -> Message:
    return session.say.say("E", "not_changed", plain(number))


class _Amending:
    """One change of one order."""

    def __init__(self, session: Session, order: Order, given: Values) -> None:
        self.session, self.world, self.order, self.given = session, session.world, order, given
        self.said: list[Message] = []
        self.part, self.at = "SALES_HEADER_IN", ""
        self.changed = self.deleted = False

    def apply(self) -> list[Message]:
        """Do what the flags say."""
        flags = self.given["ORDER_HEADER_INX"]
        self._processed("SALES_HEADER_IN", "VBAKKOM")
        if flags["UPDATEFLAG"] == "D":
            self._delete_order()
        elif flags["UPDATEFLAG"] == "U":
            self._header(flags)
            self._items()
            self._schedule_lines()
            self._partners()
            self._conditions()
            self._texts()
            self._finish()
        else:  # nothing is changed, and that is called a success
            for row_number, row in enumerate(self.given["ORDER_ITEM_INX"], 1):
                self._processed("SALES_ITEM_IN", "VBAPKOM", row["ITM_NUMBER"], row_number)
        text = type_text(self.session, self.order)
        self._say("S", "saved", text, plain(self.order.number), parameter="SALES_HEADER_IN")
        return self.said

    def _say(self, type: str, meaning: str, *variables: str, parameter: str = "") -> None:
        self.said.append(self.session.say.say(type, meaning, *variables, parameter=parameter))

    def _processed(self, parameter: str, buffer: str, item: str = "", row: int = 0) -> None:
        self.said.append(self.session.say.processed(parameter, buffer, item, row=row))

    def _refuse(self, meaning: str, *variables: str, row: int = 0) -> Refusal:
        return Refusal(self.session.say.say("E", meaning, *variables, parameter=self.part, row=row))

    def _finish(self) -> None:
        price(self.world, self.order)
        confirm(self.world, self.order)
        for item in self.order.items:
            if item.quantity < self.world.delivered(self.order.number, item.number):
                self.part, self.at = "SALES_SCHEDULE_IN", item.number
                raise self._refuse("below_delivered", item.number)
        self.changed = True
        self.order.changed_at = self.world.now()
        if incomplete(self.order):
            self._say("W", "incomplete", "VBAPKOM")

    # ---------------------------------------------------------------- the parts

    def _delete_order(self) -> None:
        if any(self.world.deliveries_of(self.order.number)):
            raise self._refuse("has_successors", HEADER)
        self.deleted = True

    def _header(self, flags: Row) -> None:
        values = self.given["ORDER_HEADER_IN"]
        for name, flag in flags.items():
            if flag == "X" and name in values:
                self.order.fields[name] = values[name]
        self.order.currency = self.order.fields["CURRENCY"] or self.order.currency

    def _items(self) -> None:
        values = {row["ITM_NUMBER"]: row for row in self.given["ORDER_ITEM_IN"]}
        for row_number, flags in enumerate(self.given["ORDER_ITEM_INX"], 1):
            number = flags["ITM_NUMBER"]
            self.part, self.at = "SALES_ITEM_IN", number
            row = values.get(number, structure("BAPISDITM").initial(ITM_NUMBER=number))
            with self._tolerance():
                self._item_row(number, row, flags, row_number)
                self._processed("SALES_ITEM_IN", "VBAPKOM", number, row_number)

    @contextlib.contextmanager
    def _tolerance(self) -> Iterator[None]:
        """With BEHAVE_WHEN_ERROR a faulty item or line is named and left as it was."""
        try:
            yield
        except Refusal as refusal:
            if self.given["BEHAVE_WHEN_ERROR"] not in {"P", "R"}:
                raise
            self.said.append(refusal.message)
            self._say("E", "error_in", self.at, parameter=self.part)

    def _item_row(self, number: str, row: Row, flags: Row, row_number: int) -> None:
        match flags["UPDATEFLAG"]:
            case "I":
                self._add_item(number, _only_flagged(row, flags), row_number)
            case "U":
                self._change_item(self._item(number), row, flags, row_number)
            case "D":
                self._delete_item(self._item(number))
            case _:
                pass

    def _item(self, number: str) -> Item:
        item = self.order.item(number)
        if item is None:
            raise self._refuse("item_missing", number)
        return item

    def _add_item(self, number: str, fields: Fields, row_number: int) -> None:
        if self.order.item(number) is not None or number == HEADER:
            raise self._refuse("item_number", number, row=row_number)
        item = new_item(self.session, self.order, number, fields, row=row_number)
        own_lines = any(
            row["ITM_NUMBER"] == number and row["UPDATEFLAG"] == "I" for row in self.given["SCHEDULE_LINESX"]
        )
        if not own_lines:
            item.schedule = schedule(self.session, self.order, fields, [])
        self.said += material_status(self.session, item, row=row_number)
        self.order.items.append(item)

    def _change_item(self, item: Item, row: Row, flags: Row, row_number: int) -> None:
        merged = dict(item.fields)
        merged.update({name: value for name, value in row.items() if is_flagged(name, flags)})
        if flags.get("MATERIAL") == "X" and flags.get("MATERIAL_LONG") != "X":
            merged["MATERIAL_LONG"] = ""
        fresh = new_item(self.session, self.order, item.number, merged, row=row_number)
        item.fields, item.material, item.unit = fresh.fields, fresh.material, fresh.unit
        item.category = fresh.category

    def _delete_item(self, item: Item) -> None:
        if self.world.delivered(self.order.number, item.number):
            raise self._refuse("has_successors", item.number)
        self.order.items.remove(item)

    def _schedule_lines(self) -> None:
        values = {(row["ITM_NUMBER"], row["SCHED_LINE"]): row for row in self.given["SCHEDULE_LINES"]}
        for flags in self.given["SCHEDULE_LINESX"]:
            if flags["UPDATEFLAG"] not in {"I", "U", "D"}:
                continue
            key = flags["ITM_NUMBER"], flags["SCHED_LINE"]
            self.part, self.at = "SALES_SCHEDULE_IN", key[0]
            with self._tolerance():
                self._line_row(*key, values.get(key, structure("BAPISCHDL").initial()), flags)

    def _line_row(self, item_number: str, number: str, row: Row, flags: Row) -> None:
        item = self._item(item_number)
        line = next((line for line in item.schedule if line.number == number), None)
        if flags["UPDATEFLAG"] == "I":
            line = self._new_line(item, number)
        if line is None:
            raise self._refuse("schedule_line_missing", item_number, number)
        if flags["UPDATEFLAG"] == "D":
            item.schedule.remove(line)
        else:
            _change_line(line, row, flags)

    def _new_line(self, item: Item, number: str) -> ScheduleLine:
        if number == "0000":
            number = str(max((int(line.number) for line in item.schedule), default=0) + 1).zfill(4)
        if any(line.number == number for line in item.schedule):
            raise self._refuse("schedule_line_missing", item.number, number)
        line = ScheduleLine(number, self.order.fields["REQ_DATE_H"], Decimal(0))
        item.schedule.append(line)
        return line

    def _partners(self) -> None:
        self.part, self.at = "ORDER_PARTNERS", ""
        addresses = self.given["PARTNERADDRESSES"]
        for row in self.given["PARTNERCHANGES"]:
            role, item = row["PARTN_ROLE"], row["ITM_NUMBER"]
            same = [p for p in self.order.partners if (p.role, p.item) == (role, item)]
            if row["UPDATEFLAG"] not in {"I", "U", "D"}:
                continue
            for old in same:
                self.order.partners.remove(old)
            if row["UPDATEFLAG"] == "D":
                continue
            self.order.partners.append(self._partner(row, addresses, same))

    def _partner(self, row: Row, addresses: list[Row], same: list[Partner]) -> Partner:
        asked = structure("BAPIPARNR").initial(
            PARTN_ROLE=row["PARTN_ROLE"],
            PARTN_NUMB=row["P_NUMB_NEW"],
            ITM_NUMBER=row["ITM_NUMBER"],
            ADDR_LINK=row["ADDR_LINK"],
        )
        new = partner(self.session, asked, addresses)
        if new.address is None:
            new.address = linked(row["ADDRESS"], addresses)
        if new.address is None and same and same[0].number == new.number:
            new.address = same[0].address
        return new

    def _conditions(self) -> None:
        self.part, self.at = "ORDER_CONDITIONS_IN", ""
        values = {_condition_key(row): row for row in self.given["CONDITIONS_IN"]}
        may_change = (
            self.given["LOGIC_SWITCH"]["COND_HANDL"] == "X" or not self.world.settings.conditions_need_switch
        )
        for flags in self.given["CONDITIONS_INX"]:
            key = _condition_key(flags)
            row = values.get(key)
            old = [c for c in self.order.conditions if (c.item, c.type) == (key[0], key[3])]
            match flags["UPDATEFLAG"]:
                case "I" if row is not None:
                    entered = row if flags["COND_VALUE"] == "X" else row | {"COND_VALUE": Decimal(0)}
                    self.order.conditions.append(condition(self.session, self.order, entered))
                case "U" if may_change and row is not None and old and flags["COND_VALUE"] == "X":
                    old[-1].value = row["COND_VALUE"]
                case "D" if may_change and old:
                    self.order.conditions.remove(old[-1])
                case _:
                    pass

    def _texts(self) -> None:
        lines = self.given["ORDER_TEXT"]
        replaced = {(row["ITM_NUMBER"], row["TEXT_ID"]) for row in lines}
        kept = [row for row in self.order.texts if (row["ITM_NUMBER"], row["TEXT_ID"]) not in replaced]
        self.order.texts = kept + [dict(row) for row in lines]


def _change_line(line: ScheduleLine, row: Row, flags: Row) -> None:
    line.fields.pop(GENERATED, None)
    if flags["REQ_QTY"] == "X":
        line.quantity = row["REQ_QTY"]
    if flags["REQ_DATE"] == "X" and row["REQ_DATE"] != INITIAL_DATE:
        line.date = row["REQ_DATE"]
    for name in ("REQ_DLV_BL", "SCHED_TYPE", "DATE_TYPE"):
        if flags[name] == "X":
            line.fields[name] = row[name]


def _only_flagged(row: Row, flags: Row) -> Row:
    return structure("BAPISDITM").initial() | {n: v for n, v in row.items() if is_flagged(n, flags)}


def _condition_key(row: Row) -> tuple[str, str, str, str]:
    return row["ITM_NUMBER"], row["COND_ST_NO"], row["COND_COUNT"], row["COND_TYPE"]
