"""What was sent against what is stored: every difference with its kind and path, and none where there is none."""

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.models import (
    Charge,
    Contact,
    DifferenceKind,
    Discount,
    LineKind,
    Money,
    PurchaseOrderLineDraft,
    Ref,
    Reference,
)
from erp_connect.rules.diff import compare
from erp_connect.rules.entering import enter

K = DifferenceKind
RULES = {
    "order.customer_po": "upper",
    "order.line.product": "pad_left_zero(6)",
    "order.line.quantity": "round(0)",
    "order.line.price": "round(2)",
    "order.line.discount": "round(1)",
    "order.ship_to.city": "upper",
    "order.ship_to.lines": "upper",
    "order.notes": "trim",
    "order.customer": "pad_left_zero(10)",
}


@pytest.fixture
def differences(shop):
    """Sends a draft, lets the back-end store it, changes what is stored, and compares."""

    def look(draft, change=lambda order: order, **more):
        facts = shop.facts()
        ids = [f"L{n}" for n in range(1, len(draft.lines) + 1)]
        stored = change(enter(draft, facts, id="o1", number="1", line_ids=ids, now=shop.now))
        more = {"normalisation": RULES.get, "products": shop.products, **more}
        return [(d.path, d.kind) for d in compare(draft, stored, **more)]

    return look


def with_line(index=0, **fields):
    """The stored order with these fields of a line changed."""

    def change(order):
        lines = list(order.lines)
        quantity = fields.pop("ordered", None)
        if quantity is not None:
            fields["quantities"] = lines[index].quantities.but(ordered=quantity)
        lines[index] = lines[index].but(**fields)
        return order.but(lines=tuple(lines))

    return change


def test_what_is_stored_as_it_was_sent_is_no_difference(shop, differences):
    everything = shop.draft(
        shop.line("4006381333931", expected_price=shop.price("12.50"), reference="10", custom={"cut": 1}),
        shop.line(Ref(id="p1"), discount=Discount(percent=3), kind="service"),
        ship_to=shop.address,
        bill_to=shop.address,
        contact=Contact(name="Desk"),
        discounts=[Discount(percent=1)],
        charges=[Charge(code="F", amount=Money(amount=1, currency="EUR"))],
        notes=["a", "b"],
        references=[Reference(kind="project", value="P")],
        custom={"colour": "red"},
        partial_shipment=True,
        prices_include_tax=False,
    )
    found = differences(everything)
    assert found == [("order.lines[0].product", K.NORMALISED)]  # stored under its number


def test_what_the_draft_leaves_out_is_nobodys_difference(shop, differences):
    def derived(order):
        return with_line(description="X", warehouse="MAIN", kind=LineKind.SERVICE)(order).but(
            warehouse="MAIN",
            payment_terms="7D",
            order_date=date(2026, 1, 1),
            notes=("added",),
            custom={"x": 1},
        )

    assert differences(shop.draft(), derived) == []


@pytest.mark.parametrize("unit", ["H87", "EA", "C62"])
def test_two_words_for_a_piece_are_no_difference(shop, differences, unit):
    assert differences(shop.draft(shop.line(unit="EA")), with_line(unit=unit)) == []


def test_another_unit_is(shop, differences):
    assert differences(shop.draft(), with_line(unit="XCT")) == [("order.lines[0].unit", K.CHANGED)]


CHANGED = [
    ("quantity", {}, {"ordered": Decimal(9)}, "order.lines[0].quantity", K.CHANGED),
    (
        "rounded quantity",
        {"quantity": Decimal("9.6")},
        {"ordered": Decimal(10)},
        "order.lines[0].quantity",
        K.NORMALISED,
    ),
    ("product", {}, {"product": "BOLT-8"}, "order.lines[0].product", K.CHANGED),
    ("no product", {}, {"product": None}, "order.lines[0].product", K.MISSING),
    ("padded product", {"product": "77"}, {"product": "000077"}, "order.lines[0].product", K.NORMALISED),
    (
        "date",
        {"requested": date(2026, 5, 1)},
        {"requested": date(2026, 5, 4)},
        "order.lines[0].requested",
        K.CHANGED,
    ),
    ("no date", {"requested": date(2026, 5, 1)}, {"requested": None}, "order.lines[0].requested", K.MISSING),
    ("text", {"description": "abc"}, {"description": "ab"}, "order.lines[0].description", K.CHANGED),
    ("kind", {"kind": "service"}, {"kind": LineKind.ITEM}, "order.lines[0].kind", K.CHANGED),
    ("discount", {"discount": Discount(percent=5)}, {"discount": None}, "order.lines[0].discount", K.MISSING),
    (
        "other discount",
        {"discount": Discount(percent=5)},
        {"discount": Discount(percent=4)},
        "order.lines[0].discount",
        K.CHANGED,
    ),
    (
        "rounded discount",
        {"discount": Discount(percent=Decimal("5.04"))},
        {"discount": Discount(percent=Decimal("5.0"))},
        "order.lines[0].discount",
        K.NORMALISED,
    ),
    ("custom", {"custom": {"cut": 1}}, {"custom": {"cut": "1"}}, "order.lines[0].custom.cut", K.CHANGED),
    ("no custom", {"custom": {"cut": 1}}, {"custom": {}}, "order.lines[0].custom.cut", K.MISSING),
]


