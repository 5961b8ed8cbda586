"""BAPI_CUSTOMERRETURN_CREATE (sap.md 2.12)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.errors import RFCLibError

VALVE = "62".zfill(18)
CREATE = "BAPI_CUSTOMERRETURN_CREATE"


@pytest.fixture
def order(clerk):
    return clerk.ordered()


def a_return(order, header=None, item=None, **others):
    """Two valves of an order come back, broken."""
    head = {
        "DOC_TYPE": "RE",
        "SALES_ORG": "1000",
        "DISTR_CHAN": "10",
        "DIVISION": "00",
        "PURCH_NO_C": "RMA-1",
        "ORD_REASON": "101",
        "REF_DOC": order,
        "REFDOC_CAT": "C",
    }
    line = {
        "ITM_NUMBER": "000010",
        "MATERIAL": VALVE,
        "TARGET_QTY": Decimal(2),
        "REF_DOC": order,
        "REF_DOC_IT": "000010",
        "REF_DOC_CA": "C",
    }
    return {
        "RETURN_HEADER_IN": head | (header or {}),
        "RETURN_PARTNERS": [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
        "RETURN_ITEMS_IN": [line | (item or {})],
    } | others


def test_a_return_is_saved_by_the_commit(world, clerk, order):
    """sap.md line 548: the create pattern, under names of its own"""
    answer = clerk.sap.call(CREATE, **a_return(order))
    number = answer["SALESDOCUMENT"]
    assert number == "0060000041"
    assert clerk.said(answer["RETURN"])[-1] == ("S", "V1", "311")
    assert answer["RETURN"][-1]["MESSAGE"] == "Returns 60000041 has been saved"
    assert world.returns == {}
    clerk.commit()
    assert list(world.returns) == [number]
    assert list(world.orders) == [order]


def test_a_return_is_read_like_an_order_and_follows_it(clerk, order):
    """sap.md line 505: category H, also in the flow of what it takes back"""
    number = clerk.sap.call(CREATE, **a_return(order))["SALESDOCUMENT"]
    clerk.commit()
    answer = clerk.read(number, view=["HEADER", "ITEM", "BUSINESS"])
    [header], [item] = answer["ORDER_HEADERS_OUT"], answer["ORDER_ITEMS_OUT"]
    assert (header["SD_DOC_CAT"], header["DOC_TYPE"], header["ORD_REASON"]) == ("H", "RE", "101")
    assert (item["REQ_QTY"], item["REF_DOC"]) == (2, order)
    assert answer["ORDER_BUSINESS_OUT"][0]["PURCH_NO_C"] == "RMA-1"
    flow = clerk.read(order, view=["FLOW"])["ORDER_FLOWS_OUT"]
    names = "PREDITDOC", "SUBSSDDOC", "SUBSITDOC", "DOC_CAT_SD", "REF_QTY"
    assert [tuple(row[name] for name in names) for row in flow] == [("000010", number, "000010", "H", 2)]


def test_a_return_stands_in_the_tables_of_orders_with_its_own_category(clerk, order):
    """sap.md line 599: VBTYP"""
    number = clerk.sap.call(CREATE, **a_return(order))["SALESDOCUMENT"]
    clerk.commit()
    answer = clerk.sap.call(
        "RFC_READ_TABLE",
        QUERY_TABLE="VBAK",
        FIELDS=[{"FIELDNAME": "VBELN"}],
        OPTIONS=[{"TEXT": "VBTYP = 'H'"}],
    )
    assert [row["WA"] for row in answer["DATA"]] == [number]


def test_goods_are_returned_of_an_invoice_too(world, clerk, order):
    """sap.md line 548: REFDOC_CAT M"""
    delivery = fulfilling.deliver(world, order)
    fulfilling.post_goods_issue(world, delivery)
    invoice = fulfilling.bill(world, delivery)
    of_invoice = {"REF_DOC": invoice}
    sent = a_return(order, of_invoice | {"REFDOC_CAT": "M"}, of_invoice | {"REF_DOC_CA": "M"})
    assert clerk.sap.call(CREATE, **sent)["SALESDOCUMENT"]


@pytest.mark.parametrize(
    "sent",
    [
        {"header": {"DOC_TYPE": "TA"}},
        {"header": {"REF_DOC": "0000099999"}},
        {"header": {"REFDOC_CAT": "M"}},
        {"item": {"REF_DOC_IT": "000090"}},
        {"item": {"MATERIAL": "62"}},
    ],
)
def test_what_cannot_be_returned_is_not(world, clerk, order, sent):
    """sap.md 7.6: errors end with the epilogue"""
    answer = clerk.sap.call(CREATE, **a_return(order, **sent))
    assert answer["SALESDOCUMENT"] == ""
    assert clerk.said(answer["RETURN"])[-2:] == [("E", "V4", "248"), ("E", "V4", "219")]
    clerk.commit()
    assert world.returns == {}


def test_whether_a_reason_is_needed_is_a_setting(world, clerk, order):
    """sap.md line 548: mandatory in most systems"""
    without = a_return(order, {"ORD_REASON": ""})
    assert clerk.sap.call(CREATE, **without)["SALESDOCUMENT"] == ""
    world.settings.returns_need_reason = False
    assert clerk.sap.call(CREATE, **without)["SALESDOCUMENT"]


def test_flags_are_honoured_where_they_are_sent(world, clerk, order):
    """sap.md line 182: on create flags are optional; supplied, only flagged fields count"""
    sent = a_return(order)
    flags = dict.fromkeys(sent["RETURN_HEADER_IN"], "X") | {"UPDATEFLAG": "I", "PURCH_NO_C": ""}
    number = clerk.sap.call(CREATE, **sent, RETURN_HEADER_INX=flags)["SALESDOCUMENT"]
    clerk.commit()
    assert world.returns[number].fields["PURCH_NO_C"] == ""
    assert world.returns[number].fields["ORD_REASON"] == "101"


def test_a_lost_reply_of_the_create_lost_the_return(world, clerk, order):
    """sap.md 7.11, 1.3: the silent reconnect drops what is pending"""
    world.faults.lose_reply(CREATE)
    with pytest.raises(RFCLibError, match="RFC_COMMUNICATION_FAILURE"):
        clerk.sap.call(CREATE, **a_return(order))
    clerk.commit()
    assert world.returns == {}


def test_a_lost_reply_of_the_commit_saved_the_return(world, clerk, order):
    """sap.md 7.11: executed but reply lost"""
    number = clerk.sap.call(CREATE, **a_return(order))["SALESDOCUMENT"]
    world.faults.lose_reply("BAPI_TRANSACTION_COMMIT")
    with pytest.raises(RFCLibError, match="RFC_COMMUNICATION_FAILURE"):
        clerk.commit()
    assert list(world.returns) == [number]
