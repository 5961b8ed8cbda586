"""Section 5: one hierarchy, the same attributes on every error, and nothing said that should not be."""

# ruff: noqa: S301 (our own pickles)

from __future__ import annotations

import copy
import itertools
import pickle

import pytest

import erp_connect as ec
from erp_connect import errors

FAMILY = {
    "ConfigurationError": "ErpConnectError",
    "TransportError": "ErpConnectError",
    "Throttled": "TransportError",
    "OutcomeUnknown": "ErpConnectError",
    "AccessError": "ErpConnectError",
    "AuthenticationFailed": "AccessError",
    "PermissionMissing": "AccessError",
    "RequestRefused": "ErpConnectError",
    "InvalidOrder": "RequestRefused",
    "NotFound": "RequestRefused",
    "DuplicateReference": "RequestRefused",
    "KeyReused": "DuplicateReference",
    "VersionConflict": "RequestRefused",
    "TransitionNotAllowed": "RequestRefused",
    "InsufficientStock": "RequestRefused",
    "CreditBlocked": "RequestRefused",
    "CustomerBlocked": "RequestRefused",
    "ProductBlocked": "RequestRefused",
    "PriceMismatch": "RequestRefused",
    "PeriodClosed": "RequestRefused",
    "RecordLocked": "RequestRefused",
    "UnsupportedOperation": "ErpConnectError",
    "MappingError": "ErpConnectError",
    "LossyWrite": "MappingError",
    "UnmappedCode": "MappingError",
    "KeyInProgress": "ErpConnectError",
    "JournalUnavailable": "ErpConnectError",
    "PartialFailure": "ErpConnectError",
    "ContractViolation": "ErpConnectError",
}
RETRYABLE = {"TransportError", "Throttled", "RecordLocked", "KeyInProgress"}
OWN = {
    "OutcomeUnknown": {"key": "10000/PO-1"},
    "VersionConflict": {"diff": ("moved",)},
    "UnsupportedOperation": {"why": "no such call", "alternatives": ("orders.cancel",)},
    "LossyWrite": {"fields": ("order.notes",)},
    "PartialFailure": {"receipt": None},
}


@pytest.mark.parametrize("name", FAMILY)
def test_an_error_is_one_of_its_family(name: str) -> None:
    assert issubclass(getattr(errors, name), getattr(errors, FAMILY[name]))
    assert issubclass(getattr(errors, name), errors.ErpConnectError)
    assert getattr(errors, name).__mro__[1].__name__ == FAMILY[name]


@pytest.mark.parametrize("name", ["ErpConnectError", *FAMILY])
def test_an_error_carries_what_a_program_and_a_person_need(name: str) -> None:
    plain = getattr(errors, name)("it did not work")
    assert plain.outcome in {"not_applied", "applied", "partial", "unknown"}
    assert plain.retryable is (name in RETRYABLE)
    assert plain.retry_after is None
    assert isinstance(plain.code, str)
    assert plain.code
    assert plain.hint or name == "ErpConnectError"
    for attribute in ("system", "operation", "native"):
        assert hasattr(plain, attribute)
    assert "it did not work" in str(plain)


def test_codes_tell_the_errors_apart() -> None:
    codes = [getattr(errors, name)("x").code for name in FAMILY]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("name", ["ErpConnectError", *FAMILY])
def test_an_error_survives_pickle_and_copy(name: str) -> None:
    error = getattr(errors, name)(
        "no",
        system="memory",
        operation="orders.create",
        outcome="unknown",
        retryable=True,
        retry_after=2.5,
        hint="look again",
        code="special",
        native=("E 123 ship-to missing", "W 7"),
        **OWN.get(name, {}),
    )
    error.add_note("while importing")
    for same in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(same) is type(error)
        assert str(same) == str(error)
        for attribute in (
            *("system", "operation", "outcome", "retryable", "retry_after", "hint", "code", "native"),
            *OWN.get(name, {}),
        ):
            assert getattr(same, attribute) == getattr(error, attribute), attribute
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while importing"]


def test_the_erps_own_words_stay_out_of_the_text() -> None:
    error = errors.RequestRefused("refused", native=("Customer Jane Roe owes 400",))
    assert "Jane" not in str(error)
    assert "Jane" not in repr(error)
    assert error.native == ("Customer Jane Roe owes 400",)


