"""Every switch that the mock's SOAP processor has, met by the adapter (sap.md 3, lines 682-719; 7, line 1159)."""

from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters import web
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sap.soap.face import SoapFace
from erp_connect.testing.mocks.sap.soap.settings import Settings
from erp_connect.testing.mocks.serving import InProcess
from erp_connect.wire.http import Basic, HttpSession, Transport
from erp_connect.wire.soap import Modules, SoapConnection

from ..site import draft, sooner_or_later, valves
from .place import SETTINGS, WRAPPERS, place

CREATE, CHANGE = "Z_ORDER_CREATE", "Z_ORDER_CHANGE"
DETAILS = "BAPISDORDER_GETDETAILEDLIST"
SHAPES = ["error", "exception"]
FUNCTIONS = "urn:sap-com:document:sap:rfc:functions"
ANOTHER_REPLY = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    f'<u:RFC_PING.Response xmlns:u="{FUNCTIONS}"/></e:Body></e:Envelope>'
)


@pytest.fixture
def site(world, tmp_path):
    with place(world, tmp_path) as found:
        yield found


def session_to(site):
    return HttpSession(f"http://{site.host}/", auth=Basic("DEMO", "welcome"), params={"sap-client": "100"})


def numbers(world):
    return [order.number.lstrip("0") for order in world.orders.values()]


# -- settings of the processor --------------------------------------------------------------------------------------

WAYS = {
    "another default client": Settings(default_client="200"),
    "no SOAPAction but an empty one": Settings(action="empty"),
    "faults as exceptions": Settings(fault="exception"),
    "raw data in hexadecimal": Settings(raw="hex"),
    "tables that nobody asked for": Settings(unasked_tables=True),
    "users are locked soon": Settings(lock_user_after=1),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_order_lives_through_every_kind_of_processor(world, tmp_path, way):
    """sap.md 3, lines 682 (the client is named in every address), 688, 699, 705 and 707."""
    with place(world, tmp_path, replace(WAYS[way])) as site:
        order = site.erp.orders.create(draft(valves(), valves(3)), key="one").order
        site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=20))
        assert [item.quantity for item in world.order(order.id).items] == [20, 3]
        assert [line.quantities.ordered for line in site.erp.orders.get(order.id).lines] == [20, 3]
        gone = site.erp.orders.cancel(order.id, "withdrawn").order
        assert gone.status is ec.OrderStatus.CANCELLED
        assert site.erp.orders.create(draft(), key="one-more").order.id in numbers(world)


@pytest.mark.parametrize("long", [True, False])
def test_a_release_that_knows_no_long_materials_is_known_by_its_description(world, tmp_path, long):
    """sap.md 2.2: such a field is sent only where the system describes it; over SOAP the WSDL does (line 683)."""
    world.settings.long_material = long
    with place(world, tmp_path) as site:
        order = site.erp.orders.create(draft(), key="one").order
        assert site.erp.orders.get(order.id).lines[0].product == "62"
        assert site.erp.capabilities.field("order.line.product").max_length == (40 if long else 18)


@pytest.mark.parametrize("raw", ["base64", "hex"])
def test_raw_data_is_written_and_read_as_the_description_says(world, tmp_path, raw):
    """sap.md 3, line 705: base64Binary, and hexBinary in old releases."""
    with place(world, tmp_path, Settings(raw=raw)) as site, closing(session_to(site)) as session:
        told = SoapConnection(Modules(session)).call(
            "STFC_STRUCTURE", IMPORTSTRUCT={"RFCHEX3": b"\xff\x01\x00"}
        )
        assert told["ECHOSTRUCT"]["RFCHEX3"] == b"\xff\x01\x00"


def test_a_soap_action_that_the_settings_name_is_sent(world, tmp_path):
    """sap.md 3, line 688: "" by default, and another by setting."""
    with (
        pytest.raises(errors.ErpConnectError, match="SOAPAction"),
        place(world, tmp_path, Settings(action="empty"), soap_action=FUNCTIONS) as site,
    ):
        site.erp.ping()
    with place(world, tmp_path, soap_action=FUNCTIONS) as site:
        site.erp.ping()


def test_a_wrong_password_is_tried_once(world, tmp_path):
    """sap.md 3, line 707: 401; each try counts against the user, who is locked after a few."""
    with (
        pytest.raises(errors.AuthenticationFailed),
        place(world, tmp_path, Settings(lock_user_after=2), password="wrong"),
    ):
        pass
    assert world.failed_logons == {"DEMO": 1}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_wrapper_that_may_not_be_called_is_a_missing_permission_and_nothing_is_in_doubt(
    world, tmp_path, shape
):
    """sap.md 3, line 707: missing S_RFC = fault."""
    soap = Settings(fault=shape, forbidden={CREATE})
    with place(world, tmp_path, soap) as site:
        with pytest.raises(errors.PermissionMissing) as caught:
            site.erp.orders.create(draft(), key="one")
        assert (caught.value.outcome, world.orders) == ("not_applied", {})
        soap.forbidden = set()
        assert site.erp.orders.create(draft(), key="one").order.id
    assert len(world.orders) == 1


