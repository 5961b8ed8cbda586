"""One wish, one text: the canonical form of what a caller wants written, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any, Final

from pydantic import BaseModel

from ..models import Amendment, amendment_to_json

SCHEME: Final = 1
"""Goes into the fingerprint: a change of the canonical form makes another number, never another meaning."""


def canonical(value: Any) -> Any:
    """Plain JSON values of a draft, amendment or arguments: only fields that say something, decimals as text.

    A field left at its default is left out, so that a new optional field never changes an old wish; 12.5 and
    12.50 are one number.
    """
    if isinstance(value, Amendment):
        return evened(value, amendment_to_json(value))
    if isinstance(value, BaseModel):
        return evened(value, value.model_dump(mode="json", exclude_defaults=True))
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Mapping):
        return {str(name): canonical(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [canonical(item) for item in value]
    return value


def number(value: Decimal) -> str:
    """A number as text: all its digits, no exponent, no zeros that say nothing."""
    return _bare(format(value, "f"))


def _bare(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


_NO_NUMBERS: Final = frozenset({str, bool, int, date, datetime, type(None)})
"""Types of most fields: there are no decimals in them."""


def evened(value: Any, told: Any) -> Any:
    """The same JSON with the decimals among it in their one form; ``value`` tells decimals from other texts."""
    kind: Any = type(value)
    if kind is Decimal:
        if isinstance(told, dict):  # a custom field's value says its type
            return {name: _bare(item) for name, item in told.items()}
        return _bare(told)
    if isinstance(told, dict):
        held = value.__dict__ if _is_model(kind) else value if isinstance(value, Mapping) else {}
        for name, item in told.items():
            each = held.get(name)
            if type(each) not in _NO_NUMBERS:
                told[name] = evened(each, item)
    elif kind is tuple and isinstance(told, list):
        return [evened(each, item) for each, item in zip(value, told, strict=True)]
    return told


@cache
def _is_model(kind: type) -> bool:  # pydantic's classes are slow to be asked
    return issubclass(kind, BaseModel)


class _NotPlainError(TypeError):
    """A kind of value whose JSON only its model knows."""


def _plain(value: Any) -> str:
    kind = type(value)
    if kind is Decimal:
        return number(value)
    if kind is date:
        return str(value)
    raise _NotPlainError(kind.__name__)


_encoder: Final = partial(
    json.JSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)
_encode: Final = _encoder().encode
_encode_plain: Final = _encoder(default=_plain).encode


def text_of(payload: Any) -> str:
    """A canonical payload as text: names sorted, no blanks."""
    return _encode(payload)


def payload_of(text: str) -> Any:
    """The canonical payload that a text tells."""
    return json.loads(text)


def draft_text(draft: BaseModel) -> str:
    """``text_of(canonical(draft))``, told in one go where there is nothing in it but texts, numbers and days."""
    try:
        return _encode_plain(draft.model_dump(exclude_defaults=True))
    except _NotPlainError:
        return text_of(canonical(draft))


def fingerprint(operation: str, payload: Any) -> str:
    """The fingerprint of a canonical payload; equal wishes have equal ones."""
    return fingerprint_of(operation, text_of(payload))


def fingerprint_of(operation: str, text: str) -> str:
    """As :func:`fingerprint`, of the payload's text."""
    digest = hashlib.sha256(f"{SCHEME}\n{operation}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{SCHEME}:{digest}"
