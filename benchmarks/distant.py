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
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import requests

import erp_connect as ec
from erp_connect.adapters.sap.functions.details import VIEW
from erp_connect.adapters.sap.functions.modules import BULKY

from . import cpu, footprint, report, sap_company, sap_line

LATENCY, CONCURRENCY = 0.03, 8
ORDERS, LISTED, PROFILED = 500, 20_000, 200
PASSWORD = sap_company.LOGON["passwd"]
_RFC_URL = f"sap+rfc://DEMO@mock?sysnr=00&{sap_company.AREA}"
_BLOCK = 100
"""Orders that the library reads in one call of a function module."""
GOALS = {"create": 300, "read": 100}
"""Microseconds of CPU that the library may add to an order."""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds: on the clock, of this process, of the mock; and round trips."""

    wall: float
    cpu: float
    served: float
    trips: int

    @property
    def bound(self) -> float:
        """What a job takes whose only cost is the system and the line to it."""
        return self.served + self.trips * LATENCY / CONCURRENCY


class Site:
    """A mock system in a process of its own."""

    name: ClassVar[str]
    kind: ClassVar[str]

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.told_first = self._heard()

    def say(self, line: str) -> dict[str, Any]:
        """Tell the server something; its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard

    def told(self) -> tuple[int, float]:
        """Trips, and the system's own seconds, since the last time."""
        said = self.say("tell")
        return said["trips"], said["served"]

    def get_ready(self) -> None:
        """Find out what is the same for all orders, off the clock."""

    def create_by_hand(self, count: int) -> None:
        """One order after the other, each read back."""
        raise NotImplementedError

    def read_by_hand(self, count: int) -> None:
        """The same requests as the library's, one after the other; nothing is made of the answers."""
        raise NotImplementedError

    def client(self, folder: str) -> ec.Client:
        """The library on the same system."""
        raise NotImplementedError

    def peak_of_listing(self, orders: int) -> float:
        """Peak memory (MB) of a process that lists so many orders."""
        raise NotImplementedError


class Functions(Site):
    """Function modules, by pyrfc's interface."""

    name, kind = "sap+rfc", "rfc"

    @property
    def address(self) -> str:
        """Where the mock listens."""
        return str(self.told_first["address"])

    def get_ready(self) -> None:
        """Which bulky tables the reading module has."""
        connection = sap_line.connector(self.address)(**sap_company.LOGON)
        known = connection.get_function_description("BAPISDORDER_GETDETAILEDLIST").parameters
        self._bulky = [each["name"] for each in known if each["name"] in BULKY]
        connection.close()

    def create_by_hand(self, count: int) -> None:
        """Create, COMMIT, read back."""
        connection = sap_line.connector(self.address)(**sap_company.LOGON)
        view = dict.fromkeys(("HEADER", "ITEM", "SDSCHEDULE"), "X")
        for number in range(count):
            answer = connection.call("BAPI_SALESORDER_CREATEFROMDAT2", **sap_company.bapi_parameters(number))
            connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")
            read = connection.call(
                "BAPISDORDER_GETDETAILEDLIST",
                I_BAPI_VIEW=view,
                SALES_DOCUMENTS=[{"VBELN": answer["SALESDOCUMENT"]}],
            )
            assert len(read["ORDER_ITEMS_OUT"]) == sap_company.LINES
        connection.close()

    def read_by_hand(self, count: int) -> None:
        """The numbers by table, the orders in blocks."""
        connection = sap_line.connector(self.address)(**sap_company.LOGON)
        rows = connection.call("RFC_READ_TABLE", QUERY_TABLE="VBAK", FIELDS=[{"FIELDNAME": "VBELN"}])["DATA"]
        numbers = [row["WA"].strip() for row in rows]
        assert len(numbers) == count
        options = {"not_requested": self._bulky}
        for start in range(0, count, _BLOCK):
            asked = [{"VBELN": number} for number in numbers[start : start + _BLOCK]]
            connection.call(
                "BAPISDORDER_GETDETAILEDLIST", options, I_BAPI_VIEW=dict(VIEW), SALES_DOCUMENTS=asked
            )
        connection.close()

    def client(self, folder: str) -> ec.Client:
        """By the same connector."""
        connect = sap_line.connector(self.address)
        return ec.connect(_RFC_URL, password=PASSWORD, connector=connect, **_more(folder))

    def peak_of_listing(self, orders: int) -> float:
        """By the same connector."""
        opening = f"""
from benchmarks.sap_line import connector
erp = ec.connect({_RFC_URL!r}, password={PASSWORD!r}, connector=connector({self.address!r}))
"""
        return footprint.peak_of_listing("", orders, opening) / 2**20


