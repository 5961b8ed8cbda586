"""Lines of sales orders (dynamics.md 1.8, 1.11; 1.19 points 1, 7 and 11)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business import ordering

from .conftest import a_line, code

DIALOG = (400, "Application_DialogException")
FIELD = (400, "Application_FieldValidationException")


def of_order(order):
    return f"salesOrders({order['id']})/salesOrderLines"


def test_lines_are_asked_for_by_their_order_or_by_id(bc):
    """1.19 point 7."""
    order = bc.order()
    line = bc.lines(order)[0]
    assert code(bc("GET", "salesOrderLines")) == DIALOG
    assert "You must specify an Id or a Document Id" in bc("GET", "salesOrderLines?$top=1").text
    assert bc.rows(f"salesOrderLines?$filter=documentId eq {order['id']}")[0]["id"] == line["id"]
    assert bc("GET", f"salesOrderLines({line['id']})").json()["quantity"] == 4


def test_a_line_is_added_through_its_order_or_with_its_id(bc):
    order = bc.order()
    answer = bc("POST", of_order(order), a_line("HOSE-20", 5))
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{bc.base}/{of_order(order)}({answer.json()['id']})"
    alone = bc("POST", "salesOrderLines", {**a_line("PUMP-A", 1), "documentId": order["id"]})
    assert alone.status_code == 201
    assert [line["sequence"] for line in bc.lines(order)] == [10000, 20000, 30000]


def test_a_line_without_an_order_is_refused(bc):
    assert code(bc("POST", "salesOrderLines", a_line())) == DIALOG


def test_an_item_is_named_by_id_or_number(bc):
    item = bc.rows("items?$filter=number eq 'HOSE-20'")[0]
    order = bc.order({"itemId": item["id"], "quantity": 5})
    line = bc.lines(order)[0]
    assert (line["lineType"], line["lineObjectNumber"], line["itemId"]) == ("Item", "HOSE-20", item["id"])


def test_an_item_and_an_account_at_once_are_refused(bc):
    item = bc.rows("items?$filter=number eq 'HOSE-20'")[0]
    freight = bc.order({"lineType": "Account", "lineObjectNumber": "6100", "quantity": 1})
    account = bc.lines(freight)[0]["accountId"]
    answer = bc("POST", of_order(freight), {"itemId": item["id"], "accountId": account, "quantity": 1})
    assert code(answer) == DIALOG
    assert answer.json()["error"]["message"].startswith('Both "itemId" and "accountId" are specified.')


def test_what_changes_amounts_rewrites_the_header_and_the_rest_does_not(bc, clock):
    """1.8, 1.13, 1.19 point 1."""
    order = bc.order()
    path, line = f"salesOrders({order['id']})", bc.lines(order)[0]

    def header():
        return bc("GET", path).json()

    before = header()
    clock.turn(minutes=1)
    for body in ({"description": "Valve"}, {"shipmentDate": "2026-04-01"}, {"shipQuantity": 1}):
        answer = bc("PATCH", f"salesOrderLines({line['id']})", body, If_Match="*")
        assert answer.status_code == 200
        assert answer.json()["@odata.etag"] != line["@odata.etag"]
        assert header() == before
    bc("PATCH", f"salesOrderLines({line['id']})", {"quantity": 5}, If_Match="*")
    after = header()
    assert after["@odata.etag"] != before["@odata.etag"]
    assert after["lastModifiedDateTime"] == "2026-03-02T09:01:00Z"
    assert after["totalAmountExcludingTax"] == 62.5


def test_a_line_is_changed_under_its_own_tag(bc):
    order = bc.order()
    line = bc.lines(order)[0]
    path = f"{of_order(order)}({line['id']})"
    assert bc("PATCH", path, {"quantity": 7}, If_Match=line["@odata.etag"]).status_code == 200
    stale = bc("PATCH", path, {"quantity": 8}, If_Match=line["@odata.etag"])
    assert code(stale) == (409, "Request_EntityChanged")
    assert code(bc("PATCH", path, {"quantity": 8})) == (400, "BadRequest_InvalidToken")


def test_a_line_is_taken_out(bc):
    order = bc.order(a_line(), a_line("HOSE-20", 5))
    line = bc.lines(order)[0]
    assert bc("DELETE", f"salesOrderLines({line['id']})").status_code == 204
    assert [one["lineObjectNumber"] for one in bc.lines(order)] == ["HOSE-20"]
    assert bc("GET", f"salesOrders({order['id']})").json()["totalAmountExcludingTax"] == 16


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"sequence": 5}, "The value for sequence cannot be modified."),
        ({"lineObjectNumber": "HOSE-20"}, "The value for lineObjectNumber cannot be modified."),
        ({"documentId": "11111111-1111-1111-1111-111111111111"}, "The value for documentId"),
        ({"shipQuantity": 9}, "You cannot ship more than 4 units."),
        ({"invoiceQuantity": 9}, "You cannot invoice more than 4 units."),
        ({"itemId": "11111111-1111-1111-1111-111111111111"}, "Item does not exist."),
    ],
)
def test_what_a_line_refuses(bc, change, text):
    line = bc.lines(bc.order())[0]
    answer = bc("PATCH", f"salesOrderLines({line['id']})", change, If_Match="*")
    assert answer.status_code == 400
    assert text in answer.text


def test_a_sequence_that_is_taken_is_refused(bc):
    order = bc.order()
    answer = bc("POST", of_order(order), a_line(sequence=10000))
    assert "You cannot insert a line because a line already exists." in answer.text


@pytest.mark.parametrize("name", ["shippedQuantity", "invoicedQuantity"])
def test_quantities_of_the_server_are_refused_or_passed_over(bc, server, name):
    """9: open, so it is a switch."""
    line = bc.lines(bc.order())[0]
    path = f"salesOrderLines({line['id']})"
    assert code(bc("PATCH", path, {name: 1}, If_Match="*")) == (400, "BadRequest_InvalidOperation")
    server.settings.server_owned = "ignored"
    answer = bc("PATCH", path, {name: 1}, If_Match="*")
    assert (answer.status_code, answer.json()[name]) == (200, 0)


def test_a_price_left_out_is_the_lists_and_zero_is_zero(bc):
    order = bc.order(a_line(quantity=1), a_line(quantity=1, unitPrice=0))
    assert [line["unitPrice"] for line in bc.lines(order)] == [Decimal("12.5"), 0]


def test_discounts_drive_each_other(bc):
    order = bc.order(a_line(quantity=4, discountPercent=10), a_line(quantity=4, discountAmount=10))
    first, second = bc.lines(order)
    assert (first["discountAmount"], first["amountExcludingTax"]) == (5, 45)
    assert (second["discountPercent"], second["amountExcludingTax"]) == (20, 40)


def test_another_unit_has_another_price(bc):
    order = bc.order(a_line(quantity=1, unitOfMeasureCode="BOX"))
    assert bc.lines(order)[0]["unitPrice"] == 150
    answer = bc("POST", of_order(order), a_line(unitOfMeasureCode="XXX"))
    assert code(answer) == (404, "Internal_RecordNotFound")


def test_a_line_names_its_variant_and_location(bc):
    variant = bc.rows("itemVariants?$filter=itemNumber eq 'PUMP-A'")[0]
    east = bc.rows("locations?$filter=code eq 'EAST'")[0]
    order = bc.order(a_line("PUMP-A", 1, itemVariantId=variant["id"], locationId=east["id"]))
    line = bc.lines(order)[0]
    assert (line["itemVariantId"], line["locationId"]) == (variant["id"], east["id"])
    assert line["description"] == "Pump, red"


@pytest.fixture
def released(bc, company):
    order = bc.order(a_line(quantity=4))
    with company.world.unit():
        ordering.release(company, next(iter(company.documents)))
    return bc("GET", f"salesOrders({order['id']})").json()


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"customerNumber": "20000"}, True),
        ({"billToCustomerNumber": "20000"}, True),
        ({"currencyCode": "USD"}, True),
        ({"pricesIncludeTax": True}, True),
        ({"partialShipping": False}, True),
        ({"requestedDeliveryDate": "2026-05-01"}, True),
        ({"externalDocumentNumber": "X"}, False),
        ({"shipToCity": "Ventspils"}, False),
        ({"shipToContact": "Gate 4"}, False),
    ],
)
def test_a_released_order_refuses_what_the_warehouse_relies_on(bc, released, body, refused):
    """1.11, 1.19 point 11."""
    assert released["status"] == "Open"
    answer = bc("PATCH", f"salesOrders({released['id']})", body, If_Match="*")
    assert answer.status_code == (400 if refused else 200)
    if refused:
        assert code(answer) == FIELD
        assert "Status must be equal to 'Open'" in answer.text
        assert "Current value is 'Released'" in answer.text


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"quantity": 5}, True),
        ({"unitOfMeasureCode": "BOX"}, True),
        ({"shipmentDate": "2026-05-01"}, True),
        ({"discountPercent": 5}, True),
        ({"unitPrice": 11}, False),
        ({"shipQuantity": 1}, False),
        ({"invoiceQuantity": 1}, False),
    ],
)
def test_a_released_orders_lines_keep_what_was_released(bc, released, body, refused):
    line = bc.lines(released)[0]
    answer = bc("PATCH", f"salesOrderLines({line['id']})", body, If_Match="*")
    assert answer.status_code == (400 if refused else 200)


def test_a_released_order_takes_no_lines_and_gives_none_but_may_be_deleted(bc, released):
    line = bc.lines(released)[0]
    assert code(bc("POST", of_order(released), a_line())) == FIELD
    assert code(bc("DELETE", f"salesOrderLines({line['id']})")) == FIELD
    assert bc("DELETE", f"salesOrders({released['id']})").status_code == 204


def test_an_order_under_approval_is_in_review(bc, company):
    order = bc.order()
    with company.world.unit():
        ordering.request_approval(company, next(iter(company.documents)))
    assert bc("GET", f"salesOrders({order['id']})").json()["status"] == "In_x0020_Review"
    assert [row["id"] for row in bc.rows("salesOrders?$filter=status eq 'In_x0020_Review'")] == [order["id"]]


def test_the_status_of_a_record_that_is_missing_is_a_switch(bc, server):
    """9: 404 or 400."""
    server.settings.not_found_status = 400
    answer = bc("POST", of_order(bc.order()), a_line(unitOfMeasureCode="XXX"))
    assert code(answer) == (400, "Internal_RecordNotFound")
