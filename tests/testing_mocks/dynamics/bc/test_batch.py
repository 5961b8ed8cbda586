"""``$batch`` and its traps (dynamics.md 1.15; 1.19 point 9)."""

import pytest

from .conftest import ROOT, a_line, code


@pytest.fixture
def batch(bc, company):
    def send(*requests, **headers):
        return bc("POST", f"{ROOT}/$batch", {"requests": list(requests)}, **headers)

    return send


def create(company, customer="10000", **more):
    body = {"customerNumber": customer, "salesOrderLines": [a_line()]}
    headers = {"Content-Type": "application/json"}
    url = f"companies({company.id})/salesOrders"
    return {"method": "POST", "url": url, "headers": headers, "body": body, **more}


def statuses(answer):
    assert answer.status_code == 200
    return [part["status"] for part in answer.json()["responses"]]


def test_every_part_has_its_own_status(batch, bc, company):
    order = bc.order()
    path = f"companies({company.id})/salesOrders({order['id']})"
    answer = batch(
        create(company, id="r1"),
        {
            "id": "r2",
            "method": "PATCH",
            "url": path,
            "headers": {"Content-Type": "application/json", "If-Match": "*"},
            "body": {"externalDocumentNumber": "WEB-2"},
        },
        {"method": "GET", "url": path},
    )
    assert statuses(answer) == [201, 200, 200]
    parts = answer.json()["responses"]
    assert [part["id"] for part in parts] == ["r1", "r2", None]
    assert {"location", "content-type", "odata-version"} <= parts[0]["headers"].keys()
    assert parts[2]["body"]["externalDocumentNumber"] == "WEB-2"


def test_it_stops_at_the_first_error_and_keeps_what_was_before(batch, bc, company):
    answer = batch(create(company), create(company, "NIX"), create(company))
    assert statuses(answer) == [201, 400]
    assert len(bc.rows("salesOrders")) == 1


def test_it_goes_on_when_it_is_told_to(batch, bc, company):
    answer = batch(create(company), create(company, "NIX"), create(company), Prefer="odata.continue-on-error")
    assert statuses(answer) == [201, 400, 201]
    assert len(bc.rows("salesOrders")) == 2


def test_a_snapshot_is_undone_and_does_not_say_so(batch, bc, company):
    """The parts before the failure are shown as done."""
    answer = batch(create(company), create(company), create(company, "NIX"), Isolation="snapshot")
    assert statuses(answer) == [201, 201, 400]
    assert bc.rows("salesOrders") == []


def test_a_snapshot_that_does_well_is_kept(batch, bc, company):
    assert statuses(batch(create(company), create(company), Isolation="snapshot")) == [201, 201]
    assert len(bc.rows("salesOrders")) == 2


def test_posting_breaks_the_promise_of_a_snapshot(batch, bc, company):
    order = bc.order()
    action = f"companies({company.id})/salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice"
    answer = batch(
        create(company), {"method": "POST", "url": action}, create(company, "NIX"), Isolation="snapshot"
    )
    assert statuses(answer) == [201, 204, 400]
    assert len(bc.rows("salesInvoices")) == 1
    assert len(bc.rows("salesOrders")) == 1  # the one that was created before the posting


def test_more_than_a_hundred_are_refused_as_a_whole(batch, bc, company):
    assert code(batch(*[create(company)] * 101)) == (400, "BadRequest")
    assert bc.rows("salesOrders") == []


def test_a_part_may_name_its_company_in_a_header(batch, bc, company):
    request = create(company)
    request["url"] = "salesOrders"
    request["headers"]["Company"] = "Harbour Trading"
    assert statuses(batch(request)) == [201]


def test_groups_and_dependencies_are_passed_over(batch, bc, company):
    """9: ignored, each part on its own."""
    answer = batch(
        create(company, id="1", atomicityGroup="g"), create(company, "NIX", id="2", atomicityGroup="g")
    )
    assert statuses(answer) == [201, 400]
    assert len(bc.rows("salesOrders")) == 1


@pytest.mark.parametrize("body", [[], {}, {"requests": "x"}])
def test_an_envelope_that_is_none_is_refused(bc, body):
    assert code(bc("POST", f"{ROOT}/$batch", body)) == (400, "BadRequest")


def multipart(*pieces):
    lines = []
    for piece in pieces:
        lines += ["--b", *piece]
    return "\r\n".join([*lines, "--b--", ""]).encode()


def inner(company, number):
    return [
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        f"Content-ID: {number}",
        "",
        f"POST companies({company.id})/salesOrders HTTP/1.1",
        "Content-Type: application/json",
        "",
        '{"customerNumber":"10000"}',
        "",
    ]


def test_a_change_set_with_two_writes_is_refused(bc, session, company):
    """1.15: 500, the text of the server."""
    change_set = [
        "Content-Type: multipart/mixed; boundary=c",
        "",
        "--c",
        *inner(company, 1),
        "--c",
        *inner(company, 2),
        "--c--",
    ]
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    answer = session.post(f"{ROOT}/$batch", data=multipart(change_set), headers=headers, timeout=9)
    assert answer.status_code == 500
    assert "Multiple requests within the same change set are not supported" in answer.text
    assert bc.rows("salesOrders") == []


def test_parts_may_come_as_multipart(bc, session, company):
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    body = multipart(inner(company, 1), inner(company, 2))
    answer = session.post(f"{ROOT}/$batch", data=body, headers=headers, timeout=9)
    assert (answer.status_code, answer.text.count("HTTP/1.1 201")) == (200, 2)
    assert len(bc.rows("salesOrders")) == 2
