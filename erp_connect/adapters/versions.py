"""A version of an order's content, where the back-end names none."""

from __future__ import annotations

import hashlib
from typing import Final

from ..models import OrderFields

_NOT_CONTENT: Final = frozenset({"version", "modified_at", "warnings", "raw", "timeliness"})


def fingerprint(order: OrderFields) -> str:
    """The same for the same content, whoever reads it.

    Raises ``ValueError`` for a value of another kind than its field's: what an adapter built by ``trusted`` out of a
    damaged answer has no version.
    """
    content = order.model_dump_json(exclude=set(_NOT_CONTENT), warnings="error")
    return hashlib.sha256(content.encode()).hexdigest()[:24]
