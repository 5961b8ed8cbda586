"""Answers of the sales order service, damaged at random: they are read or refused, and no write is done twice.

``ERP_CONNECT_SEED`` repeats a run.
"""

import json
import os
import random
import sys
from contextlib import contextmanager
from decimal import Decimal
from types import MappingProxyType

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.network import Network, called
from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.odata.gateway import Gateway
from erp_connect.testing.mocks.serving import serve

from ..site import draft, sooner_or_later, valves
from .place import SETTINGS

TIMES = 120
"""Damaged answers for each thing that is read."""
NOISE = (
    *(
        "",
        " ",
        "X",
        "0",
        "-1",
        "/Date(x)/",
        "/Date(99999999999999999)/",
        "20261345",
        "1E400",
        "NaN",
        "0" * 400,
    ),
    *("ÄÖ\x00", "'\"<>", None, 0, -1, 10**30, 1.5, True, [], {}, [{}], [[]], {"results": None}),
)
SERVICES = MappingProxyType({"v2": "API_SALES_ORDER_SRV", "v4": "api_salesorder"})
NAMED = frozenset({"SalesOrder", "PurchaseOrder"})
"""Nobody can guard against a system that tells another number."""


class Damage:
    """A gateway that spoils a place or several of the JSON answers to one method at one service."""

    def __init__(self, app, chance):
        self.app, self.chance = app, chance
        self.method = self.part = None

    def __call__(self, environ, start_response):
        if self.method != environ["REQUEST_METHOD"] or self.part not in environ["PATH_INFO"]:
            return self.app(environ, start_response)
        status, headers, body = called(self.app, environ)
        try:
            whole = json.loads(body, parse_float=Decimal)
        except ValueError:
            pass
        else:
            for _ in range(self.chance.choice((1, 1, 2, 5))):
                self._spoil(whole)
            body = json.dumps(whole, default=str).encode()
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]

    def _spoil(self, place):
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            keys = [key for key in keys if key not in NAMED]
            if not keys:
                return
            key = self.chance.choice(keys)
            inner = place[key]
            if isinstance(inner, dict | list) and inner and self.chance.random() < 0.9:
                place = inner
                continue
            if self.chance.randrange(3) == 0:
                del place[key]
            else:
                place[key] = self.chance.choice(NOISE)
            return


@contextmanager
def damaged(world, tmp_path, version):
    seed = int(os.environ.get("ERP_CONNECT_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"ERP_CONNECT_SEED={seed}\n")
    damage = Damage(Network(Gateway(world)), random.Random(seed))
    with serve(damage) as url:
        target = f"sap+odata://DEMO@{url.removeprefix('http://')}?service={version}"
        given = {"clock": world.clock, "journal": f"sqlite:///{tmp_path}/journal.db"}
        with ec.connect(target, password="welcome", **given, **SETTINGS) as erp:
            yield erp, damage


READ = {
    "get": lambda erp, order: erp.orders.get(order.id),
    "find": lambda erp, order: erp.orders.find(customer_po=order.customer_po),
    "list": lambda erp, _: list(erp.orders.list()),
}


@pytest.mark.parametrize("version", ["v2", pytest.param("v4", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("read", list(READ))
def test_a_damaged_answer_is_read_or_refused(world, tmp_path, version, read):
    with damaged(world, tmp_path, version) as (erp, damage):
        order = erp.orders.create(draft(valves(), valves(3), notes=("a note",)), key="order").order
        fulfilling.post_goods_issue(world, fulfilling.deliver(world, order.id, {"000010": Decimal(5)}))
        outcomes = set()
        damage.method, damage.part = "GET", SERVICES[version]
        for _ in range(TIMES):
            try:
                READ[read](erp, order)
            except errors.ErpConnectError as failure:
                outcomes.add(failure.outcome)
        damage.method = None
        READ[read](erp, order)
    assert outcomes == {"not_applied"}


@pytest.mark.parametrize("version", ["v2", pytest.param("v4", marks=pytest.mark.thorough)])
def test_a_damaged_answer_to_a_write_makes_no_second_order(world, clock, tmp_path, version):
    with damaged(world, tmp_path, version) as (erp, damage):
        erp.orders.find(customer_po="warm")
        for number in range(TIMES // 4):
            key = f"damaged/{number}"
            damage.method, damage.part = "POST", SERVICES[version]
            try:
                erp.orders.create(draft(customer_po=key), key=key)
            except errors.ErpConnectError:
                damage.method = None
                sooner_or_later(
                    lambda key=key: erp.orders.create(draft(customer_po=key), key=key), clock, in_doubt=True
                )
    made = [order.fields["PURCH_NO_C"] for order in world.orders.values()]
    assert len(made) == len(set(made)) == TIMES // 4
