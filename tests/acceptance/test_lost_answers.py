"""Section 6 on the limits of each product: answers get lost, requests run late, and there is one order all the same."""

# ruff: noqa: PT017 (being refused, or being done, may both be right)

from __future__ import annotations

import contextlib

import pytest

import erp_connect as ec

PRODUCTS = [None, "bc", "fo", "nav", "crm", "rfc", "odata", "x3", "sage200", "sage300"]
on_each_product = pytest.mark.parametrize("erp_like", PRODUCTS, indirect=True, ids=str)


@pytest.fixture
def place(erp_like, erp_world, erp_clock, shop):
    """The shop as a product shows it, with the switches of its world and the hands of its clock."""
    erp_world.load(
        ec.CustomerDraft(number="10000", name="Harbour Pumps Ltd"),
        *(
            ec.ProductDraft(code=code, name=code, unit="C62", price=shop.euro("10"))
            for code in ("VALVE-20", "PUMP-1", "SEAL-5")
        ),
    )
    return erp_like


def until_known(call, clock, tries: int = 6) -> ec.WriteReceipt:
    """What a patient program does: the same call with the same key, when it is told to."""
    for _ in range(tries):
        try:
            return call()
        except ec.errors.ErpConnectError as error:
            assert error.outcome in {"unknown", "not_applied"}, repr(error)
            assert error.retryable or error.outcome == "unknown", repr(error)
            clock.turn(seconds=(error.retry_after or 60) + 1)
    return call()


def orders(erp: ec.Client) -> list[ec.Order]:
    return list(erp.orders.list())


def order_that_can_change(erp: ec.Client, shop) -> ec.Order:
    if erp.capabilities.support("orders.change_quantity") is ec.Support.NONE:
        pytest.skip(str(erp.capabilities.why("orders.change_quantity")))
    return erp.orders.create(shop.long_draft(), key="k").order


FAULTS = {
    "reply lost": lambda faults: faults.lose_reply("orders.create"),
    "request lost": lambda faults: faults.lose_request("orders.create"),
    "committed late": lambda faults: faults.commit_late("orders.create", 100),
    "throttled": lambda faults: faults.throttle("orders.create", 3),
    "delayed": lambda faults: faults.delay("orders.create", 200),
    "reply of a step lost": lambda faults: faults.lose_reply("orders.create", step=1),
    "request of a step lost": lambda faults: faults.lose_request("orders.create", step=2),
    "twice": lambda faults: faults.lose_reply("orders.*", times=2),
}


@on_each_product
@pytest.mark.parametrize("fault", FAULTS)
def test_a_create_is_neither_lost_nor_doubled(place, erp_world, erp_clock, shop, fault: str) -> None:
    draft = shop.long_draft()
    FAULTS[fault](erp_world.faults)
    try:
        place.orders.create(draft, key="k")
    except ec.errors.OutcomeUnknown as error:
        assert error.key == "k"
        assert error.outcome == "unknown"
        assert error.retry_after is None or error.retry_after >= 0
    except ec.errors.ErpConnectError as error:
        assert error.retryable
        assert error.outcome == "not_applied"
    receipt = until_known(lambda: place.orders.create(draft, key="k"), erp_clock)
    erp_clock.turn(hours=2)
    (stands,) = orders(place)
    assert stands.id == receipt.order.id
    assert [line.quantities.ordered for line in stands.lines] == [12, 2, 100]
    assert place.orders.create(draft, key="k").replayed
    assert len(orders(place)) == 1
    assert list(place.journal.open()) == []


@on_each_product
@pytest.mark.parametrize("fault", ["reply lost", "request lost", "committed late", "request of a step lost"])
def test_recover_looks_and_never_sends(place, erp_world, erp_clock, shop, fault: str) -> None:
    FAULTS[fault](erp_world.faults)
    with contextlib.suppress(ec.errors.ErpConnectError):
        place.orders.create(shop.long_draft(), key="k")
    for hours in (0, 2):
        erp_clock.turn(hours=hours)
        stood = [order.id for order in orders(place)]
        report = place.recover()
        assert isinstance(report, ec.RecoveryReport)
        assert [order.id for order in orders(place)] == stood
        assert set(report.unknown) <= {"k"}
        assert bool(report.unknown) == any(entry.key == "k" for entry in place.journal.open())
    receipt = until_known(lambda: place.orders.create(shop.long_draft(), key="k"), erp_clock)
    assert [order.id for order in orders(place)] == [receipt.order.id]


