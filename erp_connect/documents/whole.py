"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

__all__ = ["whole_file"]


@contextmanager
def whole_file(target: Path, mode: int | None = None) -> Iterator[IO[bytes]]:
    """A file to write to, which becomes ``target`` when the block ends well, and is gone when it does not.

    Whoever reads ``target`` meanwhile sees the older file.  ``mode`` are its permissions; those of any
    new file otherwise.
    """
    temporary = target.with_name(f".{target.stem[:100]}-{secrets.token_hex(8)}.part")
    try:
        with open(
            temporary, "xb", opener=lambda path, flags: os.open(path, flags, 0o666 if mode is None else mode)
        ) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)  # whatever the process masks
        temporary.replace(target)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
