"""What is refused before any traffic: what the back-end cannot do or hold, and prices that are not agreed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec

ELSEWHERE = ec.Address(name="Head office", lines=("Tower 1",), city="Bonn", postal_code="53111", country="DE")


@pytest.fixture
def silent(shop):
    """Makes every request to the back-end fail, so that a refusal shows that none was made."""

    def silence():
        shop.faults.refuse("*", ec.errors.PermissionMissing("there was a request"), times=None)

    return silence


def test_an_operation_that_the_back_end_has_not_is_refused_with_the_reason(shop, silent):
    erp = shop.connect("sage300")
    placed = erp.orders.create(shop.order()).order
    silent()
    with pytest.raises(ec.errors.UnsupportedOperation) as refused:
        erp.orders.cancel(placed, "no")
    assert refused.value.why == erp.capabilities.why("orders.cancel")
    assert refused.value.outcome == "not_applied"
    with pytest.raises(ec.errors.UnsupportedOperation):
        erp.orders.amend(placed, ec.ChangeQuantity(line=1, to=2))
    with pytest.raises(ec.errors.UnsupportedOperation):
        erp.shipments.post(placed)


def test_a_hold_of_another_kind_is_refused_with_the_kinds_there_are(shop, silent):
    erp = shop.connect("rfc")
    placed = erp.orders.create(shop.order()).order
    kinds = erp.capabilities.operation("orders.hold").values
    assert kinds
    silent()
    with pytest.raises(ec.errors.UnsupportedOperation) as refused:
        erp.orders.plan(placed, ec.PlaceHold(kind="moon phase"))
    assert refused.value.alternatives == kinds


def test_what_does_not_fit_is_named_and_nothing_is_sent(shop, silent):
    erp = shop.connect("bc")
    silent()
    draft = shop.order(
        shop.line(description="x" * 200, warehouse="W" * 20), customer_po="P" * 60, bill_to=ELSEWHERE
    )
    with pytest.raises(ec.errors.LossyWrite) as lossy:
        erp.orders.create(draft, key="k")
    assert {"order.customer_po", "order.bill_to", "order.line.description"} <= set(lossy.value.fields)
    assert "x" * 20 not in str(lossy.value)
    assert list(erp.journal.list()) == []


def test_no_is_an_answer_too(shop):
    with pytest.raises(ec.errors.LossyWrite) as lossy:
        shop.connect("x3").orders.create(shop.order(partial_shipment=False))
    assert lossy.value.fields == ("order.partial_shipment",)


def test_a_loss_that_is_named_is_cut_sent_and_told(shop):
    erp = shop.connect("bc")
    draft = shop.order(customer_po="P" * 60, bill_to=ELSEWHERE)
    receipt = erp.orders.create(draft, key="k", allow_loss=["order.customer_po", "order.bill_to"])
    assert receipt.order.customer_po == "P" * 35
    assert {d.path: d.kind for d in receipt.differences}["order.customer_po"] is ec.DifferenceKind.LOST
    again = erp.orders.create(draft, key="k", allow_loss=["order.customer_po", "order.bill_to"])
    assert again.replayed
    assert again.differences == receipt.differences


def test_who_orders_what_is_never_lost(shop):
    erp = shop.connect("bc")
    long = "VALVE-20" + "X" * 40
    with pytest.raises(ec.errors.LossyWrite):
        erp.orders.create(
            shop.order(shop.line(long)), allow_loss=["order.line.product", "order.customer", "order.lines"]
        )
    assert shop.standing == ()


@pytest.mark.parametrize("allowed", [["order.nots"], "order.notes"])
def test_a_loss_that_does_not_exist_is_a_slip(shop, erp, allowed):
    with pytest.raises((KeyError, TypeError)):
        erp.orders.create(shop.order(), allow_loss=allowed)


def test_an_amendment_that_does_not_fit_is_refused_too(shop, silent):
    erp = shop.connect("bc")
    placed = erp.orders.create(shop.order()).order
    silent()
    long = ec.ChangeHeader(customer_po="P" * 60)
    with pytest.raises(ec.errors.LossyWrite) as lossy:
        erp.orders.plan(placed, long)
    assert lossy.value.fields == ("order.customer_po",)
    with pytest.raises(ec.errors.LossyWrite):
        erp.orders.amend(placed, ec.AddLine(line=shop.line(description="x" * 200)))
    shop.faults.clear()
    receipt = erp.orders.amend(placed, long, allow_loss=["order.customer_po"])
    assert receipt.order.customer_po == "P" * 35
    assert [d.kind for d in receipt.differences] == [ec.DifferenceKind.LOST]


def test_a_number_of_many_digits_is_refused_with_its_place_and_never_rounded_silently(shop):
    erp = shop.connect("bc")
    huge, fine = Decimal("123456789012345678901234567.1"), Decimal("1.123456789")
    for number in (huge, fine):
        with pytest.raises((ec.errors.LossyWrite, ec.errors.InvalidOrder)) as refused:
            erp.orders.create(shop.order(shop.line(price=shop.eur(str(number)))))
        assert "lines[0]" in str(refused.value)
    receipt = erp.orders.create(
        shop.order(shop.line(price=shop.eur("1.123456789"))), allow_loss=["order.line.price"]
    )
    assert receipt.order.lines[0].price == shop.eur("1.12346")
    assert [d.kind for d in receipt.differences if d.path.endswith("price")] == [ec.DifferenceKind.LOST]


# -- prices ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("like", [None, "crm", "x3", "bc", "rfc", "nav"])
def test_a_price_that_is_not_the_expected_one_stops_the_order(shop, like):
    erp = shop.connect(like)
    draft = shop.order(shop.line(), shop.line("PUMP-5", expected_price=shop.eur("199")))
    with pytest.raises(ec.errors.PriceMismatch) as mismatch:
        erp.orders.create(draft, key="k")
    (finding,) = mismatch.value.findings
    assert (finding.path, finding.expected, finding.actual) == (
        "lines[1].expected_price",
        shop.eur("199"),
        shop.eur("240"),
    )
    assert shop.standing == ()
    receipt = erp.orders.create(draft, key="k", on_price_mismatch="accept")
    assert [d.kind for d in receipt.differences if d.path.endswith("price")] == [ec.DifferenceKind.PRICE]
    assert receipt.order.lines[1].price == shop.eur("240")


def test_a_price_is_written_and_an_expected_one_is_not(shop, erp):
    receipt = erp.orders.create(shop.order(shop.line(price=shop.eur("11.00"), expected_price=shop.eur("11"))))
    assert receipt.order.lines[0].price == shop.eur("11.00")
    assert receipt.differences == ()


def test_a_replay_asks_for_no_price(shop, erp):
    draft = shop.order(shop.line(expected_price=shop.eur("12.50")))
    erp.orders.create(draft, key="k")
    shop.world.set_price("VALVE-20", shop.eur("13"))
    assert erp.orders.create(draft, key="k").replayed


def test_what_to_do_about_prices_is_one_of_two_words(shop, erp):
    with pytest.raises(ValueError, match="refuse, accept"):
        erp.orders.create(shop.order(), on_price_mismatch="ignore")


# -- checking --------------------------------------------------------------------------------------------


def test_a_check_says_everything_and_writes_nothing(shop, erp):
    draft = shop.order(
        shop.line("NO-SUCH"),
        shop.line("OLD-1"),
        shop.line(expected_price=shop.eur("1"), quantity=1000),
        customer="C-900",
        requested=date(2026, 1, 1),
    )
    findings = erp.orders.check(draft)
    assert {(finding.code, finding.path) for finding in findings.errors} >= {
        ("customer_blocked", "customer"),
        ("product_unknown", "lines[0].product"),
        ("product_blocked", "lines[1].product"),
        ("price_mismatch", "lines[2].expected_price"),
    }
    assert {finding.code for finding in findings.warnings} >= {"requested_past", "stock_short"}
    with pytest.raises(ec.errors.InvalidOrder):
        findings.raise_for_errors()
    assert shop.standing == ()
    assert list(erp.journal.list()) == []


def test_a_good_draft_has_nothing_against_it(shop, erp):
    assert erp.orders.check(shop.order()).errors == ()
    assert erp.purchase_orders.check(shop.purchase()).errors == ()


def test_a_check_tells_what_the_back_end_cannot_hold(shop):
    findings = shop.connect("bc").orders.check(shop.order(customer_po="P" * 60))
    assert [(finding.code, finding.path) for finding in findings.errors] == [("lossy", "customer_po")]


@pytest.mark.parametrize(
    "like", ["bc", "fo", "nav", "crm", "rfc", "odata", "soap", "x3", "sage200", "sage300"]
)
def test_every_product_can_be_checked_against(shop, like):
    erp = shop.connect(like)
    assert erp.orders.check(shop.order()).errors == ()


# -- read only -------------------------------------------------------------------------------------------


def test_a_connection_for_reading_writes_nothing(shop, erp, silent):
    placed = erp.orders.create(shop.order()).order
    reader = shop.connect(read_only=True)
    assert reader.orders.get(placed.id) == placed
    plan = reader.orders.plan(placed, ec.ChangeQuantity(line=1, to=2))
    silent()
    attempts = [
        lambda: reader.orders.create(shop.order()),
        lambda: reader.orders.create_many([shop.order()], ["k"]),
        lambda: reader.orders.apply(plan),
        lambda: reader.orders.amend(placed, ec.AddNote(text="x")),
        lambda: reader.orders.cancel(placed, "no"),
        lambda: reader.shipments.post(placed),
        lambda: reader.returns.create(ec.ReturnDraft(order=placed, lines=None, reason="r")),
        lambda: reader.customers.create(ec.CustomerDraft(number="C-1", name="One")),
        lambda: reader.customers.update("x", name="y"),
        lambda: reader.purchase_orders.receive("x", None),
        lambda: reader.purchase_orders.confirm("x", {1: date(2026, 4, 1)}),
    ]
    for attempt in attempts:
        with pytest.raises(ec.errors.UnsupportedOperation, match="read_only"):
            attempt()
    shop.faults.clear()
    assert len(shop.standing) == 1


def test_quantities_and_units_in_questions_are_checked_like_those_in_orders(erp):
    for quantity in (0, -1, 1.5, True, Decimal("NaN")):
        with pytest.raises(ec.errors.InvalidOrder):
            erp.stock.availability("VALVE-20", quantity, "H87")
    with pytest.raises(ec.errors.InvalidOrder) as refused:
        erp.prices.quote("C-100", "VALVE-20", 1, "furlong")
    assert refused.value.code == "unknown_unit"
    assert erp.prices.quote("C-100", "VALVE-20", 1, "PCE").price is not None
