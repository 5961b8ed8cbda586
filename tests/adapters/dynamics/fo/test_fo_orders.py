"""Orders in Finance & Operations: what is sent, what is held to, what becomes of them (dynamics.md 3.2 to 3.6)."""

from datetime import date
from decimal import Decimal

import pytest
import requests

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.dynamics.fo import clerk
from erp_connect.testing.mocks.dynamics.fo.samples import usmf
from erp_connect.testing.mocks.dynamics.fo.settings import Settings

from .fo_place import draft, orders_of, place, valves


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def the_paper(company, order):
    return company.find("order", order.number)


def test_an_order_stands_in_the_company_as_it_was_said(site, company):
    quarry = ec.Address(
        name="Quarry 7", lines=("Gate B", "Yard 2"), city="Penryn", postal_code="TR10", country="GB"
    )
    said = draft(
        valves(12, price=eur("1175", per=100), description="as drawn", requested=date(2026, 4, 1)),
        valves(Decimal("2.5"), product="HOSE-20", warehouse="EAST", discount=ec.Discount(percent=Decimal(5))),
        ship_to=quarry,
        requested=date(2026, 3, 20),
        payment_terms="COD",
        delivery_terms="CIF",
        discounts=(ec.Discount(percent=Decimal("2.5")),),
    )
    receipt = site.erp.orders.create(said, key="one")
    order = receipt.order
    stands = [(line.object_number, line.quantity) for line in company.lines_of(the_paper(company, order))]
    assert stands == [("VALVE-20", 12), ("HOSE-20", Decimal("2.5"))]
    assert order.lines[0].price == eur("1175", per=100)
    assert [line.position for line in order.lines] == [1, 2]
    assert [line.requested for line in order.lines] == [date(2026, 4, 1), date(2026, 3, 20)]
    assert (order.ship_to, order.lines[1].warehouse) == (quarry, "EAST")
    assert (order.payment_terms, order.delivery_terms, order.discounts) == ("COD", "CIF", said.discounts)
    assert (order.customer_po, order.lines[1].discount) == ("PO-4711", ec.Discount(percent=Decimal(5)))
    assert order.status is ec.OrderStatus.SUBMITTED
    assert receipt.differences == ()


def test_a_create_is_a_header_and_one_change_set_of_lines(site):
    site.erp.orders.create(draft(), key="warm")
    site.network.requests.clear()
    site.erp.orders.create(draft(valves(), valves(), valves()), key="one")
    assert site.written() == [("POST", "SalesOrderHeadersV2"), ("POST", "$batch")]


def test_the_stamp_has_a_field_of_its_own_beside_the_po_number(site):
    order = site.erp.orders.create(draft(), key="one").order
    assert order.stamp is not None
    assert [each.id for each in site.erp.orders.find(key="one")] == [order.id]
    assert site.erp.orders.create(draft(), key="one").replayed


def test_an_order_whose_lines_are_refused_is_taken_away_again(site, company):
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.create(draft(valves(), valves(product="NO-SUCH")), key="one")
    assert caught.value.outcome == "not_applied"
    assert orders_of(company) == []
    receipt = site.erp.orders.create(draft(), key="one, corrected")
    assert [paper.number for paper in orders_of(company)] == [receipt.order.number]


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize(
    ("said", "error"),
    [
        (draft(customer="30000"), errors.CustomerBlocked),
        (draft(customer="99999"), errors.InvalidOrder),
        (draft(valves(product="OLD-1")), errors.InvalidOrder),
        (draft(valves(product="PUMP-A")), errors.InvalidOrder),
    ],
    ids=["on hold", "no customer", "stopped", "no colour"],
)
def test_a_refusal_is_one_whatever_its_status_and_its_log_is_kept(company, tmp_path, said, error, status):
    with place(company, tmp_path, Settings(refusal_status=status)) as site, pytest.raises(error) as caught:
        site.erp.orders.create(said, key="one")
    assert caught.value.outcome == "not_applied"
    assert {entry.get("severity") for entry in caught.value.native} & {"warning", "error"}
    assert orders_of(company) == []


