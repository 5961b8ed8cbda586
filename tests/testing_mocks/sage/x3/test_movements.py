"""Deliveries, invoices, returns, purchases and receipts: what goods and papers they leave behind."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business import posting, stock
from erp_connect.testing.mocks.sage.x3.samples import folder, odd_site
from erp_connect.testing.mocks.sage.x3.settings import Pool

from .conftest import Refused, an_order, param


@pytest.fixture
def number(x3):
    """An order of 4 valves and 2 pumps."""
    return x3.order({"ITMREF": "VALVE-20", "QTY": "4"}, {"ITMREF": "PUMP-A", "QTY": "2"})


def a_delivery(number, *lines, **header):
    rows = lines or ({"SOPLIN": "1000", "QTY": "4"}, {"SOPLIN": "2000", "QTY": "2"})
    return {
        "SDH0_1": {"STOFCY": "MAIN", "SDHTYP": "SDN", "SALFCY": "MAIN", "BPCORD": "10000", **header},
        "SDH1_4": [{"SOHNUM": number, **row} for row in rows],
    }


def deliver(x3, number, *lines, name="WSSDH", **more):
    return x3.save({**a_delivery(number, *lines), **more}, name).record


def statuses(x3, number):
    shown = x3.read(number).record["SOH1_5"]
    return shown["ORDSTA"], shown["DLVSTA"], shown["INVSTA"]


# ---------------------------------------------------------------- deliveries


def test_a_delivery_takes_goods_of_an_order_and_nothing_else_of_it(x3, company, number):
    """sage.md 2.15: SDH with SOHNUM and SOPLIN; DLVSTA and TDLQTY follow."""
    made = deliver(
        x3,
        number,
        {"SOPLIN": "1000", "QTY": "3", "ITMREF": "VALVE-20", "SAU": "PCS"},
        SDH1_1={"BPTNUM": "DHL"},
    )
    assert made["SDH0_1"]["CFMFLG"] == "2"
    key = made["SDH0_1"]["SDHNUM"]
    assert stock.on_hand(company, "VALVE-20", "MAIN") == 497
    assert stock.on_hand(company, "PUMP-A", "MAIN") == 500
    assert statuses(x3, number) == ("1", "2", "1")
    assert [row["TDLQTY"] for row in x3.read(number).record["SOH4_1"]] == ["3", "0"]
    shown = x3.read(key, "WSSDH", "SDHNUM").record
    assert shown["SDH1_4"] == [
        {"ITMREF": "VALVE-20", "SAU": "PCS", "QTY": "3", "SOHNUM": number, "SOPLIN": "1000"}
    ]
    assert shown["SDH1_1"]["BPTNUM"] == "DHL"
    deliver(x3, number, {"SOPLIN": "1000", "QTY": "1"}, {"SOPLIN": "2000", "QTY": "2"})
    assert statuses(x3, number) == ("1", "3", "1")
    assert len(x3.query("WSSDH", BPCORD="10000").rows) == 2


@pytest.mark.parametrize(
    ("line", "header", "text"),
    [
        ({"SOPLIN": "1000", "QTY": "5"}, {}, "greater than the remaining quantity 4"),
        ({"SOPLIN": "1000", "QTY": "0"}, {}, "QTY : Mandatory field"),
        ({"SOPLIN": "1000", "QTY": "-1"}, {}, "QTY : Incorrect value -1"),
        ({"SOPLIN": "3000", "QTY": "1"}, {}, "SOPLIN : 3000 does not exist"),
        ({"QTY": "1"}, {}, "SOPLIN : Mandatory field"),
        ({"SOPLIN": "1000", "QTY": "1", "ITMREF": "PUMP-A"}, {}, "ITMREF : Incorrect value PUMP-A"),
        ({"SOPLIN": "1000", "QTY": "1", "SAU": "BOX"}, {}, "SAU : Incorrect value BOX"),
        ({"SOPLIN": "1000", "QTY": "1", "SOHNUM": "NONE"}, {}, "SOHNUM : NONE does not exist"),
        ({"SOPLIN": "1000", "QTY": "1"}, {"BPCORD": "20000"}, "SOHNUM : SON-MAIN-26-000001 does not exist"),
        ({"SOPLIN": "1000", "QTY": "1"}, {"BPCORD": ""}, "BPCORD : Mandatory field"),
        ({"SOPLIN": "1000", "QTY": "1"}, {"STOFCY": "EAST"}, "STOFCY : Incorrect value EAST"),
        ({"SOPLIN": "2000", "QTY": "1"}, {}, "SOHNUM : Each line once, and all lines of one document"),
        ({"SOPLIN": "1000", "QTY": "1"}, {"SDHNUM": "MINE"}, "SDHNUM : The number is assigned automatically"),
    ],
)
def test_deliveries_that_do_not_go_with_the_order_are_refused_whole(x3, company, number, line, header, text):
    record = a_delivery(number, {"SOPLIN": "2000", "QTY": "1"}, line, **header)
    with pytest.raises(Refused, match=text):
        x3.save(record, "WSSDH")
    assert stock.on_hand(company, "PUMP-A", "MAIN") == 500
    assert statuses(x3, number) == ("1", "1", "1")


def test_goods_that_are_not_there_are_not_delivered_where_stock_is_watched(x3, company, world, number):
    world.settings.negative_stock = False
    stock.set_on_hand(company, "VALVE-20", Decimal(2), "MAIN")
    with pytest.raises(Refused, match="VALVE-20 : Insufficient stock on site MAIN"):
        deliver(x3, number)


def test_a_validated_delivery_keeps_its_lines_and_may_get_a_carrier_and_a_tracking_number(
    x3, company, settings, number
):
    """sage.md 2.15: no standard tracking field; this site has added its own."""
    settings.publications |= odd_site()
    key = deliver(x3, number)["SDH0_1"]["SDHNUM"]
    keys = {"name": "WSSDH", "field": "SDHNUM"}
    for lines in ([{"QTY": "1"}], []):
        with pytest.raises(Refused, match="Document validated, modification impossible"):
            x3.modify(key, {"SDH1_4": lines}, **keys)
    with pytest.raises(Refused, match="Document validated"):
        x3.delete(key, **keys)
    with pytest.raises(Refused, match="STOFCY : Field not enterable"):
        x3.modify(key, {"SDH0_1": {"STOFCY": "EAST"}}, **keys)
    x3.modify(key, {"SDH1_1": {"BPTNUM": "UPS", "YTRKNUM": "1Z99"}}, "YWSSDH", "SDHNUM")
    shipment = company.find("shipment", key, posted=True)
    assert (shipment.agent, shipment.tracking) == ("UPS", "1Z99")
    assert x3.query("YWSSDH", YTRKNUM="1Z99").rows[0]["SDHNUM"] == key
    assert x3.read(key, "YWSSDH", "SDHNUM").record["SDH1_1"]["YDLVDAT"] == "20260302"


def test_deliveries_may_wait_for_validation(x3, company, settings, number):
    """sage.md 2.15: CFMFLG 1 is not validated; who validates is the site's action."""
    settings.deliveries = "draft"
    settings.publications |= odd_site()
    made = deliver(x3, number, {"SOPLIN": "1000", "QTY": "3"}, SDH1_1={"BPTNUM": "DHL"})
    key = made["SDH0_1"]["SDHNUM"]
    assert made["SDH0_1"]["CFMFLG"] == "1"
    assert made["SDH1_4"][0]["SOPLIN"] == "1000"
    assert stock.on_hand(company, "VALVE-20", "MAIN") == 500
    assert statuses(x3, number) == ("1", "1", "1")
    other = deliver(x3, number, {"SOPLIN": "2000", "QTY": "1"})["SDH0_1"]["SDHNUM"]
    x3.delete(other, "WSSDH", "SDHNUM")
    with pytest.raises(Refused, match="remaining quantity 4"):
        deliver(x3, number, {"SOPLIN": "1000", "QTY": "9"})
    done = x3("actionObjectKeys", publicName="YWSSDH", actionCode="YVAL", objectKeys={"SDHNUM": key}).record
    assert (done["SDH0_1"]["SDHNUM"], done["SDH0_1"]["CFMFLG"]) == (key, "2")
    assert stock.on_hand(company, "VALVE-20", "MAIN") == 497
    assert statuses(x3, number) == ("1", "2", "1")
    assert company.find("shipment", key, posted=True).agent == "DHL"
    with pytest.raises(Refused, match="Document validated"):
        x3("actionObjectKeys", publicName="YWSSDH", actionCode="YVAL", objectKeys={"SDHNUM": key})


