"""The conformance kit on the mock SAP system, over OData: orders in version 2 and in version 4."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest

from erp_connect.client import connect
from erp_connect.testing import conformance
from erp_connect.testing.mocks.sap.odata.gateway import Gateway
from erp_connect.testing.mocks.serving import serve

from .sap_profiles import SapProfile, Turned, new_world

MEMORY = Path("/dev/shm")
LESS = {
    "purchase_orders.change_date": "the fields of a purchase order's schedule lines are not in the reference",
}
FAILS = {
    "test_a_refusal_names_the_place_in_the_draft": "an error of the service does not say which row it is about",
}
FAILS_IN_V2 = {
    "test_every_currency_is_rounded_to_its_own_places[CLF]": "amounts of version 2 have three decimals",
}


class SapODataProfile(SapProfile):
    name = "sap+odata"
    scheme = "sap+odata"
    service = "v2"
    declares_less = MappingProxyType(LESS)
    expected_failures = MappingProxyType({**FAILS, **FAILS_IN_V2})

    @property
    def target(self):
        return self._at("127.0.0.1")

    def _at(self, host):
        return (
            f"sap+odata://DEMO@{host}?tls=off&service={self.service}&client=100&sales_org=1000"
            "&distribution_channel=10&division=00&rejection_reason=Z1&units=XBX%3DKRT"
            "&message_classes=V1%20777%3Dcustomer_blocked"
            "&company_code=1000&purchasing_org=1000&purchasing_group=001&return_reason=101"
        )

    @contextmanager
    def backend(self):
        clock = Turned()
        world = self.world = new_world(clock)
        with (
            serve(Gateway(world)) as url,
            TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        ):
            target = self._at(url.removeprefix("http://"))

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                given = {"journal": f"sqlite:///{folder}/journal.db", "timezone": "UTC"}
                return connect(target, **{**given, "password": "welcome", **more})

            yield to_world


class SapODataV4Profile(SapODataProfile):
    name = "sap+odata?service=v4"
    scheme = name
    service = "v4"
    expected_failures = MappingProxyType(FAILS)


@pytest.mark.thorough
class TestSapODataV2(conformance.Everything):
    profile = SapODataProfile()


@pytest.mark.thorough
class TestSapODataV4(conformance.Everything):
    profile = SapODataV4Profile()
