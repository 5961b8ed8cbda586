"""A mock SAP in a process of its own, at the end of a line that can be made long: ``odata``, or ``rfc``.

Told by lines on standard input: ``latency SECONDS``, ``orders COUNT`` (that many stand then), ``tell`` (what was asked
for since the last time); each is answered by a line of JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from wsgiref.types import WSGIApplication

from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sap.odata.gateway import Gateway
from erp_connect.testing.mocks.sap.world import World
from erp_connect.testing.mocks.serving import serve

from . import sap_company
from .sap_line import Exchange

THREADS = 16


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


def main(kind: str) -> None:
    """Serve until standard input ends."""
    world = sap_company.new_world()
    if kind == "rfc":
        exchange = Exchange(world)
        print(json.dumps({"address": exchange.address}), flush=True)
        _obey(world, exchange, exchange)
        return
    counted = _Counted(Gateway(world))
    network = Network(counted)
    with serve(network, threads=THREADS) as url:
        print(json.dumps({"url": url}), flush=True)
        _obey(world, network, counted)


def _obey(world: World, line: Network | Exchange, counted: _Counted | Exchange) -> None:
    for said in sys.stdin:
        word, _, value = said.strip().partition(" ")
        if word == "latency":
            line.latency = float(value)
        elif word == "orders":
            sap_company.standing_orders(world, int(value))
        print(json.dumps(counted.tell()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