def test_default_outcomes() -> None:
    assert errors.OutcomeUnknown("x").outcome == "unknown"
    assert errors.PartialFailure("x").outcome == "partial"
    for name in ("InvalidOrder", "NotFound", "KeyReused", "UnsupportedOperation", "LossyWrite", "Throttled"):
        assert getattr(errors, name)("x").outcome == "not_applied"


def test_a_refused_order_says_where_and_what_to_do_now(shop, erp) -> None:
    wrong = {
        "customer": shop.draft(customer="99999"),
        "product": shop.draft(lines=[shop.line("NO-SUCH-THING")]),
        "unit": shop.draft(lines=[shop.line(unit="KGM")]),
    }
    for what, draft in wrong.items():
        with pytest.raises(ec.errors.InvalidOrder) as raised:
            erp.orders.create(draft, key=f"wrong-{what}")
        error = raised.value
        assert error.outcome == "not_applied"
        assert error.retryable is False
        assert error.hint
        assert error.system
        assert error.operation == "orders.create"
        assert any(what in finding.path for finding in error.findings)
        assert "99999" not in str(error)
    assert list(erp.orders.list()) == []


IMPOSSIBLE = ["no-such-order", "", "0", "-1", "9" * 40, "'; DROP TABLE orders; --", "é\u0000x", "x" * 100_000]


def test_an_id_that_cannot_exist_is_not_found(shop, erp) -> None:
    calls = (
        erp.orders.get,
        erp.orders.track,
        lambda one: erp.orders.cancel(one, reason="x"),
        lambda one: erp.orders.amend(one, ec.AddNote(text="x")),
        erp.purchase_orders.get,
        erp.customers.get,
        lambda one: erp.customers.update(one, name="x"),
        erp.suppliers.get,
        erp.products.get,
        erp.returns.get,
        erp.shipments.of,
        erp.invoices.of,
        erp.returns.of,
        erp.goods_receipts.of,
    )
    for call, id in itertools.product(calls, IMPOSSIBLE):
        with pytest.raises(ec.errors.NotFound) as raised:
            call(id)
        assert raised.value.outcome == "not_applied"
        assert raised.value.hint


def test_find_is_empty_when_nothing_is_found(erp) -> None:
    assert list(erp.orders.find(number="none")) == []
    assert list(erp.orders.find(customer_po="none")) == []
    assert list(erp.orders.find(customer="99999")) == []
    assert list(erp.orders.find(key="none")) == []
    assert list(erp.orders.find(reference=ec.Reference(kind="shop", value="none"))) == []
    assert list(erp.purchase_orders.find(supplier="none")) == []
    assert list(erp.customers.find(number="none")) == []
    assert list(erp.customers.find(name="none")) == []
    assert list(erp.suppliers.find(number="none")) == []
    assert list(erp.products.find(code="none")) == []


def test_neither_errors_nor_logs_name_a_customer(shop, erp, caplog) -> None:
    caplog.set_level(0)
    person = "Eleonora Quartermain"
    address = ec.Address(
        name=person,
        lines=[f"{person} house"],
        city="Bath",
        postal_code="BA1",
        country="GB",
        email="e@q.example",
    )
    texts = []
    for index, draft in enumerate(
        [
            shop.draft(ship_to=address, customer="99999"),
            shop.draft(ship_to=address, lines=[shop.line("NONE")], notes=[person]),
            shop.draft(ship_to=address, notes=[person]),
        ]
    ):
        try:
            order = erp.orders.create(draft, key=f"k{index}").order
            erp.orders.amend(order, ec.ChangeAddress(ship_to=address))
            erp.orders.cancel(order.id, reason=f"{person} called")
            erp.orders.cancel(order.id, reason=f"{person} called")
        except ec.errors.ErpConnectError as error:
            texts.append(str(error) + repr(error))
    with pytest.raises(ec.errors.DuplicateReference) as raised:
        erp.customers.create(ec.CustomerDraft(number="10000", name=person))
    texts.append(str(raised.value))
    assert person not in "\n".join(texts)
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("erp_connect")
    )
    assert person not in logged
