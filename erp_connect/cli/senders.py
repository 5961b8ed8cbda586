"""Where the profiles of senders are kept: one small file for each, beside the systems' own profiles."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from ..documents import SenderProfile
from ..errors import ConfigurationError

__all__ = ["sender_file", "sender_profile"]

_FOLDER: Final = "senders"
_NAME: Final = re.compile(r"[\w.-]{1,64}")


def sender_file(name: str) -> Path:
    """The file of this sender's profile, whether it exists or not.

    A name is looked for as ``senders/NAME.toml`` in the current folder, then in ``ERP_CONNECT_HOME`` or the user's
    configuration folder; a new one goes to the first of the two folders that exists.  A path that ends in ``.toml`` is
    taken as it is.
    """
    if name.endswith(".toml"):
        return Path(name)
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            "a sender's profile is named by letters, digits, '-', '_' and '.'",
            hint="give such a name, or the path of a .toml file",
        )
    here = Path.cwd() / _FOLDER
    home = os.environ.get("ERP_CONNECT_HOME")
    if not home:
        from platformdirs import user_config_dir

        home = user_config_dir("erp-connect")
    at_home = Path(home) / _FOLDER
    file = f"{name}.toml"
    for folder in (here, at_home):
        if (folder / file).is_file():
            return folder / file
    return (here if here.is_dir() else at_home) / file


def sender_profile(name: str | None, *, new: bool) -> SenderProfile | None:
    """The profile of this name; with ``new`` an empty one where there is none yet."""
    if name is None:
        return None
    file = sender_file(name)
    return SenderProfile() if new and not file.exists() else SenderProfile.load(file)
