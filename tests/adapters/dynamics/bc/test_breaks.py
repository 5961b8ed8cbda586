"""Whatever breaks on the way to Business Central, an order is made and changed once (dynamics.md 1.14, 5.3)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.dynamics.bc.settings import Settings
from erp_connect.testing.mocks.dynamics.bc.web import BusinessCentral

from ...repeating import sooner_or_later
from .place import draft, place

BREAKS = {
    "request lost": lambda site, verb: site.network.lose_request("salesOrders", verb),
    "reply lost": lambda site, verb: site.network.lose_reply("salesOrders", verb),
    "half an answer": lambda site, verb: site.network.cut_body(20, "salesOrders", verb),
    "too late, executed": lambda site, verb: site.network.hang(1.3, "salesOrders", verb),
    "too late, not executed": lambda site, verb: site.network.hang(1.3, "salesOrders", verb, executed=False),
    "408 after": lambda site, verb: site.network.refuse(408, "salesOrders", verb, executed=True),
    "500 after": lambda site, verb: site.network.refuse(500, "salesOrders", verb, executed=True),
    "502 before": lambda site, verb: site.network.refuse(502, "salesOrders", verb),
    "503 after": lambda site, verb: site.network.throttle(3, "salesOrders", verb, status=503, executed=True),
    "504 after": lambda site, verb: site.network.refuse(504, "salesOrders", verb, executed=True),
    "a page instead of the answer": lambda site, verb: site.network.refuse(
        200, "salesOrders", verb, executed=True
    ),
    "429 before": lambda site, verb: site.network.throttle(3, "salesOrders", verb),
    "429 that names no time": lambda site, verb: site.server.refuse(
        429, "Application_Throttled", "Too many requests", "salesOrders", verb
    ),
    "token expired": lambda site, verb: site.network.refuse(401, "salesOrders", verb),
}


def patience(breaks):
    return 0.8 if "too late" in breaks else 60


@pytest.mark.parametrize("po_number", ["PO-4711", None], ids=["by PO number", "by stamp"])
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_create_there_is_exactly_one_order(company, clock, tmp_path, breaks, po_number):
    said = draft(customer_po=po_number)
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        site.erp.orders.find(customer_po="warm")
        BREAKS[breaks](site, "POST")
        receipt = sooner_or_later(lambda: site.erp.orders.create(said, key="one"), clock)
        clock.sleep(3000)
        assert site.erp.orders.create(said, key="one").replayed
    assert [paper.number for paper in company.documents] == [receipt.order.number]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_change_is_made_once(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        BREAKS[breaks](site, "PATCH")
        changed = sooner_or_later(
            lambda: site.erp.orders.amend(order.id, ec.ChangeHeader(customer_po="PO-NEW"), key="two"), clock
        ).order
        assert changed.customer_po == "PO-NEW"
    assert len(company.documents) == 1


@pytest.mark.parametrize("breaks", ["reply lost", "502 before", "504 after", "too late, executed"])
def test_whatever_breaks_a_batch_its_change_is_made_once(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        {
            "reply lost": lambda: site.network.lose_reply("$batch", "POST"),
            "502 before": lambda: site.network.refuse(502, "$batch", "POST"),
            "504 after": lambda: site.network.refuse(504, "$batch", "POST", executed=True),
            "too late, executed": lambda: site.network.hang(1.3, "$batch", "POST"),
        }[breaks]()
        line = ec.LineDraft(product="HOSE-20", quantity=3, unit="C62")
        changed = sooner_or_later(
            lambda: site.erp.orders.amend(order.id, ec.AddLine(line=line), key="two"), clock
        )
        assert [each.product for each in changed.order.lines] == ["VALVE-20", "HOSE-20"]
    assert len(company.lines) == 2


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_cancellation_the_order_is_gone_and_remembered(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        BREAKS[breaks](site, "DELETE")
        sooner_or_later(lambda: site.erp.orders.cancel(order.id, "not needed", key="two"), clock)
        assert site.erp.orders.get(order.id).status is ec.OrderStatus.CANCELLED
    assert len(company.documents) == 0


def test_a_request_that_goes_on_after_it_was_given_up_makes_no_second_order(company, clock, tmp_path):
    """The execution window: absence proves nothing before it has passed (1.16: eighteen minutes)."""
    with place(company, tmp_path, timeout=0.5) as site:
        site.erp.orders.find(customer_po="warm")
        site.server.commit_late(1, "salesOrders", "POST")
        with pytest.raises(errors.OutcomeUnknown) as caught:
            site.erp.orders.create(draft(), key="one")
        assert caught.value.retry_after > 600
        assert len(company.documents) == 0
        clock.sleep(300)
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock)
    assert [paper.number for paper in company.documents] == [receipt.order.number]


def test_two_orders_with_one_po_number_and_content_are_never_guessed_between(company, clock, tmp_path):
    with place(company, tmp_path) as site:
        site.erp.orders.find(customer_po="warm")
        site.network.lose_reply("salesOrders", "POST")
        site.network.lose_request("salesOrders", "GET", times=12)
        with pytest.raises(errors.OutcomeUnknown):
            site.erp.orders.create(draft(), key="one")
        site.network.clear()
        with site.again() as other:
            other.orders.create(draft(), key="another")
        with pytest.raises(errors.OutcomeUnknown):
            site.erp.orders.create(draft(), key="one")
    assert len(company.documents) == 2


def test_five_at_once_is_kept_to_without_being_told(company, tmp_path):
    """1.16: more than five queue on the server, and more than a hundred are refused."""
    server = BusinessCentral(company.world, Settings(concurrent=5, queue=0))
    with place(company, tmp_path, server=server) as site:
        drafts = [draft(customer_po=f"PO-{number}") for number in range(24)]
        with ThreadPoolExecutor(12) as threads:
            receipts = list(
                threads.map(lambda each: site.erp.orders.create(each, key=each.customer_po), drafts)
            )
    assert len({receipt.order.id for receipt in receipts}) == len(company.documents) == 24
