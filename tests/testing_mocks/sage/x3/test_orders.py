"""The life of a sales order: what is entered, priced, changed, delivered, and taken away."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business import posting, stock
from erp_connect.testing.mocks.business.lines import change_line
from erp_connect.testing.mocks.sage.x3.samples import odd_site

from .conftest import Refused, an_order, param


def standing(company, number):
    order = company.find("order", number)
    return order, company.lines_of(order)


def ship(company, number, quantities):
    """Other people deliver quantities by SOPLIN, whatever the API says."""
    for line in standing(company, number)[1]:
        change_line(company, line, {"to_ship": Decimal(quantities.get(line.number, 0))})
    return posting.post(company, company.find("order", number), invoice=False).moved


def test_an_order_gets_a_number_of_type_site_and_year_and_the_prices_of_the_list(x3, company):
    """sage.md 2.20, point 10: no number, no price, padded decimals in the answer of a save."""
    made = x3.save(an_order({"ITMREF": "VALVE-20", "QTY": "4"}, {"ITMREF": "HOSE-20", "QTY": "7.5"})).record
    assert made["SOH0_1"]["SOHNUM"] == "SON-MAIN-26-000001"
    first, second = made["SOH4_1"]
    assert (first["QTY"], first["GROPRI"], first["NETPRI"]) == (
        "4.00000",
        "12.5000000000000",
        "12.5000000000000",
    )
    assert (second["SOPLIN"], second["NUMLIG"], second["LINORDNOT"]) == ("2000", "0", "24.0000000000000")
    assert made["SOH4_3"] == {"ORDNOT": "74.0000000000000"}
    assert made["SOH4_4"]["ORDINVATI"] == "88.8000000000000"
    order, lines = standing(company, "SON-MAIN-26-000001")
    assert (order.net, order.location, order.currency) == (Decimal(74), "MAIN", "EUR")
    assert [(line.number, line.object_number, line.quantity, line.price) for line in lines] == [
        (1000, "VALVE-20", 4, Decimal("12.5")),
        (2000, "HOSE-20", Decimal("7.5"), Decimal("3.2")),
    ]
    assert x3.order() == "SON-MAIN-26-000002"
    assert x3.order(SALFCY="EAST", ORDDAT="20251231") == "SON-EAST-25-000001"
    assert x3.read("SON-MAIN-26-000001").record["SOH4_1"][0]["GROPRI"] == "12.5"


@pytest.mark.parametrize(("habit", "price"), [("zero", 0), ("list", Decimal("12.5"))])
def test_an_empty_price_is_a_price_of_nothing(x3, company, settings, habit, price):
    """sage.md 2.20, point 10: absent means the price list, empty means zero (a setting)."""
    settings.empty_price = habit
    number = x3.order({"ITMREF": "VALVE-20", "QTY": "4", "GROPRI": ""})
    assert standing(company, number)[1][0].price == price


@pytest.mark.parametrize("field", ["SALFCY", "SOHTYP", "ORDDAT", "BPCORD", "CUR"])
def test_an_order_needs_what_the_standard_transaction_needs(x3, company, field):
    for value in (None, ""):
        with pytest.raises(Refused) as refused:
            x3.save(an_order(**{field: value}))
        assert refused.value.messages == [(3, f"{field} : Mandatory field")]
    assert len(company.documents) == 0


def test_an_order_needs_a_line_with_a_product_and_a_quantity(x3, company):
    record = an_order()
    for lines, text in (
        ([], "At least one line is needed"),
        ([{"QTY": "4"}], "ITMREF : Mandatory field"),
        ([{"ITMREF": "PUMP-A"}], "QTY : Mandatory field"),
        ([{"ITMREF": "PUMP-A", "QTY": "1", "NUM": 3}], "Line number 3 is not correct in table [SOH]"),
    ):
        with pytest.raises(Refused) as refused:
            x3.save(record | {"SOH4_1": lines})
        assert refused.value.messages == [(3, text)]
    assert len(company.documents) == 0


@pytest.mark.parametrize(
    ("line", "header", "text"),
    [
        ({"ITMREF": "NONE", "QTY": "1"}, {}, "ITMREF : NONE does not exist in table Item"),
        ({"ITMREF": "OLD-1", "QTY": "1"}, {}, "OLD-1 : Product not usable"),
        ({"ITMREF": "PUMP-A", "QTY": "1", "SAU": "ROLL"}, {}, "SAU : ROLL is no unit of product PUMP-A"),
        (
            {"ITMREF": "PUMP-A", "QTY": "1", "DSTOFCY": "WEST"},
            {},
            "DSTOFCY : WEST does not exist in table locations",
        ),
        ({"ITMREF": "PUMP-A", "QTY": "1,5"}, {}, "QTY : Incorrect value 1,5"),
        (
            {"ITMREF": "PUMP-A", "QTY": "1"},
            {"BPCORD": "99999"},
            "BPCORD : 99999 does not exist in table BPCUSTOMER",
        ),
        ({"ITMREF": "PUMP-A", "QTY": "1"}, {"BPCORD": "30000"}, "30000 : Customer inactive or blocked"),
        ({"ITMREF": "PUMP-A", "QTY": "1"}, {"CUR": "XXX"}, "CUR : XXX does not exist in table currencies"),
        (
            {"ITMREF": "PUMP-A", "QTY": "1"},
            {"SOHTYP": "ABC"},
            "SOHTYP : ABC does not exist in table order_types",
        ),
        ({"ITMREF": "PUMP-A", "QTY": "1"}, {"ORDDAT": "2026-03-02"}, "ORDDAT : Incorrect value 2026-03-02"),
        ({"ITMREF": "PUMP-A", "QTY": "1"}, {"ORDDAT": "20260230"}, "ORDDAT : Incorrect value 20260230"),
        (
            {"ITMREF": "PUMP-A", "QTY": "1"},
            {"CUSORDREF": "R" * 21},
            "CUSORDREF : Text longer than 20 characters",
        ),
    ],
)
def test_what_does_not_exist_or_does_not_fit_is_refused(x3, company, line, header, text):
    with pytest.raises(Refused) as refused:
        x3.save(an_order(line, **header))
    assert refused.value.messages == [(3, text)]
    assert refused.value.answer.nil
    assert len(company.documents) == 0


def test_numbers_are_given_by_hand_where_the_type_has_no_counter(x3, company, settings):
    """sage.md 2.12 and 10.4: SOHNUM with a manual counter; a number that is taken is refused."""
    assert x3.order(SOHTYP="SOM", SOHNUM="WEB-7") == "WEB-7"
    with pytest.raises(Refused, match="WEB-7 : Record already exists"):
        x3.order(SOHTYP="SOM", SOHNUM="WEB-7")
    with pytest.raises(Refused, match="SOHNUM : Mandatory field"):
        x3.order(SOHTYP="SOM")
    with pytest.raises(Refused, match="The number is assigned automatically"):
        x3.order(SOHNUM="WEB-8")
    settings.given_number = "replaced"
    assert x3.order(SOHNUM="WEB-8") == "SON-MAIN-26-000001"
    assert len(company.documents) == 2


def test_a_change_touches_what_was_sent_and_totals_follow(x3, company):
    """sage.md 2.20, point 11: modify is partial and works totals out again."""
    number = x3.order({"ITMREF": "VALVE-20", "QTY": "4"}, {"ITMREF": "PUMP-A", "QTY": "1"}, CUSORDREF="PO-1")
    before = x3.read(number).record
    after = x3.modify(number, {"SOH4_1": [{"GROPRI": "25"}]}).record
    assert after["SOH4_1"][0]["GROPRI"] == "25.0000000000000"
    assert after["SOH4_3"]["ORDNOT"] == "2099.9900000000000"
    now = x3.read(number).record
    changed = {
        (block, name)
        for block, held in now.items()
        for at, row in enumerate(held if isinstance(held, list) else [held])
        for name, value in row.items()
        if value != (before[block][at] if isinstance(held, list) else before[block])[name]
    }
    assert {name for _, name in changed} == {
        *("GROPRI", "NETPRI", "PFM", "LINPFM", "LINORDNOT", "LINORDATI", "DLRNOT", "PFMTOT"),
        *("ORDNOT", "ORDINVNOT", "ORDINVATI", "WW_MODSTAMP"),
    }
    order, lines = standing(company, number)
    assert (order.net, order.external_number, lines[0].quantity) == (Decimal("2099.99"), "PO-1", 4)


def test_lines_are_added_changed_and_taken_away(x3, company):
    """sage.md 2.14: SIZE+1 adds a line, deleteLines takes ranks; a gap is refused."""
    number = x3.order()
    x3.modify(number, {"SOH4_1": [{"NUM": 2, "ITMREF": "HOSE-20", "QTY": "10"}]})
    x3.modify(number, {"SOH4_1": [{"NUM": 2, "QTY": "12"}, {"NUM": 3, "ITMREF": "PUMP-A", "QTY": "1"}]})
    with pytest.raises(Refused, match="Line number 5 is not correct"):
        x3.modify(number, {"SOH4_1": [{"NUM": 5, "ITMREF": "PUMP-A", "QTY": "1"}]})
    with pytest.raises(Refused, match="QTY : Incorrect value 0"):
        x3.modify(number, {"SOH4_1": [{"NUM": 2, "QTY": "0"}]})
    keys = {"publicName": "WSSOH", "objectKeys": {"1": number}, "blocKey": "SOH4_1"}
    after = x3("deleteLines", **keys, lineKeys=["1"]).record
    assert [row["ITMREF"] for row in after["SOH4_1"]] == ["HOSE-20", "PUMP-A"]
    for bad in (["3"], ["2", "2"], ["one"]):
        with pytest.raises(Refused, match="is not correct in table"):
            x3("deleteLines", **keys, lineKeys=bad)
    with pytest.raises(Refused, match="At least one line"):
        x3("deleteLines", **keys, lineKeys=["1", "2"])
    assert [(line.object_number, line.quantity) for line in standing(company, number)[1]] == [
        ("HOSE-20", 12),
        ("PUMP-A", 1),
    ]


def test_lines_cannot_be_inserted_on_syracuse(x3, company):
    number = x3.order()
    with pytest.raises(Refused, match="not implemented"):
        x3(
            "insertLines",
            publicName="WSSOH",
            objectKeys={"SOHNUM": number},
            blocKey="SOH4_1",
            lineKey="1",
            lineXml="<PARAM/>",
        )


def test_a_detail_screen_ends_with_the_last_line_sent_unless_its_counter_is_right(x3, company, settings):
    """sage.md 2.9: the count of lines of a detail screen."""
    plain = settings.publications["WSSOH"]
    settings.publications["WSSOH"] = replace(plain, counted={"SOH4_1": "SOH4_2.NBLIG"})
    number = x3.order(*[{"ITMREF": item, "QTY": "1"} for item in ("VALVE-20", "HOSE-20", "PUMP-A")])
    assert x3.read(number).record["SOH4_2"]["NBLIG"] == "3"
    again = an_order({"ITMREF": "VALVE-20", "QTY": "1"}) | {"SOH4_2": {"NBLIG": "1"}}
    assert len(x3.save(again).record["SOH4_1"]) == 1
    x3.modify(number, {"SOH4_2": {"NBLIG": "3"}, "SOH4_1": [{"QTY": "2"}]})
    assert len(standing(company, number)[1]) == 3
    x3.modify(number, {"SOH4_1": [{"QTY": "5"}, {"QTY": "6"}]})
    assert [line.quantity for line in standing(company, number)[1]] == [5, 6]


def test_header_fields_dates_and_addresses_can_be_changed(x3, company):
    number = x3.order(SHIDAT=None)
    x3.modify(
        number,
        {
            "SOH0_1": {"CUSORDREF": "PO-9"},
            "SOH1_3": {"REP": ["ANNE", "BO"]},
            "SOH2_2": {"SHIDAT": "20260310", "DEMDLVDAT": "20260312"},
            "SOH2_3": {"MDL": "CIF", "BPTNUM": "DHL"},
            "SOH3_4": [{"INVDTAAMT": "15", "INVDTATYP": "1"}],
            "ADB2_1": {"BPRNAM": ["Site 4", "Gate B"], "BPAADDLIG": ["Pier 4", "", ""], "CTY": "Liepaja"},
        },
    )
    order, _ = standing(company, number)
    assert (order.external_number, order.shipment_method, order.agent) == ("PO-9", "CIF", "DHL")
    assert (order.shipment_date, order.requested) == (date(2026, 3, 10), date(2026, 3, 12))
    assert (order.ship_address.name, order.ship_address.line1, order.ship_address.city) == (
        "Site 4",
        "Pier 4",
        "Liepaja",
    )
    assert order.ship_address.country == "LV"
    shown = x3.read(number).record
    assert shown["SOH1_3"]["REP"] == ["ANNE", "BO"]
    assert shown["SOH3_4"] == [{"INVDTAAMT": "15", "INVDTATYP": "1"}]
    x3.modify(number, {"SOH1_1": {"BPAADD": "002"}, "SOH2_2": {"SHIDAT": ""}})
    order, _ = standing(company, number)
    assert (order.ship_to_code, order.ship_address.city, order.shipment_date) == ("002", "Ventspils", None)
    with pytest.raises(Refused, match="BPAADD : 009 does not exist in table BPADDRESS"):
        x3.modify(number, {"SOH1_1": {"BPAADD": "009"}})
    with pytest.raises(Refused, match="BPCORD : Field not enterable in modification"):
        x3.modify(number, {"SOH0_1": {"BPCORD": "20000"}})


def test_a_stale_stamp_is_refused(x3, company):
    """sage.md 2.20, point 11: WW_MODSTAMP of the last read."""
    number = x3.order()
    stamp = x3.read(number).record["ADXTEC"]["WW_MODSTAMP"]
    x3.modify(number, {"SOH4_1": [{"QTY": "5"}], "ADXTEC": {"WW_MODSTAMP": stamp, "WW_MODUSER": ""}})
    with pytest.raises(Refused) as refused:
        x3.modify(number, {"SOH4_1": [{"QTY": "6"}], "ADXTEC": {"WW_MODSTAMP": stamp}})
    assert refused.value.messages == [(3, "Record modified since last read")]
    posting.post(company, company.find("order", number), invoice=False)
    assert x3.read(number).record["ADXTEC"]["WW_MODSTAMP"] != stamp
    x3.modify(number, {"SOH4_1": [{"QTY": "7"}]})
    assert standing(company, number)[1][0].quantity == 7


def test_a_site_without_stamps_checks_none(x3, company, settings):
    settings.stamps = False
    number = x3.order()
    assert x3.read(number).record["ADXTEC"] == {"WW_MODSTAMP": "", "WW_MODUSER": ""}
    x3.modify(number, {"SOH4_1": [{"QTY": "6"}], "ADXTEC": {"WW_MODSTAMP": "1"}})
    assert standing(company, number)[1][0].quantity == 6


def test_an_untouched_order_can_be_deleted_and_one_that_was_delivered_cannot(x3, company):
    """sage.md 2.20, point 12."""
    untouched, delivered, invoiced = x3.order(), x3.order(), x3.order()
    answer = x3.delete(untouched)
    assert (answer.nil, answer.messages) == (True, [])
    assert company.find("order", untouched) is None
    posting.post(company, company.find("order", delivered), invoice=False)
    posting.post(company, company.find("order", invoiced))
    for number in (delivered, invoiced):
        with pytest.raises(Refused) as refused:
            x3.delete(number)
        assert refused.value.messages == [
            (3, f"{number} : Deletion impossible, the order is delivered or invoiced")
        ]
        assert company.find("order", number) is not None
    with pytest.raises(Refused, match="Record does not exist"):
        x3.delete(untouched)
    with pytest.raises(Refused, match=r"Line 1000 is delivered or allocated"):
        x3(
            "deleteLines",
            publicName="WSSOH",
            objectKeys={"SOHNUM": delivered},
            blocKey="SOH4_1",
            lineKeys=["1"],
        )


def test_statuses_tell_how_far_an_order_is(x3, company):
    """sage.md 2.13: order, delivery and invoice status; a closed order takes no change."""
    number = x3.order({"ITMREF": "VALVE-20", "QTY": "4"}, {"ITMREF": "PUMP-A", "QTY": "1"})

    def statuses():
        shown = x3.read(number).record["SOH1_5"]
        return [shown[name] for name in ("ORDSTA", "ALLSTA", "DLVSTA", "INVSTA", "CDTSTA", "APPFLG")]

    assert statuses() == ["1", "1", "1", "1", "1", "4"]
    _, lines = standing(company, number)
    company.lines.put(replace(lines[1], extras={"ALLQTY": 1}))
    ship(company, number, {1000: 3})
    assert statuses() == ["1", "2", "2", "1", "1", "4"]
    assert [row["TDLQTY"] for row in x3.read(number).record["SOH4_1"]] == ["3", "0"]
    with pytest.raises(Refused, match="QTY : 2 is less than the delivered quantity 3"):
        x3.modify(number, {"SOH4_1": [{"QTY": "2"}]})
    ship(company, number, {1000: 1, 2000: 1})
    assert statuses()[:4] == ["1", "2", "3", "1"]
    posting.post(company, company.find("order", number))
    assert statuses()[:4] == ["2", "2", "3", "3"]
    with pytest.raises(Refused, match=f"{number} : Order closed"):
        x3.modify(number, {"SOH4_1": [{"QTY": "9"}]})
    held = x3.order()
    company.documents.put(replace(company.find("order", held), held=True))
    assert x3.read(held).record["SOH1_5"]["CDTSTA"] == "2"


def test_an_order_may_be_closed_by_its_invoice_with_nothing_delivered(x3, company):
    """sage.md 2.13: the observed trap, ORDSTA 2 and INVSTA 3 with DLVSTA 1."""
    number = x3.order()
    line = standing(company, number)[1][0]
    company.lines.put(replace(line, invoiced=line.quantity))
    shown = x3.read(number).record["SOH1_5"]
    assert (shown["ORDSTA"], shown["DLVSTA"], shown["INVSTA"]) == ("2", "1", "3")


def test_an_order_is_closed_by_an_action_of_the_site_only(x3, company, settings):
    """sage.md 2.14: no standard code; the site's own, found in the description."""
    settings.publications |= odd_site()
    number, partly = x3.order(), x3.order()
    for code in ("CLO", "V"):
        with pytest.raises(Refused, match=f"Action {code} is not available for WSSOH"):
            x3("actionObjectKeys", publicName="WSSOH", actionCode=code, objectKeys={"SOHNUM": number})
    ship(company, partly, {1000: 1})
    for each, expected in ((number, ("2", "1", "1")), (partly, ("2", "2", "1"))):
        answer = x3("actionObjectKeys", publicName="YWSSOH", actionCode="YCLO", objectKeys={"SOHNUM": each})
        shown = answer.record["SOH1_5"]
        assert (shown["ORDSTA"], shown["DLVSTA"], shown["INVSTA"]) == expected
        with pytest.raises(Refused, match="Order closed"):
            x3.modify(each, {"SOH4_1": [{"QTY": "9"}]})
    assert stock.promised(company, "VALVE-20") == 0


