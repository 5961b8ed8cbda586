"""Sales orders: create, read, change, delete (dynamics.md 1.7, 1.12, 1.13, 1.19 points 1 to 5, 10, 12)."""

import base64
import re
from decimal import Decimal

import pytest

from .conftest import ROOT, a_line, code

NOBODY = "00000000-0000-0000-0000-000000000000"


def test_a_create_with_lines_answers_201_with_the_order_and_without_its_lines(bc):
    """1.12: deep insert; the nested lines come back only with $expand."""
    answer = bc(
        "POST",
        "salesOrders",
        {
            "customerNumber": "10000",
            "externalDocumentNumber": "WEB-1001",
            "orderDate": "2026-03-02",
            "requestedDeliveryDate": "2026-03-09",
            "salesOrderLines": [
                a_line(quantity=2, unitPrice=100.5),
                {"lineType": "Comment", "description": "leave at the back door"},
            ],
        },
    )
    order = answer.json(parse_float=Decimal)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{bc.base}/salesOrders({order['id']})"
    assert answer.headers["OData-Version"] == "4.0"
    assert "salesOrderLines" not in order
    assert order["totalAmountExcludingTax"] == 201
    assert order["totalAmountIncludingTax"] == Decimal("241.2")
    lines = bc.lines(order)
    assert [line["sequence"] for line in lines] == [10000, 20000]
    assert [line["lineType"] for line in lines] == ["Item", "Comment"]


def test_a_create_shows_its_lines_when_they_are_expanded(bc):
    body = {"customerNumber": "10000", "salesOrderLines": [a_line()]}
    answer = bc("POST", "salesOrders?$expand=salesOrderLines", body)
    assert [line["quantity"] for line in answer.json()["salesOrderLines"]] == [4]


def test_a_create_may_ask_for_no_answer(bc):
    answer = bc("POST", "salesOrders", {"customerNumber": "10000"}, Prefer="return-no-content")
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(bc.rows("salesOrders")) == 1


def test_a_create_fails_as_a_whole(bc):
    """1.12: header and lines share one transaction; the first error wins."""
    body = {"customerNumber": "10000", "salesOrderLines": [a_line(), a_line("NIX-1"), a_line("NIX-2")]}
    answer = bc("POST", "salesOrders", body)
    assert code(answer) == (400, "Application_DialogException")
    assert "Item does not exist." in answer.text
    assert bc.rows("salesOrders") == []


def test_the_number_of_the_customers_order_may_be_used_twice(bc):
    """1.19 point 10."""
    first = bc.order(externalDocumentNumber="WEB-1")
    second = bc.order(externalDocumentNumber="WEB-1")
    found = bc.rows("salesOrders?$filter=externalDocumentNumber eq 'WEB-1' and customerNumber eq '10000'")
    assert {row["number"] for row in found} == {first["number"], second["number"]}


def test_an_id_that_a_caller_brings_is_passed_over(bc):
    """9: the default of what is not confirmed."""
    order = bc.order(id="11111111-1111-1111-1111-111111111111")
    assert order["id"] != "11111111-1111-1111-1111-111111111111"


def test_what_is_blank_has_a_value_of_its_own(bc):
    """1.5, 1.19 point 5: never null."""
    order = bc.order()
    assert order["requestedDeliveryDate"] == "0001-01-01"
    assert order["externalDocumentNumber"] == ""
    assert order["currencyId"] == NOBODY
    assert order["currencyCode"] == "EUR"
    assert None not in order.values()


def test_sending_the_blank_date_clears_it(bc):
    order = bc.order(requestedDeliveryDate="2026-03-09")
    changed = bc(
        "PATCH",
        f"salesOrders({order['id']})",
        {"requestedDeliveryDate": "0001-01-01"},
        If_Match=order["@odata.etag"],
    )
    assert changed.json()["requestedDeliveryDate"] == "0001-01-01"


def test_a_tag_stands_in_the_body_only_and_reads_as_the_servers_do(bc):
    """1.13, 1.19 point 1."""
    order = bc.order()
    answer = bc("GET", f"salesOrders({order['id']})")
    assert "ETag" not in answer.headers
    inner = re.fullmatch(r'W/"([\w+/=]+)"', answer.json()["@odata.etag"])[1]
    assert re.fullmatch(rb"20;\d{20};00;", base64.b64decode(inner))


def test_a_change_answers_200_with_the_order_and_a_new_tag(bc):
    """1.19 points 1 and 3."""
    order = bc.order()
    answer = bc(
        "PATCH",
        f"salesOrders({order['id']})",
        {"externalDocumentNumber": "WEB-2"},
        If_Match=order["@odata.etag"],
    )
    assert answer.status_code == 200
    assert answer.json()["externalDocumentNumber"] == "WEB-2"
    assert answer.json()["@odata.etag"] != order["@odata.etag"]


