"""The face of the library: ``connect()``, and what a connection offers."""

from .connecting import capabilities, connect
from .connection import Client

__all__ = ["Client", "capabilities", "connect"]
