"""``erp-connect mock``: servers that others can talk to, and that Ctrl-C ends."""

import json
import signal
import subprocess
import sys

import pytest
import requests


@pytest.fixture
def started():
    """Start ``erp-connect mock`` with these arguments, in a process of its own."""
    running = []

    def start(*arguments):
        code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        code += "from erp_connect.cli import main; main(" + repr(["mock", *arguments]) + ")"
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def test_it_serves_orders_until_ctrl_c(started):
    process = started("sap", "--json")
    told = json.loads(process.stdout.readline())
    orders = told["url"] + "sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder"
    with requests.Session() as session:
        session.auth = (told["user"], told["password"])
        session.headers["Accept"] = "application/json"
        token = session.get(orders, headers={"X-CSRF-Token": "Fetch"}).headers["x-csrf-token"]
        order = {
            "SalesOrderType": "OR",
            "SoldToParty": "10000",
            "to_Item": [{"Material": "VALVE-20", "RequestedQuantity": "4"}],
        }
        made = session.post(orders, json=order, headers={"X-CSRF-Token": token})
        assert (made.status_code, made.json()["d"]["TotalNetAmount"]) == (201, "50.000")
        assert len(session.get(orders).json()["d"]["results"]) == 1
        assert session.get(told["url"] + "sap/bc/soap/wsdl11?services=RFC_PING").status_code == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0


def test_people_are_told_where_it_is(started):
    process = started("sap")
    first, second = process.stdout.readline(), process.stdout.readline()
    assert first.startswith("A mock SAP system listens at http://127.0.0.1:")
    assert "customers 10000, 20000" in second


def test_it_serves_business_central_until_ctrl_c(started):
    process = started("dynamics", "--product", "bc", "--json")
    told = json.loads(process.stdout.readline())
    order = {"customerNumber": "10000", "salesOrderLines": [{"lineObjectNumber": "VALVE-20", "quantity": 4}]}
    with requests.Session() as session:
        made = session.post(told["url"] + "salesOrders", json=order, auth=(told["user"], told["password"]))
        assert (made.status_code, made.json()["totalAmountExcludingTax"]) == (201, 50)
        form = {
            "grant_type": "client_credentials",
            "client_id": told["client_id"],
            "client_secret": told["client_secret"],
            "scope": "https://api.businesscentral.dynamics.com/.default",
        }
        token = session.post(told["token_url"], data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert len(session.get(told["cloud_url"] + "salesOrders", headers=headers).json()["value"]) == 1
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0


def test_people_are_told_where_business_central_is(started):
    process = started("dynamics")
    lines = [process.stdout.readline() for _ in range(9)]
    assert lines[0].startswith("A mock Business Central listens at http://127.0.0.1:")
    assert any(line.startswith("  token url: http://127.0.0.1:") for line in lines)


def test_it_serves_finance_and_operations_until_ctrl_c(started):
    process = started("dynamics", "--product", "fo", "--json")
    told = json.loads(process.stdout.readline())
    form = {
        "grant_type": "client_credentials",
        "client_id": told["client_id"],
        "client_secret": told["client_secret"],
        "scope": told["url"].removesuffix("/data/") + "/.default",
    }
    with requests.Session() as session:
        token = session.post(told["token_url"], data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        order = {"OrderingCustomerAccountNumber": told["customers"].partition(",")[0]}
        made = session.post(told["url"] + "SalesOrderHeadersV2", json=order, headers=headers)
        assert (made.status_code, made.json()["dataAreaId"]) == (201, told["company"])
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0


@pytest.mark.thorough
def test_it_serves_nav_until_ctrl_c(started):
    process = started("dynamics", "--product", "nav", "--json")
    told = json.loads(process.stdout.readline())
    with requests.Session() as session:
        session.auth = (told["user"], told["password"])
        assert b"SalesOrder" in session.get(f"{told['url']}{told['company']}/services").content
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0


@pytest.mark.thorough
def test_it_serves_dynamics_365_sales_until_ctrl_c(started):
    process = started("dynamics", "--product", "crm", "--json")
    told = json.loads(process.stdout.readline())
    form = {
        "grant_type": "client_credentials",
        "client_id": told["client_id"],
        "client_secret": told["client_secret"],
        "scope": told["url"].removesuffix("/api/data/v9.2/") + "/.default",
    }
    with requests.Session() as session:
        token = session.post(told["token_url"], data=form).json()["access_token"]
        found = session.get(told["url"] + "accounts", headers={"Authorization": f"Bearer {token}"})
        assert [row["accountnumber"] for row in found.json()["value"]] != []
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0


@pytest.mark.parametrize(
    ("product", "listed"),
    [("200", "sop_orders"), ("300", "OE/OEOrders")],
)
def test_it_serves_the_rest_services_of_sage(product, listed, started):
    told = json.loads(started("sage", "--product", product, "--json").stdout.readline())
    signed = {name: told[name] for name in ("Authorization", "X-Site", "X-Company") if name in told}
    with requests.Session() as session:
        session.headers.update({"Content-Type": "application/json", **signed})
        if "user" in told:
            session.auth = (told["user"], told["password"])
        answer = session.get(told["url"] + listed)
        assert answer.status_code == 200
        assert (answer.json() if product == "200" else answer.json()["value"]) == []
    assert "10000" in told["customers"]


def test_it_serves_x3(started):
    told = json.loads(started("sage", "--json").stdout.readline())
    assert told["product"] == "x3"
    described = requests.get(told["url"].replace("soap-generic", "soap-wsdl") + "?wsdl", timeout=20)
    assert described.status_code == 200
    assert b"CAdxWebServiceXmlCC" in described.content
