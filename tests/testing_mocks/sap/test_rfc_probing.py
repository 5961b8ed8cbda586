"""The modules for smoke tests (sap.md 7, point 13)."""


def test_a_ping_answers_with_nothing(sap):
    """sap.md 7.13"""
    sap.ping()
    assert sap.call("RFC_PING") == {}


def test_a_text_comes_back(sap):
    """sap.md 7.13"""
    back = sap.call("STFC_CONNECTION", REQUTEXT="Grüße")
    assert back["ECHOTEXT"] == "Grüße"
    assert "Sysid: MCK" in back["RESPTEXT"]
    assert "20260302" in back["RESPTEXT"]


def test_a_structure_comes_back_and_the_table_has_one_row_more(sap):
    """sap.md 7.13: the rows that were sent are in the result, and one appended"""
    row = {"RFCCHAR4": "ABCD", "RFCINT4": 345, "RFCFLOAT": 1.5}
    back = sap.call("STFC_STRUCTURE", IMPORTSTRUCT=row, RFCTABLE=[row, row])
    assert back["ECHOSTRUCT"]["RFCINT4"] == 345
    assert len(back["RFCTABLE"]) == 3
    assert back["RFCTABLE"][1]["RFCINT4"] == 345
    assert (back["RFCTABLE"][2]["RFCINT4"], back["RFCTABLE"][2]["RFCFLOAT"]) == (346, 2.5)


def test_the_system_tells_its_name(sap):
    """sap.md 7.13"""
    assert sap.call("RFC_SYSTEM_INFO")["RFCSI_EXPORT"]["RFCSYSID"] == "MCK"
