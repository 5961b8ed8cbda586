"""A client that knows nothing of this mock: python-odata (libraries.md 1.2)."""

import pytest
from odata import ODataService

from .conftest import HOST


@pytest.fixture
def service(session):
    session.headers["Accept"] = "application/json"
    return ODataService(f"{HOST}/data/", session=session, reflect_entities=True)


def test_python_odata_reads_what_raw_requests_made(service, fo):
    for reference in ("WEB-1", "WEB-2"):
        fo.order(CustomerRequisitionNumber=reference)
    headers = service.entities["SalesOrderHeadersV2"]
    found = service.query(headers).filter(headers.CustomerRequisitionNumber == "WEB-2").all()
    assert [one.SalesOrderNumber for one in found] == ["100002"]
    lines = service.entities["SalesOrderLines"]
    assert [line.ItemNumber for line in service.query(lines).filter(lines.SalesOrderNumber == "100001")] == [
        "VALVE-20"
    ]
