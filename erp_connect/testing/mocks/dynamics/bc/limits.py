"""How much one user may ask for (dynamics.md 1.16)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from .....clock import Clock
from ...odata.errors import ODataError
from .settings import Settings


class Limits:
    """A sliding window of requests, a few at a time, and a queue, for each user."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self.clock, self.settings = clock, settings
        self.most_at_once = 0
        """The most requests of one user that ever ran at the same time."""
        self._asked: dict[str, deque[datetime]] = {}
        self._running: dict[str, int] = {}
        self._waiting: dict[str, int] = {}
        self._turn = threading.Condition()

    @contextmanager
    def admitted(self, user: str) -> Iterator[None]:
        """A request of a user, when its turn comes; 429 where there are too many, 503 where it waited too long."""
        self.enter(user)
        try:
            yield
        finally:
            self.leave(user)

    def enter(self, user: str) -> None:
        """Count a request in."""
        with self._turn:
            self._count(user)
            if self._running.get(user, 0) >= self.settings.concurrent:
                self._wait(user)
            self._running[user] = self._running.get(user, 0) + 1
            self.most_at_once = max(self.most_at_once, self._running[user])

    def leave(self, user: str) -> None:
        """Count it out."""
        with self._turn:
            self._running[user] -= 1
            self._turn.notify_all()

    def _count(self, user: str) -> None:
        now = self.clock.now()
        asked = self._asked.setdefault(user, deque())
        oldest = now - timedelta(seconds=self.settings.window)
        while asked and asked[0] <= oldest:
            asked.popleft()
        if len(asked) >= self.settings.requests_in_window:
            raise ODataError(429, "TooManyRequests", "Too many requests reached. Please wait and try again.")
        asked.append(now)

    def _wait(self, user: str) -> None:
        waiting = self._waiting.get(user, 0)
        if waiting >= self.settings.queue:
            raise ODataError(429, "TooManyRequests", "Too many requests are waiting. Please try again later.")
        self._waiting[user] = waiting + 1
        try:
            free = self._turn.wait_for(
                lambda: self._running.get(user, 0) < self.settings.concurrent, self.settings.queue_wait
            )
        finally:
            self._waiting[user] -= 1
        if not free:
            raise ODataError(503, "Internal_TenantUnavailable", "The request waited too long.")
