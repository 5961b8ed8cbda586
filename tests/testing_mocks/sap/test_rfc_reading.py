"""Reading orders (sap.md 7, points 4 and 8; sections 2.6 to 2.8, 2.17)."""

from decimal import Decimal

from erp_connect.testing.mocks.sap import fulfilling

VALVE, GASKET = "62".zfill(18), "63".zfill(18)


def test_the_detailed_list_has_no_return_and_shows_what_the_view_asks(clerk):
    """sap.md 7.8, 2.8: unknown numbers yield no rows"""
    number = clerk.ordered(header={"PURCH_NO_C": "PO-4711/2026/WEST/0001/REORDER"})
    answer = clerk.read(number, "0000099999", view=["HEADER", "BUSINESS"])
    assert "RETURN" not in answer
    assert [row["DOC_NUMBER"] for row in answer["ORDER_HEADERS_OUT"]] == [number]
    assert answer["ORDER_HEADERS_OUT"][0]["PURCH_NO"] == "PO-4711/2026/WEST/00"
    assert answer["ORDER_BUSINESS_OUT"][0]["PURCH_NO_C"] == "PO-4711/2026/WEST/0001/REORDER"
    assert answer["ORDER_ITEMS_OUT"] == []
    assert [row["VBELN"] for row in answer["SALES_DOCUMENTS"]] == [number, "0000099999"]


def test_results_have_every_key_in_its_type(clerk):
    """sap.md 7.4: CHAR stripped, NUMC padded, Decimal with full scale, dates '' when initial"""
    number = clerk.ordered()
    (header,) = clerk.read(number, view=["HEADER"])["ORDER_HEADERS_OUT"]
    assert len(header) == 117
    assert str(header["NET_VAL_HD"]) == "62.500000000"
    assert (header["ORD_PROBAB"], header["WAR_DATE"], header["DLV_BLOCK"]) == ("000", "", "")
    assert (header["REC_DATE"], header["REQ_DATE_H"]) == ("20260302", "20260310")
    (item,) = clerk.read(number, view=["ITEM"])["ORDER_ITEMS_OUT"]
    assert len(item) == 228
    assert (item["ITM_NUMBER"], str(item["REQ_QTY"]), str(item["TARG_QTY_N"])) == ("000010", "5.000", "0")


def test_all_views_together(world, clerk):
    """sap.md 2.8: which flag fills which table"""
    text = {
        "ITM_NUMBER": "000000",
        "TEXT_ID": "0001",
        "LANGU_ISO": "EN",
        "FORMAT_COL": "*",
        "TEXT_LINE": "Call",
    }
    number = clerk.ordered(ORDER_TEXT=[text], ORDER_CONDITIONS_IN=[])
    fulfilling.post_goods_issue(world, fulfilling.deliver(world, number))
    views = ["HEADER", "ITEM", "SDSCHEDULE", "BUSINESS", "PARTNER", "ADDRESS", "STATUS_H", "STATUS_I"]
    answer = clerk.read(number, view=[*views, "SDCOND", "TEXT", "FLOW", "CONTRACT"])
    counts = {name: len(rows) for name, rows in answer.items() if rows}
    assert counts == {
        "ORDER_HEADERS_OUT": 1,
        "ORDER_ITEMS_OUT": 1,
        "ORDER_SCHEDULES_OUT": 1,
        "ORDER_BUSINESS_OUT": 1,
        "ORDER_PARTNERS_OUT": 4,
        "ORDER_ADDRESS_OUT": 2,
        "ORDER_STATUSHEADERS_OUT": 1,
        "ORDER_STATUSITEMS_OUT": 1,
        "ORDER_CONDITIONS_OUT": 1,
        "ORDER_TEXTHEADERS_OUT": 1,
        "ORDER_TEXTLINES_OUT": 1,
        "ORDER_FLOWS_OUT": 2,
        "SALES_DOCUMENTS": 1,
    }
    assert {row["PARTN_ROLE"]: row["CUSTOMER"] for row in answer["ORDER_PARTNERS_OUT"]} == {
        "AG": "0000001234",
        "WE": "0000001235",
        "RE": "0000001234",
        "RG": "0000001234",
    }


def test_a_shortage_is_confirmed_on_a_line_of_its_own(world, clerk):
    """sap.md 2.5: after the availability check an item may have several schedule lines"""
    row = {"ITM_NUMBER": "000010", "MATERIAL": VALVE, "TARGET_QTY": Decimal(130)}
    number = clerk.ordered(ORDER_ITEMS_IN=[row], ORDER_SCHEDULES_IN=None)
    lines = clerk.read(number, view=["SDSCHEDULE"])["ORDER_SCHEDULES_OUT"]
    assert [(line["SCHED_LINE"], line["REQ_QTY"], line["CONFIR_QTY"]) for line in lines] == [
        ("0001", 130, 100),
        ("0002", 0, 30),
    ]
    assert lines[1]["REQ_DATE"] == "20260312"
    never = {"ITM_NUMBER": "000010", "MATERIAL": GASKET, "TARGET_QTY": Decimal(11)}
    number = clerk.ordered(ORDER_ITEMS_IN=[never], ORDER_SCHEDULES_IN=None)
    assert world.order(number).items[0].confirmed == 10


