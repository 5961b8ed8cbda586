"""Whatever breaks on the way to NAV, an order is made and changed once, in steps or in one call (dynamics.md 2.2)."""

import pytest

import erp_connect as ec
from erp_connect import errors

from ...repeating import sooner_or_later
from .place import draft, place, valves

pytestmark = pytest.mark.thorough  # reading thirteen descriptions takes its time

PAGE = "Page/SalesOrder"
BREAKS = {
    "request lost": lambda site: site.network.lose_request(PAGE, "POST"),
    "reply lost": lambda site: site.network.lose_reply(PAGE, "POST"),
    "too late, executed": lambda site: site.network.hang(1.3, PAGE, "POST"),
    "too late, not executed": lambda site: site.network.hang(1.3, PAGE, "POST", executed=False),
    "a page instead of the answer": lambda site: site.network.refuse(200, PAGE, "POST", executed=True),
    "500 without a fault, after": lambda site: site.network.refuse(500, PAGE, "POST", executed=True),
    "502 before": lambda site: site.network.refuse(502, PAGE, "POST"),
    "503 after": lambda site: site.network.throttle(3, PAGE, "POST", status=503, executed=True),
}


def patience(breaks):
    return 0.8 if "too late" in breaks else 60


@pytest.mark.parametrize("step", [0, 1, 2], ids=["header", "empty lines", "content"])
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_step_of_a_create_there_is_one_whole_order(company, clock, tmp_path, breaks, step):
    said = draft(valves(), valves(5, product="HOSE-20"))
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        site.erp.orders.find(customer_po="warm")
        _at_write(site, step, BREAKS[breaks])
        receipt = sooner_or_later(lambda: site.erp.orders.create(said, key="one"), clock)
        clock.sleep(3000)
        assert site.erp.orders.create(said, key="one").replayed
    assert [paper.number for paper in company.documents] == [receipt.order.number]
    assert sorted(line.object_number for line in company.lines) == ["HOSE-20", "VALVE-20"]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_create_in_one_call_there_is_one_order(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks), create_lines="together") as site:
        site.erp.orders.find(customer_po="warm")
        _at_write(site, 0, BREAKS[breaks])
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock)
    assert [paper.number for paper in company.documents] == [receipt.order.number]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_change_is_made_once(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        _at_write(site, 0, BREAKS[breaks])
        line = valves(3, product="HOSE-20")
        changed = sooner_or_later(
            lambda: site.erp.orders.amend(order.id, ec.AddLine(line=line), key="two"), clock
        )
        assert [each.product for each in changed.order.lines] == ["VALVE-20", "HOSE-20"]


@pytest.mark.parametrize("executed", [True, False])
def test_a_deletion_that_answers_false_is_looked_at(company, clock, tmp_path, executed):
    """2.2: false: page logic ran, and may or may not have deleted."""
    with place(company, tmp_path) as site:
        order = site.erp.orders.create(draft(), key="one").order
        site.server.answer_false("SalesOrder", "Delete", executed=executed)
        try:
            site.erp.orders.cancel(order.id, "not needed", key="two")
        except errors.OutcomeUnknown as unknown:
            clock.sleep((unknown.retry_after or 0) + 1)
            site.erp.orders.cancel(order.id, "not needed", key="two")
        assert site.erp.orders.get(order.id).status is ec.OrderStatus.CANCELLED
    assert len(company.documents) == 0


def _at_write(site, step, breaks):
    """Let the write after so many others break."""
    session = site.erp._context.adapter.office
    sent, left = session._written, [step]

    def written(*given):
        if not left[0]:
            breaks(site)
            session._written = sent
        left[0] -= 1
        return sent(*given)

    session._written = written
