"""Being told by Business Central: the handshake, real sockets, renewal, strangers (dynamics.md 1.17)."""

import json
from contextlib import contextmanager

import pytest
import requests

import erp_connect as ec
from erp_connect import errors
from erp_connect.integrations.business_central_webhooks import OrderWebhook
from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.business.samples import harbour_trading
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.dynamics.bc.web import BusinessCentral
from erp_connect.testing.mocks.serving import serve


class Ears:
    """Where the webhook is mounted once it is made; the address has to be known before."""

    def __init__(self):
        self.app = None

    def __call__(self, environ, start_response):
        return self.app(environ, start_response)


@contextmanager
def listening(clock):
    company = harbour_trading(World(clock))
    server, ears, heard = BusinessCentral(company.world), Ears(), []
    with (
        serve(server) as system,
        serve(ears) as url,
        ec.connect(
            f"dynamics+bc://ANNA@{system.removeprefix('http://')}/BC/api/v2.0?tls=off&company=Harbour Trading",
            password="webkey",
            journal="sqlite://",
            clock=clock,
        ) as erp,
    ):
        ears.app = OrderWebhook(erp, f"{url}/orders", lambda order, change: heard.append((order, change)))
        yield erp, server, ears.app, heard, url


DRAFT = ec.OrderDraft(
    customer="10000",
    customer_po="PO-1",
    currency="EUR",
    lines=[ec.LineDraft(product="VALVE-20", quantity=1, unit="C62")],
)


def test_each_change_of_an_order_is_heard_by_its_id():
    with listening(Hands()) as (erp, server, webhook, heard, _):
        webhook.subscribe()
        order = erp.orders.create(DRAFT, key="one").order
        server.webhooks.flush(now=True)
        assert heard == [(order.id, "created")]
        erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5))
        server.webhooks.flush(now=True)
        assert heard[1:] == [(order.id, "updated")]
        erp.orders.cancel(order.id, "not needed")
        server.webhooks.flush(now=True)
        assert heard[2:] == [(order.id, "deleted")]
        webhook.unsubscribe()
        erp.orders.create(DRAFT.but(customer_po="PO-2"), key="two")
        server.webhooks.flush(now=True)
        assert len(heard) == 3


def test_a_subscription_is_renewed_before_its_three_days_are_over():
    clock = Hands()
    with listening(clock) as (erp, server, webhook, heard, _):
        webhook.subscribe()
        assert not webhook.renew_if_due()
        clock.turn(days=2, hours=18)
        assert webhook.renew_if_due()
        clock.turn(days=2)
        order = erp.orders.create(DRAFT, key="one").order
        server.webhooks.flush(now=True)
        assert heard == [(order.id, "created")]


def test_a_subscription_that_has_ended_is_made_anew():
    clock = Hands()
    with listening(clock) as (erp, server, webhook, heard, _):
        webhook.subscribe()
        clock.turn(days=4)
        erp.orders.find(customer_po="any")
        assert webhook.renew_if_due()
        order = erp.orders.create(DRAFT, key="one").order
        server.webhooks.flush(now=True)
        assert heard == [(order.id, "created")]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (
            {"value": [{"clientState": "guessed", "resource": "x/salesOrders(1)", "changeType": "updated"}]},
            403,
        ),
        ({"value": "nonsense"}, 400),
        ([], 400),
        ("{", 400),
        ("[" * 100_000, 400),
    ],
    ids=["a stranger", "no list", "no mapping", "no JSON", "nested too deeply"],
)
def test_what_does_not_come_from_the_system_is_not_heard(sent, status):
    with listening(Hands()) as (_, _, webhook, heard, url):
        webhook.subscribe()
        body = sent if isinstance(sent, str) else json.dumps(sent)
        assert requests.post(f"{url}/orders", data=body, timeout=10).status_code == status
        assert heard == []


def test_another_back_end_has_no_such_webhooks():
    with ec.connect("memory://") as erp, pytest.raises(errors.ConfigurationError):
        OrderWebhook(erp, "https://hooks.example", print)
