"""Webhooks, really delivered (dynamics.md 1.17)."""

import json

import pytest
import requests
from werkzeug.wrappers import Request, Response

from erp_connect.testing.mocks.serving import mount, serve

from .conftest import ROOT, code


class Ear:
    """Who is told: remembers what came, answers what it is told to."""

    def __init__(self):
        self.status, self.shakes, self.heard = 200, True, []

    def __call__(self, environ, start_response):
        request = Request(environ)
        token = request.args.get("validationToken")
        if token is not None:
            answer = Response(token if self.shakes else "no", 200, mimetype="text/plain")
        else:
            self.heard += json.loads(request.get_data())["value"] if self.status < 300 else []
            answer = Response("", self.status)
        return answer(environ, start_response)


@pytest.fixture
def ear(server, clock):
    ear = Ear()
    with server.webhooks.session:
        mount(server.webhooks.session, "https://hooks.example", ear, clock)
        yield ear


@pytest.fixture
def subscribe(bc, company):
    def subscribe(entity_set="salesOrders", url="https://hooks.example/bc", **more):
        resource = f"api/v2.0/companies({company.id})/{entity_set}"
        body = {"notificationUrl": url, "resource": resource, "clientState": "mine", **more}
        return bc("POST", f"{ROOT}/subscriptions", body)

    return subscribe


def test_changes_are_gathered_for_half_a_minute_and_told(bc, server, clock, ear, subscribe):
    told = subscribe()
    assert told.status_code == 201
    order = bc.order()
    bc("PATCH", f"salesOrders({order['id']})", {"salesperson": "JO"}, If_Match="*")
    assert server.webhooks.flush() == 0
    clock.turn(seconds=30)
    bc("GET", "customers")
    assert [(one["changeType"], one["clientState"]) for one in ear.heard] == [("created", "mine")]
    assert ear.heard[0]["subscriptionId"] == told.json()["subscriptionId"]
    assert ear.heard[0]["resource"].endswith(f"/salesOrders({order['id']})")


def test_edits_of_lines_are_told_of_the_order(bc, server, ear, subscribe):
    order = bc.order()
    subscribe()
    line = bc.lines(order)[0]
    bc("PATCH", f"salesOrderLines({line['id']})", {"description": "Valve"}, If_Match="*")
    server.webhooks.flush(now=True)
    assert [one["changeType"] for one in ear.heard] == ["updated"]


def test_a_deleted_order_is_told(bc, server, ear, subscribe):
    order = bc.order()
    subscribe()
    bc("DELETE", f"salesOrders({order['id']})")
    server.webhooks.flush(now=True)
    assert [one["changeType"] for one in ear.heard] == ["deleted"]


def test_what_was_rolled_back_is_not_told(bc, server, ear, subscribe):
    subscribe()
    bc("POST", "salesOrders", {"customerNumber": "10000", "salesOrderLines": [{"lineObjectNumber": "NIX"}]})
    assert server.webhooks.flush(now=True) == 0


def test_many_changes_are_told_as_one(bc, server, ear, subscribe):
    server.settings.collection_from = 2
    subscribe()
    for _ in range(3):
        bc.order()
    server.webhooks.flush(now=True)
    assert [one["changeType"] for one in ear.heard] == ["collection"]
    assert "?$filter=lastModifiedDateTime ge " in ear.heard[0]["resource"]


def test_a_subscription_lives_three_days_unless_it_is_renewed(bc, clock, ear, subscribe):
    first = subscribe().json()
    second = subscribe("customers").json()
    clock.turn(days=2)
    bc.renew_token()
    key = f"{ROOT}/subscriptions('{first['subscriptionId']}')"
    assert code(bc("PATCH", key, {})) == (400, "BadRequest_InvalidToken")
    renewed = bc("PATCH", key, {}, If_Match=first["@odata.etag"])
    assert renewed.status_code == 200
    clock.turn(days=2)
    bc.renew_token()
    left = [one["subscriptionId"] for one in bc("GET", f"{ROOT}/subscriptions").json()["value"]]
    assert left == [first["subscriptionId"]]
    assert second["subscriptionId"] not in left


def test_a_subscription_is_taken_back(bc, ear, subscribe):
    told = subscribe().json()
    key = f"{ROOT}/subscriptions('{told['subscriptionId']}')"
    assert bc("DELETE", key, If_Match=told["@odata.etag"]).status_code == 204
    assert bc("GET", key).status_code == 404


def test_who_does_not_shake_hands_is_not_told(ear, subscribe):
    ear.shakes = False
    assert subscribe().status_code == 400


@pytest.mark.parametrize("entity_set", ["salesShipments", "purchaseOrders", "nothing"])
def test_some_sets_tell_nobody(ear, subscribe, entity_set):
    assert subscribe(entity_set).status_code == 400


def test_a_client_state_has_a_limit(ear, subscribe):
    assert subscribe(clientState="x" * 2049).status_code == 400


def test_there_may_be_too_many(server, ear, subscribe):
    server.settings.subscriptions = 1
    assert [subscribe().status_code, subscribe().status_code] == [201, 400]


@pytest.mark.parametrize(
    ("status", "kept"), [(503, True), (429, True), (408, True), (404, False), (302, False)]
)
def test_an_answer_that_is_no_fault_of_the_moment_ends_the_subscription(
    bc, server, ear, subscribe, status, kept
):
    subscribe()
    bc.order()
    ear.status = status
    server.webhooks.flush(now=True)
    assert bool(server.webhooks.subscriptions) is kept
    ear.status = 200
    server.webhooks.flush(now=True)
    assert len(ear.heard) == (1 if kept else 0)


def test_it_asks_which_sets_tell(bc):
    url = ROOT.replace("/api/v2.0", "/api/microsoft/runtime/beta")
    told = bc("GET", f"{url}/companies({bc.company.id})/webhookSupportedResources").json()["value"]
    assert any(one["resource"].endswith("/salesOrders") for one in told)


def test_a_notification_arrives_on_a_real_socket(bc, server, subscribe):
    ear = Ear()
    with serve(ear) as url, requests.Session() as session:
        server.webhooks.session = session
        assert subscribe(url=f"{url}/hook").status_code == 201
        bc.order()
        assert server.webhooks.flush(now=True) == 1
    assert [one["changeType"] for one in ear.heard] == ["created"]
