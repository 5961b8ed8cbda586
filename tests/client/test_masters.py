"""Customers, suppliers and products: put on file once, changed field by field."""

from __future__ import annotations

from decimal import Decimal

import pytest

import erp_connect as ec

BOOKS = {
    "customers": ec.CustomerDraft(number="N-1", name="Nail & Co", email="desk@nail.example"),
    "suppliers": ec.SupplierDraft(number="N-1", name="Nail & Co", email="desk@nail.example"),
    "products": ec.ProductDraft(code="N-1", name="Nail", unit="H87"),
}


@pytest.mark.parametrize("book", BOOKS)
def test_a_record_is_put_on_file_once(shop, erp, book):
    masters = getattr(erp, book)
    receipt = masters.create(BOOKS[book], key="k")
    assert receipt.differences == ()
    assert masters.create(BOOKS[book], key="k").replayed
    with pytest.raises(ec.errors.DuplicateReference):
        masters.create(BOOKS[book], key="another")
    with pytest.raises(ec.errors.KeyReused):
        masters.create(BOOKS[book].but(name="Other"), key="k")
    assert masters.find("N-1") == (receipt.stored,)
    assert masters.get(receipt.stored) == masters.get(receipt.stored.id) == receipt.stored
    assert receipt.stored in list(masters.list())
    assert masters.find(name=BOOKS[book].name) == (receipt.stored,)
    assert masters.find("N-2") == ()


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
@pytest.mark.parametrize("like", [None, "no_version", "bc"])
def test_a_record_whose_answer_is_lost_is_on_file_once(shop, like, fault):
    erp = shop.connect(like)
    getattr(shop.faults, fault)("customers.create")
    receipt = erp.customers.create(BOOKS["customers"], key="k")
    assert [each.id for each in erp.customers.list() if each.number == "N-1"] == [receipt.stored.id]


def test_named_fields_are_changed_and_others_stay(erp):
    record = erp.customers.create(BOOKS["customers"]).stored
    changed = erp.customers.update(record, name="Nail Ltd", custom={"tier": Decimal("1.50")}, key="k").stored
    assert (changed.name, changed.email, changed.custom["tier"]) == (
        "Nail Ltd",
        "desk@nail.example",
        Decimal("1.50"),
    )
    assert erp.customers.update(record.id, name="Nail Ltd", custom={"tier": Decimal("1.5")}, key="k").replayed
    cleared = erp.customers.update(record.id, email=ec.EMPTY, custom={"tier": ec.EMPTY})
    assert cleared.differences == ()
    assert (cleared.stored.email, dict(cleared.stored.custom)) == (None, {})


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, None),
        ({"nmae": "x"}, "nmae"),
        ({"number": "N-2"}, "number"),
        ({"name": None}, "name"),
        ({"name": ec.EMPTY}, "name"),
        ({"name": 7}, "name"),
        ({"credit_limit": 1.5}, "credit_limit"),
    ],
)
def test_a_change_that_cannot_be_meant_is_refused_with_its_place(erp, fields, path):
    record = erp.customers.create(BOOKS["customers"]).stored
    with pytest.raises(ec.errors.InvalidOrder) as refused:
        erp.customers.update(record, **fields)
    assert refused.value.path == path
    assert erp.customers.get(record) == record


def test_a_record_that_is_not_on_file_is_not_found(erp):
    for call in (
        lambda: erp.customers.get("no such"),
        lambda: erp.customers.update("no such", name="x"),
        lambda: erp.products.get("no such"),
    ):
        with pytest.raises(ec.errors.NotFound):
            call()
    with pytest.raises(ec.errors.InvalidOrder):
        erp.customers.find()


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_a_change_whose_answer_is_lost_is_made(shop, fault):
    erp = shop.connect("bc")
    record = erp.customers.create(BOOKS["customers"]).stored
    getattr(shop.faults, fault)("customers.update")
    for _ in range(3):
        try:
            receipt = erp.customers.update(record, phone="0123", key="k")
            break
        except ec.errors.OutcomeUnknown as unknown:
            shop.later((unknown.retry_after or 0) + 1)
    assert receipt.stored.phone == erp.customers.get(record.id).phone == "0123"


def test_a_product_is_found_by_any_of_its_codes(erp):
    draft = BOOKS["products"].but(codes=[ec.ProductCode(kind="gtin", value="4006381333931")])
    stored = erp.products.create(draft).stored
    assert erp.products.find(code="4006381333931") == erp.products.find("N-1") == (stored,)


def test_what_a_record_cannot_hold_is_refused(shop):
    with pytest.raises(ec.errors.LossyWrite) as lossy:
        shop.connect("bc").customers.create(BOOKS["customers"].but(email="x" * 200))
    assert lossy.value.fields == ("customer.email",)
