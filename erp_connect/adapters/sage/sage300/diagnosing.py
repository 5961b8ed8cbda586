"""What may be behind the refusal of an order: the cards that it names are looked at, for texts are not read.

One code stands for an unknown item, a closed period and much else (sage.md 3.6); whether a customer or an item is
there, and may be used, stands on its card.
"""

from __future__ import annotations

from typing import Any, Final

from ....errors import CustomerBlocked, ErpConnectError, InvalidOrder, ProductBlocked
from ....models import OrderDraft
from ....wire.odata import Unreadable
from .items import inactive, numbered
from .mapping_drafts import party_out
from .office import Office
from .parties import blocked

_MOST: Final = 20
"""How many items are looked at."""


def looked_into(refusal: ErpConnectError, draft: OrderDraft, office: Office) -> ErpConnectError:
    """The refusal, as what it is about where a card says so; nothing that goes wrong in looking hides it."""
    if not isinstance(refusal, InvalidOrder) or refusal.outcome != "not_applied":
        return refusal
    try:
        found = _of_customer(refusal, draft, office) or _of_item(refusal, draft, office)
    except (ErpConnectError, Unreadable):
        return refusal
    return found or refusal


def _of_customer(refusal: ErpConnectError, draft: OrderDraft, office: Office) -> ErpConnectError | None:
    row = office.customer(party_out(draft.customer), "orders.create")
    if row is None:
        return InvalidOrder("there is no such customer", path="order.customer", **_kept(refusal))
    if blocked(row):
        return CustomerBlocked("the customer is on hold or inactive", path="order.customer", **_kept(refusal))
    return None


def _of_item(refusal: ErpConnectError, draft: OrderDraft, office: Office) -> ErpConnectError | None:
    for place, line in enumerate(draft.lines[:_MOST]):
        with office.translated("orders.create"):
            found = numbered(office.item_number(line.product, "orders.create"), office)
        path = f"order.lines[{place}].product"
        if not found:
            return InvalidOrder("there is no such product", path=path, **_kept(refusal))
        if inactive(found[0]):
            return ProductBlocked("the product is inactive", path=path, **_kept(refusal))
    return None


def _kept(refusal: ErpConnectError) -> dict[str, Any]:
    return {"operation": refusal.operation, "native": refusal.native}
