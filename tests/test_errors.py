"""Errors: one family, each says what became of the write, and none tells what it must not."""

import inspect
import pickle

import pytest

from erp_connect import errors
from erp_connect.errors import (
    AccessError,
    AuthenticationFailed,
    ConfigurationError,
    ContractViolation,
    CreditBlocked,
    CustomerBlocked,
    DuplicateReference,
    ErpConnectError,
    InsufficientStock,
    InvalidDocument,
    InvalidOrder,
    JournalUnavailable,
    KeyInProgress,
    KeyReused,
    LossyWrite,
    MappingError,
    NotFound,
    OutcomeUnknown,
    PartialFailure,
    PeriodClosed,
    PermissionMissing,
    PriceMismatch,
    ProductBlocked,
    RecordLocked,
    RequestRefused,
    Throttled,
    TransitionNotAllowed,
    TransportError,
    UnmappedCode,
    UnsupportedOperation,
    VersionConflict,
)

FAMILY = {
    ErpConnectError: (
        *(
            ConfigurationError,
            TransportError,
            OutcomeUnknown,
            AccessError,
            RequestRefused,
            UnsupportedOperation,
        ),
        *(MappingError, KeyInProgress, JournalUnavailable, PartialFailure, ContractViolation),
    ),
    TransportError: (Throttled,),
    AccessError: (AuthenticationFailed, PermissionMissing),
    RequestRefused: (
        *(InvalidOrder, InvalidDocument, NotFound, DuplicateReference, VersionConflict, TransitionNotAllowed),
        *(InsufficientStock, CreditBlocked, CustomerBlocked, ProductBlocked, PriceMismatch, PeriodClosed),
        RecordLocked,
    ),
    DuplicateReference: (KeyReused,),
    MappingError: (LossyWrite, UnmappedCode),
}
EVERY = [getattr(errors, name) for name in errors.__all__ if inspect.isclass(getattr(errors, name))]
DETAILS = {
    OutcomeUnknown: {"key": "K1"},
    InvalidOrder: {"findings": ["f1"]},
    PriceMismatch: {"findings": ["f1"]},
    VersionConflict: {"diff": ["d1"]},
    UnsupportedOperation: {"why": "no such call", "alternatives": ["orders.cancel"]},
    LossyWrite: {"fields": ["order.notes"]},
    PartialFailure: {"receipt": {"lines": [1]}},
}


def test_the_family_is_as_promised():
    for parent, children in FAMILY.items():
        assert {kind for kind in parent.__subclasses__() if kind in EVERY} == set(children)
    assert {*FAMILY, *(child for children in FAMILY.values() for child in children)} == set(EVERY)


def test_every_error_is_documented_and_has_a_code_of_its_own():
    assert all(inspect.getdoc(kind) for kind in EVERY)
    codes = [kind.default_code for kind in EVERY]
    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and code.isidentifier() for code in codes)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_an_error_arrives_whole_from_another_process(kind):
    sent = kind(
        "the limit is reached",
        system="memory",
        operation="orders.create",
        outcome="partial",
        retryable=True,
        retry_after=2.5,
        hint="call the customer",
        code="limit",
        native=[{"number": "V1-152", "text": "limit of Harbour Pumps"}],
        path="order.lines[0]",
        place="March!C7",
        **DETAILS.get(kind, {}),
    )
    sent.add_note("seen twice")
    arrived = pickle.loads(pickle.dumps(sent))  # noqa: S301 (we pickled it ourselves)
    assert type(arrived) is kind
    assert arrived.__dict__ == sent.__dict__
    assert str(arrived) == str(sent)
    assert arrived.args == ("the limit is reached",)
    assert arrived.__notes__ == ["seen twice"]


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_the_text_holds_what_where_and_what_to_do_but_not_the_erp_s_own_words(kind):
    error = kind(
        "the limit is reached", native=["limit of Harbour Pumps"], hint="ask for credit", place="March!C7"
    )
    assert str(error) == "the limit is reached at March!C7 (ask for credit)"
    assert "Harbour Pumps" not in repr(error)
    assert error.native == ("limit of Harbour Pumps",)


def test_each_says_what_became_of_the_write():
    outcomes = {kind: kind("x").outcome for kind in EVERY}
    assert {kind for kind, outcome in outcomes.items() if outcome == "unknown"} == {
        OutcomeUnknown,
        ContractViolation,
    }
    assert {kind for kind, outcome in outcomes.items() if outcome == "partial"} == {PartialFailure}
    assert set(outcomes.values()) == {"not_applied", "unknown", "partial"}


def test_only_what_may_simply_be_repeated_is_retryable():
    assert {kind for kind in EVERY if kind("x").retryable} == {
        TransportError,
        Throttled,
        RecordLocked,
        KeyInProgress,
    }
    assert TransportError("x", retryable=False).retryable is False
    assert NotFound("x", retryable=True).retryable is True


def test_what_is_not_told_is_none():
    error = ErpConnectError("x")
    assert (error.system, error.operation, error.retry_after, error.path, error.place) == (None,) * 5
    assert (error.native, error.code, error.hint) == ((), "error", None)


def test_an_unknown_outcome_names_the_key_to_repeat_the_call_with():
    error = OutcomeUnknown("no answer came", key="K1", retry_after=300.0)
    assert (error.key, error.retry_after) == ("K1", 300.0)
    assert "same key" in str(error)


def test_details_are_kept_as_tuples():
    assert LossyWrite("x", fields=["order.notes"]).fields == ("order.notes",)
    assert UnsupportedOperation("x", why="no", alternatives=["orders.cancel"]).alternatives == (
        "orders.cancel",
    )
    assert VersionConflict("x", diff=["d"]).diff == ("d",)
    assert InvalidOrder("x", findings=["f"]).findings == ("f",)
    assert InvalidOrder("x").findings == ()


def test_a_key_used_for_other_content_is_a_duplicate_too():
    with pytest.raises(DuplicateReference, match="use a new key"):
        raise KeyReused("the key was used for another order")
