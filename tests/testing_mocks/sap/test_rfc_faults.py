"""What goes wrong, as the caller sees it and as the system has it (sap.md 7, point 11; sections 1.3, 1.5, 1.6)."""

import pytest

from erp_connect.testing.mocks.sap.errors import (
    ABAPApplicationError,
    ABAPRuntimeError,
    CommunicationError,
    ExternalRuntimeError,
    RFCError,
    RFCLibError,
)

CREATE, COMMIT = "BAPI_SALESORDER_CREATEFROMDAT2", "BAPI_TRANSACTION_COMMIT"


def fails(call, code, key=None):
    """The error of a call, by its code and key."""
    with pytest.raises(RFCLibError) as caught:
        call()
    assert caught.value.code == code
    assert key is None or caught.value.key == key
    return caught.value


def test_a_lost_request_executed_nothing(world, clerk):
    """sap.md 7.11: code 1 before execution"""
    world.faults.lose_request(CREATE)
    error = fails(clerk.create, 1, "RFC_COMMUNICATION_FAILURE")
    assert isinstance(error, CommunicationError)
    assert clerk.ordered() == "0000016023"
    assert list(world.orders) == ["0000016023"]


def test_a_lost_reply_of_a_create_drew_a_number_and_lost_the_order(world, clerk):
    """sap.md 7.11, 1.3: code 1 after execution; the silent reconnect drops what is pending"""
    world.faults.lose_reply(CREATE)
    handle = clerk.sap.handle
    fails(clerk.create, 1)
    assert clerk.sap.alive
    assert clerk.sap.handle != handle
    assert clerk.commit()["TYPE"] == ""
    assert world.orders == {}
    assert clerk.create()["SALESDOCUMENT"] == "0000016024"


