"""What a billing document is, by its category and its marks (sap.md 2.11, 4.6).

Not all that is filed among them asks for money: a pro forma bill does not, nor do the lists that gather invoices, nor
the bills between companies of one house; what takes another back says so, and the other is marked as cancelled.
"""

from __future__ import annotations

from typing import Final

from .cells import Row, flag, text

CATEGORY: Final = "SDDocumentCategory"
CANCELLED: Final = "BillingDocumentIsCancelled"
_TAKES_BACK: Final = "CancelledBillingDocument"
TELLING: Final = (CATEGORY, CANCELLED, _TAKES_BACK)
"""The properties that are looked at."""
_INVOICE: Final = "M"
_CREDITS: Final = "O"
_CANCELLATIONS: Final = frozenset({"N", "S"})
_NO_CLAIMS: Final = frozenset({"U", "3", "4", "5", "6"})
"""Pro forma bills, lists of invoices and of credit memos, invoices and credit memos between companies."""


def is_credit(document: Row) -> bool:
    """Whether it gives money back."""
    return text(document, CATEGORY) == _CREDITS


def is_bill(document: Row) -> bool:
    """Whether it asks the customer for money or gives it back, be it cancelled or not.

    One that takes another back is none: the other says itself that it is cancelled.
    """
    category, back = text(document, CATEGORY), text(document, _TAKES_BACK).strip("0")
    return category not in _CANCELLATIONS | _NO_CLAIMS and not back


def bills_goods(document: Row) -> bool:
    """Whether its quantities count as billed: an invoice that stands; debit memos correct a price only."""
    return is_bill(document) and text(document, CATEGORY) in (_INVOICE, "") and not flag(document, CANCELLED)
