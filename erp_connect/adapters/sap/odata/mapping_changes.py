"""Amendments as the parts of one change set, which stands or falls as a whole (sap.md 4.3, 4.4, 4.5).

Its first part changes the header and names the version that was planned on: so all of it is refused where somebody
else has changed the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import InvalidOrder, LossyWrite, UnsupportedOperation
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
from ....wire.odata import Operation
from ...successors import part_of, substitute_for
from ..conventions import ITEM_STEP
from .cells import Row, fits_digits, key, text, within
from .dialect import AS_IT_STANDS, Body
from .mapping_conditions import element_keys, standing
from .mapping_drafts import REFERENCE, addressed, assigned, incoterms, item_body, note_body
from .mapping_schedules import Schedules
from .mapping_texts import note_row, text_out
from .office import Office
from .releases import refuse_unheld, untouched
from .told_units import ORDERED, PRICED, like

_BLOCKS: Final = {"delivery": "DeliveryBlockReason", "billing": "HeaderBillingBlockReason"}
_ITEM_BLOCK: Final = "ItemBillingBlockReason"
_REJECTION: Final = "SalesDocumentRjcnReason"
_PO_NUMBER: Final = "PurchaseOrderByCustomer"


class ChangeOfOrder:
    """What is to be changed of one order, gathered from amendments in their order."""

    def __init__(self, row: Row, order: Order, office: Office, *, rejection: str) -> None:
        self.row = row
        self.order = order
        self.office = office
        self.addresses: dict[str, Address] = {}
        self.replaced: dict[str, tuple[str, ...]] = {}
        self._dialect = office.dialect
        self._rejection = rejection
        self._header: Body = {}
        self._items: dict[str, Body] = {}
        self._new: dict[str, Body] = {}
        self._rows = {key(item, "SalesOrderItem"): item for item in within(row, self._dialect.to_items)}
        self._schedules = Schedules(self._rows, office)
        self._conditions: list[Operation] = []
        self._notes: list[str] | None = None
        self._operation = "orders.change_header"

    # -- the amendments --------------------------------------------------------------------------------------

    def make(self, amendment: Amendment) -> None:
        """Gather one amendment; raises for what an order of SAP has no place for."""
        self._operation = f"orders.{amendment.operation}"
        match amendment:
            case ChangeHeader():
                self._change_header(amendment)
            case ChangeAddress():
                self.addresses |= addressed(amendment)
            case AddNote():
                self._may_note()
                self._notes = [*(self.order.notes if self._notes is None else self._notes), amendment.text]
            case AddLine() | SubstituteProduct() | SplitLine():
                self._make_new_line(amendment)
            case PlaceHold() | ReleaseHold():
                self._hold(amendment.kind, amendment.line, placed=isinstance(amendment, PlaceHold))
            case _:
                self._make_of_line(amendment)

    def _make_new_line(self, amendment: AddLine | SubstituteProduct | SplitLine) -> None:
        match amendment:
            case AddLine():
                if not isinstance(amendment.line, LineDraft):
                    raise InvalidOrder(
                        "a sales order takes a LineDraft", operation="orders.add_line", path="line"
                    )
                self._new_item(amendment.line)
            case SubstituteProduct():
                self._substitute(amendment)
            case SplitLine():
                self._split(amendment)

    def _make_of_line(self, amendment: Amendment) -> None:
        match amendment:
            case ChangeQuantity():
                self._change_quantity(str(amendment.line), amendment.to)
            case ChangeDate():
                self._change_date(amendment)
            case ChangePrice():
                item, pricing = str(amendment.line), self.office.pricing
                unit = like(self._rows.get(item, {}), PRICED, pricing.known)
                self._condition(item, pricing.price_out(amendment.to, unit))
            case ChangeDiscount():
                self._change_discount(str(amendment.line), amendment.to)
            case ChangeWarehouse():
                lines = [str(amendment.line)] if amendment.line is not None else self._waiting()
                for item in lines:
                    self._item(item)[self._dialect.plant] = amendment.to
            case CancelLine():
                self.reject(str(amendment.line))
            case _:
                raise UnsupportedOperation(
                    f"sap+odata does not know {amendment.operation}",
                    why="no property of the service carries it",
                    operation=f"orders.{amendment.operation}",
                )

    def reject(self, item: str) -> None:
        """Cancel what is open of an item: it is kept, with the reason (sap.md 4.4)."""
        self._item(item)[_REJECTION] = self._rejection

    def _change_header(self, change: ChangeHeader) -> None:
        changes = change.changes
        for name, field in (("customer_po", _PO_NUMBER), ("payment_terms", "CustomerPaymentTerms")):
            if name in changes:
                self._header[field] = "" if changes[name] is EMPTY else changes[name]
        if "order_date" in changes:
            when = changes["order_date"]
            self._header["SalesOrderDate"] = None if when is EMPTY else self._dialect.day(when)
        if "delivery_terms" in changes:
            terms = changes["delivery_terms"]
            self._header |= incoterms("" if terms is EMPTY else terms, self.office)
        if "partial_shipment" in changes:
            self._header["CompleteDeliveryIsDefined"] = not changes["partial_shipment"]
        if "references" in changes:
            references = changes["references"]
            self._header[REFERENCE] = assigned(references, self.office) if references else ""
        if "discounts" in changes:
            self._change_header_discount(changes["discounts"])
        self._header |= self.office.order_fields.written(change.custom, "updatable")

    def _change_quantity(self, item: str, to: Decimal) -> None:
        """At the item, but for one in several parts: there the parts hold the quantity (sap.md 4.4)."""
        held = self.office.known(self._dialect.item).get(ORDERED)
        if held is not None and not fits_digits(to, held.precision, held.scale):
            path = "order.line.quantity"
            why = f"a quantity has at most {held.precision} digits, {held.scale} of them behind the point"
            raise LossyWrite(why, fields=(path,), path=path)
        if self._schedules.set_quantity(item, to):
            return
        known = self.office.known(self._dialect.item)
        unit = like(self._rows.get(item, {}), ORDERED, known)
        self._item(item).update({"RequestedQuantity": self._dialect.number(to), **unit})

    def _change_date(self, change: ChangeDate) -> None:
        if change.line is None:
            self._header["RequestedDeliveryDate"] = self._dialect.day(change.to)
        for item in [str(change.line)] if change.line is not None else self._waiting():
            if self._dialect.dates_at_items:
                self._item(item)["RequestedDeliveryDate"] = self._dialect.day(change.to)
            else:
                self._schedules.set_day(item, change.to)

    def _hold(self, kind: str, line: Any, *, placed: bool) -> None:
        if kind not in _BLOCKS:
            raise UnsupportedOperation(
                "an order of SAP is held for delivery or for billing; credit is released by the credit desk",
                why="other blocks cannot be set or taken away here",
                operation="orders.hold" if placed else "orders.release",
                alternatives=tuple(_BLOCKS),
            )
        settings = self.office.settings
        code = settings.delivery_block if kind == "delivery" else settings.billing_block
        value = code if placed else ""
        if line is None:
            self._header[_BLOCKS[kind]] = value
        held = [each.id for each in self.order.lines if any(hold.kind == kind for hold in each.holds)]
        for item in [str(line)] if line is not None else ([] if placed else held):
            if kind == "billing":
                self._item(item)[_ITEM_BLOCK] = value
            else:
                self._schedules.set_block(item, value)

    def _waiting(self) -> list[str]:
        return [line.id for line in self.order.lines if line.quantities.open > 0]

    def _item(self, item: str) -> Body:
        if item not in self._rows:
            raise InvalidOrder("the order has no such line", path="line")
        return self._items.setdefault(item, {})

    # -- new lines -------------------------------------------------------------------------------------------

    def _new_item(self, line: LineDraft, *, holds: Sequence[str] = ()) -> str:
        highest = max((int(item) for item in (*self._rows, *self._new)), default=0)
        item = str((highest // ITEM_STEP + 1) * ITEM_STEP)
        body = item_body(line, self.office, requested=self.order.requested)
        if "billing" in holds:
            body[_ITEM_BLOCK] = self.office.settings.billing_block
        if "delivery" in holds:
            when = line.requested or self.order.requested
            body |= self._schedules.blocked(line.quantity, when)
        self._may("creatable", self._dialect.item, "lines are added in SAP")
        self._new[item] = {"SalesOrderItem": item, **body}
        return item

    def _substitute(self, change: SubstituteProduct) -> None:
        """A line with the new product for what is open, and the old one rejected."""
        line = self.order.line(str(change.line))
        new = substitute_for(line, change)
        self.replaced[line.id] = (self._new_item(new, holds=_kinds(line)),)
        self.reject(line.id)

    def _split(self, change: SplitLine) -> None:
        line = self.order.line(str(change.line))
        new = part_of(line, change)
        self._change_quantity(line.id, line.quantities.ordered - change.quantity)
        self.replaced[line.id] = (line.id, self._new_item(new, holds=_kinds(line)))

    # -- conditions ------------------------------------------------------------------------------------------

    def _change_discount(self, item: str, to: Any) -> None:
        settings = self.office.settings
        body = None if to is EMPTY else self.office.pricing.discount_out(to)
        for kind in (settings.percent_discount_condition, settings.amount_discount_condition):
            if body is None or body["ConditionType"] != kind:
                self._take_away(item, kind)
        if body is not None:
            self._condition(item, body)

    def _change_header_discount(self, discounts: Any) -> None:
        if discounts:
            self._condition(None, self.office.pricing.header_discount_out(discounts))
        else:
            self._take_away(None, self.office.settings.header_discount_condition)

    def _condition(self, item: str | None, body: Body) -> None:
        """Change the element of this type, or add one; of an item, or of the whole order."""
        found = self._standing(item, body["ConditionType"])
        if found is None:
            self._may("creatable", self._elements(item), "a condition of this type is added to it in SAP")
            parent, way = self._parent(item), self._way(item)
            self._conditions.append(self._part("POST", f"{parent}/{way}", body))
        else:
            self._may("updatable", self._elements(item), "its conditions are changed in SAP")
            changes = {name: value for name, value in body.items() if name != "ConditionType"}
            self._conditions.append(self._part("PATCH", self._element(item, found), changes))

    def _take_away(self, item: str | None, kind: str) -> None:
        found = self._standing(item, kind)
        if found is not None:
            self._may("deletable", self._elements(item), "its conditions are taken away in SAP")
            self._conditions.append(Operation("DELETE", self._element(item, found), None, AS_IT_STANDS))

    def _standing(self, item: str | None, kind: str) -> Row | None:
        holder = self.row if item is None else self._rows.get(item, {})
        return standing(within(holder, self._way(item)), kind)

    def _way(self, item: str | None) -> str:
        return self._dialect.to_order_prices if item is None else self._dialect.to_item_prices

    def _element(self, item: str | None, element: Row) -> str:
        keys = {"SalesOrder": self.order.id, **({} if item is None else {"SalesOrderItem": item})}
        return self._dialect.at(self._elements(item), **keys, **element_keys(element))

    def _elements(self, item: str | None) -> str:
        return self._dialect.order_price if item is None else self._dialect.item_price

    def _may(self, what: str, entity_set: str, otherwise: str) -> None:
        """``UnsupportedOperation``, before anything is sent, where the service says that a set does not take it.

        What it takes within a new order it need not take for one that stands (sap.md 4.4).
        """
        if not self.office.orders_model.allows(entity_set, what):
            raise UnsupportedOperation(
                f"this release does not take that for an order that stands: {entity_set} is not {what}",
                why=otherwise,
                operation=self._operation,
            )

    def _parent(self, item: str | None) -> str:
        if item is None:
            return self._dialect.at(self._dialect.order, SalesOrder=self.order.id)
        return self._dialect.at(self._dialect.item, SalesOrder=self.order.id, SalesOrderItem=item)

    # -- the change set --------------------------------------------------------------------------------------

    def parts(self, version: str) -> list[Operation]:
        """The parts of the change set; the first one holds to ``version``.  Addresses are added by the caller."""
        still = untouched(self.office)
        header = self._header or {still: text(self.row, still)}
        self._refuse_unheld()
        order = self._parent(None)
        return [
            Operation("PATCH", order, header, {"If-Match": version, **self.office.exact()}),
            *(self._part("PATCH", self._parent(item), body) for item, body in self._items.items()),
            *self._schedules.parts(self.order.id),
            *self._conditions,
            *self._note_parts(order),
            *(self._part("POST", f"{order}/{self._dialect.to_items}", body) for body in self._new.values()),
        ]

    def _may_note(self) -> None:
        """The notes are one text, which is begun with the first of them and changed with every other."""
        if note_row(within(self.row, self._dialect.to_texts), self.office.settings) is None:
            self._may("creatable", self._dialect.text, "an order's first note is written in SAP")
        else:
            self._may("updatable", self._dialect.text, "its notes are changed in SAP")

    def _refuse_unheld(self) -> None:
        """``LossyWrite`` for what this release does not take in an order that stands, or in a new line."""
        refuse_unheld(self.office, self._dialect.order, self._header, "updatable")
        for body in self._items.values():
            refuse_unheld(self.office, self._dialect.item, body, "updatable")
        for body in self._new.values():
            refuse_unheld(self.office, self._dialect.item, body, "creatable")

    def _note_parts(self, order: str) -> list[Operation]:
        if self._notes is None:
            return []
        told = text_out(self._notes)
        row = note_row(within(self.row, self._dialect.to_texts), self.office.settings)
        if row is None:
            return [self._part("POST", f"{order}/{self._dialect.to_texts}", note_body(told, self.office))]
        where = self._dialect.at(
            self._dialect.text,
            SalesOrder=self.order.id,
            Language=text(row, "Language"),
            LongTextID=text(row, "LongTextID"),
        )
        return [self._part("PATCH", where, {"LongText": told})]

    def _part(self, method: str, where: str, body: Body) -> Operation:
        headers = self.office.exact()
        return Operation(method, where, body, {**headers, **AS_IT_STANDS} if method == "PATCH" else headers)


def _kinds(line: OrderLine) -> list[str]:
    return [hold.kind for hold in line.holds]
