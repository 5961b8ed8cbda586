"""The WSDL tells the generation, and reading it fetches nothing (sage.md 2.1, 2.19)."""

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.sage.x3.samples import folder, x3_world
from erp_connect.testing.mocks.sage.x3.settings import Settings
from erp_connect.testing.mocks.sage.x3.web import SageX3
from erp_connect.testing.mocks.serving import serve
from erp_connect.wire.adonix import CallContext, WebService, interface_in
from erp_connect.wire.http import Basic, HttpSession

PATHS = {
    "syracuse": "soap-wsdl/syracuse/collaboration/syracuse/CAdxWebServiceXmlCC",
    "axis": "adxwsvc/services/CAdxWebServiceXmlCC",
}

LEADING_ELSEWHERE = (
    b'<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"><wsdl:types>'
    b'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
    b'<xsd:import namespace="urn:a" schemaLocation="http://127.0.0.1:9/a.xsd"/></xsd:schema>'
    b"</wsdl:types></wsdl:definitions>"
)


def wsdl(clock, generation):
    world = x3_world(clock)
    folder(world)
    with serve(SageX3(world, Settings(generation=generation))) as url:
        session = HttpSession(f"{url}/", auth=Basic("WSUSER", "secret"))
        return WebService(session, "", CallContext(language="", pool="")).wsdl(PATHS[generation])


@pytest.mark.parametrize("generation", list(PATHS))
def test_a_wsdl_tells_the_generation(generation):
    found = interface_in(wsdl(Hands(), generation))
    assert found.generation == generation
    assert {"save", "read", "query", "modify", "delete", "run", "getDescription"} <= found.operations
    assert ("actionObjectKeys" in found.operations) is (generation == "syracuse")


def test_a_wsdl_that_zeep_cannot_read_is_looked_at_for_its_names():
    document = wsdl(Hands(), "axis").replace(b'base="soapenc:Array"', b'base="soapenc:Unheard"')
    assert interface_in(document).generation == "axis"


@pytest.mark.parametrize(
    "document",
    [
        b"<html/>",
        b"no xml",
        b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
        LEADING_ELSEWHERE,
    ],
)
def test_what_is_no_wsdl_or_leads_elsewhere_is_refused(document):
    with pytest.raises(ValueError, match=r"\w"):
        interface_in(document)
