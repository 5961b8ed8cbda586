"""The reference schema: one company in one database, in tables that a person can read.

Money and quantities are exact decimals, dates are business dates in the company's zone, instants are UTC.  What
is only carried along with its row (addresses, notes, holds) is JSON; what is searched or summed has columns.
``stamp`` is unique wherever a write of ours ends up: the database itself refuses the same write twice.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from ...wire.sql import BusinessDate, ExactDecimal, ExactText, RowId, UtcInstant
from ...wire.sql.numbers import counters_table

SCHEMA_VERSION: Final = 1
"""What the migrations lead to; the system's row says what a database has."""
NO_WAREHOUSE: Final = "*"
"""The warehouse of a stock record that is kept for the whole company (a key must not be empty)."""

METADATA: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

CODE: Final = 50
NAME: Final = 200
REFERENCE: Final = 100


def _code(name: str, length: int = CODE, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, ExactText(length), nullable=nullable)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, ExactText())


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(
        name, ExactText()
    )  # as the mapping writes it: ready-made text, the same for equal values


def _day(name: str) -> sa.Column[Any]:
    return sa.Column(name, BusinessDate())


def _number(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, ExactDecimal(), nullable=nullable)


def _flag(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, UtcInstant(), nullable=False)


def _id() -> sa.Column[Any]:
    return sa.Column("id", RowId, primary_key=True, autoincrement=False)


def _of(table: str, name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, RowId, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _written() -> tuple[Any, ...]:
    """What every row has that one of our writes makes."""
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        _code("stamp", 20),
        _instant("created_at"),
        _instant("modified_at"),
        # An index and no constraint: SQL Server would take one NULL only.
        sa.Index(None, "stamp", unique=True, mssql_where=sa.text("stamp IS NOT NULL")),
    )


COUNTERS: Final = counters_table(METADATA, "erp_counters")
COUNTER_STARTS: Final = {
    "erp_party_ids": 1001,
    "erp_product_ids": 2001,
    "erp_price_ids": 1,
    "erp_order_ids": 100001,
    "erp_purchase_order_ids": 400001,
    "erp_line_ids": 1,
    "erp_shipment_ids": 700001,
    "erp_receipt_ids": 500001,
    "erp_invoice_ids": 800001,
    "erp_return_ids": 600001,
    "erp_event_ids": 1,
}
"""Every counter with its first number.  An order's number is its id, so the ranges tell papers apart."""
IN_COMMIT_ORDER: Final = ("erp_event_ids",)

SYSTEM: Final = sa.Table(
    "erp_system",
    METADATA,
    _id(),
    _code("uuid", 36, nullable=False),
    sa.Column("schema_version", sa.Integer(), nullable=False),
    _code("company", NAME),
    _code("currency", 3),
    _code("timezone", 64, nullable=False),
    _code("rounding", 10, nullable=False),
    _flag("backorders"),
    _code("credit", 10, nullable=False),
    _instant("created_at"),
)

PARTIES: Final = sa.Table(
    "erp_parties",
    METADATA,
    _id(),
    _code("kind", 10, nullable=False),  # customer or supplier
    _code("number", nullable=False),
    _code("name", NAME, nullable=False),
    _json("address"),
    _json("ship_to"),
    _json("contacts"),
    _code("currency", 3),
    _code("payment_terms"),
    _code("delivery_terms"),
    _code("tax_id"),
    _code("email", NAME),
    _code("phone", CODE),
    _flag("blocked"),
    _text("block_reason"),
    _number("credit_limit"),
    _code("credit_currency", 3),
    _code("price_group"),
    _json("refs"),
    _json("custom"),
    *_written(),
    sa.UniqueConstraint("kind", "number"),
    sa.Index(None, "kind", "name"),
)

PRODUCTS: Final = sa.Table(
    "erp_products",
    METADATA,
    _id(),
    _code("number", nullable=False),
    _code("name", NAME, nullable=False),
    _code("unit", 8, nullable=False),
    _number("price_amount"),
    _code("price_currency", 3),
    _number("price_per"),
    _number("tax_rate"),
    _number("weight"),
    _flag("blocked"),
    _text("block_reason"),
    _code("superseded_by"),
    _text("description"),
    _json("codes"),
    _json("units"),
    _json("custom"),
    *_written(),
    sa.UniqueConstraint("number"),
    sa.Index(None, "name"),
)

