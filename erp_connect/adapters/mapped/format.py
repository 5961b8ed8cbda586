"""What a mapping file may say: the sections and keys of format 1, as frozen data.

A *source* is where a field comes from: a column, an SQL expression, or a constant, with options that turn native
values into ours and back.  What is SQL here is the site's own and trusted as code; values always travel bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...models import OrderStatus

FORMAT: Final = 1
STATUSES: Final = tuple(status.value for status in OrderStatus)
Scalar = bool | int | Decimal | str
Kind = Literal[
    "text",
    "decimal",
    "integer",
    "boolean",
    "date",
    "instant",
    "unit",
    "currency",
    "country",
    "status",
    "plain",
]
"""What our side of a field is; ``plain`` is whatever the column's own type says."""


class Part(BaseModel):
    """A piece of the file: unknown keys are refused before it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Lookup(Part):
    """Another table whose key stands in the column, while we speak of its ``value``."""

    table: str
    key: str = "id"
    value: str
    where: str | None = None


class Source(Part):
    """Where a field comes from, and how its native values are turned into ours."""

    column: str | None = None
    sql: str | None = None
    value: Scalar | None = None
    codes: Mapping[str, str] | None = None
    write: Mapping[str, Scalar] | None = None
    lookup: Lookup | str | None = None
    type: Literal["text", "decimal", "integer", "boolean", "date", "instant"] | None = None
    format: str | None = None
    zone: str | None = None
    empty: tuple[Scalar, ...] = ()
    decimals: int | None = Field(default=None, ge=0, le=28)
    divide_by: int | Decimal | str | None = None
    multiply_by: int | Decimal | str | None = None
    write_factor: str | None = None
    prefix: str | None = None
    pad: int | None = Field(default=None, gt=0)
    pad_with: str = Field(default=" ", min_length=1, max_length=1)
    pad_left: bool | None = None
    case: Literal["upper", "lower"] | None = None
    booleans: tuple[Scalar, Scalar] | None = None
    split: str | None = Field(default=None, min_length=1)
    max_length: int | None = Field(default=None, gt=0)
    unique: bool = False
    set: str | None = None
    shared: str | None = None


class Deleted(Part):
    """Soft deletion: rows whose ``column`` is not ``live`` are invisible; deleting writes ``value``, and ``set``."""

    column: str
    value: Scalar | Mapping[str, Any]
    live: Scalar | None = None
    set: Mapping[str, Any] = Field(default_factory=dict)


class NewKey(Part):
    """How a new key or number comes about."""

    by: Literal["database", "sequence", "counter", "uuid", "sql", "procedure", "position", "key", "number"]
    name: str | None = None
    table: str | None = None
    column: str | None = None
    where: str | None = None
    step: int = 1
    holds: Literal["last", "next"] = "last"
    statement: str | None = None
    call: str | None = None
    pattern: str | None = None


class Cancel(Part):
    """What cancelling writes."""

    set: Mapping[str, Any] = Field(default_factory=dict)
    lines: Mapping[str, Any] = Field(default_factory=dict)
    delete: bool = False


class Setting(Part):
    """What a step (hold, release) writes on the header."""

    set: Mapping[str, Any]


class Also(Part):
    """A further statement of the site's own, run after a row was written."""

    statement: str
    on: tuple[Literal["insert", "update", "cancel"], ...] = ("insert", "update", "cancel")


class Rows(Part):
    """What every section with rows of its own says."""

    table: str | None = None
    alias: str | None = None
    joins: str = ""
    where: str | None = None
    query: str | None = None
    key: tuple[str, ...] = ()
    deleted: Deleted | None = None
    fields: Mapping[str, Any] = Field(default_factory=dict)
    custom: Mapping[str, Source] = Field(default_factory=dict)


class ChildRows(Rows):
    """Rows that belong to a row of another section: ``parent`` says which column of ours holds which of theirs."""

    parent: Mapping[str, str] = Field(default_factory=dict)
    order_by: str | None = None


