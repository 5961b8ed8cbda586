"""The conformance kit on the mock Business Central, over its API v2.0."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest

from erp_connect.client import connect
from erp_connect.testing import conformance
from erp_connect.testing.mocks.business.settings import Settings
from erp_connect.testing.mocks.dynamics.bc.web import BusinessCentral
from erp_connect.testing.mocks.serving import serve

from .trading_profiles import TradingProfile, Turned, new_world

MEMORY = Path("/dev/shm")

ONLY_VARIANTS = "the fields of a line that are not ours are the variant of its item, and no others"
FAILS = {
    "test_a_customers_address_and_terms_are_kept": "a card has one name, and its address bears that",
    "test_stock_is_told_in_the_unit_asked_for": "how many of it a package holds is not among the standard sets",
    "test_a_field_is_kept_or_its_loss_is_refused[order.line.custom]": ONLY_VARIANTS,
    "test_a_field_is_kept_or_its_loss_is_refused[purchase_order.line.custom]": ONLY_VARIANTS,
}


class BusinessCentralProfile(TradingProfile):
    name = "dynamics+bc"
    scheme = "dynamics+bc"
    expected_failures = MappingProxyType(FAILS)

    @property
    def target(self):
        return self._at("127.0.0.1")

    def _at(self, host):
        return f"dynamics+bc://ANNA@{host}/BC/api/v2.0?tls=off&company=Harbour%20Trading"

    @contextmanager
    def backend(self):
        clock = Turned()
        rules = Settings(vendor_invoice_needed=False, manual_numbers=True)
        self.world, self.company = new_world(clock, rules)
        with (
            serve(BusinessCentral(self.world)) as url,
            TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        ):
            target = self._at(url.removeprefix("http://"))

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                given = {"journal": f"sqlite:///{folder}/journal.db", "timezone": "UTC"}
                return connect(target, **{**given, "password": "webkey", **more})

            yield to_world


@pytest.mark.thorough
class TestBusinessCentral(conformance.Everything):
    profile = BusinessCentralProfile()
