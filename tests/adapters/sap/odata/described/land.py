"""A system that real descriptions make, with a few customers and products in it, and a client on it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests

import erp_connect as ec
from erp_connect.testing.mocks.sap.odata import gateway as mock
from erp_connect.testing.mocks.sap.odata.settings import Settings
from erp_connect.testing.mocks.sap.world import World
from erp_connect.testing.mocks.serving import serve

from . import description
from .books import Books
from .gateway import Gateway
from .serving import served
from .trade import Trade

FOLDER = "ERP_CONNECT_DESCRIPTIONS"
SETTINGS = {
    "tls": "off",
    "client": "100",
    "sales_org": "1000",
    "distribution_channel": "10",
    "division": "00",
    "rejection_reason": "Z1",
    "return_reason": "101",
}


@dataclass
class Land:
    """What a test works with."""

    erp: ec.Client
    gateway: Gateway
    trade: Trade

    @property
    def books(self) -> Books:
        return self.gateway.books

    def refused(self) -> list[str]:
        """What the service did not take, but for entities that are not there."""
        return [str(each) for each in self.gateway.refusals if each.status != 404]


@cache
def documents() -> list[bytes]:
    """The descriptions of version 2 in the folder that the environment names; empty where it names none."""
    folder = os.environ.get(FOLDER)
    return [path.read_bytes() for path in sorted(Path(folder).glob("*.v2.edmx"))] if folder else []


def furnished(told: list[bytes]) -> Gateway:
    """A system of these services, with customers 1234 and ACME, products VALVE-20 and PUMP-1."""
    trade = Trade({"VALVE-20": Decimal("12.50"), "PUMP-1": Decimal(240)})
    books = Books([description.read(each) for each in told], trade)
    if "A_Customer" in books.sets:
        for number, name in (("1234", "Harbour Pumps Ltd"), ("ACME", "Acme Rockets")):
            _customer(books, number, name)
    if "A_Product" in books.sets:
        for code, text in (("VALVE-20", "Ball valve 20 mm"), ("PUMP-1", "Pump")):
            books.enter("A_Product", Product=code, ProductType="FERT", BaseUnit="PC")
            if "A_ProductDescription" in books.sets:
                books.enter("A_ProductDescription", Product=code, Language="EN", ProductDescription=text)
            if "A_ProductSalesDelivery" in books.sets:
                area = {"ProductSalesOrg": "1000", "ProductDistributionChnl": "10"}
                books.enter("A_ProductSalesDelivery", Product=code, **area)
    return Gateway(books)


def _customer(books: Books, number: str, name: str) -> None:
    books.enter("A_Customer", Customer=number, CustomerName=name, CustomerFullName=name)
    partner = {"BusinessPartnerFullName": name, "BusinessPartnerCategory": "2", "OrganizationBPName1": name}
    if "A_BusinessPartner" in books.sets:
        books.enter(
            "A_BusinessPartner", BusinessPartner=number, Customer=number, BusinessPartnerName=name, **partner
        )
    if "A_BusinessPartnerAddress" in books.sets:
        where = {
            "StreetName": "Dock",
            "HouseNumber": "4",
            "PostalCode": "EH6 6JJ",
            "CityName": "Leith",
            "Country": "GB",
        }
        books.enter(
            "A_BusinessPartnerAddress",
            BusinessPartner=number,
            AddressID="9" + number[:3],
            FullName=name,
            **where,
        )
    if "A_CustomerSalesArea" in books.sets:
        area = {"SalesOrganization": "1000", "DistributionChannel": "10", "Division": "00"}
        books.enter(
            "A_CustomerSalesArea", Customer=number, Currency="EUR", CustomerPaymentTerms="N30", **area
        )


def delivered(books: Books, order: str, item: str, quantity: Decimal, unit: str = "PC") -> None:
    """A delivery of so much of an item has left."""
    day = datetime(2026, 11, 20, tzinfo=UTC)
    books.enter(
        "A_OutbDeliveryHeader",
        DeliveryDocument="80001",
        SoldToParty="1234",
        ShipToParty="1234",
        OverallGoodsMovementStatus="C",
        ActualGoodsMovementDate=day,
        CreationDate=day,
    )
    books.enter(
        "A_OutbDeliveryItem",
        DeliveryDocument="80001",
        DeliveryDocumentItem=item,
        Material="VALVE-20",
        ActualDeliveryQuantity=quantity,
        DeliveryQuantityUnit=unit,
        ReferenceSDDocument=order,
        ReferenceSDDocumentItem=item,
        GoodsMovementStatus="C",
    )
    row = books.first("A_SalesOrderItem", SalesOrder=order, SalesOrderItem=item)
    assert row is not None
    row["DeliveryStatus"] = "C" if quantity >= row["RequestedQuantity"] else "B"


@contextmanager
def land(gateway: Gateway, tmp_path: Path, **settings: Any) -> Iterator[Land]:
    """A client on such a system."""
    with (
        served(gateway) as host,
        ec.connect(
            f"sap+odata://DEMO@{host}",
            password="welcome",
            journal=f"sqlite:///{tmp_path}/journal.db",
            **{**SETTINGS, **settings},
        ) as erp,
    ):
        yield Land(erp, gateway, gateway.books.rules)
    assert gateway.failures == []


DELIVERIES = "API_OUTBOUND_DELIVERY_SRV;v=0002"
SERVICES = (
    "API_SALES_ORDER_SRV",
    "API_BUSINESS_PARTNER",
    "API_PRODUCT_SRV",
    "API_CUSTOMER_RETURN_SRV",
    DELIVERIES,
)
real = pytest.mark.skipif(not documents(), reason=f"{FOLDER} names no folder of descriptions")
BOTH = [pytest.param("real", marks=real), pytest.param("mock", marks=pytest.mark.thorough)]


def described(kind: str) -> list[bytes]:
    """The descriptions of a ``real`` release, of our ``mock``, or the real ones ``bare`` of deliveries."""
    if kind == "mock":
        return mocked()
    return documents() + (mocked(DELIVERIES) if kind == "real" else [])


@cache
def mocked(*names: str) -> list[bytes]:
    """The descriptions that our own mock system serves, fetched from it."""
    told = []
    with serve(mock.Gateway(World(None), Settings())) as address:
        for name in names or SERVICES:
            url = f"{address}{Gateway.root}/{name}/$metadata?sap-client=100"
            answer = requests.get(url, auth=("DEMO", "welcome"), timeout=10)
            answer.raise_for_status()
            told.append(answer.content)
    return told
