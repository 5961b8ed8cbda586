"""The conformance kit on the mock SAP system, over SOAP with the site's wrappers."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from erp_connect.client import connect
from erp_connect.testing import conformance
from erp_connect.testing.mocks.sap.soap.face import SoapFace
from erp_connect.testing.mocks.serving import serve

from .sap_profiles import SapProfile, Turned, new_world
from .test_sap_rfc import MORE_FIELDS

MEMORY = Path("/dev/shm")
WRAPPERS = {
    "BAPI_SALESORDER_CREATEFROMDAT2": "Z_ORDER_CREATE",
    "BAPI_SALESORDER_CHANGE": "Z_ORDER_CHANGE",
    "BAPI_CUSTOMERRETURN_CREATE": "Z_RETURN_CREATE",
    "BAPI_PO_CREATE1": "Z_PO_CREATE",
    "BAPI_PO_CHANGE": "Z_PO_CHANGE",
}


class SapSoapProfile(SapProfile):
    name = "sap+soap?wrappers"
    scheme = name

    @property
    def target(self):
        return self._at("127.0.0.1")

    def _at(self, host):
        wrappers = "%2C".join(f"{module}%3D{wrapper}" for module, wrapper in WRAPPERS.items())
        return (
            f"sap+soap://DEMO@{host}?tls=off&client=100&sales_org=1000&distribution_channel=10&division=00"
            "&rejection_reason=Z1&units=XBX%3DKRT&message_classes=V1%20777%3Dcustomer_blocked"
            "&company_code=1000&purchasing_org=1000&purchasing_group=001&return_reason=101"
            f"&wrappers={wrappers}"
        )

    @contextmanager
    def backend(self):
        clock = Turned()
        world = self.world = new_world(clock)
        world.settings.more_fields = MORE_FIELDS
        world.settings.wrappers = {wrapper: module for module, wrapper in WRAPPERS.items()}
        with (
            serve(SoapFace(world)) as url,
            TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        ):
            target = self._at(url.removeprefix("http://"))

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                given = {"journal": f"sqlite:///{folder}/journal.db", "timezone": "UTC"}
                return connect(target, **{**given, "password": "welcome", **more})

            yield to_world


@pytest.mark.thorough
class TestSapSoap(conformance.Everything):
    profile = SapSoapProfile()
