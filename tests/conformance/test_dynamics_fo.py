"""The conformance kit on the mock Finance & Operations, over its OData service."""

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest

from erp_connect.client import connect
from erp_connect.models import CustomerDraft
from erp_connect.testing import conformance
from erp_connect.testing.mocks.dynamics.fo import clerk
from erp_connect.testing.mocks.dynamics.fo.samples import finance_world, usmf
from erp_connect.testing.mocks.dynamics.fo.settings import Settings
from erp_connect.testing.mocks.dynamics.fo.web import FinanceOperations
from erp_connect.testing.mocks.serving import serve

from .trading_profiles import TradingProfile, Turned, furnished

MEMORY = Path("/dev/shm")

ONLY_DIMENSIONS = "the fields of a line that are not ours are the dimensions of its product, and no others"
FAILS = {
    "test_stock_is_told_in_the_unit_asked_for": "how many of it a package holds is not among the sets that are known",
    "test_a_field_is_kept_or_its_loss_is_refused[order.line.custom]": ONLY_DIMENSIONS,
    "test_a_field_is_kept_or_its_loss_is_refused[purchase_order.line.custom]": ONLY_DIMENSIONS,
}


class FinanceOperationsProfile(TradingProfile):
    name = "dynamics+fo"
    scheme = "dynamics+fo"
    expected_failures = MappingProxyType(FAILS)

    @property
    def target(self):
        return self._at("127.0.0.1")

    def _at(self, host):
        known = "currency=EUR&customer_group=30&vendor_group=30&return_reason=DEFECT"
        return f"dynamics+fo://{host}?tls=off&company=usmf&sites=MAIN=1,EAST=2&site=1&units=XCT=CTN&{known}"

    def switches(self):
        return Settings()

    @contextmanager
    def backend(self):
        clock = Turned()
        self.world = finance_world(clock)
        self.company = usmf(self.world)
        furnished(self.company)
        server = FinanceOperations(self.world, self.switches())
        with (
            serve(server) as url,
            TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        ):
            target = self._at(url.removeprefix("http://"))
            settings = {
                "client_id": "order-robot",
                "client_secret": "s3cret",
                "token_url": f"{url}/harbour.example/oauth2/v2.0/token",
            }

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                given = {"journal": f"sqlite:///{folder}/journal.db", "timezone": "UTC", **settings}
                return connect(target, **{**given, **more})

            yield to_world

    def put_on_file(self, erp, draft):
        super().put_on_file(erp, draft)
        if isinstance(draft, CustomerDraft):
            with self.world.unit():
                customer = self.company.customers.by("number", draft.number)
                self.company.customers.put(replace(customer, location="MAIN"))

    def touch(self, erp, order):
        with self.world.unit():
            row = self.company.find("order", order.number)
            self.company.documents.put(replace(row, extras={**row.extras, "printed": str(row.version)}))

    def ship(self, erp, order, lines):
        paper = self.company.find("order", order.number)
        positions = None
        if lines is not None:
            positions = {order.line(line).position: quantity for line, quantity in lines.items()}
        clerk.pack(self.company, paper, positions)

    def invoice(self, erp, order):
        clerk.invoice(self.company, self.company.find("order", order.number))


class NewestHeadersProfile(FinanceOperationsProfile):
    """A release with the newest headers, which do not show their lines, that refuses with 500 and 409."""

    name = "dynamics+fo, newest headers"

    def switches(self):
        lacks = {"SalesOrderHeadersV2", "SalesOrderHeadersV3", "SalesOrderLines", "SalesInvoiceHeadersV2"}
        return Settings(
            lacks=frozenset(lacks), refusal_status=500, stale_status=409, blank_date="1900-01-01T00:00:00Z"
        )


@pytest.mark.thorough
class TestFinanceOperations(conformance.Everything):
    profile = FinanceOperationsProfile()


@pytest.mark.thorough
class TestNewestHeaders(conformance.Everything):
    profile = NewestHeadersProfile()
