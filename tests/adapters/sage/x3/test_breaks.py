"""Whatever breaks on the way to X3, an order is made and changed once (sage.md 2.2, 2.7, 6.2)."""

from contextlib import suppress

import pytest

import erp_connect as ec
from erp_connect import errors

from ...repeating import sooner_or_later
from .place import draft, new_server, place, valves

PATH = "soap-generic"
BREAKS = {
    "request lost": lambda site: site.network.lose_request(PATH, "POST"),
    "reply lost": lambda site: site.network.lose_reply(PATH, "POST"),
    "reply cut": lambda site: site.network.cut_body(400, PATH, "POST"),
    "too late, executed": lambda site: site.network.hang(1.3, PATH, "POST"),
    "too late, not executed": lambda site: site.network.hang(1.3, PATH, "POST", executed=False),
    "a page instead of the answer": lambda site: site.network.refuse(200, PATH, "POST", executed=True),
    "500 without a fault, after": lambda site: site.network.refuse(500, PATH, "POST", executed=True),
    "522: never arrived": lambda site: site.network.refuse(522, PATH, "POST"),
    "524 after": lambda site: site.network.refuse(524, PATH, "POST", executed=True),
    "502 before": lambda site: site.network.refuse(502, PATH, "POST"),
    "503 after": lambda site: site.network.throttle(3, PATH, "POST", status=503, executed=True),
    "429": lambda site: site.network.throttle(3, PATH, "POST"),
    "a fault before": lambda site: site.server.fail(),
    "a fault after": lambda site: site.server.fail(executed=True),
    "an error beside a success": lambda site: site.server.say("Printing failed", type=3),
    "a failure that only warns, after": lambda site: site.server.refuse("Warned", type=2, executed=True),
    "a failure that only warns, before": lambda site: site.server.refuse("Warned", type=2),
    "a failure without a word, after": lambda site: site.server.refuse(executed=True),
    "a failure without a word, before": lambda site: site.server.refuse(),
    "committed late": lambda site: site.server.commit_late(5),
    "slow": lambda site: site.server.slow(0.5),
}


def patience(breaks):
    return 0.9 if "late" in breaks else 60


@pytest.mark.parametrize("po", ["PO-4711", None], ids=["with a PO number", "without"])
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_create_there_is_one_order(company, clock, tmp_path, breaks, po):
    said = draft(valves(), valves(5, product="HOSE-20"), customer_po=po)
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        _at_write(site, BREAKS[breaks])
        receipt = sooner_or_later(lambda: site.erp.orders.create(said, key="one"), clock)
        clock.sleep(3000)
        assert site.erp.orders.create(said, key="one").replayed
    assert [paper.number for paper in company.documents] == [receipt.order.number]
    assert sorted(line.object_number for line in company.lines) == ["HOSE-20", "VALVE-20"]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_create_under_our_own_number_there_is_one_order(company, clock, tmp_path, breaks):
    settings = {"order_type": "SOM", "manual_numbers": "on", "timeout": patience(breaks)}
    with place(company, tmp_path, **settings) as site:
        _at_write(site, BREAKS[breaks])
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock)
    assert [paper.number for paper in company.documents] == [receipt.order.number]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_change_is_made_once(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        _at_write(site, BREAKS[breaks])
        line = valves(3, product="HOSE-20")
        changed = sooner_or_later(
            lambda: site.erp.orders.amend(order.id, ec.AddLine(line=line), key="two"), clock
        )
        assert [each.product for each in changed.order.lines] == ["VALVE-20", "HOSE-20"]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_deletion_the_order_is_cancelled_and_no_other(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks), cancel_strategy="delete") as site:
        other = site.erp.orders.create(draft(customer_po="PO-2"), key="other").order
        order = site.erp.orders.create(draft(), key="one").order
        _at_write(site, BREAKS[breaks])
        sooner_or_later(lambda: site.erp.orders.cancel(order.id, "not needed", key="two"), clock)
        assert site.erp.orders.get(order.id).status is ec.OrderStatus.CANCELLED
        assert [each.id for each in site.erp.orders.list()] == [other.id]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_delivery_leaves_once(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        _at_write(site, BREAKS[breaks])
        # A delivery has no field for a stamp: where the answer is lost, a person may have to say whether it is there.
        with suppress(AssertionError, errors.OutcomeUnknown):
            sooner_or_later(lambda: site.erp.shipments.post(order.id, {1: 4}, key="two"), clock)
        assert site.erp.orders.get(order.id).lines[0].quantities.shipped in (0, 4)


def test_a_read_is_repeated_and_a_write_is_not(site):
    order = site.erp.orders.create(draft(), key="one").order
    site.server.calls.clear()
    site.network.refuse(503, PATH, "POST")
    assert site.erp.orders.get(order.id).number == order.number
    site.network.lose_reply(PATH, "POST")
    assert site.erp.orders.get(order.id).number == order.number


def test_a_refused_create_leaves_its_key_free(site):
    site.server.refuse("Customer : mandatory field", operation="save")
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.create(draft(), key="one")
    assert caught.value.outcome == "not_applied"
    assert site.erp.orders.create(draft(valves(7)), key="one").order.lines[0].quantities.ordered == 7


def test_a_key_whose_order_is_made_already_by_people_is_not_taken_for_ours(company, clock, tmp_path):
    """6.2: the reference is compared together with the customer and the content."""
    server = new_server(company)
    with place(company, tmp_path, server=server) as site, site.again() as people:
        people.orders.create(draft(valves(99)), key="by hand")
        site.server.refuse(executed=False, operation="save")
        with pytest.raises(errors.OutcomeUnknown):
            site.erp.orders.create(draft(), key="one")
        clock.sleep(3000)
        made = site.erp.orders.create(draft(), key="one")
        assert made.order.lines[0].quantities.ordered == 12
    assert len(company.documents) == 2


@pytest.mark.parametrize("line_keys", ["rank", "number"])
def test_a_deletion_of_another_line_than_was_meant_is_found_out(company, tmp_path, line_keys):
    server = new_server(company, line_keys=line_keys)
    with place(company, tmp_path, server=server, line_keys="rank") as site:
        order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
        if line_keys == "rank":
            assert len(site.erp.orders.cancel(order, "no", lines=[2]).order.lines) == 1
        else:
            with pytest.raises(errors.RequestRefused):
                site.erp.orders.cancel(order, "no", lines=[2])
            assert len(site.erp.orders.get(order.id).lines) == 2


def _at_write(site, breaks):
    """Let the next write break."""
    service = site.erp._context.adapter.office.service
    sent = service.call

    def call(operation, parts, *, writes=False):
        if writes:
            breaks(site)
            service.call = sent
        return sent(operation, parts, writes=writes)

    service.call = call
