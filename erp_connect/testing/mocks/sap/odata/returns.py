"""API_CUSTOMER_RETURN_SRV: returns are created with their items in one request, and read (sap.md 4.6).

They are checked and priced by the rules of orders, without credit and duplicates.  Changes, schedule lines, prices,
texts, process steps and approval are not offered: the page tells their properties, not their rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar, Final

from ...odata.errors import malformed
from ...odata.source import Row
from ..documents import HEADER, Order, alpha, plain
from ..interface import structure
from ..selling import Intake, ItemWish, Wish, next_item_number
from . import order_fields, order_wishes
from .order_fields import shown_role
from .refusing import refused
from .source import Producer, SapSource

_HEADERS: Final = "A_CustomerReturn"
_ITEMS: Final = "A_CustomerReturnItem"
_HEADER_FIELDS: Final = {**order_fields.HEADER, "CustomerReturnDate": "DOC_DATE"}
_ITEM_FIELDS: Final = {
    **order_fields.ITEM,
    "CustomerReturnItemCategory": "ITEM_CATEG",
    "CustomerReturnItemText": "SHORT_TEXT",
}
_NOT_HEADER: Final = ("CustomerReturn", "CustomerReturnType", "SoldToParty")
_NOT_ITEM: Final = (
    "CustomerReturn",
    "CustomerReturnItem",
    "Material",
    "RequestedQuantity",
    "RequestedQuantityUnit",
)


class Returns(SapSource):
    """Returns with their items and partners."""

    def _returns(self, where: Mapping[str, Any]) -> Iterator[Order]:
        if "CustomerReturn" in where:
            found = self.world.returns.get(alpha(where["CustomerReturn"]))
            if found is not None:
                yield found
            return
        yield from (self.world.returns[number] for number in sorted(self.world.returns))

    def _headers(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for found in self._returns(where):
            row = order_fields.kept(self.model.sets[_HEADERS], found.fields, _HEADER_FIELDS)
            yield row | {
                "CustomerReturn": plain(found.number),
                "CustomerReturnType": found.type,
                "SoldToParty": plain(found.sold_to),
                "CreationDate": found.created_at,
                "CreatedByUser": found.created_by,
                "LastChangeDateTime": found.created_at,
                "TotalNetAmount": found.net_value,
                "TransactionCurrency": found.currency,
                "OverallSDProcessStatus": "A",
                "OverallSDDocumentRejectionSts": "A",
            }

    def _items(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for found in self._returns(where):
            for item in found.items:
                row = order_fields.kept(self.model.sets[_ITEMS], item.fields, _ITEM_FIELDS)
                yield row | {
                    "CustomerReturn": plain(found.number),
                    "CustomerReturnItem": plain(item.number),
                    "Material": plain(item.material),
                    "RequestedQuantity": item.quantity,
                    "RequestedQuantityUnit": self.unit(item.unit),
                    "TransactionCurrency": found.currency,
                    "NetAmount": item.net_value,
                    "ReferenceSDDocument": plain(str(item.fields["REF_DOC"])),
                    "SDProcessStatus": "A",
                    "SDDocumentRejectionStatus": "C" if item.rejection else "A",
                }

    def _partners(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for found in self._returns(where):
            for partner in found.partners:
                role = shown_role(partner.role)
                number = {"CustomerReturn": plain(found.number)}
                yield number | {"PartnerFunction": role, "Customer": plain(partner.number)}

    producers: ClassVar[dict[str, Producer]] = {
        _HEADERS: _headers,
        _ITEMS: _items,
        "A_CustomerReturnPartner": _partners,
    }

    def create(self, entity_set: str, sent: Row) -> Row:
        """A return, with at least one item."""
        if entity_set != _HEADERS:
            return super().create(entity_set, sent)
        if not sent.get("to_Item"):
            raise malformed("a return is created together with its items")
        sale = Intake(self.session, self._wish(sent)).create()
        if sale.order is None:
            numbers = self.world.settings.message_numbers
            epilogues = {numbers["error_in"], numbers["not_changed"]}
            raise refused(m for m in sale.messages if m.fatal and (m.id, m.number) not in epilogues)
        created = replace(sale.order, number=self.world.draw("return"))
        self.world.returns[created.number] = created
        self.on_failure(lambda: self.world.returns.pop(created.number))
        self.messages += [message for message in sale.messages if message.type != "S"]
        return self.one(entity_set, {"CustomerReturn": plain(created.number)})

    def _wish(self, sent: Row) -> Wish:
        headers, items = self.model.sets[_HEADERS], self.model.sets[_ITEMS]
        fields = order_fields.asked(headers, sent, _HEADER_FIELDS, _NOT_HEADER)
        kind = {"DOC_TYPE": sent.get("CustomerReturnType", "")}
        partners = [order_wishes.partner(one, HEADER) for one in sent.get("to_Partner", [])]
        if sent.get("SoldToParty") and not any(row["PARTN_ROLE"] == "SP" for row in partners):
            sold_to = alpha(sent["SoldToParty"])
            partners.append(structure("BAPIPARNR").initial(PARTN_ROLE="SP", PARTN_NUMB=sold_to))
        header = structure("BAPISDHD1").initial() | fields | kind
        wish = Wish(header, partners, [], external_names=True, is_return=True, save=False)
        taken: list[str] = []
        for row_number, entry in enumerate(sent["to_Item"], 1):
            number = entry.get("CustomerReturnItem", "").zfill(6)
            number = next_item_number(taken) if number == HEADER else number
            taken.append(number)
            asked = order_fields.asked(items, entry, _ITEM_FIELDS, _NOT_ITEM)
            asked["REF_DOC"] = alpha(asked.get("REF_DOC", ""))
            item = order_wishes.item_fields(self, asked, entry) | {"ITM_NUMBER": number}
            quantity = {"ScheduleLineOrderQuantity": entry.get("RequestedQuantity") or Decimal(0)}
            wish.items.append(ItemWish(item, row_number, [order_wishes.line(number, quantity)]))
        return wish
