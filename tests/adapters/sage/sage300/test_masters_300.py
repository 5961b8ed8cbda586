"""Customers and items: put on file, changed field by field, found exactly (sage.md 3.3 to 3.5)."""

from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import EMPTY, errors

from .place300 import draft, place

DEFAULTS = {
    "customer_defaults": "GroupCode=WHL, AccountSet=TRADE, TaxGroup=EURTAX, CustomerPriceList=BASE",
    "item_defaults": "StructureCode=LONG, Category=A1",
}
MILL = ec.Address(
    name="Mill and Sons",
    lines=("Lane 1", "Yard"),
    city="Leith",
    postal_code="EH6 6JJ",
    country="GB",
    contact="Ann",
)


@pytest.fixture
def site(company, tmp_path):
    with place(company, tmp_path, **DEFAULTS) as found:
        yield found


def mill(**more):
    given = {
        "number": "1501",
        "name": "Mill and Sons",
        "address": MILL,
        "currency": "EUR",
        "payment_terms": "COD",
    }
    return ec.CustomerDraft(**{**given, **more})


def test_a_customer_is_put_on_file_and_can_order(site):
    limit = ec.Money(amount=Decimal("12345.00"), currency="EUR")
    said = mill(email="ann@example.org", phone="0100", credit_limit=limit)
    receipt = site.erp.customers.create(said, key="one")
    assert receipt.differences == ()
    stored = receipt.stored
    assert (stored.address, stored.payment_terms, stored.credit_limit) == (MILL, "COD", limit)
    assert (stored.email, stored.phone, stored.price_group, stored.blocked) == (
        "ann@example.org",
        "0100",
        "BASE",
        False,
    )
    assert site.erp.customers.get("1501") == stored
    assert site.erp.orders.create(draft(customer="1501"), key="two").order.payment_terms == "COD"


def test_a_cards_group_is_entered_before_what_differs_from_it(site):
    """sage.md 3.3: the group fills in what it has."""
    site.erp.customers.create(mill(), key="one")
    (body,) = site.sent("POST", "AR/ARCustomers")
    names = list(body)
    assert names[0] == "CustomerNumber"
    assert names.index("GroupCode") < names.index("Terms")


def test_a_customer_without_a_group_is_refused_with_the_systems_words(company, tmp_path):
    with place(company, tmp_path) as site:
        with pytest.raises(errors.InvalidOrder) as caught:
            site.erp.customers.create(mill(), key="one")
        assert caught.value.outcome == "not_applied"
        assert any("message" in each for each in caught.value.native)
        assert site.erp.customers.find(number="1501") == ()


def test_a_number_is_taken_once(site):
    site.erp.customers.create(mill(), key="one")
    with pytest.raises(errors.DuplicateReference):
        site.erp.customers.create(mill(name="Another"), key="two")
    assert site.company.customers.by("number", "1501").name == "Mill and Sons"


def test_only_what_is_named_is_changed(site):
    site.erp.customers.create(mill(email="ann@example.org"), key="one")
    changed = site.erp.customers.update("1501", name="Mill and Daughters", email=EMPTY, key="two").stored
    assert (changed.name, changed.email, changed.address.city) == ("Mill and Daughters", None, "Leith")
    (body,) = site.sent("PATCH", "AR/ARCustomers('1501')")
    assert set(body) == {"CustomerName", "Email"}
    with pytest.raises(errors.NotFound):
        site.erp.customers.update("1502", name="Nobody", key="three")


def test_a_blocked_customer_gets_no_order_until_he_is_let_go(site):
    site.erp.customers.create(mill(), key="one")
    assert site.erp.customers.update("1501", blocked=True, key="two").stored.blocked is True
    with pytest.raises(errors.CustomerBlocked):
        site.erp.orders.create(draft(customer="1501"), key="three")
    assert site.erp.customers.update("1501", blocked=False, key="four").stored.blocked is False
    assert site.erp.orders.create(draft(customer="1501"), key="three").order.number


def test_a_credit_limit_in_another_currency_is_refused(site):
    dollars = ec.Money(amount=Decimal(5), currency="USD")
    with pytest.raises(errors.LossyWrite):
        site.erp.customers.create(mill(credit_limit=dollars), key="one")
    assert site.sent("POST", "AR/ARCustomers") == []


@pytest.mark.parametrize(
    "breaks", ["lose_reply", "lose_request"], ids=["the reply is lost", "the request is lost"]
)
def test_a_customer_is_on_file_once(site, breaks):
    getattr(site.network, breaks)("AR/ARCustomers", "POST")
    for _ in range(3):
        try:
            site.erp.customers.create(mill(), key="one")
        except errors.ErpConnectError:
            continue
        break
    assert [each.number for each in site.erp.customers.find(name="Mill and Sons")] == ["1501"]


def test_an_item_is_put_on_file_with_its_units(site):
    said = ec.ProductDraft(code="ITEM51", name="Item 51", unit="C62", units=(ec_unit("XBX", 10),))
    receipt = site.erp.products.create(said, key="one")
    assert receipt.differences == ()
    assert (receipt.stored.number, receipt.stored.unit, receipt.stored.units) == ("ITEM51", "C62", said.units)
    item = site.company.items.by("number", "ITEM51")
    assert (item.unit, dict(item.units), item.category) == ("PCS", {"BOX": 10}, "A1")


def ec_unit(unit, factor):
    from erp_connect.models import ProductUnit

    return ProductUnit(unit=unit, factor=factor)


@pytest.mark.parametrize("code", ["A1-105/0", "a1-105/0", "A11050"])
def test_an_item_is_found_with_and_without_its_separators(site, code):
    assert [each.id for each in site.erp.products.find(code=code)] == ["A11050"]


def test_the_units_of_an_item_are_those_that_are_said(site):
    """sage.md 3.3: a patch leaves out what it does not name, so what goes is said to go."""
    changed = site.erp.products.update("A11050", units=(ec_unit("HUR", 3),), key="one").stored
    assert changed.units == (ec_unit("HUR", 3),)
    assert dict(site.company.items.by("number", "A1-105/0").units) == {"HOUR": 3}
    assert site.erp.products.update("A11050", units=(ec_unit("HUR", 4),), key="two").stored.units == (
        ec_unit("HUR", 4),
    )


def test_units_are_read_by_their_looks(company, tmp_path):
    """sage.md 3.5: sites write Ea. where others write EA."""
    from erp_connect.testing.mocks.business.masters import Item, Unit

    company.units.add(Unit(code="Ea.", name="Each"))
    company.units.add(Unit(code="2's", name="Pair of them"))
    company.items.add(
        Item(number="LAMP", name="Lamp", unit="Ea.", units={"2's": Decimal(2)}, price=Decimal(3))
    )
    with place(company, tmp_path, units="") as site:
        assert site.erp.products.find(code="LAMP")[0].unit == "EA"
        line = ec.LineDraft(product="LAMP", quantity=4, unit="EA")
        order = site.erp.orders.create(draft(line), key="one").order
        assert (order.lines[0].unit, order.lines[0].quantities.ordered) == ("EA", 4)
        line = ec.LineDraft(product="LAMP", quantity=4, unit="PR")
        with pytest.raises(errors.UnmappedCode):
            site.erp.orders.create(draft(line), key="two")
    with place(company, tmp_path, units="PR=2's") as site:
        order = site.erp.orders.create(draft(line), key="two").order
        assert order.lines[0].unit == "PR"
        assert company.lines_of(company.find("order", order.number))[0].unit == "2's"
