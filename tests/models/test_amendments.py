"""Changes: what each one takes, and that the journal can keep it."""

import json
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from erp_connect.adapters.contract import OPERATIONS
from erp_connect.models import (
    EMPTY,
    AddLine,
    AddNote,
    Address,
    Amendment,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Charge,
    Contact,
    Discount,
    LineDraft,
    Money,
    OrderDraft,
    PlaceHold,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    Ref,
    Reference,
    ReleaseHold,
    SplitLine,
    SubstituteProduct,
    UnitPrice,
    amendment_from_json,
    amendment_to_json,
)

PRICE = UnitPrice(amount=Decimal("12.50"), currency="EUR", per=100)
ADDRESS = Address(name="Gate 4", lines=["Dock Road 2"], city="Hull", postal_code="HU1", country="GB")
EVERY = [
    AddLine(
        line=LineDraft(
            product="VALVE-20", quantity=5, unit="H87", price=PRICE, custom={"cut": Decimal("1.20")}
        )
    ),
    AddLine(line=PurchaseOrderLineDraft(product="STEEL", quantity=5, unit="KGM"), reason="more"),
    AddLine(line=PurchaseOrderLineDraft(product=Ref(id="7"), quantity=5, unit="KGM", supplier_product="S-1")),
    ChangeQuantity(line="L1", to=Decimal("12.50"), reason="customer called"),
    ChangePrice(line=10, to=PRICE),
    ChangeDate(to=date(2026, 4, 1)),
    ChangeDate(to=date(2026, 4, 1), line="L1"),
    ChangeDiscount(line="L1", to=Discount(percent=5)),
    ChangeDiscount(line="L1", to=EMPTY),
    ChangeWarehouse(to="NORTH", line=20),
    SubstituteProduct(line="L1", to="VALVE-21", quantity=6, unit="Stck", price=PRICE),
    SubstituteProduct(line="L1", to=Ref(id="7")),
    SplitLine(line="L1", quantity=4, requested=date(2026, 4, 1), warehouse="NORTH"),
    ChangeAddress(ship_to=ADDRESS),
    ChangeHeader(
        customer_po="PO 2", payment_terms=EMPTY, partial_shipment=False, custom={"zone": EMPTY, "lane": 3}
    ),
    ChangeHeader(
        order_date=date(2026, 3, 1),
        prices_include_tax=True,
        discounts=[Discount(percent=3)],
        charges=[Charge(code="FREIGHT", amount=Money(amount=5, currency="EUR"))],
        references=[Reference(kind="contract", value="C-9")],
        contact=Contact(name="Desk"),
    ),
    ChangeHeader(
        order_date=EMPTY, discounts=EMPTY, charges=EMPTY, references=EMPTY, contact=EMPTY, reason="clean-up"
    ),
    AddNote(text="call first"),
    CancelLine(line="L1", reason="not needed"),
    PlaceHold(kind="credit"),
    ReleaseHold(kind="credit", line="L1", reason="paid"),
]


@pytest.mark.parametrize("amendment", EVERY, ids=lambda amendment: type(amendment).__name__)
def test_the_journal_can_keep_a_change_and_read_it_back(amendment, in_another_process):
    stored = json.loads(json.dumps(amendment_to_json(amendment)))
    assert stored["amendment"] == type(amendment).__name__
    again = amendment_from_json(stored)
    assert again == amendment
    assert type(again) is type(amendment)
    assert type(amendment).model_validate_json(amendment.model_dump_json()) == amendment
    assert in_another_process(amendment) == amendment
    assert hash(again) == hash(amendment)


def test_every_kind_of_change_is_kept():
    assert {type(amendment) for amendment in EVERY} == set(Amendment.__subclasses__())


def test_every_change_is_an_operation_of_the_contract():
    names = {kind.operation for kind in Amendment.__subclasses__()}
    assert {f"orders.{name}" for name in names} <= set(OPERATIONS)
    assert len(names) == len(Amendment.__subclasses__())


