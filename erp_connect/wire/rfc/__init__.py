"""RFC to an SAP system: exclusive sessions, exact types, units of work.  It knows no order.

pyrfc is imported in :mod:`.connecting` alone; any object with ``call``, ``close`` and ``alive`` serves as well.
"""

from __future__ import annotations

from .conditions import Condition, TooLongToSay, all_of, any_of, between, equal, one_of
from .connecting import Connection, Opener, logon_parameters, opener_of_pyrfc
from .interfaces import Interface, Interfaces
from .key_ranges import in_key_ranges
from .pool import Pool
from .read_table import TableReader
from .trouble import RfcFailure, Trouble
from .units import Session, UnitOfWork

__all__ = [
    "Condition",
    "Connection",
    "Interface",
    "Interfaces",
    "Opener",
    "Pool",
    "RfcFailure",
    "Session",
    "TableReader",
    "TooLongToSay",
    "Trouble",
    "UnitOfWork",
    "all_of",
    "any_of",
    "between",
    "equal",
    "in_key_ranges",
    "logon_parameters",
    "one_of",
    "opener_of_pyrfc",
]
