"""Sales return orders, which there are from version 29 of the application on (dynamics.md 1.9, lines 404 and 414)."""

from dataclasses import replace

import pytest

from erp_connect.testing.mocks.business import posting

from .conftest import ROOT, a_line, code

SETS = ("salesReturnOrders", "salesReturnOrderLines", "returnReceipts")


@pytest.fixture
def bc(bc, server):
    server.settings.version = 29
    return bc


def made(bc, *lines, **fields):
    body = {"sellToCustomerNumber": "10000", **fields, "salesReturnOrderLines": list(lines or [a_line()])}
    answer = bc("POST", "salesReturnOrders?$expand=salesReturnOrderLines", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_before_version_29_there_are_none(bc, server):
    """404: absent from a version 26 tenant's metadata."""
    server.settings.version = 26
    text = bc("GET", f"{ROOT}/$metadata").text
    assert not any(name in text for name in SETS)
    assert [bc("GET", name).status_code for name in SETS] == [404, 404, 404]


def test_a_return_order_is_read_as_it_was_written(bc):
    """404: sellToCustomerNumber, currencyCode, yourReference; returnQtyToReceive, returnQtyReceived."""
    order = made(bc, externalDocumentNumber="WEB-1", yourReference="S-ORD100001", currencyCode="USD")
    row = bc("GET", f"salesReturnOrders({order['id']})?$expand=salesReturnOrderLines").json()
    told = [row[name] for name in ("sellToCustomerNumber", "externalDocumentNumber", "yourReference")]
    assert [*told, row["currencyCode"]] == ["10000", "WEB-1", "S-ORD100001", "USD"]
    (line,) = row["salesReturnOrderLines"]
    assert (line["quantity"], line["returnQtyToReceive"], line["returnQtyReceived"]) == (4, 4, 0)
    (found,) = bc.rows("salesReturnOrders?$filter=externalDocumentNumber eq 'WEB-1'")
    assert found["number"] == order["number"]


@pytest.mark.parametrize("name", ["customerId", "customerNumber", "currencyId", "invoiceNumber"])
def test_the_names_of_the_older_pages_are_not_known(bc, name):
    """404: these newer pages name fields differently, and have no references by id."""
    body = {"sellToCustomerNumber": "10000", name: "10000", "salesReturnOrderLines": [a_line()]}
    assert code(bc("POST", "salesReturnOrders", body)) == (400, "BadRequest")


@pytest.mark.parametrize("name", ["itemId", "itemVariantId", "locationId"])
def test_lines_refer_to_nothing_by_id(bc, name):
    """404: no references by id."""
    wrong = a_line(**{name: "7a3e5d6c-0000-4000-8000-000000000001"})
    body = {"sellToCustomerNumber": "10000", "salesReturnOrderLines": [wrong]}
    assert code(bc("POST", "salesReturnOrders", body)) == (400, "BadRequest")


def test_what_was_received_cannot_be_written(bc):
    """404: returnQtyReceived is read-only."""
    wrong = a_line(returnQtyReceived=1)
    body = {"sellToCustomerNumber": "10000", "salesReturnOrderLines": [wrong]}
    assert bc("POST", "salesReturnOrders", body).status_code == 400
    assert bc.rows("salesReturnOrders") == []


def test_there_are_no_bound_actions(bc):
    """404: these pages expose no bound actions."""
    order = made(bc)
    answer = bc("POST", f"salesReturnOrders({order['id']})/Microsoft.NAV.post")
    assert answer.status_code == 501


def test_what_is_posted_is_a_return_receipt_and_a_credit_memo(bc, company):
    """404: returnReceipts, posted; orderNumber is that of the return order."""
    note = {"lineType": "Comment", "description": "Order S-ORD100001"}
    order = made(bc, note, a_line(), externalDocumentNumber="WEB-1")
    with company.world.unit():
        posting.post(company, company.find("return_order", order["number"]))
    assert bc.rows("salesReturnOrders") == []
    (receipt,) = bc.rows(f"returnReceipts?$filter=orderNumber eq '{order['number']}'")
    assert receipt["sellToCustomerNumber"] == "10000"
    (memo,) = bc.rows("salesCreditMemos?$expand=salesCreditMemoLines")
    assert (memo["externalDocumentNumber"], memo["invoiceNumber"]) == ("WEB-1", "")
    assert "Order S-ORD100001" in [line["description"] for line in memo["salesCreditMemoLines"]]


def test_part_of_it_may_be_received(bc, company):
    """404: returnQtyReceived."""
    order = made(bc)
    with company.world.unit():
        paper = company.find("return_order", order["number"])
        (line,) = company.lines_of(paper)
        company.lines.put(replace(line, to_ship=line.quantity - 3, to_invoice=line.quantity - 3))
        posting.post(company, paper)
    row = bc("GET", f"salesReturnOrders({order['id']})?$expand=salesReturnOrderLines").json()
    assert row["salesReturnOrderLines"][0]["returnQtyReceived"] == 1


def test_where_they_are_for_reading_only_the_metadata_say_so_and_nothing_is_written(bc, server):
    """404 does not say whether they can be written; 544: what a set does not take is 405."""
    order = made(bc, externalDocumentNumber="WEB-1")
    server.settings.return_orders = "read"
    text = bc("GET", f"{ROOT}/$metadata").text
    said = '<Record><PropertyValue Property="Insertable" Bool="false"/></Record>'
    barred = f'<Annotation Term="Org.OData.Capabilities.V1.InsertRestrictions">{said}'
    assert f'<Annotations Target="Microsoft.NAV.Container/salesReturnOrders">{barred}' in text
    assert order["id"] == bc.rows("salesReturnOrders?$filter=externalDocumentNumber eq 'WEB-1'")[0]["id"]
    body = {"sellToCustomerNumber": "10000", "salesReturnOrderLines": [a_line()]}
    assert code(bc("POST", "salesReturnOrders", body)) == (405, "BadRequest_MethodNotAllowed")
    path = f"salesReturnOrders({order['id']})"
    assert bc("PATCH", path, {"yourReference": "X"}, If_Match="*").status_code == 405
    assert bc("DELETE", path, If_Match="*").status_code == 405
