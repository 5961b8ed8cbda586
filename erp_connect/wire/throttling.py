"""What a server says about when to come back: the ``Retry-After`` of a 429 or 503."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["retry_after"]


def retry_after(said: str | None, now: datetime) -> float | None:
    """Seconds from ``now`` (aware) that a server asks to wait, from either form: a number of seconds, or a date.

    0 for a date that has passed; None where nothing was said, or nothing that can be understood.
    """
    text = (said or "").strip()
    if text.isascii() and text.isdecimal() and len(text) <= 12:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    # A date of this header is always in GMT; "-0000" is read without a zone.
    return max(((at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - now).total_seconds(), 0.0)