def test_nothing_is_delivered_of_an_order_that_is_closed(x3, company, number):
    company.documents.put(replace(company.find("order", number), canceled=True))
    with pytest.raises(Refused, match=f"{number} : Order closed"):
        deliver(x3, number)


# ---------------------------------------------------------------- invoices, and goods that come back


def test_what_other_people_invoice_can_be_read_and_listed(x3, company, number):
    """sage.md 2.15: SIH with its tax table; INVSTA tells whether it is posted."""
    billed = posting.post(company, company.find("order", number)).billed
    shown = x3.read(billed.number, "WSSIH", "NUM").record
    header = shown["SIH0_1"]
    assert (header["SIVTYP"], header["BPCINV"], header["ORIDOCNUM"]) == ("INV", "10000", number)
    assert shown["SIH1_7"]["INVSTA"] == "3"
    assert [row["ITMREF"] for row in shown["SIH4_1"]] == ["VALVE-20", "PUMP-A"]
    assert shown["SIH4_3"] == {"INVNOT": "4049.98", "INVATI": "4859.98"}
    assert shown["SIHV_2"] == [{"XVTAX": "STANDARD", "XVRAT": "20", "XVNOT": "4049.98", "XVAMT": "810"}]
    assert x3.query("WSSIH", BPCINV="10000").rows[0]["NUM"] == billed.number
    with pytest.raises(Refused, match="Document validated"):
        x3.delete(billed.number, "WSSIH", "NUM")
    credit = posting.cancel(company, billed)
    assert x3.read(credit.number, "WSSIH", "NUM").record["SIH0_1"]["SIVTYP"] == "CRM"


