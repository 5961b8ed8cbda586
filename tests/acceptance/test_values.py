"""Section 4: amounts, quantities, dates, and values that do not change."""

# ruff: noqa: S301, DTZ001 (our own pickles; naive instants are what is refused, or what a workbook holds)

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

import erp_connect as ec
from erp_connect.models import amendment_from_json, amendment_to_json

WRONG_NUMBERS = [1.5, 12.0, True, "12", "1,5", float("nan"), Decimal("NaN"), Decimal("Infinity"), None]


@pytest.mark.parametrize("wrong", WRONG_NUMBERS, ids=repr)
def test_a_number_that_is_not_exact_is_refused_wherever_it_stands(shop, wrong: object) -> None:
    makers = [
        lambda: ec.Money(amount=wrong, currency="EUR"),
        lambda: ec.UnitPrice(amount=wrong, currency="EUR"),
        lambda: ec.LineDraft(product="VALVE-20", quantity=wrong, unit="C62"),
        lambda: ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=wrong, unit="C62"),
        lambda: ec.ChangeQuantity(line=1, to=wrong, reason="typing error"),
        lambda: ec.SplitLine(line=1, quantity=wrong),
    ]
    for make in makers:
        with pytest.raises(ValidationError):
            make()


@pytest.mark.parametrize("wrong", [0, -1, Decimal("-0.001"), Decimal(0)])
def test_a_quantity_is_more_than_nothing(wrong: object) -> None:
    with pytest.raises(ValidationError, match="quantity"):
        ec.LineDraft(product="VALVE-20", quantity=wrong, unit="C62")


def test_whole_numbers_are_accepted_and_become_decimals(shop) -> None:
    line = ec.LineDraft(
        product="VALVE-20", quantity=3, unit="C62", price=ec.UnitPrice(amount=7, currency="EUR")
    )
    assert (type(line.quantity), line.quantity) == (Decimal, 3)
    assert (type(line.price.amount), line.price.amount, line.price.per) == (Decimal, 7, 1)


def test_a_price_is_for_so_many(shop) -> None:
    price = ec.UnitPrice(amount=Decimal("9.90"), currency="EUR", per=100)
    assert (price.amount, price.per) == (Decimal("9.90"), 100)
    for wrong in (0, -1, 0.5, True, "100"):
        with pytest.raises(ValidationError):
            ec.UnitPrice(amount=1, currency="EUR", per=wrong)


@pytest.mark.parametrize("wrong", ["EURO", "XX", "", "€", None, 978])
def test_an_unknown_currency_is_refused(shop, wrong: object) -> None:
    with pytest.raises(ValidationError):
        ec.Money(amount=1, currency=wrong)
    with pytest.raises(ValidationError):
        shop.draft(currency=wrong)


@pytest.mark.parametrize("wrong", ["CRATES", "", "??", None, 62])
def test_an_unknown_unit_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        ec.LineDraft(product="VALVE-20", quantity=1, unit=wrong)


def test_json_holds_decimals_as_text(shop) -> None:
    plain = json.loads(shop.long_draft().model_dump_json())
    assert plain["lines"][0]["quantity"] == "12"
    assert plain["lines"][2]["price"] == {"amount": "9.90", "currency": "EUR", "per": "100"}
    assert ec.OrderDraft.model_validate_json(json.dumps(plain)) == shop.long_draft()


@pytest.mark.parametrize("number", [12, 12.5, True, None, "twelve", "1,5", "NaN", "1e400000"], ids=repr)
def test_json_gives_decimals_back_from_text_only(shop, number: object) -> None:
    plain = json.loads(shop.draft().model_dump_json())
    plain["lines"][0]["quantity"] = number
    with pytest.raises(ValidationError):
        ec.OrderDraft.model_validate_json(json.dumps(plain))


def test_a_great_exact_amount_survives_json(shop) -> None:
    amount = Decimal("12345678901234567.12345")
    price = ec.UnitPrice(amount=amount, currency="EUR")
    assert ec.UnitPrice.model_validate_json(price.model_dump_json()).amount == amount


