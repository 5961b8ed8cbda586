"""The rules by which a wish becomes a sales order, whatever protocol brought it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal

from .documents import HEADER, Condition, Customer, Fields, Item, Order, Partner, ScheduleLine, plain
from .messages import Message
from .pricing import confirm, incomplete, price
from .session import Session

INITIAL_DATE: Final = "00000000"
EXTERNAL_ROLES: Final = {"SP": "AG", "SH": "WE", "BP": "RE", "PY": "RG", "CR": "SP"}
CUSTOMER_ROLES: Final = ("AG", "WE", "RE", "RG")
_ROLES: Final = frozenset({*CUSTOMER_ROLES, "SP", "ZM", "VE", "AP", "AU"})
_ADDRESS: Final = (
    *("NAME", "NAME_2", "NAME_3", "NAME_4", "STREET", "POSTL_CODE", "CITY", "DISTRICT", "COUNTRY", "REGION"),
    *("PO_BOX", "POBX_PCD", "TELEPHONE", "TELEPHONE2", "FAX_NUMBER", "LANGU", "LANGU_ISO"),
    *("TRANSPZONE", "TAXJURCODE"),
)


class Refusal(Exception):
    """A rule says no; the message tells which."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


@dataclass
class ItemWish:
    """An item as it was asked for, under the field names of BAPISDITM, with its schedule lines."""

    fields: Fields
    row: int
    schedule: list[Fields] = field(default_factory=list)


@dataclass
class Wish:
    """An order as it was asked for, under the field names of the create BAPI."""

    header: Fields
    partners: list[Fields]
    items: list[ItemWish]
    conditions: list[Fields] = field(default_factory=list)
    texts: list[Fields] = field(default_factory=list)
    addresses: list[Fields] = field(default_factory=list)
    number: str = ""
    external_names: bool = False
    """Whether order type and partner roles are the ones shown on screens."""
    system_numbers_items: bool = False
    is_return: bool = False
    """Whether it is goods that come back: other document types, and no check of credit and duplicates."""
    on_error: Literal["", "P", "R"] = ""
    """Blank: the first error ends it; P and R go on without the faulty items, and R does not save."""
    save: bool = True


@dataclass
class Sale:
    """What came of a wish: the order, if there is one, and everything that was said."""

    order: Order | None
    messages: list[Message]
    saved: bool = False


