"""Constructor, config, types and exceptions (sap.md 7, points 1 and 4; sections 1.2 to 1.5)."""

import datetime as dt
import enum
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap import errors, marshal, rfc
from erp_connect.testing.mocks.sap.errors import (
    ABAPApplicationError,
    ABAPRuntimeError,
    ExternalRuntimeError,
    InterpreterKilled,
    LogonError,
    RFCError,
    RFCLibError,
)

LOGON = {"ashost": "sap.example", "sysnr": "00", "client": "100", "user": "DEMO", "passwd": "welcome"}


def echo(sap, **fields):
    return sap.call("STFC_STRUCTURE", IMPORTSTRUCT=fields, RFCTABLE=[])["ECHOSTRUCT"]


def test_a_connection_needs_parameters(world):
    """sap.md 7.1, 1.2"""
    with pytest.raises(RFCError, match=r"^Connection parameters missing$"):
        rfc.connect_to(world)()


def test_a_parameter_that_is_no_string_takes_the_process_down(world):
    """sap.md 7.1, 1.2: measured on a genuine build; what the source means to do is a setting"""
    with pytest.raises(InterpreterKilled):
        rfc.connect_to(world)(**LOGON | {"sysnr": 0})
    assert not issubclass(InterpreterKilled, Exception)
    world.settings.non_string_kills = False
    with pytest.raises(RFCError, match=r"^Connection parameter 'client' value is not string$"):
        rfc.connect_to(world)(**LOGON | {"client": 100})


def test_a_host_must_be_named(world):
    """sap.md 7.1, 1.2"""
    with pytest.raises(ExternalRuntimeError) as caught:
        rfc.connect_to(world)(user="DEMO", passwd="welcome", client="100", sysnr="00")
    assert (caught.value.code, caught.value.key) == (20, "RFC_INVALID_PARAMETER")
    assert caught.value.message == "Parameter ASHOST, GWHOST, MSHOST or SERVER_PORT is missing."


@pytest.mark.parametrize("wrong", [{"passwd": "guess"}, {"user": "NOBODY"}, {"client": "200"}])
def test_the_wrong_user_password_or_client_is_not_let_in(world, wrong):
    """sap.md 7.1, 1.2"""
    with pytest.raises(LogonError) as caught:
        rfc.connect_to(world)(**LOGON | wrong)
    assert (caught.value.code, caught.value.key) == (2, "RFC_LOGON_FAILURE")
    assert caught.value.message == "Name or password is incorrect (repeat logon)"


def test_a_destination_fills_in_what_the_ini_file_says(world):
    """sap.md 1.2: dest="""
    world.destinations["MCK"] = {key: LOGON[key] for key in ("ashost", "sysnr", "client")}
    with rfc.connect_to(world)(dest="MCK", user="DEMO", passwd="welcome") as sap:
        sap.ping()


def test_an_unknown_config_key_is_refused(world):
    """sap.md 7.1, 1.2"""
    with pytest.raises(RFCError, match=r"^Connection configuration option 'pool' is not supported$"):
        rfc.connect_to(world)({"pool": 3}, **LOGON)


def test_a_closed_connection_rejects_calls_and_pings(sap):
    """sap.md 7.1, 1.2"""
    assert sap.alive
    assert sap.get_connection_attributes()["sysId"] == "MCK"
    assert sap.get_connection_attributes()["rfcRole"] == "C"
    sap.close()
    sap.close()
    assert not sap
    assert not sap.alive
    assert sap.get_connection_attributes() == {}
    with pytest.raises(RFCError) as caught:
        sap.call("RFC_PING")
    assert str(caught.value) == (
        "Remote function module 'RFC_PING' invocation rejected because the connection is closed"
    )
    with pytest.raises(ExternalRuntimeError) as caught:
        sap.ping()
    assert (caught.value.code, caught.value.key) == (13, "RFC_INVALID_HANDLE")
    sap.reopen()
    assert sap.call("RFC_PING") == {}


def test_a_with_block_closes_and_swallows_nothing(world):
    """sap.md 1.2"""
    with pytest.raises(ZeroDivisionError), rfc.connect_to(world)(**LOGON) as sap:
        raise ZeroDivisionError
    assert not sap.alive


def test_an_unknown_function_module_is_not_found_and_the_session_is_kept(sap):
    """sap.md 7.1, 1.3"""
    handle = sap.handle
    for name in ("Z_NO_SUCH_MODULE", "rfc_ping"):
        with pytest.raises(ABAPApplicationError) as caught:
            sap.call(name)
        assert (caught.value.code, caught.value.key) == (5, "FU_NOT_FOUND")
        assert caught.value.message == f"ID:FL Type:E Number:046 {name}"
        assert (caught.value.msg_class, caught.value.msg_type, caught.value.msg_number) == ("FL", "E", "046")
        assert caught.value.msg_v1 == name
    assert sap.handle == handle


