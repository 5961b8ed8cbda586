"""Which services a system has activated: asked when the connection opens, not found out by a failed call."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ....wire.odata import Refused
from .office import Office
from .other_capabilities import NEEDED

_CLOSED: Final = frozenset({403, 404})
"""Not activated, or not open to this user."""


def absent(office: Office) -> Mapping[str, str]:
    """Operations that cannot be done here, with the reason; all services are asked at once, one short call each.

    Raises what is wrong with the connection itself.
    """

    def is_open(name: str) -> bool:
        with office.translated("open"):
            try:
                office.greet(name)
            except Refused as refusal:
                if refusal.answer.status not in _CLOSED:
                    raise
                return False
        return True

    found: dict[str, str] = {}
    with ThreadPoolExecutor(len(NEEDED), thread_name_prefix="odata-looking") as pool:
        for name, opened in zip(NEEDED, pool.map(is_open, NEEDED), strict=True):
            if not opened:
                why = f"the service {name} is not activated, or not open to this user"
                found |= dict.fromkeys(NEEDED[name], why)
    return found