class Services(Site):
    """OData services behind a socket."""

    name, kind = "sap+odata", "odata"

    @property
    def url(self) -> str:
        """Where the mock listens."""
        return str(self.told_first["url"])

    def create_by_hand(self, count: int) -> None:
        """On one session."""
        root = f"{self.url}/sap/opu/odata/sap/API_SALES_ORDER_SRV"
        with _session() as session:
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

    def read_by_hand(self, count: int) -> None:
        """Pages with what the library expands."""
        address = f"{self.url}/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder"
        with tempfile.TemporaryDirectory() as folder, self.client(folder) as erp:
            book: Any = erp._context.book("orders")
            params = {"$expand": book.dialect.expanded(book.office.orders_model), "$orderby": "SalesOrder"}
            params["$top"] = str(book.office.settings.block_size)
        seen, rows = 0, [{"SalesOrder": ""}]
        with _session() as session:
            while rows:
                where = {"$filter": f"SalesOrder gt '{rows[-1]['SalesOrder']}'"} if seen else {}
                rows = session.get(address, params=params | where).json()["d"]["results"]
                seen += len(rows)
        assert seen == count

    def client(self, folder: str) -> ec.Client:
        """By the URL."""
        return ec.connect(self._address, password=PASSWORD, **_more(folder))

    def peak_of_listing(self, orders: int) -> float:
        """By the URL."""
        return footprint.peak_of_listing(f"{self._address}&password={PASSWORD}", orders) / 2**20

    @property
    def _address(self) -> str:
        return f"sap+odata://DEMO@{self.url.partition('//')[2]}?tls=off&{sap_company.AREA}"


def measured(kind: type[Site], count: int, rounds: int) -> dict[str, Any]:
    """One transport: the loops once, the library so many times, each on a system of its own."""
    runs: dict[str, list[Took]] = {"create": [], "read": []}
    with _open(kind) as site:
        site.get_ready()
        by_hand = {
            "create": _timed(site, lambda: site.create_by_hand(count)),
            "read": _timed(site, lambda: site.read_by_hand(count)),
        }
    for _ in range(rounds):
        with _open(kind) as site, tempfile.TemporaryDirectory() as folder, site.client(folder) as erp:
            erp.orders.find(number="1")  # what is found out once for a system is no order's time
            runs["create"].append(_timed(site, lambda: _create(erp, count)))
            runs["read"].append(_timed(site, lambda: _read(erp, count)))
    rooms = _rooms(kind)
    return {
        "site": kind.name,
        "orders": count,
        "jobs": {job: _said(by_hand[job], each, count) | {"rooms": rooms[job]} for job, each in runs.items()},
    }


def _said(by_hand: Took, runs: list[Took], count: int) -> dict[str, Any]:
    return {
        "hand": asdict(by_hand),
        "hand_cpu_us": by_hand.cpu / count * 1e6,
        "seconds": [each.wall for each in runs],
        "trips": runs[0].trips,
        "bound": statistics.median(each.bound for each in runs),
        "ratio": statistics.median(each.wall / each.bound for each in runs),
        "cpu_us": statistics.median(each.cpu for each in runs) / count * 1e6,
    }


def _rooms(kind: type[Site]) -> dict[str, dict[str, float]]:
    """Where the CPU goes, without the waiting."""
    with _open(kind) as site, tempfile.TemporaryDirectory() as folder, site.client(folder) as erp:
        site.say("latency 0")
        erp.orders.find(number="1")
        return {
            "create": cpu.shares(lambda: _create(erp, PROFILED)),
            "read": cpu.shares(lambda: _read(erp, PROFILED)),
        }


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


