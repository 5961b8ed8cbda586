"""Whether an order is the one that a draft wanted, told by its content alone."""

from decimal import Decimal

import pytest

from erp_connect.models import PurchaseOrderLineDraft, Ref
from erp_connect.rules.matching import content, same_content


def test_the_same_lines_in_any_order_are_the_same_content(shop):
    lines = (shop.line(quantity=10), shop.line("PIPE-3", Decimal("4.50"), "MTR"))
    assert same_content(shop.draft(*lines), shop.order(*reversed(lines)))


def test_two_words_for_a_piece_and_two_spellings_of_a_number_are_one(shop):
    order = shop.order(shop.line(quantity=Decimal("10.00"), unit="C62"))
    assert same_content(shop.draft(shop.line(quantity=10, unit="EA")), order)


@pytest.mark.parametrize(
    "other",
    [
        {"quantity": 11},
        {"product": "BOLT-8"},
        {"unit": "XCT"},
    ],
)
def test_another_line_is_another_content(shop, other):
    assert not same_content(shop.draft(shop.line(**other)), shop.order())


def test_how_often_a_line_stands_there_counts(shop):
    once, twice = (shop.line(),), (shop.line(), shop.line())
    assert not same_content(shop.draft(*once), shop.order(*twice))
    assert not same_content(shop.draft(*twice), shop.order(*once))
    assert same_content(shop.draft(*twice), shop.order(*twice))


def test_what_the_back_end_declares_to_do_to_values_is_taken_into_account(shop):
    rules = {"order.line.product": "upper", "order.line.quantity": "round(1)"}
    draft = shop.draft(shop.line("valve-20", Decimal("1.26")))
    order = shop.order(shop.line("VALVE-20", Decimal("1.3")))
    assert same_content(draft, order, rules.get)
    assert not same_content(draft, order)


def test_another_code_of_the_product_is_the_product(shop):
    for said in ("4006381333931", Ref(id="p1")):
        draft = shop.draft(shop.line(said))
        assert same_content(draft, shop.order(), products=shop.products)
        assert not same_content(draft, shop.order())


def test_lines_that_the_back_end_added_are_not_held_against_it(shop):
    order = shop.order()
    kit = order.but(lines=(*order.lines, order.lines[0].but(id="L1a", product="SEAL", parent_line="L1")))
    assert same_content(shop.draft(), kit)


def test_a_purchase_order_matches_by_its_own_rules(shop):
    draft = shop.purchase_draft(PurchaseOrderLineDraft(product="valve-20", quantity=100, unit="H87"))
    assert same_content(draft, shop.purchase(), {"purchase_order.line.product": "upper"}.get)
    assert content(shop.purchase()) == {("VALVE-20", Decimal(100), "H87"): 1}


def test_a_native_line_without_product_or_unit_matches_nothing_by_accident(shop):
    order = shop.order()
    mute = order.but(lines=(order.lines[0].but(product=None, unit=None),))
    assert not same_content(shop.draft(), mute)
