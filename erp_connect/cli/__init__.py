"""The same verbs in a terminal: ``erp-connect``.

typer and rich live here and nowhere else; a command is a thin function over the client.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``erp-connect`` with these arguments (default: the process's own) and exit with a code of ``exit_codes``."""
    from .app import app

    app(args=arguments, prog_name="erp-connect")
