"""Ready-made keys for bulk writes: functions of a draft that give the same text for the same wish."""

from __future__ import annotations

from typing import Protocol

from .models import OrderDraft, PurchaseOrderDraft, Ref

__all__ = ["by_content", "by_customer_po", "by_reference"]


class _ByReference(Protocol):
    def __call__(self, draft: OrderDraft | PurchaseOrderDraft) -> str: ...


def by_customer_po(draft: OrderDraft) -> str:
    """``customer/PO number``: one order per customer and PO number.

    Raises ``ValueError`` for a draft without a PO number: give it a key of its own.
    """
    if draft.customer_po is None:
        raise ValueError("this draft has no customer_po to make a key of; give it a key of its own")
    customer = draft.customer.id if isinstance(draft.customer, Ref) else draft.customer
    # A slash inside a number must not make two customers' keys one.
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in (customer, draft.customer_po))


def by_reference(kind: str) -> _ByReference:
    """A function that takes the draft's reference of this kind (the web shop's order number, an EDI message id).

    The function raises ``ValueError`` for a draft without one, or with several.
    """

    def key(draft: OrderDraft | PurchaseOrderDraft) -> str:
        values = [reference.value for reference in draft.references if reference.kind == kind]
        if len(values) != 1:
            raise ValueError(
                f"this draft has {len(values)} references of kind {kind!r}; a key needs exactly one"
            )
        return f"{kind}/{values[0]}"

    return key


def by_content(draft: OrderDraft | PurchaseOrderDraft) -> str:
    """A digest of all that the draft says: the same content is the same order.

    Use it only where two equal orders on purpose cannot happen.
    """
    from .journal.canonical import canonical, fingerprint

    return f"content/{fingerprint(type(draft).__name__, canonical(draft))}"