def test_invoices_of_their_own_are_entered_changed_and_controlled(x3, company, settings):
    """sage.md 2.15, 6.2: INVREF with a site control that quotes the number."""
    settings.publications["WSSIH"] = replace(settings.publications["WSSIH"], unique="INVREF")
    record = {
        "SIH0_1": {
            "SALFCY": "MAIN",
            "SIVTYP": "INV",
            "INVREF": "R-1",
            "INVDAT": "20260302",
            "BPCINV": "10000",
            "CUR": "EUR",
        },
        "SIH1_5": {"PRITYP": "1"},
        "SIH4_1": [{"ITMREF": "VALVE-20", "QTY": "2"}],
    }
    made = x3.save(record, "WSSIH").record
    key = made["SIH0_1"]["NUM"]
    assert made["SIH1_7"]["INVSTA"] == "1"
    x3.modify(key, {"SIH4_1": [{"GROPRI": "20"}]}, "WSSIH", "NUM")
    invoice = company.find("invoice", key)
    assert (invoice.net, invoice.external_number, invoice.document_date) == (
        Decimal(40),
        "R-1",
        date(2026, 3, 2),
    )
    with pytest.raises(Refused, match=f"R-1 is already registered on document {key}"):
        x3.save(record, "WSSIH")
    credit = {**record, "SIH0_1": {**record["SIH0_1"], "SIVTYP": "CRM", "INVREF": "R-2"}}
    note = x3.save(credit, "WSSIH").record["SIH0_1"]["NUM"]
    assert company.find("credit_memo", note).net == 25
    with pytest.raises(Refused, match="SIVTYP : XXX does not exist"):
        x3.save({**record, "SIH0_1": {**record["SIH0_1"], "SIVTYP": "XXX", "INVREF": ""}}, "WSSIH")
    x3.delete(key, "WSSIH", "NUM")
    assert company.find("invoice", key) is None


