"""SAP 30 ms away: many orders created and read, against a loop on the raw client and the bound of the line.

The bound is the time that the system itself takes, and a round trip's latency for each call, shared by the connections
that may be used at once.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests

import erp_connect as ec
from erp_connect.testing.mocks.sap import rfc

from . import report, sap_company
from .footprint import peak_of_listing

LATENCY, CONCURRENCY = 0.03, 8
ORDERS, LISTED = 500, 20_000
PASSWORD = sap_company.LOGON["passwd"]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds: on the clock, of this process, of the mock; and round trips."""

    wall: float
    cpu: float
    served: float
    trips: int

    @property
    def bound(self) -> float:
        """What nobody can be faster than."""
        return self.served + self.trips * LATENCY / CONCURRENCY


class _Rfc:
    """The system in this process, since there is no other way to it than pyrfc's; its calls are counted."""

    name = "sap+rfc"

    def __init__(self) -> None:
        self._world = sap_company.new_world()
        self._guard = threading.Lock()
        self._trips, self._served = 0, 0.0
        line = self

        class Distant(rfc.connect_to(self._world)):  # type: ignore[misc]
            def call(self, function: str, *given: Any, **named: Any) -> Any:
                time.sleep(LATENCY)
                began = time.thread_time()
                try:
                    return super().call(function, *given, **named)
                finally:
                    line._note(time.thread_time() - began)

        self.connector = Distant

    def _note(self, took: float) -> None:
        with self._guard:
            self._trips += 1
            self._served += took

    def told(self) -> tuple[int, float]:
        """Trips, and the system's own seconds, since the last time."""
        told = self._trips, self._served
        self._trips, self._served = 0, 0.0
        return told

    def by_hand(self, count: int) -> None:
        """One order after the other, each read back."""
        connection = self.connector(**sap_company.LOGON)
        for number in range(count):
            answer = connection.call("BAPI_SALESORDER_CREATEFROMDAT2", **sap_company.bapi_parameters(number))
            connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")
            view = dict.fromkeys(("HEADER", "ITEM", "SDSCHEDULE"), "X")
            read = connection.call(
                "BAPISDORDER_GETDETAILEDLIST",
                I_BAPI_VIEW=view,
                SALES_DOCUMENTS=[{"VBELN": answer["SALESDOCUMENT"]}],
            )
            assert len(read["ORDER_ITEMS_OUT"]) == sap_company.LINES
        connection.close()

    def client(self, folder: str) -> ec.Client:
        """The library on the same system."""
        url = f"sap+rfc://DEMO@mock?sysnr=00&{sap_company.AREA}"
        return ec.connect(url, password=PASSWORD, connector=self.connector, **_more(folder))

    @property
    def busy(self) -> bool:
        """Whether what the system takes is time of this process."""
        return True


class _OData:
    """The system in a process of its own, behind a socket."""

    name = "sap+odata"
    busy = False

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = self._told()["url"]

    def say(self, line: str) -> dict[str, Any]:
        """Tell the server something; its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._told()

    def _told(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def told(self) -> tuple[int, float]:
        """Trips, and the system's own seconds, since the last time."""
        said = self.say("tell")
        return said["trips"], said["served"]

    def by_hand(self, count: int) -> None:
        """One order after the other, each read back, on one session."""
        root = f"{self.url}/sap/opu/odata/sap/API_SALES_ORDER_SRV"
        with requests.Session() as session:
            session.auth = ("DEMO", PASSWORD)
            session.headers.update({"Accept": "application/json"})
            token = session.get(f"{root}/", headers={"x-csrf-token": "Fetch"}).headers["x-csrf-token"]
            for number in range(count):
                made = session.post(
                    f"{root}/A_SalesOrder", json=_body(number), headers={"x-csrf-token": token}
                )
                made.raise_for_status()
                name = made.json()["d"]["SalesOrder"]
                read = session.get(f"{root}/A_SalesOrder('{name}')", params={"$expand": "to_Item"})
                read.raise_for_status()
                assert len(read.json()["d"]["to_Item"]["results"]) == sap_company.LINES

    def client(self, folder: str) -> ec.Client:
        """The library on the same system."""
        return ec.connect(self.address, password=PASSWORD, **_more(folder))

    @property
    def address(self) -> str:
        """The URL of the library for it."""
        return f"sap+odata://DEMO@{self.url.partition('//')[2]}?tls=off&{sap_company.AREA}"


Site = _Rfc | _OData


def measured(
    open_site: Callable[[], AbstractContextManager[Site]], count: int, rounds: int
) -> dict[str, Any]:
    """One transport: the loop once, the library so many times, each on a system of its own."""
    creates, reads = [], []
    with open_site() as site:
        hand = _timed(site, lambda: site.by_hand(count))
        own = _own(site, hand)
    for _ in range(rounds):
        with open_site() as site, tempfile.TemporaryDirectory() as folder, site.client(folder) as erp:
            creates.append(_timed(site, lambda: _create(erp, count)))
            reads.append(_timed(site, lambda: _read(erp, count)))
    return {
        "site": site.name,
        "orders": count,
        "hand": asdict(hand),
        "hand_cpu_us": own / count * 1e6,
        "speed_up": hand.wall / statistics.median(each.wall for each in creates),
        **_said("create", site, creates, count),
        **_said("read", site, reads, count),
    }


def _said(job: str, site: Site, runs: list[Took], count: int) -> dict[str, Any]:
    return {
        f"{job}_seconds": [each.wall for each in runs],
        f"{job}_trips": runs[0].trips,
        f"{job}_bound": statistics.median(each.bound for each in runs),
        f"{job}_ratio": statistics.median(each.wall / each.bound for each in runs),
        f"{job}_cpu_us": statistics.median(_own(site, each) for each in runs) / count * 1e6,
    }