def test_a_line_to_be_added_to_a_purchase_order_stays_one():
    stored = amendment_to_json(AddLine(line=PurchaseOrderLineDraft(product="STEEL", quantity=5, unit="KGM")))
    read = amendment_from_json(stored)
    assert isinstance(read, AddLine)
    assert isinstance(read.line, PurchaseOrderLineDraft)


def test_only_what_says_something_is_kept():
    assert amendment_to_json(ChangeQuantity(line="L1", to=5)) == {
        "amendment": "ChangeQuantity",
        "line": "L1",
        "to": "5",
    }
    assert amendment_to_json(ChangeDiscount(line="L1", to=EMPTY))["to"] == {"$empty": True}


def test_a_line_of_an_order_is_kept_as_its_id(order):
    line = order().lines[1]
    change = ChangeQuantity(line=line, to=5)
    assert change.line is line
    assert amendment_to_json(change)["line"] == "L2"
    assert amendment_from_json(amendment_to_json(change)) == ChangeQuantity(line="L2", to=5)


@pytest.mark.parametrize(
    "stored", [{}, {"amendment": "Explode"}, {"amendment": None}, {"amendment": "Amendment"}]
)
def test_an_unknown_change_is_not_read(stored):
    with pytest.raises(ValueError, match="must be one of AddLine, ChangeQuantity"):
        amendment_from_json(stored)


@pytest.mark.parametrize("line", [True, None, 1.0, "", " ", ["L1"]])
def test_a_line_is_named_by_itself_its_id_or_its_position(line):
    with pytest.raises(ValidationError) as caught:
        ChangeQuantity(line=line, to=5)
    (told,) = caught.value.errors()
    assert told["loc"] == ("line",)
    assert "an OrderLine, its id (a text) or its position (an int)" in told["msg"]


def test_a_change_says_what_changes():
    for nothing in (ChangeHeader, ChangeAddress, lambda: ChangeHeader(custom={"zone": None}, reason="x")):
        with pytest.raises(ValidationError) as caught:
            nothing()
        assert caught.value.errors()[0]["type"] == "nothing_to_change"


def test_an_adapter_may_take_out_what_its_back_end_derives_itself():
    left = ChangeHeader(payment_terms="N30").but(payment_terms=None)
    assert left.changes == {}
    assert ChangeAddress(ship_to=ADDRESS).but(ship_to=None).ship_to is None


def test_header_changes_are_told_apart_from_what_stays():
    change = ChangeHeader(customer_po=EMPTY, partial_shipment=False, reason="x", custom={"lane": 3})
    assert change.changes == {"customer_po": EMPTY, "partial_shipment": False}


def test_what_is_wrong_in_a_change_is_told_at_its_field():
    for build, where in (
        (lambda: ChangeQuantity(line="L1", to=1.5), ("to",)),
        (lambda: ChangeQuantity(line="L1", to=0), ("to",)),
        (lambda: ChangeHeader(customer_po=" "), ("customer_po",)),
        (lambda: ChangeHeader(contact={"name": ""}), ("contact", "name")),
        (lambda: ChangeHeader(discounts=[{"percent": 200}]), ("discounts", 0)),
        (lambda: SubstituteProduct(line="L1", to=7), ("to",)),
        (lambda: AddLine(line={"product": "A", "quantity": 1.5, "unit": "H87"}), ("line", "quantity")),
        (lambda: AddLine(line="VALVE-20"), ("line",)),
    ):
        with pytest.raises(ValidationError) as caught:
            build()
        assert [told["loc"] for told in caught.value.errors()] == [where]


def test_every_field_of_an_order_that_may_change_has_an_amendment():
    by_others = {"lines", "ship_to", "bill_to", "requested", "warehouse", "notes"}
    never = {"customer", "supplier", "currency"}
    header = set(OrderDraft.model_fields) | set(PurchaseOrderDraft.model_fields)
    assert header - by_others - never <= set(ChangeHeader.model_fields)
