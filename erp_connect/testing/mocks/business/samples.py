"""A small trading company, for tests and demonstrations."""

from __future__ import annotations

from decimal import Decimal

from .company import Company
from .masters import (
    Address,
    Code,
    Currency,
    Customer,
    Item,
    Location,
    PaymentTerms,
    Unit,
    Variant,
    Vendor,
)
from .stock import set_on_hand
from .world import World


def harbour_trading(world: World, name: str = "Harbour Trading", currency: str = "EUR") -> Company:
    """A company in ``world`` with three customers, two vendors, five items and what they need."""
    company = world.add_company(name, currency, code="hbt")
    for code, text, standard in (("PCS", "Piece", "EA"), ("BOX", "Box", "BX"), ("HOUR", "Hour", "HUR")):
        company.units.add(Unit(code=code, name=text, standard=standard))
    company.currencies.add(Currency(code="USD", name="US dollar", symbol="$", rate=Decimal("0.9")))
    company.currencies.add(
        Currency(
            code="JPY",
            name="Japanese yen",
            rounding=Decimal(1),
            price_rounding=Decimal("0.01"),
            rate=Decimal("0.006"),
        )
    )
    for code, text, days in (("30 DAYS", "Net 30 days", 30), ("COD", "Cash on delivery", 0)):
        company.payment_terms.add(PaymentTerms(code=code, name=text, days=days))
    for code, text in (("EXW", "Ex works"), ("CIF", "Cost, insurance and freight")):
        company.shipment_methods.add(Code(code=code, name=text))
    for code, text in (("DHL", "DHL"), ("UPS", "UPS")):
        company.agents.add(Code(code=code, name=text))
    company.payment_methods.add(Code(code="BANK", name="Bank transfer"))
    company.return_reasons.add(Code(code="DEFECT", name="Defective"))
    company.return_reasons.add(Code(code="WRONG", name="Wrong item"))
    for code, text in (("MAIN", "Main warehouse"), ("EAST", "Eastern warehouse")):
        company.locations.add(Location(code=code, name=text, address=Address(name=text, country="LV")))
    quay = Address(line1="Quay 1", city="Riga", postal_code="LV-1001", country="LV")
    dock = Address(line1="Dock 4", city="Leith", postal_code="EH6 6JJ", country="GB")
    company.customers.add(
        Customer(number="10000", name="Harbour Pumps", address=quay, payment_terms="30 DAYS")
    )
    company.customers.add(Customer(number="20000", name="Mill & Sons", address=dock, currency="USD"))
    company.customers.add(Customer(number="30000", name="Closed Shop", blocked="all"))
    company.vendors.add(Vendor(number="V100", name="Valve Works", address=dock, payment_terms="30 DAYS"))
    company.vendors.add(Vendor(number="V200", name="Hose Mill", address=quay))
    for number, text, price in (
        ("VALVE-20", "Ball valve 20 mm", "12.50"),
        ("HOSE-20", "Hose 20 mm", "3.20"),
        ("PUMP-A", "Pump", "1999.99"),
    ):
        item = Item(
            number=number,
            name=text,
            price=Decimal(price),
            cost=Decimal(price) / 2,
            units={"BOX": Decimal(12)},
        )
        company.items.add(item)
        set_on_hand(company, number, Decimal(500), "MAIN")
    company.items.add(Item(number="FITTING", name="Fitting", type="service", unit="HOUR", price=Decimal(60)))
    company.items.add(Item(number="OLD-1", name="No longer sold", blocked=True))
    pump = company.items.by("number", "PUMP-A")
    assert pump is not None
    company.variants.add(Variant(item=pump.id, code="RED", description="Pump, red"))
    return company
