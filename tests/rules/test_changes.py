"""Two states of one order: what changed, what makes a plan stale, and the amendments from one to the other."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.errors import InvalidOrder, TransitionNotAllowed
from erp_connect.models import (
    EMPTY,
    AddLine,
    AddNote,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Charge,
    Contact,
    DifferenceKind,
    Discount,
    LineQuantity,
    Money,
    PlaceHold,
    PurchaseOrderLineDraft,
    Reference,
    ReleaseHold,
    SplitLine,
    SubstituteProduct,
)
from erp_connect.rules.amending import amended
from erp_connect.rules.cancelling import cancelled
from erp_connect.rules.diff import amendments_between, changes, moved
from erp_connect.rules.facts import Policy
from erp_connect.rules.posting import shipped

K = DifferenceKind


@pytest.fixture
def order(shop):
    return shop.order(shop.line(quantity=10), shop.line("PIPE-3", 4, "MTR"))


def paths(found):
    return [(each.path, each.kind) for each in found]


# --------------------------------------------------------------------------- changes


def test_an_order_is_what_it_is(order):
    assert changes(order, order) == moved(order, order) == ()


def test_what_is_not_business_is_no_change(order, shop):
    later = order.but(
        version="9",
        modified_at=shop.now + timedelta(hours=1),
        warnings=("odd",),
        raw={"a": 1},
        native_status="B",
        stamp=None,
        timeliness="late",
        lines=tuple(line.but(native_status="x") for line in order.lines),
    )
    assert changes(order, later) == ()
    assert moved(order, later) == ()


def test_each_change_is_named_by_its_path(order, shop):
    first, second = order.lines
    after = order.but(
        customer_po="PO-78",
        ship_to=order.ship_to.but(city="Leeds", region="North"),
        contact=Contact(name="Desk"),
        custom={"size": 3},
        lines=(first.but(quantities=first.quantities.but(ordered=9, shipped=2), price=shop.price(3)), second),
    )
    assert paths(changes(order, after)) == [
        ("order.custom.size", K.CHANGED),
        ("order.ship_to.city", K.CHANGED),
        ("order.ship_to.region", K.CHANGED),
        ("order.contact", K.CHANGED),
        ("order.customer_po", K.CHANGED),
        ("order.lines[0].price", K.CHANGED),
        ("order.lines[0].quantity", K.CHANGED),
        ("order.lines[0].quantities.shipped", K.CHANGED),
    ]
    (price,) = [each for each in changes(order, after) if each.path.endswith("price")]
    assert (price.sent, price.stored, price.line_id) == (shop.price("12.50"), shop.price(3), "L1")


def test_lines_that_came_and_went(order):
    first, second = order.lines
    after = order.but(lines=(second, first.but(id="N1")))
    added, gone = changes(order, after)[1], changes(order, after)[0]
    assert (gone.path, gone.kind, gone.sent, gone.line_id) == ("order.lines[0]", K.MISSING, first, "L1")
    assert (added.path, added.kind, added.stored.id) == ("order.lines[1]", K.ADDED, "N1")


def test_a_line_with_another_id_is_known_by_its_reference(shop):
    order = shop.order(shop.line(reference="10"))
    after = order.but(lines=(order.lines[0].but(id="X7", description="new"),))
    assert paths(changes(order, after)) == [("order.lines[0].description", K.CHANGED)]


def test_a_purchase_order_has_its_own_paths(shop):
    bought = shop.purchase()
    assert paths(changes(bought, bought.but(supplier_reference="Q"))) == [
        ("purchase_order.supplier_reference", K.CHANGED)
    ]


def test_a_plan_goes_stale_by_content_and_not_by_what_follows_from_it(order, shop):
    first, second = order.lines
    reckoned = order.but(
        net=Money(amount=1, currency="EUR"),
        promised=date(2026, 9, 9),
        customer_name="Harbour",
        lines=(
            first.but(
                net=None,
                promised=None,
                quantities=first.quantities.but(allocated=Decimal(0), backordered=Decimal(10)),
            ),
            second,
        ),
    )
    assert moved(order, reckoned) == ()
    assert changes(order, reckoned) != ()
    sent = shipped(order, [LineQuantity(line="L1")], id="s", number="S", today=shop.today, now=shop.now)[0]
    assert ("order.status", K.CHANGED) in paths(moved(order, sent))
    assert ("order.lines[0].quantities.shipped", K.CHANGED) in paths(moved(order, sent))


# --------------------------------------------------------------------------- amendments between


def applied(shop, order, amendments, policy=None, facts=None):
    facts = facts or shop.facts(policy=policy or Policy())
    return amended(order, amendments, facts=facts, line_ids=shop.new_ids(), now=shop.now)[0]


EACH = [
    [ChangeQuantity(line="L1", to=7)],
    [ChangeDate(line="L1", to=date(2026, 5, 5))],
    [ChangeDate(to=date(2026, 5, 5))],
    [ChangeDate(to=date(2026, 5, 5)), ChangeDate(line="L2", to=date(2026, 6, 6))],
    [ChangeWarehouse(line="L1", to="NORTH")],
    [ChangeWarehouse(to="NORTH")],
    [ChangeDiscount(line="L1", to=Discount(percent=5))],
    [CancelLine(line="L2", reason="no need")],
    [ChangeHeader(customer_po="PO-78", payment_terms=EMPTY, partial_shipment=True, custom={"a": 1})],
    [ChangeHeader(discounts=[Discount(percent=5)], references=[Reference(kind="k", value="v")])],
    [ChangeHeader(prices_include_tax=True, order_date=date(2026, 3, 1), contact=Contact(name="Desk"))],
    [AddNote(text="ring first"), AddNote(text="ring first")],
    [PlaceHold(kind="quality", reason="check")],
    [PlaceHold(kind="quality", line="L1")],
    [SubstituteProduct(line="L1", to="BOLT-8", quantity=3)],
    [SubstituteProduct(line="L1", to="PIPE-3", unit="MTR")],
]


@pytest.mark.parametrize("amendments", EACH, ids=lambda given: type(given[0]).__name__)
def test_the_difference_of_two_orders_is_what_was_done(shop, order, amendments):
    assert amendments_between(order, order) == ()
    after = applied(shop, order, amendments)
    found = amendments_between(order, after)
    assert [type(each) for each in found] == [type(each) for each in amendments]
    assert changes(applied(shop, order, found), after) == ()


def test_the_other_changes_come_out_as_what_they_amount_to(shop, order):
    address = ChangeAddress(ship_to=shop.address.but(city="Leeds"), bill_to=shop.address.but(city="York"))
    more = [
        address,
        ChangePrice(line="L1", to=shop.price(9)),
        AddLine(line=shop.line("BOLT-8", 5)),
        SplitLine(line="L1", quantity=4),
    ]
    after = applied(shop, order, more)
    found = amendments_between(order, after)
    assert [type(each).__name__ for each in found] == [
        "ChangeAddress",
        "ChangePrice",
        "ChangeQuantity",
        "AddLine",
        "AddLine",
    ]


def test_what_was_set_is_taken_away_again(shop, order):
    rich = applied(
        shop,
        order,
        [
            ChangeHeader(
                delivery_terms="DAP",
                custom={"a": 1},
                charges=[Charge(code="F", amount=Money(amount=1, currency="EUR"))],
            ),
            ChangeDiscount(line="L1", to=Discount(percent=5)),
            PlaceHold(kind="q"),
            PlaceHold(kind="p", line="L1"),
        ],
    )
    back = amendments_between(rich, order)
    assert {type(each) for each in back} == {ChangeHeader, ChangeDiscount, ReleaseHold}
    assert changes(applied(shop, rich, back), order) == ()


def test_a_line_that_vanished_is_cancelled(shop, order):
    after = order.but(lines=order.lines[:1])
    assert [each.line for each in amendments_between(order, after)] == ["L2"]
    gone = applied(shop, order, amendments_between(order, after), Policy(on_cancel_line="gone"))
    assert [line.id for line in gone.lines] == ["L1"]


def test_a_lowered_line_is_a_cancelled_line(shop, order):
    policy = Policy(on_cancel_line="lowered")
    after = cancelled(order, ["L1"], reason="x", now=shop.now, today=shop.today, policy=policy)
    found = amendments_between(order, after)
    assert [type(each) for each in found] == [CancelLine]


def test_what_no_amendment_says_is_left_to_be_seen(shop, order):
    after = order.but(customer="20000", lines=(order.lines[0].but(description="new"), order.lines[1]))
    assert amendments_between(order, after) == ()
    assert paths(changes(order, after)) == [
        ("order.customer", K.CHANGED),
        ("order.lines[0].description", K.CHANGED),
    ]


def test_a_new_line_of_a_purchase_order_keeps_the_suppliers_number(shop):
    bought, facts = shop.purchase(), shop.facts(party=shop.supplier)
    more = PurchaseOrderLineDraft(
        product="PIPE-3", quantity=2, unit="MTR", supplier_product="S-3", price=shop.price(2)
    )
    after = applied(shop, bought, [AddLine(line=more), ChangeHeader(supplier_reference="Q")], facts=facts)
    found = amendments_between(bought, after)
    assert found[1].line.supplier_product == "S-3"
    assert changes(applied(shop, bought, found, facts=facts), after) == ()


def test_notes_that_are_there_already_are_not_added_again(shop):
    order = shop.order(notes=["a"])
    assert amendments_between(order, order.but(notes=("a", "b"))) == (AddNote(text="b"),)


def test_a_hold_is_placed_again_for_another_reason(shop, order):
    held = applied(shop, order, [PlaceHold(kind="q", reason="check")])
    told = applied(shop, order, [PlaceHold(kind="q", reason="check twice")])
    assert amendments_between(held, told) == (PlaceHold(kind="q", reason="check twice"),)
    assert amendments_between(held, held) == ()
    again = held.but(holds=tuple(hold.but(id="7", since=None) for hold in held.holds))
    assert changes(held, again) == ()


DAYS = st.dates(date(2026, 4, 1), date(2026, 12, 31))
LINE_IDS = st.sampled_from(["L1", "L2", "L3"])
PRICES = st.decimals(min_value=0, max_value=99, places=2)


@st.composite
def any_amendment(draw, shop):
    line = draw(LINE_IDS)
    make = draw(
        st.sampled_from(
            [
                lambda: ChangeQuantity(line=line, to=draw(st.integers(1, 99))),
                lambda: ChangePrice(line=line, to=shop.price(draw(PRICES))),
                lambda: ChangeDate(line=draw(st.none() | st.just(line)), to=draw(DAYS)),
                lambda: ChangeDiscount(
                    line=line, to=draw(st.sampled_from([EMPTY, Discount(percent=5), Discount(percent=7)]))
                ),
                lambda: ChangeWarehouse(
                    line=draw(st.none() | st.just(line)), to=draw(st.sampled_from(["MAIN", "NORTH"]))
                ),
                lambda: SubstituteProduct(line=line, to=draw(st.sampled_from(["VALVE-20", "BOLT-8"]))),
                lambda: CancelLine(line=line, reason="x"),
                lambda: AddNote(text=draw(st.sampled_from(["a", "b"]))),
                lambda: PlaceHold(
                    kind=draw(st.sampled_from(["q", "p"])), line=draw(st.none() | st.just(line))
                ),
                lambda: ReleaseHold(
                    kind=draw(st.sampled_from(["q", "p"])), line=draw(st.none() | st.just(line))
                ),
                lambda: ChangeHeader(
                    customer_po=draw(st.sampled_from(["PO-77", "PO-78"])),
                    delivery_terms=draw(st.sampled_from([EMPTY, "DAP"])),
                    custom={"a": draw(st.sampled_from([EMPTY, 1, 2]))},
                ),
                lambda: ChangeAddress(
                    ship_to=shop.address.but(city=draw(st.sampled_from(["Hull", "Leeds"])))
                ),
                lambda: AddLine(
                    line=shop.line("BOLT-8", draw(st.integers(1, 9)), price=shop.price(draw(PRICES)))
                ),
            ]
        )
    )
    return make()


@given(
    data=st.data(),
    ship_first=st.booleans(),
    policy=st.sampled_from([Policy(), Policy(on_cancel_line="gone")]),
)
def test_going_the_way_that_the_difference_shows_leads_to_the_same_order(shop, data, ship_first, policy):
    facts = shop.facts(stock={}, policy=policy)
    before = shop.order(*(shop.line(quantity=quantity) for quantity in (10, 20, 30)), facts=facts)
    if ship_first:
        first = [LineQuantity(line="L1", quantity=4)]
        before, _ = shipped(before, first, id="s", number="S", today=shop.today, now=shop.now)
    after = before
    ids = shop.new_ids()
    for amendment in data.draw(st.lists(any_amendment(shop), max_size=6)):
        try:
            after, _ = amended(after, [amendment], facts=facts, line_ids=ids, now=shop.now)
        except (InvalidOrder, TransitionNotAllowed):
            continue  # such an order does not allow it: the others are tried
    again = applied(shop, before, amendments_between(before, after), facts=facts)

    def content(order):
        """All business content, whatever ids, places and holds new lines have: those cannot be told beforehand."""
        lines = sorted(
            str(
                line
                if line.id.startswith("L")
                else line.but(id="new", position=0, holds=(), status="unknown")
            )
            for line in order.lines
        )
        return order.but(lines=(), modified_at=None, promised=None, status="unknown"), lines

    assert content(again) == content(after)
