"""``$batch`` and messages for many rows (dynamics.md 4.6)."""

import json

import pytest

from erp_connect.testing.mocks.dynamics.crm.settings import Settings

from .conftest import CRM, ROOT, a_line, an_order, refused


def part(method, path, body=None, number="", **headers):
    """One request as a part."""
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    head += f"Content-ID: {number}\r\n" if number else ""
    named = {"Content-Type": "application/json", "Accept": "application/json"} | headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    inner = f"{method} {path} HTTP/1.1\r\n{lines}\r\n"
    return head + "\r\n" + inner + (json.dumps(body) if body is not None else "")


def joined(mark, parts):
    return "".join(f"--{mark}\r\n{one}\r\n" for one in parts) + f"--{mark}--\r\n"


def change_set(*requests):
    parts = [part(*request, number=str(number)) for number, request in enumerate(requests, 1)]
    return "Content-Type: multipart/mixed; boundary=changes\r\n\r\n" + joined("changes", parts)


@pytest.fixture
def batch(session):
    """Sends parts; status and text of the answer."""

    def batch(*parts, **headers):
        named = {"Content-Type": "multipart/mixed; boundary=batch"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = session.post(f"{ROOT}$batch", data=joined("batch", parts), headers=named)
        return answer.status_code, answer.text

    return batch


def names(crm):
    return sorted(row["name"] for row in crm.rows("salesorders"))


def test_reads_and_writes_travel_together(crm, batch):
    order = crm.order()
    status, text = batch(
        part("GET", f"salesorders({order})?$select=name"),
        part("GET", f"/api/data/v9.2/salesorders({order})?$select=ordernumber"),
        part("PATCH", f"{ROOT}salesorders({order})", {"name": "WEB-2"}),
    )
    assert status == 200
    assert text.count("HTTP/1.1 200 OK") == 2
    assert text.count("HTTP/1.1 204 No Content") == 1
    assert names(crm) == ["WEB-2"]


def test_a_change_set_is_all_or_nothing(crm, batch):
    """4.6: changesets atomic"""
    good, bad = an_order(name="GOOD"), an_order(name="BAD", colour="red")
    status, text = batch(change_set(("POST", "salesorders", good), ("POST", "salesorders", bad)))
    assert status == 400
    assert "Invalid property 'colour'" in text
    assert names(crm) == []
    status, text = batch(
        change_set(("POST", "salesorders", good), ("POST", "salesorders", an_order(name="TOO")))
    )
    assert (status, text.count("HTTP/1.1 204 No Content")) == (200, 2)
    assert text.count("OData-EntityId") == 2
    assert names(crm) == ["GOOD", "TOO"]


def test_later_requests_name_what_earlier_ones_made(crm, batch):
    """4.6: Content-ID and $1 references, in addresses and in bodies"""
    line = a_line(salesorderid__bind="$1")
    status, _ = batch(
        change_set(
            ("POST", "salesorders", an_order(name="NEW")),
            ("POST", "salesorderdetails", line),
            ("PATCH", "$1", {"description": "by reference"}),
        )
    )
    assert status == 200
    (order,) = crm.rows("salesorders?$expand=order_details")
    assert (order["description"], order["totalamount"], len(order["order_details"])) == (
        "by reference",
        50,
        1,
    )


def test_a_batch_stops_at_the_first_refusal(crm, batch):
    """4.6: outer 400"""
    status, text = batch(part("GET", "nothing"), part("POST", "salesorders", an_order()))
    assert (status, text.count("HTTP/1.1")) == (400, 1)
    assert names(crm) == []


def test_a_batch_goes_on_where_that_is_preferred(crm, batch):
    """4.6: outer 200"""
    parts = (part("GET", "nothing"), part("POST", "salesorders", an_order()))
    status, text = batch(*parts, Prefer="odata.continue-on-error")
    assert (status, text.count("HTTP/1.1")) == (200, 2)
    assert names(crm) == ["WEB-1001"]


def test_no_read_in_a_change_set(batch):
    """4.6"""
    assert batch(change_set(("GET", "salesorders")))[0] == 400


@pytest.mark.parametrize("settings", [Settings(batch_limit=3)])
def test_a_batch_has_its_limit(batch):
    """4.6: up to 1,000 requests"""
    assert batch(*[part("GET", "salesorders")] * 3)[0] == 200
    assert batch(*[part("GET", "salesorders")] * 4)[0] == 400


def test_a_batch_is_multipart(crm):
    assert crm("POST", "$batch", {"requests": []}).status_code == 415
    assert crm("GET", "$batch").status_code == 405


# ---------------------------------------------------------------- CreateMultiple and its like


def targets(*bodies):
    return {"Targets": [{"@odata.type": f"{CRM}.salesorder"} | body for body in bodies]}


def test_many_orders_are_created_at_once(crm):
    """4.6"""
    body = targets(an_order(name="A", order_details=[a_line()]), an_order(name="B"))
    answer = crm("POST", f"salesorders/{CRM}.CreateMultiple", body)
    assert answer.status_code == 200
    ids = answer.json()["Ids"]
    assert [crm.paper(one)["name"] for one in ids] == ["A", "B"]
    assert crm.paper(ids[0])["totalamount"] == 50


def test_one_failure_takes_all_back(crm):
    """4.6: on standard tables"""
    body = targets(an_order(name="A"), an_order(name="B", paymenttermscode=9))
    assert refused(crm("POST", f"salesorders/{CRM}.CreateMultiple", body))[:2] == (400, "0x8004431a")
    assert names(crm) == []


def test_many_orders_are_changed_at_once(crm):
    first, second = crm.order(), crm.order()
    body = targets({"salesorderid": first, "name": "A"}, {"salesorderid": second, "name": "B"})
    assert crm("POST", f"salesorders/{CRM}.UpdateMultiple", body).status_code == 204
    assert names(crm) == ["A", "B"]
    body = targets({"salesorderid": first, "name": "C"}, {"salesorderid": first[::-1], "name": "D"})
    assert crm("POST", f"salesorders/{CRM}.UpdateMultiple", body).status_code in {400, 404}
    assert crm("POST", f"salesorders/{CRM}.UpdateMultiple", targets({"name": "nobody"})).status_code == 400
    assert names(crm) == ["A", "B"]


def test_many_orders_are_changed_or_created(crm):
    order = crm.order(erp_externalref="W1")
    body = targets(
        {"@odata.id": "salesorders(erp_externalref='W1')", "name": "OLD"},
        an_order(name="NEW") | {"@odata.id": "salesorders(erp_externalref='W2')"},
    )
    answer = crm("POST", f"salesorders/{CRM}.UpsertMultiple", body)
    assert [one["RecordCreated"] for one in answer.json()["Results"]] == [False, True]
    assert crm.paper(order)["name"] == "OLD"
    assert crm.read("salesorders(erp_externalref='W2')")["name"] == "NEW"


@pytest.mark.parametrize(
    "body",
    [{}, {"Targets": []}, {"Targets": [an_order()]}, {"Targets": [{"@odata.type": f"{CRM}.account"}]}],
)
def test_targets_are_checked(crm, body):
    assert refused(crm("POST", f"salesorders/{CRM}.CreateMultiple", body))[:2] == (400, "0x80048d19")


@pytest.mark.parametrize("settings", [Settings(bulk_messages=frozenset())])
def test_an_environment_may_lack_the_messages(crm):
    answer = crm("POST", f"salesorders/{CRM}.CreateMultiple", targets(an_order()))
    assert refused(answer)[:2] == (404, "0x8006088a")
