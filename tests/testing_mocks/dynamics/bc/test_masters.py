"""Customers, items and codes (dynamics.md 1.9)."""

from decimal import Decimal

import pytest

from .conftest import ROOT, code

NOBODY = "00000000-0000-0000-0000-000000000000"


def test_companies_are_listed_and_cannot_be_made(bc, company):
    rows = bc.rows(f"{ROOT}/companies?$filter=name eq 'Harbour Trading'")
    assert [row["id"] for row in rows] == [str(company.id)]
    answer = bc("POST", f"{ROOT}/companies", {"name": "X"})
    assert code(answer) == (405, "BadRequest_MethodNotAllowed")


def test_a_customer_needs_a_name_and_gets_a_number(bc):
    assert 'A "displayName" must be provided' in bc("POST", "customers", {}).json()["error"]["message"]
    made = bc("POST", "customers", {"displayName": "Mole End", "city": "Riga", "creditLimit": 500})
    assert made.status_code == 201
    customer = made.json()
    assert customer["number"]
    assert (customer["city"], customer["creditLimit"], customer["currencyCode"]) == ("Riga", 500, "EUR")
    assert (customer["blocked"], customer["currencyId"]) == ("_x0020_", NOBODY)


def test_a_number_that_is_taken_is_refused(bc, server):
    """9: 400 measured, 409 in the compiled server."""
    body = {"displayName": "Twin", "number": "10000"}
    assert code(bc("POST", "customers", body)) == (400, "Internal_EntityWithSameKeyExists")
    server.settings.duplicate_status = 409
    assert code(bc("POST", "customers", body)) == (409, "Internal_EntityWithSameKeyExists")


def test_a_customer_is_changed_under_its_tag(bc):
    customer = bc.rows("customers?$filter=number eq '10000'")[0]
    path = f"customers({customer['id']})"
    answer = bc("PATCH", path, {"phoneNumber": "+371 1"}, If_Match=customer["@odata.etag"])
    assert (answer.status_code, answer.json()["phoneNumber"]) == (200, "+371 1")
    stale = bc("PATCH", path, {"phoneNumber": "+371 2"}, If_Match=customer["@odata.etag"])
    assert code(stale) == (409, "Request_EntityChanged")


def test_a_customer_with_orders_stays(bc):
    order = bc.order()
    assert code(bc("DELETE", f"customers({order['customerId']})")) == (400, "Application_DialogException")


@pytest.mark.parametrize(
    ("set_of", "body", "refused"),
    [
        ("customers", {"displayName": "X", "blocked": "Sometimes"}, (400, "Unknown")),
        ("customers", {"displayName": "X", "balanceDue": 1}, (400, "BadRequest_InvalidOperation")),
        ("customers", {"displayName": "X" * 101}, (400, "Application_StringExceededLength")),
        ("customers", {"displayName": "X", "creditLimit": "many"}, (400, "BadRequest")),
        ("customers", {"displayName": "X", "colour": "red"}, (400, "BadRequest")),
        ("customers", {"displayName": "X", "currencyCode": "ZZZ"}, (400, "Application_DialogException")),
        ("items", {"displayName": "X", "type": "Invalid Type"}, (400, "Unknown")),
        ("items", {"displayName": "X", "inventory": 5}, (400, "Application_DialogException")),
        (
            "items",
            {"displayName": "X", "baseUnitOfMeasureCode": "NIX"},
            (400, "Internal_InvalidTableRelation"),
        ),
        ("shipmentMethods", {"displayName": "X"}, (400, "BadRequest_RequiredParamNotProvided")),
    ],
)
def test_what_is_refused(bc, set_of, body, refused):
    """1.14."""
    assert code(bc("POST", set_of, body)) == refused


def test_an_item_tells_its_stock_and_a_change_of_it_is_posted(bc):
    item = bc.rows("items?$filter=number eq 'VALVE-20'")[0]
    assert (item["inventory"], item["unitPrice"], item["type"]) == (500, Decimal("12.5"), "Inventory")
    answer = bc("PATCH", f"items({item['id']})", {"inventory": 480}, If_Match="*")
    assert answer.json()["inventory"] == 480
    entries = bc.rows("itemLedgerEntries?$filter=itemNumber eq 'VALVE-20'")
    assert sum(entry["quantity"] for entry in entries) == 480
    assert entries[-1]["entryType"] == "Negative_x0020_Adjmt_x002E_"


def test_a_new_item_can_be_ordered(bc):
    body = {"number": "CAP-1", "displayName": "Cap", "type": "Non_x002D_Inventory", "unitPrice": 1.5}
    assert bc("POST", "items", body).json()["type"] == "Non_x002D_Inventory"
    order = bc.order({"lineType": "Item", "lineObjectNumber": "CAP-1", "quantity": 2})
    assert order["totalAmountExcludingTax"] == 3


def test_variants_hang_on_items(bc):
    item = bc.rows("items?$filter=number eq 'PUMP-A'")[0]
    made = bc("POST", "itemVariants", {"itemId": item["id"], "code": "BLUE", "description": "Pump, blue"})
    assert (made.status_code, made.json()["itemNumber"]) == (201, "PUMP-A")
    assert {row["code"] for row in bc.rows(f"items({item['id']})/itemVariants")} == {"RED", "BLUE"}


def test_codes_are_looked_up(bc):
    assert {row["code"] for row in bc.rows("unitsOfMeasure")} == {"PCS", "BOX", "HOUR"}
    yen = bc.rows("currencies?$filter=code eq 'JPY'")[0]
    assert (yen["amountDecimalPlaces"], yen["amountRoundingPrecision"]) == ("0:0", 1)
    terms = bc.rows("paymentTerms?$filter=code eq '30 DAYS'")[0]
    assert terms["dueDateCalculation"] == "30D"
    assert {row["code"] for row in bc.rows("shipmentMethods")} == {"EXW", "CIF"}
    assert bc.rows("locations?$filter=code eq 'EAST'")[0]["country"] == "LV"
    assert {row["number"] for row in bc.rows("vendors")} == {"V100", "V200"}


def test_a_vendor_is_made_and_found(bc):
    made = bc("POST", "vendors", {"displayName": "Pipe Yard", "number": "V300"})
    assert made.status_code == 201
    assert bc.rows("vendors?$filter=number eq 'V300'")[0]["displayName"] == "Pipe Yard"


def test_what_a_customer_owes_is_told(bc):
    order = bc.order()
    bc("POST", f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")
    assert bc("GET", f"customers({order['customerId']})").json()["balanceDue"] == 60


def test_the_company_tells_its_currency_and_its_accounts(bc, world):
    assert bc.rows("companyInformation")[0]["currencyCode"] == "EUR"
    assert bc.rows("generalLedgerSetup")[0]["localCurrencyCode"] == "EUR"
    assert {row["number"] for row in bc.rows("accounts")} == {"6100", "6800"}


def test_what_no_rule_looks_at_is_kept_all_the_same(bc):
    area = "11111111-1111-1111-1111-111111111111"
    made = bc("POST", "customers", {"displayName": "Mole End", "taxAreaId": area}).json()
    assert bc("GET", f"customers({made['id']})").json()["taxAreaId"] == area


def test_masters_have_no_actions(bc):
    """1.14."""
    customer = bc.rows("customers?$filter=number eq '10000'")[0]
    answer = bc("POST", f"customers({customer['id']})/Microsoft.NAV.send")
    assert code(answer) == (501, "BadRequest_MethodNotImplemented")