def full_draft(shop) -> ec.OrderDraft:
    return ec.OrderDraft(
        customer="10000",
        customer_po="PO-1",
        currency="EUR",
        lines=[
            ec.LineDraft(
                product=ec.Ref(id="item-7"),
                quantity=Decimal("1.5"),
                unit="KGM",
                price=shop.euro("1.25"),
                expected_price=shop.euro("1.25"),
                requested=date(2026, 4, 1),
                description="Sand",
                discount=ec.Discount(percent=Decimal("2.5")),
                warehouse="MAIN",
                reference="web-1",
                custom={"colour": "yellow", "weight": Decimal("1.20"), "since": date(2026, 1, 1)},
            )
        ],
        ship_to=shop.address,
        bill_to=shop.address,
        order_date=date(2026, 3, 1),
        requested=date(2026, 4, 2),
        prices_include_tax=False,
        payment_terms="NET30",
        delivery_terms="DAP",
        warehouse="MAIN",
        partial_shipment=True,
        discounts=[ec.Discount(percent=Decimal(1))],
        charges=[ec.Charge(code="FREIGHT", amount=ec.Money(amount=Decimal("9.99"), currency="EUR"))],
        notes=["ring at the gate"],
        references=[ec.Reference(kind="shop", value="W-1")],
        contact=ec.Contact(name="Gate", email="gate@example.com"),
        custom={
            "channel": "web",
            "count": 3,
            "exact": Decimal("1.10"),
            "at": datetime(2026, 1, 1, tzinfo=UTC),
        },
    )


def test_everything_that_a_draft_can_say_survives_pickle_and_json(shop) -> None:
    draft = full_draft(shop)
    assert pickle.loads(pickle.dumps(draft)) == draft
    assert ec.OrderDraft.model_validate_json(draft.model_dump_json()) == draft
    assert hash(pickle.loads(pickle.dumps(draft))) == hash(draft)


def test_sequences_are_tuples_and_custom_fields_are_read_only(shop) -> None:
    draft = full_draft(shop)
    for name in ("lines", "discounts", "charges", "notes", "references"):
        assert type(getattr(draft, name)) is tuple
    assert type(draft.ship_to.lines) is tuple
    with pytest.raises(TypeError):
        draft.custom["channel"] = "telephone"
    assert hash(draft.custom) == hash(full_draft(shop).custom)
    assert draft.custom["channel"] == "web"
    assert dict(draft.custom)["count"] == 3


def test_values_do_not_change(shop) -> None:
    draft = full_draft(shop)
    for value, name in ((draft, "customer"), (draft.lines[0], "quantity"), (draft.ship_to, "city")):
        with pytest.raises(ValidationError):
            setattr(value, name, "other")
        with pytest.raises((ValidationError, AttributeError, TypeError)):
            delattr(value, name)
    given = [ec.LineDraft(product="VALVE-20", quantity=1, unit="C62")]
    kept = shop.draft(lines=given)
    given.append(given[0])
    assert len(kept.lines) == 1


def test_an_unknown_name_is_refused(shop) -> None:
    with pytest.raises(ValidationError, match="customer_number"):
        shop.draft(customer_number="10000")


def test_an_order_without_lines_is_refused(shop) -> None:
    with pytest.raises(ValidationError, match="lines"):
        shop.draft(lines=[])


def test_a_business_date_is_a_date_and_an_instant_is_aware(shop) -> None:
    for wrong in ("2026-04-01", datetime(2026, 4, 1), datetime(2026, 4, 1, tzinfo=UTC), 20260401):
        with pytest.raises(ValidationError):
            shop.draft(requested=wrong)


@pytest.mark.parametrize("path", ["orders", "events"])
def test_an_instant_without_a_zone_is_refused(shop, memory_url, path: str) -> None:
    with ec.connect(memory_url) as erp, pytest.raises((ValueError, ec.errors.ErpConnectError)):
        list(erp.orders.list(modified_since=datetime(2026, 1, 1)))


def amendments(shop) -> list[ec.Amendment]:
    return [
        ec.AddLine(line=shop.line()),
        ec.ChangeQuantity(line=1, to=10, reason="customer called"),
        ec.ChangePrice(line=1, to=shop.euro("11")),
        ec.ChangeDate(line=1, to=date(2026, 5, 1)),
        ec.ChangeDate(to=date(2026, 5, 1)),
        ec.ChangeDiscount(line=1, to=ec.Discount(percent=Decimal(5))),
        ec.ChangeDiscount(line=1, to=ec.EMPTY),
        ec.ChangeWarehouse(line=1, to="NORTH"),
        ec.SubstituteProduct(line=1, to="PUMP-1"),
        ec.SplitLine(line=1, quantity=2, requested=date(2026, 5, 1)),
        ec.ChangeAddress(ship_to=shop.address),
        ec.ChangeHeader(payment_terms="NET30", customer_po=ec.EMPTY),
        ec.AddNote(text="call first"),
        ec.CancelLine(line=1, reason="no longer needed"),
        ec.PlaceHold(kind="credit", reason="overdue"),
        ec.ReleaseHold(kind="credit"),
    ]


