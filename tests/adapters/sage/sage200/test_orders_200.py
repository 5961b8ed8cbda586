"""Orders on Sage 200: created, found again, listed (sage.md 4.2 to 4.4, 6.2)."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.errors import InvalidOrder, LossyWrite, NotFound
from erp_connect.models import OrderStatus

from .place200 import draft, hoses, valves


def test_an_order_is_written_as_it_was_said_and_read_back(site):
    """sage.md 4.4: ids for codes, the price with its flag, memos, the delivery address."""
    price = ec.UnitPrice(amount=Decimal("11.50"), currency="GBP")
    address = ec.Address(name="Mill", lines=("Lane 1",), city="Leeds", postal_code="LS1", country="GB")
    wanted = draft(
        valves(price=price, reference="A-1"),
        hoses(discount=ec.Discount(percent=Decimal(10))),
        ship_to=address,
        requested=date(2026, 5, 1),
        notes=("ring first",),
        discounts=(ec.Discount(percent=Decimal(5)),),
        charges=(ec.Charge(code="CARR", amount=ec.Money(amount=Decimal("9.50"), currency="GBP")),),
    )
    receipt = site.erp.orders.create(wanted, key="web-1")
    order = site.erp.orders.get(receipt.order.id)
    assert receipt.differences == ()
    assert (order.customer, order.customer_po, order.status) == ("10000", "PO-4711", OrderStatus.CONFIRMED)
    assert [(line.product, line.quantities.ordered) for line in order.lines] == [
        ("VALVE-20", 12),
        ("HOSE-20", 10),
    ]
    assert (order.lines[0].price, order.lines[0].reference) == (price, "A-1")
    assert (order.ship_to, order.notes, order.requested) == (address, ("ring first",), date(2026, 5, 1))
    assert [charge.amount.amount for charge in order.charges] == [Decimal("9.50")]
    stands = site.company.find("order", order.number)
    assert (stands.external_number, str(stands.net)) == ("PO-4711", str(order.net.amount))


def test_the_same_key_is_one_order(site):
    """sage.md 6.2: found again by the stamp in a free text of the header."""
    first = site.erp.orders.create(draft(), key="web-1")
    with site.again() as other:
        (found,) = other.orders.find(key="web-1")
        assert (found.id, found.customer_po) == (first.order.id, "PO-4711")
    assert site.erp.orders.create(draft(), key="web-1").replayed
    assert len(site.company.documents) == 1


def test_orders_are_found_by_what_people_know(site):
    """sage.md 4.2: filters on number and customer's number."""
    order = site.erp.orders.create(draft(customer_po="it's 1"), key="a").order
    site.erp.orders.create(draft(customer="20000", currency="USD", customer_po="other"), key="b")
    find = site.erp.orders.find
    for wanted in ({"number": order.number}, {"customer_po": "it's 1"}, {"customer": "10000"}):
        assert [each.id for each in find(**wanted)] == [order.id]
    assert list(find(customer_po="x" * 31)) == []
    assert list(find(number="1000000001", customer="20000")) == []


@pytest.mark.parametrize("size", [1, 2, 3, 500])
def test_lists_tell_every_order_once_whatever_the_page(site, size):
    """sage.md 4.2, 4.7, point 3: bare arrays, a page behind the last id; the caller may write meanwhile."""
    made = [site.erp.orders.create(draft(customer_po=f"P{n}"), key=f"k{n}").order.id for n in range(5)]
    with site.again(page_size=size) as reader:
        assert [order.id for order in reader.orders.list()] == made


@pytest.mark.parametrize("size", [1, 2, 3])
def test_orders_that_go_or_come_while_a_list_is_read_shift_no_page(site, size):
    """sage.md 4.2: rows are skipped by number, which a deletion would move; a page begins behind the last id."""
    made = [site.erp.orders.create(draft(customer_po=f"P{n}"), key=f"k{n}").order.id for n in range(7)]
    with site.again(page_size=size) as reader:
        listed = reader.orders.list()
        read = [next(listed).id]
        site.company.documents.remove(next(iter(site.company.documents)).id)
        made.append(site.erp.orders.create(draft(customer_po="late"), key="late").order.id)
        assert [*read, *(order.id for order in listed)] == made


