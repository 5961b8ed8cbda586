"""Going through a long list in ranges of its key.

Neither RFC_READ_TABLE nor the list modules have an order that holds from one page to the next, so rows would repeat
or vanish between pages (sap.md 2.16).  A range that holds more than is asked for is halved instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_key_ranges(
    read: Callable[[str, str | None, int], Sequence[T]], key_of: Callable[[T], str], most: int
) -> Iterator[Sequence[T]]:
    """Pages of at most ``most`` rows in the order of their keys, each key once.

    ``read(after, upto, count)`` gives up to ``count`` rows whose key is greater than ``after`` and at most ``upto``
    (``None``: no end), in any order.
    """
    waiting: list[tuple[str, str | None]] = [("", None)]
    while waiting:
        after, upto = waiting.pop()
        rows = {key_of(row): row for row in read(after, upto, most + 1)}
        keys = sorted(rows)
        if len(keys) <= most:
            yield [rows[key] for key in keys]
            continue
        middle = keys[(len(keys) - 1) // 2]  # never the last, so that both halves hold less
        waiting += [(middle, upto), (after, middle)]
