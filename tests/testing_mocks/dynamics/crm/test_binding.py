"""Look-ups: how bodies bind them and what is refused (dynamics.md 4.2, 4.7; checklist 4.9, point 3)."""

import pytest

from erp_connect.testing.mocks.dynamics.crm.settings import Settings

from .conftest import KNOWN, ROOT, a_line, an_order, refused


@pytest.mark.parametrize("name", ["Customerid_account", "customerid", "customerid_Account", "salesperson"])
def test_a_navigation_that_is_not_declared(crm, name):
    """4.9 point 3, 4.7"""
    body = an_order() | {f"{name}@odata.bind": f"/accounts({KNOWN['account/10000']})"}
    status, code, text = refused(crm("POST", "salesorders", body))
    assert (status, code) == (400, "0x80048d19")
    begin = f"An undeclared property '{name}' which only has property annotations in the payload but no "
    assert text.startswith(begin + "property value was found in the payload.")


@pytest.mark.parametrize("settings", [Settings(payload_code="0x0")])
def test_malformed_payloads_have_other_codes_too(crm):
    """4.7"""
    assert refused(crm("POST", "salesorders", {"x@odata.bind": "/accounts(1)"}))[1] == "0x0"


@pytest.mark.parametrize("settings", [Settings(blank_codes=True)])
def test_older_code_paths_have_no_code(crm):
    """4.7: older code paths return a blank code with an innererror"""
    error = crm("GET", "salesorders(00000000-0000-0000-0000-000000000001)").json()["error"]
    assert error["code"] == ""
    assert error["innererror"]["message"] == error["message"]


@pytest.mark.parametrize(
    "address",
    [
        f"/accounts({KNOWN['account/10000']})",
        f"accounts({KNOWN['account/10000']})",
        f"{ROOT}accounts({KNOWN['account/10000']})",
        f"/api/data/v9.2/accounts({KNOWN['account/10000']})",
        "/accounts(accountnumber='10000')",
    ],
)
def test_addresses_that_lead_to_the_customer(crm, address):
    """4.2: by id or by alternate key"""
    order = crm.order(customerid_account__bind=address)
    assert crm.paper(order)["_customerid_value"] == KNOWN["account/10000"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/accounts(00000000-0000-0000-0000-000000000001)", 404),
        ("/accounts(accountnumber='99999')", 404),
        ("/accounts(name='Harbour Pumps')", 400),
        (f"/contacts({KNOWN['contact/workshop']})", 400),
        ("/accounts", 400),
        ("10000", 400),
        (7, 400),
    ],
)
def test_addresses_that_lead_nowhere(crm, address, status):
    answer = crm("POST", "salesorders", an_order(customerid_account__bind=address))
    assert answer.status_code == status, answer.text
    assert crm.rows("salesorders") == []


def test_lines_bind_by_alternate_key(crm):
    order = crm.order({"productid__bind": "/products(productnumber='PUMP-1')"})
    assert crm.lines(order)[0]["_productid_value"] == KNOWN["product/PUMP-1"]


def test_a_look_up_is_cleared_by_null(crm):
    """4.2: bind to null"""
    order = crm.order()
    crm("PATCH", f"salesorders({order})", {"pricelevelid@odata.bind": None})
    assert crm.paper(order)["_pricelevelid_value"] is None


def test_a_look_up_is_cleared_by_its_reference(crm):
    """4.2: DELETE {nav}/$ref"""
    order = crm.order()
    assert crm("GET", f"salesorders({order})/pricelevelid").status_code == 200
    assert crm("DELETE", f"salesorders({order})/pricelevelid/$ref").status_code == 204
    assert crm("GET", f"salesorders({order})/pricelevelid").status_code == 204
    assert crm("DELETE", f"salesorders({order})/Pricelevelid/$ref").status_code == 404


def test_a_look_up_is_set_by_its_reference(crm):
    order = crm.order(pricelevelid__bind=None)
    body = {"@odata.id": f"{ROOT}pricelevels({KNOWN['pricelevel/EUR']})"}
    assert crm("PUT", f"salesorders({order})/pricelevelid/$ref", body).status_code == 204
    assert crm.paper(order)["_pricelevelid_value"] == KNOWN["pricelevel/EUR"]
    assert crm.paper(order)["totalamount"] == 50


def test_the_customer_cannot_be_taken_away(crm):
    order = crm.order()
    assert crm("DELETE", f"salesorders({order})/customerid_account/$ref").status_code == 400
    assert crm.paper(order)["_customerid_value"] == KNOWN["account/10000"]


def test_a_line_stays_with_its_order(crm):
    one, other = crm.order(), crm.order()
    line = crm.lines(one)[0]["salesorderdetailid"]
    answer = crm("PATCH", f"salesorderdetails({line})", {"salesorderid@odata.bind": f"/salesorders({other})"})
    assert answer.status_code == 400
    assert crm("POST", "salesorderdetails", a_line()).status_code == 400
