"""What may be behind the refusal of an order: customer and products are looked at, for texts are not read (2.17)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ....errors import CustomerBlocked, ErpConnectError, InvalidOrder, NotFound, ProductBlocked
from ....models import OrderDraft
from ....wire.adonix import Record
from .errors import refused_alike
from .mapping_drafts import Draft, Line
from .office import Office, named

_MOST: Final = 20
"""How many products are looked at."""
_NO: Final = "1"


def looked_into(refusal: ErpConnectError, draft: Draft, office: Office) -> ErpConnectError:
    """The refusal as what it is about, where a record says so; nothing that goes wrong in looking hides it."""
    if not isinstance(refusal, InvalidOrder) or refusal.outcome != "not_applied":
        return refusal
    try:
        return _of_party(refusal, draft, office) or _of_product(refusal, draft, office) or refusal
    except ErpConnectError as other:
        return refused_alike(refusal, other) or refusal


def _of_party(refusal: ErpConnectError, draft: Draft, office: Office) -> ErpConnectError | None:
    sales = isinstance(draft, OrderDraft)
    kind = "customer" if sales else "supplier"
    if not office.has(kind):
        return None
    who = named(draft.customer if isinstance(draft, OrderDraft) else draft.supplier)
    path = "order.customer" if sales else "purchase_order.supplier"
    record = _record(kind, who, office)
    if record is None:
        return InvalidOrder("there is no such customer or supplier", path=path, **_kept(refusal))
    if office.shape(kind).text(record, "active") == _NO:
        return CustomerBlocked("the customer or supplier is blocked for orders", path=path, **_kept(refusal))
    return None


def _of_product(refusal: ErpConnectError, draft: Draft, office: Office) -> ErpConnectError | None:
    if not office.has("product"):
        return None
    lines: Sequence[Line] = draft.lines[:_MOST]
    for place, line in enumerate(lines):
        record, path = _record("product", named(line.product), office), f"order.lines[{place}].product"
        if record is None:
            return InvalidOrder("there is no such product", path=path, **_kept(refusal))
        if office.shape("product").text(record, "state") in office.settings.blocked_states:
            return ProductBlocked("the product is blocked", path=path, **_kept(refusal))
    return None


def _record(kind: str, key: str, office: Office) -> Record | None:
    try:
        return office.read(kind, key, "look into the refusal")
    except NotFound:
        return None


def _kept(refusal: ErpConnectError) -> dict[str, Any]:
    return {"operation": refusal.operation, "native": refusal.native}
