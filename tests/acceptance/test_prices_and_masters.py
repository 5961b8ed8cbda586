"""Sections 3 and 4: prices, totals, credit, purchasing and master data, on every back-end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec


def test_an_expected_price_is_compared_and_never_written(shop, erp) -> None:
    agreed = shop.draft(lines=[shop.line(expected_price=shop.euro("12.50"))])
    assert erp.orders.create(agreed, key="agreed").order.lines[0].price == shop.euro("12.50")
    wrong = shop.draft("PO-2", lines=[shop.line(expected_price=shop.euro("11"))])
    with pytest.raises(ec.errors.PriceMismatch) as raised:
        erp.orders.create(wrong, key="wrong")
    assert raised.value.outcome == "not_applied"
    assert list(erp.orders.find(customer_po="PO-2")) == []
    receipt = erp.orders.create(wrong, key="wrong", on_price_mismatch="accept")
    assert receipt.order.lines[0].price == shop.euro("12.50")
    assert [each.kind for each in receipt.differences] == ["price"]


def test_a_price_is_written_as_the_orders_price(shop, erp) -> None:
    order = erp.orders.create(shop.draft(lines=[shop.line(price=shop.euro("11.11"))]), key="k").order
    assert order.lines[0].price == shop.euro("11.11")
    quote = erp.prices.quote("10000", "VALVE-20", 12, "C62")
    assert isinstance(quote, ec.Quote)
    assert quote.price == shop.euro("12.50")


def test_what_is_not_on_file_refuses_nothing(shop, erp) -> None:
    erp.products.create(ec.ProductDraft(code="NEW", name="Without a price", unit="C62"), key="new")
    draft = shop.draft(customer="20000", lines=[shop.line("NEW")])
    findings = erp.orders.check(draft)
    assert tuple(findings.errors) == ()
    receipt = erp.orders.create(draft, key="k")
    assert receipt.order.lines[0].price is None
    assert receipt.order.lines[0].quantities.backordered == 12
    assert erp.prices.quote("20000", "NEW", 1, "C62").price is None
    assert erp.stock.availability("NEW", 1, "C62").available is None


def test_a_blocked_customer_and_a_blocked_product(shop, erp) -> None:
    customer = erp.customers.create(
        ec.CustomerDraft(number="30000", name="Blocked", blocked=True), key="c"
    ).stored
    erp.products.create(ec.ProductDraft(code="OLD", name="Old", unit="C62", blocked=True), key="p")
    with pytest.raises(ec.errors.CustomerBlocked):
        erp.orders.create(shop.draft(customer="30000"), key="1")
    with pytest.raises(ec.errors.ProductBlocked):
        erp.orders.create(shop.draft(lines=[shop.line("OLD")]), key="2")
    assert [finding.path for finding in erp.orders.check(shop.draft(customer="30000")).errors]
    erp.customers.update(customer.id, blocked=False, key="free")
    assert erp.orders.create(shop.draft(customer="30000"), key="1").order.customer == "30000"


def test_a_credit_limit_holds(shop, erp) -> None:
    limit = ec.Money(amount=Decimal(100), currency="EUR")
    erp.customers.create(ec.CustomerDraft(number="30000", name="Small", credit_limit=limit), key="c")
    with pytest.raises(ec.errors.CreditBlocked) as raised:
        erp.orders.create(shop.draft(customer="30000"), key="k")
    assert raised.value.outcome == "not_applied"
    assert list(erp.orders.list()) == []
    assert erp.orders.create(shop.draft(customer="30000", quantity=8), key="k").order.net.amount == 100


def test_tax_is_stated_and_not_assumed(shop, erp) -> None:
    erp.products.create(
        ec.ProductDraft(code="TAXED", name="Taxed", unit="C62", tax_rate=Decimal(20)), key="taxed"
    )
    line = shop.line("TAXED", 1, price=shop.euro("120"))
    gross = erp.orders.create(shop.draft("PO-G", lines=[line], prices_include_tax=True), key="g").order
    net = erp.orders.create(shop.draft("PO-N", lines=[line], prices_include_tax=False), key="n").order
    assert [each.amount for each in (gross.net, gross.tax, gross.gross)] == [100, 20, 120]
    assert [each.amount for each in (net.net, net.tax, net.gross)] == [120, 24, 144]


def test_totals_round_to_the_currencys_digits(shop, erp) -> None:
    for currency, total in (("JPY", "3"), ("KWD", "3.333"), ("EUR", "3.33")):
        price = ec.UnitPrice(amount=Decimal(10), currency=currency, per=3)
        draft = shop.draft(currency=currency, lines=[shop.line(quantity=1, price=price)], customer="20000")
        order = erp.orders.create(draft, key=currency).order
        assert order.net == ec.Money(amount=Decimal(total), currency=currency)
        assert order.lines[0].price == price


def test_numbers_and_codes_or_a_native_id(shop, erp) -> None:
    customer = erp.customers.find(number="10000")[0]
    product = erp.products.find(code="PUMP-1")[0]
    draft = shop.draft(customer=ec.Ref(id=customer.id), lines=[shop.line(ec.Ref(id=product.id), 1)])
    order = erp.orders.create(draft, key="k").order
    assert (order.customer, order.lines[0].product) == ("10000", "PUMP-1")
    assert order.customer_id == customer.id
    with pytest.raises(ec.errors.RequestRefused):
        erp.orders.create(shop.draft("PO-2", customer=ec.Ref(id="nobody")), key="2")


# ---------------------------------------------------------------- purchasing, master data, stock


def test_goods_are_bought(shop, erp) -> None:
    order = erp.purchase_orders.create(shop.purchase(), key="p").stored
    assert isinstance(order, ec.PurchaseOrder)
    assert [each.id for each in erp.purchase_orders.find(supplier="V-100")] == [order.id]
    assert [each.id for each in erp.purchase_orders.find(number=order.number)] == [order.id]
    assert [each.id for each in erp.purchase_orders.list(supplier="V-100")] == [order.id]
    assert list(erp.purchase_orders.list(supplier="V-999")) == []
    confirmed = erp.purchase_orders.confirm(order, {1: date(2026, 12, 24)}).stored
    assert confirmed.lines[0].promised == date(2026, 12, 24)
    assert confirmed.status is ec.OrderStatus.CONFIRMED
    erp.purchase_orders.amend(order.id, ec.ChangeQuantity(line=1, to=60, reason="more"))
    receipt = erp.purchase_orders.receive(order.id, {1: 20}, key="r").stored
    assert isinstance(receipt, ec.GoodsReceipt)
    assert [each.id for each in erp.goods_receipts.of(order.id)] == [receipt.id]
    tracking = erp.purchase_orders.track(order.id)
    assert tracking.order_id == order.id
    rest = erp.purchase_orders.cancel(order.id, reason="enough").stored
    assert rest.lines[0].quantities.cancelled == 40
    assert [event.order_id for event in erp.purchase_orders.events()][-1] == order.id


def test_master_data_is_kept(shop, erp) -> None:
    customer = erp.customers.find(number="10000")[0]
    assert erp.customers.get(customer.id) == customer == erp.customers.get(customer)
    assert [each.number for each in erp.customers.find(name="Harbour Pumps Ltd")] == ["10000"]
    assert {each.number for each in erp.customers.list()} == {"10000", "20000"}
    assert {each.number for each in erp.products.list()} == {"VALVE-20", "PUMP-1", "SEAL-5"}
    changed = erp.customers.update(customer.id, name="Harbour Pumps plc", payment_terms="NET30").stored
    assert (changed.name, changed.payment_terms, changed.address) == (
        "Harbour Pumps plc",
        "NET30",
        customer.address,
    )
    cleared = erp.customers.update(customer.id, payment_terms=ec.EMPTY).stored
    assert cleared.payment_terms is None
    with pytest.raises(ec.errors.ErpConnectError):
        erp.customers.update(customer.id, colour="red")
    with pytest.raises(ec.errors.DuplicateReference):
        erp.customers.create(ec.CustomerDraft(number="10000", name="Another"))
    with pytest.raises(ec.errors.DuplicateReference):
        erp.products.create(ec.ProductDraft(code="PUMP-1", name="Another", unit="C62"))


def test_none_is_never_written(shop, erp) -> None:
    customer = erp.customers.find(number="10000")[0]
    try:
        after = erp.customers.update(customer.id, payment_terms=None, address=None, name="New name").stored
    except (ec.errors.ErpConnectError, ValueError):
        after = erp.customers.get(customer.id)
    assert after.address == customer.address
    order = erp.orders.create(shop.draft(payment_terms="NET30"), key="k").order
    try:
        amended = erp.orders.amend(order, ec.ChangeHeader(payment_terms=None, delivery_terms="DAP")).order
    except (ec.errors.ErpConnectError, ValueError):
        amended = erp.orders.get(order)
    assert amended.payment_terms == "NET30"
