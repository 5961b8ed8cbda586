"""What a check, a write and a bulk write tell."""

import dataclasses
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from erp_connect.errors import CreditBlocked, InvalidOrder
from erp_connect.models import (
    Availability,
    BatchFailure,
    BatchResult,
    ChangeQuantity,
    Customer,
    Difference,
    DifferenceKind,
    Finding,
    Findings,
    LineQuantity,
    Money,
    OrderDraft,
    Package,
    Place,
    Places,
    Plan,
    Product,
    Quote,
    RecoveryReport,
    ReturnDraft,
    Severity,
    Shipment,
    WriteReceipt,
    findings_of,
    line_quantities,
)


def finding(code, severity, path="order.lines[0].quantity"):
    return Finding(code=code, severity=severity, path=path, message="stock of Harbour Pumps is short")


def test_findings_are_errors_and_warnings_in_order():
    found = Findings.of(
        [
            finding("short", Severity.WARNING),
            finding("blocked", Severity.ERROR),
            finding("unit", Severity.ERROR),
        ]
    )
    assert [each.code for each in found] == ["short", "blocked", "unit"]
    assert [each.code for each in found.errors] == ["blocked", "unit"]
    assert [each.code for each in found.warnings] == ["short"]
    assert (len(found), bool(found), bool(Findings())) == (3, True, False)


def test_only_errors_stop_a_write():
    Findings.of([finding("short", Severity.WARNING), finding("note", Severity.INFO)]).raise_for_errors()
    many = Findings.of(finding(f"e{number}", Severity.ERROR) for number in range(7))
    with pytest.raises(InvalidOrder) as caught:
        many.raise_for_errors()
    assert caught.value.findings == many.errors
    assert caught.value.path == "order.lines[0].quantity"
    assert "7 error(s)" in str(caught.value)
    assert "and 2 more" in str(caught.value)
    assert "Harbour Pumps" not in str(caught.value)


def test_what_a_constructor_refused_is_located_in_the_order_and_in_the_file():
    places = Places(
        {"order.lines[0]": Place(sheet="March", cell="A7"), "order.currency": Place(sheet="March", cell="C2")}
    )
    with pytest.raises(ValidationError) as caught:
        OrderDraft.model_validate(
            {
                "customer": "10000",
                "customer_po": None,
                "currency": "eur",
                "lines": [{"product": "A", "quantity": Decimal(1), "unit": "ST"}],
                "colour": "red",
            }
        )
    told = {each.path: each for each in findings_of(caught.value, places=places)}
    assert set(told) == {"order.currency", "order.lines[0].unit", "order.colour"}
    assert told["order.currency"].fix == "write EUR"
    assert str(told["order.currency"].place) == "March!C2"
    assert told["order.lines[0].unit"].code == "unknown_unit"
    assert told["order.lines[0].unit"].fix == "write H87 (piece) or SET (set) or XST (sheet)"
    assert str(told["order.lines[0].unit"].place) == "March!A7"
    assert told["order.colour"].message == "there is no such field; leave it out, or put it into custom"
    assert told["order.colour"].place is None
    assert all(each.severity is Severity.ERROR for each in told.values())


def test_a_missing_field_is_named():
    with pytest.raises(ValidationError) as caught:
        Money.model_validate({"amount": Decimal(1)})
    (told,) = findings_of(caught.value, root="order.lines[2].price")
    assert (told.path, told.message) == ("order.lines[2].price.currency", "must be given")


def receipt(order, **changes):
    plain = {
        "stored": order,
        "key": "K1",
        "operation": "orders.create",
        "system": "memory",
        "correlation_id": "c1",
    }
    return WriteReceipt(**{**plain, **changes})


def test_a_receipt_shows_the_order_as_stored_and_what_differs(order, in_another_process):
    differs = Difference(
        path="order.lines[0].price", kind=DifferenceKind.PRICE, sent=Decimal(1), stored=Decimal(2)
    )
    proof = receipt(order(), differences=(differs,))
    assert proof.order is proof.stored
    assert proof.replayed is False
    assert in_another_process(proof) == proof
    with pytest.raises(dataclasses.FrozenInstanceError):
        proof.key = "K2"


