"""Changing and cancelling over OData: one change set on one version, all or nothing (sap.md 4.2, 4.3, 4.5)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Conditional, Write
from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.documents import Customer
from erp_connect.testing.mocks.sap.odata.settings import Settings

from ..site import draft, sooner_or_later, valves
from .place import place
from .test_orders_creating import BREAKS, patience, quarry


@pytest.fixture(params=["v2", pytest.param("v4", marks=pytest.mark.thorough)])
def version(request):
    return request.param


@pytest.fixture
def site(world, tmp_path, version):
    with place(world, tmp_path, service=version) as found:
        yield found


def enter(site, **more):
    pump = ec.LineDraft(product="PUMP-1", quantity=2, unit="C62")
    return site.erp.orders.create(draft(valves(), pump, notes=("first note",), **more), key="order").order


@pytest.fixture
def order(site):
    return enter(site)


def eur(amount):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR")


def test_several_changes_are_one_change_set_and_each_is_kept(site, world, order):
    day = date(2026, 5, 4)
    site.network.requests.clear()
    changed = site.erp.orders.amend(
        order,
        ec.ChangeHeader(customer_po="PO-5000", payment_terms="N60", reason="customer called"),
        ec.ChangeQuantity(line=1, to=20),
        ec.ChangePrice(line=1, to=eur("9.90")),
        ec.ChangeDate(line=2, to=day),
        ec.ChangeWarehouse(line=2, to="2000"),
        ec.ChangeDiscount(line=2, to=ec.Discount(percent=Decimal(5))),
        ec.AddNote(text="second note"),
        ec.AddLine(line=valves(3, price=eur("8"))),
    ).order
    assert site.count("POST", "$batch") == 1
    stored = world.order(order.id)
    assert stored.fields["PURCH_NO_C"] == "PO-5000"
    assert [item.quantity for item in stored.items] == [20, 2, 3]
    assert stored.items[1].fields["PLANT"] == "2000"
    assert changed.lines[0].price == eur("9.90")
    assert changed.lines[1].requested == day
    assert changed.lines[1].discount.percent == 5
    assert (changed.lines[2].id, changed.lines[2].price) == ("30", eur("8"))
    assert changed.notes == ("first note", "second note")
    assert (changed.payment_terms, changed.version != order.version) == ("N60", True)


def test_a_refused_part_undoes_the_whole(site, world, order):
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.amend(
            order,
            ec.ChangeHeader(customer_po="PO-5000"),
            ec.ChangeQuantity(line=1, to=20),
            ec.AddLine(line=ec.LineDraft(product="404", quantity=1, unit="C62")),
        )
    assert caught.value.outcome == "not_applied"
    stands = site.erp.orders.get(order.id)
    assert (stands.customer_po, [line.quantities.ordered for line in stands.lines]) == ("PO-4711", [12, 2])


@pytest.mark.parametrize(
    "change",
    [
        ec.ChangeQuantity(line=1, to=20),
        ec.ChangePrice(line=1, to=eur("9.90")),
        ec.ChangeDate(to=date(2026, 5, 4)),
        ec.ChangeWarehouse(line=1, to="2000"),
        ec.AddNote(text="more"),
        ec.CancelLine(line=1, reason="too late"),
        ec.ChangeHeader(payment_terms="N60"),
    ],
    ids=lambda change: type(change).__name__,
)
def test_what_a_colleague_has_changed_is_never_written_over(site, world, order, change):
    """Also where the change itself touches no field of the header."""
    book = site.books.orders
    stale = book.get(order.id)
    site.erp.orders.amend(order.id, ec.ChangeQuantity(line="20", to=7))
    write = Write(key="k", stamp="S", operation="orders.amend", correlation_id="c")
    bound = change.but(line="10") if getattr(change, "line", None) is not None else change
    with pytest.raises(errors.VersionConflict) as caught:
        book.amend(stale, [bound], write)
    assert caught.value.outcome == "not_applied"
    assert any("quantity" in each.path for each in caught.value.diff)
    before = book.get(order.id)
    assert site.known.conditional(f"orders.{change.operation}") is Conditional.ENFORCED
    book.amend(stale, [bound], replace(write, force=True))
    after = book.get(order.id)
    assert after.line("20").quantities.ordered == 7
    assert after != before


def test_a_header_that_does_not_change_keeps_its_order_number_also_where_it_has_none(
    world, tmp_path, version
):
    with place(world, tmp_path, service=version) as site:
        order = site.erp.orders.create(draft(customer_po=None), key="order").order
        changed = site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5)).order
    assert (changed.customer_po, changed.lines[0].quantities.ordered) == (None, 5)


@pytest.mark.parametrize("status", [400, 412])
def test_an_order_that_somebody_has_open_is_told_to_be_locked(world, tmp_path, version, status):
    with place(world, tmp_path, Settings(lock_status=status), service=version) as site:
        order = enter(site)
        world.locks[order.id.zfill(10)] = (99, "MILLER")
        expected = errors.RecordLocked if status == 400 else errors.VersionConflict
        with pytest.raises(expected) as caught:
            site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5))
        assert caught.value.outcome == "not_applied"
        world.locks.clear()
        assert (
            site.erp.orders.amend(order.id, ec.ChangeQuantity(line=1, to=5)).order.lines[0].quantities.ordered
            == 5
        )


def test_discounts_come_change_and_go(site, order):
    for discount in (
        ec.Discount(percent=Decimal(5)),
        ec.Discount(percent=Decimal("7.5")),
        ec.Discount(amount=ec.Money(amount=Decimal("2.25"), currency="EUR")),
    ):
        order = site.erp.orders.amend(order, ec.ChangeDiscount(line=1, to=discount)).order
        assert order.lines[0].discount == discount
    order = site.erp.orders.amend(order, ec.ChangeDiscount(line=1, to=ec.EMPTY)).order
    assert order.lines[0].discount is None
    order = site.erp.orders.amend(order, ec.ChangeHeader(discounts=[ec.Discount(percent=Decimal(3))])).order
    assert order.discounts == (ec.Discount(percent=Decimal(3)),)
    assert site.erp.orders.amend(order, ec.ChangeHeader(discounts=ec.EMPTY)).order.discounts == ()


def test_fields_are_cleared_by_empty(site, order):
    order = site.erp.orders.amend(
        order, ec.ChangeHeader(payment_terms="N60", delivery_terms="DAP Penryn", partial_shipment=False)
    ).order
    assert (order.payment_terms, order.delivery_terms, order.partial_shipment) == ("N60", "DAP Penryn", False)
    order = site.erp.orders.amend(
        order, ec.ChangeHeader(payment_terms=ec.EMPTY, delivery_terms=ec.EMPTY, partial_shipment=True)
    ).order
    assert (order.payment_terms, order.delivery_terms, order.partial_shipment) == (None, None, True)


def test_a_line_is_split_and_another_substituted(site, order):
    split = site.erp.orders.amend(
        order, ec.SplitLine(line=1, quantity=5, requested=date(2026, 6, 1), warehouse="2000")
    ).order
    assert [line.quantities.ordered for line in split.lines] == [7, 2, 5]
    assert (split.lines[2].requested, split.lines[2].warehouse) == (date(2026, 6, 1), "2000")
    changed = site.erp.orders.amend(split, ec.SubstituteProduct(line=2, to="62")).order
    assert [line.quantities.cancelled for line in changed.lines] == [0, 2, 0, 0]
    assert (changed.lines[3].product, changed.lines[3].quantities.ordered) == ("62", 2)


def test_an_address_replaces_the_whole_of_the_customers_own(world, tmp_path):
    world.add(Customer("77", "Mill", street="High Street", house_number="12a", country="GB", city="Leith"))
    with place(world, tmp_path) as site:
        order = enter(site, customer="77")
        changed = site.erp.orders.amend(order, ec.ChangeAddress(ship_to=quarry())).order
        assert changed.ship_to == quarry()
        assert changed.bill_to == order.bill_to
        again = site.erp.orders.amend(changed, ec.ChangeAddress(ship_to=quarry(lines=("Gate C",)))).order
        assert again.ship_to.lines == ("Gate C",)


def test_holds_of_the_order_and_of_a_line(site, order, version):
    for kind in ("delivery", "billing"):
        held = site.erp.orders.amend(order.id, ec.PlaceHold(kind=kind)).order
        assert [hold.kind for hold in held.holds] == [kind]
        assert held.status is ec.OrderStatus.ON_HOLD
        assert site.erp.orders.amend(held, ec.ReleaseHold(kind=kind)).order.holds == ()
    held = site.erp.orders.amend(order.id, ec.PlaceHold(kind="billing", line=2)).order
    assert [hold.kind for hold in held.lines[1].holds] == ["billing"]
    if version == "v4":
        with pytest.raises(errors.UnsupportedOperation):
            site.erp.orders.amend(held, ec.PlaceHold(kind="delivery", line=2))
    else:
        held = site.erp.orders.amend(held, ec.PlaceHold(kind="delivery", line=2)).order
        assert {hold.kind for hold in held.lines[1].holds} == {"billing", "delivery"}


def test_a_line_in_several_parts_gives_from_the_last_one(world, tmp_path):
    with place(world, tmp_path) as site:
        order = enter(site)
        item = world.order(order.id).items[0]
        item.schedule[0].quantity = Decimal(5)
        item.schedule.append(type(item.schedule[0])("0002", "20260601", Decimal(7)))
        order = site.erp.orders.amend(order.id, ec.ChangeQuantity(line="10", to=6)).order
        wanted = [line.quantity for line in world.order(order.id).items[0].schedule if line.quantity]
        assert (wanted, order.lines[0].quantities.ordered) == ([5, 1], 6)
        site.erp.orders.amend(order, ec.ChangeQuantity(line="10", to=4))
        wanted = [line.quantity for line in world.order(order.id).items[0].schedule if line.quantity]
        assert wanted == [4]


# -- cancelling ------------------------------------------------------------------------------------------------


def test_an_order_is_cancelled_in_one_change_set_and_stays_with_the_reasons(site, world, order):
    site.network.requests.clear()
    gone = site.erp.orders.cancel(order, "customer went bankrupt").order
    assert gone.status is ec.OrderStatus.CANCELLED
    assert [line.quantities.cancelled for line in gone.lines] == [12, 2]
    assert [item.rejection for item in world.order(order.id).items] == ["Z1", "Z1"]
    assert site.count("POST", "$batch") == 1
    with pytest.raises(errors.TransitionNotAllowed):
        site.erp.orders.cancel(gone, "again")


def test_what_has_left_stays_when_the_rest_is_cancelled(site, world, order):
    number = fulfilling.deliver(world, order.id, {"000010": Decimal(4)})
    fulfilling.post_goods_issue(world, number)
    fulfilling.bill(world, number)
    gone = site.erp.orders.cancel(order.id, "no more").order
    assert [
        (line.quantities.shipped, line.quantities.invoiced, line.quantities.cancelled) for line in gone.lines
    ] == [(4, 4, 8), (0, 0, 2)]
    assert gone.status is ec.OrderStatus.COMPLETED


def test_words_of_a_reason_choose_its_code(world, tmp_path, version):
    with place(world, tmp_path, service=version, rejection_reasons="too late=Z2") as site:
        order = enter(site)
        site.erp.orders.cancel(order, "It is TOO LATE now", lines=[1])
        assert [item.rejection for item in world.order(order.id).items] == ["Z2", ""]


# -- what breaks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_change_is_made_once(world, clock, tmp_path, version, breaks):
    with place(world, tmp_path, service=version, timeout=patience(breaks)) as site:
        order = enter(site)
        BREAKS[breaks](site.network, "$batch")
        changes = (ec.ChangeQuantity(line=1, to=20), ec.AddLine(line=valves(3)), ec.AddNote(text="once"))
        receipt = sooner_or_later(
            lambda: site.erp.orders.amend(order.id, *changes, key="change"), clock, in_doubt=True
        )
        clock.sleep(1000)
        assert [item.quantity for item in world.order(order.id).items] == [20, 2, 3]
        assert receipt.order.notes == ("first note", "once")
        assert site.erp.orders.get(order.id).notes == ("first note", "once")


@pytest.mark.parametrize("breaks", ["request lost", "reply lost", "500 before", "500 after", "429 after"])
def test_whatever_breaks_an_order_is_cancelled_once(world, clock, tmp_path, version, breaks):
    with place(world, tmp_path, service=version) as site:
        order = enter(site)
        BREAKS[breaks](site.network, "$batch")
        receipt = sooner_or_later(
            lambda: site.erp.orders.cancel(order.id, "no", key="cancel"), clock, in_doubt=True
        )
        assert receipt.order.status is ec.OrderStatus.CANCELLED


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_an_address_that_breaks_is_written_in_the_end_to_the_one_order(world, clock, tmp_path, breaks):
    with place(world, tmp_path, timeout=patience(breaks)) as site:
        site.erp.orders.find(customer_po="warm")
        BREAKS[breaks](site.network, "$batch")
        receipt = sooner_or_later(
            lambda: site.erp.orders.create(draft(ship_to=quarry()), key="one"), clock, in_doubt=True
        )
        assert [order.number for order in world.orders.values()] == [receipt.order.id.zfill(10)]
        assert receipt.order.ship_to == quarry()


ERROR_BESIDE_SUCCESS = """--batch
Content-Type: multipart/mixed; boundary=set

