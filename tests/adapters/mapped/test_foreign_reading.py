"""What a mapping reads of five foreign companies is what is true there, on three database products."""

from decimal import Decimal

import pytest

from erp_connect.errors import UnsupportedOperation

D = Decimal
KINDS = {"invoice": "invoice", "credit_memo": "credit_note"}


def address(found):
    return (found.name, " ".join(found.lines), found.postal_code, found.city, found.country)


def place_of(told):
    return (told.name, told.street, told.postal_code, told.city, told.country)


def line(place, found):
    step = 10 if place.name in ("normalised", "flat") else 1
    quantities = found.quantities
    return (
        found.position * step,
        found.product,
        quantities.ordered,
        found.unit,
        found.price.amount / found.price.per,
        found.discount.percent if found.discount else D(0),
        found.net.amount,
        quantities.shipped,
        quantities.invoiced,
        quantities.cancelled,
        quantities.returned,
    )


def line_told(told):
    return (
        told.position,
        told.product,
        told.quantity,
        told.unit,
        told.price,
        told.discount,
        told.amount,
        told.shipped,
        told.invoiced,
        told.cancelled,
        told.returned,
    )


def amount(money):
    return money.amount if money is not None else None


def order(place, found):
    return {
        "number": found.number,
        "customer": found.customer,
        "customer_po": found.customer_po,
        "day": found.order_date,
        "requested": found.requested,
        "currency": found.currency,
        "status": found.status.value,
        "ship_to": address(found.ship_to),
        "lines": [line(place, each) for each in found.lines],
        "net": amount(found.net),
        "tax": amount(found.tax),
        "gross": amount(found.gross),
    }


def order_told(told):
    return {
        "number": told.number,
        "customer": told.customer,
        "customer_po": told.customer_po,
        "day": told.day,
        "requested": told.requested,
        "currency": told.currency,
        "status": told.status,
        "ship_to": place_of(told.ship_to),
        "lines": [line_told(each) for each in told.lines],
        "net": told.net,
        "tax": told.tax,
        "gross": told.gross,
    }


def test_every_order_is_read_as_it_is(place, erp):
    told = place.facts().orders
    found = {each.number: each for each in erp.orders.list()}
    assert found.keys() == told.keys()
    for number, each in told.items():
        assert order(place, found[number]) == order_told(each)
        assert found[number].warnings == ()


def test_an_order_is_found_by_all_that_people_say(place, erp):
    told = place.facts().orders
    wanted = next(each for each in told.values() if each.customer_po)
    (by_number,) = erp.orders.find(number=wanted.number)
    (by_po,) = erp.orders.find(customer_po=wanted.customer_po, customer=wanted.customer)
    assert by_number == by_po == erp.orders.get(by_number.id)
    theirs = {each.number for each in erp.orders.find(customer=wanted.customer)}
    assert theirs == {each.number for each in told.values() if each.customer == wanted.customer}
    assert erp.orders.find(number="no such") == ()
    assert erp.orders.find(customer="no such") == ()


def test_lists_are_narrowed_by_days_status_and_customer(place, erp):
    told = place.facts().orders.values()
    days = sorted(each.day for each in told)
    first, last = days[5], days[12]
    found = {each.number for each in erp.orders.list(ordered_from=first, ordered_to=last)}
    assert found == {each.number for each in told if first <= each.day <= last}
    held = {each.number for each in erp.orders.list(status="on_hold")}
    assert held == {each.number for each in told if each.status == "on_hold"}
    assert len(list(erp.orders.list(limit=4))) == 4


def test_shipments_invoices_and_returns_are_counted_once(place, erp):
    told = place.facts().orders
    for found in erp.orders.list():
        truth = told[found.number]
        positions = {each.id: each.position for each in found.lines}
        step = 10 if place.name in ("normalised", "flat") else 1

        def counted(lines, positions=positions, step=step):
            return sorted((positions[each.order_line_id] * step, each.quantity) for each in lines)

        shipments = [
            (each.number, each.shipped_on, each.carrier, tuple(each.tracking_numbers), counted(each.lines))
            for each in erp.shipments.of(found)
        ]
        assert shipments == [
            (each.number, each.day, each.carrier, each.tracking, sorted(each.lines))
            for each in truth.shipments
        ]
        invoices = [
            (each.number, KINDS[each.kind.value], each.invoiced_on, counted(each.lines), each.net.amount)
            for each in erp.invoices.of(found)
        ]
        assert invoices == [
            (each.number, each.kind, each.day, sorted(each.lines), each.net) for each in truth.invoices
        ]
        returns = [(each.number, each.requested_on, counted(each.lines)) for each in erp.returns.of(found)]
        assert returns == [(each.number, each.day, sorted(each.lines)) for each in truth.returns]


def test_an_order_is_followed_to_its_parcels(place, erp):
    number = next(each.number for each in place.facts().orders.values() if len(each.shipments) == 2)
    (found,) = erp.orders.find(number=number)
    tracking = erp.orders.track(found)
    assert tracking.status.value == "shipped"
    assert len(tracking.shipments) == 2


def test_customers_suppliers_and_products_are_read_as_they_are(place, erp):
    facts = place.facts()
    customers = {each.number: each for each in erp.customers.list()}
    assert customers.keys() == facts.customers.keys()
    for number, told in facts.customers.items():
        found = customers[number]
        assert (found.name, found.currency, found.blocked) == (told.name, told.currency, told.blocked)
        assert address(found.address) == place_of(told.bill_to)
        assert sorted(map(address, found.ship_to)) == sorted(map(place_of, told.ship_to))
    suppliers = {each.number: (each.name, each.currency) for each in erp.suppliers.list()}
    assert suppliers == {each.code: (each.name, each.currency) for each in facts.suppliers.values()}
    products = {each.code: each for each in erp.products.list()}
    assert products.keys() == facts.products.keys()
    for code, told in facts.products.items():
        found = products[code]
        price = found.price.amount / found.price.per
        assert (found.name, found.unit, price, found.blocked) == (
            told.name,
            told.unit,
            told.price,
            told.blocked,
        )
        assert {(each.unit, each.factor) for each in found.units} == set(told.units)
    (one,) = erp.products.find(code="ROP-PP-14")
    assert one == products["ROP-PP-14"] == erp.products.get(one.id)


def test_nothing_is_written_without_leave(place, erp):
    assert erp.capabilities.why("orders.create")
    (found, *_) = erp.orders.list(limit=1)
    with pytest.raises(UnsupportedOperation) as refused:
        erp.orders.cancel(found, "by mistake")
    assert refused.value.why
    place.check()
