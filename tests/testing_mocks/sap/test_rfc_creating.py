"""BAPI_SALESORDER_CREATEFROMDAT2 and _SIMULATE (sap.md 7, points 5, 6 and 12; sections 2.1 to 2.4)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap import fulfilling, rfc
from erp_connect.testing.mocks.sap.errors import ExternalRuntimeError
from erp_connect.testing.mocks.sap.messages import Message

VALVE = "62".zfill(18)


def items(*rows):
    """ORDER_ITEMS_IN, one for each material and quantity, and no schedule lines."""
    numbered = [
        {"ITM_NUMBER": str(10 * n).zfill(6), "MATERIAL": material, "TARGET_QTY": Decimal(quantity)}
        for n, (material, quantity) in enumerate(rows, 1)
    ]
    return {"ORDER_ITEMS_IN": numbered, "ORDER_SCHEDULES_IN": None}


def test_a_create_answers_with_its_number_and_a_row_for_each_part(clerk):
    """sap.md 7.6, 2.3: V4 233 for header, item and schedule line, V1 311 at the end"""
    answer = clerk.create()
    assert answer["SALESDOCUMENT"] == "0000016023"
    header, item, line, saved = answer["RETURN"]
    assert clerk.said([header, item, line]) == [("S", "V4", "233")] * 3
    assert header["MESSAGE"] == "SALES_HEADER_IN has been processed successfully"
    assert (header["MESSAGE_V1"], header["PARAMETER"], header["ROW"]) == ("VBAKKOM", "SALES_HEADER_IN", 0)
    assert (item["MESSAGE_V1"], item["MESSAGE_V2"], item["ROW"]) == ("VBAPKOM", "000010", 1)
    assert line["MESSAGE_V1"] == "VBEPKOM"
    assert (saved["ID"], saved["NUMBER"], saved["MESSAGE"]) == (
        "V1",
        "311",
        "Standard Order 16023 has been saved",
    )
    assert (saved["MESSAGE_V1"], saved["MESSAGE_V2"]) == ("Standard Order", "16023")
    assert (saved["LOG_MSG_NO"], saved["ROW"]) == ("000000", 0)


def test_every_table_is_in_the_answer_and_those_sent_come_back(clerk):
    """sap.md 7.4, 1.3"""
    answer = clerk.create()
    assert answer["ORDER_CFGS_VALUE"] == []
    assert answer["ORDER_ITEMS_IN"][0]["TARGET_QTY"] == Decimal("5.000")
    assert answer["ORDER_ITEMS_IN"][0]["HG_LV_ITEM"] == "000000"
    assert "ORDER_HEADER_IN" not in answer


def test_a_table_that_is_not_requested_comes_back_empty(clerk):
    """sap.md 1.3: not_requested"""
    answer = clerk.sap.call(
        "BAPISDORDER_GETDETAILEDLIST",
        options={"not_requested": ["SALES_DOCUMENTS", "ORDER_CFGS_CUVALS_OUT"]},
        I_BAPI_VIEW={"HEADER": "X"},
        SALES_DOCUMENTS=[{"VBELN": "0000016023"}],
    )
    assert answer["SALES_DOCUMENTS"] == []
    with pytest.raises(ExternalRuntimeError, match="field 'NO_SUCH_TABLE' not found"):
        clerk.sap.call("RFC_PING", {"not_requested": "NO_SUCH_TABLE"})


@pytest.mark.parametrize("field", ["REQ_QTY", "COND_VALUE", "SALES_ORG"])
def test_items_have_no_such_fields_whatever_examples_say(clerk, field):
    """sap.md 7.1, 2.3"""
    with pytest.raises(ExternalRuntimeError, match=f"field '{field}' not found"):
        clerk.create(ORDER_ITEMS_IN=[{"ITM_NUMBER": "000010", field: "x"}])


@pytest.mark.parametrize("number", ["1234", " 1234", "00001234"])
def test_an_unpadded_customer_is_not_found(world, clerk, number):
    """sap.md 7.5: never padded by the mock"""
    answer = clerk.create(ORDER_PARTNERS=[{"PARTN_ROLE": "AG", "PARTN_NUMB": number}])
    assert answer["SALESDOCUMENT"] == ""
    assert clerk.said(answer["RETURN"])[0] == ("E", "VP", "204")
    clerk.commit()
    assert world.orders == {}


def test_an_unpadded_material_and_an_unpadded_order_are_not_found(clerk):
    """sap.md 7.5"""
    assert ("E", "V1", "382") in clerk.said(clerk.create(**items(("62", 1)))["RETURN"])
    clerk.ordered()
    assert clerk.status("16023")["RETURN"]["CODE"] == "V1302"
    assert clerk.read("16023", view=["HEADER"])["ORDER_HEADERS_OUT"] == []
    assert clerk.said(clerk.change("16023"))[0] == ("E", "V1", "302")


def test_a_faulty_item_ends_the_create_with_the_cause_and_the_epilogue(world, clerk):
    """sap.md 7.6, 2.18: V1 382, then V4 248 and V4 219 with two blanks"""
    answer = clerk.create(**items((VALVE, 1), ("NO-SUCH", 1), ("NEITHER", 1)))
    assert answer["SALESDOCUMENT"] == ""
    cause, error_in, not_changed = answer["RETURN"][-3:]
    assert (cause["ID"], cause["NUMBER"], cause["PARAMETER"], cause["ROW"]) == (
        "V1",
        "382",
        "SALES_ITEM_IN",
        2,
    )
    assert [cause[f"MESSAGE_V{n}"] for n in (1, 2, 3, 4)] == ["NO-SUCH", "1000", "10", "E"]
    assert (error_in["ID"], error_in["NUMBER"]) == ("V4", "248")
    assert error_in["MESSAGE"] == "Error in SALES_ITEM_IN 000020"
    assert (not_changed["NUMBER"], not_changed["MESSAGE"]) == ("219", "Sales document  was not changed")
    assert "NEITHER" not in str(answer["RETURN"])
    clerk.commit()
    assert world.orders == {}


def test_behave_when_error_p_saves_what_is_left_and_r_does_not(world, clerk):
    """sap.md 2.1"""
    faulty = items((VALVE, 1), ("NO-SUCH", 1))
    answer = clerk.create(BEHAVE_WHEN_ERROR="R", **faulty)
    assert answer["SALESDOCUMENT"] == ""
    clerk.commit()
    assert world.orders == {}
    answer = clerk.create(BEHAVE_WHEN_ERROR="P", **faulty)
    assert {("E", "V1", "382"), ("S", "V1", "311")} <= set(clerk.said(answer["RETURN"]))
    clerk.commit()
    assert [item.material for item in world.order(answer["SALESDOCUMENT"]).items] == [VALVE]


def test_a_user_exit_can_add_an_error_to_a_success(world, clerk):
    """sap.md 7.6, 2.18: never assume that E means not created"""
    world.exit_rows = [Message("E", "Z_EOR_ERR_ITM", "001", "Check the item")]
    answer = clerk.create()
    assert clerk.said(answer["RETURN"])[-2:] == [("S", "V1", "311"), ("E", "Z_EOR_ERR_ITM", "001")]
    clerk.commit()
    assert list(world.orders) == [answer["SALESDOCUMENT"]] == ["0000016023"]


def test_an_incomplete_order_is_saved_with_a_warning(world, clerk):
    """sap.md 7.6, 2.3: W V1 555"""
    del world.prices[VALVE, "EUR"]
    answer = clerk.create()
    assert clerk.said(answer["RETURN"])[-2:] == [("W", "V1", "555"), ("S", "V1", "311")]
    clerk.commit()
    status = clerk.read(answer["SALESDOCUMENT"], view=["STATUS_H"])["ORDER_STATUSHEADERS_OUT"]
    assert status[0]["GENINCOMHD"] == "B"


def test_a_test_run_draws_no_number_and_saves_nothing(world, clerk):
    """sap.md 2.1: TESTRUN, success rows V4 233 only"""
    answer = clerk.create(TESTRUN="X")
    assert answer["SALESDOCUMENT"] == ""
    assert set(clerk.said(answer["RETURN"])) == {("S", "V4", "233")}
    clerk.commit()
    assert world.orders == {}
    assert clerk.create()["SALESDOCUMENT"] == "0000016023"


def test_only_flagged_fields_count_once_flags_are_sent(world, clerk):
    """sap.md 2.1: X-structures on create"""
    flags = dict.fromkeys(("DOC_TYPE", "SALES_ORG", "DISTR_CHAN", "DIVISION", "PURCH_NO_C"), "X")
    number = clerk.ordered(header={"REF_1": "dropped"}, ORDER_HEADER_INX=flags | {"UPDATEFLAG": "I"})
    assert world.order(number).fields["PURCH_NO_C"] == "PO-4711"
    assert world.order(number).fields["REF_1"] == ""
    flags = [{"ITM_NUMBER": "000010", "UPDATEFLAG": "I", "TARGET_QTY": "X"}]
    assert ("E", "V1", "382") in clerk.said(clerk.create(ORDER_ITEMS_INX=flags)["RETURN"])


def test_order_type_and_roles_are_internal_unless_they_are_to_be_converted(world, clerk):
    """sap.md 7.12, 2.1: TA and AG, or OR and SP with CONVERT"""
    external = {
        "header": {"DOC_TYPE": "OR"},
        "ORDER_PARTNERS": [{"PARTN_ROLE": "SP", "PARTN_NUMB": "0000001234"}],
    }
    assert ("E", "V1", "320") in clerk.said(clerk.create(**external)["RETURN"])
    number = clerk.ordered(CONVERT="X", **external)
    assert world.order(number).type == "TA"
    assert world.order(number).sold_to == "0000001234"
    assert ("E", "V1", "320") in clerk.said(clerk.create(CONVERT="X")["RETURN"])


def test_units_are_internal_codes_with_an_iso_twin(world, clerk):
    """sap.md 7.12, 2.2: ST and PCE mean the piece; PC, as screens show it, is no unit here"""
    carton = [{"ITM_NUMBER": "000010", "MATERIAL": VALVE, "TARGET_QTY": Decimal(2), "T_UNIT_ISO": "CT"}]
    number = clerk.ordered(ORDER_ITEMS_IN=carton, ORDER_SCHEDULES_IN=None)
    (item,) = clerk.read(number, view=["ITEM"])["ORDER_ITEMS_OUT"]
    assert (item["SALES_UNIT"], item["ISOCODUNIT"], item["BASE_UOM"]) == ("KAR", "CT", "ST")
    assert item["NET_VALUE"] == Decimal("300.000000000")
    wrong = [carton[0] | {"T_UNIT_ISO": "", "TARGET_QU": "PC"}]
    assert ("E", "V4", "248") in clerk.said(
        clerk.create(ORDER_ITEMS_IN=wrong, ORDER_SCHEDULES_IN=None)["RETURN"]
    )


def test_currency_fields_are_shifted_and_bapi_amounts_are_not(world, clerk):
    """sap.md 7.12, 2.2: JPY 5000 is 50.00 in a CURR field; KWD 1.234 is 12.34"""
    number = clerk.ordered(ORDER_PARTNERS=[{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000002000"}])
    (row,) = clerk.status(number)["STATUSINFO"]
    assert (row["CURRENCY"], row["NET_VALUE"], row["NET_PRICE"]) == (
        "JPY",
        Decimal("50.00"),
        Decimal("10.00"),
    )
    (header,) = clerk.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"]
    assert header["NET_VAL_HD"] == Decimal("5000.000000000")
    answer = clerk.sap.call("RFC_READ_TABLE", QUERY_TABLE="VBAK", FIELDS=[{"FIELDNAME": "NETWR"}])
    assert answer["DATA"][0]["WA"].strip() == "50.00"
    world.prices[VALVE, "KWD"] = Decimal("0.617")
    number = clerk.ordered(header={"CURRENCY": "KWD"}, **items((VALVE, 2)))
    assert clerk.status(number)["STATUSINFO"][0]["NET_VALUE"] == Decimal("12.34")
    (header,) = clerk.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"]
    assert header["NET_VAL_HD"] == Decimal("1.234")


def test_a_number_from_outside_needs_an_order_type_for_it(world, clerk):
    """sap.md 2.3: SALESDOCUMENTIN"""
    assert clerk.create(SALESDOCUMENTIN="WEB0000001")["SALESDOCUMENT"] == ""
    assert clerk.ordered(SALESDOCUMENTIN="WEB0000001", header={"DOC_TYPE": "ZEX"}) == "WEB0000001"
    assert list(world.orders) == ["WEB0000001"]
    assert clerk.create(SALESDOCUMENTIN="WEB0000001", header={"DOC_TYPE": "ZEX"})["SALESDOCUMENT"] == ""


def test_items_numbered_by_the_system_must_come_without_a_number(world, clerk):
    """sap.md 2.1: INT_NUMBER_ASSIGNMENT"""
    assert clerk.create(INT_NUMBER_ASSIGNMENT="X")["SALESDOCUMENT"] == ""
    rows = [{"MATERIAL": VALVE, "TARGET_QTY": Decimal(n)} for n in (1, 2)]
    number = clerk.ordered(INT_NUMBER_ASSIGNMENT="X", ORDER_ITEMS_IN=rows, ORDER_SCHEDULES_IN=None)
    assert [item.number for item in world.order(number).items] == ["000010", "000020"]


def test_whether_a_target_quantity_alone_is_scheduled_is_a_setting(world, clerk):
    """sap.md 2.3, 10.8"""
    assert world.order(clerk.ordered(**items((VALVE, 3)))).items[0].quantity == 3
    world.settings.target_quantity_schedules = False
    assert world.order(clerk.ordered(**items((VALVE, 3)))).items[0].quantity == 0


@pytest.mark.parametrize(("check", "created"), [("", True), ("W", True), ("E", False)])
def test_a_purchase_order_number_used_before_is_what_customizing_says(world, clerk, check, created):
    """sap.md 2.18, 2.19"""
    world.settings.duplicate_check = check
    clerk.ordered()
    answer = clerk.create()
    assert bool(answer["SALESDOCUMENT"]) is created
    assert ((check, "V4", "115") in clerk.said(answer["RETURN"])) is bool(check)


def test_a_customer_beyond_the_credit_limit_is_blocked_for_delivery(world, clerk):
    """sap.md 2.17: CMGST B is not OK"""
    world.customers["0000001234"].credit_limit = Decimal(10)
    number = clerk.ordered()
    (status,) = clerk.read(number, view=["STATUS_H"])["ORDER_STATUSHEADERS_OUT"]
    assert status["TOTSTATCCH"] == "B"
    with pytest.raises(ValueError, match="blocked for delivery"):
        fulfilling.deliver(world, number)
    fulfilling.release_credit(world, number)
    assert fulfilling.deliver(world, number)


def test_prices_entered_by_hand_and_percentages_as_they_are(clerk):
    """sap.md 2.2: ten percent is 10"""
    conditions = [
        {"ITM_NUMBER": "000010", "COND_TYPE": "PR00", "COND_VALUE": Decimal(10), "CURRENCY": "EUR"},
        {"ITM_NUMBER": "000010", "COND_TYPE": "K007", "COND_VALUE": Decimal(10)},
    ]
    number = clerk.ordered(ORDER_CONDITIONS_IN=conditions)
    answer = clerk.read(number, view=["ITEM", "SDCOND"])
    assert answer["ORDER_ITEMS_OUT"][0]["NET_VALUE"] == Decimal(45)
    assert [row["COND_TYPE"] for row in answer["ORDER_CONDITIONS_OUT"]] == ["PR00", "K007"]


def test_the_logon_language_speaks_and_the_numbers_stay(world):
    """sap.md 2.2: texts follow the logon language"""
    logon = {"ashost": "sap.example", "sysnr": "00", "client": "100", "user": "DEMO", "passwd": "welcome"}
    with rfc.connect_to(world)(**logon, lang="DE") as sap:
        answer = sap.call(
            "BAPI_SALESORDER_CREATEFROMDAT2",
            ORDER_HEADER_IN={"DOC_TYPE": "TA"},
            ORDER_PARTNERS=[{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
            ORDER_ITEMS_IN=[{"ITM_NUMBER": "000010", "MATERIAL": VALVE, "TARGET_QTY": Decimal(1)}],
        )
    assert answer["RETURN"][-1]["MESSAGE_V1"] == "Terminauftrag"
    assert answer["RETURN"][-1]["NUMBER"] == "311"


def basket(**row):
    return {
        "ORDER_HEADER_IN": {"DOC_TYPE": "TA", "SALES_ORG": "1000", "DISTR_CHAN": "10", "DIVISION": "00"},
        "ORDER_PARTNERS": [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
        "ORDER_ITEMS_IN": [{"ITM_NUMBER": "000010", "MATERIAL": VALVE, "REQ_QTY": "0000000002000"} | row],
    }


def test_a_simulation_prices_quantities_in_thousandths_and_saves_nothing(world, clerk):
    """sap.md 2.4, 2.2: NUMC 13 with three implied decimals"""
    answer = clerk.sap.call("BAPI_SALESORDER_SIMULATE", **basket())
    assert answer["RETURN"]["TYPE"] == ""
    (item,) = answer["ORDER_ITEMS_OUT"]
    assert (item["NET_VALUE1"], item["REQ_QTY"]) == (Decimal("25.0000"), Decimal("2.000"))
    assert item["QTY_REQ_DT"] == "0000000002000"
    assert answer["ORDER_SCHEDULE_EX"][0]["CONFIR_QTY"] == Decimal("2.000")
    assert answer["SOLD_TO_PARTY"]["SOLD_TO"] == "0000001234"
    assert answer["SHIP_TO_PARTY"]["SHIP_TO"] == "0000001235"
    assert answer["SALESDOCUMENT"] == ""
    clerk.commit()
    assert world.orders == {}


def test_a_simulation_of_an_unknown_material_says_so(clerk):
    """sap.md 2.4: errors in RETURN or in MESSAGETABLE"""
    answer = clerk.sap.call("BAPI_SALESORDER_SIMULATE", **basket(MATERIAL="NO-SUCH"))
    assert (answer["RETURN"]["TYPE"], answer["RETURN"]["CODE"]) == ("E", "V1382")
    assert ("E", "V1", "382") in clerk.said(answer["MESSAGETABLE"])


def test_a_release_without_long_material_numbers_does_not_know_the_field(world, clerk):
    """sap.md 2.2"""
    long = [{"ITM_NUMBER": "000010", "MATERIAL_LONG": VALVE, "TARGET_QTY": Decimal(1)}]
    assert clerk.ordered(ORDER_ITEMS_IN=long, ORDER_SCHEDULES_IN=None)
    world.settings.long_material = False
    with pytest.raises(ExternalRuntimeError, match="field 'MATERIAL_LONG' not found"):
        clerk.create(ORDER_ITEMS_IN=long)
    number = clerk.ordered()
    assert "MATERIAL_LONG" not in clerk.read(number, view=["ITEM"])["ORDER_ITEMS_OUT"][0]


def test_a_missing_sales_area_is_taken_from_the_customer_unless_it_has_several(world, clerk):
    """sap.md 2.3: derived from the partner, error if ambiguous"""
    nowhere = {"SALES_ORG": "", "DISTR_CHAN": "", "DIVISION": ""}
    number = clerk.ordered(header=nowhere)
    assert world.order(number).fields["SALES_ORG"] == "1000"
    world.customers["0000001234"].areas = (("1000", "10", "00"), ("2000", "10", "00"))
    assert ("E", "V1", "319") in clerk.said(clerk.create(header=nowhere)["RETURN"])


@pytest.mark.parametrize(
    ("header", "message"),
    [({"SALES_ORG": "9999"}, ("E", "V1", "319")), ({"SALES_ORG": "2000"}, ("E", "VP", "112"))],
)
def test_a_sales_area_must_exist_and_be_the_customers(world, clerk, header, message):
    """sap.md 2.18"""
    world.sales_areas.add(("2000", "10", "00"))
    answer = clerk.create(header=header)
    assert message in clerk.said(answer["RETURN"])
    assert answer["SALESDOCUMENT"] == ""


def test_an_order_without_a_sold_to_party_is_refused(clerk):
    """sap.md 2.3: at least AG"""
    answer = clerk.create(ORDER_PARTNERS=[{"PARTN_ROLE": "WE", "PARTN_NUMB": "0000001234"}])
    assert clerk.said(answer["RETURN"])[0] == ("E", "VP", "199")


def test_a_ship_to_address_may_stand_in_the_partner_row(world, clerk):
    """sap.md 2.3: free-text address"""
    partners = [
        {"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"},
        {"PARTN_ROLE": "WE", "PARTN_NUMB": "0000001235", "NAME": "Site 7", "CITY": "Kiel", "COUNTRY": "DE"},
    ]
    answer = clerk.read(clerk.ordered(ORDER_PARTNERS=partners), view=["PARTNER", "ADDRESS"])
    (ship_to,) = [row for row in answer["ORDER_PARTNERS_OUT"] if row["PARTN_ROLE"] == "WE"]
    (address,) = [row for row in answer["ORDER_ADDRESS_OUT"] if row["ADDRESS"] == ship_to["ADDRESS"]]
    assert (address["NAME"], address["CITY"]) == ("Site 7", "Kiel")


def test_surplus_decimals_are_rounded_or_refused(world, clerk):
    """sap.md 1.4: the page is silent, so it is a setting"""
    line = {"ITM_NUMBER": "000010", "SCHED_LINE": "0001", "REQ_QTY": Decimal("2.0005")}
    number = clerk.ordered(ORDER_SCHEDULES_IN=[line])
    assert world.order(number).items[0].quantity == Decimal("2.001")
    world.settings.round_decimals = False
    with pytest.raises(ExternalRuntimeError) as caught:
        clerk.create(ORDER_SCHEDULES_IN=[line])
    assert caught.value.code == 22


def test_schedule_lines_are_named_in_return_or_not(world, clerk):
    """sap.md 2.3: schedule lines produce rows too, as a setting"""
    world.settings.schedule_line_messages = False
    assert len(clerk.create()["RETURN"]) == 3
