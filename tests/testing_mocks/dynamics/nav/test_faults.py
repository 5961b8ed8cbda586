"""What goes wrong on the way and inside: every switch is seen to work (dynamics.md 2.4)."""

import pytest
import requests

from .conftest import Refused, a_line, lines_of, xml

ORDER = {"Sell_to_Customer_No": "10000", "External_Document_No": "WEB-1"}


def create(nav):
    return nav.send("Create", xml(SalesOrder=ORDER))


def made(nav):
    return len(nav.listed(External_Document_No="WEB-1"))


def test_a_request_is_lost(nav, network):
    network.lose_request("SalesOrder", "POST")
    with pytest.raises(requests.ConnectionError):
        create(nav)
    assert made(nav) == 0


def test_a_reply_is_lost(nav, network):
    network.lose_reply("SalesOrder", "POST")
    with pytest.raises(requests.ConnectionError):
        create(nav)
    assert made(nav) == 1


@pytest.mark.parametrize(("executed", "count"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("status", [408, 429, 503])
def test_a_gateway_answers_before_or_after_it_was_done(nav, network, status, executed, count):
    network.throttle(30, "SalesOrder", "POST", status=status, executed=executed)
    answer = create(nav)
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "30")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert made(nav) == count


def test_a_call_goes_on_after_its_caller_gave_up(nav, server, clock):
    """2.1: a message may take eight minutes; absence proves nothing while it still runs."""
    server.commit_late(60, "SalesOrder", "Create")
    with pytest.raises(requests.ReadTimeout):
        create(nav)
    assert made(nav) == 0
    clock.turn(seconds=60)
    assert made(nav) == 1


def test_a_late_call_is_answered_to_who_waits(nav, server):
    server.commit_late(10, operation="Create")
    assert create(nav).status_code == 200
    assert made(nav) == 1


def test_the_server_refuses_as_often_as_it_was_told(nav, server):
    server.refuse("Some.NavNCLDialogException", "Not today.", "SalesOrder", "Create", times=2)
    for _ in range(2):
        with pytest.raises(Refused, match="Not today"):
            nav("Create", SalesOrder=ORDER)
    assert made(nav) == 0
    assert create(nav).status_code == 200


@pytest.mark.parametrize(("executed", "left"), [(True, 0), (False, 1)])
def test_a_deletion_answers_false_and_may_have_deleted(nav, server, executed, left):
    """2.2 Delete false"""
    nav("Create", SalesOrder=ORDER)
    (order,) = nav.listed()
    server.answer_false(executed=executed)
    assert nav("Delete", Key=order["Key"])["Delete_Result"] == "false"
    assert made(nav) == left


def test_switches_can_be_set_back(nav, server):
    server.refuse("A.B", "No.")
    server.commit_late(1)
    server.answer_false()
    server.clear()
    assert create(nav).status_code == 200


def test_a_record_is_locked_by_another_user(nav, company, world):
    order = nav.create(a_line())
    row = company.find("order", order["No"])
    world.locked[row.id] = "JUAN"
    with pytest.raises(Refused, match="locked by another user") as caught:
        nav.update(Key=order["Key"], External_Document_No="X")
    assert caught.value.code == "NavCSideRecordLockedException"
    world.locked.clear()
    assert nav.update(Key=order["Key"], External_Document_No="X")["External_Document_No"] == "X"


def test_reads_lag_behind(nav, world, clock):
    world.lag(30)
    nav("Create", SalesOrder=ORDER)
    assert made(nav) == 0
    clock.turn(seconds=31)
    assert made(nav) == 1


def test_an_answer_is_torn(nav, network):
    network.cut_body(80, "SalesOrder", "POST")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        create(nav)
    assert made(nav) == 1


def test_the_codes_that_nobody_confirmed_can_be_set(nav, server):
    """9: NAV fault codes for stale keys: match the text"""
    server.settings.codes["stale"] = "Microsoft.Dynamics.Nav.Types.Exceptions.SomeOther"
    server.settings.language = "de-DE"
    server.settings.malformed_status = 500
    order = nav.create(a_line())
    nav.update(Key=order["Key"], External_Document_No="X")
    with pytest.raises(Refused, match="Other user has modified") as caught:
        nav.update(Key=order["Key"], External_Document_No="Y")
    assert caught.value.code == "SomeOther"
    assert b'xml:lang="de-DE"' in nav.send("Update", xml(SalesOrder={"Key": order["Key"]})).content
    assert nav.send("Create", "<").status_code == 500


def test_calls_are_counted(nav, server):
    nav.create(a_line())
    assert server.calls == [("SalesOrder", "Create")]


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({"Sell_to_Customer_No": "99999"}, "RecordNotFound", "The Customer does not exist"),
        ({"Sell_to_Customer_No": "30000"}, "Dialog", "Customer 30000 is blocked with type All"),
        ({"Location_Code": "MOON"}, "RecordNotFound", "Location does not exist.*Code='MOON'"),
        ({"Currency_Code": "XXX"}, "RecordNotFound", "Currency does not exist"),
    ],
)
def test_business_refusals_have_the_codes_of_the_table(nav, fields, code, text):
    record = {"Sell_to_Customer_No": "10000", **fields}
    with pytest.raises(Refused, match=text) as caught:
        nav("Create", SalesOrder=record)
    assert code in caught.value.code
    assert caught.value.status == 500


@pytest.mark.parametrize(
    ("line", "code", "text"),
    [
        (a_line("OLD-1"), "TestField", "Blocked must be equal to 'No'"),
        (a_line("VALVE-20", Unit_of_Measure_Code="MILE"), "RecordNotFound", "Item Unit of Measure"),
        (a_line("VALVE-20", Qty_to_Ship="9"), "Dialog", "cannot ship more than"),
        ({"Type": "Item", "Quantity": "1"}, "TestField", "No. must have a value in Sales Line"),
        ({"Type": "G_L_Account", "No": "1", "Quantity": "1"}, "RecordNotFound", "G/L Account"),
    ],
)
def test_lines_are_refused_too(nav, line, code, text):
    with pytest.raises(Refused, match=text) as caught:
        nav.create(line)
    assert code in caught.value.code


def test_a_released_order_is_fixed(nav):
    """1.11, the same rules; 2.4 NavTestFieldException: business rule (status)"""
    order = nav.create(a_line())
    assert nav.do("ReleaseOrder", order["No"]) == "true"
    order = nav.read(order["No"])
    line = {"Key": lines_of(order)[0]["Key"], "Quantity": "9"}
    with pytest.raises(Refused, match="Status must be equal to 'Open'") as caught:
        nav.update(Key=order["Key"], SalesLines={"Sales_Order_Line": [line]})
    assert caught.value.code == "NavTestFieldException"
    nav.do("ReopenOrder", order["No"])
    order = nav.read(order["No"])
    line["Key"] = lines_of(order)[0]["Key"]
    moved = nav.update(Key=order["Key"], SalesLines={"Sales_Order_Line": [line]})
    assert lines_of(moved)[0]["Quantity"] == "9"