@pytest.mark.parametrize(
    ("sent", "stored", "path", "kind"), [row[1:] for row in CHANGED], ids=[row[0] for row in CHANGED]
)
def test_a_line_that_is_stored_otherwise(shop, differences, sent, stored, path, kind):
    assert differences(shop.draft(shop.line(**sent)), with_line(**stored)) == [(path, kind)]


def test_a_discount_whose_code_the_back_end_drops_is_the_same_discount(shop, differences):
    sent = shop.line(discount=Discount(percent=5, code="SPRING"))
    assert differences(shop.draft(sent), with_line(discount=Discount(percent=5))) == []


def test_prices_are_a_kind_of_their_own(shop, differences):
    agreed = shop.draft(shop.line(price=shop.price("12.504")))
    assert differences(agreed, with_line(price=shop.price(11))) == [("order.lines[0].price", K.PRICE)]
    assert differences(agreed, with_line(price=shop.price("12.50"))) == [
        ("order.lines[0].price", K.NORMALISED)
    ]
    assert differences(agreed, with_line(price=None)) == [("order.lines[0].price", K.MISSING)]
    assert differences(agreed, with_line(price=shop.price("1250.4", per=100))) == []


def test_an_expected_price_shows_what_the_back_end_charges(shop, differences):
    hoped = shop.draft(shop.line(expected_price=shop.price(11)))
    assert differences(hoped) == [("order.lines[0].expected_price", K.PRICE)]
    assert differences(hoped, expected_prices=False) == []


@pytest.mark.parametrize(
    ("sent", "stored", "path", "kind"),
    [
        ({"customer_po": "po-77"}, {"customer_po": "PO-77"}, "order.customer_po", K.NORMALISED),
        ({"customer_po": "PO-77"}, {"customer_po": "PO-7"}, "order.customer_po", K.CHANGED),
        ({"customer_po": "PO-77"}, {"customer_po": None}, "order.customer_po", K.MISSING),
        ({"customer": "10000"}, {"customer": "20000"}, "order.customer", K.CHANGED),
        ({"customer": "10000"}, {"customer": "0000010000"}, "order.customer", K.NORMALISED),
        ({"customer": Ref(id="c1")}, {"customer_id": "c2"}, "order.customer", K.CHANGED),
        ({"requested": date(2026, 5, 1)}, {"requested": date(2026, 5, 4)}, "order.requested", K.CHANGED),
        ({"prices_include_tax": True}, {"prices_include_tax": False}, "order.prices_include_tax", K.CHANGED),
        ({"partial_shipment": False}, {"partial_shipment": None}, "order.partial_shipment", K.MISSING),
        ({"notes": ["a", "b"]}, {"notes": ("b",)}, "order.notes[0]", K.MISSING),
        ({"notes": ["a "]}, {"notes": ("c", "a")}, "order.notes[0]", K.NORMALISED),
        (
            {"references": [Reference(kind="k", value="1")]},
            {"references": ()},
            "order.references[0]",
            K.MISSING,
        ),
        ({"discounts": [Discount(percent=1)]}, {"discounts": ()}, "order.discounts[0]", K.MISSING),
        ({}, {"discounts": (Discount(percent=1),)}, "order.discounts[0]", K.ADDED),
        (
            {},
            {"charges": (Charge(code="F", amount=Money(amount=1, currency="EUR")),)},
            "order.charges[0]",
            K.ADDED,
        ),
        ({"custom": {"size": 3}}, {"custom": {"size": 4}}, "order.custom.size", K.CHANGED),
    ],
)
def test_a_header_that_is_stored_otherwise(shop, differences, sent, stored, path, kind):
    assert differences(shop.draft(**sent), lambda order: order.but(**stored)) == [(path, kind)]


def test_a_customer_named_by_a_native_id_is_not_guessed_at(shop, differences):
    draft = shop.draft(customer=Ref(id="c1"))
    assert differences(draft, lambda order: order.but(customer_id=None, customer="0010000")) == []


def test_a_product_named_by_a_native_id_is_judged_with_the_product_at_hand(shop, differences):
    draft = shop.draft(shop.line(Ref(id="p1")))
    assert differences(draft, with_line(product="BOLT-8")) == [("order.lines[0].product", K.CHANGED)]
    assert differences(draft, with_line(product="BOLT-8"), products={}) == []