--set
Content-Type: application/http
Content-Transfer-Encoding: binary

HTTP/1.1 204 No Content
sap-message: {"code": "V1/042", "message": "in use", "severity": "error", "details": []}


--set--

--batch--
"""


@pytest.mark.parametrize("executed", [True, False])
def test_a_success_with_an_error_beside_it_is_looked_at_before_it_is_believed(world, tmp_path, executed):
    with place(world, tmp_path) as site:
        order = enter(site)
        site.network.refuse(
            202,
            "$batch",
            "POST",
            executed=executed,
            headers={"Content-Type": "multipart/mixed; boundary=batch"},
            body=ERROR_BESIDE_SUCCESS,
        )
        changed = site.erp.orders.amend(order, ec.ChangeHeader(payment_terms="N60")).order
        assert changed.payment_terms == "N60"
        assert site.count("POST", "$batch") == (1 if executed else 2)


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_token_that_cannot_be_had_leaves_no_doubt(world, tmp_path, version, status):
    with place(world, tmp_path, service=version, timeout=5) as site:
        site.network.refuse(status, method="HEAD", times=9)
        site.network.refuse(status, method="GET", times=9)
        with pytest.raises(errors.TransportError) as caught:
            site.erp.orders.create(draft(), key="one")
        assert caught.value.outcome == "not_applied"
        assert world.orders == {}
        site.network.clear()
        site.erp.orders.create(draft(), key="one")
    assert len(world.orders) == 1


SWITCHES = {
    "one entity a page": Settings(page_size=1),
    "no HEAD": Settings(head_refused=True),
    "400 without a version": Settings(missing_if_match=400),
    "another default client": Settings(default_client="200"),
    "short answers to creates": Settings(deep_insert_echoed=False),
    "changes are shown": Settings(changes_shown=True),
    "read-only fields are ignored": Settings(read_only_refused=False),
    "split items can be changed": Settings(split_quantity_changes=True),
    "fixed schedule lines": Settings(schedule_lines_writable=False),
    "parts come with new orders only": Settings(parts_creatable=False),
    "short errors": Settings(errors="minimal"),
    "errors of other types": Settings(errors="wrong types"),
    "a summary before the cause": Settings(general_first=True),
    "users are locked soon": Settings(lock_user_after=1),
    "an old release": Settings(
        absent=(
            *(
                "A_SalesOrderPartnerAddress",
                "A_SalesOrder/IncotermsLocation1",
                "A_SalesOrder/IncotermsLocation2",
            ),
            *("A_SalesOrderItem/RequestedQuantitySAPUnit", "A_SalesOrderItem/RequestedQuantityISOUnit"),
        )
    ),
}


@pytest.mark.parametrize("switch", list(SWITCHES))
def test_an_order_lives_through_every_kind_of_gateway(world, tmp_path, version, switch):
    with place(world, tmp_path, replace(SWITCHES[switch]), service=version) as site:
        order = enter(site)
        changed = site.erp.orders.amend(
            order,
            ec.ChangeHeader(customer_po="PO-5000"),
            ec.ChangeQuantity(line=1, to=20),
            ec.ChangePrice(line=1, to=eur("9.90")),
            ec.AddLine(line=valves(3)),
            ec.AddNote(text="second note"),
        ).order
        assert [line.quantities.ordered for line in changed.lines] == [20, 2, 3]
        assert [line.unit for line in changed.lines] == ["C62"] * 3
        assert (changed.lines[0].price, changed.customer_po) == (eur("9.90"), "PO-5000")
        assert [each.id for each in site.erp.orders.list()] == [order.id]
        with pytest.raises(errors.ErpConnectError) as caught:
            site.erp.orders.amend(
                changed, ec.AddLine(line=ec.LineDraft(product="404", quantity=1, unit="C62"))
            )
        assert caught.value.outcome == "not_applied"
        assert site.erp.orders.cancel(changed, "no").order.status is ec.OrderStatus.CANCELLED
    assert len(world.orders) == 1