def test_a_bulk_of_orders_is_two_batches_and_each_is_judged_by_itself(site, company):
    drafts = [draft(customer_po=f"PO-{number}") for number in range(10)]
    drafts[3] = draft(customer="99999", customer_po="PO-3")
    drafts[4] = draft(valves(product="NO-SUCH"), customer_po="PO-4")
    site.erp.orders.find(customer_po="warm")
    site.network.requests.clear()
    result = site.erp.orders.create_many(drafts, keys=lambda each: each.customer_po)
    assert sorted(failed.index for failed in result.failed) == [3, 4]
    assert [method for method, path in site.written() if path == "$batch"][:2] == ["POST", "POST"]
    assert len(result.succeeded) == len(orders_of(company)) == 8


def test_a_product_that_is_stopped_is_told_by_the_words_of_the_log(site, company):
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.create(draft(valves(product="OLD-1")), key="one")
    assert isinstance(caught.value.__cause__, errors.ProductBlocked)
    assert orders_of(company) == []


def test_an_item_that_has_colours_is_ordered_in_one_and_split_in_it(site, company):
    red = {"ProductColorId": "RED"}
    order = site.erp.orders.create(draft(valves(product="PUMP-A", custom=red)), key="one").order
    assert dict(order.lines[0].custom) == red
    split = site.erp.orders.amend(order, ec.SplitLine(line=1, quantity=5)).order
    assert [dict(line.custom) for line in split.lines] == [red, red]
    with pytest.raises(errors.LossyWrite):
        site.erp.orders.create(draft(valves(custom={"Colour": "RED"})), key="two")
    assert len(orders_of(company)) == 1


def test_an_asterisk_in_a_number_is_no_wildcard(site):
    site.erp.orders.create(draft(customer_po="PO-1"), key="one")
    starred = site.erp.orders.create(draft(customer_po="P*1"), key="two").order
    assert [order.id for order in site.erp.orders.find(customer_po="P*1")] == [starred.id]
    assert site.erp.orders.find(customer_po="*") == ()


def test_a_quote_in_a_number_stays_within_its_condition(site):
    order = site.erp.orders.create(draft(customer_po="O'Neill' or 'a' eq 'a"), key="one").order
    site.erp.orders.create(draft(customer_po="PO-2"), key="two")
    assert [each.id for each in site.erp.orders.find(customer_po=order.customer_po)] == [order.id]


def test_orders_of_another_legal_entity_are_not_seen(site, company):
    usmf(company.world, "demf")
    with site.again(company="DEMF", site="1") as other:
        theirs = other.orders.create(draft(), key="theirs").order
        assert [order.id for order in other.orders.list()] == [theirs.id]
    assert list(site.erp.orders.list()) == []
    with pytest.raises(errors.NotFound):
        site.erp.orders.get(theirs.id)


def test_a_long_list_comes_page_by_page_also_while_orders_go(company, tmp_path):
    with place(company, tmp_path, page_size="2") as site:
        for number in range(6):
            site.erp.orders.create(draft(customer_po=f"PO-{number}"), key=str(number))
        listed = []
        for order in site.erp.orders.list():
            listed.append(order.customer_po)
            site.erp.orders.cancel(order, "not needed")
        assert listed == [f"PO-{number}" for number in range(6)]
        assert len(list(site.erp.orders.list(limit=3))) == 0


def test_orders_that_are_not_done_are_asked_for_by_the_enumeration(site, company):
    """3.2: a bare text is no member of an enumeration, and is refused."""
    done = site.erp.orders.create(draft(), key="one").order
    still = site.erp.orders.create(draft(customer_po="PO-2"), key="two").order
    clerk.pack(company, the_paper(company, done))
    clerk.invoice(company, the_paper(company, done))
    assert [order.id for order in site.erp.orders.list(status=ec.OrderStatus.SUBMITTED)] == [still.id]
    assert [order.id for order in site.erp.orders.list(status=ec.OrderStatus.COMPLETED)] == [done.id]


