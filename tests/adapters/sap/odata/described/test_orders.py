"""Orders on services that the real descriptions make: nothing is sent that they do not allow."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors

from .land import BOTH, delivered, described, furnished, land, real
from .orders import DISCOUNT, MORE, draft, eur, pumps, valves


@pytest.fixture(params=BOTH)
def site(request, tmp_path):
    with land(furnished(described(request.param)), tmp_path) as found:
        yield found


@pytest.fixture(params=[pytest.param("real", marks=real)])
def release(request, tmp_path):
    """The real release, whose schedule lines are read-only and which knows no addresses of an order's own."""
    with land(furnished(described(request.param)), tmp_path) as found:
        yield found


def entered(site, *lines, key="before", **more):
    return site.erp.orders.create(draft(*(lines or (valves(), pumps())), **more), key=key).order


def test_an_order_lives_through_its_day_by_the_description_of_our_mock(tmp_path):
    with land(furnished(described("mock")), tmp_path) as site:
        order = entered(site)
        changes = (
            ec.ChangeQuantity(line=1, to=5),
            ec.ChangeHeader(payment_terms="N60"),
            ec.AddLine(line=pumps(1)),
        )
        receipt = site.erp.orders.amend(order, *changes, key="change")
        assert receipt.differences == ()
        assert [line.quantities.ordered for line in receipt.order.lines] == [5, 2, 1]
        gone = site.erp.orders.cancel(receipt.order, "no need", key="cancel").order
        assert gone.status is ec.OrderStatus.CANCELLED
        assert site.refused() == []


# ------------------------------------------------------------------------------------------ creating


def test_an_order_with_all_that_the_release_has_is_stored_as_it_was_said(site):
    said = draft(
        valves(12, price=eur("11.75"), description="as drawn", discount=DISCOUNT, warehouse="1000"),
        pumps(
            3,
            price=eur("999", 100),
            discount=ec.Discount(amount=ec.Money(amount=Decimal(10), currency="EUR")),
        ),
        order_date=date(2026, 1, 10),
        requested=date(2026, 3, 20),
        payment_terms="N30",
        delivery_terms="DAP Penryn",
        partial_shipment=False,
        warehouse="1000",
        discounts=(ec.Discount(percent=Decimal(3)),),
        references=(ec.Reference(kind="assignment", value="JOB-7"),),
        notes=("leave at gate B, O'Hara\nand ring", "x" * 300),
    )
    receipt = site.erp.orders.create(said, key="one")
    order = receipt.order
    assert site.refused() == []
    assert receipt.differences == ()
    assert [(line.price, line.discount, line.warehouse) for line in order.lines] == [
        (eur("11.75"), DISCOUNT, "1000"),
        (eur("999", 100), said.lines[1].discount, "1000"),
    ]
    assert (order.order_date, order.requested, order.partial_shipment) == (
        date(2026, 1, 10),
        date(2026, 3, 20),
        False,
    )
    assert (order.discounts, order.notes, order.references) == (said.discounts, said.notes, said.references)
    assert order.net == ec.Money(amount=Decimal("149.30"), currency="EUR")


@pytest.mark.parametrize(
    "more",
    [
        {"customer_po": "P" * 36},
        {"payment_terms": "12345"},
        {"delivery_terms": "DAP " + "L" * 80},
        {"customer": "1" * 11},
        {"references": (ec.Reference(kind="assignment", value="J" * 19),)},
        {"lines": (valves(price=eur("1.0000000001")),)},
        {"lines": (valves(Decimal("1.2345")),)},
        {"lines": (valves(description="d" * 41),)},
        {"lines": (valves(discount=ec.Discount(percent=Decimal("3.1234567891"))),)},
    ],
    ids="-".join,
)
def test_what_a_field_cannot_hold_is_refused_before_anything_is_sent(site, more):
    with pytest.raises(errors.LossyWrite):
        site.erp.orders.create(draft(**more), key="one")
    assert site.refused() == []


def test_what_this_release_has_no_field_for_is_refused_before_anything_is_sent(release):
    address = ec.Address(
        name="Quarry", lines=("Gate B",), city="Penryn", postal_code="TR10 9EH", country="GB"
    )
    for more in (
        {"ship_to": address},
        {"lines": (valves(requested=date(2026, 4, 1)),)},
        {"lines": (valves(reference="7"),)},
    ):
        with pytest.raises(errors.LossyWrite):
            release.erp.orders.create(draft(**more), key="one")
    assert release.refused() == []


def test_terms_that_two_fields_would_cut_elsewhere_are_refused_or_told(site):
    try:
        receipt = site.erp.orders.create(draft(delivery_terms="ABCD"), key="one")
    except errors.LossyWrite:
        assert site.books.rows["A_SalesOrder"] == []
    else:
        assert [each.path for each in receipt.differences] == ["order.delivery_terms"]


