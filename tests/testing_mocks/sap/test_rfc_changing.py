"""BAPI_SALESORDER_CHANGE (sap.md 7, point 7; section 2.5)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.errors import ExternalRuntimeError

VALVE = "62".zfill(18)
SAVED = ("S", "V1", "311")


@pytest.fixture
def number(clerk):
    return clerk.ordered()


def test_a_flagged_header_field_changes_and_its_neighbour_does_not(world, clerk, number):
    """sap.md 7.7: honoured literally"""
    rows = clerk.sap.call(
        "BAPI_SALESORDER_CHANGE",
        SALESDOCUMENT=number,
        ORDER_HEADER_IN={"PURCH_NO_C": "PO-4712", "REF_1": "unflagged"},
        ORDER_HEADER_INX={"UPDATEFLAG": "U", "PURCH_NO_C": "X"},
    )["RETURN"]
    assert SAVED in clerk.said(rows)
    assert world.order(number).fields["PURCH_NO_C"] == "PO-4711"
    clerk.commit()
    assert world.order(number).fields["PURCH_NO_C"] == "PO-4712"
    assert world.order(number).fields["REF_1"] == ""
    assert world.order(number).changed_at == world.now()


def test_a_flagged_blank_clears_a_block(world, clerk, number):
    """sap.md 2.5: set and remove a delivery block"""
    clerk.change(number, header={"DLV_BLOCK": "01"})
    clerk.commit()
    assert world.order(number).fields["DLV_BLOCK"] == "01"
    clerk.change(number, header={"DLV_BLOCK": ""})
    clerk.commit()
    assert world.order(number).fields["DLV_BLOCK"] == ""


def test_without_an_updateflag_nothing_changes_and_all_is_called_a_success(world, clerk, number):
    """sap.md 7.7: missing UPDATEFLAG"""
    rows = clerk.change(number, header_flag="", header={"DLV_BLOCK": "01"})
    assert {row["TYPE"] for row in rows} == {"S"}
    assert SAVED in clerk.said(rows)
    rows = clerk.change(
        number,
        ORDER_ITEM_IN=[{"ITM_NUMBER": "000010", "REASON_REJ": "Z1"}],
        ORDER_ITEM_INX=[{"ITM_NUMBER": "000010", "REASON_REJ": "X"}],
        SCHEDULE_LINES=[{"ITM_NUMBER": "000010", "SCHED_LINE": "0001", "REQ_QTY": Decimal(9)}],
        SCHEDULE_LINESX=[{"ITM_NUMBER": "000010", "SCHED_LINE": "0001", "REQ_QTY": "X"}],
    )
    assert {row["TYPE"] for row in rows} == {"S"}
    clerk.commit()
    order = world.order(number)
    assert order.fields["DLV_BLOCK"] == ""
    assert (order.items[0].rejection, order.items[0].quantity) == ("", 5)


def test_rows_without_flags_are_ignored(world, clerk, number):
    """sap.md 2.5: changes that name no X-flag are ignored silently"""
    rows = clerk.change(
        number,
        ORDER_ITEM_IN=[{"ITM_NUMBER": "000010", "REASON_REJ": "Z1"}],
        ORDER_ITEM_INX=[{"ITM_NUMBER": "000010", "UPDATEFLAG": "U"}],
    )
    assert SAVED in clerk.said(rows)
    clerk.commit()
    assert world.order(number).items[0].rejection == ""


def test_an_item_is_added_with_its_schedule_line(world, clerk, number):
    """sap.md 2.5: add item"""
    clerk.change(
        number,
        ORDER_ITEM_IN=[{"ITM_NUMBER": "000020", "MATERIAL": "PUMP-A", "SHORT_TEXT": "not flagged"}],
        ORDER_ITEM_INX=[{"ITM_NUMBER": "000020", "UPDATEFLAG": "I", "MATERIAL": "X"}],
        SCHEDULE_LINES=[{"ITM_NUMBER": "000020", "SCHED_LINE": "0001", "REQ_QTY": Decimal(2)}],
        SCHEDULE_LINESX=[{"ITM_NUMBER": "000020", "SCHED_LINE": "0001", "UPDATEFLAG": "I", "REQ_QTY": "X"}],
    )
    clerk.commit()
    added = world.order(number).items[1]
    assert (added.material, added.quantity, added.net_value) == ("PUMP-A", 2, Decimal("3999.98"))
    assert added.fields["SHORT_TEXT"] == "Pump"


def test_quantity_and_date_change_in_the_schedule_line(world, clerk, number):
    """sap.md 2.5: quantities and dates are maintained in schedule lines"""
    rows = clerk.change(
        number,
        ORDER_ITEM_INX=[{"ITM_NUMBER": "000010", "UPDATEFLAG": "U"}],
        SCHEDULE_LINES=[
            {"ITM_NUMBER": "000010", "SCHED_LINE": "0001", "REQ_QTY": Decimal(8), "REQ_DATE": "20260320"}
        ],
        SCHEDULE_LINESX=[
            {
                "ITM_NUMBER": "000010",
                "SCHED_LINE": "0001",
                "UPDATEFLAG": "U",
                "REQ_QTY": "X",
                "REQ_DATE": "X",
            }
        ],
    )
    assert SAVED in clerk.said(rows)
    clerk.commit()
    (line,) = world.order(number).items[0].schedule
    assert (line.quantity, line.date, line.confirmed) == (8, "20260320", 8)
    assert world.order(number).net_value == Decimal("100.00")


def test_a_target_quantity_does_not_change_what_is_ordered(world, clerk, number):
    """sap.md 2.5"""
    clerk.change(
        number,
        ORDER_ITEM_IN=[{"ITM_NUMBER": "000010", "TARGET_QTY": Decimal(99)}],
        ORDER_ITEM_INX=[{"ITM_NUMBER": "000010", "UPDATEFLAG": "U", "TARGET_QTY": "X"}],
    )
    clerk.commit()
    assert world.order(number).items[0].quantity == 5


def reject(clerk, number, reason):
    return clerk.change(
        number,
        ORDER_ITEM_IN=[{"ITM_NUMBER": "000010", "REASON_REJ": reason}],
        ORDER_ITEM_INX=[{"ITM_NUMBER": "000010", "UPDATEFLAG": "U", "REASON_REJ": "X"}],
    )


def test_rejecting_all_items_cancels_the_order_and_can_be_undone(world, clerk, number):
    """sap.md 2.5, 2.17: rejected counts as complete; a flagged blank un-rejects"""
    reject(clerk, number, "Z1")
    clerk.commit()
    answer = clerk.read(number, view=["STATUS_H", "ITEM", "HEADER"])
    (status,) = answer["ORDER_STATUSHEADERS_OUT"]
    assert (status["OVERALLREJ"], status["PRC_STAT_H"]) == ("C", "C")
    assert answer["ORDER_ITEMS_OUT"][0]["REA_FOR_RE"] == "Z1"
    assert answer["ORDER_HEADERS_OUT"][0]["NET_VAL_HD"] == 0
    assert world.order(number).items[0].confirmed == 0
    reject(clerk, number, "")
    clerk.commit()
    (status,) = clerk.read(number, view=["STATUS_H"])["ORDER_STATUSHEADERS_OUT"]
    assert (status["OVERALLREJ"], status["PRC_STAT_H"]) == ("A", "A")
    assert world.order(number).items[0].confirmed == 5


def test_an_item_is_deleted_unless_documents_follow(world, clerk, number):
    """sap.md 2.5: delete item"""
    flags = {"ORDER_ITEM_INX": [{"ITM_NUMBER": "000010", "UPDATEFLAG": "D"}]}
    fulfilling.deliver(world, number)
    said = clerk.said(clerk.change(number, **flags))
    assert said[-2:] == [("E", "V4", "248"), ("E", "V4", "219")]
    clerk.commit()
    assert len(world.order(number).items) == 1
    free = clerk.ordered()
    clerk.change(free, **flags)
    clerk.commit()
    assert world.order(free).items == []


def test_the_whole_order_is_deleted_by_the_header_flag_unless_documents_follow(world, clerk, number):
    """sap.md 2.5: the number disappears"""
    assert SAVED in clerk.said(clerk.change(number, header_flag="D"))
    assert number in world.orders
    clerk.commit()
    assert world.orders == {}
    kept = clerk.ordered()
    fulfilling.deliver(world, kept)
    assert clerk.said(clerk.change(kept, header_flag="D"))[-1] == ("E", "V4", "219")
    clerk.commit()
    assert list(world.orders) == [kept]


def test_a_simulated_change_saves_nothing(world, clerk, number):
    """sap.md 2.1: SIMULATION"""
    clerk.change(number, header={"DLV_BLOCK": "01"}, SIMULATION="X")
    clerk.commit()
    assert world.order(number).fields["DLV_BLOCK"] == ""


def test_an_unknown_item_refuses_the_whole_change(world, clerk, number):
    """sap.md 2.18: the cause, then the epilogue"""
    flags = [{"ITM_NUMBER": "000090", "UPDATEFLAG": "U", "REASON_REJ": "X"}]
    rows = clerk.change(number, header={"DLV_BLOCK": "01"}, ORDER_ITEM_INX=flags)
    assert clerk.said(rows)[-2:] == [("E", "V4", "248"), ("E", "V4", "219")]
    assert rows[-1]["MESSAGE"] == "Sales document 16023 was not changed"
    clerk.commit()
    assert world.order(number).fields["DLV_BLOCK"] == ""


def test_the_ordered_quantity_cannot_fall_below_what_was_delivered(world, clerk, number):
    """sap.md 2.5, 2.10"""
    fulfilling.deliver(world, number, {"000010": Decimal(4)})
    keys = {"ITM_NUMBER": "000010", "SCHED_LINE": "0001"}
    flags = {"SCHEDULE_LINESX": [keys | {"UPDATEFLAG": "U", "REQ_QTY": "X"}]}
    said = clerk.said(clerk.change(number, SCHEDULE_LINES=[keys | {"REQ_QTY": Decimal(3)}], **flags))
    assert said[-1] == ("E", "V4", "219")
    clerk.commit()
    assert world.order(number).items[0].quantity == 5


def test_the_ship_to_partner_changes_and_so_does_its_address_alone(world, clerk, number):
    """sap.md 2.5: PARTNERCHANGES, with an address by its link"""
    row = {"DOCUMENT": number, "ITM_NUMBER": "000000", "UPDATEFLAG": "U", "PARTN_ROLE": "WE"}
    clerk.change(number, PARTNERCHANGES=[row | {"P_NUMB_NEW": "0000001234"}])
    clerk.commit()
    assert world.order(number).partner("WE").number == "0000001234"
    clerk.change(
        number,
        PARTNERCHANGES=[
            row | {"P_NUMB_OLD": "0000001234", "P_NUMB_NEW": "0000001234", "ADDR_LINK": "0000000001"}
        ],
        PARTNERADDRESSES=[
            {"ADDR_NO": "0000000001", "NAME": "Building site", "CITY": "Bremen", "COUNTRY": "DE"}
        ],
    )
    clerk.commit()
    answer = clerk.read(number, view=["PARTNER", "ADDRESS"])
    (ship_to,) = [p for p in answer["ORDER_PARTNERS_OUT"] if p["PARTN_ROLE"] == "WE"]
    address = next(a for a in answer["ORDER_ADDRESS_OUT"] if a["ADDRESS"] == ship_to["ADDRESS"])
    assert (address["NAME"], address["CITY"]) == ("Building site", "Bremen")


def test_an_existing_condition_changes_only_with_the_switch(world, clerk):
    """sap.md 2.5: LOGIC_SWITCH-COND_HANDL, as a setting"""
    keys = {"ITM_NUMBER": "000010", "COND_TYPE": "PR00"}
    number = clerk.ordered(ORDER_CONDITIONS_IN=[keys | {"COND_VALUE": Decimal(10)}])
    tables = {
        "CONDITIONS_IN": [keys | {"COND_VALUE": Decimal(11)}],
        "CONDITIONS_INX": [keys | {"UPDATEFLAG": "U", "COND_VALUE": "X"}],
    }
    clerk.change(number, **tables)
    clerk.commit()
    assert world.order(number).net_value == 50
    clerk.change(number, LOGIC_SWITCH={"COND_HANDL": "X"}, **tables)
    clerk.commit()
    assert world.order(number).net_value == 55


def test_the_document_type_is_no_field_of_a_change(clerk, number):
    """sap.md 2.5"""
    with pytest.raises(ExternalRuntimeError, match="field 'DOC_TYPE' not found"):
        clerk.change(number, header={"DOC_TYPE": "BV"})


def test_schedule_lines_are_added_and_removed(world, clerk, number):
    """sap.md 2.5: SCHEDULE_LINESX with I and D"""
    keys = {"ITM_NUMBER": "000010", "SCHED_LINE": "0002"}
    fields = {"REQ_QTY": Decimal(3), "REQ_DATE": "20260401", "REQ_DLV_BL": "01"}
    flags = keys | {"UPDATEFLAG": "I"} | dict.fromkeys(fields, "X")
    clerk.change(number, SCHEDULE_LINES=[keys | fields], SCHEDULE_LINESX=[flags])
    clerk.commit()
    lines = clerk.read(number, view=["SDSCHEDULE"])["ORDER_SCHEDULES_OUT"]
    assert [(line["SCHED_LINE"], line["REQ_QTY"], line["REQ_DLV_BL"]) for line in lines] == [
        ("0001", 5, ""),
        ("0002", 3, "01"),
    ]
    clerk.change(number, SCHEDULE_LINESX=[keys | {"UPDATEFLAG": "D"}])
    clerk.commit()
    assert world.order(number).items[0].quantity == 5
    said = clerk.said(clerk.change(number, SCHEDULE_LINESX=[keys | {"UPDATEFLAG": "D"}]))
    assert said[-1] == ("E", "V4", "219")


def test_a_shortage_line_follows_the_quantity(world, clerk, number):
    """sap.md 2.5: the line with the requested quantity is the one to change"""
    keys = {"ITM_NUMBER": "000010", "SCHED_LINE": "0001"}

    def want(quantity):
        flags = [keys | {"UPDATEFLAG": "U", "REQ_QTY": "X"}]
        clerk.change(number, SCHEDULE_LINES=[keys | {"REQ_QTY": Decimal(quantity)}], SCHEDULE_LINESX=flags)
        clerk.commit()
        return [
            (line.number, line.quantity, line.confirmed) for line in world.order(number).items[0].schedule
        ]

    assert want(120) == [("0001", 120, 100), ("0002", 0, 20)]
    assert want(90) == [("0001", 90, 90)]


def test_a_material_is_exchanged_only_for_one_that_is_sold(world, clerk, number):
    """sap.md 2.5, 2.18"""
    flags = [{"ITM_NUMBER": "000010", "UPDATEFLAG": "U", "MATERIAL": "X"}]
    said = clerk.said(
        clerk.change(
            number,
            ORDER_ITEM_IN=[{"ITM_NUMBER": "000010", "MATERIAL": "NO-SUCH"}],
            ORDER_ITEM_INX=flags,
        )
    )
    assert ("E", "V1", "382") in said
    clerk.change(number, ORDER_ITEM_IN=[{"ITM_NUMBER": "000010", "MATERIAL": "PUMP-A"}], ORDER_ITEM_INX=flags)
    clerk.commit()
    assert world.order(number).items[0].material == "PUMP-A"


def test_partners_are_added_and_removed_one_by_one(world, clerk, number):
    """sap.md 2.5: PARTNERCHANGES with I and D; an unknown customer refuses it all"""
    row = {"DOCUMENT": number, "ITM_NUMBER": "000010", "PARTN_ROLE": "WE", "P_NUMB_NEW": "0000002000"}
    clerk.change(number, PARTNERCHANGES=[row | {"UPDATEFLAG": "I"}])
    clerk.commit()
    assert world.order(number).partner("WE", "000010").number == "0000002000"
    clerk.change(number, PARTNERCHANGES=[row | {"UPDATEFLAG": "D"}])
    clerk.commit()
    assert world.order(number).partner("WE", "000010").number == "0000001235"
    clerk.change(number, PARTNERCHANGES=[row | {"P_NUMB_NEW": "2000"}])
    said = clerk.said(clerk.change(number, PARTNERCHANGES=[row | {"P_NUMB_NEW": "2000", "UPDATEFLAG": "U"}]))
    assert ("E", "VP", "204") in said


def test_conditions_are_added_and_removed(world, clerk, number):
    """sap.md 2.5: price override; an unknown type is refused"""
    keys = {"ITM_NUMBER": "000010", "COND_TYPE": "RB00"}
    flags = keys | {"UPDATEFLAG": "I", "COND_VALUE": "X"}
    clerk.change(number, CONDITIONS_IN=[keys | {"COND_VALUE": Decimal("2.5")}], CONDITIONS_INX=[flags])
    clerk.commit()
    assert world.order(number).net_value == 60
    clerk.change(number, LOGIC_SWITCH={"COND_HANDL": "X"}, CONDITIONS_INX=[flags | {"UPDATEFLAG": "D"}])
    clerk.commit()
    assert world.order(number).net_value == Decimal("62.5")
    unknown = {"ITM_NUMBER": "000010", "COND_TYPE": "ZZZZ"}
    rows = clerk.change(number, CONDITIONS_IN=[unknown], CONDITIONS_INX=[unknown | {"UPDATEFLAG": "I"}])
    assert clerk.said(rows)[-1] == ("E", "V4", "219")


def test_a_currency_changes_with_its_prices(world, clerk, number):
    """sap.md 2.5: CURRENCY is a field of BAPISDH1"""
    clerk.change(number, header={"CURRENCY": "JPY"})
    clerk.commit()
    assert (world.order(number).currency, world.order(number).net_value) == ("JPY", 5000)


def test_a_text_takes_the_place_of_the_one_before(world, clerk, number):
    """sap.md 2.3: header texts, line by line"""
    for words in (["first", "second"], ["third"]):
        lines = [{"TEXT_ID": "0001", "LANGU": "E", "TEXT_LINE": line} for line in words]
        clerk.change(number, ORDER_TEXT=lines)
        clerk.commit()
    lines = clerk.read(number, view=["TEXT"])["ORDER_TEXTLINES_OUT"]
    assert [(row["APPLOBJECT"], row["TEXT_NAME"], row["LINE"]) for row in lines] == [
        ("VBBK", number, "third")
    ]


def test_an_item_number_is_given_once(clerk, number):
    """sap.md 2.5: insert of what is there"""
    rows = clerk.change(
        number,
        ORDER_ITEM_IN=[{"ITM_NUMBER": "000010", "MATERIAL": "PUMP-A"}],
        ORDER_ITEM_INX=[{"ITM_NUMBER": "000010", "UPDATEFLAG": "I", "MATERIAL": "X"}],
    )
    assert clerk.said(rows)[-2:] == [("E", "V4", "248"), ("E", "V4", "219")]


@pytest.mark.parametrize(("behaviour", "rejected"), [("", ""), ("P", "Z1"), ("R", "")])
def test_a_faulty_item_ends_the_change_or_is_left_out(world, clerk, number, behaviour, rejected):
    """sap.md 2.1: BEHAVE_WHEN_ERROR"""
    numbers = ("000090", "000010")
    rows = clerk.change(
        number,
        BEHAVE_WHEN_ERROR=behaviour,
        ORDER_ITEM_IN=[{"ITM_NUMBER": n, "REASON_REJ": "Z1"} for n in numbers],
        ORDER_ITEM_INX=[{"ITM_NUMBER": n, "UPDATEFLAG": "U", "REASON_REJ": "X"} for n in numbers],
    )
    assert ("E", "V4", "248") in clerk.said(rows)
    clerk.commit()
    assert world.order(number).items[0].rejection == rejected