def test_what_was_modified_is_told_by_the_views_of_headers_and_lines(site, clock):
    first = site.erp.orders.create(draft(), key="one").order
    site.erp.orders.create(draft(customer_po="PO-2"), key="two")
    clock.sleep(3600)
    since = clock.now()
    site.erp.orders.amend(first, ec.ChangeQuantity(line=1, to=20))
    assert [order.id for order in site.erp.orders.list(modified_since=since)] == [first.id]


# -- changes -----------------------------------------------------------------------------------------------------


def test_a_change_of_several_lines_is_one_change_set(site):
    order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
    site.network.requests.clear()
    changed = site.erp.orders.amend(
        order,
        ec.ChangeQuantity(line=1, to=20),
        ec.ChangePrice(line=2, to=eur("2.90")),
        ec.AddLine(line=valves(3)),
    ).order
    assert [line.quantities.ordered for line in changed.lines] == [20, 5, 3]
    assert changed.lines[1].price == eur("2.9")
    assert site.written() == [("POST", "$batch")]


def test_one_refused_part_takes_all_back(site):
    order = site.erp.orders.create(draft(), key="one").order
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.amend(
            order, ec.ChangeQuantity(line=1, to=20), ec.AddLine(line=valves(product="NO-SUCH")), key="two"
        )
    assert caught.value.outcome == "not_applied"
    assert site.erp.orders.get(order.id).lines[0].quantities.ordered == 12


@pytest.mark.parametrize("status", [412, 409])
def test_a_change_holds_to_the_version_that_it_was_planned_on(company, tmp_path, status):
    with place(company, tmp_path, Settings(stale_status=status)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        with site.again() as rival:
            rival.orders.amend(order.id, ec.ChangeQuantity(line=1, to=7))
        with pytest.raises(errors.VersionConflict):
            site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=20))
        assert site.erp.orders.get(order.id).lines[0].quantities.ordered == 7


def test_processing_is_stopped_and_goes_on(site):
    order = site.erp.orders.create(draft(), key="one").order
    held = site.erp.orders.amend(order, ec.PlaceHold(kind="processing")).order
    assert (held.status, [hold.kind for hold in held.holds]) == (ec.OrderStatus.ON_HOLD, ["processing"])
    released = site.erp.orders.amend(held, ec.ReleaseHold(kind="processing")).order
    assert released.status is ec.OrderStatus.SUBMITTED


def test_a_split_and_a_substitute_say_which_lines_took_the_place(site):
    order = site.erp.orders.create(draft(valves(price=eur("9"))), key="one").order
    split = site.erp.orders.amend(order, ec.SplitLine(line=1, quantity=5, requested=date(2026, 5, 1))).order
    assert [(line.quantities.ordered, line.price) for line in split.lines] == [(7, eur("9")), (5, eur("9"))]
    other = site.erp.orders.amend(split, ec.SubstituteProduct(line=split.lines[1].id, to="HOSE-20")).order
    assert [line.product for line in other.lines] == ["VALVE-20", "HOSE-20"]


def test_a_record_that_somebody_is_working_on_is_locked(site, company):
    order = site.erp.orders.create(draft(), key="one").order
    company.world.locked[the_paper(company, order).id] = "somebody"
    with pytest.raises(errors.RecordLocked) as caught:
        site.erp.orders.amend(order, ec.ChangeHeader(customer_po="PO-NEW"))
    assert caught.value.outcome == "not_applied"


@pytest.mark.parametrize("meaning", ["line", "unit"])
def test_a_discount_amount_is_written_only_where_the_settings_say_what_it_means(company, tmp_path, meaning):
    off = ec.Discount(amount=ec.Money(amount=Decimal("24.00"), currency="EUR"))
    said = draft(valves(12, price=eur("10"), discount=off))
    with place(company, tmp_path, Settings(discount_amount_of=meaning), discount_amount=meaning) as site:
        with site.again(discount_amount="") as careful, pytest.raises(errors.LossyWrite):
            careful.orders.create(said, key="one")
        order = site.erp.orders.create(said, key="one").order
        assert (order.lines[0].discount, order.lines[0].net.amount) == (off, 96)
    assert len(orders_of(company)) == 1


