"""The mark that a write leaves in a back-end, so that this very write can be found again after a lost answer.

A stamp is text of ``[A-Z2-7]`` that survives every back-end's capitals, code page and trimming.  It is a hash of
system, book and key: the same for the same write, and never a piece of the caller's key.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

__all__ = ["looks_like_stamp", "make_stamp"]

SHORT: Final = 12
LONG: Final = 20
_CHECKED: Final = re.compile(r"[A-Z2-7]{20}")


def make_stamp(system: str, book: str, key: str, max_length: int | None = None) -> str:
    """The stamp of a write: 20 characters, or 12 where the back-end's field holds fewer than 20.

    12 characters are 60 bits of hash.  20 characters are 80 bits and 4 check characters, by which
    :func:`looks_like_stamp` knows it.  ``max_length`` is the length of the field, ``None`` when no limit is known;
    below 12 nothing safe fits and a ``ValueError`` says so.
    """
    if max_length is not None and max_length < SHORT:
        raise ValueError(
            f"a stamp needs a field of at least {SHORT} characters, this one holds {max_length}; "
            "choose another reference field in the settings"
        )
    digest = hashlib.sha256()
    for part in (system, book, key):
        told = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(told))
        digest.update(told)
    text = base64.b32encode(digest.digest()[:10]).decode("ascii")  # 80 bits are 16 characters
    if max_length is not None and max_length < LONG:
        return text[:SHORT]
    return text + _check(text)


def looks_like_stamp(text: str) -> bool:
    """Whether this is a 20-character stamp and not a number that a person wrote; wrong once in a million at most."""
    return _CHECKED.fullmatch(text) is not None and _check(text[:16]) == text[16:]


def _check(text: str) -> str:
    digest = hashlib.sha256(b"stamp:" + text.encode("ascii")).digest()
    return base64.b32encode(digest[:5]).decode("ascii")[:4]