@pytest.mark.parametrize("kind", BOTH)
def test_the_customers_only_sales_area_is_taken_where_none_is_set(kind, tmp_path):
    nothing_set = {"sales_org": "", "distribution_channel": "", "division": ""}
    with land(furnished(described(kind)), tmp_path, **nothing_set) as site:
        order = entered(site)
        row = site.books.first("A_SalesOrder", SalesOrder=order.id)
        assert row is not None
        assert (row["SalesOrganization"], row["DistributionChannel"]) == ("1000", "10")
        assert row["OrganizationDivision"] == "00"


def test_many_orders_are_change_sets_and_a_bad_one_fails_alone(site):
    drafts = [draft(customer_po=f"PO-{n}", customer="NOBODY" if n == 2 else "1234") for n in range(5)]
    result = site.erp.orders.create_many(drafts, [f"key-{n}" for n in range(5)])
    assert [failure.index for failure in result.failed] == [2]
    assert len(site.books.rows["A_SalesOrder"]) == 4


@pytest.mark.parametrize("part", ["A_SalesOrder", "$batch"])
def test_a_create_whose_answer_is_lost_is_one_order(site, part):
    site.gateway.lost.append(("POST", part))
    if part == "$batch":
        result = site.erp.orders.create_many([draft(customer_po="A"), draft(customer_po="B")], ["a", "b"])
        assert len(result.succeeded) == len(site.books.rows["A_SalesOrder"]) == 2
    else:
        order = site.erp.orders.create(draft(), key="one").order
        assert [row["SalesOrder"] for row in site.books.rows["A_SalesOrder"]] == [order.id]
    assert site.gateway.lost == []


def test_an_order_is_entered_once_though_the_session_has_ended(site):
    entered(site)
    site.gateway.forget_sessions = True
    entered(site, key="after")
    assert len(site.books.rows["A_SalesOrder"]) == 2


def test_what_the_system_changes_of_an_order_is_told(site):
    site.trade.at_most["A_SalesOrderItem"] = Decimal(7)
    receipt = site.erp.orders.create(draft(valves(12)), key="one")
    assert [(each.path, each.sent, each.stored) for each in receipt.differences] == [
        ("order.lines[0].quantity", 12, 7)
    ]


# ------------------------------------------------------------------------------------------ finding


@pytest.mark.parametrize("page", [None, 2])
def test_a_list_is_whole_where_numbers_grow_by_a_digit(site, page):
    site.trade.next_number = 97
    orders = [entered(site, valves(), key=str(n)) for n in range(6)]
    site.gateway.page = page
    ids = [order.id for order in orders]
    assert ids == ["97", "98", "99", "100", "101", "102"]
    assert [order.id for order in site.erp.orders.list()] == ids
    assert [order.id for order in site.erp.orders.list(limit=4)] == ids[:4]
    since = orders[3].modified_at
    assert [order.id for order in site.erp.orders.list(modified_since=since)] == ids[3:]
    assert site.refused() == []


def test_orders_are_found_by_all_that_people_ask_for(site):
    named = entered(
        site, customer_po="O'Hara & Söhne + Co #1/2", references=(ec.Reference(kind="assignment", value="J"),)
    )
    entered(site, key="other", customer="ACME", order_date=date(2026, 1, 10))
    find, listed = site.erp.orders.find, site.erp.orders.list
    for found in (
        find(number=named.number),
        find(customer_po=named.customer_po),
        find(customer="1234"),
        find(key="before"),
        find(reference="J"),
        listed(customer="1234"),
        listed(ordered_from=date(2026, 1, 11)),
    ):
        assert [order.id for order in found] == [named.id]
    assert [order.customer for order in listed(ordered_to=date(2026, 1, 10))] == ["ACME"]
    assert [order.id for order in listed(status=ec.OrderStatus.CANCELLED)] == []
    for nothing in (
        {"number": "9" * 30},
        {"customer_po": "P" * 60},
        {"customer": "9" * 30},
        {"reference": "9" * 60},
    ):
        assert list(find(**nothing)) == []
    assert site.refused() == []


def test_a_number_with_leading_zeros_is_the_same_number(site):
    order = entered(site)
    zeros = order.id.rjust(10, "0")
    assert site.erp.orders.get(zeros).id == order.id
    assert [found.id for found in site.erp.orders.find(number=zeros)] == [order.id]
    assert [found.id for found in site.erp.orders.find(customer="0000001234")] == [order.id]


# ------------------------------------------------------------------------------------------ changing


@pytest.mark.parametrize("amendment", MORE, ids=lambda each: type(each).__name__)
def test_each_change_goes_through_and_reads_back_as_planned(site, amendment):
    order = entered(
        site,
        valves(discount=DISCOUNT),
        pumps(),
        notes=("first",),
        discounts=(ec.Discount(percent=Decimal(3)),),
    )
    receipt = site.erp.orders.amend(order, amendment, key="change")
    assert site.refused() == []
    assert receipt.differences == ()


