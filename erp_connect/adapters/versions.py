"""A version of an order's content, where the back-end names none."""

from __future__ import annotations

import hashlib
from typing import Final

from ..models import OrderFields

_NOT_CONTENT: Final = frozenset({"version", "modified_at", "warnings", "raw", "timeliness"})


def fingerprint(order: OrderFields) -> str:
    """The same for the same content, whoever reads it."""
    content = order.model_dump_json(exclude=set(_NOT_CONTENT))
    return hashlib.sha256(content.encode()).hexdigest()[:24]
