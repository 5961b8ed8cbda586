"""Engines of a process that forks: the child opens connections of its own."""

from __future__ import annotations

import os
import weakref
from typing import Final

from sqlalchemy import Engine, Pool

__all__ = ["outlive_forks"]

_open_engines: Final[weakref.WeakSet[Engine]] = weakref.WeakSet()
# A forked child must neither use nor close its parent's connections, and dropping the last reference to one
# would close it: they are kept here, untouched, until the child ends.
_inherited: Final[list[Pool]] = []


def outlive_forks(engine: Engine) -> None:
    """From now on, reopen this engine's pool in every child of this process."""
    _open_engines.add(engine)


def _reopen_in_child() -> None:
    for engine in list(_open_engines):
        _inherited.append(engine.pool)
        engine.dispose(close=False)


def _close_files_before_fork() -> None:
    """Close idle connections to SQLite files: they are opened again when they are needed.

    SQLite keeps in memory which locks its process holds.  A child inherits that memory and not the locks: it would
    take none of its own, and whoever closes the file last elsewhere would remove the child's commits with the log.
    """
    for engine in list(_open_engines):
        if engine.dialect.name == "sqlite":
            engine.dispose()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_close_files_before_fork, after_in_child=_reopen_in_child)
