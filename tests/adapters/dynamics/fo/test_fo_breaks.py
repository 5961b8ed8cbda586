"""Whatever breaks on the way to Finance & Operations, an order is made and changed once (dynamics.md 3.5, 5.3)."""

from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.dynamics.fo.settings import Settings

from ...repeating import sooner_or_later
from .fo_place import draft, orders_of, place, valves

BREAKS = {
    "request lost": lambda site, path, verb: site.network.lose_request(path, verb),
    "reply lost": lambda site, path, verb: site.network.lose_reply(path, verb),
    "half an answer": lambda site, path, verb: site.network.cut_body(20, path, verb),
    "too late, executed": lambda site, path, verb: site.network.hang(1.3, path, verb),
    "too late, not executed": lambda site, path, verb: site.network.hang(1.3, path, verb, executed=False),
    "408 after": lambda site, path, verb: site.network.refuse(408, path, verb, executed=True),
    "500 after": lambda site, path, verb: site.network.refuse(500, path, verb, executed=True),
    "502 before": lambda site, path, verb: site.network.refuse(502, path, verb),
    "503 after": lambda site, path, verb: site.network.throttle(3, path, verb, status=503, executed=True),
    "504 after": lambda site, path, verb: site.network.refuse(504, path, verb, executed=True),
    "a page instead of the answer": lambda site, path, verb: site.network.refuse(
        200, path, verb, executed=True
    ),
    "429 before": lambda site, path, verb: site.network.throttle(3, path, verb),
    "token expired": lambda site, path, verb: site.network.refuse(401, path, verb),
}


def patience(breaks):
    return 0.8 if "too late" in breaks else 60


@pytest.mark.thorough
@pytest.mark.parametrize("step", ["SalesOrderHeadersV2", "$batch"], ids=["at its header", "at its lines"])
@pytest.mark.parametrize("po_number", ["PO-4711", None], ids=["with a PO number", "without"])
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_create_there_is_exactly_one_order(
    company, clock, tmp_path, breaks, po_number, step
):
    said = draft(valves(), valves(5, product="HOSE-20"), customer_po=po_number)
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        site.erp.orders.find(customer_po="warm")
        BREAKS[breaks](site, step, "POST")
        receipt = sooner_or_later(lambda: site.erp.orders.create(said, key="one"), clock)
        clock.sleep(3000)
        assert site.erp.orders.create(said, key="one").replayed
    assert [paper.number for paper in orders_of(company)] == [receipt.order.number]
    assert [line.object_number for line in company.lines_of(orders_of(company)[0])] == ["VALVE-20", "HOSE-20"]


@pytest.mark.parametrize("lost", [pytest.param("lose_reply", marks=pytest.mark.thorough), "lose_request"])
def test_a_half_made_order_is_gone_on_with_and_no_line_comes_twice(company, clock, tmp_path, lost):
    lines = [valves(number) for number in range(1, 6)]
    with place(company, tmp_path, lines_at_once="2") as site:
        site.erp.orders.find(customer_po="warm")
        getattr(site.network, lost)("$batch", "POST")
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(*lines), key="one"), clock)
    assert [line.quantities.ordered for line in receipt.order.lines] == [1, 2, 3, 4, 5]
    (paper,) = orders_of(company)
    assert len(company.lines_of(paper)) == 5


