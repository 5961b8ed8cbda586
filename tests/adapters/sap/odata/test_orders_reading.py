"""Reading orders over OData: found, listed page by page, and told as they stand (sap.md 2.17, 4.2, 4.4, 4.5)."""

from datetime import timedelta
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.sap.odata.cells import day, instant, number
from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.odata.settings import Settings
from erp_connect.wire.odata import Unreadable

from ..site import draft, valves
from .place import place


@pytest.fixture(params=["v2", pytest.param("v4", marks=pytest.mark.thorough)])
def version(request):
    return request.param


@pytest.fixture
def site(world, tmp_path, version):
    with place(world, tmp_path, service=version) as found:
        yield found


def test_an_order_is_found_by_each_of_its_names(site):
    order = site.erp.orders.create(
        draft(references=(ec.Reference(kind="assignment", value="JOB-7"),)), key="one"
    ).order
    site.erp.orders.create(draft(customer="ACME", customer_po="PO-9"), key="two")
    find = site.erp.orders.find
    for wanted in (
        {"number": order.id},
        {"customer_po": "PO-4711"},
        {"customer": "1234"},
        {"customer": "1234", "customer_po": "PO-4711"},
        {"reference": "JOB-7"},
        {"key": "one"},
    ):
        assert [each.id for each in find(**wanted)] == [order.id], wanted
    for absent in (
        {"number": "4711"},
        {"customer_po": "x" * 36},
        {"customer": "12345678901"},
        {"reference": "J"},
    ):
        assert list(find(**absent)) == []
    for impossible in ("4711", "", "x" * 11, "a\nb"):
        with pytest.raises(errors.NotFound):
            site.erp.orders.get(impossible)


@pytest.mark.parametrize("page_size", [None, 1, 3])
def test_every_order_is_listed_once_however_small_the_pages(world, tmp_path, version, page_size):
    with place(world, tmp_path, Settings(page_size=page_size), service=version, block_size=4) as site:
        drafts = [draft(customer_po=f"PO-{n}", customer=["1234", "ACME"][n % 2]) for n in range(11)]
        made = [
            each.order.id for each in site.erp.orders.create_many(drafts, ec.keys.by_customer_po).succeeded
        ]
        assert [each.id for each in site.erp.orders.list()] == sorted(made)
        assert len(list(site.erp.orders.list(limit=5))) == 5
        assert len(list(site.erp.orders.list(customer="ACME"))) == 5


def test_an_order_entered_while_others_are_listed_neither_hides_nor_doubles_one(world, tmp_path, version):
    with place(world, tmp_path, service=version, block_size=2) as site:
        made = [site.erp.orders.create(draft(customer_po=f"PO-{n}"), key=str(n)).order.id for n in range(5)]
        seen = []
        for n, order in enumerate(site.erp.orders.list()):
            seen.append(order.id)
            if n == 0:
                site.erp.orders.create(draft(customer_po="late"), key="late")
                site.erp.orders.cancel(made[0], "no")
        assert seen[:5] == made
        assert len(seen) == len(set(seen)) == 6


def test_orders_are_listed_by_day_and_by_their_last_change(site, clock):
    first = site.erp.orders.create(draft(), key="first").order
    clock.sleep(timedelta(days=2).total_seconds())
    second = site.erp.orders.create(draft(customer_po="PO-2"), key="second").order
    assert [each.id for each in site.erp.orders.list(ordered_from=second.order_date)] == [second.id]
    assert [each.id for each in site.erp.orders.list(ordered_to=first.order_date)] == [first.id]
    clock.sleep(60)
    since = clock.now()
    site.erp.orders.amend(first.id, ec.ChangeQuantity(line=1, to=5))
    assert [each.id for each in site.erp.orders.list(modified_since=since)] == [first.id]