class LineRows(ChildRows):
    """The lines of an order."""

    position: Source | None = None
    step: int = Field(default=1, gt=0)
    new_key: NewKey | None = None
    on_insert: Mapping[str, Any] = Field(default_factory=dict)
    on_update: Mapping[str, Any] = Field(default_factory=dict)
    cancel: Cancel | None = None
    also: tuple[Also, ...] = ()


class OrderRows(Rows):
    """Sales or purchase orders."""

    flat: bool = False
    read_only: bool = False
    version: Source | None = None
    stamp: Source | None = None
    references: tuple[tuple[str, Source], ...] = ()
    lines: LineRows
    new_key: NewKey | None = None
    new_number: NewKey | None = None
    on_insert: Mapping[str, Any] = Field(default_factory=dict)
    on_update: Mapping[str, Any] = Field(default_factory=dict)
    cancel: Cancel | None = None
    hold: Setting | None = None
    release: Setting | None = None
    also: tuple[Also, ...] = ()


class MasterRows(Rows):
    """Customers, suppliers, products."""

    ship_to: ChildRows | None = None
    units: ChildRows | None = None
    codes: ChildRows | None = None


class PaperRows(Rows):
    """Shipments, invoices, returns, goods receipts; without ``lines`` a row is a line with its paper's header."""

    lines: ChildRows | None = None
    packages: ChildRows | None = None


