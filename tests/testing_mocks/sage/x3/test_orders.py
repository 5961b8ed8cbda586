"""The life of a sales order: what is entered, priced, changed, delivered, and taken away."""

from decimal import Decimal

import pytest

from .conftest import Refused, an_order


def standing(company, number):
    order = company.find("order", number)
    return order, company.lines_of(order)


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
