"""What ``memory://?like=...`` plays: the products' limits as the references state them."""

from __future__ import annotations

import dataclasses

import pytest

from erp_connect.adapters.contract import OPERATIONS, Conditional, OnCancel, OnCancelLine, StampKind, Support
from erp_connect.adapters.memory.profile import VersionToken
from erp_connect.adapters.memory.profiles import LIKES, profile, weak
from erp_connect.testing.minimum_support import LIKE_SCHEME, MINIMUM_SUPPORT, minimum_support


@pytest.mark.parametrize("like", LIKES)
def test_every_operation_is_answered_and_what_is_not_native_says_why(like: str) -> None:
    capabilities = profile(like).capabilities()
    for operation in OPERATIONS:
        assert operation in capabilities.operations, f"{like} says nothing about {operation}"
        if capabilities.support(operation) is not Support.NATIVE:
            assert capabilities.why(operation), f"{like} gives no reason for {operation}"


@pytest.mark.parametrize("like", LIKES)
def test_a_product_can_do_what_its_reference_says_it_can(like: str) -> None:
    capabilities = profile(like).capabilities()
    missing = {op for op in minimum_support(LIKE_SCHEME[like]) if capabilities.support(op) is Support.NONE}
    assert missing == set()


@pytest.mark.parametrize("like", LIKES)
def test_every_field_that_is_not_plainly_held_says_why(like: str) -> None:
    for path, known in profile(like).fields.items():
        if known.support is not Support.NATIVE:
            assert known.why, f"{like} gives no reason for {path}"


@pytest.mark.parametrize("like", LIKES)
def test_a_stamp_of_sixty_bits_fits_its_field(like: str) -> None:
    for book, policy in profile(like).stamps.items():
        if policy.kind is StampKind.FIELD:
            assert policy.max_length is None or policy.max_length >= 12, f"{like} {book}"
            assert policy.field, f"{like} {book}"


@pytest.mark.parametrize("like", LIKES)
def test_the_customers_number_is_as_long_as_the_field_that_holds_it(like: str) -> None:
    known = profile(like)
    if known.orders.shared:
        assert known.orders.field == known.orders.po_field
        assert known.orders.max_length == known.capabilities().field("order.customer_po").max_length


@pytest.mark.parametrize("like", LIKES)
def test_a_header_created_before_its_lines_is_not_called_atomic(like: str) -> None:
    known = profile(like)
    if known.creates_in_steps:
        assert not known.capabilities().operation("orders.create").atomic


@pytest.mark.parametrize("like", LIKES)
def test_without_a_token_of_the_product_no_change_is_called_enforced(like: str) -> None:
    known = profile(like)
    if known.version in (VersionToken.FINGERPRINT, VersionToken.NONE):
        enforced = {
            op for op, support in known.operations.items() if support.conditional is Conditional.ENFORCED
        }
        assert enforced == set()


@pytest.mark.parametrize(
    ("like", "length"),
    [("rfc", 35), ("odata", 35), ("soap", 35), ("bc", 35), ("x3", 30), ("sage200", 30), ("sage300", 22)],
)
def test_how_long_a_purchase_order_number_of_the_customer_may_be(like: str, length: int) -> None:
    assert profile(like).capabilities().field("order.customer_po").max_length == length


def test_three_products_have_one_reference_field_for_both() -> None:
    assert {like for like in LIKES if profile(like).orders.shared} == {"bc", "nav", "x3"}


def test_only_dataverse_refuses_a_second_order_by_itself() -> None:
    assert {like for like in LIKES if profile(like).orders.enforced} == {"crm"}
    assert profile("crm").orders.kind is StampKind.ID


def test_purchase_orders_of_business_central_have_no_place_for_a_stamp() -> None:
    assert profile("bc").stamp("purchase_orders").kind is StampKind.NONE


def test_a_cancelled_order_is_gone_where_cancelling_means_deleting() -> None:
    assert {like for like in LIKES if profile(like).on_cancel is OnCancel.GONE} == {"bc", "fo", "nav"}
    assert profile("rfc").on_cancel_line is OnCancelLine.KEPT
    assert profile("x3").on_cancel_line is OnCancelLine.LOWERED


def test_soap_without_wrappers_writes_nothing_and_says_what_to_do() -> None:
    capabilities = profile("soap").capabilities()
    writes = {"create", "change_quantity", "cancel", "add_line", "hold"}
    assert {capabilities.support(f"orders.{verb}") for verb in writes} == {Support.NONE}
    assert "wrapper" in (capabilities.why("orders.create") or "")
    assert capabilities.support("orders.get") is Support.NATIVE


def test_x3_cancels_only_by_a_strategy_that_somebody_chose() -> None:
    capabilities = profile("x3").capabilities()
    assert capabilities.support("orders.cancel") is Support.NONE
    assert "cancel_strategy" in (capabilities.why("orders.cancel") or "")


def test_sage_300_orders_are_created_and_read_and_nothing_else() -> None:
    capabilities = profile("sage300").capabilities()
    able = {
        op for op in OPERATIONS if op.startswith("orders.") and capabilities.support(op) is not Support.NONE
    }
    assert able == {"orders.create", "orders.get", "orders.find", "orders.list", "orders.track"}


def test_creating_costs_a_call_per_line_on_finance_and_operations_only() -> None:
    five_lines = {like: profile(like).capabilities().cost("orders.create").of(5) for like in LIKES}
    assert five_lines["fo"] == 6
    assert max(cost for like, cost in five_lines.items() if like not in ("fo", "soap")) <= 3


@pytest.mark.parametrize("name", sorted(weak()))
def test_a_weak_back_end_differs_from_the_strong_one_in_one_habit(name: str) -> None:
    strong, known = weak()["enforced"], weak()[name]
    same = {field.name for field in dataclasses.fields(known)} - {"name", "product", "operations", "stamps"}
    habits = {field for field in same if getattr(known, field) != getattr(strong, field)}
    stamp_moved = known.orders != strong.orders
    assert habits or stamp_moved or name == "enforced"
    assert len(habits) <= 2


def test_a_weak_back_end_without_search_cannot_be_asked_for_a_stamp() -> None:
    assert not weak()["no_search"].orders.searchable
    assert weak()["lagging_search"].orders.visibility_delay > 0
    assert weak()["late_commit"].late_commit < weak()["late_commit"].orders.execution_window


def test_an_unknown_product_is_refused_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="sage300"):
        profile("sage100")


def test_the_minimum_covers_the_twelve_back_ends() -> None:
    twelve = {
        *("sap+rfc", "sap+odata", "sap+odata?service=v4", "sap+soap", "dynamics+bc", "dynamics+fo"),
        *("dynamics+nav", "dynamics+crm", "sage+x3", "sage+200", "sage+300", "sql"),
    }
    assert twelve <= set(MINIMUM_SUPPORT)
    assert all({"orders.get", "orders.find"} <= operations for operations in MINIMUM_SUPPORT.values())
    assert minimum_support("acme+orders") == frozenset()
