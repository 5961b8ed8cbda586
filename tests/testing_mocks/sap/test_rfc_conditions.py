"""Price conditions: where each comes from, and which belong to the whole order (sap.md 2.4, 2.8)."""

from decimal import Decimal

import pytest

VALVE = "62".zfill(18)


def entered(kind, value, item="000010"):
    return {"ITM_NUMBER": item, "COND_TYPE": kind, "COND_VALUE": Decimal(value)}


def conditions(clerk, number, with_header=""):
    """Item, type, value, amount and origin of each condition."""
    answer = clerk.sap.call(
        "BAPISDORDER_GETDETAILEDLIST",
        I_BAPI_VIEW={"SDCOND": "X"},
        I_WITH_HEADER_CONDITIONS=with_header,
        SALES_DOCUMENTS=[{"VBELN": number}],
    )
    names = "ITM_NUMBER", "COND_TYPE", "COND_VALUE", "CONDVALUE", "CONDORIGIN"
    return [tuple(row[name] for name in names) for row in answer["ORDER_CONDITIONS_OUT"]]


def test_an_entered_price_is_told_from_the_list_price(world, clerk):
    """sap.md line 315: CONDORIGIN and COND_NO are fields of a condition; their values are a setting"""
    listed = clerk.ordered()
    manual = clerk.ordered(ORDER_CONDITIONS_IN=[entered("PR00", "12.50")])
    assert conditions(clerk, listed) == [("000010", "PR00", Decimal("12.5"), Decimal("62.5"), "A")]
    assert conditions(clerk, manual) == [("000010", "PR00", Decimal("12.5"), Decimal("62.5"), "C")]
    view = {"view": ["SDCOND"]}
    [of_list], [of_person] = (
        clerk.read(number, **view)["ORDER_CONDITIONS_OUT"] for number in (listed, manual)
    )
    assert of_list["COND_NO"].isdigit()
    assert of_person["COND_NO"] == ""
    world.settings.condition_origins = {"list": "1", "entered": "2", "header": "3"}
    assert [row[-1] for row in conditions(clerk, listed) + conditions(clerk, manual)] == ["1", "2"]


@pytest.fixture
def two_items(clerk):
    """An order of 5 valves and 10 gaskets, less two per cent on the whole."""
    rows = [("000010", VALVE, 5), ("000020", "63".zfill(18), 10)]
    items = [{"ITM_NUMBER": i, "MATERIAL": m, "TARGET_QTY": Decimal(q)} for i, m, q in rows]
    return clerk.ordered(
        ORDER_ITEMS_IN=items,
        ORDER_SCHEDULES_IN=None,
        ORDER_CONDITIONS_IN=[entered("HA00", -2, item="000000")],
    )


def test_a_header_condition_is_shown_once_and_only_when_asked_for(clerk, two_items):
    """sap.md line 385: I_WITH_HEADER_CONDITIONS"""
    assert [row[:2] for row in conditions(clerk, two_items)] == [("000010", "PR00"), ("000020", "PR00")]
    header, *items = conditions(clerk, two_items, with_header="X")
    assert header == ("000000", "HA00", -2, Decimal("-1.41"), "D")
    assert items == conditions(clerk, two_items)


def test_a_header_condition_at_its_items_is_a_setting(world, clerk, two_items):
    """sap.md line 385: the page does not say whether items repeat it; the origin tells it apart"""
    world.settings.header_conditions_at_items = True
    shown = [(row[0], row[1], row[4]) for row in conditions(clerk, two_items)]
    assert shown == [
        ("000010", "PR00", "A"),
        ("000010", "HA00", "D"),
        ("000020", "PR00", "A"),
        ("000020", "HA00", "D"),
    ]


def test_a_basket_takes_conditions_of_its_header(clerk):
    """sap.md line 343: four inline header conditions"""
    header = {"DOC_TYPE": "TA", "SALES_ORG": "1000", "DISTR_CHAN": "10", "DIVISION": "00"}
    answer = clerk.sap.call(
        "BAPI_SALESORDER_SIMULATE",
        ORDER_HEADER_IN=header | {"CD_TYPE2": "HA00", "CD_VALUE2": Decimal(-10)},
        ORDER_ITEMS_IN=[{"ITM_NUMBER": "000010", "MATERIAL": VALVE, "REQ_QTY": "0000000004000"}],
        ORDER_PARTNERS=[{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
    )
    assert answer["ORDER_ITEMS_OUT"][0]["NET_VALUE1"] == 45
    shown = [(row["ITM_NUMBER"], row["COND_TYPE"], row["CONDVALUE"]) for row in answer["ORDER_CONDITION_EX"]]
    assert shown == [("000000", "HA00", -5), ("000010", "PR00", 50)]
