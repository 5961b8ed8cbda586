"""How orders end (dynamics.md 4.3, 4.4; checklist 4.9, point 6)."""

from uuid import UUID

import pytest

from erp_connect.testing.mocks.dynamics.crm.closing import invoiced
from erp_connect.testing.mocks.dynamics.crm.settings import Settings
from erp_connect.testing.mocks.odata.errors import ODataError

from .conftest import CRM, refused

FULFIL = f"salesorders/{CRM}.FulfillSalesOrder"
CANCEL = "CancelSalesOrder"


def ending(order, status, **fields):
    activity = {
        "@odata.type": f"{CRM}.orderclose",
        "subject": "done",
        "salesorderid@odata.bind": f"/salesorders({order})",
    }
    return {"Status": status, "OrderClose": activity | fields}


def states(crm, order):
    paper = crm.paper(order)
    return paper["statecode"], paper["statuscode"]


@pytest.mark.parametrize(
    ("action", "status", "state"),
    [
        (FULFIL, 100001, (3, 100001)),
        (FULFIL, 100002, (3, 100002)),
        (FULFIL, -1, (3, 100001)),
        (CANCEL, 4, (2, 4)),
        (CANCEL, -1, (2, 4)),
    ],
)
def test_an_order_is_ended_once_and_a_row_tells_of_it(crm, action, status, state):
    """4.9 point 6"""
    order = crm.order()
    answer = crm("POST", action, ending(order, status, description="by phone"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert states(crm, order) == state
    (told,) = crm.rows(f"ordercloses?$filter=_salesorderid_value eq {order}")
    assert (told["subject"], told["description"]) == ("done", "by phone")
    assert told["ordernumber"] == crm.paper(order)["ordernumber"]
    assert crm.lines(order)[0]["salesorderstatecode"] == state[0]

    for again in (FULFIL, CANCEL):
        assert refused(crm("POST", again, ending(order, -1)))[:2] == (400, "0x80040203")
    assert len(crm.rows("ordercloses")) == 1


@pytest.mark.parametrize("settings", [Settings(closed_status=409)])
def test_acting_on_a_closed_order_has_the_status_of_the_site(crm):
    """4.4: 400 assumed, ?"""
    order = crm.order()
    crm("POST", CANCEL, ending(order, 4))
    assert crm("POST", CANCEL, ending(order, 4)).status_code == 409


def test_a_closed_order_is_not_changed(crm):
    order = crm.order()
    line = crm.lines(order)[0]["salesorderdetailid"]
    crm("POST", CANCEL, ending(order, 4))
    for method, path, body in (
        ("PATCH", f"salesorders({order})", {"name": "X"}),
        ("PATCH", f"salesorders({order})", {"statecode": 0, "statuscode": 1}),
        ("PATCH", f"salesorderdetails({line})", {"quantity": 1}),
        ("DELETE", f"salesorderdetails({line})", None),
    ):
        assert crm(method, path, body).status_code == 400
    assert crm.paper(order)["totalamount"] == 50


def test_fulfilled_orders_bear_their_day(crm):
    order = crm.order()
    crm("POST", FULFIL, ending(order, 100001))
    assert crm.paper(order)["datefulfilled"] == "2026-03-02T09:00:00Z"


@pytest.mark.parametrize(
    "body",
    [
        {"Status": 4},
        {"Status": "4", "OrderClose": {"@odata.type": f"{CRM}.orderclose", "subject": "x"}},
        {"Status": 4, "OrderClose": {"subject": "no type"}},
        {"Status": 4, "OrderClose": {"@odata.type": f"{CRM}.orderclose", "subject": "no order"}},
        {"Status": 4, "OrderClose": {"@odata.type": f"{CRM}.orderclose", "colour": "red"}},
    ],
)
def test_parameters_are_checked(crm, body):
    assert crm("POST", CANCEL, body).status_code == 400


@pytest.mark.parametrize(("action", "status"), [(CANCEL, 100001), (FULFIL, 4), (FULFIL, 77)])
def test_a_status_belongs_to_its_state(crm, action, status):
    order = crm.order()
    assert crm("POST", action, ending(order, status)).status_code == 400
    assert states(crm, order) == (0, 1)


def test_an_order_that_is_not_there_cannot_be_ended(crm):
    unknown = "00000000-0000-0000-0000-000000000001"
    text = f"salesorder With Id = {unknown} Does Not Exist"
    assert refused(crm("POST", CANCEL, ending(unknown, 4))) == (404, "0x80040217", text)


def test_addresses_of_the_actions(crm):
    """4.4: one is bound to the collection, one is not"""
    order = crm.order()
    assert refused(crm("POST", "FulfillSalesOrder", ending(order, -1)))[:2] == (404, "0x8006088a")
    assert refused(crm("POST", f"salesorders/{CRM}.CancelSalesOrder", ending(order, -1)))[0] == 404
    assert crm("GET", CANCEL).status_code == 405


def test_an_order_is_submitted_and_taken_back_by_a_patch(crm):
    """4.4: direct state change"""
    order = crm.order()
    assert crm("PATCH", f"salesorders({order})", {"statecode": 1, "statuscode": 3}).status_code == 204
    assert states(crm, order) == (1, 3)
    assert crm.paper(order)["submitdate"] == "2026-03-02T09:00:00Z"
    assert crm("PATCH", f"salesorders({order})", {"statecode": 0, "statuscode": 2}).status_code == 204
    assert crm("PATCH", f"salesorders({order})", {"statecode": 1, "statuscode": 2}).status_code == 400
    assert states(crm, order) == (0, 2)
    assert crm("POST", CANCEL, ending(order, 4)).status_code == 204


def test_closed_states_come_by_actions(crm):
    order = crm.order()
    assert crm("PATCH", f"salesorders({order})", {"statecode": 2, "statuscode": 4}).status_code == 400
    assert states(crm, order) == (0, 1)


@pytest.mark.parametrize("settings", [Settings(closing_by_patch=True)])
def test_closed_states_can_come_by_a_patch_which_leaves_no_trace(crm):
    order = crm.order()
    assert crm("PATCH", f"salesorders({order})", {"statecode": 2, "statuscode": 4}).status_code == 204
    assert states(crm, order) == (2, 4)
    assert crm.rows("ordercloses") == []


def test_a_customers_own_status(crm, organization):
    """4.3: custom status values are normal"""
    organization.add_status(0, 100900, "Waiting for papers")
    organization.add_status(2, 100901, "Customer changed mind")
    order = crm.order()
    assert crm("PATCH", f"salesorders({order})", {"statuscode": 100900}).status_code == 204
    assert states(crm, order) == (0, 100900)
    assert crm("POST", CANCEL, ending(order, 100901)).status_code == 204
    assert states(crm, order) == (2, 100901)


@pytest.mark.parametrize("settings", [Settings(order_processing_replaced=True)])
def test_integration_can_take_the_actions_away(crm):
    """4.4: the environment may replace this behaviour"""
    order = crm.order()
    assert crm("POST", CANCEL, ending(order, 4)).status_code == 400
    assert states(crm, order) == (0, 1)


def test_the_office_makes_an_invoice(crm, organization):
    order = crm.order({"tax": 9.5})
    invoiced(organization, UUID(order))
    assert states(crm, order) == (4, 100003)
    (invoice,) = crm.rows(f"invoices?$filter=_salesorderid_value eq {order}&$expand=invoice_details")
    assert (invoice["totalamount"], invoice["statecode"]) == (59.5, 0)
    assert invoice["invoicenumber"].startswith("INV-")
    line = crm.lines(order)[0]
    (copied,) = invoice["invoice_details"]
    assert (copied["_salesorderdetailid_value"], copied["quantity"]) == (line["salesorderdetailid"], 4)
    assert crm("POST", CANCEL, ending(order, 4)).status_code == 400


def test_the_office_invoices_an_order_once_and_none_that_is_cancelled(crm, organization):
    done, cancelled = crm.order(), crm.order()
    crm("POST", FULFIL, ending(done, -1))
    crm("POST", CANCEL, ending(cancelled, -1))
    invoiced(organization, UUID(done))
    for order in (done, cancelled):
        with pytest.raises(ODataError, match="is closed"):
            invoiced(organization, UUID(order))
    assert len(crm.rows("invoices")) == 1
