"""Whatever breaks on the way to Dataverse, an order is made and changed once (dynamics.md 4.2, 4.7, 5.3)."""

import pytest

import erp_connect as ec
from erp_connect import errors

from ...repeating import sooner_or_later
from .place import draft, place

BREAKS = {
    "request lost": lambda site, verb: site.network.lose_request("salesorders", verb),
    "reply lost": lambda site, verb: site.network.lose_reply("salesorders", verb),
    "too late, executed": lambda site, verb: site.network.hang(1.3, "salesorders", verb),
    "too late, not executed": lambda site, verb: site.network.hang(1.3, "salesorders", verb, executed=False),
    "500 after": lambda site, verb: site.network.refuse(500, "salesorders", verb, executed=True),
    "502 before": lambda site, verb: site.network.refuse(502, "salesorders", verb),
    "503 after": lambda site, verb: site.network.throttle(3, "salesorders", verb, status=503, executed=True),
    "504 after": lambda site, verb: site.network.refuse(504, "salesorders", verb, executed=True),
    "429 before": lambda site, verb: site.network.throttle(3, "salesorders", verb),
    "429 of the platform": lambda site, verb: site.server.refuse(
        429, "0x80072322", "Number of requests exceeded", "salesorders", verb
    ),
    "token expired": lambda site, verb: site.network.refuse(401, "salesorders", verb),
}


def patience(breaks):
    return 0.8 if "too late" in breaks else 60


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_create_there_is_exactly_one_order(organization, clock, tmp_path, breaks):
    with place(organization, tmp_path, timeout=patience(breaks)) as site:
        site.erp.orders.find(customer_po="warm")
        BREAKS[breaks](site, "POST")
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock)
        clock.sleep(3000)
        assert site.erp.orders.create(draft(), key="one").replayed
        assert [str(row["salesorderid"]) for row in site.orders] == [receipt.order.id]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_change_is_made_once(organization, clock, tmp_path, breaks):
    with place(organization, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        BREAKS[breaks](site, "PATCH")
        changed = sooner_or_later(
            lambda: site.erp.orders.amend(order.id, ec.ChangeHeader(customer_po="PO-NEW"), key="two"), clock
        ).order
        assert changed.customer_po == "PO-NEW"
        assert len(site.orders) == 1


@pytest.mark.parametrize("breaks", ["reply lost", "502 before", "504 after", "too late, executed"])
def test_whatever_breaks_a_cancellation_it_is_cancelled_once(organization, clock, tmp_path, breaks):
    with place(organization, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        {
            "reply lost": lambda: site.network.lose_reply("CancelSalesOrder", "POST"),
            "502 before": lambda: site.network.refuse(502, "CancelSalesOrder", "POST"),
            "504 after": lambda: site.network.refuse(504, "CancelSalesOrder", "POST", executed=True),
            "too late, executed": lambda: site.network.hang(1.3, "CancelSalesOrder", "POST"),
        }[breaks]()
        sooner_or_later(lambda: site.erp.orders.cancel(order.id, "not needed", key="two"), clock)
        assert site.erp.orders.get(order.id).status is ec.OrderStatus.CANCELLED
        assert len(list(organization.data["orderclose"])) == 1


def test_a_lost_create_needs_no_waiting_where_the_id_is_ours(site, clock):
    """The system itself refuses a second one: sending again settles it at once."""
    site.erp.orders.find(customer_po="warm")
    site.network.lose_reply("salesorders", "POST")
    order = site.erp.orders.create(draft(), key="one").order
    assert [str(row["salesorderid"]) for row in site.orders] == [order.id]


def test_a_longer_pause_is_told_and_nothing_is_sent_meanwhile(organization, tmp_path):
    with place(organization, tmp_path, timeout=5) as site:
        site.erp.orders.find(customer_po="warm")
        site.network.throttle(300, "salesorders", "POST")
        with pytest.raises(errors.Throttled) as caught:
            site.erp.orders.create(draft(), key="one")
        assert caught.value.outcome == "not_applied"
        assert site.orders == []
