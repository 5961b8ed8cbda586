"""What a caller writes by mistake is refused with its own message at its own path, and is never shown."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from erp_connect.models import (
    Address,
    Charge,
    Discount,
    LineDraft,
    Money,
    OrderDraft,
    Package,
    ProductDraft,
    ProductUnit,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    Ref,
    UnitPrice,
    findings_of,
)


def refused(build):
    with pytest.raises(ValidationError) as caught:
        build()
    return caught.value


def only(error):
    (told,) = error.errors()
    return ".".join(map(str, told["loc"])), told["type"], told["msg"]


NOT_EXACT = [1.5, True, "10", b"10", 10j, Fraction(1, 3), None, [1]]


@pytest.mark.parametrize("value", NOT_EXACT, ids=lambda value: type(value).__name__)
def test_a_quantity_is_a_decimal_or_an_int_and_nothing_that_was_rounded_before(line, value):
    path, code, message = only(refused(lambda: line(quantity=value)))
    assert (path, code) == ("quantity", "exact_number")
    assert f"not {'None' if value is None else type(value).__name__}" in message
    assert "Decimal('12.50')" in message


@pytest.mark.parametrize("value", NOT_EXACT, ids=lambda value: type(value).__name__)
def test_an_amount_is_exact_too(value):
    assert only(refused(lambda: Money(amount=value, currency="EUR")))[:2] == ("amount", "exact_number")
    assert only(refused(lambda: UnitPrice(amount=value, currency="EUR")))[:2] == ("amount", "exact_number")


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_refused(line, text):
    assert only(refused(lambda: line(quantity=Decimal(text))))[:2] == ("quantity", "finite_number")
    assert only(refused(lambda: Money(amount=Decimal(text), currency="EUR")))[:2] == (
        "amount",
        "finite_number",
    )


@pytest.mark.parametrize("value", [0, -1, Decimal("-0.001"), Decimal("0.00"), Decimal("-0")])
def test_nobody_orders_nothing_or_less(line, value):
    assert only(refused(lambda: line(quantity=value))) == (
        "quantity",
        "not_positive",
        "must be greater than zero",
    )


def test_a_price_may_be_zero_but_not_negative():
    assert UnitPrice(amount=0, currency="EUR").amount == 0
    assert only(refused(lambda: UnitPrice(amount=-1, currency="EUR")))[:2] == ("amount", "negative")
    assert only(refused(lambda: UnitPrice(amount=1, currency="EUR", per=0)))[:2] == ("per", "not_positive")


@pytest.mark.parametrize(
    "value",
    [
        10**29,
        Decimal(10**29),
        Decimal("1E+28"),
        Decimal("1E-29"),
        Decimal("1." + "0" * 29),
        10**5000,
        Decimal("0E-999"),
    ],
    ids=["int", "Decimal", "exponent", "tiny", "trailing zeros", "enormous int", "zero with 999 decimals"],
)
def test_thirty_digits_are_more_than_any_order_means(value):
    path, code, message = only(refused(lambda: Money(amount=value, currency="EUR")))
    assert (path, code) == ("amount", "too_many_digits")
    assert "28 digits" in message


@pytest.mark.parametrize(
    "value", [10**27, Decimal("1E-28"), Decimal("12345678901234.12345678901234"), Decimal("-1E+27")]
)
def test_twenty_eight_digits_are_kept_exactly(value):
    kept = Money(amount=value, currency="EUR").amount
    assert kept == value
    assert isinstance(kept, Decimal)


NO_PLAIN_TEXT = [
    "10",
    "1e1",
    "10.0",
    "true",
    "null",
    '"1e1"',
    '" 10"',
    '"10."',
    '"\u0661\u0660"',
    '"0x10"',
    '"1_000"',
    '"NaN"',
]


@pytest.mark.parametrize("number", NO_PLAIN_TEXT)
def test_in_json_a_quantity_is_a_text_and_only_a_text(draft, number):
    good = draft().model_dump_json()
    assert '"quantity":"10"' in good
    text = good.replace('"quantity":"10"', f'"quantity":{number}')
    path, code, message = only(refused(lambda: OrderDraft.model_validate_json(text)))
    assert (path, code) == ("lines.0.quantity", "exact_number")
    assert "must be a text such as '12.50'" in message


@pytest.mark.parametrize("digits", [29, 300, 100_000])
def test_in_json_a_long_number_is_refused_as_too_long(draft, digits):
    text = draft().model_dump_json().replace('"quantity":"10"', f'"quantity":"{"9" * digits}"')
    assert only(refused(lambda: OrderDraft.model_validate_json(text)))[1] == "too_many_digits"


def test_an_unknown_unit_comes_with_the_nearest_ones(line):
    path, code, message = only(refused(lambda: line(unit="Kartn")))
    assert (path, code) == ("unit", "unknown_unit")
    assert "XCT (carton)" in message
    assert "Kartn" not in message


def test_a_unit_that_can_be_read_in_two_ways_is_not_guessed(line):
    _, code, message = only(refused(lambda: line(unit="ST")))
    assert code == "unknown_unit"
    assert "ambiguous" in message
    assert "H87 (piece) or SET (set) or XST (sheet)" in message


@pytest.mark.parametrize(
    ("written", "meant"),
    [("eur", "EUR"), ("\u20ac", "EUR"), ("Euro", "EUR"), ("RMB", "CNY"), ("USDD", "USD")],
)
def test_an_unknown_currency_comes_with_the_nearest_ones(draft, written, meant):
    path, code, message = only(refused(lambda: draft(currency=written)))
    assert (path, code) == ("currency", "unknown_currency")
    assert f"did you mean {meant}" in message


def test_gold_is_no_money_that_an_order_is_paid_in(draft):
    assert "metal" in only(refused(lambda: draft(currency="XAU")))[2]


def test_an_unknown_country_comes_with_the_nearest_ones():
    def address(country):
        return Address(name="Gate 3", lines=["Dock Road 1"], city="Hull", postal_code="HU1", country=country)

    assert address("UK").country == "GB"
    path, code, message = only(refused(lambda: address("Germany")))
    assert (path, code) == ("country", "unknown_country")
    assert message.endswith("did you mean DE?")


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\ud800", "\uffff"])
def test_control_characters_are_refused_with_their_place(draft, character):
    for name in ("customer", "customer_po", "payment_terms"):
        path, code, message = only(refused(lambda name=name: draft(**{name: f"PO{character}1"})))
        assert (path, code) == (name, "control_character")
        assert f"U+{ord(character):04X} at position 2" in message


def test_tabs_and_line_ends_are_text(draft):
    assert draft(notes=["first\tsecond\r\nthird"]).notes == ("first\tsecond\r\nthird",)


@pytest.mark.parametrize("name", ["customer", "customer_po", "payment_terms", "currency"])
def test_ten_megabytes_of_text_are_refused(draft, name):
    path, code, message = only(refused(lambda: draft(**{name: "x" * 10_000_000})))
    assert (path, code) == (name, "text_too_long")
    assert "10000000 characters" in message
    assert len(message) < 200


def test_a_long_note_is_no_abuse(draft):
    assert len(draft(notes=["x" * 1_000_000]).notes[0]) == 1_000_000
    assert only(refused(lambda: draft(notes=["x" * 1_000_001])))[:2] == ("notes.0", "text_too_long")


@pytest.mark.parametrize(
    "value", [4711, None, b"10000", 1.5, ["10000"]], ids=lambda value: type(value).__name__
)
def test_a_customer_number_is_a_text(draft, value):
    path, code, message = only(refused(lambda: draft(customer=value)))
    assert (path, code) == ("customer", "number_or_ref")
    assert "Ref(id=...)" in message


def test_a_note_is_a_text(draft):
    assert only(refused(lambda: draft(notes=["call", 4711]))) == (
        "notes.1",
        "not_a_text",
        "must be a text, not int",
    )
    assert only(refused(lambda: draft(notes="call")))[0] == "notes"


def test_a_blank_number_says_nothing(draft, line):
    assert only(refused(lambda: draft(customer="  ")))[:2] == ("customer", "blank")
    assert only(refused(lambda: draft(customer_po="")))[:2] == ("customer_po", "blank")
    assert only(refused(lambda: line(product="\t")))[:2] == ("product", "blank")
    assert only(refused(lambda: Ref(id=" ")))[:2] == ("id", "blank")


def test_a_date_is_a_date_and_no_instant(draft):
    path, code, message = only(refused(lambda: draft(order_date=datetime(2026, 3, 31, 8, 0, tzinfo=UTC))))
    assert (path, code) == ("order_date", "day_expected")
    assert "the day in the company's zone" in message
    for value in ("2026-03-31", 20260331, 46112.0):
        assert only(refused(lambda value=value: draft(requested=value)))[:2] == ("requested", "day_expected")


@pytest.mark.parametrize(
    "text",
    ['"2026-02-30"', '"31.03.2026"', '"20260331"', '"2026-03-31T00:00:00"', "20260331", '"2026-W14-2"'],
)
def test_in_json_a_date_is_written_in_one_way(draft, text):
    good = draft(order_date=date(2026, 3, 31)).model_dump_json()
    bad = good.replace('"2026-03-31"', text)
    assert bad != good
    assert only(refused(lambda: OrderDraft.model_validate_json(bad)))[:2] == ("order_date", "day_expected")


def test_an_instant_needs_a_zone(line):
    naive = datetime(2026, 3, 31, 8, 0)  # noqa: DTZ001 (that is the mistake)
    assert only(refused(lambda: line(custom={"picked": naive})))[:2] == ("custom.picked", "naive_instant")


def test_a_flag_is_true_or_false(draft):
    for value in (1, "yes", 0.0):
        assert only(refused(lambda value=value: draft(partial_shipment=value)))[0] == "partial_shipment"


def test_an_unknown_name_is_refused_and_its_value_is_not_shown(draft):
    error = refused(lambda: draft(password="hunter2-secret"))
    assert only(error)[:2] == ("password", "extra_forbidden")
    assert "hunter2-secret" not in str(error)
    assert "hunter2-secret" not in repr(error)


def test_no_refusal_shows_what_was_written(draft, line):
    secret = "hunter2-secret"
    for build in (
        lambda: draft(currency=secret),
        lambda: line(unit=secret),
        lambda: line(quantity=secret),
        lambda: line(requested=secret),
        lambda: line(custom={"a": [secret]}),
        lambda: OrderDraft.model_validate_json(f'{{"customer": "{secret}"'),
        lambda: OrderDraft.model_validate_json('{"custom": {"a": {"$date": "' + secret + '"}}}'),
        lambda: Address(name=secret, lines=secret, city="x", postal_code="x", country=secret),
    ):
        error = refused(build)
        assert secret not in str(error)
        assert secret not in str(list(findings_of(error)))


def test_every_mistake_of_an_order_is_told_at_once_and_at_its_place(draft):
    error = refused(
        lambda: draft(
            customer="",
            currency="eur",
            lines=[
                {"product": "VALVE-20", "quantity": 1, "unit": "H87"},
                {"product": "VALVE-20", "quantity": 1.5, "unit": "ST"},
            ],
        )
    )
    assert {".".join(map(str, told["loc"])): told["type"] for told in error.errors()} == {
        "customer": "blank",
        "currency": "unknown_currency",
        "lines.1.quantity": "exact_number",
        "lines.1.unit": "unknown_unit",
    }


def test_an_order_has_lines(draft):
    assert only(refused(lambda: draft(lines=[]))) == ("lines", "no_lines", "must have at least one line")
    assert only(refused(lambda: PurchaseOrderDraft(supplier="20000", currency="EUR", lines=[])))[:2] == (
        "lines",
        "no_lines",
    )


def test_every_amount_is_in_the_order_s_currency(draft, line):
    usd = Money(amount=5, currency="USD")
    error = refused(
        lambda: draft(
            lines=[
                line(price=UnitPrice(amount=1, currency="EUR")),
                line(
                    price=UnitPrice(amount=1, currency="USD"),
                    expected_price=UnitPrice(amount=1, currency="CHF"),
                    discount=Discount(amount=usd),
                ),
            ],
            discounts=[Discount(percent=3), Discount(amount=usd)],
            charges=[Charge(code="FREIGHT", amount=usd)],
        )
    )
    assert [".".join(map(str, told["loc"])) for told in error.errors()] == [
        "lines.1.price",
        "lines.1.expected_price",
        "lines.1.discount",
        "discounts.1",
        "charges.0",
    ]
    assert (
        error.errors()[0]["msg"] == "is in USD, the order in EUR; give every amount in the order's currency"
    )


def test_a_purchase_order_too_is_in_one_currency():
    bad = PurchaseOrderLineDraft(
        product="STEEL", quantity=1, unit="KGM", price=UnitPrice(amount=1, currency="USD")
    )
    error = refused(lambda: PurchaseOrderDraft(supplier="20000", currency="EUR", lines=[bad]))
    assert only(error)[:2] == ("lines.0.price", "currency_mismatch")


def test_a_discount_is_a_percentage_or_an_amount():
    ten = Money(amount=10, currency="EUR")
    for wrong in (
        {},
        {"percent": 5, "amount": ten},
        {"percent": 101},
        {"amount": Money(amount=-1, currency="EUR")},
    ):
        assert only(refused(lambda wrong=wrong: Discount(**wrong)))[1] == "discount"
    assert only(refused(lambda: Discount(percent=-1)))[:2] == ("percent", "negative")


def test_a_tax_rate_may_be_zero():
    assert ProductDraft(code="BOOK", name="Book", unit="H87", tax_rate=0).tax_rate == 0
    assert only(refused(lambda: ProductDraft(code="B", name="B", unit="H87", tax_rate=-1)))[:2] == (
        "tax_rate",
        "negative",
    )


def test_factors_and_weights_are_positive():
    assert only(refused(lambda: ProductUnit(unit="XCT", factor=0)))[:2] == ("factor", "not_positive")
    assert only(refused(lambda: Package(weight=-1)))[:2] == ("weight", "not_positive")


def test_names_are_needed_and_positions_are_not_taken():
    assert {told["loc"][0] for told in refused(LineDraft).errors()} == {"product", "quantity", "unit"}
    assert {told["loc"][0] for told in refused(OrderDraft).errors()} == {
        "customer",
        "customer_po",
        "currency",
        "lines",
    }
    with pytest.raises(TypeError):
        LineDraft("VALVE-20", 10, "H87")
