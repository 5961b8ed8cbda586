"""Customers, items, prices and codes: read, entered, patched, put and deleted (sage.md 3.3 to 3.5)."""

from decimal import Decimal

import pytest

from .conftest import a_line, code

CUSTOMER = {
    "CustomerNumber": "1501",
    "ShortName": "1501",
    "GroupCode": "WHL",
    "Status": "Active",
    "OnHold": "No",
    "CustomerName": "Lamp & Light",
    "AddressLine1": "Kai 2",
    "City": "Kiel",
    "Country": "DE",
    "CurrencyCode": "EUR",
    "AccountType": "OpenItem",
    "Terms": "COD",
    "TaxGroup": "EURTAX",
    "CustomerPriceList": "BASE",
    "CreditLimitCustomerCurrency": 12345,
}


def changed(sage, method, path, body=None):
    answer = sage(method, path, body)
    assert answer.status_code == 204, answer.text
    assert answer.content == b""


def test_a_customer_is_entered_and_can_order(sage, company):
    made = sage.post("AR/ARCustomers", CUSTOMER)
    assert {name: made[name] for name in CUSTOMER} == CUSTOMER
    customer = company.customers.by("number", "1501")
    assert (customer.name, customer.address.city, customer.payment_terms) == ("Lamp & Light", "Kiel", "COD")
    assert sage.read("AR/ARCustomers('1501')") == made
    body = {"CustomerNumber": "1501", "OrderDetails": [a_line()]}
    assert sage.post("OE/OEOrders", body)["TermsCode"] == "COD"


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"CustomerNumber": "10000"}, (409, "RecordDuplicate")),
        ({"CustomerNumber": ""}, (400, "InvalidPayload")),
        ({"GroupCode": ""}, (409, "RecordInvalid")),
        ({"GroupCode": "NOSUCH"}, (409, "FieldInvalid")),
        ({"Terms": "NOSUCH"}, (409, "FieldInvalid")),
        ({"CurrencyCode": "XXX"}, (409, "FieldInvalid")),
        ({"OnHold": False}, (400, "InvalidPayload")),
        ({"CustomerNumber": "1" * 13}, (400, "InvalidPayload")),
        ({"Nothing": ""}, (400, "InvalidPayload")),
    ],
)
def test_customers_that_are_refused(sage, company, fields, wanted):
    """sage.md 3.5: OnHold is a word on customers, though a truth on orders."""
    before = len(company.customers)
    assert code(sage("POST", "AR/ARCustomers", CUSTOMER | fields)) == wanted
    assert len(company.customers) == before


def test_a_patch_changes_what_it_names(sage, company):
    """sage.md 3.3."""
    sage.post("AR/ARCustomers", CUSTOMER)
    changed(sage, "PATCH", "AR/ARCustomers('1501')", {"City": "Flensburg", "OnHold": "Yes"})
    customer = company.customers.by("number", "1501")
    assert (customer.address.city, customer.address.line1, customer.blocked) == ("Flensburg", "Kai 2", "ship")
    changed(sage, "PATCH", "AR/ARCustomers('1501')", {"Status": "Inactive"})
    assert sage.read("AR/ARCustomers('1501')")["Status"] == "Inactive"


def test_a_put_wipes_what_it_does_not_name(sage, company):
    """sage.md 3.3: PUT replaces."""
    sage.post("AR/ARCustomers", CUSTOMER)
    changed(sage, "PUT", "AR/ARCustomers('1501')", {"CustomerName": "Lamps", "GroupCode": "RTL"})
    customer = company.customers.by("number", "1501")
    assert (customer.name, customer.address.city, customer.payment_terms, customer.credit_limit) == (
        "Lamps",
        "",
        "",
        0,
    )
    assert code(sage("PUT", "AR/ARCustomers('1501')", {"CustomerName": "Lamps"})) == (409, "RecordInvalid")


def test_keys_stay(sage):
    sage.post("AR/ARCustomers", CUSTOMER)
    answer = sage("PATCH", "AR/ARCustomers('1501')", {"CustomerNumber": "1502"})
    assert code(answer) == (400, "InvalidPayload")


def test_customers_with_transactions_are_not_deleted(sage, company):
    sage.order()
    assert code(sage("DELETE", "AR/ARCustomers('10000')")) == (409, "General")
    sage.post("AR/ARCustomers", CUSTOMER)
    changed(sage, "DELETE", "AR/ARCustomers('1501')")
    assert company.customers.by("number", "1501") is None
    assert code(sage("GET", "AR/ARCustomers('1501')")) == (404, "RecordNotFound")
    assert code(sage("DELETE", "AR/ARCustomers('1501')")) == (404, "RecordNotFound")


