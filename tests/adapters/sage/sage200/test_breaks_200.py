"""Whatever breaks on the way to Sage 200, an order is made and changed once (sage.md 4.6, 6.2)."""

from dataclasses import replace

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.models import OrderStatus

from ...repeating import sooner_or_later
from .place200 import draft, hoses, place, valves

BREAKS = {
    "request lost": lambda site, path, verb: site.network.lose_request(path, verb),
    "reply lost": lambda site, path, verb: site.network.lose_reply(path, verb),
    "half an answer": lambda site, path, verb: site.network.cut_body(20, path, verb),
    "too late, executed": lambda site, path, verb: site.network.hang(1.3, path, verb),
    "too late, not executed": lambda site, path, verb: site.network.hang(1.3, path, verb, executed=False),
    "408 after": lambda site, path, verb: site.network.refuse(408, path, verb, executed=True),
    "502 before": lambda site, path, verb: site.network.refuse(502, path, verb),
    "502 after": lambda site, path, verb: site.network.refuse(502, path, verb, executed=True),
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


@pytest.mark.parametrize("po_number", ["PO-4711", None], ids=["with a PO number", "without"])
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_create_there_is_exactly_one_order(company, clock, tmp_path, breaks, po_number):
    """sage.md 4.7, points 10 and 11."""
    said = draft(customer_po=po_number)
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        site.erp.orders.find(customer_po="warm")
        BREAKS[breaks](site, "sop_orders", "POST")
        receipt = sooner_or_later(lambda: site.erp.orders.create(said, key="one"), clock)
        clock.sleep(3000)
        assert site.erp.orders.create(said, key="one").replayed
    assert [paper.number for paper in company.documents] == [receipt.order.number]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_change_is_made_once(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        BREAKS[breaks](site, "sop_orders", "PUT")
        change = ec.AddLine(line=hoses(3))
        changed = sooner_or_later(lambda: site.erp.orders.amend(order.id, change, key="two"), clock).order
        assert [line.product for line in changed.lines] == ["VALVE-20", "HOSE-20"]
    assert len(company.lines) == 2


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_cancellation_the_order_is_cancelled(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        BREAKS[breaks](site, "sop_orders_status", "POST")
        sooner_or_later(lambda: site.erp.orders.cancel(order.id, "not needed", key="two"), clock)
        assert site.erp.orders.get(order.id).status is OrderStatus.CANCELLED
        assert len(site.sent("POST")) <= 4


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_despatch_leaves_once(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        BREAKS[breaks](site, "sop_confirm_despatch", "POST")
        sooner_or_later(lambda: site.erp.shipments.post(order.id, {order.lines[0].id: 5}, key="two"), clock)
        assert [line.quantity for each in site.erp.shipments.of(order) for line in each.lines] == [5]


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_return_is_entered_once(company, clock, tmp_path, breaks):
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        site.erp.shipments.post(order.id, key="ship")
        BREAKS[breaks](site, "sop_returns", "POST")
        back = ec.ReturnDraft(order=order.id, lines={order.lines[0].id: 2}, reason="crushed")
        sooner_or_later(lambda: site.erp.returns.create(back, key="two"), clock)
        (entered,) = site.erp.returns.of(order)
        assert ([line.quantity for line in entered.lines], entered.reason) == ([2], "crushed")


def test_a_request_that_goes_on_after_it_was_given_up_makes_no_second_order(company, clock, tmp_path):
    """The execution window: absence proves nothing before it has passed."""
    with place(company, tmp_path, timeout=0.5) as site:
        site.erp.orders.find(customer_po="warm")
        site.server.commit_late(1, "sop_orders", "POST")
        with pytest.raises(errors.OutcomeUnknown) as caught:
            site.erp.orders.create(draft(), key="one")
        assert caught.value.retry_after > 500
        assert len(company.documents) == 0
        clock.sleep(300)
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock)
    assert [paper.number for paper in company.documents] == [receipt.order.number]


def test_lists_that_show_late_are_waited_for(company, clock, tmp_path):
    """sage.md 10: what a search shows late is no proof that it is not there."""
    with place(company, tmp_path, visibility_delay=30) as site:
        site.erp.orders.find(customer_po="warm")
        company.world.lag(30)
        site.network.lose_reply("sop_orders", "POST")
        with pytest.raises(errors.OutcomeUnknown):
            site.erp.orders.create(draft(), key="one")
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock)
    assert [paper.number for paper in company.documents] == [receipt.order.number]


# ---------------------------------------------------------------- a PUT that is refused in the middle


def two_lines(site):
    return site.erp.orders.create(draft(valves(), hoses()), key="one").order


def stands(site, order):
    now = site.erp.orders.get(order.id)
    return now.customer_po, [(line.product, line.quantities.ordered) for line in now.lines]


AS_BEFORE = ("PO-4711", [("VALVE-20", 12), ("HOSE-20", 10)])
PUMP = ec.AddLine(line=ec.LineDraft(product="PUMP-A", quantity=1, unit="C62"))
"""A product that somebody makes inactive just before: the line is refused when its turn comes."""


def withdraw(site):
    """Have the pump made inactive when the next PUT arrives."""
    site.turns.at("PUT", 1, lambda: set_blocked(site, blocked=True))


def set_blocked(site, *, blocked):
    with site.company.world.unit():
        pump = site.company.items.by("number", "PUMP-A")
        site.company.items.put(replace(pump, blocked=blocked))


@pytest.mark.parametrize("header_first", [True, False])
def test_what_a_refused_change_has_saved_is_put_back(site, switches, header_first):
    """sage.md 4.5; 4.7, point 6: the lines before the bad one stay saved, so they are put back."""
    switches.header_first = header_first
    order = two_lines(site)
    withdraw(site)
    changes = (
        ec.ChangeHeader(customer_po="NEW"),
        ec.ChangeQuantity(line=order.lines[0], to=20),
        ec.AddLine(line=valves(1)),
        PUMP,
        ec.ChangeQuantity(line=order.lines[1], to=3),
    )
    with pytest.raises(errors.RequestRefused) as caught:
        site.erp.orders.amend(order, *changes, key="two")
    assert caught.value.outcome == "not_applied"
    assert "put back" in caught.value.hint
    assert any("PUMP-A" in str(each) for each in caught.value.native)
    assert len(site.sent("PUT")) == 2
    assert stands(site, order) == AS_BEFORE
    assert site.erp.orders.amend(order, *changes[:2], key="two").stored.customer_po == "NEW"


def test_prices_discounts_and_addresses_are_put_back_too(site):
    order = two_lines(site)
    withdraw(site)
    price = ec.UnitPrice(amount=9, currency="GBP")
    address = ec.Address(name="Mill", lines=("Lane 1",), city="Leeds", postal_code="LS1", country="GB")
    with pytest.raises(errors.RequestRefused):
        site.erp.orders.amend(
            order,
            ec.ChangePrice(line=order.lines[0], to=price),
            ec.ChangeDiscount(line=order.lines[1], to=ec.Discount(percent=10)),
            ec.ChangeAddress(ship_to=address),
            ec.AddNote(text="ring first"),
            PUMP,
        )
    now = site.erp.orders.get(order.id)
    assert [(line.price, line.discount, line.net) for line in now.lines] == [
        (line.price, line.discount, line.net) for line in order.lines
    ]
    assert (now.ship_to, now.notes, now.gross) == (order.ship_to, order.notes, order.gross)


def test_a_change_that_cannot_be_put_back_is_told_as_partial(site):
    """What stands is told, and by what the putting back was refused."""
    order = two_lines(site)
    withdraw(site)
    site.turns.at("PUT", 2, lambda: site.server.refuse("The period is closed.", "sop_orders", "PUT"))
    with pytest.raises(errors.PartialFailure) as caught:
        site.erp.orders.amend(order, ec.ChangeQuantity(line=order.lines[0], to=20), PUMP, key="two")
    assert caught.value.receipt.stored.lines[0].quantities.ordered == 20
    assert stands(site, order) == ("PO-4711", [("VALVE-20", 20), ("HOSE-20", 10)])
    assert len(site.sent("PUT")) == 2


@pytest.mark.parametrize("arrived", [True, False])
def test_while_nobody_knows_whether_it_was_put_back_the_outcome_is_unknown(site, clock, arrived):
    """The second PUT is lost, or its answer is: neither "not applied" nor "partial" would be true."""
    order = two_lines(site)
    lose = site.network.lose_reply if arrived else site.network.lose_request
    withdraw(site)
    deed = site.turns.waiting["PUT", 1]
    site.turns.at("PUT", 1, lambda: (deed(), lose("sop_orders", "PUT")))
    with pytest.raises(errors.OutcomeUnknown):
        site.erp.orders.amend(order, ec.ChangeQuantity(line=order.lines[0], to=20), PUMP, key="two")
    much = 12 if arrived else 20
    assert stands(site, order) == ("PO-4711", [("VALVE-20", much), ("HOSE-20", 10)])
    clock.sleep(1000)
    set_blocked(site, blocked=False)
    meant = (ec.ChangeQuantity(line=order.lines[0].id, to=20), PUMP)
    site.erp.orders.amend(order.id, *meant, key="two")
    assert stands(site, order)[1] == [("VALVE-20", 20), ("HOSE-20", 10), ("PUMP-A", 1)]


def test_where_reads_show_late_a_refused_change_is_not_called_undone(site):
    """What cannot be seen yet is not put back, and not called "not applied" either."""
    with site.again(visibility_delay=30) as erp:
        order = erp.orders.create(draft(valves(), hoses()), key="one").order
        withdraw(site)
        with pytest.raises((errors.OutcomeUnknown, errors.PartialFailure)):
            erp.orders.amend(order, ec.ChangeQuantity(line=order.lines[0], to=20), PUMP, key="two")


def test_a_line_that_is_gone_cannot_be_put_back(site):
    """Lines go last, so this takes a second deletion that is refused: told as partial, with what is missing."""
    order = site.erp.orders.create(draft(valves(), hoses(), valves(3)), key="one").order
    site.turns.at("PUT", 1, lambda: _despatch(site, order, order.lines[2]))
    with pytest.raises(errors.PartialFailure):
        site.erp.orders.cancel(order, "not needed", lines=[order.lines[1], order.lines[2]], key="two")
    assert stands(site, order)[1] == [("VALVE-20", 12), ("VALVE-20", 3)]


def _despatch(site, order, line):
    body = {"sop_order_return_id": int(order.id), "items": [{"id": int(line.id), "quantity": 1}]}
    with site.again() as rival:
        rival._context.adapter.office.api.write("POST", "sop_confirm_despatch", body)


def test_a_single_change_that_is_refused_has_saved_nothing(site):
    order = two_lines(site)
    site.server.refuse("The period is closed.", "sop_orders", "PUT")
    with pytest.raises(errors.TransitionNotAllowed) as caught:
        site.erp.orders.amend(order, ec.ChangeQuantity(line=order.lines[0], to=20))
    assert "The period is closed." in str(caught.value.native)
    assert len(site.sent("PUT")) == 1
    assert stands(site, order) == AS_BEFORE


@pytest.mark.parametrize("path", ["sop_orders", "sop_orders_status"])
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_change_with_a_hold_its_line_is_added_once(company, clock, tmp_path, breaks, path):
    """Two requests make up one change, and either may be the one that is lost."""
    with place(company, tmp_path, timeout=patience(breaks)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        BREAKS[breaks](site, path, "PUT" if path == "sop_orders" else "POST")
        changes = (ec.AddLine(line=hoses(3)), ec.PlaceHold(kind="on_hold", reason="wait"))
        try:
            sooner_or_later(lambda: site.erp.orders.amend(order.id, *changes, key="two"), clock)
        except errors.PartialFailure:
            assert path == "sop_orders_status"
            assert site.erp.orders.get(order.id).status is OrderStatus.CONFIRMED
        else:
            assert site.erp.orders.get(order.id).status is OrderStatus.ON_HOLD
    assert len(company.lines) == 2