def test_a_module_name_must_be_a_string(sap):
    """sap.md 7.1, 1.3"""
    with pytest.raises(RFCError) as caught:
        sap.call(b"RFC_PING")
    assert caught.value.args[0] == "Remote function module name must be unicode string, received:"


@pytest.mark.parametrize(
    "given",
    [
        {"REQUTEX": "x"},
        {"requtext": "x"},
    ],
)
def test_an_unknown_parameter_is_refused_before_anything_is_sent(sap, given):
    """sap.md 7.1, 1.3"""
    with pytest.raises(ExternalRuntimeError) as caught:
        sap.call("STFC_CONNECTION", **given)
    assert (caught.value.code, caught.value.key) == (20, "RFC_INVALID_PARAMETER")
    assert caught.value.message == f"field '{next(iter(given))}' not found"


def test_an_unknown_field_of_a_structure_or_row_is_refused_with_the_same_words(sap):
    """sap.md 7.1, 1.3; 2.3: items have no REQ_QTY, whatever blogs say"""
    with pytest.raises(ExternalRuntimeError, match="field 'RFCINT9' not found"):
        echo(sap, RFCINT9=1)
    with pytest.raises(ExternalRuntimeError, match="field 'RFCINT9' not found"):
        sap.call("STFC_STRUCTURE", IMPORTSTRUCT={}, RFCTABLE=[{"RFCINT9": 1}])


class Colour(enum.StrEnum):
    RED = "R"


class Count(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("RFCCHAR4", None, "an string is required, received"),
        ("RFCCHAR4", 7, "an string is required, received"),
        ("RFCCHAR4", Colour.RED, "an string is required, received"),
        ("RFCFLOAT", 7, "a decimal value required, received"),
        ("RFCFLOAT", True, "a decimal value required, received"),
        ("RFCFLOAT", "A", "a decimal value required, received"),
        ("RFCFLOAT", [], "a decimal value required, received"),
        ("RFCINT4", True, "an integer required, received"),
        ("RFCINT4", "7", "an integer required, received"),
        ("RFCINT4", Decimal(7), "an integer required, received"),
        ("RFCINT4", Count.ONE, "an integer required, received"),
        ("RFCDATE", "00000000", "date value required, received"),
        ("RFCDATE", "20260230", "date value required, received"),
        ("RFCDATE", "2026-02-03", "date value required, received"),
        ("RFCDATE", dt.datetime(2026, 2, 3), "date value required, received"),  # noqa: DTZ001
        ("RFCTIME", "250000", "time value required, received"),
        ("RFCTIME", 1200, "time value required, received"),
    ],
)
def test_types_are_taken_exactly_and_the_error_tells_the_path(sap, field, value, words):
    """sap.md 7.1, 1.4: ``type(x) is T``; the path is appended innermost first"""
    with pytest.raises(TypeError) as caught:
        echo(sap, **{field: value})
    assert caught.value.args == (words, value, "of type", type(value), field, "IMPORTSTRUCT")
    with pytest.raises(TypeError) as caught:
        sap.call("STFC_STRUCTURE", IMPORTSTRUCT={}, RFCTABLE=[{field: value}])
    assert caught.value.args == (words, value, "of type", type(value), field, "RFCTABLE")


def test_numeric_text_must_be_digits(sap):
    """sap.md 7.1, 1.4: '' and blanks are no NUMC"""
    for wrong in ("", " ", "1 ", "-1", 1, None):
        with pytest.raises(TypeError) as caught:
            sap.call("BAPI_SALESORDER_SIMULATE", ORDER_ITEMS_IN=[{"ITM_NUMBER": wrong}])
        assert caught.value.args[0] == "a numeric string is required, received"
        assert caught.value.args[-2:] == ("ITM_NUMBER", "ORDER_ITEMS_IN")


def test_containers_are_taken_exactly(sap):
    """sap.md 7.1, 1.4"""
    with pytest.raises(TypeError) as caught:
        sap.call("STFC_STRUCTURE", IMPORTSTRUCT=[])
    assert caught.value.args == (
        "dictionary required for structure parameter, received",
        "<class 'list'>",
        "IMPORTSTRUCT",
    )
    for wrong in ({}, ()):
        with pytest.raises(TypeError) as caught:
            sap.call("STFC_STRUCTURE", IMPORTSTRUCT={}, RFCTABLE=wrong)
        assert caught.value.args == (
            "list required for table parameter, received",
            str(type(wrong)),
            "RFCTABLE",
        )


