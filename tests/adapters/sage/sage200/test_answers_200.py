"""Answers of Sage 200 in forms that the mock does not choose by itself (sage.md 4.3 to 4.6)."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.sage.sage200.errors import refusal, said
from erp_connect.models import OrderStatus
from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.network import called
from erp_connect.wire.http import Answer

from ...repeating import sooner_or_later
from .place200 import draft, hoses, place, valves
from .test_breaks_200 import set_blocked

_PREFIXES = re.compile(
    rb'"Enum(?:LineType|DocumentStatus|DocumentProcessStatus|TradeLineStatus|InvoiceCreditType)(\w)'
)


class Worded:
    """A server whose answers to a method, at an end of a path, are put in other words."""

    def __init__(self, app, method, end, worded):
        self.app, self.method, self.end, self.worded = app, method, end, worded

    def __call__(self, environ, start_response):
        if self.method not in ("", environ["REQUEST_METHOD"]) or self.end not in environ["PATH_INFO"]:
            return self.app(environ, start_response)
        status, headers, body = called(self.app, environ)
        if status.startswith("2"):
            body = self.worded(body)
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        start_response(status, headers)
        return [body]


def worded(site, method, end, words):
    site.turns.app = Worded(site.turns.app, method, end, words)


def without(*names):
    """The record with these cells null, as a server may write what was not expanded."""
    return lambda body: json.dumps({**json.loads(body), **dict.fromkeys(names)}).encode()


CHARGE = ec.Charge(code="CARR", amount=ec.Money(amount=Decimal("9.50"), currency="GBP"))


def test_members_of_enumerations_are_read_without_their_prefix_too(company, tmp_path):
    """sage.md 4.4: ``document_status`` has twenty characters, which ``EnumDocumentStatusLive`` has not."""
    with place(company, tmp_path) as site:
        worded(site, "", "/sop_", lambda body: _PREFIXES.sub(rb'"\1', body))
        receipt = site.erp.orders.create(draft(valves(), hoses(), charges=(CHARGE,)), key="one")
        assert receipt.differences == ()
        order = site.erp.orders.get(receipt.order.id)
        assert ([line.product for line in order.lines], order.charges) == (["VALVE-20", "HOSE-20"], (CHARGE,))
        assert order.status is OrderStatus.CONFIRMED
        again = CHARGE.but(amount=ec.Money(amount=Decimal(12), currency="GBP"))
        now = site.erp.orders.amend(order, ec.ChangeHeader(charges=(again,)), key="two").stored
        assert [each.amount.amount for each in now.charges] == [12]
        site.erp.shipments.post(order.id, {order.lines[0].id: 5}, key="three")
        assert site.erp.orders.get(order.id).status is OrderStatus.PARTLY_SHIPPED


def test_a_line_of_a_kind_that_nobody_knows_is_told_in_the_warnings(company, tmp_path):
    with place(company, tmp_path) as site:
        order = site.erp.orders.create(draft(valves(), hoses()), key="one").order
        worded(
            site,
            "GET",
            "/sop_orders",
            lambda body: body.replace(b"EnumLineTypeStandard", b"EnumLineTypeKit", 1),
        )
        now = site.erp.orders.get(order.id)
    assert len(now.lines) == 1
    assert any("EnumLineTypeKit" in each for each in now.warnings)


def test_an_order_that_was_billed_is_told_as_invoiced(site):
    """sage.md 4.4: ``invoice_credit_status`` is of the family None, Partially, Fully."""
    order = site.erp.orders.create(draft(), key="one").order
    worded(
        site,
        "GET",
        "/sop_orders",
        lambda body: re.sub(
            rb'("invoice_credit_status": ?)"\w*None"', rb'\1"EnumDocumentProcessStatusFully"', body
        ),
    )
    assert [each.kind.value for each in site.erp.orders.events() if each.order_id == order.id] == ["invoiced"]


SAID_OF_SUCCESS = [b"", b"null", b"true", b'"OK"', b"[]"]


@pytest.mark.parametrize("body", SAID_OF_SUCCESS)
def test_an_order_is_deleted_whatever_the_success_says(company, tmp_path, body):
    """sage.md 4.3: 200 is success; what stands in the answer to DELETE is told by nobody."""
    with place(company, tmp_path, cancel_by="delete") as site:
        order = site.erp.orders.create(draft(), key="one").order
        worded(site, "DELETE", "/sop_orders", lambda _: body)
        assert site.erp.orders.cancel(order.id, "not needed", key="two")
        assert len(site.sent("DELETE")) == 1
    assert len(company.documents) == 0


@pytest.mark.parametrize("body", SAID_OF_SUCCESS)
@pytest.mark.parametrize("end", ["/sop_orders_status", "/sop_confirm_despatch", "/sop_orders/"])
def test_what_was_done_is_looked_at_where_the_success_holds_no_record(site, end, body):
    order = site.erp.orders.create(draft(), key="one").order
    worded(site, "PUT" if end == "/sop_orders/" else "POST", end, lambda _: body)
    if end == "/sop_orders_status":
        site.erp.orders.cancel(order.id, "not needed", key="two")
        assert site.erp.orders.get(order.id).status is OrderStatus.CANCELLED
    elif end == "/sop_confirm_despatch":
        site.erp.shipments.post(order.id, {order.lines[0].id: 5}, key="two")
        assert site.erp.orders.get(order.id).lines[0].quantities.shipped == 5
    else:
        site.erp.orders.amend(order, ec.AddLine(line=hoses(3)), key="two")
        assert len(site.erp.orders.get(order.id).lines) == 2


def test_lines_that_an_answer_does_not_show_are_no_order_without_lines(site):
    """What was not expanded may be null."""
    worded(site, "POST", "/sop_orders", without("lines"))
    receipt = site.erp.orders.create(draft(), key="one")
    assert (len(receipt.order.lines), receipt.differences) == (1, ())
    worded(site, "PUT", "/sop_orders/", without("lines"))
    split = ec.SplitLine(line=receipt.order.lines[0].id, quantity=2)
    changed = site.erp.orders.amend(receipt.order, split, key="two")
    assert [line.quantities.ordered for line in changed.stored.lines] == [10, 2]


def test_a_401_stays_a_401_where_nobody_can_ask_for_the_sites(site, monkeypatch):
    """What could have been said besides is lost, and not the refusal."""
    api, answer = site.erp._context.adapter.office.api, Answer(401, {}, b"", "http://sage.example/")

    def lost(path, **options):
        raise errors.TransportError("the way is broken", outcome="not_applied")

    monkeypatch.setattr(api, "page", lost)
    assert api.why_not(answer) is None


def test_what_somebody_else_has_changed_meanwhile_is_not_put_back(site):
    """sage.md 4.5: of a change that was refused only what it has itself saved is taken back."""
    order = site.erp.orders.create(draft(valves(), hoses()), key="one").order
    site.server.refuse("Somebody else is working on it.", "sop_orders", "PUT")
    site.turns.at("PUT", 1, lambda: rivals(site, order, 15))
    changes = (ec.ChangeQuantity(line=order.lines[0], to=20), ec.ChangeQuantity(line=order.lines[1], to=3))
    with pytest.raises(errors.ErpConnectError) as caught:
        site.erp.orders.amend(order, *changes, key="two")
    assert caught.value.outcome == "partial"
    assert len(site.sent("PUT")) == 1
    now = site.erp.orders.get(order.id)
    assert [line.quantities.ordered for line in now.lines] == [15, 10]


def test_a_line_that_somebody_else_has_added_meanwhile_is_not_taken_away(site):
    """It has the product of one of ours, and stays; what the change itself has saved goes back."""
    order = site.erp.orders.create(draft(valves(), hoses()), key="one").order
    pump = ec.LineDraft(product="PUMP-A", quantity=1, unit="C62")

    def meanwhile():
        with site.again() as rival:
            rival.orders.amend(order.id, ec.AddLine(line=pump.but(quantity=7)))
        set_blocked(site, blocked=True)

    site.turns.at("PUT", 1, meanwhile)
    with pytest.raises(errors.PartialFailure):
        site.erp.orders.amend(
            order, ec.ChangeQuantity(line=order.lines[0], to=20), ec.AddLine(line=pump), key="two"
        )
    now = site.erp.orders.get(order.id)
    assert [line.quantities.ordered for line in now.lines] == [12, 10, 7]


def rivals(site, order, much):
    """Somebody else changes the first line."""
    world = site.company.world
    with world.unit():
        (line,) = [each for each in site.company.lines if each.quantity == 12]
        site.company.lines.put(replace(line, quantity=Decimal(much)))


@pytest.mark.parametrize(
    "body",
    [
        {"title": "Errors.", "errors": {"lines[0].line_quantity": ["Too much."]}},
        {"Message": "Errors.", "ModelState": {"lines[0].line_quantity": ["Too much."]}},
        {"message": "Errors.", "modelState": {"lines[0].line_quantity": ["Too much."]}},
        [{"field": "lines[0].line_quantity", "message": "Too much."}],
        {"errors": [{"field": "lines[0].line_quantity", "message": "Too much."}]},
    ],
)
def test_a_refusal_names_its_field_in_every_shape(body):
    """sage.md 4.6: nobody has told the form of a refusal."""
    answer = Answer(400, {}, json.dumps(body).encode(), "http://sage.example/")
    assert ("lines[0].line_quantity", "Too much.") in said(answer)


def test_a_refusal_that_is_nested_without_end_is_read_all_the_same():
    answer = Answer(400, {}, b"[" * 900 + b'"no"' + b"]" * 900, "http://sage.example/")
    assert said(answer)


def test_a_currency_that_nobody_knew_before_the_first_order_is_told_and_then_refused(site):
    """sage.md 4.4, 6.3: an order is in its account's currency, and shows it once it stands."""
    price = ec.UnitPrice(amount=Decimal(9), currency="GBP")
    receipt = site.erp.orders.create(draft(valves(price=price), customer="20000"), key="one")
    assert receipt.order.currency == "USD"
    assert "order.currency" in {each.path for each in receipt.differences}
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.create(draft(valves(price=price), customer="20000"), key="two")
    assert caught.value.code == "currency_of_account"
    assert len(site.company.documents) == 1


