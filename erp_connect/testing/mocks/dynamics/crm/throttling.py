"""Service protection: three limits per user over a sliding window, and what is left of them (dynamics.md 4.7)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from .....clock import Clock
from .settings import Settings

REQUESTS: Final = "0x80072322"
EXECUTION: Final = "0x80072321"
CONCURRENT: Final = "0x80072326"


class Throttled(Exception):
    """429: a code, a text, and after how many seconds to come back."""

    def __init__(self, code: str, text: str, seconds: int) -> None:
        super().__init__(text)
        self.code, self.seconds = code, seconds


class Protection:
    """What one web server lets through."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self.clock, self.settings = clock, settings
        self._spent: dict[str, deque[tuple[datetime, float]]] = {}
        self._running: dict[str, int] = {}
        self._lock = threading.Lock()

    @contextmanager
    def admitted(self, user: str) -> Iterator[None]:
        """A request of a user; nothing is executed where a limit is reached."""
        with self._lock:
            self._check(user)
            self._spent[user].append((self.clock.now(), self.settings.seconds_per_request))
            self._running[user] = self._running.get(user, 0) + 1
        try:
            yield
        finally:
            with self._lock:
                self._running[user] -= 1

    def left(self, user: str) -> dict[str, str]:
        """The headers of a successful answer."""
        with self._lock:
            spent = self._recent(user)
            seconds = self.settings.execution_in_window - sum(cost for _, cost in spent)
            return {
                "x-ms-ratelimit-burst-remaining-xrm-requests": str(
                    self.settings.requests_in_window - len(spent)
                ),
                "x-ms-ratelimit-time-remaining-xrm-requests": f"{seconds:,.2f}",
            }

    def spend(self, user: str, seconds: float) -> None:
        """A request has executed so many seconds more."""
        with self._lock:
            self._recent(user).append((self.clock.now(), seconds))

    def _recent(self, user: str) -> deque[tuple[datetime, float]]:
        spent = self._spent.setdefault(user, deque())
        while spent and spent[0][0] <= self.clock.now() - timedelta(seconds=self.settings.window):
            spent.popleft()
        return spent

    def _check(self, user: str) -> None:
        spent = self._recent(user)
        if self._running.get(user, 0) >= self.settings.concurrent:
            text = f"Number of concurrent requests exceeded the limit of {self.settings.concurrent}."
            raise Throttled(CONCURRENT, text, 1)
        wait = self._until_free(spent)
        window = self.settings.window
        if len(spent) >= self.settings.requests_in_window:
            limit = self.settings.requests_in_window
            text = f"Number of requests exceeded the limit of {limit} over time window of {window} seconds."
            raise Throttled(REQUESTS, text, wait)
        if sum(cost for _, cost in spent) >= self.settings.execution_in_window:
            limit = self.settings.execution_in_window
            text = (
                f"Combined execution time of incoming requests exceeded limit of {limit * 1000} milliseconds "
                f"over time window of {window} seconds. Decrease number of concurrent requests or reduce the "
                "duration of requests and try again later."
            )
            raise Throttled(EXECUTION, text, wait)

    def _until_free(self, spent: deque[tuple[datetime, float]]) -> int:
        if not spent:
            return self.settings.window
        due = spent[0][0] + timedelta(seconds=self.settings.window)
        return max(1, round((due - self.clock.now()).total_seconds()))
