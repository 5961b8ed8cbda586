"""Reading over RFC: found by what people say, listed by ranges, tracked, billed (sap.md 2.6 to 2.17)."""

import sys
from datetime import timedelta
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Sought
from erp_connect.testing.mocks.sap import fulfilling, functions, rfc

from .site import draft, valves


def create(erp, count, **more):
    return [
        erp.orders.create(draft(customer_po=f"PO-{n}", **more), key=f"key-{n}-{more}").order
        for n in range(count)
    ]


def test_numbers_are_found_with_and_without_their_zeros(erp):
    (order,) = create(erp, 1)
    assert erp.orders.get(order.id.zfill(10)) == order
    assert [each.id for each in erp.orders.find(number=order.number)] == [order.id]
    for impossible in ("no-such-id", "99", "", "\n", "1" * 40):
        with pytest.raises(errors.NotFound):
            erp.orders.get(impossible)


def test_orders_are_found_by_customer_and_its_number(erp):
    first, second = create(erp, 2)
    create(erp, 1, customer="ACME")
    assert [each.id for each in erp.orders.find(customer="1234", customer_po="PO-1")] == [second.id]
    assert {each.id for each in erp.orders.find(customer="1234")} == {first.id, second.id}
    assert len(erp.orders.find(customer_po="PO-0")) == 2
    assert not erp.orders.find(customer_po="PO-0' OR KUNNR <> '")


def test_where_no_table_may_be_read_stamps_are_found_among_the_customers_orders(connect, world):
    erp = connect()
    order = erp.orders.create(draft(), key="one").order
    create(erp, 2)
    world.settings.unreadable_tables = frozenset({"VBKD", "VBAK"})
    book = erp._context.adapter.orders
    for sought in (
        Sought(stamp=order.stamp, party="1234", customer_po="PO-4711"),
        Sought(stamp=order.stamp, party="1234", sent_at=world.now()),
    ):
        assert [each.id for each in book.by_stamp([sought])[order.stamp]] == [order.id]
    assert book.by_stamp([Sought(stamp="A" * 12, party="1234")]) == {}
    with pytest.raises(errors.PermissionMissing):
        book.by_stamp([Sought(stamp=order.stamp)])  # finding nothing would prove nothing
    with pytest.raises(errors.PermissionMissing):
        list(erp.orders.list())
    assert [each.id for each in erp.orders.find(customer="1234", customer_po="PO-4711")] == [order.id]


def test_a_list_tells_every_order_once_though_tables_have_no_order(erp, world):
    made = create(erp, 23)
    world.settings.unstable_reads = True
    assert [each.id for each in erp.orders.list()] == [each.id for each in made]
    assert [each.id for each in erp.orders.list(limit=4)] == [each.id for each in made[:4]]


def test_what_changed_since_is_told_by_the_day(erp, clock):
    old, changed = create(erp, 2)
    clock.turn(days=5)
    since = clock.now()
    erp.orders.amend(changed.id, ec.ChangeQuantity(line="000010", to=3))
    new = erp.orders.create(draft(customer_po="PO-9"), key="new").order
    assert [each.id for each in erp.orders.list(modified_since=since)] == [changed.id, new.id]
    assert old.id not in {each.id for each in erp.orders.list(ordered_from=since.date())}


def test_delivered_is_not_shipped_and_shipped_is_not_billed(erp, world):
    (order,) = create(erp, 1)
    number = fulfilling.deliver(world, order.id, {"000010": Decimal(5)})
    planned = erp.orders.get(order.id)
    assert planned.lines[0].quantities.shipped == 0
    assert planned.status is ec.OrderStatus.CONFIRMED
    fulfilling.post_goods_issue(world, number, bill_of_lading="1Z999")
    shipped = erp.orders.get(order.id)
    assert shipped.status is ec.OrderStatus.PARTLY_SHIPPED
    assert (shipped.lines[0].quantities.shipped, shipped.lines[0].quantities.open) == (5, 7)
    assert shipped.lines[0].quantities.invoiced == 0
    fulfilling.post_goods_issue(world, fulfilling.deliver(world, order.id))
    assert erp.orders.get(order.id).status is ec.OrderStatus.SHIPPED
    for delivery in list(world.deliveries):
        fulfilling.bill(world, delivery)
    done = erp.orders.get(order.id)
    assert done.status is ec.OrderStatus.COMPLETED
    assert done.lines[0].quantities.invoiced == 12