class AddressRows(Rows):
    """Addresses that orders point to by key; ``owner`` is the column that takes the customer's key."""

    owner: str | None = None
    new_key: NewKey | None = None
    on_insert: Mapping[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class AddressParts:
    """An address from sources of its parts; ``lines`` has one source for each line."""

    parts: Mapping[str, Source]
    lines: Sequence[Source]


@dataclass(frozen=True)
class AddressKey:
    """An address by the key of a row in another section."""

    column: str
    section: str
    where: str | None = None
    on_insert: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Several:
    """A field that is made of several sources (tracking numbers in two columns, notes)."""

    sources: Sequence[Source]


# ---------------------------------------------------------------------------------------------------------------
# Which fields a section may have
# ---------------------------------------------------------------------------------------------------------------

LINE_TEXTS: Final = (
    *("product", "unit", "requested", "promised", "description", "warehouse", "reference", "parent_line"),
)
"""Fields of a line that a row says as the line has them."""
QUANTITIES: Final = (
    *("ordered", "confirmed", "allocated", "shipped", "delivered"),
    *("invoiced", "cancelled", "returned", "backordered"),
)
_MONEY: Final[dict[str, Kind]] = {"net": "decimal", "tax": "decimal", "gross": "decimal"}
_BOTH: Final[dict[str, Kind]] = {
    "number": "text",
    "status": "status",
    "currency": "currency",
    "order_date": "date",
    "requested": "date",
    "promised": "date",
    "prices_include_tax": "boolean",
    "payment_terms": "text",
    "delivery_terms": "text",
    "warehouse": "text",
    "notes": "text",
    "holds": "text",
    "hold_reason": "text",
    "cancel_reason": "text",
    "created_at": "instant",
    "modified_at": "instant",
    "contact.name": "text",
    "contact.email": "text",
    "contact.phone": "text",
    **_MONEY,
}
ORDER_FIELDS: Final[Mapping[str, Kind]] = {
    **_BOTH,
    "customer": "text",
    "customer_id": "text",
    "customer_name": "text",
    "customer_po": "text",
    "partial_shipment": "boolean",
}
PURCHASE_FIELDS: Final[Mapping[str, Kind]] = {
    **_BOTH,
    "supplier": "text",
    "supplier_id": "text",
    "supplier_name": "text",
    "supplier_reference": "text",
}
LINE_FIELDS: Final[Mapping[str, Kind]] = {
    "product": "text",
    "unit": "unit",
    "status": "status",
    "price": "decimal",
    "price_per": "decimal",
    "net": "decimal",
    "tax": "decimal",
    "discount": "decimal",
    "discount_amount": "decimal",
    "requested": "date",
    "promised": "date",
    "description": "text",
    "kind": "text",
    "warehouse": "text",
    "reference": "text",
    "parent_line": "text",
    "holds": "text",
    **dict.fromkeys(QUANTITIES, "decimal"),
}
PURCHASE_LINE_FIELDS: Final[Mapping[str, Kind]] = {**LINE_FIELDS, "supplier_product": "text"}
PARTY_FIELDS: Final[Mapping[str, Kind]] = {
    "number": "text",
    "name": "text",
    "currency": "currency",
    "payment_terms": "text",
    "delivery_terms": "text",
    "tax_id": "text",
    "email": "text",
    "phone": "text",
    "blocked": "boolean",
    "block_reason": "text",
    "credit_limit": "decimal",
    "credit_used": "decimal",
    "price_group": "text",
    "modified_at": "instant",
}
PRODUCT_FIELDS: Final[Mapping[str, Kind]] = {
    "code": "text",
    "name": "text",
    "unit": "unit",
    "price": "decimal",
    "price_per": "decimal",
    "price_currency": "currency",
    "tax_rate": "decimal",
    "weight": "decimal",
    "blocked": "boolean",
    "block_reason": "text",
    "superseded_by": "text",
    "description": "text",
    "modified_at": "instant",
}
_PAPER: Final[dict[str, Kind]] = {"number": "text", "order": "text", "created_at": "instant"}
_PAPER_LINE: Final[dict[str, Kind]] = {
    "order_line": "text",
    "quantity": "decimal",
    "product": "text",
    "unit": "unit",
}
PAPER_FIELDS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "shipments": {
        **_PAPER,
        "status": "text",
        "shipped_on": "date",
        "delivered_on": "date",
        "carrier": "text",
        "tracking_number": "text",
    },
    "invoices": {
        **_PAPER,
        "kind": "text",
        "customer": "text",
        "currency": "currency",
        "invoiced_on": "date",
        "due_on": "date",
        "paid": "boolean",
        "cancelled": "boolean",
        **_MONEY,
    },
    "returns": {**_PAPER, "status": "text", "reason": "text", "requested_on": "date"},
    "goods_receipts": {**_PAPER, "received_on": "date"},
}
PAPER_LINE_FIELDS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "shipments": {**_PAPER_LINE, "lot": "text"},
    "invoices": {
        **_PAPER_LINE,
        "description": "text",
        "line_price": "decimal",
        "line_price_per": "decimal",
        "line_net": "decimal",
    },
    "returns": {**_PAPER_LINE, "received": "decimal"},
    "goods_receipts": _PAPER_LINE,
}
STOCK_FIELDS: Final[Mapping[str, Kind]] = {
    "product": "text",
    "warehouse": "text",
    "unit": "unit",
    "on_hand": "decimal",
    "reserved": "decimal",
    "incoming": "decimal",
    "incoming_on": "date",
}
PRICE_FIELDS: Final[Mapping[str, Kind]] = {
    "product": "text",
    "customer": "text",
    "price_group": "text",
    "quantity_from": "decimal",
    "valid_from": "date",
    "valid_to": "date",
    "amount": "decimal",
    "per": "decimal",
    "currency": "currency",
    "unit": "unit",
    "includes_tax": "boolean",
}
UNIT_FIELDS: Final[Mapping[str, Kind]] = {"unit": "unit", "factor": "decimal"}
CODE_FIELDS: Final[Mapping[str, Kind]] = {"kind": "text", "value": "text", "party": "text"}
PACKAGE_FIELDS: Final[Mapping[str, Kind]] = {
    "tracking_number": "text",
    "carrier": "text",
    "sscc": "text",
    "weight": "decimal",
    "tracking_url": "text",
}
ADDRESS_PARTS: Final[Mapping[str, Kind]] = {
    "name": "text",
    "city": "text",
    "postal_code": "text",
    "country": "country",
    "region": "text",
    "contact": "text",
    "phone": "text",
    "email": "text",
    "gln": "text",
}
