"""Invoices and credit memos of an order."""

from __future__ import annotations

from enum import StrEnum

from .base import Day, Exact, Flag, Instant, Value
from .entity import Entity
from .money import Money, UnitPrice


class InvoiceKind(StrEnum):
    """Whether money is asked for or given back."""

    INVOICE = "invoice"
    CREDIT_MEMO = "credit_memo"


class InvoiceLine(Value):
    """What one line of an order was billed at."""

    order_line_id: str | None = None
    product: str | None = None
    description: str | None = None
    quantity: Exact | None = None
    unit: str | None = None
    price: UnitPrice | None = None
    net: Money | None = None


class Invoice(Entity):
    """A posted invoice or credit memo."""

    kind: InvoiceKind = InvoiceKind.INVOICE
    order_ids: tuple[str, ...] = ()
    customer: str | None = None
    currency: str | None = None
    invoiced_on: Day | None = None
    due_on: Day | None = None
    paid: Flag | None = None
    cancelled: Flag = False
    net: Money | None = None
    tax: Money | None = None
    gross: Money | None = None
    lines: tuple[InvoiceLine, ...] = ()
    created_at: Instant | None = None
