"""Suppliers by the business partner service: rows as its description names their properties (sap.md 2.14, 4.6)."""

import json
from urllib.parse import parse_qs

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sap.odata.settings import Settings

from .adjusted import adjusted
from .place import place

SERVICE = "API_BUSINESS_PARTNER"


def partner(number, name, *, supplier=None, organisations=(), **more):
    address = {
        "StreetName": "Mill",
        "HouseNumber": "3",
        "PostalCode": "EH6",
        "CityName": "Leith",
        "Country": "GB",
    }
    return {
        "BusinessPartner": f"9{number}",
        "Supplier": number,
        "BusinessPartnerFullName": name,
        "to_BusinessPartnerAddress": {"results": [address]},
        "to_Supplier": {
            "Supplier": number,
            "SupplierName": name,
            "to_SupplierPurchasingOrg": {"results": list(organisations)},
            **(supplier or {}),
        },
        **more,
    }


def organisation(number="1000", **more):
    return {
        "PurchasingOrganization": number,
        "PurchaseOrderCurrency": "EUR",
        "PaymentTerms": "N30",
        "IncotermsClassification": "FOB",
        "IncotermsLocation1": "Leith",
        **more,
    }


ROWS = (
    partner("700", "Valve Works", organisations=[organisation(), organisation("2000", PaymentTerms="N60")]),
    partner("701", "O'Hara & Sons", supplier={"PurchasingIsBlocked": True}),
    partner("702", "Slow Mills", organisations=[organisation(PurchasingIsBlockedForSupplier=True)]),
    partner("703", "Gone", BusinessPartnerIsBlocked=True),
)


class Suppliers:
    """Answers for the two sets in which suppliers stand; everything else is the gateway's."""

    def __init__(self, app):
        self.app = app
        self.asked = []

    def __call__(self, environ, start_response):
        path, query = environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"])
        where = query.get("$filter", [""])[0]
        if path.rstrip("/").endswith(SERVICE):
            return self._said(
                {"EntitySets": ["A_BusinessPartner", "A_Customer", "A_Supplier"]}, start_response
            )
        if SERVICE not in path or ("Supplier" not in where and "A_Supplier" not in path):
            return self.app(environ, start_response)
        self.asked.append(where)
        rows = [row for row in ROWS if self._meant(row, where)]
        if path.endswith("/A_Supplier"):
            rows = [row["to_Supplier"] for row in rows]
        return self._said({"results": rows}, start_response)

    @staticmethod
    def _meant(row, where):
        name = row["to_Supplier"]["SupplierName"].replace("'", "''")
        return where in {"Supplier ne ''", f"Supplier eq '{row['Supplier']}'", f"SupplierName eq '{name}'"}

    @staticmethod
    def _said(inner, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"d": inner}).encode()]


@pytest.fixture
def erp(world, tmp_path):
    with adjusted(world, tmp_path) as (site, front):
        front.app = Suppliers(front.app)
        again = site.again()
        with again as erp:
            yield erp


def test_a_supplier_is_read_with_the_terms_of_the_purchasing_organisation_that_is_worked_in(erp):
    found = erp.suppliers.get("700")
    assert (found.id, found.number, found.name) == ("700", "700", "Valve Works")
    assert found.address == ec.Address(
        name="Valve Works", lines=("Mill 3",), city="Leith", postal_code="EH6", country="GB"
    )
    assert (found.currency, found.payment_terms, found.delivery_terms) == ("EUR", "N30", "FOB Leith")
    assert (found.blocked, found.block_reason) == (False, None)


def test_suppliers_are_found_by_number_and_exact_name_and_listed_once(erp):
    find = erp.suppliers.find
    assert [each.id for each in find(number="701")] == ["701"]
    assert [each.id for each in find(name="O'Hara & Sons")] == ["701"]
    assert list(find(name="Valve")) == list(find(number="12345678901")) == []
    assert [each.id for each in erp.suppliers.list()] == ["700", "701", "702", "703"]
    with pytest.raises(errors.NotFound):
        erp.suppliers.get("999")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("701", "blocked for purchasing"),
        ("702", "blocked for the purchasing organisation"),
        ("703", "partner blocked"),
    ],
)
def test_what_blocks_a_supplier_is_told(erp, number, reason):
    found = erp.suppliers.get(number)
    assert (found.blocked, found.block_reason) == (True, reason)


def test_a_release_without_suppliers_says_so_when_the_connection_opens(world, tmp_path):
    with place(world, tmp_path, Settings(absent=("A_Supplier",))) as site:
        assert site.known.support("suppliers.get") is ec.Support.NONE
        assert "A_Supplier" in site.known.why("suppliers.get")
        assert site.known.support("customers.get") is ec.Support.NATIVE