def _own(site: Site, took: Took) -> float:
    """What this process has spent beside the system itself."""
    return took.cpu - (took.served if site.busy else 0)


def _timed(site: Site, job: Callable[[], object]) -> Took:
    site.told()
    cpu, wall = time.process_time(), time.perf_counter()
    job()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    trips, served = site.told()
    return Took(wall, cpu, served, trips)


def _create(erp: ec.Client, count: int) -> None:
    made = erp.orders.create_many(sap_company.drafts(count), ec.keys.by_customer_po)
    made.raise_for_failures()
    assert not any(receipt.differences for receipt in made.succeeded)


def _read(erp: ec.Client, count: int) -> None:
    assert sum(len(order.lines) for order in erp.orders.list()) == count * sap_company.LINES


def _memory(listed: int) -> dict[str, Any]:
    with _odata() as site:
        site.say("latency 0")
        site.say(f"orders {listed}")
        url = f"{site.address}&password={PASSWORD}"
        few, many = (peak_of_listing(url, size) / 2**20 for size in (listed // 10, listed))
    return {"site": site.name, "few": listed // 10, "many": listed, "few_mb": few, "many_mb": many}


def _more(folder: str) -> dict[str, Any]:
    return {"journal": f"sqlite:///{folder}/journal.db", "max_concurrency": CONCURRENCY}


@contextmanager
def _rfc() -> Iterator[_Rfc]:
    yield _Rfc()


@contextmanager
def _odata() -> Iterator[_OData]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sap_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        site = _OData(process)
        site.say(f"latency {LATENCY}")
        yield site
    finally:
        process.communicate()


def _body(number: int) -> dict[str, Any]:
    """An order as a script would post it."""
    items = [
        {"SalesOrderItem": str(place * 10), "Material": product, "RequestedQuantity": str(quantity)}
        for place, (product, quantity) in enumerate(sap_company.products_of(number), start=1)
    ]
    return {
        "SalesOrderType": "OR",
        "SalesOrganization": "1000",
        "DistributionChannel": "10",
        "OrganizationDivision": "00",
        "SoldToParty": sap_company.CUSTOMER,
        "PurchaseOrderByCustomer": f"PO-{number:05d}",
        "TransactionCurrency": "EUR",
        "to_Item": {"results": items},
    }


# -- telling -----------------------------------------------------------------------------------------------------


PAGE = Path(__file__).parents[1] / "docs" / "reference" / "benchmarks-distant.md"
HEAD = (
    "back-end",
    "job",
    "by hand s",
    "erp_connect s",
    "round trips",
    "bound s",
    "times the bound",
    "CPU us/order",
)


def rows(found: list[dict[str, Any]]) -> list[report.Row]:
    """A row for each job on each transport."""
    return [_row(each, job) for each in found for job in ("create", "read")]


def _row(found: dict[str, Any], job: str) -> report.Row:
    return (
        found["site"],
        f"{job} {found['orders']} orders of {sap_company.LINES} lines",
        f"{found['hand']['wall']:.1f}" if job == "create" else "-",
        f"{statistics.median(found[f'{job}_seconds']):.1f}",
        str(found[f"{job}_trips"]),
        f"{found[f'{job}_bound']:.1f}",
        f"{found[f'{job}_ratio']:.2f}",
        f"{found[f'{job}_cpu_us']:.0f}",
    )


def page(result: dict[str, Any]) -> str:
    """The page of the documentation."""
    where = result["surroundings"]
    speeds = "; ".join(
        f"{each['site']} {each['speed_up']:.1f} times as fast as the loop, which takes"
        f" {each['hand_cpu_us']:.0f} us of CPU an order"
        for each in result["sites"]
    )
    memory = result.get("memory")
    listing = (
        f"\nListing orders with their items over {memory['site']}: {memory['few']:,} orders {memory['few_mb']:.0f} MB,"
        f" {memory['many']:,} orders {memory['many_mb']:.0f} MB at the peak.\n"
        if memory
        else ""
    )
    return f"""# Benchmarks: back-ends that are far away

Generated by `python -m benchmarks.distant --write-docs`; do not edit by hand.

A mock system to which every call takes {LATENCY * 1000:.0f} ms longer, and at most {CONCURRENCY} connections at once.
By hand is a loop on the raw client (pyrfc's interface; requests): create, read back, next. The bound is what nobody can
be faster than: the system's own time, and the latency of the round trips that were made (reading back counted), shared
by the connections. The aim is at most {report.TARGET} times the bound. CPU is what the library spends on an order in
its own process: mapping, checks, the journal in a file.

{report.table(HEAD, rows(result["sites"]))}

{speeds}.
{listing}
Median of {result["rounds"]} rounds, the loop once. Measured on {where["day"]}: {where["machine"]}, Python
{where["python"]}. Times depend on the machine.
"""


def main() -> int:
    """Measure, print, keep, and write the page if it is wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.distant", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--listed", type=int, default=LISTED, help="orders of the long list; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write-docs", action="store_true", help=f"write {PAGE.name}")
    asked = parser.parse_args()
    sites = [measured(open_site, asked.orders, asked.rounds) for open_site in (_rfc, _odata)]
    result: dict[str, Any] = {"sites": sites, "rounds": asked.rounds, "surroundings": report.surroundings([])}
    if asked.listed:
        result["memory"] = _memory(asked.listed)
    told = page(result)
    print(told)
    print(f"kept in {report.write_json(result)}")
    if asked.write_docs:
        PAGE.write_text(told, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
