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
from dataclasses import replace
from typing import Protocol
from wsgiref.types import WSGIApplication

from erp_connect.testing.mocks.business.company import Company
from erp_connect.testing.mocks.business.masters import NOBODY
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


class Slow(Protocol):
    """A system that makes its callers wait while the line is long."""

    def lengthened(self, latency: float) -> None:
        """The line has this latency now."""

    def told(self) -> dict[str, float]:
        """``waited``: seconds that callers had to wait since the last time."""


class _Counted:
    """Counts requests, and the time that they take the system itself."""

    def __init__(self, app: WSGIApplication, slow: Slow | None = None) -> None:
        self.app, self.trips, self.served = app, 0, 0.0
        self.slow = slow
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
        told = {"trips": self.trips, "served": self.served} | (self.slow.told() if self.slow else {})
        self.trips, self.served = 0, 0.0
        return told


def serve_web(
    app: WSGIApplication,
    fill: Callable[[int], None],
    facts: Callable[[str], Mapping[str, str]],
    slow: Slow | None = None,
) -> None:
    """Serve an application until standard input ends; ``facts`` says what else is told of an address."""
    counted = _Counted(app, slow)
    network = Network(counted)
    with serve(network, threads=THREADS) as url:
        print(json.dumps({"url": url, **facts(url)}), flush=True)
        obey(fill, network, counted, slow)


def obey(fill: Callable[[int], None], line: Line, counted: Counter, slow: Slow | None = None) -> None:
    """Do as standard input says, until it ends."""
    for said in sys.stdin:
        word, _, value = said.strip().partition(" ")
        if word == "latency":
            line.latency = float(value)
            if slow is not None:
                slow.lengthened(line.latency)
        elif word == "orders":
            fill(int(value))
        print(json.dumps(counted.tell()), flush=True)


def more_orders(company: Company, count: int) -> None:
    """So many orders, copies of the one that stands."""
    (model,) = company.documents.where("kind", "order")
    lines = company.lines_of(model)
    for more in range(1, count):
        paper = company.documents.add(replace(model, id=NOBODY, number=later(model.number, more)))
        for line in lines:
            company.lines.add(replace(line, id=NOBODY, document=paper.id))


def later(number: str, more: int) -> str:
    """A number of the same form, so many later."""
    head = number.rstrip("0123456789")
    digits = number[len(head) :]
    return f"{head}{int(digits or 0) + more:0{len(digits)}}"
