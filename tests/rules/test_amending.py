"""Orders with amendments: each kind of change, what it leaves alone, and what it is refused for."""

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.errors import InsufficientStock, InvalidOrder, ProductBlocked, TransitionNotAllowed
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
    Discount,
    Hold,
    LineQuantity,
    Money,
    OrderStatus,
    PlaceHold,
    PurchaseOrderLineDraft,
    Reference,
    ReleaseHold,
    ScheduleLine,
    SplitLine,
    SubstituteProduct,
)
from erp_connect.rules.amending import amended, resolve_lines
from erp_connect.rules.diff import changes
from erp_connect.rules.facts import Policy
from erp_connect.rules.posting import invoiced, shipped
from erp_connect.rules.validation import examine_changes

S = OrderStatus
LATER = date(2026, 5, 5)


@pytest.fixture
def order(shop):
    """Ten valves (allocated), four metres of pipe (allocated)."""
    return shop.order(shop.line(quantity=10), shop.line("PIPE-3", 4, "MTR"))


@pytest.fixture
def amend(shop):
    def apply(order, *amendments, facts=None):
        return amended(order, amendments, facts=facts or shop.facts(), line_ids=shop.new_ids(), now=shop.now)

    return apply


@pytest.fixture
def ship(shop):
    def post(order, *lines):
        wanted = [LineQuantity(line=line, quantity=quantity) for line, quantity in lines]
        return shipped(order, wanted, id="s1", number="S-1", today=shop.today, now=shop.now)[0]

    return post


@pytest.fixture
def bill(shop):
    def post(order):
        return invoiced(order, None, id="i1", number="I-1", today=shop.today, now=shop.now)[0]

    return post


@pytest.fixture
def refused(amend):
    def check(kind, code, path, order, *amendments, facts=None):
        with pytest.raises(kind) as raised:
            amend(order, *amendments, facts=facts)
        error = raised.value
        assert (error.code, error.path) == (code, path)
        assert error.hint
        assert error.outcome == "not_applied"
        return error

    return check


def paths(before, after):
    return [change.path for change in changes(before, after)]


# --------------------------------------------------------------------------- which line is meant


def test_a_line_is_named_by_itself_its_id_or_its_position(order):
    named = [ChangeQuantity(line=which, to=3) for which in (order.lines[1], "L2", 2)]
    note = AddNote(text="x")
    assert [each.line for each in resolve_lines(order, named)] == ["L2", "L2", "L2"]
    assert resolve_lines(order, [note, ChangeDate(to=LATER)]) == (note, ChangeDate(to=LATER))


@pytest.mark.parametrize("which", ["L9", 9])
def test_a_line_that_is_not_there_is_refused_with_those_that_are(refused, order, which):
    error = refused(
        InvalidOrder,
        "line_unknown",
        "amendments[1].line",
        order,
        AddNote(text="x"),
        ChangeQuantity(line=which, to=1),
    )
    assert error.findings[0].expected == (1, 2)
    assert "1, 2" in error.hint


# --------------------------------------------------------------------------- quantity


def test_more_of_a_line_takes_more_from_stock_and_costs_more(amend, order):
    after, replaced = amend(order, ChangeQuantity(line="L1", to=60))
    line = after.lines[0]
    assert (line.quantities.ordered, line.quantities.allocated, line.quantities.backordered) == (60, 60, 0)
    assert (line.net.amount, after.net.amount, after.gross.amount) == (750, 762, Decimal("905.34"))
    assert replaced == {}
    assert after.lines[1] is order.lines[1]


def test_what_stock_does_not_cover_is_backordered(amend, order):
    after, _ = amend(order, ChangeQuantity(line="L1", to=100))
    assert (after.lines[0].quantities.allocated, after.lines[0].quantities.backordered) == (65, 35)
    assert after.lines[0].promised is None


