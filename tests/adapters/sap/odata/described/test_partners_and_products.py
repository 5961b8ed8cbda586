"""Customers and products on services that the descriptions make."""

from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors

from .land import BOTH, described, furnished, land


@pytest.fixture(params=BOTH)
def site(request, tmp_path):
    with land(furnished(described(request.param)), tmp_path) as found:
        yield found


def firm(site, customer="5000", partner="800001", **more):
    """A customer whose number is not that of its business partner."""
    name = more.pop("name", "Firm Works")
    told = {
        "BusinessPartnerCategory": "2",
        "OrganizationBPName1": name,
        "BusinessPartnerFullName": name,
        **more,
    }
    site.books.enter(
        "A_BusinessPartner", BusinessPartner=partner, Customer=customer, BusinessPartnerName=name, **told
    )
    site.books.enter("A_Customer", Customer=customer, CustomerName=name)


def test_a_customer_is_found_by_number_and_name_and_shown_with_its_address(site):
    (found,) = site.erp.customers.find(number="1234")
    assert (found.name, found.address.city, found.address.lines) == (
        "Harbour Pumps Ltd",
        "Leith",
        ("Dock 4",),
    )
    assert [each.id for each in site.erp.customers.find(name="Acme Rockets")] == ["ACME"]
    assert site.erp.customers.get("1234").number == "1234"
    for nothing in ({"number": "5" * 12}, {"number": "55"}, {"name": "N" * 90}, {"name": "O'Hara"}):
        assert list(site.erp.customers.find(**nothing)) == []
    assert site.refused() == []


@pytest.mark.parametrize("page", [None, 1])
def test_all_customers_are_listed_and_partners_that_are_none_are_not(site, page):
    site.books.enter("A_BusinessPartner", BusinessPartner="800003", BusinessPartnerCategory="2")
    site.gateway.page = page
    assert [each.id for each in site.erp.customers.list()] == ["1234", "ACME"]
    assert site.refused() == []


def test_a_customer_is_renamed_and_blocked_by_its_own_partner(site):
    firm(site)
    changed = site.erp.customers.update("5000", key="name", name="Firm plc").stored
    assert (changed.id, changed.name) == ("5000", "Firm plc")
    assert site.erp.customers.update("5000", key="block", blocked=True).stored.blocked
    assert not site.erp.customers.update("5000", key="free", blocked=False).stored.blocked
    assert [row["OrganizationBPName1"] for row in site.books.all("A_BusinessPartner", Customer="1234")] == [
        "Harbour Pumps Ltd"
    ]
    assert site.refused() == []


def test_what_the_services_cannot_hold_of_a_customer_is_refused_before_anything_is_sent(site):
    firm(site, BusinessPartnerCategory="1", name="Ann Boole")
    for customer, change in (
        ("1234", {"name": "n" * 41}),
        ("1234", {"payment_terms": "N60"}),
        ("5000", {"name": "Ann Lovelace"}),
    ):
        with pytest.raises((errors.LossyWrite, errors.UnsupportedOperation)):
            site.erp.customers.update(customer, key=repr(change), **change)
    assert site.refused() == []


def test_a_supplier_is_found_renamed_and_blocked_by_its_own_partner(site):
    if "A_Supplier" not in site.books.sets:
        assert site.erp.capabilities.why("suppliers.get")
        return
    name = {"OrganizationBPName1": "Brass Works", "BusinessPartnerFullName": "Brass Works"}
    site.books.enter(
        "A_BusinessPartner", BusinessPartner="9001", Supplier="9000", BusinessPartnerCategory="2", **name
    )
    site.books.enter("A_Supplier", Supplier="9000", SupplierName="Brass Works")
    found, suppliers = site.erp.suppliers.get("9000"), site.erp.suppliers
    assert (found.id, found.name) == ("9000", "Brass Works")
    assert [each.id for each in suppliers.find(number="9000")] == ["9000"]
    assert [each.id for each in suppliers.find(name="Brass Works")] == ["9000"]
    assert [each.id for each in suppliers.list()] == ["9000"]
    assert [each.id for each in site.erp.customers.list()] == ["1234", "ACME"]
    assert suppliers.update("9000", key="name", name="Brass plc").stored.name == "Brass plc"
    assert suppliers.update("9000", key="block", blocked=True).stored.blocked
    for refused in ({"name": "n" * 41}, {"payment_terms": "N60"}):
        with pytest.raises(errors.LossyWrite):
            suppliers.update("9000", key=repr(refused), **refused)
    assert site.refused() == []


def test_a_product_is_found_by_code_gtin_and_name(site):
    row = site.books.first("A_Product", Product="VALVE-20")
    row["ProductStandardID"] = "04012345678901"
    for code in ("VALVE-20", "04012345678901"):
        assert [each.code for each in site.erp.products.find(code=code)] == ["VALVE-20"]
    assert [each.code for each in site.erp.products.find(name="Pump")] == ["PUMP-1"]
    for nothing in ({"code": "X" * 41}, {"code": "NOPE"}, {"name": "Nothing"}):
        assert list(site.erp.products.find(**nothing)) == []
    assert site.refused() == []


@pytest.mark.parametrize("page", [None, 1])
def test_all_products_are_listed_whatever_signs_their_codes_have(site, page):
    for code in ("A/B C'D#1", "000000000000000077"):
        site.books.enter("A_Product", Product=code, BaseUnit="PC")
    site.gateway.page = page
    listed = [each.id for each in site.erp.products.list()]
    assert sorted(listed) == ["77", "A/B C'D#1", "PUMP-1", "VALVE-20"]
    assert [site.erp.products.get(each).id for each in listed] == listed
    assert site.refused() == []


def test_a_product_shows_its_units_and_warns_of_those_it_does_not_understand(site):
    for unit, factor in (("KAR", Decimal(10)), ("XYZ", Decimal(3))):
        site.books.enter(
            "A_ProductUnitsOfMeasure",
            Product="PUMP-1",
            AlternativeUnit=unit,
            QuantityNumerator=factor,
            QuantityDenominator=Decimal(1),
            BaseUnit="PC",
        )
    pump = site.erp.products.get("PUMP-1")
    assert [(unit.unit, unit.factor) for unit in pump.units] == [("XCT", 10)]
    assert any("XYZ" in warning for warning in pump.warnings)


def test_a_product_is_found_by_the_name_that_it_shows(site):
    site.books.enter("A_Product", Product="NUR-DE", BaseUnit="PC")
    site.books.enter("A_ProductDescription", Product="NUR-DE", Language="DE", ProductDescription="Kugelhahn")
    shown = site.erp.products.get("NUR-DE").name
    assert [each.code for each in site.erp.products.find(name=shown)] == ["NUR-DE"]


def test_what_is_not_offered_is_declared_with_its_reason(site):
    for operation in ("customers.create", "products.create", "products.update"):
        if site.erp.capabilities.support(operation) is ec.Support.NONE:
            assert site.erp.capabilities.why(operation)
