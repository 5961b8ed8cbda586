"""Returns: never more than has left, and exactly one whatever breaks (sap.md 2.12, 4.6)."""

from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Write
from erp_connect.models import ReturnStatus
from erp_connect.testing.mocks.sap import fulfilling

from ..site import sooner_or_later
from .place import place

SERVICE = "API_CUSTOMER_RETURN_SRV"
STAMP = "STAMPSTAMPSTAMPSTAMP"


@pytest.fixture
def site(world, tmp_path):
    with place(world, tmp_path) as found:
        yield found


@pytest.fixture
def order(site, world):
    """Twelve valves and two pumps, of which ten valves have left."""
    order = site.enter_order()
    fulfilling.post_goods_issue(world, fulfilling.deliver(world, order.id, {"000010": Decimal(10)}))
    fulfilling.deliver(world, order.id, {"000010": Decimal(2)})  # packed, and still here
    return order


def write(stamp=STAMP):
    return Write(key="k", stamp=stamp, operation="returns.create", correlation_id="c")


def back(order, quantity=3, line="10", reason="damaged"):
    return ec.ReturnDraft(order=order.id, lines={line: quantity}, reason=reason)


def test_a_return_refers_to_the_orders_items_and_carries_the_sites_reason(site, world, order):
    made = site.books.returns.create(back(order), write())
    found = site.books.returns.get(made.id)
    assert (found.id, found.order_id, found.reason) == (made.id, order.id, "damaged")
    assert (found.status, found.stamp) == (ReturnStatus.REQUESTED, STAMP)
    assert [(line.order_line_id, line.product, line.quantity, line.unit) for line in found.lines] == [
        ("10", "62", 3, "C62")
    ]
    (stored,) = world.returns.values()
    assert (stored.sold_to, stored.type) == ("0000001234", "RE")
    assert stored.fields["ORD_REASON"] == "102"
    assert site.books.returns.of(order) == (found,)
    assert site.books.returns.find(STAMP) == [found]


def test_a_reason_in_other_words_takes_the_code_of_the_settings(site, world, order):
    site.books.returns.create(back(order, reason="it does not fit"), write())
    (stored,) = world.returns.values()
    assert stored.fields["ORD_REASON"] == "101"


def test_no_more_comes_back_than_has_left_and_not_come_back(site, world, order):
    returns = site.books.returns
    for line, quantity in (("10", 11), ("20", 1), ("30", 1)):
        with pytest.raises(errors.InvalidOrder) as caught:
            returns.create(back(order, quantity, line), write())
        assert caught.value.outcome == "not_applied"
    returns.create(back(order, 7), write())
    with pytest.raises(errors.InvalidOrder):
        returns.create(back(order, 4), write("ANOTHER"))
    returns.create(back(order, 3), write("ANOTHER"))
    assert len(world.returns) == 2


def test_a_return_that_never_was_is_not_found(site):
    for id in ("60000099", "no-such-id", "12345678901"):
        with pytest.raises(errors.NotFound):
            site.books.returns.get(id)


@pytest.mark.parametrize(
    "breaks",
    [
        lambda network: network.lose_reply(SERVICE, "POST"),
        lambda network: network.cut_body(40, SERVICE, "POST"),
        lambda network: network.refuse(504, SERVICE, "POST", executed=True),
    ],
    ids=["reply lost", "reply cut", "gateway"],
)
def test_an_unanswered_return_is_unknown_and_found_by_its_stamp(site, world, order, breaks):
    breaks(site.network)
    with pytest.raises(errors.TransportError) as caught:
        site.books.returns.create(back(order), write())
    assert caught.value.outcome == "unknown"
    (found,) = site.books.returns.find(STAMP)
    assert found.id == next(iter(world.returns)).lstrip("0")


def test_a_service_that_refuses_it_has_entered_nothing(site, world, order):
    site.network.refuse(403, SERVICE, "POST")
    with pytest.raises(errors.PermissionMissing) as caught:
        site.books.returns.create(back(order), write())
    assert caught.value.outcome == "not_applied"
    assert world.returns == {}


@pytest.mark.parametrize("executed", [True, False])
@pytest.mark.parametrize("service", ["v2", "v4"])
def test_there_is_exactly_one_return_whatever_breaks(world, tmp_path, service, executed):
    with place(world, tmp_path, service=service) as site:
        order = site.enter_order()
        fulfilling.post_goods_issue(world, fulfilling.deliver(world, order.id))
        (site.network.lose_reply if executed else site.network.lose_request)(SERVICE, "POST")
        receipt = sooner_or_later(
            lambda: site.erp.returns.create(back(order), key="back"), world.clock, in_doubt=True
        )
        assert site.erp.returns.create(back(order), key="back").replayed
        assert [each.id for each in site.erp.returns.of(order.id)] == [receipt.stored.id]
    assert len(world.returns) == 1


def test_all_that_has_left_comes_back_when_no_line_is_named(site, world, order):
    draft = ec.ReturnDraft(order=order.id, lines=None, reason="damaged")
    returned = site.erp.returns.create(draft).stored
    assert [(line.order_line_id, line.quantity) for line in returned.lines] == [("10", 10)]
