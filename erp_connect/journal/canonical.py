"""One wish, one text: the canonical form of what a caller wants written, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from ..models import Amendment, amendment_to_json

SCHEME: Final = 1
"""Goes into the fingerprint: a change of the canonical form makes another number, never another meaning."""


def canonical(value: Any) -> Any:
    """Plain JSON values of a draft, amendment or arguments: only fields that say something, decimals as text.

    A field left at its default is left out, so that a new optional field never changes an old wish.
    """
    if isinstance(value, Amendment):
        return amendment_to_json(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, Mapping):
        return {str(name): canonical(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [canonical(item) for item in value]
    return value


def fingerprint(operation: str, payload: Any) -> str:
    """The fingerprint of a canonical payload; equal wishes have equal ones."""
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    digest = hashlib.sha256(f"{SCHEME}\n{operation}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{SCHEME}:{digest}"
