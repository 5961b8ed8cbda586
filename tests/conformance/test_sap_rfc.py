"""The conformance kit on the mock SAP system, over RFC."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest

from erp_connect.client import connect
from erp_connect.testing import conformance
from erp_connect.testing.mocks.sap import rfc

from .sap_profiles import SapProfile, Turned, new_world

MEMORY = Path("/dev/shm")


LESS = {
    "purchase_orders.receive": "the module that posts goods receipts has no published interface",
}

MORE_FIELDS = {"BAPIMEPOHEADER": {"OUR_REF": "C12", "REF_1": "C12"}, "BAPIMEPOITEM": {"PRICE_UNIT": "P5.0"}}
"""Fields of purchase orders that a usual release has beside those of the reference."""


class SapRfcProfile(SapProfile):
    name = "sap+rfc"
    scheme = "sap+rfc"
    target = (
        "sap+rfc://DEMO@mock?sysnr=00&client=100&sales_org=1000&distribution_channel=10&division=00"
        "&rejection_reason=Z1&units=XBX%3DKRT&message_classes=V1%20777%3Dcustomer_blocked"
        "&company_code=1000&purchasing_org=1000&purchasing_group=001&return_reason=101"
    )
    declares_less = MappingProxyType(LESS)

    @contextmanager
    def backend(self):
        clock = Turned()
        world = self.world = new_world(clock)
        world.settings.more_fields = MORE_FIELDS
        connection = rfc.connect_to(world)
        with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                given = {"journal": f"sqlite:///{folder}/journal.db", "timezone": "UTC"}
                secret = {"password": "welcome", "connector": connection}
                return connect(self.target, **{**given, **secret, **more})

            yield to_world


@pytest.mark.thorough
class TestSapRfc(conformance.Everything):
    profile = SapRfcProfile()
