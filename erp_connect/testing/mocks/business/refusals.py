"""What the rules refuse: a reason in neutral words and the values that a face needs to word it."""

from __future__ import annotations

from typing import Any, Literal

Reason = Literal[
    "blocked_customer",  # number, blocked, kind
    "blocked_item",  # number
    "blocked_vendor",  # number, blocked, kind
    "cannot_delete",  # kind, number, why
    "credit_limit",  # number, limit, exposure
    "exists",  # table, key
    "finished",  # kind, number: closed or cancelled already
    "immutable",  # field
    "line_number_taken",  # number
    "incomplete_shipment",  # number: the customer wants all at once
    "missing",  # field, table
    "no_lines",  # kind, number
    "no_quantity",  # number: a line without a quantity
    "not_in_table",  # field, value, table: a reference that leads nowhere
    "nothing_to_post",  # kind, number
    "out_of_stock",  # item, location, available, wanted
    "outside_posting_period",  # date
    "prepayment",  # kind, number
    "quantity_below_shipped",  # quantity, shipped
    "record_changed",  # table, key
    "record_gone",  # table, key
    "record_locked",  # table, key, user
    "sent_manually",  # kind: a number that only the series gives
    "shipped_not_invoiced",  # kind, number, quantity
    "status",  # kind, number, status, wanted
    "too_much_to_invoice",  # limit
    "too_much_to_ship",  # limit
    "unit_unknown",  # unit, item
]


class Refusal(Exception):
    """A business rule says no."""

    def __init__(self, reason: Reason, **values: Any) -> None:
        told = ", ".join(f"{name}={value}" for name, value in values.items())
        super().__init__(f"{reason}: {told}" if told else reason)
        self.reason: Reason = reason
        self.values = values