def test_shipped_is_what_has_left_and_invoiced_is_what_was_billed(site, world):
    order = site.erp.orders.create(draft(), key="one").order
    number = fulfilling.deliver(world, order.id, {"000010": Decimal(5)})
    packed = site.erp.orders.get(order.id)
    assert packed.lines[0].quantities.shipped == 0
    fulfilling.post_goods_issue(world, number, bill_of_lading="TRK-1")
    left = site.erp.orders.get(order.id)
    assert (left.lines[0].quantities.shipped, left.lines[0].quantities.invoiced) == (5, 0)
    assert left.status is ec.OrderStatus.PARTLY_SHIPPED
    fulfilling.bill(world, number)
    (billed,) = site.erp.orders.find(customer_po="PO-4711")
    assert billed.lines[0].quantities.invoiced == 5
    tracked = site.erp.orders.track(order)
    assert [shipment.tracking_numbers for shipment in tracked.shipments] == [("TRK-1",)]


def test_where_deliveries_are_closed_to_the_user_what_has_left_is_not_told(world, tmp_path, version):
    gateway = Settings(inactive={"API_OUTBOUND_DELIVERY_SRV", "API_BILLING_DOCUMENT_SRV"})
    with place(world, tmp_path, gateway, service=version) as site:
        order = site.erp.orders.create(draft(), key="one").order
        fulfilling.post_goods_issue(world, fulfilling.deliver(world, order.id))
        line = site.erp.orders.get(order.id).lines[0]
    assert (line.quantities.shipped, line.quantities.invoiced) == (None, None)


def test_units_come_by_their_iso_codes_or_by_the_sites_map(world, tmp_path, version):
    with place(world, tmp_path, service=version, units="XBX=KAR") as site:
        order = site.erp.orders.create(
            draft(ec.LineDraft(product="62", quantity=3, unit="XBX"), valves(1)), key="one"
        ).order
        assert [line.unit for line in order.lines] == ["XBX", "C62"]
        assert [item.unit for item in world.order(order.id).items] == ["KAR", "ST"]


def test_a_service_that_is_not_active_is_told_when_the_connection_opens(world, tmp_path, version):
    name = {"v2": "API_SALES_ORDER_SRV", "v4": "CE_SALESORDER_0001"}[version]
    with (
        pytest.raises(errors.ConfigurationError) as caught,
        place(world, tmp_path, Settings(inactive={name}), service=version),
    ):
        pass
    assert caught.value.code == "no_service"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_reading_is_patient_and_then_says_that_nothing_was_done(site, status):
    order = site.erp.orders.create(draft(), key="one").order
    if status != 500:
        site.network.refuse(status, method="GET")
        assert site.erp.orders.get(order.id).id == order.id
    site.network.refuse(status, method="GET", times=9)
    with pytest.raises(errors.TransportError) as caught:
        site.erp.orders.get(order.id)
    assert caught.value.outcome == "not_applied"
    assert caught.value.retryable


def test_an_answer_that_is_cut_or_foreign_is_an_error_of_the_librarys(site):
    order = site.erp.orders.create(draft(), key="one").order
    site.network.refuse(200, method="GET", body='{"d": {"SalesOrder": 4711}}')
    with pytest.raises(errors.TransportError) as caught:
        site.erp.orders.get(order.id)
    assert caught.value.outcome == "not_applied"


def test_cells_of_another_kind_than_their_type_are_not_guessed():
    for read, cell in ((number, True), (number, "12,5"), (day, 20260301), (instant, "soon")):
        with pytest.raises(Unreadable):
            read({"cell": cell}, "cell")
    assert number({}, "cell") is None


def test_a_logon_that_is_refused_says_so(world, tmp_path):
    with (
        pytest.raises(errors.AuthenticationFailed) as caught,
        place(world, tmp_path, user="NOBODY"),
    ):
        pass
    assert caught.value.outcome == "not_applied"


def test_plain_http_leaves_this_machine_only_where_that_is_said():
    with pytest.raises(errors.ConfigurationError) as caught:
        ec.connect("sap+odata://DEMO@erp.example?tls=off", password="welcome")
    assert caught.value.code == "insecure"