def test_an_order_is_tracked_by_the_locators_of_the_site(erp, connect, world):
    (order,) = create(erp, 1)
    fulfilling.post_goods_issue(
        world, fulfilling.deliver(world, order.id), bill_of_lading="1Z999", transport_id="TRUCK 7"
    )
    tracking = erp.orders.track(order.id)
    assert [each.tracking_numbers for each in tracking.shipments] == [("1Z999",)]
    assert tracking.shipments[0].shipped_on == erp.orders.get(order.id).order_date
    by_truck = connect(tracking_locators="TRAID,BOLNR").shipments.of(order.id)
    assert [each.tracking_numbers for each in by_truck] == [("TRUCK 7",)]


def test_a_release_without_the_list_of_deliveries_is_read_by_tables(connect, world, monkeypatch):
    monkeypatch.delitem(functions._BODIES, "BAPI_DELIVERY_GETLIST")
    erp = connect()
    (order,) = create(erp, 1)
    number = fulfilling.deliver(world, order.id, {"000010": Decimal(5)})
    assert erp.orders.get(order.id).lines[0].quantities.shipped == 0
    fulfilling.post_goods_issue(world, number, bill_of_lading="1Z999")
    assert erp.orders.get(order.id).lines[0].quantities.shipped == 5
    assert [each.tracking_numbers for each in erp.shipments.of(order.id)] == [("1Z999",)]
    world.settings.unreadable_tables = frozenset({"LIPS"})
    with pytest.raises(errors.PermissionMissing):
        erp.orders.get(order.id)  # "nothing has left" would be a guess


def test_invoices_are_read_from_the_tables_with_their_shift(erp, world):
    price = ec.UnitPrice(amount=Decimal(1000), currency="JPY")
    order = erp.orders.create(draft(valves(2, price=price), currency="JPY"), key="yen").order
    number = fulfilling.deliver(world, order.id)
    fulfilling.post_goods_issue(world, number)
    fulfilling.bill(world, number)
    (invoice,) = erp.invoices.of(order.id)
    assert invoice.net == ec.Money(amount=Decimal(2000), currency="JPY")
    assert [(line.order_line_id, line.quantity, line.unit) for line in invoice.lines] == [
        ("000010", 2, "C62")
    ]


def test_a_released_credit_hold_is_gone(erp, world):
    world.customers["0000001234"].credit_limit = Decimal(10)
    (order,) = create(erp, 1)
    assert order.status is ec.OrderStatus.ON_HOLD
    fulfilling.release_credit(world, order.id)
    assert erp.orders.get(order.id).holds == ()


def test_an_unknown_unit_keeps_its_code_with_a_warning(erp, world):
    (order,) = create(erp, 1)
    world.order(order.id).items[0].unit = "ZZ"
    found = erp.orders.get(order.id)
    assert found.lines[0].unit == "ZZ"
    assert any("ZZ" in warning for warning in found.warnings)


def test_an_older_release_without_long_material_numbers(connect, world):
    world.settings.long_material = False
    erp = connect()
    order = erp.orders.create(draft(), key="one").order
    assert order.lines[0].product == "62"
    assert erp.capabilities.field("order.line.product").max_length == 18


def test_the_customers_own_price_is_quoted_and_none_is_none(erp, world):
    world.customer_prices["0000001234", "PUMP-1", "EUR"] = Decimal(199)
    quote = erp.prices.quote(customer="1234", product="PUMP-1", quantity=2, unit="C62")
    assert quote.price == ec.UnitPrice(amount=Decimal(199), currency="EUR")
    assert quote.net == ec.Money(amount=Decimal(398), currency="EUR")
    world.prices.clear()
    assert erp.prices.quote(customer="ACME", product="PUMP-1", quantity=2, unit="C62").price is None
    assert world.orders == {}