def test_an_order_can_be_valued_without_being_saved(x3, company):
    """sage.md 2.4: actionObject V."""
    told = x3("actionObject", publicName="WSSOH", actionCode="V", objectXml=param(an_order()))
    assert told.record["SOH0_1"]["SOHNUM"] == ""
    assert told.record["SOH4_4"]["ORDINVATI"] == "60.0000000000000"
    assert len(company.documents) == 0
    with pytest.raises(Refused, match="Customer inactive"):
        x3(
            "actionObject",
            publicName="WSSOH",
            actionCode="V",
            objectXml=param(an_order(BPCORD="30000")),
        )


def test_a_record_that_another_user_holds_is_being_modified(x3, company, world):
    """sage.md 2.20, point 15; the text follows codeLang."""
    number = x3.order()
    world.locked[company.find("order", number).id] = "BO"
    for call in (
        lambda **c: x3.modify(number, {"SOH4_1": [{"QTY": "6"}]}, **c),
        lambda **c: x3.delete(number),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.messages == [(3, f"{number} : Record being modified")]
    with pytest.raises(Refused, match="Fiche en cours de modification"):
        x3.modify(number, {"SOH4_1": [{"QTY": "6"}]}, codeLang="FRA")
    world.locked.clear()
    x3.modify(number, {"SOH4_1": [{"QTY": "6"}]})


def test_a_site_may_control_references_against_duplicates(x3, company, settings):
    """sage.md 2.17: "already registered on document N"."""
    settings.publications["WSSOH"] = replace(settings.publications["WSSOH"], unique="CUSORDREF")
    number = x3.order(CUSORDREF="PO-1")
    with pytest.raises(Refused) as refused:
        x3.order(CUSORDREF="PO-1")
    assert refused.value.messages == [(3, f"PO-1 is already registered on document {number}")]
    assert len(company.documents) == 1


def test_valuing_uses_no_number_up(x3):
    x3("actionObject", publicName="WSSOH", actionCode="V", objectXml=param(an_order()))
    assert x3.order() == "SON-MAIN-26-000001"


def test_what_is_mandatory_cannot_be_cleared_later(x3, company):
    number = x3.order()
    for record, text in (
        ({"SOH0_1": {"ORDDAT": ""}}, "ORDDAT : Mandatory field"),
        ({"SOH1_4": {"CUR": ""}}, "CUR : Mandatory field"),
        ({"SOH4_1": [{"ITMREF": ""}]}, "ITMREF : Mandatory field"),
        ({"SOH0_1": {"BPCORD": ""}}, "BPCORD : Field not enterable in modification"),
        ({"SOH0_1": {"SOHNUM": "OTHER"}}, "SOHNUM : Field not enterable in modification"),
    ):
        before = standing(company, number)
        with pytest.raises(Refused) as refused:
            x3.modify(number, record)
        assert refused.value.messages == [(3, text)]
        assert standing(company, number) == before


def test_a_change_that_fails_in_its_last_line_changes_nothing(x3, company):
    number = x3.order({"ITMREF": "VALVE-20", "QTY": "4"}, {"ITMREF": "PUMP-A", "QTY": "1"})
    before = standing(company, number)
    with pytest.raises(Refused, match="ITMREF : NONE does not exist"):
        x3.modify(
            number,
            {
                "SOH0_1": {"CUSORDREF": "PO-5"},
                "SOH4_1": [{"QTY": "9"}, {"QTY": "9"}, {"ITMREF": "NONE", "QTY": "1"}],
            },
        )
    assert standing(company, number) == before


def test_who_pays_may_be_another_than_who_buys(x3, company):
    """sage.md 2.12: BPCINV, BPCPYR and BPCGRU."""
    number = x3.order(BPCORD="20000", CUR="USD")
    shown = x3.read(number).record["SOH1_1"]
    assert (shown["BPCINV"], shown["BPCPYR"], shown["ZBPCPYR"]) == ("20000", "20000", "Mill & Sons")
    x3.modify(number, {"SOH1_1": {"BPCINV": "10000"}})
    order, _ = standing(company, number)
    assert company.customers.row(order.bill_to).number == "10000"
    billed = posting.post(company, order).billed
    header = x3.read(billed.number, "WSSIH", "NUM").record
    assert (header["SIH0_1"]["BPCINV"], header["SIH1_1"]["BPCORD"]) == ("10000", "20000")


def test_prices_may_include_tax_and_discounts_count(x3, company):
    """sage.md 2.12: PRITYP 2, DISCRGVAL1."""
    line = {"ITMREF": "VALVE-20", "QTY": "10", "GROPRI": "12", "DISCRGVAL1": "5"}
    made = x3.save({**an_order(line), "SOH1_4": {"PRITYP": "2"}}).record
    assert made["SOH4_1"][0]["NETPRI"] == "11.4000000000000"
    assert made["SOH4_4"] == {"ORDINVNOT": "95.0000000000000", "ORDINVATI": "114.0000000000000"}


def test_a_credit_limit_may_refuse_an_order(x3, company, world):
    world.settings.credit_check = "refuse"
    customer = company.customers.by("number", "10000")
    company.customers.put(replace(customer, credit_limit=Decimal(100)))
    x3.order()
    with pytest.raises(Refused, match=r"10000 : Authorized credit exceeded \(120.00 > 100\)"):
        x3.order()
    assert len(company.documents) == 1


def test_a_site_may_close_orders_when_all_is_delivered(x3, company, settings):
    """sage.md 2.13: DLVSTA 3 with ORDSTA 1 or 2."""
    number = x3.order()
    ship(company, number, {1000: 4})
    for habit, status in (("invoiced", "1"), ("delivered", "2")):
        settings.closes_when = habit
        shown = x3.read(number).record["SOH1_5"]
        assert (shown["ORDSTA"], shown["DLVSTA"], shown["INVSTA"]) == (status, "3", "1")
