"""Two people at one order: a conflict shows the difference, and a plan of Friday holds on Monday or is made again."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

import erp_connect as ec
from erp_connect.adapters.memory.profiles import weak
from erp_connect.adapters.sql.migrate import init

WEEKEND = 3 * 24 * 3600.0
PLACES = ["memory", *weak(), "sage200", "bc", "rfc", "sqlite"]


@pytest.fixture(params=PLACES)
def office(request, shop, tmp_path):
    """A back-end at which Anna plans on Friday, and Ben works over the weekend."""
    if request.param != "sqlite":
        like = None if request.param == "memory" else request.param
        yield SimpleNamespace(shop=shop, anna=shop.connect(like), ben=shop.connect(like))
        return
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    init(url, company="Two people", currency="EUR", timezone="UTC")
    with ec.connect(url, clock=shop.clock) as anna, ec.connect(url, clock=shop.clock) as ben:
        anna.customers.create(ec.CustomerDraft(number="C-100", name="Mill & Sons", currency="EUR"))
        for code, price in (("VALVE-20", "12.50"), ("PUMP-5", "240")):
            anna.products.create(ec.ProductDraft(code=code, name=code, unit="H87", price=shop.eur(price)))
        yield SimpleNamespace(shop=shop, anna=anna, ben=ben)


@pytest.fixture
def placed(office):
    """Twelve valves and two pumps."""
    lines = [
        office.shop.line(quantity=12, price=office.shop.eur("12.50")),
        office.shop.line("PUMP-5", quantity=2, price=office.shop.eur("240")),
    ]
    order = office.anna.orders.create(office.shop.order(*lines)).order
    office.shop.later(60)  # until every search shows it
    return order


def goods(order):
    return sorted(
        (line.product, line.quantities.ordered - (line.quantities.cancelled or 0))
        for line in order.lines
        if line.quantities.ordered != (line.quantities.cancelled or 0)
    )


def said(conflict):
    return {each.path: (each.sent, each.stored) for each in conflict.value.diff}


def stands(office, order):
    return office.ben.orders.get(order.id)


# -- a conflict carries the difference ---------------------------------------------------------------------


def test_a_conflict_tells_the_path_and_what_stood_there_before_and_now(office, placed):
    plan = office.anna.orders.plan(placed, ec.ChangeQuantity(line=1, to=10))
    office.ben.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=50))
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        office.anna.orders.apply(plan)
    assert said(conflict)["order.lines[0].quantity"] == (12, 50)
    assert (conflict.value.outcome, conflict.value.retryable) == ("not_applied", False)
    assert goods(stands(office, placed)) == [("PUMP-5", 2), ("VALVE-20", 50)]


def test_an_amendment_of_a_stale_order_is_a_conflict_with_the_difference(office, placed):
    """Given an order, ``amend`` holds to its version: whatever has moved counts, touched or not."""
    office.ben.orders.amend(placed.id, ec.ChangeQuantity(line=2, to=7))
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        office.anna.orders.amend(placed, ec.ChangeQuantity(line=1, to=10))
    assert said(conflict)["order.lines[1].quantity"] == (2, 7)
    assert goods(stands(office, placed)) == [("PUMP-5", 7), ("VALVE-20", 12)]


@pytest.mark.parametrize("lines", [None, [1]], ids=["order", "line"])
def test_a_cancellation_of_a_stale_order_is_a_conflict_with_the_difference(office, placed, lines):
    operation = "orders.cancel" if lines is None else "orders.cancel_line"
    if office.anna.capabilities.support(operation) is ec.Support.NONE:
        pytest.skip("not offered here")
    office.ben.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=50))
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        office.anna.orders.cancel(placed, "customer withdrew", lines=lines)
    assert said(conflict)["order.lines[0].quantity"] == (12, 50)
    assert goods(stands(office, placed)) == [("PUMP-5", 2), ("VALVE-20", 50)]


def test_of_many_plans_the_one_in_conflict_carries_its_difference(office, placed):
    other = office.anna.orders.create(office.shop.order(customer_po="PO-2")).order
    plans = [office.anna.orders.plan(each, ec.ChangeQuantity(line=1, to=3)) for each in (placed, other)]
    office.ben.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=50))
    done = office.anna.orders.apply_many(plans)
    (failure,) = done.failed
    assert {d.path: (d.sent, d.stored) for d in failure.error.diff}["order.lines[0].quantity"] == (12, 50)
    assert [receipt.order.id for receipt in done.succeeded] == [other.id]


@pytest.mark.parametrize("book", ["customers", "products"])
def test_an_update_of_a_stale_record_is_a_conflict_with_the_difference(office, book):
    if office.anna.capabilities.support(f"{book}.update") is ec.Support.NONE:
        pytest.skip("not offered here")
    named = {"customers": {"number": "C-100"}, "products": {"code": "VALVE-20"}}[book]
    anna, ben = getattr(office.anna, book), getattr(office.ben, book)
    (stale,) = anna.find(**named)
    ben.update(stale.id, name="Ben's name")
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        anna.update(stale, name="Anna's name")
    assert said(conflict) == {f"{book[:-1]}.name": (stale.name, "Ben's name")}
    anna.update(stale, blocked=True)  # which nobody has touched
    assert (anna.get(stale.id).name, anna.get(stale.id).blocked) == ("Ben's name", True)


# -- from Friday to Monday ---------------------------------------------------------------------------------


def test_what_the_plan_does_not_touch_may_have_moved(office, placed):
    plan = office.anna.orders.plan(placed, ec.ChangeQuantity(line=1, to=10, reason="customer called"))
    office.ben.orders.amend(placed.id, ec.ChangeQuantity(line=2, to=7))
    office.ben.orders.amend(placed.id, ec.ChangeHeader(customer_po="PO-9"))
    office.shop.later(WEEKEND)
    receipt = office.anna.orders.apply(plan)
    assert receipt.differences == ()
    assert goods(stands(office, placed)) == [("PUMP-5", 7), ("VALVE-20", 10)]
    assert stands(office, placed).customer_po == "PO-9"
    assert office.anna.orders.apply(plan).replayed


def test_a_plan_is_made_again_on_what_stands_now(office, placed):
    plan = office.anna.orders.plan(placed, ec.ChangeQuantity(line=1, to=10, reason="customer called"))
    office.ben.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=50))
    office.shop.later(WEEKEND)
    with pytest.raises(ec.errors.VersionConflict):
        office.anna.orders.apply(plan)
    rebased = office.anna.orders.plan(placed.id, *plan.amendments)
    wished = {each.path: (each.sent, each.stored) for each in rebased.diff}
    assert wished["order.lines[0].quantity"] == (50, 10)
    assert goods(office.anna.orders.apply(rebased).order) == [("PUMP-5", 2), ("VALVE-20", 10)]


def test_only_force_writes_over_what_somebody_else_wrote(office, placed):
    plan = office.anna.orders.plan(placed, ec.ChangeQuantity(line=1, to=10))
    office.ben.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=50))
    for _ in range(2):
        with pytest.raises(ec.errors.VersionConflict):
            office.anna.orders.apply(plan)
    assert goods(office.anna.orders.apply(plan, force=True).order) == [("PUMP-5", 2), ("VALVE-20", 10)]


def test_a_plan_for_an_order_that_was_cancelled_meanwhile_is_a_conflict(office, placed):
    if office.anna.capabilities.support("orders.cancel") is ec.Support.NONE:
        pytest.skip("not offered here")
    plan = office.anna.orders.plan(placed, ec.ChangeHeader(customer_po="PO-9"))
    office.ben.orders.cancel(placed.id, "customer withdrew")
    with pytest.raises(ec.errors.RequestRefused) as refused:
        office.anna.orders.apply(plan)
    assert refused.value.outcome == "not_applied"
    assert stands(office, placed).status is ec.OrderStatus.CANCELLED
    assert stands(office, placed).customer_po != "PO-9"


# -- what a change touches ---------------------------------------------------------------------------------

ADDRESS = ec.Address(name="Yard 2", lines=("Gate 9",), city="Bonn", postal_code="53111", country="DE")
MONDAY = date(2026, 3, 9)
VALVES = ec.LineDraft(product="VALVE-20", quantity=1, unit="H87")
PUMPS = ec.LineDraft(product="PUMP-5", quantity=1, unit="H87")
TOUCHED = {
    "the same line": (ec.ChangeQuantity(line=1, to=10), ec.ChangeDate(line=1, to=MONDAY)),
    "a price and a quantity": (ec.ChangePrice(line=1, to=ec.UnitPrice(amount=9, currency="EUR")), 1),
    "a line that is gone": (ec.ChangeDate(line=1, to=MONDAY), ec.CancelLine(line=1, reason="no")),
    "the line to be cancelled": (ec.CancelLine(line=1, reason="no"), 1),
    "the line to be split": (ec.SplitLine(line=1, quantity=4), 1),
    "the line to be substituted": (ec.SubstituteProduct(line=1, to="PUMP-5"), 1),
    "the same header field": (ec.ChangeHeader(customer_po="PO-8"), ec.ChangeHeader(customer_po="PO-9")),
    "the same address": (
        ec.ChangeAddress(ship_to=ADDRESS),
        ec.ChangeAddress(ship_to=ADDRESS.but(city="Ulm")),
    ),
    "one date of all lines": (ec.ChangeDate(to=MONDAY), ec.ChangeDate(line=2, to=date(2026, 4, 1))),
    "a line that has come": (ec.ChangeDate(to=MONDAY), ec.AddLine(line=PUMPS)),
    "the same goods twice": (ec.AddLine(line=VALVES), ec.AddLine(line=VALVES)),
    "more of a product": (ec.AddLine(line=VALVES), 1),
    "the holds": (ec.ReleaseHold(kind="credit"), ec.PlaceHold(kind="delivery")),
    "what it costs": (
        ec.ChangeQuantity(line=1, to=10),
        ec.ChangeHeader(discounts=[ec.Discount(percent=Decimal(5))]),
    ),
}
UNTOUCHED = {
    "another line": (ec.ChangeQuantity(line=1, to=10), ec.ChangeQuantity(line=2, to=7)),
    "a line that has come": (ec.ChangeQuantity(line=1, to=10), ec.AddLine(line=PUMPS)),
    "another line that is gone": (ec.ChangeQuantity(line=1, to=10), ec.CancelLine(line=2, reason="no")),
    "a note": (ec.AddNote(text="ring twice"), ec.AddNote(text="dogs")),
    "a hold of the order": (ec.ChangeQuantity(line=1, to=10), ec.PlaceHold(kind="delivery")),
    "another header field": (ec.ChangeHeader(customer_po="PO-8"), ec.ChangeHeader(payment_terms="N30")),
    "another address": (ec.ChangeAddress(ship_to=ADDRESS), ec.ChangeAddress(bill_to=ADDRESS)),
    "another custom field": (ec.ChangeHeader(custom={"a": 1}), ec.ChangeHeader(custom={"b": 2})),
    "quantities below a date": (ec.ChangeDate(to=MONDAY), ec.ChangeQuantity(line=2, to=7)),
    "other goods": (ec.AddLine(line=VALVES), ec.ChangeQuantity(line=2, to=7)),
    "the date of the same goods": (ec.AddLine(line=VALVES), ec.ChangeDate(line=1, to=MONDAY)),
}


def on_friday(shop, planned, meanwhile, like=None):
    anna, ben = shop.connect(like), shop.connect(like)
    placed = anna.orders.create(shop.order(shop.line(quantity=12), shop.line("PUMP-5", quantity=2))).order
    if isinstance(planned, ec.ReleaseHold):
        placed = anna.orders.amend(placed, ec.PlaceHold(kind="credit")).order
    plan = anna.orders.plan(placed, planned)
    ben.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=50) if meanwhile == 1 else meanwhile)
    return anna, plan


@pytest.mark.parametrize("like", [None, "no_version"])
@pytest.mark.parametrize("case", TOUCHED)
def test_a_plan_is_stopped_by_what_it_touches(shop, case, like):
    anna, plan = on_friday(shop, *TOUCHED[case], like)
    before = shop.standing
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        anna.orders.apply(plan)
    assert conflict.value.diff
    assert shop.standing == before


@pytest.mark.parametrize("like", [None, "no_version"])
@pytest.mark.parametrize("case", UNTOUCHED)
def test_a_plan_is_not_stopped_by_what_it_does_not_touch(shop, case, like):
    anna, plan = on_friday(shop, *UNTOUCHED[case], like)
    (before,) = shop.standing
    wished = anna.orders.plan(before, *plan.amendments).expected
    receipt = anna.orders.apply(plan)
    assert goods(receipt.order) == goods(wished)
    for name in ("customer_po", "payment_terms", "ship_to", "bill_to", "notes", "custom", "requested"):
        assert getattr(receipt.order, name) == getattr(wished, name)


def test_what_the_plan_touches_is_told_first_and_the_rest_after_it(shop):
    anna, ben = shop.connect(), shop.connect()
    placed = anna.orders.create(shop.order(shop.line(quantity=12), shop.line("PUMP-5", quantity=2))).order
    plan = anna.orders.plan(placed, ec.ChangeQuantity(line=2, to=3))
    ben.orders.amend(
        placed.id,
        ec.ChangeHeader(customer_po="PO-9"),
        ec.ChangeQuantity(line=1, to=1),
        ec.ChangeQuantity(line=2, to=7),
    )
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        anna.orders.apply(plan)
    assert [each.path for each in conflict.value.diff] == [
        "order.lines[1].quantity",
        "order.customer_po",
        "order.lines[0].quantity",
    ]


def test_a_rival_between_the_look_and_the_write_only_stops_what_he_touches(shop):
    anna, ben = shop.connect(), shop.connect()
    placed = anna.orders.create(shop.order(shop.line(quantity=12), shop.line("PUMP-5", quantity=2))).order
    plan = anna.orders.plan(placed, ec.ChangeQuantity(line=1, to=10))
    shop.faults.rival("orders.amend", lambda: ben.orders.amend(placed.id, ec.ChangeQuantity(line=2, to=7)))
    assert goods(anna.orders.apply(plan).order) == [("PUMP-5", 7), ("VALVE-20", 10)]
    again = anna.orders.plan(placed.id, ec.ChangeQuantity(line=1, to=5))
    shop.faults.rival("orders.amend", lambda: ben.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=50)))
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        anna.orders.apply(again)
    assert said(conflict)["order.lines[0].quantity"] == (10, 50)
    assert goods(shop.standing[0]) == [("PUMP-5", 7), ("VALVE-20", 50)]


# -- a plan on paper ---------------------------------------------------------------------------------------


def test_a_stored_plan_is_the_plan(office, placed):
    amendments = [
        ec.ChangeQuantity(line=placed.lines[0], to=10, reason="customer called"),
        ec.AddLine(line=PUMPS),
        ec.ChangeHeader(customer_po="PO-9"),
    ]
    plan = office.anna.orders.plan(placed, *amendments, key="friday")
    read = ec.Plan.from_json(plan.to_json())
    assert (read.order, read.expected, read.diff) == (plan.order, plan.expected, plan.diff)
    assert (read.key, read.price_effect, read.computed_by) == ("friday", plan.price_effect, plan.computed_by)
    assert (read.warnings, read.allow_loss, read.system) == (plan.warnings, plan.allow_loss, plan.system)
    assert [type(each) for each in read.amendments] == [type(each) for each in amendments]
    assert read.to_json() == plan.to_json()
    assert type(read.diff[0].stored) is type(plan.diff[0].stored)
    office.shop.later(WEEKEND)
    receipt = office.ben.orders.apply(read)
    assert not receipt.replayed
    assert office.anna.orders.apply(plan).replayed
    assert goods(stands(office, placed)) == [("PUMP-5", 1), ("PUMP-5", 2), ("VALVE-20", 10)]


def test_a_plan_can_be_pickled(erp, shop):
    placed = erp.orders.create(shop.order()).order
    plan = erp.orders.plan(placed, ec.ChangeDiscount(line=1, to=ec.EMPTY), ec.ChangeQuantity(line=1, to=2))
    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301 (our own)


def test_a_plan_for_a_purchase_order_is_stored_and_belongs_to_its_book(erp, shop):
    placed = erp.purchase_orders.create(shop.purchase()).order
    more = ec.PurchaseOrderLineDraft(product="PUMP-5", quantity=1, unit="H87", price=shop.eur("200"))
    plan = ec.Plan.from_json(erp.purchase_orders.plan(placed, ec.AddLine(line=more)).to_json())
    assert isinstance(plan.order, ec.PurchaseOrder)
    with pytest.raises(TypeError, match=r"erp\.orders\.plan"):
        erp.orders.apply(plan)
    assert goods(erp.purchase_orders.apply(plan).stored) == [("PUMP-5", 1), ("VALVE-20", 40)]


def test_a_plan_is_for_the_system_that_it_was_made_for(shop, erp):
    test_system = shop.connect(system="test")
    placed = test_system.orders.create(shop.order()).order
    plan = ec.Plan.from_json(test_system.orders.plan(placed, ec.ChangeQuantity(line=1, to=2)).to_json())
    with pytest.raises(ec.errors.InvalidOrder) as refused:
        erp.orders.apply(plan)
    assert refused.value.code == "other_system"
    assert goods(shop.standing[0]) == [("VALVE-20", 5)]


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        (lambda text: text[:-20], "plan_damaged"),
        (lambda text: text.replace('"to": "10"', '"to": "100"'), "plan_damaged"),
        (lambda text: text.replace('"plan": {', '"plan": null, "was": {'), "plan_damaged"),
        (lambda text: text.replace('"erp_connect_plan": 1', '"erp_connect_plan": "1"'), "plan_damaged"),
        (lambda text: text.replace('"erp_connect_plan": 1', '"erp_connect_plan": 2'), "plan_newer"),
        (lambda _: "", "not_a_plan"),
        (lambda _: "[1, 2]", "not_a_plan"),
        (lambda _: '{"order": "1"}', "not_a_plan"),
        (lambda _: "[" * 100_000, "not_a_plan"),
        (lambda text: text.encode().replace(b"order", b"\xff"), "plan_damaged"),
    ],
    ids=[
        "cut",
        "edited",
        "emptied",
        "mislabelled",
        "newer",
        "empty",
        "a list",
        "an object",
        "deep",
        "not utf-8",
    ],
)
def test_a_text_that_is_no_whole_plan_of_ours_is_refused(erp, shop, spoilt, code):
    placed = erp.orders.create(shop.order(shop.line(quantity=12))).order
    text = erp.orders.plan(placed, ec.ChangeQuantity(line=1, to=10)).to_json()
    assert '"to": "10"' in text
    with pytest.raises(ec.errors.InvalidDocument) as refused:
        ec.Plan.from_json(spoilt(text))
    assert refused.value.code == code
    assert refused.value.hint
    assert "12" not in str(refused.value)


def test_a_plan_whose_content_makes_no_sense_is_damaged(erp, shop):
    from erp_connect.models.plan import _digest

    placed = erp.orders.create(shop.order()).order
    stored = json.loads(erp.orders.plan(placed, ec.AddNote(text="x")).to_json())
    for name, nonsense in (("book", "letters"), ("order", {}), ("amendments", [{"amendment": "Burn"}])):
        content = {**stored["plan"], name: nonsense}
        with pytest.raises(ec.errors.InvalidDocument) as refused:
            ec.Plan.from_json(json.dumps({**stored, "plan": content, "digest": _digest(content)}))
        assert refused.value.code == "plan_damaged"


APPLY = """
import sys
import erp_connect as ec

with ec.connect(sys.argv[1]) as erp, open(sys.argv[2], encoding="utf-8") as file:
    receipt = erp.orders.apply(ec.Plan.from_json(file.read()))
    print(receipt.replayed, receipt.key, [str(line.quantities.ordered) for line in receipt.order.lines])
"""


def test_a_plan_applied_by_two_other_programs_is_written_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    init(url, company="Two people", currency="EUR", timezone="UTC")
    with ec.connect(url) as erp:
        erp.customers.create(ec.CustomerDraft(number="C-100", name="Mill & Sons"))
        erp.products.create(ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87"))
        draft = ec.OrderDraft(customer="C-100", customer_po="PO-1", currency="EUR", lines=[VALVES])
        placed = erp.orders.create(draft, key="C-100/PO-1").order
        plan = erp.orders.plan(placed, ec.AddLine(line=VALVES.but(quantity=3)), key="friday")
    (tmp_path / "plan.json").write_text(plan.to_json(), encoding="utf-8")
    told = [
        subprocess.run(
            [sys.executable, "-c", APPLY, url, str(tmp_path / "plan.json")],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _ in range(2)
    ]
    assert told == ["False friday ['1', '3']", "True friday ['1', '3']"]
