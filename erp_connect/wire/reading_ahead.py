"""Reading a stream ahead: the next pages travel while this one is looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar, cast

__all__ = ["in_turn", "one_ahead"]

T = TypeVar("T")
_END: Final[Any] = object()


def one_ahead(steps: Iterator[T]) -> Generator[T, None, None]:
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


def in_turn(calls: Iterator[Callable[[], T]], most: int) -> Generator[T, None, None]:
    """What calls return that do not build on one another, in their order, at most so many of them under way at once.

    What a call raises is raised in its place.  A stream that is left early waits for the calls that are under way, and
    begins no other.
    """
    coming: deque[Future[T]] = deque()
    with ThreadPoolExecutor(most, thread_name_prefix="erp-connect-ahead") as ahead:
        try:
            for call in calls:
                coming.append(ahead.submit(call))
                if len(coming) > most:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for each in coming:
                each.cancel()
