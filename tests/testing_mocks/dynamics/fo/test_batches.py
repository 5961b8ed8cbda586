"""``$batch``: multipart, change sets as transactions (dynamics.md 3.2; checklist 3.9, point 7)."""

import json

import pytest

from erp_connect.testing.mocks.dynamics.fo.samples import finance_world
from erp_connect.testing.mocks.dynamics.fo.settings import Settings

from .conftest import HOST, a_header

LINE = {"SalesOrderNumber": "WEB-1", "ItemNumber": "VALVE-20", "OrderedSalesQuantity": 4}
BAD = LINE | {"ItemNumber": "NONE"}


def part(method, path, body=None, number=""):
    """One request as a part."""
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    head += f"Content-ID: {number}\r\n" if number else ""
    inner = f"{method} {path} HTTP/1.1\r\nContent-Type: application/json\r\nAccept: application/json\r\n\r\n"
    return head + "\r\n" + inner + (json.dumps(body) if body is not None else "")


def joined(mark, parts):
    return "".join(f"--{mark}\r\n{one}\r\n" for one in parts) + f"--{mark}--\r\n"


def change_set(*requests):
    parts = [part(*request, number=str(number)) for number, request in enumerate(requests, 1)]
    return "Content-Type: multipart/mixed; boundary=changes\r\n\r\n" + joined("changes", parts)


@pytest.fixture
def world(clock):
    return finance_world(clock, manual_numbers=True)


@pytest.fixture
def batch(session):
    """Sends parts; the text of the answer."""

    def batch(*parts, **headers):
        named = {"Content-Type": "multipart/mixed; boundary=batch"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = session.post(f"{HOST}/data/$batch", data=joined("batch", parts), headers=named)
        assert answer.status_code == 200, answer.text
        return answer.text

    return batch


HEADER = a_header(SalesOrderNumber="WEB-1", dataAreaId="usmf")


def test_header_and_lines_in_one_change_set(fo, batch):
    """section 0: one changeset only if the number is known beforehand"""
    text = batch(
        change_set(
            ("POST", "SalesOrderHeadersV2", HEADER),
            ("POST", "SalesOrderLines", LINE),
            ("POST", "SalesOrderLines", LINE | {"ItemNumber": "HOSE-20"}),
        )
    )
    assert text.count("HTTP/1.1 201 Created") == 3
    assert [text.count(f"Content-ID: {number}") for number in (1, 2, 3)] == [1, 1, 1]
    assert len(fo.rows("SalesOrderLines?$filter=SalesOrderNumber eq 'WEB-1'")) == 2


def test_a_change_set_is_one_transaction(fo, batch):
    """3.9, point 7"""
    text = batch(change_set(("POST", "SalesOrderHeadersV2", HEADER), ("POST", "SalesOrderLines", BAD)))
    assert "HTTP/1.1 201" not in text
    assert "HTTP/1.1 500" in text
    assert "'NONE' in field 'ItemNumber'" in text
    assert fo.rows("SalesOrderHeadersV2") == []


@pytest.mark.parametrize("settings", [Settings(refusal_status_in_batch=400)])
def test_a_failing_part_may_carry_a_400(batch):
    """3.2: documented sample 500; section 9: default 400 outside"""
    assert "HTTP/1.1 400" in batch(change_set(("POST", "SalesOrderLines", BAD)))


def test_parts_outside_of_change_sets_stand_alone(fo, batch):
    """3.9, point 7: separate calls are not atomic"""
    text = batch(part("POST", "SalesOrderHeadersV2", HEADER), part("POST", "SalesOrderLines", BAD))
    assert ("HTTP/1.1 201" in text, "HTTP/1.1 500" in text) == (True, True)
    assert len(fo.rows("SalesOrderHeadersV2")) == 1


def test_a_batch_stops_at_a_failure_unless_told_otherwise(fo, batch):
    parts = [part("POST", "SalesOrderLines", BAD), part("POST", "SalesOrderHeadersV2", HEADER)]
    assert "HTTP/1.1 201" not in batch(*parts)
    assert "HTTP/1.1 201" in batch(*parts, Prefer="odata.continue-on-error")
    assert len(fo.rows("SalesOrderHeadersV2")) == 1


def test_a_batch_reads_each_in_its_own_company(fo, batch):
    fo.header()
    text = batch(
        part("GET", "SalesOrderHeadersV2?$select=dataAreaId"),
        part(
            "GET",
            "/data/SalesOrderHeadersV2?cross-company=true&$filter=dataAreaId eq 'demf'".replace(" ", "%20"),
        ),
    )
    assert text.count("HTTP/1.1 200 OK") == 2
    assert text.count('"dataAreaId":"usmf"') == 1


def test_a_change_set_refers_to_what_it_made(fo, batch):
    """3.2: Content-ID references"""
    changes = change_set(("POST", "SalesOrderHeadersV2", HEADER), ("PATCH", "$1", {"URL": "x"}))
    assert "HTTP/1.1 204" in batch(changes)
    assert fo.rows("SalesOrderHeadersV2")[0]["URL"] == "x"


def test_json_batches_are_refused(fo):
    """section 9: refuse"""
    body = {"requests": [{"id": "1", "method": "GET", "url": "LegalEntities"}]}
    assert fo("POST", "$batch", body).status_code == 415


@pytest.mark.parametrize("settings", [Settings(json_batch=True)])
def test_json_batches_may_be_taken(fo):
    body = {"requests": [{"id": "1", "method": "GET", "url": "LegalEntities"}]}
    assert fo("POST", "$batch", body).json()["responses"][0]["status"] == 200


@pytest.mark.parametrize("settings", [Settings(batch_limit=2)])
def test_a_batch_has_a_limit(session, fo):
    """3.2: documentation allows 5,000 parts"""
    body = joined("batch", [part("GET", "LegalEntities")] * 3)
    answer = session.post(
        f"{HOST}/data/$batch", data=body, headers={"Content-Type": "multipart/mixed; boundary=batch"}
    )
    assert answer.status_code == 400
    assert Settings().batch_limit == 5000