class Intake:
    """Takes one wish in."""

    def __init__(self, session: Session, wish: Wish) -> None:
        self.session, self.world, self.wish = session, session.world, wish
        self.messages: list[Message] = []
        self._say = session.say.say

    def create(self) -> Sale:
        """Check everything, price it, confirm it, and leave it pending for the commit."""
        faulty_item = ""
        try:
            order = self._header()
            self._say_processed("SALES_HEADER_IN", "VBAKKOM")
            for wish in self.wish.items:
                faulty_item = wish.fields["ITM_NUMBER"]
                self._item_or_error(order, wish)
            faulty_item = ""
            order.conditions = [condition(self.session, order, row) for row in self.wish.conditions]
            price(self.world, order)
            confirm(self.world, order)
            if not self.wish.is_return:
                self._checks(order)
        except Refusal as refusal:
            return self._refused(refusal, faulty_item)
        if self.wish.on_error == "R" and any(m.fatal for m in self.messages):
            return Sale(order, self.messages)
        if incomplete(order):
            self.messages.append(self._say("W", "incomplete", "VBAPKOM"))
        if not self.wish.save:
            return Sale(order, self.messages)
        order.number = self.wish.number or self.world.draw("return" if self.wish.is_return else "order")
        self._keep(order)
        text = type_text(self.session, order)
        self.messages.append(self._say("S", "saved", text, plain(order.number), parameter="SALES_HEADER_IN"))
        self.messages += self.world.exit_rows
        return Sale(order, self.messages, saved=True)

    def _keep(self, order: Order) -> None:
        if self.wish.is_return:
            self.session.register(lambda world: world.returns.update({order.number: order}))
        else:
            self.session.keep(order)

    def _refused(self, refusal: Refusal, faulty_item: str) -> Sale:
        parameter = "SALES_ITEM_IN" if faulty_item else "SALES_HEADER_IN"
        self.messages += [
            refusal.message,
            self._say("E", "error_in", faulty_item, parameter=parameter),
            self._say("E", "not_changed", ""),
        ]
        return Sale(None, self.messages)

    def _say_processed(
        self, parameter: str, buffer: str, item: str = "", line: str = "", row: int = 0
    ) -> None:
        self.messages.append(self.session.say.processed(parameter, buffer, item, line, row))

    # ---------------------------------------------------------------- header

    def _header(self) -> Order:
        header = dict(self.wish.header)
        order = Order("", self._type(header), header, "", self.world.now(), self.session.user)
        order.category = "H" if self.wish.is_return else "C"
        if self.wish.is_return and self.world.settings.returns_need_reason and not header["ORD_REASON"]:
            raise Refusal(self._say("E", "reason_missing", parameter="SALES_HEADER_IN"))
        order.partners = self._partners()
        sold_to = self.world.customers[order.sold_to]
        self._area(header, sold_to)
        if sold_to.order_block:
            raise Refusal(
                self._say("E", "customer_blocked", plain(sold_to.number), parameter="ORDER_PARTNERS")
            )
        for name in ("DOC_DATE", "REQ_DATE_H", "PRICE_DATE"):
            if header[name] == INITIAL_DATE:
                header[name] = self.world.today()
        order.currency = header["CURRENCY"] or header["CURR_ISO"] or sold_to.currency
        header["CURRENCY"] = order.currency
        header["DOC_TYPE"] = order.type
        order.texts = [dict(row) for row in self.wish.texts]
        return order

    def _type(self, header: Fields) -> str:
        asked = header["DOC_TYPE"]
        kinds = self.world.return_types if self.wish.is_return else self.world.order_types
        types = kinds.values()
        found = next(
            (t for t in types if (t.external if self.wish.external_names else t.code) == asked), None
        )
        if found is None:
            raise Refusal(self._say("E", "order_type", asked, parameter="SALES_HEADER_IN"))
        if self.wish.number and (not found.external_numbers or self.session.find(self.wish.number)):
            raise Refusal(self._say("E", "external_number", self.wish.number, parameter="SALES_HEADER_IN"))
        return found.code

    def _area(self, header: Fields, sold_to: Customer) -> None:
        names = ("SALES_ORG", "DISTR_CHAN", "DIVISION")
        area = (header["SALES_ORG"], header["DISTR_CHAN"], header["DIVISION"])
        if not any(area) and len(sold_to.areas) == 1:
            area = sold_to.areas[0]
            header.update(zip(names, area, strict=True))
        if area not in self.world.sales_areas:
            raise Refusal(self._say("E", "no_such_area", *area, parameter="SALES_HEADER_IN"))
        if area not in sold_to.areas:
            number = plain(sold_to.number)
            raise Refusal(self._say("E", "customer_not_in_area", number, *area, parameter="ORDER_PARTNERS"))

    def _partners(self) -> list[Partner]:
        partners = [
            partner(
                self.session, row, self.wish.addresses, external=self.wish.external_names, row_number=index
            )
            for index, row in enumerate(self.wish.partners, 1)
        ]
        named = {p.role: p for p in partners if p.item == HEADER}
        if "AG" not in named:
            raise Refusal(self._say("E", "partner_missing", "AG", parameter="ORDER_PARTNERS"))
        sold_to = self.world.customers[named["AG"].number]
        for role in ("WE", "RE", "RG"):
            if role not in named:
                number = sold_to.ship_to if role == "WE" and sold_to.ship_to else sold_to.number
                partners.append(Partner(role, number))
        return partners

    # ---------------------------------------------------------------- items

    def _item_or_error(self, order: Order, wish: ItemWish) -> None:
        try:
            item = self._item(order, wish)
        except Refusal as refusal:
            if not self.wish.on_error:
                raise
            self.messages.append(refusal.message)
            number = wish.fields["ITM_NUMBER"]
            self.messages.append(self._say("E", "error_in", number, parameter="SALES_ITEM_IN", row=wish.row))
            return
        order.items.append(item)
        self._say_processed("SALES_ITEM_IN", "VBAPKOM", item.number, row=wish.row)
        if self.world.settings.schedule_line_messages:
            for line in item.schedule:
                self._say_processed("SALES_SCHEDULE_IN", "VBEPKOM", item.number, line.number)

    def _item(self, order: Order, wish: ItemWish) -> Item:
        number = wish.fields["ITM_NUMBER"]
        if (self.wish.system_numbers_items and number != HEADER) or order.item(number):
            raise Refusal(self._say("E", "item_number", number, parameter="SALES_ITEM_IN", row=wish.row))
        if number == HEADER:
            number = next_item_number(item.number for item in order.items)
        item = new_item(self.session, order, number, wish.fields, row=wish.row)
        item.schedule = schedule(self.session, order, wish.fields, wish.schedule)
        self.messages += material_status(self.session, item, row=wish.row)
        return item

    # ---------------------------------------------------------------- the whole

    def _checks(self, order: Order) -> None:
        earlier = self._same_purchase_order(order)
        settings = self.world.settings
        if earlier and settings.duplicate_check:
            variables = plain(earlier), str(settings.duplicate_days)
            message = self._say(
                settings.duplicate_check, "duplicate", *variables, parameter="SALES_HEADER_IN"
            )
            if message.fatal:
                raise Refusal(message)
            self.messages.append(message)
        limit = self.world.customers[order.sold_to].credit_limit
        if limit is None or not settings.credit_check:
            return
        order.credit = "B" if order.net_value > limit else "A"
        if order.credit == "B":
            message = self._say(settings.credit_check, "credit", plain(order.sold_to))
            if message.fatal:
                raise Refusal(message)
            self.messages.append(message)

    def _same_purchase_order(self, order: Order) -> str:
        wanted = order.fields["PURCH_NO_C"]
        if not wanted or not self.world.settings.duplicate_check:
            return ""
        since = self.world.now() - timedelta(days=self.world.settings.duplicate_days)
        for earlier in self.world.orders.values():
            same = earlier.fields["PURCH_NO_C"] == wanted and earlier.sold_to == order.sold_to
            if same and earlier.created_at >= since:
                return earlier.number
        return ""


