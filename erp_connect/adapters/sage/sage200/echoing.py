"""Records as they are sent back: a PUT takes the whole header, and each line that changes, as read (sage.md 4.5).

What only the system sets, what asks it to do something, and what is reckoned from the rest is left out.
"""

from __future__ import annotations

from typing import Any, Final

from ...services.cells import Body, Row

_TIMES: Final = {"date_time_created", "date_time_updated"}
_NOT_OF_HEADER: Final = frozenset(
    {
        *("id", "is_draft", "document_status", "despatch_receipt_status", "invoice_credit_status"),
        *("receipt_return_status", "cancelled_status", "currency_id", "is_credit_limit_exceeded"),
        *("external_reference", "available_document_discount_percent", "customer_delivery_address_id"),
        *("disputed_status", "print_status", "authorisation_status", "authorisation_status_description"),
        *("document_originator_name", "document_created_by_id"),
        *(
            "is_editing",
            "is_to_sequence_lines",
            "override_on_hold",
            "recalculate_prices",
            "suppress_warnings",
        ),
        *("apply_available_document_discount_percent", "lock_id"),
        *_TIMES,
    }
)
_NOT_OF_LINE: Final = frozenset(
    {
        *("sop_order_id", "pop_order_id", "line_number", "allocation_status", "despatch_receipt_status"),
        *("invoice_credit_status", "receipt_return_status", "has_pop_order", "back_to_back_status"),
        *("is_complete", "is_line_deletable", "line_unit_precision", "stock_unit_precision"),
        *("selling_unit_multiple", "stock_unit_multiple", "pricing_unit_multiple", "line_tax_value"),
        *("line_total_value", "to_allocate_quantity", "allocated_quantity", "available_for_despatch"),
        *("despatch_receipt_quantity", "invoice_credit_quantity", "posted_invoice_credit_quantity"),
        *("receipt_return_quantity", "discounted_unit_price", "cost_price", "pricing_unit_description"),
        *("selling_unit_description", "buying_unit_description", "mark_as_preferred"),
        *("create_cancelled_line", "is_to_split_line", "is_to_delete", "has_linked_order_lines"),
        *("has_requisition_lines", "total_landed_costs_value"),
        *_TIMES,
    }
)
_REST_OF_HEADER: Final = ("total_", "subtotal_", "payment_", "invoice_payment_", "declared_payment_")
_REST_OF_LINE: Final = ("stock_unit_",)


def header_as_read(row: Row) -> Body:
    """The header of an order as it is sent back; a draft stays one (sage.md 4.4)."""
    body = {
        name: value
        for name, value in row.items()
        if name not in _NOT_OF_HEADER and not name.startswith(_REST_OF_HEADER) and _said(value)
    }
    return {**body, "is_editing": True} if row.get("is_draft") is True else body


def line_as_read(row: Row) -> Body:
    """A line as it is sent back, with its id."""
    return {
        name: value
        for name, value in row.items()
        if name not in _NOT_OF_LINE and not name.startswith(_REST_OF_LINE) and _said(value)
    }


def memo_as_read(row: Row) -> Body:
    """A memo as it is sent back."""
    return {name: row[name] for name in ("id", "note", "is_active") if row.get(name) is not None}


def _said(value: Any) -> bool:
    """Whether a cell says something, and is no record of its own."""
    return value is not None and value != "" and not isinstance(value, dict | list)
