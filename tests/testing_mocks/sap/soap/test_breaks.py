"""The switches by which calls break, and what stands in the system afterwards (sap.md 7, RFC 11, line 1159)."""

import pytest
import requests

from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sap.soap.face import SoapFace
from erp_connect.testing.mocks.sap.soap.settings import Settings
from erp_connect.testing.mocks.sap.web import WebServer
from erp_connect.testing.mocks.serving import mount, serve

from .conftest import CREATE, HOST, ORDER, RFC, WRAPPER, Post, texts


@pytest.fixture
def network(face):
    return Network(face)


@pytest.fixture
def post(network, world):
    """Through a network that can be made to fail, to a system where the customer has a wrapper."""
    world.settings.wrappers = {WRAPPER: CREATE}
    with mount(requests.Session(), HOST, network, world.clock) as http:
        http.auth = ("DEMO", "welcome")
        yield Post(http)


def test_a_lost_request_executes_nothing_and_a_lost_reply_has_saved(post, world):
    world.faults.lose_request(WRAPPER)
    with pytest.raises(requests.ConnectionError):
        post.reply(WRAPPER, ORDER)
    assert world.orders == {}
    world.faults.lose_reply(WRAPPER)
    with pytest.raises(requests.ConnectionError):
        post.reply(WRAPPER, ORDER)
    assert len(world.orders) == 1


@pytest.mark.parametrize(("moment", "saved"), [("before", 0), ("after", 1)])
def test_a_dump_is_a_fault_of_the_server(post, world, moment, saved):
    """sap.md 1.5, code 3; sap.md 3, line 707."""
    world.faults.dump(WRAPPER, moment=moment)
    fault = post.fault(WRAPPER, ORDER)
    assert fault.findtext("faultcode").endswith(":Server")
    assert fault.findtext("faultstring") == "TIME_OUT"
    assert len(world.orders) == saved


@pytest.mark.parametrize(("moment", "saved"), [("before", 0), ("after", 1)])
def test_a_message_outside_an_exception_is_a_fault_with_its_class_and_number(post, world, moment, saved):
    """sap.md 1.5, code 4; sap.md 3, line 707: faultstring is the message."""
    world.faults.message(WRAPPER, ("SR", "A", "006"), "Method = 0", moment=moment)
    fault = post.fault(WRAPPER, ORDER)
    assert fault.findtext("faultcode").endswith(":Server")
    assert fault.findtext("faultstring") == "Method = 0"
    told = texts(fault.find("detail")[0])
    assert (told["type"], told["id"], told["number"], told["message"]) == ("A", "SR", "006", "Method = 0")
    assert len(world.orders) == saved


@pytest.mark.parametrize(("executed", "saved"), [(True, 1), (False, 0)])
def test_a_slow_call_goes_on_after_its_caller_has_gone(post, world, clock, executed, saved):
    world.faults.hang(WRAPPER, 100, executed=executed)
    with pytest.raises(requests.Timeout):
        post.http.request("POST", RFC, data=post.written(WRAPPER, ORDER), headers=post.headers, timeout=10)
    assert world.orders == {}
    clock.sleep(100)
    world.settle()
    assert len(world.orders) == saved


def test_an_update_that_is_broken_off_is_told_by_the_wrapper(post, world):
    """sap.md 2.1: with WAIT the commit's RETURN carries an E or A row."""
    world.faults.terminate_update()
    told = post.reply(WRAPPER, ORDER)
    assert "A" in {row.findtext("TYPE") for row in told["RETURN"]}
    assert world.orders == {}


@pytest.mark.parametrize("status", [200, 429, 500, 502, 503])
@pytest.mark.parametrize(("executed", "saved"), [(True, 1), (False, 0)])
def test_something_in_front_answers_with_a_page(post, network, world, status, executed, saved):
    network.refuse(status, executed=executed)
    answer = post(f"<urn:{WRAPPER}>{ORDER}</urn:{WRAPPER}>")
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (status, "text/html")
    assert len(world.orders) == saved


def test_a_body_that_is_torn_off_breaks_the_connection(post, network, world):
    network.cut_body(200)
    with pytest.raises(requests.RequestException):
        post.reply(WRAPPER, ORDER)
    assert len(world.orders) == 1


def test_both_rooms_stand_behind_one_address(world):
    web = WebServer(world)
    with serve(web) as url, requests.Session() as http:
        http.auth = ("DEMO", "welcome")
        assert http.get(f"{url}/sap/bc/soap/wsdl11?services=RFC_PING").status_code == 200
        service = f"{url}/sap/opu/odata/sap/API_SALES_ORDER_SRV/"
        assert http.get(service, headers={"Accept": "application/json"}).status_code == 200
        assert http.get(f"{url}/sap/bc/soap/other").status_code == 404


def test_failed_logons_count_for_the_user_in_the_system_and_not_for_one_way_in(world):
    """A user is one user of the system, so trying another way in does not start the count again."""
    doors = [SoapFace(world, Settings(lock_user_after=2)) for _ in range(2)]
    for door in doors:
        with mount(requests.Session(), HOST, door) as http:
            http.auth = ("DEMO", "wrong")
            assert Post(http)("<urn:RFC_PING/>").status_code == 401
    with mount(requests.Session(), HOST, doors[-1]) as http:
        http.auth = ("DEMO", "welcome")
        assert Post(http)("<urn:RFC_PING/>").status_code == 401


@pytest.mark.parametrize(("default", "admitted"), [("", True), ("100", True), ("200", False)])
def test_a_request_without_a_client_is_for_the_systems_default_client(post, settings, default, admitted):
    """sap.md 3, line 682: the client is a parameter of the address; who leaves it out gets the default one."""
    settings.default_client = default
    status = 200 if admitted else 401
    assert post("<urn:RFC_PING/>", url=f"{HOST}/sap/bc/soap/rfc").status_code == status
    wsdl = f"{HOST}/sap/bc/soap/wsdl11?services=RFC_PING"
    assert post.http.get(wsdl).status_code == status
    assert post("<urn:RFC_PING/>").status_code == 200


def test_a_wrapper_around_a_module_without_return_answers(post, world):
    """sap.md 3, line 713: a wrapper's module is the customer's choice."""
    world.settings.wrappers = {"Z_PING": "RFC_PING"}
    assert post.reply("Z_PING") == {}


def test_all_tables_come_back_where_a_release_does_so(post, settings):
    """sap.md 3, line 703: for stack A they do not; a release that sends them all is a setting here."""
    settings.unasked_tables = True
    assert {"ORDER_TEXT", "RETURN"} <= set(post.reply(CREATE, ORDER.replace("<RETURN/>", "")))
