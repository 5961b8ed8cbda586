"""Purchase orders: exactly one whatever breaks, changed as a whole or not at all (sap.md 2.15, 4.2, 4.6)."""

from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Find
from erp_connect.adapters.sap.odata.mapping_purchases import purchase_order_in
from erp_connect.testing.mocks.sap.documents import Material

from ..site import sooner_or_later
from .place import place

SERVICE = "API_PURCHASEORDER_PROCESS_SRV"
STAMP = "CorrespncInternalReference"


@pytest.fixture
def site(world, tmp_path):
    world.vendors |= {"0000005000", "0000006000"}
    with place(world, tmp_path) as found:
        yield found


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def valves(quantity=12, **more):
    given = {"product": "62", "quantity": quantity, "unit": "C62", "price": eur("12.50")}
    return ec.PurchaseOrderLineDraft(**{**given, **more})


def pumps(quantity=2, **more):
    return valves(quantity, **{"product": "PUMP-1", "price": eur("240"), **more})


def draft(*lines, **more):
    given = {"supplier": "5000", "currency": "EUR", "lines": lines or (valves(), pumps())}
    return ec.PurchaseOrderDraft(**{**given, **more})


def wanted(order):
    return [
        (line.product, line.quantities.ordered - line.quantities.cancelled)
        for line in order.lines
        if line.quantities.open > 0
    ]


# -- creating --------------------------------------------------------------------------------------------------


def test_a_purchase_order_stands_in_the_system_as_it_was_said(site, world):
    contact = ec.Contact(name="R. Pascoe", phone="0100 200300")
    said = draft(
        valves(
            Decimal("12.5"), price=eur("0.375", 100), description="as drawn in sketch 4", warehouse="2000"
        ),
        pumps(),
        supplier_reference="QUOTE-77",
        payment_terms="N30",
        delivery_terms="DAP Leith",
        contact=contact,
    )
    receipt = site.erp.purchase_orders.create(said, key="po-1")
    order = receipt.stored
    assert receipt.differences == ()
    (stored,) = world.purchase_orders.values()
    assert (stored.supplier, stored.currency) == ("0000005000", "EUR")
    assert [(item.number, item.quantity, item.plant) for item in stored.items] == [
        ("00010", Decimal("12.5"), "2000"),
        ("00020", 2, "1000"),
    ]
    assert order.id == order.number == stored.number.lstrip("0")
    assert (order.supplier, order.supplier_reference) == ("5000", "QUOTE-77")
    assert (order.payment_terms, order.delivery_terms, order.contact) == ("N30", "DAP Leith", contact)
    assert [(line.id, line.position, line.unit) for line in order.lines] == [
        ("10", 1, "C62"),
        ("20", 2, "C62"),
    ]
    assert order.lines[0].price == eur("0.375", 100)
    assert order.lines[0].description == "as drawn in sketch 4"
    assert order.status is ec.OrderStatus.SUBMITTED


def test_the_stamp_stands_in_our_reference_and_finds_the_order(site, world):
    order = site.erp.purchase_orders.create(draft(), key="one").stored
    (stored,) = world.purchase_orders.values()
    assert stored.fields[STAMP] == order.stamp
    assert len(order.stamp) == 12
    assert [each.id for each in site.erp.purchase_orders.find(key="one")] == [order.id]


def test_the_same_key_is_one_order_and_another_wish_under_it_is_refused(site, world):
    first = site.erp.purchase_orders.create(draft(), key="one")
    again = site.erp.purchase_orders.create(draft(), key="one")
    assert again.replayed
    assert again.stored == first.stored
    with pytest.raises(errors.KeyReused):
        site.erp.purchase_orders.create(draft(valves(1)), key="one")
    assert len(world.purchase_orders) == 1


@pytest.mark.parametrize(
    ("breaks", "in_doubt"),
    [
        (lambda network: network.lose_reply(SERVICE, "POST"), True),
        (lambda network: network.cut_body(40, SERVICE, "POST"), True),
        (lambda network: network.lose_request(SERVICE, "POST"), True),
        (lambda network: network.refuse(500, SERVICE, "POST", executed=True), True),
        (lambda network: network.refuse(504, SERVICE, "POST", executed=True), True),
        (lambda network: network.throttle(7, SERVICE, "POST", executed=True), True),
        (lambda network: network.refuse(503, SERVICE, "POST"), True),
    ],
    ids=["reply lost", "reply cut", "request lost", "dump", "gateway", "throttled after", "unavailable"],
)
def test_there_is_exactly_one_order_whatever_breaks(site, world, breaks, in_doubt):
    breaks(site.network)
    receipt = sooner_or_later(
        lambda: site.erp.purchase_orders.create(draft(), key="one"), world.clock, in_doubt=in_doubt
    )
    assert [number.lstrip("0") for number in world.purchase_orders] == [receipt.stored.id]