def test_a_node_that_is_switched_off_meanwhile_is_told_and_nothing_is_in_doubt(world, tmp_path):
    """sap.md 3, line 684: 403 with a page; sap.md 6, point 21: say what to do about it."""
    soap = Settings()
    with place(world, tmp_path, soap) as site:
        site.erp.customers.get("1234")
        soap.inactive = {"rfc"}
        with pytest.raises(errors.ConfigurationError, match="403") as caught:
            site.erp.orders.create(draft(), key="one")
        assert "SICF" in caught.value.hint
        assert (caught.value.outcome, world.orders) == ("not_applied", {})
        soap.inactive = set()
        assert site.erp.orders.create(draft(), key="one").order.id
    assert len(world.orders) == 1


# -- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ident", "error"),
    [
        (("V1", "E", "042"), errors.RecordLocked),
        (("V1", "E", "302"), errors.NotFound),
        (("SR", "A", "006"), errors.RequestRefused),
    ],
)
@pytest.mark.parametrize("text", ["DEMO2 is working on it", "dump"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_message_in_a_fault_is_known_by_class_and_number_and_never_by_its_text(
    world, tmp_path, shape, text, ident, error
):
    """sap.md 3, line 707: id and number stand in the detail; 1.5, code 4; 2.18 says what they mean; 2.2 on texts."""
    with place(world, tmp_path, Settings(fault=shape)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        world.faults.message(DETAILS, ident, text)
        with pytest.raises(error) as caught:
            site.erp.orders.get(order.id)
        assert type(caught.value) is error
        assert caught.value.outcome == "not_applied"
        assert text not in str(caught.value)
        assert text in str(caught.value.native)
        assert site.erp.orders.get(order.id).id == order.id


@pytest.mark.parametrize("shape", SHAPES)
def test_a_dump_in_reading_is_told_as_one(world, tmp_path, shape):
    """sap.md 3, line 707, and 1.5, code 3: a fault of the server without a message of its own."""
    with place(world, tmp_path, Settings(fault=shape)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        world.faults.dump(DETAILS)
        with pytest.raises(errors.TransportError) as caught:
            site.erp.orders.get(order.id)
        assert (caught.value.code, caught.value.retryable) == ("dump", False)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_exception_in_reading_is_a_refusal(world, tmp_path, shape):
    """sap.md 3, line 707, and 1.5, code 5: faultstring, or Name, is the exception's key."""
    with place(world, tmp_path, Settings(fault=shape)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        world.faults.raise_exception(DETAILS, "NOT_TODAY")
        with pytest.raises(errors.RequestRefused, match="NOT_TODAY"):
            site.erp.orders.get(order.id)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["exception", "message"])
def test_a_wrapper_that_ends_with_a_fault_leaves_one_order(world, tmp_path, clock, kind, shape):
    """sap.md 2.19: whether it had committed before is not told, so it is looked up and repeated."""
    with place(world, tmp_path, Settings(fault=shape)) as site:
        if kind == "exception":
            world.faults.raise_exception(CREATE, "NOT_TODAY")
        else:
            world.faults.message(CREATE, ("V1", "E", "042"), "locked", moment="after")
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock, in_doubt=True)
    assert numbers(world) == [receipt.order.id]


# -- what stands in front -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [("", "text/html"), ("<x/>", "text/xml"), (ANOTHER_REPLY, "text/xml"), ("<x", "text/xml")],
    ids=["a page", "other XML", "another reply", "no XML"],
)
def test_a_read_that_is_answered_200_with_something_else_tells_so(site, body, kind):
    """A reply is BAPI_X.Response (sap.md 3, line 703); a status alone says nothing."""
    order = site.erp.orders.create(draft(), key="one").order
    site.network.refuse(200, "/soap/rfc", "POST", body=body, headers={"Content-Type": kind})
    with pytest.raises(errors.TransportError) as caught:
        site.erp.orders.get(order.id)
    assert (caught.value.code, caught.value.outcome) == ("unreadable_answer", "not_applied")
    assert site.erp.orders.get(order.id) == order


@pytest.mark.parametrize("executed", [False, True])
@pytest.mark.parametrize(
    ("body", "kind"),
    [("", "text/html"), (ANOTHER_REPLY, "text/xml"), ("<x", "text/xml")],
    ids=["a page", "another reply", "no XML"],
)
def test_a_create_that_is_answered_200_with_something_else_is_in_doubt_until_looked_up(
    site, world, clock, executed, body, kind
):
    """sap.md 2.19: 200 in front of the system is neither a success nor a refusal."""
    site.erp.customers.get("1234")
    site.network.refuse(
        200, "/soap/rfc", "POST", executed=executed, body=body, headers={"Content-Type": kind}
    )
    if not executed:
        with pytest.raises(errors.OutcomeUnknown):
            site.erp.orders.create(draft(), key="one")
        assert world.orders == {}
    receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock, in_doubt=True)
    assert numbers(world) == [receipt.order.id]


@contextmanager
def in_front(monkeypatch, *given, **named):
    """What a page answers to the first look at a description."""
    made = Network.__init__

    def spoilt(self, app):
        made(self, app)
        self.refuse(*given, "/soap/wsdl11", "GET", **named)

    with monkeypatch.context() as patched:
        patched.setattr(Network, "__init__", spoilt)
        yield


@pytest.mark.parametrize(("body", "kind"), [("", "text/html"), ("<x/>", "text/xml"), ("<x", "text/xml")])
def test_a_description_that_is_none_is_no_missing_module(world, tmp_path, monkeypatch, body, kind):
    """sap.md 3, line 683: a WSDL; a page that stands in its place says nothing about the system."""
    headers = {"Content-Type": kind}
    with (
        in_front(monkeypatch, 200, body=body, headers=headers),
        pytest.raises(errors.TransportError) as caught,
        place(world, tmp_path),
    ):
        pass
    assert caught.value.code == "unreadable_answer"


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_is_asked_for_at_the_descriptions_is_told(world, tmp_path, monkeypatch, status):
    """It ends by itself, and nobody has to activate anything."""
    pause = {"Retry-After": "7"}
    with (
        in_front(monkeypatch, status, times=9, headers=pause),
        pytest.raises(errors.Throttled) as caught,
        place(world, tmp_path),
    ):
        pass
    assert (caught.value.retry_after, caught.value.retryable) == (7, True)


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_fails_at_the_descriptions_is_told(world, tmp_path, monkeypatch, status):
    with (
        in_front(monkeypatch, status, times=9),
        pytest.raises(errors.TransportError) as caught,
        place(world, tmp_path),
    ):
        pass
    assert (caught.value.code, caught.value.retryable) == ("gateway", True)
    with in_front(monkeypatch, status), place(world, tmp_path) as site:  # once: it is asked again
        site.erp.ping()


@pytest.mark.parametrize("status", [429, 503])
def test_a_read_waits_as_long_as_it_is_asked_to(site, clock, status):
    order = site.erp.orders.create(draft(), key="one").order
    began = clock.now()
    site.network.throttle(30, "/soap/rfc", "POST", status=status)
    assert site.erp.orders.get(order.id) == order
    assert (clock.now() - began).total_seconds() >= 30


def test_a_read_that_is_torn_off_is_repeated(site):
    order = site.erp.orders.create(draft(), key="one").order
    site.network.cut_body(300, "/soap/rfc", "POST")
    assert site.erp.orders.get(order.id) == order


# -- what takes too long --------------------------------------------------------------------------------------------


@pytest.fixture
def slow(world, tmp_path, clock, monkeypatch):
    """A client on the system without a socket between, so that nobody has to wait for what takes minutes."""
    network = Network(SoapFace(world))
    world.settings.wrappers = {wrapper: module for module, wrapper in WRAPPERS.items()}

    def carried(target):
        return Transport(
            read_timeout=target.timeout, timeout=target.timeout, adapter=InProcess(network, clock)
        )

    monkeypatch.setattr(web, "transport_to", carried)
    settings = {name: value for name, value in SETTINGS.items() if name != "tls"}
    wrappers = ", ".join(f"{module}={name}" for module, name in WRAPPERS.items())
    with ec.connect(
        "sap+soap://DEMO@mock.sap",
        clock=clock,
        journal=f"sqlite:///{tmp_path}/journal.db",
        **{"password": "welcome", "wrappers": wrappers, "timeout": 60, **settings},
    ) as erp:
        yield erp, network


@pytest.mark.parametrize("executed", [True, False])
@pytest.mark.parametrize("where", ["the system", "the network"])
def test_a_create_that_takes_too_long_is_in_doubt_and_made_once(slow, world, clock, where, executed):
    """sap.md 1.6 and 2.19: the caller has gone, the system may go on."""
    erp, network = slow
    erp.customers.get("1234")
    if where == "the system":
        world.faults.hang(CREATE, 100, executed=executed)
    else:
        network.hang(100, "/soap/rfc", "POST", executed=executed)
    if not executed:
        with pytest.raises(errors.OutcomeUnknown):
            erp.orders.create(draft(), key="one")
        assert world.orders == {}
    receipt = sooner_or_later(lambda: erp.orders.create(draft(), key="one"), clock, in_doubt=True)
    clock.sleep(2000)
    world.settle()
    assert numbers(world) == [receipt.order.id]


def test_a_read_that_takes_too_long_changes_nothing_and_says_so(slow, world):
    erp, _ = slow
    order = erp.orders.create(draft(), key="one").order
    world.faults.hang(DETAILS, 100)
    with pytest.raises(errors.TransportError) as caught:
        erp.orders.get(order.id)
    assert caught.value.outcome == "not_applied"
    assert erp.orders.get(order.id) == order
