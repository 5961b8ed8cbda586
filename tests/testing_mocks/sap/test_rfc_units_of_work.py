"""Sessions, commits and locks (sap.md 7, points 2, 3 and 9; sections 1.3, 1.7, 2.1, 2.19)."""

import threading

import pytest


def test_an_order_is_there_after_the_commit_and_not_before(world, clerk, another):
    """sap.md 7.2: COMMIT applies"""
    number = clerk.create()["SALESDOCUMENT"]
    assert number == "0000016023"
    assert another.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"] == []
    assert clerk.commit()["TYPE"] == ""
    (header,) = another.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"]
    assert header["SOLD_TO"] == "0000001234"
    assert list(world.orders) == [number]


@pytest.mark.parametrize("ending", ["roll_back", "close", "reopen", "reset_server_context"])
def test_what_is_not_committed_is_dropped_and_its_number_is_skipped(world, clerk, ending):
    """sap.md 7.2: close, reset and reopen drop; the number range advances regardless"""
    assert clerk.create()["SALESDOCUMENT"] == "0000016023"
    if ending == "roll_back":
        assert clerk.roll_back()["TYPE"] == ""
    else:
        getattr(clerk.sap, ending)()
    if ending == "close":
        clerk.sap.open()
    assert clerk.commit()["TYPE"] == ""
    assert world.orders == {}
    assert clerk.ordered() == "0000016024"


def test_a_commit_in_another_session_has_no_effect(world, clerk, another):
    """sap.md 7.3: success, no effect"""
    number = clerk.create()["SALESDOCUMENT"]
    assert another.commit()["TYPE"] == ""
    assert world.orders == {}
    clerk.commit()
    assert list(world.orders) == [number]


def test_a_commit_with_nothing_pending_is_a_success(clerk):
    """sap.md 2.1"""
    assert clerk.commit()["TYPE"] == ""


def test_a_commit_without_waiting_shows_only_later(world, clock, clerk):
    """sap.md 7.2: WAIT='' makes rows visible only after a configurable delay"""
    world.settings.update_delay = 3
    number = clerk.create()["SALESDOCUMENT"]
    assert clerk.commit(wait="")["TYPE"] == ""
    assert clerk.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"] == []
    assert clerk.status(number)["RETURN"]["CODE"] == "V1302"
    clock.turn(seconds=4)
    assert len(clerk.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"]) == 1


def test_a_second_change_before_the_commit_builds_on_the_first(world, clerk):
    """sap.md 1.7: one session shares what is pending"""
    number = clerk.ordered()
    clerk.change(number, header={"DLV_BLOCK": "01"})
    clerk.change(number, header={"BILL_BLOCK": "02"})
    clerk.commit()
    fields = world.order(number).fields
    assert (fields["DLV_BLOCK"], fields["BILL_BLOCK"]) == ("01", "02")


def test_an_order_that_a_colleague_changes_is_locked_until_the_commit(world, clerk, another):
    """sap.md 7.9: second session gets the lock row, and changes nothing"""
    number = clerk.ordered()
    clerk.change(number, header={"DLV_BLOCK": "01"})
    rows = another.change(number, header={"DLV_BLOCK": "99"})
    assert clerk.said(rows) == [("E", "V1", "042"), ("E", "V4", "219")]
    assert rows[0]["MESSAGE_V2"] == "DEMO"
    another.commit()
    assert world.order(number).fields["DLV_BLOCK"] == ""
    clerk.commit()
    assert ("S", "V1", "311") in clerk.said(another.change(number, header={"DLV_BLOCK": "99"}))
    another.commit()
    assert world.order(number).fields["DLV_BLOCK"] == "99"


@pytest.mark.parametrize("ending", ["roll_back", "close", "reset_server_context"])
def test_a_lock_is_released_on_rollback_and_close(clerk, another, ending):
    """sap.md 7.9"""
    number = clerk.ordered()
    clerk.change(number, header={"DLV_BLOCK": "01"})
    if ending == "roll_back":
        clerk.roll_back()
    else:
        getattr(clerk.sap, ending)()
    assert ("S", "V1", "311") in another.said(another.change(number, header={"DLV_BLOCK": "99"}))


def test_an_order_open_on_a_screen_is_locked(world, clerk):
    """sap.md 2.19: another user in VA02"""
    number = clerk.ordered()
    world.open_in_dialog(number, "MILLER")
    rows = clerk.change(number, header={"DLV_BLOCK": "01"})
    assert rows[0]["MESSAGE_V2"] == "MILLER"
    clerk.commit()
    assert world.order(number).fields["DLV_BLOCK"] == ""
    world.leave_dialog(number)
    assert ("S", "V1", "311") in clerk.said(clerk.change(number, header={"DLV_BLOCK": "01"}))


def test_the_numbers_of_unconfirmed_messages_are_a_setting(world, clerk):
    """sap.md 2.18, 10.2: the lock row is V1 042 here and MC 601 there"""
    number = clerk.ordered()
    world.settings.message_numbers["locked"] = ("MC", "601")
    world.open_in_dialog(number, "MILLER")
    clerk.sap.reopen()
    assert clerk.said(clerk.change(number))[0] == ("E", "MC", "601")


def test_four_colleagues_at_once_get_numbers_of_their_own(world, connect):
    """sap.md 1.7, 2.19: one connection per thread; creates do not conflict"""
    numbers = []

    def work(connection):
        for _ in range(5):
            answer = connection.call(
                "BAPI_SALESORDER_CREATEFROMDAT2",
                ORDER_HEADER_IN={"DOC_TYPE": "TA"},
                ORDER_PARTNERS=[{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
            )
            connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")
            numbers.append(answer["SALESDOCUMENT"])

    threads = [threading.Thread(target=work, args=(connect(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 20
    assert sorted(world.orders) == sorted(numbers)
