"""The neutral core as this product sets it up, and a small company in it, for tests and demonstrations."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from .....clock import Clock
from ...business import settings as core
from ...business.company import Company
from ...business.samples import harbour_trading
from ...business.world import World

_FINE = Decimal("1e-12")


def finance_world(clock: Clock | None = None, *, manual_numbers: bool = False) -> World:
    """A system with this product's rules; ``manual_numbers``: callers may choose the numbers of orders."""
    settings = core.Settings(
        deletes_finished=False,
        header_fixed=frozenset(),
        line_fixed=frozenset(),
        lines_fixed_when_released=False,
        vendor_invoice_needed=False,
        empty_lines_refused=False,
        manual_numbers=manual_numbers,
        price_decimals=12,
        line_step=1,
        line_follows_header=False,
    )
    return World(clock, settings, name="finance")


def usmf(world: World, code: str = "usmf", currency: str = "EUR") -> Company:
    """A company of the harbour's customers and goods: site 1 with MAIN, site 2 with EAST; 10000 is served from MAIN."""
    company = harbour_trading(world, f"Harbour Trading {code}", currency)
    company.code = code
    company.series |= {
        "order": ("", 6),
        "purchase_order": ("PO-", 5),
        "return_order": ("RO-", 5),
        "shipment": ("PS-", 6),
        "posted invoice": ("CIV-", 6),
        "posted credit_memo": ("CCN-", 6),
        "customer": ("C-", 5),
        "vendor": ("V-", 5),
        "lot": ("LOT-", 6),
    }
    for row in company.currencies:
        company.currencies.put(replace(row, price_rounding=_FINE))
    for location, site in (("MAIN", "1"), ("EAST", "2")):
        place = company.locations.by("code", location)
        assert place is not None
        company.locations.put(replace(place, extras={"site": site}))
    for number in ("10000", "30000"):
        customer = company.customers.by("number", number)
        assert customer is not None
        company.customers.put(replace(customer, location="MAIN"))
    for vendor in company.vendors:
        company.vendors.put(replace(vendor, location="MAIN"))
    return company
