"""Sales and purchase orders in the columns of their tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import sqlalchemy as sa

from ...models import (
    LineKind,
    Order,
    OrderDraft,
    OrderLine,
    OrderStatus,
    Progress,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLine,
    Ref,
)
from . import codecs, schema
from .mapping import Converted, Plain, RowMapping, money, price, quantities, same

D = TypeVar("D", bound=OrderDraft | PurchaseOrderDraft)
O = TypeVar("O", bound=Order | PurchaseOrder)  # noqa: E741 (the order's letter, as in the rules)

_HEADER_PLAIN: Final = same(
    *("currency", "order_date", "requested", "promised", "prices_include_tax"),
    *("payment_terms", "delivery_terms", "warehouse", "stamp", "cancel_reason", "created_at", "modified_at"),
)
_HEADER_CONVERTED: Final = (
    Converted("id", "id", codecs.ID),
    Converted("version", "version", codecs.ID),
    Converted("status", "status", codecs.enum_of(OrderStatus)),
    Converted("ship_to", "ship_to", codecs.ADDRESS),
    Converted("contact", "contact", codecs.CONTACT),
    Converted("discounts", "discounts", codecs.DISCOUNTS),
    Converted("charges", "charges", codecs.CHARGES),
    Converted("notes", "notes", codecs.NOTES),
    Converted("references", "refs", codecs.REFERENCES),
    Converted("holds", "holds", codecs.HOLDS),
    Converted("custom", "custom", codecs.CUSTOM),
    Converted("fulfilment", "fulfilment", codecs.enum_of(Progress)),
    Converted("invoicing", "invoicing", codecs.enum_of(Progress)),
)
_HEADER_COMPOSED: Final = (money("net"), money("tax"), money("gross"))

_LINE_PLAIN: Final = same(
    *("product", "unit", "requested", "promised", "description", "warehouse", "reference")
)
_LINE_CONVERTED: Final = (
    Converted("id", "id", codecs.ID),
    Converted("position", "position", codecs.WHOLE),
    Converted("kind", "kind", codecs.enum_of(LineKind)),
    Converted("status", "status", codecs.enum_of(OrderStatus)),
    Converted("parent_line", "parent_line", codecs.ID),
    Converted("discount", "discount", codecs.DISCOUNT),
    Converted("schedule", "schedule", codecs.SCHEDULE),
    Converted("holds", "holds", codecs.HOLDS),
    Converted("custom", "custom", codecs.CUSTOM),
)
_LINE_COMPOSED: Final = (quantities(), price("price"), money("net"), money("tax"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Generic[D, O]):
    """What tells sales from purchases: tables, mappings, counters, and how the party is called."""

    book: str
    """``orders`` or ``purchase_orders``, as in the operations' names."""
    field: str
    """``order`` or ``purchase_order``, as field paths begin."""
    party: str
    """``customer`` or ``supplier``: the kind of party, and the field that has its number."""
    their_number: str
    """The field that has the party's own number for the order."""
    table: sa.Table
    lines: sa.Table
    references: sa.Table
    header: RowMapping[O]
    line: RowMapping[Any]
    ids: str
    """The counter of the orders' ids."""
    said: Callable[[D], str | Ref]
    """The party of a draft."""

    def party_id(self, order: O) -> int:
        """The key of an order's party."""
        id = getattr(order, f"{self.party}_id")
        return int(id)

    def order(self, row: Sequence[Any], lines: tuple[Any, ...]) -> O:
        """The order out of its row (header columns, party's id, number and name) and its lines."""
        header = self.header
        values = header.fields(row, row[0])
        width = header.width
        party = self.party
        values["number"] = values["id"]
        values["lines"] = lines
        values[f"{party}_id"] = str(row[width])
        values[party] = row[width + 1]
        values[f"{party}_name"] = row[width + 2]
        return header.made(values)

    def select(self) -> sa.Select[Any]:
        """Headers with their parties, as :meth:`order` reads them."""
        parties = schema.PARTIES
        return sa.select(
            *self.header.columns, self.table.c.party_id, parties.c.number, parties.c.name
        ).join_from(self.table, parties, self.table.c.party_id == parties.c.id)

    def select_lines(self) -> sa.Select[Any]:
        """Lines in the order of their positions, each with its order's key behind."""
        return sa.select(*self.line.columns, self.lines.c.order_id).order_by(
            self.lines.c.order_id, self.lines.c.position
        )


SALES: Final[Side[OrderDraft, Order]] = Side(
    book="orders",
    field="order",
    party="customer",
    their_number="customer_po",
    table=schema.ORDERS,
    lines=schema.ORDER_LINES,
    references=schema.ORDER_REFERENCES,
    header=RowMapping(
        Order,
        schema.ORDERS,
        plain=(*_HEADER_PLAIN, Plain("customer_po", "their_number"), *same("partial_shipment")),
        converted=(*_HEADER_CONVERTED, Converted("bill_to", "bill_to", codecs.ADDRESS)),
        composed=_HEADER_COMPOSED,
    ),
    line=RowMapping(
        OrderLine,
        schema.ORDER_LINES,
        plain=_LINE_PLAIN,
        converted=_LINE_CONVERTED,
        composed=_LINE_COMPOSED,
    ),
    ids="erp_order_ids",
    said=lambda draft: draft.customer,
)
PURCHASES: Final[Side[PurchaseOrderDraft, PurchaseOrder]] = Side(
    book="purchase_orders",
    field="purchase_order",
    party="supplier",
    their_number="supplier_reference",
    table=schema.PURCHASE_ORDERS,
    lines=schema.PURCHASE_ORDER_LINES,
    references=schema.PURCHASE_ORDER_REFERENCES,
    header=RowMapping(
        PurchaseOrder,
        schema.PURCHASE_ORDERS,
        plain=(*_HEADER_PLAIN, Plain("supplier_reference", "their_number")),
        converted=_HEADER_CONVERTED,
        composed=_HEADER_COMPOSED,
    ),
    line=RowMapping(
        PurchaseOrderLine,
        schema.PURCHASE_ORDER_LINES,
        plain=(*_LINE_PLAIN, *same("supplier_product")),
        converted=_LINE_CONVERTED,
        composed=_LINE_COMPOSED,
    ),
    ids="erp_purchase_order_ids",
    said=lambda draft: draft.supplier,
)
