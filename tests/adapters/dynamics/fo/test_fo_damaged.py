"""Answers of Finance & Operations, damaged at random: they are read or refused, and no write is done twice.

``ERP_CONNECT_SEED`` repeats a run.
"""

import json
import os
import random
import sys
from contextlib import contextmanager
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.dynamics.fo import clerk
from erp_connect.testing.mocks.dynamics.fo.web import FinanceOperations
from erp_connect.testing.mocks.network import called
from erp_connect.testing.mocks.serving import serve

from .fo_place import draft, opened, orders_of, sooner_or_later, valves

pytestmark = pytest.mark.thorough

TIMES = 80
"""Damaged answers for each thing that is read."""
NOISE = (
    *("", " ", "X", "0", "-1", "1900-01-01T12:00:00Z", "2026-13-45T12:00:00Z", "1E400", "NaN", "0" * 400),
    *("ÄÖ\x00", "'\"<>", None, 0, -1, 10**30, 1.5, True, [], {}, [{}], [[]]),
)
NAMED = frozenset({"SalesOrderNumber", "PurchaseOrderNumber", "ReturnOrderNumber", "dataAreaId"})
"""Nobody can guard against a system that tells another number."""


class Damage:
    """A server that spoils a place or several of its JSON answers to one method."""

    def __init__(self, app, chance):
        self.app, self.chance = app, chance
        self.method = None

    def __call__(self, environ, start_response):
        if self.method != environ["REQUEST_METHOD"] or "/data" not in environ["PATH_INFO"]:
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
def damaged(company, tmp_path):
    seed = int(os.environ.get("ERP_CONNECT_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"ERP_CONNECT_SEED={seed}\n")
    damage = Damage(FinanceOperations(company.world), random.Random(seed))
    with serve(damage) as url:
        journal = f"sqlite:///{tmp_path}/journal.db"
        with opened(url, company.world.clock, journal=journal) as erp:
            yield erp, damage


READ = {
    "get": lambda erp, order: erp.orders.get(order.id),
    "find": lambda erp, order: erp.orders.find(customer_po=order.customer_po),
    "list": lambda erp, _: list(erp.orders.list()),
    "shipments": lambda erp, order: erp.shipments.of(order),
    "invoices": lambda erp, order: erp.invoices.of(order),
    "returns": lambda erp, order: erp.returns.of(order),
    "customer": lambda erp, _: erp.customers.find(number="10000"),
    "product": lambda erp, _: erp.products.find(code="VALVE-20"),
    "stock": lambda erp, _: erp.stock.availability("VALVE-20", 1, "C62"),
    "price": lambda erp, _: erp.prices.quote("10000", "VALVE-20", 1, "C62"),
}


@pytest.mark.parametrize("read", list(READ))
def test_a_damaged_answer_is_read_or_refused(company, tmp_path, read):
    with damaged(company, tmp_path) as (erp, damage):
        order = erp.orders.create(draft(valves(), valves(3)), key="order").order
        clerk.pack(
            company, company.find("order", order.number), {1: Decimal(5)}, tracking=[("1Z", "https://t")]
        )
        clerk.invoice(company, company.find("order", order.number))
        erp.returns.create(ec.ReturnDraft(order=order.id, lines={1: 2}, reason="DEFECT"), key="back")
        outcomes = set()
        damage.method = "GET"
        for _ in range(TIMES):
            try:
                READ[read](erp, order)
            except errors.ErpConnectError as failure:
                outcomes.add(failure.outcome)
        damage.method = None
        READ[read](erp, order)
    assert outcomes <= {"not_applied"}


def test_a_damaged_answer_to_a_write_makes_no_second_order(company, clock, tmp_path):
    with damaged(company, tmp_path) as (erp, damage):
        erp.orders.find(customer_po="warm")
        for number in range(TIMES // 4):
            key = f"damaged/{number}"
            damage.method = "POST"
            try:
                erp.orders.create(draft(customer_po=key), key=key)
            except errors.ErpConnectError:
                damage.method = None
                sooner_or_later(lambda key=key: erp.orders.create(draft(customer_po=key), key=key), clock)
            damage.method = None
    assert len(orders_of(company)) == TIMES // 4