def test_writes_to_a_whole_set_need_a_key(sage):
    for method in ("PUT", "PATCH", "DELETE"):
        assert code(sage(method, "AR/ARCustomers", {})) == (400, "InvalidEntityKey")


def test_ship_to_locations(sage):
    place = {
        "CustomerNumber": "10000",
        "ShipToLocationKey": "DOCK",
        "Description": "Dock",
        "AddressLine1": "Dock 1",
    }
    sage.post("AR/ARShipToLocations", {**place, "City": "Riga", "Country": "LV"})
    body = {"CustomerNumber": "10000", "ShipToLocationCode": "DOCK", "OrderDetails": [a_line()]}
    made = sage.post("OE/OEOrders", body)
    assert (made["ShipToLocationCode"], made["ShipToName"], made["ShipToAddressLine1"]) == (
        "DOCK",
        "Dock",
        "Dock 1",
    )
    refused = sage("POST", "AR/ARShipToLocations", {"CustomerNumber": "99999", "ShipToLocationKey": "X"})
    assert code(refused) == (409, "FieldInvalid")
    assert code(sage("POST", "AR/ARShipToLocations", place)) == (409, "RecordDuplicate")
    keys = [
        row["ShipToLocationKey"] for row in sage.filtered("AR/ARShipToLocations", "CustomerNumber eq '10000'")
    ]
    assert keys == ["DOCK"]
    changed(sage, "DELETE", "AR/ARShipToLocations('10000','DOCK')")
    assert sage.read(f"OE/OEOrders({made['OrderUniquifier']})")["ShipToAddressLine1"] == "Dock 1"


def test_items_are_known_by_their_number_without_separators(sage):
    item = sage.read("IC/ICItems('A11050')")
    assert (item["ItemNumber"], item["StockItem"], item["StockingUnitOfMeasure"]) == ("A1-105/0", True, "PCS")
    units = {each["UnitOfMeasure"]: each["ConversionFactor"] for each in item["ItemUnitsOfMeasure"]}
    assert units == {"PCS": 1, "BOX": 6}
    assert code(sage("GET", "IC/ICItems('A1-105%2F0')")) == (404, "RecordNotFound")
    assert sage.filtered("IC/ICItems", "ItemNumber eq 'A1-105/0'") == [item]


def test_an_item_is_entered_and_can_be_ordered(sage, company):
    units = [
        {"UnitOfMeasure": "Box", "ConversionFactor": 10, "FACTOR": 10},
        {"UnitOfMeasure": "Ea", "ConversionFactor": 1, "FACTOR": 1},
    ]
    body = {
        "UnformattedItemNumber": "ITEM51",
        "Description": "Item 51",
        "StructureCode": "LONG",
        "Category": "A1",
        "AccountSetCode": "AVG",
        "StockItem": True,
        "StockingUnitOfMeasure": "Ea",
        "DefaultPriceListCode": "BASE",
        "KittingItem": False,
        "ItemUnitsOfMeasure": units,
    }
    made = sage.post("IC/ICItems", body)
    item = company.items.by("number", "ITEM51")
    assert (item.unit, dict(item.units), item.type) == ("Ea", {"Box": 10}, "inventory")
    assert made["ItemNumber"] == "ITEM51"
    assert code(sage("POST", "IC/ICItems", body)) == (409, "RecordDuplicate")
    assert code(sage("POST", "IC/ICItems", body | {"UnformattedItemNumber": "A11050"})) == (
        409,
        "RecordDuplicate",
    )
    line = sage.order(
        {"LineType": "Item", "Item": "ITEM51", "OrderUnitOfMeasure": "Box", "QuantityOrdered": 1}
    )
    assert line["OrderDetails"][0]["OrderUnitOfMeasure"] == "Box"


def test_a_patch_says_what_becomes_of_each_detail(sage, company):
    """sage.md 3.3: UpdateOperation."""

    def units():
        return {name: int(factor) for name, factor in company.items.by("number", "A1-105/0").units.items()}

    def patch(name, operation="Unspecified", factor=4):
        detail = {"UnitOfMeasure": name, "ConversionFactor": factor, "UpdateOperation": operation}
        return sage("PATCH", "IC/ICItems('A11050')", {"ItemUnitsOfMeasure": [detail]})

    assert patch("CRATE", "Insert").status_code == 204
    assert units() == {"BOX": 6, "CRATE": 4}
    assert patch("CRATE", "Update", 8).status_code == 204
    assert patch("BOX", "Delete").status_code == 204
    assert patch("BAG").status_code == 204
    assert units() == {"CRATE": 8, "BAG": 4}
    assert code(patch("CRATE", "Insert")) == (409, "RecordDuplicate")
    assert code(patch("NOSUCH", "Update")) == (400, "InvalidEntityKey")
    assert code(patch("NOSUCH", "Delete")) == (400, "InvalidEntityKey")
    assert code(patch("CRATE", "Replace")) == (400, "InvalidPayload")
    assert code(patch("CRATE", "Update", 0)) == (409, "FieldInvalid")
    assert units() == {"CRATE": 8, "BAG": 4}


