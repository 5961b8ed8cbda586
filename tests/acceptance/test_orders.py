"""Sections 3 and 4: an order's life, seen through the verbs, on every back-end."""

# ruff: noqa: DTZ001 (naive instants are what is refused, or what a workbook holds)

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

import erp_connect as ec


@pytest.fixture
def order(shop, erp) -> ec.Order:
    return erp.orders.create(
        shop.long_draft(
            ship_to=shop.address,
            requested=date(2026, 12, 1),
            payment_terms="NET30",
            notes=["ring at the gate"],
            references=[ec.Reference(kind="shop", value="W-1")],
            contact=ec.Contact(name="Gate", email="gate@example.com"),
            custom={"channel": "web", "exact": Decimal("1.10"), "on": date(2026, 1, 2)},
        ),
        key="order",
    ).order


def test_what_is_stored_is_what_was_sent(shop, erp, order) -> None:
    for read in (order, erp.orders.get(order.id), erp.orders.get(order)):
        assert (read.customer, read.customer_po, read.currency) == ("10000", "PO-4712", "EUR")
        assert read.ship_to == shop.address
        assert (read.requested, read.payment_terms) == (date(2026, 12, 1), "NET30")
        assert read.notes == ("ring at the gate",)
        assert ec.Reference(kind="shop", value="W-1") in read.references
        assert read.contact == ec.Contact(name="Gate", email="gate@example.com")
        assert dict(read.custom) == {"channel": "web", "exact": Decimal("1.10"), "on": date(2026, 1, 2)}
        assert [type(value) for value in read.custom.values()] == [str, Decimal, date] or set(
            map(type, read.custom.values())
        ) == {str, Decimal, date}
        assert [line.product for line in read.lines] == ["VALVE-20", "PUMP-1", "SEAL-5"]
        assert [line.quantities.ordered for line in read.lines] == [12, 2, 100]
        assert read.lines[2].price == shop.euro("9.90", per=100)
        assert (read.net, read.status) == (
            ec.Money(amount=Decimal("1119.90"), currency="EUR"),
            ec.OrderStatus.SUBMITTED,
        )
        assert all(type(each) is str for each in (read.id, read.number, *(line.id for line in read.lines)))
        assert read.created_at.tzinfo is not None
        assert read.created_at.utcoffset() == timedelta(0)


def test_an_order_is_found_by_what_people_say(erp, order) -> None:
    for asked in (
        {"number": order.number},
        {"customer_po": "PO-4712"},
        {"customer": "10000"},
        {"customer": "10000", "customer_po": "PO-4712"},
        {"customer": ec.Ref(id=order.customer_id)},
        {"customer": erp.customers.find(number="10000")[0]},
        {"key": "order"},
        {"reference": ec.Reference(kind="shop", value="W-1")},
        {"reference": "W-1"},
    ):
        assert [found.id for found in erp.orders.find(**asked)] == [order.id], asked


NEAR = ["PO-471", "po-4712", "PO-4712 ", "PO-47%", "PO-471_", "PO-4712\u0000", "' OR 1=1 --", "P" * 100_000]


def test_finding_is_exact(erp, order) -> None:
    for near in NEAR:
        for asked in ({"customer_po": near}, {"number": near}, {"customer": near}, {"key": near}):
            assert list(erp.orders.find(**asked)) == [], asked
        assert list(erp.orders.find(reference=near)) == []
        assert list(erp.orders.find(reference=ec.Reference(kind="shop", value=near.replace("\0", "0")))) == []
        assert list(erp.orders.list(customer=near)) == []
        assert list(erp.customers.find(number=near)) == list(erp.customers.find(name=near)) == []
        assert list(erp.products.find(code=near)) == list(erp.products.find(name=near)) == []
        assert list(erp.purchase_orders.find(supplier=near)) == []


def test_all_that_is_given_must_match(erp, order) -> None:
    assert list(erp.orders.find(customer="20000", customer_po="PO-4712")) == []