@pytest.mark.thorough
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_change_is_made_once(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        BREAKS[breaks](site, "$batch", "POST")
        line = ec.LineDraft(product="HOSE-20", quantity=3, unit="C62")
        changed = sooner_or_later(
            lambda: site.erp.orders.amend(order.id, ec.AddLine(line=line), key="two"), clock
        )
        assert [each.product for each in changed.order.lines] == ["VALVE-20", "HOSE-20"]
    assert len(company.lines) == 2


@pytest.mark.thorough
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_cancellation_the_order_is_gone_and_remembered(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        BREAKS[breaks](site, "$batch", "POST")
        sooner_or_later(lambda: site.erp.orders.cancel(order.id, "not needed", key="two"), clock)
        assert site.erp.orders.get(order.id).status is ec.OrderStatus.CANCELLED
    assert orders_of(company) == []


@pytest.mark.thorough
@pytest.mark.parametrize("breaks", list(BREAKS))
@pytest.mark.parametrize("step", ["PurchaseOrderHeadersV2", "$batch"], ids=["at its header", "at its lines"])
def test_whatever_breaks_a_purchase_order_there_is_one(company, clock, tmp_path, breaks, step):
    price = ec.UnitPrice(amount=Decimal(6), currency="EUR")
    lines = [
        ec.PurchaseOrderLineDraft(product=product, quantity=10, unit="C62", price=price)
        for product in ("VALVE-20", "HOSE-20")
    ]
    said = ec.PurchaseOrderDraft(supplier="V100", currency="EUR", lines=lines)
    with place(company, tmp_path, timeout=patience(breaks), site="1") as site:
        site.erp.orders.find(customer_po="warm")
        BREAKS[breaks](site, step, "POST")
        sooner_or_later(lambda: site.erp.purchase_orders.create(said, key="one"), clock)
    (paper,) = [each for each in company.documents if each.kind == "purchase_order"]
    assert [line.object_number for line in company.lines_of(paper)] == ["VALVE-20", "HOSE-20"]


@pytest.mark.thorough
def test_a_request_that_goes_on_after_it_was_given_up_makes_no_second_order(company, clock, tmp_path):
    """The execution window: absence proves nothing before it has passed."""
    with place(company, tmp_path, timeout=0.5) as site:
        site.erp.orders.find(customer_po="warm")
        site.server.commit_late(1, "SalesOrderHeadersV2", "POST")
        with pytest.raises(errors.OutcomeUnknown) as caught:
            site.erp.orders.create(draft(), key="one")
        assert caught.value.retry_after > 300
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock)
    assert [paper.number for paper in orders_of(company)] == [receipt.order.number]


@pytest.mark.parametrize("load", ["high", "critical"])
def test_a_loaded_server_turns_a_write_away_and_nothing_was_executed(company, tmp_path, load):
    """3.7: by priority; refused at the door, nothing is executed."""
    switches = Settings(priorities={"order-robot": "low"})
    with place(company, tmp_path, switches) as site:
        site.erp.orders.find(customer_po="warm")
        site.server.settings.load = load
        with pytest.raises(errors.TransportError) as caught:
            site.erp.orders.create(draft(), key="one")
        assert caught.value.outcome == "not_applied"
        site.server.settings.load = "normal"
        site.erp.orders.create(draft(), key="one")
    assert len(orders_of(company)) == 1


@pytest.mark.thorough
@pytest.mark.parametrize("which", [1, 2], ids=["the headers' batch", "the lines' batch"])
@pytest.mark.parametrize("breaks", ["reply lost", "502 before", "504 after", "half an answer", "429 before"])
def test_whatever_breaks_a_bulk_each_order_is_made_once(company, clock, tmp_path, breaks, which):
    drafts = [draft(valves(), valves(5), customer_po=f"PO-{number}") for number in range(6)]
    drafts[2] = draft(*(valves(number) for number in range(1, 8)), customer_po="PO-2")
    with place(company, tmp_path, lines_at_once="5") as site:
        site.erp.orders.find(customer_po="warm")
        if which == 2:
            passed, first = site.network.app, iter((True,))

            def after_the_first(environ, start_response):
                if "$batch" in environ["PATH_INFO"] and next(first, False):
                    BREAKS[breaks](site, "$batch", "POST")
                return passed(environ, start_response)

            site.network.app = after_the_first
        else:
            BREAKS[breaks](site, "$batch", "POST")
        for _ in range(4):
            result = site.erp.orders.create_many(drafts, keys=lambda each: each.customer_po)
            if not result.failed:
                break
            clock.sleep(700)
    assert result.failed == ()
    assert sorted(len(company.lines_of(paper)) for paper in orders_of(company)) == [2, 2, 2, 2, 2, 7]
