"""Invoices of a company without an ERP: what was shipped is billed, once."""

import threading
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.back_office import BackOffice


@pytest.fixture
def shipped(erp, ordered):
    """An order of ten of which four have left."""
    order = ordered(10)
    erp.shipments.post(order, {1: 4})
    return order


def test_what_was_shipped_is_billed(office, erp, shipped):
    invoice = office.post_invoice(shipped)
    assert [(line.product, line.quantity) for line in invoice.lines] == [("VALVE-20", 4)]
    assert (invoice.net.amount, invoice.gross.amount) == (50, Decimal("59.5"))
    assert [each.id for each in erp.invoices.of(shipped)] == [invoice.id]
    assert erp.orders.get(shipped.id).lines[0].quantities.invoiced == 4


def test_the_next_invoice_bills_what_has_left_since(office, erp, shipped):
    office.post_invoice(shipped.id)
    erp.shipments.post(shipped.id, {1: 6})
    assert [line.quantity for line in office.post_invoice(shipped.id).lines] == [6]


def test_nothing_is_billed_twice(office, erp, shipped):
    office.post_invoice(shipped)
    with pytest.raises(ec.errors.TransitionNotAllowed) as refused:
        office.post_invoice(shipped)
    assert refused.value.code == "nothing_to_invoice"
    assert len(erp.invoices.of(shipped)) == 1


def test_nothing_is_billed_that_has_not_left(office, ordered):
    with pytest.raises(ec.errors.TransitionNotAllowed):
        office.post_invoice(ordered(3))


def test_the_same_key_is_answered_with_the_same_invoice(office, target, erp, shipped):
    invoice = office.post_invoice(shipped, key="INV/1")
    erp.shipments.post(shipped.id, {1: 6})
    assert office.post_invoice(shipped, key="INV/1") == invoice
    with ec.connect(target) as later:
        assert BackOffice(later).post_invoice(shipped.id, key="INV/1") == invoice
    assert len(erp.invoices.of(shipped)) == 1


def test_a_key_belongs_to_one_orders_invoice(office, erp, ordered, shipped):
    other = ordered(2, po="PO-2")
    erp.shipments.post(other, {1: 2})
    office.post_invoice(shipped, key="INV/1")
    with pytest.raises(ec.errors.KeyReused):
        office.post_invoice(other, key="INV/1")
    assert erp.invoices.of(other) == ()


def test_two_accountants_at_once_make_one_invoice(office, erp, shipped):
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(office.post_invoice(shipped, key="INV/1")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.id for each in made] == [erp.invoices.of(shipped)[0].id] * 4
    assert len(erp.invoices.of(shipped)) == 1


def test_an_order_that_is_not_there_cannot_be_billed(office):
    with pytest.raises(ec.errors.NotFound):
        office.post_invoice("999999")


def test_a_key_must_name_something(office, shipped):
    with pytest.raises(ValueError, match="not blank"):
        office.post_invoice(shipped, key=" ")