class Gateway:
    """Knows paths by their verbs: GET of one that only takes POST is not found, and not 405."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].endswith("/sop_orders_status"):
            start_response("404 Resource Not Found", [("Content-Type", "application/json")])
            return [b'{"statusCode": 404, "message": "Resource not found"}']
        return self.app(environ, start_response)


def test_an_order_is_not_deleted_because_a_gateway_shows_no_status_endpoint(site):
    """sage.md 4.3: that endpoint has POST alone, and came with the one for returns."""
    order = site.erp.orders.create(draft(), key="one").order
    site.turns.app = Gateway(site.turns.app)
    with site.again() as erp:
        assert erp.orders.cancel(order.id, "not needed", key="two").stored.status is OrderStatus.CANCELLED
    assert site.sent("DELETE") == []
    assert len(site.company.documents) == 1


def in_twelfths(body):
    """Despatches that count the stock's unit, of which twelve are a box."""
    rows = json.loads(body)
    return json.dumps(
        [{**row, "sop_despatch_line_quantity": row["sop_despatch_line_quantity"] * 12} for row in rows]
    ).encode()


def test_boxes_whose_despatch_counts_pieces_leave_once(site, clock):
    """sage.md 4.4: quantities of despatches may be in the stock's unit, and a twelfth has no end."""
    order = site.erp.orders.create(draft(valves(7, unit="XBX")), key="one").order
    shown = site.erp._context.adapter.office.api.page("sop_order_despatch_line_views")
    assert shown == []
    worded(site, "GET", "/sop_order_despatch_line_views", in_twelfths)
    site.network.lose_reply("sop_confirm_despatch", "POST")
    (shipment,) = [
        sooner_or_later(
            lambda: site.erp.shipments.post(order.id, {order.lines[0].id: 3}, key="two"), clock
        ).stored
    ]
    assert [line.quantity for line in shipment.lines] == [3]
    assert [line.quantity for each in site.erp.shipments.of(order) for line in each.lines] == [3]