def test_an_answer_that_did_not_come_is_unknown_until_the_window_has_passed(site, world):
    site.network.lose_request(SERVICE, "POST")
    with pytest.raises(errors.OutcomeUnknown) as caught:
        site.erp.purchase_orders.create(draft(), key="one")
    assert 0 < caught.value.retry_after <= 600
    with pytest.raises(errors.OutcomeUnknown):
        site.erp.purchase_orders.create(draft(), key="one")
    assert world.purchase_orders == {}


def test_an_unknown_supplier_or_product_is_refused_and_nothing_stands(site, world):
    for refused in (draft(supplier="4711"), draft(valves(product="NO-SUCH"))):
        with pytest.raises(errors.RequestRefused) as caught:
            site.erp.purchase_orders.create(refused)
        assert caught.value.outcome == "not_applied"
        assert caught.value.native
    assert world.purchase_orders == {}


def test_a_unit_without_a_code_and_a_price_for_a_part_are_refused_before_anything_is_sent(site, world):
    sent = site.count("POST", SERVICE)
    with pytest.raises(errors.UnmappedCode) as caught:
        site.erp.purchase_orders.create(draft(valves(unit="XCT")))
    assert caught.value.path == "lines[0].unit"
    with pytest.raises(errors.LossyWrite) as lossy:
        site.erp.purchase_orders.create(draft(valves(price=eur("1", Decimal("2.5")))))
    assert lossy.value.outcome == "not_applied"
    assert site.count("POST", SERVICE) == sent


def test_a_sites_own_code_of_a_unit_is_written_and_read(world, tmp_path):
    world.vendors.add("0000005000")
    with place(world, tmp_path, units="XCT=KAR") as site:
        order = site.erp.purchase_orders.create(draft(valves(3, unit="XCT"))).stored
        assert order.lines[0].unit == "XCT"
        (stored,) = world.purchase_orders.values()
        assert stored.items[0].unit == "KAR"


def test_without_a_company_no_order_is_created_and_the_capabilities_say_so(world, tmp_path):
    with place(world, tmp_path, company_code="") as site:
        assert site.known.support("purchase_orders.create") is ec.Support.NONE
        assert "company_code" in site.known.why("purchase_orders.create")
        with pytest.raises(errors.UnsupportedOperation):
            site.erp.purchase_orders.create(draft())


@pytest.mark.parametrize(
    "more",
    [
        {"notes": ("by rail",)},
        {"ship_to": ec.Address(name="X", lines=(), city="Y", postal_code="", country="GB")},
    ],
)
def test_what_the_service_has_no_field_for_is_refused(site, world, more):
    with pytest.raises(errors.LossyWrite):
        site.erp.purchase_orders.create(draft(**more))
    assert world.purchase_orders == {}


# -- finding ---------------------------------------------------------------------------------------------------


def test_orders_are_found_by_number_supplier_and_the_suppliers_own_number(site):
    create, find = site.erp.purchase_orders.create, site.erp.purchase_orders.find
    mine = create(draft(supplier_reference="Q-1")).stored
    other = create(draft(supplier="6000", supplier_reference="Q-1")).stored
    assert [each.id for each in find(number=mine.number)] == [mine.id]
    assert [each.id for each in find(supplier="6000")] == [other.id]
    theirs = Find(party="5000", customer_po="Q-1")
    assert [each.id for each in site.books.purchase_orders.find(theirs)] == [mine.id]
    assert list(find(number="1")) == []
    assert list(find(number=mine.number, supplier="6000")) == []
    with pytest.raises(errors.NotFound):
        site.erp.purchase_orders.get("no-such-id")


def test_orders_are_listed_by_number_a_page_at_a_time(site, world, monkeypatch):
    monkeypatch.setattr("erp_connect.adapters.sap.odata.asking.PAGE", 2)
    made = [site.erp.purchase_orders.create(draft(valves(1))).stored.id for _ in range(5)]
    assert [each.id for each in site.erp.purchase_orders.list()] == made
    assert [each.id for each in site.erp.purchase_orders.list(limit=3)] == made[:3]
    assert [each.id for each in site.erp.purchase_orders.list(supplier="6000")] == []
    world.clock.sleep(3600)
    since = world.clock.now()
    world.clock.sleep(1)
    site.erp.purchase_orders.amend(made[2], ec.ChangeQuantity(line=1, to=7))
    assert [each.id for each in site.erp.purchase_orders.list(modified_since=since)] == [made[2]]


# -- changing --------------------------------------------------------------------------------------------------