def test_empty_dates_and_times_are_skipped_and_eight_blanks_pass(sap):
    """sap.md 1.4"""
    back = echo(sap, RFCDATE=None, RFCTIME="")
    assert (back["RFCDATE"], back["RFCTIME"]) == ("", "000000")
    assert echo(sap, RFCDATE=" " * 8)["RFCDATE"] == " " * 8
    assert echo(sap, RFCDATE=dt.date(2026, 2, 3), RFCTIME=dt.time(8, 30))["RFCDATE"] == "20260203"


def test_unchecked_dates_pass_and_are_cut(connect):
    """sap.md 1.4: check_date=False"""
    assert echo(connect(check_date=False), RFCDATE="2026-02-03")["RFCDATE"] == "2026-02-"


def test_a_result_shows_every_field_in_its_type(sap):
    """sap.md 7.4, 1.4: CHAR stripped, dates empty when initial, times not, raw data in full length"""
    back = echo(sap, RFCCHAR4="ab  ", RFCHEX3=b"\x01")
    assert list(back)[:3] == ["RFCFLOAT", "RFCCHAR1", "RFCINT2"]
    assert back["RFCCHAR4"] == "ab"
    assert back["RFCHEX3"] == b"\x01\0\0"
    assert (back["RFCDATE"], back["RFCTIME"]) == ("", "000000")
    assert type(back["RFCFLOAT"]) is float
    assert type(back["RFCINT1"]) is int


def test_config_turns_the_conversions(connect):
    """sap.md 1.2, 1.4: rstrip, dtime, return_import_params"""
    assert echo(connect(rstrip=False), RFCCHAR4="ab")["RFCCHAR4"] == "ab  "
    back = echo(connect(dtime=True), RFCTIME="083000", RFCDATE="20260203")
    assert (back["RFCDATE"], back["RFCTIME"]) == (dt.date(2026, 2, 3), dt.time(8, 30))
    assert echo(connect(dtime=True))["RFCDATE"] is None
    with pytest.raises(ValueError, match="invalid literal"):
        echo(connect(dtime=True), RFCDATE=" " * 8)
    back = connect(return_import_params=True).call("STFC_CONNECTION", REQUTEXT="hello")
    assert list(back) == ["REQUTEXT", "ECHOTEXT", "RESPTEXT"]


def test_the_radix_is_a_setting_of_the_process(sap):
    """sap.md 1.4"""
    with pytest.raises(TypeError):
        echo(sap, RFCFLOAT="1,2")
    marshal.set_locale_radix(",")
    try:
        assert echo(sap, RFCFLOAT="1,2")["RFCFLOAT"] == 1.2
        assert echo(sap, RFCFLOAT=Decimal("1.2"))["RFCFLOAT"] == 1.2
        with pytest.raises(ExternalRuntimeError) as caught:
            echo(sap, RFCFLOAT="1.2")
    finally:
        marshal.set_locale_radix(".")
    assert (caught.value.code, caught.value.key) == (22, "RFC_CONVERSION_FAILURE")
    assert caught.value.message == (
        "Cannot convert string value 1.2 at position 1 for the field RFCFLOAT to type RFCTYPE_FLOAT"
    )


@pytest.mark.parametrize(("how", "code"), [("RFC_CONVERSION_FAILURE", 22), ("RFC_BUFFER_TOO_SMALL", 23)])
def test_text_that_is_too_long_is_refused_by_the_sdk(world, sap, how, code):
    """sap.md 1.4, 10.1: which key is not confirmed, so it is a setting"""
    world.settings.overlong = how
    with pytest.raises(ExternalRuntimeError) as caught:
        echo(sap, RFCCHAR4="12345")
    assert (caught.value.code, caught.value.key) == (code, how)
    world.settings.overlong = "truncate"
    assert echo(sap, RFCCHAR4="12345")["RFCCHAR4"] == "1234"


def test_a_missing_mandatory_import_is_a_dump_that_costs_the_session(world, sap):
    """sap.md 1.3"""
    handle = sap.handle
    with pytest.raises(ABAPRuntimeError) as caught:
        sap.call("STFC_CONNECTION")
    assert (caught.value.code, caught.value.key) == (3, "CALL_FUNCTION_PARM_MISSING")
    assert sap.alive
    assert sap.handle != handle
    world.settings.missing_mandatory_dumps = False
    assert sap.call("STFC_CONNECTION")["ECHOTEXT"] == ""