def test_an_order_is_changed_word_by_word(shop, erp, order) -> None:
    elsewhere = ec.Address(name="Dock 2", lines=["Pier 2"], city="Hull", postal_code="HU1", country="GB")
    steps = [
        (
            ec.ChangeQuantity(line=1, to=Decimal(7), reason="r"),
            lambda o: o.lines[0].quantities.ordered == 7,
        ),
        (ec.ChangePrice(line=1, to=shop.euro("11.05")), lambda o: o.lines[0].price == shop.euro("11.05")),
        (ec.ChangeDate(line=2, to=date(2027, 1, 5)), lambda o: o.lines[1].requested == date(2027, 1, 5)),
        (ec.ChangeDate(to=date(2027, 1, 9)), lambda o: o.requested == date(2027, 1, 9)),
        (
            ec.ChangeDiscount(line=1, to=ec.Discount(percent=Decimal(10))),
            lambda o: o.lines[0].discount == ec.Discount(percent=Decimal(10)),
        ),
        (ec.ChangeDiscount(line=1, to=ec.EMPTY), lambda o: o.lines[0].discount is None),
        (ec.ChangeWarehouse(line=1, to="NORTH"), lambda o: o.lines[0].warehouse == "NORTH"),
        (ec.ChangeAddress(ship_to=elsewhere), lambda o: o.ship_to == elsewhere),
        (ec.ChangeHeader(payment_terms="NET10"), lambda o: o.payment_terms == "NET10"),
        (ec.ChangeHeader(payment_terms=ec.EMPTY), lambda o: o.payment_terms is None),
        (ec.ChangeHeader(customer_po="PO-NEW"), lambda o: o.customer_po == "PO-NEW"),
        (ec.ChangeHeader(custom={"channel": "telephone"}), lambda o: o.custom["channel"] == "telephone"),
        (ec.AddNote(text="by lorry"), lambda o: o.notes == ("ring at the gate", "by lorry")),
        (ec.AddLine(line=shop.line("SEAL-5", 9)), lambda o: o.lines[-1].quantities.ordered == 9),
        (ec.SubstituteProduct(line=4, to="PUMP-1"), lambda o: o.lines[3].product == "PUMP-1"),
        (ec.PlaceHold(kind="credit", reason="overdue"), lambda o: o.status is ec.OrderStatus.ON_HOLD),
        (ec.ReleaseHold(kind="credit"), lambda o: o.status is ec.OrderStatus.SUBMITTED and not o.holds),
    ]
    for amendment, holds in steps:
        receipt = erp.orders.amend(order, amendment)
        assert holds(receipt.order), amendment
        assert receipt.differences == (), amendment
        assert receipt.order.version != order.version
        order = receipt.order
        assert erp.orders.get(order.id) == order
    assert order.lines[1].quantities.ordered == 2
    assert order.contact == ec.Contact(name="Gate", email="gate@example.com")


def test_a_line_is_split_in_two(erp, order) -> None:
    after = erp.orders.amend(order, ec.SplitLine(line=1, quantity=5, requested=date(2027, 2, 1))).order
    valves = [line for line in after.lines if line.product == "VALVE-20"]
    assert sorted(line.quantities.ordered for line in valves) == [5, 7]
    assert {line.requested for line in valves if line.quantities.ordered == 5} == {date(2027, 2, 1)}
    assert after.net == order.net


def test_several_amendments_are_one_write(shop, erp, order) -> None:
    bad = (ec.ChangeQuantity(line=1, to=1, reason="x"), ec.ChangeQuantity(line=99, to=1, reason="x"))
    with pytest.raises(ec.errors.RequestRefused):
        erp.orders.amend(order, *bad)
    assert erp.orders.get(order) == order
    after = erp.orders.amend(
        order, ec.ChangeQuantity(line=1, to=1, reason="x"), ec.AddNote(text="both")
    ).order
    assert (after.lines[0].quantities.ordered, after.notes[-1]) == (1, "both")
    with pytest.raises(ec.errors.InvalidOrder):
        erp.orders.amend(order)


def test_a_plan_shows_what_would_happen_and_does_nothing(shop, erp, order) -> None:
    plan = erp.orders.plan(order, ec.ChangeQuantity(line=2, to=3, reason="one more"))
    assert plan.diff
    assert isinstance(plan.diff[0], ec.Difference)
    assert plan.price_effect == ec.Money(amount=Decimal(480), currency="EUR")
    assert plan.computed_by in {"back-end", "rules"}
    assert plan.amendments == (ec.ChangeQuantity(line=2, to=3, reason="one more"),)
    assert tuple(plan.warnings) == ()
    assert erp.orders.get(order) == order
    assert list(erp.journal.open()) == []


def test_a_line_is_cancelled_and_shows_it(erp, order) -> None:
    after = erp.orders.cancel(order, reason="not needed", lines=[order.lines[1]]).order
    gone = [line for line in after.lines if line.product == "PUMP-1"]
    assert [line.quantities.cancelled for line in gone] in ([], [2])
    assert after.status is ec.OrderStatus.SUBMITTED
    again = erp.orders.amend(after, ec.CancelLine(line=3, reason="neither")).order
    assert [line.product for line in again.lines if not line.quantities.cancelled] == ["VALVE-20"]
    assert again.net == ec.Money(amount=Decimal(150), currency="EUR")


