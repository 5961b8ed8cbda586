"""Making the deed of a journal's entry again, after a crash: all that settling needs stands in the entry."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..adapters.contract import OrderRef
from ..errors import OutcomeUnknown
from ..journal import Deed, Entry
from ..models import LineConfirmation, amendment_from_json
from ..rules.amending import resolve_lines
from .arriving import Confirming
from .changing import Amending, Cancelling, before_of
from .checking import planned
from .context import Context
from .creating import Creation
from .masters import CreatingMaster, UpdatingMaster
from .posting import Posting
from .reading import read_order
from .remembering import model_from_plain


def rebuilt(context: Context, entry: Entry) -> Deed[Any]:
    """The deed of an entry; ``OutcomeUnknown`` for an operation that only another version knows."""
    book, _, verb = entry.operation.partition(".")
    orders = book in ("orders", "purchase_orders")
    if verb == "create" and orders:
        return Creation.again(context, entry)
    if verb == "amend":
        return _amending(context, entry)
    if verb == "cancel":
        order = before_of(entry)
        return Cancelling(context, book, order, entry.payload["lines"], entry.payload["reason"], entry.key)
    if verb == "confirm":
        lines = [model_from_plain(LineConfirmation, each) for each in entry.payload["lines"]]
        return Confirming(context, before_of(entry), lines, entry.key)
    if verb == "update":
        return UpdatingMaster.again(context, entry)
    if verb == "create" and book in ("customers", "suppliers", "products"):
        return CreatingMaster.again(context, entry)
    if entry.operation in ("shipments.post", "purchase_orders.receive", "returns.create"):
        return _posting(context, entry)
    raise OutcomeUnknown(
        "this operation is not known to this version", key=entry.key, operation=entry.operation
    )


def _amending(context: Context, entry: Entry) -> Amending[Any]:
    before = before_of(entry)
    said = [amendment_from_json(each) for each in entry.payload["amendments"]]
    resolved = resolve_lines(before, said)
    expected, _, _ = planned(context, entry.book, before, resolved)
    return Amending(context, entry.book, before, expected, resolved, entry.key, said=said)


def _posting(context: Context, entry: Entry) -> Posting[Any]:
    """A posting that can be looked for, and never sent."""
    of = "purchase_orders" if entry.operation == "purchase_orders.receive" else "orders"
    order = read_order(context, of, entry.payload["order"])
    shelf = context.book("goods_receipts" if of == "purchase_orders" else entry.book)
    before = entry.before or {}
    wished = {line: Decimal(quantity) for line, quantity in before.get("wished", {}).items()}
    where = OrderRef(id=order.id, number=order.number)

    def never(_: Any) -> Any:
        raise AssertionError("recovery never sends")

    return Posting(
        context,
        entry.operation,
        order,
        entry.key,
        entry.payload,
        post=never,
        documents=lambda: shelf.of(where),
        wished=wished,
        known=before.get("known", ()),
    )
