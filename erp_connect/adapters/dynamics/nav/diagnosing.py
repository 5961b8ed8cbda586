"""What may be behind the refusal of an order: the cards that it names are looked at, for texts are not read.

A rule says what is wrong in words of the user's language, under one code for all (dynamics.md 2.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ....errors import CustomerBlocked, ErpConnectError, InvalidOrder, ProductBlocked
from ....models import OrderDraft
from ...services.cells import Row
from .cells import flag, member
from .mapping_drafts import Draft, Line, said
from .office import Office

_BARRED: Final = frozenset({"All", "Ship"})
_MOST: Final = 20
"""How many products are looked at."""


def looked_into(refusal: ErpConnectError, draft: Draft, office: Office) -> ErpConnectError:
    """The refusal, as what it is about where a card says so; nothing that goes wrong in looking hides it."""
    if not isinstance(refusal, InvalidOrder) or refusal.outcome not in ("not_applied", "partial"):
        return refusal
    try:
        found = _of_party(refusal, draft, office) or _of_product(refusal, draft, office)
    except ErpConnectError:
        return refusal
    if found is not None:
        found.outcome = refusal.outcome
    return found or refusal


def _of_party(refusal: ErpConnectError, draft: Draft, office: Office) -> ErpConnectError | None:
    sales = isinstance(draft, OrderDraft)
    party = draft.customer if isinstance(draft, OrderDraft) else draft.supplier
    settings = office.settings
    row = _card(settings.customer_service if sales else settings.vendor_service, said(party), office)
    path = "order.customer" if sales else "purchase_order.supplier"
    if row is None:
        return InvalidOrder("there is no such customer or supplier", path=path, **_kept(refusal))
    if member(row, "Blocked") in _BARRED:
        return CustomerBlocked("the customer or supplier is blocked for orders", path=path, **_kept(refusal))
    return None


def _of_product(refusal: ErpConnectError, draft: Draft, office: Office) -> ErpConnectError | None:
    lines: Sequence[Line] = draft.lines[:_MOST]
    for place, line in enumerate(lines):
        row = _card(office.settings.item_service, said(line.product).upper(), office)
        path = f"order.lines[{place}].product"
        if row is None:
            return InvalidOrder("there is no such product", path=path, **_kept(refusal))
        if flag(row, "Blocked"):
            return ProductBlocked("the product is blocked", path=path, **_kept(refusal))
    return None


def _card(service: str, number: str, office: Office) -> Row | None:
    return office.numbered(service, number, "look into the refusal")


def _kept(refusal: ErpConnectError) -> dict[str, Any]:
    return {"operation": refusal.operation, "native": refusal.native}