def test_an_order_is_cancelled(erp, order) -> None:
    receipt = erp.orders.cancel(order, reason="customer withdrew")
    assert receipt.order.status is ec.OrderStatus.CANCELLED
    read = erp.orders.get(order.id)
    assert read.status is ec.OrderStatus.CANCELLED
    assert [line.quantities.cancelled for line in read.lines] == [12, 2, 100]
    assert erp.orders.track(order.id).status is ec.OrderStatus.CANCELLED
    with pytest.raises(ec.errors.TransitionNotAllowed) as raised:
        erp.orders.cancel(order.id, reason="again")
    assert raised.value.outcome == "not_applied"
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.orders.amend(order.id, ec.ChangeQuantity(line=1, to=3, reason="back again"))
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.shipments.post(order.id, None)


def test_a_cancellation_needs_a_reason(erp, order) -> None:
    for reason in ("", "   ", None, 7):
        with pytest.raises((ec.errors.ErpConnectError, ValueError, TypeError)):
            erp.orders.cancel(order, reason=reason)
    assert erp.orders.get(order).status is ec.OrderStatus.SUBMITTED


def test_goods_leave_with_their_tracking_numbers(erp, order) -> None:
    package = ec.Package(tracking_number="1Z999AA10123456784", carrier="UPS", weight=Decimal("12.5"))
    receipt = erp.shipments.post(order, {1: 5, order.lines[1].id: 2}, [package], key="s")
    assert isinstance(receipt.stored, ec.Shipment)
    after = erp.orders.get(order.id)
    assert [line.quantities.shipped for line in after.lines] == [5, 2, 0]
    assert after.status is ec.OrderStatus.PARTLY_SHIPPED
    (shipment,) = erp.shipments.of(order.id)
    assert shipment.packages[0].tracking_number == "1Z999AA10123456784"
    tracking = erp.orders.track(order.id)
    assert isinstance(tracking, ec.Tracking)
    assert (tracking.order_id, tracking.status) == (order.id, ec.OrderStatus.PARTLY_SHIPPED)
    assert [each.id for each in tracking.shipments] == [shipment.id]
    assert len(tracking.lines) == 3
    assert hasattr(tracking, "promised")
    with pytest.raises(ec.errors.RequestRefused):
        erp.shipments.post(order.id, {1: 8})
    with pytest.raises(ec.errors.RequestRefused):
        erp.orders.amend(order.id, ec.ChangeQuantity(line=1, to=4, reason="less than went out"))
    erp.shipments.post(order.id, None, key="rest")
    assert erp.orders.get(order.id).status in {ec.OrderStatus.SHIPPED, ec.OrderStatus.COMPLETED}
    assert len(erp.shipments.of(order)) == 2


def test_shipped_goods_cannot_be_cancelled_but_come_back(erp, order) -> None:
    erp.shipments.post(order, {1: 5}, key="s")
    after = erp.orders.cancel(order.id, reason="the rest is not needed").order
    assert after.lines[0].quantities.shipped == 5
    assert after.lines[0].quantities.cancelled == 7
    assert after.status is not ec.OrderStatus.CANCELLED
    returned = erp.returns.create(
        ec.ReturnDraft(order=order.id, lines={1: 2}, reason="broken"), key="r"
    ).stored
    assert isinstance(returned, ec.Return)
    assert erp.returns.get(returned.id) == returned
    assert [each.id for each in erp.returns.of(order.id)] == [returned.id]
    with pytest.raises(ec.errors.RequestRefused):
        erp.returns.create(ec.ReturnDraft(order=order.id, lines={1: 6}, reason="more than came"))


def test_a_held_order_is_not_shipped(erp, order) -> None:
    held = erp.orders.amend(order, ec.PlaceHold(kind="credit", reason="overdue")).order
    assert [hold.kind for hold in held.holds] == ["credit"]
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.shipments.post(order.id, {1: 1})
    erp.orders.amend(order.id, ec.ReleaseHold(kind="credit"))
    erp.shipments.post(order.id, {1: 1})


