"""What single cells and statuses mean, where releases and servers differ (sap.md 2.17, 2.19, 4.4, 4.7)."""

from decimal import Decimal

import pytest
from requests.structures import CaseInsensitiveDict

from erp_connect.adapters.sap.messages import Meanings
from erp_connect.adapters.sap.odata.dialect import V2
from erp_connect.adapters.sap.odata.errors import refusal
from erp_connect.adapters.sap.odata.fulfilment import has_begun
from erp_connect.adapters.sap.odata.mapping_conditions import Pricing
from erp_connect.adapters.sap.settings import ODataSettings
from erp_connect.clock import SystemClock
from erp_connect.errors import Throttled, TransportError
from erp_connect.models import Discount, Money
from erp_connect.wire.http import Answer


@pytest.mark.parametrize("status", [408, 429, 500, 501, 502, 503, 504, 507, 520, 524, 599])
def test_whatever_a_gateway_says_instead_leaves_a_write_in_doubt(status):
    answer = Answer(
        status, CaseInsensitiveDict({"Content-Type": "text/html"}), b"<html/>", "https://erp.example/"
    )
    told = refusal(answer, Meanings({}), SystemClock(), operation="orders.create", writes=True)
    assert isinstance(told, TransportError | Throttled)
    assert told.outcome == "unknown"
    assert refusal(answer, Meanings({}), SystemClock(), operation="x", writes=False).outcome == "not_applied"


@pytest.mark.parametrize(
    ("order", "begun"),
    [
        ({"OverallDeliveryStatus": "A", "OverallOrdReltdBillgStatus": "A"}, False),
        ({"OverallTotalDeliveryStatus": "C"}, True),
        ({"OverallTotalDeliveryStatus": "A", "OverallOrdReltdBillgStatus": "B"}, True),
        ({"OverallTotalDeliveryStatus": "A", "to_Item": {"results": [{"DeliveryStatus": "B"}]}}, True),
        ({"OverallTotalDeliveryStatus": "", "to_Item": {"results": [{"DeliveryStatus": "A"}]}}, False),
        ({"OverallDeliveryStatus": None, "to_Item": {"results": []}}, True),
        ({}, True),
    ],
)
def test_an_order_is_asked_about_where_anything_may_stand_behind_it(order, begun):
    assert has_begun(order, "to_Item") is begun


def test_a_price_stands_in_the_currency_that_its_condition_names():
    pricing = Pricing(V2, None, ODataSettings())
    rows = [
        {"ConditionType": "PR00", "ConditionRateValue": "10.000000000", "ConditionCurrency": "USD"},
        {"ConditionType": "RB00", "ConditionRateValue": "-3.000000000", "ConditionCurrency": "USD"},
    ]
    price = pricing.price_in(rows, "EUR", lambda _, per: per)
    assert (price.amount, price.currency) == (Decimal(10), "USD")
    assert pricing.discount_in(rows, "EUR", []) == Discount(amount=Money(amount=Decimal(3), currency="USD"))
    untold = [{**row, "ConditionCurrency": None} for row in rows]
    assert pricing.price_in(untold, "EUR", lambda _, per: per).currency == "EUR"
