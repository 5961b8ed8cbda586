"""What serves a mock system to a benchmark in another process.

Told by lines on standard input: ``latency SECONDS``, ``orders COUNT`` (that many stand then), ``tell`` (what was asked
for since the last time); each is answered by a line of JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol
from wsgiref.types import WSGIApplication

from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.serving import serve

THREADS = 16


class Line(Protocol):
    """What can be made long."""

    latency: float


class Counter(Protocol):
    """What knows what was asked for."""

    def tell(self) -> dict[str, float]:
        """What was done since the last time."""


class _Counted:
    """Counts requests, and the time that they take the system itself."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app, self.trips, self.served = app, 0, 0.0
        self._guard = threading.Lock()

    def __call__(self, environ, start):  # type: ignore[no-untyped-def]
        began = time.thread_time()
        try:
            return list(self.app(environ, start))
        finally:
            took = time.thread_time() - began
            with self._guard:
                self.trips += 1
                self.served += took

    def tell(self) -> dict[str, float]:
        """What was done since the last time."""
        told = {"trips": self.trips, "served": self.served}
        self.trips, self.served = 0, 0.0
        return told


def serve_web(
    app: WSGIApplication, fill: Callable[[int], None], facts: Callable[[str], Mapping[str, str]]
) -> None:
    """Serve an application until standard input ends; ``facts`` says what else is told of an address."""
    counted = _Counted(app)
    network = Network(counted)
    with serve(network, threads=THREADS) as url:
        print(json.dumps({"url": url, **facts(url)}), flush=True)
        obey(fill, network, counted)


def obey(fill: Callable[[int], None], line: Line, counted: Counter) -> None:
    """Do as standard input says, until it ends."""
    for said in sys.stdin:
        word, _, value = said.strip().partition(" ")
        if word == "latency":
            line.latency = float(value)
        elif word == "orders":
            fill(int(value))
        print(json.dumps(counted.tell()), flush=True)