def test_less_of_a_line_gives_stock_back(amend, order):
    after, _ = amend(order, ChangeQuantity(line="L1", to=4))
    assert (after.lines[0].quantities.allocated, after.lines[0].quantities.backordered) == (4, 0)
    assert after.lines[0].promised == order.lines[0].promised


def test_a_quantity_never_goes_below_what_has_left(refused, amend, ship, order):
    part = ship(order, ("L1", 4))
    error = refused(
        TransitionNotAllowed, "below_shipped", "amendments[0].to", part, ChangeQuantity(line="L1", to=3)
    )
    assert "the least that can be ordered is 4" in error.hint
    after, _ = amend(part, ChangeQuantity(line="L1", to=4))
    assert (after.lines[0].status, after.status) == (S.SHIPPED, S.PARTLY_SHIPPED)


def test_a_schedule_follows_the_quantity(amend, order):
    schedule = tuple(ScheduleLine(quantity=quantity, promised=LATER) for quantity in (Decimal(6), Decimal(4)))
    planned = order.but(lines=(order.lines[0].but(schedule=schedule), order.lines[1]))
    less, _ = amend(planned, ChangeQuantity(line="L1", to=5))
    more, _ = amend(planned, ChangeQuantity(line="L1", to=15))
    assert [part.quantity for part in less.lines[0].schedule] == [5]
    assert [part.quantity for part in more.lines[0].schedule] == [6, 9]


def test_a_cancelled_line_cannot_be_ordered_again(refused, amend, order):
    cut, _ = amend(order, CancelLine(line="L1", reason="not needed"))
    refused(TransitionNotAllowed, "line_closed", "amendments[0].line", cut, ChangeQuantity(line="L1", to=20))


def test_half_a_valve_is_refused_with_the_finding(refused, order):
    error = refused(
        InvalidOrder,
        "quantity_not_whole",
        "amendments[0].to",
        order,
        ChangeQuantity(line="L1", to=Decimal("1.5")),
    )
    assert error.findings[0].actual == Decimal("1.5")


def test_more_than_there_is_where_backorders_are_forbidden(refused, amend, shop):
    never = shop.facts(policy=Policy(backorders=False))
    order = shop.order(facts=never)
    refused(
        InsufficientStock,
        "insufficient_stock",
        "amendments[0].to",
        order,
        ChangeQuantity(line="L1", to=99),
        facts=never,
    )
    short = shop.order(shop.line(quantity=99))
    after, _ = amend(short, ChangeQuantity(line="L1", to=98), facts=never)  # less is always welcome
    assert after.lines[0].quantities.backordered == 43


# --------------------------------------------------------------------------- price and discount


def test_another_price_and_another_discount(amend, order, shop):
    after, _ = amend(
        order,
        ChangePrice(line="L1", to=shop.price("12.00")),
        ChangeDiscount(line="L1", to=Discount(percent=10)),
    )
    assert (after.lines[0].net.amount, after.net.amount) == (108, 120)
    back, _ = amend(after, ChangeDiscount(line="L1", to=EMPTY))
    assert (back.lines[0].discount, back.lines[0].net.amount) == (None, 120)


def test_a_price_in_another_currency_is_refused(refused, order, shop):
    error = refused(
        InvalidOrder,
        "currency_mismatch",
        "amendments[0].to",
        order,
        ChangePrice(line="L1", to=shop.price(1, currency="USD")),
    )
    assert (error.findings[0].expected, error.findings[0].actual) == ("EUR", "USD")
    off = Discount(amount=Money(amount=1, currency="USD"))
    refused(InvalidOrder, "currency_mismatch", "amendments[0].to", order, ChangeDiscount(line="L1", to=off))


