"""The three Sages, far away: X3 with saves that take five seconds, Sage 200 and Sage 300 over REST."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import requests
from lxml import etree

import erp_connect as ec

from .far import LINES, Site, peak_of_listing

PASSWORD = "secret"  # noqa: S105 - of a mock
_TIMEOUT = 60
_PATH = "soap-generic/syracuse/collaboration/syracuse/CAdxWebServiceXmlCC"
_ENVELOPE = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    'xmlns:wss="http://www.adonix.com/WSS"><soapenv:Body><wss:{operation}>'
    "<callContext><codeLang>ENG</codeLang><poolAlias>WSPOOL</poolAlias><poolId></poolId>"
    "<requestConfig></requestConfig></callContext><publicName>WSSOH</publicName>{parts}"
    "</wss:{operation}></soapenv:Body></soapenv:Envelope>"
)


class _Sage(Site):
    """What the three have in common here."""

    server = "sage_server"

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
        return [(("VALVE-20", "HOSE-20")[(number + at) % 2], at + 1) for at in range(LINES)]

    def _address(self) -> str:
        raise NotImplementedError

    def _access(self) -> dict[str, str]:
        raise NotImplementedError

    def client(self, folder: str) -> ec.Client:
        """By the URL."""
        return ec.connect(self._address(), **self._access(), **self.more(folder))

    def peak_of_listing(self, orders: int) -> float:
        """By the URL."""
        return peak_of_listing(orders, "", f"erp = ec.connect({self._address()!r}, **{self._access()!r})")


class X3(_Sage):
    """Two channels, and saves that take five seconds."""

    name, kind, concurrency, most, lists = "sage+x3", "x3", 2, 20, False

    def _address(self) -> str:
        return f"sage+x3://WSUSER@{self.host}?tls=off&pool=WSPOOL&site=MAIN"

    def _access(self) -> dict[str, str]:
        return {"password": PASSWORD}

    def call(self, session: requests.Session, operation: str, parts: str) -> etree._Element:
        """One call; the document inside of its answer."""
        (result,) = etree.fromstring(self.answer(session, operation, parts)).iter("{*}resultXml")
        assert result.text
        return etree.fromstring(result.text.strip().encode())

    def answer(self, session: requests.Session, operation: str, parts: str) -> bytes:
        """One call; its answer as it came."""
        answer = session.post(
            f"{self.url}/{_PATH}",
            data=_ENVELOPE.format(operation=operation, parts=parts).encode(),
            headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'},
            timeout=_TIMEOUT,
        )
        assert answer.ok, answer.text
        return answer.content

    def session(self) -> requests.Session:
        """A session that is let in."""
        session = requests.Session()
        session.auth = ("WSUSER", PASSWORD)
        return session

    def create_by_hand(self, count: int) -> None:
        """A save, and a read of what it has made."""
        with self.session() as session:
            for number in range(count):
                lines = "".join(
                    f'<LIN NUM="{at}"><FLD NAME="ITMREF">{product}</FLD><FLD NAME="QTY">{quantity}</FLD></LIN>'
                    for at, (product, quantity) in enumerate(self.wanted(number), 1)
                )
                header = "".join(
                    f'<FLD NAME="{name}">{value}</FLD>'
                    for name, value in {
                        "SALFCY": "MAIN",
                        "SOHTYP": "SON",
                        "ORDDAT": "20261127",
                        "BPCORD": "10000",
                        "CUR": "EUR",
                        "CUSORDREF": f"PO-{number:05d}",
                    }.items()
                )
                record = f'<PARAM><GRP ID="SOH0_1">{header}</GRP><TAB ID="SOH4_1">{lines}</TAB></PARAM>'
                made = self.call(session, "save", f"<objectXml>{escape(record)}</objectXml>")
                self._read(session, next(made.iterfind(".//FLD[@NAME='SOHNUM']")).text or "")

    def _read(self, session: requests.Session, number: str) -> None:
        order = self.call(session, "read", keys_of(number))
        assert len(order.findall("TAB[@ID='SOH4_1']/LIN")) == LINES

    def read_by_hand(self, count: int) -> None:
        """The left list, then each order."""
        with self.session() as session:
            rows = self.call(session, "query", "<objectKeys></objectKeys><listSize>1000</listSize>")
            numbers = [each.text or "" for each in rows.iterfind(".//FLD[@NAME='SOHNUM']")]
            assert len(numbers) == count
            for number in numbers:
                self._read(session, number)


class Sage200(_Sage):
    """Pages of 5,000."""

    name, kind, concurrency, currency = "sage+200", "200", 4, "GBP"
    _path = "uk/sage200extra/accounts/v1"

    def _address(self) -> str:
        site, company = self.told_first["X-Site"], self.told_first["X-Company"]
        return f"sage+200://{self.host}/{self._path}?tls=off&site={site}&company={company}&page_size=5000&warehouse=MAIN"

    def _access(self) -> dict[str, str]:
        return {"token": str(self.told_first["Authorization"]).removeprefix("Bearer ")}

    def session(self) -> requests.Session:
        """A session that is let in to the company."""
        session = requests.Session()
        session.headers.update(
            {name: str(self.told_first[name]) for name in ("Authorization", "X-Site", "X-Company")}
        )
        return session

    def create_by_hand(self, count: int) -> None:
        """An order with its lines, and a look at it."""
        root = f"{self.url}/{self._path}"
        with self.session() as session:
            (customer,) = _json(session.get(f"{root}/customers?$filter=reference eq '10000'"))
            (warehouse,) = _json(session.get(f"{root}/warehouses?$filter=name eq 'MAIN'"))
            products = {row["code"]: row["id"] for row in _json(session.get(f"{root}/products"))}
            for number in range(count):
                lines = [
                    {
                        "line_type": "EnumLineTypeStandard",
                        "product_id": products[product],
                        "warehouse_id": warehouse["id"],
                        "line_quantity": quantity,
                    }
                    for product, quantity in self.wanted(number)
                ]
                order = {"customer_id": customer["id"], "customer_document_no": f"PO-{number:05d}"}
                made = _json(session.post(f"{root}/sop_orders", json=order | {"lines": lines}))
                read = _json(session.get(f"{root}/sop_orders/{made['id']}?$expand=lines"))
                assert len(read["lines"]) == LINES

    def read_by_hand(self, count: int) -> None:
        """Page after page."""
        seen = 0
        with self.session() as session:
            while seen < count:
                query = f"$expand=lines,delivery_address&$orderby=id&$top=5000&$skip={seen}"
                seen += len(_json(session.get(f"{self.url}/{self._path}/sop_orders?{query}")))
        assert seen == count


class Sage300(_Sage):
    """A sheet whose properties are entered one after the other."""

    name, kind, concurrency = "sage+300", "300", 4

    def _address(self) -> str:
        return f"sage+300://WEBUSER@{self.host}/Sage300WebApi?tls=off&company={self.told_first['company']}"

    def _access(self) -> dict[str, str]:
        return {"password": "webkey"}

    @property
    def _orders(self) -> str:
        return f"{self.url}/Sage300WebApi/v1.0/-/{self.told_first['company']}/OE/OEOrders"

    def session(self) -> requests.Session:
        """A session that is let in, and says JSON with every request."""
        session = requests.Session()
        session.auth = ("WEBUSER", "webkey")
        session.headers["Content-Type"] = "application/json"
        return session

    def create_by_hand(self, count: int) -> None:
        """An order with its details, and a look at it."""
        with self.session() as session:
            for number in range(count):
                lines = [
                    {"LineType": "Item", "Item": product, "Location": "MAIN", "QuantityOrdered": quantity}
                    for product, quantity in self.wanted(number)
                ]
                order = {"CustomerNumber": "10000", "PurchaseOrderNumber": f"PO-{number:05d}"}
                made = _json(session.post(self._orders, json=order | {"OrderDetails": lines}))
                read = _json(session.get(f"{self._orders}({made['OrderUniquifier']})"))
                assert len(read["OrderDetails"]) == LINES

    def read_by_hand(self, count: int) -> None:
        """Page after page."""
        seen = 0
        with self.session() as session:
            while seen < count:
                query = f"$top=100&$skip={seen}" if seen else "$top=100"
                seen += len(_json(session.get(f"{self._orders}?{query}"))["value"])
        assert seen == count


def keys_of(number: str) -> str:
    """How an order of X3 is named in a call."""
    return f"<objectKeys><item><key>SOHNUM</key><value>{number}</value></item></objectKeys>"


def _json(answer: requests.Response) -> Any:
    assert answer.ok, answer.text
    return answer.json()
