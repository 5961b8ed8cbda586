"""Customers, suppliers and products: on file once, found exactly, changed field by field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ...adapters.contract import Support
from ...errors import CustomerBlocked, DuplicateReference, InvalidOrder, NotFound
from ...models import EMPTY, Address, CustomerDraft, ProductCode, ProductDraft, SupplierDraft
from .compare import exact, same_price
from .desk import HARBOUR, SKIPPED, Desk, eur
from .suite import Suite

BOOKS = ("customers", "suppliers", "products")
_each_book = pytest.mark.parametrize("book", BOOKS)


def master_draft(desk: Desk, book: str, number: str | None = None, **more: Any) -> Any:
    """A record to be put on file."""
    number = number or desk.code("M")
    if book == "products":
        return ProductDraft(**{"code": number, "name": "Gate valve", "unit": "C62", **more})
    kind = CustomerDraft if book == "customers" else SupplierDraft
    return kind(**{"number": number, "name": "Mill and Sons", **more})


def find_one(desk: Desk, book: str, number: str) -> list[Any]:
    """The records with this number."""
    named = {"code": number} if book == "products" else {"number": number}
    return list(getattr(desk.erp, book).find(**named))


class Masters(Suite):
    """``customers``, ``suppliers``, ``products``."""

    @_each_book
    def test_a_record_stands_as_it_was_sent(self, desk: Desk, book: str) -> None:
        desk.needs(f"{book}.create", f"{book}.get")
        draft = master_draft(desk, book)
        stored = getattr(desk.erp, book).create(draft, key=desk.key()).stored
        assert (stored.number, stored.name) == (
            draft.code if book == "products" else draft.number,
            draft.name,
        )
        assert getattr(desk.erp, book).get(stored.id) == stored
        exact(stored)

    @_each_book
    def test_the_same_key_puts_it_on_file_once(self, desk: Desk, book: str) -> None:
        desk.needs(f"{book}.create", f"{book}.find")
        draft, key = master_draft(desk, book), desk.key()
        first = getattr(desk.erp, book).create(draft, key=key)
        again = getattr(desk.erp, book).create(draft, key=key)
        assert again.replayed
        assert again.stored.id == first.stored.id

    @_each_book
    def test_a_number_is_taken_once(self, desk: Desk, book: str) -> None:
        desk.needs(f"{book}.create", f"{book}.find")
        number = desk.code("M")
        getattr(desk.erp, book).create(master_draft(desk, book, number), key=desk.key())
        with pytest.raises(DuplicateReference) as caught:
            getattr(desk.erp, book).create(master_draft(desk, book, number, name="Another"), key=desk.key())
        assert caught.value.outcome == "not_applied"
        assert len(find_one(desk, book, number)) == 1

    @_each_book
    def test_a_record_is_found_exactly(self, desk: Desk, book: str) -> None:
        desk.needs(f"{book}.create", f"{book}.find")
        number, name = desk.code("M"), f"Mill {desk.tag}"
        stored = (
            getattr(desk.erp, book).create(master_draft(desk, book, number, name=name), key=desk.key()).stored
        )
        assert [each.id for each in find_one(desk, book, number)] == [stored.id]
        assert [each.id for each in getattr(desk.erp, book).find(name=name)] == [stored.id]
        assert find_one(desk, book, number[:-1]) == []
        assert list(getattr(desk.erp, book).find(name=name[:-1])) == []
        with pytest.raises(InvalidOrder):
            getattr(desk.erp, book).find()

    @_each_book
    def test_every_record_is_listed(self, desk: Desk, book: str) -> None:
        desk.needs(f"{book}.create", f"{book}.list")
        numbers = {desk.code("M") for _ in range(3)}
        for number in numbers:
            getattr(desk.erp, book).create(master_draft(desk, book, number), key=desk.key())
        assert numbers <= {record.number for record in getattr(desk.erp, book).list()}

    @_each_book
    def test_one_field_is_changed_and_the_others_stay(self, desk: Desk, book: str) -> None:
        desk.needs(f"{book}.create", f"{book}.update")
        pages = getattr(desk.erp, book)
        before = pages.create(master_draft(desk, book), key=desk.key()).stored
        desk.wait(1)
        after = pages.update(before, name="Mill and Daughters", key=desk.key()).stored
        assert after.name == "Mill and Daughters"
        moved = {"name": after.name, "version": after.version, "modified_at": after.modified_at}
        assert before.model_copy(update=moved) == after
        assert pages.get(before.id) == after

    @_each_book
    def test_a_field_is_cleared_by_empty_only(self, desk: Desk, book: str) -> None:
        desk.needs(f"{book}.create", f"{book}.update")
        name = "description" if book == "products" else "email"
        prefix = book[:-1]
        if not desk.keeps(f"{prefix}.{name}"):
            pytest.skip(SKIPPED)
        pages = getattr(desk.erp, book)
        record = pages.create(master_draft(desk, book, **{name: "office@example.org"}), key=desk.key()).stored
        assert getattr(record, name) == "office@example.org"
        with pytest.raises(InvalidOrder) as caught:
            pages.update(record, **{name: None})
        assert caught.value.path == name
        assert getattr(pages.get(record.id), name) == "office@example.org"
        assert getattr(pages.update(record, **{name: EMPTY}).stored, name) is None

    @_each_book
    def test_a_field_that_there_is_not_is_refused_with_the_nearest(self, desk: Desk, book: str) -> None:
        desk.needs(f"{book}.update", f"{book}.create")
        pages = getattr(desk.erp, book)
        record = pages.create(master_draft(desk, book), key=desk.key()).stored
        with pytest.raises(InvalidOrder) as caught:
            pages.update(record, nam="Mill")
        assert "name" in str(caught.value)

    @_each_book
    def test_a_record_that_never_was_is_not_found(self, desk: Desk, book: str) -> None:
        desk.needs(f"{book}.get", f"{book}.find")
        with pytest.raises(NotFound):
            getattr(desk.erp, book).get("no-such-id")
        assert find_one(desk, book, "M404404") == []


class MasterFields(Suite):
    """What people rely on in master data."""

    def test_a_product_is_found_by_any_of_its_codes(self, desk: Desk) -> None:
        desk.needs("products.create", "products.find")
        if not desk.keeps("product.codes"):
            pytest.skip(SKIPPED)
        gtin = f"40{desk.tag}31"
        code = desk.new_product(codes=(ProductCode(kind="gtin", value=gtin),))
        assert [each.number for each in desk.erp.products.find(code=gtin)] == [code]
        assert desk.order(desk.line(gtin)).lines[0].product == code

    def test_a_customers_address_and_terms_are_kept(self, desk: Desk) -> None:
        desk.needs("customers.create")
        if not all(desk.keeps(f"customer.{each}") for each in ("address", "payment_terms", "credit_limit")):
            pytest.skip(SKIPPED)
        draft = master_draft(desk, "customers", address=HARBOUR, payment_terms="N30", currency="EUR")
        stored = desk.erp.customers.create(draft, key=desk.key()).stored
        assert isinstance(stored.address, Address)
        assert (stored.address, stored.payment_terms, stored.currency) == (HARBOUR, "N30", "EUR")

    def test_a_products_price_and_weight_are_exact(self, desk: Desk) -> None:
        desk.needs("products.create")
        if not all(desk.keeps(f"product.{each}") for each in ("price", "weight", "tax_rate")):
            pytest.skip(SKIPPED)
        price, weight = eur("0.0375", per=100), Decimal("0.0125")
        draft = master_draft(desk, "products", price=price, weight=weight, tax_rate=Decimal("5.5"))
        stored = desk.erp.products.create(draft, key=desk.key()).stored
        assert same_price(stored.price, price)
        assert (stored.weight, stored.tax_rate) == (weight, Decimal("5.5"))

    def test_blocking_a_customer_stops_the_next_order(self, desk: Desk) -> None:
        desk.needs("customers.update", "customers.find")
        if desk.capabilities.field("customer.blocked").support is Support.NONE:
            pytest.skip(SKIPPED)
        customer = desk.erp.customers.find(number=desk.customer)[0]
        desk.erp.customers.update(customer, blocked=True)
        with pytest.raises(CustomerBlocked) as caught:
            desk.create(desk.draft(), key=desk.key())
        assert caught.value.outcome == "not_applied"
