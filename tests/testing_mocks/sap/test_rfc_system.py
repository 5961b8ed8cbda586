"""What a system's customizing decides: units, currencies, time zone, reasons, statuses (sap.md 2.2, 2.10, 2.18)."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.sap import fulfilling, rfc
from erp_connect.testing.mocks.sap.documents import Customer
from erp_connect.testing.mocks.sap.world import World

VALVE = "62".zfill(18)
ONE_BOX = {"ITM_NUMBER": "000010", "MATERIAL": VALVE, "TARGET_QTY": Decimal(1), "TARGET_QU": "KAR"}


def read_table(sap, table, *columns):
    """The rows of a table, each column stripped."""
    answer = sap.call("RFC_READ_TABLE", QUERY_TABLE=table, FIELDS=[{"FIELDNAME": name} for name in columns])
    places = [(int(field["OFFSET"]), int(field["LENGTH"])) for field in answer["FIELDS"]]
    return [tuple(row["WA"][at : at + wide].strip() for at, wide in places) for row in answer["DATA"]]


def test_the_document_flow_counts_in_base_units(world, clerk):
    """sap.md line 465: REF_QTY stands beside BASE_UOM; line 519: so do RFMNG and MEINS"""
    number = clerk.ordered(ORDER_ITEMS_IN=[ONE_BOX], ORDER_SCHEDULES_IN=None)
    delivery = fulfilling.deliver(world, number)
    fulfilling.post_goods_issue(world, delivery)
    fulfilling.bill(world, delivery)
    flow = clerk.read(number, view=["FLOW"])["ORDER_FLOWS_OUT"]
    assert [row["DOC_CAT_SD"] for row in flow] == ["J", "R", "M"]
    for row in flow:
        assert (row["REF_QTY"], row["BASE_UOM"], row["T_UNIT_ISO"]) == (12, "ST", "PCE")
        assert (row["SALES_UNIT"], row["ISOCODUNIT"]) == ("KAR", "CT")
    assert set(read_table(clerk.sap, "VBFA", "RFMNG", "MEINS")) == {("12.000", "ST")}


@pytest.mark.parametrize(
    ("currency", "real", "held"),
    [("CLF", "1.2345", "123.45"), ("JPY", "1000", "10.00"), ("KWD", "1.234", "12.34")],
)
def test_amounts_are_shifted_by_the_decimals_of_their_currency(world, clerk, currency, real, held):
    """sap.md line 203: CURR fields hold two decimals whatever the currency has"""
    world.add(Customer("3000", "Far away", currency=currency))
    world.prices[VALVE, currency] = Decimal(real)
    buyer = [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000003000"}]
    item = {"ITM_NUMBER": "000010", "MATERIAL": VALVE, "TARGET_QTY": Decimal(1)}
    number = clerk.ordered(ORDER_PARTNERS=buyer, ORDER_ITEMS_IN=[item], ORDER_SCHEDULES_IN=None)
    assert clerk.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"][0]["NET_VAL_HD"] == Decimal(real)
    assert clerk.status(number)["STATUSINFO"][0]["NET_VALUE"] == Decimal(held)
    assert read_table(clerk.sap, "VBAK", "NETWR", "WAERK") == [(held, currency)]


def test_the_decimals_of_a_currency_are_customizing(world, clerk):
    """sap.md line 203: what is not in TCURX has two"""
    assert world.currency_decimals("EUR") == 2
    world.settings.decimals["EUR"] = 3
    number = clerk.ordered()
    assert clerk.status(number)["STATUSINFO"][0]["NET_VALUE"] == 625


def test_reasons_for_rejection_can_be_looked_up(world, clerk):
    """sap.md line 364: table TVAG, customer-specific"""
    world.settings.rejection_reasons = ("Z1", "Z7")
    assert read_table(clerk.sap, "TVAG", "ABGRU") == [("Z1",), ("Z7",)]


@pytest.mark.parametrize(
    ("month", "zone", "summer", "written"),
    [(1, "3600", "", ("20260115", "003000")), (7, "3600", "X", ("20260715", "013000"))],
)
def test_the_system_tells_its_time_zone_and_writes_local_time(month, zone, summer, written):
    """sap.md line 1161: RFC_SYSTEM_INFO; the page does not say what RFCTZONE and RFCDAYST hold"""
    world = World(Hands(datetime(2026, month, 14, 23, 30, tzinfo=UTC)))
    world.settings.time_zone = ZoneInfo("Europe/Berlin")
    with rfc.connect_to(world)(ashost="x", sysnr="00", client="100", user="DEMO", passwd="welcome") as sap:
        info = sap.call("RFC_SYSTEM_INFO")["RFCSI_EXPORT"]
    assert (info["RFCTZONE"], info["RFCDAYST"]) == (zone, summer)
    assert (world.today(), f"{world.now():%H%M%S}") == written


def test_both_faces_write_the_same_local_day(world, clock, clerk, visit):
    """sap.md line 1161: a time zone is one of the whole system"""
    world.settings.time_zone = ZoneInfo("Asia/Tokyo")
    clock.turn(hours=10)  # 19:00 at Greenwich, and the next morning in Tokyo
    number = clerk.ordered()
    header = clerk.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"][0]
    assert (header["REC_DATE"], header["REC_TIME"]) == ("20260303", "040000")
    order = visit("API_SALES_ORDER_SRV").read(f"A_SalesOrder('{number.lstrip('0')}')")
    assert order["CreationDate"] == "/Date(1772496000000)/"
    assert order["LastChangeDateTime"].startswith("/Date(1772478000000")


def test_a_system_at_greenwich_has_no_offset(clerk):
    """sap.md line 1161"""
    info = clerk.sap.call("RFC_SYSTEM_INFO")["RFCSI_EXPORT"]
    assert (info["RFCTZONE"], info["RFCDAYST"]) == ("0", "")


def test_a_material_with_a_status_is_sold_with_a_warning(world, clerk):
    """sap.md line 647: V1 028, W"""
    world.materials[VALVE].status = "01"
    answer = clerk.create()
    assert ("W", "V1", "028") in clerk.said(answer["RETURN"])
    assert answer["SALESDOCUMENT"]


def test_a_status_that_forbids_the_sale_is_a_setting(world, clerk):
    """sap.md line 647 knows the warning only: which statuses forbid, and the number of that message, are settings"""
    number = clerk.ordered()
    world.materials[VALVE].status = "ZB"
    world.settings.blocking_statuses = frozenset({"ZB"})
    answer = clerk.create()
    assert answer["SALESDOCUMENT"] == ""
    cause = next(row for row in answer["RETURN"] if row["TYPE"] == "E")
    assert (cause["ID"], cause["MESSAGE_V2"], cause["PARAMETER"]) == ("V1", "ZB", "SALES_ITEM_IN")
    added = {"ORDER_ITEM_IN": [ONE_BOX | {"ITM_NUMBER": "000020"}]}
    flags = {"ITM_NUMBER": "000020", "UPDATEFLAG": "I", "MATERIAL": "X", "TARGET_QTY": "X", "TARGET_QU": "X"}
    assert "E" in [row["TYPE"] for row in clerk.change(number, ORDER_ITEM_INX=[flags], **added)]
    assert ("S", "V1", "311") in clerk.said(clerk.change(number, header={"DLV_BLOCK": "01"}))


SHIP_TO = {"PARTN_ROLE": "WE", "PARTN_NUMB": "0000001235"}


@pytest.mark.parametrize(
    "partner",
    [
        SHIP_TO | {"NAME": "Site 7", "CITY": "Kiel", "COUNTRY": "DE", "TELEPHONE": "0431 77"},
        SHIP_TO | {"ADDR_LINK": "0000000001"},
    ],
)
def test_an_address_of_its_own_keeps_its_telephone(clerk, partner):
    """sap.md lines 296, 305 and 482: TELEPHONE, TEL1_NUMBR and again TELEPHONE"""
    address = {
        "ADDR_NO": "0000000001",
        "NAME": "Site 7",
        "CITY": "Kiel",
        "COUNTRY": "DE",
        "TEL1_NUMBR": "0431 77",
    }
    sold_to = {"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}
    number = clerk.ordered(ORDER_PARTNERS=[sold_to, partner], PARTNERADDRESSES=[address])
    shown = clerk.read(number, view=["ADDRESS"])["ORDER_ADDRESS_OUT"]
    assert [row["TELEPHONE"] for row in shown if row["NAME"] == "Site 7"] == ["0431 77"]


def test_the_telephone_of_a_customer_is_shown(world, clerk):
    """sap.md lines 482 and 565"""
    world.customers["0000001235"].telephone = "040 12"
    number = clerk.ordered()
    shown = clerk.read(number, view=["ADDRESS"])["ORDER_ADDRESS_OUT"]
    assert [row["TELEPHONE"] for row in shown if row["NAME"] == "Harbour Pumps, store"] == ["040 12"]
    listed = clerk.sap.call(
        "BAPI_CUSTOMER_GETLIST", IDRANGE=[{"SIGN": "I", "OPTION": "EQ", "LOW": "0000001235"}]
    )
    assert listed["ADDRESSDATA"][0]["TEL1_NUMBR"] == "040 12"
