"""What follows an order on X3: deliveries, invoices, returns, receipts, stock, prices, changes (sage.md 2.15)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.business import posting
from erp_connect.testing.mocks.sage.x3.samples import odd_site
from erp_connect.testing.mocks.sage.x3.settings import Settings

from .place import draft, new_server, place, valves

SUBPROGRAMS = {
    "stock": "YGETSTO",
    "stock_inputs": "item=YITM, site=GRP1.YFCY",
    "stock_outputs": "quantity=YQTY, available=YAVA",
    "price": "YGETPRI",
    "price_inputs": "customer=YBPC, item=YITM, quantity=YQTY, unit=YUOM, currency=YCUR",
    "price_outputs": "price=YPRI, currency=YCUR, discount=YDISC",
    "changes": "YCHGSOH",
    "changes_inputs": "since=YSINCE",
    "changes_outputs": "order=YSOHNUM, moment=YUPD",
}


def billed(site, order):
    company = site.company
    with company.world.unit():
        posting.post(company, company.find("order", order.number), ship=False, invoice=True)


def test_deliveries_and_invoices_lead_back_to_the_lines(site):
    said = draft(valves(), valves(5, product="HOSE-20"))
    order = site.erp.orders.create(said, key="one").order
    other = site.erp.orders.create(draft(customer_po="PO-2"), key="two").order
    first = site.erp.shipments.post(order, {1: 4}).stored
    site.erp.shipments.post(other, None)
    second = site.erp.shipments.post(order.id, {1: 8, 2: 5}).stored
    assert [each.id for each in site.erp.shipments.of(order)] == [first.id, second.id]
    assert [(line.order_line_id, line.quantity) for line in second.lines] == [("1000", 8), ("2000", 5)]
    billed(site, order)
    billed(site, other)
    (invoice,) = site.erp.invoices.of(order)
    assert sum(line.quantity for line in invoice.lines) == 17
    assert {line.order_line_id for line in invoice.lines} == {"1000", "2000"}
    assert (invoice.kind, invoice.net.amount) == ("invoice", Decimal("166.00"))
    assert site.erp.orders.get(order.id).status is ec.OrderStatus.COMPLETED


def test_a_delivery_that_is_not_validated_has_not_left_until_the_sites_button_is_pressed(company, tmp_path):
    published = {**Settings().publications, "YWSSDH": odd_site()["YWSSDH"]}
    for strategy, status in (("", "planned"), ("action:YVAL", "shipped")):
        server = new_server(company, deliveries="draft", publications=published)
        settings = {"delivery_service": "YWSSDH", "validate_strategy": strategy}
        folder = tmp_path / (strategy[:6] or "none")
        folder.mkdir()
        with place(company, folder, server=server, **settings) as site:
            order = site.erp.orders.create(draft(customer_po=f"PO{strategy[:6]}"), key="one").order
            assert site.erp.shipments.post(order, {1: 4}).stored.status == status


def test_what_goods_are_on_order_arrives_once_and_no_more(site):
    line = ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=10, unit="C62")
    said = ec.PurchaseOrderDraft(supplier="V100", currency="EUR", lines=[line])
    order = site.erp.purchase_orders.create(said, key="buy").stored
    receipt = site.erp.purchase_orders.receive(order, {1: 4}, key="in").stored
    assert [(each.order_line_id, each.quantity) for each in receipt.lines] == [(order.lines[0].id, 4)]
    assert [each.id for each in site.erp.goods_receipts.of(order)] == [receipt.id]
    with pytest.raises(errors.RequestRefused):
        site.erp.purchase_orders.receive(order.id, {1: 7})
    stands = site.erp.purchase_orders.get(order.id)
    assert (stands.status, stands.lines[0].quantities.delivered) == (ec.OrderStatus.PARTLY_SHIPPED, 4)


def test_goods_come_back_from_the_delivery_that_they_left_with(site):
    order = site.erp.orders.create(draft(), key="one").order
    site.erp.shipments.post(order, None)
    back = site.erp.returns.create(
        ec.ReturnDraft(order=order.id, lines={1: 3}, reason="damaged"), key="r"
    ).stored
    assert (back.order_id, [(line.order_line_id, line.quantity) for line in back.lines]) == (
        order.id,
        [("1000", 3)],
    )
    assert [each.id for each in site.erp.returns.of(order)] == [back.id]
    assert site.erp.returns.get(back.id).order_id == order.id


def test_stock_and_price_are_what_the_sites_subprograms_say(company, tmp_path):
    with place(company, tmp_path, **SUBPROGRAMS) as site:
        from erp_connect.testing.mocks.business.stock import set_on_hand

        with company.world.unit():
            set_on_hand(company, "VALVE-20", Decimal(40), "MAIN")
        found = site.erp.stock.availability("VALVE-20", 30, "C62")
        assert (found.on_hand, found.enough, found.warehouse) == (40, True, "MAIN")
        quote = site.erp.prices.quote("10000", "VALVE-20", 3, "C62")
        assert (quote.price.amount, quote.price.currency, quote.source) == (Decimal("12.5"), "EUR", "YGETPRI")
        with pytest.raises(errors.NotFound):
            site.erp.stock.availability("NO-SUCH", 1, "C62")


def test_without_a_subprogram_nothing_is_made_up(site):
    known = site.erp.capabilities
    for name, setting in (("stock.availability", "stock"), ("orders.list_modified", "changes")):
        assert known.support(name) is ec.Support.NONE
        assert setting in known.why(name)
    with pytest.raises(errors.UnsupportedOperation):
        site.erp.stock.availability("VALVE-20", 1, "C62")


def test_a_subprogram_whose_parameters_nobody_has_said_is_an_error_of_configuration(company, tmp_path):
    with place(company, tmp_path, stock="YGETSTO") as site, pytest.raises(errors.ConfigurationError):
        site.erp.stock.availability("VALVE-20", 1, "C62")


def test_what_has_changed_is_what_the_sites_subprogram_says(company, clock, tmp_path):
    with place(company, tmp_path, **SUBPROGRAMS) as site:
        old = site.erp.orders.create(draft(customer_po="PO-1"), key="one").order
        clock.sleep(3600)
        since = clock.now()
        clock.sleep(60)
        new = site.erp.orders.create(draft(customer_po="PO-2"), key="two").order
        found = list(site.erp.orders.list(modified_since=since))
        assert [order.id for order in found] == [new.id]
        assert abs(found[0].modified_at - clock.now()) < timedelta(minutes=5)
        site.erp.orders.amend(old.id, ec.ChangeQuantity(line=1, to=3))
        assert {order.id for order in site.erp.orders.list(modified_since=since)} == {old.id, new.id}


def test_a_customer_is_put_on_file_with_an_address_and_changed_field_by_field(company, tmp_path):
    harbour = ec.Address(name="New", lines=("Dock 4",), city="Leith", postal_code="EH6 6JJ", country="GB")
    with place(company, tmp_path, customer_category="CAT") as site:
        said = ec.CustomerDraft(number="C9", name="New", currency="EUR", address=harbour, phone="0131 1")
        made = site.erp.customers.create(said, key="c").stored
        assert (made.address, made.phone, made.blocked) == (harbour, "0131 1", False)
        moved = site.erp.customers.update(made.id, address=harbour.but(city="Riga", country="LV")).stored
        assert (moved.address.city, moved.address.country, moved.phone) == ("Riga", "LV", "0131 1")
        assert site.erp.customers.update(made.id, blocked=True).stored.blocked
        with pytest.raises(errors.CustomerBlocked):
            site.erp.orders.create(draft(customer="C9"), key="o")
        with pytest.raises(errors.DuplicateReference):
            site.erp.customers.create(ec.CustomerDraft(number="C9", name="Another"), key="d")


def test_a_product_that_is_not_usable_is_told_apart(company, tmp_path):
    item = company.items.by("number", "HOSE-20")
    company.items.put(replace(item, blocked=True))
    with place(company, tmp_path) as site:
        if site.erp.products.get("HOSE-20").blocked:
            with pytest.raises(errors.ProductBlocked) as caught:
                site.erp.orders.create(draft(valves(), valves(product="HOSE-20")), key="one")
            assert caught.value.path == "order.lines[1].product"
