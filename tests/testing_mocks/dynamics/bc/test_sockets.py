"""The same server on a real socket, asked by many at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from erp_connect.testing.mocks.serving import serve

from .conftest import a_line

AUTH = ("ANNA", "webkey")


@pytest.fixture
def url(network, company):
    with serve(network, threads=12) as url:
        yield f"{url}/BC/api/v2.0/companies({company.id})"


def test_many_callers_get_an_order_each_and_five_at_a_time(url, server):
    body = {"customerNumber": "10000", "salesOrderLines": [a_line()]}

    def create(_):
        return requests.post(f"{url}/salesOrders", json=body, auth=AUTH, timeout=20).json()["number"]

    with ThreadPoolExecutor(12) as pool:
        numbers = list(pool.map(create, range(12)))
    assert len(set(numbers)) == 12
    assert server.limits.most_at_once <= 5


def test_of_two_changes_under_one_tag_one_wins(url):
    body = {"customerNumber": "10000"}
    order = requests.post(f"{url}/salesOrders", json=body, auth=AUTH, timeout=20).json()

    def change(name):
        headers = {"If-Match": order["@odata.etag"]}
        address = f"{url}/salesOrders({order['id']})"
        return requests.patch(
            address, json={"salesperson": name}, headers=headers, auth=AUTH, timeout=20
        ).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(change, "ABCD")) == [200, 409, 409, 409]


def test_a_connection_is_cut_on_a_real_socket(url, network):
    network.lose_reply("salesOrders", "POST")
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{url}/salesOrders", json={"customerNumber": "10000"}, auth=AUTH, timeout=20)
    assert len(requests.get(f"{url}/salesOrders", auth=AUTH, timeout=20).json()["value"]) == 1
