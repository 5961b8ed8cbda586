"""Function modules of the customer's own that call a BAPI and end its unit of work (sap.md 3, line 713)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap.errors import ABAPApplicationError, CommunicationError

CREATE, CHANGE, BUY = "Z_ERP_CONNECT_ORDER_CREATE", "Z_ERP_CONNECT_ORDER_CHANGE", "Z_ERP_CONNECT_PO_CREATE"
VALVE = "62".zfill(18)
ORDER = {
    "ORDER_HEADER_IN": {"DOC_TYPE": "TA", "PURCH_NO_C": "PO-4711"},
    "ORDER_PARTNERS": [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
    "ORDER_ITEMS_IN": [{"ITM_NUMBER": "000010", "MATERIAL": VALVE, "TARGET_QTY": Decimal(1)}],
}
BLOCK = {
    "ORDER_HEADER_IN": {"DLV_BLOCK": "01"},
    "ORDER_HEADER_INX": {"UPDATEFLAG": "U", "DLV_BLOCK": "X"},
    "RETURN": [],
}


@pytest.fixture
def wrapped(world, sap):
    world.settings.wrappers = {
        CREATE: "BAPI_SALESORDER_CREATEFROMDAT2",
        CHANGE: "BAPI_SALESORDER_CHANGE",
        BUY: "BAPI_PO_CREATE1",
    }
    return sap


def test_without_a_wrapper_there_is_none(sap):
    """sap.md line 713: names are the customer's"""
    with pytest.raises(ABAPApplicationError) as caught:
        sap.call(CREATE, **ORDER)
    assert caught.value.key == "FU_NOT_FOUND"


def test_a_wrapper_saves_what_its_bapi_accepted(world, wrapped, clerk):
    """sap.md line 713: calls the BAPI, commits, returns RETURN and the number"""
    answer = wrapped.call(CREATE, **ORDER)
    number = answer["SALESDOCUMENT"]
    assert list(world.orders) == [number]
    assert clerk.said(answer["RETURN"])[-1] == ("S", "V1", "311")
    wrapped.call(CHANGE, SALESDOCUMENT=number, **BLOCK)
    assert world.orders[number].fields["DLV_BLOCK"] == "01"
    assert world.locks == {}


def test_a_wrapper_rolls_back_what_was_refused(world, wrapped, another):
    """sap.md lines 713 and 178: any row of type E"""
    wrong = ORDER | {"ORDER_ITEMS_IN": [ORDER["ORDER_ITEMS_IN"][0] | {"MATERIAL": "62"}]}
    answer = wrapped.call(CREATE, **wrong)
    assert answer["SALESDOCUMENT"] == ""
    assert wrapped.call(BUY, POHEADER={})["EXPPURCHASEORDER"] == ""
    assert (world.orders, world.purchase_orders, world.locks) == ({}, {}, {})
    number = another.ordered()
    another.change(number, header={"DLV_BLOCK": "02"})
    locked = wrapped.call(CHANGE, SALESDOCUMENT=number, **BLOCK)
    assert another.said(locked["RETURN"])[0] == ("E", "V1", "042")
    another.commit()
    assert world.orders[number].fields["DLV_BLOCK"] == "02"


def test_a_test_run_saves_nothing(world, wrapped):
    """sap.md line 186: TESTRUN"""
    wrapped.call(CREATE, **ORDER, TESTRUN="X")
    wrapped.call("BAPI_TRANSACTION_COMMIT", WAIT="X")
    assert world.orders == {}


def test_an_update_that_ends_is_told(world, wrapped):
    """sap.md line 176"""
    world.faults.terminate_update()
    answer = wrapped.call(CREATE, **ORDER)
    assert answer["RETURN"][-1]["TYPE"] == "A"
    assert world.orders == {}


def test_the_lost_reply_of_a_wrapper_leaves_a_saved_order(world, wrapped):
    """sap.md 7.11: executed but reply lost"""
    world.faults.lose_reply(CREATE)
    with pytest.raises(CommunicationError):
        wrapped.call(CREATE, **ORDER)
    assert [order.fields["PURCH_NO_C"] for order in world.orders.values()] == ["PO-4711"]


def test_a_wrapper_needs_no_return_table(world, sap):
    """sap.md line 713: names and modules are the customer's; a module without RETURN refuses nothing"""
    world.settings.wrappers = {"Z_PING": "RFC_PING"}
    assert "RETURN" not in sap.call("Z_PING")
