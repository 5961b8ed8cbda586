"""Issue 2, bad input: each gets its own clear error with the place, and what was there before stays."""

# ruff: noqa: PT017 (being refused, or being done, may both be right)

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from pydantic import ValidationError

import erp_connect as ec

HUGE = "x" * 10_000_000
CONTROL = [chr(code) for code in (0, 1, 7, 8, 11, 12, 27, 31, 127, 0x85, 0x2028, 0xFFFE)] + ["\ud800"]


def stands(erp: ec.Client) -> list[tuple[str, str | None]]:
    return [(order.id, order.version) for order in erp.orders.list()]


@pytest.fixture
def before(shop, erp):
    """An order that was there before, and must be untouched after."""
    erp.orders.create(shop.draft("BEFORE"), key="before")
    was = stands(erp)
    yield was
    assert stands(erp) == was


@pytest.mark.parametrize("text", ["123456789012345678901234567890.12", "1E+30", "1E-30"])
def test_a_30_digit_amount_is_refused_with_its_place(shop, text: str) -> None:
    for make, place in (
        (lambda: shop.line(price=ec.UnitPrice(amount=Decimal(text), currency="EUR")), "amount"),
        (lambda: shop.line(quantity=Decimal(text)), "quantity"),
    ):
        with pytest.raises(ValidationError, match=place) as raised:
            make()
        assert text not in str(raised.value)


NUMBERS = ["123456789012345678901234567.1", "0.0000000001", "99999999999999", "0.1234567"]


def test_a_number_is_kept_exactly_or_refused(shop, erp) -> None:
    erp.products.create(ec.ProductDraft(code="SAND", name="Sand", unit="KGM"), key="sand")
    for text, place in itertools.product(NUMBERS, ("quantity", "price")):
        number = Decimal(text)
        said = {"quantity": number} if place == "quantity" else {"quantity": 1, "price": shop.euro(text)}
        draft = shop.draft(customer="20000", lines=[shop.line("SAND", unit="KGM", **said)])
        try:
            order = erp.orders.create(draft, key=f"{place} {text}").order
        except ec.errors.ErpConnectError as error:
            assert error.outcome == "not_applied"
            assert place in (str(error) + str(error.path) + str(getattr(error, "fields", "")))
            assert text not in str(error)
            assert list(erp.orders.find(key=f"{place} {text}")) == []
        else:
            (kept,) = erp.orders.get(order.id).lines
            assert number == (kept.quantities.ordered if place == "quantity" else kept.price.amount)


def test_a_number_of_a_million_digits_is_refused_quickly(shop) -> None:
    for wrong in (Decimal("9" * 100_000), Decimal("1E+999999"), Decimal("1E-999999"), 10**5000):
        with pytest.raises(ValidationError) as raised:
            ec.LineDraft(product="VALVE-20", quantity=wrong, unit="C62")
        assert len(str(raised.value)) < 1000


