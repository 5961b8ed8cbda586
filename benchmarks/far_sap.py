"""SAP, far away: function modules, and OData services."""

from __future__ import annotations

import tempfile
from typing import Any, Final

import requests

import erp_connect as ec
from erp_connect.adapters.sap.functions.details import VIEW
from erp_connect.adapters.sap.functions.modules import BULKY

from . import sap_company, sap_line
from .far import CUSTOMER, LINES, Site, peak_of_listing

PASSWORD: Final = sap_company.LOGON["passwd"]
_RFC_URL = f"sap+rfc://DEMO@mock?sysnr=00&{sap_company.AREA}"
_BLOCK = 100
"""Orders that the library reads in one call of a function module."""


class _Sap(Site):
    """What both ways have in common."""

    server = "sap_server"

    def wanted(self, number: int) -> list[tuple[str, int]]:
        """Of the company's twenty products."""
        return sap_company.products_of(number)


class Functions(_Sap):
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
            assert len(read["ORDER_ITEMS_OUT"]) == LINES
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
        return ec.connect(_RFC_URL, password=PASSWORD, connector=connect, **self.more(folder))

    def peak_of_listing(self, orders: int) -> float:
        """By the same connector."""
        opening = f"""
from benchmarks.sap_line import connector
erp = ec.connect({_RFC_URL!r}, password={PASSWORD!r}, connector=connector({self.address!r}))
"""
        return peak_of_listing(orders, "", opening)


class Services(_Sap):
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
                assert len(read.json()["d"]["to_Item"]["results"]) == LINES

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
        return ec.connect(self._address, password=PASSWORD, **self.more(folder))

    def peak_of_listing(self, orders: int) -> float:
        """By the URL."""
        return peak_of_listing(orders, f"{self._address}&password={PASSWORD}")

    @property
    def _address(self) -> str:
        return f"sap+odata://DEMO@{self.url.partition('//')[2]}?tls=off&{sap_company.AREA}"


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
        "SoldToParty": CUSTOMER,
        "PurchaseOrderByCustomer": f"PO-{number:05d}",
        "TransactionCurrency": "EUR",
        "to_Item": {"results": items},
    }