# A product's codes once more, where they can be searched.
PRODUCT_CODES: Final = sa.Table(
    "erp_product_codes",
    METADATA,
    _of("erp_products", "product_id"),
    sa.Column("position", sa.Integer(), nullable=False),
    _code("kind", nullable=False),
    _code("value", REFERENCE, nullable=False),
    _code("party"),
    sa.PrimaryKeyConstraint("product_id", "position"),
    sa.Index(None, "value"),
)

PRICES: Final = sa.Table(
    "erp_prices",
    METADATA,
    _id(),
    _of("erp_products", "product_id"),
    _of("erp_parties", "party_id", nullable=True),
    _code("price_group"),
    _code("unit", 8, nullable=False),
    _number("quantity_from", nullable=False),
    _day("valid_from"),
    _day("valid_to"),
    _number("amount", nullable=False),
    _code("currency", 3, nullable=False),
    _number("per", nullable=False),
    _flag("includes_tax"),
    sa.Index(None, "product_id"),
    sa.Index(None, "party_id"),
)

STOCK: Final = sa.Table(
    "erp_stock",
    METADATA,
    _of("erp_products", "product_id"),
    _code("warehouse", nullable=False),
    _number("on_hand", nullable=False),
    _number("reserved", nullable=False),
    sa.PrimaryKeyConstraint("product_id", "warehouse"),
)


def _orders(name: str, *more: sa.Column[Any]) -> sa.Table:
    return sa.Table(
        name,
        METADATA,
        _id(),
        _of("erp_parties", "party_id"),
        _code("their_number", REFERENCE),  # the customer's PO number, the supplier's own reference
        _code("status", 20, nullable=False),
        _flag("is_open"),
        _code("currency", 3, nullable=False),
        _day("order_date"),
        _day("requested"),
        _day("promised"),
        _flag("prices_include_tax", nullable=True),
        _code("payment_terms"),
        _code("delivery_terms"),
        _code("warehouse"),
        _json("ship_to"),
        _json("contact"),
        _json("discounts"),
        _json("charges"),
        _json("notes"),
        _json("refs"),
        _json("holds"),
        _json("custom"),
        _code("fulfilment", 10, nullable=False),
        _code("invoicing", 10, nullable=False),
        _number("net"),
        _number("tax"),
        _number("gross"),
        _text("cancel_reason"),
        *more,
        *_written(),
        sa.Index(None, "their_number"),
        sa.Index(None, "party_id", "is_open"),
        sa.Index(None, "modified_at"),
        sa.Index(None, "order_date"),
    )