def test_a_batch_puts_every_draft_on_one_side(order, draft):
    refused = BatchFailure(
        index=1, key="K2", draft=draft(), error=CreditBlocked("the credit limit is reached")
    )
    result = BatchResult(
        succeeded=(receipt(order()), receipt(order(), key="K3", replayed=True)), failed=(refused,)
    )
    assert [proof.key for proof in result.succeeded] == ["K1", "K3"]
    assert len(result) == 3
    for _ in range(2):
        with pytest.raises(CreditBlocked) as caught:
            result.raise_for_failures()
    assert caught.value.__notes__ == ["1 of 3 failed; see BatchResult.failed"]
    BatchResult(succeeded=result.succeeded).raise_for_failures()


def test_a_plan_carries_what_it_takes_to_apply_it_once(order):
    plan = Plan(
        order=order(),
        amendments=(ChangeQuantity(line="L1", to=5),),
        diff=(),
        expected=order(),
        key="K1",
        price_effect=None,
    )
    assert (plan.computed_by, plan.warnings, plan.key) == ("rules", (), "K1")
    with pytest.raises(TypeError):
        Plan(order())
    assert RecoveryReport() == RecoveryReport(settled=(), reopened=(), unknown=())


def test_lines_may_be_named_in_the_ways_people_name_them(order):
    line = order().lines[0]
    five = LineQuantity(line="L1", quantity=5)
    assert line_quantities({"L1": 5}) == (five,)
    assert line_quantities([("L1", 5)]) == (five,)
    assert line_quantities([five]) == line_quantities(five) == (five,)
    assert line_quantities(["L1", 20]) == (LineQuantity(line="L1"), LineQuantity(line=20))
    assert line_quantities(10) == (LineQuantity(line=10),)
    assert line_quantities([line])[0].line is line
    assert line_quantities(None) == ()


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ([], ("lines",)),
        ({}, ("lines",)),
        (3.5, ("lines",)),
        ([("L1", 5), ("L2", 1.5)], ("lines", 1, "quantity")),
        ([True], ("lines", 0, "line")),
        ({"L1": 0}, ("lines", 0, "quantity")),
    ],
)
def test_nothing_named_is_not_everything(given, where):
    with pytest.raises(ValidationError) as caught:
        line_quantities(given)
    assert [told["loc"] for told in caught.value.errors()] == [where]
    with pytest.raises(ValidationError) as caught:
        ReturnDraft(order="42", lines=given, reason="broken")
    assert [told["loc"] for told in caught.value.errors()] == [where]


def test_a_return_needs_order_lines_and_reason():
    with pytest.raises(ValidationError) as caught:
        ReturnDraft.model_validate({})
    assert {told["loc"][0] for told in caught.value.errors()} == {"order", "lines", "reason"}
    assert ReturnDraft(order="42", lines=None, reason="broken").lines == ()


def test_what_is_not_on_file_is_not_zero():
    asked = {"product": "VALVE-20", "unit": "H87", "requested": Decimal(5)}
    assert Availability(**asked).enough is None
    assert Availability(**asked, available=Decimal(5)).enough is True
    assert Availability(**asked, available=Decimal(0), promised=date(2026, 4, 1)).enough is False
    assert Quote(customer="1", product="A", quantity=Decimal(1), unit="H87").price is None
    assert Customer(id="1", name="A").credit_left is None
    limit, used = Money(amount=100, currency="EUR"), Money(amount=130, currency="EUR")
    assert Customer(id="1", name="A", credit_limit=limit).credit_left == 100
    assert Customer(id="1", name="A", credit_limit=limit, credit_used=used).credit_left == -30


def test_a_product_s_number_is_its_code():
    assert Product(id="1", number="VALVE-20", name="Valve", unit="H87").code == "VALVE-20"


def test_a_shipment_tells_its_tracking_numbers():
    parcels = [
        Package(tracking_number="1Z1", carrier="UPS"),
        Package(sscc="106141412345678908"),
        Package(tracking_number="1Z2"),
    ]
    assert Shipment(id="1", order_id="42", packages=parcels).tracking_numbers == ("1Z1", "1Z2")
