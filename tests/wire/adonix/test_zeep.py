"""What zeep makes of X3's answers: the reason why we read them ourselves (docs/decisions/0007-x3-soap.md).

Should one of these fail with a later zeep, the decision is to be looked at again.
"""

import io

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.wire.adonix.interfaces import _Bundled
from erp_connect.wire.adonix.replies import reply_in

from .test_interfaces import wsdl
from .test_replies import envelope

zeep = pytest.importorskip("zeep")
TEXT = "Record modified since last read"
ARRAY = 'xsi:type="soapenc:Array" soapenc:arrayType="wss:CAdxMessage[1]"'
CAPTURED = envelope(
    '<wss:readResponse><readReturn xsi:type="wss:CAdxResultXml">'
    f'<messages {ARRAY}><messages href="#id0"/></messages>'
    '<resultXml xsi:type="xsd:string" xsi:nil="true"/>{more}<status xsi:type="xsd:int">0</status>'
    "</readReturn></wss:readResponse>",
    '<multiRef id="id0" soapenc:root="0" xsi:type="wss:CAdxMessage"><type xsi:type="xsd:string">3</type>'
    f'<message xsi:type="xsd:string">{TEXT}</message></multiRef>',
).decode()


@pytest.fixture(scope="module")
def described():
    return wsdl(Hands(), "syracuse")


def client(described, strict):
    settings = zeep.Settings(strict=strict, forbid_dtd=True, forbid_external=False)
    return zeep.Client(io.BytesIO(described), settings=settings, transport=_Bundled())


class Answer:
    status_code = 200
    headers = {"Content-Type": "text/xml"}  # noqa: RUF012
    encoding = "utf-8"

    def __init__(self, content):
        self.content = content


def read_by_zeep(described, content, strict):
    held = client(described, strict)
    binding = held.service._binding
    return binding.process_reply(held, binding.get("read"), Answer(content))


@pytest.mark.parametrize(
    "more", ["", "<serverVersion>12</serverVersion>"], ids=["as captured", "with one more element"]
)
def test_a_refusal_that_we_tell_is_lost_by_zeep(described, more):
    content = CAPTURED.replace("{more}", more).encode()
    assert [each.text for each in reply_in(content).messages] == [TEXT]
    with pytest.raises(zeep.exceptions.XMLParseError):
        read_by_zeep(described, content, strict=True)
    assert TEXT not in str(read_by_zeep(described, content, strict=False).messages)


def test_an_envelope_of_zeep_has_none_of_the_types(described):
    held = client(described, strict=True)
    context = {"codeLang": "ENG", "poolAlias": "P", "poolId": "", "requestConfig": ""}
    message = held.create_message(held.service, "getDescription", callContext=context, publicName="WSSOH")
    told = zeep.wsdl.utils.etree_to_string(message).decode()
    assert "encodingStyle" not in told
    assert "xsi:type" not in told
