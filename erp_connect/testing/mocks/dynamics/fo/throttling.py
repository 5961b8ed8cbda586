"""Who is told to come back later: by the server's load and priority, or by limits per user (dynamics.md 3.7)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from .....clock import Clock
from .settings import Settings


class Throttled(Exception):
    """429: the message names the limit."""


class Throttling:
    """What one server lets through."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self.clock, self.settings = clock, settings
        self._asked: dict[str, deque[datetime]] = {}
        self._running: dict[str, int] = {}
        self._lock = threading.Lock()

    @contextmanager
    def admitted(self, application: str) -> Iterator[None]:
        """A request of an application; nothing is executed where it is throttled."""
        self._by_load(application)
        with self._lock:
            if self.settings.user_limits:
                self._by_user(application)
            self._running[application] = self._running.get(application, 0) + 1
        try:
            yield
        finally:
            with self._lock:
                self._running[application] -= 1

    def _by_load(self, application: str) -> None:
        priority = self.settings.priorities.get(application, "low")
        refused = {"normal": set(), "high": {"low"}, "critical": {"low", "medium"}}[self.settings.load]
        if priority in refused:
            raise Throttled("This request is throttled because the server's resources are exhausted.")

    def _by_user(self, application: str) -> None:
        if self._running.get(application, 0) >= self.settings.concurrent:
            raise Throttled("This request is throttled: too many concurrent requests of one user.")
        now = self.clock.now()
        asked = self._asked.setdefault(application, deque())
        while asked and asked[0] <= now - timedelta(seconds=self.settings.window):
            asked.popleft()
        if len(asked) >= self.settings.requests_in_window:
            raise Throttled("This request is throttled: too many requests of one user in the time window.")
        asked.append(now)
