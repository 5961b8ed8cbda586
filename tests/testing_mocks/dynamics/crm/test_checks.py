"""What the data model refuses (dynamics.md 4.3, 4.7)."""

import pytest

from erp_connect.testing.mocks.dynamics.crm.settings import Settings

from .conftest import CRM, KNOWN, a_line, an_order, refused


def test_an_unknown_column(crm):
    text = f"Invalid property 'colour' was found in entity '{CRM}.salesorder'."
    assert refused(crm("POST", "salesorders", an_order(colour="red"))) == (400, "0x80048d19", text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 7),
        ("ispricelocked", "true"),
        ("discountamount", "5"),
        ("paymenttermscode", "1"),
        ("requestdeliveryby", "2026-05-01"),
        ("requestdeliveryby", "2026-05-01T00:00:00"),
        ("requestdeliveryby", "soon"),
        ("salesorderid", "WEB-1"),
        ("order_details", {"quantity": 1}),
    ],
)
def test_a_value_of_another_type(crm, field, value):
    status, code, _ = refused(crm("POST", "salesorders", an_order(**{field: value})))
    assert (status, code) == (400, "0x80048d19")
    assert crm.rows("salesorders") == []


@pytest.mark.parametrize("settings", [Settings(date_only=frozenset({"salesorder/requestdeliveryby"}))])
def test_a_column_can_be_date_only(crm):
    """4.2: check the column's behaviour in metadata"""
    order = crm.order(requestdeliveryby="2026-05-01")
    assert crm.paper(order)["requestdeliveryby"] == "2026-05-01"
    assert (
        crm("PATCH", f"salesorders({order})", {"requestdeliveryby": "2026-05-01T00:00:00Z"}).status_code
        == 400
    )


@pytest.mark.parametrize(("field", "length"), [("name", 300), ("shipto_city", 80), ("description", 2000)])
def test_a_text_that_is_too_long(crm, field, length):
    assert crm("POST", "salesorders", an_order(**{field: "x" * length})).status_code == 204
    status, code, text = refused(crm("POST", "salesorders", an_order(**{field: "x" * (length + 1)})))
    assert (status, code) == (400, "0x80044331")
    assert f"maximum allowed length of '{length}'" in text


def test_a_choice_that_is_not_offered(crm):
    status, code, text = refused(crm("POST", "salesorders", an_order(paymenttermscode=9)))
    assert (status, code) == (400, "0x8004431a")
    assert text.endswith("Accepted Values: 1,2,3,4")


@pytest.mark.parametrize("field", ["discountamount", "discountpercentage", "freightamount"])
def test_numbers_below_zero(crm, field):
    assert refused(crm("POST", "salesorders", an_order(**{field: -1})))[:2] == (400, "0x80044330")


def test_a_required_column(crm):
    assert refused(crm("POST", "salesorders", an_order(name=None)))[:2] == (400, "0x80040203")
    order = crm.order()
    assert crm("PATCH", f"salesorders({order})", {"name": None}).status_code == 400


@pytest.mark.parametrize("settings", [Settings(required_refused=False)])
def test_required_columns_can_be_the_forms_affair(crm):
    assert crm("POST", "salesorders", an_order(name=None)).status_code == 204


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"'])
def test_a_body_that_is_no_entity(crm, session, body):
    answer = session.post(
        "https://harbour.crm4.dynamics.com/api/data/v9.2/salesorders",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    assert refused(answer)[:2] == (400, "0x80048d19")


def test_a_body_says_that_it_is_json(crm):
    assert crm("POST", "salesorders", an_order(), Content_Type="text/plain").status_code == 415


def test_the_type_of_a_body(crm):
    assert crm("POST", "salesorders", an_order() | {"@odata.type": f"{CRM}.account"}).status_code == 400
    assert crm("POST", "salesorders", an_order() | {"@odata.type": f"#{CRM}.salesorder"}).status_code == 204


def test_methods_and_addresses_that_do_not_exist(crm):
    order = crm.order()
    for method, path, status in (
        ("PUT", f"salesorders({order})", 405),
        ("DELETE", "salesorders", 405),
        ("POST", f"salesorders({order})", 405),
        ("GET", "salesshipments", 404),
        ("GET", "msdyn_purchaseorders", 404),
        ("POST", f"salesorders/{CRM}.DeleteMultiple", 404),
        ("POST", "ConvertQuoteToSalesOrder", 404),
    ):
        body = {} if method in {"PUT", "POST"} else None
        assert crm(method, path, body).status_code == status, path
    assert refused(crm("GET", "salesshipments"))[1:] == (
        "0x8006088a",
        "Resource not found for the segment 'salesshipments'.",
    )


def test_masters_that_orders_lead_to_stay(crm):
    crm.order()
    for path in (f"accounts({KNOWN['account/10000']})", f"products({KNOWN['product/VALVE-20']})"):
        assert refused(crm("DELETE", path))[:2] == (400, "0x80040227")
    free = crm.created("accounts", {"name": "Nobody"})
    assert crm("DELETE", f"accounts({free})").status_code == 204


def test_masters_are_created_and_changed(crm):
    """4.8: customers, contacts, products, price lists"""
    account = crm.created(
        "accounts", {"name": "New Harbour", "accountnumber": "30000", "address1_city": "Kiel"}
    )
    contact = {
        "firstname": "Front",
        "lastname": "Desk",
        "parentcustomerid_account@odata.bind": f"/accounts({account})",
    }
    crm("PATCH", f"accounts({account})", {"telephone1": "+49 1"})
    stored = crm.read(f"accounts({account})")
    assert (stored["telephone1"], stored["address1_composite"]) == ("+49 1", "Kiel")
    assert crm.read(f"contacts({crm.created('contacts', contact)})")["fullname"] == "Front Desk"
    product = {
        "name": "Elbow",
        "productnumber": "ELBOW-1",
        "defaultuomid@odata.bind": f"/uoms({KNOWN['uom/piece']})",
    }
    created = crm.read(f"products({crm.created('products', product)})?$expand=defaultuomid($select=name)")
    assert created["defaultuomid"]["name"] == "Piece"
    assert crm("POST", "products", {"name": "No number"}).status_code == 400


def test_quotes_and_invoices_have_totals_too(crm):
    quote = crm.created("quotes", an_order(quote_details=[a_line()]))
    assert crm.read(f"quotes({quote})")["totalamount"] == 50
    invoice = crm.created("invoices", an_order(invoice_details=[a_line(quantity=2)]))
    assert crm.read(f"invoices({invoice})")["totalamount"] == 25
