"""A small trading company as Sage 200 has it, for tests and demonstrations."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from .....clock import Clock
from ...business import samples
from ...business.company import Company
from ...business.masters import Address, Code
from ...business.settings import Settings
from ...business.world import World


def sage_world(clock: Clock | None = None) -> World:
    """A system that keeps its papers as Sage 200 does; ``Sage200`` wants one that was set up so."""
    settings = Settings(
        quantities_to_ship="blank",
        deletes_finished=False,
        manual_numbers=True,
        header_fixed=frozenset(),
        line_fixed=frozenset(),
        lines_fixed_when_released=False,
        line_step=1,
    )
    return World(clock, settings, "sage200")


def harbour_trading(world: World, name: str = "Harbour Trading") -> Company:
    """The neutral sample company with what only this product has: couriers, charges, tax codes, delivery addresses."""
    company = samples.harbour_trading(world, name, "GBP")
    for kind in (
        "order",
        "return_order",
        "purchase_order",
        "shipment",
        "posted invoice",
        "posted credit_memo",
    ):
        company.series[kind] = ("", 10)
    for table, codes in (
        ("Tax Code", (("STANDARD", "Standard rate"), ("REDUCED", "Reduced rate"), ("FREE", "Zero rate"))),
        ("Additional Charge", (("CARR", "Carriage"), ("PACK", "Packing"))),
    ):
        for code, text in codes:
            company.codes(table).add(Code(code=code, name=text))
    depot = Address(
        name="Harbour Pumps Depot", line1="Depot 7", city="Hull", postal_code="HU1 1AA", country="GB"
    )
    address = {"customer": "10000", "address": depot, "is_default": True}
    company.codes("Customer Delivery Address").add(Code(code="10000/1", name="Depot", extras=address))
    pump = company.items.by("number", "PUMP-A")
    mill = company.customers.by("number", "20000")
    assert pump is not None
    assert mill is not None
    company.items.put(replace(pump, extras={"traceable_type": "EnumTraceableTypeSerial"}))
    company.customers.put(replace(mill, credit_limit=Decimal(10_000)))
    return company
