"""The conformance kit on the mock X3, Syracuse's generation, everything published."""

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest

from erp_connect.client import connect
from erp_connect.testing import conformance
from erp_connect.testing.mocks.business.masters import Location, PaymentTerms
from erp_connect.testing.mocks.sage.x3.samples import folder, subprograms, x3_world
from erp_connect.testing.mocks.sage.x3.settings import Settings
from erp_connect.testing.mocks.sage.x3.web import SageX3
from erp_connect.testing.mocks.serving import serve

from .trading_profiles import TradingProfile, Turned, furnished

MEMORY = Path("/dev/shm")
FAILS = {
    "test_stock_is_told_in_the_unit_asked_for": "how many of it a package holds is told by no publication",
}
SERVICES = "&".join(
    f"{kind}_service={name}"
    for kind, name in (
        ("delivery", "WSSDH"),
        ("invoice", "WSSIH"),
        ("return", "WSSRH"),
        ("supplier", "WSBPS"),
        ("purchase", "WSPOH"),
        ("receipt", "WSPTH"),
    )
)


class X3Profile(TradingProfile):
    name = "sage+x3"
    scheme = "sage+x3"
    expected_failures = MappingProxyType(FAILS)

    @property
    def target(self):
        return self._at("127.0.0.1")

    def _at(self, host):
        return (
            f"sage+x3://WSUSER@{host}/?tls=off&pool=WSPOOL&site=MAIN&currency=EUR&country=GB&units=XCT%3DCTN"
            f"&line_keys=rank&cancel_strategy=action%3AYCLO&purchase_cancel_strategy=delete&discount_column=DISCRGVAL1&{SERVICES}"
            "&price_scale=5&quantity_scale=5&customer_category=CAT&product_category=CAT&tracking_field=YTRKNUM"
            "&stock=YGETSTO&stock_inputs=item%3DYITM,site%3DYFCY&stock_outputs=quantity%3DYQTY,available%3DYAVA"
            "&changes=YCHGSOH&changes_inputs=since%3DYSINCE&changes_outputs=order%3DYSOHNUM,moment%3DYUPD"
        )

    @contextmanager
    def backend(self):
        clock = Turned()
        self.world = x3_world(clock)
        self.company = folder(self.world)
        furnished(self.company)
        self.company.locations.add(Location(code="ABCDE", name="A code as long as it may be"))
        terms = "ABCDEFGHJKABCDE"
        self.company.payment_terms.add(PaymentTerms(code=terms, name="Terms as long as they may be"))
        published = Settings().publications
        published["WSSOH"] = replace(
            published["WSSOH"],
            actions={"V": "value", "YCLO": "close"},
            extra={"SOH4_1": ("DEMDLVDAT date requested",)},
        )
        published["WSPOH"] = replace(
            published["WSPOH"],
            extra={"POH2_1": ("EXTRCPDAT date requested",)},
        )
        published["WSSDH"] = replace(published["WSSDH"], extra={"SDH1_1": ("YTRKNUM char30 tracking",)})
        settings = Settings(publications=published, subprograms=subprograms())
        with (
            serve(SageX3(self.world, settings)) as url,
            TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as place,
        ):
            target = self._at(url.removeprefix("http://"))

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                given = {"journal": f"sqlite:///{place}/journal.db", "timezone": "UTC"}
                return connect(target, **{**given, "password": "secret", **more})

            yield to_world


@pytest.mark.thorough
class TestX3(conformance.Everything):
    profile = X3Profile()