# ---------------------------------------------------------------- rules that a change asks for too


def partner(
    session: Session, row: Fields, addresses: list[Fields], *, external: bool = False, row_number: int = 0
) -> Partner:
    """A partner of the order, if there is such a role and such a customer; numbers are compared as stored."""
    asked: str = row["PARTN_ROLE"]
    role = EXTERNAL_ROLES.get(asked, asked) if external else asked
    number: str = row["PARTN_NUMB"]
    world = session.world
    known = number in world.customers if role in CUSTOMER_ROLES else role != "SP" or number in world.vendors
    if role not in _ROLES or not known:
        message = session.say.say(
            "E", "partner_unknown", role, number, parameter="ORDER_PARTNERS", row=row_number
        )
        raise Refusal(message)
    address = (
        {name: row.get(name, "") for name in _ADDRESS}
        if row.get("NAME")
        else linked(row["ADDR_LINK"], addresses)
    )
    return Partner(role, number, row["ITM_NUMBER"], address)


def linked(link: str, addresses: list[Fields]) -> Fields | None:
    """The address that a partner row points at, under the names of a partner's own address; whole as ``given``."""
    row = next((a for a in addresses if link and a["ADDR_NO"] == link), None)
    if row is None:
        return None
    street = " ".join(part for part in (row["STREET"], row["HOUSE_NO"]) if part)
    address = {name: row.get(name, "") for name in _ADDRESS}
    return address | {
        "STREET": street,
        "POSTL_CODE": row["POSTL_COD1"],
        "POBX_PCD": row["POSTL_COD2"],
        "TELEPHONE": row["TEL1_NUMBR"] + row["TEL1_EXT"],
        "FAX_NUMBER": row["FAX_NUMBER"] + row["FAX_EXTENS"],
        "given": dict(row),
    }


