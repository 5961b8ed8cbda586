"""What our own schema can do: everything, natively, up to the width of its columns."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from ...wire.sql import ExactDecimal, ExactText
from ..contract import (
    OPERATIONS,
    Capabilities,
    Conditional,
    FieldSupport,
    OperationSupport,
    StampKind,
    StampPolicy,
    field_paths,
)
from .mapping import RowMapping
from .mapping_masters import CUSTOMERS, PRODUCTS, SUPPLIERS
from .mapping_orders import PURCHASES, SALES
from .schema import PARTIES, PRODUCT_CODES

BLOCK_SIZE: Final = 500
MAX_LINES: Final = 10_000
CONCURRENCY: Final = 8
SYSTEM: Final = "sql"

_HELD_TO_VERSION: Final = OperationSupport(conditional=Conditional.ENFORCED)
_UNCONDITIONAL: Final = OperationSupport()
_WITHOUT_VERSION: Final = frozenset(
    {
        *("get", "find", "list", "list_modified", "events", "of", "availability", "quote", "track"),
        *("create", "update", "simulate"),
    }
)

STAMPED: Final = StampPolicy(
    kind=StampKind.FIELD,
    field="stamp",
    max_length=20,
    searchable=True,
    enforced=True,
    execution_window=0.0,
)
_WITH_PO: Final = StampPolicy(
    kind=StampKind.FIELD,
    field="stamp",
    po_field="their_number",
    max_length=20,
    searchable=True,
    enforced=True,
    execution_window=0.0,
)
_NUMBERED: Final = StampPolicy(
    kind=StampKind.ID, field="number", searchable=True, enforced=True, execution_window=0.0
)

_RENAMED: Final = {"product.code": "number"}
"""Fields of drafts that the stored model calls otherwise."""


def width(column: sa.Column[Any]) -> FieldSupport | None:
    """What a column says of the field in it; ``None`` where it knows no limit."""
    kind = column.type
    if isinstance(kind, ExactText) and kind.length is not None:
        return FieldSupport(max_length=kind.length)
    if isinstance(kind, ExactDecimal):
        return FieldSupport(integer_digits=kind.precision - kind.scale, scale=kind.scale)
    return None


def _fields() -> dict[str, FieldSupport]:
    paths = set(field_paths())
    mappings: dict[str, RowMapping[Any]] = {
        "order": SALES.header,
        "order.line": SALES.line,
        "purchase_order": PURCHASES.header,
        "purchase_order.line": PURCHASES.line,
        "customer": CUSTOMERS,
        "supplier": SUPPLIERS,
        "product": PRODUCTS,
    }
    found: dict[str, FieldSupport] = {}
    for prefix, mapping in mappings.items():
        for name, column in mapping.limits():
            path, limit = f"{prefix}.{name}", width(column)
            if limit is not None and path in paths:
                found[path] = limit
    number = FieldSupport(integer_digits=18, scale=10)
    code, party = width(PRODUCT_CODES.c.value), width(PARTIES.c.number)
    assert code is not None and party is not None  # noqa: PT018, S101 (both columns have a length)
    for book, said in (("order", "customer"), ("purchase_order", "supplier")):
        found[f"{book}.{said}"] = party
        found[f"{book}.line.product"] = code
        found |= dict.fromkeys((f"{book}.line.quantity", f"{book}.line.price"), number)
    for path, name in _RENAMED.items():
        limit = width(PRODUCTS.table.c[name])
        if limit is not None:
            found[path] = limit
    found |= dict.fromkeys(("product.price", "customer.credit_limit", "supplier.credit_limit"), number)
    return found


def capabilities(*, concurrency: int | None = None) -> Capabilities:
    """What every database with our tables can do."""
    return Capabilities(
        system=SYSTEM,
        operations={
            name: _UNCONDITIONAL if name.rpartition(".")[2] in _WITHOUT_VERSION else _HELD_TO_VERSION
            for name in OPERATIONS
        },
        fields=_fields(),
        stamps={
            **dict.fromkeys(("orders", "purchase_orders"), _WITH_PO),
            **dict.fromkeys(("returns", "shipments", "goods_receipts"), STAMPED),
            **dict.fromkeys(("customers", "suppliers", "products"), _NUMBERED),
        },
        max_lines=MAX_LINES,
        block_size=BLOCK_SIZE,
        concurrency=concurrency or CONCURRENCY,
    )
