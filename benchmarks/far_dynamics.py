"""The four products called Dynamics, far away, each under its own limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import requests
from lxml import etree

import erp_connect as ec

from .far import CUSTOMER, LINES, Site, peak_of_listing

USER, KEY = "ANNA", "webkey"
CLIENT, SECRET = "order-robot", "s3cret"
_PAGE = 200
_TIMEOUT = 60


class _Dynamics(Site):
    """What the four have in common here."""

    server = "dynamics_server"
    products: tuple[str, ...] = ("VALVE-20", "HOSE-20")

    @property
    def url(self) -> str:
        """Where the mock listens."""
        return str(self.told_first["url"])

    @property
    def host(self) -> str:
        """The same as the library's URLs have it."""
        return self.url.partition("//")[2]

    def wanted(self, number: int) -> list[tuple[str, int]]:
        """Product and quantity of each line of an order."""
        return [(self.products[(number + at) % len(self.products)], at + 1) for at in range(LINES)]

    def _address(self) -> str:
        raise NotImplementedError

    def _access(self) -> dict[str, str]:
        return {"password": KEY}

    def client(self, folder: str) -> ec.Client:
        """By the URL."""
        return ec.connect(self._address(), **self._access(), **self.more(folder))

    def peak_of_listing(self, orders: int) -> float:
        """By the URL."""
        return peak_of_listing(orders, "", f"erp = ec.connect({self._address()!r}, **{self._access()!r})")

    def session(self) -> requests.Session:
        """A session that is let in."""
        session = requests.Session()
        session.auth = (USER, KEY)
        return session


class BusinessCentral(_Dynamics):
    """Five requests at once."""

    name, kind, concurrency = "dynamics+bc", "bc", 5

    def _address(self) -> str:
        return f"dynamics+bc://{USER}@{self.host}/BC/api/v2.0?tls=off&company=Harbour Trading"

    @property
    def _root(self) -> str:
        return f"{self.url}/BC/api/v2.0/companies({self.told_first['company']})/salesOrders"

    def create_by_hand(self, count: int) -> None:
        """An order with its lines, and a look at it."""
        with self.session() as session:
            for number in range(count):
                lines = [
                    {"lineType": "Item", "lineObjectNumber": product, "quantity": quantity}
                    for product, quantity in self.wanted(number)
                ]
                order = {"customerNumber": CUSTOMER, "externalDocumentNumber": f"PO-{number:05d}"}
                made = _json(session.post(self._root, json=order | {"salesOrderLines": lines}))
                read = _json(session.get(f"{self._root}({made['id']})?$expand=salesOrderLines"))
                assert len(read["salesOrderLines"]) == LINES

    def read_by_hand(self, count: int) -> None:
        """Page after page."""
        with self.session() as session:
            session.headers["Prefer"] = f"odata.maxpagesize={_PAGE}"
            pages = _pages(session, f"{self._root}?$expand=salesOrderLines")
            assert sum(len(page) for page in pages) == count


class FinanceOperations(_Dynamics):
    """A header, then its lines."""

    name, kind = "dynamics+fo", "fo"

    def _address(self) -> str:
        return f"dynamics+fo://{self.host}?tls=off&company=usmf&sites=MAIN=1,EAST=2"

    def _access(self) -> dict[str, str]:
        token_url = f"{self.url}/harbour.example/oauth2/v2.0/token"
        return {"client_id": CLIENT, "client_secret": SECRET, "token_url": token_url}

    def session(self) -> requests.Session:
        """With a token."""
        session = requests.Session()
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scope": f"{self.url}/.default",
        }
        told = _json(session.post(self._access()["token_url"], data=form))
        session.headers["Authorization"] = f"Bearer {told['access_token']}"
        return session

    def create_by_hand(self, count: int) -> None:
        """A request for the header and for each line, and a look at the order."""
        root = f"{self.url}/data"
        with self.session() as session:
            for number in range(count):
                header = {
                    "OrderingCustomerAccountNumber": CUSTOMER,
                    "CustomerRequisitionNumber": f"PO-{number:05d}",
                }
                made = _json(
                    session.post(f"{root}/SalesOrderHeadersV2", json={"dataAreaId": "usmf"} | header)
                )
                keys = {name: made[name] for name in ("dataAreaId", "SalesOrderNumber")}
                for product, quantity in self.wanted(number):
                    line = {"ItemNumber": product, "OrderedSalesQuantity": quantity}
                    _json(session.post(f"{root}/SalesOrderLines", json=keys | line))
                inside = ",".join(f"{name}='{value}'" for name, value in keys.items())
                query = "cross-company=true&$expand=SalesOrderLines"
                read = _json(session.get(f"{root}/SalesOrderHeadersV2({inside})?{query}"))
                assert len(read["SalesOrderLines"]) == LINES

    def read_by_hand(self, count: int) -> None:
        """By the number of the last one."""
        seen, last = 0, ""
        with self.session() as session:
            while True:
                after = f" and SalesOrderNumber gt '{last}'" if last else ""
                query = {
                    "cross-company": "true",
                    "$filter": f"dataAreaId eq 'usmf'{after}",
                    "$expand": "SalesOrderLines",
                    "$orderby": "SalesOrderNumber",
                    "$top": str(_PAGE),
                }
                rows = _json(session.get(f"{self.url}/data/SalesOrderHeadersV2", params=query))["value"]
                seen += len(rows)
                if len(rows) < _PAGE:
                    break
                last = rows[-1]["SalesOrderNumber"]
        assert seen == count


