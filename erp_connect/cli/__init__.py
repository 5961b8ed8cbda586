"""The same verbs in a terminal: ``erp-connect``.

typer and rich live here and nowhere else; a command is a thin function over the client.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``erp-connect`` with these arguments (default: the process's own) and exit with a code of ``exit_codes``."""
    import sys
    from io import TextIOWrapper

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a name that the terminal cannot write stops no command
            stream.reconfigure(errors="replace")
    try:
        from .app import app

        app(args=arguments, prog_name="erp-connect")
    except KeyboardInterrupt:  # before any command began; a command answers for itself
        sys.exit(130)
