"""Shipments, invoices, returns and goods receipts in the columns of their tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...models import (
    GoodsReceipt,
    GoodsReceiptLine,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Package,
    Return,
    ReturnLine,
    ReturnStatus,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from . import codecs, schema
from .codecs import Codec
from .mapping import Converted, RowMapping, money, price, same

_ENTITY: Final = (Converted("id", "id", codecs.ID), Converted("version", "version", codecs.ID))
_OF_ORDER: Final = (*_ENTITY, Converted("order_id", "order_id", codecs.ID))
_OF_LINE: Final = (Converted("order_line_id", "order_line_id", codecs.ID),)


def _one(ids: Sequence[str]) -> int | None:
    return int(ids[0]) if ids else None


SHIPMENTS: Final = RowMapping(
    Shipment,
    schema.SHIPMENTS,
    plain=same("shipped_on", "delivered_on", "carrier", "created_at"),
    converted=(
        *_OF_ORDER,
        Converted("status", "status", codecs.enum_of(ShipmentStatus)),
        Converted("ship_to", "ship_to", codecs.ADDRESS),
        Converted("custom", "custom", codecs.CUSTOM),
    ),
)
SHIPMENT_LINES: Final = RowMapping(
    ShipmentLine,
    schema.SHIPMENT_LINES,
    plain=same("quantity", "product", "unit", "lot"),
    converted=_OF_LINE,
)
PACKAGES: Final = RowMapping(
    Package,
    schema.PACKAGES,
    plain=same("tracking_number", "carrier", "sscc", "weight", "tracking_url"),
)

INVOICES: Final = RowMapping(
    Invoice,
    schema.INVOICES,
    plain=same("customer", "currency", "invoiced_on", "due_on", "paid", "cancelled", "created_at"),
    converted=(
        *_ENTITY,
        Converted("order_ids", "order_id", Codec(lambda key: (str(key),), _one)),
        Converted("kind", "kind", codecs.enum_of(InvoiceKind)),
    ),
    composed=(money("net"), money("tax"), money("gross")),
)
INVOICE_LINES: Final = RowMapping(
    InvoiceLine,
    schema.INVOICE_LINES,
    plain=same("product", "description", "quantity", "unit"),
    converted=_OF_LINE,
    composed=(price("price"), money("net")),
)

RETURNS: Final = RowMapping(
    Return,
    schema.RETURNS,
    plain=same("reason", "requested_on", "stamp", "created_at"),
    converted=(
        *_OF_ORDER,
        Converted("status", "status", codecs.enum_of(ReturnStatus)),
        Converted("custom", "custom", codecs.CUSTOM),
    ),
)
RETURN_LINES: Final = RowMapping(
    ReturnLine,
    schema.RETURN_LINES,
    plain=same("quantity", "received", "product", "unit"),
    converted=_OF_LINE,
)

RECEIPTS: Final = RowMapping(
    GoodsReceipt,
    schema.RECEIPTS,
    plain=same("received_on", "created_at"),
    converted=_OF_ORDER,
)
RECEIPT_LINES: Final[RowMapping[Any]] = RowMapping(
    GoodsReceiptLine,
    schema.RECEIPT_LINES,
    plain=same("quantity", "product", "unit"),
    converted=_OF_LINE,
)
