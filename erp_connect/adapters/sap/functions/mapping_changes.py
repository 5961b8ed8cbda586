"""Amendments as the parameters of the change module: values, and the flags made from them (sap.md 2.1, 2.5).

Only a field whose flag is set is changed, and a change without flags is called a success; so no flag is written by
hand.  All amendments become one call, which stands or falls as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import InvalidOrder, UnsupportedOperation
from ....models import (
    EMPTY,
    AddLine,
    AddNote,
    Address,
    Amendment,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    LineDraft,
    Order,
    OrderLine,
    PlaceHold,
    ReleaseHold,
    SplitLine,
    SubstituteProduct,
)
from ...successors import part_of, substitute_for
from ..conventions import HEADER, ITEM_STEP, stored_key
from ..wording import the_reference
from . import modules
from .details import Details, Row
from .mapping_addresses import address_out
from .mapping_conditions import (
    condition_keys,
    discount_out,
    flags_of,
    header_discount_out,
    is_manual,
    price_out,
)
from .mapping_drafts import (
    BILL_TO,
    SHIP_TO,
    incoterms,
    item_fields,
    line_conditions,
)
from .mapping_schedules import Schedules
from .mapping_texts import text_out
from .office import Office

_CHANGE: Final = "U"
_INSERT: Final = "I"
_DELETE: Final = "D"
_ISO_TWINS: Final = {"S_UNIT_ISO": "SALES_UNIT", "T_UNIT_ISO": "TARGET_QU"}
"""ISO fields have no flag of their own everywhere: they follow the field that they belong to."""
_BLOCKS: Final = {"delivery": "DLV_BLOCK", "billing": "BILL_BLOCK"}


class ChangeOfOrder:
    """What is to be changed of one order, gathered from amendments in their order."""

    def __init__(self, details: Details, order: Order, office: Office, *, rejection: str) -> None:
        self.details = details
        self.order = order
        self.office = office
        self.replaced: dict[str, tuple[str, ...]] = {}
        self._rejection = rejection
        self._header: dict[str, Any] = {}
        self._items: dict[str, dict[str, Any]] = {}
        self._new: set[str] = set()
        self._schedules = Schedules(details, order)
        self._conditions: dict[tuple[str, str], tuple[dict[str, Any], str]] = {}
        self._partners: dict[str, Address] = {}
        self._notes: list[str] | None = None

    # -- the amendments --------------------------------------------------------------------------------------

    def make(self, amendment: Amendment) -> None:
        """Gather one amendment; raises for what an order of SAP has no place for."""
        match amendment:
            case ChangeHeader() | ChangeAddress() | AddNote():
                self._make_of_header(amendment)
            case AddLine() | SubstituteProduct() | SplitLine():
                self._make_new_line(amendment)
            case PlaceHold() | ReleaseHold():
                self._hold(amendment.kind, amendment.line, placed=isinstance(amendment, PlaceHold))
            case _:
                self._make_of_line(amendment)

    def _make_of_header(self, amendment: ChangeHeader | ChangeAddress | AddNote) -> None:
        match amendment:
            case ChangeHeader():
                self._change_header(amendment)
            case ChangeAddress():
                for role, address in ((SHIP_TO, amendment.ship_to), (BILL_TO, amendment.bill_to)):
                    if address is not None:
                        self._partners[role] = address
            case AddNote():
                self._notes = [*(self.order.notes if self._notes is None else self._notes), amendment.text]

    def _make_new_line(self, amendment: AddLine | SubstituteProduct | SplitLine) -> None:
        match amendment:
            case AddLine():
                self._add_line(amendment)
            case SubstituteProduct():
                self._substitute(amendment)
            case SplitLine():
                self._split(amendment)

    def _make_of_line(self, amendment: Amendment) -> None:
        match amendment:
            case ChangeQuantity():
                self._schedules.set_quantity(str(amendment.line), amendment.to)
            case ChangeDate():
                self._change_date(amendment)
            case ChangePrice():
                self._condition(price_out(amendment.to, str(amendment.line), self.office.settings))
            case ChangeDiscount():
                self._change_discount(str(amendment.line), amendment.to)
            case ChangeWarehouse():
                lines = [str(amendment.line)] if amendment.line is not None else self._waiting()
                for item in lines:
                    self._item(item)["PLANT"] = amendment.to
            case CancelLine():
                self.reject(str(amendment.line))
            case _:
                raise UnsupportedOperation(
                    f"sap+rfc does not know {amendment.operation}",
                    why="no parameter of the change module carries it",
                    operation=f"orders.{amendment.operation}",
                )

    def reject(self, item: str) -> None:
        """Cancel what is open of an item: it is kept, with the reason (sap.md 2.5)."""
        self._item(item)["REASON_REJ"] = self._rejection

    def _change_header(self, change: ChangeHeader) -> None:
        fields = {"customer_po": "PURCH_NO_C", "payment_terms": "PMNTTRMS"}
        changes = change.changes
        for name, field in fields.items():
            if name in changes:
                self._header[field] = "" if changes[name] is EMPTY else changes[name]
        if "order_date" in changes:
            self._header["DOC_DATE"] = None if changes["order_date"] is EMPTY else changes["order_date"]
        if "delivery_terms" in changes:
            terms = changes["delivery_terms"]
            self._header |= incoterms("" if terms is EMPTY else terms)
        if "partial_shipment" in changes:
            self._header["COMPL_DLV"] = "" if changes["partial_shipment"] else "X"
        if "contact" in changes:
            contact = changes["contact"]
            gone = contact is EMPTY
            self._header |= {
                "NAME": "" if gone else contact.name,
                "TELEPHONE": "" if gone else contact.phone or "",
            }
        if "references" in changes:
            references = changes["references"]
            self._header["ASS_NUMBER"] = the_reference(references) if references else ""
        if "discounts" in changes:
            self._change_header_discount(changes["discounts"])

    def _change_header_discount(self, discounts: Any) -> None:
        kind = self.office.settings.header_discount_condition
        if discounts:
            self._condition(header_discount_out(discounts, HEADER, self.office.settings))
        elif self._standing(HEADER, kind) is not None:
            self._take_away(HEADER, kind)

    def _change_discount(self, item: str, to: Any) -> None:
        settings = self.office.settings
        kinds = {settings.percent_discount_condition, settings.amount_discount_condition}
        row = None if to is EMPTY else discount_out(to, item, settings)
        for kind in kinds - ({row["COND_TYPE"]} if row is not None else set()):
            if self._standing(item, kind) is not None:
                self._take_away(item, kind)
        if row is not None:
            self._condition(row)

    def _change_date(self, change: ChangeDate) -> None:
        if change.line is None:
            self._header["REQ_DATE_H"] = change.to
        lines = [str(change.line)] if change.line is not None else self._waiting()
        self._schedules.set_day(lines, change.to)

    def _hold(self, kind: str, line: Any, *, placed: bool) -> None:
        if kind not in _BLOCKS:
            raise UnsupportedOperation(
                "an order of SAP is held for delivery or for billing; credit is released by the credit desk",
                why="other blocks cannot be set or taken away over RFC",
                operation="orders.hold" if placed else "orders.release",
                alternatives=tuple(_BLOCKS),
            )
        settings = self.office.settings
        code = settings.delivery_block if kind == "delivery" else settings.billing_block
        value = code if placed else ""
        if line is None:
            self._header[_BLOCKS[kind]] = value
        if line is not None and kind == "billing":
            self._item(str(line))["BILL_BLOCK"] = value
        if kind == "delivery":
            everywhere = [] if placed else self._schedules.items
            self._schedules.set_block([str(line)] if line is not None else everywhere, value)
        elif line is None and not placed:
            for each in self.order.lines:
                if any(hold.kind == "billing" for hold in each.holds):
                    self._item(each.id)["BILL_BLOCK"] = ""

    def _waiting(self) -> list[str]:
        return [line.id for line in self.order.lines if line.quantities.open > 0]

    def _item(self, item: str) -> dict[str, Any]:
        return self._items.setdefault(item, {"ITM_NUMBER": item})

    # -- new lines -------------------------------------------------------------------------------------------

    def _next_item(self) -> str:
        highest = max((int(item) for item in self._schedules.items), default=0)
        return f"{(highest // ITEM_STEP + 1) * ITEM_STEP:06d}"

    def _add_line(self, change: AddLine) -> None:
        if not isinstance(change.line, LineDraft):
            raise InvalidOrder("a sales order takes a LineDraft", operation="orders.add_line", path="line")
        self._new_item(change.line)

    def _new_item(self, line: LineDraft, *, blocks: Sequence[str] = ()) -> str:
        item = self._next_item()
        self._new.add(item)
        fields = {name: value for name, value in item_fields(line, item, self.office).items() if value}
        if "billing" in blocks:
            fields["BILL_BLOCK"] = self.office.settings.billing_block
        self._items[item] = fields
        block = self.office.settings.delivery_block if "delivery" in blocks else ""
        self._schedules.add(item, line.quantity, line.requested or self.order.requested, block)
        for row in line_conditions(line, item, self.office):
            self._conditions[item, row["COND_TYPE"]] = (row, _INSERT)
        return item

    def _substitute(self, change: SubstituteProduct) -> None:
        """A line with the new product for what is open, and the old one rejected."""
        line = self.order.line(str(change.line))
        new = substitute_for(line, change, self._open(line))
        self.replaced[line.id] = (self._new_item(new, blocks=_kinds_of_holds(line)),)
        self.reject(line.id)

    def _split(self, change: SplitLine) -> None:
        line = self.order.line(str(change.line))
        new = part_of(line, change)
        self._schedules.set_quantity(line.id, self._schedules.total(line.id) - change.quantity)
        self.replaced[line.id] = (line.id, self._new_item(new, blocks=_kinds_of_holds(line)))

    def _open(self, line: OrderLine) -> Decimal:
        return max(self._schedules.total(line.id) - (line.quantities.shipped or Decimal(0)), Decimal(0))

    # -- conditions ------------------------------------------------------------------------------------------

    def _standing(self, item: str, kind: str) -> Row | None:
        """The condition of this type that the order has; one of the header may be shown at its items."""
        rows = [
            row
            for row in self.details.conditions
            if row["COND_TYPE"] == kind and (item == HEADER or row["ITM_NUMBER"] == item)
        ]
        return rows[-1] if rows else None

    def _condition(self, row: dict[str, Any]) -> None:
        """Enter a condition, or change the one that somebody has entered.

        A price that the system has found is not changed but overruled by one of its own.
        """
        item, kind = row["ITM_NUMBER"], row["COND_TYPE"]
        if item in self._new:
            self._conditions[item, kind] = (row, _INSERT)
            return
        standing = self._standing(item, kind)
        is_price = kind == self.office.settings.price_condition
        if standing is None or (is_price and not is_manual(standing)):
            self._conditions[item, kind] = (row, _INSERT)
        else:
            self._conditions[item, kind] = ({**condition_keys(standing), **row}, _CHANGE)

    def _take_away(self, item: str, kind: str) -> None:
        standing = self._standing(item, kind) or {}
        keys = {**condition_keys(standing), "ITM_NUMBER": item, "COND_TYPE": kind}
        self._conditions[item, kind] = (keys, _DELETE)

    # -- the call --------------------------------------------------------------------------------------------

    def parameters(self) -> dict[str, Any]:
        """All parameters of the change module."""
        schedules, schedule_flags = self._schedules.rows()
        for item in {row["ITM_NUMBER"] for row in schedules} - self._new:
            self._item(item)  # an item whose schedule lines change is named as well
        items = [row for _, row in sorted(self._items.items())]
        conditions = list(self._conditions.values())
        header_flags = dict.fromkeys(self._header, "X")
        found: dict[str, Any] = {
            "SALESDOCUMENT": self.details.number,
            "ORDER_HEADER_IN": self._header,
            "ORDER_HEADER_INX": {"UPDATEFLAG": _CHANGE, **header_flags},
            "ORDER_ITEM_IN": items,
            "ORDER_ITEM_INX": [self._item_flags(row) for row in items],
            "SCHEDULE_LINES": schedules,
            "SCHEDULE_LINESX": schedule_flags,
            "CONDITIONS_IN": [row for row, _ in conditions],
            "CONDITIONS_INX": [flags_of(row, update) for row, update in conditions],
            **self._partner_rows(),
        }
        if any(update != _INSERT for _, update in conditions):
            found["LOGIC_SWITCH"] = {"COND_HANDL": "X"}
        if self._notes is not None:
            settings = self.office.settings
            found["ORDER_TEXT"] = text_out(self._notes, settings.note_text_id, settings.language)
        return {name: value for name, value in found.items() if value not in ({}, [])}

    def _item_flags(self, row: dict[str, Any]) -> dict[str, Any]:
        item = row["ITM_NUMBER"]
        flags = {"ITM_NUMBER": item, "UPDATEFLAG": _INSERT if item in self._new else _CHANGE}
        for name in row:
            if name == "ITM_NUMBER":
                continue
            for flag in (name, _ISO_TWINS.get(name)):
                if flag is not None and self._has_flag(flag):
                    flags[flag] = "X"
        return flags

    def _has_flag(self, name: str) -> bool:
        interface = self.office.pool.interfaces
        if interface.knows(modules.CHANGE, "ORDER_ITEM_INX", "ITM_NUMBER"):
            return interface.knows(modules.CHANGE, "ORDER_ITEM_INX", name)
        return name != "S_UNIT_ISO"

    def _partner_rows(self) -> dict[str, Any]:
        changes: list[dict[str, Any]] = []
        addresses: list[dict[str, Any]] = []
        paths = {SHIP_TO: "order.ship_to", BILL_TO: "order.bill_to"}
        for place, (role, address) in enumerate(self._partners.items(), 1):
            link = f"{place:010d}"
            number = self._partner_number(role)
            changes.append(
                {
                    "DOCUMENT": self.details.number,
                    "ITM_NUMBER": HEADER,
                    "UPDATEFLAG": _CHANGE,
                    "PARTN_ROLE": role,
                    "P_NUMB_OLD": number,
                    "P_NUMB_NEW": number,
                    "ADDR_LINK": link,
                    "ADDRESS": link,
                }
            )
            addresses.append(
                address_out(address, link, self.office.countries, self.office.settings.language, paths[role])
            )
        return {"PARTNERCHANGES": changes, "PARTNERADDRESSES": addresses}

    def _partner_number(self, role: str) -> str:
        for row in self.details.partners:
            if row["PARTN_ROLE"] == role and (row["ITM_NUMBER"] or HEADER) == HEADER and row["CUSTOMER"]:
                return str(row["CUSTOMER"])
        return stored_key(self.order.customer)


def _kinds_of_holds(line: OrderLine) -> list[str]:
    return [hold.kind for hold in line.holds]
