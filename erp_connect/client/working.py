"""Work side by side, within a back-end's cap, and stopping cleanly when the caller is interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


def in_parallel(work: Callable[[A], B], items: Sequence[A], *, workers: int) -> list[B]:
    """The results in the order of the items; what has not begun is dropped when one of them raises."""
    if workers <= 1 or len(items) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(max_workers=min(workers, len(items))) as pool:
        waiting = [pool.submit(work, item) for item in items]
        try:
            return [each.result() for each in waiting]
        except BaseException:
            for each in waiting:
                each.cancel()
            raise


def prepared_ahead(
    prepare: Callable[[A], B], work: Callable[[B], C], items: Iterable[A]
) -> Iterator[tuple[A, C]]:
    """Each item with what came of it, in their order; while one is worked on, the next is prepared.

    Work waits for servers, and preparing costs this machine: side by side they take the time of one.  Nothing is
    worked on while the caller has the result of an item in hand: who stops there has begun no other.  What goes wrong
    in preparing an item is raised after the results of those before it.
    """
    waiting = iter(items)
    at_hand = next(((item, prepare(item)) for item in islice(waiting, 1)), None)
    with ThreadPoolExecutor(max_workers=1) as beside:
        while at_hand is not None:
            item, prepared = at_hand
            at_hand, running, wrong = None, None, None
            try:
                for upcoming in islice(waiting, 1):
                    running = beside.submit(work, prepared)
                    at_hand = upcoming, prepare(upcoming)
            except Exception as failure:  # noqa: BLE001 (raised below)
                wrong = failure
            # The last one, and one alone, needs no thread beside.
            yield item, work(prepared) if running is None else running.result()
            if wrong is not None:
                raise wrong
