"""The conformance kit on the mock NAV, over its page web services, lines after the header."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest

from erp_connect.client import connect
from erp_connect.testing import conformance
from erp_connect.testing.mocks.business.settings import Settings
from erp_connect.testing.mocks.dynamics.nav.web import NavServer
from erp_connect.testing.mocks.serving import serve

from .trading_profiles import TradingProfile, Turned, new_world

MEMORY = Path("/dev/shm")
FAILS = {
    "test_a_customers_address_and_terms_are_kept": "a card has one name, and its address bears that",
    "test_stock_is_told_in_the_unit_asked_for": "how many of it a package holds is on no page",
}


class NavProfile(TradingProfile):
    name = "dynamics+nav"
    scheme = "dynamics+nav"
    expected_failures = MappingProxyType(FAILS)

    @property
    def target(self):
        return self._at("127.0.0.1")

    def _at(self, host):
        return (
            f"dynamics+nav://ANNA@{host}/DynamicsNAV80?tls=off&company=Harbour%20Trading&currency=EUR&country=GB"
            "&units=XCT%3DCTN&ship=OrderProcessing.PostShipment&receive=OrderProcessing.PostReceipt"
        )

    @contextmanager
    def backend(self):
        clock = Turned()
        rules = Settings(vendor_invoice_needed=False, manual_numbers=True)
        self.world, self.company = new_world(clock, rules)
        with (
            serve(NavServer(self.world)) as url,
            TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        ):
            target = self._at(url.removeprefix("http://"))

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                given = {"journal": f"sqlite:///{folder}/journal.db", "timezone": "UTC"}
                return connect(target, **{**given, "password": "webkey", **more})

            yield to_world

    def touch(self, erp, order):
        raise conformance.NotOffered("orders are known by their numbers")


@pytest.mark.thorough
class TestNav(conformance.Everything):
    profile = NavProfile()
