"""The reference adapter: the contract in code, kept in memory, with the limits of other products on request.

``memory://`` is a world of its own; ``memory://NAME`` is shared by all connections of this process, so that a test
can have two clients, a crash and a rival.  ``memory://?like=bc`` plays the limits and habits of a product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adapter import MemoryAdapter
    from .faults import Faults
    from .world import World, forget_world

__all__ = ["Faults", "MemoryAdapter", "World", "forget_world"]


def __getattr__(name: str) -> Any:
    # Whoever only asks for a profile does not pay for the rules.
    if name == "MemoryAdapter":
        from .adapter import MemoryAdapter

        return MemoryAdapter
    if name in ("World", "forget_world"):
        from .world import World, forget_world

        return World if name == "World" else forget_world
    if name == "Faults":
        from .faults import Faults

        return Faults
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
