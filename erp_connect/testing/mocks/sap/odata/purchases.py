"""API_PURCHASEORDER_PROCESS_SRV: purchase orders with items (sap.md 4.6).

There are no ETags, and a DELETE sets the deletion mark.  Schedule lines, account assignments, prices of their own,
notes, confirmations and the PDF are not offered.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

from ...odata.model import Model
from ...odata.source import Row
from ..documents import Fields, PurchaseItem, PurchaseOrder, alpha, plain
from ..purchasing import add, change, check, create
from ..selling import Refusal
from ..world import World
from .refusing import refused
from .settings import Settings
from .source import Producer, SapSource, untyped

_HEADERS: Final = "A_PurchaseOrder"
_ITEMS: Final = "A_PurchaseOrderItem"
_OWN_HEADER: Final = {"PurchaseOrder", "Supplier", "DocumentCurrency", "to_PurchaseOrderItem"}
_OWN_ITEM: Final = {
    *("PurchaseOrder", "PurchaseOrderItem", "Material", "OrderQuantity", "PurchaseOrderQuantityUnit"),
    *("Plant", "NetPriceAmount", "NetPriceQuantity"),
}


class Purchases(SapSource):
    """Purchase orders and their items."""

    def __init__(self, world: World, settings: Settings, model: Model, user: str, language: str) -> None:
        super().__init__(world, settings, model, user, language)
        self._drafts: dict[str, PurchaseOrder] = {}
        """What this unit of work changed."""

    def _orders(self, where: Mapping[str, Any]) -> Iterator[PurchaseOrder]:
        orders = self.world.purchase_orders | self._drafts
        if "PurchaseOrder" in where:
            found = orders.get(alpha(where["PurchaseOrder"]))
            if found is not None:
                yield found
            return
        yield from (orders[number] for number in sorted(orders))

    def _headers(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for order in self._orders(where):
            yield order.fields | {
                "PurchaseOrder": plain(order.number),
                "Supplier": plain(order.supplier),
                "DocumentCurrency": order.currency,
                "CreationDate": order.created_at,
                "CreatedByUser": order.created_by,
                "LastChangeDateTime": order.changed_at or order.created_at,
                "PurchasingDocumentDeletionCode": "L" if order.deleted else "",
            }

    def _items(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for order in self._orders(where):
            for item in order.items:
                material = self.world.materials[item.material]
                yield (
                    {"PurchaseOrderItemText": material.text}
                    | item.fields
                    | {
                        "PurchaseOrder": plain(order.number),
                        "PurchaseOrderItem": plain(item.number),
                        "PurchasingDocumentDeletionCode": "L" if item.deleted else "",
                        "Material": plain(item.material),
                        "Plant": item.plant,
                        "OrderQuantity": item.quantity,
                        "PurchaseOrderQuantityUnit": self.unit(item.unit),
                        "NetPriceAmount": item.price,
                        "NetPriceQuantity": item.per,
                        "DocumentCurrency": order.currency,
                    }
                )

    producers: ClassVar[dict[str, Producer]] = {_HEADERS: _headers, _ITEMS: _items}

    # ---------------------------------------------------------------- writing

    def create(self, entity_set: str, sent: Row) -> Row:
        """A new order with its items, or a new item."""
        if entity_set == _ITEMS:
            return self._create_item(sent)
        items = [self._wanted(one) for one in sent.get("to_PurchaseOrderItem", [])]
        currency = sent.get("DocumentCurrency") or "EUR"
        try:
            order = create(
                self.session, alpha(sent.get("Supplier", "")), currency, _kept(sent, _OWN_HEADER), items
            )
        except Refusal as refusal:
            raise refused([refusal.message]) from None
        self._keep(order)
        return self.one(_HEADERS, {"PurchaseOrder": plain(order.number)})

    def _create_item(self, sent: Row) -> Row:
        made: list[PurchaseItem] = []
        self._changing(sent["PurchaseOrder"], lambda o: made.append(add(self.session, o, self._wanted(sent))))
        key = {"PurchaseOrder": sent["PurchaseOrder"], "PurchaseOrderItem": plain(made[0].number)}
        return self.one(_ITEMS, key)

    def change(self, entity_set: str, row: Row, sent: Row) -> None:
        """Change what was sent."""
        if entity_set == _HEADERS:

            def of_header(order: PurchaseOrder) -> None:
                order.fields |= _kept(sent, _OWN_HEADER)
                order.currency = sent.get("DocumentCurrency") or order.currency

            self._changing(row["PurchaseOrder"], of_header)
        else:
            self._changing(row["PurchaseOrder"], lambda o: self._change_item(_found(o, row), sent))

    def _change_item(self, item: PurchaseItem, sent: Row) -> None:
        item.quantity = sent.get("OrderQuantity", item.quantity) or Decimal(0)
        item.price = sent.get("NetPriceAmount", item.price) or Decimal(0)
        item.per = sent.get("NetPriceQuantity", item.per) or Decimal(1)
        item.plant = sent.get("Plant", item.plant)
        if "PurchaseOrderQuantityUnit" in sent:
            item.unit = self.internal_unit(sent["PurchaseOrderQuantityUnit"])
        item.fields |= _kept(sent, _OWN_ITEM)
        check(self.session, item)

    def remove(self, entity_set: str, row: Row) -> None:
        """Set the deletion mark of an item, or of the whole."""

        def mark(order: PurchaseOrder) -> None:
            for item in order.items if entity_set == _HEADERS else [_found(order, row)]:
                item.deleted = True
            order.deleted = order.deleted or entity_set == _HEADERS

        self._changing(row["PurchaseOrder"], mark)

    def _wanted(self, sent: Row) -> Fields:
        return {
            "number": sent.get("PurchaseOrderItem", ""),
            "material": alpha(sent.get("Material", ""), 18),
            "quantity": sent.get("OrderQuantity") or Decimal(0),
            "unit": self.internal_unit(sent.get("PurchaseOrderQuantityUnit", "")),
            "plant": sent.get("Plant", ""),
            "price": sent.get("NetPriceAmount") or Decimal(0),
            "per": sent.get("NetPriceQuantity"),
            "fields": _kept(sent, _OWN_ITEM),
        }

    def _changing(self, number: str, act: Callable[[PurchaseOrder], None]) -> None:
        order = copy.deepcopy(next(self._orders({"PurchaseOrder": number})))
        try:
            change(self.session, order, act)
        except Refusal as refusal:
            locked = refusal.message.id == self.world.settings.message_numbers["purchase_locked"][0]
            raise refused([refusal.message], self.settings.lock_status if locked else 400) from None
        self._keep(order)

    def _keep(self, order: PurchaseOrder) -> None:
        self._drafts[order.number] = order
        self.stage(lambda: self.world.purchase_orders.update({order.number: order}))


def _kept(sent: Row, own: set[str]) -> Fields:
    return {name: untyped(value) for name, value in sent.items() if name not in own}


def _found(order: PurchaseOrder, row: Row) -> PurchaseItem:
    item = order.item(row["PurchaseOrderItem"].zfill(5))
    assert item is not None
    return item