def test_availability_is_what_is_free_and_when_the_rest_comes(erp, world, clock):
    enough = erp.stock.availability("62", 40, "C62")
    assert (enough.available, enough.promised) == (100, clock.now().date())
    short = erp.stock.availability("62", 140, "C62")
    assert (short.available, short.enough) == (100, False)
    assert short.promised == clock.now().date() + timedelta(days=10)
    assert erp.stock.availability("PUMP-1", 1, "C62").available is None
    world.materials["000000000000000062"].checked = False
    assert erp.stock.availability("62", 140, "C62").available is None
    with pytest.raises(errors.UnmappedCode):
        erp.stock.availability("62", 1, "XCT")


def test_a_check_simulates_and_leaves_nothing(erp, world):
    assert not erp.orders.check(draft()).errors
    findings = erp.orders.check(draft(ec.LineDraft(product="404", quantity=1, unit="C62")))
    assert findings.errors
    assert world.orders == {}


def test_customers_and_products_are_found_by_number_and_name(erp, world):
    assert erp.customers.get("1234").name == "Harbour Pumps Ltd"
    assert [each.number for each in erp.customers.find(name="Acme Rockets")] == ["ACME"]
    assert [each.number for each in erp.customers.list()] == ["1234", "ACME"]
    valve = erp.products.get("62")
    assert (valve.code, valve.name, valve.unit) == ("62", "Ball valve 20 mm", "C62")
    assert [each.code for each in erp.products.find(name="Pump")] == ["PUMP-1"]
    assert [each.code for each in erp.products.list()] == ["62", "PUMP-1"]
    for book in (erp.customers, erp.products):
        with pytest.raises(errors.NotFound):
            book.get("no-such-number-at-all")
    world.customers["ACME"].order_block = "01"
    assert erp.customers.get("ACME").blocked


def test_a_connection_of_ones_own_can_be_given(world, tmp_path, connect):
    params = {"ashost": "mock", "sysnr": "00", "client": "100", "user": "DEMO", "passwd": "welcome"}
    whole = rfc.connect_to(world)(**params)

    class Bare:
        """Nothing but what is asked for: call, close, alive."""

        alive = True

        def call(self, name, options=None, **params):
            return whole.call(name, options, **params)

        def close(self):
            whole.close()

    erp = connect(connector=Bare())
    assert erp.capabilities.concurrency == 1
    order = erp.orders.create(draft(), key="one").order
    changed = erp.orders.amend(order, ec.ChangeQuantity(line=1, to=3)).order
    assert changed.lines[0].quantities.ordered == 3


def test_a_wrong_password_is_said_at_once_and_never_repeated(connect):
    with pytest.raises(errors.AuthenticationFailed) as caught:
        connect(password="not-this-one").orders.get("1")
    assert "not-this-one" not in str(caught.value)


def test_with_a_password_and_nothing_else_a_day_of_orders_goes_by_pyrfc(world, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyrfc", rfc.as_pyrfc(world))
    monkeypatch.setenv("ERP_CONNECT_HOME", str(tmp_path))
    url = "sap+rfc://DEMO@mock?sysnr=00&client=100&sales_org=1000&distribution_channel=10&division=00"
    with ec.connect(url, password="welcome") as erp:
        erp.ping()
        order = erp.orders.create(draft(), key="one").order
        changed = erp.orders.amend(order, ec.ChangeQuantity(line=1, to=3)).order
        assert changed.lines[0].quantities.ordered == 3
        assert erp.orders.cancel(changed, "withdrawn").order.status is ec.OrderStatus.CANCELLED
        assert erp.orders.track(order.id).status is ec.OrderStatus.CANCELLED
    assert not world.connected
    assert world.order(order.id).items[0].rejection
