"""Customers, suppliers, products; stock and prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.errors import DuplicateReference, InvalidOrder, NotFound, ProductBlocked
from erp_connect.models import EMPTY, CustomerDraft, Money, ProductCode, ProductDraft, Ref, SupplierDraft


def test_a_customer_is_put_on_file_found_and_changed(shop) -> None:
    book = shop.adapter.customers
    draft = CustomerDraft(number="C-300", name="New Works", email="buy@example.com")
    made = book.create(draft, shop.write("customers.create")).stored
    assert book.get(made.id) == made
    assert book.find(number="C-300") == (made,)
    assert book.find(name="New Works") == (made,)
    assert book.find(number="C-300", name="Other") == ()
    limit = Money(amount=Decimal(500), currency="EUR")
    changed = book.update(made.id, {"credit_limit": limit, "email": EMPTY}, shop.write("customers.update"))
    assert changed.stored.credit_limit == limit
    assert changed.stored.email is None
    assert changed.stored.name == "New Works"
    assert changed.stored.version != made.version
    assert made.number in [customer.number for customer in book.list()]


def test_a_number_is_given_once(shop) -> None:
    with pytest.raises(DuplicateReference):
        shop.adapter.customers.create(
            CustomerDraft(number="C-100", name="Twin"), shop.write("customers.create")
        )
    with pytest.raises(DuplicateReference):
        shop.adapter.products.create(
            ProductDraft(code="4006381333931", name="Twin", unit="H87"), shop.write("products.create")
        )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "C-101"}, "number_fixed"),
        ({"nmae": "X"}, "field_unknown"),
        ({"name": EMPTY}, "value_refused"),
        ({"currency": "XXQ"}, "value_refused"),
    ],
)
def test_a_change_that_cannot_be_is_refused(shop, changes, code) -> None:
    customer = shop.adapter.customers.find(number="C-100")[0]
    with pytest.raises(InvalidOrder) as caught:
        shop.adapter.customers.update(customer.id, changes, shop.write("customers.update"))
    assert caught.value.code == code
    assert shop.adapter.customers.get(customer.id) == customer


def test_a_record_that_is_not_there_is_not_found(shop) -> None:
    for book in (shop.adapter.customers, shop.adapter.suppliers, shop.adapter.products):
        with pytest.raises(NotFound):
            book.get("nothing")
        with pytest.raises(NotFound):
            book.update("nothing", {"name": "X"}, shop.write("customers.update"))


def test_a_product_is_found_by_any_of_its_codes(shop) -> None:
    book = shop.adapter.products
    assert book.find(number="4006381333931") == book.find(number="VALVE-20")
    product = book.find(number="VALVE-20")[0]
    codes = (ProductCode(kind="customer", value="CUST-77", party="C-100"),)
    book.update(product.id, {"codes": codes}, shop.write("products.update"))
    assert book.find(number="CUST-77")[0].id == product.id
    assert book.find(number="4006381333931") == ()


def test_a_product_blocked_today_is_refused_from_now_on(shop) -> None:
    product = shop.adapter.products.find(number="VALVE-20")[0]
    shop.adapter.products.update(product.id, {"blocked": True}, shop.write("products.update"))
    with pytest.raises(ProductBlocked):
        shop.create()


def test_a_list_of_customers_is_a_snapshot(shop) -> None:
    seen = []
    for customer in shop.adapter.customers.list():
        seen.append(customer.number)
        shop.world.load(CustomerDraft(number=f"{customer.number}-copy", name="Copy"))
    assert seen == ["C-100", "C-900"]


def test_suppliers_have_the_same_verbs(shop) -> None:
    made = shop.adapter.suppliers.create(
        SupplierDraft(number="S-1", name="Steel"), shop.write("suppliers.create")
    )
    assert shop.adapter.suppliers.find(number="S-1") == (made.stored,)


def test_availability_is_what_open_orders_leave(shop) -> None:
    shop.create(shop.draft(shop.line(quantity=95)))
    told = shop.adapter.stock.availability("VALVE-20", Decimal(10), "H87", None)
    assert (told.on_hand, told.reserved, told.available, told.enough) == (100, 95, 5, False)
    boxes = shop.adapter.stock.availability("4006381333931", Decimal(1), "XBX", None)
    assert boxes.available == Decimal("0.5")


def test_goods_on_order_are_promised_for_the_day_they_come(shop) -> None:
    shop.world.set_stock("VALVE-20", "MAIN", 0)
    shop.buy(shop.purchase(requested=date(2026, 3, 20)))
    told = shop.adapter.stock.availability("VALVE-20", Decimal(10), "H87", date(2026, 3, 21))
    assert (told.available, told.incoming, told.promised) == (40, 40, date(2026, 3, 20))


def test_a_product_without_a_stock_record_says_nothing(shop) -> None:
    assert shop.adapter.stock.availability("PUMP-5", Decimal(1), "H87", None).available is None
    with pytest.raises(NotFound):
        shop.adapter.stock.availability("NOPE", Decimal(1), "H87", None)
    with pytest.raises(InvalidOrder):
        shop.adapter.stock.availability("PUMP-5", Decimal(1), "KGM", None)


def test_the_price_is_the_customers_own_where_one_is_on_file(shop) -> None:
    quote = shop.adapter.prices.quote
    assert quote("C-100", "VALVE-20", Decimal(1), "H87", None).price == shop.eur("12.50")
    shop.world.set_price("VALVE-20", shop.eur("12"), price_group="TRADE")
    shop.world.set_price("VALVE-20", shop.eur("11"), customer="C-100", quantity_from=10)
    assert quote("C-100", "VALVE-20", Decimal(1), "H87", None).price == shop.eur("12")
    assert quote("C-100", "VALVE-20", Decimal(10), "H87", None).price == shop.eur("11")
    shop.world.set_price("VALVE-20", shop.eur("10.50"), customer="C-100", quantity_from=10)
    assert quote("C-100", "VALVE-20", Decimal(10), "H87", None).net.amount == 105
    assert shop.create(shop.draft(shop.line(quantity=10))).net.amount == 105


def test_a_price_holds_for_its_days(shop) -> None:
    shop.world.set_price("VALVE-20", shop.eur("9"), valid_from=date(2026, 4, 1), valid_to=date(2026, 4, 30))
    quote = shop.adapter.prices.quote
    assert quote("C-100", "VALVE-20", Decimal(1), "H87", date(2026, 3, 31)).price == shop.eur("12.50")
    assert quote("C-100", "VALVE-20", Decimal(1), "H87", date(2026, 4, 30)).price == shop.eur("9")


def test_no_price_on_file_is_no_price_and_an_unknown_party_is_not_found(shop) -> None:
    assert shop.adapter.prices.quote("C-100", "BARE-1", Decimal(1), "H87", None).price is None
    customer = shop.adapter.customers.find(number="C-100")[0]
    told = shop.adapter.prices.quote(Ref(id=customer.id), "VALVE-20", Decimal(2), "H87", None)
    assert told.net.amount == 25
    with pytest.raises(NotFound):
        shop.adapter.prices.quote("C-404", "VALVE-20", Decimal(1), "H87", None)


def test_stock_and_prices_need_a_product_on_file(shop) -> None:
    with pytest.raises(NotFound):
        shop.world.set_stock("NOPE", "MAIN", 1)
    with pytest.raises(NotFound):
        shop.world.set_price("NOPE", shop.eur("1"))