def test_every_amendment_survives_pickle_and_json(shop) -> None:
    for amendment in amendments(shop):
        assert isinstance(amendment, ec.Amendment)
        assert pickle.loads(pickle.dumps(amendment)) == amendment
        text = amendment_to_json(amendment)
        text = text if isinstance(text, str) else json.dumps(text)
        assert amendment_from_json(json.loads(text)) == amendment
        hash(amendment)


def test_empty_is_one_thing(shop) -> None:
    assert pickle.loads(pickle.dumps(ec.EMPTY)) is ec.EMPTY
    assert ec.ChangeHeader(payment_terms=ec.EMPTY) != ec.ChangeHeader(payment_terms="NET30")


def test_a_line_is_named_by_itself_its_id_or_its_position(shop, memory_url) -> None:
    with ec.connect(memory_url) as erp:
        shop.fill(erp)
        order = erp.orders.create(shop.long_draft(), key="k").order
        pump = order.lines[1]
        assert [line.position for line in order.lines] == [1, 2, 3]
        for named in (pump, pump.id, pump.position):
            plan = erp.orders.plan(order, ec.ChangeQuantity(line=named, to=9, reason="more"))
            order = erp.orders.apply(plan).order
            assert [line.quantities.ordered for line in order.lines] == [12, 9, 100]
            order = erp.orders.amend(order, ec.ChangeQuantity(line=named, to=2, reason="less")).order
    for wrong in (True, 1.0, None, ""):
        with pytest.raises(ValidationError):
            ec.ChangeQuantity(line=wrong, to=1, reason="x")


@pytest.mark.parametrize("named", [4, 99, "no-such-line"])
def test_a_line_that_is_not_there_is_refused(shop, memory_url, named: object) -> None:
    with ec.connect(memory_url) as erp:
        order = shop.fill(erp).orders.create(shop.long_draft(), key="k").order
        with pytest.raises(ec.errors.RequestRefused) as raised:
            erp.orders.amend(order, ec.ChangeQuantity(line=named, to=1, reason="x"))
        assert raised.value.outcome == "not_applied"
        assert erp.orders.get(order).version == order.version


def test_what_was_read_can_be_pickled_and_written_as_json(shop, memory_url) -> None:
    with ec.connect(memory_url) as erp:
        shop.fill(erp)
        order = erp.orders.create(shop.long_draft(ship_to=shop.address), key="k").order
        shipment = erp.shipments.post(order, {1: 5}, [ec.Package(tracking_number="1Z999")], key="s").stored
        returned = erp.returns.create(
            ec.ReturnDraft(order=order.id, lines={1: 2}, reason="broken"), key="r"
        ).stored
        purchase = erp.purchase_orders.create(shop.purchase(), key="p").stored
        receipt = erp.purchase_orders.receive(purchase, {1: 5}, key="g").stored
        read = [
            *(erp.orders.get(order), shipment, returned, purchase, receipt, erp.orders.track(order)),
            *(next(erp.customers.list()), next(erp.suppliers.list()), next(erp.products.list())),
            erp.stock.availability("VALVE-20", 1, "C62"),
            erp.prices.quote("10000", "VALVE-20", 1, "C62"),
            *erp.orders.events(),
        ]
        plan = erp.orders.plan(purchase_free(erp, order), ec.ChangeQuantity(line=2, to=3, reason="more"))
        batch = erp.orders.create_many([shop.draft("PO-9")], ["b"])
        receipts = [erp.orders.create(shop.long_draft(ship_to=shop.address), key="k"), batch, plan]
    for value in read:
        assert pickle.loads(pickle.dumps(value)) == value
        assert type(value).model_validate_json(value.model_dump_json()) == value
    for value in receipts:
        assert pickle.loads(pickle.dumps(value)) == value
    assert pickle.loads(pickle.dumps(erp.capabilities)) == erp.capabilities


def purchase_free(erp: ec.Client, order: ec.Order) -> ec.Order:
    return erp.orders.get(order)


def test_validation_errors_hide_what_was_given(shop) -> None:
    secret = "Harbour-Pumps-private-4711"
    for make in (
        lambda: ec.Money(amount=secret, currency="EUR"),
        lambda: ec.Money(amount=1, currency=secret),
        lambda: ec.LineDraft(product="P", quantity=1, unit=secret),
        lambda: shop.draft(ship_to={"name": secret}),
        lambda: shop.draft(requested=secret),
        lambda: shop.draft(notes=secret),
        lambda: ec.Address(name=secret, lines=[], city="x", postal_code="y", country=secret),
    ):
        with pytest.raises(ValidationError) as raised:
            make()
        assert secret not in str(raised.value)
        assert secret not in repr(raised.value)
        assert secret not in str(raised.value.errors(include_url=False, include_input=False))
