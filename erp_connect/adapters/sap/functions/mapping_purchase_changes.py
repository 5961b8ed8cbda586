"""Amendments of a purchase order as the parameters of the change module (sap.md 2.15).

All amendments become one call, which stands or falls as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ....errors import InvalidOrder, UnsupportedOperation
from ....models import (
    EMPTY,
    AddLine,
    Amendment,
    CancelLine,
    ChangeDate,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLineDraft,
    SplitLine,
    SubstituteProduct,
)
from ..conventions import FIRST_SCHEDULE_LINE, ITEM_STEP, shown_day_in, stored_day
from . import modules
from .mapping_purchases import (
    DELETED,
    THEIR_NUMBER,
    Purchase,
    item_fields,
    item_key,
    known,
    parameters,
    price_fields,
    schedule_fields,
)
from .office import Office
from .purchase_units import PurchaseUnits


@dataclass(slots=True)
class _Part:
    """A schedule line of an item."""

    line: str
    quantity: Decimal
    day: date | None


class ChangeOfPurchase:
    """What is to be changed of one purchase order, gathered from amendments in their order."""

    def __init__(
        self, purchase: Purchase, order: PurchaseOrder, office: Office, units: PurchaseUnits
    ) -> None:
        self.purchase = purchase
        self.order = order
        self.office = office
        self.units = units
        self.replaced: dict[str, tuple[str, ...]] = {}
        self._header: dict[str, Any] = {}
        self._items: dict[str, dict[str, Any]] = {}
        self._before = {line.id: self._parts_of(line.id) for line in order.lines}
        self._now = {item: [replace(part) for part in parts] for item, parts in self._before.items()}

    def _parts_of(self, item: str) -> list[_Part]:
        return [
            _Part(row["SCHED_LINE"], row["QUANTITY"], shown_day_in(row["DELIVERY_DATE"]))
            for row in self.purchase.of_item(item)
        ]

    # -- the amendments --------------------------------------------------------------------------------------

    def make(self, amendment: Amendment) -> None:
        """Gather one amendment; raises for what a purchase order of SAP has no place for."""
        match amendment:
            case ChangeHeader():
                self._change_header(amendment)
            case AddLine() | SubstituteProduct() | SplitLine():
                self._make_new_line(amendment)
            case ChangeQuantity():
                self._set_quantity(str(amendment.line), amendment.to)
            case ChangePrice():
                self._item(str(amendment.line)).update(price_fields(amendment.to, self.office))
            case ChangeDate() | ChangeWarehouse():
                lines = [str(amendment.line)] if amendment.line is not None else self._open()
                for item in lines:
                    self._set_day_or_plant(item, amendment)
            case CancelLine():
                self.delete(str(amendment.line))
            case _:
                raise UnsupportedOperation(
                    f"purchase orders of sap+rfc do not know {amendment.operation}",
                    why="no field of the change module is known to carry it",
                    operation=f"purchase_orders.{amendment.operation}",
                )

    def _make_new_line(self, amendment: AddLine | SubstituteProduct | SplitLine) -> None:
        match amendment:
            case AddLine():
                if not isinstance(amendment.line, PurchaseOrderLineDraft):
                    raise InvalidOrder(
                        "a purchase order takes a PurchaseOrderLineDraft",
                        operation="purchase_orders.add_line",
                        path="line",
                    )
                self._enter(amendment.line)
            case SubstituteProduct():
                self._substitute(amendment)
            case SplitLine():
                self._split(amendment)

    def delete(self, item: str) -> None:
        """Cancel what is open of an item: it is kept, with the deletion mark (sap.md 2.15)."""
        self._item(item)["DELETE_IND"] = DELETED

    def _change_header(self, change: ChangeHeader) -> None:
        changes = {name: None if value is EMPTY else value for name, value in change.changes.items()}
        if "supplier_reference" in changes:
            self._header[THEIR_NUMBER] = changes["supplier_reference"] or ""
        if changes.get("order_date") is not None:
            self._header["DOC_DATE"] = changes["order_date"]

    def _set_day_or_plant(self, item: str, change: ChangeDate | ChangeWarehouse) -> None:
        if isinstance(change, ChangeWarehouse):
            self._item(item)["PLANT"] = change.to
            return
        for part in self._scheduled(item):
            part.day = change.to

    def _scheduled(self, item: str) -> list[_Part]:
        """The parts of an item; one that has no schedule line gets its first."""
        parts = self._now[item]
        if not parts:
            parts.append(
                _Part(FIRST_SCHEDULE_LINE, self.order.line(item).quantities.ordered or Decimal(0), None)
            )
        return parts

    def _set_quantity(self, item: str, to: Decimal) -> None:
        """Order another quantity: the item's own, and the last schedule line gets more, or gives first."""
        self._item(item)["QUANTITY"] = to
        parts = self._now[item]
        left = to - sum((part.quantity for part in parts), Decimal(0))
        for part in reversed(parts):
            given = max(left, -part.quantity)
            part.quantity += given
            left -= given
            if not part.quantity and len(parts) > 1:
                raise UnsupportedOperation(
                    "so much less would empty a schedule line, and none can be deleted over RFC",
                    why="the change module is not known to delete schedule lines",
                    operation="purchase_orders.change_quantity",
                    alternatives=("purchase_orders.cancel_line", "purchase_orders.add_line"),
                )
            if not left:
                break

    # -- new items -------------------------------------------------------------------------------------------

    def _enter(self, line: PurchaseOrderLineDraft) -> str:
        numbers = [int(row["PO_ITEM"]) for row in self.purchase.items] + [int(each) for each in self._items]
        item = item_key(max(numbers, default=0) // ITEM_STEP + 1)
        self._items[item] = item_fields(line, item, None, self.office, self.units, "line")
        self._before[item] = []
        day = line.requested or self.order.requested
        self._now[item] = [] if day is None else [_Part(FIRST_SCHEDULE_LINE, line.quantity, day)]
        return item

    def _substitute(self, change: SubstituteProduct) -> None:
        """An item with the new product for what is open, and the old one deleted."""
        line = self.order.line(str(change.line))
        new = self._like(
            line,
            product=change.to,
            quantity=change.quantity or line.quantities.open,
            unit=change.unit,
            price=change.price or line.price,
        )
        self.replaced[line.id] = (self._enter(new),)
        self.delete(line.id)

    def _split(self, change: SplitLine) -> None:
        """A new item for one part, and the old one lowered."""
        line = self.order.line(str(change.line))
        new = self._like(
            line,
            product=line.product,
            quantity=change.quantity,
            price=line.price,
            requested=change.requested,
            warehouse=change.warehouse,
        )
        self._set_quantity(line.id, (line.quantities.ordered or Decimal(0)) - change.quantity)
        self.replaced[line.id] = (line.id, self._enter(new))

    def _like(
        self,
        line: OrderLine,
        *,
        product: Any,
        quantity: Decimal,
        unit: str | None = None,
        price: Any = None,
        requested: date | None = None,
        warehouse: str | None = None,
    ) -> PurchaseOrderLineDraft:
        if product is None or (unit or line.unit) is None:
            raise InvalidOrder("the line has no product or no unit to go on with", path="line")
        return PurchaseOrderLineDraft(
            product=product,
            quantity=quantity,
            unit=unit or line.unit or "",
            price=price,
            requested=requested or line.requested,
            warehouse=warehouse or line.warehouse,
        )

    # -- the call --------------------------------------------------------------------------------------------

    def parameters(self) -> dict[str, Any]:
        """All parameters of the change module."""
        schedules = self._schedules()
        for row in schedules:
            self._item(row["PO_ITEM"])  # an item whose schedule lines change is named as well
        items = [row for _, row in sorted(self._items.items())]
        header = known(self._header, modules.PO_CHANGE, self.office)
        changed = parameters(modules.PO_CHANGE, header, items, schedules, self.office)
        return {"PURCHASEORDER": self.purchase.number, **changed}

    def _schedules(self) -> Sequence[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for item, parts in sorted(self._now.items()):
            before = {part.line: part for part in self._before[item]}
            for part in parts:
                old = before.get(part.line)
                quantity = part.quantity if old is None or old.quantity != part.quantity else None
                moved = part.day is not None and (old is None or old.day != part.day)
                if quantity is not None or moved:
                    day = stored_day(part.day) if moved and part.day is not None else None
                    rows.append(schedule_fields(item, part.line, quantity, day))
        return rows

    def _open(self) -> list[str]:
        return [line.id for line in self.order.lines if line.quantities.open > 0]

    def _item(self, item: str) -> dict[str, Any]:
        return self._items.setdefault(item, {"PO_ITEM": item})
