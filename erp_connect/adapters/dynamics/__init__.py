"""Dynamics: four products with nothing in common on the wire.

Each has a folder of its own: ``bc`` Business Central, ``fo`` Finance & Operations, ``crm`` Sales on Dataverse,
``nav`` the page web services.
"""

from __future__ import annotations

from .bc.adapter import BusinessCentralAdapter
from .crm.adapter import SalesAdapter
from .fo.adapter import FinanceOperationsAdapter
from .nav.adapter import NavAdapter

__all__ = ["BusinessCentralAdapter", "FinanceOperationsAdapter", "NavAdapter", "SalesAdapter"]
