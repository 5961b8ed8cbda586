"""Orders, shipments and differences to a workbook or a csv file; sheets of orders can be imported again.

A row is a line.  The columns that ``read_orders`` knows have the headings that it knows, in one of four languages; what
only the system can tell (its numbers, what was shipped, what is late) stands in columns that no import reads.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from pydantic import BaseModel

from ..models import Address, Order, OrderLine, Plan, PurchaseOrder, Shipment, WriteReceipt
from .fields import Book, fields_of
from .headings import Language, heading
from .tables import Column, Value, write_table

__all__ = ["export_differences", "export_orders", "export_shipments"]

_WIDE: Final = frozenset({"line.description", "notes", "ship_to.name", "ship_to.street", "erp.party_name"})
_TOLD: Final = ("erp.party_name", "erp.status", "erp.promised", "erp.timeliness", "erp.order_net", "erp.line")
_OF_LINE: Final = (
    "erp.line_status",
    "erp.shipped",
    "erp.received",
    "erp.cancelled",
    "erp.open",
    "erp.line_net",
)
_SHIPMENTS: Final = (
    *("erp.order", "customer", "customer_po", "shipment.number", "shipment.status", "shipment.shipped_on"),
    *("shipment.delivered_on", "shipment.carrier", "shipment.tracking", "erp.line", "line.product"),
    *("line.quantity", "line.unit", "ship_to.name", "ship_to.street", "ship_to.street2"),
    *("ship_to.postal_code", "ship_to.city", "ship_to.region", "ship_to.country"),
)
_CHANGES: Final = (
    *("erp.order", "change.key", "change.operation", "change.field", "erp.line", "change.kind"),
    *("change.before", "change.after"),
)
_NOT_STORED: Final = "line.expected_price"
"""What an order is only compared with; no system keeps it."""


def _columns(names: Sequence[str], language: Language) -> list[Column]:
    return [Column(heading(name, language), 30 if name in _WIDE else 14) for name in names]


# --------------------------------------------------------------------------- orders


def export_orders(
    orders: Iterable[Order | PurchaseOrder],
    path: str | os.PathLike[str],
    *,
    kind: Book = "sales",
    language: Language = "en",
) -> int:
    """Write orders to ``path`` (.xlsx or .csv), a row for each line, as they come; returns the number of rows.

    ``read_orders`` reads the file again.  Discounts and charges on the whole order, discounts that are amounts, and
    custom fields have no column.  Raises ``InvalidDocument`` for a name that cannot be and for more rows than a sheet
    has; an older file is replaced only when the new one is whole.
    """
    read = [field.name for field in fields_of(kind) if field.name != _NOT_STORED]
    moved = "erp.received" if kind == "purchase" else "erp.shipped"
    own = [
        name for name in (*_TOLD, *_OF_LINE) if name not in ("erp.received", "erp.shipped") or name == moved
    ]
    names = ["erp.order", *read, *own]

    def rows() -> Iterator[list[Value]]:
        for order in orders:
            of_order = _order(order)
            for line in order.lines or (None,):
                values = of_order | ({} if line is None else _line(order, line))
                yield [values.get(name) for name in names]

    return write_table(path, "Orders", _columns(names, language), rows())


def _order(order: Order | PurchaseOrder) -> dict[str, Value]:
    values: dict[str, Value] = {
        "erp.order": order.number or order.id,
        "order_date": order.order_date,
        "currency": order.currency,
        "payment_terms": order.payment_terms,
        "delivery_terms": order.delivery_terms,
        "notes": "\n".join(order.notes) or None,
        "erp.status": order.status.value,
        "erp.promised": order.promised,
        "erp.timeliness": order.timeliness.value,
        "erp.order_net": None if order.net is None else order.net.amount,
        **_address(order.ship_to),
    }
    if isinstance(order, PurchaseOrder):
        numbers = [each.value for each in order.references if each.kind == "purchase_order"]
        return values | {
            "supplier": order.supplier,
            "number": next(iter(numbers), order.number or order.id),
            "supplier_reference": order.supplier_reference,
            "erp.party_name": order.supplier_name,
        }
    return values | {
        "customer": order.customer,
        "customer_po": order.customer_po,
        "erp.party_name": order.customer_name,
    }


def _line(order: Order | PurchaseOrder, line: OrderLine) -> dict[str, Value]:
    price, amounts = line.price, line.quantities
    return {
        "line.product": line.product,
        "line.quantity": amounts.ordered,
        "line.unit": line.unit,
        "line.price": None if price is None else price.amount,
        "line.price.per": None if price is None or price.per == 1 else price.per,
        "line.discount": None if line.discount is None else line.discount.percent,
        "line.requested": line.requested or order.requested,
        "line.description": line.description,
        "line.reference": line.reference,
        "line.supplier_product": getattr(line, "supplier_product", None),
        "line.warehouse": line.warehouse or order.warehouse,
        "erp.line": line.position,
        "erp.promised": line.promised or order.promised,
        "erp.line_status": line.status.value,
        "erp.shipped": amounts.shipped,
        "erp.received": amounts.delivered,
        "erp.cancelled": amounts.cancelled,
        "erp.open": amounts.open,
        "erp.line_net": None if line.net is None else line.net.amount,
    }


def _address(address: Address | None) -> dict[str, Value]:
    if address is None:
        return {}
    return {
        "ship_to.name": address.name,
        "ship_to.street": next(iter(address.lines), None),
        "ship_to.street2": ", ".join(address.lines[1:]) or None,
        "ship_to.city": address.city,
        "ship_to.postal_code": address.postal_code,
        "ship_to.country": address.country,
        "ship_to.region": address.region,
    }


# --------------------------------------------------------------------------- shipments


def export_shipments(
    shipments: Iterable[tuple[Order, Sequence[Shipment]]],
    path: str | os.PathLike[str],
    *,
    language: Language = "en",
) -> int:
    """Write the shipments of orders to ``path`` (.xlsx or .csv), a row for each line that left; returns the rows.

    Takes each order with its shipments: ``((order, erp.shipments.of(order)) for order in erp.orders.list())``.  Raises
    as ``export_orders`` does.
    """

    def rows() -> Iterator[list[Value]]:
        for order, of_order in shipments:
            for shipment in of_order:
                for values in _shipment(order, shipment):
                    yield [values.get(name) for name in _SHIPMENTS]

    return write_table(path, "Shipments", _columns(_SHIPMENTS, language), rows())


def _shipment(order: Order, shipment: Shipment) -> Iterator[dict[str, Value]]:
    carriers = dict.fromkeys(package.carrier for package in shipment.packages if package.carrier)
    values: dict[str, Value] = {
        "erp.order": order.number or order.id,
        "customer": order.customer,
        "customer_po": order.customer_po,
        "shipment.number": shipment.number or shipment.id,
        "shipment.status": shipment.status.value,
        "shipment.shipped_on": shipment.shipped_on,
        "shipment.delivered_on": shipment.delivered_on,
        "shipment.carrier": shipment.carrier or ", ".join(carriers) or None,
        "shipment.tracking": ", ".join(shipment.tracking_numbers) or None,
        **_address(shipment.ship_to),
    }
    positions = {line.id: line.position for line in order.lines}
    products = {line.id: (line.product, line.unit) for line in order.lines}
    for line in shipment.lines:
        product, unit = products.get(line.order_line_id, (None, None))
        yield values | {
            "erp.line": positions.get(line.order_line_id, line.order_line_id),
            "line.product": line.product or product,
            "line.quantity": line.quantity,
            "line.unit": line.unit or unit,
        }
    if not shipment.lines:
        yield values


# --------------------------------------------------------------------------- differences


def export_differences(
    changes: Iterable[WriteReceipt[Any] | Plan[Any]],
    path: str | os.PathLike[str],
    *,
    language: Language = "en",
) -> int:
    """Write what differs to ``path`` (.xlsx or .csv), a row for each field; returns the number of rows.

    Of a receipt: what was sent and what is stored.  Of a plan: what stands and what would stand.  Raises as
    ``export_orders`` does.
    """

    def rows() -> Iterator[list[Value]]:
        for change in changes:
            if isinstance(change, Plan):
                found, done = change.diff, f"plan {change.operation}"
            else:
                found, done = change.differences, change.operation
            for each in found:
                yield [
                    change.order.number or change.order.id,
                    change.key,
                    done,
                    each.path,
                    each.line_id,
                    each.kind.value,
                    _plain(each.sent),
                    _plain(each.stored),
                ]

    return write_table(path, "Differences", _columns(_CHANGES, language), rows())


def _plain(value: object) -> Value:
    """A field's value as a cell can hold it."""
    if isinstance(value, bool | Enum) or not isinstance(value, str | Decimal | int | date | None):
        return _text(value)
    return value


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(_text(each) for each in value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Address):
        return ", ".join(str(each) for each in _address(value).values() if each)
    if isinstance(value, BaseModel) and type(value).__str__ is not BaseModel.__str__:
        return str(value)  # money and prices
    if isinstance(value, BaseModel):
        return value.model_dump_json(exclude_defaults=True)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
