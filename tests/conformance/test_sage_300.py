"""The conformance kit on the mock Sage 300, over its Web API."""

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest

from erp_connect.client import connect
from erp_connect.models import CustomerDraft
from erp_connect.testing import conformance
from erp_connect.testing.mocks.business.masters import Address, Code
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.sage.sage300 import desktop
from erp_connect.testing.mocks.sage.sage300.samples import sample_company
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300
from erp_connect.testing.mocks.serving import serve

from .trading_profiles import TradingProfile, Turned, furnished

MEMORY = Path("/dev/shm")
SETTINGS = {
    "charges": "FREIGHT=FRT",
    "references": "project=PROJECT",
    "custom_fields": "cost_centre=COSTCTR",
    "line_reference": "LINEREF",
    "customer_defaults": "GroupCode=WHL, AccountSet=TRADE, TaxGroup=EURTAX, CustomerPriceList=BASE",
    "item_defaults": "Category=A1, DefaultPriceListCode=BASE",
}
CARD = {
    "GroupCode": "WHL",
    "AccountSet": "TRADE",
    "TaxGroup": "EURTAX",
    "CustomerPriceList": "BASE",
}
SOMEWHERE = Address(line1="Dock 4", city="Leith", postal_code="EH6 6JJ", country="GB")
"""Tax needs an address to be calculated: a customer without one is no card of this product."""

FAILS = {
    "test_a_customers_address_and_terms_are_kept": "a card has one name, and its address bears that",
}


class Sage300Profile(TradingProfile):
    name = "sage+300"
    scheme = "sage+300"
    expected_failures = MappingProxyType(FAILS)
    settings = MappingProxyType(SETTINGS)

    @property
    def target(self):
        return self._at("127.0.0.1")

    def _at(self, host):
        return f"sage+300://WEBUSER@{host}?tls=off&company=SAMINC"

    @contextmanager
    def backend(self):
        clock = Turned()
        self.world = World(clock)
        self.company = sample_company(self.world)
        furnished(self.company)
        for code in ("PROJECT", "COSTCTR", "LINEREF"):
            self.company.codes("Optional field").add(Code(code=code, name=code.title()))
        server = Sage300(self.world, Settings(more_resources={"ICLocationDetails"}))
        with (
            serve(server) as url,
            TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        ):
            target = self._at(url.removeprefix("http://"))

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                given = {"journal": f"sqlite:///{folder}/journal.db", "timezone": "UTC", "password": "webkey"}
                return connect(target, **{**SETTINGS, **given, **more})

            yield to_world

    def put_on_file(self, erp, draft):
        super().put_on_file(erp, draft)
        if isinstance(draft, CustomerDraft):
            with self.world.unit():
                card = self.company.customers.by("number", draft.number)
                extras = {**CARD, "ShortName": draft.number[:10]}
                place = card.address if draft.address is not None else SOMEWHERE
                self.company.customers.put(replace(card, location="MAIN", address=place, extras=extras))

    def ship(self, erp, order, lines):
        with self.world.unit():
            much = None if lines is None else {int(line): quantity for line, quantity in lines.items()}
            desktop.ship(self.company, self._paper(order), much)

    def invoice(self, erp, order):
        with self.world.unit():
            desktop.invoice(self.company, self._paper(order))


@pytest.mark.thorough
class TestSage300(conformance.Everything):
    profile = Sage300Profile()
