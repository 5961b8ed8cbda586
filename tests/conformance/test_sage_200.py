"""The conformance kit on the mock Sage 200, over its REST API."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest
import requests

from erp_connect.client import connect
from erp_connect.testing import conformance
from erp_connect.testing.mocks.business import samples
from erp_connect.testing.mocks.business.masters import Code, Location
from erp_connect.testing.mocks.sage.sage200.office import print_invoice
from erp_connect.testing.mocks.sage.sage200.samples import sage_world
from erp_connect.testing.mocks.sage.sage200.settings import Settings
from erp_connect.testing.mocks.sage.sage200.web import Sage200
from erp_connect.testing.mocks.serving import serve

from .trading_profiles import LONG_WAREHOUSE, TradingProfile, Turned, furnished

MEMORY = Path("/dev/shm")
COMPANY = "Harbour Trading"
NUMBERED = ("order", "return_order", "purchase_order", "shipment", "posted invoice", "posted credit_memo")
CHARGES = (("CARR", "Carriage"), ("PACK", "Packing"), ("ABCDEFGHJK", "A long code"), ("FREIGHT", "Freight"))
FAILS = {}


def company_in(world):
    """The sample company of the kit, in euro, with what only this product has."""
    company = samples.harbour_trading(world, COMPANY, "EUR")
    for kind in NUMBERED:
        company.series[kind] = ("", 10)
    for code in ("STANDARD", "REDUCED", "FREE"):
        company.codes("Tax Code").add(Code(code=code, name=code.title()))
    for code, name in CHARGES:
        company.codes("Additional Charge").add(Code(code=code, name=name))
    furnished(company)
    company.locations.add(Location(code=LONG_WAREHOUSE * 2, name="A longer code"))
    return company


class Sage200Profile(TradingProfile):
    name = "sage+200"
    scheme = "sage+200"
    expected_failures = MappingProxyType(FAILS)
    settings = MappingProxyType(
        {
            "warehouse": "MAIN",
            "units": "XCT=CTN",
            "currency": "EUR",
            "product_group": "1",
            "references": "contract=analysis_code_1, project=analysis_code_2",
            "token": "unused",
        }
    )

    @property
    def target(self):
        return f"sage+200://127.0.0.1?tls=off&company={COMPANY.replace(' ', '%20')}"

    @contextmanager
    def backend(self):
        clock = Turned()
        self.world = sage_world(clock)
        self.company = company_in(self.world)
        switches = Settings(access_seconds=10**9, despatch_needs_allocation=False)
        server = Sage200(self.world, switches)
        with (
            serve(server) as url,
            TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        ):
            host = url.removeprefix("http://")
            target = f"sage+200://{host}?tls=off&company={COMPANY.replace(' ', '%20')}"
            token = server.headers(COMPANY)["Authorization"].removeprefix("Bearer ")
            numbers = server.desk(COMPANY).keys
            signed = server.headers(COMPANY)
            (row,) = requests.get(f"{url}{switches.base}/customers?$top=1", headers=signed, timeout=20).json()
            currencies = f"EUR={row['currency_id']}"

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                couriers = ", ".join(
                    f"{row.code}={numbers.number(row.id, self.company.agents)}" for row in self.company.agents
                )
                given = {
                    "journal": f"sqlite:///{folder}/journal.db",
                    "timezone": "UTC",
                    "couriers": couriers,
                    "currencies": currencies,
                }
                return connect(target, **{**self.settings, **given, "token": token, **more})

            yield to_world

    def invoice(self, erp, order):
        print_invoice(self.company, order.number)


@pytest.mark.thorough
class TestSage200(conformance.Everything):
    profile = Sage200Profile()
