"""The zone of the system's own clock: SAP writes its days and times in it."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from ....wire.rfc import Pool, RfcFailure
from . import modules

_HOUR: Final = 3600
_WESTMOST, _EASTMOST = -12, 14
_SUMMER: Final = "X"


def zone_of(pool: Pool) -> ZoneInfo | None:
    """The zone that the system states as its distance from UTC just now; ``None`` where it states none.

    A distance knows no summer time of other seasons: a caller who needs those days names the zone (``timezone=``).
    """
    try:
        told = pool.read(modules.SYSTEM_INFO).get("RFCSI_EXPORT") or {}
    except RfcFailure:
        return None
    text = str(told.get("RFCTZONE") or "").strip()
    try:
        seconds = int(text)
    except ValueError:
        return None
    hours = seconds // _HOUR + (told.get("RFCDAYST") == _SUMMER)
    if seconds % _HOUR or not _WESTMOST <= hours <= _EASTMOST:
        return None
    return ZoneInfo(f"Etc/GMT{-hours:+d}")  # these names count westwards
