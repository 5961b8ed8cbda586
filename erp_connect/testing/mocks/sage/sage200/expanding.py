"""What comes with rows on request (sage.md 4.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ...business.documents import PURCHASES, Document
from . import master_fields, purchasing, stock_fields
from .desk import Desk
from .fields import Fields, written
from .order_fields import SALES_LINE, SALES_ORDER, address_of
from .resources import Expand


def _shown(fields: Fields, row: Any, desk: Desk) -> dict[str, Any]:
    return {
        name: written(field.read(desk, row), desk.settings)
        for name, field in fields.items()
        if field.type not in {"list", "object"}
    }


def brief(fields: Fields, *names: str) -> Callable[[Desk, Any], dict[str, Any] | None]:
    """The row of a table, in those of its fields, or None."""
    chosen = {name: fields[name] for name in names} if names else fields

    def read(desk: Desk, row: Any) -> dict[str, Any] | None:
        return None if row is None else _shown(chosen, row, desk)

    return read


_CUSTOMER: Final = brief(master_fields.CUSTOMER)
_PRODUCT: Final = brief(master_fields.PRODUCT, "id", "code", "name", "description")
_WAREHOUSE: Final = brief(stock_fields.WAREHOUSE)


LINE_EXPANDS: Final[dict[str, Expand]] = {
    "product": lambda desk, row: _PRODUCT(
        desk, desk.company.items.by("number", row.object_number) if row.type == "item" else None
    ),
    "warehouse": lambda desk, row: _WAREHOUSE(desk, desk.company.locations.by("code", row.location)),
}


def lines_shown(desk: Desk, document: Document) -> list[dict[str, Any]]:
    """The lines of a document as they stand within it."""
    fields = purchasing.PURCHASE_LINE if document.kind in PURCHASES else SALES_LINE
    return [_shown(fields, line, desk) for line in desk.company.lines_of(document)]


def _money(desk: Desk, document: Document) -> dict[str, Any]:
    row = desk.company.currencies.by("code", document.currency)
    name = row.name if row is not None else document.currency
    return {"id": SALES_ORDER["currency_id"].read(desk, document), "code": document.currency, "name": name}


ORDER_EXPANDS: Final[dict[str, Expand]] = {
    "lines": lines_shown,
    "memos": lambda desk, row: row.extras.get("memos", []),
    "delivery_address": lambda desk, row: address_of(
        row.ship_address, row.extras.get("delivery_further", {})
    ),
    "customer": lambda desk, row: _CUSTOMER(desk, desk.company.customers.row(row.partner)),
    "currency": _money,
    "payment_status": lambda desk, row: {},
    "profitability": lambda desk, row: {},
    "is_to_lock": lambda desk, row: True,
}
_HOLDING: Final = brief(stock_fields.WAREHOUSE_HOLDING)
_UNIT: Final = brief(stock_fields.PRODUCT_UNIT)
PRODUCT_EXPANDS: Final[dict[str, Expand]] = {
    "warehouse_holdings": lambda desk, row: [_HOLDING(desk, one) for one in desk.holdings(row)],
    "units": lambda desk, row: [_UNIT(desk, one) for one in desk.product_units(row)],
}
