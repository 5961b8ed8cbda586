"""A server names its pause in two forms, and both are understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from erp_connect.wire.throttling import retry_after

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("Mon, 02 Mar 2026 12:01:30 GMT", 90),
        ("Mon, 02 Mar 2026 12:01:30 -0000", 90),
        ("Monday, 02-Mar-26 12:01:30 GMT", 90),
        ("Mon Mar  2 12:01:30 2026", 90),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("9" * 400, None),
        ("Mon, 99 Mar 2026 12:00:00 GMT", None),
    ],
)
def test_the_pause_is_told_in_seconds(said, seconds):
    assert retry_after(said, NOON) == seconds


def test_the_present_may_be_told_in_any_zone():
    there = NOON.astimezone(timezone(timedelta(hours=-8)))
    assert retry_after("Mon, 02 Mar 2026 12:01:30 GMT", there) == 90