def test_what_is_invoiced_keeps_its_price_and_what_is_shipped_does_not(
    refused, amend, ship, bill, order, shop
):
    gone = ship(order)
    after, _ = amend(gone, ChangePrice(line="L1", to=shop.price(9)))
    assert after.lines[0].net.amount == 90
    billed = bill(ship(order, ("L1", 10)))
    refused(
        TransitionNotAllowed,
        "line_invoiced",
        "amendments[0].line",
        billed,
        ChangePrice(line="L1", to=shop.price(9)),
    )


# --------------------------------------------------------------------------- date and warehouse


def test_another_date_for_one_line(amend, order):
    after, _ = amend(order, ChangeDate(line="L1", to=LATER))
    assert [line.requested for line in after.lines] == [LATER, date(2026, 4, 10)]
    assert after.lines[0].promised == LATER
    assert after.requested == order.requested
    assert set(paths(order, after)) == {"order.lines[0].requested", "order.lines[0].promised"}


def test_another_date_for_all_that_is_open(amend, ship, order):
    part = ship(order, ("L1", 10))
    after, _ = amend(part, ChangeDate(to=LATER))
    assert after.requested == LATER
    assert [line.requested for line in after.lines] == [date(2026, 4, 10), LATER]


def test_a_line_that_has_left_has_no_date_to_change(refused, ship, order):
    part = ship(order, ("L1", 10))
    refused(TransitionNotAllowed, "line_closed", "amendments[0].line", part, ChangeDate(line="L1", to=LATER))


def test_a_promise_that_is_not_ours_stays(amend, shop):
    bought = shop.purchase()
    promised = bought.but(lines=(bought.lines[0].but(promised=LATER),))
    after, _ = amend(
        promised, ChangeDate(line="L1", to=date(2026, 6, 1)), facts=shop.facts(party=shop.supplier)
    )
    assert after.lines[0].promised == LATER


def test_another_warehouse_asks_its_stock(amend, order):
    after, _ = amend(order, ChangeWarehouse(line="L1", to="NORTH"))
    line = after.lines[0]
    assert (line.warehouse, line.quantities.allocated, line.quantities.backordered) == ("NORTH", 5, 5)
    whole, _ = amend(order, ChangeWarehouse(to="NORTH"))
    assert (whole.warehouse, [line.warehouse for line in whole.lines]) == ("NORTH", ["NORTH", "NORTH"])
    assert whole.net == order.net


def test_a_line_that_ships_from_there_already_keeps_what_it_has(amend, shop):
    order = shop.order(shop.line(warehouse="NORTH", quantity=3), shop.line(quantity=3))
    after, _ = amend(order, ChangeWarehouse(to="NORTH"))
    assert after.lines[0] == order.lines[0]
    assert after.lines[1].quantities.allocated == 3


def test_a_warehouse_that_has_too_little_where_backorders_are_forbidden(refused, order, shop):
    never = shop.facts(policy=Policy(backorders=False))
    change = ChangeWarehouse(line="L1", to="NORTH")
    refused(InsufficientStock, "insufficient_stock", "amendments[0].to", order, change, facts=never)


# --------------------------------------------------------------------------- lines come and go


def test_a_new_line_is_entered_like_any_other(amend, order, shop):
    after, replaced = amend(order, AddLine(line=shop.line("BOLT-8", 300, discount=Discount(percent=10))))
    line = after.lines[2]
    assert (line.id, line.position, line.product, line.requested) == ("N1", 3, "BOLT-8", order.requested)
    assert (line.price, line.net.amount) == (shop.price("4.99", per=100), Decimal("13.47"))
    assert after.net.amount == order.net.amount + line.net.amount
    assert replaced == {}


def test_several_new_lines_share_the_stock_that_is_left(amend, order, shop):
    after, _ = amend(order, AddLine(line=shop.line(quantity=50)), AddLine(line=shop.line(quantity=50)))
    assert [line.quantities.allocated for line in after.lines[2:]] == [50, 5]
    assert [line.position for line in after.lines] == [1, 2, 3, 4]
    assert [line.id for line in after.lines[2:]] == ["N1", "N2"]