def test_an_address_is_compared_part_by_part(shop, differences):
    sent = shop.draft(ship_to=shop.address)

    def stored(**changes):
        return lambda order: order.but(ship_to=shop.address.but(**changes))

    assert differences(sent, stored(city="HULL")) == [("order.ship_to.city", K.NORMALISED)]
    assert differences(sent, stored(lines=("DOCK ROAD 2",))) == [("order.ship_to.lines", K.NORMALISED)]
    assert differences(sent, stored(postal_code="HU2")) == [("order.ship_to.postal_code", K.CHANGED)]
    assert differences(sent, stored(region="East")) == []
    assert differences(sent, lambda order: order.but(ship_to=None)) == [("order.ship_to", K.MISSING)]


def test_what_the_caller_allowed_to_lose_is_lost(shop, differences):
    sent = shop.draft(shop.line(custom={"cut": 1}, description="abc"), custom={"size": 3}, notes=["a"])

    def poorer(order):
        return with_line(custom={}, description=None)(order).but(custom={}, notes=())

    allowed = frozenset({"order.line.custom", "order.custom.size", "order.notes"})
    assert differences(sent, poorer, lost=allowed) == [
        ("order.notes[0]", K.LOST),
        ("order.custom.size", K.LOST),
        ("order.lines[0].description", K.MISSING),
        ("order.lines[0].custom.cut", K.LOST),
    ]


def test_lines_that_the_back_end_adds_are_shown_as_added(shop, differences):
    def kit(order):
        part = order.lines[0].but(id="L1a", product="SEAL", parent_line="L1", reference=None)
        return order.but(lines=(order.lines[0], part, order.lines[1]))

    draft = shop.draft(shop.line(), shop.line("PIPE-3", 3, "MTR"))
    assert differences(draft, kit) == [("order.lines[1]", K.ADDED)]

    def free_goods(order):
        return order.but(lines=(*order.lines, order.lines[0].but(id="L9", product="GIFT")))

    assert differences(draft, free_goods) == [("order.lines[2]", K.ADDED)]


def test_a_line_that_the_back_end_dropped_is_missing(shop, differences):
    draft = shop.draft(shop.line(), shop.line("PIPE-3", 3, "MTR"), shop.line("BOLT-8", 1))
    dropped = differences(draft, lambda order: order.but(lines=(order.lines[0], order.lines[2])))
    assert dropped == [("order.lines[1]", K.MISSING)]


def test_lines_are_matched_by_reference_wherever_they_stand(shop, differences):
    draft = shop.draft(shop.line(reference="a"), shop.line("PIPE-3", 3, "MTR", reference="b"))
    assert differences(draft, lambda order: order.but(lines=order.lines[::-1])) == []


def test_without_references_lines_are_matched_by_their_order(shop, differences):
    draft = shop.draft(shop.line(), shop.line("PIPE-3", 3, "MTR"))
    found = differences(draft, with_line(1, product="BOLT-8"))
    assert found == [("order.lines[1].product", K.CHANGED)]
    lost_reference = shop.draft(shop.line(reference="a"), shop.line("PIPE-3", 3, "MTR", reference="b"))
    assert differences(lost_reference, with_line(1, reference=None)) == [
        ("order.lines[1].reference", K.MISSING)
    ]


def test_a_difference_brings_both_values_and_the_line(shop):
    draft = shop.draft()
    stored = with_line(ordered=Decimal(9))(shop.order())
    (found,) = compare(draft, stored)
    assert (found.sent, found.stored, found.line_id) == (10, 9, "L1")


def test_a_purchase_order_has_paths_of_its_own(shop):
    line = PurchaseOrderLineDraft(product="VALVE-20", quantity=1, unit="H87", supplier_product="S-1")
    draft = shop.purchase_draft(line, supplier_reference="Q-1")
    stored = shop.purchase(line, supplier_reference="Q-1")
    assert compare(draft, stored) == ()
    other = stored.but(
        supplier="9", supplier_reference=None, lines=(stored.lines[0].but(supplier_product="S-2"),)
    )
    assert [(d.path, d.kind) for d in compare(draft, other)] == [
        ("purchase_order.supplier", K.CHANGED),
        ("purchase_order.supplier_reference", K.MISSING),
        ("purchase_order.lines[0].supplier_product", K.CHANGED),
    ]


def test_the_two_kinds_of_order_are_not_compared(shop):
    with pytest.raises(TypeError, match="a sales order is compared"):
        compare(shop.draft(), shop.purchase())
    with pytest.raises(TypeError, match="a purchase order is compared"):
        compare(shop.purchase_draft(), shop.order())


def test_charges_that_are_stored_in_another_order_are_no_difference(shop, differences):
    charges = [Charge(code=code, amount=Money(amount=1, currency="EUR")) for code in ("A", "B")]
    assert (
        differences(shop.draft(charges=charges), lambda order: order.but(charges=tuple(reversed(charges))))
        == []
    )