# -- the end -----------------------------------------------------------------------------------------------------


def test_a_cancelled_order_is_deleted_in_one_change_set_and_remembered(site, company):
    order = site.erp.orders.create(draft(valves(), valves()), key="one").order
    site.network.requests.clear()
    gone = site.erp.orders.cancel(order, "not needed").order
    assert site.written() == [("POST", "$batch")]
    assert gone.status is ec.OrderStatus.CANCELLED
    assert orders_of(company) == []
    assert site.erp.orders.get(order.id).status is ec.OrderStatus.CANCELLED


def test_an_order_to_which_somebody_has_added_a_line_is_not_deleted(site, company):
    """3.2: the header's tag need not move with its lines, and a new one would go with the header unseen."""
    order = site.erp.orders.create(draft(), key="one").order
    line = {"dataAreaId": "usmf", "SalesOrderNumber": order.id, "ItemNumber": "HOSE-20"}
    requests.post(
        f"{site.url}/data/SalesOrderLines",
        json={**line, "OrderedSalesQuantity": 5},
        headers={"Authorization": f"Bearer {site.server.tokens.token(site.url)}"},
        timeout=5,
    ).raise_for_status()
    with pytest.raises(errors.VersionConflict):
        site.erp.orders.cancel(order, "not needed")
    assert len(orders_of(company)) == 1


def test_an_action_of_the_sites_own_cancels_an_order_and_keeps_it(company, tmp_path):
    switches = Settings(actions={"cancelOrder": "cancel"})
    with place(company, tmp_path, switches, cancel_action="cancelOrder") as site:
        order = site.erp.orders.create(draft(), key="one").order
        assert site.erp.orders.cancel(order, "not needed").order.status is ec.OrderStatus.CANCELLED
        kept = site.erp.orders.get(order.id)
    assert (kept.native_status, kept.lines[0].quantities.cancelled) == ("Canceled", 12)
    assert len(orders_of(company)) == 1


def test_an_action_does_not_cancel_what_somebody_has_changed(company, tmp_path):
    switches = Settings(actions={"cancelOrder": "cancel"})
    with place(company, tmp_path, switches, cancel_action="cancelOrder") as site:
        order = site.erp.orders.create(draft(), key="one").order
        with site.again() as rival:
            rival.orders.amend(order.id, ec.ChangeQuantity(line=1, to=7))
        with pytest.raises(errors.VersionConflict):
            site.erp.orders.cancel(order, "not needed")
        assert site.erp.orders.get(order.id).status is ec.OrderStatus.SUBMITTED


def test_of_an_order_that_is_partly_delivered_what_is_open_is_cancelled(site, company):
    order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
    clerk.pack(company, the_paper(company, order), {1: Decimal(4)})
    left = site.erp.orders.cancel(order.id, "not needed").order
    assert [(line.product, line.quantities.shipped) for line in left.lines if line.quantities.shipped] == [
        ("VALVE-20", 4)
    ]
    assert all(line.quantities.open == 0 for line in left.lines)
    assert len(company.lines_of(the_paper(company, order))) == 1


def test_what_a_clerk_cancels_is_seen_beside_what_was_delivered(site, company):
    order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
    clerk.pack(company, the_paper(company, order), {1: Decimal(4)})
    clerk.cancel(company, the_paper(company, order))
    seen = site.erp.orders.get(order.id)
    quantities = [
        (line.quantities.ordered, line.quantities.shipped, line.quantities.cancelled) for line in seen.lines
    ]
    assert quantities == [(12, 4, 8), (5, 0, 5)]
    assert seen.status is ec.OrderStatus.SHIPPED
