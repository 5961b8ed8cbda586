"""BAPI_PO_CREATE1, BAPI_PO_CHANGE, BAPI_PO_GETDETAIL1 (sap.md 2.15), and what goes wrong with them (sap.md 7.11)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap.errors import ExternalRuntimeError, RFCLibError

VALVE, GASKET = "62".zfill(18), "63".zfill(18)
CREATE, CHANGE, READ = "BAPI_PO_CREATE1", "BAPI_PO_CHANGE", "BAPI_PO_GETDETAIL1"
COMMIT = "BAPI_TRANSACTION_COMMIT"


def flags(row, *keys, **marks):
    """The row of flags for a row: the keys are repeated, every other field has its X."""
    return {name: value if name in keys else "X" for name, value in row.items()} | marks


class Buyer:
    """Buys over one connection."""

    def __init__(self, connection):
        self.sap = connection

    def create(self, header=None, items=None, lines=(), **others):
        header = HEADER if header is None else header
        items = [ITEM] if items is None else items
        sent = {
            "POHEADER": header,
            "POHEADERX": flags(header),
            **self.tables(items, lines),
        }
        return self.sap.call(CREATE, **sent | others)

    def change(self, number, header=None, items=(), lines=(), **others):
        head = {"POHEADER": header, "POHEADERX": flags(header)} if header else {}
        return self.sap.call(CHANGE, PURCHASEORDER=number, **head | self.tables(items, lines) | others)

    @staticmethod
    def tables(items, lines):
        return {
            "POITEM": list(items),
            "POITEMX": [flags(row, "PO_ITEM", PO_ITEMX="X") for row in items],
            "POSCHEDULE": list(lines),
            "POSCHEDULEX": [
                flags(row, "PO_ITEM", "SCHED_LINE", PO_ITEMX="X", SCHED_LINEX="X") for row in lines
            ],
        }

    def bought(self, **sent):
        """The number of an order that is created and committed."""
        number = self.create(**sent)["EXPPURCHASEORDER"]
        self.commit()
        return number

    def commit(self, wait="X"):
        return self.sap.call(COMMIT, WAIT=wait)["RETURN"]

    def read(self, number):
        return self.sap.call(READ, PURCHASEORDER=number)


HEADER = {
    "COMP_CODE": "1000",
    "DOC_TYPE": "NB",
    "VENDOR": "0000005000",
    "PURCH_ORG": "1000",
    "PUR_GROUP": "001",
    "CURRENCY": "EUR",
}
ITEM = {
    "PO_ITEM": "00010",
    "MATERIAL": VALVE,
    "PLANT": "1000",
    "QUANTITY": Decimal(10),
    "PO_UNIT": "ST",
    "NET_PRICE": Decimal("7.25"),
}


def line(number, date, quantity):
    return {"PO_ITEM": "00010", "SCHED_LINE": number, "DELIVERY_DATE": date, "QUANTITY": Decimal(quantity)}


@pytest.fixture
def buyer(world, sap):
    world.vendors.add("0000005000")
    return Buyer(sap)


def said(answer):
    return [(row["TYPE"], row["ID"], row["NUMBER"]) for row in answer["RETURN"]]


def test_a_purchase_order_is_saved_by_the_commit_of_its_session(world, buyer, connect):
    """sap.md lines 174 and 575: no BAPI commits; 579: 06 017"""
    answer = buyer.create()
    assert answer["EXPPURCHASEORDER"] == "4500000018"
    [row] = answer["RETURN"]
    assert (row["TYPE"], row["ID"], row["NUMBER"]) == ("S", "06", "017")
    assert row["MESSAGE"] == "Standard PO created under the number 4500000018"
    connect().call(COMMIT, WAIT="X")
    assert world.purchase_orders == {}
    assert buyer.commit()["TYPE"] == ""
    assert list(world.purchase_orders) == ["4500000018"]
    assert world.purchase_orders["4500000018"].created_by == "DEMO"


def test_a_purchase_order_is_read_as_it_was_sent(buyer):
    """sap.md line 577"""
    number = buyer.bought(lines=[line("0001", "20260401", 4), line("0002", "15.04.2026", 6)])
    answer = buyer.read(number)
    assert answer["RETURN"] == []
    header = {name: answer["POHEADER"][name] for name in HEADER}
    assert header == HEADER
    assert answer["POHEADER"]["DOC_DATE"] == "20260302"
    [item] = answer["POITEM"]
    assert {name: item[name] for name in ITEM} == ITEM
    assert (item["SHORT_TEXT"], item["MATERIAL_LONG"], item["DELETE_IND"]) == ("Ball valve 20 mm", VALVE, "")
    lines = [(row["SCHED_LINE"], row["DELIVERY_DATE"], row["QUANTITY"]) for row in answer["POSCHEDULE"]]
    assert lines == [("0001", "01.04.2026", 4), ("0002", "15.04.2026", 6)]


def test_how_delivery_dates_are_read_is_a_setting(world, buyer):
    """sap.md line 579: ten characters, as the user writes dates or as eight digits"""
    world.settings.user_dates = "%m/%d/%Y"
    number = buyer.bought(lines=[line("0001", "04/01/2026", 10)])
    assert buyer.read(number)["POSCHEDULE"][0]["DELIVERY_DATE"] == "04/01/2026"
    world.settings.purchase_dates_internal = True
    assert buyer.read(number)["POSCHEDULE"][0]["DELIVERY_DATE"] == "20260401"
    answer = buyer.create(lines=[line("0001", "01.04.2026", 10)])
    assert [row["TYPE"] for row in answer["RETURN"]] == ["E", "E"]


def test_which_quantity_counts_is_a_setting(world, buyer):
    """sap.md line 579 names both, and not which goes before"""
    lines = [line("0001", "20260401", 7)]
    assert buyer.read(buyer.bought(lines=lines))["POITEM"][0]["QUANTITY"] == 7
    world.settings.lines_rule_purchases = False
    answer = buyer.read(buyer.bought(lines=lines))
    assert (answer["POITEM"][0]["QUANTITY"], answer["POSCHEDULE"][0]["QUANTITY"]) == (10, 10)
    without = {name: value for name, value in ITEM.items() if name != "QUANTITY"}
    assert buyer.read(buyer.bought(items=[without], lines=lines))["POITEM"][0]["QUANTITY"] == 7


def test_every_field_needs_its_flag(buyer):
    """sap.md line 579: or it is ignored"""
    answer = buyer.create(POHEADERX={})
    assert said(answer) == [("E", "BAPI", "001"), ("E", "MEPO", "002")]
    assert answer["EXPPURCHASEORDER"] == ""
    unpriced = [flags(ITEM, "PO_ITEM", PO_ITEMX="X", NET_PRICE="")]
    number = buyer.create(POITEMX=unpriced)["EXPPURCHASEORDER"]
    buyer.commit()
    assert buyer.read(number)["POITEM"][0]["NET_PRICE"] == 0
    for nothing in ([], [flags(ITEM, "PO_ITEM", PO_ITEMX="")]):
        assert buyer.create(POITEMX=nothing)["EXPPURCHASEORDER"] == ""
    buyer.change(number, items=[ITEM | {"QUANTITY": Decimal(99)}], POITEMX=[])
    buyer.commit()
    assert buyer.read(number)["POITEM"][0]["QUANTITY"] == 10


@pytest.mark.parametrize("name", ["COMP_CODE", "DOC_TYPE", "VENDOR", "PURCH_ORG", "PUR_GROUP"])
def test_the_header_has_five_fields_that_must_be_there(world, buyer, name):
    """sap.md line 579"""
    answer = buyer.create(header={key: value for key, value in HEADER.items() if key != name})
    assert said(answer) == [("E", "BAPI", "001"), ("E", "MEPO", "002")]
    assert answer["RETURN"][1]["MESSAGE_V1"] == name
    buyer.commit()
    assert world.purchase_orders == {}


@pytest.mark.parametrize(
    "sent",
    [
        {"header": HEADER | {"VENDOR": "5000"}},
        {"items": []},
        {"items": [ITEM | {"MATERIAL": "62"}]},
        {"items": [ITEM | {"PLANT": "9999"}]},
        {"items": [ITEM | {"PO_UNIT": "KG"}]},
        {"items": [ITEM | {"QUANTITY": Decimal(0)}]},
        {"items": [ITEM, ITEM]},
    ],
)
def test_what_cannot_be_bought_is_not(world, buyer, sent):
    """sap.md 7.5: keys as stored; line 579: BAPI 001 beside the cause"""
    answer = buyer.create(**sent)
    assert answer["EXPPURCHASEORDER"] == ""
    assert said(answer)[0] == ("E", "BAPI", "001")
    assert len(answer["RETURN"]) == 2
    buyer.commit()
    assert world.purchase_orders == {}


def test_a_test_run_saves_nothing_and_draws_no_number(world, buyer):
    """sap.md line 575: TESTRUN"""
    answer = buyer.create(TESTRUN="X")
    assert (answer["EXPPURCHASEORDER"], answer["RETURN"]) == ("", [])
    assert answer["EXPHEADER"]["VENDOR"] == "0000005000"
    buyer.commit()
    assert world.purchase_orders == {}
    number = buyer.bought()
    assert number == "4500000018"
    buyer.change(number, items=[ITEM | {"QUANTITY": Decimal(99)}], TESTRUN="X")
    buyer.commit()
    assert buyer.read(number)["POITEM"][0]["QUANTITY"] == 10


def test_a_number_is_gone_with_a_rollback(world, buyer):
    """sap.md line 149"""
    buyer.create()
    buyer.sap.call("BAPI_TRANSACTION_ROLLBACK")
    buyer.commit()
    assert world.purchase_orders == {}
    assert buyer.bought() == "4500000019"


def test_items_are_changed_added_and_marked_as_deleted(buyer):
    """sap.md lines 576 and 579: DELETE_IND L"""
    number = buyer.bought()
    changed = {"PO_ITEM": "00010", "QUANTITY": Decimal(12), "NET_PRICE": Decimal(7)}
    added = ITEM | {"PO_ITEM": "00020", "MATERIAL": GASKET}
    assert said(buyer.change(number, {"PUR_GROUP": "002"}, [changed, added]))[0][0] == "S"
    buyer.change(number, items=[{"PO_ITEM": "00020", "DELETE_IND": "L"}])
    assert buyer.read(number)["POHEADER"]["PUR_GROUP"] == "001"
    buyer.commit()
    answer = buyer.read(number)
    assert (answer["POHEADER"]["PUR_GROUP"], answer["POHEADER"]["COMP_CODE"]) == ("002", "1000")
    items = [
        (row["PO_ITEM"], row["QUANTITY"], row["NET_PRICE"], row["DELETE_IND"]) for row in answer["POITEM"]
    ]
    assert items == [("00010", 12, 7, ""), ("00020", 10, Decimal("7.25"), "L")]
    buyer.change(number, items=[{"PO_ITEM": "00020", "DELETE_IND": ""}])
    buyer.commit()
    assert [row["DELETE_IND"] for row in buyer.read(number)["POITEM"]] == ["", ""]


def test_schedule_lines_are_changed_and_added(buyer):
    """sap.md line 579"""
    number = buyer.bought(lines=[line("0001", "20260401", 10)])
    buyer.change(
        number,
        items=[{"PO_ITEM": "00010"}],
        lines=[
            {"PO_ITEM": "00010", "SCHED_LINE": "0001", "QUANTITY": Decimal(4)},
            line("0002", "20260501", 9),
        ],
    )
    buyer.commit()
    answer = buyer.read(number)
    lines = [(row["SCHED_LINE"], row["DELIVERY_DATE"], row["QUANTITY"]) for row in answer["POSCHEDULE"]]
    assert lines == [("0001", "01.04.2026", 4), ("0002", "01.05.2026", 9)]
    assert answer["POITEM"][0]["QUANTITY"] == 13


@pytest.mark.parametrize(
    "sent",
    [
        {"header": {"VENDOR": "0000005001"}},
        {"header": {"DOC_TYPE": "FO"}},
        {"items": [ITEM | {"MATERIAL": GASKET}]},
        {"items": [ITEM | {"QUANTITY": Decimal(0)}]},
        {"items": [ITEM | {"PO_ITEM": "00020", "MATERIAL": "NO-SUCH"}]},
    ],
)
def test_a_change_that_is_refused_changes_nothing(buyer, sent):
    """sap.md line 178: a row of type E"""
    number = buyer.bought()
    before = buyer.read(number)
    assert said(buyer.change(number, **sent))[0][0] == "E"
    buyer.commit()
    assert buyer.read(number) == before


def test_an_unknown_number_is_an_error_row(buyer):
    """sap.md 7.5: an unpadded or unknown key is not found"""
    for answer in (buyer.change("4599999999"), buyer.read("4599999999")):
        assert answer["RETURN"][0]["TYPE"] == "E"
    assert buyer.read("4599999999")["POITEM"] == []


def test_a_purchase_order_is_locked_until_the_end_of_the_unit_of_work(world, buyer, connect):
    """sap.md 7.9, line 671"""
    number, another = buyer.bought(), Buyer(connect())
    buyer.change(number, {"PUR_GROUP": "002"})
    locked = another.change(number, {"PUR_GROUP": "003"})
    assert said(locked)[0] == ("E", *world.settings.message_numbers["purchase_locked"])
    assert locked["RETURN"][0]["MESSAGE_V2"] == "DEMO"
    buyer.sap.call("BAPI_TRANSACTION_ROLLBACK")
    assert said(another.change(number, {"PUR_GROUP": "003"}))[0][0] == "S"
    another.commit()
    assert buyer.read(number)["POHEADER"]["PUR_GROUP"] == "003"
    world.open_in_dialog(number, "MILLER")
    assert buyer.change(number, {"PUR_GROUP": "004"})["RETURN"][0]["MESSAGE_V2"] == "MILLER"


def test_an_asynchronous_commit_shows_the_order_later(clock, buyer):
    """sap.md line 176, 7.2"""
    number = buyer.create()["EXPPURCHASEORDER"]
    buyer.commit(wait="")
    assert buyer.read(number)["RETURN"][0]["TYPE"] == "E"
    clock.turn(seconds=2)
    assert buyer.read(number)["POITEM"][0]["MATERIAL"] == VALVE


def test_both_faces_show_the_same_order(visit, buyer):
    """sap.md 2.15 and 4.6"""
    number = buyer.bought()
    service = visit("API_PURCHASEORDER_PROCESS_SRV")
    order = service.read(f"A_PurchaseOrder('{number}')?$expand=to_PurchaseOrderItem")
    assert (order["CompanyCode"], order["PurchasingGroup"], order["Supplier"]) == ("1000", "001", "5000")
    [item] = order["to_PurchaseOrderItem"]["results"]
    assert (item["Material"], item["OrderQuantity"], item["NetPriceAmount"]) == ("62", "10.000", "7.250")
    path = f"A_PurchaseOrderItem(PurchaseOrder='{number}',PurchaseOrderItem='10')"
    assert service.patch(path, {"OrderQuantity": "12"}).status_code == 204
    answer = buyer.read(number)
    assert (answer["POITEM"][0]["QUANTITY"], answer["POSCHEDULE"][0]["QUANTITY"]) == (12, 12)


def test_both_faces_hold_the_same_lock(visit, buyer):
    """sap.md line 671"""
    number = buyer.bought()
    service, path = visit("API_PURCHASEORDER_PROCESS_SRV"), f"A_PurchaseOrder('{number}')"
    buyer.change(number, {"PUR_GROUP": "002"})
    assert service.patch(path, {"PurchasingGroup": "003"}).status_code == 400
    buyer.commit()
    assert service.patch(path, {"PurchasingGroup": "003"}).status_code == 204
    assert buyer.read(number)["POHEADER"]["PUR_GROUP"] == "003"


def test_an_older_release_does_not_know_long_materials(world, buyer):
    """sap.md 2.2: sending MATERIAL_LONG raises field not found"""
    world.settings.long_material = False
    with pytest.raises(ExternalRuntimeError, match="field 'MATERIAL_LONG' not found"):
        buyer.create(items=[ITEM | {"MATERIAL_LONG": VALVE}])
    assert buyer.read(buyer.bought())["POITEM"][0]["MATERIAL"] == VALVE


@pytest.mark.parametrize("table", ["POACCOUNT", "POTEXTHEADER", "POPARTNER"])
def test_structures_whose_fields_are_not_published_have_none(buyer, table):
    """sap.md line 571 points at the field lists; they are not in the reference"""
    with pytest.raises(ExternalRuntimeError, match="field 'PO_ITEM' not found"):
        buyer.create(**{table: [{"PO_ITEM": "00010"}]})
    assert buyer.create(**{table: []})[table] == []


def test_a_release_may_have_more_fields(world, buyer):
    """sap.md line 571: which ones is a setting, because the reference names the essential ones only"""
    header = HEADER | {"REF_1": "KEY-1"}
    with pytest.raises(ExternalRuntimeError, match="field 'REF_1' not found"):
        buyer.create(header=header)
    world.settings.more_fields = {"BAPIMEPOHEADER": {"REF_1": "C12"}, "BAPIMEPOITEM": {"PRICE_UNIT": "P5.0"}}
    number = buyer.bought(header=header)
    answer = buyer.read(number)
    assert answer["POHEADER"]["REF_1"] == "KEY-1"
    assert answer["POITEM"][0]["PRICE_UNIT"] == 0
    parameters = {p["name"]: p for p in buyer.sap.get_function_description(CREATE).parameters}
    assert parameters["POHEADERX"]["type_description"].fields[-1]["name"] == "REF_1"


# ---------------------------------------------------------------- faults


def fails(call, code):
    with pytest.raises(RFCLibError) as caught:
        call()
    assert caught.value.code == code


def test_a_lost_reply_of_a_create_lost_the_order(world, buyer):
    """sap.md 7.11, 1.3: the silent reconnect drops what is pending"""
    world.faults.lose_reply(CREATE)
    fails(buyer.create, 1)
    assert buyer.commit()["TYPE"] == ""
    assert world.purchase_orders == {}
    assert buyer.bought() == "4500000019"


def test_a_lost_reply_of_a_commit_saved_the_order(world, buyer):
    """sap.md 7.11: executed but reply lost"""
    number = buyer.create()["EXPPURCHASEORDER"]
    world.faults.lose_reply(COMMIT)
    fails(buyer.commit, 1)
    assert list(world.purchase_orders) == [number]
    assert buyer.read(number)["POHEADER"]["VENDOR"] == "0000005000"


def test_a_lost_request_of_a_commit_lost_the_order_and_the_next_commit_lies(world, buyer):
    """sap.md 7.2, 1.3"""
    buyer.create()
    world.faults.lose_request(COMMIT)
    fails(buyer.commit, 1)
    assert buyer.commit()["TYPE"] == ""
    assert world.purchase_orders == {}


def test_a_dump_in_a_change_gives_the_lock_back(world, buyer, connect):
    """sap.md 7.11: code 3; the session is lost"""
    number = buyer.bought()
    world.faults.dump(CHANGE, moment="after")
    fails(lambda: buyer.change(number, {"PUR_GROUP": "002"}), 3)
    buyer.commit()
    assert buyer.read(number)["POHEADER"]["PUR_GROUP"] == "001"
    assert said(Buyer(connect()).change(number, {"PUR_GROUP": "003"}))[0][0] == "S"


def test_a_commit_that_times_out_may_still_come_true(world, clock, buyer):
    """sap.md 7.11, 1.6: code 7"""
    number = buyer.create()["EXPPURCHASEORDER"]
    world.faults.hang(COMMIT, 30)
    fails(lambda: buyer.sap.call(COMMIT, {"timeout": 5}, WAIT="X"), 7)
    assert buyer.read(number)["RETURN"][0]["TYPE"] == "E"
    clock.turn(seconds=30)
    assert buyer.read(number)["RETURN"] == []


def test_an_update_that_ends_saves_nothing(world, buyer):
    """sap.md line 176"""
    buyer.create()
    world.faults.terminate_update()
    assert buyer.commit()["TYPE"] in {"E", "A"}
    assert world.purchase_orders == {}


def test_a_closed_connection_forgets_what_is_pending(world, buyer):
    """sap.md 7.2"""
    buyer.create()
    buyer.sap.reset_server_context()
    buyer.commit()
    assert world.purchase_orders == {}
