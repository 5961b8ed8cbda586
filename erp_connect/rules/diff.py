"""What differs: between what was sent and what is stored, and between two states of an order.

Paths are those of the drafts, ``order.lines[0].quantity`` or ``purchase_order.ship_to.city``.
"""

from __future__ import annotations

from .amendments_of import amendments_between
from .comparing import compare
from .moving import changes, moved
from .normalising import normalised
from .standing_in_the_way import standing_in_the_way

__all__ = ["amendments_between", "changes", "compare", "moved", "normalised", "standing_in_the_way"]
