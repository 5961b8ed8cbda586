"""Reading a stream one step ahead: the next page travels while this one is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar, cast

__all__ = ["one_ahead"]

T = TypeVar("T")
_END: Final[Any] = object()


def one_ahead(steps: Iterator[T]) -> Iterator[T]:
    """The same steps in their order, each begun in a thread of its own as soon as the one before is there.

    What a step raises is raised in its place.  A stream that is left early waits for the step that is under way, and
    begins no other.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="erp-connect-ahead") as ahead:
        coming = ahead.submit(next, steps, _END)
        try:
            while (step := coming.result()) is not _END:
                coming = ahead.submit(next, steps, _END)
                yield cast(T, step)
        finally:
            coming.cancel()
