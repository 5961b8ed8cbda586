"""Master data, prices and stock records."""

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.adapters.contract import OrderRef
from erp_connect.errors import DuplicateReference, InvalidOrder, NotFound
from erp_connect.models import (
    EMPTY,
    Address,
    Contact,
    CustomerDraft,
    LineDraft,
    Money,
    ProductDraft,
    ProductUnit,
    Ref,
    Reference,
    SupplierDraft,
    UnitPrice,
)
from erp_connect.models.product import ProductCode

ADDRESS = Address(name="Here", lines=("A 1", "B 2"), city="Lyon", postal_code="69001", country="FR")
EVERYTHING = {
    "address": ADDRESS,
    "ship_to": (ADDRESS, ADDRESS.but(city="Paris")),
    "contacts": (Contact(name="Desk", phone="+33 1"),),
    "currency": "CHF",
    "payment_terms": "N10",
    "delivery_terms": "EXW",
    "tax_id": "FR83404833048",
    "email": "orders@example.com",
    "phone": "+33 2",
    "blocked": True,
    "block_reason": "moved",
    "credit_limit": Money(amount=Decimal("5000.50"), currency="CHF"),
    "price_group": "A",
    "references": (Reference(kind="edi", value="401"),),
    "custom": {"since": date(2020, 1, 1)},
}


@pytest.mark.parametrize(("book", "kind"), [("customers", CustomerDraft), ("suppliers", SupplierDraft)])
def test_a_party_comes_back_with_every_field(erp, write, book, kind):
    draft = kind(number="77", name="Ligne Directe", **EVERYTHING)
    stored = getattr(erp, book).create(draft, write(f"{book}.create")).stored
    assert {name: getattr(stored, name) for name in kind.model_fields} == {
        name: getattr(draft, name) for name in kind.model_fields
    }
    assert getattr(erp, book).get(stored.id) == stored
    assert list(getattr(erp, book).find(name="Ligne Directe")) == [stored]
    assert list(getattr(erp, book).find(number="77", name="another")) == []


def test_a_product_comes_back_with_every_field_and_is_found_by_any_code(erp, write):
    draft = ProductDraft(
        code="BOLT-8",
        name="Bolt M8",
        unit="H87",
        codes=(
            ProductCode(kind="gtin", value="4006381333900"),
            ProductCode(kind="customer", value="B8", party="10000"),
        ),
        units=(ProductUnit(unit="CEN", factor=100), ProductUnit(unit="XBX", factor=Decimal("12.5"))),
        price=UnitPrice(amount=Decimal("8.40"), currency="EUR", per=100),
        tax_rate=Decimal("7.7"),
        weight=Decimal("0.012"),
        description="zinc plated",
        custom={"rohs": True},
    )
    stored = erp.products.create(draft, write("products.create")).stored
    assert (stored.code, stored.custom["rohs"]) == ("BOLT-8", True)
    for name in ("name", "unit", "codes", "units", "price", "tax_rate", "weight", "description"):
        assert getattr(stored, name) == getattr(draft, name), name
    for code in ("BOLT-8", "4006381333900", "B8"):
        assert list(erp.products.find(number=code)) == [stored]
    changed = erp.products.update(
        stored.id, {"codes": (ProductCode(kind="gtin", value="4006381333917"),)}, write("products.update")
    ).stored
    assert list(erp.products.find(number="B8")) == []
    assert list(erp.products.find(number="4006381333917")) == [changed]


def test_a_number_is_given_once(erp, write):
    with pytest.raises(DuplicateReference) as refused:
        erp.customers.create(CustomerDraft(number="10000", name="Another"), write("customers.create"))
    assert refused.value.path == "number"
    erp.suppliers.create(SupplierDraft(number="10000", name="A supplier may"), write("suppliers.create"))
    with pytest.raises(DuplicateReference):  # a GTIN of another product
        erp.products.create(
            ProductDraft(code="4006381333931", name="x", unit="H87"), write("products.create")
        )


def test_an_update_changes_what_it_names_and_nothing_else(erp, write):
    (before,) = erp.customers.find(number="10000")
    after = erp.customers.update(
        before.id,
        {"name": "Anna Berg SE", "payment_terms": EMPTY, "blocked": True},
        write("customers.update"),
    ).stored
    assert (after.name, after.payment_terms, after.blocked, after.version) == (
        "Anna Berg SE",
        None,
        True,
        "2",
    )
    assert after.but(name=before.name, payment_terms="N30", blocked=False, version="1", modified_at=None) == (
        before.but(modified_at=None)
    )
    assert erp.customers.get(before.id) == after


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"number": "1"}, "number_fixed"), ({"nmae": "x"}, "field_unknown"), ({"name": " "}, "value_refused")],
)
def test_a_wrong_update_is_refused_and_says_which_field(erp, write, changes, code):
    (before,) = erp.customers.find(number="10000")
    with pytest.raises(InvalidOrder) as refused:
        erp.customers.update(before.id, changes, write("customers.update"))
    assert refused.value.code == code
    assert erp.customers.get(before.id) == before


