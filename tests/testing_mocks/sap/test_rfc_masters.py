"""Materials, customers, deliveries, availability (sap.md 2.10, 2.13, 2.14)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.errors import ABAPApplicationError

VALVE, GASKET = "62".zfill(18), "63".zfill(18)


def asked(sap, material, *rows):
    return sap.call(
        "BAPI_MATERIAL_AVAILABILITY", PLANT="1000", MATERIAL=material, UNIT="ST", WMDVSX=list(rows)
    )


def test_availability_is_a_situation_or_a_confirmation(clerk):
    """sap.md 2.13: without a quantity what there is; with one what is confirmed"""
    answer = asked(clerk.sap, VALVE)
    assert (answer["AV_QTY_PLT"], answer["DIALOGFLAG"], answer["RETURN"]["TYPE"]) == (100, "", "")
    answer = asked(clerk.sap, VALVE, {"REQ_DATE": "20260304", "REQ_QTY": Decimal(130)})
    assert answer["DIALOGFLAG"] == "X"
    shown = [(row["COM_DATE"], row["COM_QTY"]) for row in answer["WMDVEX"]]
    assert shown == [("20260304", 100), ("20260312", 30)]
    answer = asked(clerk.sap, "PUMP-A", {"REQ_DATE": "20260304", "REQ_QTY": Decimal(130)})
    assert answer["DIALOGFLAG"] == "N"


def test_what_is_promised_to_an_order_is_not_available(world, clerk):
    """sap.md 2.13: until it is rejected, deleted, or has left"""
    number = clerk.ordered()
    assert asked(clerk.sap, VALVE)["AV_QTY_PLT"] == 95
    delivery = fulfilling.deliver(world, number)
    assert asked(clerk.sap, VALVE)["AV_QTY_PLT"] == 95
    fulfilling.post_goods_issue(world, delivery)
    assert asked(clerk.sap, VALVE)["AV_QTY_PLT"] == 95
    gone = clerk.ordered()
    clerk.change(gone, header_flag="D")
    clerk.commit()
    assert asked(clerk.sap, VALVE)["AV_QTY_PLT"] == 95


def test_an_unknown_material_is_said_in_the_old_structure(clerk):
    """sap.md 2.1, 2.13: BAPIRETURN, class and number in one code"""
    assert asked(clerk.sap, "62")["RETURN"]["CODE"] == "M3305"
    answer = clerk.sap.call("BAPI_MATERIAL_GET_DETAIL", MATERIAL="62")
    assert answer["RETURN"]["CODE"] == "M3305"
    answer = clerk.sap.call("BAPI_MATERIAL_GET_DETAIL", MATERIAL=VALVE)
    general = answer["MATERIAL_GENERAL_DATA"]
    assert (general["MATL_DESC"], general["BASE_UOM"], general["BASE_UOM_ISO"]) == (
        "Ball valve 20 mm",
        "ST",
        "PCE",
    )


def test_lists_go_by_ranges_and_need_one(clerk):
    """sap.md 2.13, 2.14"""

    def materials(*ranges):
        answer = clerk.sap.call("BAPI_MATERIAL_GETLIST", MATNRSELECTION=list(ranges))
        return [row["MATERIAL"] for row in answer["MATNRLIST"]], clerk.said(answer["RETURN"])

    between = {"SIGN": "I", "OPTION": "BT", "MATNR_LOW": VALVE, "MATNR_HIGH": GASKET}
    assert materials(between) == ([VALVE, GASKET], [])
    assert materials(between, {"SIGN": "E", "OPTION": "EQ", "MATNR_LOW": VALVE}) == ([GASKET], [])
    assert materials({"SIGN": "I", "OPTION": "CP", "MATNR_LOW": "PUMP*"}) == (["PUMP-A"], [])
    assert materials()[1][0][0] == "E"
    answer = clerk.sap.call(
        "BAPI_CUSTOMER_GETLIST", IDRANGE=[{"SIGN": "I", "OPTION": "GE", "LOW": "0000001235"}], MAXROWS=1
    )
    assert [(row["CUSTOMER"], row["CITY"]) for row in answer["ADDRESSDATA"]] == [("0000001235", "Hamburg")]
    assert clerk.sap.call("BAPI_CUSTOMER_GETLIST", IDRANGE=[])["RETURN"]["TYPE"] == "E"


def test_a_delivery_shows_where_the_goods_are(world, clerk):
    """sap.md 2.10: German field names; the items only when asked for"""
    delivery = fulfilling.deliver(world, clerk.ordered())
    fulfilling.post_goods_issue(world, delivery, bill_of_lading="1Z-1")

    def listed(**control):
        return clerk.sap.call(
            "BAPI_DELIVERY_GETLIST",
            IS_DLV_DATA_CONTROL=control,
            IT_VBELN=[{"SIGN": "I", "OPTION": "EQ", "DELIV_NUMB_LOW": delivery}],
        )

    (header,) = listed()["ET_DELIVERY_HEADER"]
    assert (header["BOLNR"], header["WADAT_IST"], header["KUNNR"]) == ("1Z-1", "20260302", "0000001235")
    assert listed()["ET_DELIVERY_ITEM"] == []
    assert [row["LFIMG"] for row in listed(ITEM="X")["ET_DELIVERY_ITEM"]] == [5]


@pytest.mark.parametrize(
    "name",
    [
        *("BAPI_BILLINGDOC_GETLIST", "BAPI_BILLINGDOC_GETDETAIL", "BAPI_BILLINGDOC_CREATEMULTIPLE"),
        *("BAPI_CUSTOMER_GETDETAIL1", "BAPI_CUSTOMER_CHANGEFROMDATA1", "BAPI_CUSTOMERRETURN_CHANGE"),
        *("BAPI_GOODSMVT_CREATE", "BAPI_PO_GETITEMS", "WS_DELIVERY_UPDATE", "BAPI_OUTB_DELIVERY_CONFIRM_DEC"),
    ],
)
def test_what_has_no_published_interface_does_not_exist(clerk, name):
    """sap.md line 1198: function module not found, rather than a pretence"""
    with pytest.raises(ABAPApplicationError) as caught:
        clerk.sap.call(name)
    assert caught.value.key == "FU_NOT_FOUND"


def test_a_customer_is_there_or_not_and_its_fields_are_a_setting(world, clerk):
    """sap.md line 566: the structures are named, and RETURN is a BAPIRET1; line 1198: their fields are not on record"""

    def read(number):
        return clerk.sap.call("BAPI_CUSTOMER_GETDETAIL2", CUSTOMERNO=number)

    missing = read("1234")["RETURN"]
    assert set(missing) == {"TYPE", "ID", "NUMBER", "MESSAGE"}
    assert (missing["TYPE"], missing["MESSAGE"]) == ("E", "Customer 1234 does not exist")
    found = read("0000001234")
    assert (found["RETURN"]["TYPE"], found["CUSTOMERADDRESS"]) == ("", {})
    world.settings.more_fields = {"BAPICUSTOMER_04": {"NAME": "C40", "CITY": "C40", "TELEPHONE": "C30"}}
    assert read("0000001234")["CUSTOMERADDRESS"] == {
        "NAME": "Harbour Pumps",
        "CITY": "Hamburg",
        "TELEPHONE": "",
    }
