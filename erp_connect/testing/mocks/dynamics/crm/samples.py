"""A small trading company on Dataverse, for tests and demonstrations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from ...business.world import World
from .organization import Organization
from .selling import created
from .settings import Settings

CUSTOM: Mapping[str, Iterable[str]] = {
    "salesorder": ("erp_externalref:S100@ erp_customerpo:S100@ erp_warehouse:S20",),
    "salesorderdetail": ("erp_externalref:S100",),
}
"""The columns of a customer who is prepared for being written to from outside (dynamics.md 4.5)."""


def plain_environment(world: World, settings: Settings | None = None) -> Organization:
    """An environment with the standard's tables only: two accounts, a contact, four products, two price lists."""
    return _filled(Organization(world, settings))


def prepared_environment(world: World, settings: Settings | None = None) -> Organization:
    """The same with a customer's columns, and keys on the order's reference and on the numbers of masters."""
    organization = _filled(Organization(world, settings, CUSTOM))
    organization.define_key("salesorder", "erp_externalref", name="erp_externalref_key", seconds=0)
    organization.define_key("account", "accountnumber", name="accountnumber_key", seconds=0)
    organization.define_key("product", "productnumber", name="productnumber_key", seconds=0)
    return organization


def _filled(organization: Organization) -> Organization:
    with organization.world.unit():
        _fill(organization)
    return organization


def _fill(organization: Organization) -> None:
    def make(logical: str, key: str, /, **values: Any) -> UUID:
        return created(organization, logical, values, organization.ident(f"{logical}/{key}")).id

    make("systemuser", "robot", fullname="Order Robot", domainname="order-robot", isdisabled=False)
    euro = make(
        "transactioncurrency",
        "EUR",
        currencyname="Euro",
        isocurrencycode="EUR",
        currencysymbol="€",
        exchangerate=Decimal(1),
        currencyprecision=2,
    )
    dollar = make(
        "transactioncurrency",
        "USD",
        currencyname="US Dollar",
        isocurrencycode="USD",
        currencysymbol="$",
        exchangerate=Decimal("1.1"),
        currencyprecision=2,
    )
    group = make("uomschedule", "default", name="Default Unit", baseuomname="Primary Unit")
    piece = make(
        "uom", "piece", name="Piece", quantity=Decimal(1), isschedulebaseuom=True, _uomscheduleid_value=group
    )
    box = make(
        "uom", "box", name="Box", quantity=Decimal(10), _uomscheduleid_value=group, _baseuom_value=piece
    )
    lists = {
        code: make("pricelevel", code, name=f"Standard {code}", _transactioncurrencyid_value=currency)
        for code, currency in (("EUR", euro), ("USD", dollar))
    }
    goods = (
        ("VALVE-20", "Ball valve 20 mm", "12.50"),
        ("PUMP-1", "Centrifugal pump", "480.00"),
        ("SEAL-5", "Shaft seal", "3.20"),
        ("HOSE-8", "Hose 8 mm", ""),
    )
    for number, name, price in goods:
        product = make(
            "product",
            number,
            name=name,
            productnumber=number,
            price=Decimal(price) if price else None,
            quantitydecimal=2,
            producttypecode=1,
            productstructure=1,
            _defaultuomid_value=piece,
            _defaultuomscheduleid_value=group,
        )
        for code, rate in (("EUR", Decimal(1)), ("USD", Decimal("1.1"))) if price else ():
            for unit, content in ((piece, 1), (box, 10)):
                make(
                    "productpricelevel",
                    f"{code}/{number}/{content}",
                    amount=organization.money(Decimal(price) * rate * content),
                    pricingmethodcode=1,
                    _pricelevelid_value=lists[code],
                    _productid_value=product,
                    _uomid_value=unit,
                    _transactioncurrencyid_value=euro if code == "EUR" else dollar,
                )
    retired = make("product", "GASKET-1", name="Gasket", productnumber="GASKET-1", _defaultuomid_value=piece)
    held = organization.data["product"]
    organization.put("product", held.row(retired), {"statecode": 1, "statuscode": 2})
    pumps = make(
        "account",
        "10000",
        name="Harbour Pumps",
        accountnumber="10000",
        address1_line1="Quay Street 1",
        address1_city="Bremen",
        address1_postalcode="28195",
        address1_country="DE",
        paymenttermscode=1,
        _defaultpricelevelid_value=lists["EUR"],
        _transactioncurrencyid_value=euro,
    )
    make(
        "account",
        "20000",
        name="Northern Valves",
        accountnumber="20000",
        address1_city="Boston",
        address1_country="US",
        _defaultpricelevelid_value=lists["USD"],
        _transactioncurrencyid_value=dollar,
    )
    make(
        "contact",
        "workshop",
        firstname="Workshop",
        lastname="Desk",
        emailaddress1="workshop@harbour.example",
        _parentcustomerid_value=pumps,
    )