@pytest.mark.parametrize("field", ["customer_po", "payment_terms", "warehouse", "customer"])
def test_a_10_mb_text_is_refused_by_the_model(shop, field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        shop.draft(**{field: HUGE})
    assert field in str(raised.value)
    assert len(str(raised.value)) < 1000


def test_10_mb_texts_are_refused_wherever_they_stand(shop) -> None:
    for make in (
        lambda: shop.draft(notes=[HUGE]),
        lambda: shop.line(HUGE),
        lambda: shop.line(unit=HUGE),
        lambda: shop.draft(currency=HUGE),
        lambda: shop.draft(custom={"x": HUGE}),
        lambda: shop.draft(custom={HUGE: "x"}),
        lambda: ec.Reference(kind="shop", value=HUGE),
        lambda: ec.AddNote(text=HUGE),
        lambda: ec.CancelLine(line=1, reason=HUGE),
        lambda: ec.ChangeQuantity(line=HUGE, to=1, reason="x"),
        lambda: ec.Address(name="x", lines=[HUGE], city="x", postal_code="x", country="GB"),
        lambda: ec.CustomerDraft(number="1", name=HUGE),
        lambda: ec.Ref(id=HUGE),
        lambda: ec.OrderDraft.model_validate_json(f'{{"customer": "{HUGE}"}}'),
    ):
        with pytest.raises(ValidationError) as raised:
            make()
        assert len(str(raised.value)) < 2000


def test_10_mb_texts_in_calls_are_refused(shop, erp, before) -> None:
    for call in (
        lambda: erp.orders.create(shop.draft(), key=HUGE),
        lambda: erp.orders.get(HUGE),
        lambda: erp.orders.cancel(before[0][0], reason=HUGE),
        lambda: list(erp.orders.events(since=HUGE)),
    ):
        with pytest.raises((ec.errors.ErpConnectError, ValueError)) as raised:
            call()
        assert len(str(raised.value)) < 2000
    assert list(erp.orders.find(customer_po=HUGE)) == []


def test_a_long_text_is_held_or_refused_before_the_write(shop, erp, before) -> None:
    """The models bound text against abuse only; what a back-end holds is its own to say."""
    text = "n" * 900_000
    for draft, path in (
        (shop.draft(text[:5000]), "order.customer_po"),
        (shop.draft(notes=[text]), "order.notes"),
        (shop.draft(payment_terms=text[:5000]), "order.payment_terms"),
        (shop.draft(lines=[shop.line(description=text)]), "order.line.description"),
        (shop.draft(ship_to=shop.address.but(name=text)), "order.ship_to.name"),
        (shop.draft(lines=[shop.line(warehouse=text[:5000])]), "order.line.warehouse"),
    ):
        limit = erp.capabilities.field(path).max_length
        try:
            receipt = erp.orders.create(draft, key=path)
        except ec.errors.LossyWrite as error:
            assert error.fields == (path,)
            assert limit is not None
        else:
            assert limit is None or limit >= 5000
            assert receipt.differences == ()
            erp.orders.cancel(receipt.order.id, reason="test")
            before.append((receipt.order.id, erp.orders.get(receipt.order.id).version))


def test_control_characters_are_refused_or_kept_as_they_are(shop, erp) -> None:
    for number, character in enumerate(CONTROL):
        for place in ("customer_po", "notes"):
            text = f"a{character}b"
            try:
                draft = shop.draft(**{place: [text] if place == "notes" else text})
            except ValidationError as error:
                assert place in str(error)
                assert character not in str(error)
                continue
            try:
                order = erp.orders.create(draft, key=f"{place}-{number}").order
            except ec.errors.ErpConnectError as error:
                assert error.outcome == "not_applied"
                assert place in str(error) + str(error.path) + str(getattr(error, "fields", ""))
                continue
            kept = getattr(erp.orders.get(order.id), place)
            assert kept == ((text,) if place == "notes" else text), repr(character)


LANGUAGES = ["Zażółć gęślą jaźń", "漢字かな交じり", "🚢📦", "a\u0301", "ﬁ", "עברית", "=1+1", "x'\"\\%_;--"]


def test_text_of_any_language_comes_back_as_it_went(shop, erp) -> None:
    for text in LANGUAGES:
        address = ec.Address(name=text, lines=[text], city=text, postal_code="1", country="PL")
        draft = shop.draft(text, notes=[text], ship_to=address, lines=[shop.line(description=text)])
        order = erp.orders.create(draft, key=text).order
        read = erp.orders.get(order.id)
        assert (read.customer_po, read.notes, read.ship_to) == (text, (text,), address)
        assert read.lines[0].description == text
        assert [found.id for found in erp.orders.find(customer_po=text)] == [order.id]


def test_an_order_of_five_thousand_lines(shop, sqlite_shop) -> None:
    with ec.connect(sqlite_shop) as erp:
        lines = [shop.line(quantity=number) for number in range(1, 5001)]
        order = erp.orders.create(shop.draft(lines=lines), key="k").order
        assert [line.quantities.ordered for line in erp.orders.get(order.id).lines] == list(range(1, 5001))


def test_what_is_no_draft_is_refused(shop, erp, before) -> None:
    for wrong in (None, {"customer": "10000"}, "10000", shop.purchase(), before):
        for call in (erp.orders.create, erp.orders.check):
            with pytest.raises((TypeError, ValueError, ec.errors.ErpConnectError)):
                call(wrong)
    for wrong in (None, "ChangeQuantity", {"to": 3}):
        with pytest.raises((TypeError, ValueError, ec.errors.ErpConnectError)):
            erp.orders.amend(before[0][0], wrong)


def test_a_price_in_another_currency_is_refused_with_its_place(shop) -> None:
    with pytest.raises(ValidationError, match=r"lines\.0\.price"):
        shop.draft(lines=[shop.line(price=ec.UnitPrice(amount=1, currency="USD"))])


def test_a_line_reference_that_stands_twice_is_refused(shop, erp, before) -> None:
    draft = shop.draft(lines=[shop.line(reference="a"), shop.line("PUMP-1", reference="a")])
    with pytest.raises(ec.errors.InvalidOrder) as raised:
        erp.orders.create(draft, key="k")
    assert any("lines[1]" in finding.path for finding in raised.value.findings)


def test_every_fault_of_a_draft_is_named_at_once(shop, erp, before) -> None:
    draft = shop.draft(
        customer="99999",
        lines=[
            shop.line("NONE"),
            shop.line(unit="KGM"),
            shop.line("PUMP-1"),
            shop.line(quantity=Decimal("1.5")),
        ],
    )
    findings = erp.orders.check(draft)
    paths = " ".join(finding.path for finding in findings.errors)
    for place in ("customer", "lines[0].product", "lines[1].unit", "lines[3].quantity"):
        assert place in paths
    assert "lines[2]" not in paths
    with pytest.raises(ec.errors.InvalidOrder) as raised:
        erp.orders.create(draft, key="k")
    assert {finding.path for finding in raised.value.findings} >= {
        finding.path for finding in findings.errors
    }