class Sales(_Dynamics):
    """An order with its details, on Dataverse."""

    name, kind = "dynamics+crm", "crm"
    products = ("VALVE-20", "PUMP-1", "SEAL-5")

    def _address(self) -> str:
        return f"dynamics+crm://{self.host}?tls=off"

    def _access(self) -> dict[str, str]:
        return {"token": str(self.told_first["token"])}

    def session(self) -> requests.Session:
        """With the token."""
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.told_first['token']}"
        return session

    @property
    def _root(self) -> str:
        return f"{self.url}/api/data/v9.2"

    def get_ready(self) -> None:
        """The ids of what orders refer to."""
        with self.session() as session:
            self._ids = {
                row[name]: row[key]
                for table, key, name in (
                    ("accounts", "accountid", "accountnumber"),
                    ("products", "productid", "productnumber"),
                    ("uoms", "uomid", "name"),
                    ("pricelevels", "pricelevelid", "name"),
                )
                for row in _json(session.get(f"{self._root}/{table}"))["value"]
            }

    def create_by_hand(self, count: int) -> None:
        """A deep insert, and a look at the order."""
        ids = self._ids
        with self.session() as session:
            for number in range(count):
                details = [
                    {
                        "productid@odata.bind": f"/products({ids[product]})",
                        "uomid@odata.bind": f"/uoms({ids['Piece']})",
                        "quantity": quantity,
                    }
                    for product, quantity in self.wanted(number)
                ]
                order = {
                    "name": f"PO-{number:05d}",
                    "customerid_account@odata.bind": f"/accounts({ids[CUSTOMER]})",
                    "pricelevelid@odata.bind": f"/pricelevels({ids['Standard EUR']})",
                    "order_details": details,
                }
                made = session.post(f"{self._root}/salesorders", json=order, timeout=_TIMEOUT)
                made.raise_for_status()
                where = made.headers["OData-EntityId"]
                read = _json(session.get(f"{where}?$expand=order_details"))
                assert len(read["order_details"]) == LINES

    def read_by_hand(self, count: int) -> None:
        """Page after page."""
        with self.session() as session:
            session.headers["Prefer"] = f"odata.maxpagesize={_PAGE}"
            query = "$orderby=createdon&$expand=order_details"
            pages = _pages(session, f"{self._root}/salesorders?{query}")
            assert sum(len(page) for page in pages) == count


class Nav(_Dynamics):
    """Page web services, header and lines in one call."""

    name, kind = "dynamics+nav", "nav"
    _namespace = "urn:microsoft-dynamics-schemas/page/salesorder"

    def _address(self) -> str:
        where = f"dynamics+nav://{USER}@{self.host}/DynamicsNAV80?tls=off&company=Harbour Trading"
        return f"{where}&currency=EUR&create_lines=together"

    def _asked(self, session: requests.Session, operation: str, inner: str) -> etree._Element:
        envelope = "http://schemas.xmlsoap.org/soap/envelope/"
        body = f'<{operation} xmlns="{self._namespace}">{inner}</{operation}>'
        answer = session.post(
            f"{self.url}/DynamicsNAV80/WS/Harbour%20Trading/Page/SalesOrder",
            data=f'<s:Envelope xmlns:s="{envelope}"><s:Body>{body}</s:Body></s:Envelope>'.encode(),
            headers={
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": f'"{self._namespace}:{operation}"',
            },
            timeout=_TIMEOUT,
        )
        answer.raise_for_status()
        return etree.fromstring(answer.content)

    def _all(self, found: etree._Element, name: str) -> list[etree._Element]:
        return list(found.iter(f"{{{self._namespace}}}{name}"))

    def create_by_hand(self, count: int) -> None:
        """An order with its lines, and a look at it."""
        with self.session() as session:
            for number in range(count):
                lines = "".join(
                    f"<Sales_Order_Line><Type>Item</Type><No>{escape(product)}</No>"
                    f"<Quantity>{quantity}</Quantity></Sales_Order_Line>"
                    for product, quantity in self.wanted(number)
                )
                header = (
                    f"<Sell_to_Customer_No>{CUSTOMER}</Sell_to_Customer_No>"
                    f"<External_Document_No>PO-{number:05d}</External_Document_No>"
                )
                order = f"<SalesOrder>{header}<SalesLines>{lines}</SalesLines></SalesOrder>"
                made = self._asked(session, "Create", order)
                name = self._all(made, "No")[0].text
                read = self._asked(session, "Read", f"<No>{name}</No>")
                assert len(self._all(read, "Sales_Order_Line")) == LINES

    def read_by_hand(self, count: int) -> None:
        """By the key of the last one."""
        size, seen, bookmark = 100, 0, ""
        with self.session() as session:
            while True:
                after = f"<bookmarkKey>{bookmark}</bookmarkKey>" if bookmark else ""
                criteria = "<filter><Field>No</Field><Criteria></Criteria></filter>"
                found = self._asked(session, "ReadMultiple", f"{criteria}{after}<setSize>{size}</setSize>")
                orders = self._all(found, "SalesOrder")
                seen += len(orders)
                if len(orders) < size:
                    break
                bookmark = escape(self._all(orders[-1], "Key")[0].text or "")
        assert seen == count


def _json(answer: requests.Response) -> dict[str, Any]:
    assert answer.ok, answer.text
    told: dict[str, Any] = answer.json()
    return told


def _pages(session: requests.Session, address: str) -> Iterator[list[dict[str, Any]]]:
    while address:
        page = _json(session.get(address))
        yield page["value"]
        address = page.get("@odata.nextLink", "")
