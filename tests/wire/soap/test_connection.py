"""Function modules over SOAP, against the mock's processor on a real socket (sap.md 3, lines 690-707)."""

from decimal import Decimal

import pytest

from erp_connect.clock import SystemClock
from erp_connect.errors import AuthenticationFailed
from erp_connect.testing.mocks.sap.documents import Customer, Material
from erp_connect.testing.mocks.sap.web import WebServer
from erp_connect.testing.mocks.sap.world import World
from erp_connect.testing.mocks.serving import serve
from erp_connect.wire.http import Basic, HttpSession
from erp_connect.wire.rfc import RfcFailure, Trouble
from erp_connect.wire.soap import Modules, SoapConnection

WRAPPER = "Z_ERP_CONNECT_ORDER_CREATE"
VALVE = "62".zfill(18)
ORDER = {
    "ORDER_HEADER_IN": {"DOC_TYPE": "TA", "SALES_ORG": "1000", "DISTR_CHAN": "10", "DIVISION": "00"},
    "ORDER_PARTNERS": [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
    "ORDER_ITEMS_IN": [{"ITM_NUMBER": "000010", "MATERIAL": VALVE, "TARGET_QTY": Decimal(1)}],
}


@pytest.fixture
def world():
    world = World(SystemClock())
    world.add(Customer("1234", "Harbour Pumps"), Material("62", "Ball valve"))
    world.prices = {(VALVE, "EUR"): Decimal("12.50")}
    world.settings.wrappers = {WRAPPER: "BAPI_SALESORDER_CREATEFROMDAT2"}
    return world


@pytest.fixture
def connect(world):
    sessions = []
    with serve(WebServer(world)) as url:

        def connect(password="welcome"):  # noqa: S107 (the mock's own)
            session = HttpSession(f"{url}/", auth=Basic("DEMO", password), params={"sap-client": "100"})
            sessions.append(session)
            return SoapConnection(Modules(session), writes={WRAPPER}, clock=SystemClock())

        yield connect
        for session in sessions:
            session.close()


def test_a_wrapper_saves_an_order_and_its_messages_come_back(world, connect):
    """RETURN is a table: it comes back only because it is asked for, even empty."""
    answer = connect().call(WRAPPER, **ORDER)
    assert list(world.orders) == [answer["SALESDOCUMENT"]]
    last = answer["RETURN"][-1]
    assert (last["TYPE"], last["ID"], last["NUMBER"]) == ("S", "V1", "311")


def test_a_table_is_read(connect):
    sap = connect()
    number = sap.call(WRAPPER, **ORDER)["SALESDOCUMENT"]
    answer = sap.call("RFC_READ_TABLE", QUERY_TABLE="VBAK", FIELDS=[{"FIELDNAME": "VBELN"}])
    assert answer["DATA"] == [{"WA": number}]
    assert answer["FIELDS"][0]["LENGTH"] == "000010"


@pytest.mark.parametrize(
    ("function", "table", "trouble", "ran"),
    [
        ("Z_UNKNOWN", "VBAK", Trouble.NO_MODULE, False),
        ("RFC_READ_TABLE", "NOPE", Trouble.RAISED, True),
        ("RFC_READ_TABLE", "VB\x01AK", Trouble.INPUT, False),
    ],
)
def test_what_is_no_answer_says_what_went_wrong(connect, function, table, trouble, ran):
    with pytest.raises(RfcFailure) as caught:
        connect().call(function, QUERY_TABLE=table)
    assert (caught.value.trouble, caught.value.may_have_run) == (trouble, ran)
    assert not caught.value.session_lost


def test_a_wrong_password_is_told_and_nothing_is_ordered(world, connect):
    with pytest.raises(AuthenticationFailed):
        connect("wrong").call(WRAPPER, **ORDER)
    assert world.orders == {}
