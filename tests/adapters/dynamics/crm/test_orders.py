"""Orders in Dynamics 365 Sales: one id for one write, change sets under ETags, closing actions (dynamics.md 4)."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.models.tracking import EventKind
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.dynamics.crm.samples import plain_environment, prepared_environment
from erp_connect.testing.mocks.dynamics.crm.settings import Settings

from .place import draft, place, valves


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def test_an_order_stands_in_the_environment_as_it_was_said(site):
    quarry = ec.Address(
        name="Quarry 7",
        lines=("Gate B", "Yard 2", "Hut 3"),
        city="Penryn",
        postal_code="TR10",
        country="GB",
        phone="12",
    )
    said = draft(
        valves(12, price=eur("11.75"), requested=date(2026, 4, 1)),
        valves(2, product="PUMP-1", discount=ec.Discount(amount=ec.Money(amount=Decimal(5), currency="EUR"))),
        ship_to=quarry,
        bill_to=quarry,
        requested=date(2026, 3, 20),
        payment_terms="NET30",
        delivery_terms="FOB",
        discounts=(ec.Discount(percent=Decimal("2.5")),),
        charges=(ec.Charge(code="freight", amount=ec.Money(amount=Decimal(25), currency="EUR")),),
        notes=("leave at gate B", "and ring"),
    )
    receipt = site.erp.orders.create(said, key="one")
    order = receipt.order
    (row,) = site.orders
    assert (row["name"], row["paymenttermscode"], row["freighttermscode"]) == ("PO-4711", 1, 1)
    assert (order.ship_to, order.bill_to, order.notes) == (quarry, quarry, said.notes)
    assert (order.discounts, order.charges) == (said.discounts, said.charges)
    assert [(line.product, line.quantities.ordered, line.price) for line in order.lines] == [
        ("VALVE-20", 12, eur("11.75")),
        ("PUMP-1", 2, eur(480)),
    ]
    assert [line.requested for line in order.lines] == [date(2026, 4, 1), date(2026, 3, 20)]
    assert order.status is ec.OrderStatus.DRAFT
    assert receipt.differences == ()


def test_the_orders_own_id_is_made_from_the_key_so_that_there_is_never_a_second(site):
    order = site.erp.orders.create(draft(), key="one").order
    assert order.stamp == order.id
    assert [each.id for each in site.erp.orders.find(key="one")] == [order.id]
    with site.again() as other:  # a journal that knows nothing of the first write
        again = other.orders.create(draft(), key="one")
        assert again.order.id == order.id
        with pytest.raises(errors.KeyReused):
            other.orders.create(draft(valves(99)), key="one")
    assert len(site.orders) == 1


@pytest.mark.parametrize(
    "settings",
    [
        Settings(duplicate_code="0x80040237"),
        Settings(duplicate_status=409),
        Settings(duplicate_status=400),
        Settings(blank_codes=True),
    ],
    ids=["other code", "409", "400", "blank code"],
)
def test_a_second_order_is_known_for_one_whatever_the_code_of_the_refusal(clock, tmp_path, settings):
    organization = plain_environment(World(clock), settings)
    with place(organization, tmp_path) as site:
        order = site.erp.orders.create(draft(), key="one").order
        with site.again() as other:
            assert other.orders.create(draft(), key="one").order.id == order.id
        assert len(site.orders) == 1


def test_a_column_with_an_alternate_key_may_hold_the_stamp_instead(clock, tmp_path):
    organization = prepared_environment(World(clock))
    columns = {"key_column": "erp_externalref", "po_column": "erp_customerpo"}
    with place(organization, tmp_path, **columns) as site:
        order = site.erp.orders.create(draft(), key="one").order
        (row,) = site.orders
        assert (row["erp_externalref"], row["erp_customerpo"]) == (order.stamp, "PO-4711")
        with site.again(**columns) as other:
            assert other.orders.create(draft(), key="one").order.id == order.id
        assert len(site.orders) == 1


def test_a_column_that_is_not_there_is_told_when_the_connection_opens(site):
    with pytest.raises(errors.ConfigurationError) as caught, site.again(key_column="erp_nothing") as erp:
        erp.ping()
    assert "erp_nothing" in str(caught.value)


@pytest.mark.parametrize("date_only", [False, True])
def test_a_day_is_the_same_day_in_the_companys_zone_whatever_the_column_holds(clock, tmp_path, date_only):
    kind = frozenset(
        {"salesorder/requestdeliveryby", "salesorderdetail/requestdeliveryby"} if date_only else ()
    )
    organization = plain_environment(World(clock), Settings(date_only=kind))
    with place(organization, tmp_path, timezone="Pacific/Auckland") as site:
        order = site.erp.orders.create(draft(requested=date(2026, 3, 20)), key="one").order
        assert (order.requested, order.lines[0].requested) == (date(2026, 3, 20), date(2026, 3, 20))
    assert ZoneInfo("Pacific/Auckland")


def test_a_bulk_of_orders_is_one_batch_and_each_is_judged_by_itself(site):
    drafts = [draft(customer_po=f"PO-{number}") for number in range(10)]
    drafts[4] = draft(valves(product="GASKET-1"), customer_po="PO-4")
    site.erp.orders.create(draft(customer_po="warm"), key="warm")
    site.network.requests.clear()
    result = site.erp.orders.create_many(drafts, keys=lambda each: each.customer_po)
    assert len(result.succeeded) == 9
    assert [(failed.index, type(failed.error).__name__) for failed in result.failed] == [
        (4, "ProductBlocked")
    ]
    assert site.sent().count("POST $batch") == 1
    assert len(site.orders) == 10


def test_customers_and_products_of_a_bulk_are_looked_up_together(site):
    drafts = [
        draft(valves(product=product), customer=customer, customer_po=f"PO-{number}")
        for number, (product, customer) in enumerate(
            (each, who) for each in ("VALVE-20", "PUMP-1", "SEAL-5") for who in ("10000", "20000")
        )
    ]
    site.network.requests.clear()
    result = site.erp.orders.create_many(drafts, ec.keys.by_customer_po)
    assert not result.failed
    assert [receipt.order.lines[0].product for receipt in result.succeeded] == [
        product for product in ("VALVE-20", "PUMP-1", "SEAL-5") for _ in range(2)
    ]
    assert (site.sent().count("GET products"), site.sent().count("GET accounts")) == (1, 1)


# -- changes -----------------------------------------------------------------------------------------------------


def test_a_change_of_several_lines_is_one_change_set(site):
    order = site.erp.orders.create(draft(valves(), valves(2, product="PUMP-1")), key="one").order
    site.network.requests.clear()
    changed = site.erp.orders.amend(
        order,
        ec.ChangeQuantity(line=1, to=20),
        ec.ChangePrice(line=2, to=eur("470.50")),
        ec.AddLine(line=valves(3, product="SEAL-5")),
        ec.AddNote(text="ring"),
    ).order
    assert [(line.product, line.quantities.ordered) for line in changed.lines] == [
        ("VALVE-20", 20),
        ("PUMP-1", 2),
        ("SEAL-5", 3),
    ]
    assert (changed.lines[1].price, changed.notes) == (eur("470.5"), ("ring",))
    assert [each for each in site.sent() if not each.startswith("GET")] == ["POST $batch"]


def test_a_refused_part_takes_the_whole_change_back(site):
    order = site.erp.orders.create(draft(), key="one").order
    with pytest.raises(errors.RequestRefused) as caught:
        site.erp.orders.amend(
            order, ec.ChangeQuantity(line=1, to=20), ec.AddLine(line=valves(product="GASKET-1")), key="two"
        )
    assert caught.value.outcome == "not_applied"
    assert site.erp.orders.get(order.id).lines[0].quantities.ordered == 12


def test_a_change_holds_to_the_version_of_what_it_was_planned_on(site):
    order = site.erp.orders.create(draft(), key="one").order
    with site.again() as other:
        other.orders.amend(order.id, ec.ChangeQuantity(line=1, to=7))
    with pytest.raises(errors.VersionConflict) as caught:
        site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=20))
    assert any("quantit" in each.path for each in caught.value.diff)
    assert site.erp.orders.get(order.id).lines[0].quantities.ordered == 7


def test_a_changed_order_that_was_deleted_meanwhile_is_not_made_anew(site, organization):
    """4.2: a PATCH without If-Match makes what is not there."""
    order = site.erp.orders.create(draft(), key="one").order
    with organization.world.unit():
        for line in list(organization.data["salesorderdetail"]):
            organization.remove("salesorderdetail", line.id)
        for row in list(organization.data["salesorder"]):
            organization.remove("salesorder", row.id)
    with pytest.raises(errors.ErpConnectError):
        site.erp.orders.amend(order, ec.ChangeHeader(customer_po="PO-NEW"))
    assert site.orders == []


# -- the end -----------------------------------------------------------------------------------------------------


def test_a_cancelled_order_stays_with_the_reason_in_its_closing(site, organization):
    order = site.erp.orders.create(draft(), key="one").order
    gone = site.erp.orders.cancel(order, "not needed").order
    assert gone.status is ec.OrderStatus.CANCELLED
    assert all(line.quantities.cancelled == line.quantities.ordered for line in gone.lines)
    closings = [organization.row("orderclose", row) for row in organization.data["orderclose"]]
    assert [row["subject"] for row in closings] == ["not needed"]
    with pytest.raises(errors.TransitionNotAllowed):
        site.erp.orders.cancel(gone, "again")


def test_an_order_is_fulfilled_as_a_whole_or_not_at_all(site):
    order = site.erp.orders.create(draft(valves(), valves(2, product="PUMP-1")), key="one").order
    with pytest.raises(errors.UnsupportedOperation):
        site.erp.shipments.post(order, {1: 4})
    site.erp.shipments.post(order, None)
    done = site.erp.orders.get(order.id)
    assert done.status is ec.OrderStatus.SHIPPED
    assert [line.quantities.shipped for line in done.lines] == [12, 2]


def test_events_go_on_behind_a_delta_link_and_tell_of_deletions(site, organization, clock):
    """4.6: deletions appear in the changes of a tracked table."""
    first = site.erp.orders.create(draft(), key="one").order
    seen = list(site.erp.orders.events())
    assert [(event.kind, event.order_id) for event in seen] == [(EventKind.CREATED, first.id)]
    clock.sleep(60)
    site.erp.orders.amend(first, ec.ChangeHeader(customer_po="PO-NEW"))
    second = site.erp.orders.create(draft(customer_po="PO-2"), key="two").order
    told = list(site.erp.orders.events(seen[-1].cursor))
    assert {event.order_id for event in told} == {first.id, second.id}
    with organization.world.unit():
        for line in list(organization.data["salesorderdetail"]):
            organization.remove("salesorderdetail", line.id)
        organization.remove("salesorder", next(iter(organization.data["salesorder"])).id)
    gone = list(site.erp.orders.events(told[-1].cursor))
    assert EventKind.CANCELLED in {event.kind for event in gone}


def test_a_delta_link_that_is_too_old_is_told_as_an_expired_cursor(site, clock):
    site.erp.orders.create(draft(), key="one")
    cursor = list(site.erp.orders.events())[-1].cursor
    clock.sleep(8 * 24 * 3600)
    with pytest.raises(errors.NotFound) as caught:
        list(site.erp.orders.events(cursor))
    assert caught.value.code == "cursor_expired"


def test_what_the_product_has_not_is_declared_with_the_reason(site):
    known = site.erp.capabilities
    for name in (
        "shipments.of",
        "stock.availability",
        "returns.create",
        "purchase_orders.create",
        "orders.hold",
    ):
        assert known.support(name) is ec.Support.NONE
        assert known.why(name)
