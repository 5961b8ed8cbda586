"""A mock SAP in a process of its own: ``odata``, or ``rfc``."""

from __future__ import annotations

import json
import sys

from erp_connect.testing.mocks.sap.odata.gateway import Gateway

from . import sap_company
from .far_server import obey, serve_web
from .sap_line import Exchange


def main(kind: str) -> None:
    """Serve until standard input ends."""
    world = sap_company.new_world()

    def fill(count: int) -> None:
        sap_company.standing_orders(world, count)

    if kind == "odata":
        serve_web(Gateway(world), fill, lambda _: {})
        return
    exchange = Exchange(world)
    print(json.dumps({"address": exchange.address}), flush=True)
    obey(fill, exchange, exchange)


if __name__ == "__main__":
    main(sys.argv[1])