def test_the_status_has_a_row_for_each_item_and_delivery(world, clerk):
    """sap.md 7.8, 2.6: an item split over two deliveries appears twice"""
    rows = [{"ITM_NUMBER": n, "MATERIAL": VALVE, "TARGET_QTY": Decimal(5)} for n in ("000010", "000020")]
    number = clerk.ordered(ORDER_ITEMS_IN=rows, ORDER_SCHEDULES_IN=None)
    first = fulfilling.deliver(world, number, {"000010": Decimal(2)})
    second = fulfilling.deliver(world, number, {"000010": Decimal(3)})
    answer = clerk.status(number)
    assert answer["RETURN"]["TYPE"] == ""
    shown = [(row["ITM_NUMBER"], row["DELIV_NUMB"], row["DLV_QTY"]) for row in answer["STATUSINFO"]]
    assert shown == [("000010", first, 2), ("000010", second, 3), ("000020", "", 0)]
    assert [row["DLV_STAT_I"] for row in answer["STATUSINFO"]] == ["C", "C", "A"]
    assert answer["STATUSINFO"][0]["DLV_STAT_H"] == "B"


def test_the_list_has_a_row_for_each_item(world, clerk):
    """sap.md 7.8, 2.7"""
    rows = [{"ITM_NUMBER": n, "MATERIAL": VALVE, "TARGET_QTY": Decimal(5)} for n in ("000010", "000020")]
    two = clerk.ordered(ORDER_ITEMS_IN=rows, ORDER_SCHEDULES_IN=None)
    one = clerk.ordered(header={"PURCH_NO_C": "PO-4712"})

    def listed(**wanted):
        answer = clerk.sap.call(
            "BAPI_SALESORDER_GETLIST", CUSTOMER_NUMBER="0000001234", SALES_ORGANIZATION="1000", **wanted
        )
        assert answer["RETURN"]["TYPE"] == ""
        return [(row["SD_DOC"], row["ITM_NUMBER"]) for row in answer["SALES_ORDERS"]]

    assert listed() == [(two, "000010"), (two, "000020"), (one, "000010")]
    assert listed(PURCHASE_ORDER_NUMBER="PO-4712") == [(one, "000010")]
    assert listed(PURCHASE_ORDER_NUMBER="po-4712") == []
    assert listed(DOCUMENT_DATE="20260303") == []
    assert listed(TRANSACTION_GROUP="4") == []
    assert listed(MATERIAL=GASKET) == []


def test_delivered_is_not_shipped(world, clerk):
    """sap.md 2.17: delivery status C means handed over to delivery documents; goods movement tells the rest"""
    number = clerk.ordered()
    delivery = fulfilling.deliver(world, number)
    (status,) = clerk.read(number, view=["STATUS_H"])["ORDER_STATUSHEADERS_OUT"]
    assert (status["DELIV_STAT"], status["TOTGOODSMV"], status["BILLSTATUS"]) == ("C", "A", "A")
    fulfilling.post_goods_issue(world, delivery, bill_of_lading="1Z-1")
    invoice = fulfilling.bill(world, delivery)
    answer = clerk.read(number, view=["STATUS_H", "FLOW"])
    (status,) = answer["ORDER_STATUSHEADERS_OUT"]
    assert (status["TOTGOODSMV"], status["BILLSTATUS"], status["PRC_STAT_H"]) == ("C", "C", "C")
    flow = {row["DOC_CAT_SD"]: (row["PRECSDDOC"], row["SUBSSDDOC"]) for row in answer["ORDER_FLOWS_OUT"]}
    assert flow["J"] == (number, delivery)
    assert flow["M"] == (number, invoice)
    assert flow["R"][0] == delivery
    assert world.stock[VALVE, "1000"] == 95
    fulfilling.cancel_invoice(world, invoice)
    (status,) = clerk.read(number, view=["STATUS_H"])["ORDER_STATUSHEADERS_OUT"]
    assert status["BILLSTATUS"] == "A"


def test_one_order_is_read_with_everything_at_once(world, clerk):
    """sap.md line 506: 34 parameters, the same structures as the mass read"""
    number = clerk.ordered()
    fulfilling.deliver(world, number)
    answer = clerk.sap.call("BS01_SALESORDER_GETDETAIL", SALESDOCUMENT=number, RETURN=[])
    assert len(clerk.sap.get_function_description("BS01_SALESORDER_GETDETAIL").parameters) == 34
    same = clerk.read(number, view=["HEADER", "ITEM", "SDSCHEDULE", "PARTNER", "SDCOND", "FLOW"])
    assert answer["ORDER_HEADER"] == same["ORDER_HEADERS_OUT"][0]
    for one, many in (
        ("ORDER_SCHEDULE_LINES", "ORDER_SCHEDULES_OUT"),
        ("ORDER_PARTNERS", "ORDER_PARTNERS_OUT"),
        ("ORDER_CONDITIONS", "ORDER_CONDITIONS_OUT"),
        ("ORDER_FLOWS", "ORDER_FLOWS_OUT"),
    ):
        assert answer[one] == same[many] != []
    [item], [of_many] = answer["ORDER_ITEMS"], same["ORDER_ITEMS_OUT"]
    assert {name: item[name] for name in item if name in of_many} == {
        name: of_many[name] for name in of_many if name in item
    }
    assert answer["RETURN"] == []
    missing = clerk.sap.call("BS01_SALESORDER_GETDETAIL", SALESDOCUMENT="1", RETURN=[])
    assert (missing["RETURN"][0]["TYPE"], missing["ORDER_ITEMS"]) == ("E", [])