@pytest.mark.parametrize(
    ("amendment", "holds"),
    [
        (ec.ChangeDiscount(line=1, to=DISCOUNT), "A_SalesOrderItemPrElement"),
        (ec.AddNote(text="call before"), "A_SalesOrderText"),
        (ec.ChangeHeader(discounts=(ec.Discount(percent=Decimal(4)),)), "A_SalesOrderHeaderPrElement"),
    ],
    ids=["discount", "note", "whole"],
)
def test_what_a_release_does_not_add_to_an_order_that_stands_is_never_sent(site, amendment, holds):
    order = entered(site)
    if site.books.sets[holds].creatable:
        assert site.erp.orders.amend(order, amendment, key="change").differences == ()
    else:
        with pytest.raises((errors.UnsupportedOperation, errors.LossyWrite)):
            site.erp.orders.amend(order, amendment, key="change")
    assert site.refused() == []


def test_what_only_a_present_condition_can_hold_is_declared_with_its_reason(release):
    for operation in ("orders.change_discount", "orders.add_note"):
        assert release.erp.capabilities.why(operation)


def test_a_date_is_changed_where_schedule_lines_can_be_and_refused_where_not(site):
    order = entered(site)
    change = ec.ChangeDate(line=1, to=date(2027, 2, 1))
    if site.erp.capabilities.support("orders.change_date") is ec.Support.NONE:
        with pytest.raises(errors.UnsupportedOperation):
            site.erp.orders.amend(order, change, key="change")
    else:
        assert site.erp.orders.amend(order, change, key="change").order.lines[0].requested == date(2027, 2, 1)
    assert site.refused() == []


@pytest.mark.parametrize(
    "amendment",
    [
        ec.SplitLine(line=1, quantity=Decimal("1.2345")),
        ec.ChangeHeader(references=(ec.Reference(kind="assignment", value="J" * 19),)),
        ec.ChangePrice(line=1, to=eur("1.0000000001")),
    ],
    ids=["split", "reference", "price"],
)
def test_a_change_that_does_not_fit_is_refused_before_anything_is_sent(site, amendment):
    order = entered(site)
    with pytest.raises((errors.LossyWrite, errors.InvalidOrder)):
        site.erp.orders.amend(order, amendment, key="change")
    assert site.refused() == []
    assert site.erp.orders.get(order.id).version == order.version


def test_a_stale_order_is_a_conflict_and_nothing_is_changed(site):
    order = entered(site)
    site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5), key="first")
    with pytest.raises(errors.VersionConflict):
        site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=6), key="second")
    assert site.erp.orders.get(order.id).lines[0].quantities.ordered == 5


def test_a_change_whose_answer_is_lost_is_made_once(site):
    order = entered(site)
    site.gateway.lost.append(("POST", "$batch"))
    receipt = site.erp.orders.amend(order, ec.AddLine(line=pumps(1)), key="change")
    assert len(receipt.order.lines) == 3
    assert len(site.books.rows["A_SalesOrderItem"]) == 3


@pytest.mark.parametrize("severity", ["warning", "error"])
def test_what_the_system_says_beside_a_write_is_told(site, severity):
    order = entered(site)
    site.gateway.says = {"code": "V1/849", "message": "credit is short", "severity": severity, "details": []}
    for receipt in (
        site.erp.orders.create(draft(), key="new"),
        site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5), key="change"),
    ):
        assert any("credit is short" in warning.message for warning in receipt.warnings)


# ------------------------------------------------------------------------------------------ cancelling


@pytest.mark.parametrize("kind", [pytest.param("bare", marks=real), *BOTH])
def test_a_cancelled_order_and_a_cancelled_line_are_read_wherever_deliveries_are_not_served(kind, tmp_path):
    with land(furnished(described(kind)), tmp_path) as site:
        whole, part = entered(site), entered(site, key="part")
        assert site.erp.orders.cancel(whole, "no need", key="c1").order.status is ec.OrderStatus.CANCELLED
        order = site.erp.orders.amend(part, ec.CancelLine(line=1, reason="no need"), key="c2").order
        assert [line.quantities.cancelled for line in order.lines] == [12, 0]
        assert [each.id for each in site.erp.orders.list()] == [whole.id, part.id]
        assert site.refused() == []


@pytest.mark.parametrize("kind", ["delivery", "billing"])
def test_an_order_is_held_and_released(site, kind):
    order = entered(site)
    held = site.erp.orders.amend(order, ec.PlaceHold(kind=kind, reason="wait"), key="hold").order
    assert [(hold.kind, held.status) for hold in held.holds] == [(kind, ec.OrderStatus.ON_HOLD)]
    free = site.erp.orders.amend(held, ec.ReleaseHold(kind=kind), key="release").order
    assert free.holds == ()
    assert site.refused() == []


def test_what_has_left_is_tracked_and_the_rest_cancelled(site):
    order = entered(site)
    delivered(site.books, order.id, "10", Decimal(10))
    assert [line.shipped for line in site.erp.orders.track(order.id).lines] == [10, 0]
    (shipment,) = site.erp.shipments.of(order.id)
    assert [line.quantity for line in shipment.lines] == [10]
    after = site.erp.orders.cancel(site.erp.orders.get(order.id), "no need", key="rest").order
    assert [(line.quantities.shipped, line.quantities.cancelled) for line in after.lines] == [(10, 2), (0, 2)]
    assert site.refused() == []