def test_all_of_them_are_listed(erp, write, monkeypatch):
    monkeypatch.setattr("erp_connect.adapters.sql.masters.PAGE", 2)
    assert [party.number for party in erp.customers.list()] == ["10000", "20000", "30000"]
    assert [product.code for product in erp.products.list()] == ["VALVE-20", "PIPE-1", "OLD-1", "FREE-1"]
    assert [party.number for party in erp.suppliers.list()] == ["S1"]


def test_what_does_not_exist_is_not_found(erp, write):
    (supplier,) = erp.suppliers.list()
    for book, id in ((erp.customers, "1"), (erp.products, "x"), (erp.customers, supplier.id)):
        with pytest.raises(NotFound):
            book.get(id)
    with pytest.raises(NotFound):
        erp.customers.update(supplier.id, {"name": "x"}, write("customers.update"))
    with pytest.raises(NotFound):
        erp.prices.quote("99999", "VALVE-20", Decimal(1), "H87", None)
    with pytest.raises(NotFound):
        erp.stock.availability("NOPE", Decimal(1), "H87", None)


def test_the_customers_own_price_goes_before_the_groups_and_that_before_everybodys(erp, write, order_draft):
    price = lambda amount: UnitPrice(amount=Decimal(amount), currency="EUR")  # noqa: E731 (short for the story)
    quote = lambda customer, quantity=1, on=None: erp.prices.quote(  # noqa: E731 (the same)
        customer, "VALVE-20", Decimal(quantity), "H87", on
    )
    assert quote("10000").price == price("12.50")
    erp.world.set_price("VALVE-20", price("12"))
    erp.world.set_price("VALVE-20", price("11"), price_group="TRADE")
    erp.world.set_price("VALVE-20", price("10"), customer="10000", quantity_from=100)
    erp.world.set_price("VALVE-20", price("9"), valid_from=date(2026, 6, 1))
    assert (quote("10000").price, quote("20000").price) == (price("12"), price("11"))
    assert quote("10000", 100).price == price("10")
    assert quote("10000", on=date(2026, 6, 1)).price == price("9")
    erp.world.set_price("VALVE-20", price("11.80"))
    line = LineDraft(product="VALVE-20", quantity=1, unit="H87")
    assert erp.orders.create(order_draft(line), write()).stored.lines[0].price == price("11.80")


def test_a_quote_in_a_unit_that_is_not_sold_is_refused(erp):
    with pytest.raises(InvalidOrder) as refused:
        erp.stock.availability("VALVE-20", Decimal(1), "KGM", None)
    assert refused.value.code == "unit_not_sold"


def test_counting_stock_reckons_anew_what_open_orders_keep(erp, write, order_draft):
    line = LineDraft(product="FREE-1", quantity=7, unit="H87")
    order = erp.orders.create(order_draft(line), write()).stored
    assert erp.stock.availability("FREE-1", Decimal(1), "H87", None).available is None
    erp.world.set_stock("FREE-1", "MAIN", 10)
    found = erp.stock.availability("FREE-1", Decimal(1), "H87", None)
    assert (found.on_hand, found.reserved, found.available) == (10, 7, 3)
    erp.orders.cancel(order, None, write("orders.cancel"))
    assert erp.stock.availability("FREE-1", Decimal(1), "H87", None).reserved == 0


def test_warehouses_are_counted_apart_and_together(erp, write, order_draft):
    erp.world.set_stock("VALVE-20", "NORTH", 50)
    line = LineDraft(product="VALVE-20", quantity=60, unit="H87", warehouse="NORTH")
    order = erp.orders.create(order_draft(line), write()).stored
    assert (order.lines[0].quantities.allocated, order.lines[0].quantities.backordered) == (50, 10)
    (product,) = erp.products.find(number="VALVE-20")
    total = erp.stock.availability(Ref(id=product.id), Decimal(1), "H87", None)
    assert (total.on_hand, total.reserved) == (150, 60)
    erp.shipments.post(order, (), (), write("shipments.post"))
    assert len(erp.shipments.of(OrderRef(id=order.id))) == 1
    assert erp.stock.availability("VALVE-20", Decimal(1), "H87", None).on_hand == 90
