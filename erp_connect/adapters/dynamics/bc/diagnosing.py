"""What may be behind the refusal of an order: the records that it names are looked at, for texts are not read.

A rule of Business Central says what is wrong in words of the user's language, under one code for all (dynamics.md
1.14).  Whether a customer or an item is blocked, or not there, stands in their records.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ....errors import CustomerBlocked, ErpConnectError, InvalidOrder, ProductBlocked
from ....models import LineDraft, OrderDraft, PurchaseOrderDraft, PurchaseOrderLineDraft, Ref
from ...services.cells import Row, flag, member, text
from .mapping_orders import PURCHASES, SALES, Side
from .office import Office, equal

_PARTIES: Final = {SALES.orders: "customers", PURCHASES.orders: "vendors"}
_BARRED: Final = {SALES.orders: frozenset({"All", "Ship"}), PURCHASES.orders: frozenset({"All"})}
"""Blocks that keep orders from being made (dynamics.md 1.9)."""
_MOST: Final = 20
"""How many products are looked at."""


def looked_into(
    refusal: ErpConnectError, draft: OrderDraft | PurchaseOrderDraft, side: Side, office: Office
) -> ErpConnectError:
    """The refusal, as what it is about where a record says so; nothing that goes wrong in looking hides it."""
    if not isinstance(refusal, InvalidOrder) or refusal.outcome != "not_applied":
        return refusal
    try:
        found = _of_party(refusal, draft, side, office) or _of_product(refusal, draft, office)
    except ErpConnectError:
        return refusal
    return found or refusal


def _of_party(
    refusal: ErpConnectError, draft: OrderDraft | PurchaseOrderDraft, side: Side, office: Office
) -> ErpConnectError | None:
    party = draft.customer if isinstance(draft, OrderDraft) else draft.supplier
    row = _record(_PARTIES[side.orders], party, office)
    path = "order.customer" if side is SALES else "purchase_order.supplier"
    if row is None:
        return InvalidOrder("there is no such customer or supplier", path=path, **_kept(refusal))
    if member(row, "blocked") in _BARRED[side.orders]:
        return CustomerBlocked("the customer or supplier is blocked for orders", path=path, **_kept(refusal))
    return None


def _of_product(
    refusal: ErpConnectError, draft: OrderDraft | PurchaseOrderDraft, office: Office
) -> ErpConnectError | None:
    lines: Sequence[LineDraft | PurchaseOrderLineDraft] = draft.lines[:_MOST]
    for place, line in enumerate(lines):
        row = _record("items", line.product, office)
        path = f"order.lines[{place}].product"
        if row is None:
            return InvalidOrder("there is no such product", path=path, **_kept(refusal))
        if flag(row, "blocked"):
            return ProductBlocked("the product is blocked", path=path, **_kept(refusal))
    return None


def _record(entity_set: str, named: str | Ref, office: Office) -> Row | None:
    where = f"id eq {named.id}" if isinstance(named, Ref) else equal("number", named)
    with office.translated("look into the refusal"):
        return next(iter([row for row in office.rows(entity_set, where=where) if text(row, "id")]), None)


def _kept(refusal: ErpConnectError) -> dict[str, Any]:
    return {"operation": refusal.operation, "native": refusal.native}
