"""Whatever breaks on the way to Sage 300, an order is entered once, whatever carries its stamp (sage.md 6.2)."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.sage.sage300.mapping_drafts import order_body
from erp_connect.testing.mocks.network import called
from erp_connect.testing.mocks.sage.sage300 import desktop
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300

from .place300 import draft, place, sooner_or_later, valves

ORDERS = "OE/OEOrders"
BREAKS = {
    "request lost": lambda site, path: site.network.lose_request(path, "POST"),
    "reply lost": lambda site, path: site.network.lose_reply(path, "POST"),
    "half an answer": lambda site, path: site.network.cut_body(20, path, "POST"),
    "too late, executed": lambda site, path: site.network.hang(1.3, path, "POST"),
    "too late, not executed": lambda site, path: site.network.hang(1.3, path, "POST", executed=False),
    "500 after": lambda site, path: site.network.refuse(500, path, "POST", executed=True),
    "502 before": lambda site, path: site.network.refuse(502, path, "POST"),
    "503 after": lambda site, path: site.network.throttle(3, path, "POST", status=503, executed=True),
    "504 after": lambda site, path: site.network.refuse(504, path, "POST", executed=True),
    "a page instead of the answer": lambda site, path: site.network.refuse(200, path, "POST", executed=True),
    "429 before": lambda site, path: site.network.throttle(3, path, "POST"),
    "too many at once": lambda site, path: site.server.refuse("TooManyRequests", "Wait.", path, "POST"),
    "no session": lambda site, path: site.server.refuse("SessionError", "No session.", path, "POST"),
    "no database": lambda site, path: site.server.refuse("DBLinkError", "No link.", path, "POST"),
    "an unknown fault": lambda site, path: site.server.refuse("Odd", "Odd.", path, "POST"),
}
STAMPS = ("OrderReference", "PurchaseOrderNumber", "OrderNumber")


def patience(breaks):
    return 0.8 if "too late" in breaks else 60


@pytest.mark.parametrize("po_number", ["PO-4711", None], ids=["with a PO number", "without"])
@pytest.mark.parametrize("stamp_in", STAMPS)
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_there_is_exactly_one_order(company, clock, tmp_path, breaks, stamp_in, po_number):
    said = draft(customer_po=po_number)
    with place(company, tmp_path, timeout=patience(breaks), stamp_in=stamp_in) as site:
        BREAKS[breaks](site, ORDERS)
        receipt = sooner_or_later(lambda: site.erp.orders.create(said, key="one"), clock)
        clock.sleep(3000)
        assert site.erp.orders.create(said, key="one").replayed
        assert receipt.order.customer_po == po_number
    assert [paper.number for paper in company.documents] == [receipt.order.number]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_there_is_exactly_one_purchase_order(company, clock, tmp_path, breaks):
    said = ec.PurchaseOrderDraft(
        supplier="V100",
        currency="EUR",
        lines=[ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=3, unit="C62")],
    )
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        BREAKS[breaks](site, "PO/POPurchaseOrders")
        receipt = sooner_or_later(lambda: site.erp.purchase_orders.create(said, key="one"), clock)
    assert [paper.number for paper in company.documents] == [receipt.stored.number]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_goods_are_received_once(company, clock, tmp_path, breaks):
    said = ec.PurchaseOrderDraft(
        supplier="V100",
        currency="EUR",
        lines=[ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=9, unit="C62")],
    )
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.purchase_orders.create(said, key="one").stored
        BREAKS[breaks](site, "PO/POReceipts")
        sooner_or_later(lambda: site.erp.purchase_orders.receive(order.id, {"1000": 4}, key="two"), clock)
        assert site.erp.purchase_orders.get(order.id).lines[0].quantities.delivered == 4


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_return_is_credited_once(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = shipped(site)
        BREAKS[breaks](site, "OE/OECreditDebitNotes")
        said = ec.ReturnDraft(order=order.id, lines={"32": 2}, reason="broken")
        sooner_or_later(lambda: site.erp.returns.create(said, key="two"), clock)
    assert len(company.documents.where("kind", "credit_memo")) == 1


def shipped(site):
    order = site.erp.orders.create(draft(valves(5)), key="one").order
    desktop.ship(site.company, site.company.find("order", order.number))
    return order


@pytest.mark.parametrize("stamp_in", STAMPS[:2])
def test_a_request_that_goes_on_after_it_was_given_up_makes_no_second_order(
    company, clock, tmp_path, stamp_in
):
    """Absence proves nothing before the execution window has passed."""
    with place(company, tmp_path, timeout=0.5, stamp_in=stamp_in) as site:
        site.server.commit_late(1, ORDERS, "POST")
        with pytest.raises(errors.OutcomeUnknown) as caught:
            site.erp.orders.create(draft(), key="one")
        assert 500 < caught.value.retry_after <= 600
        assert len(company.documents) == 0
        clock.sleep(300)
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock)
    assert [paper.number for paper in company.documents] == [receipt.order.number]


def test_an_order_numbered_by_its_stamp_is_settled_at_once(company, tmp_path):
    """sage.md 6.2: RecordDuplicate is success, after comparing."""
    with place(company, tmp_path, stamp_in="OrderNumber") as site:
        site.network.lose_reply(ORDERS, "POST")
        site.network.lose_request(ORDERS, "GET", times=12)
        with pytest.raises(errors.ErpConnectError):
            site.erp.orders.create(draft(), key="one")
        site.network.clear()
        receipt = site.erp.orders.create(draft(), key="one")
        assert receipt.order.number == receipt.order.stamp
    assert [paper.number for paper in company.documents] == [receipt.order.number]


def test_a_number_that_another_content_bears_is_no_success(company, tmp_path):
    with place(company, tmp_path, stamp_in="OrderNumber") as site:
        order = site.erp.orders.create(draft(), key="one").order
        with site.again(stamp_in="OrderNumber") as forgetful, pytest.raises(errors.KeyReused):
            forgetful.orders.create(draft(valves(99)), key="one")
        with site.again(stamp_in="OrderNumber") as forgetful:
            assert forgetful.orders.create(draft(), key="one").order.id == order.id
    assert len(company.documents) == 1


def test_two_orders_with_one_po_number_and_content_are_never_guessed_between(company, tmp_path):
    with place(company, tmp_path, stamp_in="PurchaseOrderNumber") as site:
        site.network.lose_reply(ORDERS, "POST")
        site.network.lose_request(ORDERS, "GET", times=12)
        with pytest.raises(errors.OutcomeUnknown):
            site.erp.orders.create(draft(), key="one")
        site.network.clear()
        with site.again(stamp_in="PurchaseOrderNumber") as other:
            other.orders.create(draft(), key="another")
        with pytest.raises(errors.OutcomeUnknown):
            site.erp.orders.create(draft(), key="one")
    assert len(company.documents) == 2


def test_two_at_once_is_kept_to_without_being_told(company, tmp_path):
    """sage.md 3.6: too many requests at once are refused."""
    server = Sage300(company.world, Settings(concurrent=2))
    with place(company, tmp_path, server=server) as site:
        drafts = [draft(customer_po=f"PO-{number}") for number in range(24)]
        result = site.erp.orders.create_many(drafts, ec.keys.by_customer_po, workers=8)
        assert not result.failed
        with ThreadPoolExecutor(6) as threads:
            found = threads.map(lambda each: site.erp.orders.find(customer_po=each.customer_po), drafts)
            assert [len(each) for each in found] == [1] * 24
        assert len(list(site.erp.orders.list())) == 24
    assert len(company.documents) == 24


def test_many_lost_orders_are_looked_up_together(company, clock, tmp_path):
    with place(company, tmp_path) as site:
        site.network.lose_reply(ORDERS, "POST", times=6)
        drafts = [draft(customer_po=f"PO-{number}") for number in range(6)]
        result = site.erp.orders.create_many(drafts, ec.keys.by_customer_po)
        clock.sleep(3000)
        site.erp.recover()
        assert not list(site.erp.journal.open())
        assert len(result.succeeded) + len(result.failed) == 6
    assert len(company.documents) == 6


class Stripping:
    """A server whose answers to POST lack some properties: no manual lists them all (sage.md 10)."""

    def __init__(self, app, *names):
        self.app, self.names = app, names

    def __call__(self, environ, start_response):
        method = environ["REQUEST_METHOD"]
        status, headers, body = called(self.app, environ)
        if method == "POST" and body[:1] == b"{":
            told = json.loads(body)
            body = json.dumps({name: cell for name, cell in told.items() if name not in self.names}).encode()
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        start_response(status, headers)
        return [body]


@pytest.mark.parametrize("missing", ["OrderDetails", "OrderSourceCurrency", "CustomerNumber", "OrderNumber"])
def test_an_order_whose_answer_tells_little_is_read_back(company, tmp_path, missing):
    with place(company, tmp_path, app=Stripping(Sage300(company.world), missing)) as site:
        receipt = site.erp.orders.create(draft(), key="one")
        assert receipt.order.lines[0].quantities.ordered == 12
        assert receipt.differences == ()
    assert len(company.documents) == 1


def test_a_question_that_fails_after_an_order_was_entered_does_not_unmake_it(company, clock, tmp_path):
    """What is read after the write is not the write: an error in reading may not let it be sent again."""
    said = ec.PurchaseOrderDraft(
        supplier="V100",
        currency="EUR",
        lines=[ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=3, unit="C62")],
    )
    with place(company, tmp_path, app=Stripping(Sage300(company.world), "Currency")) as site:
        site.network.lose_request("CSCompanyProfile", "GET", times=8)
        sooner_or_later(lambda: site.erp.purchase_orders.create(said, key="one"), clock)
        assert len(site.sent("POST", "PO/POPurchaseOrders")) == 1
    assert len(company.documents) == 1


@pytest.mark.parametrize("lost", ["request", "reply"])
def test_a_quote_with_the_customers_number_is_not_taken_for_the_order(company, clock, tmp_path, lost):
    """sage.md 6.2: the number is not unique, and a quote that says the same is no order."""
    with place(company, tmp_path, stamp_in="PurchaseOrderNumber") as site:
        office = site.erp._context.adapter.office
        body = order_body(draft(), "unused", office) | {"OrderType": "Quote"}
        quote = office.asking.create("OE/OEOrders", body)
        {"request": site.network.lose_request, "reply": site.network.lose_reply}[lost]("OE/OEOrders", "POST")
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock)
        assert receipt.order.number != quote["OrderNumber"]
        assert receipt.order.raw["OrderType"] == "Active"
        assert [order.id for order in site.erp.orders.list() if order.status is not ec.OrderStatus.DRAFT] == [
            receipt.order.id
        ]
