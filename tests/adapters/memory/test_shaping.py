"""What products do to values on the way in: lengths, decimals, capitals, and fields that they lack."""

from __future__ import annotations

from decimal import Decimal

import pytest

from erp_connect.errors import InvalidOrder, LossyWrite, UnsupportedOperation
from erp_connect.models import (
    EMPTY,
    AddLine,
    AddNote,
    Address,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeWarehouse,
    Charge,
    Contact,
    Discount,
    Money,
    Reference,
    SplitLine,
    SubstituteProduct,
)

GATE = Address(name="Gate", lines=("Street 1",), city="Bonn", postal_code="53111", country="DE", phone="1")


def problems(caught) -> list[tuple[str, str]]:
    return [(finding.code, finding.path) for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("like", "changes", "problem"),
    [
        ("sage200", {"notes": ("short", "n" * 1001)}, ("too_long", "notes")),
        ("sage200", {"discounts": (Discount(percent=Decimal("2.555")),)}, ("too_many_decimals", "discounts")),
        ("sage200", {"custom": {"colour": "r" * 101}}, ("too_long", "custom")),
        ("sage200", {"contact": Contact(name="c" * 61)}, ("too_long", "contact.name")),
        ("rfc", {"references": (Reference(kind="contract", value="r" * 19),)}, ("too_long", "references")),
        ("rfc", {"ship_to": GATE.but(region="ABCD")}, ("too_long", "ship_to.region")),
        ("rfc", {"ship_to": GATE.but(lines=("s" * 61,))}, ("too_long", "ship_to.lines")),
    ],
)
def test_every_kind_of_value_is_bounded(open_shop, like, changes, problem) -> None:
    shop = open_shop(like=like)
    with pytest.raises(InvalidOrder) as caught:
        shop.orders.create(shop.draft(**changes), shop.write())
    assert problems(caught) == [problem]
    assert caught.value.outcome == "not_applied"


def test_numbers_are_bounded_before_and_after_the_point(open_shop) -> None:
    shop = open_shop(like="rfc")
    with pytest.raises(InvalidOrder) as caught:
        shop.orders.create(
            shop.draft(shop.line(quantity=10_000_000_000), shop.line(price=shop.eur("1.0000000001"))),
            shop.write(),
        )
    assert problems(caught) == [
        ("too_large", "lines[0].quantity"),
        ("too_many_decimals", "lines[1].price"),
    ]


def test_what_fits_passes_unchanged(open_shop) -> None:
    shop = open_shop(like="sage200")
    charge = Charge(code="FREIGHT", amount=Money(amount=Decimal(10), currency="EUR"))
    draft = shop.draft(
        shop.line(discount=Discount(percent=5)),
        charges=(charge,),
        notes=("call first",),
        custom={"colour": "red", "rush": True},
        references=(Reference(kind="contract", value="K-1"),),
    )
    order = shop.create(draft)
    assert (order.charges, order.notes, order.references) == ((charge,), ("call first",), draft.references)
    assert order.custom == {"colour": "red", "rush": True}
    assert order.lines[0].discount == Discount(percent=5)


def test_capitals_come_with_drafts_and_with_amendments(open_shop) -> None:
    shop = open_shop(like="x3")
    order = shop.create(shop.draft(shop.line("valve-20")))
    assert order.lines[0].product == "VALVE-20"
    changed = shop.amend(order, AddLine(line=shop.line("pump-5", 1)))
    assert changed.lines[1].product == "PUMP-5"
    swapped = shop.amend(changed, SubstituteProduct(line=changed.lines[1].id, to="bare-1", quantity=2))
    assert "BARE-1" in [line.product for line in swapped.lines]


def test_every_amendment_is_bounded(open_shop) -> None:
    shop = open_shop(like="rfc")
    order = shop.create(shop.draft(shop.line(quantity=10)))
    line = order.lines[0].id
    tiny = Decimal("0.0001")
    for change, path in (
        (ChangePrice(line=line, to=shop.eur("1.0000000001")), "line.price"),
        (ChangeWarehouse(line=line, to="FIVE5"), "line.warehouse"),
        (ChangeWarehouse(to="FIVE5"), "warehouse"),
        (SplitLine(line=line, quantity=tiny), "line.quantity"),
        (SplitLine(line=line, quantity=1, warehouse="FIVE5"), "line.warehouse"),
        (SubstituteProduct(line=line, to="PUMP-5", quantity=tiny), "line.quantity"),
        (ChangeAddress(ship_to=GATE.but(region="ABCD")), "ship_to.region"),
    ):
        with pytest.raises(InvalidOrder) as caught:
            shop.amend(order, change)
        assert caught.value.path == path
    assert shop.orders.get(order.id) == order


def test_a_note_and_a_discount_are_bounded_where_the_product_bounds_them(open_shop) -> None:
    nav = open_shop(like="nav")
    order = nav.create()
    with pytest.raises(InvalidOrder):
        nav.amend(order, AddNote(text="n" * 51))
    discounted = nav.amend(order, ChangeDiscount(line=order.lines[0].id, to=Discount(percent=10)))
    assert nav.amend(discounted, ChangeDiscount(line=order.lines[0].id, to=EMPTY)).lines[0].discount is None


def test_an_amendment_of_a_field_that_is_not_there_is_a_loss(open_shop) -> None:
    shop = open_shop(like="bc")
    order = shop.create()
    with pytest.raises(LossyWrite) as caught:
        shop.amend(order, ChangeAddress(ship_to=GATE, bill_to=GATE))
    assert caught.value.fields == ("order.ship_to.phone", "order.bill_to")
    allowed = frozenset({"order.ship_to.phone", "order.bill_to"})
    changed = shop.amend(order, ChangeAddress(ship_to=GATE, bill_to=GATE), allow_loss=allowed)
    assert changed.ship_to == GATE.but(phone=None)
    assert changed.bill_to == order.bill_to


def test_clearing_a_field_that_is_not_there_loses_nothing(open_shop) -> None:
    shop = open_shop(like="bc")
    order = shop.create()
    changed = shop.amend(order, ChangeHeader(contact=EMPTY, payment_terms="N10"))
    assert changed.payment_terms == "N10"


def test_a_warehouse_cannot_be_changed_where_orders_know_none(open_shop) -> None:
    shop = open_shop(like="crm")
    order = shop.create()
    with pytest.raises(UnsupportedOperation, match="no warehouse"):
        shop.amend(order, ChangeWarehouse(to="EAST"))


def test_a_date_has_no_bounds(open_shop) -> None:
    shop = open_shop(like="rfc")
    order = shop.create()
    day = shop.clock.now().date()
    assert shop.amend(order, ChangeDate(to=day)).requested == day


def test_a_po_number_entered_later_takes_the_field_from_the_stamp(open_shop) -> None:
    shop = open_shop(like="bc")
    order = shop.create(shop.draft(customer_po=None))
    assert order.stamp is not None
    changed = shop.amend(order, ChangeHeader(customer_po="PO-7"))
    assert (changed.customer_po, changed.stamp) == ("PO-7", None)


def test_a_look_at_an_order_moves_the_token_of_its_header_only(open_shop) -> None:
    shop = open_shop(like="bc")
    order = shop.create()
    shop.adapter.touch(order.id)
    touched = shop.orders.get(order.id).version.split()
    assert touched[0] != order.version.split()[0]
    assert touched[1:] == order.version.split()[1:]