def test_orders_are_listed_by_what_they_are(shop, url, hand_clock) -> None:
    with ec.connect(url, clock=hand_clock) as erp:
        first = erp.orders.create(shop.draft("PO-1", order_date=date(2026, 3, 1)), key="1").order
        second = erp.orders.create(
            shop.draft("PO-2", customer="20000", order_date=date(2026, 3, 2)), key="2"
        ).order
        hand_clock.turn(hours=2)
        third = erp.orders.create(shop.draft("PO-3", order_date=date(2026, 3, 3)), key="3").order
        erp.orders.cancel(first.id, reason="not needed")

        def ids(**asked: object) -> set[str]:
            return {order.id for order in erp.orders.list(**asked)}

        assert ids(customer="20000") == {second.id}
        assert ids(ordered_from=date(2026, 3, 2)) == {second.id, third.id}
        assert ids(ordered_to=date(2026, 3, 2)) == {first.id, second.id}
        assert ids(ordered_from=date(2026, 3, 2), ordered_to=date(2026, 3, 2)) == {second.id}
        assert ids(status=ec.OrderStatus.SUBMITTED) == {second.id, third.id}
        assert ids(status=[ec.OrderStatus.CANCELLED, ec.OrderStatus.ON_HOLD]) == {first.id}
        assert ids(modified_since=datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) == {first.id, third.id}
        assert len(list(erp.orders.list(limit=2))) == 2
        assert list(erp.orders.list(limit=0)) == []
        assert ids(customer="nobody") == set()


def test_what_a_listing_cannot_mean_is_refused_before_it_starts(erp, order) -> None:
    for wrong in (
        {"limit": 1.5},
        {"limit": True},
        {"limit": -1},
        {"limit": "2"},
        {"ordered_from": datetime(2026, 1, 1, tzinfo=UTC)},
        {"ordered_to": "2026-01-01"},
        {"modified_since": date(2026, 1, 1)},
        {"modified_since": datetime(2026, 1, 1)},
        {"modified_since": "2026-01-01T00:00:00Z"},
        {"status": "nonsense"},
    ):
        with pytest.raises((ec.errors.InvalidOrder, TypeError, ValueError)):
            list(erp.orders.list(**wrong))


def test_one_may_write_while_listing(shop, erp) -> None:
    erp.orders.create_many([shop.draft(f"PO-{n}") for n in range(300)], ec.keys.by_customer_po)
    seen = []
    for order in erp.orders.list():
        seen.append(order.id)
        if len(seen) % 50 == 1:
            erp.orders.amend(order, ec.AddNote(text="seen"))
            erp.orders.create(shop.draft(f"new-{len(seen)}"), key=f"new-{len(seen)}")
    assert len(seen) == len(set(seen))
    assert 300 <= len(seen) <= 306
    assert sum(1 for _ in erp.orders.list()) == 306


def test_a_listing_that_is_left_holds_nothing_up(shop, url) -> None:
    with ec.connect(url, max_concurrency=1) as erp:
        erp.orders.create_many([shop.draft(f"PO-{n}") for n in range(5)], ec.keys.by_customer_po)
        left = [erp.orders.list() for _ in range(20)]
        assert all(next(each) for each in left)
        erp.orders.create(shop.draft("PO-9"), key="9")
        assert len(list(erp.orders.list())) == 6


def test_events_go_on_from_a_cursor_that_was_stored(shop, url) -> None:
    with ec.connect(url) as erp:
        order = erp.orders.create(shop.draft(), key="k").order
        erp.orders.amend(order, ec.ChangeQuantity(line=1, to=10, reason="less"))
        events = list(erp.orders.events())
        assert [event.order_id for event in events] == [order.id] * len(events)
        assert all(isinstance(event, ec.OrderEvent) for event in events)
        assert all(type(event.cursor) is str for event in events)
        assert events[0].kind == "created"
        stored = events[-1].cursor
        assert list(erp.orders.events(since=stored)) == []
    with ec.connect(url) as erp:
        other = erp.orders.create(shop.draft("PO-2"), key="2").order
        erp.orders.cancel(order.id, reason="withdrawn")
        later = list(erp.orders.events(since=stored))
        assert {event.order_id for event in later} == {other.id, order.id}
        assert "cancelled" in [event.kind for event in later if event.order_id == order.id]
        middle = events[0].cursor
        assert [event.cursor for event in erp.orders.events(since=middle)] == [
            *(event.cursor for event in events[1:]),
            *(event.cursor for event in later),
        ]


def test_a_cursor_that_nobody_gave_out_is_refused(erp, order) -> None:
    for cursor in ("nonsense", "", "999999999999", "-1", "1; DROP TABLE x", "\u0000"):
        try:
            events = list(erp.orders.events(since=cursor))
        except ec.errors.RequestRefused:
            continue
        assert events == [] or cursor == "", cursor
