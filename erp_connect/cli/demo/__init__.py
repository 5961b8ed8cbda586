"""``erp-connect demo``: an order administrator's morning in an empty folder, which checks itself."""

from .command import demo

__all__ = ["demo"]