def test_a_return_brings_goods_back(x3, company, number):
    """sage.md 2.15 and 10.2: SRH is assumed; its goods are back at once."""
    key = deliver(x3, number)["SDH0_1"]["SDHNUM"]
    record = {
        "SRH0_1": {"SALFCY": "MAIN", "BPCORD": "10000", "RTNDAT": "20260302"},
        "SRH1_1": [{"ITMREF": "PUMP-A", "QTY": "1", "SDHNUM": key}],
    }
    made = x3.save(record, "WSSRH").record
    assert stock.on_hand(company, "PUMP-A", "MAIN") == 499
    back = made["SRH0_1"]["SRHNUM"]
    shown = x3.read(back, "WSSRH", "SRHNUM").record
    assert shown["SRH1_1"] == [{"ITMREF": "PUMP-A", "SAU": "PCS", "QTY": "1", "SDHNUM": key}]
    for line, text in (
        ({"QTY": "3", "SDHNUM": key}, "remaining quantity 2"),
        ({"QTY": "1", "SDHNUM": "NONE"}, "SDHNUM : NONE does not exist"),
    ):
        with pytest.raises(Refused, match=text):
            x3.save({**record, "SRH1_1": [{"ITMREF": "PUMP-A", **line}]}, "WSSRH")
    for call in (
        lambda: x3.modify(back, {"SRH0_1": {"RTNDAT": "20260303"}}, "WSSRH", "SRHNUM"),
        lambda: x3.delete(back, "WSSRH", "SRHNUM"),
    ):
        with pytest.raises(Refused):
            call()
    assert stock.on_hand(company, "PUMP-A", "MAIN") == 499


# ---------------------------------------------------------------- purchases


def a_purchase(*lines, **header):
    return {
        "POH0_1": {"POHFCY": "MAIN", "BPSNUM": "V100", "ORDDAT": "20260302", **header},
        "POH2_1": list(lines) or [{"ITMREF": "VALVE-20", "QTYUOM": "10"}],
    }


def test_purchase_orders_are_entered_changed_received_and_deleted(x3, company):
    """sage.md 2.15: POH and PTH."""
    made = x3.save(a_purchase(), "WSPOH").record
    key = made["POH0_1"]["POHNUM"]
    assert made["POH2_1"][0]["GROPRI"] == "6.2500000000000"
    x3.modify(key, {"POH1_3": {"EXTRCPDAT": "20260320"}, "POH2_1": [{"QTYUOM": "12"}]}, "WSPOH", "POHNUM")
    order = company.find("purchase_order", key)
    assert (order.requested, company.lines_of(order)[0].quantity) == (date(2026, 3, 20), 12)
    receipt = {
        "PTH0_1": {"BPSNUM": "V100", "PRHFCY": "MAIN", "RCPDAT": "20260303"},
        "PTH1_2": [{"POHNUM": key, "ITMREF": "VALVE-20", "QTYUOM": "5", "UOM": "PCS", "STA": "A"}],
    }
    got = x3.save(receipt, "WSPTH").record
    assert stock.on_hand(company, "VALVE-20", "MAIN") == 505
    assert got["PTH1_2"][0]["POHNUM"] == key
    shown = x3.read(key, "WSPOH", "POHNUM").record
    assert (shown["POH2_1"][0]["RCPQTY"], shown["POH1_4"]["RCPFLG"]) == ("5", "2")
    with pytest.raises(Refused, match="remaining quantity 7"):
        x3.save({**receipt, "PTH1_2": [{**receipt["PTH1_2"][0], "QTYUOM": "8"}]}, "WSPTH")
    with pytest.raises(Refused, match="Deletion impossible"):
        x3.delete(key, "WSPOH", "POHNUM")
    other = x3.save(a_purchase(), "WSPOH").record["POH0_1"]["POHNUM"]
    x3.delete(other, "WSPOH", "POHNUM")
    assert len(x3.query("WSPOH", BPSNUM="V100").rows) == 1
    received = company.find("receipt", got["PTH0_1"]["PTHNUM"], posted=True)
    assert received.posting_date == date(2026, 3, 3)


def test_purchases_name_suppliers(x3):
    with pytest.raises(Refused, match="BPSNUM : 10000 does not exist in table BPSUPPLIER"):
        x3.save(a_purchase(BPSNUM="10000"), "WSPOH")