@on_each_product
@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_a_change_is_made_once(place, erp_world, erp_clock, shop, fault: str) -> None:
    order = order_that_can_change(place, shop)
    getattr(erp_world.faults, fault)("orders.amend")
    change = ec.AddLine(line=shop.line("SEAL-5", 7))
    if place.capabilities.support("orders.add_line") is ec.Support.NONE:
        change = ec.ChangeQuantity(line=order.lines[0], to=7, reason="less")
    receipt = until_known(lambda: place.orders.amend(order, change, key="a"), erp_clock)
    erp_clock.turn(hours=2)
    stands = place.orders.get(order.id)
    assert sorted(line.quantities.ordered for line in stands.lines) in ([2, 7, 12, 100], [2, 7, 100])
    assert receipt.order.id == order.id
    assert place.orders.amend(order, change, key="a").replayed
    assert [line.id for line in place.orders.get(order.id).lines] == [line.id for line in stands.lines]


@on_each_product
@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_a_cancellation_is_made_and_remembered(place, erp_world, erp_clock, shop, fault: str) -> None:
    order = place.orders.create(shop.long_draft(), key="k").order
    if place.capabilities.support("orders.cancel") is ec.Support.NONE:
        pytest.skip(str(place.capabilities.why("orders.cancel")))
    getattr(erp_world.faults, fault)("orders.cancel")
    until_known(lambda: place.orders.cancel(order, reason="withdrawn", key="c"), erp_clock)
    gone = place.orders.get(order.id)
    assert gone.status is ec.OrderStatus.CANCELLED
    assert (gone.number, gone.customer) == (order.number, "10000")
    assert [line.quantities.cancelled for line in gone.lines] == [12, 2, 100]
    assert place.orders.track(order.id).status is ec.OrderStatus.CANCELLED
    assert place.history(order.id)[-1].reason == "withdrawn"
    assert place.orders.cancel(order, reason="withdrawn", key="c").replayed


@on_each_product
def test_an_order_that_is_gone_shows_no_names(place, shop) -> None:
    draft = shop.draft()
    if place.capabilities.field("order.ship_to").support is not ec.Support.NONE:
        draft = shop.draft(ship_to=shop.address)
    order = place.orders.create(draft, key="k", allow_loss=["order.ship_to", "order.ship_to.region"]).order
    if place.capabilities.support("orders.cancel") is ec.Support.NONE:
        pytest.skip(str(place.capabilities.why("orders.cancel")))
    place.orders.cancel(order, reason="withdrawn")
    listed = [each.id for each in orders(place)]
    gone = place.orders.get(order.id)
    if order.id not in listed:
        assert gone.ship_to is None
        assert gone.contact is None
        if place.capabilities.support("orders.events") is not ec.Support.NONE:
            assert order.id in [
                event.order_id for event in place.orders.events() if event.kind == "cancelled"
            ]
    with pytest.raises(ec.errors.TransitionNotAllowed):
        place.orders.cancel(order.id, reason="again")


@on_each_product
def test_a_refusal_in_the_middle_leaves_nothing(place, erp_world, erp_clock, shop) -> None:
    erp_world.faults.refuse("orders.create", ec.errors.ProductBlocked("blocked since this morning"), step=2)
    try:
        place.orders.create(shop.long_draft(), key="k")
    except ec.errors.RequestRefused as error:
        assert isinstance(error, ec.errors.InvalidOrder | ec.errors.ProductBlocked)
        assert error.outcome == "not_applied"
        assert orders(place) == []
        erp_world.faults.clear()
        assert place.orders.create(shop.long_draft(), key="k").replayed is False
    else:
        erp_world.faults.clear()
    assert len(orders(place)) == 1