def test_a_few_orders_are_one_request(site):
    for n in range(4):
        site.erp.orders.create(draft(customer_po=f"P{n}"), key=f"k{n}")
    with site.again() as reader:
        next(iter(reader.orders.list()))
        site.network.requests.clear()
        assert len(list(reader.orders.list(limit=3))) == 3
        assert [path.partition("?")[0] for path in site.sent("GET")] == ["sop_orders"]


def test_orders_are_listed_by_customer_date_and_change(site, clock):
    """sage.md 4.2: date_time_updated in UTC."""
    old = site.erp.orders.create(draft(), key="old").order
    clock.turn(seconds=86_400)
    mark = clock.now()
    new = site.erp.orders.create(draft(customer="20000", currency="USD"), key="new").order
    listed = site.erp.orders.list
    assert [each.id for each in listed(modified_since=mark)] == [new.id]
    assert [each.id for each in listed(customer="10000")] == [old.id]
    assert [each.id for each in listed(ordered_from=date(2026, 3, 3))] == [new.id]
    assert [each.id for each in listed(ordered_to=date(2026, 3, 2))] == [old.id]
    assert [each.id for each in listed(limit=1)] == [old.id]
    assert list(listed(customer="NOBODY")) == []


def test_a_quote_is_no_order(site):
    """sage.md 4.3: quotes are apart."""
    order = site.erp.orders.create(draft(), key="a").order
    raw = dict(order.raw)
    body = {name: raw[name] for name in ("customer_id", "customer_document_no", "spare_text_1")}
    api = site.erp._context.adapter.office.api
    quote = api.write("POST", "sop_quotes", body)
    with pytest.raises(NotFound):
        site.erp.orders.get(str(quote["id"]))
    assert [each.id for each in site.erp.orders.list()] == [order.id]
    assert [each.id for each in site.erp.orders.find(key="a")] == [order.id]
    assert [each.id for each in site.erp.orders.find(customer_po="PO-4711")] == [order.id]


def test_an_order_is_in_the_currency_of_its_account(site):
    """sage.md 4.4: currency_id is read-only, so another one is refused before anything is sent."""
    site.erp.orders.create(draft(), key="a")
    sent = len(site.sent("POST"))
    with pytest.raises(InvalidOrder) as caught:
        site.erp.orders.create(draft(currency="EUR"), key="b")
    assert (caught.value.code, caught.value.outcome) == ("currency_of_account", "not_applied")
    assert len(site.sent("POST")) == sent


@pytest.mark.parametrize(
    "more",
    [
        {"payment_terms": "N30"},
        {"partial_shipment": True},
        {"notes": ("x" * 1001,)},
        {"references": (ec.Reference(kind="contract", value="1"),)},
        {"discounts": (ec.Discount(amount=ec.Money(amount=Decimal(5), currency="GBP")),)},
    ],
)
def test_what_an_order_has_no_place_for_is_refused_unsent(site, more):
    with pytest.raises(LossyWrite):
        site.erp.orders.create(draft(**more), key="a")
    assert site.sent("POST") == []


def test_an_amount_of_discount_has_to_divide_by_the_quantity(site):
    """sage.md 4.4: unit_discount_value is for one unit."""
    amount = ec.Money(amount=Decimal(10), currency="GBP")
    with pytest.raises(LossyWrite):
        site.erp.orders.create(draft(valves(3, discount=ec.Discount(amount=amount))), key="a")
    order = site.erp.orders.create(draft(valves(4, discount=ec.Discount(amount=amount))), key="b").order
    assert (order.lines[0].discount.amount, order.lines[0].net.amount) == (amount, Decimal("40.00"))


def test_references_are_kept_where_the_site_says(site):
    """sage.md 4.4: analysis codes are for use."""
    with site.again(references="contract=analysis_code_3") as erp:
        wanted = ec.Reference(kind="contract", value="C-77")
        order = erp.orders.create(draft(references=(wanted,)), key="a").order
        assert order.references == (wanted,)
        assert [each.id for each in erp.orders.find(reference="C-77")] == [order.id]


def test_where_the_company_numbers_nothing_the_stamp_is_the_number(site, switches):
    """sage.md 4.7, point 5; 6.2: unique, so that a second one is refused by the system itself."""
    switches.auto_numbers = False
    with site.again() as erp:
        assert erp.capabilities.stamp("orders").enforced
        order = erp.orders.create(draft(), key="a").order
        assert order.number == order.stamp
        with site.again() as other:
            assert other.orders.create(draft(), key="a").order.id == order.id
    assert len(site.company.documents) == 1
