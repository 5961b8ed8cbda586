"""A client that knows nothing of this mock, and a real socket (libraries.md 1.2)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from odata import ODataService

from erp_connect.testing.mocks.serving import serve

from .conftest import ROOT, a_line, an_order


@pytest.fixture
def service(session):
    return ODataService(ROOT, session=session, reflect_entities=True)


def test_python_odata_reads_what_raw_requests_made(service, crm):
    for reference in ("WEB-1", "WEB-2"):
        crm.order(erp_externalref=reference)
    entity = service.entities["salesorders"]
    (found,) = service.query(entity).filter(entity.erp_externalref == "WEB-2").all()
    assert (found.name, found.totalamount, found.statecode) == ("WEB-1001", 50, 0)
    detail = service.entities["salesorderdetails"]
    assert [line.quantity for line in service.query(detail)] == [4, 4]


@pytest.fixture
def url(network):
    with serve(network, threads=12) as url:
        yield url


@pytest.fixture
def bearer(server, url):
    return {"Authorization": f"Bearer {server.tokens.token(url)}"}


def test_of_many_upserts_of_one_reference_one_makes_the_order(url, bearer):
    """4.5, 5.3: enforced by the server"""
    path = f"{url}/api/data/v9.2/salesorders(erp_externalref='WEB-1')"

    def upsert(_):
        body = an_order(order_details=[a_line()])
        headers = bearer | {"If-None-Match": "*"}
        return requests.patch(path, json=body, headers=headers, timeout=20).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(upsert, range(8))) == [204] + [412] * 7
    rows = requests.get(f"{url}/api/data/v9.2/salesorders", headers=bearer, timeout=20).json()["value"]
    assert [row["totalamount"] for row in rows] == [50]


def test_of_many_changes_under_one_version_one_wins(url, bearer):
    body = an_order(salesorderid="11111111-1111-4111-8111-111111111111")
    address = f"{url}/api/data/v9.2/salesorders"
    requests.post(address, json=body, headers=bearer, timeout=20)
    address += "(11111111-1111-4111-8111-111111111111)"
    tag = requests.get(address, headers=bearer, timeout=20).json()["@odata.etag"]

    def change(name):
        headers = bearer | {"If-Match": tag}
        return requests.patch(address, json={"description": name}, headers=headers, timeout=20).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(change, "ABCD")) == [204, 412, 412, 412]


def test_a_connection_is_cut_on_a_real_socket(url, bearer, network):
    network.lose_reply("salesorders", "POST")
    address = f"{url}/api/data/v9.2/salesorders"
    with pytest.raises(requests.ConnectionError):
        requests.post(address, json=an_order(), headers=bearer, timeout=20)
    rows = requests.get(address, headers=bearer, timeout=20).json()["value"]
    assert len(rows) == 1
