"""What a back-end makes of a value on storing it: the few words in which capabilities declare it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any, Final

from .exact import rounded

__all__ = ["normalised"]

_RULE: Final = re.compile(r"(upper|trim|collapse_spaces|pad_left_zero|round)(?:\((\d{1,3})\))?")


@cache
def _steps(rule: str) -> tuple[tuple[str, int], ...]:
    steps = []
    for word in rule.split(","):
        found = _RULE.fullmatch(word.strip())
        if found is None or (found[1] in ("pad_left_zero", "round")) != (found[2] is not None):
            raise ValueError(
                f"unknown normalisation {word.strip()!r}; "
                "known are upper, trim, collapse_spaces, pad_left_zero(n), round(n)"
            )
        steps.append((found[1], int(found[2] or 0)))
    return tuple(steps)


def normalised(value: Any, rule: str | None) -> Any:
    """The value as a back-end with this rule stores it; several rules stand with commas between them.

    ``upper``, ``trim``, ``collapse_spaces`` and ``pad_left_zero(n)`` (digits only) are for text, ``round(n)`` for
    numbers; a value of another kind stays as it is.  Raises ``ValueError`` for a rule that is none.
    """
    if rule is None:
        return value
    for name, size in _steps(rule):
        if isinstance(value, str):
            value = _text(value, name, size)
        elif isinstance(value, Decimal) and name == "round":
            value = rounded(value, Decimal(1).scaleb(-size))
    return value


def _text(text: str, name: str, size: int) -> str:
    match name:
        case "upper":
            return text.upper()
        case "trim":
            return text.strip()
        case "collapse_spaces":
            return re.sub(r"\s+", " ", text).strip()
        case "pad_left_zero" if text.isdecimal():
            return text.zfill(size)
    return text