def test_a_new_line_that_cannot_be_is_refused_with_its_place(refused, order, shop):
    refused(
        InvalidOrder, "product_unknown", "amendments[0].line.product", order, AddLine(line=shop.line("NO"))
    )
    refused(
        InvalidOrder, "unit_not_sold", "amendments[0].line.unit", order, AddLine(line=shop.line(unit="KGM"))
    )
    dollars = shop.line(price=shop.price(1, currency="USD"))
    refused(InvalidOrder, "currency_mismatch", "amendments[0].line.price", order, AddLine(line=dollars))
    bought = PurchaseOrderLineDraft(product="VALVE-20", quantity=1, unit="H87")
    refused(InvalidOrder, "line_kind", "amendments[0].line", order, AddLine(line=bought))
    blocked = shop.facts(products={"VALVE-20": shop.valve.but(blocked=True)})
    refused(
        ProductBlocked,
        "product_blocked",
        "amendments[0].line.product",
        order,
        AddLine(line=shop.line()),
        facts=blocked,
    )
    never = shop.facts(policy=Policy(backorders=False))
    many = AddLine(line=shop.line(quantity=99))
    refused(InsufficientStock, "insufficient_stock", "amendments[0].line.quantity", order, many, facts=never)


def test_another_product_takes_the_lines_place(amend, order, shop):
    after, replaced = amend(order, SubstituteProduct(line="L1", to="BOLT-8"))
    line = after.lines[0]
    assert (line.id, line.position, line.product, line.description) == ("L1", 1, "BOLT-8", "Bolt")
    assert (line.quantities.ordered, line.price, line.unit) == (10, shop.price("12.50"), "H87")
    assert line.quantities.backordered == 10
    assert replaced == {"L1": ("L1",)}
    other, _ = amend(
        order, SubstituteProduct(line="L1", to="PIPE-3", quantity=3, unit="MTR", price=shop.price(2))
    )
    assert (other.lines[0].net.amount, other.lines[0].tax.amount) == (6, Decimal("0.42"))


def test_of_a_line_shipped_in_part_only_the_rest_is_substituted(amend, ship, order):
    after, replaced = amend(ship(order, ("L1", 4)), SubstituteProduct(line="L1", to="BOLT-8"))
    old, new = after.lines[0], after.lines[2]
    assert (old.product, old.quantities.ordered, old.quantities.cancelled, old.status) == (
        "VALVE-20",
        10,
        6,
        S.SHIPPED,
    )
    assert (new.id, new.product, new.quantities.ordered, new.quantities.shipped) == ("N1", "BOLT-8", 6, 0)
    assert replaced == {"L1": ("N1",)}
    assert (old.net.amount, new.net.amount) == (50, 75)


def test_a_substitute_that_cannot_be(refused, order, ship):
    refused(InvalidOrder, "product_unknown", "amendments[0].to", order, SubstituteProduct(line="L1", to="NO"))
    refused(
        InvalidOrder, "unit_not_sold", "amendments[0].unit", order, SubstituteProduct(line="L1", to="PIPE-3")
    )
    gone = ship(order, ("L1", 10))
    refused(
        TransitionNotAllowed,
        "line_closed",
        "amendments[0].line",
        gone,
        SubstituteProduct(line="L1", to="BOLT-8"),
    )


def test_a_line_is_split_with_all_that_belongs_to_it(amend, shop):
    line = shop.line(quantity=60, discount=Discount(percent=5), reference="10", custom={"cut": "x"})
    order = shop.order(line)
    after, replaced = amend(order, SplitLine(line=1, quantity=20, requested=LATER))
    old, new = after.lines
    assert replaced == {"L1": ("L1", "N1")}
    assert (old.quantities.ordered, new.quantities.ordered) == (40, 20)
    assert old.quantities.allocated + new.quantities.allocated == 55
    assert old.quantities.backordered + new.quantities.backordered == 5
    assert (new.discount, new.custom, new.requested, new.price) == (
        line.discount,
        {"cut": "x"},
        LATER,
        old.price,
    )
    assert (old.reference, new.reference) == ("10", None)
    assert after.net == order.net