def test_errors_of_the_sdk_carry_their_parts():
    """sap.md 7.1, 1.5"""
    error = ABAPApplicationError(
        "ID:SV Type:E Number:029 T008X", 5, "TABLE_NOT_AVAILABLE", "SV", "E", "029", "T008X", "", "", ""
    )
    assert error.args == ("ID:SV Type:E Number:029 T008X",)
    assert str(error) == (
        "5 (rc=5): key=TABLE_NOT_AVAILABLE, message=ID:SV Type:E Number:029 T008X "
        "[MSG: class=SV, type=E, number=029, v1-4:=T008X;;;]"
    )
    assert str(RFCLibError("x")).startswith("28 (rc=None)")
    assert str(RFCLibError("x", 99)).startswith("?? (rc=99)")
    assert (LogonError("x").code, LogonError("x").key) == (2, "RFC_LOGON_FAILURE")
    assert issubclass(RFCLibError, RFCError)


def test_a_module_in_the_place_of_pyrfc_has_its_names(world):
    """sap.md 1.5: RFCTypeError is defined and not exported"""
    pyrfc = rfc.as_pyrfc(world)
    assert pyrfc.ABAPApplicationError is ABAPApplicationError
    assert not hasattr(pyrfc, "RFCTypeError")
    assert issubclass(errors.RFCTypeError, RFCLibError)
    with pyrfc.Connection(**LOGON) as sap:
        assert sap.call("RFC_PING") == {}


def test_a_connection_in_the_hands_of_two_threads_is_an_invalid_handle(sap):
    """sap.md 1.5, 1.7"""
    with sap._alone(), pytest.raises(ExternalRuntimeError) as caught:
        sap.call("RFC_PING")
    assert (caught.value.code, caught.value.key) == (13, "RFC_INVALID_HANDLE")


def test_an_interface_can_be_asked_for_in_any_case(world, sap):
    """sap.md 1.3: names are put in capitals by the description only; 2.2: releases differ in MATERIAL_LONG"""
    described = sap.get_function_description("stfc_structure")
    assert described.name == "STFC_STRUCTURE"
    (table,) = [p for p in described.parameters if p["parameter_type"] == "RFCTYPE_TABLE"]
    assert (table["name"], table["direction"]) == ("RFCTABLE", "RFC_TABLES")
    assert table["type_description"].name == "RFCTEST"
    char4 = next(f for f in table["type_description"].fields if f["name"] == "RFCCHAR4")
    assert (char4["field_type"], char4["nuc_length"], char4["uc_length"]) == ("RFCTYPE_CHAR", 4, 8)


def test_numbers_out_of_range_cannot_be_converted(sap):
    """sap.md 1.5: code 22"""
    for field, value in (
        ("RFCINT1", 256),
        ("RFCINT2", 2**15),
        ("RFCINT4", -(2**31) - 1),
        ("RFCFLOAT", "nan"),
    ):
        with pytest.raises(ExternalRuntimeError) as caught:
            echo(sap, **{field: value})
        assert (caught.value.code, caught.value.key) == (22, "RFC_CONVERSION_FAILURE")
    line = {"ITM_NUMBER": "000010", "REQ_QTY": Decimal(10**10)}
    with pytest.raises(ExternalRuntimeError, match="for the field REQ_QTY to type RFCTYPE_BCD"):
        sap.call("BAPI_SALESORDER_SIMULATE", ORDER_SCHEDULE_IN=[line])


def test_a_packed_number_takes_all_its_digits(sap):
    """sap.md 1.4: P29.9"""
    condition = {"COND_VALUE": Decimal("12345678901234567890.123456789")}
    header = {"ORDER_HEADER_IN": {}, "ORDER_PARTNERS": []}
    back = sap.call("BAPI_SALESORDER_CREATEFROMDAT2", **header, ORDER_CONDITIONS_IN=[condition])
    assert back["ORDER_CONDITIONS_IN"][0]["COND_VALUE"] == Decimal("12345678901234567890.123456789")


def test_raw_data_is_bytes(sap):
    """sap.md 1.4"""
    assert echo(sap, RFCHEX3=bytearray(b"abc"))["RFCHEX3"] == b"abc"
    with pytest.raises(TypeError):
        echo(sap, RFCHEX3="abc")
    with pytest.raises(ExternalRuntimeError):
        echo(sap, RFCHEX3=b"abcd")


def test_a_row_that_is_no_dict_has_no_such_field(sap):
    """sap.md 1.3: plain values are rows of single-column tables only"""
    with pytest.raises(ExternalRuntimeError, match="field '' not found"):
        sap.call("STFC_STRUCTURE", IMPORTSTRUCT={}, RFCTABLE=["abc"])


def test_times_are_checked_or_not(connect):
    """sap.md 1.2: check_time"""
    assert echo(connect(check_time=False), RFCTIME="250000")["RFCTIME"] == "250000"
