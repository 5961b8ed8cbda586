"""A draft of a mapping file for a database that nobody has described yet."""

from __future__ import annotations

from ...errors import ConfigurationError
from ...wire.sql import open_engine
from ..contract import Target
from .drafting import draft
from .errors import translated
from .guessing import guessed
from .inspecting import inspected

__all__ = ["proposed"]


def proposed(target: Target, *, schema: str | None = None) -> str:
    """Look at the tables of a database and write a commented draft of a mapping file; nothing is written there.

    Reads names, types, keys and a sample of the rows of every table.  The draft shows no values but those of
    columns that hold few different codes.  Raises ``ConfigurationError`` where nothing looks like orders or like
    what belongs to them, and the errors of connecting.
    """
    with translated("map"):
        engine = open_engine(target.url, timeout=target.timeout)
        try:
            tables = inspected(engine, schema=schema)
        finally:
            engine.dispose()
    guesses = guessed(tables)
    if not guesses:
        known = ", ".join(list(tables)[:20]) or "none at all"
        raise ConfigurationError(
            "no table here looks like orders, customers or products",
            code="nothing_to_map",
            hint=f"tables that can be read: {known}; another schema is named with --schema",
        )
    return draft(tables, guesses, title=engine.url.database or engine.url.get_backend_name())
