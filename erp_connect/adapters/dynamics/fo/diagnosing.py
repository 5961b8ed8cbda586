"""What may be behind the refusal of an order: the records that it names are looked at (dynamics.md 3.4, 3.6).

The log says it in the users' language.  Whether a customer is on hold, or a customer or product is not there, stands in
their records.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ....errors import CustomerBlocked, ErpConnectError, InvalidOrder
from ....models import LineDraft, OrderDraft, PurchaseOrderDraft, PurchaseOrderLineDraft, Ref
from ...services.cells import Row, member
from .office import Office
from .sides import SALES, Side

_MOST: Final = 20
"""How many products are looked at."""
_CUSTOMERS, _VENDORS = ("CustomersV3", "CustomerAccount"), ("VendorsV2", "VendorAccountNumber")
_PRODUCTS: Final = ("ReleasedProductsV2", "ItemNumber")
FREE: Final = frozenset({"", "No", "Never"})
"""States in which nobody is kept from ordering."""


def looked_into(
    refusal: ErpConnectError, draft: OrderDraft | PurchaseOrderDraft, side: Side, office: Office
) -> ErpConnectError:
    """The refusal, as what it is about where a record says so; nothing that goes wrong in looking hides it."""
    if type(refusal) is not InvalidOrder or refusal.outcome != "not_applied":
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
    path = "order.customer" if side is SALES else "purchase_order.supplier"
    rows = _records(_CUSTOMERS if side is SALES else _VENDORS, [party], office)
    if rows is None:
        return None
    if not rows:
        return InvalidOrder("there is no such customer or supplier", path=path, **_kept(refusal))
    if member(rows[0], "OnHoldStatus") not in FREE:
        return CustomerBlocked("the customer or supplier is on hold", path=path, **_kept(refusal))
    return None


def _of_product(
    refusal: ErpConnectError, draft: OrderDraft | PurchaseOrderDraft, office: Office
) -> ErpConnectError | None:
    lines: Sequence[LineDraft | PurchaseOrderLineDraft] = draft.lines[:_MOST]
    rows = _records(_PRODUCTS, [line.product for line in lines], office)
    if rows is None:
        return None
    known = {str(row.get(_PRODUCTS[1])).casefold() for row in rows}
    for place, line in enumerate(lines):
        if _number(line.product).casefold() not in known:
            path = f"order.lines[{place}].product"
            return InvalidOrder("there is no such product", path=path, **_kept(refusal))
    return None


def _records(where: tuple[str, str], named: Sequence[str | Ref], office: Office) -> Sequence[Row] | None:
    """The records of these numbers; ``None`` where the release does not show them."""
    entity_set, key = where
    if entity_set not in office.sets:
        return None
    with office.translated("look into the refusal"):
        return [*office.rows_of(entity_set, key, [_number(each) for each in named])]


def _number(named: str | Ref) -> str:
    return named.id if isinstance(named, Ref) else named


def _kept(refusal: ErpConnectError) -> dict[str, Any]:
    return {"operation": refusal.operation, "native": refusal.native}
