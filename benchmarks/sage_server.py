"""A mock Sage in a process of its own: ``x3``, ``200`` or ``300``.

A save of X3 takes five seconds, as on a folder whose entry transaction is heavy, wherever the line is long.
"""

from __future__ import annotations

import sys

from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.sage.sage200 import samples as sage200
from erp_connect.testing.mocks.sage.sage200.settings import Settings as Sage200Settings
from erp_connect.testing.mocks.sage.sage200.web import Sage200
from erp_connect.testing.mocks.sage.sage300.samples import sample_company
from erp_connect.testing.mocks.sage.sage300.settings import Settings as Sage300Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300
from erp_connect.testing.mocks.sage.x3 import samples as x3
from erp_connect.testing.mocks.sage.x3.settings import Settings as X3Settings
from erp_connect.testing.mocks.sage.x3.web import SageX3

from .far_server import more_orders, serve_web

SAVING = 5.0
_ALWAYS = 10**9


class SlowX3(SageX3):
    """Saves take their time while the line is long; how many there were is told."""

    saves = 0

    def lengthened(self, latency: float) -> None:
        """The line has this latency now."""
        self._waiting.clear()
        if latency:
            self.slow(SAVING, operation="save", times=_ALWAYS)

    def told(self) -> dict[str, float]:
        """Seconds that saves have waited since the last time, in which the system does nothing else for the caller."""
        saves = sum(operation == "save" for operation, _ in self.calls)
        self.calls.clear()
        return {"waited": saves * SAVING if self._waiting else 0.0}


def main(kind: str) -> None:
    """Serve until standard input ends."""
    if kind == "x3":
        world = x3.x3_world()
        company = x3.folder(world)
        slow = SlowX3(world, X3Settings())
        serve_web(slow, lambda count: more_orders(company, count), lambda _: {}, slow)
    elif kind == "200":
        world = sage200.sage_world()
        company = sage200.harbour_trading(world)
        server = Sage200(world, Sage200Settings())
        headers = server.headers(company.name)
        serve_web(server, lambda count: more_orders(company, count), lambda _: headers)
    else:
        world = World()
        company = sample_company(world)
        serve_web(
            Sage300(world, Sage300Settings()),
            lambda count: more_orders(company, count),
            lambda _: {"company": company.name},
        )


if __name__ == "__main__":
    main(sys.argv[1])
