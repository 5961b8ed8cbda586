"""One session for a change and its COMMIT; a lost one never commits (sap.md 1.3, 1.7, 2.1)."""

import pytest

from erp_connect.testing.mocks.sap import rfc
from erp_connect.wire.rfc import Interfaces, Pool, RfcFailure, Trouble, UnitOfWork, logon_parameters

from .system import CREATE, LOGON, order_parameters

COMMIT = "BAPI_TRANSACTION_COMMIT"


def test_what_was_committed_on_its_session_is_saved(pool, world):
    with pool.unit_of_work() as unit:
        number = unit.call(CREATE, **order_parameters())["SALESDOCUMENT"]
        unit.commit()
    assert list(world.orders) == [number]


def test_what_was_not_committed_is_gone_and_its_locks_too(pool, world):
    with pool.unit_of_work() as unit:
        unit.call(CREATE, **order_parameters())
        unit.commit()
    (number,) = world.orders
    with pool.unit_of_work() as unit:
        unit.call(
            "BAPI_SALESORDER_CHANGE",
            SALESDOCUMENT=number,
            ORDER_HEADER_INX={"UPDATEFLAG": "U", "PURCH_NO_C": "X"},
            ORDER_HEADER_IN={"PURCH_NO_C": "PO-2"},
            RETURN=[],
        )
        assert world.locks
    assert world.orders[number].fields["PURCH_NO_C"] == "PO-1"
    assert not world.locks


def test_a_plain_connection_that_cannot_be_reset_is_rolled_back_before_its_next_work(world):
    whole = rfc.connect_to(world)(**logon_parameters(LOGON))

    class Plain:
        alive = True

        def call(self, name, options=None, **params):
            return whole.call(name, options, **params)

        def close(self):
            whole.close()

    plain = Plain()
    pool = Pool(lambda: plain, size=1)
    with pool.unit_of_work() as unit:
        unit.call(CREATE, **order_parameters())
    with pool.unit_of_work() as unit:
        unit.commit()
    assert world.orders == {}


@pytest.mark.parametrize("fault", ["lose_reply", "dump", "message", "lose_request"])
def test_a_session_lost_after_the_change_never_commits(pool, world, fault):
    getattr(world.faults, fault)(CREATE)
    with pool.unit_of_work() as unit:
        with pytest.raises(RfcFailure) as lost:
            unit.call(CREATE, **order_parameters())
        assert lost.value.session_lost
        assert unit.connection.alive, "pyrfc's object looks alive after its silent reconnect"
        with pytest.raises(RfcFailure) as caught:
            unit.commit()
        assert not caught.value.may_have_run
    assert world.orders == {}


def test_an_exception_of_the_module_keeps_the_session(pool, world):
    world.faults.raise_exception(CREATE, "SOMETHING_WRONG")
    with pool.unit_of_work() as unit:
        with pytest.raises(RfcFailure) as caught:
            unit.call(CREATE, **order_parameters())
        assert caught.value.trouble is Trouble.RAISED
        assert caught.value.key == "SOMETHING_WRONG"
        unit.call(CREATE, **order_parameters())
        unit.commit()
    assert len(world.orders) == 1


@pytest.mark.parametrize(("fault", "saved"), [("lose_reply", 1), ("lose_request", 0)])
def test_a_commit_without_an_answer_may_have_run_either_way(pool, world, fault, saved):
    getattr(world.faults, fault)(COMMIT)
    with pool.unit_of_work() as unit:
        unit.call(CREATE, **order_parameters())
        with pytest.raises(RfcFailure) as caught:
            unit.commit()
    assert caught.value.may_have_run
    assert len(world.orders) == saved


def test_a_call_past_its_time_is_given_up_and_may_go_on(pool, world):
    world.faults.hang(COMMIT, 30)
    with pool.unit_of_work() as unit:
        unit.call(CREATE, **order_parameters())
        with pytest.raises(RfcFailure) as caught:
            unit.call(COMMIT, WAIT="X", timeout=0.01)
    assert caught.value.trouble is Trouble.TIMED_OUT
    assert caught.value.may_have_run


def test_when_the_reconnect_fails_the_error_is_the_new_logons_and_the_call_may_have_run(pool, world):
    world.faults.lose_reply(COMMIT)
    with pool.unit_of_work() as unit:
        unit.call(CREATE, **order_parameters())
        world.faults.refuse_connections()
        with pytest.raises(RfcFailure) as caught:
            unit.commit()
        assert not unit.connection.alive
    assert caught.value.may_have_run
    assert len(world.orders) == 1


def test_a_reopened_handle_means_a_lost_session_whatever_the_code_says(world):
    class Reopening:
        alive, handle = True, 1

        def call(self, name, options=None, **params):
            self.handle += 1
            error = RuntimeError("unknown parameter")
            error.code = 20
            raise error

        def close(self):
            self.alive = False

    unit = UnitOfWork(Reopening(), Interfaces(), 5)
    with pytest.raises(RfcFailure) as caught:
        unit.call(CREATE)
    assert caught.value.session_lost
    assert caught.value.may_have_run


def test_a_misfit_is_refused_before_anything_is_sent(pool, world):
    parameters = order_parameters(po_number="x" * 36)
    with pool.unit_of_work() as unit:
        with pytest.raises(RfcFailure) as caught:
            unit.call(CREATE, **parameters)
        assert not unit.lost
    assert caught.value.path == "ORDER_HEADER_IN.PURCH_NO_C"
    assert not caught.value.may_have_run


def test_a_module_that_is_not_there_is_told_as_such(pool):
    with pytest.raises(RfcFailure) as caught:
        pool.read("Z_NOT_HERE")
    assert caught.value.trouble is Trouble.NO_MODULE