def test_a_part_is_split_off_to_another_warehouse(amend, order):
    after, _ = amend(order, SplitLine(line="L1", quantity=7, warehouse="NORTH"))
    assert (after.lines[2].warehouse, after.lines[2].quantities.allocated) == ("NORTH", 5)


def test_a_split_leaves_something_on_the_line(refused, amend, ship, order):
    refused(
        InvalidOrder, "split_too_large", "amendments[0].quantity", order, SplitLine(line="L1", quantity=10)
    )
    part = ship(order, ("L1", 4))
    refused(InvalidOrder, "split_too_large", "amendments[0].quantity", part, SplitLine(line="L1", quantity=7))
    after, _ = amend(part, SplitLine(line="L1", quantity=6))
    assert (after.lines[0].quantities.ordered, after.lines[0].quantities.shipped) == (4, 4)


def test_a_discount_that_was_an_amount_stays_on_its_line(amend, shop):
    order = shop.order(shop.line(discount=Discount(amount=Money(amount=5, currency="EUR"))))
    after, _ = amend(order, SplitLine(line=1, quantity=4))
    assert (after.lines[0].net.amount, after.lines[1].net.amount) == (70, 50)


@pytest.mark.parametrize(
    ("policy", "ordered", "cancelled"), [("kept", 10, 6), ("lowered", 4, 0), ("gone", 4, 0)]
)
def test_cancelling_a_line_the_back_ends_way(amend, ship, order, shop, policy, ordered, cancelled):
    facts = shop.facts(policy=Policy(on_cancel_line=policy))
    after, _ = amend(ship(order, ("L1", 4)), CancelLine(line="L1", reason="no need"), facts=facts)
    line = after.lines[0]
    assert (line.quantities.ordered, line.quantities.cancelled) == (ordered, cancelled)
    assert (line.status, line.net.amount, line.quantities.allocated) == (S.SHIPPED, 50, 0)


def test_a_cancelled_line_is_gone_where_the_back_end_deletes_it(amend, order, shop):
    facts = shop.facts(policy=Policy(on_cancel_line="gone"))
    after, _ = amend(order, CancelLine(line="L1", reason="no need"), facts=facts)
    assert [line.id for line in after.lines] == ["L2"]
    assert (after.net.amount, after.status) == (12, S.SUBMITTED)
    none, _ = amend(after, CancelLine(line="L2", reason="no need"), facts=facts)
    assert (none.lines, none.status, none.net.amount) == ((), S.CANCELLED, 0)


def test_the_last_open_line_cancels_the_order(amend, refused, order):
    both = [CancelLine(line=line, reason="no need") for line in ("L1", "L2")]
    after, _ = amend(order, *both)
    assert (after.status, after.net.amount) == (S.CANCELLED, 0)
    refused(TransitionNotAllowed, "transition_not_allowed", "status", after, both[0])
    refused(TransitionNotAllowed, "nothing_open", "amendments[1].line", order, both[0], both[0])


# --------------------------------------------------------------------------- header, notes, holds


def test_the_header_changes_where_it_is_told_to(amend, shop):
    order = shop.order(
        custom={"colour": "red", "size": 3}, delivery_terms="DAP", contact=Contact(name="Desk")
    )
    after, _ = amend(
        order,
        ChangeHeader(
            customer_po="PO-78",
            delivery_terms=EMPTY,
            contact=EMPTY,
            custom={"size": EMPTY, "weight": Decimal(2)},
        ),
        ChangeAddress(ship_to=shop.address.but(city="Leeds")),
        AddNote(text="ring first"),
    )
    assert (after.customer_po, after.delivery_terms, after.contact) == ("PO-78", None, None)
    assert after.custom == {"colour": "red", "weight": 2}
    assert (after.ship_to.city, after.bill_to.city) == ("Leeds", "Hull")
    assert after.notes == ("ring first",)
    assert (after.lines, after.net) == (order.lines, order.net)
    billed, _ = amend(order, ChangeAddress(bill_to=shop.address.but(city="York")))
    assert (billed.ship_to, billed.bill_to.city) == (order.ship_to, "York")