def test_several_changes_are_one_request_and_stand_together(site, world):
    world.add(Material("PUMP-2", "Pump, brass", plants=("1000", "2000")))
    order = site.erp.purchase_orders.create(draft(supplier_reference="Q-1", payment_terms="N30")).stored
    before = site.count("POST", "$batch")
    changed = site.erp.purchase_orders.amend(
        order,
        ec.ChangeQuantity(line=1, to=10),
        ec.ChangePrice(line=2, to=eur("238.5")),
        ec.ChangeWarehouse(line=2, to="2000"),
        ec.ChangeHeader(supplier_reference=ec.EMPTY, payment_terms="N60"),
        ec.AddLine(line=valves(3, product="PUMP-2")),
    ).stored
    assert site.count("POST", "$batch") == before + 1
    assert wanted(changed) == [("62", 10), ("PUMP-1", 2), ("PUMP-2", 3)]
    assert changed.lines[0].price == eur("12.50")
    assert changed.lines[1].price == eur("238.50")
    assert [line.warehouse for line in changed.lines] == ["1000", "2000", "1000"]
    assert (changed.supplier_reference, changed.payment_terms) == (None, "N60")
    assert changed.version != order.version
    assert changed.stamp == order.stamp


def test_one_bad_change_spoils_the_others(site, world):
    order = site.erp.purchase_orders.create(draft()).stored
    with pytest.raises(errors.RequestRefused) as caught:
        site.erp.purchase_orders.amend(
            order, ec.ChangeQuantity(line=1, to=10), ec.AddLine(line=valves(product="NO-SUCH"))
        )
    assert caught.value.outcome == "not_applied"
    assert site.erp.purchase_orders.get(order.id) == order


def test_a_product_is_substituted_before_the_old_one_goes(site):
    order = site.erp.purchase_orders.create(draft()).stored
    changed = site.erp.purchase_orders.amend(order, ec.SubstituteProduct(line=1, to="PUMP-1")).stored
    assert wanted(changed) == [("PUMP-1", 2), ("PUMP-1", 12)]
    assert changed.lines[0].status is ec.OrderStatus.CANCELLED
    assert changed.lines[2].price == order.lines[0].price


def test_a_change_to_an_order_that_has_moved_is_a_conflict_unless_forced(site):
    order = site.erp.purchase_orders.create(draft()).stored
    site.erp.purchase_orders.amend(order.id, ec.ChangeQuantity(line=1, to=20))
    with pytest.raises(errors.VersionConflict) as caught:
        site.erp.purchase_orders.amend(order, ec.ChangeQuantity(line=1, to=5))
    assert caught.value.outcome == "not_applied"
    plan = site.erp.purchase_orders.plan(order, ec.ChangeQuantity(line=1, to=5))
    assert wanted(site.erp.purchase_orders.apply(plan, force=True).stored)[0] == ("62", 5)


@pytest.mark.parametrize("executed", [True, False])
def test_an_unanswered_change_is_made_once(site, world, executed):
    order = site.erp.purchase_orders.create(draft()).stored
    add = ec.AddLine(line=valves(1))
    (site.network.lose_reply if executed else site.network.lose_request)("$batch", "POST")
    receipt = sooner_or_later(
        lambda: site.erp.purchase_orders.amend(order.id, add, key="add"), world.clock, in_doubt=True
    )
    assert wanted(receipt.stored) == [("62", 12), ("PUMP-1", 2), ("62", 1)]
    assert len(world.purchase_orders[order.id.zfill(10)].items) == 3


# -- cancelling ------------------------------------------------------------------------------------------------


def test_a_cancelled_order_is_kept_with_the_mark_on_every_item(site, world):
    order = site.erp.purchase_orders.create(draft()).stored
    gone = site.erp.purchase_orders.cancel(order, "found it cheaper", key="away").stored
    assert gone.status is ec.OrderStatus.CANCELLED
    assert [line.quantities.cancelled for line in gone.lines] == [12, 2]
    assert [item.deleted for item in world.purchase_orders[order.id.zfill(10)].items] == [True, True]
    assert site.erp.purchase_orders.cancel(order, "found it cheaper", key="away").replayed
    with pytest.raises(errors.TransitionNotAllowed):
        site.erp.purchase_orders.cancel(order.id, "once more")


def test_one_line_is_cancelled_and_the_other_stands(site):
    order = site.erp.purchase_orders.create(draft()).stored
    left = site.erp.purchase_orders.cancel(order, "not needed", lines=[order.lines[1]]).stored
    assert wanted(left) == [("62", 12)]
    assert left.lines[1].quantities.cancelled == 2
    assert left.status is ec.OrderStatus.SUBMITTED


def test_what_is_completely_delivered_and_billed_is_told_by_its_marks(site):
    office = site.books.office

    def status(*marks):
        items = [
            {
                "PurchaseOrderItem": str(10 * index),
                "OrderQuantity": "1",
                "IsCompletelyDelivered": delivered,
                "IsFinallyInvoiced": billed,
            }
            for index, (delivered, billed) in enumerate(marks, 1)
        ]
        row = {"PurchaseOrder": "1", "Supplier": "5", "DocumentCurrency": "EUR"}
        return purchase_order_in({**row, "to_PurchaseOrderItem": {"results": items}}, office).status

    assert status((False, False)) is ec.OrderStatus.SUBMITTED
    assert status((True, False), (False, False)) is ec.OrderStatus.PARTLY_SHIPPED
    assert status((True, False), (True, True)) is ec.OrderStatus.SHIPPED
    assert status((True, True)) is ec.OrderStatus.COMPLETED
