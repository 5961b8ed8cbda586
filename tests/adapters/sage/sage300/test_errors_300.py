"""What the Web API refuses with, in this library's words: by its code, whatever the HTTP status (sage.md 3.6)."""

import pytest

from erp_connect import errors
from erp_connect.adapters.sage.sage300.errors import refusal
from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300
from erp_connect.wire.http import Answer

from .place300 import draft, place

CODES = {
    "RecordNotFound": errors.NotFound,
    "ResourceNotFound": errors.UnsupportedOperation,
    "FieldInvalid": errors.InvalidOrder,
    "General": errors.InvalidOrder,
    "RecordInvalid": errors.InvalidOrder,
    "RecordDuplicate": errors.DuplicateReference,
    "InvalidPayload": errors.InvalidOrder,
    "InvalidParameters": errors.RequestRefused,
    "InvalidEntityKey": errors.NotFound,
    "InvalidAction": errors.InvalidOrder,
    "Unauthorized": errors.AuthenticationFailed,
    "Forbidden": errors.PermissionMissing,
    "MethodNotAllowed": errors.UnsupportedOperation,
    "TooManyRequests": errors.Throttled,
}
FAULTS = ("DBLinkError", "SessionError", "InternalServerError")


def told(status, body, *, writes=True, **headers):
    answer = Answer(status, headers, body.encode(), "http://sage.example/")
    return refusal(answer, Hands(), operation="orders.create", writes=writes)


def body(code, text="No."):
    return f'{{"error":{{"code":"{code}","message":{{"lang":"en-US","value":"{text}"}}}}}}'


@pytest.mark.parametrize("status", [400, 404, 409, 422, 500])
@pytest.mark.parametrize("code", list(CODES))
def test_a_code_means_the_same_under_every_status(code, status):
    """sage.md 10: only few of the statuses are proved."""
    error = told(status, body(code))
    assert type(error) is CODES[code]
    assert error.outcome == "not_applied"
    assert error.native[0] == {"status": status, "code": code}
    assert {"message": "No."} in error.native


@pytest.mark.parametrize("status", [400, 500, 503])
@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_of_the_installation_leaves_a_write_unknown(code, status):
    assert told(status, body(code)).outcome == "unknown"
    assert told(status, body(code), writes=False).outcome == "not_applied"
    assert isinstance(told(status, body(code)), errors.TransportError)


@pytest.mark.parametrize(
    ("status", "said", "kind", "outcome"),
    [
        (409, body("Odd"), errors.InvalidOrder, "not_applied"),
        (418, body("Odd"), errors.RequestRefused, "not_applied"),
        (500, body("Odd"), errors.TransportError, "unknown"),
        (500, "", errors.TransportError, "unknown"),
        (502, "<html><body>Bad gateway</body></html>", errors.TransportError, "unknown"),
        (408, "", errors.TransportError, "unknown"),
        (401, "<html>401</html>", errors.AuthenticationFailed, "not_applied"),
        (403, "", errors.PermissionMissing, "not_applied"),
        (405, "", errors.UnsupportedOperation, "not_applied"),
        (400, '{"error": "text"}', errors.RequestRefused, "not_applied"),
        (400, '{"error": {"code": 7, "message": "plain"}}', errors.RequestRefused, "not_applied"),
        (400, '{"error": {"code": null, "message": {"value": null}}}', errors.RequestRefused, "not_applied"),
        (500, "[" * 5000, errors.TransportError, "unknown"),
        (500, '{"Message": "An error has occurred."}', errors.TransportError, "unknown"),
    ],
)
def test_what_nobody_knows_is_told_by_its_status(status, said, kind, outcome):
    error = told(status, said)
    assert type(error) is kind
    assert error.outcome == outcome
    assert error.native


def test_a_refusal_in_the_form_of_version_3_is_one_too():
    """sage.md 3.1, 3.7, point 10: servers of the third version write ``odata.`` before their own names."""
    said = body("RecordDuplicate").replace('"error"', '"odata.error"')
    assert isinstance(told(409, said), errors.DuplicateReference)


def test_a_pause_that_is_asked_for_is_told():
    assert told(429, body("TooManyRequests"), **{"Retry-After": "7"}).retry_after == 7
    assert told(429, "", **{"Retry-After": "7"}).retry_after == 7


@pytest.mark.parametrize("code", [code for code in CODES if code != "TooManyRequests"])
def test_a_refused_order_is_refused_and_free_for_another_try(company, tmp_path, code):
    with place(company, tmp_path) as site:
        site.server.refuse(code, "Not now.", "OE/OEOrders", "POST")
        with pytest.raises(CODES[code]) as caught:
            site.erp.orders.create(draft(), key="one")
        assert caught.value.outcome == "not_applied"
        assert {"message": "Not now."} in caught.value.native
        assert site.erp.orders.create(draft(), key="one").order.number
    assert len(company.documents) == 1


def test_a_server_with_too_many_requests_is_asked_again(company, tmp_path):
    with place(company, tmp_path) as site:
        site.server.refuse("TooManyRequests", "Wait.", "OE/OEOrders", "POST")
        assert site.erp.orders.create(draft(), key="one").order.number
        assert len(site.sent("POST", "OE/OEOrders")) == 2
    assert len(company.documents) == 1


def test_a_duplicate_under_another_status_is_a_duplicate(company, tmp_path):
    """sage.md 10: its status is not proved."""
    statuses = {**Settings().statuses, "RecordDuplicate": 400}
    server = Sage300(company.world, Settings(statuses=statuses))
    with place(company, tmp_path, server=server, stamp_in="OrderNumber") as site:
        order = site.erp.orders.create(draft(), key="one").order
        with site.again(stamp_in="OrderNumber") as forgetful:
            assert forgetful.orders.create(draft(), key="one").order.id == order.id
