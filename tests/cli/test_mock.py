"""``erp-connect mock sap``: a server that others can talk to, and that Ctrl-C ends."""

import json
import signal
import subprocess
import sys

import pytest
import requests


@pytest.fixture
def started():
    """Start ``erp-connect mock sap`` with these arguments, in a process of its own."""
    running = []

    def start(*arguments):
        code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        code += "from erp_connect.cli import main; main(" + repr(["mock", "sap", *arguments]) + ")"
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def test_it_serves_orders_until_ctrl_c(started):
    process = started("--json")
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
    process = started()
    first, second = process.stdout.readline(), process.stdout.readline()
    assert first.startswith("A mock SAP system listens at http://127.0.0.1:")
    assert "customers 10000, 20000" in second
