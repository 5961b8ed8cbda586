"""BAPI_OUTB_DELIVERY_CREATE_SLS (sap.md 2.10)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap.errors import RFCLibError

CREATE = "BAPI_OUTB_DELIVERY_CREATE_SLS"


@pytest.fixture
def order(clerk):
    return clerk.ordered()


def deliver(clerk, order, quantity=0, item="000010", **fields):
    row = {"REF_DOC": order, "REF_ITEM": item, "DLV_QTY": Decimal(quantity)} | fields
    return clerk.sap.call(CREATE, SALES_ORDER_ITEMS=[row])


def test_a_delivery_is_saved_by_the_commit(world, clerk, order):
    """sap.md lines 520 and 174"""
    answer = deliver(clerk, order, 2, SALES_UNIT="ST")
    assert answer["DELIVERY"] == "0080001235"
    assert [row["TYPE"] for row in answer["RETURN"]] == ["S"]
    assert world.deliveries == {}
    clerk.commit()
    [row] = clerk.status(order)["STATUSINFO"]
    assert (row["DELIV_NUMB"], row["DLV_QTY"], row["DLV_STAT_I"]) == (answer["DELIVERY"], 2, "B")
    rest = deliver(clerk, order)["DELIVERY"]
    clerk.commit()
    rows = [(row["DELIV_NUMB"], row["DLV_QTY"]) for row in clerk.status(order)["STATUSINFO"]]
    assert rows == [(answer["DELIVERY"], 2), (rest, 3)]


@pytest.mark.parametrize(
    "wrong",
    [{"order": "16023"}, {"quantity": 6}, {"item": "000020"}, {"SALES_UNIT": "KAR"}],
)
def test_what_cannot_be_delivered_is_not(world, clerk, order, wrong):
    """sap.md 7.5: keys as stored; line 520"""
    answer = deliver(clerk, **{"order": order} | wrong)
    assert answer["DELIVERY"] == ""
    assert [row["TYPE"] for row in answer["RETURN"]] == ["E"]
    clerk.commit()
    assert world.deliveries == {}


def test_a_delivery_takes_over_from_one_order(clerk, order):
    """sap.md line 520: DELIVERY is one number; what several orders make of it is not told"""
    for rows in ([], [{"REF_DOC": number, "REF_ITEM": "000010"} for number in (order, clerk.ordered())]):
        answer = clerk.sap.call(CREATE, SALES_ORDER_ITEMS=rows)
        assert (answer["DELIVERY"], [row["TYPE"] for row in answer["RETURN"]]) == ("", ["E"])


def test_a_block_forbids_the_delivery(clerk, order):
    """sap.md line 620: any delivery block that is not blank"""
    clerk.change(order, header={"DLV_BLOCK": "01"})
    clerk.commit()
    assert deliver(clerk, order)["DELIVERY"] == ""


def test_the_order_is_locked_until_the_commit(clerk, another, order):
    """sap.md 7.9, line 671"""
    deliver(clerk, order)
    assert clerk.said(another.change(order, header={"DLV_BLOCK": "01"}))[0] == ("E", "V1", "042")
    assert clerk.said(deliver(another, order)["RETURN"])[0] == ("E", "V1", "042")
    clerk.roll_back()
    assert deliver(another, order)["DELIVERY"] == "0080001236"


def test_a_lost_reply_of_the_create_lost_the_delivery(world, clerk, order):
    """sap.md 7.11, 1.3: the silent reconnect drops what is pending"""
    world.faults.lose_reply(CREATE)
    with pytest.raises(RFCLibError, match="RFC_COMMUNICATION_FAILURE"):
        deliver(clerk, order)
    clerk.commit()
    assert world.deliveries == {}


def test_a_lost_reply_of_the_commit_saved_the_delivery(world, clerk, order):
    """sap.md 7.11: executed but reply lost"""
    number = deliver(clerk, order)["DELIVERY"]
    world.faults.lose_reply("BAPI_TRANSACTION_COMMIT")
    with pytest.raises(RFCLibError, match="RFC_COMMUNICATION_FAILURE"):
        clerk.commit()
    assert list(world.deliveries) == [number]