def test_discounts_charges_and_tax_in_the_header_change_the_totals(amend, order):
    off, freight = Discount(percent=50), Charge(code="F", amount=Money(amount=10, currency="EUR"))
    after, _ = amend(
        order, ChangeHeader(discounts=[off], charges=[freight], references=[Reference(kind="x", value="1")])
    )
    assert (after.net.amount, after.discounts, after.references[0].value) == (Decimal("78.50"), (off,), "1")
    assert after.lines[0].net == order.lines[0].net
    back, _ = amend(after, ChangeHeader(discounts=EMPTY, charges=EMPTY, references=EMPTY, order_date=EMPTY))
    assert (back.net, back.discounts, back.charges, back.references, back.order_date) == (
        order.net,
        (),
        (),
        (),
        None,
    )
    gross, _ = amend(order, ChangeHeader(prices_include_tax=True))
    assert gross.gross.amount == 137


def test_what_the_other_kind_of_order_has_is_refused(refused, order, shop):
    bought, facts = shop.purchase(), shop.facts(party=shop.supplier)
    where = "amendments[0].supplier_reference"
    refused(InvalidOrder, "field_not_offered", where, order, ChangeHeader(supplier_reference="x"))
    for field, change in [
        ("customer_po", ChangeHeader(customer_po="x")),
        ("partial_shipment", ChangeHeader(partial_shipment=True)),
        ("bill_to", ChangeAddress(bill_to=shop.address)),
    ]:
        refused(InvalidOrder, "field_not_offered", f"amendments[0].{field}", bought, change, facts=facts)
    dollars = Charge(code="F", amount=Money(amount=1, currency="USD"))
    refused(
        InvalidOrder, "currency_mismatch", "amendments[0].charges[0]", order, ChangeHeader(charges=[dollars])
    )


def test_a_hold_stops_the_order_until_it_is_released(amend, refused, order):
    held, _ = amend(
        order, PlaceHold(kind="quality", reason="check"), PlaceHold(kind="quality", reason="check twice")
    )
    assert held.status is S.ON_HOLD
    assert [(hold.kind, hold.reason) for hold in held.holds] == [("quality", "check twice")]
    assert [line.status for line in held.lines] == [S.ON_HOLD, S.ON_HOLD]
    free, _ = amend(held, ReleaseHold(kind="quality"))
    assert (free.status, free.holds, [line.status for line in free.lines]) == (
        S.SUBMITTED,
        (),
        [S.SUBMITTED] * 2,
    )
    error = refused(
        TransitionNotAllowed, "no_such_hold", "amendments[0].kind", held, ReleaseHold(kind="credit")
    )
    assert "quality" in error.hint
    refused(TransitionNotAllowed, "no_such_hold", "amendments[0].kind", order, ReleaseHold(kind="credit"))


def test_a_hold_on_a_line_is_the_lines(amend, order):
    held, _ = amend(order, PlaceHold(kind="quality", line="L1"))
    assert (held.holds, held.status) == ((), S.SUBMITTED)
    assert [(hold.kind, hold.line_id) for hold in held.lines[0].holds] == [("quality", "L1")]
    assert [line.status for line in held.lines] == [S.ON_HOLD, S.SUBMITTED]
    free, _ = amend(held, ReleaseHold(kind="quality", line="L1"))
    assert free.lines[0].holds == ()
    listed = order.but(holds=(Hold(kind="q", line_id="L1"), Hold(kind="q")))
    freed, _ = amend(listed, ReleaseHold(kind="q", line="L1"))
    assert freed.holds == (Hold(kind="q"),)


