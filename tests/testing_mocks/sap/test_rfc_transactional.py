"""Transactional RFC (sap.md 1.8)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap.errors import ABAPRuntimeError, CommunicationError, RFCError
from erp_connect.testing.mocks.sap.transactional import SUBMIT

ORDER = {
    "ORDER_HEADER_IN": {"DOC_TYPE": "TA"},
    "ORDER_PARTNERS": [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
    "ORDER_ITEMS_IN": [{"ITM_NUMBER": "000010", "MATERIAL": "62".zfill(18), "TARGET_QTY": Decimal(1)}],
}
CREATE = [("BAPI_SALESORDER_CREATEFROMDAT2", ORDER)]


def test_a_unit_is_executed_and_committed_once_for_its_id(world, sap, connect):
    """sap.md 1.8: resubmit the same id on an unknown outcome"""
    unit = sap.initialize_unit(background=False)
    assert (len(unit["id"]), unit["background"], unit["queued"]) == (24, False, False)
    world.faults.lose_reply(SUBMIT)
    with pytest.raises(CommunicationError):
        sap.fill_and_submit_unit(unit, CREATE)
    assert len(world.orders) == 1
    other = connect()
    other.fill_and_submit_unit(unit, CREATE)
    assert len(world.orders) == 1
    other.confirm_unit(unit)


def test_a_lost_submission_executed_nothing(world, sap):
    """sap.md 1.8"""
    unit = sap.initialize_unit(background=False)
    world.faults.lose_request(SUBMIT)
    with pytest.raises(CommunicationError):
        sap.fill_and_submit_unit(unit, CREATE)
    assert world.orders == {}
    sap.fill_and_submit_unit(unit, CREATE)
    assert len(world.orders) == 1


def test_confirming_too_early_makes_duplicates_possible(world, sap):
    """sap.md 1.8"""
    unit = sap.initialize_unit(background=False)
    sap.fill_and_submit_unit(unit, CREATE, queue_names=["ORDERS"])
    sap.confirm_unit(unit)
    sap.fill_and_submit_unit(unit, CREATE)
    assert len(world.orders) == 2


def test_a_commit_within_a_unit_is_forbidden(world, sap):
    """sap.md 1.8, 1.5: BLOCKED_COMMIT"""
    unit = sap.initialize_unit(background=False)
    with pytest.raises(ABAPRuntimeError) as caught:
        sap.fill_and_submit_unit(unit, [*CREATE, ("BAPI_TRANSACTION_COMMIT", {"WAIT": "X"})])
    assert caught.value.key == "BLOCKED_COMMIT"
    assert world.orders == {}


def test_one_unit_at_a_time_in_the_right_containers(world, sap):
    """sap.md 1.8"""
    unit = sap.initialize_unit(background=False)
    with pytest.raises(RFCError):
        sap.initialize_unit(background=False)
    with pytest.raises(RFCError):
        sap.fill_and_submit_unit(unit | {"id": "OTHER"}, CREATE)
    for wrong in ((unit, tuple(CREATE)), ([], CREATE), (unit, CREATE, "Q")):
        with pytest.raises(TypeError):
            sap.fill_and_submit_unit(*wrong)
    sap.destroy_unit(unit)
    assert sap.initialize_unit(background=False)["id"] != unit["id"]
    assert world.orders == {}


def test_a_unit_buys_once(world, sap, connect):
    """sap.md 1.8, 2.15: purchase orders too are committed at the end of the unit"""
    world.vendors.add("0000005000")
    header = dict.fromkeys(("COMP_CODE", "DOC_TYPE", "PURCH_ORG", "PUR_GROUP"), "1") | {
        "VENDOR": "0000005000"
    }
    item = {"PO_ITEM": "00010", "MATERIAL": "62".zfill(18), "QUANTITY": Decimal(1)}
    sent = {
        "POHEADER": header,
        "POHEADERX": dict.fromkeys(header, "X"),
        "POITEM": [item],
        "POITEMX": [{"PO_ITEM": "00010", "PO_ITEMX": "X", "MATERIAL": "X", "QUANTITY": "X"}],
    }
    unit = sap.initialize_unit(background=False)
    world.faults.lose_reply(SUBMIT)
    with pytest.raises(CommunicationError):
        sap.fill_and_submit_unit(unit, [("BAPI_PO_CREATE1", sent)])
    connect().fill_and_submit_unit(unit, [("BAPI_PO_CREATE1", sent)])
    assert list(world.purchase_orders) == ["4500000018"]