def next_item_number(taken: Iterable[str]) -> str:
    """The number that the system gives to an item: the next full ten."""
    highest = max(map(int, taken), default=0)
    return str((highest // 10 + 1) * 10).zfill(6)


def new_item(session: Session, order: Order, number: str, fields: Fields, *, row: int = 0) -> Item:
    """An item with material, plant and unit checked; without schedule lines yet."""
    world, header = session.world, order.fields
    asked: str = fields["MATERIAL_LONG"] or fields["MATERIAL"]
    material = world.materials.get(asked)
    if material is None or header["SALES_ORG"] not in material.sales_orgs:
        variables = asked, header["SALES_ORG"], header["DISTR_CHAN"], session.language
        said = session.say.say("E", "material_not_sold", *variables, parameter="SALES_ITEM_IN", row=row)
        raise Refusal(said)
    plant = fields["PLANT"] or material.plants[0]
    if plant not in material.plants:
        said = session.say.say(
            "E", "not_in_plant", plain(material.number), plant, parameter="SALES_ITEM_IN", row=row
        )
        raise Refusal(said)
    unit = _unit(world.units, fields) or material.unit
    if not material.has_unit(unit):
        raise Refusal(
            session.say.say("E", "unit", unit, plain(material.number), parameter="SALES_ITEM_IN", row=row)
        )
    kept = dict(fields) | {"ITM_NUMBER": number, "PLANT": plant}
    kept["SHORT_TEXT"] = fields["SHORT_TEXT"] or material.text
    return Item(number, material.number, unit, kept, category=fields["ITEM_CATEG"] or "TAN")


def material_status(session: Session, item: Item, *, row: int = 0) -> list[Message]:
    """What the material's status means for a new item: nothing, a warning, or a refusal."""
    world, material = session.world, session.world.materials[item.material]
    if not material.status:
        return []
    blocked = material.status in world.settings.blocking_statuses
    kind, meaning = ("E", "material_blocked") if blocked else ("W", "material_status")
    variables = plain(material.number), material.status
    said = session.say.say(kind, meaning, *variables, parameter="SALES_ITEM_IN", row=row)
    if said.fatal:
        raise Refusal(said)
    return [said]


def _unit(units: dict[str, str], fields: Fields) -> str:
    """The internal unit that was asked for; an ISO code stands for its internal unit, and nothing else does."""
    internal = {iso: unit for unit, iso in units.items()}
    for name, iso in (("SALES_UNIT", "S_UNIT_ISO"), ("TARGET_QU", "T_UNIT_ISO")):
        if fields[name]:
            return str(fields[name])
        if fields[iso]:
            return internal.get(fields[iso], str(fields[iso]))
    return ""


def schedule(session: Session, order: Order, fields: Fields, rows: list[Fields]) -> list[ScheduleLine]:
    """The schedule lines of an item; without any, the target quantity makes one."""
    day = order.fields["REQ_DATE_H"]
    if not rows:
        target: Decimal = fields["TARGET_QTY"]
        wanted = session.world.settings.target_quantity_schedules and target
        return [ScheduleLine("0001", day, target)] if wanted else []
    lines: list[ScheduleLine] = []
    for row in rows:
        number = row["SCHED_LINE"]
        if number == "0000":
            number = str(len(lines) + 1).zfill(4)
        date = day if row["REQ_DATE"] == INITIAL_DATE else row["REQ_DATE"]
        lines.append(ScheduleLine(number, date, row["REQ_QTY"], fields=dict(row)))
    return lines


def condition(session: Session, order: Order, row: Fields) -> Condition:
    """A condition that is entered by hand, if its type can be."""
    kind = session.world.condition_types.get(row["COND_TYPE"])
    on_header = row["ITM_NUMBER"] == HEADER
    currency = row["CURRENCY"] or row["CURR_ISO"]
    known_item = on_header or order.item(row["ITM_NUMBER"]) is not None
    wrong_currency = kind is not None and kind.kind != "percent" and currency not in {"", order.currency}
    if kind is None or not known_item or wrong_currency or (on_header and kind.kind != "percent"):
        raise Refusal(session.say.say("E", "condition", row["COND_TYPE"], parameter="ORDER_CONDITIONS_IN"))
    return Condition(
        row["ITM_NUMBER"],
        row["COND_TYPE"],
        row["COND_VALUE"],
        "" if kind.kind == "percent" else order.currency,
        row["COND_P_UNT"] or Decimal(1),
        row["COND_UNIT"],
        row["COND_ST_NO"],
        row["COND_COUNT"],
    )


def type_text(session: Session, order: Order) -> str:
    """The name of the document type in the logon language."""
    texts = (session.world.order_types | session.world.return_types)[order.type].texts
    return texts.get(session.language) or texts["E"]