def _order_lines(name: str, orders: str, *more: sa.Column[Any]) -> sa.Table:
    return sa.Table(
        name,
        METADATA,
        _id(),
        _of(orders, "order_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("parent_line", RowId),
        _of("erp_products", "product_id", nullable=True),
        _code("product"),
        _code("unit", 8),
        _code("kind", 10, nullable=False),
        _code("status", 20, nullable=False),
        _flag("is_open"),
        _number("ordered", nullable=False),
        *(_number(quantity) for quantity in ("confirmed", "allocated", "shipped", "delivered")),
        *(_number(quantity) for quantity in ("invoiced", "cancelled", "returned", "backordered")),
        _number("price"),
        _number("price_per"),
        _number("net"),
        _number("tax"),
        _json("discount"),
        _day("requested"),
        _day("promised"),
        _text("description"),
        _code("warehouse"),
        _code("reference", REFERENCE),
        _json("schedule"),
        _json("holds"),
        _json("custom"),
        *more,
        sa.Index(None, "order_id", "position"),
        sa.Index(None, "product_id", "is_open"),
    )


def _order_references(name: str, orders: str) -> sa.Table:
    """The references of orders once more, where they can be searched."""
    return sa.Table(
        name,
        METADATA,
        _of(orders, "order_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _code("kind", nullable=False),
        _code("value", REFERENCE, nullable=False),
        sa.PrimaryKeyConstraint("order_id", "position"),
        sa.Index(None, "value"),
    )


ORDERS: Final = _orders("erp_orders", _json("bill_to"), _flag("partial_shipment", nullable=True))
ORDER_LINES: Final = _order_lines("erp_order_lines", "erp_orders")
ORDER_REFERENCES: Final = _order_references("erp_order_references", "erp_orders")
PURCHASE_ORDERS: Final = _orders("erp_purchase_orders")
PURCHASE_ORDER_LINES: Final = _order_lines(
    "erp_purchase_order_lines", "erp_purchase_orders", _code("supplier_product", REFERENCE)
)
PURCHASE_ORDER_REFERENCES: Final = _order_references("erp_purchase_order_references", "erp_purchase_orders")

SHIPMENTS: Final = sa.Table(
    "erp_shipments",
    METADATA,
    _id(),
    _of("erp_orders", "order_id"),
    _code("status", 10, nullable=False),
    _day("shipped_on"),
    _day("delivered_on"),
    _code("carrier", NAME),
    _json("ship_to"),
    _json("custom"),
    *_written(),
    sa.Index(None, "order_id"),
)
SHIPMENT_LINES: Final = sa.Table(
    "erp_shipment_lines",
    METADATA,
    _of("erp_shipments", "shipment_id"),
    sa.Column("position", sa.Integer(), nullable=False),
    _of("erp_order_lines", "order_line_id"),
    _number("quantity", nullable=False),
    _code("product"),
    _code("unit", 8),
    _code("lot"),
    sa.PrimaryKeyConstraint("shipment_id", "position"),
)
PACKAGES: Final = sa.Table(
    "erp_packages",
    METADATA,
    _of("erp_shipments", "shipment_id"),
    sa.Column("position", sa.Integer(), nullable=False),
    _code("tracking_number", REFERENCE),
    _code("carrier", NAME),
    _code("sscc", 30),
    _number("weight"),
    _text("tracking_url"),
    sa.PrimaryKeyConstraint("shipment_id", "position"),
    sa.Index(None, "tracking_number"),
)

INVOICES: Final = sa.Table(
    "erp_invoices",
    METADATA,
    _id(),
    _code("kind", 12, nullable=False),
    _of("erp_orders", "order_id"),
    _of("erp_shipments", "shipment_id", nullable=True),
    _code("customer"),
    _code("currency", 3),
    _day("invoiced_on"),
    _day("due_on"),
    _flag("paid", nullable=True),
    _flag("cancelled"),
    _number("net"),
    _number("tax"),
    _number("gross"),
    *_written(),
    sa.Index(None, "order_id"),
)
INVOICE_LINES: Final = sa.Table(
    "erp_invoice_lines",
    METADATA,
    _of("erp_invoices", "invoice_id"),
    sa.Column("position", sa.Integer(), nullable=False),
    _of("erp_order_lines", "order_line_id", nullable=True),
    _code("product"),
    _text("description"),
    _number("quantity"),
    _code("unit", 8),
    _number("price"),
    _number("price_per"),
    _number("net"),
    sa.PrimaryKeyConstraint("invoice_id", "position"),
)

RETURNS: Final = sa.Table(
    "erp_returns",
    METADATA,
    _id(),
    _of("erp_orders", "order_id"),
    _code("status", 10, nullable=False),
    _text("reason"),
    _day("requested_on"),
    _json("custom"),
    *_written(),
    sa.Index(None, "order_id"),
)
RETURN_LINES: Final = sa.Table(
    "erp_return_lines",
    METADATA,
    _of("erp_returns", "return_id"),
    sa.Column("position", sa.Integer(), nullable=False),
    _of("erp_order_lines", "order_line_id"),
    _number("quantity", nullable=False),
    _number("received"),
    _code("product"),
    _code("unit", 8),
    sa.PrimaryKeyConstraint("return_id", "position"),
)

RECEIPTS: Final = sa.Table(
    "erp_receipts",
    METADATA,
    _id(),
    _of("erp_purchase_orders", "order_id"),
    _day("received_on"),
    *_written(),
    sa.Index(None, "order_id"),
)
RECEIPT_LINES: Final = sa.Table(
    "erp_receipt_lines",
    METADATA,
    _of("erp_receipts", "receipt_id"),
    sa.Column("position", sa.Integer(), nullable=False),
    _of("erp_purchase_order_lines", "order_line_id"),
    _number("quantity", nullable=False),
    _code("product"),
    _code("unit", 8),
    sa.PrimaryKeyConstraint("receipt_id", "position"),
)

EVENTS: Final = sa.Table(
    "erp_events",
    METADATA,
    _id(),
    _code("book", 20, nullable=False),  # orders or purchase_orders
    sa.Column("order_id", RowId, nullable=False),
    _code("kind", 12, nullable=False),
    _instant("at"),
    _json("details"),
    sa.Index(None, "book", "order_id"),
)