@on_each_product
def test_what_could_not_be_undone_is_told_line_by_line_and_resumed(place, erp_world, shop) -> None:
    erp_world.faults.refuse("orders.create", ec.errors.ProductBlocked("blocked since this morning"), step=2)
    erp_world.faults.refuse("orders.remove", ec.errors.PermissionMissing("no right to delete"), times=None)
    try:
        place.orders.create(shop.long_draft(), key="k")
    except ec.errors.PartialFailure as error:
        assert error.outcome == "partial"
        assert error.receipt is not None
        assert [entry.key for entry in place.journal.open()] == ["k"]
        erp_world.faults.clear()
        with pytest.raises(ec.errors.ErpConnectError):
            place.orders.create(shop.draft(lines=[shop.line()]), key="k")
        corrected = shop.draft(
            "PO-4712", lines=[*shop.long_draft().lines[:2], shop.line("SEAL-5", 50, price=shop.euro("0.1"))]
        )
        receipt = place.orders.create(corrected, key="k", resume=True)
        assert [line.quantities.ordered for line in receipt.order.lines] == [12, 2, 50]
        assert list(place.journal.open()) == []
    except ec.errors.RequestRefused as error:
        assert error.outcome == "not_applied"
        assert orders(place) == []
        return
    else:
        erp_world.faults.clear()
    assert len(orders(place)) == 1


@on_each_product
def test_many_with_a_lost_answer_are_each_written_once(place, erp_world, erp_clock, shop) -> None:
    drafts = [shop.draft(f"PO-{number}", quantity=number + 1) for number in range(12)]
    keys = [f"k{number}" for number in range(12)]
    erp_world.faults.lose_reply("orders.create*")
    erp_world.faults.throttle("orders.create*", 2)
    for _ in range(6):
        result = place.orders.create_many(drafts, keys)
        assert len(result.succeeded) + len(result.failed) == 12
        if not result.failed:
            break
        for failure in result.failed:
            assert failure.error.retryable or failure.error.outcome == "unknown"
        erp_clock.turn(seconds=max(failure.error.retry_after or 60 for failure in result.failed) + 1)
    result.raise_for_failures()
    assert sorted(str(order.customer_po) for order in orders(place)) == sorted(f"PO-{n}" for n in range(12))


@on_each_product
def test_a_record_that_somebody_edits_is_locked_and_retryable(place, erp_world, shop) -> None:
    order = order_that_can_change(place, shop)
    erp_world.faults.lock(order.id)
    with pytest.raises(ec.errors.RecordLocked) as raised:
        place.orders.amend(order, ec.ChangeQuantity(line=order.lines[0], to=3, reason="less"))
    assert raised.value.retryable
    assert raised.value.outcome == "not_applied"
    erp_world.faults.unlock(order.id)
    place.orders.amend(order, ec.ChangeQuantity(line=order.lines[0], to=3, reason="less"))


@on_each_product
def test_another_users_change_is_not_written_over(place, erp_world, shop) -> None:
    """Given an Order, a change holds to its version, as strictly as the product can."""
    order = order_that_can_change(place, shop)
    place.orders.amend(order.id, ec.ChangeQuantity(line=order.lines[0], to=5, reason="somebody else"))
    with pytest.raises(ec.errors.VersionConflict) as raised:
        place.orders.amend(order, ec.ChangeQuantity(line=order.lines[0], to=6, reason="too late"))
    assert raised.value.diff
    assert place.orders.get(order.id).lines[0].quantities.ordered == 5


@on_each_product
def test_a_resolved_doubt_is_a_persons_word(place, erp_world, erp_clock, shop) -> None:
    erp_world.faults.lose_request("orders.create", times=None)
    try:
        place.orders.create(shop.draft(), key="k")
    except ec.errors.ErpConnectError as error:
        if error.outcome != "unknown":
            pytest.skip("this product leaves no doubt")
    assert [entry.key for entry in place.journal.open()] == ["k"]
    erp_world.faults.clear()
    with pytest.raises(ec.errors.NotFound):
        place.journal.resolve("k", order_id="no-such-order")
    place.journal.resolve("k")
    assert list(place.journal.open()) == []
    assert place.orders.create(shop.draft(), key="k").replayed is False
    with pytest.raises(ec.errors.TransitionNotAllowed):
        place.journal.resolve("k")
    with pytest.raises(ec.errors.NotFound):
        place.journal.resolve("none")