def of_2020(body):
    """Orders as they were before they told their currencies."""
    said = json.loads(body)
    rows = said if isinstance(said, list) else [said]
    told = [{name: cell for name, cell in row.items() if "currency" not in name} for row in rows]
    return json.dumps(told if isinstance(said, list) else told[0]).encode()


def test_an_order_that_tells_no_currency_is_in_that_of_its_account(site):
    """sage.md 4.4, 6.3: ``currency_id`` came to orders in 2021, and is not the company's own for every account."""
    order = site.erp.orders.create(draft(customer="20000", currency="USD"), key="one").order
    named = f"USD={order.raw['currency_id']}"
    worded(site, "GET", "/sop_orders", of_2020)
    with site.again(currencies=named) as erp:
        again = erp.orders.get(order.id)
        assert "currency_id" not in again.raw
        assert (again.currency, again.gross) == ("USD", order.gross)


@pytest.mark.parametrize("body", [b'"No."', b"No.", b'{"Message": "No."}', b'[{"message": "No."}]', b""])
@pytest.mark.parametrize("operation", ["orders.list_modified", "invoices.of", "prices.quote"])
def test_a_question_that_was_not_taken_is_no_transition(operation, body):
    """sage.md 4.6: 400 also answers a bad filter."""
    answer = Answer(400, {}, body, "http://sage.example/")
    assert type(refusal(answer, Hands(), operation=operation, writes=False)) is errors.RequestRefused