def test_a_put_purges_details_that_it_does_not_name(sage, company):
    """sage.md 3.3."""
    body = {"Description": "Lamp", "StockItem": True, "StockingUnitOfMeasure": "PCS"}
    changed(sage, "PUT", "IC/ICItems('A11050')", body)
    item = company.items.by("number", "A1-105/0")
    assert (item.name, dict(item.units), item.category) == ("Lamp", {}, "")


def test_items_with_transactions_are_not_deleted(sage, company):
    assert code(sage("DELETE", "IC/ICItems('A11050')")) == (409, "General")
    changed(sage, "DELETE", "IC/ICItems('OLD1')")
    assert company.items.by("number", "OLD-1") is None


def test_prices_are_read_entered_and_govern_orders(sage, company):
    key = "CurrencyCode='EUR',UnformattedItemNumber='A11050',PriceListCode='BASE'"
    (detail,) = sage.read(f"IC/ICItemPricing({key})")["ItemPricingDetails"]
    assert (detail["PriceDetailType"], detail["UnitPrice"]) == ("BasePriceQuantity", 45.5)
    sale = {"PriceDetailType": "SalePriceQuantity", "QuantityUnit": "PCS", "UnitPrice": 40}
    changed(sage, "PATCH", f"IC/ICItemPricing({key})", {"ItemPricingDetails": [sale]})
    assert sage.order(a_line("A1-105/0", 1))["OrderDetails"][0]["OrderUnitPrice"] == 40
    base = {"PriceDetailType": "BasePriceQuantity", "QuantityUnit": "BOX", "UnitPrice": 300}
    changed(sage, "PUT", f"IC/ICItemPricing({key})", {"ItemPricingDetails": [base]})
    assert sage.order(a_line("A1-105/0", 1))["OrderDetails"][0]["OrderUnitPrice"] == 50
    body = {"CurrencyCode": "EUR", "UnformattedItemNumber": "A11050", "PriceListCode": "BASE"}
    assert code(sage("POST", "IC/ICItemPricing", body)) == (409, "RecordDuplicate")
    changed(sage, "DELETE", f"IC/ICItemPricing({key})")
    assert code(sage("GET", f"IC/ICItemPricing({key})")) == (404, "RecordNotFound")
    detail = {
        **body,
        "PriceDetailType": "BasePriceQuantity",
        "UnitPrice": 47,
        "UpdateOperation": "Unspecified",
    }
    sage.post("IC/ICItemPricing", {**body, "ItemPricingDetails": [detail], "UpdateOperation": "Unspecified"})
    assert company.items.by("number", "A1-105/0").price == Decimal(47)


@pytest.mark.parametrize(
    ("resource", "key", "title"),
    [
        ("OE/OEShipViaCodes", "Code", "Name"),
        ("OE/OEMiscellaneousCharges", "MiscellaneousChargesCode", "Description"),
        ("AR/ARCustomerGroups", "GroupCode", "Description"),
        ("AR/ARTerms", "TermsCode", "Description"),
        ("AR/ARSalespersons", "SalespersonCode", "Name"),
        ("IC/ICPriceListCodes", "PriceListCode", "Description"),
        ("IC/ICCategories", "CategoryCode", "Description"),
        ("IC/ICUnitsOfMeasure", "UnitOfMeasure", "Description"),
        ("IC/ICLocations", "LocationKey", "Name"),
    ],
)
def test_codes(sage, resource, key, title):
    assert sage.rows(resource)
    made = sage.post(resource, {key: "NEW1", title: "New one"})
    assert (made[key], made[title]) == ("NEW1", "New one")
    changed(sage, "PATCH", f"{resource}('NEW1')", {title: "Newer"})
    assert sage.read(f"{resource}('NEW1')")[title] == "Newer"
    assert code(sage("POST", resource, {key: "NEW1"})) == (409, "RecordDuplicate")
    changed(sage, "PUT", f"{resource}(NEW1)", {})
    assert sage.read(f"{resource}('NEW1')")[title] == ""
    changed(sage, "DELETE", f"{resource}('NEW1')")
    assert code(sage("GET", f"{resource}('NEW1')")) == (404, "RecordNotFound")


def test_the_company_tells_its_currency(sage):
    assert sage.rows("CS/CSCompanyProfile") == [
        {"CompanyID": "SAMINC", "Name": "Harbour Trading", "HomeCurrency": "EUR"}
    ]
