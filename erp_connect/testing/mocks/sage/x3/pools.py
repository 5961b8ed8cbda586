"""Pools of channels: so many calls at once, the others wait in the order they came (sage.md 2.16)."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from .....clock import Clock
from .refusing import Refused
from .settings import Pool, Settings


class Pools:
    """The channels of all pools; ``occupy`` lets other people use some."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self.clock, self.settings = clock, settings
        self.busiest = 0
        """How many calls were inside one pool at the same time, at most."""
        self._others: dict[str, list[datetime]] = {}
        self._inside: dict[str, int] = {}
        self._queue: dict[str, deque[object]] = {}
        self._moved = threading.Condition()

    def occupy(self, alias: str, seconds: float, channels: int = 1) -> None:
        """Other people's calls hold channels for so long."""
        until = self.clock.now() + timedelta(seconds=seconds)
        self._others.setdefault(alias, []).extend([until] * channels)

    @contextmanager
    def channel(self, alias: str, pool: Pool, pause: Callable[[float], None]) -> Iterator[float]:
        """One channel, and how many milliseconds it was waited for."""
        waited = self._wait_for_others(alias, pool, pause)
        began = time.monotonic()
        self._enter(alias, pool)
        waited += (time.monotonic() - began) * 1000
        try:
            yield waited
        finally:
            with self._moved:
                self._inside[alias] -= 1
                self._moved.notify_all()

    def _wait_for_others(self, alias: str, pool: Pool, pause: Callable[[float], None]) -> float:
        now = self.clock.now()
        held = sorted(until for until in self._others.get(alias, []) if until > now)
        self._others[alias] = held
        if len(held) < pool.maximum:
            return 0.0
        seconds = (held[len(held) - pool.maximum] - now).total_seconds()
        limit = self.settings.wait_limit
        pause(seconds if limit is None else min(seconds, limit))
        if limit is not None and seconds > limit:
            raise Refused
        return seconds * 1000

    def _enter(self, alias: str, pool: Pool) -> None:
        """Wait for a channel behind everybody who came before."""
        ticket = object()
        with self._moved:
            queue = self._queue.setdefault(alias, deque())
            queue.append(ticket)
            limit = self.settings.wait_limit
            free = self._moved.wait_for(
                lambda: queue[0] is ticket and self._inside.get(alias, 0) < pool.maximum, limit
            )
            queue.remove(ticket)
            self._moved.notify_all()
            if not free:
                raise Refused
            self._inside[alias] = self._inside.get(alias, 0) + 1
            self.busiest = max(self.busiest, self._inside[alias])