def memory(kind: type[Site], listed: int) -> list[dict[str, Any]]:
    """Peak memory (MB) while all orders are listed, of a tenth as many and of so many, near and far away."""
    found: dict[float, list[float]] = {0.0: [], LATENCY: []}
    for size in (listed // 10, listed):
        with _open(kind) as site:
            site.say(f"orders {size}")
            for latency, peaks in found.items():
                site.say(f"latency {latency}")
                peaks.append(site.peak_of_listing(size))
    return [
        {"site": kind.name, "latency": latency, "few": listed // 10, "many": listed, "mb": peaks}
        for latency, peaks in found.items()
    ]


def _more(folder: str) -> dict[str, Any]:
    return {"journal": f"sqlite:///{folder}/journal.db", "max_concurrency": CONCURRENCY}


@contextmanager
def _open(kind: type[Site]) -> Iterator[Site]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sap_server", kind.kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        site = kind(process)
        site.say(f"latency {LATENCY}")
        yield site
    finally:
        process.communicate()


def _session() -> requests.Session:
    session = requests.Session()
    session.auth = ("DEMO", PASSWORD)
    session.headers.update({"Accept": "application/json"})
    return session


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
    *("back-end", "job", "by hand s", "erp_connect s", "round trips", "bound s", "times the bound"),
    f"goal {report.TARGET}",
)
CPU = ("back-end", "job", "bare us/order", "erp_connect us/order", "added", "goal")
MEMORY = ("back-end", "line", "orders", "peak MB", "orders ", "peak MB ", "grows by MB")


def _jobs(found: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    return ((each, job, told) for each in found for job, told in each["jobs"].items())


def rows(found: Sequence[dict[str, Any]]) -> list[report.Row]:
    """The time of each job on each transport."""
    return [
        (
            each["site"],
            f"{job} {each['orders']} orders of {sap_company.LINES} lines",
            f"{told['hand']['wall']:.1f}",
            f"{statistics.median(told['seconds']):.1f}",
            str(told["trips"]),
            f"{told['bound']:.1f}",
            f"{told['ratio']:.2f}",
            "met" if told["ratio"] <= report.TARGET else "missed",
        )
        for each, job, told in _jobs(found)
    ]


def cpu_rows(found: Sequence[dict[str, Any]]) -> list[report.Row]:
    """The CPU of each job on each transport, against the bare client's."""
    return [
        (
            each["site"],
            job,
            f"{told['hand_cpu_us']:.0f}",
            f"{told['cpu_us']:.0f}",
            f"{added:.0f}",
            _judged(added, GOALS[job]),
        )
        for each, job, told in _jobs(found)
        for added in (told["cpu_us"] - told["hand_cpu_us"],)
    ]


def _judged(added: float, goal: int) -> str:
    """Whether a goal is met; less than nothing is added only where by hand is done otherwise, which proves nothing."""
    return f"{goal}: not to be compared" if added < 0 else f"{goal}: {'met' if added <= goal else 'missed'}"


def room_rows(found: Sequence[dict[str, Any]]) -> list[report.Row]:
    """What part of it is whose."""
    return [
        (each["site"], job, *(f"{share:.0%}" for share in told["rooms"].values()))
        for each, job, told in _jobs(found)
    ]


def memory_rows(found: Sequence[dict[str, Any]]) -> list[report.Row]:
    """Peaks of a short and of a long list."""
    return [
        (
            each["site"],
            f"{each['latency'] * 1000:.0f} ms",
            f"{each['few']:,}",
            f"{few:.0f}",
            f"{each['many']:,}",
            f"{many:.0f}",
            f"{many - few:.1f}",
        )
        for each in found
        for few, many in (each["mb"],)
    ]


def page(result: dict[str, Any]) -> str:
    """The page of the documentation."""
    where, sites = result["surroundings"], result["sites"]
    room_head = ("back-end", "job", *next(iter(sites[0]["jobs"].values()))["rooms"])
    listing = (
        f"""## Memory

Listing orders with their items, in a process of its own; the mock is in another one. Flat means that the long list
takes no more than the short one.

{report.table(MEMORY, memory_rows(result["memory"]))}

"""
        if result.get("memory")
        else ""
    )
    return f"""# Benchmarks: back-ends that are far away

Generated by `python -m benchmarks.distant --write-docs`; do not edit by hand.

A mock system in a process of its own, to which every round trip takes {LATENCY * 1000:.0f} ms longer, and at most
{CONCURRENCY} connections at once. By hand is a loop on the raw client (pyrfc's interface with a line between the
processes; requests): create, read back, next; and for reading the library's own requests, one after the other, with
nothing made of their answers. The bound is the system's own time, and beside it the latency of the round trips that
were made (reading back and resetting sessions counted), shared by the connections; where the one passes during the
other, it can be less. The aim is at most {report.TARGET} times the bound.

{report.table(HEAD, rows(sites))}

## CPU

What the library spends on an order in its own process: mapping, checks, receipt, the journal in a file that is synced
to the disk. "Bare" is what the same client spends by hand: sending, and parsing the answers. The aim is that the
library adds at most {GOALS["create"]} us to a create and {GOALS["read"]} us to a read. By hand each order of OData is
a request of its own, where the library sends blocks of them: less than nothing added says nothing about the goal.

{report.table(CPU, cpu_rows(sites))}

Where it goes, by the room of the house that spends it (a profiler's shares; what the line and pydantic's C code take
counts to whoever called them):

{report.table(room_head, room_rows(sites))}

{listing}Median of {result["rounds"]} rounds, the loops once. Measured on {where["day"]}: {where["machine"]}, Python
{where["python"]}, load {where["load"]} at the end: other work may have run beside it. Times depend on the machine.
{f"{chr(10)}{result['remark']}{chr(10)}" if result.get("remark") else ""}"""


KINDS: Final = (Functions, Services)


def main() -> int:
    """Measure, print, keep, and write the page if it is wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.distant", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--listed", type=int, default=LISTED, help="orders of the long list; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write-docs", action="store_true", help=f"write {PAGE.name}")
    parser.add_argument(
        "--remark", help="what else has to be known of this run; stands at the end of the page"
    )
    asked = parser.parse_args()
    result: dict[str, Any] = {"rounds": asked.rounds, "remark": asked.remark}
    result["sites"] = [measured(kind, asked.orders, asked.rounds) for kind in KINDS]
    result["memory"] = [each for kind in KINDS if asked.listed for each in memory(kind, asked.listed)]
    result["surroundings"] = report.surroundings([])
    told = page(result)
    print(told)
    print(f"kept in {report.write_json(result)}")
    if asked.write_docs:
        PAGE.write_text(told, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
