"""What was written to JSON reads back as the same value: the journal compares and replays it."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from erp_connect.models import (
    EMPTY,
    Address,
    Availability,
    Charge,
    Contact,
    Customer,
    CustomerDraft,
    Discount,
    EventKind,
    GoodsReceipt,
    GoodsReceiptLine,
    Invoice,
    InvoiceLine,
    LineConfirmation,
    LineDraft,
    LineQuantity,
    LineTracking,
    Money,
    Order,
    OrderDraft,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Package,
    Place,
    Product,
    ProductCode,
    ProductDraft,
    ProductUnit,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLine,
    PurchaseOrderLineDraft,
    Quantities,
    Quote,
    Ref,
    Reference,
    Return,
    ReturnDraft,
    ReturnLine,
    Shipment,
    ShipmentLine,
    Supplier,
    SupplierDraft,
    Tracking,
    UnitPrice,
)

# ------------------------------------------------------------------------------------------- drafts of every shape

texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=40
).filter(str.strip)
codes = st.one_of(
    texts, st.sampled_from(["10000", "VALVE-20", "Ölfilter 5\u00b5m", "=1+1", '{"$empty": true}'])
)
signed = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=6)
amounts = st.one_of(
    signed.map(abs), st.just(Decimal("1E+3")), st.just(Decimal("1E-28")), st.integers(0, 10**27)
)
positives = amounts.filter(bool)
units = st.sampled_from(["H87", "KGM", "PCE", "kg", "XCT", "EA"])
days = st.dates()
instants = st.datetimes(
    min_value=datetime.fromisoformat("1900-01-01"),
    max_value=datetime.fromisoformat("2900-01-01"),
    timezones=st.just(timezone(timedelta(hours=2))),
)
customs = st.dictionaries(
    codes,
    st.one_of(texts, st.integers(-(10**18), 10**18), st.booleans(), signed, days, instants, st.none()),
    max_size=4,
)
prices = st.builds(UnitPrice, amount=amounts, currency=st.just("EUR"), per=positives)
money = st.builds(Money, amount=amounts, currency=st.just("EUR"))
discounts = st.one_of(
    st.builds(Discount, percent=st.integers(0, 100)),
    st.builds(Discount, amount=money, code=st.none() | codes),
)
references = st.builds(Reference, kind=codes, value=codes)
named = st.one_of(codes, st.builds(Ref, id=codes))
addresses = st.builds(
    Address,
    name=codes,
    lines=st.lists(texts, max_size=3),
    city=texts,
    postal_code=texts,
    country=st.sampled_from(["DE", "UK", "XK", "EL"]),
    region=st.none() | texts,
)
line_fields = {
    "product": named,
    "quantity": positives,
    "unit": units,
    "price": st.none() | prices,
    "expected_price": st.none() | prices,
    "requested": st.none() | days,
    "description": st.none() | texts,
    "kind": st.sampled_from(["item", "service", "charge", "text"]),
    "discount": st.none() | discounts,
    "warehouse": st.none() | codes,
    "reference": st.none() | codes,
    "custom": customs,
}
header_fields = {
    "currency": st.just("EUR"),
    "ship_to": st.none() | addresses,
    "order_date": st.none() | days,
    "requested": st.none() | days,
    "prices_include_tax": st.none() | st.booleans(),
    "payment_terms": st.none() | codes,
    "delivery_terms": st.none() | codes,
    "warehouse": st.none() | codes,
    "discounts": st.lists(discounts, max_size=2),
    "charges": st.lists(st.builds(Charge, code=codes, amount=money), max_size=2),
    "notes": st.lists(texts, max_size=2),
    "references": st.lists(references, max_size=2),
    "contact": st.none() | st.builds(Contact, name=codes),
    "custom": customs,
}
line_drafts = st.builds(LineDraft, **line_fields)
order_drafts = st.builds(
    OrderDraft,
    customer=named,
    customer_po=st.none() | codes,
    lines=st.lists(line_drafts, min_size=1, max_size=3),
    bill_to=st.none() | addresses,
    partial_shipment=st.none() | st.booleans(),
    **header_fields,
)
purchase_drafts = st.builds(
    PurchaseOrderDraft,
    supplier=named,
    supplier_reference=st.none() | codes,
    lines=st.lists(
        st.builds(PurchaseOrderLineDraft, supplier_product=st.none() | codes, **line_fields),
        min_size=1,
        max_size=2,
    ),
    **header_fields,
)


def same_again(value):
    text = value.model_dump_json()
    again = type(value).model_validate_json(text)
    assert again == value
    assert again.model_dump_json() == text
    return again


@given(order_drafts)
def test_an_order_to_be_written_reads_back_as_it_was(in_another_process, draft):
    again = same_again(draft)
    assert hash(again) == hash(draft)
    sparse = draft.model_dump(mode="json", exclude_defaults=True)
    assert OrderDraft.model_validate_json(json.dumps(sparse)) == draft
    assert in_another_process(draft) == draft


@given(purchase_drafts)
def test_a_purchase_order_to_be_written_reads_back_as_it_was(draft):
    same_again(draft)


@given(customs)
def test_custom_fields_keep_their_types(fields):
    draft = ProductDraft(code="A", name="A", unit="H87", custom=fields)
    again = same_again(draft)
    expected = {name: value for name, value in fields.items() if value is not None}
    assert dict(again.custom) == expected
    assert {name: isinstance(value, bool) for name, value in again.custom.items()} == {
        name: isinstance(value, bool) for name, value in expected.items()
    }
    for name, value in expected.items():
        if not isinstance(value, datetime):
            assert type(again.custom[name]) is type(value)
        else:
            assert again.custom[name].utcoffset() == timedelta(0)


@given(signed | amounts.map(Decimal))
def test_a_decimal_is_written_out_without_exponent(number):
    told = json.loads(Money(amount=number, currency="EUR").model_dump_json())["amount"]
    assert isinstance(told, str)
    assert "e" not in told.lower()
    assert Decimal(told) == number
    assert same_again(Money(amount=number, currency="EUR")).amount == number


def test_the_digits_that_were_written_are_kept():
    assert json.loads(Money(amount=Decimal("12.50"), currency="EUR").model_dump_json())["amount"] == "12.50"
    assert json.loads(Money(amount=Decimal("1E+3"), currency="EUR").model_dump_json())["amount"] == "1000"
    assert json.loads(Money(amount=Decimal("-0.00"), currency="EUR").model_dump_json())["amount"] == "0.00"


def test_python_dumps_keep_decimals_as_they_are(full_draft):
    assert full_draft.model_dump()["lines"][0]["quantity"] == Decimal(10)
    assert OrderDraft.model_validate(full_draft.model_dump()) == full_draft


# ------------------------------------------------------------------------------------------- what back-ends hold

EUR = Money(amount=Decimal("12.50"), currency="EUR")
ADDRESS = Address(name="Gate 3", lines=["Dock Road 1"], city="Hull", postal_code="HU1", country="GB")
HELD = [
    Customer(
        id="1", number="10000", name="Harbour Pumps", address=ADDRESS, credit_limit=EUR, custom={"seen": None}
    ),
    Supplier(id="2", number="20000", name="Steel Works", ship_to=[ADDRESS], blocked=True),
    Product(
        id="3",
        number="VALVE-20",
        name="Valve",
        unit="H87",
        codes=[ProductCode(kind="gtin", value="4006381333931")],
        units=[ProductUnit(unit="XCT", factor=12)],
        tax_rate=Decimal(19),
        superseded_by="VALVE-21",
        references=[Reference(kind="catalogue", value="7")],
    ),
    Shipment(
        id="4",
        order_id="42",
        shipped_on=date(2026, 3, 31),
        ship_to=ADDRESS,
        packages=[Package(tracking_number="1Z999", weight=Decimal("2.5"))],
        lines=[ShipmentLine(order_line_id="L1", quantity=Decimal(5))],
        created_at=datetime(2026, 3, 31, 8, 0, 0, 123456, tzinfo=UTC),
    ),
    Invoice(
        id="5",
        order_ids=["42"],
        net=EUR,
        lines=[InvoiceLine(quantity=Decimal("0.5"), price=UnitPrice(amount=1, currency="EUR"))],
    ),
    Return(
        id="6",
        order_id="42",
        lines=[ReturnLine(order_line_id="L1", quantity=Decimal(1), received=Decimal(0))],
    ),
    GoodsReceipt(id="7", order_id="43", lines=[GoodsReceiptLine(order_line_id="L1", quantity=Decimal(5))]),
    PurchaseOrder(
        id="43",
        supplier="20000",
        status=OrderStatus.CONFIRMED,
        currency="EUR",
        lines=[
            PurchaseOrderLine(
                id="L1",
                position=10,
                product="STEEL",
                unit="KGM",
                quantities=Quantities(ordered=5),
                supplier_product="S-1",
            )
        ],
    ),
    Availability(
        product="VALVE-20", unit="H87", requested=Decimal(5), available=Decimal(3), promised=date(2026, 4, 1)
    ),
    Quote(customer="10000", product="VALVE-20", quantity=Decimal(5), unit="H87", net=EUR, includes_tax=False),
    Tracking(
        order_id="42",
        status=OrderStatus.SHIPPED,
        lines=[
            LineTracking(
                line_id="L1",
                position=10,
                product="VALVE-20",
                unit="H87",
                quantities=Quantities(ordered=5),
                status=OrderStatus.SHIPPED,
                late_by=-2,
            )
        ],
        events=[
            OrderEvent(cursor="7", kind=EventKind.SHIPPED, order_id="42", details={"weight": Decimal("2.5")})
        ],
    ),
    Place(file="orders.xlsx", sheet="March", cell="C7"),
    CustomerDraft(number="10000", name="Harbour Pumps", contacts=[Contact(name="Desk")]),
    SupplierDraft(number="20000", name="Steel Works", credit_limit=EUR),
    LineConfirmation(line="L1", quantity=5, date=date(2026, 4, 1)),
    LineQuantity(line=10, quantity=Decimal("2.5")),
]


@pytest.mark.parametrize("value", HELD, ids=lambda value: type(value).__name__)
def test_everything_reads_back_as_it_was_and_can_be_sent_to_another_process(value, in_another_process):
    again = same_again(value)
    assert hash(again) == hash(value)
    assert in_another_process(value) == value


def test_an_order_reads_back_without_what_the_back_end_sent(order):
    held = order(raw={"VBELN": "0000000042", "nested": {"a": [1]}}, custom={"zone": Decimal("1.0")})
    assert "VBELN" not in held.model_dump_json()
    assert "VBELN" not in repr(held)
    again = same_again(held)
    assert dict(again.raw) == {}
    assert again.custom["zone"] == Decimal("1.0")


def test_what_a_back_end_once_held_reads_back_whatever_its_codes_are():
    odd = Order.trusted(
        id="42",
        status=OrderStatus.UNKNOWN,
        currency="RMB",
        customer="10000",
        ship_to=Address.trusted(name="", lines=("\x00",), city="", postal_code="", country="Deutschland"),
        lines=(
            OrderLine.trusted(
                id="1",
                position=1,
                product="A",
                unit="STK?",
                quantities=Quantities.trusted(ordered=Decimal("0." + "3" * 40)),
                price=UnitPrice.trusted(amount=Decimal(-5), currency="RMB"),
            ),
        ),
    )
    text = odd.model_dump_json()
    assert Order.restored(text) == odd
    with pytest.raises(ValidationError):
        Order.model_validate_json(text)
    assert odd.but(number="SO-1").but(warehouse="MAIN").lines == odd.lines


def test_a_discount_that_a_back_end_held_reads_back_whatever_it_was():
    odd = Discount.trusted(percent=Decimal(120), amount=EUR)
    assert Discount.restored(odd.model_dump_json()) == odd


def test_reading_back_still_minds_the_types():
    with pytest.raises(ValidationError) as caught:
        Money.restored('{"amount": 12.5, "currency": "EUR"}')
    assert caught.value.errors()[0]["type"] == "exact_number"


def test_a_return_is_stored_with_the_order_s_id(order):
    held = order()
    for lines in (
        None,
        {10: 5},
        {"L1": Decimal("2.50")},
        [held.lines[0]],
        ["L1", 20],
        [LineQuantity(line=10)],
    ):
        draft = ReturnDraft(order=held, lines=lines, reason="broken")
        again = ReturnDraft.model_validate_json(draft.model_dump_json())
        assert again.order == "42"
        assert [each.quantity for each in again.lines] == [each.quantity for each in draft.lines]
    assert ReturnDraft.model_validate_json(draft.but(order="42", lines=None).model_dump_json()).lines == ()


def test_programs_in_other_languages_can_be_told_the_form_of_a_draft(full_draft):
    schema = OrderDraft.model_json_schema()
    assert set(schema["required"]) == {"customer", "customer_po", "currency", "lines"}
    quantity = schema["$defs"]["LineDraft"]["properties"]["quantity"]
    assert quantity["type"] == "string"
    for kind in (PurchaseOrderDraft, ReturnDraft, Order, Product, CustomerDraft):
        assert TypeAdapter(kind).json_schema(mode="serialization")["type"] == "object"


def test_empty_is_kept_apart_from_texts_that_look_like_it(draft):
    sly = draft(custom={"note": '{"$empty": true}'})
    assert same_again(sly).custom["note"] == '{"$empty": true}'
    assert same_again(sly).custom["note"] is not EMPTY


class Interrupting(Decimal):
    """A number at which somebody presses Ctrl-C."""

    def __format__(self, spec):
        raise KeyboardInterrupt


def test_ctrl_c_while_a_value_is_written_down_stays_ctrl_c():
    """pydantic would tell it as a value that cannot be written, and a bulk write as one draft's fault."""
    with pytest.raises(KeyboardInterrupt):
        Money.trusted(amount=Interrupting(1), currency="EUR").model_dump(mode="json")
