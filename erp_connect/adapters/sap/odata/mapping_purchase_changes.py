"""Amendments of a purchase order as requests, all of which go in one change set (sap.md 4.3, 4.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ....errors import InvalidOrder, UnsupportedOperation
from ....models import (
    EMPTY,
    AddLine,
    Amendment,
    CancelLine,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    PurchaseOrder,
    PurchaseOrderLineDraft,
    SubstituteProduct,
)
from ....wire.odata import Operation
from ..conventions import ITEM_STEP
from . import asking
from .cells import quantity
from .mapping_purchases import ITEMS, header_fields, item_body, price_fields
from .office import Office

ORDERS: Final = "A_PurchaseOrder"
ORDER_ITEMS: Final = "A_PurchaseOrderItem"


class PurchaseChanges:
    """What is to be changed of one order, gathered from amendments in their order.

    New items come first and deletions last, so that nothing is ever missing in between.
    """

    def __init__(self, order: PurchaseOrder, office: Office) -> None:
        self.order = order
        self.office = office
        self.replaced: dict[str, tuple[str, ...]] = {}
        self._header: dict[str, Any] = {}
        self._items: dict[str, dict[str, Any]] = {}
        self._new: dict[str, dict[str, Any]] = {}
        self._gone: list[str] = []

    def make(self, amendment: Amendment) -> None:
        """Gather one amendment; raises for what a purchase order of SAP has no place for."""
        match amendment:
            case ChangeHeader():
                told = {name: None if value is EMPTY else value for name, value in amendment.changes.items()}
                cleared = {name: "" for name, value in told.items() if value is None}
                self._header |= header_fields(**{**told, **cleared})
            case ChangeQuantity():
                self._item(str(amendment.line))["OrderQuantity"] = quantity(amendment.to)
            case ChangePrice():
                self._item(str(amendment.line)).update(price_fields(amendment.to))
            case ChangeWarehouse():
                lines = [str(amendment.line)] if amendment.line is not None else self._open()
                for item in lines:
                    self._item(item)["Plant"] = amendment.to
            case CancelLine():
                self.delete(str(amendment.line))
            case AddLine():
                self._add(amendment)
            case SubstituteProduct():
                self._substitute(amendment)
            case _:
                raise UnsupportedOperation(
                    f"purchase orders of sap+odata do not know {amendment.operation}",
                    why="the purchase order service has no field for it",
                    operation=f"purchase_orders.{amendment.operation}",
                )

    def delete(self, item: str) -> None:
        """Cancel what is open of an item: it is kept, with the deletion mark (sap.md 4.6)."""
        self._gone.append(item)

    def operations(self) -> Sequence[Operation]:
        """The requests of the change set."""
        number = self.order.id
        order = asking.addressed(ORDERS, PurchaseOrder=number)
        found = [Operation("POST", f"{order}/{ITEMS}", body) for body in self._new.values()]
        if self._header:
            found.append(Operation("PATCH", order, self._header))
        found += [Operation("PATCH", self._address(item), body) for item, body in self._items.items() if body]
        return [*found, *(Operation("DELETE", self._address(item)) for item in dict.fromkeys(self._gone))]

    def _address(self, item: str) -> str:
        return asking.addressed(ORDER_ITEMS, PurchaseOrder=self.order.id, PurchaseOrderItem=item)

    def _open(self) -> list[str]:
        return [line.id for line in self.order.lines if line.quantities.open > 0]

    def _item(self, item: str) -> dict[str, Any]:
        return self._items.setdefault(item, {})

    def _add(self, change: AddLine) -> None:
        if not isinstance(change.line, PurchaseOrderLineDraft):
            raise InvalidOrder(
                "a purchase order takes a PurchaseOrderLineDraft",
                operation="purchase_orders.add_line",
                path="line",
            )
        self._enter(change.line, "line")

    def _enter(self, line: PurchaseOrderLineDraft, path: str) -> str:
        numbers = [int(each.id) for each in self.order.lines] + [int(each) for each in self._new]
        item = str((max(numbers, default=0) // ITEM_STEP + 1) * ITEM_STEP)
        self._new[item] = {"PurchaseOrderItem": item, **item_body(line, None, self.office, path)}
        return item

    def _substitute(self, change: SubstituteProduct) -> None:
        """An item with the new product for what is open, and the old one deleted."""
        line = self.order.line(str(change.line))
        unit = change.unit or line.unit
        if unit is None:
            raise InvalidOrder("the line has no unit to go on with", path="line")
        new = PurchaseOrderLineDraft(
            product=change.to,
            quantity=change.quantity or line.quantities.open,
            unit=unit,
            price=change.price or line.price,
            warehouse=line.warehouse,
        )
        self.replaced[line.id] = (self._enter(new, "line"),)
        self.delete(line.id)
