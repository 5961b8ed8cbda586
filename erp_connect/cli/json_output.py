"""Values as JSON for machines: decimals are text, dates ISO 8601, and nothing is lost on the way."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from ..errors import ErpConnectError

__all__ = ["as_text", "error_as_plain", "plain"]


def plain(value: object) -> Any:
    """A value of the library as JSON values."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | int | float):
        return value  # the only floats are seconds; amounts are decimals
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, ErpConnectError):
        return error_as_plain(value)
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, Iterable):
        return [plain(each) for each in value]
    return str(value)


def error_as_plain(error: ErpConnectError) -> dict[str, Any]:
    """What a program needs of an error; ``findings`` where it has some."""
    told: dict[str, Any] = {
        "type": type(error).__name__,
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "outcome": error.outcome,
        "retryable": error.retryable,
        "retry_after": error.retry_after,
        "operation": error.operation,
        "path": error.path,
        "place": error.place,
    }
    for name in ("key", "findings", "fields", "diff", "why", "alternatives"):
        more = getattr(error, name, None)
        if more:
            told[name] = plain(more)
    return told


def as_text(value: object) -> str:
    """The JSON text of a value, on one line, with a line end; in ASCII, which every pipe can carry."""
    return json.dumps(plain(value)) + "\n"