# ---------------------------------------------------------------- masters and subprograms


def test_customers_are_read_listed_entered_and_changed(x3, company):
    """sage.md 2.15: BPC with its table of addresses."""
    shown = x3.read("10000", "WSBPC", "BPCNUM").record
    assert shown["BPC0_1"]["BPCSTA"] == "2"
    assert shown["BPRC_1"]["BPRNAM"] == ["Harbour Pumps", ""]
    assert [(row["CODADR"], row["CTY"], row["BPAADDFLG"]) for row in shown["BPAC_1"]] == [
        ("001", "Riga", "2"),
        ("002", "Ventspils", "1"),
    ]
    assert shown["BPAC_1"][0]["BPAADDLIG"] == ["Quay 1", "", ""]
    made = {
        "BPC0_1": {"BCGCOD": "RET", "BPCNUM": "40000", "BPCNAM": "Boat Yard", "BPCSTA": "2"},
        "BPRC_1": {"BPRNAM": ["Boat Yard", "Dock office"], "CRY": "EE", "CUR": "USD"},
        "BPAC_1": [{"CODADR": "001", "BPAADDLIG": ["Sea 1", "2nd floor", "C"], "CTY": "Tartu", "CRY": "EE"}],
        "BPC3_3": {"PTE": "30 DAYS"},
    }
    x3.save(made, "WSBPC")
    customer = company.customers.by("number", "40000")
    assert (customer.name, customer.currency, customer.payment_terms) == ("Boat Yard", "USD", "30 DAYS")
    assert (customer.address.contact, customer.address.country) == ("Dock office", "EE")
    again = x3.read("40000", "WSBPC", "BPCNUM").record
    assert again["BPAC_1"][0]["BPAADDLIG"] == ["Sea 1", "2nd floor", "C"]
    x3.modify(
        "40000", {"BPC0_1": {"BPCSTA": "1"}, "BPAC_1": [{"NUM": 2, "CODADR": "002"}]}, "WSBPC", "BPCNUM"
    )
    assert company.customers.by("number", "40000").blocked == "all"
    assert len(x3.read("40000", "WSBPC", "BPCNUM").record["BPAC_1"]) == 2
    with pytest.raises(Refused, match="40000 : Record already exists"):
        x3.save(made, "WSBPC")
    with pytest.raises(Refused, match="BPCNUM : Mandatory field"):
        x3.save({"BPC0_1": {"BCGCOD": "RET", "BPCNAM": "Nobody"}}, "WSBPC")
    assert [row["BPCNUM"] for row in x3.query("WSBPC", BPCNAM="*Pumps").rows] == ["10000"]
    x3.delete("40000", "WSBPC", "BPCNUM")
    assert company.customers.by("number", "40000") is None


def test_products_and_suppliers(x3, company):
    shown = x3.read("VALVE-20", "WSITM", "ITMREF").record
    assert (shown["ITM0_1"]["DES1AXX"], shown["ITM0_1"]["ITMSTA"]) == ("Ball valve 20 mm", "1")
    assert (shown["ITM1_2"]["STU"], shown["ITM1_3"]["BASPRI"]) == ("PCS", "12.5")
    assert x3.read("OLD-1", "WSITM", "ITMREF").record["ITM0_1"]["ITMSTA"] == "6"
    x3.modify("VALVE-20", {"ITM1_3": {"BASPRI": "13"}, "ITM0_1": {"ITMSTA": "5"}}, "WSITM", "ITMREF")
    item = company.items.by("number", "VALVE-20")
    assert (item.price, item.blocked) == (13, True)
    with pytest.raises(Refused, match="VALVE-20 : Product not usable"):
        x3.order()
    made = {"ITM0_1": {"ITMREF": "NEW-1", "DES1AXX": "New", "TCLCOD": "FIN"}, "ITM1_2": {"STU": "PCS"}}
    x3.save(made, "WSITM")
    assert company.items.by("number", "NEW-1").unit == "PCS"
    with pytest.raises(Refused, match="VALVE-20 : Deletion impossible, the record is used"):
        x3.delete("VALVE-20", "WSITM", "ITMREF")
    assert x3.read("V100", "WSBPS", "BPSNUM").record["BPS0_1"] == {"BPSNUM": "V100", "BPSNAM": "Valve Works"}
    assert [row["BPSNUM"] for row in x3.query("WSBPS").rows] == ["V100", "V200"]


