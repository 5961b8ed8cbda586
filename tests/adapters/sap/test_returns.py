"""Returns over RFC: never more than has left, and exactly one whatever breaks (sap.md 2.8, 2.12)."""

from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Certainty
from erp_connect.models import ReturnStatus
from erp_connect.testing.mocks.sap import fulfilling

from .site import draft, sooner_or_later, valves

CREATE = "BAPI_CUSTOMERRETURN_CREATE"
COMMIT = "BAPI_TRANSACTION_COMMIT"
REASONS = {"return_reason": "101", "return_reasons": "damaged=102"}


@pytest.fixture
def erp(connect):
    return connect(**REASONS)


@pytest.fixture
def order(erp, world):
    """Twelve valves and two pumps, of which ten valves have left."""
    pump = ec.LineDraft(product="PUMP-1", quantity=2, unit="C62")
    order = erp.orders.create(draft(valves(), pump), key="order").order
    fulfilling.post_goods_issue(world, fulfilling.deliver(world, order.id, {"000010": Decimal(10)}))
    fulfilling.deliver(world, order.id, {"000010": Decimal(2)})  # packed, and still here
    return order


def back(order, quantity=3, line="000010", reason="damaged"):
    return ec.ReturnDraft(order=order.id, lines={line: quantity}, reason=reason)


def test_a_return_refers_to_the_orders_items_and_carries_the_sites_reason(erp, world, order):
    made = erp.returns.create(back(order), key="back").stored
    assert (made.order_id, made.reason, made.status) == (order.id, "damaged", ReturnStatus.REQUESTED)
    assert [(line.order_line_id, line.product, line.quantity, line.unit) for line in made.lines] == [
        ("000010", "62", 3, "C62")
    ]
    (stored,) = world.returns.values()
    assert (stored.sold_to, stored.type, stored.fields["ORD_REASON"]) == ("0000001234", "RE", "102")
    assert stored.fields["REF_1"] == made.stamp
    assert erp.capabilities.certainty("returns") is Certainty.STAMPED
    assert erp.returns.get(made.id) == made
    assert list(erp.returns.of(order)) == [made]


def test_a_reason_in_other_words_takes_the_code_of_the_settings(erp, world, order):
    made = erp.returns.create(back(order, reason="it does not fit")).stored
    assert next(iter(world.returns.values())).fields["ORD_REASON"] == made.reason == "101"


def test_a_site_that_wants_a_reason_and_has_none_set_refuses(connect, world, order):
    with pytest.raises(errors.RequestRefused) as caught:
        connect().returns.create(back(order))
    assert caught.value.outcome == "not_applied"
    assert world.returns == {}


def test_no_more_comes_back_than_has_left_and_not_come_back_before(erp, world, order):
    with pytest.raises(errors.InvalidOrder) as caught:
        erp.returns.create(back(order, 11))
    assert (caught.value.code, caught.value.outcome) == ("more_than_shipped", "not_applied")
    erp.returns.create(back(order, 8))
    with pytest.raises(errors.InvalidOrder):
        erp.returns.create(back(order, 3))
    erp.returns.create(back(order, 2))
    with pytest.raises(errors.InvalidOrder):
        erp.returns.create(back(order, 1, line="000020"))  # of the pumps nothing has left
    assert [each.items[0].quantity for each in world.returns.values()] == [8, 2]


def test_a_rejected_return_is_cancelled_and_counts_no_more(erp, world, order):
    made = erp.returns.create(back(order, 10)).stored
    for item in world.returns[made.id.zfill(10)].items:
        item.fields["REASON_REJ"] = "Z1"
    assert erp.returns.get(made.id).status is ReturnStatus.CANCELLED
    assert erp.returns.create(back(order, 10)).stored.id != made.id


def test_a_return_is_no_order_and_an_order_no_return(erp, order):
    made = erp.returns.create(back(order), key="back").stored
    with pytest.raises(errors.NotFound):
        erp.orders.get(made.id)
    with pytest.raises(errors.NotFound):
        erp.returns.get(order.id)
    assert [each.id for each in erp.orders.list()] == [order.id]
    assert erp.orders.find(number=made.id) == ()


def test_without_the_table_a_lost_return_stays_unknown_until_it_may_be_looked_for(erp, world, clock, order):
    world.faults.lose_request(COMMIT)
    with pytest.raises(errors.OutcomeUnknown):
        erp.returns.create(back(order), key="back")
    world.settings.unreadable_tables = frozenset({"VBKD"})
    clock.sleep(2000)
    with pytest.raises(errors.ErpConnectError) as caught:
        erp.returns.create(back(order), key="back")
    assert caught.value.outcome == "unknown"
    world.settings.unreadable_tables = frozenset()
    erp.returns.create(back(order), key="back")
    assert len(world.returns) == 1


BREAKS = {
    "request lost (1)": lambda faults, function: faults.lose_request(function),
    "reply lost (1)": lambda faults, function: faults.lose_reply(function),
    "dump before (3)": lambda faults, function: faults.dump(function),
    "dump after (3)": lambda faults, function: faults.dump(function, moment="after"),
    "message after (4)": lambda faults, function: faults.message(function, moment="after"),
    "cancelled, it went on (7)": lambda faults, function: faults.hang(function, 100),
    "cancelled, it did not run (7)": lambda faults, function: faults.hang(function, 100, executed=False),
    "reply and reconnect lost": lambda faults, function: (
        faults.lose_reply(function),
        faults.refuse_connections(),
    ),
}


@pytest.mark.parametrize("function", [CREATE, COMMIT])
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_there_is_exactly_one_return(erp, world, clock, order, function, breaks):
    BREAKS[breaks](world.faults, function)

    def nothing_stands():
        assert world.returns == {}

    receipt = sooner_or_later(
        lambda: erp.returns.create(back(order), key="back"),
        clock,
        in_doubt=function == COMMIT,
        refused=nothing_stands,
    )
    clock.sleep(1000)
    world.settle()
    assert list(world.returns) == [receipt.stored.id.zfill(10)]


def test_an_update_that_the_system_ends_saves_nothing_and_says_so(erp, world, order):
    world.faults.terminate_update()
    with pytest.raises(errors.RequestRefused) as caught:
        erp.returns.create(back(order), key="back")
    assert caught.value.outcome == "not_applied"
    assert world.returns == {}
    assert erp.returns.create(back(order), key="back").stored
    assert len(world.returns) == 1