def test_a_change_without_a_tag_is_refused(bc):
    """1.19 point 2; the tag in the body does not count."""
    order = bc.order()
    body = {"externalDocumentNumber": "X", "@odata.etag": order["@odata.etag"]}
    assert code(bc("PATCH", f"salesOrders({order['id']})", body)) == (400, "BadRequest_InvalidToken")


def test_a_change_under_an_old_tag_is_a_conflict(bc):
    """1.19 point 2: 409, not 412."""
    order = bc.order()
    path = f"salesOrders({order['id']})"
    bc("PATCH", path, {"externalDocumentNumber": "A"}, If_Match="*")
    answer = bc("PATCH", path, {"externalDocumentNumber": "B"}, If_Match=order["@odata.etag"])
    assert code(answer) == (409, "Request_EntityChanged")
    assert bc("GET", path).json()["externalDocumentNumber"] == "A"


def test_put_changes_only_what_it_names(bc):
    order = bc.order(externalDocumentNumber="WEB-1")
    answer = bc("PUT", f"salesOrders({order['id']})", {"salesperson": "JO"}, If_Match="*")
    assert (answer.status_code, answer.json()["externalDocumentNumber"]) == (200, "WEB-1")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_nothing_is_created_by_changing_what_is_not_there(bc, method):
    answer = bc(method, f"salesOrders({NOBODY[:-1]}1)", {"salesperson": "JO"}, If_Match="*")
    assert code(answer) == (404, "BadRequest_ResourceNotFound")
    assert bc.rows("salesOrders") == []


def test_a_deleted_order_leaves_nothing(bc):
    """1.12, 1.19 points 2 and 12: no tag needed, no tombstone."""
    order = bc.order()
    assert bc("DELETE", f"salesOrders({order['id']})").status_code == 204
    assert code(bc("GET", f"salesOrders({order['id']})")) == (404, "BadRequest_ResourceNotFound")


def test_a_delete_holds_to_a_tag_that_was_sent(bc):
    order = bc.order()
    bc("PATCH", f"salesOrders({order['id']})", {"salesperson": "JO"}, If_Match="*")
    answer = bc("DELETE", f"salesOrders({order['id']})", If_Match=order["@odata.etag"])
    assert code(answer) == (409, "Request_EntityChanged")


def test_an_order_is_shipped_to_an_address_of_its_own(bc):
    order = bc.order(shipToName="Store 9", shipToAddressLine1="Quay 9", shipToCity="Ventspils")
    assert (order["shipToName"], order["shipToCity"]) == ("Store 9", "Ventspils")
    assert order["sellToAddressLine1"] == "Quay 1"


def test_a_foreign_currency_is_named_by_code_or_id(bc):
    usd = bc.rows("currencies?$filter=code eq 'USD'")[0]
    order = bc.order(currencyId=usd["id"])
    assert (order["currencyCode"], order["currencyId"]) == ("USD", usd["id"])
    assert bc.lines(order)[0]["unitPrice"] == Decimal("13.88889")
    assert bc.order(currencyCode="USD")["currencyId"] == usd["id"]


def test_amounts_are_rounded_by_currency(bc):
    """1.5."""
    order = bc.order(a_line(quantity=3, unitPrice=10.333), currencyCode="JPY")
    assert order["totalAmountExcludingTax"] == 31


def test_a_header_discount_is_spread_over_the_lines(bc):
    order = bc.order(a_line(quantity=4), a_line("HOSE-20", 10), discountAmount=10)
    assert order["totalAmountExcludingTax"] == Decimal(72)
    shares = [line["invoiceDiscountAllocation"] for line in bc.lines(order)]
    assert (sum(shares), shares[0]) == (10, Decimal("6.1"))


def test_two_orders_of_two_customers_do_not_meet(bc):
    bc.order()
    bc.order(customerNumber="20000")
    mine = bc.rows("salesOrders?$filter=customerNumber eq '20000'")
    assert [row["customerName"] for row in mine] == ["Mill & Sons"]


def test_the_whole_address_and_the_company_by_name_work_too(bc, company):
    order = bc.order()
    by_name = f"{ROOT}/companies(name='Harbour Trading')/salesOrders({order['id']})"
    by_query = f"{ROOT}/salesOrders({order['id']})?company={company.id}"
    alone = f"{ROOT}/salesOrders({order['id']})"
    assert {bc("GET", url).json()["number"] for url in (by_name, by_query, alone)} == {order["number"]}


def test_an_order_comes_with_its_lines_and_customer_when_they_are_expanded(bc):
    order = bc.order(a_line(quantity=4), a_line("HOSE-20", 10))
    answer = bc(
        "GET",
        f"salesOrders({order['id']})?$expand=salesOrderLines($select=quantity;$orderby=quantity desc),customer",
    )
    assert [line["quantity"] for line in answer.json()["salesOrderLines"]] == [10, 4]
    assert answer.json()["customer"]["displayName"] == "Harbour Pumps"