def run(x3, name, *, group="GRP1", context=None, **values):
    return x3("run", context, publicName=name, inputXml=param({group: values}))


def test_stock_and_prices_come_from_subprograms_of_the_site(x3, company, number):
    """sage.md 2.15: names and parameters are the site's."""
    told = run(x3, "YGETSTO", YITM="VALVE-20", YFCY="MAIN").record["GRP1"]
    assert told == {"YITM": "VALVE-20", "YFCY": "MAIN", "YQTY": "500", "YAVA": "496"}
    told = run(x3, "YGETPRI", YITM="VALVE-20", YBPC="10000", YQTY="2", YUOM="BOX").record["GRP2"]
    assert told == {"YPRI": "150", "YDISC": "0", "YCUR": "EUR"}
    config = {"requestConfig": "adxwss.optreturn=JSON"}
    asked = {"publicName": "YGETSTO", "inputXml": '{"GRP1": {"YITM": "PUMP-A"}}'}
    assert x3("run", config, **asked).json == {"GRP1": {"YITM": "PUMP-A", "YQTY": "500", "YAVA": "498"}}


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ('<PARAM><FLD NAME="YITM">PUMP-A</FLD></PARAM>', r"Cannot add field \[YITM\] under root node PARAM"),
        ("<PARAM><GRP/></PARAM>", "No attribute ID found into GRP tag"),
        ('<PARAM><GRP ID="GRP9"/></PARAM>', r"Group \[GRP9\] does not exist"),
        ('<PARAM><GRP ID="GRP1"><FLD NAME="ITM"/></GRP></PARAM>', r"Field \[ITM\] does not exist"),
        ("<PARAM/>", "ITMREF :  does not exist"),
        (param({"GRP1": {"YITM": "NONE"}}), "ITMREF : NONE does not exist"),
        (param({"GRP1": {"YITM": "PUMP-A", "YFCY": "WEST"}}), "STOFCY : WEST does not exist"),
        ("", "cannot be read"),
    ],
)
def test_subprograms_take_their_own_parameters_in_their_group(x3, payload, text):
    """sage.md 2.9: GRP with ID is required."""
    with pytest.raises(Refused, match=text):
        x3("run", publicName="YGETSTO", inputXml=payload)


def test_a_subprogram_may_close_orders_and_another_tell_what_has_changed(x3, company, clock, number):
    """sage.md 2.11, 2.14."""
    clock.turn(hours=1)
    other = x3.order()
    assert run(x3, "YCLOSOH", YSOHNUM=other).record["GRP1"] == {"YSOHNUM": other, "YOK": "1"}
    assert company.find("order", other).canceled
    with pytest.raises(Refused, match="Order closed"):
        run(x3, "YCLOSOH", YSOHNUM=other)
    with pytest.raises(Refused, match="NONE : Record does not exist"):
        run(x3, "YCLOSOH", YSOHNUM="NONE")
    assert run(x3, "YCHGSOH", YSINCE="20260302093000").record["GRP2"] == [
        {"YSOHNUM": other, "YUPD": "20260302100000"}
    ]
    clock.turn(hours=1)
    x3.modify(number, {"SOH4_1": [{"QTY": "5"}]})
    changed = run(x3, "YCHGSOH", YSINCE="20260302").record["GRP2"]
    assert [row["YSOHNUM"] for row in changed] == [other, number]


def test_pools_lead_to_folders(x3, world, company, settings):
    second = folder(world, "SECOND", "USD")
    settings.pools["OTHER"] = Pool("SECOND", language="FRA")
    x3.save(an_order(CUR="USD"), poolAlias="OTHER", codeLang="")
    assert len(second.documents) == 1
    assert len(company.documents) == 0
    with pytest.raises(Refused, match="NONE : Fiche inexistante"):
        x3.read("NONE", poolAlias="OTHER", codeLang="")
