"""A company for the mock Sage 300: the small trading company of the neutral core, as this product keeps one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from ...business import samples as neutral
from ...business.company import Company
from ...business.masters import Address, Code, Item
from ...business.settings import Settings
from ...business.stock import set_on_hand
from ...business.world import World
from .pricing import BASE_LIST
from .sheets import ship_to_key

COMPANY: Final = "SAMINC"
_SERIES: Final = {
    "uniquifier": ("", 12),
    "order": ("ORD", 12),
    "quote": ("QT", 12),
    "shipment": ("SH", 12),
    "posted invoice": ("IN", 12),
    "posted credit_memo": ("CN", 12),
    "purchase_order": ("PO", 12),
    "receipt": ("RCP", 12),
}
_CODES: Final[dict[str, dict[str, str]]] = {
    "Customer group": {"WHL": "Wholesale", "RTL": "Retail"},
    "Tax group": {"EURTAX": "Sales tax"},
    "Price list": {BASE_LIST: "Base price list", "WHS": "Wholesale"},
    "Salesperson": {"S1": "Sales desk one", "S2": "Sales desk two"},
    "Category": {"A1": "Fittings"},
    "Optional field": {"WEBREF": "Web shop reference", "CHANNEL": "Channel"},
}
_CHARGES: Final = {"HC": ("Handling", "18.10"), "FRT": ("Freight", "0")}


def business_settings() -> Settings:
    """The rules by which a company of this product works: for ``World(settings=...)``."""
    return Settings(
        quantities_to_ship="blank",
        deletes_finished=False,
        deletes_shipped=True,
        blocked_refuse_orders=True,
        vendor_invoice_needed=False,
        empty_lines_refused=False,
        manual_numbers=True,
        price_decimals=6,
        line_step=32,
    )


def sample_company(world: World, name: str = COMPANY, currency: str = "EUR") -> Company:
    """The trading company of the neutral core with what this product adds; the world works by its rules."""
    world.settings = business_settings()
    company = neutral.harbour_trading(world, name, currency)
    company.display_name = "Harbour Trading"
    set_up(company)
    for customer in list(company.customers):
        company.customers.put(
            replace(
                customer, location="MAIN", salesperson="S1", agent="DHL", extras=_account(customer.number)
            )
        )
    place = {"AddressLine1": "Pier 9", "City": "Leith", "ZipPostalCode": "EH6 7AA", "Country": "GB"}
    key = {"CustomerNumber": "20000", "ShipToLocationKey": "YARD"}
    code = ship_to_key(*key.values())
    company.codes("Ship-to location").add(Code(code=code, name="Mill yard", extras={**key, **place}))
    company.items.add(
        Item(
            number="A1-105/0",
            name="Fluorescent desk lamp",
            price=Decimal("45.50"),
            cost=Decimal(20),
            units={"BOX": Decimal(6)},
            category="A1",
        )
    )
    set_on_hand(company, "A1-105/0", Decimal(40), "MAIN")
    set_on_hand(company, "A1-105/0", Decimal(5), "EAST")
    return company


def set_up(company: Company) -> None:
    """Number a company's papers, and give it the codes, as this product does."""
    company.series |= _SERIES
    company.address = Address(name="Harbour Trading", line1="Quay 1", city="Riga", country="LV")
    for label, codes in _CODES.items():
        for code, text in codes.items():
            company.codes(label).add(Code(code=code, name=text))
    for code, (text, amount) in _CHARGES.items():
        charge = Code(code=code, name=text, extras={"Amount": Decimal(amount)})
        company.codes("Miscellaneous charge").add(charge)


def _account(number: str) -> dict[str, Any]:
    return {
        "ShortName": number,
        "GroupCode": "WHL",
        "AccountSet": "TRADE",
        "TaxGroup": "EURTAX",
        "CustomerPriceList": BASE_LIST,
    }
