"""The company of the demo: invented customers, products, prices and stock, put on file before the first order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from ...back_office import BackOffice
from ...client import Client
from ...models import Address, CustomerDraft, Money, ProductDraft, ProductUnit, UnitPrice

__all__ = [
    "BLOCKED_CUSTOMER",
    "CUSTOMERS",
    "CUSTOMER_NAMES",
    "OLD_PRODUCT",
    "PRODUCTS",
    "Item",
    "furnish",
    "price_of",
]


class Item(NamedTuple):
    """A product as the demo sells it; ``box`` is how many the box holds, ``euro`` the list price."""

    code: str
    name: str
    unit: str
    euro: Decimal
    box: int | None = None


class House(NamedTuple):
    """A customer of the demo."""

    number: str
    name: str
    street: str
    city: str
    postal_code: str
    country: str
    currency: str = "EUR"


PRODUCTS: Final = tuple(
    Item(code, name, unit, Decimal(euro), box)
    for code, name, unit, euro, box in (
        ("VALVE-15", "Ball valve 15 mm", "H87", "7.40", 20),
        ("VALVE-20", "Ball valve 20 mm", "H87", "9.85", 20),
        ("VALVE-25", "Ball valve 25 mm", "H87", "13.20", 10),
        ("VALVE-32", "Ball valve 32 mm", "H87", "18.90", 10),
        ("VALVE-40", "Ball valve 40 mm", "H87", "27.50", None),
        ("CHECK-20", "Check valve 20 mm", "H87", "11.30", 20),
        ("CHECK-25", "Check valve 25 mm", "H87", "15.10", 10),
        ("PUMP-110", "Circulation pump 110 W", "H87", "184.00", None),
        ("PUMP-180", "Circulation pump 180 W", "H87", "246.50", None),
        ("PUMP-SUB", "Submersible pump", "H87", "312.00", None),
        ("SEAL-EPDM-20", "Flat seal EPDM 20 mm", "H87", "0.38", 100),
        ("SEAL-EPDM-25", "Flat seal EPDM 25 mm", "H87", "0.45", 100),
        ("SEAL-PTFE-20", "Flat seal PTFE 20 mm", "H87", "0.92", 100),
        ("ELBOW-20", "Elbow 90 degrees 20 mm", "H87", "2.15", 50),
        ("ELBOW-25", "Elbow 90 degrees 25 mm", "H87", "2.80", 50),
        ("TEE-20", "Tee 20 mm", "H87", "3.05", 50),
        ("TEE-25", "Tee 25 mm", "H87", "3.90", 50),
        ("NIPPLE-20", "Double nipple 20 mm", "H87", "1.60", 50),
        ("UNION-20", "Union 20 mm", "H87", "4.25", 25),
        ("UNION-25", "Union 25 mm", "H87", "5.10", 25),
        ("MANOMETER-6", "Pressure gauge 0 to 6 bar", "H87", "16.75", None),
        ("MANOMETER-10", "Pressure gauge 0 to 10 bar", "H87", "17.25", None),
        ("THERMO-120", "Thermometer 0 to 120 degrees", "H87", "12.95", None),
        ("FILTER-20", "Strainer 20 mm", "H87", "8.70", 20),
        ("FILTER-25", "Strainer 25 mm", "H87", "10.40", 20),
        ("EXPANSION-18", "Expansion vessel 18 l", "H87", "38.00", None),
        ("EXPANSION-35", "Expansion vessel 35 l", "H87", "59.50", None),
        ("CLAMP-22", "Pipe clamp 22 mm", "H87", "0.74", 100),
        ("CLAMP-28", "Pipe clamp 28 mm", "H87", "0.86", 100),
        ("TUBE-PEX-16", "Pipe PE-X 16 mm", "MTR", "1.12", None),
        ("TUBE-PEX-20", "Pipe PE-X 20 mm", "MTR", "1.58", None),
        ("TUBE-CU-22", "Copper pipe 22 mm", "MTR", "8.95", None),
        ("HOSE-EPDM-19", "Hose EPDM 19 mm", "MTR", "2.64", None),
        ("INSUL-22", "Pipe insulation 22 mm", "MTR", "0.97", None),
        ("GREASE-SIL", "Silicone grease", "KGM", "21.40", None),
        ("HEMP-200", "Sealing hemp", "KGM", "14.80", None),
        ("SALT-REGEN", "Regeneration salt", "KGM", "0.62", None),
        ("GLYCOL-M", "Heat transfer fluid", "LTR", "3.35", None),
        ("CLEANER-5", "System cleaner", "LTR", "6.20", None),
        ("INHIB-1", "Corrosion inhibitor", "LTR", "11.90", None),
    )
)
OLD_PRODUCT: Final = "PUMP-100"
"""Blocked; PUMP-110 took its place."""
SUCCESSOR: Final = "PUMP-110"

CUSTOMERS: Final = tuple(
    House(*fields)
    for fields in (
        ("10010", "Harbour Pumps Ltd", "4 Quay Road", "Bristol", "BS1 6XL", "GB", "GBP"),
        ("10020", "Brückner Haustechnik GmbH", "Lindenweg 12", "Kassel", "34117", "DE"),
        ("10030", "Chauffage Delmarre SARL", "18 rue des Tanneurs", "Lille", "59000", "FR"),
        ("10040", "Instalaciones Peñalba SL", "Calle del Molino 7", "Valladolid", "47001", "ES"),
        ("10050", "Nordlicht Wärme AG", "Hafenstraße 3", "Kiel", "24103", "DE"),
        ("10060", "Van der Gracht Installatie BV", "Singelkade 21", "Utrecht", "3511 AB", "NL"),
        ("10070", "Idraulica Montebruno Srl", "Via Fontana 9", "Parma", "43121", "IT"),
        ("10080", "Greenfield Mechanical LLC", "220 Foundry Ave", "Dayton", "45402", "US", "USD"),
        ("10090", "Alpenrohr Technik KG", "Talgasse 5", "Innsbruck", "6020", "AT"),
        ("10100", "Caldeiras do Norte Lda", "Rua da Ponte 40", "Braga", "4700-030", "PT"),
        ("10110", "Sjölund Rör AB", "Verkstadsgatan 8", "Örebro", "702 27", "SE"),
        ("10120", "Lakeshore Plumbing Supply Inc", "87 Mill Street", "Duluth", "55802", "US", "USD"),
        ("10130", "Müller & Kranz Anlagenbau GmbH", "Industriestraße 44", "Chemnitz", "09111", "DE"),
        ("10140", "Thermo Wallonie SA", "Quai du Canal 2", "Liège", "4000", "BE"),
        ("10150", "Finvik Varme AS", "Bryggeveien 6", "Bergen", "5003", "NO"),
        ("10160", "Moorgate Heating Services Ltd", "15 Tannery Lane", "Leeds", "LS1 4AB", "GB", "GBP"),
        ("10170", "Celtic Boilers Ltd", "3 Abbey Street", "Limerick", "V94 X2Y3", "IE"),
        ("10180", "Huber Sanitär AG", "Seestrasse 19", "Luzern", "6003", "CH"),
        ("10190", "Kovář Topení s.r.o.", "Nádražní 11", "Brno", "602 00", "CZ"),
        ("10200", "Wodnik Instalacje Sp. z o.o.", "ul. Rzeczna 14", "Poznań", "61-001", "PL"),
        ("10210", "Jylland VVS ApS", "Havnegade 30", "Aarhus", "8000", "DK"),
        ("10220", "Plomberie du Lac SA", "Route du Port 5", "Annecy", "74000", "FR"),
        ("10230", "Rheintal Gebäudetechnik GmbH", "Uferstraße 27", "Koblenz", "56068", "DE"),
        ("10240", "Prairie Hydronics Inc", "410 Grain Road", "Wichita", "67202", "US", "USD"),
    )
)
BLOCKED_CUSTOMER: Final = House(
    "10900", "Seltenbach Installationen GmbH", "Am Wehr 1", "Fulda", "36037", "DE"
)
CUSTOMER_NAMES: Final[Mapping[str, str]] = MappingProxyType({each.number: each.name for each in CUSTOMERS})
_RATES: Final = {"EUR": Decimal(1), "GBP": Decimal("0.86"), "USD": Decimal("1.08")}
_CENT: Final = Decimal("0.01")


def price_of(item: Item, currency: str) -> Decimal:
    """The list price of the base unit."""
    return (item.euro * _RATES[currency]).quantize(_CENT)


def furnish(erp: Client, *, count_stock: bool) -> None:
    """Put the company on file; running it again changes nothing.

    ``count_stock`` only before the first order, because what was shipped since is gone.
    """
    for house in (*CUSTOMERS, BLOCKED_CUSTOMER):
        erp.customers.create(_customer(house), key=f"demo/customer/{house.number}")
    for item in PRODUCTS:
        draft = ProductDraft(
            code=item.code,
            name=item.name,
            unit=item.unit,
            units=[ProductUnit(unit="XBX", factor=item.box)] if item.box else (),
            price=UnitPrice(amount=item.euro, currency="EUR"),
        )
        erp.products.create(draft, key=f"demo/product/{item.code}")
    erp.products.create(
        ProductDraft(
            code=OLD_PRODUCT,
            name="Circulation pump 100 W",
            unit="H87",
            blocked=True,
            block_reason="no longer made",
            superseded_by=SUCCESSOR,
        ),
        key=f"demo/product/{OLD_PRODUCT}",
    )
    if not count_stock:
        return
    office = BackOffice(erp)
    for place, item in enumerate(PRODUCTS):
        for currency in ("GBP", "USD"):
            office.set_price(item.code, UnitPrice(amount=price_of(item, currency), currency=currency))
        # Every eighth product is short, so that some lines wait as backorders.
        office.set_stock(item.code, 40 if place % 8 == 7 else 20_000)


def _customer(house: House) -> CustomerDraft:
    blocked = house is BLOCKED_CUSTOMER
    return CustomerDraft(
        number=house.number,
        name=house.name,
        address=Address(
            name=house.name,
            lines=[house.street],
            city=house.city,
            postal_code=house.postal_code,
            country=house.country,
        ),
        currency=house.currency,
        credit_limit=Money(amount=2_000_000, currency=house.currency),
        blocked=blocked,
        block_reason="three invoices are overdue" if blocked else None,
    )
