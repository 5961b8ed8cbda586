"""Making the deed of a journal's entry again, after a crash: all that settling needs stands in the entry."""

from __future__ import annotations

from typing import Any, Final

from ..errors import OutcomeUnknown
from ..journal import Deed, Entry
from .arriving import Confirming, Receiving
from .cancelling import Cancelling
from .changing import Amending
from .context import Context
from .creating import Creation
from .masters import CreatingMaster, UpdatingMaster
from .paperwork import Returning, Shipping
from .posting import Posting

PAPERS: Final[dict[str, Any]] = {paper.operation: paper for paper in (Shipping, Receiving, Returning)}
"""The documents that are posted on orders, by operation."""


def rebuilt(context: Context, entry: Entry) -> Deed[Any]:
    """The deed of an entry.

    Raises ``OutcomeUnknown`` for an operation or a content that only another version can read.
    """
    try:
        return _rebuilt(context, entry)
    except (ValueError, KeyError, TypeError) as unreadable:
        raise OutcomeUnknown(
            "this version cannot read what was noted of the write", key=entry.key, operation=entry.operation
        ) from unreadable


def _rebuilt(context: Context, entry: Entry) -> Deed[Any]:
    book, _, verb = entry.operation.partition(".")
    if entry.operation in PAPERS:
        return Posting.again(context, PAPERS[entry.operation](context), entry)
    if book in ("orders", "purchase_orders"):
        again: dict[str, Any] = {
            "create": Creation.again,
            "amend": Amending.again,
            "cancel": Cancelling.again,
            "confirm": Confirming.again,
        }
    else:
        again = {"create": CreatingMaster.again, "update": UpdatingMaster.again}
    deed: Deed[Any] = again[verb](context, entry)
    return deed