def test_what_holds_up_a_line_holds_up_what_is_taken_from_it(amend, ship, order):
    held, _ = amend(ship(order, ("L1", 4)), PlaceHold(kind="quality", line="L1"))
    split, _ = amend(held, SplitLine(line="L1", quantity=2))
    assert [(hold.kind, hold.line_id) for hold in split.lines[2].holds] == [("quality", "N1")]
    other, _ = amend(held, SubstituteProduct(line="L1", to="BOLT-8"))
    assert [hold.line_id for hold in other.lines[2].holds] == ["N1"]


# --------------------------------------------------------------------------- all or nothing, nothing lost


@pytest.mark.parametrize("status", [S.COMPLETED, S.CANCELLED, S.REJECTED, S.SHIPPED])
def test_an_order_that_is_done_is_not_amended(refused, order, status):
    done = order.but(status=status)
    refused(TransitionNotAllowed, "transition_not_allowed", "status", done, ChangeQuantity(line="L1", to=3))


def test_one_refusal_undoes_all_amendments(refused, order):
    before = order.model_dump_json()
    refused(
        TransitionNotAllowed,
        "no_such_hold",
        "amendments[1].kind",
        order,
        ChangeQuantity(line="L1", to=3),
        ReleaseHold(kind="credit"),
    )
    assert order.model_dump_json() == before


def test_amounts_of_lines_that_nothing_touches_stay_as_the_back_end_gave_them(amend, order):
    theirs = order.lines[1].but(
        net=Money(amount=Decimal("11.11"), currency="EUR"), tax=Money(amount=1, currency="EUR")
    )
    read = order.but(lines=(order.lines[0], theirs))
    after, _ = amend(read, ChangeQuantity(line="L1", to=1))
    assert after.lines[1] == theirs
    assert after.net.amount == Decimal("23.61")
    dated, _ = amend(read, ChangeDate(line="L1", to=LATER))
    assert (dated.net, dated.tax, dated.gross) == (read.net, read.tax, read.gross)


def test_fields_that_only_the_back_end_knows_survive(amend, shop):
    read = shop.order().but(
        raw={"VBELN": "1"},
        version="7",
        native_status="A",
        customer_name="Harbour",
        warnings=("odd",),
        promised=LATER,
    )
    after, _ = amend(read, ChangeQuantity(line="L1", to=3), AddNote(text="x"))
    for name in (
        "raw",
        "version",
        "native_status",
        "customer_name",
        "warnings",
        "promised",
        "stamp",
        "created_at",
    ):
        assert getattr(after, name) == getattr(read, name)


def test_products_that_are_not_at_hand_cost_no_tax(amend, order, shop):
    after, _ = amend(order, ChangeQuantity(line="L1", to=20), facts=shop.facts(products={}))
    assert (after.net.amount, after.tax.amount) == (262, Decimal("48.34"))


def test_a_purchase_order_is_amended_the_same_way(amend, shop):
    bought, facts = shop.purchase(), shop.facts(party=shop.supplier)
    more = PurchaseOrderLineDraft(
        product="PIPE-3", quantity=2, unit="MTR", price=shop.price(2), supplier_product="S-3"
    )
    after, _ = amend(
        bought,
        AddLine(line=more),
        ChangeQuantity(line=1, to=50),
        ChangeHeader(supplier_reference="Q-2"),
        SubstituteProduct(line=1, to="BOLT-8"),
        facts=facts,
    )
    assert (after.net.amount, after.supplier_reference) == (364, "Q-2")
    assert (after.lines[1].supplier_product, after.lines[1].quantities.confirmed) == ("S-3", 0)
    assert after.lines[0].supplier_product is None


