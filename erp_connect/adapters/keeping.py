"""Where adapters keep what a system says of itself, so that it is not fetched anew for every connection."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ..wire.http import is_loopback

__all__ = ["folder_for"]

_OFF: Final = "off"


def folder_for(host: str, said: str) -> Path | None:
    """The folder for the descriptions of a host's services; ``None`` where nothing is kept.

    ``said`` is the setting: a folder, ``off``, or blank for ``ERP_CONNECT_HOME`` or the user's cache folder.  Of a
    system on this machine nothing is kept unless a folder is named: it is a mock, or a tunnel to who knows where.
    """
    if said == _OFF or (not said and is_loopback(host)):
        return None
    if said:
        return Path(said)
    home = os.environ.get("ERP_CONNECT_HOME")
    if home:
        return Path(home) / "cache"
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("erp_connect"))
