"""What is written through a mapping keeps every rule of the foreign system, and reads back as it was meant."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.errors import LossyWrite, VersionConflict

from .conftest import Hands
from .test_foreign_reading import order, order_told

D = Decimal


def draft(customer_po="PO-77", **more):
    lines = (
        ec.LineDraft(product="CHN-08-GAL", quantity=D("12.5"), unit="MTR", price=price("6.40")),
        ec.LineDraft(
            product="GLV-NIT-09", quantity=6, unit="XCT", price=price("42"), discount=ec.Discount(percent=5)
        ),
    )
    return ec.OrderDraft(
        **{
            "customer": "1003",
            "customer_po": customer_po,
            "currency": "EUR",
            "lines": lines,
            "order_date": date(2026, 6, 1),
            "requested": date(2026, 6, 20),
            **more,
        }
    )


def price(amount):
    return ec.UnitPrice(amount=D(amount), currency="EUR")


def as_told(ours, stored):
    """The order is in the foreign system what the receipt says, and no rule of that system is broken."""
    ours.check()
    told = ours.facts().orders[stored.number]
    assert order(ours, stored) == order_told(told)
    return told


def test_an_order_is_entered(ours, writing):
    before = ours.facts().orders
    receipt = writing.orders.create(draft(), key="web-77")
    stored = receipt.order
    assert [each.path for each in receipt.differences if each.kind.value != "added"] == []
    told = as_told(ours, stored)
    assert (told.customer, told.customer_po, told.requested) == ("1003", "PO-77", date(2026, 6, 20))
    assert [(each.product, each.quantity, each.unit, each.price) for each in told.lines] == [
        ("CHN-08-GAL", D("12.5"), "MTR", D("6.4")),
        ("GLV-NIT-09", D(6), "XCT", D(42)),
    ]
    assert told.net == D(80) + D("239.4")
    assert {each: ours.facts().orders[each] for each in before} == before
    assert writing.orders.create(draft(), key="web-77").replayed
    assert len(ours.facts().orders) == len(before) + 1
    assert writing.orders.find(key="web-77")[0].id == stored.id


def test_the_next_order_gets_the_next_number(ours, writing):
    first, second = (writing.orders.create(draft(f"PO-{n}"), key=f"web-{n}").order for n in (1, 2))
    assert first.number != second.number
    assert int(second.number[-4:]) == int(first.number[-4:]) + 1
    as_told(ours, second)


def test_lines_are_changed_added_and_cancelled(ours, writing):
    stored = writing.orders.create(draft(), key="web-78").order
    stored = writing.orders.amend(
        stored, ec.ChangeQuantity(line=1, to=D(20)), ec.ChangePrice(line=2, to=price("36"))
    ).order
    assert [each.quantities.ordered for each in stored.lines] == [D(20), D(6)]
    as_told(ours, stored)
    added = ec.LineDraft(product="ANC-15", quantity=2, unit="H87", price=price("189"))
    stored = writing.orders.amend(stored, ec.AddLine(line=added)).order
    assert [each.product for each in stored.lines] == ["CHN-08-GAL", "GLV-NIT-09", "ANC-15"]
    assert [each.position for each in stored.lines] == [1, 2, 3]
    as_told(ours, stored)
    stored = writing.orders.cancel(stored, "not wanted", lines=[2]).order
    assert [each.quantities.cancelled for each in stored.lines] == [D(0), D(6), D(0)]
    told = as_told(ours, stored)
    assert told.net == D(128) + D(378)


def test_the_header_is_changed(ours, writing):
    stored = writing.orders.create(draft(), key="web-79").order
    changes = (ec.ChangeHeader(customer_po="PO-78"), ec.ChangeDate(to=date(2026, 7, 1)))
    stored = writing.orders.amend(stored, *changes).order
    told = as_told(ours, stored)
    assert (told.customer_po, told.requested) == ("PO-78", date(2026, 7, 1))


def test_an_order_is_held_released_and_cancelled(ours, writing):
    stored = writing.orders.create(draft(), key="web-80").order
    stored = writing.orders.amend(stored, ec.PlaceHold(kind="manual", reason="ask first")).order
    assert stored.status is ec.OrderStatus.ON_HOLD
    as_told(ours, stored)
    stored = writing.orders.amend(stored, ec.ReleaseHold(kind="manual")).order
    assert stored.status is ec.OrderStatus.CONFIRMED
    as_told(ours, stored)
    stored = writing.orders.cancel(stored, "not wanted").order
    assert stored.status is ec.OrderStatus.CANCELLED
    told = as_told(ours, stored)
    assert told.net == 0


def test_what_somebody_else_changed_is_not_written_over(ours, writing):
    stored = writing.orders.create(draft(), key="web-81").order
    with ours.connect(clock=Hands(), writable=True, journal=f"sqlite:///{ours.folder / 'other.db'}") as rival:
        rival.orders.amend(stored.id, ec.ChangeQuantity(line=1, to=D(30)))
    with pytest.raises(VersionConflict) as met:
        writing.orders.amend(stored, ec.ChangeQuantity(line=1, to=D(7)))
    assert [each.stored for each in met.value.diff if each.path.endswith("quantity")] == [D(30)]
    as_told(ours, writing.orders.get(stored.id))


def test_what_no_column_can_hold_is_refused_before_anything_is_written(ours, writing):
    before = ours.facts().orders
    with pytest.raises(LossyWrite):
        writing.orders.create(draft("P" * 80), key="web-82")
    with pytest.raises(LossyWrite):
        writing.orders.create(draft(payment_terms="N30"), key="web-83")
    assert ours.facts().orders == before