def test_what_was_confirmed_is_never_more_than_what_is_ordered(amend, shop):
    bought, facts = shop.purchase(), shop.facts(party=shop.supplier)
    line = bought.lines[0]
    confirmed = bought.but(lines=(line.but(quantities=line.quantities.but(confirmed=Decimal(80))),))
    less, _ = amend(confirmed, ChangeQuantity(line=1, to=50), facts=facts)
    assert less.lines[0].quantities.confirmed == 50
    split, _ = amend(confirmed, SplitLine(line=1, quantity=40), facts=facts)
    assert [each.quantities.confirmed for each in split.lines] == [60, 20]


def test_changes_can_be_examined_without_being_made(shop, order):
    past = date(2026, 1, 1)
    wanted = [
        ChangeDate(to=past),
        SplitLine(line="L1", quantity=Decimal("0.5"), requested=past),
        SubstituteProduct(line="L1", to="VALVE-20", price=shop.price(1, currency="USD")),
        ChangeAddress(ship_to=shop.address),
        ChangeQuantity(line="L2", to=Decimal("0.5")),
    ]
    found = [(f.code, f.severity.value, f.path) for f in examine_changes(order, wanted, shop.facts())]
    assert found == [
        ("requested_past", "warning", "amendments[0].to"),
        ("quantity_not_whole", "error", "amendments[1].quantity"),
        ("requested_past", "warning", "amendments[1].requested"),
        ("currency_mismatch", "error", "amendments[2].price"),
    ]


def test_a_cancelled_line_has_no_price_to_change(refused, amend, order, shop):
    cut, _ = amend(order, CancelLine(line="L1", reason="no need"))
    refused(
        TransitionNotAllowed,
        "line_closed",
        "amendments[0].line",
        cut,
        ChangePrice(line="L1", to=shop.price(9)),
    )


def test_a_line_that_went_with_an_earlier_amendment_is_not_there_any_more(refused, order, shop):
    facts = shop.facts(policy=Policy(on_cancel_line="gone"))
    twice = [CancelLine(line="L1", reason="no need"), ChangeQuantity(line="L1", to=3)]
    refused(InvalidOrder, "line_unknown", "amendments[1].line", order, *twice, facts=facts)


def test_where_backorders_are_forbidden_a_product_without_a_stock_record_is_still_taken(amend, order, shop):
    never = shop.facts(policy=Policy(backorders=False))
    after, _ = amend(order, AddLine(line=shop.line("BOLT-8", 5)), facts=never)
    assert after.lines[2].quantities.backordered == 5


def test_a_line_of_a_product_that_is_not_at_hand_can_be_changed(amend, order, shop):
    read = order.but(lines=(order.lines[0].but(product=None), order.lines[1]))
    after, _ = amend(read, ChangeQuantity(line="L1", to=Decimal("2.5")), SplitLine(line="L1", quantity=1))
    kilos = order.but(lines=(order.lines[0].but(unit="KGM"), order.lines[1]))
    assert amend(kilos, ChangeQuantity(line="L1", to=3))[0].lines[0].quantities.ordered == 3
    assert [line.quantities.ordered for line in after.lines] == [Decimal("1.5"), 4, 1]


def test_a_new_line_never_gets_the_position_of_one_that_is_gone(shop, order):
    facts = shop.facts(policy=Policy(on_cancel_line="gone"))
    last = order.lines[-1]
    changes = [CancelLine(line=last.id, reason="not needed"), AddLine(line=shop.line("BOLT-8", 5))]
    after, _ = amended(order, changes, facts=facts, line_ids=str, now=shop.now)
    assert last.id not in [line.id for line in after.lines]
    assert (after.lines[-1].id, after.lines[-1].position) == (str(last.position + 1), last.position + 1)
    gone_before = order.but(lines=order.lines[:-1])
    after, _ = amended(
        gone_before, changes[1:], facts=facts, line_ids=str, now=shop.now, last_position=last.position
    )
    assert after.lines[-1].position == last.position + 1