def test_a_lost_reply_of_a_commit_saved_the_order(world, clerk):
    """sap.md 7.11: executed but reply lost"""
    number = clerk.create()["SALESDOCUMENT"]
    world.faults.lose_reply(COMMIT)
    fails(clerk.commit, 1)
    assert list(world.orders) == [number]
    assert len(clerk.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"]) == 1


def test_a_lost_request_of_a_commit_lost_the_order_and_the_next_commit_lies(world, clerk):
    """sap.md 7.2, 1.3: a commit after the silent reconnect reports success while nothing is saved"""
    clerk.create()
    world.faults.lose_request(COMMIT)
    fails(clerk.commit, 1)
    assert clerk.commit()["TYPE"] == ""
    assert world.orders == {}


@pytest.mark.parametrize("function", [CREATE, "RFC_PING"])
def test_a_dump_costs_the_session(world, clerk, function):
    """sap.md 7.11, 1.5: code 3, the key is the dump's name"""
    clerk.create()
    world.faults.dump(function, "TSV_TNEW_PAGE_ALLOC_FAILED")
    call = clerk.create if function == CREATE else lambda: clerk.sap.call(function)
    error = fails(call, 3, "TSV_TNEW_PAGE_ALLOC_FAILED")
    assert isinstance(error, ABAPRuntimeError)
    assert clerk.sap.alive
    clerk.commit()
    assert world.orders == {}


def test_a_dump_after_the_commit_saved_the_order(world, clerk):
    """sap.md 7.11: code 3 after execution"""
    number = clerk.create()["SALESDOCUMENT"]
    world.faults.dump(COMMIT, moment="after")
    fails(clerk.commit, 3, "TIME_OUT")
    assert list(world.orders) == [number]


@pytest.mark.parametrize(("moment", "saved"), [("before", False), ("after", True)])
def test_an_abort_message_costs_the_session(world, clerk, moment, saved):
    """sap.md 7.11, 1.5: code 4, with the message's class, type and number"""
    clerk.create()
    world.faults.message(COMMIT, ("SR", "A", "006"), "Method = 0", moment)
    error = fails(clerk.commit, 4)
    assert (error.msg_class, error.msg_type, error.msg_number) == ("SR", "A", "006")
    clerk.commit()
    assert bool(world.orders) is saved


def test_a_classic_exception_keeps_the_session(world, clerk):
    """sap.md 7.11, 1.5: code 5"""
    number = clerk.create()["SALESDOCUMENT"]
    handle = clerk.sap.handle
    world.faults.raise_exception("RFC_READ_TABLE", "NOT_AUTHORIZED")
    error = fails(lambda: clerk.sap.call("RFC_READ_TABLE", QUERY_TABLE="VBAK"), 5, "NOT_AUTHORIZED")
    assert isinstance(error, ABAPApplicationError)
    assert error.msg_number == "000"
    assert clerk.sap.handle == handle
    clerk.commit()
    assert list(world.orders) == [number]


def commit_within(clerk, seconds):
    return clerk.sap.call(COMMIT, {"timeout": seconds}, WAIT="X")


@pytest.mark.parametrize("executed", [True, False])
def test_a_commit_that_times_out_may_still_come_true(world, clock, clerk, executed):
    """sap.md 7.11, 1.6: code 7 cancels the client only; the system may go on and commit later"""
    number = clerk.create()["SALESDOCUMENT"]
    world.faults.hang(COMMIT, 30, executed=executed)
    old = clerk.sap.handle
    error = fails(lambda: commit_within(clerk, 5), 7, "RFC_CANCELED")
    assert f"Connection was canceled: {old}. New handle: {clerk.sap.handle}" in error.message
    assert clerk.sap.alive
    assert clerk.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"] == []
    clock.turn(seconds=30)
    assert bool(clerk.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"]) is executed
    assert (number in world.orders) is executed


def test_a_create_that_times_out_saves_nothing(world, clock, connect):
    """sap.md 7.11: code 7; the timeout may be the connection's"""
    sap = connect(timeout=5)
    world.faults.hang(CREATE, 30)
    arguments = {"ORDER_HEADER_IN": {"DOC_TYPE": "TA"}}
    fails(lambda: sap.call(CREATE, **arguments), 7, "RFC_CANCELED")
    sap.call(COMMIT, WAIT="X")
    clock.turn(minutes=5)
    world.settle()
    assert world.orders == {}


def test_a_slow_call_without_a_timeout_is_only_slow(world, clock, clerk):
    """sap.md 1.6"""
    before = clock.now()
    world.faults.hang(COMMIT, 30)
    number = clerk.ordered()
    assert (clock.now() - before).total_seconds() == 30
    assert list(world.orders) == [number]


def test_the_class_of_a_canceled_call_is_a_setting(world, clerk):
    """sap.md 10.10"""
    for kind in (CommunicationError, RFCLibError):
        world.settings.canceled_error = kind.__name__
        world.faults.hang(COMMIT, 30)
        assert type(fails(lambda: commit_within(clerk, 5), 7)) is kind


def test_when_the_reconnect_fails_too_its_error_is_the_one_raised(world, clerk):
    """sap.md 1.3: the handle becomes NULL"""
    clerk.create()
    world.faults.dump("RFC_PING")
    world.faults.refuse_connections()
    error = fails(lambda: clerk.sap.call("RFC_PING"), 1)
    assert error.message == "partner not reached"
    assert not clerk.sap.alive
    with pytest.raises(RFCError, match="invocation rejected because the connection is closed"):
        clerk.commit()
    assert world.orders == {}
    clerk.sap.open()
    assert clerk.ordered() == "0000016024"


def test_a_refused_connection_is_a_communication_error(world, connect):
    """sap.md 1.5: code 1"""
    world.faults.refuse_connections()
    fails(connect, 1, "RFC_COMMUNICATION_FAILURE")
    assert connect().alive
    assert world.orders == {}


def useless(connection):
    """Alive, and of no use until it is reopened."""
    assert connection.alive
    assert not connection.is_valid()
    for call in (lambda: connection.call("RFC_PING"), connection.ping):
        assert isinstance(fails(call, 13, "RFC_INVALID_HANDLE"), ExternalRuntimeError)
    connection.reopen()
    assert connection.is_valid()
    return True


def test_a_failed_ping_leaves_a_useless_connection(world, clerk):
    """sap.md 1.3: no reconnect"""
    clerk.create()
    world.faults.break_ping()
    fails(clerk.sap.ping, 1)
    assert useless(clerk.sap)
    clerk.commit()
    assert world.orders == {}


def test_a_failed_look_up_of_an_interface_leaves_a_useless_connection(world, clerk):
    """sap.md 1.3: only for modules not used before"""
    clerk.create()
    world.faults.break_metadata(COMMIT)
    fails(clerk.commit, 1)
    assert useless(clerk.sap)
    clerk.commit()
    assert world.orders == {}
    world.faults.break_metadata(COMMIT)
    assert clerk.commit()["TYPE"] == ""


def test_an_update_that_ends_is_told_to_who_waits_for_it(world, clock, clerk):
    """sap.md 2.1: with WAIT the commit's RETURN carries the error; without, nobody is told"""
    clerk.create()
    world.faults.terminate_update()
    assert clerk.commit()["TYPE"] in {"E", "A"}
    assert world.orders == {}
    clerk.create()
    world.faults.terminate_update()
    assert clerk.commit(wait="")["TYPE"] == ""
    clock.turn(minutes=5)
    world.settle()
    assert world.orders == {}
    assert clerk.ordered() == "0000016025"


def test_the_lock_of_a_lost_session_may_stay_for_a_while(world, clock, clerk, another):
    """sap.md 2.19: until the work process notices the disconnect"""
    number = clerk.ordered()
    world.settings.lost_locks_linger = 20
    clerk.change(number, header={"DLV_BLOCK": "01"})
    world.faults.lose_request("RFC_PING")
    fails(lambda: clerk.sap.call("RFC_PING"), 1)
    assert clerk.said(another.change(number, header={"DLV_BLOCK": "02"}))[0] == ("E", "V1", "042")
    clock.turn(seconds=21)
    assert clerk.said(another.change(number, header={"DLV_BLOCK": "02"}))[-1] == ("S", "V1", "311")
    another.commit()
    assert world.order(number).fields["DLV_BLOCK"] == "02"


def test_a_fault_strikes_as_often_as_it_was_set_and_can_be_taken_back(world, clerk):
    """sap.md 7.11"""
    world.faults.lose_request(CREATE, times=2)
    fails(clerk.create, 1)
    fails(clerk.create, 1)
    assert clerk.create()["SALESDOCUMENT"]
    clerk.commit()
    world.faults.lose_request(CREATE)
    world.faults.clear()
    assert clerk.ordered()
    assert len(world.orders) == 2


def test_too_many_connections_are_refused(world, connect):
    """sap.md 1.5, 1.7: the gateway's limit; a closed connection gives its place back"""
    world.settings.conversations = 2
    first, _second = connect(), connect()
    error = fails(connect, 1, "RFC_COMMUNICATION_FAILURE")
    assert error.message == "max no of 2 conversations exceeded"
    assert len(world.connected) == 2
    world.faults.dump("RFC_PING")
    fails(lambda: first.call("RFC_PING"), 3)
    first.reset_server_context()
    assert len(world.connected) == 2
    first.close()
    assert connect().alive
