"""A mock system in a process of its own, at the end of a line that can be made long, and how work on it is timed.

The bound is the time that the system itself takes, and a round trip's latency for each call, shared by the connections
that may be used at once.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import erp_connect as ec

from . import footprint

LATENCY = 0.03
LINES = 5
"""Of every order that is created."""
CUSTOMER = "10000"
"""Who orders, in every company."""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds: on the clock, of this process, of the mock, and of the bound; and round trips."""

    wall: float
    cpu: float
    served: float
    bound: float
    trips: int


class Site:
    """A mock system in a process of its own.

    ``server`` is the module that serves it, ``kind`` what that is told; ``concurrency`` how many connections the
    product lets be used at once, or else as many as the benchmark uses.
    """

    name: ClassVar[str]
    server: ClassVar[str]
    kind: ClassVar[str]
    concurrency: ClassVar[int] = 8
    most: ClassVar[int | None] = None
    """Orders that are created at most, where each takes the product long."""
    currency: ClassVar[str] = "EUR"
    lists: ClassVar[bool] = True
    """Whether a list has more than one order in an answer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.told_first = self._heard()

    def say(self, line: str) -> dict[str, Any]:
        """Tell the server something; its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard

    def timed(self, job: Callable[[], object], latency: float = LATENCY) -> Took:
        """Do a job, and see what it took."""
        self.say("tell")
        cpu, wall = time.process_time(), time.perf_counter()
        job()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        said = self.say("tell")
        waited = said["trips"] * latency + said.get("waited", 0.0)
        bound = said["served"] + waited / self.concurrency
        return Took(wall, cpu, said["served"], bound, said["trips"])

    def get_ready(self) -> None:
        """Find out what is the same for all orders, off the clock."""

    def create_by_hand(self, count: int) -> None:
        """One order after the other, each read back."""
        raise NotImplementedError

    def read_by_hand(self, count: int) -> None:
        """Requests like the library's, one after the other; nothing is made of the answers."""
        raise NotImplementedError

    def wanted(self, number: int) -> list[tuple[str, int]]:
        """Product and quantity of each line of an order."""
        raise NotImplementedError

    def drafts(self, count: int) -> list[ec.OrderDraft]:
        """So many orders."""
        return [
            ec.OrderDraft(
                customer=CUSTOMER,
                customer_po=f"PO-{number:05d}",
                currency=self.currency,
                lines=[
                    ec.LineDraft(product=product, quantity=quantity, unit="C62")
                    for product, quantity in self.wanted(number)
                ],
            )
            for number in range(count)
        ]

    def client(self, folder: str) -> ec.Client:
        """The library on the same system."""
        raise NotImplementedError

    def peak_of_listing(self, orders: int) -> float:
        """Peak memory (MB) of a process that lists so many orders."""
        raise NotImplementedError

    def more(self, folder: str) -> dict[str, Any]:
        """What every client is given."""
        return {"journal": f"sqlite:///{folder}/journal.db", "max_concurrency": self.concurrency}


S = TypeVar("S", bound=Site)


@contextmanager
def opened(kind: type[S]) -> Iterator[S]:
    """A system of its own, 30 ms away."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{kind.server}", kind.kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        site = kind(process)
        site.say(f"latency {LATENCY}")
        yield site
    finally:
        process.communicate()


def peak_of_listing(orders: int, address: str, opening: str = "erp = ec.connect(sys.argv[1])") -> float:
    """Peak memory (MB) of a process of its own that lists so many orders."""
    return footprint.peak_of_listing(address, orders, opening) / 2**20
