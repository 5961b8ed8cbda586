"""The answer to a record that was entered: what it takes to know that it stands, and what only tells it at once.

Once a record has been entered nothing may say that it was not.  Its key and its reference prove it; where the rest of
the answer cannot be read, or takes a question that fails, the record is read back by its key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ....errors import ErpConnectError

E = TypeVar("E")


def at_once(read: Callable[[], E]) -> E | None:
    """The record as the answer tells it; ``None`` where it has to be read back."""
    try:
        return read()
    except (ErpConnectError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
        return None
